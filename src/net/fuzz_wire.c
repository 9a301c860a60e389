/*
 * Any bytes over a loopback connection into the whole server: layout check,
 * bodies, replies, keep-alive. A handler must only ever see clean paths.
 */
#include "base/base.h"
#include "base/utf8.h"
#include "net/http_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct fixture fuzz;

static void
on_request(void *self, struct http_request *q, void *route, int worker)
{
	struct str path = http_path(q), name, value;

	ASSERT(utf8_valid(path) && path.n > 0 && path.p[0] == '/' && str_find(path, S(".."), 0) != 1);
	for (size_t i = 0; http_param_at(q, i, &name, &value); i++)
		ASSERT(utf8_valid(name) && utf8_valid(value));
	ASSERT(http_body_bytes(q) <= BODY_MAX || http_body_fd(q) >= 0);
	(void)self, (void)route, (void)worker;
	http_reply(q, 200, "text/plain", http_body(q));
}

static void
on_head(void *self, struct http_request *q, struct http_plan *plan)
{
	fixture_on_head(self, q, plan);
	plan->run = HTTP_FAST;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct http_options o = { .workers = 1 };
	struct http_handlers h = { .self = &fuzz, .on_head = on_head, .on_request = on_request };
	struct err e = { 0 };

	(void)argc, (void)argv;
	return http_server_start(&fuzz.server, &o, &h, &e) == RC_OK ? 0 : 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = dial(&fuzz);

	if (size <= 65536)
		send_all(fd, (const char *)data, size);
	/* Most inputs are half a request, to which there is no answer. */
	is_closed(fd, 2);
	close(fd);
	return 0;
}

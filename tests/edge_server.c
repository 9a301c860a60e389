/*
 * edge_server - a stand-in for the program behind nginx. Writes one line for
 * each request it understood (id, method, path, body bytes) to a file, so that
 * edge_test.py can compare what nginx meant with what arrived.
 *
 *   edge_server SOCKET FILE      serves until its input ends
 */
#include "base/base.h"
#include "net/http.h"
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct seen {
	int fd;
	_Atomic int count;
};

static void
on_head(void *self, struct http_request *q, struct http_plan *plan)
{
	(void)self;
	plan->run = HTTP_WORKER;
	plan->body_max = 2 * 1024 * 1024;
	plan->to_file = str_eq_c(http_path(q), "/api/v1/files");
}

static void
note(struct seen *s, struct http_request *q)
{
	char line[1024];
	int n = snprintf(line, sizeof(line), STR_FMT " %s " STR_FMT " " LLD "\n", STR_ARG(http_request_id(q)),
		http_method_name(http_method_of(q)), STR_ARG(str_sub(http_path(q), 0, 500)), LL(http_body_bytes(q)));

	if (n > 0 && write(s->fd, line, (size_t)n) != n)
		perror("edge_server");
}

/* Three events, a fifth of a second apart. */
static void
events(struct http_request *q)
{
	struct http_stream *s = http_stream_begin(q, 200, "text/event-stream");
	struct timespec pause = { .tv_nsec = 200000000 };

	for (int i = 0; i < 3 && http_stream_write(s, S("data: tick\n\n")); i++)
		nanosleep(&pause, NULL);
	http_stream_end(s, true);
}

static void
on_request(void *self, struct http_request *q, void *route, int worker)
{
	struct seen *s = self;
	int nth = atomic_fetch_add(&s->count, 1);

	(void)route, (void)worker;
	note(s, q);
	if (str_eq_c(http_path(q), "/api/v1/live")) {
		events(q);
	} else if (str_eq_c(http_path(q), "/big")) {
		char *p = NEW_ARRAY(http_mem(q), char, 16 * 1024 * 1024);

		http_reply(q, 200, "application/octet-stream", (struct str){ p, 16 * 1024 * 1024 });
	} else {
		http_reply(q, 200, "text/html; charset=utf-8", str_fmt(http_mem(q), "%d " STR_FMT " tls=%d " STR_FMT "%*s",
			nth, STR_ARG(http_client_ip(q)), http_is_tls(q), STR_ARG(http_param(q, "p")), 2000, ""));
	}
}

int
main(int argc, char **argv)
{
	struct seen s = { 0 };
	struct http_handlers h = { .self = &s, .on_head = on_head, .on_request = on_request };
	struct http_options o = { .workers = 8 };
	struct http_server *server;
	struct err e = { 0 };
	char address[200], c;

	if (argc != 3)
		return 2;
	snprintf(address, sizeof(address), "unix:%s", argv[1]);
	o.listen = address;
	s.fd = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (s.fd < 0 || http_server_start(&server, &o, &h, &e) != RC_OK) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	while (read(0, &c, 1) > 0)
		continue;
	http_server_stop(server, 1000);
	return 0;
}

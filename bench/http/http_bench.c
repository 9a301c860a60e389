/*
 * http_bench - the HTTP server alone: answers every address with the same N
 * bytes, on the I/O thread (/fast) or through a worker (anything else). What it
 * costs above nginx is what our seam costs; the scan page adds its own work.
 *
 *   http_bench [bytes]      prints the port, serves until its input ends
 */
#include "base/base.h"
#include "net/http.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
on_head(void *self, struct http_request *q, struct http_plan *plan)
{
	(void)self;
	plan->run = str_starts(http_path(q), S("/fast")) ? HTTP_FAST : HTTP_WORKER;
}

static void
on_request(void *self, struct http_request *q, void *route, int worker)
{
	struct str *body = self;
	char *p = NEW_ARRAY(http_mem(q), char, body->n);

	(void)route, (void)worker;
	memcpy(p, body->p, body->n);
	http_set_header(q, "Cache-Control", S("no-store"));
	http_reply(q, 200, "text/html; charset=utf-8", (struct str){ p, body->n });
}

int
main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
	char *p = malloc(n), c;
	struct str body = { p, n };
	struct log log = { .fd = 2, .least = LOG_WARN, .clock = &clock_system };
	struct http_options o = { .listen = "127.0.0.1:0", .log = &log };
	struct http_handlers h = { .self = &body, .on_head = on_head, .on_request = on_request };
	struct http_server *s;
	struct err e = { 0 };

	memset(p, 'x', n);
	if (http_server_start(&s, &o, &h, &e) != RC_OK) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	printf("%d\n", http_server_port(s));
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		continue;
	http_server_stop(s, 1000);
	free(p);
	return 0;
}

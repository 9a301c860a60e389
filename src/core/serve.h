/*
 * serve.h - the program as a server: routes, workers with their database
 * sessions, live streams, jobs and the event dispatcher behind one start and
 * one stop. Everything between a complete HTTP request and its reply happens
 * behind this header.
 *
 *   http_handlers.on_head     route_find() → limits of the route
 *   http_handlers.on_request  ctx → actor → permission → CSRF → handler → reply or problem document
 */
#ifndef CORE_SERVE_H
#define CORE_SERVE_H
#include "core/ctx.h"
#include "core/module.h"

struct serve;

struct serve_options {
	const char *listen;   /* as http_options.listen; NULL: loopback connections only (tests) */
	int io_threads, workers; /* 0: defaults of net/http.h */
	int job_threads;      /* default 2 */
	const char *temp_dir; /* for bodies of uploads */
	const char *metrics_token; /* Bearer token for /metrics from elsewhere than loopback, or NULL */
	const char *version;  /* of the program, for /api/v1/meta and OpenAPI */
	bool no_background;   /* do not start job workers and the dispatcher: tests drain them by hand */
};

/*
 * Completes app (live, jobs, pages, routes), starts the HTTP server and, unless
 * no_background, the dispatcher and the job workers. app must outlive *out;
 * app_index_build() was called before. A page, route or card table that
 * contradicts itself is refused here.
 */
enum rc serve_start(struct app *app, const struct serve_options *o, struct serve **out, struct err *e) MUST_USE;
/* The bound port, or 0. */
int serve_port(const struct serve *s);
/* A connected socket into the server without any port; the caller owns it. -1 on failure. */
int serve_connect(struct serve *s);
/* Stops accepting, lets running requests and jobs finish for a few seconds. NULL is fine. */
void serve_stop(struct serve *s);
/* Not ready any more: /readyz answers 503 so that a balancer turns away before serve_stop(). */
void serve_drain(struct serve *s);
#endif

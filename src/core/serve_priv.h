/* serve_priv.h - the server's own state, for the core's routes. */
#ifndef CORE_SERVE_PRIV_H
#define CORE_SERVE_PRIV_H
#include <stdatomic.h>
#include "core/route.h"
#include "core/serve.h"

struct serve {
	struct arena mem;
	struct app *app;
	struct serve_options options;
	struct route_table *routes;
	struct http_server *http;
	struct dispatcher *events;
	struct db **sessions;  /* one per worker, then one per I/O thread; taken at first use */
	int worker_count, io_count;
	atomic_bool draining;
	bool owns_auth;
	int64_t started_ms;
	atomic_uint *exercised; /* by route index: how often it was answered */
};

const char *serve_temp_dir(const struct app *app);
enum lang serve_lang(const struct http_request *q);
#endif

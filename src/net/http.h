/*
 * http.h - the HTTP seam. Handlers never see the library behind it, and every
 * handler can be driven over a loopback connection without a port
 * (http_connect_loopback).
 *
 * A request is handed over complete: line, headers and, unless the route
 * streams, the whole bounded body. Route choice happens in two steps because
 * limits differ per route: on_head decides from method and path whether the
 * request runs at once on the I/O thread (fast, read-only, never blocks) or on
 * the bounded worker pool, and how many body bytes it may carry.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H
#include "base/err.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/str.h"
#include "base/time.h"

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS, HTTP_OTHER };
const char *http_method_name(enum http_method m);

struct http_request; /* one exchange; opaque */

/* ---- what a handler may read (all borrowed, valid until the handler's reply is complete) ---- */
enum http_method http_method_of(const struct http_request *q);
/* Decoded, normalised absolute path without query; no "..", "//", NUL, controls or invalid UTF-8. */
struct str http_path(const struct http_request *q);
/* Raw query text after '?', absent when none. */
struct str http_query(const struct http_request *q);
/* First value of a query parameter, decoded; absent when missing. */
struct str http_param(const struct http_request *q, const char *name);
/* i-th query parameter in order; false past the end. At most 100 are accepted. */
bool http_param_at(const struct http_request *q, size_t i, struct str *name, struct str *value);
/* Header by lower-case name; absent when missing. Duplicates are joined by ", ". */
struct str http_header(const struct http_request *q, const char *name);
struct str http_cookie(const struct http_request *q, const char *name);
/* Whole body of a non-streaming route (empty when none). */
struct str http_body(const struct http_request *q);
/*
 * Body of a streaming route: fd of an unlinked temporary file holding it,
 * already complete and within the limit, positioned at 0. -1 for other routes.
 */
int http_body_fd(const struct http_request *q);
int64_t http_body_bytes(const struct http_request *q);
/* The peer, or the address from X-Forwarded-For when the peer is a trusted proxy (loopback, Unix socket). */
struct str http_client_ip(const struct http_request *q);
/* True when the client reached us over TLS (X-Forwarded-Proto from a trusted proxy). */
bool http_is_tls(const struct http_request *q);
/* Unique per request, echoed as X-Request-Id. */
struct str http_request_id(const struct http_request *q);
/* Arena that dies with the request. */
struct arena *http_mem(struct http_request *q);
/* A word for the log line of this request, e.g. the account id. Copied. */
void http_log_add(struct http_request *q, const char *key, struct str value);

/* ---- replying: exactly one of these per request ---- */
/* Headers before the reply; name in canonical case. Control characters are refused (asserted). */
void http_set_header(struct http_request *q, const char *name, struct str value);
/* A complete reply. type may be NULL for none; body is copied unless it lives in http_mem(). */
void http_reply(struct http_request *q, int status, const char *type, struct str body);
/* Reply with static bytes (embedded assets), never copied. etag quoted; answers 304 and HEAD itself. */
void http_reply_static(struct http_request *q, int status, const char *type, struct str body, const char *etag);
/* Sends a whole file from fd (taken over), with Range and ETag support, sendfile. */
void http_reply_file(struct http_request *q, const char *type, int fd, int64_t size, const char *etag);
/*
 * Streams: the producer runs on the worker and writes; blocks under back-pressure.
 * http_stream_write returns false when the client is gone. The reply ends with http_stream_end.
 */
struct http_stream;
struct http_stream *http_stream_begin(struct http_request *q, int status, const char *type);
bool http_stream_write(struct http_stream *s, struct str data);
void http_stream_end(struct http_stream *s, bool complete); /* false: cut the connection, the client must notice */

/*
 * Server-sent events. The handler returns after http_sse_begin(); the connection stays with the server.
 * http_sse_send is thread-safe and never blocks: a slow client whose queue exceeds 256 KiB is cut.
 * gone(arg) runs once when the client left. A comment is sent every 15 s.
 */
struct http_sse;
struct http_sse *http_sse_begin(struct http_request *q, void (*gone)(void *arg), void *arg);
bool http_sse_send(struct http_sse *s, struct str event, struct str id, struct str data);
void http_sse_close(struct http_sse *s);

/* ---- the server ---- */
enum http_run { HTTP_FAST, HTTP_WORKER };

/* What on_head decides for a request before its body is read. */
struct http_plan {
	enum http_run run;
	int64_t body_max;   /* bytes; 0: no body allowed. Above: 413 before the body is read */
	bool to_file;       /* body goes to a temporary file */
	void *route;        /* given back to on_request */
};

struct http_handlers {
	void *self;
	/* Called on the I/O thread with method, path and headers known. Must not block. */
	void (*on_head)(void *self, struct http_request *q, struct http_plan *plan);
	/* Produces the reply. worker: index of the thread, 0..workers-1 for HTTP_WORKER, -1-i for I/O thread i. */
	void (*on_request)(void *self, struct http_request *q, void *route, int worker);
	/* Makes the body of an error the server itself answers (400, 408, 413, 414, 431, 503). */
	struct str (*on_error)(void *self, struct arena *mem, int status, enum lang lang, struct str request_id);
};

struct http_options {
	const char *listen;      /* "127.0.0.1:7300", "[::1]:7300", "unix:/run/ezhen.sock"; "127.0.0.1:0" picks a free port; NULL: loopback connections only */
	int io_threads, workers; /* defaults 2 and 32 */
	int connections_max;     /* default 1024 */
	int per_ip_max;          /* default 0: unlimited (the edge limits) */
	int head_bytes_max;      /* default 32768; request line 8192 */
	int head_deadline_ms;    /* absolute, default 10000 */
	int body_deadline_ms;    /* absolute per 1 MiB of body and at least this, default 30000 */
	int write_deadline_ms;   /* no progress while writing, default 30000 */
	int queue_max;           /* waiting for a worker; beyond: 503 + Retry-After. Default 512 */
	const char *temp_dir;    /* for body files */
	const struct clock *clock;
	const struct rand *rand;
	const struct log *log;
};
struct http_server;
enum rc http_server_start(struct http_server **out, const struct http_options *o, const struct http_handlers *h, struct err *e) MUST_USE;
/* The bound port, or 0. */
int http_server_port(const struct http_server *s);
/* Stops accepting, lets running requests finish for grace_ms, cuts the rest. */
void http_server_stop(struct http_server *s, int grace_ms);
/* A connected socket into the server without any listening port; the caller owns it. -1 on failure. */
int http_connect_loopback(struct http_server *s);

struct http_stats {
	int64_t requests, refused, active, queued, sse, by_class[6]; /* by_class[2] counts 2xx */
	int64_t latency_us_buckets[12]; /* upper bounds 0.25ms·4^i … +inf */
};
struct http_stats http_stats(const struct http_server *s);
#endif

/*
 * http_priv.h - what the files of the HTTP server share.
 *
 * Threads. An I/O thread of libmicrohttpd owns a connection and the request on
 * it, except while a worker runs: then the connection is suspended and the
 * request belongs to the worker until it is resumed. Streams and SSE go through
 * a struct pipe, the one thing that both sides touch at the same time.
 *
 * Locks, in this order: server.conns_lock, pipe.lock, libmicrohttpd's own.
 */
#ifndef NET_HTTP_PRIV_H
#define NET_HTTP_PRIV_H
#include "net/head.h"
#include "net/http.h"
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

enum {
	REPLY_HEADERS_MAX = 24,
	LOG_EXTRA_MAX = 6,
	IO_THREADS_MAX = 64,
	REQUESTS_KEPT = 64,          /* free request objects kept for reuse */
	DRAIN_MAX = 1024 * 1024,     /* of a refused body, read so that the client sees the refusal */
	PIPE_STREAM_MAX = 64 * 1024, /* waiting bytes before a producer blocks */
	PIPE_SSE_MAX = 256 * 1024,   /* waiting bytes before a slow listener is cut */
	LOG_GATHER = 32 * 1024,      /* bytes of log lines that wait for the next tick of the reaper */
	SSE_COMMENT_MS = 15000,
	IDLE_MS = 75000,             /* a kept connection without a next request; nginx keeps 60 s */
	WRITE_RATE_MIN = 8 * 1024,   /* bytes a second for a peer whose progress cannot be seen (Unix socket) */
	WRITE_STEP_MIN = 16 * 1024,  /* bytes a TCP client must take within each write deadline */
};

enum phase {
	PHASE_HEAD,
	PHASE_BODY,
	PHASE_WORKER, /* suspended, waiting for a worker or running there */
	PHASE_REPLY,  /* the reply is made and not yet handed over */
	PHASE_SENT,
};

/* One socket. Freed by libmicrohttpd's closing callback, under conns_lock. */
struct conn {
	struct http_server *server;
	struct conn *next, *prev;
	int fd;
	bool trusted;                 /* loopback or Unix socket: forwarding headers are believed */
	bool refused;                 /* unread bytes may be waiting; see conn_closed() */
	char ip[48];
	_Atomic int64_t deadline_ms;  /* monotonic; 0 for none */
	_Atomic int64_t last_ms;      /* a complete reply is being written: progress extends the deadline up to here */
	uint64_t acked;               /* bytes the peer's TCP had taken when last looked at; reaper only */
};

/* Bytes on their way from a producer to a connection. */
struct pipe {
	pthread_mutex_t lock;
	pthread_cond_t room;
	struct MHD_Connection *mc;    /* valid until gone */
	struct conn *conn;            /* likewise */
	char *bytes;
	size_t start, count, cap, max;
	bool suspended;               /* the connection waits for bytes */
	bool ended, complete, gone, discard, is_sse;
	int64_t sent, last_ms;
	void (*on_gone)(void *arg);
	void *on_gone_arg;
	struct pipe *next, *prev;     /* SSE: server.listeners, under conns_lock */
};

struct reply_header {
	const char *name;
	struct str value;
};

struct http_request {
	struct http_server *server;
	struct http_request *next;    /* in the queue or the free list */
	struct conn *conn;            /* NULL once the connection is through with the request */
	struct MHD_Connection *mc;
	atomic_int refs;              /* the connection, and a worker that streams */
	enum phase phase;
	int io;                       /* index of the I/O thread */
	int64_t start_ns;
	struct arena mem;

	const char *raw_target;       /* where libmicrohttpd has it, for the layout check only */
	struct head head;
	struct framing framing;
	struct str path, query, client_ip;
	bool is_tls;
	struct head_field *params;
	size_t param_count;
	char id[65];
	size_t id_n;

	struct http_plan plan;
	char *body;
	size_t body_cap;
	int64_t body_n, body_start_ms;
	int body_fd;
	int refuse;                   /* status to answer once the rest of the body is drained */

	struct reply_header headers[REPLY_HEADERS_MAX];
	size_t header_count;
	struct MHD_Response *response;
	int status;
	int64_t reply_bytes;
	bool own_error;               /* answered by the server itself */
	struct pipe *pipe;
	struct str route;             /* for the log, instead of the path */
	struct log_pair extra[LOG_EXTRA_MAX];
	size_t extra_count;
};

struct http_server {
	struct http_options o;
	struct http_handlers h;
	struct MHD_Daemon *daemon;
	int listen_fd, port;
	char *unix_path;
	bool has_listen;
	char id_prefix[9];
	_Atomic uint32_t next_id;

	pthread_mutex_t conns_lock;
	struct conn *conns;
	struct pipe *listeners;

	pthread_mutex_t free_lock;
	struct http_request *free_requests;
	int free_count;

	pthread_mutex_t queue_lock;
	pthread_cond_t queue_ready;
	struct http_request *queue_first, *queue_last;
	int queue_count;
	bool queue_closed;
	pthread_t *workers;
	int worker_count;

	pthread_mutex_t io_lock;
	pthread_t io_threads[IO_THREADS_MAX];
	_Atomic int io_count;

	pthread_mutex_t log_lock;
	char *log_lines;
	size_t log_n;

	pthread_t reaper;
	bool reaper_started;
	_Atomic bool stopping, reaper_stop;

	_Atomic int64_t requests, refused, active, queued, sse, by_class[6], latency[12];
};

/* http_server.c */
int64_t http_now_ms(const struct http_server *s);
int64_t http_now_ns(void);

/* http_conn.c: what libmicrohttpd calls */
enum MHD_Result http_on_access(void *cls, struct MHD_Connection *mc, const char *url, const char *method,
	const char *version, const char *upload, size_t *upload_n, void **context);
void *http_on_target(void *cls, const char *target, struct MHD_Connection *mc);
void http_on_completed(void *cls, struct MHD_Connection *mc, void **context, enum MHD_RequestTerminationCode code);
void http_on_connection(void *cls, struct MHD_Connection *mc, void **socket_context,
	enum MHD_ConnectionNotificationCode code);

/* http_request.c */
struct http_request *http_request_take(struct http_server *s);
/* Gives up one reference; the last one logs and recycles. */
void http_request_drop(struct http_request *q);
/* Reads the head out of libmicrohttpd and judges it: 0 or a status. */
int http_request_head(struct http_request *q, const char *method, const char *version);
/* Copies everything borrowed from the connection's memory. */
void http_request_own(struct http_request *q);
/* Takes body bytes: 0 or a status. */
int http_body_add(struct http_request *q, const char *p, size_t n);
int http_body_done(struct http_request *q);
void http_free_all_requests(struct http_server *s);

/* http_log.c: one line a request, gathered and written a few times a second. */
void http_log_request(struct http_request *q);
void http_log_flush(struct http_server *s);

/* http_work.c */
bool http_work_put(struct http_request *q);
enum rc http_work_start(struct http_server *s, struct err *e) MUST_USE;
/* No more entries; joins the workers. What still waits is answered 503. */
void http_work_stop(struct http_server *s);

/* http_reply.c */
/* Answers as the server itself; close: the connection ends after it. Drops headers set before. */
void http_reply_error(struct http_request *q, int status, bool close);
/* Hands the made reply to libmicrohttpd; on the I/O thread. */
enum MHD_Result http_reply_hand_over(struct http_request *q);
/* Puts the collected headers on the response and keeps it for handing over. */
void http_reply_set(struct http_request *q, int status, struct MHD_Response *response, int64_t bytes);
bool http_reply_has_header(const struct http_request *q, const char *name);

/* http_stream.c */
void http_pipe_gone(struct pipe *p);
void http_pipe_free(struct pipe *p);
/* Cuts a connection that made no progress, sends comments; from the reaper. */
void http_listeners_tick(struct http_server *s, int64_t now_ms);
void http_listeners_end(struct http_server *s);

/* http_reaper.c */
enum rc http_reaper_start(struct http_server *s, struct err *e) MUST_USE;
void http_reaper_stop(struct http_server *s);
void http_cut_all(struct http_server *s);
#endif

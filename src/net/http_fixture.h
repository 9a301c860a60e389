/*
 * http_fixture.h - for the tests of the HTTP server: a server with a handful of
 * routes over loopback connections, and a client that speaks raw bytes.
 */
#ifndef NET_HTTP_FIXTURE_H
#define NET_HTTP_FIXTURE_H
#include "base/arena.h"
#include "base/log.h"
#include "net/http.h"
#include "tap.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BODY_MAX = 1000, FILE_MAX_BYTES = 3 * 1024 * 1024, FIXTURE_FILE_BYTES = 100000 };

struct fixture {
	struct http_server *server;
	struct log log;
	_Atomic int heads, requests, smuggled, gone, stream_failed, hold;
	struct http_sse *_Atomic sse;
	int64_t last_body;
	int port; /* not 0: the client comes over TCP */
};

static inline int64_t
fixture_ms(void)
{
	return clock_mono(&clock_system);
}

static inline void
fixture_sleep(int ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

/* True when *v reaches want within ms. */
static inline bool
fixture_reaches(_Atomic int *v, int want, int ms)
{
	for (int64_t end = fixture_ms() + ms; fixture_ms() < end; fixture_sleep(2)) {
		if (atomic_load(v) >= want)
			return true;
	}
	return atomic_load(v) >= want;
}

static inline void
fixture_on_head(void *self, struct http_request *q, struct http_plan *plan)
{
	struct fixture *f = self;
	struct str path = http_path(q);

	atomic_fetch_add(&f->heads, 1);
	if (str_starts(path, S("/fast")))
		plan->run = HTTP_FAST;
	if (str_eq_c(path, "/fast-echo") || str_eq_c(path, "/echo") || str_eq_c(path, "/hold"))
		plan->body_max = BODY_MAX;
	if (str_eq_c(path, "/upload")) {
		plan->body_max = FILE_MAX_BYTES;
		plan->to_file = true;
	}
	plan->route = f;
}

static inline void
fixture_gone(void *arg)
{
	struct fixture *f = arg;

	atomic_store(&f->sse, NULL);
	atomic_fetch_add(&f->gone, 1);
}

/* ?n= bytes in blocks of 1000; ?cut=1 breaks off instead of ending. */
static inline void
fixture_stream(struct fixture *f, struct http_request *q)
{
	struct http_stream *s = http_stream_begin(q, 200, "text/plain");
	int64_t n = 0;
	char block[1000];
	bool cut = http_param(q, "cut").p != NULL;

	(void)str_i64(http_param(q, "n"), &n);
	memset(block, 'x', sizeof(block));
	for (int64_t done = 0; done < n;) {
		size_t part = n - done < 1000 ? (size_t)(n - done) : sizeof(block);

		if (!http_stream_write(s, (struct str){ block, part })) {
			atomic_fetch_add(&f->stream_failed, 1);
			break;
		}
		done += (int64_t)part;
	}
	http_stream_end(s, !cut);
}

static inline int
fixture_file(void)
{
	char name[] = "/tmp/http-test-XXXXXX", *bytes = malloc(FIXTURE_FILE_BYTES);
	int fd = mkostemp(name, O_CLOEXEC);

	for (int i = 0; i < FIXTURE_FILE_BYTES; i++)
		bytes[i] = (char)('a' + i % 26);
	if (fd >= 0 && write(fd, bytes, FIXTURE_FILE_BYTES) != FIXTURE_FILE_BYTES)
		abort();
	unlink(name);
	free(bytes);
	return fd;
}

static inline void
fixture_upload(struct fixture *f, struct http_request *q)
{
	char buf[4096];
	int64_t n = 0;
	ssize_t got;

	while ((got = read(http_body_fd(q), buf, sizeof(buf))) > 0)
		n += got;
	f->last_body = n;
	http_reply(q, 200, "text/plain", str_fmt(http_mem(q), LLD " " LLD, LL(n), LL(http_body_bytes(q))));
}

static inline void
fixture_echo(struct http_request *q)
{
	struct str p = http_param(q, "p");

	http_set_header(q, "X-Ip", http_client_ip(q));
	http_reply(q, 200, "text/plain; charset=utf-8", str_fmt(http_mem(q),
		"%s " STR_FMT " q=" STR_FMT " p=" STR_FMT " c=" STR_FMT " x=" STR_FMT " tls=%d body=" STR_FMT,
		http_method_name(http_method_of(q)), STR_ARG(http_path(q)), STR_ARG(http_query(q)), STR_ARG(p),
		STR_ARG(http_cookie(q, "c")), STR_ARG(http_header(q, "x-test")), http_is_tls(q),
		STR_ARG(http_body(q))));
}

static inline void
fixture_on_request(void *self, struct http_request *q, void *route, int worker)
{
	struct fixture *f = self;
	struct str path = http_path(q);

	(void)route, (void)worker;
	atomic_fetch_add(&f->requests, 1);
	if (str_starts(path, S("/smuggled"))) {
		atomic_fetch_add(&f->smuggled, 1);
		http_reply(q, 200, "text/plain", S("smuggled"));
	} else if (str_eq_c(path, "/fast")) {
		http_reply(q, 200, "text/plain", S("fast"));
	} else if (str_eq_c(path, "/fast-static")) {
		http_reply_static(q, 200, "text/css", S("body{}"), "\"v1\"");
	} else if (str_eq_c(path, "/stream")) {
		fixture_stream(f, q);
	} else if (str_eq_c(path, "/sse") || str_eq_c(path, "/fast-sse")) {
		atomic_store(&f->sse, http_sse_begin(q, fixture_gone, f));
	} else if (str_eq_c(path, "/file")) {
		http_reply_file(q, "text/plain", fixture_file(), FIXTURE_FILE_BYTES, "\"f1\"");
	} else if (str_eq_c(path, "/upload")) {
		fixture_upload(f, q);
	} else if (str_eq_c(path, "/hold")) {
		while (atomic_load(&f->hold))
			fixture_sleep(2);
		http_reply(q, 200, "text/plain", S("held"));
	} else if (str_eq_c(path, "/big")) {
		char *p = NEW_ARRAY(http_mem(q), char, 8 * 1024 * 1024);

		memset(p, 'b', 8 * 1024 * 1024);
		http_reply(q, 200, "text/plain", (struct str){ p, 8 * 1024 * 1024 });
	} else if (str_eq_c(path, "/silent")) {
		return;
	} else {
		fixture_echo(q);
	}
}

static inline void
fixture_start(struct fixture *f, struct http_options o)
{
	struct err e = { 0 };

	f->log = (struct log){ .fd = -1, .least = LOG_ERROR, .clock = &clock_system };
	if (o.log == NULL)
		o.log = &f->log;
	struct http_handlers h = { .self = f, .on_head = fixture_on_head, .on_request = fixture_on_request };

	if (http_server_start(&f->server, &o, &h, &e) != RC_OK) {
		printf("Bail out! %s\n", e.text);
		exit(1);
	}
}

/* ---- the client ---- */

struct reply {
	int status;
	bool closed;     /* the server ended the connection, seen after the reply */
	bool complete;   /* the whole announced body came */
	char *head, *body;
	size_t head_n, body_n, raw_n;
	char *raw;
};

static inline int
dial(struct fixture *f)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)f->port) };
	struct timeval patience = { .tv_sec = 5 };
	int fd;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = f->port == 0 ? http_connect_loopback(f->server) : socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (f->port != 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		perror("# connect");

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	return fd;
}

static inline bool
send_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = send(fd, p, n, MSG_NOSIGNAL);

		if (done <= 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

static inline bool
send_text(int fd, const char *text)
{
	return send_all(fd, text, strlen(text));
}

static inline const char *
reply_header(const struct reply *r, const char *name)
{
	static _Thread_local char value[1024];
	size_t n = strlen(name);

	for (const char *p = r->head; p != NULL && *p != '\0'; p = strstr(p, "\r\n")) {
		if (*p == '\r')
			p += 2;
		if (strncasecmp(p, name, n) == 0 && p[n] == ':') {
			size_t len = strcspn(p + n + 2, "\r");

			snprintf(value, sizeof(value), "%.*s", (int)len, p + n + 2);
			return value;
		}
	}
	return NULL;
}

static inline void
reply_free(struct reply *r)
{
	free(r->raw);
	free(r->head);
	*r = (struct reply){ 0 };
}

/* Undoes chunked coding in place; false when the last chunk is missing. */
static inline bool
unchunk(struct reply *r)
{
	char *in = r->body, *out = r->body, *end = r->raw + r->raw_n;

	while (in < end) {
		size_t n = strtoul(in, &in, 16);

		in += 2;
		if (n == 0) {
			r->body_n = (size_t)(out - r->body);
			return true;
		}
		if (in + n > end)
			n = in < end ? (size_t)(end - in) : 0;
		memmove(out, in, n);
		out += n;
		in += n + 2;
	}
	r->body_n = (size_t)(out - r->body);
	return false;
}

static inline bool
reply_is_whole(const struct reply *r, bool head_only)
{
	const char *end = r->raw_n > 0 ? strstr(r->raw, "\r\n\r\n") : NULL, *length;

	if (end == NULL)
		return false;
	if (strstr(r->raw, "HTTP/1.1 304") == r->raw || head_only)
		return true;
	length = strcasestr(r->raw, "\r\nContent-Length:");
	if (length != NULL && length < end)
		return r->raw_n >= (size_t)(end + 4 - r->raw) + strtoul(length + 17, NULL, 10);
	return r->raw_n >= 5 && memcmp(r->raw + r->raw_n - 5, "0\r\n\r\n", 5) == 0;
}

/* Reads one reply; patience of the socket's time-out. */
static inline struct reply
receive(int fd, bool head_only)
{
	struct reply r = { 0 };
	size_t cap = 65536;
	char *end;

	r.raw = calloc(1, cap + 1);
	while (!reply_is_whole(&r, head_only)) {
		if (r.raw_n + 65536 > cap) {
			cap *= 2;
			r.raw = realloc(r.raw, cap + 1);
		}
		ssize_t n = recv(fd, r.raw + r.raw_n, cap - r.raw_n, 0);

		if (n <= 0) {
			r.closed = n == 0 || errno == ECONNRESET || errno == EPIPE;
			break;
		}
		r.raw_n += (size_t)n;
		r.raw[r.raw_n] = '\0';
	}
	if (r.raw_n < 12 || strncmp(r.raw, "HTTP/1.1 ", 9) != 0)
		return r;
	r.status = (int)strtol(r.raw + 9, NULL, 10);
	end = strstr(r.raw, "\r\n\r\n");
	if (end == NULL)
		return r;
	r.head_n = (size_t)(end + 2 - r.raw);
	r.head = strndup(r.raw, r.head_n);
	r.body = end + 4;
	r.body_n = r.raw_n - r.head_n - 2;
	r.complete = reply_is_whole(&r, head_only);
	if (reply_header(&r, "Transfer-Encoding") != NULL)
		r.complete = unchunk(&r);
	return r;
}

/* True when the server ends the connection within ms. */
static inline bool
is_closed(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char sink[65536];

	while (poll(&p, 1, ms) > 0) {
		if (recv(fd, sink, sizeof(sink), MSG_DONTWAIT) <= 0)
			return true;
	}
	return false;
}

/* One request on a connection of its own. */
static inline struct reply
exchange_n(struct fixture *f, const char *p, size_t n)
{
	int fd = dial(f);
	struct reply r;

	send_all(fd, p, n);
	r = receive(fd, strncmp(p, "HEAD ", 5) == 0);
	bool ending = r.status == 0 || (r.head != NULL && reply_header(&r, "Connection") != NULL);

	r.closed = r.closed || is_closed(fd, ending ? 1000 : 0);
	close(fd);
	return r;
}

static inline struct reply
exchange(struct fixture *f, const char *text)
{
	return exchange_n(f, text, strlen(text));
}

static inline bool
body_is(const struct reply *r, const char *text)
{
	return r->body != NULL && r->body_n == strlen(text) && memcmp(r->body, text, r->body_n) == 0;
}
#endif

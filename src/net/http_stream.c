/*
 * http_stream.c - replies whose bytes are made while they are sent. A producer
 * fills a pipe, the I/O thread empties it; when there is nothing, the
 * connection is suspended, when there is too much, a worker waits (stream) or
 * the listener is cut (SSE). Both handles that callers hold are the pipe.
 */
#include "base/base.h"
#include "net/http_priv.h"
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { PIPE_FIRST = 4096, BLOCK = 32 * 1024 };

/* ---- the pipe ---- */

static struct pipe *
pipe_new(struct http_request *q, size_t max)
{
	struct pipe *p = calloc(1, sizeof(*p));

	ASSERT(p != NULL);
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->room, NULL);
	p->mc = q->mc;
	p->conn = q->conn;
	p->max = max;
	p->last_ms = http_now_ms(q->server);
	p->discard = q->head.method == HTTP_HEAD;
	return p;
}

void
http_pipe_free(struct pipe *p)
{
	pthread_cond_destroy(&p->room);
	pthread_mutex_destroy(&p->lock);
	free(p->bytes);
	free(p);
}

/* Under p->lock. Wakes the connection; the client must now take what waits within the deadline. */
static void
pipe_wake(struct pipe *p)
{
	struct http_server *s = p->conn->server;

	if (!p->suspended)
		return;
	p->suspended = false;
	atomic_store_explicit(&p->conn->deadline_ms, http_now_ms(s) + s->o.write_deadline_ms,
		memory_order_relaxed);
	MHD_resume_connection(p->mc);
}

/* Under p->lock. Appends as much as fits below max; returns how much. */
static size_t
pipe_put(struct pipe *p, const char *bytes, size_t n)
{
	if (n > p->max - p->count)
		n = p->max - p->count;
	if (p->start > 0 && p->start + p->count + n > p->cap) {
		memmove(p->bytes, p->bytes + p->start, p->count);
		p->start = 0;
	}
	if (p->count + n > p->cap) {
		size_t cap = p->cap != 0 ? p->cap : (size_t)PIPE_FIRST;

		while (cap < p->count + n)
			cap *= 2;

		char *grown = realloc(p->bytes, cap);

		ASSERT(grown != NULL);
		p->bytes = grown;
		p->cap = cap;
	}
	if (n > 0)
		memcpy(p->bytes + p->start + p->count, bytes, n);
	p->count += n;
	return n;
}

/* libmicrohttpd asks for bytes, on the I/O thread. */
static ssize_t
pipe_read(void *cls, uint64_t pos, char *out, size_t max)
{
	struct pipe *p = cls;
	ssize_t n = 0;

	(void)pos;
	pthread_mutex_lock(&p->lock);
	if (p->count > 0) {
		struct http_server *s = p->conn->server;
		size_t take = p->count < max ? p->count : max;

		memcpy(out, p->bytes + p->start, take);
		p->start += take;
		p->count -= take;
		if (p->count == 0)
			p->start = 0;
		p->sent += (int64_t)take;
		n = (ssize_t)take;
		atomic_store_explicit(&p->conn->deadline_ms, http_now_ms(s) + s->o.write_deadline_ms,
			memory_order_relaxed);
		pthread_cond_signal(&p->room);
	} else if (p->ended) {
		n = p->complete ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
	} else {
		/* Under the lock, so that a resume cannot come before its suspension. */
		p->suspended = true;
		atomic_store_explicit(&p->conn->deadline_ms, 0, memory_order_relaxed);
		MHD_suspend_connection(p->mc);
	}
	pthread_mutex_unlock(&p->lock);
	return n;
}

void
http_pipe_gone(struct pipe *p)
{
	struct http_server *s;

	pthread_mutex_lock(&p->lock);
	s = p->conn->server;
	p->gone = true;
	p->mc = NULL;
	p->conn = NULL;
	pthread_cond_broadcast(&p->room);
	pthread_mutex_unlock(&p->lock);
	if (!p->is_sse)
		return;
	pthread_mutex_lock(&s->conns_lock);
	if (p->next != NULL)
		p->next->prev = p->prev;
	if (p->prev != NULL)
		p->prev->next = p->next;
	else
		s->listeners = p->next;
	pthread_mutex_unlock(&s->conns_lock);
	atomic_fetch_sub_explicit(&s->sse, 1, memory_order_relaxed);
	if (p->on_gone != NULL)
		p->on_gone(p->on_gone_arg);
}

static void
pipe_reply(struct http_request *q, int status, const char *type)
{
	if (type != NULL)
		http_set_header(q, "Content-Type", str_from_c(type));
	http_reply_set(q, status, MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, pipe_read, q->pipe,
		NULL), 0);
}

/* ---- streams ---- */

struct http_stream *
http_stream_begin(struct http_request *q, int status, const char *type)
{
	struct pipe *p = pipe_new(q, PIPE_STREAM_MAX);
	struct MHD_Connection *mc = q->mc;

	ASSERT(q->phase == PHASE_WORKER && q->pipe == NULL);
	q->pipe = p;
	http_request_own(q);
	pipe_reply(q, status, type);
	q->phase = PHASE_REPLY;
	MHD_resume_connection(mc);
	return (struct http_stream *)p;
}

bool
http_stream_write(struct http_stream *stream, struct str data)
{
	struct pipe *p = (struct pipe *)stream;
	bool alive;

	pthread_mutex_lock(&p->lock);
	while (data.n > 0 && !p->gone && !p->discard) {
		size_t n = pipe_put(p, data.p, data.n);

		data.p += n;
		data.n -= n;
		if (n > 0)
			pipe_wake(p);
		else
			pthread_cond_wait(&p->room, &p->lock);
	}
	alive = !p->gone;
	pthread_mutex_unlock(&p->lock);
	return alive;
}

void
http_stream_end(struct http_stream *stream, bool complete)
{
	struct pipe *p = (struct pipe *)stream;

	pthread_mutex_lock(&p->lock);
	if (!p->ended) {
		p->ended = true;
		p->complete = complete;
		if (!p->gone)
			pipe_wake(p);
	}
	pthread_mutex_unlock(&p->lock);
}

/* ---- server-sent events ---- */

struct http_sse *
http_sse_begin(struct http_request *q, void (*gone)(void *arg), void *arg)
{
	struct http_server *s = q->server;
	struct pipe *p = pipe_new(q, PIPE_SSE_MAX);

	ASSERT(q->pipe == NULL);
	p->is_sse = true;
	p->on_gone = gone;
	p->on_gone_arg = arg;
	q->pipe = p;
	/* The edge must pass each event on at once. */
	http_set_header(q, "X-Accel-Buffering", S("no"));
	pipe_reply(q, 200, "text/event-stream");
	pipe_put(p, "retry: 3000\n\n", 13);
	pthread_mutex_lock(&s->conns_lock);
	p->next = s->listeners;
	if (p->next != NULL)
		p->next->prev = p;
	s->listeners = p;
	pthread_mutex_unlock(&s->conns_lock);
	atomic_fetch_add_explicit(&s->sse, 1, memory_order_relaxed);
	return (struct http_sse *)p;
}

/* "name: value\n", without line breaks in value. */
static size_t
put_line(char *out, const char *name, struct str value)
{
	size_t n = strlen(name);

	memcpy(out, name, n);
	memcpy(out + n, ": ", 2);
	n += 2;
	for (size_t i = 0; i < value.n; i++)
		out[n++] = value.p[i] == '\n' || value.p[i] == '\r' ? ' ' : value.p[i];
	out[n++] = '\n';
	return n;
}

/* One message in the wire format; each line of data gets its own prefix. NULL without memory. */
static char *
sse_format(struct str event, struct str id, struct str data, size_t *n)
{
	size_t lines = 1;
	char *out;

	for (size_t i = 0; i < data.n; i++)
		lines += data.p[i] == '\n';
	out = malloc(event.n + id.n + data.n + lines * 7 + 32);
	if (out == NULL)
		return NULL;
	*n = 0;
	if (event.n > 0)
		*n += put_line(out + *n, "event", event);
	if (id.n > 0)
		*n += put_line(out + *n, "id", id);
	for (struct str rest = data.p != NULL ? data : S(""); rest.p != NULL;)
		*n += put_line(out + *n, "data", str_cut(&rest, '\n'));
	out[(*n)++] = '\n';
	return out;
}

/* Under p->lock. All or nothing: a half message would be worse than a cut. */
static bool
sse_put(struct pipe *p, const char *bytes, size_t n)
{
	if (p->gone || p->ended)
		return false;
	if (p->discard)
		return true;
	if (n > p->max - p->count) {
		p->ended = true;
		p->complete = false;
		p->count = 0;
		shutdown(p->conn->fd, SHUT_RDWR);
		pipe_wake(p);
		return false;
	}
	pipe_put(p, bytes, n);
	p->last_ms = http_now_ms(p->conn->server);
	pipe_wake(p);
	return true;
}

bool
http_sse_send(struct http_sse *sse, struct str event, struct str id, struct str data)
{
	struct pipe *p = (struct pipe *)sse;
	size_t n = 0;
	char *bytes = sse_format(event, id, data, &n);
	bool sent;

	if (bytes == NULL)
		return false;
	pthread_mutex_lock(&p->lock);
	sent = sse_put(p, bytes, n);
	pthread_mutex_unlock(&p->lock);
	free(bytes);
	return sent;
}

void
http_sse_close(struct http_sse *sse)
{
	http_stream_end((struct http_stream *)sse, true);
}

void
http_listeners_tick(struct http_server *s, int64_t now_ms)
{
	pthread_mutex_lock(&s->conns_lock);
	for (struct pipe *p = s->listeners; p != NULL; p = p->next) {
		pthread_mutex_lock(&p->lock);
		if (now_ms - p->last_ms >= SSE_COMMENT_MS)
			(void)sse_put(p, ":\n\n", 3);
		pthread_mutex_unlock(&p->lock);
	}
	pthread_mutex_unlock(&s->conns_lock);
}

void
http_listeners_end(struct http_server *s)
{
	pthread_mutex_lock(&s->conns_lock);
	for (struct pipe *p = s->listeners; p != NULL; p = p->next)
		http_sse_close((struct http_sse *)p);
	pthread_mutex_unlock(&s->conns_lock);
}

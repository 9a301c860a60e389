/*
 * http_log.c - counts each request and gathers its log line. Lines are written
 * together, at the latest with the next tick of the reaper (a quarter of a
 * second); those of server errors at once, since trouble may follow them.
 */
#include "base/base.h"
#include "net/http_priv.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

static void
count_latency(struct http_server *s, int64_t us)
{
	int64_t bound = 250;
	size_t i = 0;

	while (i < ARRAY_LEN(s->latency) - 1 && us > bound) {
		bound *= 4;
		i++;
	}
	atomic_fetch_add_explicit(&s->latency[i], 1, memory_order_relaxed);
}

/* Decimal digits of v >= 0, at the end of buf. */
static struct str
digits(char buf[20], int64_t v)
{
	size_t at = 20;

	do
		buf[--at] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	return (struct str){ buf + at, 20 - at };
}

/* Under log_lock. */
static void
write_lines(struct http_server *s)
{
	size_t done = 0;

	while (done < s->log_n) {
		ssize_t n = write(s->o.log->fd, s->log_lines + done, s->log_n - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break; /* nowhere to complain to */
		done += (size_t)n;
	}
	s->log_n = 0;
}

void
http_log_flush(struct http_server *s)
{
	pthread_mutex_lock(&s->log_lock);
	if (s->log_n > 0)
		write_lines(s);
	pthread_mutex_unlock(&s->log_lock);
}

static void
gather(struct http_server *s, const char *line, size_t n, bool at_once)
{
	pthread_mutex_lock(&s->log_lock);
	if (s->log_n + n > LOG_GATHER)
		write_lines(s);
	memcpy(s->log_lines + s->log_n, line, n);
	s->log_n += n;
	if (at_once)
		write_lines(s);
	pthread_mutex_unlock(&s->log_lock);
}

void
http_log_request(struct http_request *q)
{
	struct http_server *s = q->server;
	int64_t us = (http_now_ns() - q->start_ns) / 1000, bytes = q->pipe != NULL ? q->pipe->sent : q->reply_bytes;
	char status[20], time[20], size[20], line[LOG_LINE_MAX];

	if (q->status == 0)
		return; /* the client left before there was anything to answer */
	atomic_fetch_add_explicit(&s->requests, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&s->by_class[q->status / 100 % 6], 1, memory_order_relaxed);
	if (q->own_error)
		atomic_fetch_add_explicit(&s->refused, 1, memory_order_relaxed);
	count_latency(s, us);
	if (s->o.log == NULL || s->o.log->least > LOG_INFO)
		return;

	struct log_pair pairs[7 + LOG_EXTRA_MAX] = {
		{ "method", str_from_c(http_method_name(q->head.method)) },
		{ "path", q->route.p != NULL ? q->route : q->path },
		{ "status", digits(status, q->status) },
		{ "us", digits(time, us) },
		{ "bytes", digits(size, bytes) },
		{ "request", { q->id, q->id_n } },
	};

	memcpy(pairs + 6, q->extra, q->extra_count * sizeof(*pairs));
	gather(s, line, log_text(s->o.log, LOG_INFO, "http", pairs, line), q->status >= 500);
}

void
http_log_add(struct http_request *q, const char *key, struct str value)
{
	struct str copy = str_dup(&q->mem, value);

	if (strcmp(key, "route") == 0)
		q->route = copy;
	else if (q->extra_count < LOG_EXTRA_MAX)
		q->extra[q->extra_count++] = (struct log_pair){ str_c(&q->mem, str_from_c(key)), copy };
}

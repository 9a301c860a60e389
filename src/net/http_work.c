/* http_work.c - the bounded queue between the I/O threads and the workers. */
#include "base/base.h"
#include "net/http_priv.h"
#include <stdlib.h>

struct worker_start {
	struct http_server *server;
	int index;
};

bool
http_work_put(struct http_request *q)
{
	struct http_server *s = q->server;
	bool room;

	pthread_mutex_lock(&s->queue_lock);
	room = !s->queue_closed && s->queue_count < s->o.queue_max;
	if (room) {
		q->next = NULL;
		if (s->queue_last != NULL)
			s->queue_last->next = q;
		else
			s->queue_first = q;
		s->queue_last = q;
		s->queue_count++;
		atomic_store_explicit(&s->queued, s->queue_count, memory_order_relaxed);
		pthread_cond_signal(&s->queue_ready);
	}
	pthread_mutex_unlock(&s->queue_lock);
	return room;
}

/* NULL when the queue was closed and is empty. */
static struct http_request *
work_take(struct http_server *s, bool *closed)
{
	struct http_request *q;

	pthread_mutex_lock(&s->queue_lock);
	while (s->queue_first == NULL && !s->queue_closed)
		pthread_cond_wait(&s->queue_ready, &s->queue_lock);
	q = s->queue_first;
	*closed = s->queue_closed;
	if (q != NULL) {
		s->queue_first = q->next;
		if (s->queue_first == NULL)
			s->queue_last = NULL;
		s->queue_count--;
		atomic_store_explicit(&s->queued, s->queue_count, memory_order_relaxed);
	}
	pthread_mutex_unlock(&s->queue_lock);
	return q;
}

static void
work_one(struct http_request *q, int index, bool closed)
{
	struct http_server *s = q->server;
	struct MHD_Connection *mc = q->mc;

	atomic_fetch_add_explicit(&q->refs, 1, memory_order_relaxed);
	if (closed)
		http_reply_error(q, 503, true);
	else
		s->h.on_request(s->h.self, q, q->plan.route, index);
	if (q->pipe != NULL && !q->pipe->is_sse) {
		/* The connection went on by itself at http_stream_begin(); an unended stream is a broken one. */
		http_stream_end((struct http_stream *)q->pipe, false);
	} else {
		if (q->response == NULL)
			http_reply_error(q, 500, false);
		q->phase = PHASE_REPLY;
		MHD_resume_connection(mc);
	}
	http_request_drop(q);
}

static void *
worker_main(void *arg)
{
	struct worker_start start = *(struct worker_start *)arg;
	struct http_request *q;
	bool closed;

	free(arg);
	while ((q = work_take(start.server, &closed)) != NULL)
		work_one(q, start.index, closed);
	return NULL;
}

enum rc
http_work_start(struct http_server *s, struct err *e)
{
	s->workers = calloc((size_t)s->o.workers, sizeof(*s->workers));
	ASSERT(s->workers != NULL);
	for (int i = 0; i < s->o.workers; i++) {
		struct worker_start *start = malloc(sizeof(*start));

		ASSERT(start != NULL);
		*start = (struct worker_start){ s, i };
		if (pthread_create(&s->workers[i], NULL, worker_main, start) != 0) {
			free(start);
			return fail(e, RC_UNAVAILABLE, NULL, "无法启动工作线程", "cannot start a worker thread");
		}
		s->worker_count++;
	}
	return RC_OK;
}

void
http_work_stop(struct http_server *s)
{
	pthread_mutex_lock(&s->queue_lock);
	s->queue_closed = true;
	pthread_cond_broadcast(&s->queue_ready);
	pthread_mutex_unlock(&s->queue_lock);
	for (int i = 0; i < s->worker_count; i++)
		pthread_join(s->workers[i], NULL);
	free(s->workers);
	s->workers = NULL;
	s->worker_count = 0;
}

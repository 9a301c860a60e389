/*
 * http_reaper.c - absolute deadlines. The library's own time-outs start again
 * with every byte, so a client sending one byte a second would never meet them.
 * Here each connection carries the instant by which its present step must be
 * over; when it is not, the socket is shut down and the library sees a client
 * that left.
 */
#include "base/base.h"
#include "net/http_priv.h"
#include <netinet/in.h>
#include <linux/tcp.h>
#include <sys/socket.h>
#include <time.h>

/*
 * A complete reply goes out through sendfile or one large write, whose progress
 * only the kernel knows. True when the peer took enough since the last look.
 */
static bool
still_taking(struct http_server *s, struct conn *c, int64_t now_ms)
{
	struct tcp_info info = { 0 };
	socklen_t n = sizeof(info);
	int64_t last = atomic_load_explicit(&c->last_ms, memory_order_relaxed);
	uint64_t taken;

	if (last == 0)
		return false;
	if (getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0)
		return now_ms < last;
	taken = info.tcpi_bytes_acked - c->acked;
	c->acked = info.tcpi_bytes_acked;
	if (taken < WRITE_STEP_MIN)
		return false;
	atomic_store_explicit(&c->deadline_ms, now_ms + s->o.write_deadline_ms, memory_order_relaxed);
	return true;
}

static void
cut_late(struct http_server *s, int64_t now_ms)
{
	struct linger at_once = { .l_onoff = 1 };

	pthread_mutex_lock(&s->conns_lock);
	for (struct conn *c = s->conns; c != NULL; c = c->next) {
		int64_t deadline = atomic_load_explicit(&c->deadline_ms, memory_order_relaxed);

		if (deadline == 0 || now_ms < deadline || still_taking(s, c, now_ms))
			continue;
		/*
		 * The descriptor is still this connection's: it is closed only after conn_closed(). Without
		 * lingering, so that the kernel does not keep what nobody takes.
		 */
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
		shutdown(c->fd, SHUT_RDWR);
		atomic_store_explicit(&c->deadline_ms, 0, memory_order_relaxed);
	}
	pthread_mutex_unlock(&s->conns_lock);
}

void
http_cut_all(struct http_server *s)
{
	pthread_mutex_lock(&s->conns_lock);
	for (struct conn *c = s->conns; c != NULL; c = c->next)
		shutdown(c->fd, SHUT_RDWR);
	pthread_mutex_unlock(&s->conns_lock);
}

/* A quarter of the shortest deadline, between 10 and 250 ms. */
static int64_t
tick_ms(const struct http_options *o)
{
	int64_t t = o->head_deadline_ms;

	if (o->body_deadline_ms < t)
		t = o->body_deadline_ms;
	if (o->write_deadline_ms < t)
		t = o->write_deadline_ms;
	t /= 4;
	return t < 10 ? 10 : t > 250 ? 250 : t;
}

static void *
reaper_main(void *arg)
{
	struct http_server *s = arg;
	int64_t tick = tick_ms(&s->o);
	struct timespec pause = { .tv_nsec = (long)tick * 1000000 };

	while (!atomic_load(&s->reaper_stop)) {
		int64_t now = http_now_ms(s);

		cut_late(s, now);
		http_listeners_tick(s, now);
		http_log_flush(s);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

enum rc
http_reaper_start(struct http_server *s, struct err *e)
{
	if (pthread_create(&s->reaper, NULL, reaper_main, s) != 0)
		return fail(e, RC_UNAVAILABLE, NULL, "无法启动监督线程", "cannot start the reaper thread");
	s->reaper_started = true;
	return RC_OK;
}

void
http_reaper_stop(struct http_server *s)
{
	if (!s->reaper_started)
		return;
	atomic_store(&s->reaper_stop, true);
	pthread_join(s->reaper, NULL);
	s->reaper_started = false;
}

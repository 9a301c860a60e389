/* pg_listen.c - one thread with one connection that waits for NOTIFY and hands it to the pool's listeners. */
#include "base/base.h"
#include "db/pg_priv.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { RECONNECT_MIN_MS = 200, RECONNECT_MAX_MS = 5000, IDLE_CHECK_MS = 30000 };

struct pg_listener {
	struct db_pool *pool;
	struct pg_conn conn;
	pthread_t thread;
	int wake; /* eventfd: look at stop and at the channels */
	atomic_bool stop;
	atomic_int wanted, listening; /* generations of the channel list */
	pthread_mutex_t mu;
	pthread_cond_t changed;
};

static bool
listen_all(struct pg_listener *l)
{
	char sql[128], name[64];
	struct db_listener *at;
	int wanted = atomic_load(&l->wanted);
	bool good = true;

	pthread_mutex_lock(&l->pool->mu);
	at = l->pool->listeners;
	pthread_mutex_unlock(&l->pool->mu);
	for (; at != NULL && good; at = at->next) {
		pg_channel(l->pool, at->channel, name);
		snprintf(sql, sizeof(sql), "LISTEN \"%s\"", name);
		good = pg_simple(&l->conn, sql, l->pool->deadline_ms);
	}
	if (!good)
		return false;
	pthread_mutex_lock(&l->mu);
	atomic_store(&l->listening, wanted);
	pthread_cond_broadcast(&l->changed);
	pthread_mutex_unlock(&l->mu);
	return true;
}

static void
deliver(struct pg_listener *l)
{
	size_t skip = l->pool->schema != NULL ? strlen(l->pool->schema) + 1 : 0;
	PGnotify *n;

	while ((n = PQnotifies(l->conn.pq)) != NULL) {
		if (strlen(n->relname) > skip)
			db_deliver(l->pool, n->relname + skip, str_from_c(n->extra));
		PQfreemem(n);
	}
}

/* Waits for the socket or the wake-up. The eventfd is emptied. */
static void
sleep_on(struct pg_listener *l, int fd, int ms)
{
	struct pollfd p[2] = { { .fd = l->wake, .events = POLLIN }, { .fd = fd, .events = POLLIN } };
	uint64_t count;

	if (poll(p, fd >= 0 ? 2 : 1, ms) > 0 && (p[0].revents & POLLIN) && read(l->wake, &count, sizeof(count)) < 0)
		return;
}

/* Until the connection breaks or a stop is asked. */
static void
stay(struct pg_listener *l)
{
	while (!atomic_load(&l->stop) && l->conn.pq != NULL) {
		if (atomic_load(&l->listening) != atomic_load(&l->wanted) && !listen_all(l))
			return;
		deliver(l);
		sleep_on(l, PQsocket(l->conn.pq), IDLE_CHECK_MS);
		if (!PQconsumeInput(l->conn.pq))
			return;
		deliver(l);
	}
}

static void *
listener_main(void *arg)
{
	struct pg_listener *l = arg;
	int pause = RECONNECT_MIN_MS;
	bool before = false;

	while (!atomic_load(&l->stop)) {
		struct err e = { 0 };

		if (l->conn.pq == NULL && pg_connect(l->pool, &l->conn, &e) == RC_OK && listen_all(l)) {
			pause = RECONNECT_MIN_MS;
			/* What was sent while nobody listened is gone: everyone is told to look. */
			if (before)
				db_deliver(l->pool, NULL, (struct str){ 0 });
			before = true;
			stay(l);
		}
		pg_disconnect(&l->conn);
		if (atomic_load(&l->stop))
			break;
		sleep_on(l, -1, pause);
		pause = pause * 2 < RECONNECT_MAX_MS ? pause * 2 : RECONNECT_MAX_MS;
	}
	return NULL;
}

static void
nudge(struct pg_listener *l)
{
	uint64_t one = 1;

	if (write(l->wake, &one, sizeof(one)) < 0)
		return; /* full: it is awake already */
}

static struct pg_listener *
listener_new(struct db_pool *pool)
{
	struct pg_listener *l = calloc(1, sizeof(*l));

	ASSERT(l != NULL);
	l->pool = pool;
	l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	l->conn.next_number = l->conn.valid_from = 1;
	pthread_mutex_init(&l->mu, NULL);
	pthread_cond_init(&l->changed, NULL);
	ASSERT(l->wake >= 0 && pthread_create(&l->thread, NULL, listener_main, l) == 0);
	return l;
}

enum rc
pg_listener_update(struct db_pool *pool, struct pg_listener **lp, struct err *e)
{
	struct timespec until;
	bool in_time = true;

	if (*lp == NULL)
		*lp = listener_new(pool);

	struct pg_listener *l = *lp;
	int wanted = atomic_fetch_add(&l->wanted, 1) + 1;

	nudge(l);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += pool->deadline_ms / 1000 + 1;
	pthread_mutex_lock(&l->mu);
	while (atomic_load(&l->listening) < wanted && in_time)
		in_time = pthread_cond_timedwait(&l->changed, &l->mu, &until) != ETIMEDOUT;
	pthread_mutex_unlock(&l->mu);
	return in_time ? RC_OK : db_unavailable(pool, "storage", "LISTEN did not succeed in time", e);
}

void
pg_listener_stop(struct pg_listener *l)
{
	if (l == NULL)
		return;
	atomic_store(&l->stop, true);
	nudge(l);
	pthread_join(l->thread, NULL);
	close(l->wake);
	pthread_mutex_destroy(&l->mu);
	pthread_cond_destroy(&l->changed);
	free(l);
}

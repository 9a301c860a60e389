/* dispatcher.c - the thread that delivers events: woken by commits, and every second for what must be tried
 * again. */
#include "base/base.h"
#include "core/event_priv.h"
#include <errno.h>
#include <pthread.h>
#include <time.h>

enum { SWEEP_EVERY_MS = 3600000, SESSION_WAIT_MS = 1000 };

struct dispatcher {
	struct arena mem;
	const struct app *app;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stopping, woken;
	int64_t swept_ms;
};

static enum rc
round_once(struct dispatcher *d, struct err *e)
{
	struct ctx c;
	int64_t now = clock_mono(d->app->clock);
	enum rc rc;
	ARENA mem = { 0 };
	DB_SESSION db = NULL;

	arena_init(&mem, 64 << 20);
	rc = db_take(d->app->pool, SESSION_WAIT_MS, &db, e);
	if (rc != RC_OK)
		return rc;
	c = ctx_system(d->app, &mem, db);
	rc = events_drain(&c);
	if (rc == RC_OK && now - d->swept_ms > SWEEP_EVERY_MS) {
		d->swept_ms = now;
		rc = events_sweep(&c);
	}
	if (rc != RC_OK)
		*e = c.err;
	return rc;
}

/* Waits for a wake or one second; false when the thread must end. */
static bool
wait_for_work(struct dispatcher *d)
{
	struct timespec until;
	bool go;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec++;
	pthread_mutex_lock(&d->lock);
	while (!d->woken && !d->stopping && pthread_cond_timedwait(&d->wake, &d->lock, &until) != ETIMEDOUT)
		;
	d->woken = false;
	go = !d->stopping;
	pthread_mutex_unlock(&d->lock);
	return go;
}

static void *
dispatcher_main(void *arg)
{
	struct dispatcher *d = arg;

	while (wait_for_work(d)) {
		struct err e = { 0 };

		if (round_once(d, &e) != RC_OK && d->app->log != NULL)
			LOG(d->app->log, LOG_WARN, "events-wait", { "reason", str_from_c(e.text) });
	}
	return NULL;
}

enum rc
dispatcher_start(struct dispatcher **out, const struct app *app, struct err *e)
{
	struct arena mem = { 0 };
	struct dispatcher *d;
	pthread_condattr_t attr;

	arena_init(&mem, 1 << 16);
	d = NEW(&mem, struct dispatcher);
	d->mem = mem;
	d->app = app;
	d->woken = true; /* what a crash left is delivered first */
	pthread_mutex_init(&d->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&d->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&d->thread, NULL, dispatcher_main, d) != 0) {
		mem = d->mem;
		arena_done(&mem);
		return fail(e, RC_UNAVAILABLE, NULL, "无法启动事件线程", "cannot start the event thread");
	}
	*out = d;
	return RC_OK;
}

void
dispatcher_wake(struct dispatcher *d)
{
	pthread_mutex_lock(&d->lock);
	d->woken = true;
	pthread_cond_signal(&d->wake);
	pthread_mutex_unlock(&d->lock);
}

void
dispatcher_stop(struct dispatcher *d)
{
	struct arena mem;

	if (d == NULL)
		return;
	pthread_mutex_lock(&d->lock);
	d->stopping = true;
	pthread_cond_signal(&d->wake);
	pthread_mutex_unlock(&d->lock);
	pthread_join(d->thread, NULL);
	pthread_cond_destroy(&d->wake);
	pthread_mutex_destroy(&d->lock);
	mem = d->mem;
	arena_done(&mem);
}

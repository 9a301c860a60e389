/*
 * job_pool.c - the threads behind jobs: workers that claim what is due, and one
 * that keeps the leases of running jobs alive and adds scheduled rows. A worker
 * holds a database session only while it works.
 */
#include "base/base.h"
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include "core/job_priv.h"

enum { THREADS_MAX = 16, KINDS_MAX = 128, POLL_MS = 1000, SESSION_WAIT_MS = 5000, THREAD_MEMORY = 16 << 20 };

struct jobs {
	struct arena mem;
	const struct app *app;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stopping;
	unsigned woken;      /* counts calls of jobs_wake() */
	pthread_t threads[THREADS_MAX], beat;
	int count;
	bool beating;
	char who[64];        /* of this process, on leases */
	int64_t slots[KINDS_MAX];
};

/* Waits for work (seen NULL: for nothing) or the next look; false when it is time to end. */
static bool
wait_for_work(struct jobs *p, unsigned *seen, int ms)
{
	struct timespec until;
	bool go_on;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&p->lock);
	while (!p->stopping && (seen == NULL || *seen == p->woken)) {
		if (pthread_cond_timedwait(&p->wake, &p->lock, &until) == ETIMEDOUT)
			break;
	}
	if (seen != NULL)
		*seen = p->woken;
	go_on = !p->stopping;
	pthread_mutex_unlock(&p->lock);
	return go_on;
}

static bool
is_stopping(struct jobs *p)
{
	bool stopping;

	pthread_mutex_lock(&p->lock);
	stopping = p->stopping;
	pthread_mutex_unlock(&p->lock);
	return stopping;
}

/* Everything that is due now. */
static void
work(struct jobs *p, struct arena *mem)
{
	DB_SESSION db = NULL;
	struct err e = { 0 };
	bool ran = true;

	if (db_take(p->app->pool, SESSION_WAIT_MS, &db, &e) != RC_OK)
		return;
	while (ran && !is_stopping(p)) {
		struct ctx c = ctx_system(p->app, mem, db);

		if (job_run_one(&c, p->who, &ran) != RC_OK) {
			LOG(p->app->log, LOG_WARN, "jobs", { "text", str_from_c(c.err.text) });
			ran = false;
		}
		arena_reset(mem);
	}
}

static void *
worker(void *arg)
{
	struct jobs *p = arg;
	ARENA mem = { 0 };
	unsigned seen = 0;

	arena_init(&mem, THREAD_MEMORY);
	do {
		work(p, &mem);
	} while (wait_for_work(p, &seen, POLL_MS));
	return NULL;
}

static const struct db_sql sql_beat = { "job.beat",
	"UPDATE job SET lease_until_ms = :until WHERE state = 'running' AND lease_by = :who AND lease_until_ms < :soon"
	" /* all counties: leases belong to the process */" };

static enum rc
keep_leases(struct jobs *p, struct ctx *c)
{
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	enum rc rc = db_begin(c->db, &tx, &c->err);

	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_beat, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "until", c->now_ms + JOB_LEASE_MS);
	db_bind_i64(st, "soon", c->now_ms + JOB_LEASE_MS - JOB_BEAT_MS / 2);
	db_bind_str(st, "who", str_from_c(p->who));
	rc = db_run(st, NULL, &c->err);
	db_finish(&st);
	return rc == RC_OK ? db_commit(&tx, &c->err) : rc;
}

static const struct db_sql sql_running = { "job.running", "SELECT 1 FROM job WHERE state = 'running' AND lease_by = :who LIMIT 1"
	" /* all counties: leases belong to the process */" };

/* An idle platform writes nothing. */
static enum rc
has_running(struct jobs *p, struct ctx *c, bool *some)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_running, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_str(st, "who", str_from_c(p->who));
	return db_step(st, some, &c->err);
}

static void *
beat(void *arg)
{
	struct jobs *p = arg;
	ARENA mem = { 0 };

	arena_init(&mem, THREAD_MEMORY);
	do {
		DB_SESSION db = NULL;
		struct err e = { 0 };
		bool some = false;

		if (db_take(p->app->pool, SESSION_WAIT_MS, &db, &e) == RC_OK) {
			struct ctx c = ctx_system(p->app, &mem, db);
			enum rc rc = jobs_schedule(&c, p->slots, KINDS_MAX);

			if (rc == RC_OK)
				rc = has_running(p, &c, &some);
			if (rc == RC_OK && some)
				rc = keep_leases(p, &c);
			if (rc != RC_OK)
				LOG(p->app->log, LOG_WARN, "jobs", { "text", str_from_c(c.err.text) });
		}
		db_give(&db);
		arena_reset(&mem);
	} while (wait_for_work(p, NULL, JOB_BEAT_MS));
	return NULL;
}

static const struct db_sql sql_orphans = { "job.orphans",
	"UPDATE job SET lease_until_ms = 0 WHERE state = 'running' AND lease_by <> :who"
	" /* all counties: leases belong to the process */" };

/* SQLite has one process: what another one was running when it ended is taken up at once. */
static enum rc
take_up(struct jobs *p, struct err *e)
{
	DB_SESSION db = NULL;
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	enum rc rc;

	if (db_pool_engine(p->app->pool) != DB_SQLITE)
		return RC_OK;
	rc = db_take(p->app->pool, SESSION_WAIT_MS, &db, e);
	if (rc == RC_OK)
		rc = db_begin(db, &tx, e);
	if (rc == RC_OK)
		rc = db_prepare(db, &sql_orphans, &st, e);
	if (rc != RC_OK)
		return rc;
	db_bind_str(st, "who", str_from_c(p->who));
	rc = db_run(st, NULL, e);
	db_finish(&st);
	return rc == RC_OK ? db_commit(&tx, e) : rc;
}

static struct jobs *
pool_new(const struct app *app)
{
	struct arena mem;
	struct jobs *p;
	pthread_condattr_t attr;
	char host[32] = "";

	arena_init(&mem, 1 << 20);
	p = NEW(&mem, struct jobs);
	p->mem = mem;
	p->app = app;
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->wake, &attr);
	pthread_condattr_destroy(&attr);
	(void)gethostname(host, sizeof(host) - 1);
	snprintf(p->who, sizeof(p->who), "%s:%d:" LLD, host, (int)getpid(), LL(id_new(app->ids)));
	return p;
}

enum rc
jobs_start(struct jobs **out, const struct app *app, int threads, struct err *e)
{
	struct jobs *p = pool_new(app);
	enum rc rc = take_up(p, e);

	for (int i = 0; rc == RC_OK && i < threads && i < THREADS_MAX; i++) {
		if (pthread_create(&p->threads[p->count], NULL, worker, p) != 0)
			rc = fail(e, RC_UNAVAILABLE, NULL, "无法启动任务线程", "cannot start a job thread");
		else
			p->count++;
	}
	if (rc == RC_OK && pthread_create(&p->beat, NULL, beat, p) != 0)
		rc = fail(e, RC_UNAVAILABLE, NULL, "无法启动任务线程", "cannot start a job thread");
	p->beating = rc == RC_OK;
	if (rc != RC_OK) {
		jobs_stop(p);
		return rc;
	}
	*out = p;
	return RC_OK;
}

void
jobs_wake(struct jobs *p)
{
	pthread_mutex_lock(&p->lock);
	p->woken++;
	pthread_cond_broadcast(&p->wake);
	pthread_mutex_unlock(&p->lock);
}

void
jobs_stop(struct jobs *p)
{
	struct arena mem;

	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_broadcast(&p->wake);
	pthread_mutex_unlock(&p->lock);
	for (int i = 0; i < p->count; i++)
		pthread_join(p->threads[i], NULL);
	if (p->beating)
		pthread_join(p->beat, NULL);
	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->lock);
	mem = p->mem;
	arena_done(&mem);
}

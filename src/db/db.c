#include "base/base.h"
#include "base/rand.h"
#include "base/utf8.h"
#include "db/db_priv.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { AGAIN_MAX = 4, PAYLOAD_MAX = 4000, SESSIONS_DEFAULT = 40 };

static char *
copy_z(const char *z)
{
	char *p = z != NULL ? strdup(z) : NULL;

	ASSERT(z == NULL || p != NULL);
	return p;
}

static const struct db_driver *
driver_of(const char *url)
{
	struct str s = str_from_c(url);

	if (str_starts(s, S("sqlite:")) && s.n > 7)
		return &db_driver_sqlite;
	if (str_starts(s, S("postgres://")) || str_starts(s, S("postgresql://")))
		return &db_driver_pg;
	return NULL;
}

static void
free_pool(struct db_pool *pool)
{
	while (pool->listeners != NULL) {
		struct db_listener *l = pool->listeners;

		pool->listeners = l->next;
		free(l);
	}
	pthread_mutex_destroy(&pool->mu);
	pthread_cond_destroy(&pool->returned);
	free(pool->url);
	free(pool->schema);
	free(pool);
}

enum rc
db_pool_open(struct db_pool **out, const struct db_options *o, struct err *e)
{
	const struct db_driver *driver = driver_of(o->url);
	struct db_pool *pool;
	pthread_condattr_t attr;
	enum rc rc;

	if (driver == NULL)
		return fail(e, RC_INVALID, "db", "数据库地址应为 sqlite:路径 或 postgres://…",
			"the database address must be sqlite:PATH or postgres://…");
	pool = calloc(1, sizeof(*pool));
	ASSERT(pool != NULL);
	pool->driver = driver;
	pool->url = copy_z(o->url);
	pool->schema = copy_z(o->schema);
	pool->sessions_max = o->sessions_max > 0 ? o->sessions_max : SESSIONS_DEFAULT;
	pool->deadline_ms = o->deadline_ms > 0 ? o->deadline_ms : DEADLINE_MS;
	pool->batch_ms = o->batch_ms > 0 ? o->batch_ms : 2;
	pool->clock = o->clock != NULL ? o->clock : &clock_system;
	pool->log = o->log;
	pool->fault = o->fault;
	pool->watch = o->watch;
	pool->create = o->create;
	pool->read_only = o->read_only;
	pthread_mutex_init(&pool->mu, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->returned, &attr);
	pthread_condattr_destroy(&attr);
	rc = driver->pool_open(pool, o, e);
	if (rc != RC_OK) {
		free_pool(pool);
		return rc;
	}
	*out = pool;
	return RC_OK;
}

static void
close_session(struct db *db)
{
	db->driver->close(db);
	free(db);
}

void
db_pool_close(struct db_pool *pool)
{
	if (pool == NULL)
		return;
	pthread_mutex_lock(&pool->mu);
	while (pool->taken > 0)
		pthread_cond_wait(&pool->returned, &pool->mu);
	pthread_mutex_unlock(&pool->mu);
	while (pool->idle != NULL) {
		struct db *db = pool->idle;

		pool->idle = db->next_idle;
		close_session(db);
	}
	pool->driver->pool_close(pool);
	free_pool(pool);
}

enum db_engine
db_pool_engine(const struct db_pool *pool)
{
	return pool->driver->engine;
}

enum db_engine
db_engine(const struct db *db)
{
	return db->driver->engine;
}

/* Waits until a session is idle or may be opened. *idle NULL: the caller opens one, already counted. */
static bool
reserve(struct db_pool *pool, int wait_ms, struct db **idle)
{
	struct timespec until;
	bool in_time = true;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += wait_ms / 1000;
	until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&pool->mu);
	while (pool->idle == NULL && pool->open >= pool->sessions_max && in_time)
		in_time = pthread_cond_timedwait(&pool->returned, &pool->mu, &until) != ETIMEDOUT;
	*idle = pool->idle;
	if (*idle != NULL)
		pool->idle = (*idle)->next_idle;
	else if (pool->open < pool->sessions_max)
		pool->open++, in_time = true;
	if (*idle != NULL || in_time)
		pool->taken++;
	pthread_mutex_unlock(&pool->mu);
	return *idle != NULL || in_time;
}

static void
unreserve(struct db_pool *pool)
{
	pthread_mutex_lock(&pool->mu);
	pool->open--;
	pool->taken--;
	pthread_cond_broadcast(&pool->returned);
	pthread_mutex_unlock(&pool->mu);
}

enum rc
db_take(struct db_pool *pool, int wait_ms, struct db **out, struct err *e)
{
	struct db *db;
	enum rc rc;

	if (!reserve(pool, wait_ms, &db))
		return fail_code(e, RC_UNAVAILABLE, "busy", NULL, "数据库繁忙，请稍后再试",
			"the database is busy, please try again later");
	if (db != NULL) {
		rc = db->driver->check(db, e);
	} else {
		db = calloc(1, sizeof(*db));
		ASSERT(db != NULL);
		db->pool = pool;
		db->driver = pool->driver;
		db->news_end = &db->news;
		rc = db->driver->open(db, e);
	}
	if (rc != RC_OK) {
		close_session(db);
		unreserve(pool);
		return rc;
	}
	*out = db;
	return RC_OK;
}

void
db_give(struct db **dbp)
{
	struct db *db = *dbp;

	if (db == NULL)
		return;
	while (db->depth > 0)
		db_rollback(&(struct db_tx){ .db = db, .open = true });
	ASSERT(db->live == NULL);
	pthread_mutex_lock(&db->pool->mu);
	db->next_idle = db->pool->idle;
	db->pool->idle = db;
	db->pool->taken--;
	pthread_cond_broadcast(&db->pool->returned);
	pthread_mutex_unlock(&db->pool->mu);
	*dbp = NULL;
}

/* A statement in a transaction that failed is our own mistake, told alike on both engines. */
static enum rc
refuse_broken(const struct db *db, struct err *e)
{
	if (db->depth > 0 && db->lost)
		return db_unavailable(db->pool, "storage", "the shared transaction was rolled back", e);
	if (db->depth > 0 && db->broken)
		return fail_code(e, RC_INTERNAL, "broken-transaction", NULL, "事务已失败，只能回滚",
			"the transaction has failed and can only be rolled back");
	return RC_OK;
}

enum rc
db_script(struct db *db, const char *text, struct err *e)
{
	enum rc rc = refuse_broken(db, e);

	if (rc != RC_OK)
		return rc;
	if (db->pool->read_only)
		return fail(e, RC_STATE, NULL, "数据库以只读方式打开", "the database is open for reading only");
	rc = db->driver->script(db, text, e);
	if (rc != RC_OK && db->depth > 0)
		db->broken = true;
	return rc;
}

enum rc
db_prepare(struct db *db, const struct db_sql *sql, struct db_stmt **out, struct err *e)
{
	enum rc rc = refuse_broken(db, e);
	struct str native = { 0 };
	struct db_stmt *st;
	ARENA mem = { 0 };

	if (rc != RC_OK)
		return rc;
	st = calloc(1, sizeof(*st));
	ASSERT(st != NULL);
	st->db = db;
	st->in_tx = db->depth > 0;
	st->cache = db->driver->cache(db);
	st->code = cache_take(st->cache, str_from_c(sql->text));
	if (st->code == NULL && db->pool->watch != NULL)
		db->pool->watch->compile(db->pool->watch->self, sql);
	if (st->code == NULL)
		st->code = cache_new(st->cache, sql, db->driver->sigil, &mem, &native, e);
	if (st->code == NULL) {
		free(st);
		return RC_INTERNAL;
	}
	rc = db->driver->compile(st, native, e);
	if (rc != RC_OK) {
		db->driver->finish(st);
		cache_drop(st->cache, st->code);
		free(st);
		db->broken |= db->depth > 0;
		return rc;
	}
	if (native.p != NULL)
		cache_add(st->cache, st->code);
	st->next = db->live;
	st->link = &db->live;
	if (db->live != NULL)
		db->live->link = &st->next;
	db->live = st;
	*out = st;
	return RC_OK;
}

static void
unlink_live(struct db_stmt *st)
{
	*st->link = st->next;
	if (st->next != NULL)
		st->next->link = st->link;
}

static void
let_go(struct db_stmt *st)
{
	if (st->code == NULL)
		return;
	st->db->driver->finish(st);
	cache_release(st->cache, st->code);
	st->code = NULL;
	unlink_live(st);
}

void
db_finish(struct db_stmt **stp)
{
	struct db_stmt *st = *stp;

	if (st == NULL)
		return;
	let_go(st);
	free(st);
	*stp = NULL;
}

void
db_detach(struct db *db)
{
	struct db_stmt *st = db->live, *next;

	for (; st != NULL; st = next) {
		next = st->next;
		if (st->in_tx)
			let_go(st);
	}
}

static int
find_param(const struct db_stmt *st, const char *param)
{
	const struct params *p = &st->code->params;
	struct str name = str_from_c(param[0] == ':' ? param + 1 : param);

	/* Binds mostly come in the order of the text. */
	for (int i = 0; i < p->count; i++) {
		int at = (st->expect + i) % p->count;

		if (str_eq(p->name[at], name))
			return at;
	}
	return -1;
}

bool
db_has_param(const struct db_stmt *st, const char *param)
{
	ASSERT(st->code != NULL);
	return find_param(st, param) >= 0;
}

static void
bind(struct db_stmt *st, const char *param, enum bind_kind kind, int64_t n, struct str s)
{
	ASSERT(st->code != NULL && !st->started);

	int i = find_param(st, param);

	if (i < 0 && st->code->name[0] != 0)
		fprintf(stderr, "statement %s has no parameter %s\n", st->code->name, param);
	ASSERT(i >= 0);
	st->expect = i + 1;
	st->db->driver->bind(st, i, kind, n, s);
}

void
db_bind_i64(struct db_stmt *st, const char *param, int64_t v)
{
	bind(st, param, v == NIL ? BIND_NULL : BIND_I64, v, (struct str){ 0 });
}

void
db_bind_str(struct db_stmt *st, const char *param, struct str v)
{
	/* PostgreSQL's text holds no NUL: both engines refuse it, at the step. */
	st->bad_text |= v.n > 0 && memchr(v.p, 0, v.n) != NULL;
	bind(st, param, v.p == NULL ? BIND_NULL : BIND_TEXT, 0, v);
}

void
db_bind_blob(struct db_stmt *st, const char *param, struct str v)
{
	bind(st, param, v.p == NULL ? BIND_NULL : BIND_BLOB, 0, v);
}

void
db_bind_null(struct db_stmt *st, const char *param)
{
	bind(st, param, BIND_NULL, 0, (struct str){ 0 });
}

static enum rc
first_step(struct db_stmt *st, struct err *e)
{
	struct db *db = st->db;

	if (st->in_tx) {
		enum rc rc = refuse_broken(db, e);

		if (rc != RC_OK)
			return rc;
	}
	atomic_fetch_add_explicit(&db->pool->statements, 1, memory_order_relaxed);
	if (st->bad_text)
		return db_bad_value(e);
	switch (db_ask(db->pool, DB_AT_STATEMENT, st->code->name)) {
	case DB_FAULT_NONE:
		return RC_OK;
	case DB_FAULT_LOST:
		return db->driver->lose(st, e);
	case DB_FAULT_ERROR:
		break;
	}
	return db_unavailable(db->pool, "storage", "planted fault", e);
}

enum rc
db_step(struct db_stmt *st, bool *row, struct err *e)
{
	enum rc rc = RC_OK;

	*row = false;
	ASSERT(st->code != NULL);
	if (st->done)
		return RC_OK;
	if (!st->started)
		rc = first_step(st, e);
	if (rc == RC_OK)
		rc = st->db->driver->step(st, row, e);
	st->started = true;
	st->done = rc != RC_OK || !*row;
	if (rc != RC_OK && st->in_tx && st->db->depth > 0)
		st->db->broken = true;
	return rc;
}

enum rc
db_run(struct db_stmt *st, int64_t *changes, struct err *e)
{
	bool row = true;

	while (row) {
		enum rc rc = db_step(st, &row, e);

		if (rc != RC_OK)
			return rc;
	}
	if (changes != NULL)
		*changes = st->db->driver->changes(st);
	return RC_OK;
}

void
db_reset(struct db_stmt *st)
{
	ASSERT(st->code != NULL);
	st->db->driver->reset(st);
	st->started = st->done = st->bad_text = false;
	st->expect = 0;
}

int
db_col_count(const struct db_stmt *st)
{
	return st->db->driver->col_count(st);
}

const char *
db_col_name(const struct db_stmt *st, int col)
{
	ASSERT(st->code != NULL && col >= 0 && col < db_col_count(st));
	return st->db->driver->col_name(st, col);
}

static void
must_have(const struct db_stmt *st, int col)
{
	ASSERT(st->code != NULL && st->started && !st->done);
	ASSERT(col >= 0 && col < db_col_count(st));
}

bool
db_col_null(struct db_stmt *st, int col)
{
	must_have(st, col);
	return st->db->driver->col_null(st, col);
}

int64_t
db_col_i64(struct db_stmt *st, int col)
{
	must_have(st, col);
	return st->db->driver->col_null(st, col) ? NIL : st->db->driver->col_i64(st, col);
}

struct str
db_col_str(struct db_stmt *st, int col)
{
	must_have(st, col);
	return st->db->driver->col_null(st, col) ? (struct str){ 0 } : st->db->driver->col_str(st, col);
}

struct str
db_col_blob(struct db_stmt *st, int col)
{
	must_have(st, col);
	return st->db->driver->col_null(st, col) ? (struct str){ 0 } : st->db->driver->col_blob(st, col);
}

bool
db_in_tx(const struct db *db)
{
	return db->depth > 0;
}

enum rc
db_begin(struct db *db, struct db_tx *tx, struct err *e)
{
	enum rc rc = refuse_broken(db, e);

	*tx = (struct db_tx){ .db = db };
	if (rc != RC_OK)
		return rc;
	if (db->pool->read_only)
		return fail(e, RC_STATE, NULL, "数据库以只读方式打开", "the database is open for reading only");
	if (db->depth == 0)
		rc = db->driver->begin(db, e);
	else if (!db->driver->nest(db, "SAVEPOINT n", e))
		rc = e->rc;
	if (rc != RC_OK)
		return rc;
	db->depth++;
	tx->open = true;
	return RC_OK;
}

static void
drop_news(struct db *db, bool deliver)
{
	while (db->news != NULL) {
		struct db_news *n = db->news;

		db->news = n->next;
		if (deliver)
			db_deliver(db->pool, n->channel, (struct str){ n->payload, n->n });
		free(n);
	}
	db->news_end = &db->news;
}

/* The outermost transaction is over, one way or the other. */
static void
leave(struct db *db, bool committed)
{
	db->depth = 0;
	db->broken = db->lost = false;
	drop_news(db, committed);
	atomic_fetch_add(committed ? &db->pool->commits : &db->pool->rollbacks, 1);
}

enum rc
db_commit(struct db_tx *tx, struct err *e)
{
	struct db *db = tx->db;

	ASSERT(tx->open && db->depth > 0);

	enum rc rc = refuse_broken(db, e);

	if (rc != RC_OK)
		return rc;
	if (db->depth > 1) {
		if (!db->driver->nest(db, "RELEASE SAVEPOINT n", e)) {
			db->broken = true;
			return e->rc;
		}
		db->depth--;
		tx->open = false;
		return RC_OK;
	}
	rc = db->driver->commit(db, e);
	tx->open = false;
	leave(db, rc == RC_OK);
	return rc;
}

void
db_rollback(struct db_tx *tx)
{
	struct db *db = tx->db;

	if (!tx->open || db == NULL || db->depth == 0)
		return;
	tx->open = false;
	if (db->depth == 1) {
		db->driver->rollback(db);
		leave(db, false);
		return;
	}

	struct err ignored = { 0 };

	/* A nested one that failed heals here, unless the engine gave up the whole. */
	db->depth--;
	db->broken = db->lost || !db->driver->nest(db, "ROLLBACK TO SAVEPOINT n", &ignored) ||
		     !db->driver->nest(db, "RELEASE SAVEPOINT n", &ignored);
}

bool
db_again(const struct err *e, int *attempt)
{
	if (e->rc != RC_UNAVAILABLE || e->code == NULL || strcmp(e->code, "retry") != 0 || *attempt >= AGAIN_MAX)
		return false;

	int64_t us = (int64_t)rand_below(&rand_system, 2000u << (2 * *attempt)) + 200;

	++*attempt;
	nanosleep(&(struct timespec){ .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 }, NULL);
	return true;
}

enum rc
db_snapshot(struct db_pool *pool, const char *path, struct err *e)
{
	return pool->driver->snapshot(pool, path, e);
}

enum rc
db_checkpoint(struct db_pool *pool, struct err *e)
{
	return pool->driver->checkpoint(pool, e);
}

struct db_stats
db_stats(const struct db_pool *cpool)
{
	struct db_pool *pool = (struct db_pool *)(uintptr_t)cpool;
	struct db_stats s = {
		.commits = atomic_load(&pool->commits),
		.batches = atomic_load(&pool->batches),
		.rollbacks = atomic_load(&pool->rollbacks),
		.statements = atomic_load(&pool->statements),
		.retries = atomic_load(&pool->retries),
	};

	pthread_mutex_lock(&pool->mu);
	s.sessions_open = pool->open;
	pthread_mutex_unlock(&pool->mu);
	pool->driver->stats(pool, &s);
	return s;
}

static bool
channel_ok(const char *channel)
{
	size_t n = strlen(channel);

	return n >= 1 && n <= 40 && strspn(channel, "abcdefghijklmnopqrstuvwxyz_") == n;
}

enum rc
db_notify(struct db *db, const char *channel, struct str payload, struct err *e)
{
	ASSERT(channel_ok(channel));
	if (payload.n > PAYLOAD_MAX || !utf8_valid(payload) || (payload.n > 0 && memchr(payload.p, 0, payload.n)))
		return fail_code(e, RC_LIMIT, "too-big", NULL, "通知内容过长或无效",
			"the notification is too long or not text");

	enum rc rc = refuse_broken(db, e);

	return rc == RC_OK ? db->driver->notify(db, channel, payload, e) : rc;
}

enum rc
db_listen(struct db_pool *pool, const char *channel, void (*fn)(void *arg, struct str payload), void *arg,
	struct err *e)
{
	struct db_listener *l = calloc(1, sizeof(*l));

	ASSERT(l != NULL && channel_ok(channel));
	memcpy(l->channel, channel, strlen(channel));
	l->fn = fn;
	l->arg = arg;
	pthread_mutex_lock(&pool->mu);
	l->next = pool->listeners;
	pool->listeners = l;
	pthread_mutex_unlock(&pool->mu);
	return pool->driver->listen(pool, e);
}

void
db_deliver(struct db_pool *pool, const char *channel, struct str payload)
{
	struct db_listener *l;

	/* Listeners are only ever added, at the front: the walk needs the lock for its first step alone. */
	pthread_mutex_lock(&pool->mu);
	l = pool->listeners;
	pthread_mutex_unlock(&pool->mu);
	for (; l != NULL; l = l->next)
		if (channel == NULL || strcmp(l->channel, channel) == 0)
			l->fn(l->arg, payload);
}

enum db_outcome
db_ask(const struct db_pool *pool, enum db_point point, const char *name)
{
	return pool->fault != NULL ? pool->fault->ask(pool->fault->self, point, name) : DB_FAULT_NONE;
}

/*
 * pg.c - PostgreSQL behind db.h. A session is one connection for its life. Outside
 * transactions it is read-only, so a statement may be repeated after a lost
 * connection; inside, the loss loses the transaction, and during COMMIT its fate.
 */
#include "base/base.h"
#include "db/pg_priv.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct blob {
	struct blob *next;
	void *bytes;
};

struct pg_run {
	PGresult *result;
	int row;
	struct blob *blobs; /* decoded columns of the current row */
	char **value;
	int *length, *format;
};

struct pg_shared {
	struct pg_listener *listener;
};

static struct pg_conn *
conn_of(const struct db *db)
{
	return db->impl;
}

static enum rc
pg_pool_open(struct db_pool *pool, const struct db_options *o, struct err *e)
{
	struct pg_shared *s = calloc(1, sizeof(*s));
	struct pg_conn first = { .pq = NULL };
	enum rc rc;

	(void)o;
	ASSERT(s != NULL);
	rc = pg_connect(pool, &first, e);
	pg_disconnect(&first);
	if (rc != RC_OK)
		free(s);
	else
		pool->impl = s;
	return rc;
}

static void
pg_pool_close(struct db_pool *pool)
{
	struct pg_shared *s = pool->impl;

	if (s == NULL)
		return;
	pg_listener_stop(s->listener);
	free(s);
}

/* Prepared on the server under its number; a later deallocation costs a round trip, so it is only sent. */
static void
pg_forget(void *owner, struct db_code *code)
{
	struct pg_conn *c = owner;
	char sql[64];

	if (code->pg_number < c->valid_from || code->pg_number == 0 || c->pq == NULL ||
		PQtransactionStatus(c->pq) == PQTRANS_INERROR)
		return;
	snprintf(sql, sizeof(sql), "DEALLOCATE s%llu", (unsigned long long)code->pg_number);
	(void)pg_simple(c, sql, DEADLINE_MS);
}

static enum rc
pg_open(struct db *db, struct err *e)
{
	struct pg_conn *c = calloc(1, sizeof(*c));

	ASSERT(c != NULL);
	c->cache.forget = pg_forget;
	c->cache.owner = c;
	c->next_number = c->valid_from = 1;
	db->impl = c;
	return pg_connect(db->pool, c, e);
}

static enum rc
pg_check(struct db *db, struct err *e)
{
	struct pg_conn *c = conn_of(db);

	if (c->pq != NULL && PQstatus(c->pq) == CONNECTION_OK)
		return RC_OK;
	return pg_connect(db->pool, c, e);
}

static void
pg_close(struct db *db)
{
	struct pg_conn *c = conn_of(db);

	/* The connection goes first: with it go its prepared statements. */
	pg_disconnect(c);
	cache_clear(&c->cache);
	free(c);
}

/* After a loss outside a transaction: a new connection, once. */
static bool
again_after_loss(struct db *db, struct err *e)
{
	struct pg_conn *c = conn_of(db);

	if (c->pq != NULL || db->depth > 0)
		return false;
	atomic_fetch_add(&db->pool->retries, 1);
	return pg_connect(db->pool, c, e) == RC_OK;
}

static enum rc
answer_fail(struct db *db, const PGresult *r, const char *name, struct err *e)
{
	if (r == NULL && db->depth > 0)
		db->lost = true;
	return pg_fail(db->pool, r, name, e);
}

static enum rc
pg_script(struct db *db, const char *text, struct err *e)
{
	struct pg_conn *c = conn_of(db);
	char setting[96];
	PGresult *r;
	enum rc rc = RC_OK;

	snprintf(setting, sizeof(setting), db->depth > 0 ? "SET LOCAL statement_timeout=%d" :
							   "SET default_transaction_read_only=off; SET statement_timeout=%d",
		SCRIPT_DEADLINE_MS);
	if (!pg_simple(c, setting, db->pool->deadline_ms) &&
		(!again_after_loss(db, e) || !pg_simple(c, setting, db->pool->deadline_ms)))
		return answer_fail(db, NULL, "script", e);
	r = pg_answer(c, PQsendQuery(c->pq, text), SCRIPT_DEADLINE_MS);
	if (r == NULL || (!pg_good(r) && PQresultStatus(r) != PGRES_EMPTY_QUERY))
		rc = answer_fail(db, r, "script", e);
	PQclear(r);
	if (db->depth > 0 || c->pq == NULL)
		return rc;
	if (PQtransactionStatus(c->pq) != PQTRANS_IDLE)
		(void)pg_simple(c, "ROLLBACK", db->pool->deadline_ms);
	snprintf(setting, sizeof(setting), "SET default_transaction_read_only=on; SET statement_timeout=%d",
		db->pool->deadline_ms);
	(void)pg_simple(c, setting, db->pool->deadline_ms);
	return rc;
}

/* ---- statements ---- */

static struct db_cache *
pg_cache(struct db *db)
{
	return &conn_of(db)->cache;
}

static bool
is_prepared(const struct pg_conn *c, const struct db_code *code)
{
	return c->pq != NULL && code->pg_number != 0 && code->pg_number >= c->valid_from;
}

static PGresult *
send_prepare(struct pg_conn *c, struct db_code *code, int deadline_ms)
{
	struct params ignored;
	struct sb native;
	char name[32];
	PGresult *r;
	ARENA mem = { 0 };

	sb_init(&native, &mem, code->text_n + 4 * PARAMS_MAX + 64);
	ASSERT(params_rewrite((struct str){ code->text, code->text_n }, '$', &ignored, &native));
	code->pg_number = c->next_number++;
	snprintf(name, sizeof(name), "s%llu", (unsigned long long)code->pg_number);
	r = pg_answer(c, c->pq != NULL && PQsendPrepare(c->pq, name, native.p, 0, NULL), deadline_ms);
	if (r == NULL || !pg_good(r))
		code->pg_number = 0;
	return r;
}

static enum rc
prepare(struct db *db, struct db_code *code, struct err *e)
{
	struct pg_conn *c = conn_of(db);
	enum rc rc = RC_OK;
	PGresult *r;

	if (is_prepared(c, code))
		return RC_OK;
	r = send_prepare(c, code, db->pool->deadline_ms);
	if (r == NULL && again_after_loss(db, e))
		r = send_prepare(c, code, db->pool->deadline_ms);
	if (r == NULL || !pg_good(r))
		rc = answer_fail(db, r, code->name, e);
	PQclear(r);
	return rc;
}

static enum rc
pg_compile(struct db_stmt *st, struct str native, struct err *e)
{
	(void)native;
	size_t n = (size_t)st->code->params.count;
	struct pg_run *run = calloc(1, sizeof(*run) + n * (sizeof(char *) + 2 * sizeof(int)));

	ASSERT(run != NULL);
	run->value = (char **)(run + 1);
	run->length = (int *)(run->value + n);
	run->format = run->length + n;
	st->pg = run;
	return prepare(st->db, st->code, e);
}

static void
pg_bind(struct db_stmt *st, int index, enum bind_kind kind, int64_t n, struct str s)
{
	struct pg_run *run = st->pg;
	char digits[24];

	free(run->value[index]);
	run->value[index] = NULL;
	run->format[index] = kind == BIND_BLOB;
	if (kind == BIND_NULL)
		return;
	if (kind == BIND_I64)
		s = (struct str){ digits, (size_t)snprintf(digits, sizeof(digits), LLD, LL(n)) };
	if (s.n > (size_t)64 << 20) {
		st->bad_text = true;
		return;
	}
	run->value[index] = malloc(s.n + 1);
	ASSERT(run->value[index] != NULL);
	if (s.n > 0)
		memcpy(run->value[index], s.p, s.n);
	run->value[index][s.n] = 0;
	run->length[index] = (int)s.n;
}

static PGresult *
execute(struct db_stmt *st)
{
	struct pg_conn *c = conn_of(st->db);
	struct pg_run *run = st->pg;
	char name[32];

	snprintf(name, sizeof(name), "s%llu", (unsigned long long)st->code->pg_number);
	return pg_answer(c,
		c->pq != NULL && PQsendQueryPrepared(c->pq, name, st->code->params.count,
					 (const char *const *)run->value, run->length, run->format, 0),
		st->db->pool->deadline_ms);
}

/* A table has changed under a prepared statement; told by the server's function, not by its language. */
static bool
is_stale_plan(const PGresult *r)
{
	const char *where = r != NULL ? PQresultErrorField(r, PG_DIAG_SOURCE_FUNCTION) : NULL;

	return where != NULL && strcmp(where, "RevalidateCachedQuery") == 0;
}

static enum rc
first_rows(struct db_stmt *st, struct err *e)
{
	struct db *db = st->db;
	struct pg_run *run = st->pg;
	enum rc rc = prepare(db, st->code, e);

	if (rc != RC_OK)
		return rc;

	PGresult *r = execute(st);
	bool stale = is_stale_plan(r);

	if (stale) {
		/* Under its number it stays on the server, unused, until the connection ends. */
		st->code->pg_number = 0;
		if (db->depth > 0) {
			PQclear(r);
			return db_unavailable(db->pool, "retry", "a table changed", e);
		}
	}
	if (stale || (r == NULL && again_after_loss(db, e))) {
		PQclear(r);
		rc = prepare(db, st->code, e);
		if (rc != RC_OK)
			return rc;
		r = execute(st);
	}
	if (r == NULL || !pg_good(r)) {
		rc = answer_fail(db, r, st->code->name, e);
		PQclear(r);
		return rc;
	}
	run->result = r;
	run->row = -1;
	return RC_OK;
}

static void
drop_blobs(struct pg_run *run)
{
	while (run->blobs != NULL) {
		struct blob *b = run->blobs;

		run->blobs = b->next;
		PQfreemem(b->bytes);
		free(b);
	}
}

static enum rc
pg_step(struct db_stmt *st, bool *row, struct err *e)
{
	struct pg_run *run = st->pg;

	drop_blobs(run);
	if (!st->started) {
		enum rc rc = first_rows(st, e);

		if (rc != RC_OK)
			return rc;
	}
	*row = ++run->row < PQntuples(run->result);
	return RC_OK;
}

static enum rc
pg_lose(struct db_stmt *st, struct err *e)
{
	struct pg_conn *c = conn_of(st->db);

	(void)e;
	if (c->pq != NULL)
		shutdown(PQsocket(c->pq), SHUT_RDWR);
	return RC_OK;
}

static int64_t
pg_changes(struct db_stmt *st)
{
	struct pg_run *run = st->pg;

	return strncmp(PQcmdStatus(run->result), "SELECT", 6) == 0 ? 0 : strtoll(PQcmdTuples(run->result), NULL, 10);
}

static void
pg_reset(struct db_stmt *st)
{
	struct pg_run *run = st->pg;

	drop_blobs(run);
	PQclear(run->result);
	run->result = NULL;
	for (int i = 0; i < st->code->params.count; i++) {
		free(run->value[i]);
		run->value[i] = NULL;
	}
}

static void
pg_finish(struct db_stmt *st)
{
	pg_reset(st);
	free(st->pg);
	st->pg = NULL;
}

static int
pg_col_count(const struct db_stmt *st)
{
	const struct pg_run *run = st->pg;

	return PQnfields(run->result);
}

static const char *
pg_col_name(const struct db_stmt *st, int col)
{
	const struct pg_run *run = st->pg;

	return PQfname(run->result, col);
}

static bool
pg_col_null(struct db_stmt *st, int col)
{
	struct pg_run *run = st->pg;

	return PQgetisnull(run->result, run->row, col);
}

static struct str
pg_col_str(struct db_stmt *st, int col)
{
	struct pg_run *run = st->pg;

	return (struct str){ PQgetvalue(run->result, run->row, col),
		(size_t)PQgetlength(run->result, run->row, col) };
}

static int64_t
pg_col_i64(struct db_stmt *st, int col)
{
	struct str s = pg_col_str(st, col);

	if (s.n == 1 && (s.p[0] == 't' || s.p[0] == 'f'))
		return s.p[0] == 't';
	return strtoll(s.p, NULL, 10);
}

static struct str
pg_col_blob(struct db_stmt *st, int col)
{
	struct pg_run *run = st->pg;
	struct blob *b = calloc(1, sizeof(*b));
	size_t n = 0;

	ASSERT(b != NULL);
	b->bytes = PQunescapeBytea((const unsigned char *)pg_col_str(st, col).p, &n);
	ASSERT(b->bytes != NULL);
	b->next = run->blobs;
	run->blobs = b;
	return (struct str){ b->bytes, n };
}

/* ---- transactions ---- */

static enum rc
pg_begin(struct db *db, struct err *e)
{
	static const char sql[] = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE";
	struct pg_conn *c = conn_of(db);
	PGresult *r = pg_answer(c, c->pq != NULL && PQsendQuery(c->pq, sql), db->pool->deadline_ms);
	enum rc rc = RC_OK;

	if (r == NULL && again_after_loss(db, e))
		r = pg_answer(c, PQsendQuery(c->pq, sql), db->pool->deadline_ms);
	if (r == NULL || !pg_good(r))
		rc = pg_fail(db->pool, r, "begin", e);
	PQclear(r);
	return rc;
}

static enum rc
uncertain(struct err *e)
{
	return fail_code(e, RC_UNCERTAIN, "storage", NULL, "保存时与数据库的连接中断，可能未保存，请稍后核对",
		"the connection to the database broke while saving; it may not have been stored, please check later");
}

static enum rc
commit_result(struct db *db, PGresult *r, struct err *e)
{
	const char *state = r != NULL ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;

	if (r == NULL || (!pg_good(r) && (state == NULL || strncmp(state, "57P", 3) == 0 ||
						 strncmp(state, "08", 2) == 0 || strncmp(state, "58", 2) == 0)))
		return uncertain(e);
	if (!pg_good(r))
		return pg_fail(db->pool, r, "commit", e);
	/* A failed transaction answers COMMIT with success and the word ROLLBACK. */
	if (strcmp(PQcmdStatus(r), "COMMIT") != 0)
		return db_unavailable(db->pool, "storage", "COMMIT rolled back", e);
	atomic_fetch_add(&db->pool->batches, 1);
	return RC_OK;
}

static enum rc
pg_commit(struct db *db, struct err *e)
{
	struct pg_conn *c = conn_of(db);
	enum db_outcome planted = db_ask(db->pool, DB_AT_COMMIT, "");
	bool sent;
	PGresult *r;
	enum rc rc;

	db_detach(db);
	if (planted == DB_FAULT_ERROR) {
		(void)pg_simple(c, "ROLLBACK", db->pool->deadline_ms);
		return db_unavailable(db->pool, "storage", "planted fault", e);
	}
	sent = c->pq != NULL && PQsendQuery(c->pq, "COMMIT");
	if (planted == DB_FAULT_LOST && sent) {
		(void)PQflush(c->pq);
		shutdown(PQsocket(c->pq), SHUT_RDWR);
	}
	r = pg_answer(c, sent, db->pool->deadline_ms);
	rc = commit_result(db, r, e);
	PQclear(r);
	if (rc != RC_OK && c->pq != NULL && PQtransactionStatus(c->pq) != PQTRANS_IDLE)
		(void)pg_simple(c, "ROLLBACK", db->pool->deadline_ms);
	return rc;
}

static void
pg_rollback(struct db *db)
{
	struct pg_conn *c = conn_of(db);

	db_detach(db);
	if (c->pq != NULL && !pg_simple(c, "ROLLBACK", db->pool->deadline_ms))
		pg_disconnect(c);
}

static bool
pg_nest(struct db *db, const char *command, struct err *e)
{
	struct pg_conn *c = conn_of(db);
	PGresult *r = pg_answer(c, c->pq != NULL && PQsendQuery(c->pq, command), db->pool->deadline_ms);
	bool good = r != NULL && pg_good(r);

	if (!good)
		(void)!answer_fail(db, r, command, e);
	PQclear(r);
	return good;
}

/* ---- news, files ---- */

static enum rc
pg_notify(struct db *db, const char *channel, struct str payload, struct err *e)
{
	struct pg_conn *c = conn_of(db);
	char name[64], text[4096];
	const char *const values[] = { name, text };
	PGresult *r;
	enum rc rc = RC_OK;

	pg_channel(db->pool, channel, name);
	snprintf(text, sizeof(text), STR_FMT, STR_ARG(payload));
	for (int turn = 0; turn < 2; turn++) {
		r = pg_answer(c,
			c->pq != NULL && PQsendQueryParams(c->pq, "SELECT pg_notify($1,$2)", 2, NULL, values, NULL,
						 NULL, 0),
			db->pool->deadline_ms);
		if (r != NULL || !again_after_loss(db, e))
			break;
	}
	if (r == NULL || !pg_good(r)) {
		db->broken |= db->depth > 0;
		rc = answer_fail(db, r, "notify", e);
	}
	PQclear(r);
	return rc;
}

static enum rc
pg_listen(struct db_pool *pool, struct err *e)
{
	struct pg_shared *s = pool->impl;

	return pg_listener_update(pool, &s->listener, e);
}

static enum rc
pg_snapshot(struct db_pool *pool, const char *path, struct err *e)
{
	(void)pool, (void)path;
	return fail(e, RC_INVALID, NULL, "PostgreSQL 数据库请用 pg_dump 备份",
		"a PostgreSQL database is copied with pg_dump");
}

static enum rc
pg_checkpoint(struct db_pool *pool, struct err *e)
{
	(void)pool, (void)e;
	return RC_OK;
}

static void
pg_stats(struct db_pool *pool, struct db_stats *out)
{
	(void)pool, (void)out;
}

const struct db_driver db_driver_pg = {
	.engine = DB_PG,
	.sigil = '$',
	.pool_open = pg_pool_open,
	.pool_close = pg_pool_close,
	.open = pg_open,
	.check = pg_check,
	.close = pg_close,
	.script = pg_script,
	.cache = pg_cache,
	.compile = pg_compile,
	.bind = pg_bind,
	.step = pg_step,
	.lose = pg_lose,
	.changes = pg_changes,
	.reset = pg_reset,
	.finish = pg_finish,
	.col_count = pg_col_count,
	.col_name = pg_col_name,
	.col_null = pg_col_null,
	.col_i64 = pg_col_i64,
	.col_str = pg_col_str,
	.col_blob = pg_col_blob,
	.begin = pg_begin,
	.commit = pg_commit,
	.rollback = pg_rollback,
	.nest = pg_nest,
	.notify = pg_notify,
	.listen = pg_listen,
	.snapshot = pg_snapshot,
	.checkpoint = pg_checkpoint,
	.stats = pg_stats,
};

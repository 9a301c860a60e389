/*
 * sqlite.c - SQLite behind db.h. A session reads through its own read-only
 * connection, which never checkpoints; inside a transaction it uses the writer.
 */
#include "base/base.h"
#include "db/sqlite_priv.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUSY_MS = 5000, PROGRESS_OPS = 20000, VALUE_MAX_BYTES = 64 << 20, SPILL_BYTES = 4 << 20 };

/* ---- errors ---- */

/* "UNIQUE constraint failed: t.a, t.b" to "t(a,b)"; "index 'x'" to "x". */
static void
where_of(const char *words, char *out, size_t cap)
{
	struct str rest = str_from_c(words), item;
	ptrdiff_t colon = str_find(rest, S("failed: "), 0);
	size_t n = 0;
	bool first = true;

	out[0] = 0;
	if (colon < 0)
		return;
	rest = str_sub(rest, (size_t)colon + 8, rest.n);
	if (str_starts(rest, S("index '"))) {
		rest = str_sub(rest, 7, rest.n - 8);
		snprintf(out, cap, STR_FMT, STR_ARG(rest));
		return;
	}
	while (rest.p != NULL && n < cap) {
		item = str_trim(str_cut(&rest, ','));

		struct str table = str_cut(&item, '.');

		if (item.p == NULL) { /* a name of a check, no column */
			snprintf(out, cap, STR_FMT, STR_ARG(table));
			return;
		}
		if (!first)
			table.n = 0;
		n += (size_t)snprintf(out + n, cap - n, STR_FMT "%s" STR_FMT, STR_ARG(table), first ? "(" : ",",
			STR_ARG(item));
		first = false;
	}
	if (n < cap)
		snprintf(out + n, cap - n, ")");
}

static enum rc
constraint_fail(sqlite3 *h, int code, struct err *e)
{
	char where[64];

	where_of(sqlite3_errmsg(h), where, sizeof(where));
	switch (code) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		return db_constraint("unique", where, e);
	case SQLITE_CONSTRAINT_NOTNULL:
		return db_constraint("not-null", where, e);
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return db_constraint("foreign-key", NULL, e);
	case SQLITE_CONSTRAINT_TRIGGER:
		/* A trigger's RAISE, or a foreign key's RESTRICT, which SQLite runs as one. */
		return db_constraint(strstr(sqlite3_errmsg(h), "FOREIGN KEY") != NULL ? "foreign-key" : "check", NULL, e);
	default:
		return db_constraint("check", where, e);
	}
}

enum rc
sqlite_fail(const struct db_pool *pool, sqlite3 *h, const char *name, struct err *e)
{
	int code = sqlite3_extended_errcode(h);

	switch (code & 0xFF) {
	case SQLITE_CONSTRAINT:
		return constraint_fail(h, code, e);
	case SQLITE_MISMATCH:
		return db_bad_value(e);
	case SQLITE_TOOBIG:
		return fail_code(e, RC_LIMIT, "too-big", NULL, "内容过大，无法保存", "the value is too large to store");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return db_unavailable(pool, "retry", sqlite3_errmsg(h), e);
	case SQLITE_INTERRUPT:
		return db_unavailable(pool, "timeout", name, e);
	case SQLITE_FULL:
		return db_unavailable(pool, "disk-full", sqlite3_errmsg(h), e);
	case SQLITE_ERROR:
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
	case SQLITE_READONLY:
	case SQLITE_AUTH:
	case SQLITE_SCHEMA:
		return db_internal(pool, name, sqlite3_errmsg(h), e);
	default:
		return db_unavailable(pool, "storage", sqlite3_errmsg(h), e);
	}
}

/* ---- connections ---- */

static void
configure_once(void)
{
	/* Savepoints remember changed pages; up to this size they do it in memory. Fails when SQLite already runs. */
	sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, (int)SPILL_BYTES);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_initialize();
}

enum rc
sqlite_connect(const struct db_pool *pool, const char *path, int flags, sqlite3 **out, struct err *e)
{
	int code = sqlite3_open_v2(path, out, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	enum rc rc = RC_OK;

	if ((code & 0xFF) == SQLITE_CANTOPEN)
		rc = fail_code(e, RC_UNAVAILABLE, "storage", NULL, "无法打开数据库文件：%s",
			"cannot open the database file: %s", path);
	else if (code != SQLITE_OK)
		rc = sqlite_fail(pool, *out, "open", e);
	if (rc != RC_OK) {
		sqlite3_close(*out);
		*out = NULL;
		return rc;
	}
	sqlite3_busy_timeout(*out, BUSY_MS);
	sqlite3_db_config(*out, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(*out, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_limit(*out, SQLITE_LIMIT_LENGTH, VALUE_MAX_BYTES);
	sqlite3_exec(*out, "PRAGMA cell_size_check=ON", NULL, NULL, NULL);
	return RC_OK;
}

static const char *
path_of(const struct db_pool *pool)
{
	return pool->url + strlen("sqlite:");
}

static enum rc
sqlite_pool_open(struct db_pool *pool, const struct db_options *o, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)o;
	pthread_once(&once, configure_once);
	if (pool->read_only)
		return access(path_of(pool), R_OK) == 0 ? RC_OK :
							  fail_code(e, RC_UNAVAILABLE, "storage", NULL,
								  "无法打开数据库文件：%s",
								  "cannot open the database file: %s", path_of(pool));
	return writer_open(pool, path_of(pool), e);
}

static void
sqlite_pool_close(struct db_pool *pool)
{
	if (pool->impl != NULL)
		writer_close(pool->impl);
}

void
sqlite_forget(void *owner, struct db_code *code)
{
	(void)owner;
	sqlite3_finalize(code->sqlite);
	code->sqlite = NULL;
}

/* A read that runs beyond its deadline inside one step is stopped; slow readers of the result are not. */
static int
on_progress(void *arg)
{
	const struct reader *r = arg;

	return r->step_until_ms != 0 && clock_mono(&clock_system) > r->step_until_ms;
}

static enum rc
reader_connect(const struct db_pool *pool, sqlite3 **out, struct err *e)
{
	enum rc rc = sqlite_connect(pool, path_of(pool), SQLITE_OPEN_READONLY, out, e);

	if (rc != RC_OK)
		return rc;
	sqlite3_db_config(*out, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (sqlite3_exec(*out, "PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-2048; PRAGMA temp_store=MEMORY;"
			       "SELECT 1 FROM sqlite_schema LIMIT 1",
		    NULL, NULL, NULL) == SQLITE_OK)
		return RC_OK;
	rc = sqlite_fail(pool, *out, "open", e);
	sqlite3_close(*out);
	*out = NULL;
	return rc;
}

static enum rc
sqlite_open(struct db *db, struct err *e)
{
	struct reader *r = calloc(1, sizeof(*r));
	enum rc rc;

	ASSERT(r != NULL);
	db->impl = r;
	r->cache.forget = sqlite_forget;
	rc = reader_connect(db->pool, &r->h, e);
	if (rc == RC_OK)
		sqlite3_progress_handler(r->h, PROGRESS_OPS, on_progress, r);
	return rc;
}

static enum rc
sqlite_check(struct db *db, struct err *e)
{
	(void)db, (void)e;
	return RC_OK;
}

static void
sqlite_close(struct db *db)
{
	struct reader *r = db->impl;

	cache_clear(&r->cache);
	sqlite3_close(r->h);
	free(r);
}

/* After anything failed on the writer while this session holds it. */
static enum rc
writer_failed(struct db *db, const char *name, struct err *e)
{
	struct writer *w = writer_of(db->pool);
	enum rc rc = sqlite_fail(db->pool, w->h, name, e);

	if (db->depth > 0 && writer_lost(w))
		db->lost = true;
	return rc;
}

static enum rc
sqlite_script(struct db *db, const char *text, struct err *e)
{
	struct writer *w = writer_of(db->pool);
	enum rc rc = RC_OK;

	if (db->depth == 0)
		rc = writer_take(w, e);
	if (rc != RC_OK)
		return rc;
	if (sqlite3_exec(w->h, text, NULL, NULL, NULL) != SQLITE_OK)
		rc = writer_failed(db, "script", e);
	if (db->depth == 0)
		writer_give(w);
	return rc;
}

/* ---- statements ---- */

static struct db_cache *
sqlite_cache(struct db *db)
{
	return db->depth > 0 ? &writer_of(db->pool)->cache : &((struct reader *)db->impl)->cache;
}

static sqlite3 *
handle_of(const struct db_stmt *st)
{
	return st->writer ? writer_of(st->db->pool)->h : ((struct reader *)st->db->impl)->h;
}

static enum rc
stmt_fail(struct db_stmt *st, struct err *e)
{
	if (st->writer)
		return writer_failed(st->db, st->code->name, e);
	return sqlite_fail(st->db->pool, handle_of(st), st->code->name, e);
}

static enum rc
sqlite_compile(struct db_stmt *st, struct str native, struct err *e)
{
	sqlite3_stmt *made = NULL;
	const char *tail = NULL;

	st->writer = st->in_tx;
	if (st->code->sqlite != NULL)
		return RC_OK;
	if (sqlite3_prepare_v3(handle_of(st), native.p, (int)native.n + 1, SQLITE_PREPARE_PERSISTENT, &made,
		    &tail) != SQLITE_OK)
		return stmt_fail(st, e);
	st->code->sqlite = made;
	if (made == NULL || str_trim(str_from_c(tail)).n > 0)
		return db_internal(st->db->pool, st->code->name, "not exactly one statement", e);
	return RC_OK;
}

static void
sqlite_bind(struct db_stmt *st, int index, enum bind_kind kind, int64_t n, struct str s)
{
	sqlite3_stmt *h = st->code->sqlite;
	int code = SQLITE_OK;

	switch (kind) {
	case BIND_NULL:
		code = sqlite3_bind_null(h, index + 1);
		break;
	case BIND_I64:
		code = sqlite3_bind_int64(h, index + 1, n);
		break;
	case BIND_TEXT:
		code = sqlite3_bind_text64(h, index + 1, s.p, s.n, SQLITE_TRANSIENT, SQLITE_UTF8);
		break;
	case BIND_BLOB:
		code = sqlite3_bind_blob64(h, index + 1, s.n > 0 ? s.p : "", s.n, SQLITE_TRANSIENT);
		break;
	}
	st->bad_text |= code == SQLITE_TOOBIG;
	ASSERT(code == SQLITE_OK || code == SQLITE_TOOBIG);
}

static enum rc
sqlite_step(struct db_stmt *st, bool *row, struct err *e)
{
	struct reader *r = st->db->impl;

	if (!st->writer)
		r->step_until_ms = clock_mono(&clock_system) + st->db->pool->deadline_ms;

	int code = sqlite3_step(st->code->sqlite);

	*row = code == SQLITE_ROW;
	if (code == SQLITE_ROW)
		return RC_OK;
	if (code == SQLITE_DONE)
		return RC_OK;

	enum rc rc = stmt_fail(st, e);

	sqlite3_reset(st->code->sqlite);
	return rc;
}

static enum rc
sqlite_lose(struct db_stmt *st, struct err *e)
{
	struct writer *w = writer_of(st->db->pool);

	if (!st->writer)
		return db_unavailable(st->db->pool, "storage", "planted loss", e);
	/* What SQLite does by itself after SQLITE_FULL or an I/O error. */
	sqlite3_exec(w->h, "ROLLBACK", NULL, NULL, NULL);
	st->db->lost = writer_lost(w);
	return db_unavailable(st->db->pool, "storage", "planted loss", e);
}

static int64_t
sqlite_changes(struct db_stmt *st)
{
	return sqlite3_stmt_readonly(st->code->sqlite) ? 0 : sqlite3_changes64(handle_of(st));
}

static void
sqlite_reset(struct db_stmt *st)
{
	sqlite3_reset(st->code->sqlite);
	sqlite3_clear_bindings(st->code->sqlite);
}

static void
sqlite_finish(struct db_stmt *st)
{
	if (st->code->sqlite != NULL)
		sqlite_reset(st);
}

static int
sqlite_col_count(const struct db_stmt *st)
{
	return sqlite3_column_count(st->code->sqlite);
}

static const char *
sqlite_col_name(const struct db_stmt *st, int col)
{
	return sqlite3_column_name(st->code->sqlite, col);
}

static bool
sqlite_col_null(struct db_stmt *st, int col)
{
	return sqlite3_column_type(st->code->sqlite, col) == SQLITE_NULL;
}

static int64_t
sqlite_col_i64(struct db_stmt *st, int col)
{
	return sqlite3_column_int64(st->code->sqlite, col);
}

static struct str
sqlite_col_str(struct db_stmt *st, int col)
{
	const char *p = (const char *)sqlite3_column_text(st->code->sqlite, col);

	ASSERT(p != NULL); /* only without memory */
	return (struct str){ p, (size_t)sqlite3_column_bytes(st->code->sqlite, col) };
}

static struct str
sqlite_col_blob(struct db_stmt *st, int col)
{
	const char *p = sqlite3_column_blob(st->code->sqlite, col);

	return (struct str){ p != NULL ? p : "", (size_t)sqlite3_column_bytes(st->code->sqlite, col) };
}

/* ---- transactions and the rest ---- */

static enum rc
sqlite_begin(struct db *db, struct err *e)
{
	return writer_begin(writer_of(db->pool), e);
}

static enum rc
sqlite_commit(struct db *db, struct err *e)
{
	db_detach(db);
	return writer_commit(writer_of(db->pool), e);
}

static void
sqlite_rollback(struct db *db)
{
	db_detach(db);
	writer_rollback(writer_of(db->pool), db->lost);
}

static bool
sqlite_nest(struct db *db, const char *command, struct err *e)
{
	if (sqlite3_exec(writer_of(db->pool)->h, command, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	(void)!writer_failed(db, command, e);
	return false;
}

static enum rc
sqlite_notify(struct db *db, const char *channel, struct str payload, struct err *e)
{
	struct db_news *n;

	(void)e;
	if (db->depth == 0) {
		db_deliver(db->pool, channel, payload.p != NULL ? payload : S(""));
		return RC_OK;
	}
	n = calloc(1, sizeof(*n) + payload.n + 1);
	ASSERT(n != NULL);
	memcpy(n->channel, channel, strlen(channel));
	if (payload.n > 0)
		memcpy(n->payload, payload.p, payload.n);
	n->n = payload.n;
	*db->news_end = n;
	db->news_end = &n->next;
	return RC_OK;
}

static enum rc
sqlite_listen(struct db_pool *pool, struct err *e)
{
	(void)pool, (void)e;
	return RC_OK;
}

/* The new file and its name reach the disk. */
static bool
sync_file(const char *path)
{
	char *slash, *dir = strdup(path);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool synced = fd >= 0 && fsync(fd) == 0;

	ASSERT(dir != NULL);
	if (fd >= 0)
		close(fd);
	slash = strrchr(dir, '/');
	if (slash != NULL)
		slash[slash == dir] = 0;
	fd = open(slash != NULL ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	synced = synced && fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	free(dir);
	return synced;
}

static enum rc
sqlite_snapshot(struct db_pool *pool, const char *path, struct err *e)
{
	sqlite3 *h = NULL;
	sqlite3_stmt *st = NULL;
	enum rc rc;

	if (access(path, F_OK) == 0)
		return fail(e, RC_INVALID, "path", "目标文件已存在：%s", "the target file exists already: %s", path);
	rc = reader_connect(pool, &h, e);
	if (rc != RC_OK)
		return rc;
	if (sqlite3_prepare_v2(h, "VACUUM INTO ?1", -1, &st, NULL) != SQLITE_OK ||
		sqlite3_bind_text(st, 1, path, -1, SQLITE_STATIC) != SQLITE_OK || sqlite3_step(st) != SQLITE_DONE)
		rc = sqlite_fail(pool, h, "snapshot", e);
	else if (!sync_file(path))
		rc = db_unavailable(pool, "storage", strerror(errno), e);
	sqlite3_finalize(st);
	sqlite3_close(h);
	if (rc != RC_OK)
		unlink(path);
	return rc;
}

static enum rc
sqlite_checkpoint(struct db_pool *pool, struct err *e)
{
	struct writer *w = writer_of(pool);
	enum rc rc;

	if (w == NULL)
		return fail(e, RC_STATE, NULL, "数据库以只读方式打开", "the database is open for reading only");
	rc = writer_take(w, e);
	if (rc != RC_OK)
		return rc;
	rc = writer_checkpoint(w, SQLITE_CHECKPOINT_TRUNCATE, e);
	writer_give(w);
	return rc;
}

static void
sqlite_stats(struct db_pool *pool, struct db_stats *out)
{
	struct writer *w = writer_of(pool);

	if (w == NULL)
		return;
	out->wal_bytes = atomic_load(&w->wal_bytes);
	out->checkpoints = atomic_load(&w->checkpoints);
	out->failed = atomic_load(&w->failed);
}

const struct db_driver db_driver_sqlite = {
	.engine = DB_SQLITE,
	.sigil = '?',
	.pool_open = sqlite_pool_open,
	.pool_close = sqlite_pool_close,
	.open = sqlite_open,
	.check = sqlite_check,
	.close = sqlite_close,
	.script = sqlite_script,
	.cache = sqlite_cache,
	.compile = sqlite_compile,
	.bind = sqlite_bind,
	.step = sqlite_step,
	.lose = sqlite_lose,
	.changes = sqlite_changes,
	.reset = sqlite_reset,
	.finish = sqlite_finish,
	.col_count = sqlite_col_count,
	.col_name = sqlite_col_name,
	.col_null = sqlite_col_null,
	.col_i64 = sqlite_col_i64,
	.col_str = sqlite_col_str,
	.col_blob = sqlite_col_blob,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.nest = sqlite_nest,
	.notify = sqlite_notify,
	.listen = sqlite_listen,
	.snapshot = sqlite_snapshot,
	.checkpoint = sqlite_checkpoint,
	.stats = sqlite_stats,
};

/*
 * db.h - one small surface over SQLite and libpq. SQL is written once, with
 * :name parameters, and must run unchanged on both engines; drivers rewrite
 * parameters to what their engine wants.
 *
 * struct db_pool is the opened database; struct db is one worker's session on
 * it (never shared between threads at the same moment). On SQLite the session
 * reads through its own read-only WAL connection; db_begin() enters the single
 * writer, where many sessions' transactions share one fsync (group commit,
 * synchronous=FULL): db_commit() returns only when that fsync is done. On
 * PostgreSQL a session owns one connection for its life, reopened after loss.
 *
 * Rule: statements that change rows only inside a transaction. Inside one, the
 * session reads its own writes.
 */
#ifndef DB_DB_H
#define DB_DB_H
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"

enum db_engine { DB_SQLITE, DB_PG };
enum { DB_MAX_PARAMS = 128 };

struct db_pool;
struct db;
struct db_stmt;

/* A statement. name is for logs and the statement registry. */
struct db_sql {
	const char *name, *text;
};

struct db_options {
	const char *url;   /* "sqlite:PATH" or "postgres://…"; ":memory:" is not offered, use a temp file */
	const char *schema; /* PostgreSQL search_path for tests, or NULL */
	int sessions_max;  /* readers (SQLite) or connections (PostgreSQL) */
	int deadline_ms;   /* own network deadline for a PostgreSQL statement, default 15000 */
	int batch_ms;      /* group commit: how long a batch may wait for company, default 2 */
	const struct clock *clock;
	bool create;       /* SQLite: create the file when missing */
};

enum rc db_pool_open(struct db_pool **out, const struct db_options *o, struct err *e) MUST_USE;
/* Waits for open sessions to be returned; checkpoints SQLite. NULL is fine. */
void db_pool_close(struct db_pool *pool);
enum db_engine db_pool_engine(const struct db_pool *pool);

/* Takes a session, waiting at most wait_ms; RC_UNAVAILABLE when none came free or the engine is gone. */
enum rc db_take(struct db_pool *pool, int wait_ms, struct db **out, struct err *e) MUST_USE;
/* Returns it; an open transaction is rolled back. NULL is fine. */
void db_give(struct db **db);
#define DB_SESSION CLEANUP(db_give) struct db *
enum db_engine db_engine(const struct db *db);

/* Runs a script of several statements without parameters (migrations, tests), in autocommit on the writer. */
enum rc db_script(struct db *db, const char *text, struct err *e) MUST_USE;

/*
 * Compiles or takes from the session's cache (keyed by the text). The text is
 * copied when it is new. A second use of a statement still in use gets its own copy.
 */
enum rc db_prepare(struct db *db, const struct db_sql *sql, struct db_stmt **out, struct err *e) MUST_USE;
/* Resets and gives back to the cache. NULL inside is fine. */
void db_finish(struct db_stmt **st);
/* Binding a name the statement does not have is our typo and aborts. Text and blobs are copied. */
void db_bind_i64(struct db_stmt *st, const char *param, int64_t v); /* NIL binds NULL */
void db_bind_str(struct db_stmt *st, const char *param, struct str v); /* absent binds NULL */
void db_bind_blob(struct db_stmt *st, const char *param, struct str v);
void db_bind_null(struct db_stmt *st, const char *param);
/* True when the text names this parameter. */
bool db_has_param(const struct db_stmt *st, const char *param);
/* Sets *row to false at the end. Column values live until the next step or finish. */
enum rc db_step(struct db_stmt *st, bool *row, struct err *e) MUST_USE;
/* Runs to the end, ignoring rows; *changes (may be NULL) gets the number of rows changed. */
enum rc db_run(struct db_stmt *st, int64_t *changes, struct err *e) MUST_USE;
/* Ready for new binds and another run. */
void db_reset(struct db_stmt *st);
int db_col_count(const struct db_stmt *st);
const char *db_col_name(const struct db_stmt *st, int col);
bool db_col_null(struct db_stmt *st, int col);
int64_t db_col_i64(struct db_stmt *st, int col); /* NIL for NULL */
struct str db_col_str(struct db_stmt *st, int col); /* absent for NULL */
struct str db_col_blob(struct db_stmt *st, int col);

/*
 * Transactions. Errors inside leave the transaction to be rolled back by the
 * cleanup. db_commit answers RC_OK only when the work is durable; RC_UNCERTAIN
 * when the connection died while committing. RC_UNAVAILABLE with code "retry"
 * (serialisation, deadlock) may be tried again from the start.
 */
struct db_tx {
	struct db *db;
	bool open;
};
enum rc db_begin(struct db *db, struct db_tx *tx, struct err *e) MUST_USE;
enum rc db_commit(struct db_tx *tx, struct err *e) MUST_USE;
void db_rollback(struct db_tx *tx); /* no-op once committed or never begun */
bool db_in_tx(const struct db *db);
#define DB_STMT CLEANUP(db_finish) struct db_stmt *
#define DB_TX CLEANUP(db_rollback) struct db_tx

/* Online copy of a live SQLite database into a new file (VACUUM INTO by the writer); RC_INVALID on PostgreSQL. */
enum rc db_snapshot(struct db_pool *pool, const char *path, struct err *e) MUST_USE;
/* Merges a SQLite WAL by the one writer. No-op on PostgreSQL. */
enum rc db_checkpoint(struct db_pool *pool, struct err *e) MUST_USE;
/* Counters for /metrics. */
struct db_stats {
	int64_t commits, batches, rollbacks, statements, retries, sessions_open, wal_bytes;
};
struct db_stats db_stats(const struct db_pool *pool);

/* PostgreSQL LISTEN/NOTIFY or in-process fan-out: wakes every waiter on the channel after commit. */
enum rc db_notify(struct db *db, const char *channel, struct str payload, struct err *e) MUST_USE;
#endif

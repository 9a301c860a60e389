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
 * Rule: statements that change rows only inside a transaction; outside, both
 * engines refuse them. Inside one, the session reads its own writes. A
 * PostgreSQL transaction is SERIALIZABLE, as SQLite's always are: what a
 * transaction read is still true when it commits, or it fails with "retry"
 * (see db_again()).
 *
 * Types: columns are BIGINT (INTEGER for small numbers), TEXT or BYTEA. PostgreSQL
 * infers the type of a parameter from its place; where the place says nothing or
 * a small literal would decide (":n + 1", "COALESCE(:n, 0)", ":x IS NULL"),
 * write CAST(:n AS BIGINT). A PostgreSQL result is held whole in memory, and a
 * long walk on SQLite keeps the WAL from being merged: walk large tables in
 * pages by key, on both engines.
 *
 * Errors in one way on both engines:
 *   unique violation       RC_CONFLICT  code "unique"       field "table(col,col)" in index order,
 *                                                           or the index name when it has expressions
 *   not null               RC_INVALID   code "not-null"     field "table(col)"
 *   check                  RC_INVALID   code "check"        field: name of the constraint; none when a
 *                                                           trigger refused
 *   foreign key            RC_INVALID   code "foreign-key"  no field
 *   value out of range, malformed, NUL in text   RC_INVALID  code "value"
 *   larger than the engine takes                 RC_LIMIT    code "too-big"
 *   serialisation, deadlock, database locked     RC_UNAVAILABLE  code "retry"
 *   statement beyond its deadline                RC_UNAVAILABLE  code "timeout"
 *   disk full                                    RC_UNAVAILABLE  code "disk-full"
 *   engine or disk gone, pool failed             RC_UNAVAILABLE  code "storage"
 *   wrong SQL, write outside a transaction       RC_INTERNAL, the engine's words in err.text
 * The engine's own words for RC_UNAVAILABLE go to the log, never to people.
 */
#ifndef DB_DB_H
#define DB_DB_H
#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "base/time.h"

enum db_engine { DB_SQLITE, DB_PG };
enum { DB_MAX_PARAMS = 512 };

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
	bool read_only;    /* no writer: for looking at a database another process owns. db_begin() fails */
	const struct log *log; /* engine trouble goes here; NULL: nowhere */
	const struct db_fault *fault; /* test seams, NULL in service */
	const struct db_watch *watch;
};

/*
 * The fault seam: tests decide at each point what goes wrong. DB_FAULT_ERROR
 * makes the statement or commit fail cleanly; DB_FAULT_LOST loses the whole
 * connection (PostgreSQL), the shared transaction at a statement, or the disk at
 * a commit (SQLite: the pool is failed from then on, as after a failed fsync).
 */
enum db_point { DB_AT_STATEMENT, DB_AT_COMMIT };
enum db_outcome { DB_FAULT_NONE, DB_FAULT_ERROR, DB_FAULT_LOST };
/* Sees every text that is compiled, before it is; called from any thread. */
struct db_watch {
	void (*compile)(void *self, const struct db_sql *sql);
	void *self;
};
struct db_fault {
	/* name: of the statement, "" for a commit. Called from any thread. */
	enum db_outcome (*ask)(void *self, enum db_point point, const char *name);
	void *self;
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
/*
 * Resets and gives back to the cache. NULL inside is fine. The end of a transaction
 * (not of a nested one) finishes every statement that was prepared in it.
 */
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
 *
 * After a failed statement the transaction only rolls back: later statements and
 * the commit fail on both engines. db_begin() inside a transaction opens a nested
 * one (a savepoint), which may fail and be rolled back alone; it is durable when
 * the outermost is. Keep transactions short: on SQLite everybody waits for you.
 */
struct db_tx {
	struct db *db;
	bool open;
};
enum rc db_begin(struct db *db, struct db_tx *tx, struct err *e) MUST_USE;
enum rc db_commit(struct db_tx *tx, struct err *e) MUST_USE;
void db_rollback(struct db_tx *tx); /* no-op once committed or never begun */
bool db_in_tx(const struct db *db);
/*
 * Whether a transaction that failed with *e is worth another try from the start: true at most
 * four times, only for "retry", after a short growing random pause. *attempt starts at 0.
 */
bool db_again(const struct err *e, int *attempt);
#define DB_STMT CLEANUP(db_finish) struct db_stmt *
#define DB_TX CLEANUP(db_rollback) struct db_tx

/*
 * Consistent copy of a live SQLite database into a new file (VACUUM INTO by a reader, nobody waits),
 * fsynced with its directory; RC_INVALID on PostgreSQL or when the file exists.
 */
enum rc db_snapshot(struct db_pool *pool, const char *path, struct err *e) MUST_USE;
/* Merges a SQLite WAL by the one writer. No-op on PostgreSQL. */
enum rc db_checkpoint(struct db_pool *pool, struct err *e) MUST_USE;
/* Counters for /metrics. */
struct db_stats {
	int64_t commits, batches, rollbacks, statements, retries, sessions_open, wal_bytes;
	int64_t checkpoints, failed; /* failed: 1 after a commit whose fate is unknown; the process should exit */
};
struct db_stats db_stats(const struct db_pool *pool);

/*
 * News between sessions and nodes: PostgreSQL LISTEN/NOTIFY, or in-process fan-out.
 * Inside a transaction it goes out with the commit, or never. channel: [a-z_]{1,40};
 * payload: at most 4,000 bytes of text.
 */
enum rc db_notify(struct db *db, const char *channel, struct str payload, struct err *e) MUST_USE;
/*
 * Calls fn for every notification on the channel, from some thread, until the pool is closed.
 * fn must be quick and must not use the pool. An absent payload means "some may have been missed".
 */
enum rc db_listen(struct db_pool *pool, const char *channel, void (*fn)(void *arg, struct str payload),
	void *arg, struct err *e) MUST_USE;
#endif

/* sqlite_priv.h - the readers (sqlite.c) and the one writer (writer.c) of a SQLite database. */
#ifndef SQLITE_PRIV_H
#define SQLITE_PRIV_H
#include "db/db_priv.h"
#include <sqlite3.h>

/* One COMMIT that several transactions wait for. */
struct batch {
	atomic_int done;
	atomic_int refs;
	enum rc rc;           /* of the COMMIT, valid when done */
	const char *code;
	int members;
	int64_t opened_us;    /* when the first member joined */
};

struct queued {
	struct queued *next;
	atomic_int granted;
};

/*
 * The writer's connection belongs to whoever holds it. Holding may be won by
 * anyone who comes at the right moment, which saves a thread switch; who has
 * been passed over too often gets it handed over.
 */
struct writer {
	struct db_pool *pool;
	sqlite3 *h;
	struct db_cache cache;
	sqlite3_stmt *begin, *commit, *rollback, *save, *release, *undo;
	int lock_fd;
	atomic_int held;
	atomic_int waiting;
	pthread_mutex_t mu;      /* the queue */
	struct queued *head, **tail;
	int passed_over;
	/* Everything below belongs to the holder. */
	bool outer;              /* a shared transaction is open */
	struct batch *batch;     /* of transactions released but not committed */
	int expected;            /* members of the last COMMIT: as many may be on their way again */
	int64_t commit_us;       /* what a COMMIT takes, smoothed */
	int wal_pages, merge_at; /* length of the log; at which length it is merged */
	atomic_bool failed;
	atomic_llong wal_bytes, checkpoints;
};

struct reader {
	sqlite3 *h;
	struct db_cache cache;
	int64_t step_until_ms;
};

static inline struct writer *
writer_of(const struct db_pool *pool)
{
	return pool->impl;
}

enum rc writer_open(struct db_pool *pool, const char *path, struct err *e);
void writer_close(struct writer *w);
enum rc writer_begin(struct writer *w, struct err *e);
/* Releases the savepoint and the writer, returns when the shared transaction is durable. */
enum rc writer_commit(struct writer *w, struct err *e);
/* lost: the shared transaction has already been rolled back. */
void writer_rollback(struct writer *w, bool lost);
/* After a failed statement of the holder: true when SQLite rolled everything back; the batch has been told. */
bool writer_lost(struct writer *w);
/* Takes the writer for work outside transactions; open batches are committed first. */
enum rc writer_take(struct writer *w, struct err *e);
void writer_give(struct writer *w);
enum rc writer_checkpoint(struct writer *w, int mode, struct err *e);

enum rc sqlite_fail(const struct db_pool *pool, sqlite3 *h, const char *name, struct err *e);
enum rc sqlite_connect(const struct db_pool *pool, const char *path, int flags, sqlite3 **out, struct err *e);
void sqlite_forget(void *owner, struct db_code *code);
#endif

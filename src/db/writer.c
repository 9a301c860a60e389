/*
 * writer.c - one connection for all writes and all checkpoints, and group commit.
 *
 * A transaction is a savepoint in a shared outer transaction:
 *
 *	BEGIN IMMEDIATE   S1 … RELEASE   S2 … ROLLBACK TO   S3 … RELEASE   COMMIT (one fsync)
 *	                  |- member      |- forgotten       |- member      everyone is told
 *
 * Whoever gives the writer back decides: while others wait for it, the batch goes
 * on, unless it has lasted long enough; when nobody waits, but the last batch had
 * more members than this one, the last member waits a moment for company; otherwise
 * it commits for all. So one lonely client pays one fsync and no delay, and sixty-four
 * share one.
 *
 * A COMMIT that fails tells every member RC_UNAVAILABLE. When the disk itself
 * failed, the log may or may not hold the work: members hear RC_UNCERTAIN and the
 * pool is failed for good, since a later fsync may succeed without having written.
 */
#include "base/base.h"
#include "base/sync.h"
#include "db/sqlite_priv.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum {
	SPINS = 600,
	PASS_MAX = 64,
	WAIT_MAX_US = 30000000,
	RECHECK_US = 50000,
	CHECKPOINT_PAGES = 4096,
	CHECKPOINT_WAIT_MS = 100,
	BUSY_MS = 5000,
	LOCK_TRIES = 20,
};

/* ---- holding the writer ---- */

static bool
try_hold(struct writer *w)
{
	int free_ = 0;

	return atomic_load(&w->held) == 0 &&
	       atomic_compare_exchange_strong(&w->held, &free_, 1);
}

/* Under mu. */
static void
unqueue(struct writer *w, struct queued *me)
{
	struct queued **at = &w->head;

	while (*at != NULL && *at != me)
		at = &(*at)->next;
	if (*at == NULL)
		return;
	*at = me->next;
	if (w->tail == &me->next)
		w->tail = at;
}

static bool
hold_slowly(struct writer *w)
{
	struct queued me = { 0 };
	int64_t until = mono_us() + WAIT_MAX_US;
	bool mine = false;

	pthread_mutex_lock(&w->mu);
	*w->tail = &me;
	w->tail = &me.next;
	pthread_mutex_unlock(&w->mu);
	atomic_fetch_add(&w->waiting, 1);
	while (!mine && mono_us() < until) {
		mine = atomic_load(&me.granted) == 2 || try_hold(w);
		if (!mine) {
			word_wait(&me.granted, 0, RECHECK_US);
			/* 1 was only a nudge to try again. */
			int nudged = 1;

			atomic_compare_exchange_strong(&me.granted, &nudged, 0);
		}
	}
	pthread_mutex_lock(&w->mu);
	unqueue(w, &me);
	/* It may have been handed over between the last look and now. */
	mine |= atomic_load(&me.granted) == 2;
	pthread_mutex_unlock(&w->mu);
	atomic_fetch_sub(&w->waiting, 1);
	return mine;
}

static bool
hold(struct writer *w)
{
	for (int i = 0; i < SPINS; i++) {
		if (try_hold(w))
			return true;
		spin_hint();
	}
	return hold_slowly(w);
}

static void
let_go(struct writer *w)
{
	if (atomic_load(&w->waiting) == 0) {
		atomic_store(&w->held, 0);
		/* Somebody may have queued between the look and the store. */
		if (atomic_load(&w->waiting) == 0)
			return;
		if (!try_hold(w))
			return;
	}
	pthread_mutex_lock(&w->mu);

	struct queued *first = w->head;
	bool hand_over = first != NULL && ++w->passed_over >= PASS_MAX;

	if (hand_over) {
		unqueue(w, first);
		w->passed_over = 0;
		atomic_store(&first->granted, 2);
	} else {
		atomic_store(&w->held, 0);
		if (first != NULL)
			atomic_store(&first->granted, 1);
	}
	if (first != NULL)
		word_wake(&first->granted, 1);
	pthread_mutex_unlock(&w->mu);
}

/* ---- batches ---- */

static void
batch_unref(struct batch *b)
{
	if (atomic_fetch_sub(&b->refs, 1) == 1)
		free(b);
}

/*
 * Tells the members, if there are any, how their COMMIT went. Two are woken; each wakes another:
 * sixty threads that all run at once would only queue for the writer again.
 */
static void
resolve(struct writer *w, enum rc rc, const char *code)
{
	struct batch *b = w->batch;

	w->batch = NULL;
	w->outer = false;
	if (b == NULL)
		return;
	b->rc = rc;
	b->code = code;
	atomic_store(&b->done, 1);
	word_wake(&b->done, 2);
	batch_unref(b);
}

static int
run(sqlite3_stmt *st)
{
	int code = sqlite3_step(st);

	sqlite3_reset(st);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

static void
mark_failed(struct writer *w, const char *words)
{
	atomic_store(&w->failed, true);
	LOG(w->pool->log, LOG_ERROR, "db-failed", { "words", str_from_c(words) });
}

static const char *
code_word(int code)
{
	return (code & 0xFF) == SQLITE_FULL ? "disk-full" : "storage";
}

static void
roll_all_back(struct writer *w)
{
	if (!sqlite3_get_autocommit(w->h))
		run(w->rollback);
}

/* A planted fault at the commit takes the same way as a real one. */
static int
commit_code(struct writer *w)
{
	switch (db_ask(w->pool, DB_AT_COMMIT, "")) {
	case DB_FAULT_NONE:
		return run(w->commit);
	case DB_FAULT_ERROR:
		return SQLITE_FULL;
	case DB_FAULT_LOST:
		break;
	}
	return SQLITE_IOERR_FSYNC;
}

static void
checkpoint_if_due(struct writer *w)
{
	if (w->wal_pages < w->merge_at || atomic_load(&w->failed))
		return;

	/* Readers in the log keep a gentle one from finishing; when it has grown far, wait for them a little. */
	int mode = w->wal_pages < 4 * CHECKPOINT_PAGES ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART;
	struct err ignored = { 0 };

	(void)!writer_checkpoint(w, mode, &ignored);
}

/* Holding, with an outer transaction. Ends it for all members. */
static void
commit_batch(struct writer *w)
{
	int64_t start = mono_us();
	int code = commit_code(w);

	w->expected = w->batch != NULL ? w->batch->members : 0;
	if (code == SQLITE_OK) {
		int64_t took = mono_us() - start;

		w->commit_us += (took - w->commit_us) / 8;
		atomic_fetch_add(&w->pool->batches, 1);
		resolve(w, RC_OK, NULL);
		checkpoint_if_due(w);
		return;
	}

	const char *words = sqlite3_errstr(code);

	LOG(w->pool->log, LOG_ERROR, "db-commit", { "words", str_from_c(words) });
	roll_all_back(w);
	if ((code & 0xFF) == SQLITE_IOERR) {
		mark_failed(w, words);
		resolve(w, RC_UNCERTAIN, "storage");
	} else {
		resolve(w, RC_UNAVAILABLE, code_word(code));
	}
}

bool
writer_lost(struct writer *w)
{
	if (!w->outer || !sqlite3_get_autocommit(w->h))
		return false;

	int code = sqlite3_extended_errcode(w->h);

	if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC || (code & 0xFF) == SQLITE_CORRUPT)
		mark_failed(w, sqlite3_errstr(code));
	resolve(w, RC_UNAVAILABLE, code_word(code));
	return true;
}

static int64_t
batch_limit_us(const struct writer *w)
{
	int64_t limit = (int64_t)w->pool->batch_ms * 1000;

	return limit > 4 * w->commit_us ? limit : 4 * w->commit_us;
}

static int64_t
company_us(const struct writer *w)
{
	int64_t us = 2 * w->commit_us < 100 ? 100 : 2 * w->commit_us;
	int64_t most = (int64_t)w->pool->batch_ms * 1000;

	return us < most ? us : most;
}

/*
 * Gives the writer back. A batch that nobody will come to finish is committed first;
 * may_wait: the caller is a member and will itself come back after *wait_us.
 */
static void
give_back(struct writer *w, bool may_wait, int64_t *wait_us)
{
	struct batch *b = w->batch;

	if (b == NULL) {
		if (w->outer) {
			run(w->rollback);
			w->outer = false;
		}
		let_go(w);
		return;
	}

	bool in_time = mono_us() - b->opened_us < batch_limit_us(w);

	if (in_time && atomic_load(&w->waiting) > 0) {
		let_go(w);
		return;
	}
	if (in_time && may_wait && b->members < w->expected) {
		*wait_us = company_us(w);
		let_go(w);
		return;
	}
	commit_batch(w);
	let_go(w);
}

/* Until the batch is decided; wait_us >= 0: comes back to commit it when nobody else did by then. */
static void
await(struct writer *w, struct batch *b, int64_t wait_us)
{
	while (atomic_load(&b->done) == 0) {
		word_wait(&b->done, 0, wait_us >= 0 ? wait_us : RECHECK_US);
		if (atomic_load(&b->done) != 0)
			break;
		/* Who holds the writer now decides when giving it back. */
		if (!try_hold(w))
			continue;
		if (w->batch == b)
			commit_batch(w);
		let_go(w);
	}
	word_wake(&b->done, 1);
}

/* ---- transactions ---- */

static enum rc
failed_rc(struct writer *w, struct err *e)
{
	return db_unavailable(w->pool, "storage", "the pool has failed; the process must be restarted", e);
}

static enum rc
busy_rc(struct err *e)
{
	return fail_code(e, RC_UNAVAILABLE, "busy", NULL, "数据库繁忙，请稍后再试",
		"the database is busy, please try again later");
}

enum rc
writer_begin(struct writer *w, struct err *e)
{
	int64_t wait_us = -1;
	int code = SQLITE_OK;

	if (!hold(w))
		return busy_rc(e);
	if (atomic_load(&w->failed)) {
		let_go(w);
		return failed_rc(w, e);
	}
	if (!w->outer)
		code = run(w->begin);
	w->outer |= code == SQLITE_OK;
	if (code == SQLITE_OK)
		code = run(w->save);
	if (code == SQLITE_OK)
		return RC_OK;

	enum rc rc = sqlite_fail(w->pool, w->h, "begin", e);

	if (!writer_lost(w))
		give_back(w, false, &wait_us);
	else
		let_go(w);
	return rc;
}

static enum rc
told(const struct writer *w, const struct batch *b, struct err *e)
{
	if (b->rc == RC_OK)
		return RC_OK;
	if (b->rc == RC_UNCERTAIN)
		return fail_code(e, RC_UNCERTAIN, b->code, NULL, "保存时磁盘出错，可能未保存，请稍后核对",
			"the disk failed while saving; it may not have been stored, please check later");
	return db_unavailable(w->pool, b->code, "the shared transaction failed", e);
}

static struct batch *
join(struct writer *w)
{
	if (w->batch == NULL) {
		w->batch = calloc(1, sizeof(*w->batch));
		ASSERT(w->batch != NULL);
		atomic_store(&w->batch->refs, 1);
		w->batch->opened_us = mono_us();
	}
	w->batch->members++;
	atomic_fetch_add(&w->batch->refs, 1);
	return w->batch;
}

/* Deferred foreign keys are checked by nobody at a RELEASE, and at the COMMIT they would fail everyone. */
static bool
owes_keys(struct writer *w)
{
	int now = 0, high = 0;

	sqlite3_db_status(w->h, SQLITE_DBSTATUS_DEFERRED_FKS, &now, &high, 0);
	return now != 0;
}

enum rc
writer_commit(struct writer *w, struct err *e)
{
	int64_t wait_us = -1;
	enum rc rc;

	if (owes_keys(w)) {
		writer_rollback(w, false);
		return db_constraint("foreign-key", NULL, e);
	}
	if (run(w->release) != SQLITE_OK) {
		rc = sqlite_fail(w->pool, w->h, "release", e);
		writer_rollback(w, writer_lost(w));
		return rc;
	}

	struct batch *b = join(w);

	give_back(w, true, &wait_us);
	await(w, b, wait_us);
	rc = told(w, b, e);
	batch_unref(b);
	return rc;
}

void
writer_rollback(struct writer *w, bool lost)
{
	int64_t wait_us = -1;

	if (lost) {
		let_go(w);
		return;
	}
	if (run(w->undo) != SQLITE_OK || run(w->release) != SQLITE_OK) {
		/* Without its savepoint the shared transaction cannot be trusted. */
		roll_all_back(w);
		resolve(w, RC_UNAVAILABLE, "storage");
	}
	give_back(w, false, &wait_us);
}

enum rc
writer_take(struct writer *w, struct err *e)
{
	if (!hold(w))
		return busy_rc(e);
	if (w->batch != NULL)
		commit_batch(w);
	if (w->outer) {
		run(w->rollback);
		w->outer = false;
	}
	if (!atomic_load(&w->failed))
		return RC_OK;
	let_go(w);
	return failed_rc(w, e);
}

void
writer_give(struct writer *w)
{
	roll_all_back(w);
	let_go(w);
}

enum rc
writer_checkpoint(struct writer *w, int mode, struct err *e)
{
	int in_log = 0, merged = 0; /* pages */

	sqlite3_busy_timeout(w->h, CHECKPOINT_WAIT_MS);

	int code = sqlite3_wal_checkpoint_v2(w->h, NULL, mode, &in_log, &merged);

	sqlite3_busy_timeout(w->h, BUSY_MS);
	atomic_fetch_add(&w->checkpoints, 1);
	/* While readers keep the log from starting anew, it is merged again only after it has grown as much. */
	w->merge_at = (in_log > 0 ? in_log : 0) + CHECKPOINT_PAGES;
	if (code == SQLITE_OK)
		return RC_OK;
	/* Readers in the way are no trouble: the next commit tries again. */
	if ((code & 0xFF) == SQLITE_BUSY || (code & 0xFF) == SQLITE_LOCKED)
		return db_unavailable(w->pool, "retry", sqlite3_errstr(code), e);
	if ((code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CORRUPT)
		mark_failed(w, sqlite3_errstr(code));
	return db_unavailable(w->pool, code_word(code), sqlite3_errstr(code), e);
}

/* ---- opening ---- */

static int
on_wal(void *arg, sqlite3 *h, const char *name, int pages)
{
	struct writer *w = arg;

	(void)h, (void)name;
	if (pages < w->wal_pages)
		w->merge_at = CHECKPOINT_PAGES; /* the log began anew */
	w->wal_pages = pages;
	atomic_store(&w->wal_bytes, (long long)pages * 4096);
	return SQLITE_OK;
}

/* Two writing processes would meet SQLite's WAL-reset race; the second one is told so. */
static enum rc
lock_database(struct writer *w, const char *path, struct err *e)
{
	char *name = sqlite3_mprintf("%s.lock", path);

	ASSERT(name != NULL);
	w->lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	sqlite3_free(name);
	if (w->lock_fd < 0)
		return db_unavailable(w->pool, "storage", strerror(errno), e);
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(w->lock_fd, LOCK_EX | LOCK_NB) == 0)
			return RC_OK;
		nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	}
	return fail_code(e, RC_UNAVAILABLE, "in-use", NULL, "另一个程序正在使用此数据库：%s",
		"another process is using this database: %s", path);
}

static enum rc
pragma(struct writer *w, const char *sql, const char *want, struct err *e)
{
	sqlite3_stmt *st = NULL;
	bool as_wanted = false;

	if (sqlite3_prepare_v2(w->h, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		as_wanted = strcmp((const char *)sqlite3_column_text(st, 0), want) == 0;
	if (!as_wanted && sqlite3_errcode(w->h) != SQLITE_ROW)
		(void)!sqlite_fail(w->pool, w->h, sql, e);
	else if (!as_wanted)
		(void)!db_unavailable(w->pool, "storage", sql, e);
	sqlite3_finalize(st);
	return as_wanted ? RC_OK : e->rc;
}

static enum rc
set_up(struct writer *w, struct err *e)
{
	static const char settings[] = "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
				       "PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-16384;"
				       "PRAGMA journal_size_limit=67108864; PRAGMA temp_store=MEMORY";
	struct {
		const char *text;
		sqlite3_stmt **to;
	} own[] = { { "BEGIN IMMEDIATE", &w->begin }, { "COMMIT", &w->commit }, { "ROLLBACK", &w->rollback },
		{ "SAVEPOINT t", &w->save }, { "RELEASE t", &w->release }, { "ROLLBACK TO t", &w->undo } };
	enum rc rc = pragma(w, "PRAGMA journal_mode=WAL", "wal", e);

	if (rc == RC_OK && sqlite3_exec(w->h, settings, NULL, NULL, NULL) != SQLITE_OK)
		rc = sqlite_fail(w->pool, w->h, "settings", e);
	/* What durability rests on is looked at, not assumed. */
	if (rc == RC_OK)
		rc = pragma(w, "PRAGMA synchronous", "2", e);
	if (rc == RC_OK)
		rc = pragma(w, "PRAGMA foreign_keys", "1", e);
	for (size_t i = 0; rc == RC_OK && i < ARRAY_LEN(own); i++)
		if (sqlite3_prepare_v3(w->h, own[i].text, -1, SQLITE_PREPARE_PERSISTENT, own[i].to, NULL) !=
			SQLITE_OK)
			rc = sqlite_fail(w->pool, w->h, own[i].text, e);
	sqlite3_wal_hook(w->h, on_wal, w);
	return rc;
}

enum rc
writer_open(struct db_pool *pool, const char *path, struct err *e)
{
	struct writer *w = calloc(1, sizeof(*w));
	int flags = SQLITE_OPEN_READWRITE | (pool->create ? SQLITE_OPEN_CREATE : 0);
	enum rc rc;

	ASSERT(w != NULL);
	w->pool = pool;
	w->lock_fd = -1;
	w->tail = &w->head;
	w->commit_us = 500;
	w->merge_at = CHECKPOINT_PAGES;
	pthread_mutex_init(&w->mu, NULL);
	w->cache.forget = sqlite_forget;
	w->cache.owner = w;
	pool->impl = w;
	rc = lock_database(w, path, e);
	/* SQLite would make the file readable by everybody; its log takes the permissions of the file. */
	if (rc == RC_OK && pool->create) {
		int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

		if (fd >= 0)
			close(fd);
	}
	if (rc == RC_OK)
		rc = sqlite_connect(pool, path, flags, &w->h, e);
	if (rc == RC_OK)
		rc = set_up(w, e);
	if (rc != RC_OK)
		writer_close(w);
	return rc;
}

void
writer_close(struct writer *w)
{
	struct err ignored = { 0 };
	sqlite3_stmt *own[] = { w->begin, w->commit, w->rollback, w->save, w->release, w->undo };

	if (w->batch != NULL)
		commit_batch(w);
	if (w->h != NULL && w->commit != NULL && !atomic_load(&w->failed)) {
		roll_all_back(w);
		(void)!writer_checkpoint(w, SQLITE_CHECKPOINT_TRUNCATE, &ignored);
	}
	cache_clear(&w->cache);
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		sqlite3_finalize(own[i]);
	if (w->h != NULL && atomic_load(&w->failed))
		sqlite3_db_config(w->h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_close(w->h);
	if (w->lock_fd >= 0)
		close(w->lock_fd);
	pthread_mutex_destroy(&w->mu);
	w->pool->impl = NULL;
	free(w);
}

/*
 * disk_test.c - SQLite on a disk that fails: the n-th write finds it full, the n-th fsync
 * goes wrong, once or from then on. Whatever happens, an acknowledged pair is there after
 * the next start, a refused one is not, an uncertain one is whole or absent.
 */
#include "base/base.h"
#include "db/db.h"
#include "tap.h"
#include "db/testdb.h"
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- a file system that counts ---- */

enum kind { NOTHING, WRITE_FULL, WRITE_IOERR, SYNC_IOERR };

struct bad_disk {
	sqlite3_vfs vfs, *real;
	sqlite3_io_methods methods;
	enum kind kind;
	int countdown;
	bool from_then_on;
	int hits;
};

struct bad_file {
	sqlite3_file base;
	struct bad_disk *disk;
	sqlite3_file *real; /* behind this struct, in the same memory */
};

static sqlite3_file *
real(sqlite3_file *f)
{
	return ((struct bad_file *)f)->real;
}

static int
fault(sqlite3_file *f, bool is_sync)
{
	struct bad_disk *d = ((struct bad_file *)f)->disk;

	if (d->kind == NOTHING || (d->kind == SYNC_IOERR) != is_sync)
		return SQLITE_OK;
	d->countdown--;
	if (d->countdown != 0 && !(d->from_then_on && d->countdown < 0))
		return SQLITE_OK;
	d->hits++;
	return d->kind == WRITE_FULL ? SQLITE_FULL : d->kind == WRITE_IOERR ? SQLITE_IOERR_WRITE : SQLITE_IOERR_FSYNC;
}

static int
bad_close(sqlite3_file *f)
{
	return real(f)->pMethods->xClose(real(f));
}

static int
bad_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return real(f)->pMethods->xRead(real(f), p, n, at);
}

static int
bad_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	int rc = fault(f, false);

	/* A full disk takes the first half. */
	if (rc != SQLITE_OK)
		(void)real(f)->pMethods->xWrite(real(f), p, n / 2, at);
	return rc != SQLITE_OK ? rc : real(f)->pMethods->xWrite(real(f), p, n, at);
}

static int
bad_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return real(f)->pMethods->xTruncate(real(f), size);
}

static int
bad_sync(sqlite3_file *f, int flags)
{
	int rc = fault(f, true);

	return rc != SQLITE_OK ? rc : real(f)->pMethods->xSync(real(f), flags);
}

static int
bad_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return real(f)->pMethods->xFileSize(real(f), size);
}

static int
bad_lock(sqlite3_file *f, int level)
{
	return real(f)->pMethods->xLock(real(f), level);
}

static int
bad_unlock(sqlite3_file *f, int level)
{
	return real(f)->pMethods->xUnlock(real(f), level);
}

static int
bad_reserved(sqlite3_file *f, int *out)
{
	return real(f)->pMethods->xCheckReservedLock(real(f), out);
}

static int
bad_control(sqlite3_file *f, int op, void *arg)
{
	return real(f)->pMethods->xFileControl(real(f), op, arg);
}

static int
bad_sector(sqlite3_file *f)
{
	return real(f)->pMethods->xSectorSize(real(f));
}

static int
bad_device(sqlite3_file *f)
{
	return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

static int
bad_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}

static int
bad_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}

static void
bad_shm_barrier(sqlite3_file *f)
{
	real(f)->pMethods->xShmBarrier(real(f));
}

static int
bad_shm_unmap(sqlite3_file *f, int delete_it)
{
	return real(f)->pMethods->xShmUnmap(real(f), delete_it);
}

static int
bad_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
	struct bad_disk *d = vfs->pAppData;
	struct bad_file *b = (struct bad_file *)f;
	int rc;

	b->disk = d;
	b->real = (sqlite3_file *)(b + 1);
	rc = d->real->xOpen(d->real, name, b->real, flags, out);
	b->base.pMethods = rc == SQLITE_OK ? &d->methods : NULL;
	return rc;
}

static void
install(struct bad_disk *d)
{
	sqlite3_initialize();
	*d = (struct bad_disk){ .real = sqlite3_vfs_find(NULL) };
	d->vfs = *d->real;
	d->vfs.zName = "bad";
	d->vfs.szOsFile = (int)sizeof(struct bad_file) + d->real->szOsFile;
	d->vfs.pAppData = d;
	d->vfs.xOpen = bad_open;
	d->methods = (sqlite3_io_methods){ 2, bad_close, bad_read, bad_write, bad_truncate, bad_sync, bad_size,
		bad_lock, bad_unlock, bad_reserved, bad_control, bad_sector, bad_device, bad_shm_map, bad_shm_lock,
		bad_shm_barrier, bad_shm_unmap, NULL, NULL };
	sqlite3_vfs_register(&d->vfs, 1);
}

/* The default file system passes itself to its functions; the wrapper's must do the same. */
static int
full_path(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
	struct bad_disk *d = vfs->pAppData;

	return d->real->xFullPathname(d->real, name, n, out);
}

/* ---- the test ---- */

static const struct db_sql add = { "add", "INSERT INTO one (id, half) VALUES (:id, :half)" };
static const struct db_sql get = { "get", "SELECT COUNT(*) FROM one WHERE id BETWEEN :id AND :id + 1" };

enum { PAIRS = 6 };

static enum rc
pair(struct db *db, int64_t id, struct err *e)
{
	DB_TX tx = { 0 };
	enum rc rc = db_begin(db, &tx, e);

	for (int half = 0; rc == RC_OK && half < 2; half++) {
		DB_STMT st = NULL;

		rc = db_prepare(db, &add, &st, e);
		if (rc != RC_OK)
			return rc;
		db_bind_i64(st, "id", id + half);
		db_bind_i64(st, "half", half);
		rc = db_run(st, NULL, e);
	}
	return rc == RC_OK ? db_commit(&tx, e) : rc;
}

static int64_t
found(struct db *db, int64_t id)
{
	struct err e = { 0 };
	DB_STMT st = NULL;
	bool row;

	if (db_prepare(db, &get, &st, &e) != RC_OK)
		return -1;
	db_bind_i64(st, "id", id);
	return db_step(st, &row, &e) == RC_OK && row ? db_col_i64(st, 0) : -1;
}

static void
work(struct testdb *t, int64_t from, enum rc said[PAIRS])
{
	struct err e = { 0 };
	DB_SESSION db = NULL;
	bool open = db_take(t->pool, 100, &db, &e) == RC_OK;

	for (int i = 0; i < PAIRS; i++)
		said[i] = open ? pair(db, from + 2 * i, &e) : RC_UNAVAILABLE;
	(void)!db_checkpoint(t->pool, &e);
}

static int
judge(struct testdb *t, int64_t from, const enum rc said[PAIRS])
{
	struct err e = { 0 };
	DB_SESSION db = NULL;
	int wrong = 0;

	if (db_take(t->pool, 100, &db, &e) != RC_OK)
		return 1;
	for (int i = 0; i < PAIRS; i++) {
		int64_t n = found(db, from + 2 * i);

		if (said[i] == RC_OK)
			wrong += n != 2;
		else if (said[i] == RC_UNCERTAIN)
			wrong += n != 0 && n != 2;
		else
			wrong += n != 0;
	}
	return wrong;
}

static void
loop(struct testdb *t, struct bad_disk *d, enum kind kind, bool from_then_on, int64_t *next)
{
	static const char *const names[] = { "", "disk full", "write error", "fsync error" };
	int wrong = 0, points = 0, refused = 0, hits = 1;
	struct err e = { .lang = LANG_EN };

	for (int n = 1; hits > 0 && n < 400; n++) {
		enum rc said[PAIRS];

		d->kind = kind;
		d->countdown = n;
		d->from_then_on = from_then_on;
		d->hits = 0;
		work(t, *next, said);
		hits = d->hits;
		d->kind = NOTHING;
		points += hits > 0;
		for (int i = 0; i < PAIRS; i++)
			refused += said[i] != RC_OK;
		wrong += testdb_reopen(t, &e) != RC_OK || judge(t, *next, said);
		*next += 2 * PAIRS;
	}
	ok(wrong == 0 && hits == 0 && refused > 0, "%s %s: %d points, %d pairs refused, %d wrong", names[kind],
		from_then_on ? "from then on" : "once", points, refused, wrong);
}

static void
test_codes(struct testdb *t, struct bad_disk *d)
{
	struct err e = { .lang = LANG_EN };

	d->kind = WRITE_FULL;
	d->countdown = 1;
	d->from_then_on = true;
	{
		DB_SESSION db = NULL;

		ASSERT(db_take(t->pool, 100, &db, &e) == RC_OK);
		ok(pair(db, -10, &e) == RC_UNAVAILABLE && strcmp(e.code, "disk-full") == 0, "a full disk is named: %s",
			e.text);
		d->kind = NOTHING;
		ok(pair(db, -10, &e) == RC_OK, "with room again writing goes on: %s", e.text);
		d->kind = SYNC_IOERR;
		d->countdown = 1;
		d->from_then_on = false;
		ok(pair(db, -20, &e) == RC_UNCERTAIN, "a failed fsync is uncertain: %s", e.text);
		ok(pair(db, -30, &e) == RC_UNAVAILABLE && db_stats(t->pool).failed == 1,
			"and the next, though it would succeed, is not believed");
	}
	d->kind = NOTHING;
	ok(testdb_reopen(t, &e) == RC_OK, "started anew");
}

int
main(void)
{
	static struct bad_disk disk;
	struct testdb t;
	const char *why;
	struct err e = { .lang = LANG_EN };
	int64_t next = 1;

	install(&disk);
	disk.vfs.xFullPathname = full_path;
	if (!testdb_open(&t, DB_SQLITE, &why))
		return 1;
	{
		DB_SESSION db = NULL;

		ASSERT(db_take(t.pool, 100, &db, &e) == RC_OK);
		ok(db_script(db, "CREATE TABLE one (id BIGINT PRIMARY KEY, half BIGINT)", &e) == RC_OK, "%s", e.text);
	}
	test_codes(&t, &disk);
	for (int kind = WRITE_FULL; kind <= SYNC_IOERR; kind++)
		for (int ever = 0; ever < 2; ever++)
			loop(&t, &disk, (enum kind)kind, ever, &next);
	testdb_close(&t);
	return tap_done();
}

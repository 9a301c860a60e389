/*
 * work.c - the work that the crash tests interrupt: pairs of rows and a running total, one
 * transaction each, acknowledged on descriptor 1 as "A FIRST_ID" when the commit returned.
 * usage: crash_work FOLDER MODE THREADS PAIRS FIRST_ID
 *   MODE db            through db.h, group commit, checkpoints now and then
 *        early         the same, but acknowledged before the commit (planted defect)
 *        wal-normal    bare SQLite, WAL, synchronous=NORMAL (loses acknowledged work)
 *        delete-full   bare SQLite, DELETE, synchronous=FULL (loses the last commit)
 *        rename        a small file per pair, written, fsynced, renamed, folder fsynced, then the row
 *        rename-hasty  the same without any fsync (planted defect)
 */
#include "base/base.h"
#include "db/db.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char schema[] = "CREATE TABLE IF NOT EXISTS pair (id BIGINT NOT NULL PRIMARY KEY, half BIGINT NOT NULL,"
			     " note TEXT NOT NULL);"
			     "CREATE TABLE IF NOT EXISTS total (one BIGINT NOT NULL PRIMARY KEY, n BIGINT NOT NULL);"
			     "INSERT INTO total (one, n) VALUES (1, 0) ON CONFLICT DO NOTHING;";
static const struct db_sql add = { "add", "INSERT INTO pair (id, half, note) VALUES (:id, :half, :note)" };
static const struct db_sql count = { "count", "UPDATE total SET n = n + 2 WHERE one = 1" };

enum mode { MODE_DB, MODE_EARLY, MODE_WAL_NORMAL, MODE_DELETE_FULL, MODE_RENAME, MODE_RENAME_HASTY };

struct work {
	struct db_pool *pool;
	const char *dir;
	enum mode mode;
	int pairs;
	int64_t first;
	atomic_llong next;
};

static _Noreturn void
give_up(const char *what)
{
	fprintf(stderr, "crash_work: %s\n", what);
	exit(1);
}

static void
acknowledge(int64_t id)
{
	char line[32];
	int n = snprintf(line, sizeof(line), "A " LLD "\n", LL(id));

	if (write(1, line, (size_t)n) != n)
		give_up("nobody listens");
}

static void
must(enum rc rc, const struct err *e)
{
	if (rc != RC_OK)
		give_up(e->text);
}

/* Between 20 and 2,000 bytes, so that pages split and the log grows unevenly. */
static struct str
note_of(int64_t id, char buf[2001])
{
	size_t n = 20 + (size_t)(id * 7919 % 1980);

	memset(buf, 'a' + (int)(id % 26), n);
	return (struct str){ buf, n };
}

static void
sync_folder(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY);

	if (fd < 0 || fsync(fd) != 0)
		give_up("cannot sync the folder");
	close(fd);
}

/* The order of core/file.h: content, fsync, rename, fsync of the folder; the row comes after. */
static void
put_file(const struct work *w, int64_t id)
{
	char temp[400], name[400], buf[2001];
	struct str s = note_of(id, buf);
	bool hasty = w->mode == MODE_RENAME_HASTY;

	snprintf(temp, sizeof(temp), "%s/f" LLD ".tmp", w->dir, LL(id));
	snprintf(name, sizeof(name), "%s/f" LLD, w->dir, LL(id));

	int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, s.p, s.n) != (ssize_t)s.n || (!hasty && fsync(fd) != 0) || close(fd) != 0 ||
		rename(temp, name) != 0)
		give_up(strerror(errno));
	if (!hasty)
		sync_folder(w->dir);
}

static void
do_pair(struct work *w, struct db *db, int64_t id)
{
	struct err e = { .lang = LANG_EN };
	DB_TX tx = { 0 };
	char buf[2001];

	if (w->mode == MODE_RENAME || w->mode == MODE_RENAME_HASTY)
		put_file(w, id);
	must(db_begin(db, &tx, &e), &e);
	for (int half = 0; half < 2; half++) {
		DB_STMT st = NULL;

		must(db_prepare(db, &add, &st, &e), &e);
		db_bind_i64(st, "id", id + half);
		db_bind_i64(st, "half", half);
		db_bind_str(st, "note", note_of(id, buf));
		must(db_run(st, NULL, &e), &e);
	}

	DB_STMT st = NULL;

	must(db_prepare(db, &count, &st, &e), &e);
	must(db_run(st, NULL, &e), &e);
	if (w->mode == MODE_EARLY)
		acknowledge(id);
	must(db_commit(&tx, &e), &e);
	if (w->mode != MODE_EARLY)
		acknowledge(id);
}

static void *
worker(void *arg)
{
	struct work *w = arg;
	struct err e = { .lang = LANG_EN };
	DB_SESSION db = NULL;

	must(db_take(w->pool, 10000, &db, &e), &e);
	for (;;) {
		int64_t i = atomic_fetch_add(&w->next, 1);

		if (i >= w->pairs)
			return NULL;
		do_pair(w, db, w->first + 2 * i);
		if (i % 37 == 36)
			(void)!db_checkpoint(w->pool, &e);
	}
}

static void
through_db(struct work *w, int threads)
{
	char url[400];
	struct err e = { .lang = LANG_EN };
	struct db *db = NULL;
	pthread_t t[64];

	snprintf(url, sizeof(url), "sqlite:%s/work.db", w->dir);
	must(db_pool_open(&w->pool, &(struct db_options){ .url = url, .create = true }, &e), &e);
	must(db_take(w->pool, 1000, &db, &e), &e);
	must(db_script(db, schema, &e), &e);
	db_give(&db);
	acknowledge(0);
	for (int i = 0; i < threads; i++)
		if (pthread_create(&t[i], NULL, worker, w) != 0)
			give_up("no thread");
	for (int i = 0; i < threads; i++)
		pthread_join(t[i], NULL);
	db_pool_close(w->pool);
}

static void
run(sqlite3 *h, const char *sql)
{
	if (sqlite3_exec(h, sql, NULL, NULL, NULL) != SQLITE_OK)
		give_up(sqlite3_errmsg(h));
}

static void
bare(const struct work *w)
{
	char path[400], sql[5000], buf[2001];
	sqlite3 *h;

	snprintf(path, sizeof(path), "%s/work.db", w->dir);
	if (sqlite3_open(path, &h) != SQLITE_OK)
		give_up("cannot open");
	run(h, w->mode == MODE_WAL_NORMAL ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL" :
					     "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL");
	run(h, schema);
	acknowledge(0);
	for (int i = 0; i < w->pairs; i++) {
		int64_t id = w->first + 2 * i;
		struct str s = note_of(id, buf);

		snprintf(sql, sizeof(sql),
			"BEGIN; INSERT INTO pair VALUES (" LLD ", 0, '" STR_FMT "'); INSERT INTO pair VALUES (" LLD
			", 1, '" STR_FMT "'); UPDATE total SET n = n + 2; COMMIT",
			LL(id), STR_ARG(s), LL(id + 1), STR_ARG(s));
		run(h, sql);
		acknowledge(id);
		if (w->mode == MODE_WAL_NORMAL && i % 37 == 36)
			run(h, "PRAGMA wal_checkpoint(TRUNCATE)");
	}
	sqlite3_close(h);
}

int
main(int argc, char **argv)
{
	static const char *const modes[] = { "db", "early", "wal-normal", "delete-full", "rename", "rename-hasty" };
	static struct work w;
	int mode = 0;

	if (argc != 6)
		return 2;
	while (mode < (int)ARRAY_LEN(modes) && strcmp(argv[2], modes[mode]) != 0)
		mode++;
	if (mode == (int)ARRAY_LEN(modes) || atoi(argv[3]) < 1 || atoi(argv[3]) > 64)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	w = (struct work){ .dir = argv[1], .mode = (enum mode)mode, .pairs = atoi(argv[4]), .first = atoll(argv[5]) };
	if (w.mode == MODE_WAL_NORMAL || w.mode == MODE_DELETE_FULL)
		bare(&w);
	else
		through_db(&w, atoi(argv[3]));
	return 0;
}

/*
 * group.c - durable one-row transactions: one row one commit with bare SQLite,
 * then 64 threads through db.h, on the same disk in the same run.
 * usage: group [FOLDER [SECONDS [THREADS]]]
 */
#include "base/base.h"
#include "base/sync.h"
#include "db/db.h"
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char table[] = "CREATE TABLE one (county BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL,"
			    " PRIMARY KEY (county, id)) WITHOUT ROWID";
static const struct db_sql add = { "add", "INSERT INTO one (county, id, name) VALUES (140406, :id, :name)" };
static const char name[] = "一百个字节左右的一行文字，像一条农事记录那样长，用来测量写入的速度，不多也不少。";

struct run {
	struct db_pool *pool;
	int64_t until_us;
	atomic_llong next, done;
	atomic_llong worst_us;
};

static double
bare(const char *dir, int seconds)
{
	char path[300];
	sqlite3 *h;
	sqlite3_stmt *st;
	int64_t n = 0, start, now;

	snprintf(path, sizeof(path), "%s/bare.db", dir);
	if (sqlite3_open(path, &h) != SQLITE_OK ||
		sqlite3_exec(h, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", NULL, NULL, NULL) != SQLITE_OK ||
		sqlite3_exec(h, table, NULL, NULL, NULL) != SQLITE_OK ||
		sqlite3_prepare_v2(h, "INSERT INTO one VALUES (140406, ?1, ?2)", -1, &st, NULL) != SQLITE_OK)
		exit(1);
	start = now = mono_us();
	for (; now - start < (int64_t)seconds * 1000000; n++, now = mono_us()) {
		sqlite3_bind_int64(st, 1, n);
		sqlite3_bind_text(st, 2, name, -1, SQLITE_STATIC);
		if (sqlite3_step(st) != SQLITE_DONE)
			exit(1);
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	sqlite3_close(h);
	return (double)n * 1e6 / (double)(now - start);
}

static void
one(struct run *r, struct db *db)
{
	struct err e = { .lang = LANG_EN };
	DB_TX tx = { 0 };
	DB_STMT st = NULL;

	if (db_begin(db, &tx, &e) != RC_OK || db_prepare(db, &add, &st, &e) != RC_OK)
		exit(1);
	db_bind_i64(st, "id", atomic_fetch_add(&r->next, 1));
	db_bind_str(st, "name", str_from_c(name));
	if (db_run(st, NULL, &e) != RC_OK || db_commit(&tx, &e) != RC_OK) {
		fprintf(stderr, "%s\n", e.text);
		exit(1);
	}
}

static void *
client(void *arg)
{
	struct run *r = arg;
	struct err e = { .lang = LANG_EN };
	DB_SESSION db = NULL;

	if (db_take(r->pool, 10000, &db, &e) != RC_OK)
		exit(1);
	for (int64_t from = mono_us(); from < r->until_us;) {
		one(r, db);

		int64_t now = mono_us(), worst = atomic_load(&r->worst_us);

		while (now - from > worst && !atomic_compare_exchange_weak(&r->worst_us, &worst, now - from))
			continue;
		from = now;
		atomic_fetch_add(&r->done, 1);
	}
	return NULL;
}

static double
grouped(const char *dir, int seconds, int threads, struct db_stats *stats, long long *worst)
{
	char url[300];
	pthread_t t[256];
	struct err e = { .lang = LANG_EN };
	struct run r = { .next = 0 };
	struct db *db = NULL;

	snprintf(url, sizeof(url), "sqlite:%s/grouped-%d.db", dir, threads);
	if (db_pool_open(&r.pool, &(struct db_options){ .url = url, .create = true, .sessions_max = threads + 1 }, &e) !=
			RC_OK ||
		db_take(r.pool, 1000, &db, &e) != RC_OK || db_script(db, table, &e) != RC_OK) {
		fprintf(stderr, "%s\n", e.text);
		exit(1);
	}
	db_give(&db);

	int64_t start = mono_us();

	r.until_us = start + (int64_t)seconds * 1000000;
	for (int i = 0; i < threads; i++)
		if (pthread_create(&t[i], NULL, client, &r) != 0)
			exit(1);
	for (int i = 0; i < threads; i++)
		pthread_join(t[i], NULL);

	double rate = (double)atomic_load(&r.done) * 1e6 / (double)(mono_us() - start);

	*stats = db_stats(r.pool);
	*worst = atomic_load(&r.worst_us);
	db_pool_close(r.pool);
	return rate;
}

int
main(int argc, char **argv)
{
	char dir[] = "./bench-group-XXXXXX", cmd[64];
	const char *folder = argc > 1 ? argv[1] : ".";
	int seconds = argc > 2 ? atoi(argv[2]) : 5, most = argc > 3 ? atoi(argv[3]) : 64;

	if (most < 1 || most > 256 || seconds < 1 || chdir(folder) != 0 || mkdtemp(dir) == NULL)
		return 2;

	double base = bare(dir, seconds);

	printf("bare one-row-one-commit       %8.0f /s\n", base);
	for (int threads = 1; threads <= most; threads *= 8) {
		struct db_stats s;
		long long worst;
		double rate = grouped(dir, seconds, threads, &s, &worst);

		printf("group commit, %3d threads     %8.0f /s  %5.1f times  %5.1f per fsync  slowest %.1f ms  %lld checkpoints\n",
			threads, rate, rate / base, (double)s.commits / (double)(s.batches > 0 ? s.batches : 1),
			(double)worst / 1000, LL(s.checkpoints));
	}
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd) != 0;
}

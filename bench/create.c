/*
 * create.c - durable creates through the whole record path (body, validation,
 * reference, scope, audit, search, event) by many clients at once, against one
 * client that inserts one bare row per commit, same disk, same run. SQLite,
 * synchronous=FULL on both sides.
 *
 *	bench_create [clients] [creates per client]
 */
#include "base/base.h"
#include "core/query_priv.h"
#include "core/testenv.h"
#include "core/testmod.h"
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { CLIENTS_MAX = 256, BARE_ROWS = 300 };

struct client {
	pthread_t thread;
	struct testenv *env;
	int64_t org;
	int number, count, failed;
};

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void *
client_main(void *arg)
{
	struct client *k = arg;
	struct err e = { 0 };
	DB_SESSION db = NULL;

	if (db_take(k->env->app.pool, 10000, &db, &e) != RC_OK) {
		k->failed = k->count;
		return NULL;
	}
	for (int i = 0; i < k->count; i++) {
		ARENA mem = { 0 };
		struct ctx c;
		struct json *j = NULL;
		struct str body;
		int64_t id = 0;

		arena_init(&mem, 4 << 20);
		c = ctx_system(&k->env->app, &mem, db);
		body = str_fmt(&mem,
			"{\"name\":\"地块%d-%d\",\"code\":\"C-%d-%d\",\"org_id\":\"%lld\",\"division\":"
			"\"140406101201\",\"kind\":\"open\","
			"\"area_milli\":2500,\"note\":\"一条普通的备注\"}",
			k->number, i, k->number, i, LL(k->org));
		if (json_parse(&mem, body, 65536, &j, &c.err) != RC_OK ||
			record_create(&c, &test_fields, j, &id) != RC_OK)
			k->failed++;
	}
	return NULL;
}

/* Rows a second of the plainest program there is. */
static double
bare_rate(const char *dir)
{
	char path[200];
	sqlite3 *db = NULL;
	double from;

	snprintf(path, sizeof(path), "%s/bare.db", dir);
	if (sqlite3_open(path, &db) != SQLITE_OK)
		exit(1);
	sqlite3_exec(db,
		"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, a "
		"TEXT, b TEXT, c INT)",
		NULL, NULL, NULL);
	from = now_s();
	for (int i = 0; i < BARE_ROWS; i++)
		sqlite3_exec(db, "INSERT INTO t (a, b, c) VALUES ('地块', 'open', 2500)", NULL, NULL, NULL);
	from = now_s() - from;
	sqlite3_close(db);
	remove(path);
	return BARE_ROWS / from;
}

int
main(int argc, char **argv)
{
	static struct client clients[CLIENTS_MAX];
	static struct testenv env;
	int n = argc > 1 ? atoi(argv[1]) : 64, each = argc > 2 ? atoi(argv[2]) : 200, failed = 0;
	struct record_head h = { 0 };
	struct test_org o;
	struct testdb t;
	const char *why = "";
	double bare, from, rate;

	if (n < 1 || n > CLIENTS_MAX || !testdb_open(&t, DB_SQLITE, &why)) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	t.options.sessions_max = n + 2;

	struct err e = { 0 };

	if (testdb_reopen(&t, &e) != RC_OK)
		return 1;
	testenv_open(&env, &t, test_modules);
	record_init(&test_orgs, &o);
	o.name = S("合作社");
	o.division = 140406101201;
	if (record_insert(&env.c, &test_orgs, &h, &o) != RC_OK)
		return 1;
	bare = bare_rate(t.dir);
	from = now_s();
	for (int i = 0; i < n; i++) {
		clients[i] = (struct client){ .env = &env, .org = h.id, .number = i, .count = each };
		pthread_create(&clients[i].thread, NULL, client_main, &clients[i]);
	}
	for (int i = 0; i < n; i++) {
		pthread_join(clients[i].thread, NULL);
		failed += clients[i].failed;
	}
	rate = (double)(n * each) / (now_s() - from);
	printf("clients %d creates %d failed %d\n", n, n * each, failed);
	printf("bare_rows_per_s %.0f creates_per_s %.0f ratio %.1f\n", bare, rate, rate / bare);
	testenv_close(&env);
	testdb_close(&t);
	return failed != 0;
}

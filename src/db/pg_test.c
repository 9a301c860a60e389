/* pg_test.c - what can happen to a connection, and what the caller hears. */
#include "base/base.h"
#include "base/sync.h"
#include "db/db.h"
#include "tap.h"
#include "db/testdb.h"
#include <arpa/inet.h>
#include <unistd.h>
#include <sys/socket.h>

static const struct db_sql my_pid = { "my_pid", "SELECT pg_backend_pid()" };
static const struct db_sql kill_pid = { "kill_pid", "SELECT pg_terminate_backend(CAST(:pid AS INTEGER))" };
static const struct db_sql sleep_long = { "sleep_long", "SELECT pg_sleep(5)" };
static const struct db_sql count_all = { "count_all", "SELECT COUNT(*) FROM one" };

static int64_t
ask(struct db *db, const struct db_sql *sql, int64_t pid, struct err *e)
{
	DB_STMT st = NULL;
	bool row = false;

	if (db_prepare(db, sql, &st, e) != RC_OK)
		return -1;
	if (db_has_param(st, "pid"))
		db_bind_i64(st, "pid", pid);
	if (db_step(st, &row, e) != RC_OK)
		return -1;
	return row ? db_col_i64(st, 0) : -2;
}

static void
test_lost(struct testdb *t)
{
	struct err e = { .lang = LANG_EN };
	DB_SESSION a = NULL;
	DB_SESSION killer = NULL;
	int64_t pid;

	ASSERT(db_take(t->pool, 1000, &a, &e) == RC_OK && db_take(t->pool, 1000, &killer, &e) == RC_OK);
	ok(db_script(a, "CREATE TABLE one (a BIGINT)", &e) == RC_OK, "a table");
	pid = ask(a, &my_pid, 0, &e);
	ok(pid > 0 && ask(killer, &kill_pid, pid, &e) == 1, "the server ends the connection");
	is_i64(ask(a, &count_all, 0, &e), 0, "a read outside a transaction does not notice");
	ok(ask(a, &my_pid, 0, &e) != pid, "it is another connection");
	pid = ask(a, &my_pid, 0, &e);
	ok(ask(killer, &kill_pid, pid, &e) == 1, "ended again");
	{
		DB_TX tx = { 0 };

		ok(db_begin(a, &tx, &e) == RC_OK, "nor does a new transaction: %s", e.text);
		pid = ask(a, &my_pid, 0, &e);
		ok(ask(killer, &kill_pid, pid, &e) == 1, "ended inside a transaction");
		ok(ask(a, &count_all, 0, &e) == -1 && e.rc == RC_UNAVAILABLE, "which is told: %s", e.text);
		ok(ask(a, &count_all, 0, &e) == -1 && e.rc == RC_UNAVAILABLE, "for the rest of it");
		ok(db_commit(&tx, &e) == RC_UNAVAILABLE, "and does not commit");
	}
	is_i64(ask(a, &count_all, 0, &e), 0, "then the session works again");
	ok(db_stats(t->pool).retries >= 2, "reconnections are counted");
}

static void
test_slow(struct testdb *t)
{
	struct err e = { .lang = LANG_EN };
	int64_t from = mono_us();

	t->options.deadline_ms = 300;
	ok(testdb_reopen(t, &e) == RC_OK, "a short deadline");

	DB_SESSION db = NULL;

	ASSERT(db_take(t->pool, 1000, &db, &e) == RC_OK);
	ok(ask(db, &sleep_long, 0, &e) == -1 && e.rc == RC_UNAVAILABLE && strcmp(e.code, "timeout") == 0,
		"a slow statement is stopped: %s", e.text);
	ok(mono_us() - from < 2000000, "in time");
	is_i64(ask(db, &count_all, 0, &e), 0, "the session goes on");
}

/* A server that accepts and says nothing. */
static void
test_silent(struct testdb *t)
{
	struct err e = { .lang = LANG_EN };
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char url[80];
	struct db_pool *pool = NULL;
	int64_t from = mono_us();

	(void)t;
	ASSERT(fd >= 0 && bind(fd, (struct sockaddr *)&in, len) == 0 && listen(fd, 5) == 0);
	ASSERT(getsockname(fd, (struct sockaddr *)&in, &len) == 0);
	snprintf(url, sizeof(url), "postgres://x@127.0.0.1:%d/x", ntohs(in.sin_port));
	ok(db_pool_open(&pool, &(struct db_options){ .url = url, .deadline_ms = 300 }, &e) == RC_UNAVAILABLE,
		"a server that says nothing is given up: %s", e.text);
	ok(mono_us() - from < 2000000, "in time");
	close(fd);
	ok(db_pool_open(&pool, &(struct db_options){ .url = url, .deadline_ms = 300 }, &e) == RC_UNAVAILABLE,
		"so is one that is not there");
}

static void
missed(void *arg, struct str payload)
{
	atomic_fetch_add((atomic_int *)arg, payload.p == NULL ? 100 : 1);
}

static void
test_listener(struct testdb *t)
{
	static const struct db_sql others = { "others",
		"SELECT COUNT(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
		" WHERE query LIKE 'LISTEN \"' || current_schema() || '%') AS x" };
	static atomic_int heard;
	struct err e = { .lang = LANG_EN };
	DB_SESSION db = NULL;

	atomic_store(&heard, 0);
	ASSERT(db_take(t->pool, 1000, &db, &e) == RC_OK);
	ok(db_listen(t->pool, "news", missed, &heard, &e) == RC_OK, "listen");
	is_i64(ask(db, &others, 0, &e), 1, "the listening connection is ended");
	for (int i = 0; i < 300 && atomic_load(&heard) < 100; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	ok(atomic_load(&heard) >= 100, "listeners hear that they may have missed something");
	ok(db_notify(db, "news", S("x"), &e) == RC_OK, "notify");
	for (int i = 0; i < 300 && atomic_load(&heard) < 101; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	ok(atomic_load(&heard) >= 101, "and go on hearing");
}

static void
test_all(struct testdb *t)
{
	if (t->engine != DB_PG)
		return;
	test_lost(t);
	test_slow(t);
	test_silent(t);
	test_listener(t);
}

int
main(void)
{
	testdb_each(test_all);
	return tap_done();
}

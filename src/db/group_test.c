/* group_test.c - group commit, and what its members hear when the disk, the commit or a neighbour fails. */
#include "base/base.h"
#include "base/rand.h"
#include "db/db.h"
#include "tap.h"
#include "db/testdb.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { THREADS = 16, ROUNDS = 60 };

static const struct db_sql add = { "add", "INSERT INTO one (id, thread, half) VALUES (:id, :thread, :half)" };
static const struct db_sql count_all = { "count_all", "SELECT COUNT(*) FROM one" };
static const struct db_sql find_one = { "find_one", "SELECT COUNT(*) FROM one WHERE id = :id" };

static void
make_table(struct testdb *t)
{
	struct err e = { .lang = LANG_EN };
	DB_SESSION db = NULL;

	ASSERT(db_take(t->pool, 1000, &db, &e) == RC_OK);
	ok(db_script(db, "CREATE TABLE one (id BIGINT NOT NULL PRIMARY KEY, thread BIGINT NOT NULL, half BIGINT NOT NULL)",
		   &e) == RC_OK,
		"a table: %s", e.text);
}

static enum rc
put(struct db *db, int64_t id, int64_t thread, int64_t half, struct err *e)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(db, &add, &st, e);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "id", id);
	db_bind_i64(st, "thread", thread);
	db_bind_i64(st, "half", half);
	return db_run(st, NULL, e);
}

static int64_t
ask(struct db *db, const struct db_sql *sql, int64_t id)
{
	struct err e = { .lang = LANG_EN };
	DB_STMT st = NULL;
	bool row;

	if (db_prepare(db, sql, &st, &e) != RC_OK)
		return -1;
	if (db_has_param(st, "id"))
		db_bind_i64(st, "id", id);
	return db_step(st, &row, &e) == RC_OK && row ? db_col_i64(st, 0) : -2;
}

/* One transaction of two rows. */
static enum rc
pair(struct db *db, int64_t id, int64_t thread, bool commit, struct err *e)
{
	DB_TX tx = { 0 };
	enum rc rc = db_begin(db, &tx, e);

	if (rc == RC_OK)
		rc = put(db, id, thread, 0, e);
	if (rc == RC_OK)
		rc = put(db, id + 1, thread, 1, e);
	if (rc == RC_OK && commit)
		rc = db_commit(&tx, e);
	return rc;
}

/* ---- many at once ---- */

struct crowd {
	struct testdb *t;
	atomic_int number, wrong;
	atomic_llong acked, other;
	bool may_fail;
	char seen[THREADS * ROUNDS];
};

/* A retry is what the caller of a PostgreSQL transaction does; SQLite never asks for one. */
static enum rc
insist(struct db *db, int64_t id, int64_t thread, bool commit, struct err *e)
{
	int attempt = 0;
	enum rc rc;

	do
		rc = pair(db, id, thread, commit, e);
	while (rc != RC_OK && db_again(e, &attempt));
	return rc;
}

static void *
member(void *arg)
{
	struct crowd *c = arg;
	int me = atomic_fetch_add(&c->number, 1);
	struct rand_seeded state;
	struct rand r = rand_from_seed(&state, (uint64_t)me);

	for (int i = 0; i < ROUNDS; i++) {
		struct err e = { .lang = LANG_EN };
		DB_SESSION db = NULL;
		int64_t id = ((int64_t)me * ROUNDS + i) * 2 + 1;
		bool commit = rand_below(&r, 4) != 0;
		enum rc rc = db_take(c->t->pool, 20000, &db, &e);

		if (rc == RC_OK)
			rc = insist(db, id, me, commit, &e);
		c->seen[me * ROUNDS + i] = rc == RC_OK && commit;
		if (rc == RC_OK && commit)
			atomic_fetch_add(&c->acked, 1);
		else if (rc != RC_OK)
			atomic_fetch_add(&c->other, 1);
		if (rc != RC_OK && !c->may_fail) {
			printf("# %s %s\n", rc_name(rc), e.text);
			atomic_fetch_add(&c->wrong, 1);
		}
		if (rc == RC_OK && commit && ask(db, &find_one, id) == 0)
			atomic_fetch_add(&c->wrong, 1);
	}
	return NULL;
}

static void
crowd_run(struct crowd *c)
{
	pthread_t thread[THREADS];

	for (int i = 0; i < THREADS; i++)
		ASSERT(pthread_create(&thread[i], NULL, member, c) == 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
}

/* Everything acknowledged is there, nothing else, and never half of a pair. */
static void
crowd_check(struct crowd *c, const char *what)
{
	struct err e = { .lang = LANG_EN };
	DB_SESSION db = NULL;
	int wrong = 0;

	ASSERT(db_take(c->t->pool, 1000, &db, &e) == RC_OK);
	for (int i = 0; i < THREADS * ROUNDS; i++)
		for (int half = 0; half < 2; half++)
			wrong += ask(db, &find_one, 2 * i + 1 + half) != c->seen[i];
	is_i64(wrong, 0, "%s: exactly the acknowledged pairs are stored, whole", what);
	is_i64(atomic_load(&c->wrong), 0, "%s: nobody was surprised", what);
	is_i64(ask(db, &count_all, 0), 2 * atomic_load(&c->acked), "%s: %lld pairs", what, LL(atomic_load(&c->acked)));
}

static void
test_crowd(struct testdb *t)
{
	static struct crowd c;
	struct db_stats s;

	c = (struct crowd){ .t = t };
	make_table(t);
	crowd_run(&c);
	crowd_check(&c, "crowd");
	s = db_stats(t->pool);
	is_i64(s.commits, atomic_load(&c.acked), "commits are counted");
	if (t->engine == DB_SQLITE)
		ok(s.batches < s.commits, "they shared fsyncs: %lld commits, %lld batches", LL(s.commits), LL(s.batches));
	ok(s.failed == 0 && s.rollbacks > 0, "and rollbacks were among them");
}

/* ---- planted faults ---- */

struct plan {
	enum db_point point;
	atomic_int countdown; /* the fault happens when it reaches zero; below: never again */
	int every;            /* or: at every n-th */
	enum db_outcome outcome;
};

static enum db_outcome
plan_ask(void *self, enum db_point point, const char *name)
{
	struct plan *p = self;

	(void)name;
	if (point != p->point)
		return DB_FAULT_NONE;

	int left = atomic_fetch_sub(&p->countdown, 1) - 1;

	if (left == 0)
		return p->outcome;
	return p->every > 0 && left < 0 && -left % p->every == 0 ? p->outcome : DB_FAULT_NONE;
}

static void
reopen_with(struct testdb *t, struct db_fault *fault)
{
	struct err e = { .lang = LANG_EN };

	t->options.fault = fault;
	ok(testdb_reopen(t, &e) == RC_OK, "opened: %s", e.text);
}

static void
test_faulty_crowd(struct testdb *t)
{
	static struct crowd c;
	struct plan p = { .point = DB_AT_COMMIT, .every = 5, .outcome = DB_FAULT_ERROR };
	struct db_fault fault = { .ask = plan_ask, .self = &p };

	make_table(t);
	reopen_with(t, &fault);
	c = (struct crowd){ .t = t, .may_fail = true };
	crowd_run(&c);
	ok(atomic_load(&c.other) > 0 && atomic_load(&c.acked) > 0, "some commits failed, some did not");
	p.every = 0;
	crowd_check(&c, "failing commits");
	p = (struct plan){ .point = DB_AT_STATEMENT, .every = 37, .outcome = DB_FAULT_LOST };
	{
		struct err e = { .lang = LANG_EN };
		DB_SESSION db = NULL;

		ASSERT(db_take(t->pool, 1000, &db, &e) == RC_OK);
		ok(db_script(db, "DELETE FROM one", &e) == RC_OK, "begin anew: %s", e.text);
	}
	c = (struct crowd){ .t = t, .may_fail = true };
	crowd_run(&c);
	ok(atomic_load(&c.other) > 0 && atomic_load(&c.acked) > 0, "some transactions were lost whole");
	p.every = 0;
	crowd_check(&c, "lost transactions");
	reopen_with(t, NULL);
}

/* The n-th statement fails, for every n until the work succeeds: nothing of it may remain. */
static void
test_nth(struct testdb *t)
{
	struct plan p = { .point = DB_AT_STATEMENT };
	struct db_fault fault = { .ask = plan_ask, .self = &p };
	int wrong = 0, tries = 0;

	make_table(t);
	reopen_with(t, &fault);
	for (int kind = DB_FAULT_ERROR; kind <= DB_FAULT_LOST; kind++) {
		enum rc rc = RC_UNAVAILABLE;

		for (int n = 1; rc != RC_OK && n < 10; n++, tries++) {
			struct err e = { .lang = LANG_EN };
			DB_SESSION db = NULL;

			p = (struct plan){ .point = DB_AT_STATEMENT, .countdown = n, .outcome = (enum db_outcome)kind };
			ASSERT(db_take(t->pool, 1000, &db, &e) == RC_OK);
			rc = pair(db, 100 * kind, 1, true, &e);
			atomic_store(&p.countdown, 0);
			wrong += rc != RC_OK && rc != RC_UNAVAILABLE;
			wrong += ask(db, &find_one, 100 * kind) != (rc == RC_OK);
		}
	}
	is_i64(wrong, 0, "a failing statement leaves nothing");
	is_i64(tries, 6, "each of two statements failed once in two ways, then all went well");
	reopen_with(t, NULL);
}

static void
test_lost_commit(struct testdb *t)
{
	struct plan p = { .point = DB_AT_COMMIT, .countdown = 1, .outcome = DB_FAULT_LOST };
	struct db_fault fault = { .ask = plan_ask, .self = &p };
	struct err e = { .lang = LANG_EN };

	make_table(t);
	reopen_with(t, &fault);
	{
		DB_SESSION db = NULL;

		ASSERT(db_take(t->pool, 1000, &db, &e) == RC_OK);
		ok(pair(db, 1, 1, true, &e) == RC_UNCERTAIN, "a commit whose fate is unknown says so: %s", e.text);
		ok(!db_in_tx(db), "the session is out of the transaction");
		if (t->engine == DB_PG) {
			ok(ask(db, &count_all, 0) >= 0, "the session reconnects");
			ok(pair(db, 11, 1, true, &e) == RC_OK, "and works: %s", e.text);
		} else {
			ok(pair(db, 11, 1, true, &e) == RC_UNAVAILABLE, "after a failed fsync nothing is acknowledged");
			ok(ask(db, &count_all, 0) == 0, "reading still works");
			is_i64(db_stats(t->pool).failed, 1, "the pool says that it has failed");
		}
	}
	reopen_with(t, NULL);
	{
		DB_SESSION db = NULL;

		ASSERT(db_take(t->pool, 1000, &db, &e) == RC_OK);
		ok(pair(db, 21, 1, true, &e) == RC_OK, "opened again it works: %s", e.text);
	}
}

static void
test_waiting(struct testdb *t)
{
	struct err e = { .lang = LANG_EN };
	DB_SESSION a = NULL;
	DB_SESSION b = NULL;
	int attempt = 0;
	DB_TX one = { 0 }, two = { 0 };

	if (t->engine != DB_PG)
		return;
	make_table(t);
	ASSERT(db_take(t->pool, 1000, &a, &e) == RC_OK && db_take(t->pool, 1000, &b, &e) == RC_OK);
	ok(pair(a, 1, 1, true, &e) == RC_OK, "a pair");
	ok(db_begin(a, &one, &e) == RC_OK && db_begin(b, &two, &e) == RC_OK, "two transactions");
	ok(ask(a, &count_all, 0) == 2 && ask(b, &count_all, 0) == 2, "both count");
	ok(put(a, 100, 1, 1, &e) == RC_OK && put(b, 101, 1, 1, &e) == RC_OK, "and both write by what they counted");
	ok(db_commit(&one, &e) == RC_OK, "the first is right");
	ok(db_commit(&two, &e) == RC_UNAVAILABLE && strcmp(e.code, "retry") == 0, "the second must try again");
	ok(db_again(&e, &attempt) && attempt == 1, "and is told to");
	attempt = 4;
	ok(!db_again(&e, &attempt), "but not for ever");
}

static void
test_all(struct testdb *t)
{
	void (*const tests[])(struct testdb *) = { test_crowd, test_faulty_crowd, test_nth, test_lost_commit,
		test_waiting };

	for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
		struct err e = { .lang = LANG_EN };

		tests[i](t);
		{
			DB_SESSION db = NULL;

			ASSERT(db_take(t->pool, 1000, &db, &e) == RC_OK);
			ok(db_script(db, "DROP TABLE IF EXISTS one", &e) == RC_OK, "the end of one: %s", e.text);
		}
		t->options.fault = NULL;
		ok(testdb_reopen(t, &e) == RC_OK, "opened anew: %s", e.text);
	}
}

int
main(void)
{
	testdb_each(test_all);
	return tap_done();
}

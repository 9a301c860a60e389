/* Events on both engines: with the change or not at all, to every listener, again after failure, parked in
 * the end, by a thread too. */
#include "base/base.h"
#include "core/event_priv.h"
#include "tap.h"
#include "core/testenv.h"
#include "core/testmod.h"
#include <time.h>

static struct testenv env;
static int heard, flaky_calls, poison_calls, star_calls;
static bool flaky_fails;

/* Leaves a mark in the database, so that doing it twice would show. */
static enum rc
on_created(struct ctx *c, const struct event *e)
{
	struct test_unit u;
	struct record_head h = { 0 };

	heard++;
	record_init(&test_units, &u);
	u.name = str_fmt(c->mem, "heard " LLD, LL(e->id));
	u.rank = e->record_id;
	return record_insert(c, &test_units, &h, &u);
}

static enum rc
on_flaky(struct ctx *c, const struct event *e)
{
	(void)e;
	flaky_calls++;
	return flaky_fails ? fail(&c->err, RC_UNAVAILABLE, NULL, "稍后", "later") : RC_OK;
}

static enum rc
on_poison(struct ctx *c, const struct event *e)
{
	(void)e;
	poison_calls++;
	return fail(&c->err, RC_INTERNAL, NULL, "毒", "poison");
}

static enum rc
on_any(struct ctx *c, const struct event *e)
{
	(void)c;
	star_calls += e->name.n > 0 && e->county == TEST_COUNTY;
	return RC_OK;
}

static const struct listener listeners[] = {
	{ "test_org.created", "mark", on_created },
	{ "test_org.activate", "flaky", on_flaky },
	{ "test_org.activate", "mark", on_created },
	{ "test_org.deleted", "poison", on_poison },
	{ "*", "any", on_any },
	{ 0 },
};
static const struct module listening = {
	.name = "listening", .label = { "听", "Listening" }, .listeners = listeners
};
static const struct permission permissions[] = { { "test.view", { "看", "V" } },
	{ "test.edit", { "改", "E" } }, { "test.people", { "人", "P" } }, { "test.chief", { "长", "C" } },
	{ 0 } };
static const struct module declaring = {
	.name = "test", .label = { "测", "Test" }, .permissions = permissions
};
static const struct module *const modules[] = { &declaring, &listening, NULL };

static int64_t
make_org(const char *name)
{
	struct test_org o;
	struct record_head h = { 0 };

	record_init(&test_orgs, &o);
	o.name = str_from_c(name);
	o.division = 140406101000;
	ok(record_insert(&env.c, &test_orgs, &h, &o) == RC_OK, "an organisation");
	return h.id;
}

static int64_t
marks(void)
{
	return testenv_i64(&env, "SELECT COUNT(*) FROM test_unit WHERE name LIKE 'heard%'");
}

static void
test_delivery(void)
{
	int64_t id;

	testenv_as(&env, NULL);
	id = make_org("甲");
	is_i64(heard, 0, "nothing is heard inside the writer");
	ok(events_drain(&env.c) == RC_OK, "drained");
	is_i64(heard, 1, "heard once");
	is_i64(marks(), 1, "and done once");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM event WHERE done_ms IS NULL"), 0,
		"nothing is pending");
	ok(events_drain(&env.c) == RC_OK && heard == 1, "draining again changes nothing");
	ok(star_calls >= 1, "a listener to everything hears it");

	/* A transaction that is given up tells nobody. */
	{
		DB_TX tx = { 0 };

		ok(db_begin(env.db, &tx, &env.c.err) == RC_OK, "a transaction");
		make_org("乙");
		db_rollback(&tx);
	}
	ok(events_drain(&env.c) == RC_OK, "drained");
	is_i64(heard, 1, "what was undone was never told");

	/* One listener fails: the other must not repeat, the failing one must. */
	flaky_fails = true;
	ok(record_move_system(&env.c, &test_orgs, id, "activate", S("")) == RC_OK, "activated");
	ok(events_drain(&env.c) == RC_OK, "drained with a failure");
	is_i64(marks(), 2, "the healthy listener has done its work");
	is_i64(testenv_i64(&env, "SELECT tries FROM event_delivery WHERE listener = 'listening.flaky'"), 1,
		"the failure is remembered");
	flaky_calls = 0;
	ok(events_drain(&env.c) == RC_OK && flaky_calls == 0, "not again at once");
	env.now_ms += 1500;
	ok(events_drain(&env.c) == RC_OK && flaky_calls == 1, "again after a second");
	env.now_ms += 1500;
	ok(events_drain(&env.c) == RC_OK && flaky_calls == 1, "then later still");
	flaky_fails = false;
	env.now_ms += 3000;
	ok(events_drain(&env.c) == RC_OK && flaky_calls == 2, "until it works");
	is_i64(marks(), 2, "without repeating the healthy one");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM event WHERE done_ms IS NULL"), 0,
		"nothing is pending");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM event_delivery"), 0, "nor remembered");
}

static void
test_poison(void)
{
	int64_t id;

	testenv_as(&env, NULL);
	id = make_org("丙");
	ok(record_delete(&env.c, &test_orgs, id, 1) == RC_OK, "deleted");
	poison_calls = 0;
	for (int i = 0; i < 30; i++) {
		ok(events_drain(&env.c) == RC_OK, "drained");
		env.now_ms += 700000;
	}
	is_i64(poison_calls, 9, "a poisoned event is tried once in the batch and eight times alone");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM event_delivery WHERE parked_ms IS NOT NULL"), 1,
		"and parked where people see it");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM event WHERE done_ms IS NULL"), 0,
		"it holds nobody up");
	heard = 0;
	make_org("丁");
	ok(events_drain(&env.c) == RC_OK && heard == 1, "others are delivered");
	env.now_ms += INT64_C(86400000) * 100;
	ok(events_sweep(&env.c) == RC_OK && testenv_i64(&env, "SELECT COUNT(*) FROM event") == 0,
		"old events are swept");
}

static void
test_many(void)
{
	int64_t before = marks();

	testenv_as(&env, NULL);
	for (int i = 0; i < 50; i++) {
		char name[20];

		snprintf(name, sizeof(name), "多%d", i);
		make_org(name);
	}
	ok(events_drain(&env.c) == RC_OK, "drained");
	is_i64(marks() - before, 50, "fifty events in batches, each once");
}

static void
test_thread(void)
{
	struct dispatcher *d = NULL;
	int64_t before = marks();
	struct timespec nap = { 0, 5000000 };

	testenv_as(&env, NULL);
	ok(dispatcher_start(&d, &env.app, &env.c.err) == RC_OK, "the thread runs");
	env.app.events = d;
	make_org("线程");
	for (int i = 0; i < 2000 && marks() == before; i++)
		nanosleep(&nap, NULL);
	is_i64(marks() - before, 1, "a commit wakes it");
	env.app.events = NULL;
	dispatcher_stop(d);
}

static void
test_all(struct testdb *t)
{
	heard = flaky_calls = poison_calls = star_calls = 0;
	testenv_open(&env, t, modules);
	test_delivery();
	test_poison();
	test_many();
	test_thread();
	testenv_close(&env);
}

int
main(void)
{
	testdb_each(test_all);
	return tap_done();
}

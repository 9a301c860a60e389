/* Records in every order, on both engines: what may get a code, what is held, what is voided. */
#include <pthread.h>
#include "base/base.h"
#include "tap.h"
#include "mod/trace/issue.h"
#include "mod/trace/testkit.h"

static struct kit k;

static bool
lot_is(int64_t lot, const char *state)
{
	return str_eq_c(kit_str(&k, "SELECT state FROM lot WHERE county = 140406 AND id = :id", lot), state);
}

static bool
no_codes_no_certificate(int64_t lot)
{
	return kit_order(&k, lot, 1) == 0 && kit_certify(&k, lot) == 0;
}

/* A lot that was tested, released, certified and coded while nothing was known against it. */
static int64_t
sold_lot(int64_t harvested_on)
{
	int64_t lot = kit_lot(&k, harvested_on, 100000, 2500);

	ok(kit_test(&k, lot, 3600000, KIT_PASS) != 0, "a test is recorded");
	ok(kit_move(&k, &resource_lots, lot, "release") == RC_OK, "a tested lot is released");
	ok(kit_certify(&k, lot) != 0, "it gets a certificate");
	ok(kit_order(&k, lot, 10) != 0, "and codes");
	return lot;
}

static void
is_stopped(int64_t lot, const char *reason, const char *what)
{
	ok(lot_is(lot, "held"), "%s: the lot is held", what);
	ok(str_eq_c(kit_str(&k, "SELECT hold_reason FROM lot WHERE county = 140406 AND id = :id", lot), reason), "%s: for %s", what, reason);
	is_i64(kit_i64(&k, "SELECT COUNT(*) FROM certificate WHERE county = 140406 AND lot_id = :id AND state = 'valid'", lot), 0,
		"%s: no certificate is valid", what);
	ok(no_codes_no_certificate(lot), "%s: neither code nor certificate", what);
	ok(kit_move(&k, &resource_lots, lot, "release") == RC_STATE, "%s: no release", what);
}

static void
test_interval_orders(void)
{
	int64_t lot;

	kit_cycle(&k); /* use, lot, test */
	(void)kit_spray(&k, k.pesticide, -5, 0);
	is_i64(kit_i64(&k, "SELECT safe_on FROM crop_cycle WHERE county = 140406 AND id = :id", k.cycle), k.today + 2, "the cycle knows its first safe day");
	lot = kit_lot(&k, k.today - 1, 100000, 2500);
	(void)kit_test(&k, lot, 1000, KIT_PASS);
	ok(kit_move(&k, &resource_lots, lot, "release") == RC_INVALID, "use, lot, test: no release");
	ok(strcmp(k.c.err.code, "lot-interval") == 0, "the interval is named");
	ok(no_codes_no_certificate(lot), "use, lot, test: neither code nor certificate");

	kit_cycle(&k); /* lot, use, test */
	lot = kit_lot(&k, k.today - 1, 100000, 2500);
	(void)kit_spray(&k, k.pesticide, -5, 0);
	(void)kit_test(&k, lot, 1000, KIT_PASS);
	is_stopped(lot, "interval", "lot, use, test");

	kit_cycle(&k); /* lot, test, release, certificate, codes, use */
	lot = sold_lot(k.today - 1);
	ok(kit_spray(&k, k.pesticide, -5, 0) != 0, "a use of five days ago is recorded late");
	is_stopped(lot, "interval", "use last of all");
	ok(kit_str(&k, "SELECT void_reason FROM certificate WHERE county = 140406 AND lot_id = :id", lot).n > 0, "the voided certificate says why");
	ok(kit_move(&k, &resource_lots, lot, "lift") == RC_INVALID, "nobody can lift what is true");

	kit_cycle(&k); /* a use after the harvest, and one long before */
	lot = sold_lot(k.today - 10);
	(void)kit_spray(&k, k.pesticide, -5, 0);
	(void)kit_spray(&k, k.pesticide, -30, 0);
	ok(lot_is(lot, "released"), "uses after the harvest or long before do not stop a lot");

	kit_cycle(&k);
	lot = sold_lot(k.today - 1);
	(void)kit_spray(&k, k.banned, -60, 0);
	is_stopped(lot, "interval", "a prohibited input, whenever used");
}

static void
test_corrections(void)
{
	int64_t lot, op, again;
	char text[400];

	kit_cycle(&k);
	lot = sold_lot(k.today - 1);
	op = kit_spray(&k, k.pesticide, -5, 0);
	is_stopped(lot, "interval", "a use recorded by mistake");
	again = kit_spray(&k, k.plain, -5, op);
	ok(again != 0, "the mistake is corrected by a new row");
	ok(kit_spray(&k, k.plain, -5, op) == 0, "a row is corrected once; the next correction names the newest");
	is_i64(kit_i64(&k, "SELECT COALESCE(safe_on, 0) FROM lot WHERE county = 140406 AND id = :id", lot), 0, "the corrected use no longer counts");
	ok(lot_is(lot, "held"), "but only an officer lifts the hold");
	ok(kit_move(&k, &resource_lots, lot, "lift") == RC_OK && lot_is(lot, "open"), "and then the lot is open");
	ok(kit_move(&k, &resource_lots, lot, "release") == RC_OK, "and may be released again");
	ok(kit_certify(&k, lot) != 0, "and certified anew");
	int64_t other = k.cycle;
	kit_cycle(&k);
	ok(kit_spray(&k, k.pesticide, -5, op) == 0, "a row of another cycle cannot be corrected");
	k.cycle = other;
	snprintf(text, sizeof(text), "{'cycle_id':'%lld','step':'irrigate','done_ms':%lld}", LL(k.cycle), LL(k.now_ms + 3600000));
	ok(kit_try(&k, &resource_farm_operations, text) == 0, "nothing is done in the future");
}

static void
test_inspection_orders(void)
{
	int64_t lot, bad;
	char text[600];

	kit_cycle(&k);
	lot = kit_lot(&k, k.today - 20, 100000, 2500);
	ok(no_codes_no_certificate(lot), "an untested lot gets nothing");
	ok(kit_move(&k, &resource_lots, lot, "release") == RC_INVALID, "nor is it released");
	(void)kit_test(&k, lot, 5000, KIT_RETEST);
	ok(lot_is(lot, "open") && no_codes_no_certificate(lot), "50.0 %% is not passed and needs a repeat");
	(void)kit_test(&k, lot, 4000, KIT_PASS);
	ok(kit_move(&k, &resource_lots, lot, "release") == RC_OK, "a later pass opens the gate");

	lot = sold_lot(k.today - 20); /* pass at -1 h, then a failed test of two hours ago arrives */
	bad = kit_test(&k, lot, 7200000, KIT_FAIL);
	ok(bad != 0, "an older failed test arrives late");
	is_stopped(lot, "test", "pass first, older fail later");

	lot = kit_lot(&k, k.today - 20, 100000, 2500); /* the same two in the other order */
	(void)kit_test(&k, lot, 7200000, KIT_FAIL);
	(void)kit_test(&k, lot, 3600000, KIT_PASS);
	is_stopped(lot, "test", "older fail first, pass later");
	ok(str_eq_c(kit_str(&k, "SELECT test_verdict FROM lot WHERE county = 140406 AND id = :id", lot), "pass"), "the newest verdict is the same both ways");
	ok(kit_move(&k, &resource_lots, lot, "lift") == RC_OK, "an officer may lift it after the newer pass");

	lot = sold_lot(k.today - 20);
	bad = kit_test(&k, lot, 1000, KIT_FAIL);
	is_stopped(lot, "test", "a newer fail");
	ok(kit_move(&k, &resource_lots, lot, "lift") == RC_INVALID, "not lifted while the newest test failed");
	snprintf(text, sizeof(text), "{'lot_id':'%lld','sample_no':'X','method':'laboratory','lab_items':'吡虫啉','lab_verdict':'pass',"
		"'sampled_on':'2026-01-01','tested_ms':%lld,'tester':'L','corrects_id':'%lld'}", LL(lot), LL(k.now_ms - 900), LL(bad));
	ok(kit_try(&k, &resource_inspections, text) != 0, "a laboratory's pass corrects the record");
	ok(kit_move(&k, &resource_lots, lot, "lift") == RC_OK && kit_move(&k, &resource_lots, lot, "release") == RC_OK,
		"then it may be lifted and released");

	lot = sold_lot(k.today - 20);
	(void)kit_test(&k, lot, 1000, KIT_RETEST);
	is_stopped(lot, "test", "a newer positive reading on a released lot");
}

static void
test_recall(void)
{
	char text[300];
	int64_t lot, recall;

	kit_cycle(&k);
	lot = sold_lot(k.today - 20);
	snprintf(text, sizeof(text), "{'lot_id':'%lld','reason':'混入其他批次','level':'two','contact':'农业农村局 0355-6881234'}", LL(lot));
	recall = kit_make(&k, &resource_recalls, text);
	ok(recall != 0 && lot_is(lot, "recalled"), "a recall stops the lot");
	ok(no_codes_no_certificate(lot), "no code, no certificate");
	is_i64(kit_i64(&k, "SELECT COUNT(*) FROM certificate WHERE county = 140406 AND lot_id = :id AND state = 'valid'", lot), 0, "its certificate is void");
	ok(kit_try(&k, &resource_recalls, text) == 0, "one recall at a time");
	ok(kit_move(&k, &resource_lots, lot, "recall-end") != RC_OK, "people end the recall, not the state of the lot");
	ok(kit_move(&k, &resource_recalls, recall, "end") == RC_OK && lot_is(lot, "held"), "after the recall the lot is held");
	ok(kit_move(&k, &resource_lots, lot, "lift") == RC_OK, "and an officer may lift it");
}

static int64_t
ship(const char *kind, int64_t lot, int64_t kg, int64_t before_ms)
{
	char text[300];

	snprintf(text, sizeof(text), "{'lot_id':'%lld','kind':'%s','done_ms':%lld,'quantity_milli':%lld,'place':'太原'}", LL(lot), kind,
		LL(k.now_ms - before_ms), LL(kg * 1000));
	return kit_try(&k, &resource_supply_events, text);
}

static void
test_supply(void)
{
	int64_t lot, first;
	char text[400];

	kit_cycle(&k);
	lot = kit_lot(&k, k.today - 20, 100000, 2500);
	ok(ship("ship", lot, 10, 0) == 0, "an unreleased lot does not leave");
	(void)kit_test(&k, lot, 1000, KIT_PASS);
	(void)kit_move(&k, &resource_lots, lot, "release");
	first = ship("ship", lot, 60, 0);
	ok(first != 0 && ship("ship", lot, 41, 0) == 0 && ship("ship", lot, 40, 0) != 0, "never more out than the lot holds");
	ok(ship("receive", lot, 100, 0) != 0 && ship("receive", lot, 1, 0) == 0, "never more received than shipped");
	snprintf(text, sizeof(text), "{'lot_id':'%lld','kind':'ship','done_ms':%lld,'quantity_milli':50000,'corrects_id':'%lld'}", LL(lot),
		LL(k.now_ms), LL(first));
	ok(kit_try(&k, &resource_supply_events, text) == 0, "a correction cannot make more arrive than left");
	k.now_ms += 60000;
	(void)kit_move(&k, &resource_lots, lot, "hold");
	ok(ship("sell", lot, 1, 0) == 0, "a held lot is not sold");
	ok(ship("sell", lot, 1, 3600000) != 0, "a sale made before the hold is still recorded");
}

/* ---- many at once ---- */

struct crowd {
	pthread_t thread;
	int64_t lot, quantity;
	int done;
	const char *kind;
};

static void *
order_codes(void *arg)
{
	struct crowd *w = arg;
	struct db *db = NULL;
	struct err e = { 0 };
	char text[200];
	struct arena mem;

	arena_init(&mem, 8 << 20);
	kit_must(db_take(k.app.pool, 60000, &db, &e), &e);
	for (int tries = 0; tries < 20; tries++) {
		struct ctx c = ctx_system(&k.app, &mem, db);
		struct json *body;
		int64_t id;

		if (w->kind == NULL)
			snprintf(text, sizeof(text), "{\"lot_id\":\"%lld\",\"quantity\":%lld,\"design\":\"60x40\"}", LL(w->lot), LL(w->quantity));
		else
			snprintf(text, sizeof(text), "{\"lot_id\":\"%lld\",\"kind\":\"%s\",\"done_ms\":%lld,\"quantity_milli\":%lld}", LL(w->lot),
				w->kind, LL(k.now_ms), LL(w->quantity));
		kit_must(json_parse(&mem, str_from_c(text), 1000, &body, &c.err), &c.err);
		enum rc rc = record_create(&c, w->kind == NULL ? &resource_code_batches : &resource_supply_events, body, &id);
		w->done = rc == RC_OK;
		if (rc != RC_UNAVAILABLE && rc != RC_CONFLICT)
			break;
	}
	arena_done(&mem);
	db_give(&db);
	return NULL;
}

static int
crowd_run(int64_t lot, int64_t quantity, const char *kind, int n)
{
	static struct crowd crowd[50];
	int done = 0;

	for (int i = 0; i < n; i++) {
		crowd[i] = (struct crowd){ .lot = lot, .quantity = quantity, .kind = kind };
		(void)pthread_create(&crowd[i].thread, NULL, order_codes, &crowd[i]);
	}
	for (int i = 0; i < n; i++) {
		(void)pthread_join(crowd[i].thread, NULL);
		done += crowd[i].done;
	}
	return done;
}

static void
test_crowd(void)
{
	int64_t lot;

	kit_cycle(&k);
	lot = kit_lot(&k, k.today - 20, 1000000, 10000); /* 100 codes */
	(void)kit_test(&k, lot, 1000, KIT_PASS);
	(void)kit_move(&k, &resource_lots, lot, "release");
	is_i64(kit_i64(&k, "SELECT codes_max FROM lot WHERE county = 140406 AND id = :id", lot), 100, "the lot yields 100 codes");
	is_i64(crowd_run(lot, 7, NULL, 50), 14, "of 50 orders of 7 at once, 14 succeed");
	is_i64(kit_i64(&k, "SELECT codes_issued FROM lot WHERE county = 140406 AND id = :id", lot), 98, "98 of 100 are taken");
	is_i64(kit_i64(&k, "SELECT SUM(quantity) FROM code_batch WHERE county = 140406 AND lot_id = :id", lot), 98, "the batches hold as many");
	is_i64(kit_i64(&k, "SELECT COUNT(DISTINCT serial_from) FROM code_batch WHERE county = 140406 AND lot_id = :id", lot), 14, "no two share a serial");
	is_i64(crowd_run(lot, 90000, "ship", 20), 11, "of 20 shipments of 90 kg at once, 11 fit into 1,000 kg");
}

/* ---- the job ---- */

static struct {
	pthread_t thread;
	int64_t batch, job;
	enum rc rc;
} workers[2];

static void *
run_issue(void *arg)
{
	static const struct job_kind kind = { .name = "trace.issue-codes", .may = "trace.issue" };
	struct db *db = NULL;
	struct err e = { 0 };
	size_t i = (size_t)(uintptr_t)arg;
	struct arena mem;

	arena_init(&mem, 16 << 20);
	kit_must(db_take(k.app.pool, 60000, &db, &e), &e);
	struct ctx c = ctx_system(&k.app, &mem, db);
	struct job job = { .params = str_fmt(&mem, "{\"batch\":\"%lld\"}", LL(workers[i].batch)), .id = workers[i].job,
		.kind = &kind };
	workers[i].rc = issue_codes_job(&c, &job);
	arena_done(&mem);
	db_give(&db);
	return NULL;
}

/* Claims the newest job as a worker would. */
static int64_t
claim_job(void)
{
	int64_t id = kit_i64(&k, "SELECT MAX(id) FROM job WHERE county = 140406 AND kind = 'trace.issue-codes' AND state = 'queued'", 0);

	kit_must(db_script(k.db, "UPDATE job SET state = 'running' WHERE county = 140406 AND kind = 'trace.issue-codes' AND state = 'queued'", &k.c.err),
		&k.c.err);
	return id;
}

static void
test_issue(void)
{
	int64_t lot, batch;
	struct ctx *c;

	kit_cycle(&k);
	lot = kit_lot(&k, k.today - 20, 100000000, 2500); /* 40,000 codes */
	(void)kit_test(&k, lot, 1000, KIT_PASS);
	(void)kit_move(&k, &resource_lots, lot, "release");
	batch = kit_order(&k, lot, 10000);
	int64_t job = claim_job();
	for (size_t i = 0; i < 2; i++) {
		workers[i].batch = batch;
		workers[i].job = job;
		(void)pthread_create(&workers[i].thread, NULL, run_issue, (void *)(uintptr_t)i);
	}
	for (size_t i = 0; i < 2; i++)
		(void)pthread_join(workers[i].thread, NULL);
	is_i64(kit_i64(&k, "SELECT COUNT(*) FROM trace_code WHERE county = 140406 AND batch_id = :id", batch), 10000, "two workers at once make 10,000 codes, not 20,000");
	is_i64(kit_i64(&k, "SELECT COUNT(DISTINCT code) FROM trace_code WHERE county = 140406 AND batch_id = :id", batch), 10000, "all different");
	is_i64(kit_i64(&k, "SELECT MAX(serial) - MIN(serial) + 1 FROM trace_code WHERE county = 140406 AND batch_id = :id", batch), 10000, "serials without gaps");
	c = kit_fresh(&k);
	ok(jobs_drain(c) == RC_OK, "jobs run");
	ok(str_eq_c(kit_str(&k, "SELECT state FROM code_batch WHERE county = 140406 AND id = :id", batch), "issued"), "the batch is issued");
	is_i64(kit_i64(&k, "SELECT COUNT(*) FROM trace_code WHERE county = 140406 AND batch_id = :id", batch), 10000, "running the job again makes none");
	struct str wrong = kit_str(&k, "SELECT error FROM job WHERE county = 140406 AND kind = 'trace.label-sheet' AND id > :id ORDER BY id DESC LIMIT 1", 0);

	ok(wrong.n == 0, "nothing went wrong: " STR_FMT, STR_ARG(wrong));
	ok(kit_i64(&k, "SELECT COALESCE(sheet, 0) FROM code_batch WHERE county = 140406 AND id = :id", batch) > 0, "the label sheet is there");
	is_i64(kit_i64(&k, "SELECT COUNT(*) FROM trace_code WHERE county = 140406 AND batch_id = :id AND state = 'printed'", batch), 10000, "its codes are printed");
}

static int64_t held_lot, held_batch;

static int64_t
codes_made(struct db *db, int64_t batch)
{
	static const struct db_sql sql = { "made", "SELECT COUNT(*) FROM trace_code WHERE county = 140406 AND batch_id = :id" };
	DB_STMT st = NULL;
	bool row;
	struct err e = { 0 };

	kit_must(db_prepare(db, &sql, &st, &e), &e);
	db_bind_i64(st, "id", batch);
	kit_must(db_step(st, &row, &e), &e);
	return db_col_i64(st, 0);
}

/* Once a thousand codes are there, the lot is held by another session. */
static void
hold_between_chunks(struct kit *kit)
{
	struct db *db = NULL;
	struct err e = { 0 };
	struct arena mem;

	kit->on_clock = NULL;
	arena_init(&mem, 8 << 20);
	kit_must(db_take(kit->app.pool, 60000, &db, &e), &e);
	if (codes_made(db, held_batch) >= 1000) {
		struct ctx c = ctx_system(&kit->app, &mem, db);

		kit_must(record_move(&c, &resource_lots, held_lot, 0, S("hold"), S("stop")), &c.err);
	} else {
		kit->on_clock = hold_between_chunks;
	}
	arena_done(&mem);
	db_give(&db);
}

static void
test_issue_stopped(void)
{
	int64_t lot, batch;

	kit_cycle(&k);
	lot = kit_lot(&k, k.today - 20, 100000000, 2500);
	(void)kit_test(&k, lot, 1000, KIT_PASS);
	(void)kit_move(&k, &resource_lots, lot, "release");
	batch = kit_order(&k, lot, 5000);
	workers[0].batch = batch;
	workers[0].job = claim_job();
	held_lot = lot;
	held_batch = batch;
	k.on_clock = hold_between_chunks;
	(void)run_issue((void *)(uintptr_t)0);
	k.on_clock = NULL;
	int64_t made = kit_i64(&k, "SELECT COUNT(*) FROM trace_code WHERE county = 140406 AND batch_id = :id", batch);
	ok(made > 0 && made < 5000, "a hold stops the making of codes midway (%lld made)", LL(made));
	is_i64(kit_i64(&k, "SELECT codes_issued FROM lot WHERE county = 140406 AND id = :id", lot), made, "what was not made is given back");
	ok(str_eq_c(kit_str(&k, "SELECT state FROM code_batch WHERE county = 140406 AND id = :id", batch), "failed"), "the batch says that it failed");
	ok(kit_move(&k, &resource_code_batches, batch, "retry") == RC_INVALID, "no continuing while the lot is held");
	(void)kit_move(&k, &resource_lots, lot, "lift");
	(void)kit_move(&k, &resource_lots, lot, "release");
	ok(kit_move(&k, &resource_code_batches, batch, "retry") == RC_OK, "continued after the release");
	ok(jobs_drain(kit_fresh(&k)) == RC_OK, "jobs run");
	is_i64(kit_i64(&k, "SELECT COUNT(*) FROM trace_code WHERE county = 140406 AND batch_id = :id", batch), 5000, "exactly what was ordered");
	is_i64(kit_i64(&k, "SELECT COUNT(DISTINCT serial) FROM trace_code WHERE county = 140406 AND batch_id = :id", batch), 5000, "no serial twice");
}

static void
test_lot_rules(void)
{
	char text[300];
	int64_t lot;
	struct ctx *c;
	struct json *body;

	kit_cycle(&k);
	lot = kit_lot(&k, k.today - 20, 100000, 2500);
	ok(lot_code_valid(kit_str(&k, "SELECT code FROM lot WHERE county = 140406 AND id = :id", lot)), "the lot number carries its check character");
	is_i64(kit_i64(&k, "SELECT division FROM lot WHERE county = 140406 AND id = :id", lot), 140406101201, "a lot lies where its plot lies");
	snprintf(text, sizeof(text), "{'product_id':'%lld','org_id':'%lld','harvested_on':'2026-09-01','quantity_milli':1000,'unit':'KGM',"
		"'pack_milli':2000}", LL(k.product), LL(k.org));
	ok(kit_try(&k, &resource_lots, text) == 0, "one item cannot hold more than the lot");
	(void)kit_test(&k, lot, 1000, KIT_PASS);
	(void)kit_move(&k, &resource_lots, lot, "release");
	int64_t version = kit_i64(&k, "SELECT version FROM lot WHERE county = 140406 AND id = :id", lot);
	c = kit_fresh(&k);
	kit_must(json_parse(c->mem, S("{\"quantity_milli\":900000}"), 100, &body, &c->err), &c->err);
	ok(record_update(c, &resource_lots, lot, version, body) == RC_INVALID,
		"the quantity of a released lot is fixed");
}

static void
test_all(struct testdb *t)
{
	t->options.sessions_max = 60;
	struct err e = { 0 };

	kit_must(testdb_reopen(t, &e), &e);
	kit_open(&k, t);
	test_lot_rules();
	test_interval_orders();
	test_corrections();
	test_inspection_orders();
	test_recall();
	test_supply();
	test_crowd();
	test_issue();
	test_issue_stopped();
	kit_close(&k);
}

int
main(void)
{
	testdb_each(test_all);
	return tap_done();
}

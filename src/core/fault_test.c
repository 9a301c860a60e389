/*
 * Planted faults: every statement of a write is made to fail in turn, once and
 * from there on; whatever fails, nothing half-written is found, and the same
 * write succeeds afterwards. The database functions are wrapped by the linker,
 * so that the program carries no switch for it.
 */
#include "base/base.h"
#include "tap.h"
#include "core/testenv.h"
#include "core/testmod.h"

static struct testenv env;
static int countdown = -1; /* the call that fails; -1 none */
static bool from_there_on;
static int calls;

static bool
fails(void)
{
	calls++;
	if (countdown < 0)
		return false;
	return from_there_on ? calls > countdown : calls == countdown + 1;
}

enum rc __real_db_run(struct db_stmt *st, int64_t *changes, struct err *e);
enum rc __real_db_step(struct db_stmt *st, bool *row, struct err *e);
enum rc __real_db_prepare(struct db *db, const struct db_sql *sql, struct db_stmt **out, struct err *e);
enum rc __real_db_commit(struct db_tx *tx, struct err *e);
enum rc __wrap_db_run(struct db_stmt *st, int64_t *changes, struct err *e);
enum rc __wrap_db_step(struct db_stmt *st, bool *row, struct err *e);
enum rc __wrap_db_prepare(struct db *db, const struct db_sql *sql, struct db_stmt **out, struct err *e);
enum rc __wrap_db_commit(struct db_tx *tx, struct err *e);

static enum rc
planted(struct err *e)
{
	return fail(e, RC_UNAVAILABLE, NULL, "植入的故障", "planted fault");
}

enum rc
__wrap_db_run(struct db_stmt *st, int64_t *changes, struct err *e)
{
	return fails() ? planted(e) : __real_db_run(st, changes, e);
}

enum rc
__wrap_db_step(struct db_stmt *st, bool *row, struct err *e)
{
	return fails() ? planted(e) : __real_db_step(st, row, e);
}

enum rc
__wrap_db_prepare(struct db *db, const struct db_sql *sql, struct db_stmt **out, struct err *e)
{
	return fails() ? planted(e) : __real_db_prepare(db, sql, out, e);
}

enum rc
__wrap_db_commit(struct db_tx *tx, struct err *e)
{
	return fails() ? planted(e) : __real_db_commit(tx, e);
}

static int64_t org, field, sample, version;

/* Everything a write may leave behind, as one text. */
static struct str
fingerprint(void)
{
	static const char *const counts[] = { "SELECT COUNT(*) FROM test_field",
		"SELECT COUNT(*) FROM test_sample", "SELECT COUNT(*) FROM test_reading",
		"SELECT COUNT(*) FROM audit", "SELECT COUNT(*) FROM event", "SELECT COUNT(*) FROM search_doc",
		"SELECT SUM(version) FROM test_field", "SELECT SUM(version) FROM test_sample",
		"SELECT SUM(sample) FROM test_reading", "SELECT SUM(area_milli) FROM test_field",
		"SELECT COUNT(*) FROM test_field WHERE deleted_ms IS NOT NULL",
		"SELECT COUNT(*) FROM test_field WHERE state = 'open'" };
	struct sb b;

	countdown = -1;
	sb_init(&b, &env.mem, 4096);
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		sb_addf(&b, " " LLD, LL(testenv_i64(&env, counts[i])));
	return sb_str(&b);
}

static enum rc
do_create(void)
{
	char body[400];
	int64_t id;

	snprintf(body, sizeof(body),
		"{'name':'新','code':'N-1','org_id':'%lld','division':'140406101201','kind':'open','area_"
		"milli':5,'photo':'7'}",
		LL(org));
	return record_create(&env.c, &test_fields, testenv_json(&env, body), &id);
}

static enum rc
do_create_lines(void)
{
	char body[400];
	int64_t id;

	snprintf(body, sizeof(body),
		"{'number':'F-9','field_id':'%lld','sampled_on':'2026-09-20','remark':'好','readings':[{'"
		"sample':1},{'sample':2}]}",
		LL(field));
	return record_create(&env.c, &test_samples, testenv_json(&env, body), &id);
}

static enum rc
do_update_lines(void)
{
	return record_update(&env.c, &test_samples, sample, version,
		testenv_json(&env, "{'remark':'坏','readings':[{'sample':5}]}"));
}

static enum rc
do_update_place(void)
{
	return record_update(&env.c, &test_fields, field, version,
		testenv_json(&env, "{'division':'140406102201','name':'改'}"));
}

static enum rc
do_move(void)
{
	return record_move(&env.c, &test_fields, field, version, S("release"), S("好"));
}

static void
setup(void)
{
	struct record_head h = { 0 };
	struct test_org o;
	char body[400];

	testenv_as(&env, NULL);
	record_init(&test_orgs, &o);
	o.name = S("社");
	o.division = 140406101000;
	ok(record_insert(&env.c, &test_orgs, &h, &o) == RC_OK, "an organisation");
	org = h.id;
	snprintf(body, sizeof(body),
		"{'name':'旧','org_id':'%lld','division':'140406101201','kind':'open','area_milli':5}",
		LL(org));
	ok(record_create(&env.c, &test_fields, testenv_json(&env, body), &field) == RC_OK, "a field");
	snprintf(body, sizeof(body),
		"{'number':'F-1','field_id':'%lld','sampled_on':'2026-09-20','readings':[{'sample':1}]}",
		LL(field));
	ok(record_create(&env.c, &test_samples, testenv_json(&env, body), &sample) == RC_OK, "a sample");
}

/* Fails the first call, then the second, … until the write goes through untouched. */
static void
plant(const char *what, enum rc (*act)(void), bool onwards)
{
	struct str before = fingerprint(), after;
	int bad = 0, wrong = 0, n = 0;

	for (; n < 500; n++) {
		enum rc rc;

		testenv_as(&env, NULL);
		calls = 0;
		countdown = n;
		from_there_on = onwards;
		rc = act();
		countdown = -1;
		if (rc == RC_OK)
			break;
		wrong += rc != RC_UNAVAILABLE;
		bad += db_in_tx(env.db);
		after = fingerprint();
		bad += !str_eq(before, after);
	}
	ok(n > 5 && n < 500, "%s has %d places to fail", what, n);
	is_i64(bad, 0, "%s leaves nothing half-written", what);
	is_i64(wrong, 0, "%s reports the fault itself", what);
	ok(!str_eq(before, fingerprint()), "%s works when nothing fails", what);
}

static void
test_all(struct testdb *t)
{
	testenv_open(&env, t, test_modules);
	setup();
	plant("create", do_create, false);
	plant("create with lines", do_create_lines, true);
	version = 1;
	plant("update with lines", do_update_lines, false);
	plant("update of the place", do_update_place, true);
	version = 2;
	plant("move", do_move, false);
	testenv_close(&env);
}

int
main(void)
{
	testdb_each(test_all);
	return tap_done();
}

/* db_test.c - what db.h promises, on both engines. */
#include "base/base.h"
#include "db/db.h"
#include "tap.h"
#include "db/testdb.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

static const char tables[] =
	"CREATE TABLE town (county BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (county, id));"
	"CREATE TABLE plot (county BIGINT NOT NULL, id BIGINT NOT NULL, town_id BIGINT, code TEXT, area BIGINT,"
	" photo BYTEA, CONSTRAINT plot_area CHECK (area > 0), PRIMARY KEY (county, id),"
	" FOREIGN KEY (county, town_id) REFERENCES town (county, id) DEFERRABLE INITIALLY DEFERRED);"
	"CREATE UNIQUE INDEX plot_code ON plot (county, code) WHERE area <> 99;"
	"CREATE UNIQUE INDEX town_name ON town (county, lower(name));";

static const struct db_sql add_town = { "add_town", "INSERT INTO town (county, id, name) VALUES (:county, :id, :name)" };
static const struct db_sql add_plot = { "add_plot",
	"INSERT INTO plot (county, id, town_id, code, area, photo) VALUES (140406, :id, :town, :code, :area, :photo)" };
static const struct db_sql count_towns = { "count_towns", "SELECT COUNT(*) FROM town WHERE county = :county" };
static const struct db_sql get_plot = { "get_plot",
	"SELECT id, town_id, code, area, photo FROM plot WHERE county = 140406 AND id = :id" };

static struct db *
take(struct testdb *t)
{
	struct err e = { .lang = LANG_EN };
	struct db *db = NULL;

	if (db_take(t->pool, 5000, &db, &e) != RC_OK)
		printf("# take: %s\n", e.text);
	ASSERT(db != NULL);
	return db;
}

static enum rc
put_town(struct db *db, int64_t id, struct str name, struct err *e)
{
	DB_STMT st = NULL;
	int64_t changes = 0;
	enum rc rc = db_prepare(db, &add_town, &st, e);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", 140406);
	db_bind_i64(st, "id", id);
	db_bind_str(st, "name", name);
	rc = db_run(st, &changes, e);
	return rc == RC_OK && changes != 1 ? RC_INTERNAL : rc;
}

static int64_t
towns(struct db *db)
{
	struct err e = { .lang = LANG_EN };
	DB_STMT st = NULL;
	bool row = false;

	if (db_prepare(db, &count_towns, &st, &e) != RC_OK) {
		printf("# %s\n", e.text);
		return -1;
	}
	db_bind_i64(st, "county", 140406);
	if (db_step(st, &row, &e) != RC_OK || !row) {
		printf("# %s\n", e.text);
		return -1;
	}
	return db_col_i64(st, 0);
}

static void
test_values(struct testdb *t)
{
	struct err e = { .lang = LANG_EN };
	DB_SESSION db = take(t);
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	bool row = false;

	ok(db_begin(db, &tx, &e) == RC_OK && db_in_tx(db), "begin");
	ok(db_prepare(db, &add_plot, &st, &e) == RC_OK, "prepare");
	ok(db_has_param(st, "town") && !db_has_param(st, "nothing"), "parameters are known by name");
	db_bind_i64(st, "id", INT64_MAX);
	db_bind_i64(st, "town", NIL);
	db_bind_str(st, ":code", S("店上'; DROP--\xF0\x9F\x8C\xBD"));
	db_bind_i64(st, "area", 1);
	db_bind_blob(st, "photo", S("\0\xff\\x'"));
	ok(db_run(st, NULL, &e) == RC_OK, "insert: %s", e.text);
	db_reset(st);
	db_bind_i64(st, "id", -5);
	db_bind_i64(st, "town", NIL);
	db_bind_str(st, "code", (struct str){ 0 });
	db_bind_null(st, "area");
	db_bind_blob(st, "photo", S(""));
	ok(db_run(st, NULL, &e) == RC_OK, "insert again after a reset");
	db_finish(&st);
	ok(db_prepare(db, &get_plot, &st, &e) == RC_OK, "read inside the transaction");
	db_bind_i64(st, "id", INT64_MAX);
	ok(db_step(st, &row, &e) == RC_OK && row, "its own write is there");
	ok(db_col_count(st) == 5 && strcmp(db_col_name(st, 2), "code") == 0, "columns have names");
	is_i64(db_col_i64(st, 0), INT64_MAX, "the largest integer");
	ok(db_col_null(st, 1) && db_col_i64(st, 1) == NIL, "NULL is NIL");
	is_str(db_col_str(st, 2), S("店上'; DROP--\xF0\x9F\x8C\xBD"), "text");
	is_str(db_col_blob(st, 4), S("\0\xff\\x'"), "bytes");
	ok(db_step(st, &row, &e) == RC_OK && !row && db_step(st, &row, &e) == RC_OK && !row, "the end, twice");
	db_reset(st);
	db_bind_i64(st, "id", -5);
	ok(db_step(st, &row, &e) == RC_OK && row, "the second row");
	ok(db_col_str(st, 2).p == NULL && db_col_i64(st, 3) == NIL, "absent text and number");
	ok(db_col_blob(st, 4).p != NULL && db_col_blob(st, 4).n == 0, "empty bytes are not absent");
	ok(db_commit(&tx, &e) == RC_OK && !db_in_tx(db), "commit with a statement still open");
	db_finish(&st);
	ok(db_prepare(db, &get_plot, &st, &e) == RC_OK, "outside");
	db_bind_i64(st, "id", 3);
	ok(db_step(st, &row, &e) == RC_OK && !row, "no row is no row");
}

static void
refused(struct testdb *t, enum rc want, const char *code, const char *field, int64_t id, int64_t town,
	struct str plot, int64_t area, const char *what)
{
	struct err e = { .lang = LANG_EN };
	DB_SESSION db = take(t);
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	enum rc rc = db_begin(db, &tx, &e);

	ASSERT(rc == RC_OK && db_prepare(db, &add_plot, &st, &e) == RC_OK);
	db_bind_i64(st, "id", id);
	db_bind_i64(st, "town", town);
	db_bind_str(st, "code", plot);
	db_bind_i64(st, "area", area);
	db_bind_null(st, "photo");
	rc = db_run(st, NULL, &e);
	if (rc == RC_OK)
		rc = db_commit(&tx, &e);
	ok(rc == want && e.rc == want && e.code != NULL && strcmp(e.code, code) == 0, "%s: %s %s %s", what,
		rc_name(rc), e.code != NULL ? e.code : "", e.text);
	is_str(str_from_c(e.field), str_from_c(field), "%s: the field", what);
}

static void
test_constraints(struct testdb *t)
{
	struct err e = { .lang = LANG_EN };

	{
		DB_SESSION db = take(t);
		DB_TX tx = { 0 };

		ok(db_begin(db, &tx, &e) == RC_OK && put_town(db, 1, S("Dianshang"), &e) == RC_OK &&
				db_commit(&tx, &e) == RC_OK,
			"a town");
	}
	refused(t, RC_CONFLICT, "unique", "plot(county,id)", -5, NIL, S("x"), 1, "a taken key");
	refused(t, RC_CONFLICT, "unique", "plot(county,code)", 6, NIL, S("店上'; DROP--\xF0\x9F\x8C\xBD"), 1,
		"a taken code");
	refused(t, RC_INVALID, "check", "plot_area", 6, NIL, S("x"), 0, "a check");
	refused(t, RC_INVALID, "foreign-key", "", 6, 77, S("x"), 1, "a key to nothing");
	refused(t, RC_INVALID, "value", "", 6, NIL, S("a\0b"), 1, "a NUL in text");

	DB_SESSION db = take(t);

	{
		DB_TX tx = { 0 };

		ok(db_begin(db, &tx, &e) == RC_OK && put_town(db, 2, (struct str){ 0 }, &e) == RC_INVALID &&
				strcmp(e.code, "not-null") == 0 && strcmp(e.field, "town(name)") == 0,
			"a missing value names its column");
		ok(put_town(db, 2, S("x"), &e) == RC_INTERNAL, "after a failure the transaction does nothing more");
		ok(db_commit(&tx, &e) == RC_INTERNAL, "and cannot commit");
	}
	{
		DB_TX tx = { 0 };

		ok(db_begin(db, &tx, &e) == RC_OK && put_town(db, 2, S("DIANSHANG"), &e) == RC_CONFLICT &&
				strcmp(e.field, "town_name") == 0,
			"an index over an expression is named");
	}
	is_i64(towns(db), 1, "nothing of all this is stored");
}

/* A trigger that refuses, as on the audit trail. */
static void
test_trigger(struct testdb *t)
{
	static const char lite[] = "CREATE TABLE still (a BIGINT); INSERT INTO still VALUES (1);"
				   "CREATE TRIGGER still_no BEFORE UPDATE ON still BEGIN SELECT RAISE(ABORT, 'append-only'); END";
	static const char pg[] = "CREATE TABLE still (a BIGINT); INSERT INTO still VALUES (1);"
				 "CREATE FUNCTION still_no() RETURNS trigger LANGUAGE plpgsql AS"
				 " $$ BEGIN RAISE EXCEPTION 'append-only'; END $$;"
				 "CREATE TRIGGER still_no BEFORE UPDATE ON still FOR EACH ROW EXECUTE FUNCTION still_no()";
	struct err e = { .lang = LANG_EN };
	DB_SESSION db = take(t);
	DB_TX tx = { 0 };

	ok(db_script(db, t->engine == DB_PG ? pg : lite, &e) == RC_OK, "a trigger: %s", e.text);
	ok(db_begin(db, &tx, &e) == RC_OK && db_script(db, "UPDATE still SET a = 2", &e) == RC_INVALID &&
			strcmp(e.code, "check") == 0,
		"refuses alike on both engines: %s", e.text);
}

static void
test_rules(struct testdb *t)
{
	struct err e = { .lang = LANG_EN };
	DB_SESSION db = take(t);
	DB_SESSION other = take(t);
	DB_STMT st = NULL;

	ok(put_town(db, 50, S("outside"), &e) == RC_INTERNAL, "a write outside a transaction is refused");
	ok(db_prepare(db, &(struct db_sql){ "wrong", "SELEC 1" }, &st, &e) == RC_INTERNAL && st == NULL &&
			strstr(e.text, "wrong") != NULL,
		"wrong SQL is our mistake, told by name: %s", e.text);
	ok(db_prepare(db, &(struct db_sql){ "two", "SELECT 1; SELECT 2" }, &st, &e) == RC_INTERNAL,
		"two statements are not one");
	{
		DB_TX tx = { 0 };

		ok(db_begin(db, &tx, &e) == RC_OK && put_town(db, 60, S("not kept"), &e) == RC_OK, "a write");
		is_i64(towns(db), 2, "is seen inside");
		is_i64(towns(other), 1, "and not outside");
	}
	is_i64(towns(db), 1, "leaving the scope rolls back");
	ok(db_script(db, "CREATE TABLE one (a BIGINT); INSERT INTO one VALUES (1); INSERT INTO one VALUES (2)", &e) ==
			RC_OK,
		"a script");
	ok(db_script(db, "INSERT INTO one VALUES (3); NONSENSE", &e) == RC_INTERNAL, "a wrong script");
	ok(db_prepare(db, &(struct db_sql){ "sum", "SELECT SUM(a), COUNT(*) FROM one" }, &st, &e) == RC_OK, "sum");

	bool row;

	ok(db_step(st, &row, &e) == RC_OK && row && db_col_i64(st, 0) >= 3, "what the script wrote is there");
	db_finish(&st);
	ok(db_script(db, "ALTER TABLE one ADD COLUMN b BIGINT", &e) == RC_OK, "a changed table");
	ok(db_prepare(db, &(struct db_sql){ "star", "SELECT * FROM one" }, &st, &e) == RC_OK &&
			db_step(st, &row, &e) == RC_OK && row,
		"read");
	db_finish(&st);
	ok(db_script(other, "ALTER TABLE one ADD COLUMN c BIGINT", &e) == RC_OK, "changed under the statement");
	ok(db_prepare(db, &(struct db_sql){ "star", "SELECT * FROM one" }, &st, &e) == RC_OK &&
			db_step(st, &row, &e) == RC_OK && row && db_col_count(st) == 3,
		"a remembered statement follows: %s", e.text);
}

static void
test_nested(struct testdb *t)
{
	struct err e = { .lang = LANG_EN };
	DB_SESSION db = take(t);

	{
		DB_TX outer = { 0 };

		ok(db_begin(db, &outer, &e) == RC_OK && put_town(db, 100, S("kept"), &e) == RC_OK, "outer");
		for (int i = 0; i < 3; i++) {
			DB_TX inner = { 0 };

			ok(db_begin(db, &inner, &e) == RC_OK, "inner");
			ok(put_town(db, 101 + i, S("inner") /* the second collides by name */, &e) ==
					(i == 0 ? RC_OK : RC_CONFLICT),
				"row %d", i);
			if (i == 0)
				ok(db_commit(&inner, &e) == RC_OK && db_in_tx(db), "an inner commit goes on");
		}
		ok(put_town(db, 110, S("after"), &e) == RC_OK, "the outer one survives inner failures");
		ok(db_commit(&outer, &e) == RC_OK && !db_in_tx(db), "and commits");
	}
	is_i64(towns(db), 4, "with the rows that were good");
	{
		DB_TX outer = { 0 }, inner = { 0 };

		ok(db_begin(db, &outer, &e) == RC_OK && db_begin(db, &inner, &e) == RC_OK &&
				put_town(db, 120, S("lost"), &e) == RC_OK && db_commit(&inner, &e) == RC_OK,
			"an inner commit");
		db_rollback(&outer);
	}
	is_i64(towns(db), 4, "is lost with the outer rollback");
}

static void
test_cache(struct testdb *t)
{
	struct err e = { .lang = LANG_EN };
	DB_SESSION db = take(t);
	struct db_stmt *st[5] = { NULL };
	bool good = true, row;

	for (int i = 0; i < 5; i++) {
		good &= db_prepare(db, &count_towns, &st[i], &e) == RC_OK;
		db_bind_i64(st[i], "county", i == 2 ? 140406 : 1);
	}
	for (int i = 0; i < 5; i++)
		good &= db_step(st[i], &row, &e) == RC_OK && row && db_col_i64(st[i], 0) == (i == 2 ? 4 : 0);
	for (int i = 0; i < 5; i++)
		db_finish(&st[i]);
	ok(good, "one text used five times at once is five statements");
	for (int i = 0; i < 700; i++) {
		char text[64];

		snprintf(text, sizeof(text), "SELECT CAST(%d AS BIGINT)", i % 350);
		good &= db_prepare(db, &(struct db_sql){ "n", text }, &st[0], &e) == RC_OK;
		good &= db_step(st[0], &row, &e) == RC_OK && row && db_col_i64(st[0], 0) == i % 350;
		db_finish(&st[0]);
	}
	ok(good, "more texts than the cache holds");
}

struct heard {
	atomic_int count, missed;
	char last[32];
};

static void
on_news(void *arg, struct str payload)
{
	struct heard *h = arg;

	if (payload.p == NULL) {
		atomic_fetch_add(&h->missed, 1);
		return;
	}
	snprintf(h->last, sizeof(h->last), STR_FMT, STR_ARG(payload));
	atomic_fetch_add(&h->count, 1);
}

static bool
wait_count(atomic_int *n, int want)
{
	for (int i = 0; i < 300 && atomic_load(n) < want; i++)
		usleep(10000);
	return atomic_load(n) >= want;
}

static void
test_news(struct testdb *t)
{
	static struct heard h, deaf;
	struct err e = { .lang = LANG_EN };
	DB_SESSION db = take(t);

	h = deaf = (struct heard){ .last = "" };
	ok(db_listen(t->pool, "jobs", on_news, &h, &e) == RC_OK, "listen");
	ok(db_listen(t->pool, "other", on_news, &deaf, &e) == RC_OK, "listen to more");
	{
		DB_TX tx = { 0 };

		ok(db_begin(db, &tx, &e) == RC_OK && db_notify(db, "jobs", S("lost"), &e) == RC_OK, "notify");
	}
	{
		DB_TX tx = { 0 };

		ok(db_begin(db, &tx, &e) == RC_OK && db_notify(db, "jobs", S("快"), &e) == RC_OK, "notify again");
		usleep(20000);
		ok(atomic_load(&h.count) == 0, "nothing is heard before the commit");
		ok(db_commit(&tx, &e) == RC_OK, "commit");
	}
	ok(wait_count(&h.count, 1), "then it is");
	is_str(str_from_c(h.last), S("快"), "with its payload, and the rolled back one never");
	ok(db_notify(db, "jobs", (struct str){ 0 }, &e) == RC_OK && wait_count(&h.count, 2), "outside at once");
	ok(atomic_load(&h.count) == 2 && atomic_load(&deaf.count) == 0, "other channels stay silent");
}

static void
test_pool(struct testdb *t)
{
	struct err e = { .lang = LANG_EN };
	struct db *few[2], *more = NULL;

	t->options.sessions_max = 2;
	ok(testdb_reopen(t, &e) == RC_OK, "opened again with two sessions");
	few[0] = take(t);
	few[1] = take(t);
	ok(db_take(t->pool, 30, &more, &e) == RC_UNAVAILABLE && more == NULL, "a third waits in vain");
	db_give(&few[0]);
	ok(few[0] == NULL && db_take(t->pool, 30, &more, &e) == RC_OK, "a returned one is taken");
	is_i64(towns(more), 4, "and works");
	is_i64(db_stats(t->pool).sessions_open, 2, "two are open");
	db_give(&more);
	db_give(&few[1]);
	db_give(&few[1]);
	t->options.sessions_max = 80;
	t->options.read_only = true;
	ok(testdb_reopen(t, &e) == RC_OK, "opened for reading");
	{
		DB_SESSION db = take(t);
		DB_TX tx = { 0 };

		is_i64(towns(db), 4, "reading works");
		ok(db_begin(db, &tx, &e) == RC_STATE, "writing does not");
		ok(db_script(db, "DROP TABLE town", &e) == RC_STATE, "nor a script");
	}
	if (t->engine == DB_SQLITE) {
		struct stat st;

		ok(stat(t->url + strlen("sqlite:"), &st) == 0 && (st.st_mode & 077) == 0, "nobody else may read the file");
	}
	t->options.read_only = false;
	ok(testdb_reopen(t, &e) == RC_OK, "opened again");
}

static void
test_all(struct testdb *t)
{
	struct err e = { .lang = LANG_EN };

	{
		DB_SESSION db = take(t);

		ok(db_script(db, tables, &e) == RC_OK || t->engine == DB_SQLITE, "tables: %s", e.text);
	}
	test_values(t);
	test_constraints(t);
	test_rules(t);
	test_trigger(t);
	test_nested(t);
	test_cache(t);
	test_news(t);
	test_pool(t);
}

int
main(void)
{
	struct err e = { .lang = LANG_EN };
	struct db_pool *pool = NULL;

	ok(db_pool_open(&pool, &(struct db_options){ .url = "mysql://x" }, &e) == RC_INVALID, "a foreign engine");
	ok(db_pool_open(&pool, &(struct db_options){ .url = "sqlite:/nonexistent/x.db", .create = true }, &e) ==
			RC_UNAVAILABLE,
		"an impossible place: %s", e.text);
	db_pool_close(NULL);
	testdb_each(test_all);
	return tap_done();
}

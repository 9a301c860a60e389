#include "base/base.h"
#include "db/migrate.h"
#include "tap.h"
#include "db/testdb.h"

static const struct migration list[] = {
	{ 1, "first", "CREATE TABLE one (a BIGINT NOT NULL);\n"
		      "-- only: sqlite\nCREATE TABLE engine_sqlite (a BIGINT);\n"
		      "-- only: pg\nCREATE TABLE engine_pg (a BIGINT);\n-- both\n"
		      "INSERT INTO one (a) VALUES (1);\n" },
	{ 2, "second", "ALTER TABLE one ADD COLUMN b TEXT; UPDATE one SET b = 'it''s; fine'" },
	{ 3, "third", "CREATE TABLE three (a BIGINT); INSERT INTO three (a) VALUES (3)" },
	{ 0 },
};

static int64_t
ask(struct db *db, const char *text)
{
	struct err e = { .lang = LANG_EN };
	DB_STMT st = NULL;
	bool row;

	if (db_prepare(db, &(struct db_sql){ "ask", text }, &st, &e) != RC_OK || db_step(st, &row, &e) != RC_OK)
		return -1;
	return row ? db_col_i64(st, 0) : -2;
}

static void
test_text(void)
{
	ARENA a;
	const char *text = "a\n-- only: sqlite\nb\n  -- only: pg  \nc\n-- both\nd";

	arena_init(&a, 0);
	is_str(migrate_text_for(&a, text, DB_SQLITE), S("a\nb\nd\n"), "the text for SQLite");
	is_str(migrate_text_for(&a, text, DB_PG), S("a\nc\nd\n"), "the text for PostgreSQL");
	is_str(migrate_text_for(&a, "", DB_PG), S("\n"), "of nothing");
}

static void
test_all(struct testdb *t)
{
	struct err e = { .lang = LANG_EN };
	struct migration some[4] = { list[0], list[1], { 0 } };
	int applied = -1;
	DB_SESSION db = NULL;

	ASSERT(db_take(t->pool, 1000, &db, &e) == RC_OK);
	ok(migrate_check(db, list, &e) == RC_STATE && strcmp(e.code, "older-database") == 0, "an empty database: %s",
		e.text);
	ok(migrate_up(db, some, &applied, &e) == RC_OK && applied == 2, "two are applied: %s", e.text);
	is_i64(ask(db, t->engine == DB_PG ? "SELECT COUNT(*) FROM engine_pg" : "SELECT COUNT(*) FROM engine_sqlite"), 0,
		"the engine's own part too");
	is_i64(ask(db, t->engine == DB_PG ? "SELECT COUNT(*) FROM engine_sqlite" : "SELECT COUNT(*) FROM engine_pg"), -1,
		"the other's not");
	ok(migrate_check(db, list, &e) == RC_STATE, "one is missing: %s", e.text);
	ok(migrate_up(db, list, &applied, &e) == RC_OK && applied == 1, "it is applied");
	ok(migrate_up(db, list, &applied, &e) == RC_OK && applied == 0, "once");
	ok(migrate_check(db, list, &e) == RC_OK, "now it is right");
	ok(migrate_check(db, some, &e) == RC_STATE && strcmp(e.code, "newer-database") == 0, "a newer database: %s",
		e.text);
	ok(migrate_up(db, some, NULL, &e) == RC_STATE, "is not touched either");

	struct migration changed[4] = { list[0], { 2, "second", "DROP TABLE one" }, list[2], { 0 } };

	ok(migrate_up(db, changed, NULL, &e) == RC_STATE && strcmp(e.code, "migration-changed") == 0,
		"a changed one is refused: %s", e.text);
	is_i64(ask(db, "SELECT COUNT(*) FROM one WHERE b = 'it''s; fine'"), 1, "nothing happened");

	struct migration broken[5] = { list[0], list[1], list[2],
		{ 4, "fourth", "CREATE TABLE four (a BIGINT); INSERT INTO four (a) VALUES (1); NONSENSE" }, { 0 } };

	ok(migrate_up(db, broken, &applied, &e) == RC_INTERNAL && applied == 0 &&
			str_starts(str_from_c(e.field), S("migration[fourth]")),
		"a broken one says which: %s %s", e.field, e.text);
	is_i64(ask(db, "SELECT COUNT(*) FROM four"), -1, "and leaves nothing behind");
	is_i64(ask(db, "SELECT COUNT(*) FROM schema_migration"), 3, "not even its number");
}

int
main(void)
{
	test_text();
	testdb_each(test_all);
	return tap_done();
}

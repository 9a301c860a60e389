/* What the tables mean is what both engines hold, and the comparison notices every kind of difference. */
#include "base/base.h"
#include "core/schema.h"
#include "tap.h"
#include "core/testenv.h"
#include "core/testmod.h"

static struct testenv env;

static void
test_all(struct testdb *t)
{
	static const struct {
		const char *sql, *line;
	} changes[] = {
		{ "ALTER TABLE test_unit ADD COLUMN extra TEXT", "+ column test_unit.extra text" },
		{ "CREATE INDEX test_unit_kind_i ON test_unit (county, kind)",
			"+ index test_unit_kind_i on test_unit (county, kind)" },
		{ "DROP INDEX test_unit_name_u", "- index test_unit_name_u on test_unit unique (county, "
						 "name) where deleted_ms is null" },
	};
	struct schema_facts a, b;
	struct sb out;

	testenv_open(&env, t, test_modules);
	ok(schema_read(env.db, &env.mem, &env.app, &a, &env.c.err) == RC_OK && a.count > 100,
		"the catalogue is read");
	ok(schema_read(env.db, &env.mem, &env.app, &b, &env.c.err) == RC_OK, "twice");
	sb_init(&out, &env.mem, 1 << 16);
	is_i64((int64_t)schema_diff(&a, &b, &out), 0, "a database equals itself");
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		testenv_sql(&env, changes[i].sql);
		ok(schema_read(env.db, &env.mem, &env.app, &b, &env.c.err) == RC_OK, "read again");
		sb_init(&out, &env.mem, 1 << 16);
		is_i64((int64_t)schema_diff(&a, &b, &out), (int64_t)i + 1, "noticed: %s", changes[i].sql);
		ok(str_find(sb_str(&out), str_from_c(changes[i].line), 0) >= 0, "and told: %s",
			changes[i].line);
		if (str_find(sb_str(&out), str_from_c(changes[i].line), 0) < 0)
			printf("# " STR_FMT "\n", STR_ARG(sb_str(&out)));
	}
	sb_init(&out, &env.mem, 1 << 16);
	schema_migration(&env.app, &b, &a, &out);
	ok(str_find(sb_str(&out), S("CREATE UNIQUE INDEX test_unit_name_u ON test_unit (county, name)"), 0) >=
			0,
		"the next migration mends what is missing");
	ok(str_find(sb_str(&out),
		   S("-- the database has, the tables do not (rebuild or drop by hand): column "
		     "test_unit.extra"),
		   0) >= 0,
		"and points at what is too much");
	testenv_close(&env);
}

static void
test_generator(void)
{
	static const struct migration first[] = {
		{ 1, "first",
			"CREATE TABLE test_unit (county BIGINT NOT NULL, id BIGINT NOT NULL, division BIGINT"
			" NOT NULL, org_id BIGINT, person_id BIGINT, version BIGINT NOT NULL, created_ms "
			"BIGINT NOT NULL, created_by BIGINT,"
			" updated_ms BIGINT NOT NULL, updated_by BIGINT, deleted_ms BIGINT, name TEXT NOT "
			"NULL, PRIMARY KEY (county, id));" },
		{ 0 }
	};
	struct app app = { .resources = test_resources, .modules = test_modules };
	struct err e = { .lang = LANG_EN };
	struct sb out;
	ARENA a = { 0 };

	arena_init(&a, 64 << 20);
	sb_init(&out, &a, 1 << 18);
	ok(app_index_build(&app, &a, &e) == RC_OK, "indexed");
	ok(schema_next_migration(&app, first, &a, "/tmp", &out, &e) == RC_OK,
		"the next migration is printed");
	ok(str_find(sb_str(&out), S("ALTER TABLE test_unit ADD COLUMN kind TEXT;"), 0) >= 0,
		"with new columns");
	ok(str_find(sb_str(&out), S("CREATE TABLE test_org ("), 0) >= 0, "and new tables");

	struct migration both[] = { first[0], { 2, "second", sb_str(&out).p }, { 0 } };

	sb_init(&out, &a, 1 << 18);
	ok(schema_next_migration(&app, both, &a, "/tmp", &out, &e) == RC_OK && sb_str(&out).n == 0,
		"and applying it leaves nothing to do");
	if (sb_str(&out).n > 0)
		printf("# " STR_FMT "\n", STR_ARG(sb_str(&out)));
}

int
main(void)
{
	testdb_each(test_all);
	test_generator();
	return tap_done();
}

/*
 * Every declaration of every module is sound, and the migrations build exactly
 * the tables they mean, on both engines. When this fails, `ezhen print
 * migration` prints what the next file in sql/migrations/ must hold.
 */
#include "base/base.h"
#include "core/schema.h"
#include "core/setup.h"
#include "db/migrate.h"
#include "mod/registry.h"
#include "tap.h"
#include "db/testdb.h"

static struct app app = { .county = 140406 };

static void
test_sound(void)
{
	app.modules = all_modules;
	app.resources = all_resources;
	for (size_t i = 0; all_resources[i] != NULL; i++) {
		struct err e = { .lang = LANG_EN };

		ok(resource_check(&app, all_resources[i], &e) == RC_OK, "%s is sound",
			all_resources[i]->name);
		if (e.rc != RC_OK)
			printf("# %s\n", e.text);
	}
}

static bool
collect(struct testdb *t, struct arena *a, bool migrated, struct schema_facts *facts)
{
	struct err e = { .lang = LANG_EN };
	DB_SESSION db = NULL;
	struct sb b;
	bool good = db_take(t->pool, 1000, &db, &e) == RC_OK;

	if (good && migrated) {
		good = migrate_up(db, setup_migrations(a), NULL, &e) == RC_OK;
	} else if (good) {
		sb_init(&b, a, 4 << 20);
		schema_print_all(&b, &app, t->engine);
		good = db_script(db, sb_str(&b).p, &e) == RC_OK;
	}
	good = good && schema_read(db, a, &app, facts, &e) == RC_OK;
	ok(good, "a database from %s", migrated ? "migrations" : "tables");
	if (!good)
		printf("# %s\n", e.text);
	return good;
}

static void
test_migrations(struct testdb *t)
{
	struct schema_facts migrated = { 0 }, wanted = { 0 };
	struct testdb other;
	const char *why = NULL;
	struct str rest;
	struct sb out;
	ARENA a = { 0 };

	arena_init(&a, 64 << 20);
	if (!collect(t, &a, true, &migrated) || !testdb_open(&other, t->engine, &why))
		return;
	if (collect(&other, &a, false, &wanted)) {
		sb_init(&out, &a, 1 << 20);
		is_i64((int64_t)schema_diff(&migrated, &wanted, &out), 0,
			"migrations build what the tables mean");
		for (rest = sb_str(&out); rest.n > 0;)
			printf("# " STR_FMT "\n", STR_ARG(str_cut(&rest, '\n')));
	}
	testdb_close(&other);
}

int
main(void)
{
	test_sound();
	testdb_each(test_migrations);
	return tap_done();
}

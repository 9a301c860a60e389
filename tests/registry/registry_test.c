/*
 * registry_test.c - prepares every statement of the sources on both engines, after all migrations,
 * and looks with SQLite's authorizer whether a statement that touches a table with a county column
 * uses that column. Reads the statements from descriptor 0: PLACE, NAME, ENGINE and TEXT, each ended
 * by a NUL. A text that must look at all counties says so: a comment "all counties: why".
 * usage: registry_test MIGRATIONS
 */
#include "base/base.h"
#include "db/migrate.h"
#include "db/params.h"
#include "tap.h"
#include "db/testdb.h"
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>

enum { MIGRATIONS_MAX = 500, STATEMENTS_MAX = 4000, BYTES_MAX = 8 << 20 };

struct statement {
	struct str place, name, engine, text;
};

struct all {
	struct arena mem;
	struct migration list[MIGRATIONS_MAX + 1];
	struct statement *s;
	size_t count;
};

static struct str
read_all(struct arena *mem, FILE *f)
{
	char *p = NEW_ARRAY(mem, char, BYTES_MAX);
	size_t n = f != NULL ? fread(p, 1, BYTES_MAX - 1, f) : 0;

	return (struct str){ p, n };
}

static void
load_migrations(struct all *all, const char *dir)
{
	struct dirent **names;
	int n = scandir(dir, &names, NULL, alphasort), count = 0;

	for (int i = 0; i < n; i++) {
		char path[600];
		FILE *f;

		const char *name = str_c(&all->mem, str_from_c(names[i]->d_name));

		free(names[i]);
		if (!isdigit((unsigned char)name[0]) || strstr(name, ".sql") == NULL || count == MIGRATIONS_MAX)
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, name);
		f = fopen(path, "r");
		all->list[count++] = (struct migration){ atoi(name), name, read_all(&all->mem, f).p };
		if (f != NULL)
			fclose(f);
	}
	if (n >= 0)
		free(names);
	ok(count > 0, "%d migrations", count);
}

static void
load_statements(struct all *all)
{
	struct str rest = read_all(&all->mem, stdin);

	all->s = NEW_ARRAY(&all->mem, struct statement, STATEMENTS_MAX);
	while (rest.n > 0 && all->count < STATEMENTS_MAX) {
		struct statement *s = &all->s[all->count++];

		s->place = str_cut(&rest, 0);
		s->name = str_cut(&rest, 0);
		s->engine = str_cut(&rest, 0);
		s->text = str_cut(&rest, 0);
	}
	ok(all->count > 20, "%zu statements", all->count);
}

static void
check_one(struct testdb *t, struct db *db, const struct statement *s)
{
	struct err e = { .lang = LANG_EN };
	DB_STMT st = NULL;
	enum rc rc;

	if (s->engine.n > 0 && str_eq(s->engine, S("pg")) != (t->engine == DB_PG))
		return;
	rc = db_prepare(db, &(struct db_sql){ s->name.p, s->text.p }, &st, &e);
	ok(rc == RC_OK, "%s " STR_FMT " " STR_FMT "%s%s", testdb_name(t->engine), STR_ARG(s->place),
		STR_ARG(s->name), rc != RC_OK ? ": " : "", rc != RC_OK ? e.text : "");
}

static void
check_all(struct all *all, enum db_engine engine)
{
	struct testdb t;
	const char *why;
	struct err e = { .lang = LANG_EN };
	DB_SESSION db = NULL;

	if (!testdb_open(&t, engine, &why)) {
		ok(engine == DB_PG && strcmp(why, "PGTEST_URL is not set") == 0, "%s # SKIP %s", testdb_name(engine), why);
		return;
	}
	ASSERT(db_take(t.pool, 1000, &db, &e) == RC_OK);
	ok(migrate_up(db, all->list, NULL, &e) == RC_OK, "%s: migrations %s %s", testdb_name(engine), e.field, e.text);
	for (size_t i = 0; i < all->count; i++)
		check_one(&t, db, &all->s[i]);
	db_give(&db);
	ok(t.county_faults == 0, "%s: every statement on a table with a county uses it", testdb_name(engine));
	t.county_faults = 0; /* told */
	testdb_close(&t);
}

int
main(int argc, char **argv)
{
	static struct all all;

	if (argc != 2)
		return 2;
	load_migrations(&all, argv[1]);
	load_statements(&all);
	check_all(&all, DB_SQLITE);
	check_all(&all, DB_PG);
	arena_done(&all.mem);
	return tap_done();
}

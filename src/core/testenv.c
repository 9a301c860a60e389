#include "base/base.h"
#include "core/keyring.h"
#include "core/query_priv.h"
#include "core/schema.h"
#include "core/testenv.h"
#include "core/testmod.h"
#include "db/migrate.h"
#include <stdio.h>
#include <string.h>

static int64_t
standing_ms(void *self)
{
	return ((struct testenv *)self)->now_ms;
}

static void
must(enum rc rc, const struct err *e)
{
	if (rc != RC_OK)
		printf("Bail out! %s\n", e->text);
	ASSERT(rc == RC_OK);
}

static const char *
slurp(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NEW_ARRAY(a, char, 1 << 18);

	ASSERT(f != NULL);
	text[fread(text, 1, (1 << 18) - 1, f)] = 0;
	fclose(f);
	return text;
}

static void
make_tables(struct testenv *e)
{
	struct migration list[] = {
		{ 1, "engine", slurp(&e->start, SOURCE_ROOT "/sql/migrations/0010_engine.sql") },
		{ 2, "org_core", slurp(&e->start, SOURCE_ROOT "/sql/migrations/0020_org_core.sql") },
		{ 0 },
	};
	struct err err = { .lang = LANG_EN };
	struct sb b;

	must(migrate_up(e->db, list, NULL, &err), &err);
	sb_init(&b, &e->start, 1 << 20);
	schema_print_all(&b, &e->app, e->t->engine);
	for (int town = 101; town <= 105; town++) {
		sb_addf(&b,
			"INSERT INTO division (county, code, name, level, parent) VALUES (140406, "
			"140406%d000, '镇%d', 4,"
			" 140406000000);\n",
			town, town);
		for (int village = 201; village <= 203; village++)
			sb_addf(&b,
				"INSERT INTO division (county, code, name, level, parent) VALUES (140406, "
				"140406%d%d, '村%d-%d',"
				" 5, 140406%d000);\n",
				town, village, town, village, town);
	}
	sb_add(&b, "INSERT INTO division (county, code, name, level, parent) VALUES (140406, 140406000000, "
		   "'潞城区', 3, 140400000000);\n"
		   "INSERT INTO division (county, code, name, level, parent, valid_to_on) VALUES (140406, "
		   "140406199000, '旧镇', 4,"
		   " 140406000000, 15000);\n");
	must(db_script(e->db, sb_str(&b).p, &err), &err);
}

void
testenv_open(struct testenv *e, struct testdb *t, const struct module *const *modules)
{
	struct err err = { .lang = LANG_EN };

	*e = (struct testenv){ .t = t, .now_ms = 1790000000000 };
	arena_init(&e->start, 64 << 20);
	arena_init(&e->mem, 64 << 20);
	e->clock = (struct clock){ standing_ms, standing_ms, e };
	e->rand = rand_from_seed(&e->seed, 7);
	e->app = (struct app){ .modules = modules,
		.resources = test_resources,
		.pool = t->pool,
		.clock = &e->clock,
		.rand = &e->rand,
		.county = TEST_COUNTY,
		.ids = id_source_new(&e->start, 1, &e->clock) };
	must(keyring_open(&e->app.keys, &e->start, t->dir, &rand_system, &err), &err);
	must(app_index_build(&e->app, &e->start, &err), &err);
	must(db_take(t->pool, 1000, &e->db, &err), &err);
	make_tables(e);
	testenv_as(e, NULL);
}

void
testenv_close(struct testenv *e)
{
	char path[200];

	db_give(&e->db);
	arena_done(&e->mem);
	arena_done(&e->start);
	snprintf(path, sizeof(path), "%s/keys/master", e->t->dir);
	remove(path);
	snprintf(path, sizeof(path), "%s/keys", e->t->dir);
	remove(path);
}

struct ctx *
testenv_as(struct testenv *e, const struct actor *a)
{
	e->c = ctx_system(&e->app, &e->mem, e->db);
	e->c.lang = e->c.err.lang = LANG_EN;
	e->c.request_id = S("test-request");
	if (a != NULL)
		e->c.actor = a;
	return &e->c;
}

const struct json *
testenv_json(struct testenv *e, const char *text)
{
	struct str s = str_dup(&e->mem, str_from_c(text));
	char *p = (char *)(uintptr_t)s.p;
	struct json *j = NULL;
	struct err err = { .lang = LANG_EN };

	for (size_t i = 0; i < s.n; i++)
		if (p[i] == '\'')
			p[i] = '"';
	must(json_parse(&e->mem, s, 1 << 20, &j, &err), &err);
	return j;
}

static void
ask(struct testenv *e, const char *text, struct db_stmt **st, bool *row)
{
	struct db_sql sql = { "test", text };

	must(db_prepare(e->db, &sql, st, &e->c.err), &e->c.err);
	if (db_has_param(*st, "county"))
		db_bind_i64(*st, "county", TEST_COUNTY);
	must(db_step(*st, row, &e->c.err), &e->c.err);
}

int64_t
testenv_i64(struct testenv *e, const char *sql)
{
	DB_STMT st = NULL;
	bool row = false;

	ask(e, sql, &st, &row);
	return row ? db_col_i64(st, 0) : -1;
}

struct str
testenv_str(struct testenv *e, const char *sql)
{
	DB_STMT st = NULL;
	bool row = false;

	ask(e, sql, &st, &row);
	return row && !db_col_null(st, 0) ? str_dup(&e->mem, db_col_str(st, 0)) : (struct str){ 0 };
}

void
testenv_sql(struct testenv *e, const char *sql)
{
	must(db_script(e->db, sql, &e->c.err), &e->c.err);
}

struct str
testenv_read(struct testenv *e, const struct resource *r, int64_t id, bool labels)
{
	struct json_writer w;
	struct sb b;

	sb_init(&b, &e->mem, 1 << 20);
	json_writer_init(&w, &b);
	return record_read(&e->c, r, id, labels, &w) == RC_OK ? sb_str(&b) : (struct str){ 0 };
}

enum rc
testenv_list(struct testenv *e, const struct resource *r, const char *params, struct str *out)
{
	const struct plan *p = plan_of(&e->app, r);
	struct str rest = str_from_c(params);
	struct json_writer w;
	struct query q;
	struct sb b;
	enum rc rc = RC_OK;

	query_init(p, &q);
	while (rc == RC_OK && rest.p != NULL && rest.n > 0) {
		struct str value = str_cut(&rest, '&'), name = str_cut(&value, '=');

		rc = query_param(&e->c, p, name, value, &q);
	}
	if (rc == RC_OK)
		rc = query_checked(&e->c, &q);
	if (rc != RC_OK)
		return rc;
	sb_init(&b, &e->mem, 8 << 20);
	json_writer_init(&w, &b);
	rc = query_print(&e->c, r, &q, &w);
	*out = sb_str(&b);
	return rc;
}

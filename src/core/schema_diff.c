/*
 * schema_diff.c - reads the catalogue of a database into sorted sentences and
 * compares two of them. The one place besides db/ that asks an engine about
 * itself; used by tests, `check` and `print migration`, never by a request.
 */
#include "base/base.h"
#include "base/list.h"
#include "core/field_type.h"
#include "core/schema.h"
#include "core/schema_priv.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FACTS_MAX = 20000 };

struct reader {
	struct db *db;
	struct arena *mem;
	const struct app *app;
	struct list facts;
	struct err *e;
};

static const struct db_sql sqlite_columns = { "schema_sqlite_columns",
	"SELECT m.name, c.name, c.type, c.\"notnull\", c.pk FROM sqlite_master m, pragma_table_info(m.name) c"
	" WHERE m.type = 'table'" };
static const struct db_sql sqlite_tables = { "schema_sqlite_tables",
	"SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL" };
static const struct db_sql sqlite_indexes = { "schema_sqlite_indexes",
	"SELECT tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL" };
static const struct db_sql pg_columns = { "schema_pg_columns",
	"SELECT c.table_name, c.column_name, c.data_type, CASE WHEN c.is_nullable = 'NO' THEN 1 ELSE 0 END, 0"
	" FROM information_schema.columns c WHERE c.table_schema = current_schema()" };
static const struct db_sql pg_constraints = { "schema_pg_constraints",
	"SELECT t.relname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class t ON t.oid = "
	"k.conrelid"
	" JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = current_schema() AND k.contype IN "
	"('c', 'p')" };
static const struct db_sql pg_indexes = { "schema_pg_indexes",
	"SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND indexname NOT "
	"LIKE '%_pkey'" };

static bool
is_told(const struct reader *d, struct str table)
{
	if (d->app == NULL)
		return true;
	for (const struct resource *const *r = d->app->resources; *r != NULL; r++)
		if (str_eq_c(table, (*r)->table))
			return true;
	return false;
}

/* Lower case, single blanks, and none inside brackets: two spellings of one statement become one. */
static struct str
squeeze(struct arena *mem, struct str s)
{
	struct sb b;
	char last = ' ';

	sb_init(&b, mem, 64 * 1024);
	for (size_t i = 0; i < s.n; i++) {
		char ch = (char)tolower((unsigned char)s.p[i]);

		if (isspace((unsigned char)ch))
			ch = ' ';
		if (ch == ' ' && (last == ' ' || last == '('))
			continue;
		if ((ch == ')' || ch == ',') && last == ' ' && b.n > 0)
			b.n--;
		sb_add_c(&b, ch);
		last = ch;
	}
	return str_trim(sb_str(&b));
}

static enum rc
add_fact(struct reader *d, struct str fact)
{
	struct str *line = list_add(&d->facts);

	if (line == NULL)
		return fail(d->e, RC_LIMIT, NULL, "数据库对象过多", "the database holds too many objects");
	*line = fact;
	return RC_OK;
}

/* "CHECK (…)" clauses of a CREATE TABLE text, found by counting brackets. */
static enum rc
sqlite_checks(struct reader *d, struct str table, struct str sql)
{
	struct str text = squeeze(d->mem, sql);
	ptrdiff_t at = 0;

	while ((at = str_find(text, S("check ("), (size_t)at)) >= 0) {
		size_t from = (size_t)at + 6, to = from;
		int depth = 0;

		do {
			depth += text.p[to] == '(' ? 1 : text.p[to] == ')' ? -1 : 0;
			to++;
		} while (to < text.n && depth > 0);

		enum rc rc = add_fact(d, str_fmt(d->mem, "check " STR_FMT " " STR_FMT, STR_ARG(table),
						 STR_ARG(str_sub(text, from, to - from))));

		if (rc != RC_OK)
			return rc;
		at = (ptrdiff_t)to;
	}
	return RC_OK;
}

static enum rc
index_fact(struct reader *d, struct str table, struct str sql)
{
	struct str text = squeeze(d->mem, sql);
	bool unique = str_starts(text, S("create unique"));
	ptrdiff_t name = str_find(text, S("index "), 0), open = str_find(text, S("("), 0);
	struct str rest = str_sub(text, (size_t)name + 6, text.n), word;

	if (name < 0 || open < 0)
		return RC_OK;
	word = str_cut(&rest, ' ');
	rest = str_sub(text, (size_t)open, text.n);

	/* PostgreSQL prints a predicate in brackets of its own. */
	ptrdiff_t where = str_find(rest, S(" where ("), 0);

	if (where > 0 && str_ends(rest, S(")")))
		rest = str_fmt(d->mem, STR_FMT " where " STR_FMT, STR_ARG(str_sub(rest, 0, (size_t)where)),
			STR_ARG(str_sub(rest, (size_t)where + 8, rest.n - (size_t)where - 9)));
	return add_fact(d, str_fmt(d->mem, "index " STR_FMT " on " STR_FMT "%s " STR_FMT, STR_ARG(word),
				   STR_ARG(table), unique ? " unique" : "", STR_ARG(rest)));
}

static enum rc
constraint_fact(struct reader *d, struct str table, struct str def)
{
	return add_fact(d, str_fmt(d->mem, "constraint " STR_FMT " " STR_FMT, STR_ARG(table),
				   STR_ARG(squeeze(d->mem, def))));
}

/* Two text columns a row: table and definition. */
static enum rc
each_pair(struct reader *d, const struct db_sql *sql, enum rc (*fn)(struct reader *, struct str, struct str))
{
	DB_STMT st = NULL;
	bool row = true;
	enum rc rc = db_prepare(d->db, sql, &st, d->e);

	while (rc == RC_OK) {
		rc = db_step(st, &row, d->e);
		if (rc != RC_OK || !row)
			return rc;

		struct str table = str_dup(d->mem, db_col_str(st, 0)),
			   def = str_dup(d->mem, db_col_str(st, 1));

		if (is_told(d, table))
			rc = fn(d, table, def);
	}
	return rc;
}

static enum rc
each_column(struct reader *d, const struct db_sql *sql)
{
	DB_STMT st = NULL;
	bool row = true;
	enum rc rc = db_prepare(d->db, sql, &st, d->e);

	while (rc == RC_OK) {
		rc = db_step(st, &row, d->e);
		if (rc != RC_OK || !row)
			return rc;

		struct str table = db_col_str(st, 0), name = db_col_str(st, 1);
		struct str type = squeeze(d->mem, db_col_str(st, 2));
		bool not_null = db_col_i64(st, 3) != 0;

		if (!is_told(d, table))
			continue;
		rc = add_fact(
			d, str_fmt(d->mem, "column " STR_FMT "." STR_FMT " " STR_FMT "%s", STR_ARG(table),
				   STR_ARG(name), STR_ARG(type), not_null ? " not null" : ""));
		if (rc == RC_OK && db_col_i64(st, 4) > 0)
			rc = add_fact(d, str_fmt(d->mem, "key " STR_FMT " " LLD " " STR_FMT, STR_ARG(table),
						 LL(db_col_i64(st, 4)), STR_ARG(name)));
	}
	return rc;
}

static int
compare_facts(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

enum rc
schema_read(struct db *db, struct arena *mem, const struct app *app, struct schema_facts *out, struct err *e)
{
	struct reader d = { .db = db, .mem = mem, .app = app, .e = e };
	bool lite = db_engine(db) == DB_SQLITE;
	enum rc rc;

	list_init(&d.facts, mem, sizeof(struct str), FACTS_MAX);
	rc = each_column(&d, lite ? &sqlite_columns : &pg_columns);
	if (rc == RC_OK)
		rc = lite ? each_pair(&d, &sqlite_tables, sqlite_checks)
			  : each_pair(&d, &pg_constraints, constraint_fact);
	if (rc == RC_OK)
		rc = each_pair(&d, lite ? &sqlite_indexes : &pg_indexes, index_fact);
	if (rc != RC_OK)
		return rc;
	if (d.facts.count > 0)
		qsort(d.facts.items, d.facts.count, sizeof(struct str), compare_facts);
	*out = (struct schema_facts){ d.facts.items, d.facts.count };
	return RC_OK;
}

size_t
schema_diff(const struct schema_facts *a, const struct schema_facts *b, struct sb *out)
{
	size_t i = 0, j = 0, n = 0;

	while (i < a->count || j < b->count) {
		int order = i == a->count ? 1 : j == b->count ? -1 : str_cmp(a->lines[i], b->lines[j]);

		if (order == 0) {
			i++;
			j++;
			continue;
		}
		n++;
		sb_addf(out, "%c " STR_FMT "\n", order < 0 ? '-' : '+',
			STR_ARG(order < 0 ? a->lines[i] : b->lines[j]));
		if (order < 0)
			i++;
		else
			j++;
	}
	return n;
}

static bool
has_fact(const struct schema_facts *x, struct str start)
{
	for (size_t i = 0; i < x->count; i++)
		if (str_starts(x->lines[i], start))
			return true;
	return false;
}

static void
migrate_columns(const struct resource *r, const struct schema_facts *migrated, struct sb *out)
{
	struct arena *mem = out->mem;

	for (const struct field *f = r->fields; f->name != NULL; f++) {
		if (!field_is_column(f) || field_is_place(f) ||
			has_fact(migrated, str_fmt(mem, "column %s.%s ", r->table, f->name)))
			continue;
		if (f->required || f->type == T_BOOL || f->type == T_STATE)
			sb_add(out, "-- NOT NULL on rows that exist already: add a DEFAULT here\n");
		sb_addf(out, "ALTER TABLE %s ADD COLUMN ", r->table);
		schema_column(out, r, f);
		sb_add(out, ";\n");
		if (f->private)
			sb_addf(out, "ALTER TABLE %s ADD COLUMN %s_h TEXT;\n", r->table, f->name);
	}
}

void
schema_migration(const struct app *app, const struct schema_facts *migrated,
	const struct schema_facts *wanted, struct sb *out)
{
	struct arena *mem = out->mem;
	struct schema_index x;

	for (const struct resource *const *p = app->resources; p != NULL && *p != NULL; p++) {
		if (!has_fact(migrated, str_fmt(mem, "column %s.", (*p)->table))) {
			schema_print(out, app, *p, DB_SQLITE);
			continue;
		}
		migrate_columns(*p, migrated, out);
		schema_indexes(&x, mem, *p);
		for (size_t i = 0; i < x.count; i++)
			if (!has_fact(migrated, str_fmt(mem, "index " STR_FMT " ", STR_ARG(x.names[i]))))
				sb_add_str(out, x.statements[i]);
	}
	for (size_t i = 0; i < migrated->count; i++) {
		struct str line = migrated->lines[i];
		bool same = false;

		for (size_t j = 0; j < wanted->count && !same; j++)
			same = str_eq(line, wanted->lines[j]);
		if (!same)
			sb_addf(out,
				"-- the database has, the tables do not (rebuild or drop by hand): " STR_FMT
				"\n",
				STR_ARG(line));
	}
}

static enum rc
build(const struct app *app, const struct migration *list, struct arena *mem, const char *path,
	struct schema_facts *facts, struct err *e)
{
	struct db_options o = { .url = str_fmt(mem, "sqlite:%s", path).p,
		.sessions_max = 1,
		.clock = &clock_system,
		.create = true };
	struct db_pool *pool = NULL;
	struct db *db = NULL;
	enum rc rc = db_pool_open(&pool, &o, e);

	if (rc == RC_OK)
		rc = db_take(pool, 1000, &db, e);
	if (rc == RC_OK && list != NULL)
		rc = migrate_up(db, list, NULL, e);
	if (rc == RC_OK && list == NULL) {
		struct sb b;

		sb_init(&b, mem, 4 << 20);
		schema_print_all(&b, app, DB_SQLITE);
		rc = db_script(db, sb_str(&b).p, e);
	}
	if (rc == RC_OK)
		rc = schema_read(db, mem, app, facts, e);
	db_give(&db);
	db_pool_close(pool);
	for (int i = 0; i < 3; i++) {
		static const char *const tails[] = { "", "-wal", "-shm" };

		unlink(str_fmt(mem, "%s%s", path, tails[i]).p);
	}
	return rc;
}

enum rc
schema_next_migration(const struct app *app, const struct migration *list, struct arena *mem, const char *dir,
	struct sb *out, struct err *e)
{
	struct schema_facts migrated = { 0 }, wanted = { 0 };
	enum rc rc = build(
		app, list, mem, str_fmt(mem, "%s/schema-migrated.%d.db", dir, (int)getpid()).p, &migrated, e);

	if (rc == RC_OK)
		rc = build(app, NULL, mem, str_fmt(mem, "%s/schema-wanted.%d.db", dir, (int)getpid()).p,
			&wanted, e);
	if (rc == RC_OK)
		schema_migration(app, &migrated, &wanted, out);
	return rc;
}

/* plan.c - the texts of a resource's statements, made once at start. */
#include "base/base.h"
#include "core/record_priv.h"
#include <string.h>

enum { SQL_MAX = 64 * 1024 };

static void
sql_columns(struct sb *b, const struct plan *p, const char *prefix)
{
	static const char *const head[HEAD_COLUMNS] = { "id", "division", "org_id", "person_id", "version",
		"created_ms", "created_by", "updated_ms", "updated_by", "deleted_ms" };

	for (int i = 0; i < (p->is_line ? LINE_HEAD_COLUMNS : HEAD_COLUMNS); i++)
		sb_addf(b, "%s%s%s", i > 0 ? ", " : "", prefix, head[i]);
	for (const struct field *f = p->r->fields; f->name != NULL; f++)
		if (field_is_column(f) && !field_is_place(f))
			sb_addf(b, ", %s%s", prefix, f->name);
}

static void
sql_insert(struct plan *p, struct sb *b)
{
	sb_addf(b, "INSERT INTO %s (county%s, ", p->r->table, p->is_line ? ", parent_id, position" : "");
	sql_columns(b, p, "");
	for (const struct field *f = p->r->fields; f->name != NULL; f++)
		if (f->private)
			sb_addf(b, ", %s_h", f->name);
	sb_addf(b, ") VALUES (:county%s, ", p->is_line ? ", :parent_id, :position" : "");
	sql_columns(b, p, ":");
	for (const struct field *f = p->r->fields; f->name != NULL; f++)
		if (f->private)
			sb_addf(b, ", :%s_h", f->name);
	sb_add(b, ")");
}

static struct db_sql
named(struct arena *mem, const struct plan *p, const char *verb, const struct sb *b)
{
	ASSERT(!b->truncated);
	return (struct db_sql){ str_fmt(mem, "%s_%s", p->r->table, verb).p, sb_str(b).p };
}

/* Defaults were judged by resource_check(). */
static void
plan_defaults(struct plan *p, struct arena *mem)
{
	struct value *defaults = NEW_ARRAY(mem, struct value, p->field_count + 1);
	struct json *j = NULL;
	struct err e = { 0 };
	size_t i = 0;

	for (const struct field *f = p->r->fields; f->name != NULL; f++, i++)
		if (f->default_ != NULL)
			ASSERT(json_parse(mem, str_from_c(f->default_), 4096, &j, &e) == RC_OK &&
				value_from_json(mem, f, j, &defaults[i], &e) == RC_OK);
	p->defaults = defaults;
}

void
plan_sql(struct plan *p, struct arena *mem)
{
	struct sb b;

	plan_defaults(p, mem);

	sb_init(&b, mem, SQL_MAX);
	sql_columns(&b, p, "x.");
	ASSERT(!b.truncated);
	p->columns = sb_str(&b);
	sb_init(&b, mem, SQL_MAX);
	sql_insert(p, &b);
	p->insert = named(mem, p, "insert", &b);
	sb_init(&b, mem, SQL_MAX);
	sb_addf(&b, "SELECT " STR_FMT " FROM %s x WHERE x.county = :county AND x.id = :id",
		STR_ARG(p->columns), p->r->table);
	p->load = named(mem, p, "load", &b);
	if (!p->is_line) {
		sb_init(&b, mem, SQL_MAX);
		sb_addf(&b,
			"SELECT x.division, x.org_id, x.person_id FROM %s x WHERE x.county = :county AND "
			"x.id = :id"
			" AND x.deleted_ms IS NULL",
			p->r->table);
		p->place = named(mem, p, "place", &b);
		return;
	}
	sb_init(&b, mem, SQL_MAX);
	sb_addf(&b,
		"SELECT " STR_FMT
		" FROM %s x WHERE x.county = :county AND x.parent_id = :parent_id ORDER BY x.position",
		STR_ARG(p->columns), p->r->table);
	p->lines = named(mem, p, "lines", &b);
	sb_init(&b, mem, SQL_MAX);
	sb_addf(&b, "DELETE FROM %s WHERE county = :county AND parent_id = :parent_id", p->r->table);
	p->lines_delete = named(mem, p, "lines_delete", &b);
}

void
record_init(const struct resource *r, void *record)
{
	memset(record, 0, r->record_size);
	for (const struct field *f = r->fields; f->name != NULL; f++)
		if (f->as != M_ROWS)
			value_set(f, record, (struct value){ .null = true });
}

#include "base/base.h"
#include "core/field_type.h"
#include "core/schema.h"
#include "core/schema_priv.h"
#include <string.h>

static const char *
column_type(const struct field *f)
{
	return f->type == T_BOOL ? "INTEGER" : f->private || f->as == M_STR ? "TEXT" : "BIGINT";
}

static void
print_in(struct sb *out, const char *name, const struct choice *o)
{
	sb_addf(out, " CHECK (%s IN (", name);
	for (const char *comma = ""; o->value != NULL; o++, comma = ", ")
		sb_addf(out, "%s'%s'", comma, o->value);
	sb_add(out, "))");
}

/* Sealed columns stay nullable whatever the declaration: lawful erasure empties them. */
void
schema_column(struct sb *out, const struct resource *r, const struct field *f)
{
	sb_addf(out, "%s %s", f->name, column_type(f));
	if (f->type == T_BOOL) {
		sb_addf(out, " NOT NULL CHECK (%s IN (0, 1))", f->name);
		return;
	}
	if ((f->required && !f->private) || f->type == T_STATE)
		sb_add(out, " NOT NULL");
	if (f->type == T_ENUM)
		print_in(out, f->name, f->choices);
	if (f->type == T_STATE)
		print_in(out, f->name, r->states);
	if ((type_info(f->type)->flags & TYPE_RANGE) != 0 && f->max > f->min)
		sb_addf(out, " CHECK (%s BETWEEN " LLD " AND " LLD ")", f->name, LL(f->min), LL(f->max));
}

static void
print_columns(struct sb *out, const struct resource *r)
{
	sb_addf(out, "CREATE TABLE %s (\n\tcounty BIGINT NOT NULL,\n\tid BIGINT NOT NULL,\n", r->table);
	if (r->parent != NULL)
		sb_add(out, "\tparent_id BIGINT NOT NULL,\n\tposition BIGINT NOT NULL,\n");
	else
		sb_add(out,
			"\tdivision BIGINT NOT NULL,\n\torg_id BIGINT,\n\tperson_id BIGINT,\n\tversion "
			"BIGINT NOT NULL,\n"
			"\tcreated_ms BIGINT NOT NULL,\n\tcreated_by BIGINT,\n\tupdated_ms BIGINT NOT NULL,\n"
			"\tupdated_by BIGINT,\n\tdeleted_ms BIGINT,\n");
	for (const struct field *f = r->fields; f->name != NULL; f++) {
		if (!field_is_column(f) || field_is_place(f))
			continue;
		sb_add_c(out, '\t');
		schema_column(out, r, f);
		sb_add(out, ",\n");
		if (f->private)
			sb_addf(out, "\t%s_h TEXT,\n", f->name);
	}
	sb_add(out, "\tPRIMARY KEY (county, id)\n);\n");
}

static void
index_on(struct schema_index *x, const char *table, const char *stem, const char *columns, bool unique)
{
	x->count++;
	if (x->count > SCHEMA_INDEXES_MAX)
		return;

	struct sb b;

	sb_init(&b, x->mem, 1024);
	sb_addf(&b, "%s_%s_%c", table, stem, unique ? 'u' : 'i');
	x->names[x->count - 1] = sb_str(&b);
	sb_init(&b, x->mem, 1024);
	sb_addf(&b, "CREATE %sINDEX %s_%s_%c ON %s (county, %s)%s;\n", unique ? "UNIQUE " : "", table, stem,
		unique ? 'u' : 'i', table, columns, unique ? " WHERE deleted_ms IS NULL" : "");
	x->statements[x->count - 1] = sb_str(&b);
}

static void
unique_indexes(struct schema_index *x, const struct resource *r)
{
	for (const struct field *f = r->fields; f->name != NULL; f++)
		if (f->unique) {
			const char *column = str_fmt(x->mem, "%s%s", f->name, f->private ? "_h" : "").p;

			index_on(x, r->table, f->name, column, true);
		}
	for (const struct unique_rule *u = r->uniques; u != NULL && u->name != NULL; u++) {
		struct sb b;

		sb_init(&b, x->mem, 1024);
		for (size_t i = 0; i < ARRAY_LEN(u->fields) && u->fields[i] != NULL; i++)
			sb_addf(&b, "%s%s", i > 0 ? ", " : "", u->fields[i]);
		index_on(x, r->table, u->name, sb_str(&b).p, true);
	}
}

/*
 * Which indexes a resource gets: its place (what scopes compare), every
 * reference (labels, children, refusal to delete what is in use), searchable
 * private hashes, the default sort, uniques.
 */
void
schema_indexes(struct schema_index *x, struct arena *mem, const struct resource *r)
{
	const char *sort =
		r->default_sort != NULL ? r->default_sort + (r->default_sort[0] == '-' ? 1 : 0) : "id";

	*x = (struct schema_index){ .mem = mem };
	if (r->parent != NULL) {
		index_on(x, r->table, "parent", "parent_id, position", false);
	} else if (r->place != PLACE_COUNTY) {
		index_on(x, r->table, "division", "division", false);
		index_on(x, r->table, "org", "org_id", false);
		index_on(x, r->table, "person", "person_id", false);
	}
	for (const struct field *f = r->fields; f->name != NULL; f++) {
		if (f->type == T_REF && !field_is_place(f) && strcmp(f->name, sort) != 0)
			index_on(x, r->table, f->name, f->name, false);
		if (f->private && f->filter && !f->unique)
			index_on(x, r->table, f->name, str_fmt(mem, "%s_h", f->name).p, false);
	}
	if (r->parent == NULL && strcmp(sort, "id") != 0)
		index_on(x, r->table, sort, str_fmt(mem, "%s, id", sort).p, false);
	unique_indexes(x, r);
	ASSERT(x->count <= SCHEMA_INDEXES_MAX);
}

void
schema_print(struct sb *out, const struct app *app, const struct resource *r, enum db_engine engine)
{
	struct schema_index x;

	(void)app;
	(void)engine;
	print_columns(out, r);
	schema_indexes(&x, out->mem, r);
	for (size_t i = 0; i < x.count; i++)
		sb_add_str(out, x.statements[i]);
}

void
schema_print_all(struct sb *out, const struct app *app, enum db_engine engine)
{
	for (const struct resource *const *r = app->resources; r != NULL && *r != NULL; r++) {
		schema_print(out, app, *r, engine);
		sb_add_c(out, '\n');
	}
}

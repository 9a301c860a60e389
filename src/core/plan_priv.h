/*
 * plan_priv.h - what the record layer works out once per resource at start:
 * the column list, statements, who refers to it. Read-only afterwards.
 */
#ifndef CORE_PLAN_PRIV_H
#define CORE_PLAN_PRIV_H
#include "base/map.h"
#include "core/field_type.h"
#include "core/resource.h"

struct plan;
struct value;
struct referrer {
	const struct plan *plan;
	const struct field *field;
};

struct plan {
	const struct resource *r;
	bool is_line, has_search, has_private, has_lines;
	size_t field_count;
	struct map fields;                           /* name to field */
	const struct field *title, *state;           /* or NULL */
	const struct field *division, *org, *person; /* declared place fields, or NULL */
	const struct field *inherits;
	const struct field *sort; /* of default_sort; NULL: id */
	bool descending;
	struct str columns; /* "x.id, x.version, …" in the order record_columns reads them */
	struct db_sql insert, load, place, lines, lines_delete;
	const struct value *defaults; /* by position of the field */
	const struct referrer *referrers;
	size_t referrer_count;
};

struct app_index {
	struct map resources; /* name to plan */
	struct plan *plans;
	size_t count;
};

const struct plan *plan_of(const struct app *app, const struct resource *r);
const struct plan *plan_find(const struct app *app, struct str name);
/* Fills columns, statements and defaults; in plan.c. */
void plan_sql(struct plan *p, struct arena *mem);
#endif

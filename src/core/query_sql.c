/*
 * query_sql.c - a query as one statement. The text depends only on the shape of
 * the question (which fields, which conditions, how many values in steps, how
 * many grants), so that a list seen before is never prepared again; every value
 * is bound.
 */
#include "base/base.h"
#include "core/division.h"
#include "core/query_sql_priv.h"
#include "core/search.h"
#include <stdio.h>
#include <string.h>

enum { PLACE_LARGE = 8000 };

static const char *
bind_add(struct listing *l, bool text, int64_t i, struct str s)
{
	struct listing_bind *b;

	if (l->bind_count == LISTING_BINDS_MAX) {
		l->too_many = true;
		return l->binds[0].name;
	}
	b = &l->binds[l->bind_count];
	snprintf(b->name, sizeof(b->name), "f%zu", l->bind_count++);
	b->text = text;
	b->i = i;
	b->s = s;
	return b->name;
}

/* The column a field is compared by, and a value as that column holds it. */
static const char *
bind_value(struct listing *l, const struct field *f, struct str text)
{
	struct err e = { 0 };
	struct value v = { 0 };

	if (f->type == T_STATE)
		return bind_add(l, true, 0, text);
	if (value_from_text(l->c->mem, f, text, &v, &e) != RC_OK)
		v.null = true; /* judged by query_param(); a query made in C may still hold nonsense, which
				  matches nothing */
	if (f->as != M_STR)
		return bind_add(l, false, v.null ? NIL : v.i, text);
	if (f->private && !v.null)
		v.s = field_blind(l->c, l->p->r, f, v.s);
	return bind_add(l, true, 0, v.null ? (struct str){ 0 } : v.s);
}

static void
sql_in(struct listing *l, const struct field *f, const char *column, struct str values)
{
	static const size_t widths[] = { 1, 4, 16, 50, 200 };
	size_t n = 1, width = 0;
	struct str rest = values, one = { 0 };

	for (size_t i = 0; i < values.n; i++)
		n += values.p[i] == ',';
	for (size_t i = 0; i < ARRAY_LEN(widths) && width < n; i++)
		width = widths[i];
	sb_addf(&l->sql, " AND x.%s IN (", column);
	for (size_t i = 0; i < width && !l->too_many; i++) {
		if (rest.p != NULL)
			one = str_cut(&rest, ',');
		sb_addf(&l->sql, "%s:%s", i > 0 ? ", " : "", bind_value(l, f, one));
	}
	sb_add_c(&l->sql, ')');
}

/* Exact and case-sensitive on both engines; the range lets SQLite use an index, which compares bytes there.
 */
static void
sql_prefix(struct listing *l, const char *column, struct str prefix)
{
	const char *name = bind_add(l, true, 0, prefix);

	sb_addf(&l->sql, " AND substr(x.%s, 1, length(CAST(:%s AS TEXT))) = CAST(:%s AS TEXT)", column, name,
		name);
	if (db_engine(l->c->db) != DB_SQLITE)
		return;
	sb_addf(&l->sql, " AND x.%s >= :%s", column, name);
	sb_addf(&l->sql, " AND x.%s < :%s", column,
		bind_add(l, true, 0, str_fmt(l->c->mem, STR_FMT "\xf4\x8f\xbf\xbf", STR_ARG(prefix))));
}

/* A subtree as it is today: its own range and those of divisions merged into it. */
static enum rc
sql_within(struct listing *l, const char *column, struct str text)
{
	struct division_span spans[DIVISION_SPANS];
	int64_t code = 0;
	size_t n = 0;
	enum rc rc;

	if (!str_i64(text, &code))
		code = 0;
	rc = division_spans(l->c, code, spans, &n);
	if (rc == RC_INVALID || rc == RC_NOT_FOUND || (rc == RC_OK && n == 0)) {
		sb_add(&l->sql, " AND 1=0");
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	sb_add(&l->sql, " AND (");
	for (size_t i = 0; i < n; i++) {
		const char *lo = bind_add(l, false, spans[i].lo, (struct str){ 0 });
		const char *hi = bind_add(l, false, spans[i].hi, (struct str){ 0 });

		sb_addf(&l->sql, "%s%s.%s BETWEEN :%s AND :%s", i > 0 ? " OR " : "", l->place, column, lo,
			hi);
	}
	sb_add_c(&l->sql, ')');
	return RC_OK;
}

static enum rc
sql_filter(struct listing *l, const struct filter *w)
{
	const struct field *f = filter_field(w);
	const char *column = f->private && w->op != OP_NULL ? str_fmt(l->c->mem, "%s_h", f->name).p : f->name;

	switch (w->op) {
	case OP_EQ:
		sb_addf(&l->sql, " AND x.%s = :%s", column, bind_value(l, f, w->value));
		break;
	case OP_NE:
		sb_addf(&l->sql, " AND (x.%s <> :%s OR x.%s IS NULL)", column, bind_value(l, f, w->value),
			column);
		break;
	case OP_GTE:
		sb_addf(&l->sql, " AND x.%s >= :%s", column, bind_value(l, f, w->value));
		break;
	case OP_LTE:
		sb_addf(&l->sql, " AND x.%s <= :%s", column, bind_value(l, f, w->value));
		break;
	case OP_IN:
		sql_in(l, f, column, w->value);
		break;
	case OP_PREFIX:
		sql_prefix(l, column, w->value);
		break;
	case OP_WITHIN:
		return sql_within(l, column, w->value);
	case OP_NULL:
		sb_addf(&l->sql, " AND x.%s IS %sNULL", column,
			str_eq_c(w->value, "0") || str_eq_c(w->value, "false") ? "NOT " : "");
		break;
	}
	return RC_OK;
}

enum rc
listing_where(struct listing *l)
{
	const struct query *q = l->q;
	enum rc rc = RC_OK;

	sb_addf(&l->sql, " FROM %s x WHERE x.county = :county AND x.deleted_ms IS %sNULL", l->p->r->table,
		q->deleted ? "NOT " : "");
	for (size_t i = 0; rc == RC_OK && i < q->filter_count; i++)
		rc = sql_filter(l, &q->filters[i]);
	if (rc == RC_OK)
		rc = scope_sql_of(l->c, l->p->r, l->permission, l->place, &l->sql, &l->scope);
	if (rc != RC_OK)
		return rc;
	if (q->search.p != NULL) {
		l->search = l->p->has_search ? search_expression(l->c->mem, db_engine(l->c->db), q->search)
					     : (struct str){ 0 };
		if (l->search.p != NULL)
			search_where(&l->sql, db_engine(l->c->db), l->p->r);
		else
			sb_add(&l->sql, " AND 1=0"); /* nothing searchable was typed */
	}
	if (l->too_many)
		return fail_code(&l->c->err, RC_LIMIT, "parameter", NULL, "查询条件的值过多",
			"the query holds too many values");
	return RC_OK;
}

/*
 * Absent values count as smaller than all others, on both engines; the key breaks ties in the same
 * direction. Columns that cannot be absent get the bare form, which every index serves.
 */
static bool
can_be_absent(const struct field *f)
{
	return !f->required && f->type != T_BOOL && f->type != T_STATE;
}

static void
sql_after(struct listing *l)
{
	const struct field *f = l->q->sort;
	const char *op = l->q->descending ? "<" : ">", *id, *v;

	id = bind_add(l, false, l->after.id, (struct str){ 0 });
	if (f == NULL) {
		sb_addf(&l->sql, " AND x.id %s :%s", op, id);
		return;
	}
	if (l->after.null) {
		sb_addf(&l->sql, " AND (x.%s IS NULL AND x.id %s :%s%s%s%s)", f->name, op, id,
			l->q->descending ? "" : " OR x.", l->q->descending ? "" : f->name,
			l->q->descending ? "" : " IS NOT NULL");
		return;
	}
	v = bind_add(l, l->after.text, l->after.i, l->after.s);
	if (!can_be_absent(f) || !l->q->descending)
		sb_addf(&l->sql, " AND (x.%s, x.id) %s (:%s, :%s)", f->name, op, v, id);
	else
		sb_addf(&l->sql, " AND ((x.%s, x.id) < (:%s, :%s) OR x.%s IS NULL)", f->name, v, id, f->name);
}

static void
sql_order(struct listing *l)
{
	const struct field *f = l->q->sort;
	const char *way = l->q->descending ? "DESC" : "ASC";

	sb_add(&l->sql, " ORDER BY ");
	if (f != NULL)
		sb_addf(&l->sql, "x.%s %s%s, ", f->name, way,
			!can_be_absent(f)  ? ""
			: l->q->descending ? " NULLS LAST"
					   : " NULLS FIRST");
	sb_addf(&l->sql, "x.id %s LIMIT :limit", way);
}

static enum rc
listing_prepare(struct listing *l, const char *verb, struct db_stmt **st)
{
	struct db_sql sql = { str_fmt(l->c->mem, "%s_%s", l->p->r->table, verb).p, sb_str(&l->sql).p };
	enum rc rc;

	ASSERT(!l->sql.truncated);
	if (l->too_many)
		return fail_code(&l->c->err, RC_LIMIT, "parameter", NULL, "查询条件的值过多",
			"the query holds too many values");
	rc = db_prepare(l->c->db, &sql, st, &l->c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(*st, "county", l->c->county);
	for (size_t i = 0; i < l->bind_count; i++)
		if (l->binds[i].text)
			db_bind_str(*st, l->binds[i].name, l->binds[i].s);
		else
			db_bind_i64(*st, l->binds[i].name, l->binds[i].i);
	scope_bind(*st, &l->scope);
	if (l->search.p != NULL)
		db_bind_str(*st, "search", l->search);
	return RC_OK;
}

struct listing *
listing_new(struct ctx *c, const struct plan *p, const struct query *q, const char *permission)
{
	struct listing *l = NEW(c->mem, struct listing);

	l->c = c;
	l->p = p;
	l->q = q;
	l->permission = permission;
	l->place = "x";
	sb_init(&l->sql, c->mem, 128 * 1024);
	return l;
}

/* Sorts that an index serves: the key, the default sort, references and uniques. */
static bool
sort_is_indexed(const struct listing *l)
{
	const struct field *f = l->q->sort;

	return f == NULL || f == l->p->sort || f->unique || (f->type == T_REF && !field_is_place(f));
}

/*
 * Two ways lead to a page: through the place's index and a sort of all it holds, or along the sort's index
 * until enough rows of the place were met. The second wins for places with more than about the square root of
 * (page × rows) rows. PostgreSQL knows that from its statistics; for SQLite a look at the place's index,
 * broken off at the limit, decides.
 */
static enum rc
choose_way(struct listing *l)
{
	struct db_sql sql = { str_fmt(l->c->mem, "%s_weigh", l->p->r->table).p, NULL };
	DB_STMT st = NULL;
	bool row = false;
	struct sb b;
	enum rc rc;

	if (db_engine(l->c->db) != DB_SQLITE || !sort_is_indexed(l) || l->p->r->place == PLACE_COUNTY)
		return RC_OK;
	sb_init(&b, l->c->mem, 16 * 1024);
	sb_addf(&b, "SELECT COUNT(*) FROM (SELECT 1 FROM %s x WHERE x.county = :county", l->p->r->table);
	rc = scope_sql_of(l->c, l->p->r, l->permission, "x", &b, &l->scope);
	if (rc != RC_OK || l->scope.count == 0)
		return rc;
	sb_addf(&b, " LIMIT %d)", PLACE_LARGE);
	sql.text = sb_str(&b).p;
	rc = db_prepare(l->c->db, &sql, &st, &l->c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", l->c->county);
	scope_bind(st, &l->scope);
	rc = db_step(st, &row, &l->c->err);
	if (rc == RC_OK && row && db_col_i64(st, 0) == PLACE_LARGE)
		l->place = "+x";
	return rc;
}

enum rc
listing_rows(struct listing *l, int limit, const struct cursor *after, struct db_stmt **st)
{
	enum rc rc = choose_way(l);

	if (rc != RC_OK)
		return rc;
	sb_add(&l->sql, "SELECT ");
	sb_add_str(&l->sql, l->p->columns);
	rc = listing_where(l);
	if (rc != RC_OK)
		return rc;
	if (after != NULL) {
		l->after = *after;
		sql_after(l);
	}
	sql_order(l);
	rc = listing_prepare(l, "list", st);
	if (rc == RC_OK)
		db_bind_i64(*st, "limit", limit);
	return rc;
}

enum rc
listing_count(struct listing *l, int64_t *count)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc;

	sb_add(&l->sql, "SELECT COUNT(*)");
	rc = listing_where(l);
	if (rc == RC_OK)
		rc = listing_prepare(l, "count", &st);
	if (rc == RC_OK)
		rc = db_step(st, &row, &l->c->err);
	if (rc == RC_OK)
		*count = row ? db_col_i64(st, 0) : 0;
	return rc;
}

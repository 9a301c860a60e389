/*
 * scope.c - the one scope function, as SQL over many rows and as a question
 * about one. Both read a grant the same way: the row's division lies in the
 * grant's range, and its organisation and person are the grant's when the grant
 * names any. Division 0 marks a county-wide row, which every holder of the
 * permission sees.
 */
#include "base/base.h"
#include "core/record_priv.h"
#include <stdio.h>

static bool
grant_reaches(const struct grant *g, const struct record_head *h)
{
	if (h->division == 0)
		return true;
	return h->division >= g->division_lo && h->division <= g->division_hi &&
	       (g->org_id == 0 || g->org_id == h->org_id) &&
	       (g->person_id == 0 || g->person_id == h->person_id);
}

bool
scope_covers(const struct actor *a, const char *permission, const struct record_head *h)
{
	if (a->kind == ACTOR_SYSTEM)
		return true;
	for (size_t i = 0; i < a->grant_count; i++)
		if (grant_holds(&a->grants[i], permission) && grant_reaches(&a->grants[i], h))
			return true;
	return false;
}

static bool
grant_contains(const struct grant *wide, const struct grant *narrow)
{
	return wide->division_lo <= narrow->division_lo && wide->division_hi >= narrow->division_hi &&
	       (wide->org_id == 0 || wide->org_id == narrow->org_id) &&
	       (wide->person_id == 0 || wide->person_id == narrow->person_id);
}

static bool
is_redundant(const struct actor *a, const char *permission, size_t at)
{
	for (size_t i = 0; i < a->grant_count; i++) {
		if (i == at || !grant_holds(&a->grants[i], permission) ||
			!grant_contains(&a->grants[i], &a->grants[at]))
			continue;
		/* Of two equal grants the first stays. */
		if (!grant_contains(&a->grants[at], &a->grants[i]) || i < at)
			return true;
	}
	return false;
}

static bool
is_whole_county(const struct ctx *c, const struct grant *g)
{
	return g->org_id == 0 && g->person_id == 0 && g->division_lo <= c->county * 1000000 &&
	       g->division_hi >= c->county * 1000000 + 999999;
}

static const char *
scope_param(struct scope *s, int64_t value)
{
	snprintf(s->binds[s->count].name, sizeof(s->binds[0].name), "s%zu", s->count);
	s->binds[s->count].value = value;
	return s->binds[s->count++].name;
}

static enum rc
add_grant(struct ctx *c, const struct grant *g, const char *alias, struct sb *sql, struct scope *out,
	bool first)
{
	const char *lo, *hi;

	if (out->count + 4 > ARRAY_LEN(out->binds))
		return fail_code(&c->err, RC_LIMIT, "grants", NULL, "账号的授权过多，请合并授权范围",
			"the account has too many grants; merge their areas");
	lo = scope_param(out, g->division_lo);
	hi = scope_param(out, g->division_hi);
	sb_addf(sql, "%s(%s.division BETWEEN :%s AND :%s", first ? "" : " OR ", alias, lo, hi);
	if (g->org_id != 0)
		sb_addf(sql, " AND %s.org_id = :%s", alias, scope_param(out, g->org_id));
	if (g->person_id != 0)
		sb_addf(sql, " AND %s.person_id = :%s", alias, scope_param(out, g->person_id));
	sb_add_c(sql, ')');
	return RC_OK;
}

/* county_rows: rows of division 0 may occur and are everybody's. */
static enum rc
scope_text(struct ctx *c, const char *permission, const char *alias, bool county_rows, struct sb *sql,
	struct scope *out)
{
	const struct actor *a = c->actor;
	bool first = true;
	enum rc rc;

	*out = (struct scope){ .everything = a->kind == ACTOR_SYSTEM };
	if (out->everything)
		return RC_OK;
	if (!actor_may(a, permission)) {
		sb_add(sql, " AND 1=0");
		return RC_OK;
	}
	for (size_t i = 0; i < a->grant_count; i++)
		if (grant_holds(&a->grants[i], permission) && is_whole_county(c, &a->grants[i]))
			return RC_OK;
	sb_add(sql, " AND (");
	if (county_rows) {
		sb_addf(sql, "%s.division = 0", alias);
		first = false;
	}
	for (size_t i = 0; i < a->grant_count; i++) {
		if (!grant_holds(&a->grants[i], permission) || is_redundant(a, permission, i))
			continue;
		rc = add_grant(c, &a->grants[i], alias, sql, out, first);
		if (rc != RC_OK)
			return rc;
		first = false;
	}
	sb_add_c(sql, ')');
	return RC_OK;
}

enum rc
scope_sql(struct ctx *c, const char *permission, const char *alias, struct sb *sql, struct scope *out)
{
	return scope_text(c, permission, alias, true, sql, out);
}

enum rc
scope_sql_of(struct ctx *c, const struct resource *r, const char *permission, const char *alias,
	struct sb *sql, struct scope *out)
{
	if (r->place != PLACE_COUNTY)
		return scope_text(c, permission, alias, false, sql, out);
	*out = (struct scope){ .everything = c->actor->kind == ACTOR_SYSTEM };
	if (!out->everything && !actor_may(c->actor, permission))
		sb_add(sql, " AND 1=0");
	return RC_OK;
}

void
scope_bind(struct db_stmt *st, const struct scope *s)
{
	for (size_t i = 0; i < s->count; i++)
		db_bind_i64(st, s->binds[i].name, s->binds[i].value);
}

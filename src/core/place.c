/*
 * place.c - where a row stands: division, organisation and person, which are
 * what grants compare with. A row with its own division field says it itself;
 * otherwise its organisation's division counts, and the county's in the end.
 */
#include "base/base.h"
#include "core/division.h"
#include "core/record_priv.h"

enum { CASCADE_DEPTH = 8 };

enum rc
place_of(struct ctx *c, const struct plan *p, int64_t id, struct record_head *h, bool *found)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &p->place, &st, &c->err);

	*found = false;
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	rc = db_step(st, found, &c->err);
	if (rc != RC_OK || !*found)
		return rc;
	*h = (struct record_head){ .county = c->county, .id = id, .division = db_col_i64(st, 0) };
	h->org_id = db_col_null(st, 1) ? 0 : db_col_i64(st, 1);
	h->person_id = db_col_null(st, 2) ? 0 : db_col_i64(st, 2);
	return RC_OK;
}

static int64_t
member_or(const struct field *f, const void *record, int64_t otherwise)
{
	struct value v;

	if (f == NULL)
		return otherwise;
	v = value_of(f, record);
	return v.null ? 0 : v.i;
}

/* The division of an organisation; the county when there is none. */
static enum rc
org_division(struct ctx *c, const struct plan *p, int64_t org_id, int64_t *division)
{
	const struct plan *orgs =
		plan_find(c->app, p->org != NULL ? str_from_c(p->org->ref) : S("organisations"));
	struct record_head h = { 0 };
	bool found = false;
	enum rc rc = RC_OK;

	if (org_id != 0 && orgs != NULL)
		rc = place_of(c, orgs, org_id, &h, &found);
	if (rc == RC_OK)
		*division = found && h.division != 0 ? h.division : division_of_county(c->county);
	return rc;
}

static enum rc
place_fields(struct ctx *c, const struct plan *p, struct record_head *h, const void *record)
{
	bool fresh = h->version == 0;
	int64_t old_org = h->org_id;
	struct value v = { .null = true };

	h->org_id = member_or(p->org, record, fresh ? c->actor->org_id : h->org_id);
	h->person_id = member_or(p->person, record, fresh ? c->actor->person_id : h->person_id);
	if (p->division != NULL)
		v = value_of(p->division, record);
	if (!v.null) {
		h->division = v.i;
		return RC_OK;
	}
	if (!fresh && h->division != 0 && p->division == NULL && h->org_id == old_org)
		return RC_OK; /* the row stays where it was recorded */
	return org_division(c, p, h->org_id, &h->division);
}

static enum rc
place_parent(struct ctx *c, const struct plan *p, struct record_head *h, const void *record)
{
	const struct plan *to = plan_find(c->app, str_from_c(p->inherits->ref));
	struct value v = value_of(p->inherits, record);
	struct record_head up = { 0 };
	bool found = false;
	enum rc rc = RC_OK;

	if (!v.null)
		rc = place_of(c, to, v.i, &up, &found);
	if (rc != RC_OK)
		return rc;
	if (!found && h->version != 0)
		return RC_OK; /* the owner is gone; the row stays */
	if (!found)
		return fail(&c->err, RC_INVALID, p->inherits->name, "引用的记录不存在",
			"refers to a record that does not exist");
	h->division = up.division;
	h->org_id = up.org_id;
	h->person_id = up.person_id;
	return RC_OK;
}

enum rc
place_row(struct ctx *c, const struct plan *p, struct record_head *h, void *record)
{
	enum rc rc = RC_OK;

	switch (p->r->place) {
	case PLACE_FIELDS:
		rc = place_fields(c, p, h, record);
		break;
	case PLACE_PARENT:
		rc = place_parent(c, p, h, record);
		break;
	case PLACE_COUNTY:
		h->division = h->org_id = h->person_id = 0;
		break;
	case PLACE_SELF:
		rc = place_fields(c, p, h, record);
		/* A resource with an organisation field is a person's; without one it is the organisation
		 * itself. */
		if (p->org != NULL)
			h->person_id = h->id;
		else
			h->org_id = h->id, h->person_id = 0;
		break;
	}
	if (rc == RC_OK && p->division != NULL)
		value_set(p->division, record, (struct value){ .i = h->division });
	return rc;
}

static enum rc
cascade_into(struct ctx *c, const struct plan *child, const struct record_head *h, struct str condition)
{
	struct db_sql sql = { str_fmt(c->mem, "%s_cascade", child->r->table).p,
		str_fmt(c->mem,
			"UPDATE %s SET division = :division, org_id = :org_id, person_id = :person_id"
			" WHERE county = :county AND " STR_FMT,
			child->r->table, STR_ARG(condition))
			.p };
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "division", h->division);
	db_bind_i64(st, "org_id", h->org_id != 0 ? h->org_id : NIL);
	db_bind_i64(st, "person_id", h->person_id != 0 ? h->person_id : NIL);
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", h->id);
	return db_run(st, NULL, &c->err);
}

/* Walks down the resources that inherit, level by level; resource_check() has made sure that there is no
 * circle. */
static enum rc
cascade(struct ctx *c, const struct plan *p, const struct record_head *h, struct str condition, int depth)
{
	ASSERT(depth < CASCADE_DEPTH);
	for (size_t i = 0; i < p->referrer_count; i++) {
		const struct referrer *ref = &p->referrers[i];
		struct str down;
		enum rc rc;

		if (ref->plan->inherits != ref->field)
			continue;
		down = depth == 0
			       ? str_fmt(c->mem, "%s = :id", ref->field->name)
			       : str_fmt(c->mem,
					 "%s IN (SELECT id FROM %s WHERE county = :county AND " STR_FMT ")",
					 ref->field->name, p->r->table, STR_ARG(condition));
		rc = cascade_into(c, ref->plan, h, down);
		if (rc == RC_OK)
			rc = cascade(c, ref->plan, h, down, depth + 1);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

enum rc
place_cascade(struct ctx *c, const struct plan *p, const struct record_head *h)
{
	return cascade(c, p, h, S(""), 0);
}

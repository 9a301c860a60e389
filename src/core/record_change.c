/* record_change.c - changing and removing rows that exist. */
#include "base/base.h"
#include "core/record_priv.h"
#include <string.h>

enum rc
stale_version(struct ctx *c)
{
	return fail_code(&c->err, RC_CONFLICT, "stale-version", "version", "记录已被他人修改，请刷新后重试",
		"the record was changed meanwhile; reload and try again");
}

static bool
place_moved(const struct record_head *a, const struct record_head *b)
{
	return a->division != b->division || a->org_id != b->org_id || a->person_id != b->person_id;
}

enum rc
change_write(struct ctx *c, const struct plan *p, struct record_head *h, const struct record_head *old,
	const void *record, const void *before, const char *verb, struct str state)
{
	enum rc rc;

	rc = row_update(c, p, h, record, before, state);
	if (rc == RC_OK)
		rc = lines_write(c, p, h, record, before);
	if (rc == RC_OK && place_moved(h, old))
		rc = place_cascade(c, p, h);
	if (rc == RC_OK)
		rc = row_published(c, p, h, verb, before, record, (struct str){ 0 });
	return rc;
}

static enum rc
change_body(struct ctx *c, const struct plan *p, struct record_head *h, const struct json *body, void *record,
	const void *before)
{
	enum rc rc;

	validate_body(c, p, BODY_UPDATE, body, record, before);
	rc = validate_stored(c, p, h, record, before, true);
	if (rc == RC_CONFLICT && c->error_count > 1)
		rc = errors_result(c, RC_INVALID);
	if (rc == RC_OK)
		rc = place_row(c, p, h, record);
	if (rc == RC_OK && !scope_covers(c->actor, p->r->may[ACT_UPDATE], h))
		return fail_code(&c->err, RC_DENIED, "out-of-scope", NULL, "不能把记录移出您的管辖范围",
			"the record would leave the area you may edit");
	if (rc == RC_OK)
		rc = validate_rules(c, p->r, record, before);
	if (rc == RC_OK && p->r->on_update != NULL)
		rc = hook_result(c, p->r->on_update(c, h, record, before));
	if (rc == RC_OK)
		rc = validate_record(c, p, record);
	return rc;
}

enum rc
record_update(struct ctx *c, const struct resource *r, int64_t id, int64_t version, const struct json *body)
{
	const struct plan *p = plan_of(c->app, r);
	struct record_head h = { 0 }, old;
	void *record = arena_alloc(c->mem, 1, r->record_size, _Alignof(max_align_t)), *before;
	enum rc rc;
	WORK w = { 0 };

	errors_clear(c);
	rc = work_begin(c, &w);
	if (rc == RC_OK)
		rc = row_load(c, p, id, false, &h, record);
	if (rc == RC_OK)
		rc = row_allowed(c, r, r->append_only ? NULL : r->may[ACT_UPDATE], &h);
	if (rc == RC_OK && h.version != version)
		rc = stale_version(c);
	if (rc != RC_OK)
		return rc;
	old = h;
	before = record_copy(c, p, record);
	lines_own(c, p, record);
	rc = change_body(c, p, &h, body, record, before);
	if (rc != RC_OK)
		return rc;
	if (!record_differs(c, p, record, before) && !place_moved(&h, &old))
		return work_done(c, &w); /* nothing to say, nothing to remember */
	rc = change_write(c, p, &h, &old, record, before, "updated", (struct str){ 0 });
	return rc == RC_OK ? work_done(c, &w) : rc;
}

enum rc
record_store(struct ctx *c, const struct resource *r, struct record_head *h, void *record)
{
	const struct plan *p = plan_of(c->app, r);
	void *before = arena_alloc(c->mem, 1, r->record_size, _Alignof(max_align_t));
	struct record_head old = { 0 }, next = *h;
	enum rc rc;
	WORK w = { 0 };

	errors_clear(c);
	rc = work_begin(c, &w);
	if (rc == RC_OK)
		rc = row_load(c, p, h->id, false, &old, before);
	if (rc == RC_OK && old.version != h->version)
		rc = stale_version(c);
	if (rc == RC_OK && p->state != NULL && field_differs(c, p->state, record, before))
		rc = fail(&c->err, RC_STATE, p->state->name, "状态只能由流转改变",
			"a state is changed by moves alone");
	if (rc == RC_OK)
		rc = place_row(c, p, &next, record);
	if (rc == RC_OK)
		rc = validate_record(c, p, record);
	if (rc == RC_OK)
		rc = validate_stored(c, p, &next, record, before, false);
	if (rc != RC_OK)
		return rc;
	if (record_differs(c, p, record, before) || place_moved(&next, &old)) {
		rc = change_write(c, p, &next, &old, record, before, "updated", (struct str){ 0 });
		if (rc != RC_OK)
			return rc;
		*h = next;
	}
	return work_done(c, &w);
}

/* Refuses to delete what a living row still points at. */
static enum rc
check_unused(struct ctx *c, const struct plan *p, int64_t id)
{
	for (size_t i = 0; i < p->referrer_count; i++) {
		const struct referrer *ref = &p->referrers[i];
		const struct resource *from = ref->plan->r, *owner = from;
		struct db_sql sql = { str_fmt(c->mem, "%s_refers", from->table).p, NULL };
		DB_STMT st = NULL;
		bool row = false;
		enum rc rc;

		if (ref->plan->is_line) {
			owner = resource_find(c->app, str_from_c(from->parent));
			sql.text = str_fmt(c->mem,
				"SELECT 1 FROM %s x JOIN %s o ON o.county = x.county AND o.id = x.parent_id"
				" WHERE x.county = :county AND x.%s = :id AND o.deleted_ms IS NULL LIMIT 1",
				from->table, owner->table, ref->field->name)
					   .p;
		} else {
			/* A row may point at itself and still go. */
			sql.text = str_fmt(c->mem,
				"SELECT 1 FROM %s x WHERE x.county = :county AND x.%s = :id AND"
				" x.deleted_ms IS NULL%s LIMIT 1",
				from->table, ref->field->name, from == p->r ? " AND x.id <> :id" : "")
					   .p;
		}
		rc = db_prepare(c->db, &sql, &st, &c->err);
		if (rc != RC_OK)
			return rc;
		db_bind_i64(st, "county", c->county);
		db_bind_i64(st, "id", id);
		rc = db_step(st, &row, &c->err);
		if (rc != RC_OK)
			return rc;
		if (row)
			return fail_code(&c->err, RC_CONFLICT, "in-use", NULL, "仍被“%s”引用，不能删除",
				"still used by %s; cannot be deleted", tr(c, owner->label));
	}
	return RC_OK;
}

static enum rc
mark_deleted(struct ctx *c, const struct plan *p, struct record_head *h)
{
	struct db_sql sql = { str_fmt(c->mem, "%s_delete", p->r->table).p,
		str_fmt(c->mem,
			"UPDATE %s SET version = version + 1, deleted_ms = :now, updated_ms = :now, "
			"updated_by = :actor"
			" WHERE county = :county AND id = :id AND version = :version AND deleted_ms IS NULL",
			p->r->table)
			.p };
	DB_STMT st = NULL;
	int64_t changes = 0;
	enum rc rc = db_prepare(c->db, &sql, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "now", c->now_ms);
	db_bind_i64(st, "actor", c->actor->user_id != 0 ? c->actor->user_id : NIL);
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", h->id);
	db_bind_i64(st, "version", h->version);
	rc = db_run(st, &changes, &c->err);
	if (rc == RC_OK && changes == 0)
		rc = stale_version(c);
	if (rc != RC_OK)
		return rc;
	h->version++;
	h->deleted_ms = h->updated_ms = c->now_ms;
	h->updated_by = c->actor->user_id;
	return RC_OK;
}

enum rc
record_delete(struct ctx *c, const struct resource *r, int64_t id, int64_t version)
{
	const struct plan *p = plan_of(c->app, r);
	void *record = arena_alloc(c->mem, 1, r->record_size, _Alignof(max_align_t));
	struct record_head h = { 0 };
	enum rc rc;
	WORK w = { 0 };

	errors_clear(c);
	rc = work_begin(c, &w);
	if (rc == RC_OK)
		rc = row_load(c, p, id, false, &h, record);
	if (rc == RC_OK)
		rc = row_allowed(c, r, r->append_only ? NULL : r->may[ACT_DELETE], &h);
	if (rc == RC_OK && h.version != version)
		rc = stale_version(c);
	if (rc == RC_OK)
		rc = check_unused(c, p, id);
	if (rc == RC_OK && r->on_delete != NULL)
		rc = hook_result(c, r->on_delete(c, &h, record));
	if (rc == RC_OK)
		rc = mark_deleted(c, p, &h);
	if (rc == RC_OK)
		rc = row_published(c, p, &h, "deleted", record, NULL, (struct str){ 0 });
	return rc == RC_OK ? work_done(c, &w) : rc;
}

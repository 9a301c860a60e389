/*
 * record.c - the life of a row: create, update, delete, from JSON and from C.
 * Permission, scope and validation come first, then hooks, then the statements,
 * then what makes the change known: lines, search, files, audit, event. All of
 * it is one transaction, which joins one that is already open.
 */
#include "base/base.h"
#include "core/audit_priv.h"
#include "core/event.h"
#include "core/file.h"
#include "core/keyring.h"
#include "core/record_priv.h"
#include "core/search.h"
#include <string.h>

enum { DAY_AHEAD_MS = 86400000 };

const char *
action_permission(const struct resource *r, enum action a)
{
	if (r->may[a] == NULL && a == ACT_EXPORT)
		return r->may[ACT_LIST];
	if (r->may[a] == NULL && a == ACT_IMPORT)
		return r->may[ACT_CREATE];
	return r->may[a];
}

enum rc
not_found(struct ctx *c)
{
	return fail(&c->err, RC_NOT_FOUND, NULL, "记录不存在", "there is no such record");
}

enum rc
denied(struct ctx *c)
{
	return fail(&c->err, RC_DENIED, NULL, "没有此操作的权限", "you may not do this");
}

enum rc
work_begin(struct ctx *c, struct work *w)
{
	*w = (struct work){ .own = !db_in_tx(c->db) };
	return w->own ? db_begin(c->db, &w->tx, &c->err) : RC_OK;
}

enum rc
work_done(struct ctx *c, struct work *w)
{
	enum rc rc;

	if (!w->own)
		return RC_OK;
	rc = db_commit(&w->tx, &c->err);
	if (rc == RC_OK && c->emitted && c->app->events != NULL)
		dispatcher_wake(c->app->events);
	c->emitted = false;
	return rc;
}

void
work_cleanup(struct work *w)
{
	if (w->own)
		db_rollback(&w->tx);
}

void *
record_copy(struct ctx *c, const struct plan *p, const void *record)
{
	void *copy = arena_alloc(c->mem, 1, p->r->record_size, _Alignof(max_align_t));

	memcpy(copy, record, p->r->record_size);
	return copy;
}

static void *
record_new(struct ctx *c, const struct plan *p)
{
	void *record = arena_alloc(c->mem, 1, p->r->record_size, _Alignof(max_align_t));

	record_init(p->r, record);
	return record;
}

enum rc
row_load(struct ctx *c, const struct plan *p, int64_t id, bool deleted, struct record_head *h, void *record)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &p->load, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	rc = db_step(st, &row, &c->err);
	if (rc == RC_OK && row)
		rc = columns_read(c, p, st, h, record);
	if (rc != RC_OK)
		return rc;
	if (!row || (h->deleted_ms != 0 && !deleted))
		return not_found(c);
	db_finish(&st);
	return lines_load(c, p, id, record);
}

enum rc
row_allowed(struct ctx *c, const struct resource *r, const char *permission, const struct record_head *h)
{
	if (permission != NULL && scope_covers(c->actor, permission, h))
		return RC_OK;
	return scope_covers(c->actor, r->may[ACT_READ], h) ? denied(c) : not_found(c);
}

enum rc
record_load(struct ctx *c, const struct resource *r, int64_t id, const char *scope_permission,
	struct record_head *h, void *record)
{
	const struct plan *p = plan_of(c->app, r);
	enum rc rc = row_load(c, p, id, false, h, record);

	if (rc == RC_OK && scope_permission != NULL && !scope_covers(c->actor, scope_permission, h))
		return not_found(c);
	return rc;
}

static enum rc
link_files(struct ctx *c, const struct plan *p, const struct record_head *h, const void *before,
	const void *after)
{
	for (const struct field *f = p->r->fields; f->name != NULL; f++) {
		struct value v;
		enum rc rc;

		if ((f->type != T_FILE && f->type != T_FILES) ||
			(before != NULL && !field_differs(c, f, before, after)))
			continue;
		v = value_of(f, after);
		if (before == NULL && v.null)
			continue;
		if (f->type == T_FILE && !v.null)
			v.s = str_fmt(c->mem, LLD, LL(v.i));
		rc = file_link(c, p->r, h, f->name, v.null ? S("") : v.s, f->accept, f->public);
		if (rc == RC_NOT_FOUND || rc == RC_INVALID) {
			errors_add(c, f->name, str_from_c(c->err.text));
			return errors_result(c, RC_INVALID);
		}
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static enum rc
index_text(struct ctx *c, const struct plan *p, const struct record_head *h, const void *before,
	const void *after)
{
	bool changed = before == NULL || after == NULL;
	struct sb b;

	if (!p->has_search)
		return RC_OK;
	sb_init(&b, c->mem, 1 << 20);
	for (const struct field *f = p->r->fields; f->name != NULL; f++) {
		if (!f->search)
			continue;
		changed |= before != NULL && after != NULL && field_differs(c, f, before, after);
		if (after != NULL && !value_of(f, after).null) {
			sb_add_str(&b, value_of(f, after).s);
			sb_add_c(&b, '\n');
		}
	}
	if (!changed)
		return RC_OK;
	return search_put(c, p->r, h, after != NULL ? search_terms(c->mem, sb_str(&b)) : (struct str){ 0 });
}

enum rc
row_published(struct ctx *c, const struct plan *p, const struct record_head *h, const char *verb,
	const void *before, const void *after, struct str digest)
{
	bool quiet = p->r->quiet && before == NULL;
	enum rc rc = index_text(c, p, h, before, after);

	if (rc == RC_OK && after != NULL)
		rc = link_files(c, p, h, before, after);
	if (rc == RC_OK && (!quiet || digest.p != NULL))
		rc = audit_write(c, p->r, h, verb, before, after, h->comment, digest);
	if (rc != RC_OK || quiet)
		return rc;
	return event_emit(c, str_fmt(c->mem, "%s.%s", p->r->table, verb).p, p->r, h, (struct str){ 0 });
}

/* A key proposed by a phone: made by the rule of ctx.h, within its time, so that keys keep sorting by time.
 */
static void
proposed_id(struct ctx *c, const struct json *body, int64_t *id)
{
	const struct json *j = body->type == J_OBJECT ? json_get(body, "id") : NULL;

	*id = 0;
	if (j == NULL || j->type == J_NULL)
		return;
	*id = json_i64(body, "id");
	if (*id == NIL || *id <= 0 || id_time_ms(*id) > c->now_ms + DAY_AHEAD_MS) {
		errors_add(c, "id",
			c->lang == LANG_EN ? S("is not a key made by the platform's rule")
					   : S("不是按平台规则生成的编号"));
		*id = 0;
	}
}

static struct str
body_digest(struct ctx *c, const struct json *body)
{
	struct json_writer w;
	struct sb b;

	sb_init(&b, c->mem, 4 << 20);
	json_writer_init(&w, &b);
	json_print(&w, body);
	return blind(c->app->keys, c->mem, c->county, "create-body", sb_str(&b));
}

/* The row was created before with this key: the same body by the same actor is answered, anything else
 * refused. */
static enum rc
replayed(struct ctx *c, const struct plan *p, int64_t id, struct str digest, bool *same)
{
	static const struct db_sql sql = { "audit_created",
		"SELECT digest, actor_id FROM audit WHERE county = :county AND resource = :resource AND "
		"record_id = :record_id"
		" AND verb = 'created' LIMIT 1" };
	struct record_head h;
	void *record = record_new(c, p);
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = row_load(c, p, id, true, &h, record);

	*same = false;
	if (rc == RC_NOT_FOUND)
		return RC_OK;
	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_str(st, "resource", str_from_c(p->r->name));
	db_bind_i64(st, "record_id", id);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK)
		return rc;
	*same = row && str_eq(db_col_str(st, 0), digest) &&
		(db_col_null(st, 1) ? 0 : db_col_i64(st, 1)) == c->actor->user_id;
	return *same ? RC_OK
		     : fail_code(&c->err, RC_CONFLICT, "id-taken", "id", "该编号已用于另一条记录",
			       "this key belongs to another record");
}

static void
state_start(const struct plan *p, void *record)
{
	if (p->state != NULL && value_of(p->state, record).null)
		value_set(p->state, record, (struct value){ .s = str_from_c(p->r->states[0].value) });
}

enum rc
hook_result(struct ctx *c, enum rc rc)
{
	if (rc == RC_INVALID && c->err.code == NULL)
		c->err.code = "rule";
	if (rc == RC_INVALID && c->err.field[0] != 0)
		errors_add(c, c->err.field, str_from_c(c->err.text));
	return rc;
}

static void
head_fresh(struct ctx *c, struct record_head *h)
{
	h->county = c->county;
	h->version = 1;
	h->created_ms = h->updated_ms = c->now_ms;
	h->created_by = h->updated_by = c->actor->user_id;
}

/* From place to event, for a row whose body is good. */
static enum rc
create_row(struct ctx *c, const struct plan *p, struct record_head *h, void *record, struct str digest)
{
	enum rc rc = validate_stored(c, p, h, record, NULL, true);

	if (rc == RC_OK)
		rc = place_row(c, p, h, record);
	if (rc == RC_OK && !scope_covers(c->actor, p->r->may[ACT_CREATE], h))
		return fail_code(&c->err, RC_DENIED, "out-of-scope", NULL, "不能在您的管辖范围之外新建",
			"this lies outside the area you may create in");
	if (rc == RC_OK)
		rc = validate_rules(c, p->r, record, NULL);
	if (rc == RC_OK && p->r->on_create != NULL)
		rc = hook_result(c, p->r->on_create(c, h, record));
	if (rc != RC_OK)
		return rc;
	head_fresh(c, h);
	rc = validate_record(c, p, record);
	if (rc == RC_OK)
		rc = row_insert(c, p, h, record);
	if (rc == RC_OK)
		rc = lines_write(c, p, h, record, NULL);
	if (rc == RC_OK)
		rc = row_published(c, p, h, "created", NULL, record, digest);
	return rc;
}

enum rc
record_create(struct ctx *c, const struct resource *r, const struct json *body, int64_t *id)
{
	const struct plan *p = plan_of(c->app, r);
	struct record_head h = { 0 };
	void *record = record_new(c, p);
	struct str digest = { 0 };
	bool same = false;
	enum rc rc;

	errors_clear(c);
	if (p->is_line || !actor_may(c->actor, r->may[ACT_CREATE]))
		return denied(c);
	proposed_id(c, body, &h.id);
	validate_body(c, p, BODY_CREATE, body, record, NULL);
	if (c->error_count > 0) {
		/* What the database has to say about the good fields is told in the same answer. */
		rc = validate_stored(c, p, &h, record, NULL, true);
		return rc == RC_CONFLICT ? errors_result(c, RC_INVALID) : rc;
	}
	state_start(p, record);
	if (h.id != 0)
		digest = body_digest(c, body);

	WORK w = { 0 };

	rc = work_begin(c, &w);
	if (rc == RC_OK && h.id != 0)
		rc = replayed(c, p, h.id, digest, &same);
	if (rc != RC_OK)
		return rc;
	if (!same) {
		if (h.id == 0)
			h.id = id_new(c->app->ids);
		rc = create_row(c, p, &h, record, digest);
		if (rc == RC_OK)
			rc = work_done(c, &w);
	}
	if (rc == RC_OK)
		*id = h.id;
	return rc;
}

enum rc
record_insert(struct ctx *c, const struct resource *r, struct record_head *h, void *record)
{
	const struct plan *p = plan_of(c->app, r);
	struct record_head given = *h;
	enum rc rc;
	WORK w = { 0 };

	errors_clear(c);
	ASSERT(!p->is_line);
	rc = work_begin(c, &w);
	if (rc != RC_OK)
		return rc;
	state_start(p, record);
	*h = (struct record_head){ .id = given.id != 0 ? given.id : id_new(c->app->ids),
		.comment = given.comment };
	rc = place_row(c, p, h, record);
	if (rc != RC_OK)
		return rc;
	h->division = given.division != 0 ? given.division : h->division;
	h->org_id = given.org_id != 0 ? given.org_id : h->org_id;
	h->person_id = given.person_id != 0 ? given.person_id : h->person_id;
	head_fresh(c, h);
	rc = validate_record(c, p, record);
	if (rc == RC_OK)
		rc = validate_stored(c, p, h, record, NULL, false);
	if (rc == RC_OK)
		rc = row_insert(c, p, h, record);
	if (rc == RC_OK)
		rc = lines_write(c, p, h, record, NULL);
	if (rc == RC_OK)
		rc = row_published(c, p, h, "created", NULL, record, (struct str){ 0 });
	return rc == RC_OK ? work_done(c, &w) : rc;
}

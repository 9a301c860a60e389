/*
 * validate.c - the one place where a body becomes a record. Errors are
 * collected, up to fifty, so that a form is corrected in one go; the first one
 * is also the error of the call.
 */
#include "base/base.h"
#include "base/utf8.h"
#include "core/division.h"
#include "core/keyring.h"
#include "core/record_priv.h"
#include <stdio.h>
#include <string.h>

void
errors_clear(struct ctx *c)
{
	c->error_count = 0;
}

void
errors_add(struct ctx *c, const char *field, struct str text)
{
	if (c->errors == NULL)
		c->errors = NEW_ARRAY(c->mem, struct field_error, FIELD_ERRORS_MAX);
	for (size_t i = 0; i < c->error_count; i++)
		if (str_eq_c(c->errors[i].field, field))
			return;
	if (c->error_count < FIELD_ERRORS_MAX)
		c->errors[c->error_count++] =
			(struct field_error){ str_dup(c->mem, str_from_c(field)), str_dup(c->mem, text) };
}

static void
errors_say(struct ctx *c, const char *field, const char *zh, const char *en)
{
	errors_add(c, field, str_from_c(c->lang == LANG_EN ? en : zh));
}

enum rc
errors_result(struct ctx *c, enum rc rc)
{
	const struct field_error *first = c->errors;

	if (c->error_count == 0)
		return RC_OK;
	return fail_code(&c->err, rc, rc == RC_CONFLICT ? "taken" : "fields", str_c(c->mem, first->field),
		STR_FMT, STR_FMT, STR_ARG(first->text));
}

/* A form sends back what it was shown; the mask of the value in place is "unchanged". */
static bool
is_mask_of(struct ctx *c, const struct field *f, const struct json *j, const void *before)
{
	struct value old;

	if (!f->private || before == NULL || j->type != J_STRING)
		return false;
	old = value_of(f, before);
	return !old.null && str_eq(j->s, mask_value(c->mem, f, old.s));
}

static void
take_member(struct ctx *c, const struct field *f, enum body_kind kind, const struct json *j, void *record,
	const void *before)
{
	struct err e = { .lang = c->lang };
	struct value v = { 0 };

	if (f->server || f->type == T_STATE) {
		errors_say(c, f->name, "只读字段，由系统填写", "is read-only: the platform fills it");
		return;
	}
	if (f->type == T_LINES) {
		lines_from_json(c, f, j, record);
		return;
	}
	if (is_mask_of(c, f, j, before))
		return;
	if (value_from_json(c->mem, f, j, &v, &e) != RC_OK) {
		errors_add(c, f->name, str_from_c(e.text));
		return;
	}
	if (kind == BODY_UPDATE && f->fixed && before != NULL && !value_equal(f, v, value_of(f, before))) {
		errors_say(c, f->name, "创建后不能修改", "cannot be changed after creation");
		return;
	}
	value_set(f, record, v);
}

static bool
is_control_member(enum body_kind kind, struct str name)
{
	return kind == BODY_CREATE ? str_eq_c(name, "id") : str_eq_c(name, "version");
}

static bool
is_missing(const struct field *f, const void *record)
{
	struct rows rows;

	if (f->type != T_LINES)
		return f->type != T_BOOL && value_of(f, record).null;
	memcpy(&rows, (const char *)record + f->at, sizeof(rows));
	return rows.count == 0;
}

static bool
condition_holds(const struct plan *p, const struct field *f, const void *record)
{
	const struct field *w = map_get(&p->fields, str_from_c(f->required_when));
	struct value v = value_of(w, record);

	if (w->type == T_BOOL)
		return word_listed(f->required_is, ',', v.i != 0 ? S("true") : S("false"));
	return !v.null && word_listed(f->required_is, ',', v.s);
}

static void
check_required(struct ctx *c, const struct plan *p, const void *record, bool server_too)
{
	for (const struct field *f = p->r->fields; f->name != NULL; f++) {
		if ((f->server && !server_too) || f->type == T_STATE || !is_missing(f, record))
			continue;
		if (f->required || (f->required_when != NULL && condition_holds(p, f, record)))
			errors_say(c, f->name, "必填", "is required");
	}
}

void
validate_body(struct ctx *c, const struct plan *p, enum body_kind kind, const struct json *body, void *record,
	const void *before)
{
	size_t i = 0;

	if (body->type != J_OBJECT) {
		errors_say(c, "", "须为 JSON 对象", "must be a JSON object");
		return;
	}
	if (kind == BODY_CREATE)
		for (const struct field *f = p->r->fields; f->name != NULL; f++, i++)
			if (f->default_ != NULL)
				value_set(f, record, p->defaults[i]);
	for (i = 0; i < body->count; i++) {
		const struct field *f = map_get(&p->fields, body->names[i]);

		if (f != NULL && !f->secret)
			take_member(c, f, kind, &body->items[i], record, before);
		else if (!is_control_member(kind, body->names[i]))
			errors_say(c,
				str_c(c->mem,
					str_sub(body->names[i], 0,
						utf8_cut(body->names[i].p,
							body->names[i].n < 60 ? body->names[i].n : 60))),
				"没有这个字段", "there is no such field");
	}
	check_required(c, p, record, false);
}

static void
check_values(struct ctx *c, const struct plan *p, const void *record, const char *prefix)
{
	for (const struct field *f = p->r->fields; f->name != NULL; f++) {
		struct err e = { .lang = c->lang };
		struct value v = value_of(f, record);

		if (f->type != T_LINES && value_check(f, &v, &e) != RC_OK)
			errors_add(c, str_fmt(c->mem, "%s%s", prefix, f->name).p, str_from_c(e.text));
	}
}

enum rc
validate_record(struct ctx *c, const struct plan *p, const void *record)
{
	check_values(c, p, record, "");
	check_required(c, p, record, true);
	for (const struct field *f = p->r->fields; f->name != NULL; f++) {
		const struct plan *child = f->type == T_LINES ? plan_of(c->app, f->lines) : NULL;
		struct rows rows = { 0 };

		if (child != NULL)
			memcpy(&rows, (const char *)record + f->at, sizeof(rows));
		for (size_t i = 0; i < rows.count; i++)
			check_values(c, child, (const char *)rows.items + i * f->lines->record_size,
				str_fmt(c->mem, "%s[%zu].", f->name, i).p);
	}
	return errors_result(c, RC_INVALID);
}

enum rc
validate_rules(struct ctx *c, const struct resource *r, const void *record, const void *before)
{
	enum rc rc;

	for (const struct rule *u = r->rules; u != NULL && u->name != NULL; u++) {
		rc = u->check(c, record, before);

		if (rc != RC_OK && rc != RC_INVALID)
			return rc;
		if (rc == RC_INVALID)
			errors_add(c, c->err.field, str_from_c(c->err.text));
	}
	rc = errors_result(c, RC_INVALID);
	if (rc != RC_OK)
		c->err.code = "rule";
	return rc;
}

/* A row outside the actor's scope is told exactly like one that never existed. */
static enum rc
check_reference(struct ctx *c, const struct field *f, int64_t id, const char *path, bool scoped)
{
	const struct plan *to = plan_find(c->app, str_from_c(f->ref));
	struct record_head h = { 0 };
	bool found = false;
	enum rc rc = place_of(c, to, id, &h, &found);

	if (rc != RC_OK)
		return rc;
	if (found && scoped)
		found = scope_covers(c->actor, to->r->may[ACT_READ], &h);
	if (!found)
		errors_say(c, path, "引用的记录不存在", "refers to a record that does not exist");
	return RC_OK;
}

static enum rc
check_fields_stored(struct ctx *c, const struct plan *p, const void *record, const void *before,
	const char *prefix, bool scoped)
{
	for (const struct field *f = p->r->fields; f->name != NULL; f++) {
		const char *path = prefix[0] == 0 ? f->name : str_fmt(c->mem, "%s%s", prefix, f->name).p;
		struct value v;
		enum rc rc = RC_OK;

		if ((f->type != T_REF && f->type != T_DIVISION) ||
			(before != NULL && !field_differs(c, f, record, before)))
			continue;
		v = value_of(f, record);
		if (v.null)
			continue;
		if (f->type == T_REF)
			rc = check_reference(c, f, v.i, path, scoped);
		else
			rc = division_check(c, v.i, path);
		if (rc == RC_INVALID || rc == RC_NOT_FOUND)
			errors_add(c, path, str_from_c(c->err.text));
		else if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static enum rc
check_lines_stored(struct ctx *c, const struct field *f, const void *record, bool scoped)
{
	const struct plan *child = plan_of(c->app, f->lines);
	struct rows rows;

	memcpy(&rows, (const char *)record + f->at, sizeof(rows));
	for (size_t i = 0; i < rows.count; i++) {
		enum rc rc =
			check_fields_stored(c, child, (const char *)rows.items + i * f->lines->record_size,
				NULL, str_fmt(c->mem, "%s[%zu].", f->name, i).p, scoped);

		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

/* One question per unique rule: does another living row hold these values? */
static enum rc
check_taken(struct ctx *c, const struct plan *p, const struct record_head *h, const void *record,
	const struct field *const *fields, size_t count, struct str message)
{
	struct db_sql sql = { str_fmt(c->mem, "%s_unique", p->r->table).p, NULL };
	DB_STMT st = NULL;
	bool row = false;
	struct sb b;
	enum rc rc;

	sb_init(&b, c->mem, 4096);
	sb_addf(&b, "SELECT x.id FROM %s x WHERE x.county = :county AND x.deleted_ms IS NULL AND x.id <> :id",
		p->r->table);
	for (size_t i = 0; i < count; i++) {
		if (value_of(fields[i], record).null)
			return RC_OK; /* absent values never collide, as in SQL */
		sb_addf(&b, " AND x.%s%s = :u%zu", fields[i]->name, fields[i]->private ? "_h" : "", i);
	}
	sb_add(&b, " LIMIT 1");
	sql.text = sb_str(&b).p;
	rc = db_prepare(c->db, &sql, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", h->id);
	for (size_t i = 0; i < count; i++) {
		struct value v = value_of(fields[i], record);
		char name[8];

		snprintf(name, sizeof(name), "u%zu", i);
		if (fields[i]->as != M_STR)
			db_bind_i64(st, name, v.i);
		else
			db_bind_str(
				st, name, fields[i]->private ? field_blind(c, p->r, fields[i], v.s) : v.s);
	}
	rc = db_step(st, &row, &c->err);
	if (rc == RC_OK && row)
		errors_add(c, fields[count - 1]->name, message);
	return rc;
}

static enum rc
check_uniques(struct ctx *c, const struct plan *p, const struct record_head *h, const void *record,
	const void *before)
{
	struct str taken = c->lang == LANG_EN ? S("is taken already") : S("已被占用");
	enum rc rc;

	for (const struct field *f = p->r->fields; f->name != NULL; f++) {
		if (!f->unique || (before != NULL && !field_differs(c, f, record, before)))
			continue;
		rc = check_taken(c, p, h, record, &f, 1, taken);
		if (rc != RC_OK)
			return rc;
	}
	for (const struct unique_rule *u = p->r->uniques; u != NULL && u->name != NULL; u++) {
		const struct field *fields[ARRAY_LEN(u->fields)];
		bool changed = before == NULL;
		size_t n = 0;

		for (; u->fields[n] != NULL; n++) {
			fields[n] = map_get(&p->fields, str_from_c(u->fields[n]));
			changed |= before != NULL && field_differs(c, fields[n], record, before);
		}
		rc = changed ? check_taken(c, p, h, record, fields, n, str_from_c(tr(c, u->message))) : RC_OK;
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

enum rc
validate_stored(struct ctx *c, const struct plan *p, const struct record_head *h, const void *record,
	const void *before, bool scoped)
{
	size_t wrong;
	enum rc rc = check_fields_stored(c, p, record, before, "", scoped);

	for (const struct field *f = p->r->fields; rc == RC_OK && f->name != NULL; f++)
		if (f->type == T_LINES && (before == NULL || field_differs(c, f, record, before)))
			rc = check_lines_stored(c, f, record, scoped);
	if (rc != RC_OK)
		return rc;
	wrong = c->error_count;
	rc = check_uniques(c, p, h, record, before);
	if (rc != RC_OK)
		return rc;
	return errors_result(c, wrong == 0 ? RC_CONFLICT : RC_INVALID);
}

/*
 * audit.c - the trail. Values of changed fields only; personal data as keyed
 * hashes, so that "the phone was changed back" can be seen and the phone cannot;
 * secrets never. The table itself refuses UPDATE and DELETE by trigger.
 */
#include "base/base.h"
#include "core/audit.h"
#include "core/audit_priv.h"
#include "core/division.h"
#include "core/record_priv.h"
#include <string.h>

enum { VALUES_MAX = 4 << 20 };

static const struct db_sql sql_audit = { "audit_insert",
	"INSERT INTO audit (county, id, at_ms, actor_kind, actor_id, actor_name, verb, resource, record_id, "
	"division, org_id,"
	" person_id, before_json, after_json, comment, request_id, client_ip, digest) VALUES (:county, :id, "
	":at_ms, :actor_kind,"
	" :actor_id, :actor_name, :verb, :resource, :record_id, :division, :org_id, :person_id, "
	":before_json, :after_json,"
	" :comment, :request_id, :client_ip, :digest)" };

static void
print_value(struct ctx *c, const struct resource *r, const struct field *f, const void *record,
	struct json_writer *w)
{
	struct value v = value_of(f, record);

	if (r->no_audit_values)
		json_put_null(w);
	else if (f->private && !v.null)
		json_put_str(w, str_fmt(c->mem, "#" STR_FMT, STR_ARG(field_blind(c, r, f, v.s))));
	else
		value_print(w, f, v);
}

static void
print_lines(struct ctx *c, const struct field *f, const void *record, struct json_writer *w)
{
	struct rows rows;

	memcpy(&rows, (const char *)record + f->at, sizeof(rows));
	json_list(w);
	for (size_t i = 0; i < rows.count; i++) {
		json_begin(w);
		for (const struct field *g = f->lines->fields; g->name != NULL; g++) {
			if (g->secret)
				continue;
			json_key(w, g->name);
			print_value(c, f->lines, g, (const char *)rows.items + i * f->lines->record_size, w);
		}
		json_end(w);
	}
	json_list_end(w);
}

static bool
is_empty(const struct field *f, const void *record)
{
	struct rows rows;

	if (f->type != T_LINES)
		return f->type == T_BOOL ? value_of(f, record).i == 0 : value_of(f, record).null;
	memcpy(&rows, (const char *)record + f->at, sizeof(rows));
	return rows.count == 0;
}

/* The side of a change: {"field":value,…} for fields that differ from other, or that hold something when
 * other is NULL. */
static enum rc
print_side(struct ctx *c, const struct resource *r, const void *record, const void *other, struct str *out)
{
	struct json_writer w;
	struct sb b;

	*out = (struct str){ 0 };
	if (record == NULL)
		return RC_OK;
	sb_init(&b, c->mem, VALUES_MAX);
	json_writer_init(&w, &b);
	json_begin(&w);
	for (const struct field *f = r->fields; f->name != NULL; f++) {
		if (f->secret || (other != NULL ? !field_differs(c, f, record, other) : is_empty(f, record)))
			continue;
		json_key(&w, f->name);
		if (f->type == T_LINES)
			print_lines(c, f, record, &w);
		else
			print_value(c, r, f, record, &w);
	}
	json_end(&w);
	if (b.truncated)
		return fail(&c->err, RC_LIMIT, NULL, "记录过大，无法留痕",
			"the record is too large for the audit trail");
	*out = sb_str(&b);
	return RC_OK;
}

static const char *
actor_kind_name(enum actor_kind k)
{
	switch (k) {
	case ACTOR_NOBODY:
		return "nobody";
	case ACTOR_USER:
		return "user";
	case ACTOR_TOKEN:
		return "token";
	case ACTOR_SYSTEM:
		return "system";
	}
	return "nobody";
}

static enum rc
audit_row(struct ctx *c, const char *verb, struct str resource, const struct record_head *h,
	struct str before, struct str after, struct str comment, struct str digest)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_audit, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id_new(c->app->ids));
	db_bind_i64(st, "at_ms", c->now_ms);
	db_bind_str(st, "actor_kind", str_from_c(actor_kind_name(c->actor->kind)));
	db_bind_i64(st, "actor_id", c->actor->user_id != 0 ? c->actor->user_id : NIL);
	db_bind_str(st, "actor_name", c->actor->name);
	db_bind_str(st, "verb", str_from_c(verb));
	db_bind_str(st, "resource", resource);
	db_bind_i64(st, "record_id", h->id != 0 ? h->id : NIL);
	db_bind_i64(st, "division", h->division);
	db_bind_i64(st, "org_id", h->org_id != 0 ? h->org_id : NIL);
	db_bind_i64(st, "person_id", h->person_id != 0 ? h->person_id : NIL);
	db_bind_str(st, "before_json", before);
	db_bind_str(st, "after_json", after);
	db_bind_str(st, "comment", comment);
	db_bind_str(st, "request_id", c->request_id);
	db_bind_str(st, "client_ip", c->client_ip);
	db_bind_str(st, "digest", digest);
	return db_run(st, NULL, &c->err);
}

enum rc
audit_write(struct ctx *c, const struct resource *r, const struct record_head *h, const char *verb,
	const void *before, const void *after, struct str comment, struct str digest)
{
	struct str old = { 0 }, new = { 0 };
	enum rc rc = print_side(c, r, before, after, &old);

	if (rc == RC_OK)
		rc = print_side(c, r, after, before, &new);
	if (rc == RC_OK)
		rc = audit_row(c, verb, str_from_c(r->name), h, old, new, comment, digest);
	return rc;
}

enum rc
audit_record(struct ctx *c, const struct resource *r, const struct record_head *h, const char *verb,
	const void *before, const void *after, struct str comment)
{
	return audit_write(c, r, h, verb, before, after, comment, (struct str){ 0 });
}

enum rc
audit_act(struct ctx *c, const char *verb, const char *resource, int64_t record_id, struct str note)
{
	struct record_head h = { .county = c->county,
		.id = record_id,
		.division = division_of_county(c->county),
		.org_id = c->actor->org_id,
		.person_id = c->actor->person_id };
	struct str none = { 0 };
	enum rc rc;
	WORK w = { 0 };

	rc = work_begin(c, &w);
	if (rc == RC_OK)
		rc = audit_row(c, verb, str_from_c(resource), &h, none, none, note, none);
	return rc == RC_OK ? work_done(c, &w) : rc;
}

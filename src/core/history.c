/*
 * history.c - the audit trail as people read it: of one row, and of everything
 * within the reader's scope. Personal data is in the trail as keyed hashes only;
 * what is told is that it changed.
 */
#include "base/base.h"
#include "core/core_priv.h"
#include "core/record.h"
#include "core/rest.h"

enum { PAGE = 100, LIST_MAX = 4 << 20, SIDE_MAX = 4 << 20, SQL_MAX = 8192 };

static enum rc
parse_side(struct ctx *c, struct str text, const struct json **out)
{
	struct json *v = NULL;
	enum rc rc;

	*out = NULL;
	if (text.n == 0)
		return RC_OK;
	rc = json_parse(c->mem, text, SIDE_MAX, &v, &c->err);
	*out = v;
	return rc;
}

static void
put_side(struct json_writer *w, const char *name, const struct field *f, const struct json *v)
{
	json_key(w, name);
	if (v == NULL)
		json_put_null(w);
	else if (f != NULL && f->private && v->type == J_STRING)
		json_put_c(w, "***");
	else
		json_print(w, v);
}

static void
put_change(struct json_writer *w, const struct resource *r, struct str name, const struct json *before, const struct json *after)
{
	const struct field *f = r != NULL ? field_find(r, name) : NULL;

	if (f != NULL && f->secret)
		return;
	json_begin(w);
	json_str(w, "field", name);
	put_side(w, "before", f, before);
	put_side(w, "after", f, after);
	json_end(w);
}

static const struct json *
member(const struct json *o, struct str name)
{
	for (size_t i = 0; o != NULL && i < o->count; i++) {
		if (str_eq(o->names[i], name))
			return &o->items[i];
	}
	return NULL;
}

static enum rc
put_changes(struct ctx *c, struct json_writer *w, const struct resource *r, struct str before_text, struct str after_text)
{
	const struct json *before, *after;
	enum rc rc = parse_side(c, before_text, &before);

	if (rc == RC_OK)
		rc = parse_side(c, after_text, &after);
	if (rc != RC_OK)
		return rc;
	json_key(w, "changes");
	json_list(w);
	for (size_t i = 0; before != NULL && i < before->count; i++)
		put_change(w, r, before->names[i], &before->items[i], member(after, before->names[i]));
	for (size_t i = 0; after != NULL && i < after->count; i++) {
		if (member(before, after->names[i]) == NULL)
			put_change(w, r, after->names[i], NULL, &after->items[i]);
	}
	json_list_end(w);
	return RC_OK;
}

static const struct db_sql sql_row = { "history.row",
	"SELECT id, at_ms, actor_name, verb, comment, before_json, after_json FROM audit"
	" WHERE county = :county AND resource = :resource AND record_id = :id AND id < :before ORDER BY id DESC LIMIT 101" };

enum rc
history_print(struct ctx *c, const struct resource *r, int64_t id, struct str after, struct json_writer *out)
{
	DB_STMT st = NULL;
	bool row = false;
	int64_t before = INT64_MAX, next = 0;
	int shown = 0;
	enum rc rc;

	if (after.p != NULL && (!str_i64(after, &before) || before <= 0))
		return fail(&c->err, RC_INVALID, "after", "游标无效", "not a cursor");
	rc = db_prepare(c->db, &sql_row, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_str(st, "resource", str_from_c(r->name));
	db_bind_i64(st, "id", id);
	db_bind_i64(st, "before", before);
	json_begin(out);
	json_key(out, "items");
	json_list(out);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row && shown++ < PAGE) {
		next = db_col_i64(st, 0);
		json_begin(out);
		json_int(out, "at_ms", db_col_i64(st, 1));
		json_str(out, "actor", db_col_str(st, 2));
		json_str(out, "verb", db_col_str(st, 3));
		json_str(out, "comment", db_col_str(st, 4));
		rc = put_changes(c, out, r, db_col_str(st, 5), db_col_str(st, 6));
		if (rc != RC_OK)
			return rc;
		json_end(out);
	}
	json_list_end(out);
	json_id(out, "next", row ? next : 0);
	json_end(out);
	return rc;
}

/* ---- the whole trail ---- */

struct wanted {
	struct str resource, verb;
	int64_t record_id, actor, from_ms, to_ms, before;
	int limit;
};

static enum rc
number(struct ctx *c, const struct http_request *q, const char *name, int64_t *v)
{
	struct str text = http_param(q, name);

	if (text.p != NULL && (!str_i64(text, v) || *v < 0))
		return fail(&c->err, RC_INVALID, name, "须为非负整数", "must be a whole number");
	return RC_OK;
}

static enum rc
parse_wanted(struct ctx *c, const struct http_request *q, struct wanted *x)
{
	const struct { const char *name; int64_t *v; } numbers[] = { { "record_id", &x->record_id }, { "actor", &x->actor },
		{ "from_ms", &x->from_ms }, { "to_ms", &x->to_ms } };
	enum rc rc = page_of_list(c, q, &x->limit, &x->before);

	for (size_t i = 0; rc == RC_OK && i < ARRAY_LEN(numbers); i++) {
		*numbers[i].v = NIL;
		rc = number(c, q, numbers[i].name, numbers[i].v);
	}
	x->resource = http_param(q, "resource");
	x->verb = http_param(q, "verb");
	if (x->before == 0)
		x->before = INT64_MAX;
	return rc;
}

static enum rc
prepare(struct ctx *c, const struct wanted *x, struct db_stmt **st)
{
	struct db_sql sql = { .name = "audit.list" };
	struct scope scope = { 0 };
	struct sb b;
	enum rc rc;

	sb_init(&b, c->mem, SQL_MAX);
	sb_add(&b, "SELECT a.id, a.at_ms, a.actor_id, a.actor_name, a.verb, a.resource, a.record_id, a.comment, a.before_json,"
		" a.after_json, a.client_ip FROM audit a WHERE a.county = :county AND a.id < :before");
	sb_add(&b, x->resource.p != NULL ? " AND a.resource = :resource" : "");
	sb_add(&b, x->verb.p != NULL ? " AND a.verb = :verb" : "");
	sb_add(&b, x->record_id != NIL ? " AND a.record_id = :record_id" : "");
	sb_add(&b, x->actor != NIL ? " AND a.actor_id = :actor" : "");
	sb_add(&b, x->from_ms != NIL ? " AND a.at_ms >= :from_ms" : "");
	sb_add(&b, x->to_ms != NIL ? " AND a.at_ms < :to_ms" : "");
	rc = scope_sql(c, "org.audit", "a", &b, &scope);
	sb_add(&b, " ORDER BY a.id DESC LIMIT :limit");
	sql.text = sb_str(&b).p;
	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql, st, &c->err);
	if (rc != RC_OK)
		return rc;
	scope_bind(*st, &scope);
	db_bind_i64(*st, "county", c->county);
	db_bind_i64(*st, "before", x->before);
	db_bind_i64(*st, "limit", x->limit + 1);
	if (x->resource.p != NULL)
		db_bind_str(*st, "resource", x->resource);
	if (x->verb.p != NULL)
		db_bind_str(*st, "verb", x->verb);
	if (x->record_id != NIL)
		db_bind_i64(*st, "record_id", x->record_id);
	if (x->actor != NIL)
		db_bind_i64(*st, "actor", x->actor);
	if (x->from_ms != NIL)
		db_bind_i64(*st, "from_ms", x->from_ms);
	if (x->to_ms != NIL)
		db_bind_i64(*st, "to_ms", x->to_ms);
	return RC_OK;
}

static enum rc
put_trail(struct ctx *c, struct json_writer *w, const struct wanted *x)
{
	DB_STMT st = NULL;
	bool row = false;
	int64_t next = 0;
	int shown = 0;
	enum rc rc = prepare(c, x, &st);

	json_key(w, "items");
	json_list(w);
	while (rc == RC_OK && (rc = db_step(st, &row, &c->err)) == RC_OK && row && shown++ < x->limit) {
		next = db_col_i64(st, 0);
		json_begin(w);
		json_id(w, "id", next);
		json_int(w, "at_ms", db_col_i64(st, 1));
		json_id(w, "actor_id", db_col_i64(st, 2));
		json_str(w, "actor", db_col_str(st, 3));
		json_str(w, "verb", db_col_str(st, 4));
		json_str(w, "resource", db_col_str(st, 5));
		json_id(w, "record_id", db_col_i64(st, 6));
		json_str(w, "comment", db_col_str(st, 7));
		json_str(w, "client_ip", db_col_str(st, 10));
		rc = put_changes(c, w, resource_find(c->app, db_col_str(st, 5)), db_col_str(st, 8), db_col_str(st, 9));
		json_end(w);
	}
	json_list_end(w);
	json_id(w, "next", row ? next : 0);
	return rc;
}

static enum rc
trail(struct ctx *c, struct http_request *q)
{
	struct wanted x = { 0 };
	struct json_writer w;
	struct sb b;
	enum rc rc = parse_wanted(c, q, &x);

	if (rc != RC_OK)
		return rc;
	sb_init(&b, c->mem, LIST_MAX);
	json_writer_init(&w, &b);
	json_begin(&w);
	rc = put_trail(c, &w, &x);
	json_end(&w);
	if (rc == RC_OK && b.truncated)
		rc = fail_code(&c->err, RC_LIMIT, "too-large", NULL, "结果过大，请减少每页行数", "the answer is too large, ask for fewer rows");
	if (rc == RC_OK)
		rest_reply(q, 200, sb_str(&b));
	return rc;
}

#define NULLABLE "{\"type\":[\"string\",\"null\"]}"

const struct route audit_routes[] = {
	{ HTTP_GET, "/api/v1/audit", trail, "org.audit", .summary = { "操作留痕", "The audit trail of the reader's scope" },
		.query = "resource:string:|record_id:integer:|actor:integer:account key|verb:string:|from_ms:integer:|to_ms:integer:"
			"|limit:integer:1 to 200|after:string:cursor",
		.reply = "{\"type\":\"object\",\"properties\":{\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
			"\"id\":{\"type\":\"string\"},\"at_ms\":{\"type\":\"integer\"},\"actor_id\":" NULLABLE ",\"actor\":" NULLABLE ","
			"\"verb\":{\"type\":\"string\"},\"resource\":" NULLABLE ",\"record_id\":" NULLABLE ",\"comment\":" NULLABLE ","
			"\"client_ip\":" NULLABLE ",\"changes\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
			"\"field\":{\"type\":\"string\"},\"before\":true,\"after\":true},\"required\":[\"field\",\"before\",\"after\"],"
			"\"additionalProperties\":false}}},\"required\":[\"id\",\"at_ms\",\"verb\",\"changes\"],\"additionalProperties\":false}},"
			"\"next\":" NULLABLE "},\"required\":[\"items\",\"next\"],\"additionalProperties\":false}" },
	{ 0 },
};

/* own_routes.c - what everybody may do with his own: sessions, consents, requests for his own data. */
#include "base/base.h"
#include "core/file.h"
#include "core/record.h"
#include "core/rest.h"
#include "mod/org/login.h"
#include "mod/org/org_priv.h"

/* Rows of a resource that belong to the actor, newest first, as {"items":[…]}. */
static enum rc
print_own(struct ctx *c, struct http_request *q, const struct resource *r, const char *by, int64_t value, const char *state)
{
	struct actor as;
	struct ctx own = org_elevated(c, &as);
	struct query query = { .limit = 100, .descending = true };
	struct json_writer w;
	struct sb b;
	const struct field *f = field_find(r, str_from_c(by));

	query.filters[query.filter_count++] = (struct filter){ .field = f, .column = by, .op = OP_EQ,
		.value = str_fmt(c->mem, LLD, LL(value)) };
	if (state != NULL)
		query.filters[query.filter_count++] = (struct filter){ .field = field_find(r, S("state")), .column = "state", .op = OP_EQ,
			.value = str_from_c(state) };
	sb_init(&b, c->mem, 1 << 20);
	json_writer_init(&w, &b);
	enum rc rc = query_print(&own, r, &query, &w);
	c->err = own.err;
	if (rc != RC_OK)
		return rc;
	rest_reply(q, 200, sb_str(&b));
	return RC_OK;
}

static enum rc
need_person(struct ctx *c)
{
	if (c->actor->person_id != 0)
		return RC_OK;
	return fail_code(&c->err, RC_NOT_FOUND, "no-person", NULL, "该账号没有对应的人员档案，请联系管理员",
		"this account is not linked to a person; ask an administrator");
}

enum rc
own_sessions_get(struct ctx *c, struct http_request *q)
{
	return print_own(c, q, &resource_sessions, "user_id", c->actor->user_id, "active");
}

static const struct db_sql sql_own_session = { "session.own",
	"SELECT id FROM login_session WHERE county = :county AND id = :id AND user_id = :user AND state = 'active'" };

enum rc
own_session_end(struct ctx *c, struct http_request *q)
{
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	int64_t id;
	bool row = false;
	enum rc rc = rest_path_id(c, q, "id", &id);

	if (rc == RC_OK)
		rc = session_only(c);
	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_own_session, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	db_bind_i64(st, "user", c->actor->user_id);
	rc = db_step(st, &row, &c->err);
	db_finish(&st);
	if (rc == RC_OK && !row)
		return fail(&c->err, RC_NOT_FOUND, NULL, "没有这个会话", "there is no such session");
	if (rc == RC_OK)
		rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = session_end(c, c->actor->user_id, id, 0, "own-list");
	if (rc == RC_OK)
		rc = org_commit(c, &tx);
	if (rc != RC_OK)
		return rc;
	auth_forget(c->app, c->actor->user_id);
	http_reply(q, 204, NULL, S(""));
	return RC_OK;
}

/* ---- consents ---- */

enum rc
own_consents_get(struct ctx *c, struct http_request *q)
{
	enum rc rc = need_person(c);

	return rc != RC_OK ? rc : print_own(c, q, &resource_consents, "person_id", c->actor->person_id, NULL);
}

/* Creates from a body made here, as the program but in this account's name, and replies with the row. */
static enum rc
create_own(struct ctx *c, struct http_request *q, const struct resource *r, struct str body)
{
	struct actor as;
	struct ctx own = org_elevated(c, &as);
	struct json *v;
	struct json_writer w;
	struct sb b;
	int64_t id;
	enum rc rc = json_parse(c->mem, body, 1 << 16, &v, &own.err);

	if (rc == RC_OK)
		rc = record_create(&own, r, v, &id);
	sb_init(&b, c->mem, 1 << 18);
	json_writer_init(&w, &b);
	if (rc == RC_OK)
		rc = record_read(&own, r, id, false, &w);
	c->err = own.err;
	c->errors = own.errors;
	c->error_count = own.error_count;
	if (rc != RC_OK)
		return rc;
	rest_reply(q, 201, sb_str(&b));
	return RC_OK;
}

enum rc
own_consents_post(struct ctx *c, struct http_request *q)
{
	const struct json *in;
	struct json_writer w;
	struct sb b;
	enum rc rc = need_person(c);

	if (rc == RC_OK)
		rc = session_only(c);
	if (rc == RC_OK)
		rc = rest_body(c, q, &in);
	if (rc != RC_OK)
		return rc;
	sb_init(&b, c->mem, 1 << 16);
	json_writer_init(&w, &b);
	json_begin(&w);
	json_str(&w, "wording", json_text(in, "wording"));
	json_str(&w, "purpose", json_text(in, "purpose"));
	json_c(&w, "channel", "phone");
	json_id(&w, "person_id", c->actor->person_id);
	json_id(&w, "org_id", c->actor->org_id);
	json_int(&w, "given_ms", c->now_ms);
	json_end(&w);
	return create_own(c, q, &resource_consents, sb_str(&b));
}

enum rc
own_consent_withdraw(struct ctx *c, struct http_request *q)
{
	struct actor as;
	struct ctx own = org_elevated(c, &as);
	struct record_head h;
	struct consent s;
	int64_t id;
	enum rc rc = rest_path_id(c, q, "id", &id);

	if (rc == RC_OK)
		rc = need_person(c);
	if (rc != RC_OK)
		return rc;
	rc = record_load(&own, &resource_consents, id, NULL, &h, &s);
	if (rc == RC_OK && h.person_id != c->actor->person_id)
		rc = fail(&own.err, RC_NOT_FOUND, NULL, "记录不存在", "there is no such record");
	if (rc == RC_OK)
		rc = record_move_system(&own, &resource_consents, id, "withdraw", S(""));
	c->err = own.err;
	if (rc == RC_OK)
		http_reply(q, 204, NULL, S(""));
	return rc;
}

/* ---- requests ---- */

enum rc
own_requests_get(struct ctx *c, struct http_request *q)
{
	return print_own(c, q, &resource_data_requests, "user_id", c->actor->user_id, NULL);
}

enum rc
own_requests_post(struct ctx *c, struct http_request *q)
{
	const struct json *in;
	struct json_writer w;
	struct sb b;
	enum rc rc = session_only(c);

	if (rc == RC_OK)
		rc = rest_body(c, q, &in);
	if (rc != RC_OK)
		return rc;
	sb_init(&b, c->mem, 1 << 16);
	json_writer_init(&w, &b);
	json_begin(&w);
	json_str(&w, "kind", json_text(in, "kind"));
	json_str(&w, "reason", json_text(in, "reason"));
	json_id(&w, "user_id", c->actor->user_id);
	json_id(&w, "person_id", c->actor->person_id);
	json_end(&w);
	return create_own(c, q, &resource_data_requests, sb_str(&b));
}

enum rc
own_request_file(struct ctx *c, struct http_request *q)
{
	struct actor as;
	struct ctx own = org_elevated(c, &as);
	struct record_head h;
	struct data_request r;
	struct file_info f;
	int64_t id, bytes = 0;
	int fd = -1;
	enum rc rc = rest_path_id(c, q, "id", &id);

	if (rc != RC_OK)
		return rc;
	rc = record_load(&own, &resource_data_requests, id, NULL, &h, &r);
	if (rc == RC_OK && (r.user_id != c->actor->user_id || r.result == NIL || r.result == 0))
		rc = fail(&own.err, RC_NOT_FOUND, NULL, "没有可下载的文件", "there is no file to download");
	if (rc == RC_OK)
		rc = file_info(&own, r.result, &f);
	if (rc == RC_OK)
		rc = file_open(&own, &f, "", &fd, &bytes);
	c->err = own.err;
	if (rc != RC_OK)
		return rc;
	http_set_header(q, "Content-Disposition", S("attachment; filename=\"my-data.json\""));
	http_set_header(q, "Cache-Control", S("no-store"));
	http_reply_file(q, "application/json", fd, bytes, NULL);
	return RC_OK;
}

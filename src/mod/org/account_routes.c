/* account_routes.c - what administrators do with other people's accounts, and what they read to do it. */
#include "base/base.h"
#include "base/hash.h"
#include <string.h>
#include "core/audit.h"
#include "core/division.h"
#include "core/keyring.h"
#include "core/record.h"
#include "core/rest.h"
#include "core/rule.h"
#include "mod/org/login.h"
#include "mod/org/org_priv.h"

enum { TOKEN_BYTES = 32, TOKEN_DAYS_MAX = 365 };

/* The account of the path, within the actor's reach and not above him. */
static enum rc
managed_user(struct ctx *c, struct http_request *q, struct record_head *h, struct user *u)
{
	int64_t id;
	enum rc rc = rest_path_id(c, q, "id", &id);

	if (rc == RC_OK)
		rc = record_load(c, &resource_users, id, "org.accounts", h, u);
	if (rc == RC_OK)
		rc = auth_outranks(c, id);
	return rc;
}

enum rc
user_reset_password(struct ctx *c, struct http_request *q)
{
	DB_TX tx = { 0 };
	struct record_head h;
	struct user u;
	struct str phc, password;
	struct json_writer w;
	struct sb b;
	enum rc rc = managed_user(c, q, &h, &u);

	if (rc == RC_OK && h.id == c->actor->user_id)
		return fail_code(&c->err, RC_DENIED, "own-account", NULL, "自己的口令请用“修改口令”", "change your own password instead");
	if (rc != RC_OK)
		return rc;
	password = password_make(c->mem, c->app->rand);
	rc = password_hash(c, password, &phc);
	if (rc == RC_OK)
		rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = credential_set(c, h.id, phc, true, 0);
	if (rc == RC_OK)
		rc = guard_leave(c, u.login, true);
	if (rc == RC_OK)
		rc = audit_act(c, "password-reset", "users", h.id, S(""));
	if (rc == RC_OK)
		rc = org_commit(c, &tx);
	if (rc != RC_OK)
		return rc;
	auth_forget(c->app, h.id);
	sb_init(&b, c->mem, 1024);
	json_writer_init(&w, &b);
	json_begin(&w);
	json_str(&w, "login", u.login);
	json_str(&w, "password", password);
	json_end(&w);
	rest_reply(q, 200, sb_str(&b));
	return RC_OK;
}

static enum rc
after_user_change(struct ctx *c, struct http_request *q, struct db_tx *tx, int64_t user_id, const char *verb)
{
	enum rc rc = audit_act(c, verb, "users", user_id, S(""));

	if (rc == RC_OK)
		rc = org_commit(c, tx);
	if (rc != RC_OK)
		return rc;
	auth_forget(c->app, user_id);
	http_reply(q, 204, NULL, S(""));
	return RC_OK;
}

enum rc
user_remove_totp(struct ctx *c, struct http_request *q)
{
	DB_TX tx = { 0 };
	struct record_head h;
	struct user u;
	enum rc rc = managed_user(c, q, &h, &u);

	if (rc == RC_OK && h.id == c->actor->user_id)
		return fail_code(&c->err, RC_DENIED, "own-account", NULL, "自己的动态口令请在个人设置中停用", "remove your own second factor in your settings");
	if (rc == RC_OK)
		rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = totp_drop(c, h.id);
	if (rc == RC_OK)
		rc = session_end(c, h.id, 0, 0, "totp-removed");
	return rc == RC_OK ? after_user_change(c, q, &tx, h.id, "totp-removed") : rc;
}

enum rc
user_sessions_out(struct ctx *c, struct http_request *q)
{
	DB_TX tx = { 0 };
	struct record_head h;
	struct user u;
	enum rc rc = managed_user(c, q, &h, &u);

	if (rc == RC_OK)
		rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = session_end(c, h.id, 0, 0, "administrator");
	return rc == RC_OK ? after_user_change(c, q, &tx, h.id, "sessions-ended") : rc;
}

/* ---- tokens ---- */

struct issue {
	struct str name, permissions;
	int64_t user_id, days;
};

static enum rc
read_issue(struct ctx *c, struct http_request *q, struct issue *out)
{
	const struct json *body, *permissions;
	struct json_writer w;
	struct sb b;
	enum rc rc = rest_body(c, q, &body);

	if (rc != RC_OK)
		return rc;
	out->name = str_trim(json_text(body, "name"));
	out->user_id = json_get(body, "user_id") != NULL ? json_i64(body, "user_id") : c->actor->user_id;
	out->days = json_get(body, "days") != NULL ? json_i64(body, "days") : 90;
	permissions = json_get(body, "permissions");
	if (out->name.n == 0 || out->name.n > 180)
		return fail(&c->err, RC_INVALID, "name", "请填写用途，最长 60 字", "say what it is for, at most 60 characters");
	if (out->days < 1 || out->days > TOKEN_DAYS_MAX)
		return fail(&c->err, RC_INVALID, "days", "有效期为 1 到 %d 天", "it may live 1 to %d days", TOKEN_DAYS_MAX);
	if (permissions == NULL || permissions->type != J_ARRAY || permissions->count == 0)
		return fail(&c->err, RC_INVALID, "permissions", "请至少选择一项权限", "choose at least one permission");
	sb_init(&b, c->mem, 8192);
	json_writer_init(&w, &b);
	json_print(&w, permissions);
	if (b.truncated)
		return fail(&c->err, RC_INVALID, "permissions", "权限过多", "too many permissions");
	out->permissions = sb_str(&b);
	return RC_OK;
}

/* Every permission must exist and be one the account holds somewhere: a token that can do nothing is a mistake. */
static enum rc
check_permissions(struct ctx *c, const struct issue *in)
{
	struct actor holder = { .kind = ACTOR_USER };
	struct json *list;
	enum rc rc = auth_grants(c, in->user_id, &holder.grants, &holder.grant_count);

	if (rc == RC_OK)
		rc = json_parse(c->mem, in->permissions, 8192, &list, &c->err);
	for (size_t i = 0; rc == RC_OK && i < list->count; i++) {
		struct str name = list->items[i].type == J_STRING ? list->items[i].s : S("");

		if (!permission_known(c->app, name))
			return fail(&c->err, RC_INVALID, "permissions", "没有名为“" STR_FMT "”的权限", "there is no permission “" STR_FMT "”",
				STR_ARG(name));
		if (!actor_may(&holder, str_c(c->mem, name)))
			return fail_code(&c->err, RC_DENIED, "escalation", "permissions", "该账号没有“" STR_FMT "”权限",
				"the account does not hold “" STR_FMT "”", STR_ARG(name));
	}
	return rc;
}

static enum rc
store_token(struct ctx *c, const struct issue *in, const struct record_head *uh, struct str token, int64_t *id)
{
	DB_TX tx = { 0 };
	struct record_head h = { .division = uh->division, .org_id = uh->org_id, .person_id = uh->person_id };
	struct api_token t;

	record_init(&resource_api_tokens, &t);
	t.name = in->name;
	t.user_id = in->user_id;
	t.permissions = in->permissions;
	t.hint = str_sub(token, 0, 8);
	t.expires_ms = c->now_ms + in->days * DAY_MS;
	t.token_hash = sha256_hex(c->mem, token);
	enum rc rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = record_insert(c, &resource_api_tokens, &h, &t);
	if (rc == RC_OK)
		rc = org_commit(c, &tx);
	*id = h.id;
	return rc;
}

enum rc
token_issue(struct ctx *c, struct http_request *q)
{
	unsigned char raw[TOKEN_BYTES];
	struct issue in;
	struct record_head uh;
	struct user u;
	struct json_writer w;
	struct sb b;
	int64_t id;
	enum rc rc = session_only(c);

	if (rc == RC_OK)
		rc = read_issue(c, q, &in);
	if (rc == RC_OK)
		rc = record_load(c, &resource_users, in.user_id, "org.accounts", &uh, &u);
	if (rc == RC_OK)
		rc = auth_outranks(c, in.user_id);
	if (rc == RC_OK)
		rc = check_permissions(c, &in);
	if (rc != RC_OK)
		return rc;
	rand_fill(c->app->rand, raw, sizeof(raw));
	struct str token = str_fmt(c->mem, "ezt_" STR_FMT, STR_ARG(b64u_encode(c->mem, raw, sizeof(raw))));
	explicit_bzero(raw, sizeof(raw));
	rc = store_token(c, &in, &uh, token, &id);
	if (rc != RC_OK)
		return rc;
	sb_init(&b, c->mem, 1024);
	json_writer_init(&w, &b);
	json_begin(&w);
	json_id(&w, "id", id);
	json_str(&w, "token", token);
	json_int(&w, "expires_ms", c->now_ms + in.days * DAY_MS);
	json_end(&w);
	rest_reply(q, 201, sb_str(&b));
	return RC_OK;
}

/* ---- what there is to choose from ---- */

enum rc
permissions_get(struct ctx *c, struct http_request *q)
{
	struct json_writer w;
	struct sb b;

	sb_init(&b, c->mem, 1 << 16);
	json_writer_init(&w, &b);
	json_begin(&w);
	json_key(&w, "items");
	json_list(&w);
	for (size_t i = 0; c->app->modules[i] != NULL; i++)
		for (const struct permission *p = c->app->modules[i]->permissions; p != NULL && p->name != NULL; p++) {
			json_begin(&w);
			json_c(&w, "name", p->name);
			json_label(&w, "label", p->label);
			json_c(&w, "module", c->app->modules[i]->name);
			json_label(&w, "module_label", c->app->modules[i]->label);
			json_flag(&w, "held", actor_may(c->actor, p->name));
			json_end(&w);
		}
	json_list_end(&w);
	json_end(&w);
	rest_reply(q, 200, sb_str(&b));
	return RC_OK;
}

static const char *
rule_type_name(enum rule_type t)
{
	return t == RULE_INT ? "int" : t == RULE_BOOL ? "bool" : t == RULE_ENUM ? "enum" : "json";
}

static enum rc
print_rule(struct ctx *c, const struct rule_preset *p, struct json_writer *w)
{
	const struct json *value;
	int64_t rule_id;
	enum rc rc = rule_json(c, p->name, NIL, &value, &rule_id);

	if (rc != RC_OK)
		return rc;
	json_begin(w);
	json_c(w, "name", p->name);
	json_label(w, "label", p->label);
	json_label(w, "help", p->help);
	json_c(w, "type", rule_type_name(p->type));
	json_int(w, "min", p->type == RULE_INT ? p->min : NIL);
	json_int(w, "max", p->type == RULE_INT ? p->max : NIL);
	json_str(w, "choices", p->choices != NULL ? str_from_c(p->choices) : (struct str){ 0 });
	json_key(w, "preset");
	json_put_raw(w, str_from_c(p->value));
	json_key(w, "value");
	json_print(w, value);
	json_id(w, "rule_id", rule_id);
	json_end(w);
	return RC_OK;
}

enum rc
rules_get(struct ctx *c, struct http_request *q)
{
	struct json_writer w;
	struct sb b;
	enum rc rc = RC_OK;

	sb_init(&b, c->mem, 1 << 18);
	json_writer_init(&w, &b);
	json_begin(&w);
	json_key(&w, "items");
	json_list(&w);
	for (const struct rule_preset *p = core_presets; rc == RC_OK && p->name != NULL; p++)
		rc = print_rule(c, p, &w);
	for (size_t i = 0; rc == RC_OK && c->app->modules[i] != NULL; i++)
		for (const struct rule_preset *p = c->app->modules[i]->presets; rc == RC_OK && p != NULL && p->name != NULL; p++)
			rc = print_rule(c, p, &w);
	if (rc != RC_OK)
		return rc;
	json_list_end(&w);
	json_end(&w);
	rest_reply(q, 200, sb_str(&b));
	return RC_OK;
}

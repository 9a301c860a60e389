/* routes.c - the paths of module org that are not records, its listeners and its job. */
#include "base/base.h"
#include "core/event.h"
#include "mod/org/org_priv.h"

#define TEXT "{\"type\":\"string\"}"
#define CODE_BODY "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"code\"],\"properties\":{\"code\":{\"type\":\"string\",\"pattern\":\"^[0-9]{6}$\"}}}"
#define ITEMS "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"next\":{\"type\":[\"string\",\"null\"]},\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}}}}"
#define ROW "{\"type\":\"object\",\"required\":[\"id\"],\"properties\":{\"id\":" TEXT "}}"
#define SESSION \
	"{\"type\":\"object\",\"required\":[\"user\",\"csrf\",\"must_change\",\"totp_required\",\"permissions\",\"county\",\"lang\",\"demo\"]," \
	"\"properties\":{\"user\":{\"type\":\"object\",\"required\":[\"id\",\"name\",\"login\"],\"properties\":{\"id\":" TEXT ",\"name\":" TEXT \
	",\"login\":" TEXT ",\"org_id\":{\"type\":[\"string\",\"null\"]},\"org\":{\"type\":[\"string\",\"null\"]}," \
	"\"person_id\":{\"type\":[\"string\",\"null\"]}}},\"csrf\":{\"type\":[\"string\",\"null\"]},\"must_change\":{\"type\":\"boolean\"}," \
	"\"totp_required\":{\"type\":\"boolean\"},\"second_factor\":{\"type\":\"boolean\"}," \
	"\"permissions\":{\"type\":\"array\",\"items\":" TEXT "},\"county\":{\"type\":\"object\",\"properties\":{\"code\":" TEXT ",\"name\":" TEXT \
	"}},\"lang\":{\"enum\":[\"zh\",\"en\"]},\"demo\":{\"type\":\"boolean\"}}}"

const struct route org_routes[] = {
	{ HTTP_POST, "/api/v1/session", session_post, .flags = ROUTE_PUBLIC | ROUTE_NO_CSRF, .body_max = 4096,
		.summary = { "登录", "Log in" },
		.body = "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"login\",\"password\"],\"properties\":{\"login\":"
			"{\"type\":\"string\",\"minLength\":1,\"maxLength\":64},\"password\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":512},"
			"\"totp\":{\"type\":\"string\",\"maxLength\":6}}}",
		.reply = SESSION },
	{ HTTP_GET, "/api/v1/session", session_get, .flags = ROUTE_ANY, .summary = { "当前登录", "The current session" }, .reply = SESSION },
	{ HTTP_DELETE, "/api/v1/session", session_delete, .flags = ROUTE_ANY, .summary = { "退出登录", "Log out" }, .status = 204 },
	{ HTTP_POST, "/api/v1/session/everywhere-out", session_everywhere_out, .flags = ROUTE_ANY,
		.summary = { "在所有设备上退出", "Log out everywhere" }, .status = 204 },
	{ HTTP_POST, "/api/v1/session/password", session_password, .flags = ROUTE_ANY, .body_max = 4096,
		.summary = { "修改口令", "Change the own password" },
		.body = "{\"type\":\"object\",\"required\":[\"old\",\"new\"],\"properties\":{\"old\":" TEXT ",\"new\":" TEXT "}}", .status = 204 },
	{ HTTP_POST, "/api/v1/session/totp", session_totp_start, .flags = ROUTE_ANY,
		.summary = { "开始启用动态口令", "Begin a second factor" },
		.reply = "{\"type\":\"object\",\"required\":[\"secret\",\"uri\"],\"properties\":{\"secret\":" TEXT ",\"uri\":" TEXT "}}" },
	{ HTTP_POST, "/api/v1/session/totp/confirm", session_totp_confirm, .flags = ROUTE_ANY,
		.summary = { "确认动态口令", "Confirm the second factor" }, .body = CODE_BODY, .reply = SESSION },
	{ HTTP_DELETE, "/api/v1/session/totp", session_totp_remove, .flags = ROUTE_ANY, .body_max = 4096,
		.summary = { "停用动态口令", "Remove the second factor" }, .body = CODE_BODY, .reply = SESSION },

	{ HTTP_GET, "/api/v1/own/sessions", own_sessions_get, .flags = ROUTE_ANY, .summary = { "我的登录设备", "My sessions" }, .reply = ITEMS },
	{ HTTP_POST, "/api/v1/own/sessions/{id}/end", own_session_end, .flags = ROUTE_ANY,
		.summary = { "退出一个设备", "End one of my sessions" }, .status = 204 },
	{ HTTP_GET, "/api/v1/own/consents", own_consents_get, .flags = ROUTE_ANY, .summary = { "我的同意记录", "My consents" }, .reply = ITEMS },
	{ HTTP_POST, "/api/v1/own/consents", own_consents_post, .flags = ROUTE_ANY, .summary = { "表示同意", "Give consent" },
		.body = "{\"type\":\"object\",\"required\":[\"wording\",\"purpose\"],\"properties\":{\"wording\":" TEXT ",\"purpose\":" TEXT "}}",
		.reply = ROW, .status = 201 },
	{ HTTP_POST, "/api/v1/own/consents/{id}/withdraw", own_consent_withdraw, .flags = ROUTE_ANY,
		.summary = { "撤回同意", "Withdraw consent" }, .status = 204 },
	{ HTTP_GET, "/api/v1/own/data-requests", own_requests_get, .flags = ROUTE_ANY,
		.summary = { "我的个人信息请求", "My personal data requests" }, .reply = ITEMS },
	{ HTTP_POST, "/api/v1/own/data-requests", own_requests_post, .flags = ROUTE_ANY,
		.summary = { "提出个人信息请求", "Ask for a copy or the erasure of my data" },
		.body = "{\"type\":\"object\",\"required\":[\"kind\"],\"properties\":{\"kind\":{\"enum\":[\"export\",\"erasure\"]},\"reason\":" TEXT "}}",
		.reply = ROW, .status = 201 },
	{ HTTP_GET, "/api/v1/own/data-requests/{id}/file", own_request_file, .flags = ROUTE_ANY | ROUTE_STREAM,
		.summary = { "下载我的个人信息", "Download my data" },
		.reply = "{\"type\":\"object\",\"required\":[\"records\",\"acts\"]}" },

	{ HTTP_POST, "/api/v1/users/{id}/reset-password", user_reset_password, "org.accounts",
		.summary = { "重置口令，返回一次性口令", "Reset a password; answers the one-time password" },
		.reply = "{\"type\":\"object\",\"required\":[\"password\"],\"properties\":{\"login\":" TEXT ",\"password\":" TEXT "}}" },
	{ HTTP_DELETE, "/api/v1/users/{id}/totp", user_remove_totp, "org.accounts",
		.summary = { "移除他人的动态口令", "Remove somebody's second factor" }, .status = 204 },
	{ HTTP_POST, "/api/v1/users/{id}/end-sessions", user_sessions_out, "org.accounts",
		.summary = { "强制退出全部设备", "End all sessions of an account" }, .status = 204 },
	{ HTTP_POST, "/api/v1/api-tokens/issue", token_issue, "org.accounts",
		.summary = { "签发接口令牌，只显示一次", "Issue an API token; shown once" },
		.body = "{\"type\":\"object\",\"required\":[\"name\",\"permissions\"],\"properties\":{\"name\":" TEXT ",\"user_id\":" TEXT
			",\"permissions\":{\"type\":\"array\",\"minItems\":1,\"items\":" TEXT "},\"days\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":365}}}",
		.reply = "{\"type\":\"object\",\"required\":[\"id\",\"token\",\"expires_ms\"],\"properties\":{\"id\":" TEXT ",\"token\":" TEXT
			",\"expires_ms\":{\"type\":\"integer\"}}}", .status = 201 },
	{ HTTP_GET, "/api/v1/permissions", permissions_get, "org.roles", .summary = { "全部权限", "All permissions" }, .reply = ITEMS },
	{ HTTP_GET, "/api/v1/rules", rules_get, "org.rules", .summary = { "全部县级规则及现值", "All county rules with their values" },
		.reply = ITEMS },

	{ HTTP_GET, "/api/v1/divisions", divisions_get, .flags = ROUTE_ANY, .summary = { "行政区划", "Divisions" },
		.query = "parent:string:12-digit code, children of|under:string:12-digit code, subtree of|level:integer:1 to 5|q:string:part of a"
			" present or former name|ended:integer:1 shows those that ended too", .reply = ITEMS },
	{ HTTP_GET, "/api/v1/divisions/{code}/history", division_history, .flags = ROUTE_ANY,
		.summary = { "区划变更历史", "History of a division" }, .reply = ITEMS },
	{ HTTP_POST, "/api/v1/divisions/merge", division_merge, "org.rules", .summary = { "撤并", "Merge divisions" },
		.body = "{\"type\":\"object\",\"required\":[\"from\",\"into\"],\"properties\":{\"from\":{\"type\":\"array\",\"items\":" TEXT
			"},\"into\":" TEXT ",\"on\":" TEXT ",\"note\":" TEXT "}}", .status = 204 },
	{ HTTP_POST, "/api/v1/divisions/split", division_split, "org.rules", .summary = { "拆分", "Split a division" },
		.body = "{\"type\":\"object\",\"required\":[\"code\",\"into\"],\"properties\":{\"code\":" TEXT
			",\"into\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"code\":" TEXT ",\"name\":" TEXT
			"}}},\"ends\":{\"type\":\"boolean\"},\"on\":" TEXT ",\"note\":" TEXT "}}", .status = 204 },
	{ HTTP_POST, "/api/v1/divisions/rename", division_rename, "org.rules", .summary = { "更名", "Rename a division" },
		.body = "{\"type\":\"object\",\"required\":[\"code\",\"name\"],\"properties\":{\"code\":" TEXT ",\"name\":" TEXT ",\"on\":" TEXT
			",\"note\":" TEXT "}}", .status = 204 },
	{ 0 },
};

/* After the commit: nobody keeps what a change of accounts, roles or grants took away. */
static enum rc
forget_everyone(struct ctx *c, const struct event *e)
{
	(void)e;
	auth_forget(c->app, 0);
	return RC_OK;
}

static enum rc
forget_account(struct ctx *c, const struct event *e)
{
	auth_forget(c->app, e->record_id);
	return RC_OK;
}

static const struct db_sql sql_grantee = { "grants.user", "SELECT user_id FROM access_grant WHERE county = :county AND id = :id" };
static const struct db_sql sql_session_user = { "sessions.user", "SELECT user_id FROM login_session WHERE county = :county AND id = :id" };
static const struct db_sql sql_token_user = { "tokens.user", "SELECT user_id FROM api_token WHERE county = :county AND id = :id" };

static enum rc
forget_user_of(struct ctx *c, const struct db_sql *sql, int64_t id)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, sql, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	rc = db_step(st, &row, &c->err);
	if (rc == RC_OK && row)
		auth_forget(c->app, db_col_i64(st, 0));
	return rc;
}

static enum rc
forget_grantee(struct ctx *c, const struct event *e)
{
	return forget_user_of(c, &sql_grantee, e->record_id);
}

static enum rc
forget_session(struct ctx *c, const struct event *e)
{
	return forget_user_of(c, &sql_session_user, e->record_id);
}

static enum rc
forget_token(struct ctx *c, const struct event *e)
{
	return forget_user_of(c, &sql_token_user, e->record_id);
}

const struct listener org_listeners[] = {
	{ "role.updated", "org.forget-roles", forget_everyone },
	{ "access_grant.created", "org.forget-grants", forget_grantee },
	{ "access_grant.deleted", "org.forget-ungrants", forget_grantee },
	{ "user_account.updated", "org.forget-user", forget_account },
	{ "user_account.remove", "org.forget-removed", forget_account },
	{ "user_account.lock", "org.forget-locked", forget_account },
	{ "user_account.disable", "org.forget-disabled", forget_account },
	{ "login_session.end", "org.forget-session", forget_session },
	{ "api_token.revoke", "org.forget-token", forget_token },
	{ 0 },
};

const struct job_kind org_jobs[] = {
	{ "org.data-request", { "办理个人信息请求", "Answer a personal data request" }, job_data_request, 0, "org.privacy" },
	{ 0 },
};

/* api_tokens.c - access for programs, on behalf of an account and never beyond it. Issued by a route that shows the token once. */
#include "base/base.h"
#include "mod/org/org_priv.h"

#define RECORD struct api_token

static const struct field fields[] = {
	FIELD(name, "用途", "Purpose", T_TEXT, .required = 1, .max = 60, .title = 1, .search = 1, .list = 1, .width = 200),
	FIELD(user_id, "账号", "Account", T_REF, .ref = "users", .required = 1, .fixed = 1, .list = 1, .filter = 1, .width = 140),
	FIELD(permissions, "权限", "Permissions", T_JSON, .required = 1, .fixed = 1, .max = 8192, .no_sort = 1),
	FIELD(hint, "开头", "Begins with", T_TEXT, .server = 1, .max = 12, .list = 1, .width = 120),
	FIELD(expires_ms, "到期", "Expires", T_TIME, .required = 1, .fixed = 1, .list = 1, .width = 160),
	FIELD(last_used_ms, "最近使用", "Last used", T_TIME, .server = 1, .list = 1, .width = 160),
	FIELD(state, "状态", "State", T_STATE, .list = 1, .filter = 1, .width = 90),
	FIELD(token_hash, "令牌散列", "Token hash", T_TEXT, .server = 1, .secret = 1, .unique = 1, .max = 64),
	{ 0 },
};

static const struct choice states[] = {
	CHOICE("active", "有效", "Active", .tone = TONE_OK),
	CHOICE("revoked", "已吊销", "Revoked", .tone = TONE_BAD),
	{ 0 },
};

static const struct move moves[] = {
	{ "revoke", { "吊销", "Revoke" }, "active", "revoked", "org.accounts",
		{ "吊销后使用该令牌的程序立即失去访问，确定吗？", "Programs that use this token lose access at once. Continue?" }, .danger = 1 },
	{ 0 },
};

static enum rc
on_move(struct ctx *c, struct record_head *h, void *record, const struct move *m)
{
	(void)h;
	(void)record;
	(void)m;
	return auth_changed(c);
}

const struct resource resource_api_tokens = {
	.name = "api-tokens",
	.label = { "接口令牌", "API tokens" },
	.help = { "供程序调用接口；只在签发时显示一次", "For programs; shown once when issued" },
	.table = "api_token",
	.icon = "key",
	.group = "system",
	.fields = fields,
	.states = states,
	.moves = moves,
	.record_size = sizeof(RECORD),
	.place = PLACE_FIELDS,
	.may = { [ACT_LIST] = "org.accounts", [ACT_READ] = "org.accounts" },
	.on_move = on_move,
};

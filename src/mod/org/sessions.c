/* sessions.c - who is logged in. Rows are written by core/auth_session.c; administrators see and end them here. */
#include "base/base.h"
#include "mod/org/org_priv.h"

#define RECORD struct session_row

static const struct field fields[] = {
	FIELD(agent, "设备", "Device", T_TEXT, .server = 1, .max = 200, .title = 1, .list = 1, .width = 260),
	FIELD(user_id, "账号", "Account", T_REF, .ref = "users", .server = 1, .list = 1, .filter = 1, .width = 140),
	FIELD(client_ip, "网络地址", "Address", T_TEXT, .server = 1, .max = 64, .list = 1, .width = 140),
	FIELD(last_used_ms, "最近活动", "Last active", T_TIME, .server = 1, .list = 1, .width = 160),
	FIELD(idle_until_ms, "闲置到期", "Idle until", T_TIME, .server = 1),
	FIELD(ends_ms, "最长至", "Ends", T_TIME, .server = 1),
	FIELD(second_factor, "动态口令", "Second factor", T_BOOL, .server = 1, .list = 1, .width = 90),
	FIELD(state, "状态", "State", T_STATE, .list = 1, .filter = 1, .width = 90),
	FIELD(ended_ms, "结束时间", "Ended", T_TIME, .server = 1),
	FIELD(end_reason, "结束原因", "Reason", T_TEXT, .server = 1, .max = 40),
	FIELD(token_hash, "会话散列", "Session hash", T_TEXT, .server = 1, .secret = 1, .unique = 1, .max = 64),
	{ 0 },
};

static const struct choice states[] = {
	CHOICE("active", "有效", "Active", .tone = TONE_OK),
	CHOICE("ended", "已结束", "Ended"),
	{ 0 },
};

static const struct move moves[] = {
	{ "end", { "强制退出", "End" }, "active", "ended", "org.accounts",
		{ "该设备立即退出登录，确定吗？", "The device is logged out at once. Continue?" }, .danger = 1 },
	{ 0 },
};

static enum rc
on_move(struct ctx *c, struct record_head *h, void *record, const struct move *m)
{
	struct session_row *s = record;

	(void)h;
	(void)m;
	s->ended_ms = c->now_ms;
	s->end_reason = S("administrator");
	return auth_outranks(c, s->user_id);
}

const struct resource resource_sessions = {
	.name = "sessions",
	.label = { "登录会话", "Sessions" },
	.help = { "正在使用的登录", "Log-ins in use" },
	.table = "login_session",
	.icon = "devices",
	.group = "system",
	.fields = fields,
	.states = states,
	.moves = moves,
	.record_size = sizeof(RECORD),
	.place = PLACE_FIELDS,
	.default_sort = "-last_used_ms",
	.may = { [ACT_LIST] = "org.accounts", [ACT_READ] = "org.accounts" },
	.on_move = on_move,
};

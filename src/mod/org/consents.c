/* consents.c - what a person agreed to, in which words, how, until when. Evidence of lawful processing. */
#include "base/base.h"
#include <string.h>
#include "mod/org/org_priv.h"

#define RECORD struct consent

static const struct choice purposes[] = {
	CHOICE("registration", "登记建档", "Registration"),
	CHOICE("trace_page", "溯源页展示", "Shown on trace pages"),
	CHOICE("portrait", "照片与影像", "Photos and video"),
	CHOICE("notice", "短信与通知", "Messages"),
	CHOICE("statistics", "统计上报", "Statistical returns"),
	CHOICE("sharing", "向合作方提供", "Sharing with partners"),
	{ 0 },
};
static const struct choice channels[] = {
	CHOICE("phone", "手机确认", "On the phone"),
	CHOICE("paper", "纸质签字", "Signed on paper"),
	CHOICE("console", "当面代录", "Entered in person"),
	{ 0 },
};

static const struct field fields[] = {
	FIELD(wording, "同意书", "Wording", T_TEXT, .required = 1, .fixed = 1, .max = 120, .title = 1, .list = 1, .width = 260,
		.help = { "名称与版本，如“个人信息处理同意书 2026-1 版”", "Title and edition of the text that was agreed to" }),
	FIELD(person_id, "人员", "Person", T_REF, .ref = "people", .required = 1, .fixed = 1, .list = 1, .filter = 1, .width = 120),
	FIELD(purpose, "用途", "Purpose", T_ENUM, .choices = purposes, .required = 1, .fixed = 1, .list = 1, .filter = 1,
		.secondary = 1, .width = 130),
	FIELD(channel, "方式", "How", T_ENUM, .choices = channels, .required = 1, .fixed = 1, .list = 1, .filter = 1, .width = 110),
	FIELD(given_ms, "同意时间", "Given", T_TIME, .required = 1, .fixed = 1, .list = 1, .width = 160),
	FIELD(withdrawn_ms, "撤回时间", "Withdrawn", T_TIME, .server = 1, .list = 1, .width = 160),
	FIELD(state, "状态", "State", T_STATE, .list = 1, .filter = 1, .width = 90),
	FIELD(evidence, "凭证", "Evidence", T_FILE, .accept = "image,pdf", .fixed = 1),
	FIELD(division, "所在区划", "Division", T_DIVISION, .fixed = 1),
	FIELD(org_id, "所属主体", "Organisation", T_REF, .ref = "organisations", .fixed = 1),
	FIELD(note, "备注", "Note", T_TEXT, .max = 300),
	{ 0 },
};

static const struct choice states[] = {
	CHOICE("given", "已同意", "Given", .tone = TONE_OK),
	CHOICE("withdrawn", "已撤回", "Withdrawn", .tone = TONE_WARN),
	{ 0 },
};

static const struct move moves[] = {
	{ "withdraw", { "撤回", "Withdraw" }, "given", "withdrawn", "org.people",
		{ "撤回后不得再为该用途处理其个人信息，确定吗？", "Their data may no longer be used for this purpose. Continue?" }, .danger = 1 },
	{ 0 },
};

static enum rc
on_create(struct ctx *c, struct record_head *h, void *record)
{
	const struct consent *s = record;

	(void)h;
	if (s->given_ms > c->now_ms + 60000)
		return fail(&c->err, RC_INVALID, "given_ms", "同意时间不能在将来", "consent cannot be given in the future");
	return RC_OK;
}

static enum rc
on_move(struct ctx *c, struct record_head *h, void *record, const struct move *m)
{
	struct consent *s = record;

	(void)h;
	if (strcmp(m->name, "withdraw") == 0)
		s->withdrawn_ms = c->now_ms;
	return RC_OK;
}

const struct resource resource_consents = {
	.name = "consents",
	.label = { "同意记录", "Consents" },
	.help = { "个人对信息处理的同意与撤回", "What people agreed to, and what they withdrew" },
	.table = "consent",
	.icon = "file-check",
	.group = "org",
	.fields = fields,
	.states = states,
	.moves = moves,
	.record_size = sizeof(RECORD),
	.place = PLACE_FIELDS,
	.default_sort = "-given_ms",
	.may = { [ACT_LIST] = "org.people", [ACT_READ] = "org.people", [ACT_CREATE] = "org.people", [ACT_UPDATE] = "org.people" },
	.on_create = on_create,
	.on_move = on_move,
};

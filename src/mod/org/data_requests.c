/*
 * data_requests.c - a person asks for a copy of everything kept about him, or
 * for its erasure. Approving queues the job that does it; rows stay, personal
 * fields go.
 */
#include "base/base.h"
#include <string.h>
#include "base/utf8.h"
#include "core/job.h"
#include "core/rule.h"
#include "mod/org/org_priv.h"

#define RECORD struct data_request

static const struct choice kinds[] = {
	CHOICE("export", "查阅复制", "Copy of my data"),
	CHOICE("erasure", "删除", "Erasure", .tone = TONE_WARN),
	{ 0 },
};

static const struct field fields[] = {
	FIELD(code, "编号", "Number", T_CODE, .server = 1, .unique = 1, .max = 30, .title = 1, .list = 1, .width = 200),
	FIELD(kind, "事项", "Request", T_ENUM, .choices = kinds, .required = 1, .fixed = 1, .list = 1, .filter = 1, .secondary = 1,
		.width = 110),
	FIELD(person_id, "人员", "Person", T_REF, .ref = "people", .fixed = 1, .list = 1, .filter = 1, .width = 120),
	FIELD(user_id, "账号", "Account", T_REF, .ref = "users", .fixed = 1, .list = 1, .width = 120),
	FIELD(reason, "说明", "Reason", T_TEXT, .fixed = 1, .max = 300),
	FIELD(due_on, "办结期限", "Due", T_DATE, .server = 1, .list = 1, .width = 110),
	FIELD(state, "状态", "State", T_STATE, .list = 1, .filter = 1, .width = 90),
	FIELD(done_ms, "办结时间", "Done", T_TIME, .server = 1, .list = 1, .width = 160),
	FIELD(result, "结果文件", "Result", T_FILE, .server = 1),
	FIELD(outcome, "办理结果", "Outcome", T_TEXT, .server = 1, .max = 200),
	{ 0 },
};

static const struct choice states[] = {
	CHOICE("submitted", "待审核", "Submitted", .tone = TONE_INFO),
	CHOICE("approved", "办理中", "In progress", .tone = TONE_WARN),
	CHOICE("done", "已办结", "Done", .tone = TONE_OK),
	CHOICE("rejected", "不予办理", "Rejected", .tone = TONE_BAD),
	{ 0 },
};

static const struct move moves[] = {
	{ "approve", { "同意办理", "Approve" }, "submitted", "approved", "org.privacy",
		{ "删除请求一经办理不能恢复，请先核实本人身份。确定吗？",
			"An erasure cannot be undone; make sure who asks. Continue?" }, .primary = 1 },
	{ "reject", { "不予办理", "Reject" }, "submitted", "rejected", "org.privacy", .comment = 1, .danger = 1 },
	{ "complete", { "办结", "Complete" }, "approved", "done", NULL },
	{ 0 },
};

static enum rc
on_create(struct ctx *c, struct record_head *h, void *record)
{
	struct data_request *r = record;
	int64_t days;

	if ((r->person_id == NIL || r->person_id == 0) && (r->user_id == NIL || r->user_id == 0))
		return fail(&c->err, RC_INVALID, "person_id", "请选择人员或账号", "choose a person or an account");
	enum rc rc = rule_i64(c, "privacy.request_days", NIL, &days, NULL);
	if (rc != RC_OK)
		return rc;
	r->code = str_fmt(c->mem, "DR-" LLD, LL(h->id));
	r->due_on = date_of_ms(c->now_ms) + days;
	return RC_OK;
}

static enum rc
on_move(struct ctx *c, struct record_head *h, void *record, const struct move *m)
{
	struct data_request *r = record;
	int64_t job;

	if (strcmp(m->name, "complete") == 0)
		r->done_ms = c->now_ms;
	if (strcmp(m->name, "reject") == 0)
		r->outcome = str_sub(h->comment, 0, utf8_cut(h->comment.p, h->comment.n < 200 ? h->comment.n : 200));
	if (strcmp(m->name, "approve") != 0)
		return RC_OK;
	if (str_eq_c(r->kind, "erasure") && r->user_id != NIL && r->user_id != 0) {
		enum rc rc = auth_outranks(c, r->user_id);
		if (rc == RC_OK)
			rc = last_admin_check(c, r->user_id, 0);
		if (rc != RC_OK)
			return rc;
	}
	return job_add(c, "org.data-request", str_fmt(c->mem, "{\"id\":\"" LLD "\"}", LL(h->id)), 0, &job);
}

const struct resource resource_data_requests = {
	.name = "data-requests",
	.label = { "个人信息请求", "Personal data requests" },
	.help = { "本人要求查阅复制或删除其个人信息", "People asking for a copy or the erasure of their data" },
	.table = "data_request",
	.icon = "file-search",
	.group = "org",
	.fields = fields,
	.states = states,
	.moves = moves,
	.record_size = sizeof(RECORD),
	.place = PLACE_FIELDS,
	.may = { [ACT_LIST] = "org.privacy", [ACT_READ] = "org.privacy", [ACT_CREATE] = "org.privacy" },
	.on_create = on_create,
	.on_move = on_move,
};

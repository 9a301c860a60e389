/* Recalls: calling a lot back from the market; every page of its codes says so while one is active. */
#include "base/base.h"
#include "mod/trace/safety.h"
#include "mod/trace/trace_priv.h"

#define RECORD struct recall

static const struct choice levels[] = {
	CHOICE("one", "一级（危害严重）", "Level 1 (serious harm)", .tone = TONE_BAD),
	CHOICE("two", "二级（可能有害）", "Level 2 (possible harm)", .tone = TONE_WARN),
	CHOICE("three", "三级（一般缺陷）", "Level 3 (minor defect)", .tone = TONE_INFO),
	{ 0 },
};

static const struct choice states[] = {
	CHOICE("active", "召回中", "Active", .tone = TONE_BAD),
	CHOICE("ended", "已结束", "Ended"),
	{ 0 },
};

static const struct move moves[] = {
	{ .name = "end", .label = { "结束召回", "End" }, .from = "active", .to = "ended", .may = "trace.lift",
	  .comment = 1, .danger = 1,
	  .confirm = { "结束后批次转为暂扣，仍需主管部门解除暂扣并重新放行。",
	    "The lot becomes held and must be lifted and released again." } },
	{ 0 },
};

static const struct field fields[] = {
	FIELD(number, "召回编号", "Number", T_CODE, .max = 30, .server = 1, .unique = 1, .title = 1, .search = 1, .list = 1,
	  .mobile = 1, .public = 1, .width = 150),
	FIELD(lot_id, "批次", "Lot", T_REF, .ref = "lots", .required = 1, .fixed = 1, .list = 1, .filter = 1,
	  .secondary = 1, .mobile = 1, .width = 190),
	FIELD(level, "级别", "Level", T_ENUM, .choices = levels, .required = 1, .list = 1, .filter = 1, .mobile = 1,
	  .public = 1, .width = 140),
	FIELD(reason, "原因", "Reason", T_LONGTEXT, .required = 1, .max = 500, .search = 1, .public = 1,
	  .help = { "会出现在扫码页上。", "Shown on the scan page." }),
	FIELD(contact, "退货联系", "Contact for returns", T_TEXT, .max = 60, .public = 1,
	  .help = { "单位名称和公开电话，会出现在扫码页上。", "An office and its public telephone, shown on the scan page." }),
	FIELD(ended_ms, "结束时间", "Ended", T_TIME, .server = 1),
	FIELD(state, "状态", "State", T_STATE, .list = 1, .filter = 1, .mobile = 1, .public = 1, .width = 90),
	{ 0 },
};

const struct resource resource_recalls = {
	.name = "recalls",
	.label = { "召回", "Recalls" },
	.help = { "发起后一秒内，该批次所有扫码页显示召回。", "Within a second every scan page of the lot shows the recall." },
	.table = "recall",
	.icon = "alert-triangle",
	.group = "trace",
	.fields = fields,
	.states = states,
	.moves = moves,
	.record_size = sizeof(RECORD),
	.place = PLACE_PARENT,
	.inherits = "lot_id",
	.on_create = recall_create,
	.on_move = recall_move,
	.may = {
		[ACT_LIST] = "trace.view",
		[ACT_READ] = "trace.view",
		[ACT_CREATE] = "trace.recall",
		[ACT_UPDATE] = "trace.recall",
	},
};

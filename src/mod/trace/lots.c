/*
 * Lots: what was harvested together, tested together and is sold together. The
 * gate that decides about codes and certificates is in rules.c; what late
 * records do to a lot is in safety.c.
 */
#include "base/base.h"
#include "mod/trace/safety.h"
#include "mod/trace/trace_priv.h"

#define RECORD struct lot

static const struct choice verdicts[] = {
	CHOICE("none", "未检测", "Not tested"),
	CHOICE("pass", "合格", "Passed", .tone = TONE_OK),
	CHOICE("fail", "不合格", "Failed", .tone = TONE_BAD),
	CHOICE("retest", "需复检", "Repeat needed", .tone = TONE_WARN),
	CHOICE("unconfirmed", "待确证", "Unconfirmed", .tone = TONE_WARN),
	CHOICE("invalid", "检测无效", "Invalid test", .tone = TONE_WARN),
	{ 0 },
};

static const struct choice hold_reasons[] = {
	CHOICE("interval", "安全间隔期未满", "Safety interval not over", .tone = TONE_BAD),
	CHOICE("test", "检测未通过", "Test not passed", .tone = TONE_BAD),
	CHOICE("people", "人工暂扣", "Held by people", .tone = TONE_WARN),
	{ 0 },
};

static const struct choice states[] = {
	CHOICE("open", "待放行", "Open", .tone = TONE_INFO),
	CHOICE("released", "已放行", "Released", .tone = TONE_OK),
	CHOICE("held", "已暂扣", "Held", .tone = TONE_BAD),
	CHOICE("recalled", "已召回", "Recalled", .tone = TONE_BAD),
	CHOICE("closed", "已售完", "Closed"),
	{ 0 },
};

static const struct move moves[] = {
	{ .name = "release", .label = { "放行", "Release" }, .from = "open", .to = "released", .may = "trace.issue",
	  .primary = 1,
	  .confirm = { "放行后可以赋码、开合格证并上市销售。", "Codes and certificates may then be issued and the lot sold." } },
	{ .name = "hold", .label = { "暂扣", "Hold" }, .from = "open|released|closed", .to = "held", .may = "trace.record",
	  .comment = 1, .danger = 1,
	  .confirm = { "暂扣后立即停止赋码和销售，扫码页会提示不要食用。",
	    "Issuing and selling stop at once and the scan pages say so." } },
	{ .name = "lift", .label = { "解除暂扣", "Lift the hold" }, .from = "held", .to = "open", .may = "trace.lift",
	  .comment = 1,
	  .confirm = { "解除后回到待放行，需要重新放行才能赋码。", "The lot returns to open and must be released again." } },
	{ .name = "close", .label = { "售完关闭", "Close" }, .from = "released", .to = "closed", .may = "trace.issue",
	  .confirm = { "关闭后不再赋码；扫码页照常可查。", "No more codes; scan pages keep working." } },
	{ .name = "recall", .label = { "召回", "Recall" }, .from = "open|released|held|closed", .to = "recalled" },
	{ .name = "recall-end", .label = { "召回结束", "Recall ended" }, .from = "recalled", .to = "held" },
	{ 0 },
};

#define BASICS .group = { "批次", "Lot" }
#define GATE .group = { "放行条件", "Conditions" }

static const struct field fields[] = {
	FIELD(code, "批次号", "Lot number", T_CODE, .max = 24, .server = 1, .unique = 1, .title = 1, .search = 1, .list = 1,
	  .mobile = 1, .public = 1, .width = 190, BASICS),
	FIELD(product_id, "产品", "Product", T_REF, .ref = "products", .required = 1, .fixed = 1, .list = 1, .filter = 1,
	  .secondary = 1, .mobile = 1, .width = 150, BASICS),
	FIELD(cycle_id, "茬次", "Crop cycle", T_REF, .ref = "crop-cycles", .fixed = 1, .filter = 1, BASICS),
	FIELD(org_id, "生产主体", "Producer", T_REF, .ref = "organisations", .required = 1, .fixed = 1, .list = 1,
	  .filter = 1, .width = 180, BASICS),
	FIELD(harvested_on, "采收日期", "Harvested", T_DATE, .required = 1, .list = 1, .filter = 1, .mobile = 1, .public = 1,
	  .width = 110, BASICS),
	FIELD(quantity_milli, "数量", "Quantity", T_QTY, .unit_field = "unit", .required = 1, .min = 1,
	  .max = 1000000000000, .list = 1, .mobile = 1, .width = 100, BASICS),
	FIELD(unit, "单位", "Unit", T_ENUM, .choices = trace_units, .required = 1, .default_ = "\"KGM\"", BASICS),
	FIELD(pack_milli, "每件含量", "Content of one item", T_QTY, .unit_field = "unit", .required = 1, .min = 1,
	  .max = 1000000000, BASICS,
	  .help = { "一个追溯码对应一件；可赋码数 = 数量 ÷ 每件含量，向下取整。",
	    "One code per item; the most codes are quantity / content, rounded down." }),
	FIELD(codes_max, "可赋码数", "Codes allowed", T_INT, .server = 1, GATE),
	FIELD(codes_issued, "已赋码数", "Codes issued", T_INT, .server = 1, .list = 1, .width = 90, GATE),
	FIELD(safe_on, "最早可采收", "Safe from", T_DATE, .server = 1, GATE),
	FIELD(test_verdict, "最新检测", "Newest test", T_ENUM, .choices = verdicts, .server = 1, .list = 1, .filter = 1,
	  .mobile = 1, .width = 90, .default_ = "\"none\"", GATE),
	FIELD(hold_reason, "暂扣原因", "Hold reason", T_ENUM, .choices = hold_reasons, .server = 1, .filter = 1, GATE),
	FIELD(held_ms, "暂扣时间", "Held at", T_TIME, .server = 1, GATE),
	FIELD(note, "备注", "Note", T_LONGTEXT, .max = 500, BASICS),
	FIELD(photos, "照片", "Photos", T_FILES, .accept = "image", .max = 9, .public = 1, BASICS),
	FIELD(state, "状态", "State", T_STATE, .list = 1, .filter = 1, .mobile = 1, .width = 90),
	{ 0 },
};

const struct resource resource_lots = {
	.name = "lots",
	.label = { "批次", "Lots" },
	.help = { "检测合格且过了安全间隔期的批次才能放行、赋码、开合格证。",
	  "Only a lot that passed its test after the safety interval gets codes and certificates." },
	.table = "lot",
	.icon = "stack-2",
	.group = "trace",
	.fields = fields,
	.states = states,
	.moves = moves,
	.record_size = sizeof(RECORD),
	.place = PLACE_FIELDS,
	.default_sort = "-harvested_on",
	.on_create = lot_create,
	.on_update = lot_update,
	.on_move = lot_move,
	.may = {
		[ACT_LIST] = "trace.view",
		[ACT_READ] = "trace.view",
		[ACT_CREATE] = "trace.record",
		[ACT_UPDATE] = "trace.record",
	},
};

/* Crop cycles: one crop on one plot from sowing to the last harvest. */
#include "base/base.h"
#include "mod/trace/trace_priv.h"

#define RECORD struct crop_cycle

static const struct choice states[] = {
	CHOICE("growing", "生长中", "Growing", .tone = TONE_INFO),
	CHOICE("harvesting", "采收中", "Harvesting", .tone = TONE_OK),
	CHOICE("closed", "已结束", "Closed"),
	{ 0 },
};

static const struct move moves[] = {
	{ .name = "harvest", .label = { "开始采收", "Start harvest" }, .from = "growing", .to = "harvesting",
	  .may = "trace.record", .primary = 1,
	  .confirm = { "开始采收后可以按批次登记产品。", "Lots can be recorded once the harvest has begun." } },
	{ .name = "close", .label = { "结束茬次", "Close" }, .from = "growing|harvesting", .to = "closed",
	  .may = "trace.record",
	  .confirm = { "结束后不再登记新的农事记录（补录除外）。", "No new farm work is expected afterwards; late records stay possible." } },
	{ .name = "reopen", .label = { "重新打开", "Reopen" }, .from = "closed", .to = "harvesting", .may = "trace.record",
	  .comment = 1 },
	{ 0 },
};

static const struct field fields[] = {
	FIELD(name, "茬次名称", "Crop cycle", T_TEXT, .required = 1, .max = 60, .title = 1, .search = 1, .list = 1,
	  .mobile = 1, .public = 1, .width = 200, .help = { "例如：2026 年春玉米", "For example: Spring corn 2026" }),
	FIELD(plot_id, "地块", "Plot", T_REF, .ref = "plots", .required = 1, .fixed = 1, .list = 1, .filter = 1,
	  .secondary = 1, .mobile = 1, .width = 160),
	FIELD(product_id, "产品", "Product", T_REF, .ref = "products", .required = 1, .list = 1, .filter = 1, .width = 150),
	FIELD(variety, "品种", "Variety", T_TEXT, .max = 60, .search = 1, .public = 1),
	FIELD(started_on, "开始日期", "Started", T_DATE, .required = 1, .list = 1, .public = 1, .width = 110),
	FIELD(expected_on, "预计采收", "Harvest expected", T_DATE, .list = 1, .mobile = 1, .width = 110),
	FIELD(ended_on, "结束日期", "Ended", T_DATE),
	FIELD(area_milli, "种植面积", "Area planted", T_QTY, .unit = "MU", .min = 1, .max = 100000000, .list = 1,
	  .public = 1, .width = 100),
	FIELD(safe_on, "最早可采收", "Safe from", T_DATE, .server = 1, .list = 1, .mobile = 1, .width = 110,
	  .help = { "按用药日期加安全间隔期算出，此日之前不得采收。",
	    "Last pesticide use plus its safety interval; no harvest before this day." }),
	FIELD(note, "备注", "Note", T_LONGTEXT, .max = 500),
	FIELD(state, "状态", "State", T_STATE, .list = 1, .filter = 1, .mobile = 1, .width = 90),
	{ 0 },
};

static enum rc
dates_rule(struct ctx *c, const void *record, const void *before)
{
	const struct crop_cycle *y = record;

	(void)before;
	if (y->expected_on != NIL && y->expected_on < y->started_on)
		return fail(&c->err, RC_INVALID, "expected_on", "预计采收不能早于开始日期", "The harvest cannot precede the start");
	if (y->ended_on != NIL && y->ended_on < y->started_on)
		return fail(&c->err, RC_INVALID, "ended_on", "结束日期不能早于开始日期", "The end cannot precede the start");
	return RC_OK;
}

static const struct rule rules[] = {
	{ "dates", dates_rule },
	{ 0 },
};

const struct resource resource_crop_cycles = {
	.name = "crop-cycles",
	.label = { "种植茬次", "Crop cycles" },
	.help = { "一个地块上的一茬作物，从播种到采收结束。", "One crop on one plot, from sowing to the last harvest." },
	.table = "crop_cycle",
	.icon = "plant-2",
	.group = "trace",
	.fields = fields,
	.states = states,
	.moves = moves,
	.rules = rules,
	.record_size = sizeof(RECORD),
	.place = PLACE_PARENT,
	.inherits = "plot_id",
	.default_sort = "-started_on",
	.may = {
		[ACT_LIST] = "trace.view",
		[ACT_READ] = "trace.view",
		[ACT_CREATE] = "trace.record",
		[ACT_UPDATE] = "trace.record",
	},
};

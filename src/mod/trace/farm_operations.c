/*
 * Farm operations: what was done on the land, in order, never rewritten. A
 * mistake is corrected by a new row that names the old one; only the newest of
 * such a chain counts. What a pest-control row does to lots is in safety.c.
 */
#include "base/base.h"
#include "mod/trace/safety.h"
#include "mod/trace/trace_priv.h"

#define RECORD struct farm_operation

static const struct choice steps[] = {
	CHOICE("sow", "播种", "Sowing"),
	CHOICE("fertilise", "施肥", "Fertilising"),
	CHOICE("irrigate", "灌溉", "Irrigation"),
	CHOICE("pest_control", "病虫防治", "Pest control", .tone = TONE_WARN),
	CHOICE("weed", "除草", "Weeding"),
	CHOICE("prune", "整枝", "Pruning"),
	CHOICE("harvest", "采收", "Harvest", .tone = TONE_OK),
	CHOICE("other", "其他", "Other"),
	{ 0 },
};

static const struct choice dose_units[] = {
	CHOICE("KGM", "千克", "kg"),
	CHOICE("GRM", "克", "g"),
	CHOICE("LTR", "升", "l"),
	CHOICE("MLT", "毫升", "ml"),
	CHOICE("BG", "袋", "bag"),
	{ 0 },
};

#define WORK .group = { "农事", "Work" }
#define INPUT .group = { "投入品", "Input" }
#define YIELD .group = { "采收量", "Yield" }
#define PROOF .group = { "现场", "On site" }

static const struct field fields[] = {
	FIELD(step, "环节", "Step", T_ENUM, .choices = steps, .required = 1, .title = 1, .list = 1, .filter = 1,
	  .mobile = 1, .public = 1, .width = 100, WORK),
	FIELD(cycle_id, "茬次", "Crop cycle", T_REF, .ref = "crop-cycles", .required = 1, .list = 1, .filter = 1,
	  .secondary = 1, .mobile = 1, .width = 200, WORK),
	FIELD(done_ms, "作业时间", "Done at", T_TIME, .required = 1, .list = 1, .filter = 1, .mobile = 1, .public = 1,
	  .width = 140, WORK),
	FIELD(operator, "作业人", "Done by", T_TEXT, .max = 30, .list = 1, .width = 90, WORK),
	FIELD(input_id, "投入品", "Input", T_REF, .ref = "farm-inputs", .list = 1, .filter = 1, .width = 160, INPUT,
	  .required_when = "step", .required_is = "fertilise,pest_control"),
	FIELD(dose_milli, "用量", "Dose", T_QTY, .unit_field = "dose_unit", .min = 1, .max = 1000000000, .list = 1,
	  .width = 100, INPUT),
	FIELD(dose_unit, "用量单位", "Dose unit", T_ENUM, .choices = dose_units, INPUT),
	FIELD(interval_days, "安全间隔期（天）", "Safety interval (days)", T_INT, .server = 1, INPUT),
	FIELD(safe_on, "最早可采收", "Safe from", T_DATE, .server = 1, .list = 1, .mobile = 1, .width = 110, INPUT),
	FIELD(quantity_milli, "采收量", "Harvested", T_QTY, .unit_field = "quantity_unit", .min = 1,
	  .max = 1000000000000, .width = 100, YIELD, .required_when = "step", .required_is = "harvest"),
	FIELD(quantity_unit, "采收单位", "Yield unit", T_ENUM, .choices = trace_units, .default_ = "\"KGM\"", YIELD),
	FIELD(note, "说明", "Note", T_LONGTEXT, .max = 500, .search = 1, .public = 1, PROOF,
	  .help = { "会出现在扫码页上，请勿写姓名电话。", "Shown on the scan page: no names or phone numbers." }),
	FIELD(location, "定位", "Location", T_GEO, PROOF),
	FIELD(photos, "照片", "Photos", T_FILES, .accept = "image", .max = 9, .public = 1, PROOF),
	FIELD(video, "短视频", "Video clip", T_FILE, .accept = "video", .public = 1, PROOF),
	FIELD(corrects_id, "更正哪条记录", "Corrects", T_REF, .ref = "farm-operations", .unique = 1, .filter = 1, PROOF,
	  .help = { "记录不能修改；写一条新的并指明它更正的旧记录。",
	    "Records are never changed: write a new one and name the one it corrects." }),
	{ 0 },
};

const struct resource resource_farm_operations = {
	.name = "farm-operations",
	.label = { "农事记录", "Farm operations" },
	.help = { "只增不改的田间作业记录。", "Farm work, added to and never rewritten." },
	.table = "farm_operation",
	.icon = "shovel",
	.group = "trace",
	.fields = fields,
	.record_size = sizeof(RECORD),
	.place = PLACE_PARENT,
	.inherits = "cycle_id",
	.default_sort = "-done_ms",
	.append_only = 1,
	.on_create = operation_create,
	.may = {
		[ACT_LIST] = "trace.view",
		[ACT_READ] = "trace.view",
		[ACT_CREATE] = "trace.record",
	},
};

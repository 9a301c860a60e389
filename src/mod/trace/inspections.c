/*
 * Inspections: tests of a lot. The rapid method is judged from its readings by
 * lib/pesticide; a laboratory states its own verdict. Never rewritten.
 */
#include "base/base.h"
#include "mod/trace/safety.h"
#include "mod/trace/trace_priv.h"

#define RECORD struct inspection_reading

static const struct choice reading_verdicts[] = {
	CHOICE("negative", "低于限值", "Below the limit", .tone = TONE_OK),
	CHOICE("positive", "达到限值", "At or above the limit", .tone = TONE_BAD),
	CHOICE("invalid", "对照无效", "Control invalid", .tone = TONE_WARN),
	{ 0 },
};

static const struct field reading_fields[] = {
	FIELD(control_e4, "对照 ΔA0（×10000）", "Control ΔA0 (×10000)", T_INT, .required = 1, .min = 0, .max = 50000,
	  .title = 1, .help = { "吸光度变化值的一万倍，例如 0.6000 填 6000。", "Ten thousand times the absorbance change: 0.6000 is 6000." }),
	FIELD(sample_e4, "样品 ΔAt（×10000）", "Sample ΔAt (×10000)", T_INT, .required = 1, .min = -20000, .max = 50000),
	FIELD(inhibition_bp, "抑制率", "Inhibition", T_RATE, .server = 1),
	FIELD(verdict, "判定", "Reading", T_ENUM, .choices = reading_verdicts, .server = 1),
	{ 0 },
};

const struct resource resource_inspection_readings = {
	.name = "inspection-readings",
	.label = { "检测读数", "Readings" },
	.table = "inspection_reading",
	.fields = reading_fields,
	.record_size = sizeof(RECORD),
	.parent = "inspections",
};

#undef RECORD
#define RECORD struct inspection

static const struct choice methods[] = {
	CHOICE("inhibition", "酶抑制率快速检测法", "Enzyme inhibition, rapid"),
	CHOICE("laboratory", "实验室定量检测", "Laboratory, quantitative"),
	{ 0 },
};

static const struct choice lab_verdicts[] = {
	CHOICE("pass", "合格", "Passed", .tone = TONE_OK),
	CHOICE("fail", "不合格", "Failed", .tone = TONE_BAD),
	{ 0 },
};

static const struct field fields[] = {
	FIELD(sample_no, "样品编号", "Sample number", T_TEXT, .required = 1, .max = 40, .title = 1, .search = 1, .list = 1,
	  .mobile = 1, .public = 1, .width = 130),
	FIELD(lot_id, "批次", "Lot", T_REF, .ref = "lots", .required = 1, .list = 1, .filter = 1, .secondary = 1,
	  .mobile = 1, .width = 190),
	FIELD(method, "检测方法", "Method", T_ENUM, .choices = methods, .required = 1, .default_ = "\"inhibition\"",
	  .list = 1, .filter = 1, .public = 1, .width = 150),
	FIELD(sampled_on, "抽样日期", "Sampled", T_DATE, .required = 1, .public = 1),
	FIELD(tested_ms, "检测时间", "Tested at", T_TIME, .required = 1, .list = 1, .filter = 1, .mobile = 1, .public = 1,
	  .width = 140),
	FIELD(readings, "读数", "Readings", T_LINES, .lines = &resource_inspection_readings, .max = 20,
	  .help = { "首次达到 50% 时至少复检两次。", "A first reading of 50% or more needs at least two repeats." }),
	FIELD(lab_items, "检测项目", "Substances tested", T_TEXT, .max = 200, .public = 1,
	  .required_when = "method", .required_is = "laboratory"),
	FIELD(lab_verdict, "实验室结论", "Laboratory verdict", T_ENUM, .choices = lab_verdicts,
	  .required_when = "method", .required_is = "laboratory"),
	FIELD(inhibition_bp, "抑制率", "Inhibition", T_RATE, .server = 1, .list = 1, .mobile = 1, .public = 1, .width = 90),
	FIELD(verdict, "结论", "Verdict", T_ENUM, .choices = trace_verdicts, .server = 1, .list = 1, .filter = 1,
	  .mobile = 1, .public = 1, .width = 90),
	FIELD(tester, "检测单位或人员", "Tested by", T_TEXT, .required = 1, .max = 60, .list = 1, .width = 140),
	FIELD(instrument, "仪器", "Instrument", T_TEXT, .max = 60),
	FIELD(report, "检测报告", "Report", T_FILE, .accept = "pdf,image", .public = 1),
	FIELD(photos, "照片", "Photos", T_FILES, .accept = "image", .max = 9, .public = 1),
	FIELD(note, "备注", "Note", T_LONGTEXT, .max = 500),
	FIELD(corrects_id, "更正哪条记录", "Corrects", T_REF, .ref = "inspections", .unique = 1, .filter = 1,
	  .help = { "录入有误时写一条新的并指明旧记录。", "After a typing mistake, write a new record and name the old one." }),
	{ 0 },
};

const struct resource resource_inspections = {
	.name = "inspections",
	.label = { "检测", "Inspections" },
	.help = { "农药残留检测。快速检测法按抑制率判定，50% 及以上须复检。",
	  "Pesticide residue tests. The rapid method is judged by inhibition; 50% or more must be repeated." },
	.table = "inspection",
	.icon = "microscope",
	.group = "trace",
	.fields = fields,
	.record_size = sizeof(RECORD),
	.place = PLACE_PARENT,
	.inherits = "lot_id",
	.default_sort = "-tested_ms",
	.append_only = 1,
	.on_create = inspection_create,
	.may = {
		[ACT_LIST] = "trace.view",
		[ACT_READ] = "trace.view",
		[ACT_CREATE] = "trace.test",
	},
};

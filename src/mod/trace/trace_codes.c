/*
 * Trace codes: one per item, made only by job trace.issue-codes. The table is
 * the largest of the module (a million rows and more); a scan finds its row by
 * one look-up in the unique index on the code.
 */
#include "base/base.h"
#include "mod/trace/trace_priv.h"

#define RECORD struct trace_code

static const struct choice states[] = {
	CHOICE("issued", "已生成", "Issued"),
	CHOICE("printed", "已印制", "Printed", .tone = TONE_INFO),
	CHOICE("bound", "已贴标", "On the item", .tone = TONE_OK),
	CHOICE("sold", "已售出", "Sold", .tone = TONE_OK),
	CHOICE("voided", "已作废", "Voided", .tone = TONE_BAD),
	{ 0 },
};

static const struct move moves[] = {
	{ .name = "print", .label = { "标记已印制", "Mark printed" }, .from = "issued", .to = "printed",
	  .may = "trace.issue" },
	{ .name = "bind", .label = { "标记已贴标", "Mark on the item" }, .from = "issued|printed", .to = "bound",
	  .may = "trace.issue" },
	{ .name = "sell", .label = { "标记已售出", "Mark sold" }, .from = "issued|printed|bound", .to = "sold",
	  .may = "trace.record" },
	{ .name = "void", .label = { "作废", "Void" }, .from = "issued|printed|bound|sold", .to = "voided",
	  .may = "trace.issue", .comment = 1, .danger = 1,
	  .confirm = { "作废后该码不能再用，扫码页会提示已作废。", "The code can never be used again and its page says so." } },
	{ 0 },
};

static const struct field fields[] = {
	FIELD(code, "追溯码", "Code", T_CODE, .max = 32, .required = 1, .fixed = 1, .server = 1, .unique = 1, .title = 1,
	  .list = 1, .mobile = 1, .public = 1, .width = 190),
	FIELD(lot_id, "批次", "Lot", T_REF, .ref = "lots", .required = 1, .server = 1, .list = 1, .filter = 1, .secondary = 1,
	  .width = 190),
	FIELD(batch_id, "赋码批次", "Code batch", T_REF, .ref = "code-batches", .server = 1, .filter = 1),
	FIELD(serial, "序号", "Serial", T_INT, .server = 1, .list = 1, .width = 80),
	FIELD(scan_count, "扫码次数", "Scans", T_INT, .server = 1, .list = 1, .mobile = 1, .width = 90),
	FIELD(first_scan_ms, "首次扫码", "First scan", T_TIME, .server = 1, .list = 1, .width = 140),
	FIELD(first_scan_place, "首次扫码地", "First scan place", T_TEXT, .max = 60, .server = 1, .list = 1, .width = 130),
	FIELD(last_scan_ms, "最近扫码", "Last scan", T_TIME, .server = 1),
	FIELD(suspicious, "疑似复制", "Possibly copied", T_BOOL, .server = 1, .list = 1, .filter = 1, .width = 90),
	FIELD(last_client, "最近客户端", "Last client", T_TEXT, .max = 22, .server = 1, .secret = 1),
	FIELD(state, "状态", "State", T_STATE, .list = 1, .filter = 1, .mobile = 1, .width = 90),
	{ 0 },
};

static const struct unique_rule uniques[] = {
	{ .name = "serial", .fields = { "lot_id", "serial", NULL },
	  .message = { "批次内序号重复", "the serial is taken within the lot" } },
	{ 0 },
};

const struct resource resource_trace_codes = {
	.name = "trace-codes",
	.label = { "追溯码", "Trace codes" },
	.help = { "由赋码批次生成，不可手工添加，永不重复使用。", "Made by code batches; never typed in, never reused." },
	.table = "trace_code",
	.icon = "barcode",
	.group = "trace",
	.fields = fields,
	.states = states,
	.moves = moves,
	.uniques = uniques,
	.record_size = sizeof(RECORD),
	.place = PLACE_PARENT,
	.inherits = "lot_id",
	.may = {
		[ACT_LIST] = "trace.view",
		[ACT_READ] = "trace.view",
	},
};

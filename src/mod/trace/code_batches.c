/*
 * Code batches: an order for n codes of one lot. Creating one reserves the
 * number on the lot (one guarded UPDATE) and queues job trace.issue-codes;
 * printed sheets are handed out against a receipt. Issue is in issue.c.
 */
#include "base/base.h"
#include "mod/trace/issue.h"
#include "mod/trace/trace_priv.h"

#define RECORD struct code_batch

static const struct choice designs[] = {
	CHOICE("60x40", "标签 60×40 mm", "Label 60 × 40 mm"),
	CHOICE("50x30", "标签 50×30 mm", "Label 50 × 30 mm"),
	CHOICE("a4_40", "A4 每页 40 枚", "A4, 40 per page"),
	{ 0 },
};

static const struct choice states[] = {
	CHOICE("queued", "排队中", "Queued", .tone = TONE_INFO),
	CHOICE("issuing", "生成中", "Issuing", .tone = TONE_INFO),
	CHOICE("issued", "已生成", "Issued", .tone = TONE_OK),
	CHOICE("failed", "未完成", "Failed", .tone = TONE_BAD),
	CHOICE("handed_out", "已发放", "Handed out", .tone = TONE_OK),
	{ 0 },
};

/* Moves without a permission are the job's; people cannot make them. */
static const struct move moves[] = {
	{ .name = "start", .label = { "开始生成", "Start" }, .from = "queued", .to = "issuing" },
	{ .name = "finish", .label = { "生成完毕", "Finish" }, .from = "issuing", .to = "issued" },
	{ .name = "fail", .label = { "中止", "Fail" }, .from = "queued|issuing", .to = "failed" },
	{ .name = "retry", .label = { "继续生成", "Continue" }, .from = "failed", .to = "queued", .may = "trace.issue",
	  .primary = 1,
	  .confirm = { "从中断处继续，不会重复赋码。", "Continues where it stopped; no code is made twice." } },
	{ .name = "hand-out", .label = { "登记发放", "Hand out" }, .from = "issued", .to = "handed_out",
	  .may = "trace.issue", .primary = 1,
	  .confirm = { "请先填写领取人和领取日期；登记后作为发放回执保存。",
	    "Fill in recipient and date first; this becomes the receipt." } },
	{ 0 },
};

static const struct field fields[] = {
	FIELD(number, "赋码单号", "Order number", T_CODE, .max = 30, .server = 1, .unique = 1, .title = 1, .search = 1,
	  .list = 1, .mobile = 1, .width = 170),
	FIELD(lot_id, "批次", "Lot", T_REF, .ref = "lots", .required = 1, .fixed = 1, .list = 1, .filter = 1,
	  .secondary = 1, .mobile = 1, .width = 190),
	FIELD(quantity, "数量", "Quantity", T_INT, .required = 1, .fixed = 1, .min = 1, .max = 1000000, .list = 1,
	  .mobile = 1, .width = 90),
	FIELD(design, "标签样式", "Label design", T_ENUM, .choices = designs, .required = 1, .default_ = "\"60x40\"",
	  .list = 1, .width = 130),
	FIELD(issued, "已生成", "Made", T_INT, .server = 1, .list = 1, .mobile = 1, .width = 90),
	FIELD(serial_from, "起始序号", "First serial", T_INT, .server = 1),
	FIELD(sheet, "标签文件", "Label sheet", T_FILE, .accept = "pdf", .server = 1),
	FIELD(recipient, "领取人", "Recipient", T_TEXT, .max = 60, .list = 1, .width = 120,
	  .group = { "发放", "Hand-out" }),
	FIELD(received_on, "领取日期", "Received", T_DATE, .list = 1, .width = 110, .group = { "发放", "Hand-out" }),
	FIELD(receipt_note, "发放说明", "Receipt note", T_TEXT, .max = 200, .group = { "发放", "Hand-out" }),
	FIELD(problem, "未完成原因", "Problem", T_TEXT, .max = 240, .server = 1),
	FIELD(state, "状态", "State", T_STATE, .list = 1, .filter = 1, .mobile = 1, .width = 90),
	{ 0 },
};

const struct resource resource_code_batches = {
	.name = "code-batches",
	.label = { "赋码批次", "Code batches" },
	.help = { "一件一码：为批次生成追溯码和标签。", "One code per item: makes codes and labels for a lot." },
	.table = "code_batch",
	.icon = "qrcode",
	.group = "trace",
	.fields = fields,
	.states = states,
	.moves = moves,
	.record_size = sizeof(RECORD),
	.place = PLACE_PARENT,
	.inherits = "lot_id",
	.on_create = code_batch_create,
	.on_update = code_batch_update,
	.on_move = code_batch_move,
	.may = {
		[ACT_LIST] = "trace.view",
		[ACT_READ] = "trace.view",
		[ACT_CREATE] = "trace.issue",
		[ACT_UPDATE] = "trace.issue",
	},
};

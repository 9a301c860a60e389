/*
 * Certificates: 承诺达标合格证 in the form of 2026. One per lot at a time, issued
 * by the producer's promise, voided but never edited. Its rules are in safety.c.
 */
#include "base/base.h"
#include "mod/trace/safety.h"
#include "mod/trace/trace_priv.h"

#define RECORD struct certificate

static const struct choice bases[] = {
	CHOICE("self_test", "自行检测合格", "Own test passed"),
	CHOICE("commissioned", "委托检测合格", "Commissioned test passed"),
	CHOICE("quality_control", "质量安全控制符合要求", "Quality control meets the requirements"),
	{ 0 },
};

static const struct choice states[] = {
	CHOICE("valid", "有效", "Valid", .tone = TONE_OK),
	CHOICE("voided", "已作废", "Voided", .tone = TONE_BAD),
	{ 0 },
};

static const struct move moves[] = {
	{ .name = "void", .label = { "作废", "Void" }, .from = "valid", .to = "voided", .may = "trace.issue", .comment = 1,
	  .danger = 1,
	  .confirm = { "作废后不能恢复，公共查询页会显示已作废。", "This cannot be undone; the public page will show it as voided." } },
	{ 0 },
};

static const struct field fields[] = {
	FIELD(number, "编号", "Number", T_CODE, .max = 30, .server = 1, .unique = 1, .title = 1, .search = 1, .list = 1,
	  .mobile = 1, .public = 1, .width = 190),
	FIELD(lot_id, "批次", "Lot", T_REF, .ref = "lots", .required = 1, .fixed = 1, .list = 1, .filter = 1,
	  .secondary = 1, .mobile = 1, .width = 190),
	FIELD(basis, "承诺依据", "Basis", T_ENUM, .choices = bases, .required = 1, .fixed = 1, .list = 1, .filter = 1,
	  .public = 1, .width = 170),
	FIELD(contact, "联系方式", "Contact", T_PHONE, .required = 1, .private = 1, .fixed = 1,
	  .help = { "印在合格证上，公共查询页只显示部分号码。", "Printed on the certificate; the public page shows it masked." }),
	FIELD(form, "样式", "Form", T_TEXT, .max = 10, .server = 1, .public = 1),
	FIELD(issued_on, "开具日期", "Issued", T_DATE, .server = 1, .list = 1, .mobile = 1, .public = 1, .width = 110),
	FIELD(product, "产品名称", "Product", T_TEXT, .max = 60, .server = 1, .list = 1, .public = 1, .width = 140),
	FIELD(quantity_milli, "数量", "Quantity", T_QTY, .unit_field = "unit", .server = 1, .list = 1, .public = 1,
	  .width = 100),
	FIELD(unit, "单位", "Unit", T_ENUM, .choices = trace_units, .server = 1, .public = 1),
	FIELD(origin, "产地", "Origin", T_TEXT, .max = 120, .server = 1, .public = 1),
	FIELD(issuer, "承诺主体", "Issuer", T_TEXT, .max = 120, .server = 1, .list = 1, .public = 1, .width = 180),
	FIELD(statement, "承诺内容", "Statement", T_LONGTEXT, .max = 500, .server = 1, .public = 1),
	FIELD(void_reason, "作废原因", "Why voided", T_TEXT, .max = 600, .server = 1, .public = 1),
	FIELD(state, "状态", "State", T_STATE, .list = 1, .filter = 1, .mobile = 1, .public = 1, .width = 90),
	{ 0 },
};

const struct resource resource_certificates = {
	.name = "certificates",
	.label = { "承诺达标合格证", "Conformity certificates" },
	.help = { "由生产者对批次作出承诺；只能作废，不能修改。", "The producer's promise for a lot; it can be voided, never edited." },
	.table = "certificate",
	.icon = "certificate",
	.group = "trace",
	.fields = fields,
	.states = states,
	.moves = moves,
	.record_size = sizeof(RECORD),
	.place = PLACE_PARENT,
	.inherits = "lot_id",
	.on_create = certificate_create,
	.on_move = certificate_move,
	.may = {
		[ACT_LIST] = "trace.view",
		[ACT_READ] = "trace.view",
		[ACT_CREATE] = "trace.issue",
	},
};

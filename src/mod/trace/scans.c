/* Scans: written by the scan recorder only. No address and no precise place is kept, only a keyed hash. */
#include "base/base.h"
#include "mod/trace/trace_priv.h"

#define RECORD struct scan

static const struct field fields[] = {
	FIELD(code, "追溯码", "Code", T_CODE, .max = 32, .server = 1, .title = 1, .list = 1, .mobile = 1, .width = 190),
	FIELD(code_id, "码", "Code row", T_REF, .ref = "trace-codes", .server = 1, .filter = 1),
	FIELD(lot_id, "批次", "Lot", T_REF, .ref = "lots", .required = 1, .server = 1, .list = 1, .filter = 1, .secondary = 1,
	  .width = 190),
	FIELD(at_ms, "时间", "Scanned at", T_TIME, .server = 1, .list = 1, .filter = 1, .mobile = 1, .width = 140),
	FIELD(place, "地点", "Place", T_TEXT, .max = 60, .server = 1, .list = 1, .filter = 1, .mobile = 1, .width = 140),
	FIELD(location, "概略位置", "Rough location", T_GEO, .server = 1),
	FIELD(client, "客户端摘要", "Client hash", T_TEXT, .max = 22, .server = 1),
	FIELD(suspicious, "可疑", "Suspicious", T_BOOL, .server = 1, .list = 1, .filter = 1, .width = 70),
	{ 0 },
};

const struct resource resource_scans = {
	.name = "scans",
	.label = { "扫码记录", "Scans" },
	.help = { "只保存概略地点和加密摘要，不保存网络地址。", "Only a rough place and a keyed hash are kept, never an address." },
	.table = "scan",
	.icon = "scan",
	.group = "trace",
	.fields = fields,
	.record_size = sizeof(RECORD),
	.place = PLACE_PARENT,
	.inherits = "lot_id",
	.default_sort = "-at_ms",
	.append_only = 1,
	.no_audit_values = 1,
	.may = {
		[ACT_LIST] = "trace.view",
		[ACT_READ] = "trace.view",
	},
};

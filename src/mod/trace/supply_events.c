/* Supply events: packing, shipping, receiving, storing and selling a lot; never more out than in. */
#include "base/base.h"
#include "mod/trace/supply.h"
#include "mod/trace/trace_priv.h"

#define RECORD struct supply_event

static const struct choice kinds[] = {
	CHOICE("pack", "包装", "Packed"),
	CHOICE("ship", "发货", "Shipped", .tone = TONE_INFO),
	CHOICE("receive", "收货", "Received", .tone = TONE_OK),
	CHOICE("store", "入库", "Stored"),
	CHOICE("sell", "销售", "Sold", .tone = TONE_OK),
	{ 0 },
};

static const struct field fields[] = {
	FIELD(kind, "环节", "Step", T_ENUM, .choices = kinds, .required = 1, .title = 1, .list = 1, .filter = 1,
	  .mobile = 1, .public = 1, .width = 90),
	FIELD(lot_id, "批次", "Lot", T_REF, .ref = "lots", .required = 1, .list = 1, .filter = 1, .secondary = 1,
	  .mobile = 1, .width = 190),
	FIELD(done_ms, "时间", "Done at", T_TIME, .required = 1, .list = 1, .filter = 1, .mobile = 1, .public = 1,
	  .width = 140),
	FIELD(from_org_id, "发出方", "From", T_REF, .ref = "organisations", .list = 1, .width = 160),
	FIELD(to_org_id, "接收方", "To", T_REF, .ref = "organisations", .width = 160),
	FIELD(to_name, "接收方名称", "Receiver", T_TEXT, .max = 60, .list = 1, .width = 140,
	  .help = { "接收方不在平台上时填写单位名称，不要填写个人姓名。",
	    "When the receiver is not on the platform: a firm's name, never a person's." }),
	FIELD(place, "地点", "Place", T_TEXT, .max = 60, .list = 1, .public = 1, .width = 140,
	  .help = { "会出现在扫码页上，写到市县或站点即可。", "Shown on the scan page: city, county or station is enough." }),
	FIELD(location, "定位", "Location", T_GEO),
	FIELD(quantity_milli, "数量", "Quantity", T_QTY, .unit_field = "unit", .required = 1, .min = 1,
	  .max = 1000000000000, .list = 1, .mobile = 1, .width = 100),
	FIELD(unit, "单位", "Unit", T_ENUM, .choices = trace_units, .server = 1),
	FIELD(carrier, "承运单位", "Carrier", T_TEXT, .max = 60, .public = 1),
	FIELD(waybill, "运单号", "Waybill", T_TEXT, .max = 40, .search = 1),
	FIELD(codes, "涉及的追溯码", "Codes", T_LONGTEXT, .max = 20000,
	  .help = { "逐行填写追溯码，或填写序号范围如 1-500；销售时这些码标记为已售出。",
	    "One code per line, or serial ranges such as 1-500; selling marks them as sold." }),
	FIELD(photos, "照片", "Photos", T_FILES, .accept = "image", .max = 9, .public = 1),
	FIELD(note, "备注", "Note", T_LONGTEXT, .max = 500),
	FIELD(corrects_id, "更正哪条记录", "Corrects", T_REF, .ref = "supply-events", .unique = 1, .filter = 1,
	  .help = { "记录不能修改；写一条新的并指明它更正的旧记录。",
	    "Records are never changed: write a new one and name the one it corrects." }),
	{ 0 },
};

const struct resource resource_supply_events = {
	.name = "supply-events",
	.label = { "流通记录", "Supply events" },
	.help = { "包装、发货、收货、入库、销售。发出和售出的总量不会超过批次数量。",
	  "Packing, shipping, receiving, storing, selling. Never more goes out than the lot holds." },
	.table = "supply_event",
	.icon = "truck-delivery",
	.group = "trace",
	.fields = fields,
	.record_size = sizeof(RECORD),
	.place = PLACE_PARENT,
	.inherits = "lot_id",
	.default_sort = "-done_ms",
	.append_only = 1,
	.on_create = supply_create,
	.may = {
		[ACT_LIST] = "trace.view",
		[ACT_READ] = "trace.view",
		[ACT_CREATE] = "trace.record",
	},
};

/* stations.c - the county centre, township and community stations and village points: where they are and who runs them. */
#include "base/base.h"
#include "mod/station/station.h"

#define RECORD struct station

static const struct choice kinds[] = {
	CHOICE("county_centre", "县级中心", "County centre", .tone = TONE_INFO),
	CHOICE("town_station", "乡镇站", "Township station"),
	CHOICE("community_station", "社区站", "Community station"),
	CHOICE("village_point", "村级点", "Village point"),
	{ 0 },
};

#define G_BASIC .group = { "基本信息", "Basics" }
#define G_PLACE .group = { "位置与场地", "Place" }

static const struct field fields[] = {
	FIELD(code, "站点编码", "Code", T_CODE, .required = 1, .unique = 1, .fixed = 1, .max = 20, .list = 1, .mobile = 1,
		.search = 1, .width = 130, G_BASIC, .help = { "如 140406-S001，全县唯一", "Such as 140406-S001, unique in the county" }),
	FIELD(name, "站点名称", "Name", T_TEXT, .required = 1, .max = 60, .title = 1, .search = 1, .list = 1, .public = 1,
		.width = 220, G_BASIC),
	FIELD(kind, "级别", "Kind", T_ENUM, .choices = kinds, .required = 1, .list = 1, .filter = 1, .secondary = 1, .public = 1,
		.width = 110, G_BASIC),
	FIELD(division, "所在区划", "Division", T_DIVISION, .required = 1, .list = 1, .filter = 1, .mobile = 1, .public = 1,
		.width = 150, G_BASIC),
	FIELD(org_id, "运营主体", "Operated by", T_REF, .ref = "organisations", .filter = 1, G_BASIC),
	FIELD(manager_id, "站长", "Manager", T_REF, .ref = "people", .list = 1, .width = 110, G_BASIC),
	FIELD(phone, "联系电话", "Phone", T_PHONE, .private = 1, .list = 1, .mobile = 1, .width = 130, G_BASIC),
	FIELD(opened_on, "开业日期", "Opened", T_DATE, .list = 1, .width = 110, G_BASIC),
	FIELD(state, "状态", "State", T_STATE, .list = 1, .filter = 1, .width = 90),
	FIELD(address, "地址", "Address", T_TEXT, .max = 200, .search = 1, .public = 1, G_PLACE),
	FIELD(location, "位置", "Location", T_GEO, .public = 1, G_PLACE,
		.help = { "用手机在站点现场取点；乡镇示意图据此校正", "Take it with the phone at the station; the schematic map follows it" }),
	FIELD(area_milli, "面积", "Floor area", T_QTY, .unit = "MTK", .min = 0, .max = 100000000, G_PLACE),
	FIELD(photos, "照片", "Photos", T_FILES, .accept = "image", .max = 9, .public = 1, G_PLACE),
	{ 0 },
};

static const struct choice states[] = {
	CHOICE("planned", "筹建", "Planned", .tone = TONE_INFO),
	CHOICE("open", "营业", "Open", .tone = TONE_OK),
	CHOICE("suspended", "停业整改", "Suspended", .tone = TONE_WARN),
	CHOICE("closed", "撤销", "Closed", .tone = TONE_NONE),
	{ 0 },
};

static const struct move moves[] = {
	{ "open", { "开业", "Open" }, "planned", "open", "station.edit", .primary = 1 },
	{ "suspend", { "停业整改", "Suspend" }, "open", "suspended", "station.edit",
		{ "停业期间站点不计入运营站点数，确定吗？", "A suspended station no longer counts as operating. Continue?" }, .comment = 1,
		.danger = 1 },
	{ "resume", { "恢复营业", "Resume" }, "suspended", "open", "station.edit", .primary = 1 },
	{ "close", { "撤销", "Close" }, "planned|open|suspended", "closed", "station.edit",
		{ "撤销后不能恢复，历史记录保留，确定吗？", "A closed station cannot be reopened; its history stays. Continue?" },
		.comment = 1, .danger = 1 },
	{ 0 },
};

const struct resource resource_stations = {
	.name = "stations",
	.label = { "服务站点", "Stations" },
	.help = { "县级中心、乡镇和社区站、村级点", "County centre, township and community stations, village points" },
	.table = "station",
	.icon = "map-pin",
	.group = "station",
	.fields = fields,
	.states = states,
	.moves = moves,
	.record_size = sizeof(RECORD),
	.place = PLACE_FIELDS,
	.default_sort = "code",
	.may = { [ACT_LIST] = "station.view", [ACT_READ] = "station.view", [ACT_CREATE] = "station.edit",
		[ACT_UPDATE] = "station.edit" },
};

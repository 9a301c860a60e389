/* Plots: pieces of land with a place and an area; everything grown is grown on one. */
#include "base/base.h"
#include "mod/trace/trace_priv.h"

#define RECORD struct plot

static const struct choice kinds[] = {
	CHOICE("field", "大田", "Open field"),
	CHOICE("greenhouse", "设施大棚", "Greenhouse"),
	CHOICE("orchard", "果园", "Orchard"),
	CHOICE("dryland", "旱地", "Dryland"),
	CHOICE("base", "示范基地", "Demonstration base", .tone = TONE_INFO),
	{ 0 },
};

static const struct field fields[] = {
	FIELD(name, "地块名称", "Plot", T_TEXT, .required = 1, .max = 60, .title = 1, .search = 1, .list = 1, .mobile = 1,
	  .public = 1, .width = 180),
	FIELD(code, "地块编号", "Plot number", T_CODE, .max = 30, .unique = 1, .search = 1, .list = 1, .secondary = 1,
	  .width = 120),
	FIELD(org_id, "所属主体", "Organisation", T_REF, .ref = "organisations", .required = 1, .list = 1, .filter = 1,
	  .public = 1, .width = 200),
	FIELD(person_id, "种植户", "Grower", T_REF, .ref = "people", .filter = 1, .list = 1, .width = 100),
	FIELD(division, "所在村镇", "Village", T_DIVISION, .required = 1, .list = 1, .filter = 1, .mobile = 1, .public = 1,
	  .width = 140),
	FIELD(location, "位置", "Location", T_GEO, .required = 1,
	  .help = { "在地块中央定位。公共页面只显示到乡镇示意图。",
	    "Taken in the middle of the plot. Public pages show only a town sketch." }),
	FIELD(area_milli, "面积", "Area", T_QTY, .unit = "MU", .required = 1, .min = 1, .max = 100000000, .list = 1,
	  .mobile = 1, .public = 1, .width = 100),
	FIELD(kind, "类型", "Kind", T_ENUM, .choices = kinds, .required = 1, .list = 1, .filter = 1, .public = 1,
	  .width = 100),
	FIELD(soil, "土壤", "Soil", T_TEXT, .max = 60, .public = 1),
	FIELD(irrigation, "灌溉方式", "Irrigation", T_TEXT, .max = 60, .public = 1),
	FIELD(photos, "照片", "Photos", T_FILES, .accept = "image", .max = 9, .public = 1),
	FIELD(note, "备注", "Note", T_LONGTEXT, .max = 500),
	{ 0 },
};

const struct resource resource_plots = {
	.name = "plots",
	.label = { "地块", "Plots" },
	.help = { "每茬种植都落在一个地块上。", "Every crop grows on one plot." },
	.table = "plot",
	.icon = "map-2",
	.group = "trace",
	.fields = fields,
	.record_size = sizeof(RECORD),
	.place = PLACE_FIELDS,
	.default_sort = "name",
	.may = {
		[ACT_LIST] = "trace.view",
		[ACT_READ] = "trace.view",
		[ACT_CREATE] = "trace.record",
		[ACT_UPDATE] = "trace.record",
		[ACT_DELETE] = "trace.catalogue",
	},
};

/* Farm inputs: the county's shared catalogue; a pesticide carries its pre-harvest safety interval. */
#include "base/base.h"
#include "mod/trace/trace_priv.h"

#define RECORD struct farm_input

static const struct choice kinds[] = {
	CHOICE("seed", "种子种苗", "Seed"),
	CHOICE("fertiliser", "肥料", "Fertiliser"),
	CHOICE("pesticide", "农药", "Pesticide", .tone = TONE_WARN),
	CHOICE("film", "农膜", "Film"),
	CHOICE("other", "其他", "Other"),
	{ 0 },
};

static const struct field fields[] = {
	FIELD(name, "投入品名称", "Input", T_TEXT, .required = 1, .max = 80, .title = 1, .search = 1, .list = 1,
	  .mobile = 1, .public = 1, .width = 200),
	FIELD(kind, "类型", "Kind", T_ENUM, .choices = kinds, .required = 1, .list = 1, .filter = 1, .mobile = 1,
	  .public = 1, .width = 90),
	FIELD(registration_no, "登记证号", "Registration number", T_TEXT, .max = 40, .search = 1, .list = 1,
	  .secondary = 1, .width = 150, .help = { "农药登记证号，例如 PD20151234", "Pesticide registration, such as PD20151234" }),
	FIELD(maker, "生产企业", "Maker", T_TEXT, .max = 80, .search = 1, .list = 1, .width = 200),
	FIELD(active_ingredient, "有效成分", "Active ingredient", T_TEXT, .max = 120, .search = 1, .list = 1, .public = 1,
	  .width = 160),
	FIELD(interval_days, "安全间隔期（天）", "Safety interval (days)", T_INT, .min = 0, .max = 365, .list = 1,
	  .mobile = 1, .width = 130, .required_when = "kind", .required_is = "pesticide",
	  .help = { "最后一次用药到允许采收的最少天数，见农药标签。",
	    "Least days from the last use to harvest, as on the label." }),
	FIELD(prohibited, "禁用", "Prohibited", T_BOOL, .list = 1, .filter = 1, .width = 70,
	  .help = { "使用过禁用投入品的茬次不得采收上市。", "A crop on which it was used may not be sold." }),
	FIELD(note, "备注", "Note", T_LONGTEXT, .max = 500),
	{ 0 },
};

const struct resource resource_farm_inputs = {
	.name = "farm-inputs",
	.label = { "投入品", "Farm inputs" },
	.help = { "全县共用的农药、肥料、种子目录。", "The county's shared list of pesticides, fertilisers and seeds." },
	.table = "farm_input",
	.icon = "bottle",
	.group = "trace",
	.fields = fields,
	.record_size = sizeof(RECORD),
	.place = PLACE_COUNTY,
	.default_sort = "name",
	.may = {
		[ACT_LIST] = "trace.view",
		[ACT_READ] = "trace.view",
		[ACT_CREATE] = "trace.catalogue",
		[ACT_UPDATE] = "trace.catalogue",
		[ACT_DELETE] = "trace.catalogue",
	},
};

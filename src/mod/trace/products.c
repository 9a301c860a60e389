/* Products: what an organisation sells; each lot is a lot of one product. */
#include "base/base.h"
#include "mod/trace/trace_priv.h"
#include "mod/trace/rules.h"

#define RECORD struct product

static const struct choice categories[] = {
	CHOICE("grain", "粮食", "Grain"),
	CHOICE("vegetable", "蔬菜", "Vegetables"),
	CHOICE("fruit", "水果", "Fruit"),
	CHOICE("herb", "中药材", "Medicinal herbs"),
	CHOICE("fungus", "食用菌", "Edible fungi"),
	CHOICE("livestock", "畜禽", "Livestock and poultry"),
	CHOICE("processed", "加工品", "Processed food"),
	CHOICE("other", "其他", "Other"),
	{ 0 },
};

static const struct choice certifications[] = {
	CHOICE("none", "无", "None"),
	CHOICE("green", "绿色食品", "Green food"),
	CHOICE("organic", "有机产品", "Organic"),
	CHOICE("gi", "农产品地理标志", "Geographical indication"),
	CHOICE("good", "名特优新农产品", "Notable local product"),
	{ 0 },
};

static const struct choice states[] = {
	CHOICE("draft", "草稿", "Draft"),
	CHOICE("listed", "已上架", "Listed", .tone = TONE_OK),
	CHOICE("withdrawn", "已下架", "Withdrawn", .tone = TONE_WARN),
	{ 0 },
};

static const struct move moves[] = {
	{ .name = "list", .label = { "上架", "List" }, .from = "draft|withdrawn", .to = "listed",
	  .may = "trace.catalogue", .primary = 1,
	  .confirm = { "上架后产品会出现在公共门户，任何人都能看到。", "The product will appear on the public portal for everyone." } },
	{ .name = "withdraw", .label = { "下架", "Withdraw" }, .from = "listed", .to = "withdrawn",
	  .may = "trace.catalogue",
	  .confirm = { "下架后公共门户不再展示该产品；已发出的追溯码仍可查询。",
	    "The portal stops showing the product; trace codes already issued can still be looked up." } },
	{ 0 },
};

#define BASICS .group = { "基本信息", "Basics" }
#define SHOWN .group = { "对外展示", "Public page" }

static const struct field fields[] = {
	FIELD(name, "产品名称", "Product", T_TEXT, .required = 1, .max = 60, .title = 1, .search = 1, .list = 1,
	  .mobile = 1, .public = 1, .width = 180, BASICS),
	FIELD(org_id, "生产主体", "Producer", T_REF, .ref = "organisations", .required = 1, .list = 1, .filter = 1,
	  .secondary = 1, .public = 1, .width = 200, BASICS),
	FIELD(category, "类别", "Category", T_ENUM, .choices = categories, .required = 1, .list = 1, .filter = 1,
	  .mobile = 1, .public = 1, .width = 90, BASICS),
	FIELD(variety, "品种", "Variety", T_TEXT, .max = 60, .search = 1, .list = 1, .public = 1, .width = 120, BASICS,
	  .help = { "例如：晋谷 21 号", "For example: Jingu 21" }),
	FIELD(unit, "计量单位", "Unit", T_ENUM, .choices = trace_units, .required = 1, .default_ = "\"KGM\"",
	  .public = 1, BASICS),
	FIELD(spec, "规格", "Package size", T_TEXT, .max = 60, .list = 1, .mobile = 1, .public = 1, .width = 120, BASICS,
	  .help = { "例如：2.5 kg/袋", "For example: 2.5 kg bag" }),
	FIELD(gtin, "商品条码", "GTIN", T_CODE, .max = 14, .public = 1, BASICS,
	  .help = { "8、12、13 或 14 位数字，末位为校验码；没有就留空，不要自编。",
	    "8, 12, 13 or 14 digits ending in a check digit; leave empty if there is none." }),
	FIELD(shelf_days, "保质期（天）", "Shelf life (days)", T_INT, .min = 1, .max = 3650, .public = 1, BASICS),
	FIELD(certification, "认证", "Certification", T_ENUM, .choices = certifications, .default_ = "\"none\"",
	  .filter = 1, .list = 1, .public = 1, .width = 130, SHOWN),
	FIELD(certificate_no, "认证证书编号", "Certificate number", T_TEXT, .max = 60, .public = 1, SHOWN,
	  .required_when = "certification", .required_is = "green,organic,gi,good"),
	FIELD(intro, "产品介绍", "Introduction", T_LONGTEXT, .max = 2000, .search = 1, .public = 1, SHOWN),
	FIELD(cover, "封面图", "Cover picture", T_FILE, .accept = "image", .public = 1, SHOWN),
	FIELD(photos, "产品照片", "Photos", T_FILES, .accept = "image", .max = 9, .public = 1, SHOWN),
	FIELD(state, "状态", "State", T_STATE, .list = 1, .filter = 1, .mobile = 1, .width = 90),
	{ 0 },
};

static enum rc
gtin_rule(struct ctx *c, const void *record, const void *before)
{
	const struct product *p = record;

	(void)before;
	if (p->gtin.n == 0 || gtin_valid(p->gtin))
		return RC_OK;
	return fail(&c->err, RC_INVALID, "gtin", "商品条码应为 8、12、13 或 14 位数字且末位校验正确",
		"A GTIN has 8, 12, 13 or 14 digits and a correct check digit");
}

static const struct rule rules[] = {
	{ "gtin", gtin_rule },
	{ 0 },
};

const struct resource resource_products = {
	.name = "products",
	.label = { "产品", "Products" },
	.help = { "上架的产品会出现在公共门户。", "Listed products appear on the public portal." },
	.table = "product",
	.icon = "packages",
	.group = "trace",
	.fields = fields,
	.states = states,
	.moves = moves,
	.rules = rules,
	.record_size = sizeof(RECORD),
	.place = PLACE_FIELDS,
	.default_sort = "name",
	.may = {
		[ACT_LIST] = "trace.view",
		[ACT_READ] = "trace.view",
		[ACT_CREATE] = "trace.catalogue",
		[ACT_UPDATE] = "trace.catalogue",
		[ACT_DELETE] = "trace.catalogue",
	},
};

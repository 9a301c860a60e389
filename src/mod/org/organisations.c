/* organisations.c - the register of market entities: who produces, sells, serves and governs in the county. */
#include "base/base.h"
#include "mod/org/org.h"

#define RECORD struct organisation

static const struct choice kinds[] = {
	CHOICE("enterprise", "企业", "Enterprise"),
	CHOICE("cooperative", "合作社", "Cooperative"),
	CHOICE("family_farm", "家庭农场", "Family farm"),
	CHOICE("household", "农户", "Household"),
	CHOICE("association", "协会", "Association"),
	CHOICE("station", "站点主体", "Station operator"),
	CHOICE("government", "政府部门", "Government office"),
	CHOICE("operator", "运营单位", "Programme operator"),
	{ 0 },
};

#define G_BASIC .group = { "基本信息", "Basics" }
#define G_CONTACT .group = { "联系方式", "Contact" }
#define G_BUSINESS .group = { "经营情况", "Business" }
#define G_SHOW .group = { "对外展示", "Public showcase" }

static const struct field fields[] = {
	FIELD(name, "名称", "Name", T_TEXT, .required = 1, .max = 100, .title = 1, .search = 1, .list = 1, .mobile = 1,
		.public = 1, .width = 240, G_BASIC, .help = { "与营业执照一致；农户填户主姓名加“户”", "As on the licence; a household by its head" }),
	FIELD(kind, "类型", "Kind", T_ENUM, .choices = kinds, .required = 1, .list = 1, .filter = 1, .secondary = 1, .public = 1,
		.width = 110, G_BASIC),
	FIELD(uscc, "统一社会信用代码", "Credit code", T_USCC, .unique = 1, .list = 1, .width = 180, G_BASIC,
		.required_when = "kind", .required_is = "enterprise,cooperative",
		.help = { "18 位，末位为校验码", "18 characters; the last is a check character" }),
	FIELD(division, "所在区划", "Division", T_DIVISION, .required = 1, .list = 1, .filter = 1, .mobile = 1, .public = 1,
		.width = 150, G_BASIC),
	FIELD(state, "状态", "State", T_STATE, .list = 1, .filter = 1, .width = 90),
	FIELD(legal_person, "法定代表人", "Legal representative", T_TEXT, .private = 1, .max = 40, G_CONTACT),
	FIELD(phone, "联系电话", "Phone", T_PHONE, .private = 1, .list = 1, .mobile = 1, .width = 130, G_CONTACT),
	FIELD(address, "地址", "Address", T_TEXT, .max = 200, .search = 1, .public = 1, G_CONTACT),
	FIELD(location, "位置", "Location", T_GEO, .public = 1, G_CONTACT),
	FIELD(business, "主营业务", "Business", T_LONGTEXT, .max = 1000, .search = 1, .public = 1, G_BUSINESS),
	FIELD(capital_fen, "注册资本", "Registered capital", T_MONEY, .max = 100000000000000, G_BUSINESS),
	FIELD(established_on, "成立日期", "Established", T_DATE, G_BUSINESS),
	FIELD(e_commerce, "开展电商", "E-commerce", T_BOOL, .list = 1, .filter = 1, .width = 90, G_BUSINESS),
	FIELD(is_leading, "龙头企业", "Leading enterprise", T_BOOL, .list = 1, .filter = 1, .width = 90, G_BUSINESS),
	FIELD(intro, "简介", "Introduction", T_LONGTEXT, .max = 4000, .public = 1, .search = 1, G_SHOW,
		.help = { "显示在门户的企业展示页", "Shown on the portal's enterprise page" }),
	FIELD(cover, "封面图", "Cover picture", T_FILE, .accept = "image", .public = 1, G_SHOW),
	FIELD(photos, "照片", "Photos", T_FILES, .accept = "image", .max = 9, .public = 1, G_SHOW),
	{ 0 },
};

static const struct choice states[] = {
	CHOICE("draft", "待核", "Draft", .tone = TONE_INFO),
	CHOICE("active", "正常", "Active", .tone = TONE_OK),
	CHOICE("suspended", "暂停", "Suspended", .tone = TONE_WARN),
	CHOICE("closed", "注销", "Closed", .tone = TONE_NONE),
	{ 0 },
};

static const struct move moves[] = {
	{ "activate", { "核准", "Approve" }, "draft", "active", "org.approve", .primary = 1 },
	{ "suspend", { "暂停", "Suspend" }, "active", "suspended", "org.approve",
		{ "暂停后门户不再展示该主体，确定吗？", "The portal will no longer show this organisation. Continue?" }, .comment = 1, .danger = 1 },
	{ "resume", { "恢复", "Resume" }, "suspended", "active", "org.approve", .primary = 1 },
	{ "close", { "注销", "Close" }, "active|suspended", "closed", "org.approve",
		{ "注销后不能恢复，历史记录保留，确定吗？", "A closed organisation cannot be reopened; its history stays. Continue?" },
		.comment = 1, .danger = 1 },
	{ 0 },
};

static enum rc
on_delete(struct ctx *c, struct record_head *h, const void *record)
{
	const struct organisation *o = record;

	(void)h;
	if (str_eq_c(o->state, "draft"))
		return RC_OK;
	return fail_code(&c->err, RC_STATE, "not-draft", NULL, "只能删除待核的主体，已核准的请注销",
		"only a draft can be removed; close an approved organisation instead");
}

const struct resource resource_organisations = {
	.name = "organisations",
	.label = { "市场主体", "Organisations" },
	.help = { "县内企业、合作社、家庭农场、农户、协会和运营单位的登记册",
		"Register of the county's enterprises, cooperatives, farms, households, associations and operators" },
	.table = "organisation",
	.icon = "building-store",
	.group = "org",
	.fields = fields,
	.states = states,
	.moves = moves,
	.record_size = sizeof(RECORD),
	.place = PLACE_SELF,
	.may = { [ACT_LIST] = "org.view", [ACT_READ] = "org.view", [ACT_CREATE] = "org.edit", [ACT_UPDATE] = "org.edit",
		[ACT_DELETE] = "org.edit" },
	.on_delete = on_delete,
};

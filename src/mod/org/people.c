/* people.c - growers, staff, station managers and inspectors. Name, phone and identity number are encrypted at rest. */
#include "base/base.h"
#include "mod/org/org.h"

#define RECORD struct person

static const struct choice kinds[] = {
	CHOICE("grower", "种植户", "Grower"),
	CHOICE("staff", "工作人员", "Staff"),
	CHOICE("station_manager", "站长", "Station manager"),
	CHOICE("inspector", "检测员", "Inspector"),
	CHOICE("other", "其他", "Other"),
	{ 0 },
};
static const struct choice sexes[] = { CHOICE("m", "男", "Male"), CHOICE("f", "女", "Female"), { 0 } };

static const struct field fields[] = {
	FIELD(name, "姓名", "Name", T_TEXT, .required = 1, .private = 1, .max = 40, .title = 1, .list = 1, .mobile = 1, .width = 120),
	FIELD(kind, "身份", "Role", T_ENUM, .choices = kinds, .required = 1, .list = 1, .filter = 1, .secondary = 1, .width = 110),
	FIELD(phone, "手机号", "Phone", T_PHONE, .private = 1, .list = 1, .mobile = 1, .width = 130),
	FIELD(idno, "身份证号", "Identity number", T_IDNO, .private = 1,
		.help = { "只在发放证书、补贴等确有必要时填写", "Only where a certificate or a subsidy needs it" }),
	FIELD(sex, "性别", "Sex", T_ENUM, .choices = sexes, .filter = 1),
	FIELD(division, "所在区划", "Division", T_DIVISION, .required = 1, .list = 1, .filter = 1, .width = 150),
	FIELD(org_id, "所属主体", "Organisation", T_REF, .ref = "organisations", .list = 1, .filter = 1, .mobile = 1, .width = 200),
	FIELD(photo, "照片", "Photo", T_FILE, .accept = "image"),
	FIELD(note, "备注", "Note", T_TEXT, .private = 1, .max = 500),
	{ 0 },
};

const struct resource resource_people = {
	.name = "people",
	.label = { "人员", "People" },
	.help = { "姓名、电话、证件号码加密保存；查看明文需要权限并留痕",
		"Names, phones and identity numbers are encrypted; seeing them needs a permission and is recorded" },
	.table = "person",
	.icon = "users",
	.group = "org",
	.fields = fields,
	.record_size = sizeof(RECORD),
	.place = PLACE_SELF,
	.may = { [ACT_LIST] = "org.view", [ACT_READ] = "org.view", [ACT_CREATE] = "org.people", [ACT_UPDATE] = "org.people",
		[ACT_DELETE] = "org.people" },
};

#include "base/base.h"
#include "core/file.h"
#include "core/testmod.h"

/* ---- organisations: their own place ---- */
#define RECORD struct test_org
static const struct choice org_states[] = {
	CHOICE("draft", "草稿", "Draft"),
	CHOICE("active", "正常", "Active", .tone = TONE_OK),
	{ 0 },
};
static const struct move org_moves[] = {
	{ "activate", { "启用", "Activate" }, "draft", "active", "test.edit", .primary = 1 },
	{ 0 },
};
static const struct field org_fields[] = {
	FIELD(name, "名称", "Name", T_TEXT, .max = 60, .required = 1, .title = 1, .search = 1, .list = 1, .unique = 1),
	FIELD(division, "行政区划", "Division", T_DIVISION, .required = 1),
	FIELD(state, "状态", "State", T_STATE),
	{ 0 },
};
const struct resource test_orgs = {
	.name = "organisations",
	.label = { "主体", "Organisations" },
	.table = "test_org",
	.fields = org_fields,
	.states = org_states,
	.moves = org_moves,
	.record_size = sizeof(RECORD),
	.place = PLACE_SELF,
	.may = { [ACT_LIST] = "test.view", [ACT_READ] = "test.view", [ACT_CREATE] = "test.edit", [ACT_UPDATE] = "test.edit",
		[ACT_DELETE] = "test.edit" },
};
#undef RECORD

/* ---- people: private fields, a private title ---- */
#define RECORD struct test_person
static const struct field person_fields[] = {
	FIELD(name, "姓名", "Name", T_TEXT, .max = 40, .required = 1, .title = 1, .private = 1),
	FIELD(phone, "电话", "Phone", T_PHONE, .private = 1, .filter = 1),
	FIELD(idno, "身份证号", "Identity number", T_IDNO, .private = 1, .unique = 1),
	FIELD(address, "住址", "Address", T_TEXT, .max = 200, .private = 1),
	FIELD(org_id, "主体", "Organisation", T_REF, .ref = "organisations"),
	FIELD(division, "行政区划", "Division", T_DIVISION, .required = 1),
	{ 0 },
};
const struct resource test_people = {
	.name = "people",
	.label = { "人员", "People" },
	.table = "test_person",
	.fields = person_fields,
	.record_size = sizeof(RECORD),
	.place = PLACE_SELF,
	.may = { [ACT_LIST] = "test.people", [ACT_READ] = "test.people", [ACT_CREATE] = "test.people",
		[ACT_UPDATE] = "test.people", [ACT_DELETE] = "test.people" },
};
#undef RECORD

/* ---- fields of land: place from own columns, states, conditional fields, files ---- */
#define RECORD struct test_field
static const struct choice field_kinds[] = {
	CHOICE("open", "大田", "Open field"),
	CHOICE("house", "大棚", "Greenhouse"),
	CHOICE("orchard", "果园", "Orchard"),
	{ 0 },
};
static const struct choice field_states[] = {
	CHOICE("draft", "草稿", "Draft"),
	CHOICE("open", "在用", "In use", .tone = TONE_OK),
	CHOICE("held", "暂停", "Held", .tone = TONE_WARN),
	CHOICE("closed", "停用", "Closed"),
	{ 0 },
};
static const struct move field_moves[] = {
	{ "release", { "启用", "Release" }, "draft", "open", "test.edit", .primary = 1 },
	{ "hold", { "暂停", "Hold" }, "draft|open", "held", "test.edit", .comment = 1, .danger = 1 },
	{ "lift", { "恢复", "Lift" }, "held", "open", "test.chief" },
	{ "close", { "停用", "Close" }, "open|held", "closed", "test.edit" },
	{ 0 },
};
static const struct unique_rule field_uniques[] = {
	{ "name_in_org", { "org_id", "name" }, { "同一主体下已有同名地块", "the organisation has a field of this name" } },
	{ 0 },
};
static const struct field field_fields[] = {
	FIELD(name, "名称", "Name", T_TEXT, .max = 20, .required = 1, .title = 1, .search = 1, .list = 1),
	FIELD(code, "编号", "Code", T_CODE, .max = 20, .unique = 1, .search = 1, .list = 1),
	FIELD(org_id, "主体", "Organisation", T_REF, .ref = "organisations", .required = 1, .filter = 1),
	FIELD(person_id, "种植户", "Grower", T_REF, .ref = "people"),
	FIELD(division, "行政区划", "Division", T_DIVISION, .required = 1, .filter = 1),
	FIELD(kind, "类型", "Kind", T_ENUM, .choices = field_kinds, .required = 1, .filter = 1, .list = 1),
	FIELD(area_milli, "面积", "Area", T_QTY, .unit = "MU", .min = 1, .max = 100000000, .required = 1),
	FIELD(location, "位置", "Location", T_GEO),
	FIELD(note, "备注", "Note", T_LONGTEXT, .max = 500, .search = 1),
	FIELD(photo, "照片", "Photo", T_FILE, .accept = "image"),
	FIELD(photos, "更多照片", "More photos", T_FILES, .accept = "image", .max = 3),
	FIELD(leased, "租用", "Leased", T_BOOL),
	FIELD(reason, "大棚说明", "Why a greenhouse", T_TEXT, .max = 50, .required_when = "kind", .required_is = "house"),
	FIELD(state, "状态", "State", T_STATE, .list = 1),
	{ 0 },
};
const struct resource test_fields = {
	.name = "fields",
	.label = { "地块", "Fields" },
	.table = "test_field",
	.group = NULL,
	.fields = field_fields,
	.states = field_states,
	.moves = field_moves,
	.uniques = field_uniques,
	.record_size = sizeof(RECORD),
	.place = PLACE_FIELDS,
	.may = { [ACT_LIST] = "test.view", [ACT_READ] = "test.view", [ACT_CREATE] = "test.edit", [ACT_UPDATE] = "test.edit",
		[ACT_DELETE] = "test.edit" },
};
#undef RECORD

/* ---- readings: lines of a sample ---- */
#define RECORD struct test_reading
static const struct choice verdicts[] = {
	CHOICE("pass", "合格", "Pass"),
	CHOICE("fail", "不合格", "Fail"),
	{ 0 },
};
static const struct field reading_fields[] = {
	FIELD(sample, "吸光度", "Absorbance", T_INT, .min = 0, .max = 100000, .required = 1),
	FIELD(ratio_bp, "抑制率", "Inhibition", T_RATE, .server = 1),
	FIELD(verdict, "结论", "Verdict", T_ENUM, .choices = verdicts, .default_ = "\"pass\""),
	FIELD(tester, "检测员", "Tester", T_TEXT, .max = 40, .private = 1),
	{ 0 },
};
const struct resource test_readings = {
	.name = "readings",
	.label = { "读数", "Readings" },
	.table = "test_reading",
	.parent = "samples",
	.fields = reading_fields,
	.record_size = sizeof(RECORD),
};
#undef RECORD

/* ---- samples: place from the field of land, lines, rule, hooks, the remaining types ---- */
#define RECORD struct test_sample
static const struct choice methods[] = {
	CHOICE("quick", "快检", "Quick test"),
	CHOICE("laboratory", "实验室", "Laboratory"),
	{ 0 },
};

static enum rc
tested_after_sampled(struct ctx *c, const void *record, const void *before)
{
	const struct test_sample *s = record;

	(void)before;
	if (s->tested_ms != NIL && date_of_ms(s->tested_ms) < s->sampled_on)
		return fail(&c->err, RC_INVALID, "tested_ms", "检测不能早于采样", "the test cannot precede the sampling");
	return RC_OK;
}
static const struct rule sample_rules[] = {
	{ "tested_after_sampled", tested_after_sampled },
	{ 0 },
};

static enum rc
sample_judge(struct ctx *c, struct record_head *h, void *record)
{
	struct test_sample *s = record;
	struct test_reading *lines = s->readings.items;

	(void)c;
	(void)h;
	s->count_of_lines = (int64_t)s->readings.count;
	for (size_t i = 0; i < s->readings.count; i++)
		lines[i].ratio_bp = lines[i].sample / 10;
	return RC_OK;
}

static enum rc
sample_judge_again(struct ctx *c, struct record_head *h, void *record, const void *before)
{
	(void)before;
	return sample_judge(c, h, record);
}
static const struct field sample_fields[] = {
	FIELD(number, "样品编号", "Sample number", T_TEXT, .max = 30, .required = 1, .title = 1, .fixed = 1, .unique = 1),
	FIELD(field_id, "地块", "Field", T_REF, .ref = "fields", .required = 1, .filter = 1),
	FIELD(method, "方法", "Method", T_ENUM, .choices = methods, .default_ = "\"quick\""),
	FIELD(sampled_on, "采样日期", "Sampled on", T_DATE, .required = 1),
	FIELD(tested_ms, "检测时间", "Tested at", T_TIME),
	FIELD(fee_fen, "费用", "Fee", T_MONEY, .min = 0, .max = 1000000, .default_ = "0"),
	FIELD(count_of_lines, "读数个数", "Readings counted", T_INT, .server = 1),
	FIELD(score, "评分", "Score", T_INT),
	FIELD(report_url, "报告网址", "Report address", T_URL),
	FIELD(extra, "附加", "Extra", T_JSON, .max = 200),
	FIELD(uscc, "委托方代码", "Client code", T_USCC),
	FIELD(email, "邮箱", "E-mail", T_EMAIL),
	FIELD(remark, "备注", "Remark", T_TEXT, .max = 100, .search = 1),
	FIELD(secret_note, "内部", "Internal", T_TEXT, .max = 100, .server = 1, .secret = 1),
	FIELD(readings, "读数", "Readings", T_LINES, .lines = &test_readings, .max = 5),
	{ 0 },
};
const struct resource test_samples = {
	.name = "samples",
	.label = { "样品", "Samples" },
	.table = "test_sample",
	.fields = sample_fields,
	.rules = sample_rules,
	.record_size = sizeof(RECORD),
	.place = PLACE_PARENT,
	.inherits = "field_id",
	.default_sort = "-sampled_on",
	.may = { [ACT_LIST] = "test.view", [ACT_READ] = "test.view", [ACT_CREATE] = "test.edit", [ACT_UPDATE] = "test.edit",
		[ACT_DELETE] = "test.edit" },
	.on_create = sample_judge,
	.on_update = sample_judge_again,
};
#undef RECORD

/* ---- units: county-wide, append only, quiet ---- */
#define RECORD struct test_unit
static const struct field unit_fields[] = {
	FIELD(name, "名称", "Name", T_TEXT, .max = 30, .required = 1, .title = 1, .unique = 1),
	FIELD(kind, "类别", "Kind", T_TEXT, .max = 30),
	FIELD(rank, "次序", "Rank", T_INT),
	{ 0 },
};
const struct resource test_units = {
	.name = "units",
	.label = { "单位", "Units" },
	.table = "test_unit",
	.fields = unit_fields,
	.record_size = sizeof(RECORD),
	.place = PLACE_COUNTY,
	.append_only = 1,
	.quiet = 1,
	.may = { [ACT_LIST] = "test.view", [ACT_READ] = "test.view", [ACT_CREATE] = "test.chief" },
};
#undef RECORD

const struct resource *const test_resources[] = { &test_orgs, &test_people, &test_fields, &test_readings, &test_samples,
	&test_units, NULL };

static const struct permission permissions[] = {
	{ "test.view", { "查看", "View" } },
	{ "test.edit", { "编辑", "Edit" } },
	{ "test.people", { "人员", "People" } },
	{ "test.chief", { "主管", "Chief" } },
	{ 0 },
};
static const struct module test_module = {
	.name = "test",
	.label = { "测试", "Test" },
	.permissions = permissions,
};
const struct module *const test_modules[] = { &test_module, NULL };

/*
 * Stands in for the file store where a test program links none: keys below 1000 exist. Weak, so that
 * a program with the real store uses that.
 */
__attribute__((weak)) enum rc
file_link(struct ctx *c, const struct resource *r, const struct record_head *h, const char *field, struct str keys, const char *accept,
	bool is_public)
{
	struct str rest = keys;
	int64_t key = 0;

	(void)r;
	(void)h;
	(void)accept;
	(void)is_public;
	while (keys.n > 0 && rest.p != NULL)
		if (!str_i64(str_cut(&rest, ','), &key) || key >= 1000)
			return fail(&c->err, RC_INVALID, field, "文件不存在", "there is no such file");
	return RC_OK;
}

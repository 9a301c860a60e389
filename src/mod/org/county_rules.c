/*
 * county_rules.c - the county's own values for what modules leave to it, from a
 * day on. A rule already in force is history: decisions name it, so it is
 * neither changed nor removed; a newer row replaces it.
 */
#include "base/base.h"
#include "core/rule.h"
#include "mod/org/org_priv.h"

#define RECORD struct county_rule

static const struct field fields[] = {
	FIELD(name, "规则", "Rule", T_TEXT, .required = 1, .fixed = 1, .max = 64, .title = 1, .search = 1, .list = 1, .filter = 1,
		.width = 240, .help = { "规则标识，如 trace.inhibition_limit_bp", "Key of the rule, such as trace.inhibition_limit_bp" }),
	FIELD(value, "取值", "Value", T_JSON, .required = 1, .max = 4096, .list = 1, .no_sort = 1, .width = 160),
	FIELD(from_on, "生效日期", "In force from", T_DATE, .required = 1, .list = 1, .secondary = 1, .width = 120),
	FIELD(note, "依据", "Basis", T_TEXT, .max = 300, .list = 1, .width = 240, .help = { "文件名称与文号", "Title and number of the document" }),
	{ 0 },
};

static enum rc
check_value(struct ctx *c, const struct county_rule *r)
{
	const struct rule_preset *p = rule_preset_find(c->app, r->name);

	if (p == NULL)
		return fail(&c->err, RC_INVALID, "name", "没有名为“" STR_FMT "”的规则", "there is no rule “" STR_FMT "”", STR_ARG(r->name));
	return rule_value_check(c, p, r->value);
}

static enum rc
check_future(struct ctx *c, int64_t from_on, bool today_too)
{
	int64_t today = date_of_ms(c->now_ms);

	if (from_on > today || (today_too && from_on == today))
		return RC_OK;
	return fail_code(&c->err, RC_STATE, "in-force", "from_on", "已生效的规则不能修改或删除，生效日期也不能早于今天，请新增一条",
		"a rule in force cannot be changed or removed, nor can one begin before today; add a new one");
}

static enum rc
on_create(struct ctx *c, struct record_head *h, void *record)
{
	const struct county_rule *r = record;
	enum rc rc = auth_whole_county(c, "org.rules");

	(void)h;
	if (rc == RC_OK)
		rc = check_value(c, r);
	if (rc != RC_OK || c->actor->kind == ACTOR_SYSTEM)
		return rc;
	return check_future(c, r->from_on, true);
}

static enum rc
on_update(struct ctx *c, struct record_head *h, void *record, const void *before)
{
	const struct county_rule *r = record, *old = before;
	enum rc rc = auth_whole_county(c, "org.rules");

	(void)h;
	if (rc == RC_OK)
		rc = check_future(c, old->from_on, false);
	if (rc == RC_OK)
		rc = check_future(c, r->from_on, true);
	return rc != RC_OK ? rc : check_value(c, r);
}

static enum rc
on_delete(struct ctx *c, struct record_head *h, const void *record)
{
	const struct county_rule *r = record;
	enum rc rc = auth_whole_county(c, "org.rules");

	(void)h;
	return rc != RC_OK ? rc : check_future(c, r->from_on, false);
}

static const struct unique_rule uniques[] = {
	{ "day", { "name", "from_on" }, { "该规则在这一天已有取值", "this rule already has a value from this day" } },
	{ 0 },
};

const struct resource resource_county_rules = {
	.name = "county-rules",
	.label = { "县级规则", "County rules" },
	.help = { "限值、期限、策略等由县里决定的数，从某日起生效", "Limits, deadlines and policies that the county decides, from a day on" },
	.table = "county_rule",
	.icon = "adjustments",
	.group = "system",
	.fields = fields,
	.uniques = uniques,
	.record_size = sizeof(RECORD),
	.place = PLACE_COUNTY,
	.default_sort = "-from_on",
	.may = { [ACT_LIST] = "org.rules", [ACT_READ] = "org.rules", [ACT_CREATE] = "org.rules", [ACT_UPDATE] = "org.rules",
		[ACT_DELETE] = "org.rules" },
	.on_create = on_create,
	.on_update = on_update,
	.on_delete = on_delete,
};

/* rule.c - dated rules: the county's row in force on a day, else the preset. */
#include "base/base.h"
#include "core/module.h"
#include "core/rule.h"

enum { RULE_BYTES_MAX = 4096 };

const struct rule_preset *
rule_preset_find(const struct app *app, struct str name)
{
	for (const struct rule_preset *p = core_presets; p->name != NULL; p++)
		if (str_eq_c(name, p->name))
			return p;
	for (size_t i = 0; app->modules != NULL && app->modules[i] != NULL; i++)
		for (const struct rule_preset *p = app->modules[i]->presets; p != NULL && p->name != NULL; p++)
			if (str_eq_c(name, p->name))
				return p;
	return NULL;
}

static bool
is_choice(const char *choices, struct str value)
{
	struct str rest = str_from_c(choices);

	while (rest.p != NULL)
		if (str_eq(str_cut(&rest, '|'), value))
			return true;
	return false;
}

enum rc
rule_value_check(struct ctx *c, const struct rule_preset *p, struct str json_text_)
{
	int64_t max = p->type == RULE_JSON && p->max > 0 ? p->max : RULE_BYTES_MAX;
	struct json *v;
	enum rc rc = json_parse(c->mem, json_text_, (size_t)max, &v, &c->err);

	if (rc != RC_OK)
		return rc;
	switch (p->type) {
	case RULE_INT:
		if (v->type == J_INT && v->i >= p->min && v->i <= p->max)
			return RC_OK;
		return fail(&c->err, RC_INVALID, "value", "“%s”须为 " LLD " 到 " LLD " 之间的整数",
			"“%s” must be an integer from " LLD " to " LLD, tr(c, p->label), LL(p->min), LL(p->max));
	case RULE_BOOL:
		if (v->type == J_TRUE || v->type == J_FALSE)
			return RC_OK;
		return fail(&c->err, RC_INVALID, "value", "“%s”须为 true 或 false", "“%s” must be true or false",
			tr(c, p->label));
	case RULE_ENUM:
		if (v->type == J_STRING && is_choice(p->choices, v->s))
			return RC_OK;
		return fail(&c->err, RC_INVALID, "value", "“%s”须为下列之一：%s", "“%s” must be one of: %s",
			tr(c, p->label), p->choices);
	case RULE_JSON:
		return RC_OK;
	}
	return fail(&c->err, RC_INTERNAL, NULL, "规则类型未知", "unknown rule type");
}

static const struct db_sql sql_newest = { "rule.newest",
	"SELECT id, value FROM county_rule WHERE county = :county AND name = :name AND from_on <= :on_date"
	" AND deleted_ms IS NULL ORDER BY from_on DESC, id DESC LIMIT 1" };

enum rc
rule_json(struct ctx *c, const char *name, int64_t on_date, const struct json **value, int64_t *rule_id)
{
	const struct rule_preset *p = rule_preset_find(c->app, str_from_c(name));
	DB_STMT st = NULL;
	bool row = false;
	struct json *v;

	ASSERT(p != NULL);
	enum rc rc = db_prepare(c->db, &sql_newest, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_str(st, "name", str_from_c(name));
	db_bind_i64(st, "on_date", on_date == NIL ? date_of_ms(c->now_ms) : on_date);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK)
		return rc;
	if (rule_id != NULL)
		*rule_id = row ? db_col_i64(st, 0) : 0;
	rc = json_parse(c->mem, row ? db_col_str(st, 1) : str_from_c(p->value), 1 << 16, &v, &c->err);
	if (rc != RC_OK)
		return rc;
	*value = v;
	return RC_OK;
}

enum rc
rule_i64(struct ctx *c, const char *name, int64_t on_date, int64_t *value, int64_t *rule_id)
{
	const struct json *v;
	enum rc rc = rule_json(c, name, on_date, &v, rule_id);

	if (rc != RC_OK)
		return rc;
	if (v->type == J_TRUE || v->type == J_FALSE) {
		*value = v->type == J_TRUE;
		return RC_OK;
	}
	if (v->type != J_INT)
		return fail(&c->err, RC_INTERNAL, NULL, "县级规则 %s 不是整数", "county rule %s is not an integer", name);
	*value = v->i;
	return RC_OK;
}

enum rc
rule_text(struct ctx *c, const char *name, int64_t on_date, struct str *value, int64_t *rule_id)
{
	const struct json *v;
	enum rc rc = rule_json(c, name, on_date, &v, rule_id);

	if (rc != RC_OK)
		return rc;
	if (v->type != J_STRING)
		return fail(&c->err, RC_INTERNAL, NULL, "县级规则 %s 不是文字", "county rule %s is not a text", name);
	*value = v->s;
	return RC_OK;
}

const struct rule_preset core_presets[] = {
	{ "session.idle_min", { "会话闲置时限（分钟）", "Session idle limit (minutes)" },
		{ "无操作超过此时长即须重新登录", "Without activity for this long, log in again" }, RULE_INT, 5, 240, .value = "30" },
	{ "session.absolute_min", { "会话最长时限（分钟）", "Session absolute limit (minutes)" },
		{ "自登录起最长有效时间", "Longest life since log-in" }, RULE_INT, 30, 1440, .value = "720" },
	{ "password.profile", { "口令策略", "Password policy" },
		{ "djbh：等保组合与定期更换；asvs：长度与常用口令表", "djbh: composition and rotation; asvs: length and a list of common passwords" },
		RULE_ENUM, .choices = "djbh|asvs", .value = "\"djbh\"" },
	{ "password.rotation_days", { "口令更换周期（天）", "Password rotation (days)" },
		{ "仅 djbh 策略使用", "Used by the djbh profile only" }, RULE_INT, 30, 365, .value = "90" },
	{ "login.delay_failures", { "开始延迟的失败次数", "Failures before delay" }, { "", "" }, RULE_INT, 3, 10, .value = "5" },
	{ "login.lock_failures", { "锁定账号的失败次数", "Failures before lock" }, { "", "" }, RULE_INT, 5, 20, .value = "10" },
	{ "login.lock_min", { "锁定时长（分钟）", "Lock duration (minutes)" }, { "", "" }, RULE_INT, 5, 1440, .value = "15" },
	{ "login.address_failures", { "同一地址的失败次数上限", "Failures per address" },
		{ "十五分钟内，同一网络地址全部账号合计", "Within fifteen minutes, all accounts from one network address" },
		RULE_INT, 10, 1000, .value = "60" },
	{ "files.upload_mb", { "单个文件上限（MB）", "Largest file (MB)" }, { "视频除外", "Except videos" }, RULE_INT, 1, 1024, .value = "50" },
	{ "files.video_mb", { "单个视频上限（MB）", "Largest video (MB)" }, { "", "" }, RULE_INT, 1, 1024, .value = "300" },
	{ "files.org_quota_mb", { "每个主体的文件空间（MB）", "File space of an organisation (MB)" }, { "", "" }, RULE_INT, 10, 10485760, .value = "20480" },
	{ "files.county_quota_mb", { "全县文件空间（MB）", "File space of the county (MB)" }, { "", "" }, RULE_INT, 100, 104857600, .value = "2097152" },
	{ "division.centre", { "县中心坐标", "County centre" },
		{ "示意图布局的中心，如 {\"lng\":113.228451,\"lat\":36.334102}；不填则使用内置值",
			"Centre of the schematic layout, such as {\"lng\":113.228451,\"lat\":36.334102}; null uses the built-in one" },
		RULE_JSON, 0, 200, .value = "null" },
	{ 0 },
};

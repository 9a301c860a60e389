/*
 * roles.c - named sets of permissions. Built-in roles come from the modules and
 * follow the program; a county adds its own. Nobody puts a permission into a
 * role that he does not hold over the whole county himself.
 */
#include "base/base.h"
#include "core/division.h"
#include "mod/org/org_priv.h"

#define RECORD struct role

static const struct field fields[] = {
	FIELD(name, "标识", "Key", T_TEXT, .required = 1, .unique = 1, .fixed = 1, .max = 40, .list = 1, .secondary = 1, .width = 140,
		.help = { "小写字母、数字和横线", "Lower-case letters, digits and hyphens" }),
	FIELD(label, "名称", "Name", T_TEXT, .required = 1, .max = 40, .title = 1, .search = 1, .list = 1, .width = 160),
	FIELD(label_en, "英文名称", "English name", T_TEXT, .max = 60, .list = 1, .width = 160),
	FIELD(permissions, "权限", "Permissions", T_JSON, .required = 1, .max = 8192, .no_sort = 1,
		.help = { "权限标识的数组，如 [\"trace.view\"]；只能选自己在全县持有的权限",
			"An array of permission keys such as [\"trace.view\"]; only those you hold county-wide" }),
	FIELD(builtin, "内置", "Built-in", T_BOOL, .server = 1, .list = 1, .filter = 1, .width = 80),
	FIELD(note, "备注", "Note", T_TEXT, .max = 300),
	{ 0 },
};

bool
permission_known(const struct app *app, struct str name)
{
	for (size_t i = 0; app->modules[i] != NULL; i++)
		for (const struct permission *p = app->modules[i]->permissions; p != NULL && p->name != NULL; p++)
			if (str_eq_c(name, p->name))
				return true;
	return false;
}

enum rc
role_check_give(struct ctx *c, struct str permissions, int64_t lo, int64_t hi, int64_t org_id, int64_t person_id)
{
	struct json *list;
	enum rc rc = json_parse(c->mem, permissions, 8192, &list, &c->err);

	if (rc != RC_OK)
		return rc;
	if (list->type != J_ARRAY || list->count > 100)
		return fail(&c->err, RC_INVALID, "permissions", "权限须为最多 100 项的数组", "permissions must be an array of at most 100");
	for (size_t i = 0; i < list->count; i++) {
		struct str name = list->items[i].type == J_STRING ? list->items[i].s : S("");

		if (!auth_may_give(c->actor, str_c(c->mem, name), lo, hi, org_id, person_id))
			return fail_code(&c->err, RC_DENIED, "escalation", "permissions", "您在该范围内没有“" STR_FMT "”权限，不能授予他人",
				"you do not hold “" STR_FMT "” over this reach and cannot hand it on", STR_ARG(name));
	}
	return RC_OK;
}

static enum rc
check_known(struct ctx *c, struct str permissions)
{
	struct json *list;
	enum rc rc = json_parse(c->mem, permissions, 8192, &list, &c->err);

	for (size_t i = 0; rc == RC_OK && i < list->count; i++) {
		struct str name = list->items[i].type == J_STRING ? list->items[i].s : S("");

		if (!str_eq_c(name, "*") && !permission_known(c->app, name))
			return fail(&c->err, RC_INVALID, "permissions", "没有名为“" STR_FMT "”的权限", "there is no permission “" STR_FMT "”",
				STR_ARG(name));
	}
	return rc;
}

static enum rc
check_whole_county(struct ctx *c, struct str permissions)
{
	int64_t lo = 0, hi = 0;
	enum rc rc = auth_whole_county(c, "org.roles");

	if (rc == RC_OK)
		rc = check_known(c, permissions);
	if (rc != RC_OK)
		return rc;
	(void)division_range(division_of_county(c->county), &lo, &hi);
	return role_check_give(c, permissions, lo, hi, 0, 0);
}

static bool
name_fits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '-')
			return false;
	return s.n >= 2;
}

static enum rc
on_create(struct ctx *c, struct record_head *h, void *record)
{
	struct role *r = record;

	(void)h;
	if (!name_fits(r->name))
		return fail(&c->err, RC_INVALID, "name", "标识须为小写字母、数字和横线", "the key needs lower-case letters, digits and hyphens");
	enum rc rc = check_whole_county(c, r->permissions);
	return rc != RC_OK ? rc : auth_changed(c);
}

static enum rc
refuse_builtin(struct ctx *c, const struct role *r)
{
	if (!r->builtin || c->actor->kind == ACTOR_SYSTEM)
		return RC_OK;
	return fail_code(&c->err, RC_STATE, "builtin", NULL, "内置角色随程序更新，不能修改或删除，请新建角色",
		"a built-in role follows the program and cannot be changed; make a new role");
}

static enum rc
on_update(struct ctx *c, struct record_head *h, void *record, const void *before)
{
	const struct role *r = record;
	enum rc rc = refuse_builtin(c, before);

	(void)h;
	if (rc == RC_OK)
		rc = check_whole_county(c, r->permissions);
	return rc != RC_OK ? rc : auth_changed(c);
}

static enum rc
on_delete(struct ctx *c, struct record_head *h, const void *record)
{
	enum rc rc = refuse_builtin(c, record);

	(void)h;
	if (rc == RC_OK)
		rc = auth_whole_county(c, "org.roles");
	return rc != RC_OK ? rc : auth_changed(c);
}

const struct resource resource_roles = {
	.name = "roles",
	.label = { "角色", "Roles" },
	.help = { "权限的组合；授权时与范围一起给账号", "Sets of permissions, given to accounts together with a reach" },
	.table = "role",
	.icon = "shield-lock",
	.group = "system",
	.fields = fields,
	.record_size = sizeof(RECORD),
	.place = PLACE_COUNTY,
	.default_sort = "name",
	.may = { [ACT_LIST] = "org.roles", [ACT_READ] = "org.roles", [ACT_CREATE] = "org.roles", [ACT_UPDATE] = "org.roles",
		[ACT_DELETE] = "org.roles" },
	.on_create = on_create,
	.on_update = on_update,
	.on_delete = on_delete,
};

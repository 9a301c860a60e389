/*
 * grants.c - who holds which role where: a division subtree, an organisation, a
 * person; organisation and person may be left open. A grant is given or taken, never changed, so
 * that the trail says what was true when.
 */
#include "base/base.h"
#include "core/division.h"
#include "core/record.h"
#include "mod/org/org_priv.h"

#define RECORD struct grant_row

static const struct field fields[] = {
	FIELD(name, "授权", "Grant", T_TEXT, .server = 1, .max = 120, .title = 1, .list = 1, .width = 220),
	FIELD(user_id, "账号", "Account", T_REF, .ref = "users", .required = 1, .fixed = 1, .list = 1, .filter = 1, .width = 140),
	FIELD(role_id, "角色", "Role", T_REF, .ref = "roles", .required = 1, .fixed = 1, .list = 1, .filter = 1, .width = 140),
	FIELD(division, "区划范围", "Division", T_DIVISION, .required = 1, .fixed = 1, .list = 1, .filter = 1, .width = 150,
		.help = { "含其下级；全县选县本身", "With everything below; for the whole county choose the county" }),
	FIELD(org_id, "限于主体", "Organisation only", T_REF, .ref = "organisations", .fixed = 1, .list = 1, .width = 180,
		.help = { "不填为不限", "Empty means any" }),
	FIELD(person_id, "限于人员", "Person only", T_REF, .ref = "people", .fixed = 1, .list = 1, .width = 120,
		.help = { "种植户账号填其本人", "For a grower's account, the grower" }),
	FIELD(until_on, "有效期至", "Until", T_DATE, .fixed = 1, .list = 1, .width = 110,
		.help = { "代班等临时授权填写，当日仍有效", "For temporary grants; the day itself still counts" }),
	FIELD(note, "备注", "Note", T_TEXT, .fixed = 1, .max = 200),
	FIELD(reach, "范围", "Reach", T_TEXT, .server = 1, .unique = 1, .max = 120),
	{ 0 },
};

struct str
grant_reach(struct ctx *c, const struct grant_row *g)
{
	return str_fmt(c->mem, LLD "/" LLD "/" LLD "/" LLD "/" LLD, LL(g->user_id), LL(g->role_id), LL(g->division),
		LL(g->org_id == NIL ? 0 : g->org_id), LL(g->person_id == NIL ? 0 : g->person_id));
}

/* Refuses what the actor may not hand on; the same test guards taking away. */
static enum rc
check_reach(struct ctx *c, const struct grant_row *g, struct str *role_label)
{
	struct role role;
	struct record_head rh;
	int64_t lo, hi, org = g->org_id == NIL ? 0 : g->org_id, person = g->person_id == NIL ? 0 : g->person_id;
	enum rc rc = record_load(c, &resource_roles, g->role_id, NULL, &rh, &role);

	if (rc != RC_OK)
		return rc;
	*role_label = c->lang == LANG_EN && role.label_en.n > 0 ? role.label_en : role.label;
	if (!division_range(g->division, &lo, &hi))
		return fail(&c->err, RC_INVALID, "division", "区划编码无效", "the division code is not valid");
	return role_check_give(c, role.permissions, lo, hi, org, person);
}

static enum rc
on_create(struct ctx *c, struct record_head *h, void *record)
{
	struct grant_row *g = record;
	struct str role_label;
	struct user user;
	struct record_head uh;
	enum rc rc;

	(void)h;
	if (g->until_on != NIL && g->until_on < date_of_ms(c->now_ms))
		return fail(&c->err, RC_INVALID, "until_on", "有效期已过", "this date has passed");
	rc = record_load(c, &resource_users, g->user_id, NULL, &uh, &user);
	if (rc == RC_OK)
		rc = check_reach(c, g, &role_label);
	if (rc != RC_OK)
		return rc;
	g->reach = grant_reach(c, g);
	g->name = str_fmt(c->mem, STR_FMT " · " STR_FMT, STR_ARG(user.name), STR_ARG(role_label));
	return auth_changed(c);
}

static enum rc
on_delete(struct ctx *c, struct record_head *h, const void *record)
{
	const struct grant_row *g = record;
	struct str role_label;
	enum rc rc = check_reach(c, g, &role_label);

	if (rc == RC_OK)
		rc = last_admin_check(c, 0, h->id);
	return rc != RC_OK ? rc : auth_changed(c);
}

const struct resource resource_grants = {
	.name = "grants",
	.label = { "授权", "Grants" },
	.help = { "账号在哪个区划、哪个主体范围内有什么角色；不能授予自己没有的权限",
		"Which role an account holds over which division and organisation; nobody gives what he has not" },
	.table = "access_grant",
	.icon = "user-check",
	.group = "system",
	.fields = fields,
	.record_size = sizeof(RECORD),
	.place = PLACE_FIELDS,
	.may = { [ACT_LIST] = "org.roles", [ACT_READ] = "org.roles", [ACT_CREATE] = "org.roles", [ACT_DELETE] = "org.roles" },
	.on_create = on_create,
	.on_delete = on_delete,
};

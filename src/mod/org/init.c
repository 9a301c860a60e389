/* init.c - making a county ready: divisions, built-in roles, the first administrator; and accounts made by the program. */
#include "base/base.h"
#include "core/audit.h"
#include "core/division.h"
#include "core/event.h"
#include "core/record.h"
#include "mod/org/org_priv.h"

enum rc
org_commit(struct ctx *c, struct db_tx *tx)
{
	enum rc rc = db_commit(tx, &c->err);

	if (rc == RC_OK && c->emitted && c->app->events != NULL)
		dispatcher_wake(c->app->events);
	c->emitted = false;
	return rc;
}

struct ctx
org_elevated(struct ctx *c, struct actor *as)
{
	struct ctx copy = *c;

	*as = *c->actor;
	as->kind = ACTOR_SYSTEM;
	as->grants = actor_system.grants;
	as->grant_count = actor_system.grant_count;
	as->unmask = true;
	copy.actor = as;
	return copy;
}

static const struct db_sql sql_user_by_login = { "users.by-login",
	"SELECT id FROM user_account WHERE county = :county AND login = :text AND deleted_ms IS NULL" };
static const struct db_sql sql_role_by_name = { "roles.by-name",
	"SELECT id FROM role WHERE county = :county AND name = :text AND deleted_ms IS NULL" };

static enum rc
find_id(struct ctx *c, const struct db_sql *sql, struct str text, int64_t *id)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, sql, &st, &c->err);

	*id = 0;
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_str(st, "text", text);
	rc = db_step(st, &row, &c->err);
	if (rc == RC_OK && row)
		*id = db_col_i64(st, 0);
	return rc;
}

enum rc
user_by_login(struct ctx *c, struct str login, int64_t *id)
{
	return find_id(c, &sql_user_by_login, str_lower(c->mem, str_trim(login)), id);
}

/* ---- built-in roles ---- */

static struct str
permissions_json(struct ctx *c, const struct builtin_role *r)
{
	struct json_writer w;
	struct sb b;

	sb_init(&b, c->mem, 8192);
	json_writer_init(&w, &b);
	json_list(&w);
	for (const char *const *p = r->permissions; *p != NULL; p++)
		json_put_c(&w, *p);
	json_list_end(&w);
	return sb_str(&b);
}

static enum rc
sync_role(struct ctx *c, const struct builtin_role *b)
{
	struct role role;
	struct record_head h = { 0 };
	struct str permissions = permissions_json(c, b);
	int64_t id;
	enum rc rc = find_id(c, &sql_role_by_name, str_from_c(b->name), &id);

	if (rc != RC_OK)
		return rc;
	if (id == 0) {
		role = (struct role){ .name = str_from_c(b->name), .label = str_from_c(b->label.zh), .label_en = str_from_c(b->label.en),
			.permissions = permissions, .builtin = true };
		return record_insert(c, &resource_roles, &h, &role);
	}
	rc = record_load(c, &resource_roles, id, NULL, &h, &role);
	if (rc != RC_OK)
		return rc;
	bool same = role.builtin && str_eq(role.permissions, permissions) && str_eq_c(role.label, b->label.zh) &&
		str_eq_c(role.label_en, b->label.en);
	if (same)
		return RC_OK;
	role.label = str_from_c(b->label.zh);
	role.label_en = str_from_c(b->label.en);
	role.permissions = permissions;
	role.builtin = true;
	rc = record_store(c, &resource_roles, &h, &role);
	return rc != RC_OK ? rc : auth_changed(c);
}

static enum rc
sync_roles(struct ctx *c)
{
	for (size_t i = 0; c->app->modules[i] != NULL; i++)
		for (const struct builtin_role *r = c->app->modules[i]->roles; r != NULL && r->name != NULL; r++) {
			enum rc rc = sync_role(c, r);
			if (rc != RC_OK)
				return rc;
		}
	return RC_OK;
}

/* ---- accounts ---- */

static enum rc
give_role(struct ctx *c, const struct account_new *a, int64_t user_id)
{
	struct grant_row g;
	struct record_head h = { 0 };
	int64_t role_id, code = a->role_division != 0 ? a->role_division : division_of_county(c->county);
	enum rc rc = find_id(c, &sql_role_by_name, str_from_c(a->role), &role_id);

	if (rc != RC_OK)
		return rc;
	if (role_id == 0)
		return fail(&c->err, RC_NOT_FOUND, "role", "没有角色“%s”", "there is no role “%s”", a->role);
	record_init(&resource_grants, &g);
	g.name = str_fmt(c->mem, STR_FMT " · %s", STR_ARG(a->name), a->role);
	g.user_id = user_id;
	g.role_id = role_id;
	g.division = h.division = code;
	if (a->role_org_id != 0)
		g.org_id = h.org_id = a->role_org_id;
	if (a->role_person_id != 0)
		g.person_id = h.person_id = a->role_person_id;
	g.reach = grant_reach(c, &g);
	return record_insert(c, &resource_grants, &h, &g);
}

static enum rc
make_account(struct ctx *c, const struct account_new *a, struct str phc, int64_t *user_id)
{
	struct user u;
	struct record_head h = { 0 };

	record_init(&resource_users, &u);
	u.login = str_lower(c->mem, a->login);
	u.name = a->name;
	if (a->division != 0)
		u.division = h.division = a->division;
	if (a->org_id != 0)
		u.org_id = h.org_id = a->org_id;
	if (a->person_id != 0)
		u.person_id = h.person_id = a->person_id;
	enum rc rc = record_insert(c, &resource_users, &h, &u);
	if (rc == RC_OK)
		rc = credential_set(c, h.id, phc, a->must_change, 0);
	if (rc == RC_OK && a->role != NULL)
		rc = give_role(c, a, h.id);
	if (rc == RC_OK)
		rc = auth_changed(c);
	*user_id = h.id;
	return rc;
}

enum rc
org_account_new(struct ctx *c, const struct account_new *a, int64_t *user_id)
{
	DB_TX tx = { 0 };
	struct str phc;
	bool own = !db_in_tx(c->db);
	enum rc rc = password_hash(c, a->password, &phc);

	if (rc == RC_OK && own)
		rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = make_account(c, a, phc, user_id);
	return rc == RC_OK && own ? org_commit(c, &tx) : rc;
}

static const struct db_sql sql_any_user = { "users.any", "SELECT id FROM user_account WHERE county = :county LIMIT 1" };

static enum rc
first_admin(struct ctx *c, struct str *password)
{
	DB_STMT st = NULL;
	bool row = false;
	int64_t id;
	enum rc rc = db_prepare(c->db, &sql_any_user, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	rc = db_step(st, &row, &c->err);
	db_finish(&st);
	if (rc != RC_OK || row)
		return rc;
	*password = password_make(c->mem, c->app->rand);
	struct account_new a = { .login = S("admin"), .name = S("平台管理员"), .password = *password, .must_change = true,
		.role = "admin" };
	return org_account_new(c, &a, &id);
}

enum rc
org_init(struct ctx *c, struct str *admin_password)
{
	DB_TX tx = { 0 };
	enum rc rc = db_begin(c->db, &tx, &c->err);

	*admin_password = (struct str){ 0 };
	if (rc == RC_OK)
		rc = divisions_load(c);
	if (rc == RC_OK)
		rc = sync_roles(c);
	if (rc == RC_OK)
		rc = first_admin(c, admin_password);
	return rc == RC_OK ? org_commit(c, &tx) : rc;
}

enum rc
org_password_reset(struct ctx *c, struct str login, struct str *password)
{
	DB_TX tx = { 0 };
	struct str phc;
	int64_t id;
	enum rc rc = user_by_login(c, login, &id);

	if (rc != RC_OK)
		return rc;
	if (id == 0)
		return fail(&c->err, RC_NOT_FOUND, "login", "没有登录名为“" STR_FMT "”的账号", "there is no account “" STR_FMT "”", STR_ARG(login));
	*password = password_make(c->mem, c->app->rand);
	rc = password_hash(c, *password, &phc);
	if (rc == RC_OK)
		rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = credential_set(c, id, phc, true, 0);
	if (rc == RC_OK)
		rc = guard_leave(c, login, true);
	if (rc == RC_OK)
		rc = audit_act(c, "password-reset", "users", id, S("command line"));
	return rc == RC_OK ? org_commit(c, &tx) : rc;
}

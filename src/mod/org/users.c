/*
 * users.c - accounts. A new account has no password: somebody who may resets it
 * and hands over the one-time password. Nobody manages an account that holds
 * more than he does himself.
 */
#include "base/base.h"
#include <string.h>
#include "mod/org/org_priv.h"

#define RECORD struct user

static const struct field fields[] = {
	FIELD(login, "登录名", "Login", T_TEXT, .required = 1, .unique = 1, .fixed = 1, .max = 32, .search = 1, .list = 1,
		.secondary = 1, .width = 140, .help = { "3 到 32 个小写字母、数字、点、横线或下划线", "3 to 32 lower-case letters, digits, dots, hyphens or underscores" }),
	FIELD(name, "姓名", "Name", T_TEXT, .required = 1, .max = 40, .title = 1, .search = 1, .list = 1, .mobile = 1, .width = 120),
	FIELD(phone, "手机号", "Phone", T_PHONE, .private = 1, .list = 1, .width = 130),
	FIELD(division, "所在区划", "Division", T_DIVISION, .filter = 1),
	FIELD(org_id, "所属主体", "Organisation", T_REF, .ref = "organisations", .list = 1, .filter = 1, .mobile = 1, .width = 200,
		.help = { "该账号登记的数据归属的主体", "The organisation that owns what this account records" }),
	FIELD(person_id, "对应人员", "Person", T_REF, .ref = "people", .filter = 1,
		.help = { "种植户账号必填，其手机记录归于本人", "Growers need it: what they record on the phone is theirs" }),
	FIELD(state, "状态", "State", T_STATE, .list = 1, .filter = 1, .width = 90),
	FIELD(second_factor, "动态口令", "Second factor", T_BOOL, .server = 1, .list = 1, .filter = 1, .width = 90),
	FIELD(last_login_ms, "最近登录", "Last log-in", T_TIME, .server = 1, .list = 1, .width = 160),
	{ 0 },
};

static const struct choice states[] = {
	CHOICE("active", "正常", "Active", .tone = TONE_OK),
	CHOICE("locked", "锁定", "Locked", .tone = TONE_WARN),
	CHOICE("disabled", "停用", "Disabled", .tone = TONE_BAD),
	CHOICE("removed", "已注销", "Removed", .tone = TONE_NONE),
	{ 0 },
};

static const struct move moves[] = {
	{ "lock", { "锁定", "Lock" }, "active", "locked", "org.accounts",
		{ "锁定后该账号立即退出，不能登录，确定吗？", "The account is logged out at once and cannot log in. Continue?" }, .danger = 1 },
	{ "unlock", { "解锁", "Unlock" }, "locked", "active", "org.accounts", .primary = 1 },
	{ "disable", { "停用", "Disable" }, "active|locked", "disabled", "org.accounts",
		{ "停用后该账号及其令牌立即失效，确定吗？", "The account and its tokens stop working at once. Continue?" }, .danger = 1 },
	{ "enable", { "启用", "Enable" }, "disabled", "active", "org.accounts", .primary = 1 },
	{ "remove", { "注销", "Remove" }, "active|locked|disabled", "removed", "org.accounts",
		{ "注销后账号、授权和令牌永久失效，操作记录保留，确定吗？",
			"The account, its grants and tokens end for good; the audit trail stays. Continue?" }, .danger = 1 },
	{ 0 },
};

static bool
login_fits(struct str s)
{
	if (s.n < 3 || s.n > 32)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];
		bool word = (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9');

		if (!word && (i == 0 || (ch != '.' && ch != '-' && ch != '_')))
			return false;
	}
	return true;
}

static enum rc
on_create(struct ctx *c, struct record_head *h, void *record)
{
	struct user *u = record;

	u->login = str_lower(c->mem, str_trim(u->login));
	if (!login_fits(u->login))
		return fail(&c->err, RC_INVALID, "login", "登录名须为 3 到 32 个小写字母、数字、点、横线或下划线，且以字母或数字开头",
			"the login needs 3 to 32 lower-case letters, digits, dots, hyphens or underscores, beginning with a letter or digit");
	enum rc rc = credential_make(c, h->id);
	return rc != RC_OK ? rc : auth_changed(c);
}

static enum rc
on_update(struct ctx *c, struct record_head *h, void *record, const void *before)
{
	(void)record;
	(void)before;
	enum rc rc = auth_outranks(c, h->id);
	return rc != RC_OK ? rc : auth_changed(c);
}

static const struct db_sql sql_grants = { "users.end-grants",
	"UPDATE access_grant SET deleted_ms = :now, updated_ms = :now, version = version + 1"
	" WHERE county = :county AND user_id = :user AND deleted_ms IS NULL" };
static const struct db_sql sql_revoke = { "users.revoke-tokens",
	"UPDATE api_token SET state = 'revoked', updated_ms = :now, version = version + 1"
	" WHERE county = :county AND user_id = :user AND state = 'active'" };

static enum rc
run_for(struct ctx *c, const struct db_sql *sql, int64_t user_id)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, sql, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "user", user_id);
	db_bind_i64(st, "now", c->now_ms);
	return db_run(st, NULL, &c->err);
}

/* The row stays for good, so that the audit trail still names its actor; what gives access goes. */
static enum rc
take_access(struct ctx *c, int64_t user_id)
{
	enum rc rc = run_for(c, &sql_revoke, user_id);

	if (rc == RC_OK)
		rc = run_for(c, &sql_grants, user_id);
	return rc != RC_OK ? rc : credential_drop(c, user_id);
}

static enum rc
on_move(struct ctx *c, struct record_head *h, void *record, const struct move *m)
{
	bool removes = strcmp(m->name, "remove") == 0;
	bool ends = removes || strcmp(m->name, "lock") == 0 || strcmp(m->name, "disable") == 0;

	if (ends && h->id == c->actor->user_id && c->actor->kind != ACTOR_SYSTEM)
		return fail_code(&c->err, RC_DENIED, "own-account", NULL, "不能停用自己的账号", "you cannot disable your own account");
	enum rc rc = auth_outranks(c, h->id);
	if (rc == RC_OK && ends)
		rc = last_admin_check(c, h->id, 0);
	if (rc == RC_OK && ends)
		rc = session_end(c, h->id, 0, 0, m->name);
	if (rc == RC_OK && removes)
		rc = take_access(c, h->id);
	if (removes)
		((struct user *)record)->second_factor = false;
	return rc != RC_OK ? rc : auth_changed(c);
}

const struct resource resource_users = {
	.name = "users",
	.label = { "账号", "Accounts" },
	.help = { "新账号没有口令，由管理员“重置口令”后把一次性口令交给本人",
		"A new account has no password: reset it and hand over the one-time password" },
	.table = "user_account",
	.icon = "user-shield",
	.group = "system",
	.fields = fields,
	.states = states,
	.moves = moves,
	.record_size = sizeof(RECORD),
	.place = PLACE_FIELDS,
	.default_sort = "login",
	.may = { [ACT_LIST] = "org.accounts", [ACT_READ] = "org.accounts", [ACT_CREATE] = "org.accounts",
		[ACT_UPDATE] = "org.accounts" },
	.on_create = on_create,
	.on_update = on_update,
	.on_move = on_move,
};

/* accounts.c - what proves an account, kept in table credential, and the guard that somebody can always administer. */
#include "base/base.h"
#include <string.h>
#include "core/keyring.h"
#include "core/rule.h"
#include "mod/org/org_priv.h"

enum { HISTORY_MAX = 5 };

static const struct db_sql sql_load = { "credential.load",
	"SELECT password_phc, password_history, totp_secret, totp_pending, password_ms, totp_step, must_change"
	" FROM credential WHERE county = :county AND user_id = :user" };

enum rc
credential_load(struct ctx *c, int64_t user_id, struct credential *out)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_load, &st, &c->err);

	*out = (struct credential){ .password_ms = NIL };
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "user", user_id);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK || !row)
		return rc;
	out->password_phc = str_dup(c->mem, db_col_str(st, 0));
	out->history = str_dup(c->mem, db_col_str(st, 1));
	out->totp_secret = str_dup(c->mem, db_col_str(st, 2));
	out->totp_pending = str_dup(c->mem, db_col_str(st, 3));
	out->password_ms = db_col_i64(st, 4);
	out->totp_step = db_col_i64(st, 5);
	out->must_change = db_col_i64(st, 6) == 1;
	return RC_OK;
}

static enum rc
run_for(struct ctx *c, const struct db_sql *sql, int64_t user_id)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, sql, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "user", user_id);
	return db_run(st, NULL, &c->err);
}

static const struct db_sql sql_make = { "credential.make",
	"INSERT INTO credential (county, user_id, must_change, totp_step) VALUES (:county, :user, 1, 0)"
	" ON CONFLICT (county, user_id) DO NOTHING" };
static const struct db_sql sql_drop = { "credential.drop", "DELETE FROM credential WHERE county = :county AND user_id = :user" };

enum rc
credential_make(struct ctx *c, int64_t user_id)
{
	return run_for(c, &sql_make, user_id);
}

enum rc
credential_drop(struct ctx *c, int64_t user_id)
{
	return run_for(c, &sql_drop, user_id);
}

/* The old hash in front of those before it, five at most, one a line. */
static struct str
history_with(struct ctx *c, const struct credential *old)
{
	struct sb b;
	struct str rest = old->history;

	if (old->password_phc.n == 0)
		return old->history;
	sb_init(&b, c->mem, 4096);
	sb_add_str(&b, old->password_phc);
	for (int n = 1; n < HISTORY_MAX && rest.n > 0; n++) {
		struct str line = str_cut(&rest, '\n');
		if (line.n > 0)
			sb_addf(&b, "\n" STR_FMT, STR_ARG(line));
	}
	return sb_str(&b);
}

static const struct db_sql sql_set = { "credential.set",
	"UPDATE credential SET password_phc = :phc, password_history = :history, password_ms = :now, must_change = :must"
	" WHERE county = :county AND user_id = :user" };

enum rc
credential_set(struct ctx *c, int64_t user_id, struct str phc, bool must_change, int64_t keep_session)
{
	struct credential old;
	DB_STMT st = NULL;
	enum rc rc = credential_make(c, user_id);

	if (rc == RC_OK)
		rc = credential_load(c, user_id, &old);
	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_set, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "user", user_id);
	db_bind_str(st, "phc", phc);
	db_bind_str(st, "history", history_with(c, &old));
	db_bind_i64(st, "now", c->now_ms);
	db_bind_i64(st, "must", must_change);
	rc = db_run(st, NULL, &c->err);
	if (rc == RC_OK)
		rc = session_end(c, user_id, 0, keep_session, "password-changed");
	return rc != RC_OK ? rc : auth_changed(c);
}

static struct str
totp_place(struct ctx *c, int64_t user_id)
{
	return str_fmt(c->mem, "credential.totp_secret." LLD, LL(user_id));
}

struct str
totp_seal(struct ctx *c, int64_t user_id, struct str secret)
{
	return seal(c->app->keys, c->mem, c->app->rand, c->county, totp_place(c, user_id), secret);
}

bool
totp_unseal(struct ctx *c, int64_t user_id, struct str sealed, struct str *secret)
{
	return sealed.n > 0 && unseal(c->app->keys, c->mem, c->county, totp_place(c, user_id), sealed, secret);
}

/* Accounts that hold everything over the whole county, without the one (or the grant) about to go. */
static const struct db_sql sql_admins = { "accounts.other-admins",
	"SELECT COUNT(*) FROM access_grant g JOIN role r ON r.county = g.county AND r.id = g.role_id"
	" JOIN user_account u ON u.county = g.county AND u.id = g.user_id"
	" WHERE g.county = :county AND g.deleted_ms IS NULL AND r.deleted_ms IS NULL AND u.deleted_ms IS NULL"
	" AND r.permissions LIKE '%\"*\"%' AND g.division = :all AND g.org_id IS NULL AND g.person_id IS NULL"
	" AND (g.until_on IS NULL OR g.until_on >= :today) AND u.state = 'active' AND u.id <> :user AND g.id <> :grant" };

enum rc
last_admin_check(struct ctx *c, int64_t user_id, int64_t grant_id)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_admins, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "all", c->county * 1000000);
	db_bind_i64(st, "today", date_of_ms(c->now_ms));
	db_bind_i64(st, "user", user_id);
	db_bind_i64(st, "grant", grant_id);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK)
		return rc;
	if (db_col_i64(st, 0) > 0)
		return RC_OK;
	return fail_code(&c->err, RC_STATE, "last-admin", NULL, "这样就没有人能管理本县平台了，请先指定另一位平台管理员",
		"nobody could administer the county any more; appoint another administrator first");
}

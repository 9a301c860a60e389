/* secret_routes.c - changing the own password, and the second factor. */
#include "base/base.h"
#include "core/audit.h"
#include "core/rest.h"
#include "core/rule.h"
#include "mod/org/login.h"
#include "mod/org/org_priv.h"

/* Guesses at the own password or code are budgeted like log-ins: somebody else may sit at an open session. */
static struct str
own_guard(struct ctx *c)
{
	return str_fmt(c->mem, "own:" LLD, LL(c->actor->user_id));
}

static enum rc
enter_own(struct ctx *c, struct http_request *q)
{
	int64_t wait_s;
	enum rc rc = session_only(c);

	if (rc != RC_OK)
		return rc;
	rc = guard_enter(c, own_guard(c), &wait_s);
	if (rc == RC_LIMIT)
		http_set_header(q, "Retry-After", str_fmt(c->mem, LLD, LL(wait_s)));
	return rc;
}

static const struct db_sql sql_login = { "users.login", "SELECT login FROM user_account WHERE county = :county AND id = :user" };

static enum rc
own_login(struct ctx *c, struct str *login)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_login, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "user", c->actor->user_id);
	rc = db_step(st, &row, &c->err);
	*login = rc == RC_OK && row ? str_dup(c->mem, db_col_str(st, 0)) : S("");
	return rc;
}

/* 等保: not one of the last five. Both profiles: not the present one. */
static enum rc
check_history(struct ctx *c, struct str password, const struct credential *k)
{
	struct str profile, rest = k->history;
	bool fits = false;
	enum rc rc = rule_text(c, "password.profile", NIL, &profile, NULL);

	if (rc == RC_OK)
		rc = password_verify(c, password, k->password_phc, &fits, NULL);
	while (rc == RC_OK && !fits && rest.n > 0 && str_eq_c(profile, "djbh"))
		rc = password_verify(c, password, str_cut(&rest, '\n'), &fits, NULL);
	if (rc != RC_OK)
		return rc;
	return !fits ? RC_OK
		     : fail_code(&c->err, RC_INVALID, "used-password", "new", "新口令不能与最近用过的相同", "the new password was used recently");
}

static enum rc
store_password(struct ctx *c, struct str phc)
{
	DB_TX tx = { 0 };
	enum rc rc = db_begin(c->db, &tx, &c->err);

	if (rc == RC_OK)
		rc = credential_set(c, c->actor->user_id, phc, false, c->actor->session_id);
	if (rc == RC_OK)
		rc = guard_leave(c, own_guard(c), true);
	if (rc == RC_OK)
		rc = audit_act(c, "password-changed", "users", c->actor->user_id, S(""));
	return rc == RC_OK ? org_commit(c, &tx) : rc;
}

enum rc
session_password(struct ctx *c, struct http_request *q)
{
	const struct json *body;
	struct credential k;
	struct str login, phc;
	bool fits = false;
	enum rc rc = session_only(c);

	if (rc == RC_OK)
		rc = rest_body(c, q, &body);
	if (rc != RC_OK)
		return rc;
	struct str old = json_text(body, "old"), new = json_text(body, "new");
	if (old.p == NULL || new.p == NULL)
		return fail(&c->err, RC_INVALID, old.p == NULL ? "old" : "new", "请输入原口令和新口令", "enter the old and the new password");
	rc = enter_own(c, q);
	if (rc == RC_OK)
		rc = credential_load(c, c->actor->user_id, &k);
	if (rc == RC_OK)
		rc = password_verify(c, old, k.password_phc, &fits, NULL);
	if (rc != RC_OK)
		return rc;
	if (!fits)
		return fail_code(&c->err, RC_INVALID, "bad-password", "old", "原口令不正确", "the old password is wrong");
	/* The old one was right: what follows is no guess. */
	rc = guard_leave(c, own_guard(c), true);
	if (rc == RC_OK)
		rc = own_login(c, &login);
	if (rc == RC_OK)
		rc = password_check(c, new, login);
	if (rc == RC_OK)
		rc = check_history(c, new, &k);
	if (rc == RC_OK)
		rc = password_hash(c, new, &phc);
	if (rc == RC_OK)
		rc = store_password(c, phc);
	if (rc != RC_OK)
		return rc;
	auth_forget(c->app, c->actor->user_id);
	http_reply(q, 204, NULL, S(""));
	return RC_OK;
}

/* ---- second factor ---- */

static const struct db_sql sql_pending = { "credential.totp-pending",
	"UPDATE credential SET totp_pending = :text WHERE county = :county AND user_id = :user" };
static const struct db_sql sql_confirm = { "credential.totp-confirm",
	"UPDATE credential SET totp_secret = :text, totp_pending = NULL WHERE county = :county AND user_id = :user" };
static const struct db_sql sql_factor = { "users.second-factor",
	"UPDATE user_account SET second_factor = :flag, updated_ms = :now, version = version + 1 WHERE county = :county AND id = :user" };

static enum rc
set_text(struct ctx *c, const struct db_sql *sql, int64_t user_id, struct str text)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, sql, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "user", user_id);
	db_bind_str(st, "text", text);
	return db_run(st, NULL, &c->err);
}

static enum rc
set_factor(struct ctx *c, int64_t user_id, bool on)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_factor, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "user", user_id);
	db_bind_i64(st, "flag", on);
	db_bind_i64(st, "now", c->now_ms);
	return db_run(st, NULL, &c->err);
}

enum rc
totp_drop(struct ctx *c, int64_t user_id)
{
	enum rc rc = set_text(c, &sql_confirm, user_id, (struct str){ 0 });

	return rc != RC_OK ? rc : set_factor(c, user_id, false);
}

enum rc
session_totp_start(struct ctx *c, struct http_request *q)
{
	DB_TX tx = { 0 };
	struct credential k;
	struct json_writer w;
	struct sb b;
	struct str login, secret;
	enum rc rc = session_only(c);

	if (rc == RC_OK)
		rc = credential_load(c, c->actor->user_id, &k);
	if (rc == RC_OK && k.totp_secret.n > 0)
		return fail_code(&c->err, RC_STATE, "totp-on", NULL, "已启用动态口令，请先停用", "the second factor is on already; remove it first");
	if (rc == RC_OK)
		rc = own_login(c, &login);
	if (rc == RC_OK)
		rc = db_begin(c->db, &tx, &c->err);
	if (rc != RC_OK)
		return rc;
	secret = totp_secret(c->mem, c->app->rand);
	rc = set_text(c, &sql_pending, c->actor->user_id, totp_seal(c, c->actor->user_id, secret));
	if (rc == RC_OK)
		rc = org_commit(c, &tx);
	if (rc != RC_OK)
		return rc;
	sb_init(&b, c->mem, 4096);
	json_writer_init(&w, &b);
	json_begin(&w);
	json_str(&w, "secret", secret);
	json_str(&w, "uri", totp_uri(c->mem, S("e镇"), login, secret));
	json_end(&w);
	rest_reply(q, 200, sb_str(&b));
	return RC_OK;
}

/* The code of the body against a stored secret; *step is the one to mark used. */
static enum rc
check_code(struct ctx *c, struct http_request *q, const struct credential *k, struct str sealed, int64_t *step)
{
	const struct json *body;
	struct str secret;
	enum rc rc = rest_body(c, q, &body);

	if (rc != RC_OK)
		return rc;
	if (totp_unseal(c, c->actor->user_id, sealed, &secret) &&
		totp_verify(secret, str_trim(json_text(body, "code")), c->now_ms, k->totp_step, step))
		return RC_OK;
	return fail_code(&c->err, RC_INVALID, "bad-totp", "code", "动态口令不正确或已使用", "the one-time code is wrong or was used");
}

static enum rc
write_factor(struct ctx *c, const struct credential *k, int64_t step, bool on, struct session *fresh, struct str agent)
{
	int64_t user_id = c->actor->user_id;
	bool won = false;
	enum rc rc = totp_use_step(c, user_id, step, &won);

	if (rc == RC_OK && !won)
		return fail_code(&c->err, RC_INVALID, "bad-totp", "code", "动态口令已使用", "the one-time code was used");
	if (rc == RC_OK)
		rc = on ? set_text(c, &sql_confirm, user_id, k->totp_pending) : totp_drop(c, user_id);
	if (rc == RC_OK && on)
		rc = set_factor(c, user_id, true);
	/* A new identity for the session, and none of the older ones stays. */
	if (rc == RC_OK)
		rc = session_end(c, user_id, 0, 0, on ? "totp-on" : "totp-off");
	if (rc == RC_OK)
		rc = session_open(c, user_id, on, agent, fresh);
	if (rc == RC_OK)
		rc = guard_leave(c, own_guard(c), true);
	return rc == RC_OK ? audit_act(c, on ? "totp-on" : "totp-off", "users", user_id, S("")) : rc;
}

static enum rc
change_factor(struct ctx *c, struct http_request *q, bool on)
{
	DB_TX tx = { 0 };
	struct credential k;
	struct session fresh;
	struct actor self = *c->actor;
	int64_t step = 0;
	enum rc rc = enter_own(c, q);

	if (rc == RC_OK)
		rc = credential_load(c, c->actor->user_id, &k);
	if (rc != RC_OK)
		return rc;
	if ((on ? k.totp_pending : k.totp_secret).n == 0)
		return fail_code(&c->err, RC_STATE, "totp-off", NULL, "没有待确认或已启用的动态口令", "no second factor is waiting or on");
	rc = check_code(c, q, &k, on ? k.totp_pending : k.totp_secret, &step);
	if (rc == RC_OK)
		rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = write_factor(c, &k, step, on, &fresh, http_header(q, "user-agent"));
	if (rc == RC_OK)
		rc = org_commit(c, &tx);
	if (rc != RC_OK)
		return rc;
	auth_forget(c->app, self.user_id);
	self.session_id = fresh.id;
	self.second_factor = on;
	session_cookie(q, fresh.token);
	return session_print(c, q, &self, fresh.csrf);
}

enum rc
session_totp_confirm(struct ctx *c, struct http_request *q)
{
	return change_factor(c, q, true);
}

enum rc
session_totp_remove(struct ctx *c, struct http_request *q)
{
	return change_factor(c, q, false);
}

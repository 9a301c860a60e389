/* session_routes.c - logging in and out, the own password. */
#include "base/base.h"
#include <string.h>
#include "core/audit.h"
#include "core/division.h"
#include "core/record.h"
#include "core/rest.h"
#include "core/rule.h"
#include "mod/org/login.h"
#include "mod/org/org_priv.h"

/* ---- what a client learns about its session ---- */

static const struct db_sql sql_about = { "session.about",
	"SELECT u.login, u.name, u.org_id, u.person_id, o.name, k.must_change FROM user_account u"
	" LEFT JOIN organisation o ON o.county = u.county AND o.id = u.org_id"
	" LEFT JOIN credential k ON k.county = u.county AND k.user_id = u.id"
	" WHERE u.county = :county AND u.id = :user" };

static void
print_permissions(struct ctx *c, const struct actor *a, struct json_writer *w)
{
	json_key(w, "permissions");
	json_list(w);
	for (size_t i = 0; c->app->modules[i] != NULL; i++)
		for (const struct permission *p = c->app->modules[i]->permissions; p != NULL && p->name != NULL; p++)
			if (actor_may(a, p->name))
				json_put_c(w, p->name);
	json_list_end(w);
}

static enum rc
print_user(struct ctx *c, int64_t user_id, struct json_writer *w, bool *must_change)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_about, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "user", user_id);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK)
		return rc;
	if (!row)
		return fail(&c->err, RC_UNAUTHENTICATED, NULL, "账号不存在", "there is no such account");
	json_key(w, "user");
	json_begin(w);
	json_id(w, "id", user_id);
	json_str(w, "name", db_col_str(st, 1));
	json_str(w, "login", db_col_str(st, 0));
	json_id(w, "org_id", db_col_i64(st, 2));
	json_str(w, "org", db_col_str(st, 4));
	json_id(w, "person_id", db_col_i64(st, 3));
	json_end(w);
	*must_change = db_col_i64(st, 5) == 1;
	return RC_OK;
}

enum rc
session_print(struct ctx *c, struct http_request *q, const struct actor *a, struct str csrf)
{
	struct division county = { .name = S("") };
	struct json_writer w;
	struct sb b;
	bool must_change = false;

	sb_init(&b, c->mem, 1 << 16);
	json_writer_init(&w, &b);
	json_begin(&w);
	enum rc rc = print_user(c, a->user_id, &w, &must_change);
	if (rc != RC_OK)
		return rc;
	rc = division_get(c, division_of_county(c->county), &county);
	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	json_str(&w, "csrf", csrf);
	json_flag(&w, "must_change", must_change && a->kind == ACTOR_USER);
	json_flag(&w, "totp_required", false);
	json_flag(&w, "second_factor", a->second_factor);
	print_permissions(c, a, &w);
	json_key(&w, "county");
	json_begin(&w);
	json_str(&w, "code", str_fmt(c->mem, LLD, LL(c->county)));
	json_str(&w, "name", county.name);
	json_end(&w);
	json_c(&w, "lang", c->lang == LANG_EN ? "en" : "zh");
	json_flag(&w, "demo", c->app->demo);
	json_end(&w);
	rest_reply(q, 200, sb_str(&b));
	return RC_OK;
}

/* ---- logging in ---- */

static enum rc
bad_credentials(struct ctx *c)
{
	return fail_code(&c->err, RC_UNAUTHENTICATED, "bad-credentials", NULL, "登录名或口令不正确", "the login or the password is wrong");
}

static enum rc
note_failure(struct ctx *c, int64_t user_id, const char *why)
{
	DB_TX tx = { 0 };
	enum rc rc = db_begin(c->db, &tx, &c->err);

	if (rc == RC_OK)
		rc = audit_act(c, "login-failed", "users", user_id, str_from_c(why));
	return rc == RC_OK ? org_commit(c, &tx) : rc;
}

/* Wrong: the failure is noted and the attempt stays booked. */
static enum rc
refuse_login(struct ctx *c, const struct login *l, const char *why)
{
	enum rc rc = note_failure(c, l->user_id, why);

	return rc != RC_OK ? rc : bad_credentials(c);
}

static const struct db_sql sql_step = { "credential.totp-step",
	"UPDATE credential SET totp_step = :step WHERE county = :county AND user_id = :user AND totp_step < :step" };

enum rc
totp_use_step(struct ctx *c, int64_t user_id, int64_t step, bool *won)
{
	DB_STMT st = NULL;
	int64_t changes = 0;
	enum rc rc = db_prepare(c->db, &sql_step, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "user", user_id);
	db_bind_i64(st, "step", step);
	rc = db_run(st, &changes, &c->err);
	*won = changes == 1;
	return rc;
}

/* The password was right. Asks for the code, or checks it and remembers its step for the transaction. */
static enum rc
check_second_factor(struct ctx *c, struct login *l)
{
	struct str secret;

	if (l->credential.totp_secret.n == 0)
		return RC_OK;
	if (l->totp.n == 0) {
		enum rc rc = guard_leave(c, l->login, false);
		if (rc != RC_OK)
			return rc;
		return fail_code(&c->err, RC_UNAUTHENTICATED, "totp-required", "totp", "请输入动态口令", "enter the one-time code");
	}
	bool fits = totp_unseal(c, l->user_id, l->credential.totp_secret, &secret) &&
		totp_verify(secret, l->totp, c->now_ms, l->credential.totp_step, &l->step);
	if (!fits) {
		enum rc rc = note_failure(c, l->user_id, "totp");
		if (rc != RC_OK)
			return rc;
		return fail_code(&c->err, RC_UNAUTHENTICATED, "bad-totp", "totp", "动态口令不正确或已使用", "the one-time code is wrong or was used");
	}
	l->second_factor = true;
	return RC_OK;
}

static const struct db_sql sql_logged_in = { "users.logged-in",
	"UPDATE user_account SET last_login_ms = :now WHERE county = :county AND id = :user" };
static const struct db_sql sql_must_change = { "credential.must-change",
	"UPDATE credential SET must_change = 1 WHERE county = :county AND user_id = :user" };
static const struct db_sql sql_rehash = { "credential.rehash",
	"UPDATE credential SET password_phc = :phc WHERE county = :county AND user_id = :user AND password_phc = :old" };

/* 等保: a password older than the rotation must be changed first. */
static enum rc
is_outworn(struct ctx *c, const struct credential *k, bool *outworn)
{
	struct str profile;
	int64_t days;
	enum rc rc = rule_text(c, "password.profile", NIL, &profile, NULL);

	if (rc == RC_OK)
		rc = rule_i64(c, "password.rotation_days", NIL, &days, NULL);
	if (rc == RC_OK)
		*outworn = str_eq_c(profile, "djbh") && k->password_ms != NIL && c->now_ms - k->password_ms > days * DAY_MS;
	return rc;
}

static enum rc
run_user(struct ctx *c, const struct db_sql *sql, const struct login *l)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, sql, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "user", l->user_id);
	if (db_has_param(st, "now"))
		db_bind_i64(st, "now", c->now_ms);
	if (db_has_param(st, "phc")) {
		db_bind_str(st, "phc", l->new_phc);
		db_bind_str(st, "old", l->credential.password_phc);
	}
	return db_run(st, NULL, &c->err);
}

/* Everything a successful log-in writes, in one transaction. */
static enum rc
write_login(struct ctx *c, struct login *l)
{
	bool outworn = false, won = true;
	enum rc rc = is_outworn(c, &l->credential, &outworn);

	if (rc == RC_OK && l->second_factor)
		rc = totp_use_step(c, l->user_id, l->step, &won);
	if (rc == RC_OK && !won)
		return bad_credentials(c);
	if (rc == RC_OK && l->old_session != 0)
		rc = session_end(c, l->old_user, l->old_session, 0, "new-login");
	if (rc == RC_OK)
		rc = session_open(c, l->user_id, l->second_factor, l->agent, &l->session);
	if (rc == RC_OK)
		rc = run_user(c, &sql_logged_in, l);
	if (rc == RC_OK && outworn)
		rc = run_user(c, &sql_must_change, l);
	if (rc == RC_OK && l->new_phc.n > 0)
		rc = run_user(c, &sql_rehash, l);
	if (rc == RC_OK)
		rc = guard_leave(c, l->login, true);
	return rc == RC_OK ? audit_act(c, "login", "users", l->user_id, l->second_factor ? S("totp") : S("")) : rc;
}

static enum rc
read_login(struct ctx *c, struct http_request *q, struct login *l)
{
	const struct json *body;
	enum rc rc = rest_body(c, q, &body);

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < body->count; i++)
		if (!str_eq_c(body->names[i], "login") && !str_eq_c(body->names[i], "password") && !str_eq_c(body->names[i], "totp"))
			return fail(&c->err, RC_INVALID, str_c(c->mem, body->names[i]), "不认识的字段", "unknown field");
	l->login = str_lower(c->mem, str_trim(json_text(body, "login")));
	l->password = json_text(body, "password");
	l->totp = str_trim(json_text(body, "totp"));
	l->agent = http_header(q, "user-agent");
	if (l->login.n == 0 || l->login.n > 64)
		return fail(&c->err, RC_INVALID, "login", "请输入登录名", "enter the login");
	if (l->password.n == 0 || l->password.n > 512)
		return fail(&c->err, RC_INVALID, "password", "请输入口令", "enter the password");
	return RC_OK;
}

static const struct db_sql sql_state = { "users.state",
	"SELECT state FROM user_account WHERE county = :county AND id = :user AND deleted_ms IS NULL" };

static enum rc
is_active(struct ctx *c, int64_t user_id, bool *active)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_state, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "user", user_id);
	rc = db_step(st, &row, &c->err);
	*active = rc == RC_OK && row && str_eq_c(db_col_str(st, 0), "active");
	return rc;
}

/* Password, state, second factor; the same cost and the same words whether the login exists or not. */
static enum rc
prove(struct ctx *c, struct login *l)
{
	bool fits = false, old = false, active = false;
	enum rc rc = user_by_login(c, l->login, &l->user_id);

	if (rc == RC_OK)
		rc = credential_load(c, l->user_id, &l->credential);
	if (rc == RC_OK)
		rc = password_verify(c, l->password, l->credential.password_phc, &fits, &old);
	if (rc == RC_LIMIT) {
		struct err busy = c->err;
		if (guard_leave(c, l->login, false) == RC_OK)
			c->err = busy;
		return c->err.rc;
	}
	if (rc != RC_OK)
		return rc;
	if (!fits)
		return refuse_login(c, l, "password");
	rc = is_active(c, l->user_id, &active);
	if (rc != RC_OK)
		return rc;
	if (!active)
		return fail_code(&c->err, RC_DENIED, "account-disabled", NULL, "该账号已被锁定或停用，请联系管理员",
			"this account is locked or disabled; ask an administrator");
	rc = check_second_factor(c, l);
	if (rc == RC_OK && old)
		rc = password_hash(c, l->password, &l->new_phc);
	return rc;
}

/* A browser that logs in again gets a new session and loses the one it had. */
static void
note_old_session(struct ctx *c, struct http_request *q, struct login *l)
{
	struct err before = c->err;
	struct actor old;

	if (session_cookie_token(q).p != NULL && auth_actor(c, q, false, &old) == RC_OK && old.kind == ACTOR_USER) {
		l->old_user = old.user_id;
		l->old_session = old.session_id;
	}
	c->err = before;
}

enum rc
session_post(struct ctx *c, struct http_request *q)
{
	DB_TX tx = { 0 };
	struct login l = { 0 };
	struct actor self = { .kind = ACTOR_USER };
	int64_t wait_s;

	if (!auth_same_origin(c, q))
		return fail_code(&c->err, RC_DENIED, "csrf", NULL, "不能从其他网站登录", "logging in from another site is refused");
	enum rc rc = read_login(c, q, &l);
	if (rc == RC_OK)
		rc = guard_enter(c, l.login, &wait_s);
	if (rc == RC_LIMIT)
		http_set_header(q, "Retry-After", str_fmt(c->mem, LLD, LL(wait_s)));
	if (rc == RC_OK)
		rc = prove(c, &l);
	if (rc != RC_OK)
		return rc;
	note_old_session(c, q, &l);
	self.user_id = l.user_id;
	c->actor = &self;
	rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = write_login(c, &l);
	if (rc == RC_OK)
		rc = org_commit(c, &tx);
	if (rc != RC_OK)
		return rc;
	self.session_id = l.session.id;
	self.second_factor = l.second_factor;
	rc = auth_grants(c, l.user_id, &self.grants, &self.grant_count);
	if (rc != RC_OK)
		return rc;
	session_cookie(q, l.session.token);
	return session_print(c, q, &self, l.session.csrf);
}

enum rc
session_get(struct ctx *c, struct http_request *q)
{
	struct str token = session_cookie_token(q);

	return session_print(c, q, c->actor,
		c->actor->kind == ACTOR_USER && token.p != NULL ? session_csrf(c, token) : (struct str){ 0 });
}

static enum rc
end_own(struct ctx *c, struct http_request *q, int64_t session_id, const char *verb)
{
	DB_TX tx = { 0 };
	enum rc rc = db_begin(c->db, &tx, &c->err);

	if (rc == RC_OK)
		rc = session_end(c, c->actor->user_id, session_id, 0, verb);
	if (rc == RC_OK)
		rc = audit_act(c, verb, "users", c->actor->user_id, S(""));
	if (rc == RC_OK)
		rc = org_commit(c, &tx);
	if (rc != RC_OK)
		return rc;
	auth_forget(c->app, c->actor->user_id);
	session_cookie(q, (struct str){ 0 });
	http_reply(q, 204, NULL, S(""));
	return RC_OK;
}

enum rc
session_only(struct ctx *c)
{
	if (c->actor->kind == ACTOR_USER && c->actor->session_id != 0)
		return RC_OK;
	return fail_code(&c->err, RC_DENIED, "session-needed", NULL, "须由本人登录后操作，接口令牌不能使用",
		"this needs a person's session; tokens cannot do it");
}

enum rc
session_delete(struct ctx *c, struct http_request *q)
{
	enum rc rc = session_only(c);

	return rc != RC_OK ? rc : end_own(c, q, c->actor->session_id, "logout");
}

enum rc
session_everywhere_out(struct ctx *c, struct http_request *q)
{
	enum rc rc = session_only(c);

	return rc != RC_OK ? rc : end_own(c, q, 0, "logout-everywhere");
}

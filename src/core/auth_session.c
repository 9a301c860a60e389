/*
 * auth_session.c - the actor of a request. A cookie or token is 32 random
 * bytes; the database keeps only its SHA-256, so a stolen copy of the database
 * opens no session. One indexed statement finds session, account and epoch.
 */
#include "base/base.h"
#include <string.h>
#include "base/hash.h"
#include "base/utf8.h"
#include "core/auth_private.h"
#include "core/keyring.h"
#include "core/rule.h"
#include "lib/json/json.h"

enum { TOKEN_BYTES = 32, TOKEN_CHARS = 43, TOUCH_MS = 60000, AGENT_MAX = 200, TOKEN_PERMISSIONS_BYTES = 16384 };

/* What both kinds of credential tell about their account. */
struct account {
	int64_t credential_id, user_id, org_id, person_id, touched_ms, until_ms, ends_ms, epoch;
	bool active, second_factor, must_change;
	struct str name, permissions;
};

static int64_t
or_zero(int64_t v)
{
	return v == NIL ? 0 : v;
}

static void
read_account(struct ctx *c, struct db_stmt *st, struct account *a)
{
	a->credential_id = db_col_i64(st, 0);
	a->user_id = db_col_i64(st, 1);
	a->touched_ms = or_zero(db_col_i64(st, 2));
	a->until_ms = db_col_i64(st, 3);
	a->ends_ms = db_col_i64(st, 4);
	a->second_factor = db_col_i64(st, 5) == 1;
	a->name = str_dup(c->mem, db_col_str(st, 6));
	a->active = str_eq_c(db_col_str(st, 7), "active");
	a->org_id = or_zero(db_col_i64(st, 8));
	a->person_id = or_zero(db_col_i64(st, 9));
	a->must_change = db_col_i64(st, 10) == 1;
	a->epoch = or_zero(db_col_i64(st, 11));
	a->permissions = str_dup(c->mem, db_col_str(st, 12));
}

static const struct db_sql sql_session = { "session.find",
	"SELECT s.id, s.user_id, s.last_used_ms, s.idle_until_ms, s.ends_ms, s.second_factor, u.name, u.state, u.org_id,"
	" u.person_id, k.must_change, e.epoch, NULL FROM login_session s"
	" JOIN user_account u ON u.county = s.county AND u.id = s.user_id AND u.deleted_ms IS NULL"
	" JOIN credential k ON k.county = s.county AND k.user_id = s.user_id"
	" LEFT JOIN auth_epoch e ON e.county = s.county"
	" WHERE s.county = :county AND s.token_hash = :hash AND s.state = 'active' AND s.deleted_ms IS NULL" };
static const struct db_sql sql_token = { "token.find",
	"SELECT t.id, t.user_id, t.last_used_ms, t.expires_ms, t.expires_ms, 0, u.name, u.state, u.org_id, u.person_id,"
	" 0, e.epoch, t.permissions FROM api_token t"
	" JOIN user_account u ON u.county = t.county AND u.id = t.user_id AND u.deleted_ms IS NULL"
	" LEFT JOIN auth_epoch e ON e.county = t.county"
	" WHERE t.county = :county AND t.token_hash = :hash AND t.state = 'active' AND t.deleted_ms IS NULL" };

static enum rc
find_account(struct ctx *c, const struct db_sql *sql, struct str token, struct account *a, bool *found)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, sql, &st, &c->err);

	*found = false;
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_str(st, "hash", sha256_hex(c->mem, token));
	rc = db_step(st, found, &c->err);
	if (rc == RC_OK && *found)
		read_account(c, st, a);
	return rc;
}

static const struct db_sql sql_touch_session = { "session.touch",
	"UPDATE login_session SET last_used_ms = :now, idle_until_ms = :until, client_ip = :ip"
	" WHERE county = :county AND id = :id AND state = 'active'" };
static const struct db_sql sql_touch_token = { "token.touch",
	"UPDATE api_token SET last_used_ms = :now WHERE county = :county AND id = :id" };

static enum rc
touch(struct ctx *c, const struct account *a, bool is_session)
{
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	int64_t idle_min = 0;
	enum rc rc = is_session ? rule_i64(c, "session.idle_min", NIL, &idle_min, NULL) : RC_OK;

	if (rc == RC_OK)
		rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = db_prepare(c->db, is_session ? &sql_touch_session : &sql_touch_token, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", a->credential_id);
	db_bind_i64(st, "now", c->now_ms);
	if (is_session) {
		db_bind_i64(st, "until", c->now_ms + idle_min * 60000);
		db_bind_str(st, "ip", c->client_ip);
	}
	rc = db_run(st, NULL, &c->err);
	if (rc != RC_OK)
		return rc;
	return db_commit(&tx, &c->err);
}

/* Use is noted once a minute; a full disk must not keep people from reading. */
static void
touch_quietly(struct ctx *c, const struct account *a, bool is_session)
{
	struct err before = c->err;

	if (c->now_ms - a->touched_ms < TOUCH_MS || db_in_tx(c->db))
		return;
	if (touch(c, a, is_session) != RC_OK)
		c->err = before;
}

static bool
list_has(const struct json *list, const char *permission)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].type == J_STRING && str_eq_c(list->items[i].s, permission))
			return true;
	return false;
}

/* The account's grants, cut down to what the token names. A grant of everything becomes the token's list. */
static enum rc
narrow(struct ctx *c, struct str permissions, struct actor *out)
{
	struct json *list;
	enum rc rc = json_parse(c->mem, permissions, TOKEN_PERMISSIONS_BYTES, &list, &c->err);

	if (rc != RC_OK || list->type != J_ARRAY)
		return rc != RC_OK ? rc : fail(&c->err, RC_INTERNAL, NULL, "令牌权限损坏", "the token's permissions are damaged");
	struct grant *grants = NEW_ARRAY(c->mem, struct grant, out->grant_count + 1);
	for (size_t i = 0; i < out->grant_count; i++) {
		const char **kept = NEW_ARRAY(c->mem, const char *, list->count + 1);
		size_t n = 0;

		for (size_t k = 0; k < list->count; k++)
			if (list->items[k].type == J_STRING) {
				const char *name = str_c(c->mem, list->items[k].s);
				if (grant_holds(&out->grants[i], name))
					kept[n++] = name;
			}
		grants[i] = out->grants[i];
		grants[i].permissions = kept;
	}
	out->grants = grants;
	out->unmask = out->unmask && (list_has(list, "org.unmask") || list_has(list, "*"));
	return RC_OK;
}

static enum rc
fill_actor(struct ctx *c, const struct account *a, enum actor_kind kind, struct actor *out)
{
	*out = (struct actor){ .kind = kind, .user_id = a->user_id, .org_id = a->org_id, .person_id = a->person_id,
		.name = a->name, .second_factor = a->second_factor, .must_change = a->must_change };
	if (kind == ACTOR_USER)
		out->session_id = a->credential_id;
	enum rc rc = auth_grants_at(c, a->user_id, a->epoch, &out->grants, &out->grant_count);
	if (rc != RC_OK)
		return rc;
	out->unmask = actor_may(out, "org.unmask");
	return kind == ACTOR_TOKEN ? narrow(c, a->permissions, out) : RC_OK;
}

static enum rc
ended(struct ctx *c)
{
	return fail_code(&c->err, RC_UNAUTHENTICATED, "session-ended", NULL, "登录已失效，请重新登录",
		"the session has ended; log in again");
}

enum rc
auth_token_actor(struct ctx *c, struct str token, struct actor *out)
{
	struct account a = { 0 };
	bool found = false;

	*out = actor_nobody;
	if (!str_starts(token, S("ezt_")) || token.n != 4 + TOKEN_CHARS)
		return fail_code(&c->err, RC_UNAUTHENTICATED, "bad-token", NULL, "访问令牌无效", "the access token is not valid");
	enum rc rc = find_account(c, &sql_token, token, &a, &found);
	if (rc != RC_OK)
		return rc;
	if (!found || !a.active || a.until_ms <= c->now_ms)
		return fail_code(&c->err, RC_UNAUTHENTICATED, "bad-token", NULL, "访问令牌无效、已过期或已吊销",
			"the access token is not valid, has expired or was revoked");
	touch_quietly(c, &a, false);
	return fill_actor(c, &a, ACTOR_TOKEN, out);
}

/* ---- same origin and CSRF ---- */

/* "https://host:port" without the scheme. */
static struct str
authority(struct str origin)
{
	ptrdiff_t at = str_find(origin, S("://"), 0);

	return at < 0 ? (struct str){ 0 } : str_sub(origin, (size_t)at + 3, origin.n);
}

bool
auth_same_origin(const struct ctx *c, const struct http_request *q)
{
	struct str site = http_header(q, "sec-fetch-site"), origin = http_header(q, "origin");

	if (site.p != NULL && !str_eq_c(site, "same-origin") && !str_eq_c(site, "none"))
		return false;
	if (origin.p == NULL || (c->app->public_url != NULL && str_eq_c(origin, c->app->public_url)))
		return true;
	struct str host = authority(origin);
	return host.n > 0 && str_eq(str_lower(c->mem, host), str_lower(c->mem, http_header(q, "host")));
}

struct str
session_csrf(struct ctx *c, struct str token)
{
	unsigned char key[32], mac[32];

	keyring_derive(c->app->keys, "csrf", c->county, key, sizeof(key));
	hmac_sha256((struct str){ (const char *)key, sizeof(key) }, token, mac);
	explicit_bzero(key, sizeof(key));
	return b64u_encode(c->mem, mac, 24);
}

static enum rc
check_csrf(struct ctx *c, const struct http_request *q, struct str token)
{
	if (auth_same_origin(c, q) && str_eq_secret(http_header(q, "x-csrf-token"), session_csrf(c, token)))
		return RC_OK;
	return fail_code(&c->err, RC_DENIED, "csrf", NULL, "请求缺少或带有错误的防伪标记，请刷新页面后重试",
		"the request lacks the right anti-forgery token; reload the page and try again");
}

enum rc
auth_actor(struct ctx *c, struct http_request *q, bool csrf, struct actor *out)
{
	struct str bearer = http_header(q, "authorization"), token = session_cookie_token(q);
	struct account a = { 0 };
	bool found = false;

	*out = actor_nobody;
	if (bearer.p != NULL) {
		if (bearer.n < 7 || !str_eq(str_lower(c->mem, str_sub(bearer, 0, 7)), S("bearer ")))
			return fail_code(&c->err, RC_UNAUTHENTICATED, "bad-token", NULL, "不支持这种身份凭证",
				"this kind of credential is not supported");
		return auth_token_actor(c, str_sub(bearer, 7, bearer.n), out);
	}
	if (token.p == NULL)
		return RC_OK;
	if (token.n != TOKEN_CHARS)
		return ended(c);
	enum rc rc = find_account(c, &sql_session, token, &a, &found);
	if (rc != RC_OK)
		return rc;
	if (!found || !a.active || a.until_ms <= c->now_ms || a.ends_ms <= c->now_ms)
		return ended(c);
	if (csrf) {
		rc = check_csrf(c, q, token);
		if (rc != RC_OK)
			return rc;
	}
	touch_quietly(c, &a, true);
	return fill_actor(c, &a, ACTOR_USER, out);
}

/* ---- opening and ending ---- */

struct str
session_cookie_token(const struct http_request *q)
{
	return http_cookie(q, http_is_tls(q) ? "__Host-ezhen_session" : "ezhen_session");
}

void
session_cookie(struct http_request *q, struct str token)
{
	const char *name = http_is_tls(q) ? "__Host-ezhen_session" : "ezhen_session";
	const char *secure = http_is_tls(q) ? "; Secure" : "", *age = token.p == NULL ? "; Max-Age=0" : "";

	http_set_header(q, "Set-Cookie", str_fmt(http_mem(q), "%s=" STR_FMT "; Path=/; HttpOnly; SameSite=Lax%s%s", name,
		STR_ARG(token), secure, age));
}

static const struct db_sql sql_open = { "session.open",
	"INSERT INTO login_session (county, id, division, org_id, person_id, version, created_ms, created_by, updated_ms,"
	" updated_by, user_id, token_hash, state, last_used_ms, idle_until_ms, ends_ms, client_ip, agent, second_factor)"
	" SELECT u.county, :id, u.division, u.org_id, u.person_id, 1, :now, u.id, :now, u.id, u.id, :hash, 'active', :now,"
	" :idle_until, :ends, :ip, :agent, :second FROM user_account u WHERE u.county = :county AND u.id = :user" };

enum rc
session_open(struct ctx *c, int64_t user_id, bool second_factor, struct str agent, struct session *out)
{
	unsigned char raw[TOKEN_BYTES];
	int64_t idle_min, absolute_min;
	DB_STMT st = NULL;
	enum rc rc = rule_i64(c, "session.idle_min", NIL, &idle_min, NULL);

	if (rc == RC_OK)
		rc = rule_i64(c, "session.absolute_min", NIL, &absolute_min, NULL);
	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_open, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	rand_fill(c->app->rand, raw, sizeof(raw));
	*out = (struct session){ .id = id_new(c->app->ids), .user_id = user_id };
	out->token = b64u_encode(c->mem, raw, sizeof(raw));
	out->csrf = session_csrf(c, out->token);
	explicit_bzero(raw, sizeof(raw));
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", out->id);
	db_bind_i64(st, "user", user_id);
	db_bind_i64(st, "now", c->now_ms);
	db_bind_i64(st, "idle_until", c->now_ms + idle_min * 60000);
	db_bind_i64(st, "ends", c->now_ms + absolute_min * 60000);
	db_bind_str(st, "hash", sha256_hex(c->mem, out->token));
	db_bind_str(st, "ip", c->client_ip);
	db_bind_str(st, "agent", (struct str){ agent.p, utf8_cut(agent.p, agent.n < AGENT_MAX ? agent.n : AGENT_MAX) });
	db_bind_i64(st, "second", second_factor);
	return db_run(st, NULL, &c->err);
}

static const struct db_sql sql_end = { "session.end",
	"UPDATE login_session SET state = 'ended', ended_ms = :now, end_reason = :why, updated_ms = :now, version = version + 1"
	" WHERE county = :county AND user_id = :user AND state = 'active' AND (CAST(:id AS BIGINT) = 0 OR id = :id) AND id <> :keep" };

enum rc
session_end(struct ctx *c, int64_t user_id, int64_t session_id, int64_t keep_id, const char *why)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_end, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "user", user_id);
	db_bind_i64(st, "id", session_id);
	db_bind_i64(st, "keep", keep_id);
	db_bind_i64(st, "now", c->now_ms);
	db_bind_str(st, "why", str_from_c(why));
	return db_run(st, NULL, &c->err);
}

/*
 * auth_guard.c - how often a password may be guessed. Each attempt is booked
 * before it is hashed, so that parallel guesses cannot slip past the count, and
 * given back when it was right. Logins that do not exist are counted alike.
 */
#include "base/base.h"
#include "core/auth_private.h"
#include "core/keyring.h"
#include "core/rule.h"

enum {
	FORGET_MS = DAY_MS,           /* an account without failures for a day starts afresh */
	ADDRESS_WINDOW_MS = 15 * 60000,
	DELAY_MAX_S = 60,
};

struct limits {
	int64_t delay_failures, lock_failures, lock_min, address_failures;
};

static enum rc
read_limits(struct ctx *c, struct limits *l)
{
	const struct {
		const char *name;
		int64_t *into;
	} all[] = { { "login.delay_failures", &l->delay_failures }, { "login.lock_failures", &l->lock_failures },
		{ "login.lock_min", &l->lock_min }, { "login.address_failures", &l->address_failures } };

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		enum rc rc = rule_i64(c, all[i].name, NIL, all[i].into, NULL);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static struct str
who_login(struct ctx *c, struct str login)
{
	return blind(c->app->keys, c->mem, c->county, "guard.login", str_lower(c->mem, str_trim(login)));
}

static struct str
who_address(struct ctx *c)
{
	return blind(c->app->keys, c->mem, c->county, "guard.address", c->client_ip);
}

/* Adds one unless the key must wait. A window (address) starts anew when over; an account's count when long silent. */
static const struct db_sql sql_book_login = { "guard.book-login",
	"INSERT INTO login_guard (county, who, failures, last_ms, until_ms) VALUES (:county, :who, 1, :now, 0)"
	" ON CONFLICT (county, who) DO UPDATE SET"
	" failures = CASE WHEN login_guard.last_ms < :stale THEN 1 ELSE login_guard.failures + 1 END, last_ms = :now"
	" WHERE login_guard.until_ms <= :now RETURNING failures, last_ms" };
static const struct db_sql sql_book_address = { "guard.book-address",
	"INSERT INTO login_guard (county, who, failures, last_ms, until_ms) VALUES (:county, :who, 1, :now, 0)"
	" ON CONFLICT (county, who) DO UPDATE SET"
	" failures = CASE WHEN login_guard.last_ms < :stale THEN 1 ELSE login_guard.failures + 1 END,"
	" last_ms = CASE WHEN login_guard.last_ms < :stale THEN :now ELSE login_guard.last_ms END"
	" WHERE login_guard.until_ms <= :now RETURNING failures, last_ms" };
static const struct db_sql sql_until = { "guard.until",
	"SELECT until_ms FROM login_guard WHERE county = :county AND who = :who" };
static const struct db_sql sql_wait = { "guard.wait",
	"UPDATE login_guard SET until_ms = :until WHERE county = :county AND who = :who" };

/* *failures 0: the key must wait. */
static enum rc
book(struct ctx *c, const struct db_sql *sql, struct str who, int64_t stale_ms, int64_t *failures, int64_t *last_ms)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, sql, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_str(st, "who", who);
	db_bind_i64(st, "now", c->now_ms);
	db_bind_i64(st, "stale", c->now_ms - stale_ms);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK)
		return rc;
	*failures = row ? db_col_i64(st, 0) : 0;
	*last_ms = row ? db_col_i64(st, 1) : 0;
	return RC_OK;
}

static enum rc
set_wait(struct ctx *c, struct str who, int64_t until_ms)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_wait, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_str(st, "who", who);
	db_bind_i64(st, "until", until_ms);
	return db_run(st, NULL, &c->err);
}

static enum rc
refuse(struct ctx *c, struct str who, int64_t *wait_s)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_until, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_str(st, "who", who);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK)
		return rc;
	int64_t left_ms = row ? db_col_i64(st, 0) - c->now_ms : 0;
	*wait_s = left_ms <= 1000 ? 1 : (left_ms + 999) / 1000;
	if (*wait_s > DELAY_MAX_S)
		return fail_code(&c->err, RC_LIMIT, "locked", NULL, "登录失败次数过多，请 " LLD " 分钟后再试",
			"too many failed log-ins; try again in " LLD " minutes", LL((*wait_s + 59) / 60));
	return fail_code(&c->err, RC_LIMIT, "slow-down", NULL, "登录失败次数较多，请 " LLD " 秒后再试",
		"several log-ins failed; try again in " LLD " seconds", LL(*wait_s));
}

/* When the next attempt may come, by the failures that are booked now. */
static int64_t
login_until(const struct ctx *c, const struct limits *l, int64_t failures)
{
	if (failures >= l->lock_failures)
		return c->now_ms + l->lock_min * 60000;
	if (failures < l->delay_failures)
		return 0;
	int64_t doublings = failures - l->delay_failures, seconds = doublings >= 6 ? DELAY_MAX_S : (int64_t)1 << doublings;
	return c->now_ms + seconds * 1000;
}

static enum rc
enter(struct ctx *c, const struct limits *l, struct str login, int64_t *wait_s)
{
	struct str address = who_address(c), account = who_login(c, login);
	int64_t failures, last_ms, until;
	enum rc rc = book(c, &sql_book_address, address, ADDRESS_WINDOW_MS, &failures, &last_ms);

	if (rc != RC_OK)
		return rc;
	if (failures == 0)
		return refuse(c, address, wait_s);
	if (failures >= l->address_failures) {
		rc = set_wait(c, address, last_ms + ADDRESS_WINDOW_MS);
		if (rc != RC_OK)
			return rc;
	}
	rc = book(c, &sql_book_login, account, FORGET_MS, &failures, &last_ms);
	if (rc != RC_OK)
		return rc;
	if (failures == 0)
		return refuse(c, account, wait_s);
	until = login_until(c, l, failures);
	return until == 0 ? RC_OK : set_wait(c, account, until);
}

enum rc
guard_enter(struct ctx *c, struct str login, int64_t *wait_s)
{
	DB_TX tx = { 0 };
	struct limits l;
	enum rc rc = read_limits(c, &l);

	*wait_s = 0;
	if (rc != RC_OK)
		return rc;
	rc = db_begin(c->db, &tx, &c->err);
	if (rc != RC_OK)
		return rc;
	enum rc verdict = enter(c, &l, login, wait_s);
	if (verdict != RC_OK && verdict != RC_LIMIT)
		return verdict;
	/* A refusal is committed too: the address has spent an attempt on it. Its words must survive the commit. */
	struct err said = c->err;
	rc = db_commit(&tx, &c->err);
	if (rc != RC_OK)
		return rc;
	c->err = said;
	return verdict;
}

static const struct db_sql sql_clear = { "guard.clear", "DELETE FROM login_guard WHERE county = :county AND who = :who" };
static const struct db_sql sql_back = { "guard.back",
	"UPDATE login_guard SET failures = CASE WHEN failures > 0 THEN failures - 1 ELSE 0 END, until_ms = 0"
	" WHERE county = :county AND who = :who" };

static enum rc
run_who(struct ctx *c, const struct db_sql *sql, struct str who)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, sql, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_str(st, "who", who);
	return db_run(st, NULL, &c->err);
}

enum rc
guard_leave(struct ctx *c, struct str login, bool clear)
{
	DB_TX tx = { 0 };
	enum rc rc = RC_OK;
	bool own = !db_in_tx(c->db);

	if (own)
		rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = run_who(c, &sql_back, who_address(c));
	if (rc == RC_OK)
		rc = run_who(c, clear ? &sql_clear : &sql_back, who_login(c, login));
	if (rc == RC_OK && own)
		rc = db_commit(&tx, &c->err);
	return rc;
}

enum rc
password_check(struct ctx *c, struct str password, struct str login)
{
	struct str profile;
	enum rc rc = rule_text(c, "password.profile", NIL, &profile, NULL);

	if (rc != RC_OK)
		return rc;
	return password_policy(str_c(c->mem, profile), password, login, &c->err);
}

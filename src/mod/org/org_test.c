/* org_test.c - a county made ready, grants and who may hand them on, the guard, rules, divisions, erasure; both engines. */
#include "base/base.h"
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tap.h"
#include "core/division.h"
#include "core/file.h"
#include "core/job.h"
#include "core/keyring.h"
#include "core/record.h"
#include "core/rule.h"
#include "core/setup.h"
#include "db/migrate.h"
#include "db/testdb.h"
#include "mod/org/org_priv.h"
#include "mod/portal/portal.h"
#include "mod/station/station.h"


extern const struct module module_org, module_station, module_portal;

static const struct module *const modules[] = { &module_org, &module_station, &module_portal, NULL };
static const struct resource *const resources[] = { &resource_organisations, &resource_people, &resource_users, &resource_roles,
	&resource_grants, &resource_api_tokens, &resource_sessions, &resource_consents, &resource_data_requests,
	&resource_county_rules, &resource_stations, &resource_news, NULL };

struct env {
	struct arena start, mem;
	struct app app;
	struct db *db;
	struct ctx c;
	struct clock clock;
	int64_t now_ms;
	char dir[32];
};
static struct env env;

static int64_t
now(void *self)
{
	return ((struct env *)self)->now_ms;
}

static struct ctx *
as(const struct actor *a)
{
	arena_reset(&env.mem);
	env.c = ctx_system(&env.app, &env.mem, env.db);
	env.c.lang = env.c.err.lang = LANG_EN;
	env.c.client_ip = S("192.0.2.7");
	if (a != NULL)
		env.c.actor = a;
	return &env.c;
}

static void
open_env(struct testdb *t)
{
	struct err e = { .lang = LANG_EN };

	env = (struct env){ .now_ms = 1790000000000, .dir = "/tmp/ezhen-org-XXXXXX" };
	ok(mkdtemp(env.dir) != NULL, "a folder");
	arena_init(&env.start, 64 << 20);
	arena_init(&env.mem, 64 << 20);
	env.clock = (struct clock){ now, now, &env };
	env.app = (struct app){ .modules = modules, .resources = resources, .pool = t->pool, .clock = &env.clock, .rand = &rand_system,
		.county = 140406, .ids = id_source_new(&env.start, 1, &env.clock), .data_dir = env.dir };
	env.app.auth = auth_new(&env.start, &(struct auth_options){ .hash_kib = 64, .hash_passes = 1 });
	ok(keyring_open(&env.app.keys, &env.start, env.dir, &rand_system, &e) == RC_OK, "keys");
	ok(app_index_build(&env.app, &env.start, &e) == RC_OK, "the tables agree with themselves %s", e.text);
	ok(store_open(&env.app.files, &env.start, env.dir, &e) == RC_OK, "file store");
	ok(db_take(t->pool, 1000, &env.db, &e) == RC_OK, "a session");
	ok(migrate_up(env.db, setup_migrations(&env.start), NULL, &e) == RC_OK, "migrations %s", e.text);
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static void
close_env(void)
{
	db_give(&env.db);
	arena_done(&env.mem);
	arena_done(&env.start);
	nftw(env.dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static int64_t
number(const char *sql)
{
	struct err e = { 0 };
	DB_STMT st = NULL;
	bool row = false;
	struct db_sql text = { "test", sql };

	if (db_prepare(env.db, &text, &st, &e) != RC_OK || db_step(st, &row, &e) != RC_OK || !row) {
		printf("# %s: %s\n", sql, e.text);
		return -1;
	}
	return db_col_i64(st, 0);
}

static void
is_code(const char *code, const char *what)
{
	ok(env.c.err.code != NULL && strcmp(env.c.err.code, code) == 0, "%s", what);
	if (env.c.err.code == NULL || strcmp(env.c.err.code, code) != 0)
		printf("# code %s, field %s: %s\n", env.c.err.code, env.c.err.field, env.c.err.text);
}

static int64_t
make(const struct resource *r, struct str body)
{
	struct json *v;
	int64_t id = 0;
	enum rc rc = json_parse(&env.mem, body, 1 << 16, &v, &env.c.err);

	if (rc == RC_OK)
		rc = record_create(&env.c, r, v, &id);
	if (rc != RC_OK)
		printf("# %s: %s: %s\n", r->name, env.c.err.field, env.c.err.text);
	return rc == RC_OK ? id : 0;
}

static void
test_init(void)
{
	struct str password;
	int64_t id = 0;
	bool fits = false;
	struct credential k;

	ok(org_init(as(NULL), &password) == RC_OK, "a county is made ready: %s", env.c.err.text);
	ok(password.n == 16, "the first administrator's password is told");
	ok(user_by_login(&env.c, S("ADMIN"), &id) == RC_OK && id != 0, "there is an account admin");
	ok(credential_load(&env.c, id, &k) == RC_OK && k.must_change, "whose password must be changed");
	ok(password_verify(&env.c, password, k.password_phc, &fits, NULL) == RC_OK && fits, "and which is the one told");
	ok(org_init(as(NULL), &password) == RC_OK && password.p == NULL, "a second time nothing is told");
	is_i64(number("SELECT COUNT(*) FROM user_account"), 1, "and no second account made");
	is_i64(number("SELECT COUNT(*) FROM division"), 167, "167 divisions with province and city");
	is_i64(number("SELECT COUNT(*) FROM division WHERE level = 4"), 9, "9 townships");
	is_i64(number("SELECT COUNT(*) FROM division WHERE level >= 4 AND lng_e6 BETWEEN 112900000 AND 113600000"
		      " AND lat_e6 BETWEEN 36000000 AND 36600000"), 164, "each has a schematic place in the county");
	is_i64(number("SELECT COUNT(*) FROM role WHERE builtin = 1"), 8, "8 built-in roles");
	is_i64(number("SELECT COUNT(*) FROM division WHERE name LIKE '%委%' OR name LIKE '%虚拟%'"), 0, "names are fit for display");
}

static void
test_divisions(void)
{
	struct division d;
	struct division_span spans[DIVISION_SPANS];
	int64_t code;
	size_t n;

	as(NULL);
	ok(division_get(&env.c, 140406100000, &d) == RC_OK && str_eq_c(d.name, "店上镇") && d.level == 4, "found by code");
	ok(division_find(&env.c, S("店上镇"), &code) == RC_OK && code == 140406100000, "by name");
	ok(division_find(&env.c, S("潞华街道/东街社区"), &code) == RC_OK && code == 140406001001, "by township and village");
	ok(division_find(&env.c, S("140406001001"), &code) == RC_OK && code == 140406001001, "by its number");
	ok(division_find(&env.c, S("不存在镇"), &code) == RC_INVALID, "unknown names are refused");
	ok(division_check(&env.c, 140406999000, "division") == RC_INVALID, "and unknown codes");
	ok(division_spans(&env.c, 140406100000, spans, &n) == RC_OK && n == 1 && spans[0].hi == 140406100999, "a subtree is a range");
	is_i64(division_parent(140406001001), 140406001000, "parent of a village");
	is_i64(division_level(140406001001), 5, "level of a village");
	is_i64(division_level(140000000000), 1, "level of a province");
	is_i64(division_level(12), 0, "no code");
}

static void
test_rules(void)
{
	const struct json *v;
	int64_t id, minutes, rule;
	int64_t today = date_of_ms(env.now_ms);

	as(NULL);
	ok(rule_i64(&env.c, "session.idle_min", NIL, &minutes, &rule) == RC_OK && minutes == 30 && rule == 0, "the preset applies");
	id = make(&resource_county_rules, str_fmt(&env.mem, "{\"name\":\"session.idle_min\",\"value\":20,\"from_on\":\"" STR_FMT "\"}",
		STR_ARG(date_print(&env.mem, today + 3))));
	ok(id != 0, "the county sets a rule from a day on");
	ok(rule_i64(&env.c, "session.idle_min", NIL, &minutes, &rule) == RC_OK && minutes == 30, "not before that day");
	ok(rule_i64(&env.c, "session.idle_min", today + 3, &minutes, &rule) == RC_OK && minutes == 20 && rule == id, "from that day, named");
	ok(make(&resource_county_rules, S("{\"name\":\"session.idle_min\",\"value\":2,\"from_on\":\"2040-01-01\"}")) == 0, "too small");
	ok(make(&resource_county_rules, S("{\"name\":\"session.idle_min\",\"value\":\"x\",\"from_on\":\"2040-01-01\"}")) == 0, "no number");
	ok(make(&resource_county_rules, S("{\"name\":\"no.such\",\"value\":2,\"from_on\":\"2040-01-01\"}")) == 0, "no such rule");
	ok(make(&resource_county_rules, S("{\"name\":\"password.profile\",\"value\":\"weak\",\"from_on\":\"2040-01-01\"}")) == 0, "no choice");
	ok(rule_json(&env.c, "division.centre", NIL, &v, NULL) == RC_OK && v->type == J_NULL, "a rule may be null");
}

static struct actor
actor_of(int64_t user_id)
{
	struct actor a = { .kind = ACTOR_USER, .user_id = user_id };

	if (auth_grants(&env.c, user_id, &a.grants, &a.grant_count) != RC_OK)
		printf("# grants: %s\n", env.c.err.text);
	return a;
}

static int64_t
account(const char *login, const char *role, int64_t area, int64_t org)
{
	struct account_new n = { .login = str_from_c(login), .name = str_from_c(login), .password = S("Correct-Horse-9"), .role = role,
		.role_division = area, .role_org_id = org, .org_id = org };
	int64_t id = 0;

	ok(org_account_new(&env.c, &n, &id) == RC_OK, "account %s %s", login, env.c.err.text);
	return id;
}

static int64_t
role_id(const char *name)
{
	return number(str_fmt(&env.mem, "SELECT id FROM role WHERE name = '%s'", name).p);
}

static int64_t
give(int64_t user, const char *role, const char *more)
{
	return make(&resource_grants, str_fmt(&env.mem, "{\"user_id\":\"" LLD "\",\"role_id\":\"" LLD "\"%s%s}", LL(user), LL(role_id(role)),
		strstr(more, "division") != NULL ? "" : ",\"division\":\"140406000000\"", more));
}

static void
test_escalation(void)
{
	int64_t officer_id, town_id, clerk_id, near_id, grant;

	as(NULL);
	officer_id = account("officer", "officer", 0, 0);
	town_id = account("town", "officer", 140406100000, 0);
	clerk_id = account("clerk", NULL, 0, 0);
	struct account_new near = { .login = S("near"), .name = S("near"), .password = S("Correct-Horse-9"), .division = 140406100000 };
	ok(org_account_new(&env.c, &near, &near_id) == RC_OK, "an account of the township");
	struct actor officer = actor_of(officer_id), town = actor_of(town_id);
	ok(officer.grant_count == 1 && officer.grants[0].division_hi == 140406999999, "the officer reaches the county");
	env.c.actor = &officer;
	ok(give(clerk_id, "admin", "") == 0, "an officer cannot make an administrator");
	is_code("escalation", "and is told why");
	grant = give(clerk_id, "operator", "");
	ok(grant != 0, "but gives what he has");
	ok(give(clerk_id, "operator", "") == 0, "once");
	ok(make(&resource_roles, S("{\"name\":\"super\",\"label\":\"超级\",\"permissions\":[\"*\"]}")) == 0, "nor a role with everything");
	is_code("escalation", "for the same reason");
	ok(make(&resource_roles, S("{\"name\":\"odd\",\"label\":\"怪\",\"permissions\":[\"org.nothing\"]}")) == 0, "unknown permissions are refused");
	ok(make(&resource_roles, S("{\"name\":\"viewer\",\"label\":\"查看\",\"permissions\":[\"org.view\"]}")) != 0, "a role of his own permissions");
	ok(auth_outranks(&env.c, clerk_id) == RC_OK, "he stands above the clerk");
	env.c.actor = &town;
	ok(auth_outranks(&env.c, officer_id) == RC_DENIED, "the township's officer does not stand above the county's");
	ok(give(clerk_id, "auditor", ",\"division\":\"140406100000\"") == 0, "nor to an account of the county");
	ok(give(near_id, "auditor", "") == 0, "nor beyond his township to one of his own");
	ok(give(near_id, "auditor", ",\"division\":\"140406100000\"") != 0, "only his own over his own");
	ok(make(&resource_county_rules, S("{\"name\":\"session.idle_min\",\"value\":60,\"from_on\":\"2040-01-01\"}")) == 0,
		"nor does he rule the county");
	is_code("whole-county", "which needs the whole county");
	env.c.actor = &officer;
	ok(record_delete(&env.c, &resource_grants, number("SELECT MIN(id) FROM access_grant"), 1) == RC_DENIED,
		"an officer cannot take the administrator's grant");
	env.c.actor = as(NULL)->actor;
	ok(record_delete(&env.c, &resource_grants, number("SELECT MIN(id) FROM access_grant"), 1) == RC_STATE, "nobody can take the last one");
	is_code("last-admin", "because somebody must administer");
}

static void
test_cache(void)
{
	const struct grant *grants;
	size_t n;
	int64_t id, grant;

	as(NULL);
	id = account("cached", "auditor", 0, 0);
	grant = number(str_fmt(&env.mem, "SELECT id FROM access_grant WHERE user_id = " LLD, LL(id)).p);
	ok(auth_grants(&env.c, id, &grants, &n) == RC_OK && n == 1, "the grant is read");
	ok(auth_grants(&env.c, id, &grants, &n) == RC_OK && n == 1, "and from memory");
	ok(record_delete(&env.c, &resource_grants, grant, 1) == RC_OK, "it is taken away %s", env.c.err.text);
	ok(auth_grants(&env.c, id, &grants, &n) == RC_OK && n == 0, "the very next question sees it");
	ok(give(id, "auditor", ",\"until_on\":\"2026-09-22\"") != 0, "a grant until a day");
	ok(auth_grants(&env.c, id, &grants, &n) == RC_OK && n == 1, "counts on the day");
	env.now_ms += 3 * (int64_t)DAY_MS;
	as(NULL);
	ok(auth_grants(&env.c, id, &grants, &n) == RC_OK && n == 0, "and not after it");
	ok(number("SELECT COUNT(*) FROM division WHERE merged_into IS NOT NULL") == 0, "no merger yet");
	id = account("merger", "auditor", 140406100000, 0);
	ok(auth_grants(&env.c, id, &grants, &n) == RC_OK && n == 1, "one township, one range");
	struct err e = { 0 };
	ok(db_script(env.db, "UPDATE division SET merged_into = 140406100000, valid_to_on = 20000 WHERE code = 140406101000;"
			     "UPDATE auth_epoch SET epoch = epoch + 1", &e) == RC_OK, "another is merged into it");
	ok(auth_grants(&env.c, id, &grants, &n) == RC_OK && n == 2 && grants[1].division_lo == 140406101000, "its old rows are reached too");
}

/* Attempts until the guard refuses; *wait is what it asks for. */
static int
attempts(const char *login, int max, int64_t *wait)
{
	int n = 0;

	for (; n < max; n++) {
		if (guard_enter(as(NULL), str_from_c(login), wait) != RC_OK)
			break;
	}
	return n;
}

static void
test_guard(void)
{
	int64_t wait = 0, total = 0;
	static const char *const logins[] = { "admin", "nobody-of-that-name" };

	for (size_t i = 0; i < ARRAY_LEN(logins); i++) {
		total = 0;
		is_i64(attempts(logins[i], 20, &wait), 5, "%s: five attempts at once", logins[i]);
		is_i64(wait, 1, "then a second's delay");
		is_code("slow-down", "which is said");
		for (int n = 5; n < 10; n++) {
			env.now_ms += wait * 1000;
			is_i64(attempts(logins[i], 1, &wait), 1, "attempt %d after %lld s", n + 1, LL(wait));
			ok(guard_enter(as(NULL), str_from_c(logins[i]), &wait) == RC_LIMIT, "and no second one");
		}
		ok(wait > 840 && wait <= 900, "the tenth locks for a quarter of an hour");
		is_code("locked", "which is said");
		for (int64_t from = env.now_ms; env.now_ms < from + 3600000; env.now_ms += 20000)
			total += attempts(logins[i], 1, &wait);
		ok(total <= 10, "in the next hour %lld guesses", LL(total));
		env.now_ms += 2 * (int64_t)DAY_MS;
		is_i64(attempts(logins[i], 20, &wait), 5, "after a quiet day it starts afresh");
		env.now_ms += 2000;
		ok(guard_leave(as(NULL), str_from_c(logins[i]), true) == RC_OK, "a right password");
		is_i64(attempts(logins[i], 20, &wait), 5, "clears the count");
		env.now_ms += 20 * 60000;
	}
	total = 0;
	for (int n = 0; n < 100; n++)
		total += attempts(str_fmt(&env.start, "stuffed%d", n).p, 1, &wait);
	ok(total >= 55 && total <= 60, "one address tries %lld accounts, no more", LL(total));
	env.now_ms += 20 * 60000;
	is_i64(attempts("another", 1, &wait), 1, "and may again later");
}

static void
job_errors(void)
{
	DB_STMT st = NULL;
	bool row = false;
	struct db_sql sql = { "test.jobs", "SELECT kind, state, error FROM job WHERE error IS NOT NULL" };

	if (db_prepare(env.db, &sql, &st, &env.c.err) == RC_OK)
		while (db_step(st, &row, &env.c.err) == RC_OK && row)
			printf("# job " STR_FMT " " STR_FMT ": " STR_FMT "\n", STR_ARG(db_col_str(st, 0)), STR_ARG(db_col_str(st, 1)),
				STR_ARG(db_col_str(st, 2)));
}

static int64_t
person_named(const char *name, int64_t org)
{
	return make(&resource_people, str_fmt(&env.mem, "{\"name\":\"%s\",\"kind\":\"grower\",\"phone\":\"13800138000\",\"note\":\"左撇子\","
		"\"division\":\"140406100000\",\"org_id\":\"" LLD "\"}", name, LL(org)));
}

static void
test_privacy(void)
{
	int64_t org, person, user = 0, request, clerk;

	as(NULL);
	org = make(&resource_organisations, S("{\"name\":\"丙合作社\",\"kind\":\"family_farm\",\"division\":\"140406100000\"}"));
	person = person_named("孙丙", org);
	clerk = person_named("李丁", org);
	struct account_new n = { .login = S("sunbing"), .name = S("孙丙"), .password = S("Correct-Horse-9"), .role = "grower",
		.org_id = org, .person_id = person, .role_org_id = org, .role_person_id = person };
	ok(org != 0 && person != 0 && org_account_new(&env.c, &n, &user) == RC_OK, "a grower with an account");
	is_i64(number(str_fmt(&env.mem, "SELECT person_id FROM person WHERE id = " LLD, LL(person)).p), person, "owns his row");
	ok(make(&resource_consents, str_fmt(&env.mem, "{\"wording\":\"同意书 1 版\",\"purpose\":\"trace_page\",\"channel\":\"paper\","
		"\"person_id\":\"" LLD "\",\"given_ms\":" LLD "}", LL(person), LL(env.now_ms))) != 0, "and has consented");
	request = make(&resource_data_requests, str_fmt(&env.mem, "{\"kind\":\"export\",\"person_id\":\"" LLD "\"}", LL(person)));
	ok(record_move(&env.c, &resource_data_requests, request, 1, S("approve"), S("")) == RC_OK, "his copy is approved %s", env.c.err.text);
	ok(jobs_drain(&env.c) == RC_OK, "and made %s", env.c.err.text);
	is_i64(number(str_fmt(&env.mem, "SELECT COUNT(*) FROM data_request WHERE state = 'done' AND result IS NOT NULL AND id = " LLD,
		LL(request)).p), 1, "the request is done and has a file");
	is_i64(number("SELECT COUNT(*) FROM person WHERE phone IS NOT NULL"), 2, "two phones are kept");
	request = make(&resource_data_requests, str_fmt(&env.mem, "{\"kind\":\"erasure\",\"person_id\":\"" LLD "\"}", LL(person)));
	ok(record_move(&env.c, &resource_data_requests, request, 1, S("approve"), S("")) == RC_OK && jobs_drain(&env.c) == RC_OK,
		"an erasure is approved and done %s", env.c.err.text);
	is_i64(number(str_fmt(&env.mem, "SELECT COUNT(*) FROM data_request WHERE state = 'done' AND id = " LLD, LL(request)).p), 1, "done");
	job_errors();
	is_i64(number("SELECT COUNT(*) FROM person"), 2, "both rows are still there");
	is_i64(number(str_fmt(&env.mem, "SELECT COUNT(*) FROM person WHERE phone IS NULL AND note IS NULL AND id = " LLD, LL(person)).p), 1,
		"his without phone and note");
	is_i64(number(str_fmt(&env.mem, "SELECT COUNT(*) FROM person WHERE phone IS NOT NULL AND id = " LLD, LL(clerk)).p), 1, "the other untouched");
	is_i64(number("SELECT COUNT(*) FROM consent WHERE state = 'given'"), 1, "the consent stays as evidence");
	is_i64(number(str_fmt(&env.mem, "SELECT COUNT(*) FROM user_account WHERE state = 'removed' AND login LIKE 'x%%' AND id = " LLD,
		LL(user)).p), 1, "the account is gone but its row is there");
	is_i64(number(str_fmt(&env.mem, "SELECT COUNT(*) FROM credential WHERE user_id = " LLD, LL(user)).p), 0, "its credential is not");
	is_i64(number("SELECT COUNT(*) FROM access_grant WHERE name LIKE '%孙丙%'"), 0, "nor its name elsewhere");
}

static void
test_accounts(void)
{
	struct str password;
	struct credential before, after;
	int64_t id, version;
	enum rc rc;

	as(NULL);
	id = account("worker", "operator", 0, 0);
	ok(credential_load(&env.c, id, &before) == RC_OK, "a credential");
	ok(org_password_reset(&env.c, S("Worker"), &password) == RC_OK && password.n == 16, "a reset by the command line");
	ok(credential_load(&env.c, id, &after) == RC_OK && after.must_change && !str_eq(before.password_phc, after.password_phc) &&
			str_eq(after.history, before.password_phc), "replaces it and remembers the old one");
	ok(org_password_reset(&env.c, S("ghost"), &password) == RC_NOT_FOUND, "no account, no reset");
	version = number(str_fmt(&env.mem, "SELECT version FROM user_account WHERE id = " LLD, LL(id)).p);
	ok(record_move(&env.c, &resource_users, id, version, S("disable"), S("")) == RC_OK, "disabled %s", env.c.err.text);
	ok(make(&resource_users, S("{\"login\":\"a b\",\"name\":\"x\"}")) == 0, "a login with a blank is refused");
	ok(make(&resource_users, S("{\"login\":\"WORKER\",\"name\":\"x\"}")) == 0, "a login that differs in case only is taken");
	id = make(&resource_users, S("{\"login\":\"Fresh.One\",\"name\":\"新人\"}"));
	ok(id != 0, "a new account");
	is_i64(number("SELECT COUNT(*) FROM user_account WHERE login = 'fresh.one'"), 1, "with its login in lower case");
	id = number("SELECT MIN(id) FROM user_account");
	rc = record_move(&env.c, &resource_users, id, 0, S("remove"), S(""));
	ok(rc == RC_STATE, "the last administrator stays: %s", env.c.err.text);
}

static void
test_all(struct testdb *t)
{
	open_env(t);
	test_init();
	test_divisions();
	test_rules();
	test_escalation();
	test_accounts();
	test_privacy();
	test_cache();
	test_guard();
	close_env();
}

int
main(void)
{
	testdb_each(test_all);
	return tap_done();
}

#include "fixture.h"
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/auth.h"
#include "core/division.h"
#include "core/event.h"
#include "core/file.h"
#include "core/job.h"
#include "core/keyring.h"
#include "core/record.h"
#include "core/sandbox.h"
#include "core/setup.h"
#include "mod/org/org.h"
#include "mod/registry.h"

static const char password[] = "Correct-Horse-9-Battery";

static int64_t
wall(void *self)
{
	return clock_now(&clock_system) + ((struct fixture *)self)->ahead_ms;
}

static int64_t
mono(void *self)
{
	(void)self;
	return clock_mono(&clock_system);
}

enum rc
fixture_ctx(struct fixture *f, struct arena *mem, struct ctx *c)
{
	struct err e = { 0 };
	struct db *db = NULL;
	enum rc rc = db_take(f->t.pool, 5000, &db, &e);

	*c = ctx_system(&f->app, mem, db);
	return rc;
}

/* A township and a village of the county, whatever the data hold. */
static const struct db_sql sql_places = { "fixture.places",
	"SELECT t.code, v.code FROM division t JOIN division v ON v.county = t.county AND v.parent = t.code"
	" WHERE t.county = :county AND t.level = 4 AND t.valid_to_on IS NULL AND v.valid_to_on IS NULL ORDER BY t.code, v.code LIMIT 1" };

static enum rc
find_places(struct fixture *f, struct ctx *c)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_places, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	rc = db_step(st, &row, &c->err);
	if (rc == RC_OK && !row)
		return fail(&c->err, RC_INTERNAL, NULL, "没有乡镇", "no township");
	f->town = db_col_i64(st, 0);
	f->village = db_col_i64(st, 1);
	return rc;
}

static enum rc
make_org(struct fixture *f, struct ctx *c, int i)
{
	static const char *const names[] = { "甲合作社", "乙公司" }, *const people[] = { "赵甲", "钱乙" };
	struct organisation o;
	struct person p;
	struct record_head ho = { .division = f->village }, hp = { .division = f->village };
	enum rc rc;

	record_init(&resource_organisations, &o);
	o.name = str_from_c(names[i]);
	o.kind = i == 0 ? S("cooperative") : S("enterprise");
	o.uscc = i == 0 ? S("93140406MA0K10019Q") : S("91140406MA0K10027R");
	o.division = f->village;
	o.state = S("active");
	rc = record_insert(c, &resource_organisations, &ho, &o);
	if (rc != RC_OK)
		return rc;
	record_init(&resource_people, &p);
	p.name = str_from_c(people[i]);
	p.kind = S("grower");
	p.division = f->village;
	p.org_id = hp.org_id = ho.id;
	rc = record_insert(c, &resource_people, &hp, &p);
	f->org[i] = ho.id;
	f->person[i] = hp.id;
	return rc;
}

static enum rc
make_account(struct fixture *f, struct ctx *c, const char *name, struct account_new a)
{
	struct fixture_account *k = &f->accounts[f->account_count++];

	a.login = str_fmt(&f->mem, "t%zu.user", f->account_count);
	a.name = str_from_c(name);
	a.password = str_from_c(password);
	*k = (struct fixture_account){ .name = a.name, .login = a.login, .org_id = a.org_id, .person_id = a.person_id };
	return org_account_new(c, &a, &k->user_id);
}

static enum rc
make_accounts(struct fixture *f, struct ctx *c)
{
	static const char *const county[] = { "admin", "officer", "operator", "inspector", "auditor", "screen" };
	static const char *const sides[] = { "alpha", "beta" };
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < ARRAY_LEN(county); i++)
		rc = make_account(f, c, county[i], (struct account_new){ .role = county[i] });
	for (int i = 0; rc == RC_OK && i < 2; i++) {
		rc = make_account(f, c, str_fmt(&f->mem, "enterprise@%s", sides[i]).p,
			(struct account_new){ .role = "enterprise", .org_id = f->org[i], .role_org_id = f->org[i] });
		if (rc == RC_OK)
			rc = make_account(f, c, str_fmt(&f->mem, "grower@%s", sides[i]).p,
				(struct account_new){ .role = "grower", .org_id = f->org[i], .person_id = f->person[i],
					.role_org_id = f->org[i], .role_person_id = f->person[i] });
	}
	if (rc == RC_OK)
		rc = make_account(f, c, "officer@town", (struct account_new){ .role = "officer", .role_division = f->town });
	return rc == RC_OK ? make_account(f, c, "nobody", (struct account_new){ 0 }) : rc;
}

static enum rc
fill(struct fixture *f, struct ctx *c)
{
	struct str unused;
	enum rc rc = migrate_up(c->db, setup_migrations(&f->mem), NULL, &c->err);

	if (rc == RC_OK)
		rc = setup_save(c, &(struct setup){ .county = FIXTURE_COUNTY });
	if (rc == RC_OK)
		rc = org_init(c, &unused);
	if (rc == RC_OK)
		rc = find_places(f, c);
	for (int i = 0; rc == RC_OK && i < 2; i++)
		rc = make_org(f, c, i);
	return rc == RC_OK ? make_accounts(f, c) : rc;
}

static enum rc
fill_database(struct fixture *f, struct err *e)
{
	ARENA mem = { 0 };
	struct ctx c;
	enum rc rc;

	arena_init(&mem, 256 << 20);
	rc = fixture_ctx(f, &mem, &c);
	if (rc == RC_OK) {
		c.err.lang = LANG_EN;
		rc = fill(f, &c);
		*e = c.err;
	}
	db_give(&c.db);
	return rc;
}

static enum rc
start(struct fixture *f, struct err *e)
{
	const struct serve_options o = { .workers = 8, .io_threads = 1, .temp_dir = f->dir, .version = "test", .no_background = true };
	enum rc rc;

	f->app = (struct app){ .modules = all_modules, .resources = all_resources, .pool = f->t.pool, .clock = &f->clock,
		.rand = &rand_system, .log = &f->log, .county = FIXTURE_COUNTY, .data_dir = f->dir, .public_url = "https://example.test" };
	rc = app_index_build(&f->app, &f->mem, e);
	if (rc == RC_OK)
		rc = keyring_open(&f->app.keys, &f->mem, f->dir, &rand_system, e);
	if (rc == RC_OK)
		rc = store_open(&f->app.files, &f->mem, f->dir, e);
	if (rc != RC_OK)
		return rc;
	f->app.ids = id_source_new(&f->mem, 1, &f->clock);
	f->app.auth = auth_new(&f->mem, &(struct auth_options){ .hash_kib = 64, .hash_passes = 1, .rand = &rand_system });
	rc = fill_database(f, e);
	return rc == RC_OK ? serve_start(&f->app, &o, &f->serve, e) : rc;
}

bool
fixture_open(struct fixture *f, enum db_engine engine, const char **why)
{
	struct err e = { .lang = LANG_EN };
	struct sandbox *sandbox = NULL;

	*f = (struct fixture){ .dir = "/tmp/ezhen-fixture-XXXXXX" };
	arena_init(&f->mem, 256 << 20);
	f->log = (struct log){ .fd = 2, .least = LOG_ERROR, .clock = &clock_system };
	f->clock = (struct clock){ .wall_ms = wall, .mono_ms = mono, .self = f };
	if (mkdtemp(f->dir) == NULL) {
		*why = "no temporary folder";
		return false;
	}
	if (sandbox_start(&sandbox, NULL, &e) != RC_OK || !testdb_open(&f->t, engine, why)) {
		sandbox_stop(sandbox);
		return false;
	}
	f->log.clock = &f->clock;
	if (start(f, &e) != RC_OK) {
		*why = str_fmt(&f->mem, "%s %s", e.field, e.text).p;
		return false;
	}
	f->app.sandbox = sandbox;
	return true;
}

static void
remove_folder(const char *dir)
{
	pid_t child = fork();

	if (child == 0) {
		execl("/bin/rm", "rm", "-rf", dir, (char *)NULL);
		_exit(127);
	}
}

void
fixture_close(struct fixture *f)
{
	serve_stop(f->serve);
	sandbox_stop(f->app.sandbox);
	testdb_close(&f->t);
	remove_folder(f->dir);
	arena_done(&f->mem);
}

void
fixture_adopt(struct fixture *f, const struct fixture_account *as, const struct reply *r)
{
	struct str cookie = reply_header(r, "Set-Cookie"), csrf = S("\"csrf\":\""), body = r->body;
	ptrdiff_t at = str_find(body, csrf, 0);

	for (size_t i = 0; as != NULL && i < f->account_count && cookie.n > 0 && at >= 0; i++) {
		if (&f->accounts[i] != as)
			continue;
		f->accounts[i].cookie = str_dup(&f->mem, str_cut(&cookie, ';'));
		body = str_sub(body, (size_t)at + csrf.n, body.n);
		f->accounts[i].csrf = str_dup(&f->mem, str_cut(&body, '"'));
	}
}

static bool
log_in(struct fixture *f, struct fixture_account *k)
{
	ARENA mem = { 0 };
	struct reply r;
	struct str cookie, csrf = S("\"csrf\":\"");
	ptrdiff_t at;

	arena_init(&mem, 4 << 20);
	r = client_send(f->serve, &mem, S("POST"), S("/api/v1/session"), S("Content-Type: application/json\r\n"),
		str_fmt(&mem, "{\"login\":\"" STR_FMT "\",\"password\":\"%s\"}", STR_ARG(k->login), password));
	cookie = reply_header(&r, "Set-Cookie");
	at = str_find(r.body, csrf, 0);
	if (r.status != 200 || cookie.n == 0 || at < 0) {
		printf("# log-in of " STR_FMT " failed: %d " STR_FMT "\n", STR_ARG(k->name), r.status, STR_ARG(r.body));
		return false;
	}
	k->cookie = str_dup(&f->mem, str_cut(&cookie, ';'));
	r.body = str_sub(r.body, (size_t)at + csrf.n, r.body.n);
	k->csrf = str_dup(&f->mem, str_cut(&r.body, '"'));
	return true;
}

const struct fixture_account *
fixture_account(struct fixture *f, struct str name)
{
	for (size_t i = 0; i < f->account_count; i++) {
		struct fixture_account *k = &f->accounts[i];

		if (str_eq(k->name, name))
			return k->cookie.n > 0 || log_in(f, k) ? k : NULL;
	}
	return NULL;
}

const struct fixture_account *
fixture_log_in_again(struct fixture *f, struct str name)
{
	for (size_t i = 0; i < f->account_count; i++) {
		if (str_eq(f->accounts[i].name, name))
			f->accounts[i].cookie = (struct str){ 0 };
	}
	return fixture_account(f, name);
}

struct reply
fixture_send(struct fixture *f, struct arena *a, const struct fixture_account *as, struct str method, struct str target, struct str more,
	struct str body)
{
	struct sb h;

	sb_init(&h, a, 64 * 1024);
	if (as != NULL) {
		sb_addf(&h, "Cookie: " STR_FMT "\r\n", STR_ARG(as->cookie));
		if (!str_eq_c(method, "GET"))
			sb_addf(&h, "X-CSRF-Token: " STR_FMT "\r\n", STR_ARG(as->csrf));
	}
	if (body.n > 0 && str_find(more, S("Content-Type:"), 0) < 0)
		sb_add(&h, "Content-Type: application/json\r\n");
	sb_add_str(&h, more);
	return client_send(f->serve, a, method, target, sb_str(&h), body);
}

enum rc
fixture_drain(struct fixture *f, struct err *e)
{
	ARENA mem = { 0 };
	struct ctx c;
	enum rc rc;

	arena_init(&mem, 256 << 20);
	rc = fixture_ctx(f, &mem, &c);
	for (int i = 0; rc == RC_OK && i < 3; i++) {
		rc = events_drain(&c);
		if (rc == RC_OK)
			rc = jobs_drain(&c);
	}
	*e = c.err;
	db_give(&c.db);
	return rc;
}

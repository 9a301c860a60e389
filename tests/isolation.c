/*
 * isolation.c - route × role × relation, from the tables. A canary county and a
 * canary organisation hold rows of every kind whose texts carry a marker. Every
 * account asks every readable route, list, search, count, export, history, label,
 * dashboard and stream, and tries every write on rows that are not its own:
 *
 *   - the marker of the other county never comes back, to nobody, from anywhere;
 *   - the marker of the other organisation never comes back to accounts whose
 *     grants end at their own organisation, person or township;
 *   - a row out of reach answers exactly as one that never existed;
 *   - what a role may not do is refused on every route, and 5xx never happens.
 */
#include "fixture.h"
#include <stdlib.h>
#include "core/field_type.h"
#include "core/live.h"
#include "core/record.h"
#include "contract.h"
#include "make.h"
#include "mod/org/org.h"

enum { OTHER_COUNTY = 140902, ROWS_MAX = 64 };
static const char far_marker[] = "CANARYFAR", near_marker[] = "CANARYNEAR", far_han[] = "金丝雀甲", near_han[] = "金丝雀乙";

struct row {
	const struct resource *r;
	int64_t far, near; /* ids in the other county and in organisation beta */
};

struct isolation {
	struct fixture f;
	struct arena mem;
	struct contract *contract;
	struct row rows[ROWS_MAX];
	size_t row_count, requests, leaks, differences, faults;
};

/* ---- the canaries ---- */

static const struct db_sql sql_village = { "isolation.village",
	"SELECT MAX(code) FROM division WHERE county = :county AND level = 5 AND valid_to_on IS NULL" };

static int64_t
last_village(struct ctx *c)
{
	DB_STMT st = NULL;
	bool row = false;

	if (db_prepare(c->db, &sql_village, &st, &c->err) != RC_OK)
		return 0;
	db_bind_i64(st, "county", c->county);
	return db_step(st, &row, &c->err) == RC_OK && row ? db_col_i64(st, 0) : 0;
}

static enum rc
make_owner(struct ctx *c, const char *han, int64_t village, int64_t *org, int64_t *person)
{
	struct organisation o;
	struct person p;
	struct record_head ho = { .division = village }, hp = { .division = village };
	enum rc rc;

	record_init(&resource_organisations, &o);
	o.name = str_fmt(c->mem, "%s合作社", han);
	o.kind = S("cooperative");
	o.uscc = make_uscc(c->mem, village % 1000);
	o.division = village;
	o.state = S("active");
	rc = record_insert(c, &resource_organisations, &ho, &o);
	if (rc != RC_OK)
		return rc;
	record_init(&resource_people, &p);
	p.name = str_fmt(c->mem, "%s人", han);
	p.kind = S("grower");
	p.division = village;
	p.org_id = hp.org_id = ho.id;
	rc = record_insert(c, &resource_people, &hp, &p);
	*org = ho.id;
	*person = hp.id;
	return rc;
}

/* One row of every resource that can be made from its table, owned by the maker's organisation. */
static void
make_rows(struct isolation *x, struct ctx *c, struct maker *m, bool far)
{
	const char *marker = m->marker;
	struct json *body = NULL;
	int64_t id = 0;

	for (size_t i = 0; x->f.app.resources[i] != NULL && i < ROWS_MAX; i++) {
		const struct resource *r = x->f.app.resources[i];

		x->rows[i].r = r;
		x->row_count = i + 1;
		if (r->parent != NULL || r->may[ACT_CREATE] == NULL)
			continue;
		c->err = (struct err){ .lang = LANG_EN };
		c->error_count = 0;
		/* Catalogues and rules of the county are everybody's there. */
		m->marker = r->place == PLACE_COUNTY && !far ? "common" : marker;
		if (json_parse(c->mem, make_body(m, r, (struct make_change){ 0 }), 1 << 20, &body, &c->err) != RC_OK ||
			record_create(c, r, body, &id) != RC_OK) {
			printf("# no %s canary of %s: %s %s\n", far ? "far" : "near", r->name, c->err.field, c->err.text);
			continue;
		}
		make_note(m, r, id);
		*(far ? &x->rows[i].far : &x->rows[i].near) = id;
	}
}

static bool
make_canaries(struct isolation *x)
{
	struct ctx c;
	struct str unused;
	struct maker far = { .a = &x->mem, .app = &x->f.app, .now_ms = clock_now(&x->f.clock), .marker = "CANARYFAR金丝雀甲" },
		near = { .a = &x->mem, .app = &x->f.app, .now_ms = far.now_ms, .marker = "CANARYNEAR金丝雀乙" };
	bool made = false;

	if (fixture_ctx(&x->f, &x->mem, &c) != RC_OK)
		return false;
	c.err.lang = LANG_EN;
	near.village = last_village(&c);
	if (make_owner(&c, near_han, near.village, &near.org, &near.person) == RC_OK)
		make_rows(x, &c, &near, false);
	c.county = OTHER_COUNTY;
	if (org_init(&c, &unused) == RC_OK) {
		far.village = last_village(&c);
		made = make_owner(&c, far_han, far.village, &far.org, &far.person) == RC_OK;
		if (made)
			make_rows(x, &c, &far, true);
	}
	if (!made)
		printf("# %s %s\n", c.err.field, c.err.text);
	db_give(&c.db);
	return made;
}

/* ---- asking ---- */

static bool
sees_whole_county(const struct fixture_account *k)
{
	return k != NULL && k->org_id == 0 && !str_eq_c(k->name, "officer@town") && !str_eq_c(k->name, "nobody");
}

static bool
holds(struct str text, const char *word)
{
	return str_find(text, str_from_c(word), 0) >= 0;
}

static void
judge(struct isolation *x, const struct fixture_account *k, const char *method, struct str target, const struct reply *r)
{
	struct str why = { 0 };
	bool leak = holds(r->body, far_marker) || holds(r->body, far_han);

	x->requests++;
	if (!sees_whole_county(k) && str_starts(target, S("/api/")))
		leak |= holds(r->body, near_marker) || holds(r->body, near_han);
	/* What was asked for may be told back in a complaint about it. */
	leak &= r->status < 400;
	if (leak) {
		x->leaks++;
		printf("# LEAK to " STR_FMT ": %s " STR_FMT " -> %d " STR_FMT "\n", STR_ARG(k != NULL ? k->name : S("anyone")), method,
			STR_ARG(target), r->status, STR_ARG(str_sub(r->body, 0, 300)));
	}
	if (r->status == 0 || r->status >= 500 || !contract_check(x->contract, &x->mem, str_from_c(method), target, r, &why)) {
		x->faults++;
		printf("# FAULT for " STR_FMT ": %s " STR_FMT " -> %d " STR_FMT " " STR_FMT "\n", STR_ARG(k != NULL ? k->name : S("anyone")),
			method, STR_ARG(target), r->status, STR_ARG(why), STR_ARG(str_sub(r->body, 0, 300)));
	}
}

static struct reply
ask(struct isolation *x, const struct fixture_account *k, const char *method, struct str target, struct str body)
{
	struct reply r = fixture_send(&x->f, &x->mem, k, str_from_c(method), target, S(""), body);

	judge(x, k, method, target, &r);
	return r;
}

static struct str
path(struct isolation *x, const struct resource *r, int64_t id, const char *tail)
{
	return str_fmt(&x->mem, "/api/v1/%s/" LLD "%s", r->name, LL(id), tail);
}

/* The problem without what differs from request to request. */
static struct str
shape(struct isolation *x, const struct reply *r)
{
	ptrdiff_t at = str_find(r->body, S("\"request_id\""), 0);

	return str_fmt(&x->mem, "%d " STR_FMT, r->status, STR_ARG(str_sub(r->body, 0, at < 0 ? r->body.n : (size_t)at)));
}

static void
same_as_nothing(struct isolation *x, const struct fixture_account *k, const char *method, const struct resource *r, int64_t id,
	const char *tail, struct str body)
{
	struct reply real = ask(x, k, method, path(x, r, id, tail), body);
	struct reply none = ask(x, k, method, path(x, r, 912345678912345678, tail), body);

	if (str_eq(shape(x, &real), shape(x, &none)))
		return;
	x->differences++;
	printf("# DIFFERS for " STR_FMT ": %s /%s/…%s: " STR_FMT " | " STR_FMT "\n", STR_ARG(k != NULL ? k->name : S("anyone")), method,
		r->name, tail, STR_ARG(shape(x, &real)), STR_ARG(shape(x, &none)));
}

/* A row out of reach: reads, writes and moves, each as if there were nothing. */
static void
try_row(struct isolation *x, const struct fixture_account *k, const struct resource *r, int64_t id)
{
	if (r->may[ACT_READ] != NULL) {
		same_as_nothing(x, k, "GET", r, id, "", S(""));
		same_as_nothing(x, k, "GET", r, id, "?labels=1", S(""));
		same_as_nothing(x, k, "GET", r, id, "/history", S(""));
	}
	if (r->may[ACT_UPDATE] != NULL && !r->append_only)
		same_as_nothing(x, k, "PATCH", r, id, "", S("{\"version\":1}"));
	if (r->may[ACT_DELETE] != NULL && !r->append_only)
		same_as_nothing(x, k, "DELETE", r, id, "?version=1", S(""));
	for (const struct move *m = r->moves; m != NULL && m->name != NULL; m++) {
		if (m->may != NULL)
			same_as_nothing(x, k, "POST", r, id, str_fmt(&x->mem, "/%s", m->name).p, S("{\"comment\":\"x\"}"));
	}
}

static void
try_lists(struct isolation *x, const struct fixture_account *k, const struct resource *r, const struct row *row)
{
	static const char *const tails[] = { "?limit=200&labels=1&count=1", "?deleted=1&limit=200", "?q=CANARYFAR", "?q=金丝雀甲&count=1",
		"?q=CANARYNEAR&count=1", "?sort=-id&limit=200", "/export?format=csv", "/export?format=csv&q=金丝雀" };
	const int64_t ids[] = { row->far, row->near };

	if (r->may[ACT_LIST] == NULL)
		return;
	for (size_t i = 0; i < ARRAY_LEN(tails); i++)
		(void)ask(x, k, "GET", str_fmt(&x->mem, "/api/v1/%s%s", r->name, tails[i]), S(""));
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		struct reply reply = ask(x, k, "GET", str_fmt(&x->mem, "/api/v1/%s?id=" LLD "&count=1", r->name, LL(ids[i])), S(""));

		if (ids[i] != 0 && reply.status == 200 && (i == 0 || !sees_whole_county(k)) && !holds(reply.body, "\"count\":0") &&
			r->place != PLACE_COUNTY) {
			x->leaks++;
			printf("# COUNTED for " STR_FMT ": %s\n", STR_ARG(k != NULL ? k->name : S("anyone")), r->name);
		}
	}
	/* Text fields by prefix: a filter must not find what a list would not show. */
	for (const struct field *f = r->fields; f->name != NULL; f++) {
		if (f->type == T_TEXT && !f->private && !f->secret)
			(void)ask(x, k, "GET", str_fmt(&x->mem, "/api/v1/%s?%s.prefix=CANARY&count=1&labels=1", r->name, f->name), S(""));
	}
}

/* References to rows out of reach are refused as references to nothing. */
static void
try_references(struct isolation *x, const struct fixture_account *k, const struct resource *r)
{
	struct maker m = { .a = &x->mem, .app = &x->f.app, .org = x->f.org[0], .person = x->f.person[0], .village = x->f.village,
		.now_ms = clock_now(&x->f.clock), .marker = "own" };

	for (const struct field *f = r->fields; f->name != NULL && r->may[ACT_CREATE] != NULL; f++) {
		if (f->type != T_REF || f->server)
			continue;
		for (size_t i = 0; i < x->row_count; i++) {
			struct make_change change = { .replace = f };
			struct reply reply;

			if (x->rows[i].far == 0 || strcmp(x->rows[i].r->name, f->ref) != 0)
				continue;
			change.with = str_fmt(&x->mem, "\"" LLD "\"", LL(x->rows[i].far));
			reply = ask(x, k, "POST", str_fmt(&x->mem, "/api/v1/%s", r->name), make_body(&m, r, change));
			if (reply.status < 400) {
				x->leaks++;
				printf("# REFERENCE taken: %s.%s\n", r->name, f->name);
			}
		}
	}
}

static void
try_platform(struct isolation *x, const struct fixture_account *k)
{
	static const char *const targets[] = { "/api/v1/search?q=CANARYFAR", "/api/v1/search?q=金丝雀", "/api/v1/search?q=CANARYNEAR",
		"/api/v1/dashboard", "/api/v1/jobs", "/api/v1/notices", "/api/v1/audit?limit=200", "/api/v1/meta", "/api/v1/divisions?level=5",
		"/api/v1/rules", "/api/v1/permissions", "/api/v1/own/sessions", "/api/v1/own/consents", "/api/v1/own/data-requests",
		"/api/v1/screen", "/api/v1/openapi.json", "/", "/news", "/enterprises", "/verify?code=CANARYFAR", "/healthz" };

	for (size_t i = 0; i < ARRAY_LEN(targets); i++)
		(void)ask(x, k, "GET", str_from_c(targets[i]), S(""));
	for (size_t i = 0; i < x->row_count; i++) {
		(void)ask(x, k, "GET", str_fmt(&x->mem, "/enterprises/" LLD, LL(x->rows[i].far)), S(""));
		(void)ask(x, k, "GET", str_fmt(&x->mem, "/products/" LLD, LL(x->rows[i].far)), S(""));
		(void)ask(x, k, "GET", str_fmt(&x->mem, "/news/" LLD, LL(x->rows[i].far)), S(""));
		(void)ask(x, k, "GET", str_fmt(&x->mem, "/api/v1/audit?record_id=" LLD, LL(x->rows[i].far)), S(""));
	}
}

/* A path with a key that never existed in place of each placeholder. */
static struct str
fill_in(struct arena *a, struct str template)
{
	struct sb b;
	bool inside = false;

	sb_init(&b, a, 400);
	for (size_t i = 0; i < template.n; i++) {
		if (template.p[i] == '{')
			sb_add(&b, "912345678912345678");
		inside = template.p[i] == '{' || (inside && template.p[i] != '}');
		if (!inside && template.p[i] != '}')
			sb_add_c(&b, template.p[i]);
	}
	return sb_str(&b);
}

/* What nobody granted is refused: an account without grants gets 403 from every permission route, anyone 401. */
static void
try_without_grants(struct isolation *x)
{
	const struct fixture_account *nobody = fixture_account(&x->f, S("nobody"));
	struct str method, template;
	const struct json *operation;
	size_t wrong = 0;

	for (size_t i = 0; contract_at(x->contract, i, &method, &template, &operation); i++) {
		const struct json *security = json_get(operation, "security");
		bool is_public = security != NULL && security->count == 0;
		bool needs_permission = json_text(operation, "description").p != NULL;
		struct str target;
		struct reply r;

		if (is_public)
			continue;
		target = fill_in(&x->mem, template);
		r = fixture_send(&x->f, &x->mem, NULL, method, target, S(""), S(""));
		if (r.status != 401) {
			wrong++;
			printf("# anyone: " STR_FMT " " STR_FMT " -> %d\n", STR_ARG(method), STR_ARG(target), r.status);
		}
		if (!needs_permission)
			continue;
		r = fixture_send(&x->f, &x->mem, nobody, method, target, S(""), S(""));
		if (r.status != 403) {
			wrong++;
			printf("# nobody: " STR_FMT " " STR_FMT " -> %d\n", STR_ARG(method), STR_ARG(target), r.status);
		}
	}
	ok(wrong == 0, "without a session every route that is not public answers 401, without grants every permission route 403");
}

/* The stream tells only what the reader may read. */
static void
try_streams(struct isolation *x)
{
	static const char *const names[] = { "enterprise@alpha", "grower@alpha", "officer" };
	struct event far = { .county = OTHER_COUNTY, .record_id = 1, .division = 140902001001, .org_id = 5 },
		near = { .county = FIXTURE_COUNTY, .record_id = 2, .division = x->f.village, .org_id = x->f.org[1] },
		own = { .county = FIXTURE_COUNTY, .record_id = 3, .division = x->f.village, .org_id = x->f.org[0], .person_id = x->f.person[0] };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct fixture_account *k = fixture_account(&x->f, str_from_c(names[i]));
		struct sse *e = calloc(1, sizeof(*e));
		struct reply r;
		bool open;

		ASSERT(e != NULL && k != NULL);
		open = sse_open(e, x->f.serve, &x->mem, S("/api/v1/live?topics=trace"),
			str_fmt(&x->mem, "Cookie: " STR_FMT "\r\n", STR_ARG(k->cookie)), &r);
		ok(open, "%s opens a stream", names[i]);
		live_publish(x->f.app.live, "trace", "trace.view", &far, S("{\"x\":\"FARMSG\"}"));
		live_publish(x->f.app.live, "trace", "trace.view", &near, S("{\"x\":\"NEARMSG\"}"));
		live_publish(x->f.app.live, "trace", "trace.view", &own, S("{\"x\":\"OWNMSG\"}"));
		ok(sse_wait(e, "OWNMSG", 3000), "%s hears of what is in reach", names[i]);
		ok(strstr(e->text, "FARMSG") == NULL, "%s hears nothing of another county", names[i]);
		ok((strstr(e->text, "NEARMSG") != NULL) == sees_whole_county(k), "%s hears of other organisations only by grant", names[i]);
		live_cut(x->f.app.live, k->user_id);
		ok(sse_ended(e, 3000), "%s's stream ends when the account is cut off", names[i]);
		sse_close(e);
		free(e);
	}
}

static void
try_account(struct isolation *x, const struct fixture_account *k)
{
	for (size_t i = 0; i < x->row_count; i++) {
		const struct row *row = &x->rows[i];

		if (row->r->parent != NULL)
			continue;
		try_lists(x, k, row->r, row);
		if (row->far != 0)
			try_row(x, k, row->r, row->far);
		if (row->near != 0 && !sees_whole_county(k) && row->r->place != PLACE_COUNTY)
			try_row(x, k, row->r, row->near);
		try_references(x, k, row->r);
	}
	try_platform(x, k);
}

static void
run(enum db_engine engine)
{
	struct isolation *x = calloc(1, sizeof(*x));
	const char *why = "?";
	struct reply r;
	struct str text = { 0 };

	ASSERT(x != NULL);
	arena_init(&x->mem, (size_t)2 << 30);
	printf("# %s\n", testdb_name(engine));
	if (!fixture_open(&x->f, engine, &why)) {
		ok(false, "the program does not start on %s: %s", testdb_name(engine), why);
		return;
	}
	r = client_send(x->f.serve, &x->mem, S("GET"), S("/api/v1/openapi.json"), S(""), S(""));
	x->contract = contract_load(&x->mem, r.body, &text);
	ok(x->contract != NULL && make_canaries(x), "%s: canaries are in place", testdb_name(engine));
	for (size_t i = 0; x->contract != NULL && i <= x->f.account_count; i++)
		try_account(x, i < x->f.account_count ? fixture_account(&x->f, x->f.accounts[i].name) : NULL);
	ok(x->leaks == 0, "%s: no marker came back in %zu answers", testdb_name(engine), x->requests);
	ok(x->differences == 0, "%s: a row out of reach answers as one that never existed", testdb_name(engine));
	ok(x->faults == 0, "%s: no answer broke the contract", testdb_name(engine));
	if (x->contract != NULL) {
		try_without_grants(x);
		try_streams(x);
	}
	fixture_close(&x->f);
	arena_done(&x->mem);
	free(x);
}

int
main(void)
{
	run(DB_SQLITE);
	if (getenv("PGTEST_URL") != NULL && getenv("PGTEST_URL")[0] != '\0')
		run(DB_PG);
	else
		printf("ok %d - PostgreSQL # SKIP PGTEST_URL is not set\n", ++tap_count);
	return tap_done();
}

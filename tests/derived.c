/*
 * derived.c - tests that follow from the tables: every field of every resource
 * (missing, too long, out of range, wrong type, unknown choice, read-only,
 * reference to nothing), every move (wrong state, wrong role), versions and
 * unique rules, on both engines, through the whole program.
 */
#include "fixture.h"
#include <stdlib.h>
#include "core/field_type.h"
#include "core/module.h"
#include "core/record.h"
#include "contract.h"
#include "make.h"

struct derived {
	struct fixture f;
	struct arena mem;
	struct maker m;
	struct contract *contract;
	const struct fixture_account *admin;
	size_t fields, moves, made, refused;
};

static struct reply
send(struct derived *d, const struct fixture_account *as, const char *method, struct str target, struct str body)
{
	struct reply r = fixture_send(&d->f, &d->mem, as, str_from_c(method), target, S(""), body);
	struct str why = { 0 };

	if (r.status >= 500 || !contract_check(d->contract, &d->mem, str_from_c(method), target, &r, &why))
		ok(false, "%s " STR_FMT " " STR_FMT ": %d " STR_FMT " " STR_FMT, method, STR_ARG(target), STR_ARG(str_sub(body, 0, 300)), r.status,
			STR_ARG(why), STR_ARG(str_sub(r.body, 0, 400)));
	return r;
}

static struct str
path_of(struct derived *d, const struct resource *r, int64_t id, const char *tail)
{
	if (id == 0)
		return str_fmt(&d->mem, "/api/v1/%s%s", r->name, tail);
	return str_fmt(&d->mem, "/api/v1/%s/" LLD "%s", r->name, LL(id), tail);
}

static struct json *
parsed(struct derived *d, const struct reply *r)
{
	struct err e = { 0 };
	struct json *v = NULL;

	return json_parse(&d->mem, r->body, 8 << 20, &v, &e) == RC_OK ? v : NULL;
}

/* The problem is 400 and names the field among its errors. */
static bool
names_field(struct derived *d, const struct reply *r, const char *name)
{
	const struct json *v = parsed(d, r), *errors = v != NULL ? json_get(v, "errors") : NULL;

	if (r->status != 400)
		return false;
	if (v != NULL && str_eq_c(json_text(v, "field"), name))
		return true;
	for (size_t i = 0; errors != NULL && i < errors->count; i++) {
		struct str n = errors->names[i];

		if (str_eq_c(n, name) || (str_starts(n, str_from_c(name)) && n.n > strlen(name) && n.p[strlen(name)] == '['))
			return true;
	}
	return false;
}

static void
wrong_value(struct derived *d, const struct resource *r, const struct field *f, const char *what, struct make_change change)
{
	struct reply reply = send(d, d->admin, "POST", path_of(d, r, 0, ""), make_body(&d->m, r, change));
	bool good = names_field(d, &reply, change.name != NULL ? change.name : f->name);

	ok(good, "%s.%s %s", r->name, f != NULL ? f->name : change.name, what);
	if (!good)
		printf("# %d " STR_FMT "\n", reply.status, STR_ARG(str_sub(reply.body, 0, 500)));
}

static struct str
letters(struct derived *d, int64_t n)
{
	char *p = arena_alloc(&d->mem, (size_t)n + 3, 1, 1);

	memset(p, 'A', (size_t)n + 2);
	p[0] = p[n + 1] = '"';
	return (struct str){ p, (size_t)n + 2 };
}

static bool
is_bounded(const struct field *f)
{
	return (f->type == T_INT || f->type == T_QTY || f->type == T_MONEY || f->type == T_RATE) && f->max > f->min;
}

static void
value_tests(struct derived *d, const struct resource *r, const struct field *f)
{
	struct str wrong = f->as == M_STR && f->type != T_FILES && f->type != T_JSON ? S("17.5") : f->type == T_LINES || f->type == T_FILES ?
		S("\"x\"") : S("[true]");

	if (f->type != T_JSON)
		wrong_value(d, r, f, "of the wrong type is refused", (struct make_change){ .replace = f, .with = wrong });
	if (f->as == M_STR && (type_info(f->type)->flags & TYPE_MAX) != 0)
		wrong_value(d, r, f, "too long is refused", (struct make_change){ .replace = f, .with = letters(d, field_max(f) + 1) });
	if (is_bounded(f)) {
		wrong_value(d, r, f, "above its range is refused",
			(struct make_change){ .replace = f, .with = str_fmt(&d->mem, LLD, LL(f->max + 1)) });
		wrong_value(d, r, f, "below its range is refused",
			(struct make_change){ .replace = f, .with = str_fmt(&d->mem, LLD, LL(f->min - 1)) });
	}
	if (f->type == T_ENUM)
		wrong_value(d, r, f, "with an unknown choice is refused", (struct make_change){ .replace = f, .with = S("\"no-such\"") });
	if (f->type == T_REF)
		wrong_value(d, r, f, "to nothing is refused", (struct make_change){ .replace = f, .with = S("\"4711\"") });
	if (f->type == T_DIVISION)
		wrong_value(d, r, f, "elsewhere is refused", (struct make_change){ .replace = f, .with = S("\"110101001000\"") });
	if (f->type == T_DATE)
		wrong_value(d, r, f, "that is no date is refused", (struct make_change){ .replace = f, .with = S("\"2026-02-30\"") });
	if (f->type == T_FILE)
		wrong_value(d, r, f, "to no file is refused", (struct make_change){ .replace = f, .with = S("\"4711\"") });
	if (f->type == T_TEXT)
		wrong_value(d, r, f, "with a control character is refused",
			(struct make_change){ .replace = f, .with = S("\"a\\u0001b\"") });
}

static void
field_tests(struct derived *d, const struct resource *r, const struct field *f)
{
	d->fields++;
	if (f->secret || f->server || f->type == T_STATE) {
		wrong_value(d, r, f, "may not be written", (struct make_change){ .replace = f, .with = S("\"1\"") });
		return;
	}
	if (f->required && f->default_ == NULL && f->type != T_BOOL)
		wrong_value(d, r, f, "missing is refused", (struct make_change){ .leave_out = f });
	value_tests(d, r, f);
}

/* ---- rows and moves ---- */

static int64_t
id_of(struct derived *d, const struct reply *r)
{
	const struct json *v = parsed(d, r);

	return v != NULL ? json_i64(v, "id") : NIL;
}

static void
create_one(struct derived *d, const struct resource *r)
{
	struct str body = make_body(&d->m, r, (struct make_change){ 0 });
	struct reply reply = send(d, d->admin, "POST", path_of(d, r, 0, ""), body), again;
	bool has_unique = r->uniques != NULL && r->uniques[0].name != NULL;

	if (reply.status != 201) {
		d->refused++;
		printf("# %s cannot be made from its table alone: %d " STR_FMT " from " STR_FMT "\n", r->name, reply.status,
			STR_ARG(str_sub(reply.body, 0, 300)), STR_ARG(str_sub(body, 0, 300)));
		return;
	}
	d->made++;
	make_note(&d->m, r, id_of(d, &reply));
	for (const struct field *f = r->fields; f->name != NULL; f++)
		has_unique |= f->unique && !f->server && f->required;
	if (!has_unique)
		return;
	again = send(d, d->admin, "POST", path_of(d, r, 0, ""), body);
	ok(again.status == 409, "%s: the same again is a conflict", r->name);
}

static void
move_tests(struct derived *d, const struct resource *r, int64_t id)
{
	struct reply now = send(d, d->admin, "GET", path_of(d, r, id, ""), S(""));
	const struct json *v = parsed(d, &now);
	const struct json *may = v != NULL ? json_get(v, "_may") : NULL;

	for (const struct move *m = r->moves; m != NULL && m->name != NULL; m++) {
		struct reply reply;
		bool offered = false;

		if (m->may == NULL)
			continue;
		d->moves++;
		for (size_t i = 0; may != NULL && i < may->count; i++)
			offered |= str_eq_c(may->items[i].s, m->name);
		for (size_t i = 0; i < d->f.account_count; i++) {
			const struct fixture_account *k = fixture_account(&d->f, d->f.accounts[i].name);

			if (k == NULL || !str_eq_c(k->name, "nobody"))
				continue;
			reply = send(d, k, "POST", path_of(d, r, id, str_fmt(&d->mem, "/%s", m->name).p), S("{}"));
			ok(reply.status == 403, "%s/%s needs its permission", r->name, m->name);
		}
		if (offered)
			continue;
		reply = send(d, d->admin, "POST", path_of(d, r, id, str_fmt(&d->mem, "/%s", m->name).p), S("{\"comment\":\"x\"}"));
		ok(reply.status == 409 || reply.status == 403 || reply.status == 400, "%s/%s from another state is refused (%d)", r->name,
			m->name, reply.status);
	}
}

static void
update_tests(struct derived *d, const struct resource *r, int64_t id)
{
	struct reply reply;

	if (r->may[ACT_UPDATE] == NULL || r->append_only)
		return;
	reply = send(d, d->admin, "PATCH", path_of(d, r, id, ""), S("{}"));
	ok(reply.status == 400, "%s: a change without a version is refused", r->name);
	reply = send(d, d->admin, "PATCH", path_of(d, r, id, ""), S("{\"version\":999}"));
	ok(reply.status == 409, "%s: a change of a version that never was is a conflict (%d)", r->name, reply.status);
	for (const struct field *f = r->fields; f->name != NULL; f++) {
		struct str v;

		if (!f->fixed || f->server)
			continue;
		v = make_value(&d->m, r, f);
		if (v.p == NULL)
			continue;
		reply = send(d, d->admin, "PATCH", path_of(d, r, id, ""), str_fmt(&d->mem, "{\"version\":1,\"%s\":" STR_FMT "}", f->name, STR_ARG(v)));
		ok(names_field(d, &reply, f->name) || reply.status == 409 || reply.status == 200, "%s.%s is fixed (%d)", r->name, f->name,
			reply.status);
	}
}

static void
resource_tests(struct derived *d, const struct resource *r)
{
	int64_t id;

	if (r->parent != NULL || r->may[ACT_CREATE] == NULL)
		return;
	create_one(d, r);
	for (const struct field *f = r->fields; f->name != NULL; f++)
		field_tests(d, r, f);
	wrong_value(d, r, NULL, "is unknown and refused", (struct make_change){ .name = "no_such_field", .with = S("1") });
	id = make_id(&d->m, r->name);
	if (id == 0 || r->may[ACT_READ] == NULL)
		return;
	move_tests(d, r, id);
	update_tests(d, r, id);
}

static bool
prepare(struct derived *d)
{
	struct reply r = client_send(d->f.serve, &d->mem, S("GET"), S("/api/v1/openapi.json"), S(""), S(""));
	struct str why = { 0 };

	d->contract = contract_load(&d->mem, r.body, &why);
	d->admin = fixture_account(&d->f, S("admin"));
	d->m = (struct maker){ .a = &d->mem, .app = &d->f.app, .org = d->f.org[0], .person = d->f.person[0], .village = d->f.village,
		.now_ms = clock_now(&d->f.clock), .marker = "sample-" };
	return d->contract != NULL && d->admin != NULL;
}

static void
run(enum db_engine engine)
{
	struct derived *d = calloc(1, sizeof(*d));
	const char *why = "?";

	ASSERT(d != NULL);
	arena_init(&d->mem, 1 << 30);
	printf("# %s\n", testdb_name(engine));
	if (!fixture_open(&d->f, engine, &why)) {
		ok(false, "the program does not start on %s: %s", testdb_name(engine), why);
	} else if (prepare(d)) {
		for (size_t i = 0; d->f.app.resources[i] != NULL; i++)
			resource_tests(d, d->f.app.resources[i]);
		printf("# %zu fields, %zu moves, %zu resources made, %zu not\n", d->fields, d->moves, d->made, d->refused);
	} else {
		ok(false, "no contract or no administrator on %s", testdb_name(engine));
	}
	if (d->f.serve != NULL)
		fixture_close(&d->f);
	arena_done(&d->mem);
	free(d);
}

int
main(void)
{
	run(DB_SQLITE);
	if (getenv("PGTEST_URL") != NULL && getenv("PGTEST_URL")[0] != 0)
		run(DB_PG);
	else
		printf("ok %d - PostgreSQL # SKIP PGTEST_URL is not set\n", ++tap_count);
	return tap_done();
}

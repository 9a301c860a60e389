/*
 * No account sees, counts, searches, exports, labels, changes or refers to a
 * row outside its scope: thousands of generated accounts against a model that
 * a reader can check by eye, on both engines.
 */
#include "base/base.h"
#include "core/query_priv.h"
#include "tap.h"
#include "core/testenv.h"
#include "core/testmod.h"

enum { ORGS = 6, PEOPLE = 6, ROWS = 160, ACCOUNTS = 1500, GRANTS_MAX = 4 };

struct model_row {
	int64_t id, division, org_id, person_id;
	bool odd; /* its name holds 奇 */
};
static struct testenv env;
static struct model_row rows[ROWS];
static int64_t orgs[ORGS], people[PEOPLE], sample_of[ROWS];

static const char *const sets[][4] = { { "test.view", NULL }, { "test.edit", NULL },
	{ "test.view", "test.edit", NULL }, { "test.people", NULL }, { "*", NULL }, { NULL } };

/* The model: what a grant means, said without the code under test. */
static bool
model_sees(const struct actor *a, const char *permission, const struct model_row *r)
{
	for (size_t i = 0; i < a->grant_count; i++) {
		const struct grant *g = &a->grants[i];
		bool holds = false;

		for (int k = 0; g->permissions[k] != NULL; k++)
			holds |= strcmp(g->permissions[k], permission) == 0 ||
				 strcmp(g->permissions[k], "*") == 0;
		if (!holds || r->division < g->division_lo || r->division > g->division_hi)
			continue;
		if ((g->org_id == 0 || g->org_id == r->org_id) &&
			(g->person_id == 0 || g->person_id == r->person_id))
			return true;
	}
	return false;
}

static int64_t
pick_division(const struct rand *r)
{
	int64_t town = 140406101000 + (int64_t)rand_below(r, 5) * 1000;

	return rand_below(r, 4) == 0 ? town : town + 201 + (int64_t)rand_below(r, 3);
}

static void
fill(const struct rand *r)
{
	struct record_head h;

	testenv_as(&env, NULL);
	for (int i = 0; i < ORGS; i++) {
		struct test_org o;
		struct test_person p;

		record_init(&test_orgs, &o);
		o.name = str_fmt(&env.mem, "主体%d", i);
		o.division = pick_division(r);
		h = (struct record_head){ 0 };
		ok(record_insert(&env.c, &test_orgs, &h, &o) == RC_OK, "an organisation");
		orgs[i] = h.id;
		record_init(&test_people, &p);
		p.name = str_fmt(&env.mem, "人%d", i);
		p.division = o.division;
		h = (struct record_head){ 0 };
		ok(record_insert(&env.c, &test_people, &h, &p) == RC_OK, "a person");
		people[i] = h.id;
	}
	for (int i = 0; i < ROWS; i++) {
		struct model_row *m = &rows[i];
		struct test_field f;
		struct test_sample s;

		record_init(&test_fields, &f);
		m->odd = i % 2 != 0;
		f.name = str_fmt(&env.mem, "%s地%d", m->odd ? "奇" : "偶", i);
		m->division = f.division = pick_division(r);
		m->org_id = f.org_id = orgs[rand_below(r, ORGS)];
		f.person_id = rand_below(r, 3) == 0 ? NIL : people[rand_below(r, PEOPLE)];
		m->person_id = f.person_id == NIL ? 0 : f.person_id;
		f.kind = S("open");
		f.area_milli = 1 + i;
		h = (struct record_head){ 0 };
		if (record_insert(&env.c, &test_fields, &h, &f) != RC_OK)
			printf("# %s %s\n", env.c.err.field, env.c.err.text);
		m->id = h.id;
		record_init(&test_samples, &s);
		s.number = str_fmt(&env.mem, "S%d", i);
		s.field_id = m->id;
		s.sampled_on = 20000;
		h = (struct record_head){ 0 };
		if (record_insert(&env.c, &test_samples, &h, &s) != RC_OK)
			printf("# %s %s\n", env.c.err.field, env.c.err.text);
		sample_of[i] = h.id;
	}
}

static void
make_account(const struct rand *r, struct actor *a, struct grant *grants)
{
	size_t n = rand_below(r, GRANTS_MAX + 1);

	*a = (struct actor){ .kind = ACTOR_USER,
		.user_id = 100 + (int64_t)rand_below(r, 1000),
		.grants = grants,
		.grant_count = n };
	for (size_t i = 0; i < n; i++) {
		struct grant *g = &grants[i];
		int64_t code = pick_division(r);

		*g = (struct grant){ .permissions = sets[rand_below(r, ARRAY_LEN(sets))] };
		switch (rand_below(r, 4)) {
		case 0:
			g->division_lo = 140406000000;
			g->division_hi = 140406999999;
			break;
		case 1:
			g->division_lo = g->division_hi = code;
			break;
		default:
			g->division_lo = code / 1000 * 1000;
			g->division_hi = g->division_lo + 999;
		}
		if (rand_below(r, 3) == 0)
			g->org_id = orgs[rand_below(r, ORGS)];
		if (rand_below(r, 4) == 0)
			g->person_id = people[rand_below(r, PEOPLE)];
	}
}

static int wrong_list, wrong_read, wrong_count, wrong_search, wrong_export, wrong_label, wrong_update,
	wrong_reference, wrong_child;

/* Which rows a printed list holds. */
static void
check_list(const struct actor *a, const char *params, bool search, const char *permission, int *wrong)
{
	struct str text = { 0 };
	struct json *j = NULL;
	enum rc rc = testenv_list(&env, &test_fields, params, &text);
	bool any = actor_may(a, permission);
	size_t n = 0;

	if (rc != (any ? RC_OK : RC_DENIED)) {
		++*wrong;
		return;
	}
	if (rc != RC_OK)
		return;
	if (json_parse(&env.mem, text, 8 << 20, &j, &env.c.err) != RC_OK) {
		++*wrong;
		return;
	}

	const struct json *items = json_get(j, "items");

	for (int i = 0; i < ROWS; i++) {
		bool want = model_sees(a, permission, &rows[i]) && (!search || rows[i].odd), got = false;

		for (size_t k = 0; k < items->count && !got; k++)
			got = json_i64(&items->items[k], "id") == rows[i].id;
		*wrong += got != want;
		n += want;
	}
	wrong_count += items->count != n || json_i64(j, "count") != (int64_t)n;
}

struct exported {
	int64_t ids[ROWS];
	size_t count;
};
static enum rc
export_row(struct ctx *c, void *arg, const struct record_head *h, void *record)
{
	struct exported *e = arg;

	(void)c;
	(void)record;
	if (e->count < ROWS)
		e->ids[e->count++] = h->id;
	return RC_OK;
}

static void
check_export(const struct actor *a)
{
	struct exported e = { .count = 0 };
	struct query q;
	int64_t n = 0;
	enum rc rc, want = actor_may(a, "test.view") ? RC_OK : RC_DENIED;

	query_init(plan_of(&env.app, &test_fields), &q);
	rc = query_each(&env.c, &test_fields, &q, ACT_EXPORT, export_row, &e);
	wrong_export += rc != want;
	wrong_count += query_count(&env.c, &test_fields, &q, ACT_EXPORT, &n) != want;
	for (int i = 0; rc == RC_OK && i < ROWS; i++) {
		bool got = false;

		for (size_t k = 0; k < e.count && !got; k++)
			got = e.ids[k] == rows[i].id;
		wrong_export += got != model_sees(a, "test.view", &rows[i]);
	}
	wrong_count += rc == RC_OK && n != (int64_t)e.count;
}

/* Samples copy the field's place, so their labels must name exactly the visible fields. */
static void
check_labels(const struct actor *a)
{
	struct str text = { 0 };
	struct json *j = NULL;

	if (testenv_list(&env, &test_samples, "labels=1&limit=200", &text) != RC_OK)
		return;
	if (json_parse(&env.mem, text, 8 << 20, &j, &env.c.err) != RC_OK) {
		wrong_label++;
		return;
	}

	const struct json *labels = json_get(j, "labels"), *names = json_get(labels, "fields"),
			  *owners = json_get(labels, "organisations");

	for (int i = 0; i < ROWS; i++) {
		char key[24];
		bool sees = model_sees(a, "test.view", &rows[i]);

		snprintf(key, sizeof(key), "%lld", LL(rows[i].id));
		wrong_label += (names != NULL && json_get(names, key) != NULL) != sees;
	}
	for (int i = 0; owners != NULL && i < ORGS; i++) {
		struct model_row o = { .id = orgs[i], .org_id = orgs[i] };
		struct record_head h;
		struct test_org org;
		char key[24];

		snprintf(key, sizeof(key), "%lld", LL(orgs[i]));
		if (record_load(&env.c, &test_orgs, orgs[i], NULL, &h, &org) != RC_OK)
			continue;
		o.division = h.division;
		wrong_label += json_get(owners, key) != NULL && !model_sees(a, "test.view", &o);
	}
}

static void
check_single(const struct actor *a, const struct rand *r)
{
	for (int k = 0; k < 6; k++) {
		int i = (int)rand_below(r, ROWS);
		bool sees = model_sees(a, "test.view", &rows[i]),
		     edits = model_sees(a, "test.edit", &rows[i]);
		struct record_head h = {
			.division = rows[i].division, .org_id = rows[i].org_id, .person_id = rows[i].person_id
		};
		char body[200];
		int64_t id = 0;
		enum rc rc;

		wrong_read += (testenv_read(&env, &test_fields, rows[i].id, false).p != NULL) != sees;
		wrong_child += (testenv_read(&env, &test_samples, sample_of[i], false).p != NULL) != sees;
		wrong_read += scope_covers(a, "test.view", &h) != sees;
		rc = record_update(&env.c, &test_fields, rows[i].id, 1, testenv_json(&env, "{}"));
		wrong_update += rc != (edits ? RC_OK : sees ? RC_DENIED : RC_NOT_FOUND);
		if (!actor_may(a, "test.edit"))
			continue;
		/* A wrong body, so that nothing is ever created: only whether the reference was found
		 * matters. */
		snprintf(body, sizeof(body), "{'number':'','field_id':'%lld','sampled_on':'2026-01-01'}",
			LL(rows[i].id));
		wrong_reference +=
			record_create(&env.c, &test_samples, testenv_json(&env, body), &id) != RC_INVALID;
		for (size_t n = 0, found = 0; n <= env.c.error_count; n++)
			if (n == env.c.error_count)
				wrong_reference += (found == 0) != sees;
			else
				found += str_eq_c(env.c.errors[n].field, "field_id");
	}
}

static void
test_all(struct testdb *t)
{
	struct rand_seeded state;
	struct rand r = rand_from_seed(&state, 20261123);
	struct grant grants[GRANTS_MAX];
	struct actor a;
	int with_rows = 0;

	wrong_list = wrong_read = wrong_count = wrong_search = wrong_export = wrong_label = wrong_update =
		wrong_reference = wrong_child = 0;
	testenv_open(&env, t, test_modules);
	fill(&r);
	for (int i = 0; i < ACCOUNTS; i++) {
		make_account(&r, &a, grants);
		for (int k = 0; k < ROWS; k++)
			if (model_sees(&a, "test.view", &rows[k])) {
				with_rows++;
				break;
			}
		testenv_as(&env, &a);
		check_list(&a, "limit=200&count=1", false, "test.view", &wrong_list);
		check_list(&a, "q=奇&limit=200&count=1", true, "test.view", &wrong_search);
		check_export(&a);
		check_labels(&a);
		check_single(&a, &r);
		arena_reset(&env.mem);
	}
	ok(with_rows > ACCOUNTS / 4 && with_rows < ACCOUNTS, "the accounts differ: %d of %d see something",
		with_rows, ACCOUNTS);
	is_i64(wrong_list, 0, "lists agree with the model");
	is_i64(wrong_read, 0, "single rows agree with the model");
	is_i64(wrong_child, 0, "rows that inherit their place agree with the model");
	is_i64(wrong_count, 0, "counts agree with the model");
	is_i64(wrong_search, 0, "searches agree with the model");
	is_i64(wrong_export, 0, "exports agree with the model");
	is_i64(wrong_label, 0, "labels agree with the model");
	is_i64(wrong_update, 0, "changes agree with the model");
	is_i64(wrong_reference, 0, "references agree with the model");
	testenv_close(&env);
}

int
main(void)
{
	testdb_each(test_all);
	return tap_done();
}

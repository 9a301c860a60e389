/* Lists on both engines: every filter, sorting with ties and absent values, pages, count, search, labels,
 * refusals. */
#include "base/base.h"
#include "core/query_priv.h"
#include "core/search.h"
#include "tap.h"
#include "core/testenv.h"
#include "core/testmod.h"

enum { FIELDS = 120 };

static struct testenv env;
static int64_t orgs[3], ids[FIELDS];

static const char *const view_permissions[] = { "test.view", "test.people", NULL };
static const struct grant whole = { 140406000000, 140406999999, 0, 0, view_permissions };
static const struct actor reader = { .kind = ACTOR_USER, .user_id = 31, .grants = &whole, .grant_count = 1 };

/* How many items a list holds; -1 when it is refused. */
static int
items(const struct resource *r, const char *params)
{
	struct str text, rest;
	int n = 0;

	if (testenv_list(&env, r, params, &text) != RC_OK)
		return -1;
	for (rest = text; str_find(rest, S("\"_may\""), 0) >= 0; n++)
		rest = str_sub(rest, (size_t)str_find(rest, S("\"_may\""), 0) + 1, rest.n);
	return n;
}

static void
fill(void)
{
	struct record_head h;
	struct test_org o;
	struct test_field f;

	testenv_as(&env, NULL);
	for (int i = 0; i < 3; i++) {
		record_init(&test_orgs, &o);
		h = (struct record_head){ 0 };
		o.name = str_fmt(&env.mem, "合作社%d", i);
		o.division = 140406101000 + i * 1000;
		ok(record_insert(&env.c, &test_orgs, &h, &o) == RC_OK, "organisation %d", i);
		orgs[i] = h.id;
	}
	for (int i = 0; i < FIELDS; i++) {
		record_init(&test_fields, &f);
		h = (struct record_head){ 0 };
		f.name = str_fmt(&env.mem, "%s坡%d号", i % 2 == 0 ? "东" : "西", i);
		f.code = i % 3 == 0 ? (struct str){ 0 } : str_fmt(&env.mem, "P-%03d", i / 6 * 6 + i % 6);
		f.org_id = orgs[i % 3];
		f.division = 140406101201 + i % 5 * 1000;
		f.kind = i % 4 == 0 ? S("orchard") : S("open");
		f.area_milli = 1000 + i / 10 * 100; /* ten of each: ties */
		f.note = i == 7 ? S("Greenhouse NEAR the river 100%_x") : (struct str){ 0 };
		f.leased = i % 2;
		ok(record_insert(&env.c, &test_fields, &h, &f) == RC_OK, "field %d", i);
		ids[i] = h.id;
		env.c.now_ms = env.now_ms += 1000;
	}
}

static void
test_filters(void)
{
	char text[400];

	testenv_as(&env, &reader);
	is_i64(items(&test_fields, "limit=200"), FIELDS, "all of them");
	is_i64(items(&test_fields, ""), 50, "fifty by default");
	is_i64(items(&test_fields, "kind=orchard&limit=200"), 30, "equal");
	is_i64(items(&test_fields, "kind.ne=orchard&limit=200"), 90, "not equal");
	is_i64(items(&test_fields, "kind.in=orchard,open&limit=200"), 120, "one of");
	is_i64(items(&test_fields, "area_milli.gte=1200&area_milli.lte=1300&limit=200"), 20, "from and to");
	is_i64(items(&test_fields, "area_milli=1200"), 10, "a number");
	is_i64(items(&test_fields, "code.null=1&limit=200"), 40, "absent");
	is_i64(items(&test_fields, "code.null=0&limit=200"), 80, "present");
	is_i64(items(&test_fields, "code.prefix=P-01"), 7, "prefix");
	is_i64(items(&test_fields, "name.prefix=东坡1&limit=200"), 15, "prefix of Chinese");
	is_i64(items(&test_fields, "code=p-001"), 1, "codes are folded");
	is_i64(items(&test_fields, "leased=true&limit=200"), 60, "flags");
	is_i64(items(&test_fields, "division=140406102201&limit=200"), 24, "a division");
	is_i64(items(&test_fields, "division.within=140406102000&limit=200"), 24, "a subtree");
	is_i64(items(&test_fields, "division.within=140406000000&limit=200"), 120, "the county");
	is_i64(items(&test_fields, "state=draft&limit=200"), 120, "a state");
	is_i64(items(&test_fields, "created_ms.gte=1790000001000&created_ms.lte=1790000010000&limit=200"), 10,
		"system columns");
	snprintf(text, sizeof(text), "org_id=%lld&limit=200", LL(orgs[1]));
	is_i64(items(&test_fields, text), 40, "a reference");
	snprintf(text, sizeof(text), "id.in=%lld,%lld,%lld", LL(ids[0]), LL(ids[5]), LL(ids[9]));
	is_i64(items(&test_fields, text), 3, "keys");
	is_i64(items(&test_fields, "note.null=0"), 1, "a long text may only be asked for presence");
	/* What looks like SQL or a pattern is only text. */
	is_i64(items(&test_fields, "name=';DROP TABLE x;--"), 0, "quotes are text");
	is_i64(items(&test_fields, "name=' OR 1=1 --"), 0, "conditions are text");
	is_i64(items(&test_fields, "name.prefix=%"), 0, "a percent sign is text");
	is_i64(items(&test_fields, "name.prefix=_"), 0, "an underscore is text");
	is_i64(items(&test_fields, "code.in=P-001,') OR (1=1"), -1, "a code of other letters is refused");
}

static void
refused(const char *params, const char *field)
{
	ok(items(&test_fields, params) == -1 && env.c.err.rc == RC_INVALID, "refused: %s", params);
	ok(strcmp(env.c.err.field, field) == 0, "naming %s (%s)", field, env.c.err.field);
}

static void
test_refusals(void)
{
	static char many[6000];
	size_t n = 0;

	testenv_as(&env, &reader);
	refused("ghost=1", "ghost");
	refused("kind.like=x", "kind.like");
	refused("kind=hut", "kind");
	refused("kind=", "kind");
	refused("kind.gte=open", "kind.gte");
	refused("area_milli=x", "area_milli");
	refused("area_milli=1.5", "area_milli");
	refused("area_milli=99999999999999999999", "area_milli");
	refused("org_id=x", "org_id");
	refused("org_id.prefix=1", "org_id.prefix");
	refused("state=flying", "state");
	refused("leased=2", "leased");
	refused("division.within=1404", "division.within");
	refused("note=x", "note");
	refused("location=1", "location");
	refused("photos=1", "photos");
	refused("limit=0", "limit");
	refused("limit=201", "limit");
	refused("limit=x", "limit");
	refused("sort=ghost", "sort");
	refused("sort=note", "sort");
	refused("sort=-location", "sort");
	refused("after=xyz", "after");
	refused("count=2", "count");
	refused("code.null=maybe", "code.null");
	refused("name=\xff", "name");
	refused("name=a\x01", "name");
	memcpy(many, "code.in=", 8);
	for (n = 8; n < 8 + 2 * 201; n += 2)
		memcpy(many + n, "A,", 2);
	many[n - 1] = 0;
	refused(many, "code.in");
	ok(items(&test_samples, "secret_note=x") == -1, "a secret cannot be asked for");
	ok(items(&test_fields, "deleted=1") == -1 && env.c.err.rc == RC_DENIED,
		"deleted rows are for those who may delete");
}

/* Walks the pages and compares with one big page: same rows, same order, none twice. */
static void
walk(const char *sort, const char *more)
{
	char params[400];
	struct str text, whole_text, next = { 0 }, all[FIELDS + 1];
	int count = 0, pages = 0, same = 0;

	snprintf(params, sizeof(params), "sort=%s&limit=200%s", sort, more);
	ok(testenv_list(&env, &test_fields, params, &whole_text) == RC_OK, "one page by %s%s", sort, more);
	do {
		snprintf(params, sizeof(params), "sort=%s&limit=7%s%s" STR_FMT, sort, more,
			next.p != NULL ? "&after=" : "", STR_ARG(next));
		if (testenv_list(&env, &test_fields, params, &text) != RC_OK) {
			printf("# %s\n", env.c.err.text);
			break;
		}

		struct json *j = NULL;

		if (json_parse(&env.mem, text, 1 << 20, &j, &env.c.err) != RC_OK)
			break;
		for (size_t i = 0; i < json_get(j, "items")->count && count < FIELDS; i++)
			all[count++] = json_text(&json_get(j, "items")->items[i], "id");
		next = json_text(j, "next");
	} while (next.p != NULL && ++pages < 100);

	struct json *big = NULL;

	ok(json_parse(&env.mem, whole_text, 1 << 20, &big, &env.c.err) == RC_OK, "it is JSON");
	for (size_t i = 0; i < json_get(big, "items")->count && (int)i < count; i++)
		same += str_eq(all[i], json_text(&json_get(big, "items")->items[i], "id"));
	is_i64(same, (int64_t)json_get(big, "items")->count, "pages give the same rows in the same order");
	is_i64(count, (int64_t)json_get(big, "items")->count, "and no more");
}

static void
test_pages(void)
{
	static const char *const sorts[] = { "id", "-id", "area_milli", "-area_milli", "code", "-code",
		"name", "-leased", "kind", "-person_id", "person_id", "division" };

	testenv_as(&env, &reader);
	for (size_t i = 0; i < ARRAY_LEN(sorts); i++) {
		walk(sorts[i], "");
		walk(sorts[i], "&kind=open&division.within=140406102000");
	}

	struct str text;

	ok(testenv_list(&env, &test_fields, "sort=code&limit=1", &text) == RC_OK &&
			str_find(text, S("\"code\":null"), 0) > 0,
		"absent comes first");
	ok(testenv_list(&env, &test_fields, "sort=-code&limit=1", &text) == RC_OK &&
			str_find(text, S("\"code\":\"P-119\""), 0) > 0,
		"and last downwards");

	struct json *j = NULL;

	ok(testenv_list(&env, &test_fields, "sort=code&limit=1&count=1", &text) == RC_OK &&
			json_parse(&env.mem, text, 1 << 20, &j, &env.c.err) == RC_OK &&
			json_i64(j, "count") == FIELDS,
		"count tells all rows");

	char params[300];

	snprintf(params, sizeof(params), "sort=-code&after=" STR_FMT, STR_ARG(json_text(j, "next")));
	refused(params, "after");
}

static void
test_search(void)
{
	struct record_head h;
	struct test_field f;

	testenv_as(&env, &reader);
	is_i64(items(&test_fields, "q=东&limit=200"), 60, "one character");
	is_i64(items(&test_fields, "q=东坡&limit=200"), 60, "two characters");
	is_i64(items(&test_fields, "q=坡1号"), 1, "characters and digits");
	is_i64(items(&test_fields, "q=坡东"), 0, "order matters");
	is_i64(items(&test_fields, "q=river"), 1, "a word");
	is_i64(items(&test_fields, "q=RIV"), 1, "its beginning, in any case");
	is_i64(items(&test_fields, "q=river near"), 1, "several words in any order");
	is_i64(items(&test_fields, "q=p-001"), 1, "a code");
	is_i64(items(&test_fields, "q=！？"), 0, "nothing searchable");
	is_i64(items(&test_fields, "q=\" OR NEAR(*"), 0, "the engine's own words mean nothing");
	is_i64(items(&test_fields, "q=' | ! :* <->"), 0, "nor its operators");
	is_i64(items(&test_fields, "q=东坡&kind=orchard&limit=200"), 30, "together with filters");
	is_i64(items(&test_units, "q=x"), 0, "a resource without searched fields finds nothing");
	testenv_as(&env, NULL);
	ok(record_load(&env.c, &test_fields, ids[0], NULL, &h, &f) == RC_OK, "loaded");
	f.name = S("南湾");
	ok(record_store(&env.c, &test_fields, &h, &f) == RC_OK, "renamed");
	is_i64(items(&test_fields, "q=南湾"), 1, "the new name is found");
	is_i64(items(&test_fields, "q=东坡0号"), 0, "the old is not");
	ok(record_delete(&env.c, &test_fields, ids[0], 2) == RC_OK, "deleted");
	is_i64(items(&test_fields, "q=南湾"), 0, "and not found any more");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM search_doc WHERE resource = 'fields'"), FIELDS - 1,
		"its entry is gone");
	is_i64(items(&test_fields, "deleted=1"), 1, "deleted rows can be listed");
	is_str(search_terms(&env.mem, S("东坡 ABC-12，好")), S("东 坡 东坡 abc 12 好"),
		"terms are characters, pairs and words");
	is_str(search_expression(&env.mem, DB_SQLITE, S("东坡一 ab")), S("\"东坡\" AND \"坡一\" AND \"ab\"*"),
		"what is asked of SQLite");
	is_str(search_expression(&env.mem, DB_PG, S("东 ab")), S("'东' & 'ab':*"), "and of PostgreSQL");
	ok(search_expression(&env.mem, DB_PG, S("！")).p == NULL, "nothing to ask");
}

static void
test_private(void)
{
	int64_t id = 0;
	struct str text;

	testenv_as(&env, NULL);
	ok(record_create(&env.c, &test_people,
		   testenv_json(&env, "{'name':'李四','phone':'13800000000','division':'140406101201'}"),
		   &id) == RC_OK,
		"a person");
	testenv_as(&env, &reader);
	is_i64(items(&test_people, "phone=13800000000"), 1, "an exact number is found by its hash");
	is_i64(items(&test_people, "phone=138 0000-0000"), 1, "as people type it");
	is_i64(items(&test_people, "phone=13900000000"), 0, "another is not");
	is_i64(items(&test_people, "phone.prefix=138"), -1, "parts cannot be asked for");
	is_i64(items(&test_people, "sort=phone"), -1, "nor its order");
	ok(testenv_list(&env, &test_people, "labels=1", &text) == RC_OK &&
			str_find(text, S("138****0000"), 0) > 0,
		"lists are masked");
	ok(str_find(text, S("李四"), 0) < 0 && str_find(text, S("\"people\":{\""), 0) > 0 &&
			str_find(text, S("*四"), 0) > 0,
		"and so are labels");
}

static enum rc
count_row(struct ctx *c, void *arg, const struct record_head *h, void *record)
{
	const struct test_field *f = record;

	(void)c;
	ok(h->id != 0 && f->name.n > 0, "a row of the stream");
	++*(int *)arg;
	return RC_OK;
}

static void
test_stream(void)
{
	const struct plan *p = plan_of(&env.app, &test_fields);
	struct query q;
	int64_t n = 0;
	int seen = 0;

	testenv_as(&env, &reader);
	query_init(p, &q);
	ok(query_count(&env.c, &test_fields, &q, ACT_EXPORT, &n) == RC_OK && n == FIELDS - 1, "counted");
	ok(query_each(&env.c, &test_fields, &q, ACT_EXPORT, count_row, &seen) == RC_OK && seen == n,
		"streamed");
}

/* A place so large that SQLite walks the sort's index instead of the place's: the answer is the same. */
static void
test_large_place(void)
{
	static const struct grant town = { 140406101000, 140406101999, 0, 0, view_permissions };
	const struct actor clerk = { .kind = ACTOR_USER, .user_id = 32, .grants = &town, .grant_count = 1 };
	struct json *j = NULL;
	struct str text = { 0 };
	int64_t before;

	testenv_as(&env, &clerk);
	before = items(&test_fields, "limit=200");
	testenv_sql(&env,
		"INSERT INTO test_field (county, id, division, org_id, version, created_ms, updated_ms, "
		"name, kind, area_milli, leased,"
		" state) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 16400) "
		"SELECT 140406, i,"
		" 140406101201 + i % 2 * 1000, 1000000 + i, 1, 0, 0, 'x', 'open', 5, 0, 'draft' FROM n");
	ok(before > 0 && testenv_list(&env, &test_fields, "sort=id&limit=3&count=1", &text) == RC_OK,
		"a list of a large town");
	ok(json_parse(&env.mem, text, 1 << 20, &j, &env.c.err) == RC_OK &&
			json_i64(j, "count") == before + 8200,
		"holds the town");
	ok(json_i64(&json_get(j, "items")->items[0], "id") == 2 &&
			json_i64(&json_get(j, "items")->items[2], "id") == 6,
		"in order, and nothing else");
	is_i64(items(&test_fields, "sort=-id&limit=200&area_milli.gte=1000"), before, "with filters");
}

static void
test_all(struct testdb *t)
{
	testenv_open(&env, t, test_modules);
	fill();
	test_filters();
	test_refusals();
	test_pages();
	test_search();
	test_private();
	test_stream();
	test_large_place();
	testenv_close(&env);
}

int
main(void)
{
	testdb_each(test_all);
	return tap_done();
}

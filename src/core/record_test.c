/* The life of a row on both engines: validation, defaults, place, versions, lines, moves, audit, private
 * fields, offline keys. */
#include "base/base.h"
#include "core/keyring.h"
#include "core/audit.h"
#include "tap.h"
#include "core/testenv.h"
#include "core/testmod.h"

static struct testenv env;

static const char *const clerk_permissions[] = { "test.view", "test.edit", NULL };
static const char *const people_permissions[] = { "test.view", "test.edit", "test.people", "org.unmask",
	NULL };
static const struct grant town_101 = { 140406101000, 140406101999, 0, 0, clerk_permissions };
static const struct grant whole = { 140406000000, 140406999999, 0, 0, people_permissions };
static const struct actor clerk = {
	.kind = ACTOR_USER, .user_id = 11, .name = { "clerk", 5 }, .grants = &town_101, .grant_count = 1
};
static const struct actor officer = { .kind = ACTOR_USER,
	.user_id = 12,
	.name = { "officer", 7 },
	.grants = &whole,
	.grant_count = 1,
	.unmask = true };
static const struct actor peeker = {
	.kind = ACTOR_USER, .user_id = 13, .name = { "peeker", 6 }, .grants = &whole, .grant_count = 1
};

static int64_t org_101, org_102;

static int64_t
create(const struct resource *r, const char *body)
{
	int64_t id = 0;
	enum rc rc = record_create(&env.c, r, testenv_json(&env, body), &id);

	if (rc != RC_OK)
		printf("# create %s: %s %s: %s\n", r->name, rc_name(rc), env.c.err.field, env.c.err.text);
	return rc == RC_OK ? id : 0;
}

static bool
told(const char *field)
{
	for (size_t i = 0; i < env.c.error_count; i++)
		if (str_eq_c(env.c.errors[i].field, field) && env.c.errors[i].text.n > 0)
			return true;
	return false;
}

/* Body is refused for exactly one reason, told under field. */
static void
wrong(const struct resource *r, const char *body, const char *field)
{
	int64_t id = 0;
	enum rc rc = record_create(testenv_as(&env, NULL), r, testenv_json(&env, body), &id);

	ok(rc == RC_INVALID || rc == RC_CONFLICT, "refused: %s", body);
	ok(told(field) && env.c.error_count == 1, "for %s alone", field);
	if (!told(field) || env.c.error_count != 1)
		for (size_t i = 0; i < env.c.error_count; i++)
			printf("# " STR_FMT ": " STR_FMT "\n", STR_ARG(env.c.errors[i].field),
				STR_ARG(env.c.errors[i].text));
}

#define FIELD_REST "'org_id':'%lld','division':'140406101201','kind':'open','area_milli':2500"

static const char *
field_body(const char *more)
{
	static char text[2000];

	snprintf(text, sizeof(text), "{" FIELD_REST "%s}", LL(org_101), more);
	return text;
}

static void
setup_orgs(void)
{
	testenv_as(&env, NULL);
	org_101 = create(&test_orgs, "{'name':'第一合作社','division':'140406101201'}");
	org_102 = create(&test_orgs, "{'name':'第二合作社','division':'140406102000'}");
	ok(org_101 != 0 && org_102 != 0, "organisations are created");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM test_org WHERE org_id = id AND person_id IS NULL"), 2,
		"each is its own place");
}

static void
test_values(void)
{
	wrong(&test_fields, field_body(""), "name");
	wrong(&test_fields, field_body(",'name':''"), "name");
	wrong(&test_fields, field_body(",'name':null"), "name");
	wrong(&test_fields, field_body(",'name':7"), "name");
	wrong(&test_fields, field_body(",'name':'一二三四五六七八九十一二三四五六七八九十一'"), "name");
	wrong(&test_fields, field_body(",'name':'a\\nb'"), "name");
	wrong(&test_fields, field_body(",'name':'a\\u0001b'"), "name");
	wrong(&test_fields, field_body(",'name':'a\\u202eb'"), "name");
	wrong(&test_fields, field_body(",'name':'x','ghost':1"), "ghost");
	wrong(&test_fields, field_body(",'name':'x','version':1"), "version");
	wrong(&test_fields, field_body(",'name':'x','state':'open'"), "state");
	wrong(&test_fields, field_body(",'name':'x','code':'a b'"), "code");
	wrong(&test_fields, field_body(",'name':'x','leased':1"), "leased");
	wrong(&test_fields, field_body(",'name':'x','person_id':'99'"), "person_id");
	wrong(&test_fields, field_body(",'name':'x','person_id':'-1'"), "person_id");
	wrong(&test_fields, field_body(",'name':'x','location':{'lng':181,'lat':1}"), "location");
	wrong(&test_fields, field_body(",'name':'x','location':{'lng':1}"), "location");
	wrong(&test_fields, field_body(",'name':'x','location':{'lng':1.5,'lat':91}"), "location");
	wrong(&test_fields, field_body(",'name':'x','photos':['1','2','3','4']"), "photos");
	wrong(&test_fields, field_body(",'name':'x','photos':['1','1']"), "photos");
	wrong(&test_fields, field_body(",'name':'x','photos':['5000']"), "photos");
	wrong(&test_fields, field_body(",'name':'x','photo':'5000'"), "photo");
	wrong(&test_fields,
		"{'name':'x','org_id':'1','division':'140406101201','kind':'open','area_milli':1}", "org_id");
	wrong(&test_orgs, "{'name':'x','division':'140406999999'}", "division");
	wrong(&test_orgs, "{'name':'x','division':'140407101000'}", "division");
	wrong(&test_orgs, "{'name':'x','division':'140406199000'}", "division");
	wrong(&test_orgs, "{'name':'x','division':'1404'}", "division");
	wrong(&test_orgs, "{'name':'第一合作社','division':'140406101201'}", "name");
	wrong(&test_people, "{'name':'x','division':'140406101201','phone':'123'}", "phone");
	wrong(&test_people, "{'name':'x','division':'140406101201','idno':'110000190001010013'}", "idno");
}

static void
test_more_values(void)
{
	char text[800];

	snprintf(text, sizeof(text),
		"{'name':'x','org_id':'%lld','division':'140406101201','kind':'house','area_milli':1}",
		LL(org_101));
	wrong(&test_fields, text, "reason");
	snprintf(text, sizeof(text),
		"{'name':'x','org_id':'%lld','division':'140406101201','kind':'hut','area_milli':1}",
		LL(org_101));
	wrong(&test_fields, text, "kind");
	snprintf(text, sizeof(text),
		"{'name':'x','org_id':'%lld','division':'140406101201','kind':'open','area_milli':0}",
		LL(org_101));
	wrong(&test_fields, text, "area_milli");
	snprintf(text, sizeof(text),
		"{'name':'x','org_id':'%lld','division':'140406101201','kind':'open','area_milli':1.5}",
		LL(org_101));
	wrong(&test_fields, text, "area_milli");
	snprintf(text, sizeof(text),
		"{'name':'x','org_id':'%lld','division':'140406101201','kind':'open','area_milli':'5'}",
		LL(org_101));
	wrong(&test_fields, text, "area_milli");

	int64_t id = 0;
	enum rc rc = record_create(testenv_as(&env, NULL), &test_fields,
		testenv_json(&env, "{'name':5,'code':'!','org_id':'77','division':'140406999999','kind':'hut'"
				   ",'area_milli':-4,'ghost':1}"),
		&id);

	is_i64(rc, RC_INVALID, "many wrong fields are refused");
	is_i64((int64_t)env.c.error_count, 7, "and all told at once");
	ok(told("name") && told("org_id") && told("division") && told("ghost"),
		"those the database knows too");
	rc = record_create(testenv_as(&env, NULL), &test_fields, testenv_json(&env, "[1]"), &id);
	is_i64(rc, RC_INVALID, "a body that is no object is refused");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM test_field"), 0, "nothing was stored");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM event WHERE name LIKE 'test_field%'"), 0,
		"nothing was told");
}

static int64_t field_1;

static void
test_create(void)
{
	struct test_field f;
	struct record_head h;
	struct str text;

	testenv_as(&env, &clerk);
	field_1 = create(&test_fields,
		field_body(
			",'name':' 东坡一号地 ','code':'ab-01','location':{'lng':113.228451,'lat':36.334102},"
			"'photos':['12','13'],'photo':'14','leased':true,'note':'第一行\\n第二行'"));
	ok(field_1 != 0, "the clerk creates a field");
	ok(record_load(&env.c, &test_fields, field_1, "test.view", &h, &f) == RC_OK, "and loads it");
	is_str(f.name, S("东坡一号地"), "blanks around are trimmed");
	is_str(f.code, S("AB-01"), "codes are folded");
	is_str(f.state, S("draft"), "the first state");
	is_str(f.photos, S("12,13"), "files are keys");
	ok(f.leased && f.area_milli == 2500 && f.person_id == NIL, "flags, numbers, absent references");
	ok(h.version == 1 && h.org_id == org_101 && h.division == 140406101201 && h.created_by == 11,
		"the place is the row's own");
	text = testenv_read(&env, &test_fields, field_1, true);
	ok(str_find(text, S("\"location\":{\"lng\":113.228451,\"lat\":36.334102}"), 0) > 0,
		"a point prints exactly");
	ok(str_find(text, S("\"photos\":[\"12\",\"13\"]"), 0) > 0, "files print as keys");
	ok(str_find(text, S("\"_may\":[\"update\",\"delete\",\"release\",\"hold\"]"), 0) > 0,
		"what may be done now");
	ok(str_find(text, S("\"_labels\":{\"divisions\":{\"140406101201\":\"村101-201\"}"), 0) > 0,
		"labels name divisions");
	ok(str_find(text, S("第一合作社"), 0) > 0, "and references");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM audit WHERE verb = 'created' AND resource = 'fields' "
				 "AND actor_id = 11"),
		1, "one trail row");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM event WHERE name = 'test_field.created'"), 1,
		"one event");
	wrong(&test_fields, field_body(",'name':'other','code':'AB-01'"), "code");
	is_i64(env.c.err.rc, RC_CONFLICT, "a taken value is a conflict");
	wrong(&test_fields, field_body(",'name':'东坡一号地'"), "name");
	is_str(env.c.errors[0].text, S("the organisation has a field of this name"),
		"a rule over columns speaks for itself");

	int64_t id = 0;

	testenv_as(&env, &clerk);
	is_i64(record_create(&env.c, &test_fields,
		       testenv_json(&env, "{'name':'x','org_id':'1','division':'140406102000','kind':'open','"
					  "area_milli':1}"),
		       &id),
		RC_INVALID, "what is missing is told before what is denied");
	char body[300];

	snprintf(body, sizeof(body),
		"{'name':'x','org_id':'%lld','division':'140406102000','kind':'open','area_milli':1}",
		LL(org_101));
	is_i64(record_create(testenv_as(&env, &clerk), &test_fields, testenv_json(&env, body), &id),
		RC_DENIED, "not outside the own town");
	snprintf(body, sizeof(body),
		"{'name':'x','org_id':'%lld','division':'140406101000','kind':'open','area_milli':1}",
		LL(org_102));
	is_i64(record_create(testenv_as(&env, &clerk), &test_fields, testenv_json(&env, body), &id),
		RC_INVALID, "another town's organisation does not exist for the clerk");
	ok(told("org_id"), "and that is told on the field");
	is_i64(record_create(testenv_as(&env, &clerk), &test_people, testenv_json(&env, "{}"), &id),
		RC_DENIED, "no permission, no create");
}

static void
test_update(void)
{
	struct test_field f;
	struct record_head h;

	testenv_as(&env, &clerk);
	is_i64(record_update(&env.c, &test_fields, field_1, 1,
		       testenv_json(&env, "{'area_milli':3000,'version':1}")),
		RC_OK, "a change");
	is_i64(record_update(&env.c, &test_fields, field_1, 1, testenv_json(&env, "{'area_milli':4000}")),
		RC_CONFLICT, "a stale version is refused");
	ok(env.c.err.code != NULL && strcmp(env.c.err.code, "stale-version") == 0, "with its code");
	is_i64(record_update(&env.c, &test_fields, field_1, 2, testenv_json(&env, "{'area_milli':3000}")),
		RC_OK, "saying nothing new");
	ok(record_load(&env.c, &test_fields, field_1, NULL, &h, &f) == RC_OK && h.version == 2,
		"does not count as a change");
	is_str(testenv_str(&env, "SELECT before_json FROM audit WHERE resource = 'fields' AND verb = "
				 "'updated' ORDER BY id DESC LIMIT 1"),
		S("{\"area_milli\":2500}"), "the trail holds the changed field before");
	is_str(testenv_str(&env, "SELECT after_json FROM audit WHERE resource = 'fields' AND verb = "
				 "'updated' ORDER BY id DESC LIMIT 1"),
		S("{\"area_milli\":3000}"), "and after");
	is_i64(record_update(testenv_as(&env, &clerk), &test_fields, field_1, 2,
		       testenv_json(&env, "{'division':'140406102000'}")),
		RC_DENIED, "not out of the own town");
	is_i64(record_update(testenv_as(&env, NULL), &test_fields, 12345, 1, testenv_json(&env, "{}")),
		RC_NOT_FOUND, "an unknown row");
	is_i64(record_update(testenv_as(&env, NULL), &test_fields, field_1, 2,
		       testenv_json(&env, "{'name':null,'ghost':1}")),
		RC_INVALID, "wrong fields of a change");
	ok(told("name") && told("ghost"), "are told together");

	static const struct grant other = { 140406102000, 140406102999, 0, 0, clerk_permissions };
	const struct actor stranger = {
		.kind = ACTOR_USER, .user_id = 20, .grants = &other, .grant_count = 1
	};

	is_i64(record_update(testenv_as(&env, &stranger), &test_fields, field_1, 2, testenv_json(&env, "{}")),
		RC_NOT_FOUND, "a row outside the scope does not exist");
	is_i64(record_delete(testenv_as(&env, &stranger), &test_fields, field_1, 2), RC_NOT_FOUND,
		"nor for deleting");
	is_i64(record_move(testenv_as(&env, &stranger), &test_fields, field_1, 0, S("release"), S("")),
		RC_NOT_FOUND, "nor for moving");

	static const char *const views[] = { "test.view", NULL };
	static const struct grant view = { 140406101000, 140406101999, 0, 0, views };
	const struct actor viewer = { .kind = ACTOR_USER, .user_id = 21, .grants = &view, .grant_count = 1 };

	is_i64(record_update(testenv_as(&env, &viewer), &test_fields, field_1, 2, testenv_json(&env, "{}")),
		RC_DENIED, "who may only read is told so");
}

static int64_t sample_1;

static void
test_lines(void)
{
	struct test_sample s;
	struct test_reading *lines;
	struct record_head h;
	char body[900];

	testenv_as(&env, &clerk);
	snprintf(body, sizeof(body),
		"{'number':'S-1','field_id':'%lld','sampled_on':'2026-09-20','tested_ms':'2026-09-21 "
		"10:00','extra':{'a':[1,2]},"
		"'readings':[{'sample':100,'tester':'张三'},{'sample':250,'verdict':'fail'}]}",
		LL(field_1));
	sample_1 = create(&test_samples, body);
	ok(sample_1 != 0 && record_load(&env.c, &test_samples, sample_1, "test.view", &h, &s) == RC_OK,
		"a sample with lines");
	lines = s.readings.items;
	ok(s.readings.count == 2 && s.count_of_lines == 2 && lines[1].sample == 250 &&
			lines[1].ratio_bp == 25,
		"hooks see and fill lines");
	is_str(lines[0].verdict, S("pass"), "defaults hold in lines");
	is_str(lines[0].tester, S("张三"), "private fields of lines are sealed and opened");
	is_str(s.method, S("quick"), "defaults hold");
	is_str(s.extra, S("{\"a\":[1,2]}"), "JSON is kept");
	ok(h.division == 140406101201 && h.org_id == org_101, "the place comes from the field");
	ok(str_find(testenv_str(&env, "SELECT tester FROM test_reading WHERE tester IS NOT NULL"), S("v1."),
		   0) == 0,
		"sealed at rest");
	ok(str_find(testenv_read(&env, &test_samples, sample_1, false), S("\"tester\":\"*三\""), 0) > 0,
		"masked for the clerk");
	is_i64(record_update(&env.c, &test_samples, sample_1, 1,
		       testenv_json(&env, "{'readings':[{'sample':9}],'number':'S-1'}")),
		RC_OK, "lines are replaced as a whole");
	ok(record_load(&env.c, &test_samples, sample_1, NULL, &h, &s) == RC_OK && s.readings.count == 1 &&
			s.count_of_lines == 1,
		"and counted again");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM test_reading"), 1, "nothing is left behind");
	ok(str_find(testenv_str(&env, "SELECT after_json FROM audit WHERE resource = 'samples' AND verb = "
				      "'updated' ORDER BY id DESC LIMIT 1"),
		   S("\"readings\":[{\"sample\":9,"), 0) > 0,
		"the trail holds lines");
	is_i64(record_update(testenv_as(&env, &clerk), &test_samples, sample_1, 2,
		       testenv_json(&env, "{'number':'S-2'}")),
		RC_INVALID, "fixed fields stay");
	is_i64(record_update(testenv_as(&env, &clerk), &test_samples, sample_1, 2,
		       testenv_json(&env, "{'tested_ms':1}")),
		RC_INVALID, "rules are asked");
	ok(env.c.err.code != NULL && strcmp(env.c.err.code, "rule") == 0 && told("tested_ms"),
		"and speak as rules");
	is_i64(record_update(testenv_as(&env, &clerk), &test_samples, sample_1, 2,
		       testenv_json(&env, "{'readings':null}")),
		RC_OK, "lines can be emptied");
}

static void
test_line_errors(void)
{
	char body[900];
	char text[1200];
	static const struct {
		const char *more, *field;
	} bads[] = { { ",'readings':[{'sample':1},{'sample':-1}]}", "readings[1].sample" },
		{ ",'readings':[{'ratio_bp':1,'sample':1}]}", "readings[0].ratio_bp" },
		{ ",'readings':[{}]}", "readings[0].sample" }, { ",'readings':[5]}", "readings[0]" },
		{ ",'readings':{}}", "readings" },
		{ ",'readings':[{'sample':1},{'sample':1},{'sample':1},{'sample':1},{'sample':1},{'sample':1}"
		  "]}",
			"readings" },
		{ ",'count_of_lines':1}", "count_of_lines" }, { ",'secret_note':'x'}", "secret_note" },
		{ ",'sampled_on':'2026-02-30'}", "sampled_on" }, { ",'tested_ms':'yesterday'}", "tested_ms" },
		{ ",'report_url':'javascript:alert(1)'}", "report_url" }, { ",'email':'a@b'}", "email" },
		{ ",'uscc':'91419900MA00000155'}", "uscc" }, { ",'fee_fen':1000001}", "fee_fen" } };

	snprintf(body, sizeof(body), "{'number':'S-3','field_id':'%lld','sampled_on':'2026-09-20'",
		LL(field_1));
	for (size_t i = 0; i < ARRAY_LEN(bads); i++) {
		snprintf(text, sizeof(text), "%s%s", i == 8 ? "{'number':'S-3'" : body, bads[i].more);
		if (i == 8)
			snprintf(text, sizeof(text),
				"{'number':'S-3','field_id':'%lld','sampled_on':'2026-02-30'}", LL(field_1));
		wrong(&test_samples, text, bads[i].field);
	}
}

static void
test_moves(void)
{
	struct test_field f;
	struct record_head h;

	testenv_as(&env, &clerk);
	is_i64(record_move(&env.c, &test_fields, field_1, 2, S("lift"), S("")), RC_DENIED,
		"a move needs its permission");
	is_i64(record_move(&env.c, &test_fields, field_1, 2, S("close"), S("")), RC_STATE, "and its state");
	is_i64(record_move(&env.c, &test_fields, field_1, 2, S("fly"), S("")), RC_NOT_FOUND,
		"and must exist");
	is_i64(record_move(&env.c, &test_fields, field_1, 2, S("hold"), S("  ")), RC_INVALID,
		"a comment when it asks for one");
	ok(told("comment"), "told on the comment");
	is_i64(record_move(testenv_as(&env, &clerk), &test_fields, field_1, 1, S("release"), S("")),
		RC_CONFLICT, "not from a stale version");
	is_i64(record_move(testenv_as(&env, &clerk), &test_fields, field_1, 2, S("release"), S("")), RC_OK,
		"released");
	is_i64(record_move(&env.c, &test_fields, field_1, 0, S("release"), S("")), RC_STATE, "once");
	is_i64(record_move(testenv_as(&env, &clerk), &test_fields, field_1, 0, S("hold"), S("虫害")), RC_OK,
		"held with a comment");
	ok(record_load(&env.c, &test_fields, field_1, NULL, &h, &f) == RC_OK && str_eq_c(f.state, "held") &&
			h.version == 4,
		"the state and version moved");
	is_str(testenv_str(&env, "SELECT comment FROM audit WHERE verb = 'hold'"), S("虫害"),
		"the trail keeps the comment");
	is_i64(testenv_i64(&env,
		       "SELECT COUNT(*) FROM event WHERE name IN ('test_field.release', 'test_field.hold')"),
		2, "events are named after moves");
	is_i64(record_move_system(testenv_as(&env, NULL), &test_fields, field_1, "lift", S("")), RC_OK,
		"the platform may move without asking");
	f = (struct test_field){ 0 };
	ok(record_load(&env.c, &test_fields, field_1, NULL, &h, &f) == RC_OK, "loaded");
	f.state = S("closed");
	is_i64(record_store(&env.c, &test_fields, &h, &f), RC_STATE, "a state is not stored past its moves");
}

static void
test_from_c(void)
{
	struct test_sample s;
	struct record_head h = { 0 };

	testenv_as(&env, NULL);
	record_init(&test_samples, &s);
	s.number = S("C-1");
	s.field_id = field_1;
	s.sampled_on = 20000;
	s.secret_note = S("内部");
	ok(record_insert(&env.c, &test_samples, &h, &s) == RC_OK && h.id != 0, "a record made in C");
	ok(h.division == 140406101201, "gets its place");
	s.score = 7;
	s.count_of_lines = 5;
	ok(record_store(&env.c, &test_samples, &h, &s) == RC_OK && h.version == 2,
		"server fields are stored");

	struct record_head old = h;

	old.version = 1;
	is_i64(record_store(&env.c, &test_samples, &old, &s), RC_CONFLICT, "not from a stale version");
	ok(str_find(testenv_read(&env, &test_samples, h.id, false), S("secret_note"), 0) < 0,
		"a secret is never printed");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM audit WHERE after_json LIKE '%secret_note%'"), 0,
		"nor kept in the trail");
	record_init(&test_samples, &s);
	h = (struct record_head){ 0 };
	is_i64(record_insert(testenv_as(&env, NULL), &test_samples, &h, &s), RC_INVALID,
		"what is required is required in C too");

	struct test_unit u;

	for (int i = 0; i < 3; i++) {
		record_init(&test_units, &u);
		u.name = str_fmt(&env.mem, "单位%d", i);
		h = (struct record_head){ 0 };
		ok(record_insert(testenv_as(&env, NULL), &test_units, &h, &u) == RC_OK && h.division == 0,
			"a county-wide row");
		testenv_as(&env, NULL);
	}
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM audit WHERE resource = 'units'"), 0,
		"quiet resources leave no trail at creation");
	is_i64(record_update(
		       testenv_as(&env, &officer), &test_units, h.id, 1, testenv_json(&env, "{'rank':1}")),
		RC_DENIED, "append-only stays");
	ok(testenv_read(&env, &test_units, h.id, false).p != NULL,
		"every holder of the permission reads a county-wide row");
}

static void
test_delete(void)
{
	int64_t id;

	testenv_as(&env, &clerk);
	is_i64(record_delete(&env.c, &test_fields, field_1, 5), RC_CONFLICT,
		"what others point at is not deleted");
	ok(env.c.err.code != NULL && strcmp(env.c.err.code, "in-use") == 0, "and says so");
	id = create(&test_fields, field_body(",'name':'临时','code':'TMP-1'"));
	is_i64(record_delete(&env.c, &test_fields, id, 7), RC_CONFLICT, "not from a stale version");
	is_i64(record_delete(&env.c, &test_fields, id, 1), RC_OK, "deleted");
	ok(testenv_read(&env, &test_fields, id, false).p == NULL, "and gone for readers");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM test_field WHERE deleted_ms IS NOT NULL"), 1,
		"but kept as a state");
	is_i64(record_delete(&env.c, &test_fields, id, 2), RC_NOT_FOUND, "once");
	ok(create(&test_fields, field_body(",'name':'临时','code':'TMP-1'")) != 0,
		"its unique values are free again");
}

static void
test_private(void)
{
	struct test_person p;
	struct record_head h;
	struct str text;
	int64_t id, trail;

	testenv_as(&env, &officer);
	id = create(&test_people, "{'name':'张三丰','phone':'138 0000 "
				  "0000','idno':'11000019000101001x','address':'河南省郑州市中牟县某镇','"
				  "division':'140406101201'}");
	if (id == 0)
		id = create(&test_people, "{'name':'张三丰','phone':'13800000000','address':'"
					  "河南省郑州市中牟县某镇','division':'140406101201'}");
	ok(id != 0, "a person is created");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM test_person WHERE person_id = id AND org_id IS NULL"),
		1, "a person is its own place");
	ok(str_starts(testenv_str(&env, "SELECT phone FROM test_person"), S("v1.")), "sealed at rest");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM audit WHERE after_json LIKE '%13800000000%' OR "
				 "after_json LIKE '%张三丰%'"),
		0, "the trail holds hashes");
	trail = testenv_i64(&env, "SELECT COUNT(*) FROM audit WHERE verb = 'unmask'");
	text = testenv_read(&env, &test_people, id, false);
	ok(str_find(text, S("13800000000"), 0) > 0, "who may unmask sees the number");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM audit WHERE verb = 'unmask'"), trail + 1,
		"and leaves a trail");
	testenv_as(&env, &peeker);
	text = testenv_read(&env, &test_people, id, false);
	ok(str_find(text, S("138****0000"), 0) > 0 && str_find(text, S("**丰"), 0) > 0,
		"others see the mask");
	is_i64(record_update(&env.c, &test_people, id, 1,
		       testenv_json(&env, "{'phone':'138****0000','name':'**丰'}")),
		RC_OK, "a form that sends the mask back changes nothing");
	ok(record_load(&env.c, &test_people, id, NULL, &h, &p) == RC_OK && str_eq_c(p.phone, "13800000000") &&
			h.version == 1,
		"the value stays");
	is_i64(record_update(&env.c, &test_people, id, 1, testenv_json(&env, "{'phone':'13900000000'}")),
		RC_OK, "a new value is taken");
	testenv_sql(&env, env.t->engine == DB_SQLITE ? "UPDATE test_person SET phone = name"
						     : "UPDATE test_person SET phone = name");
	is_i64(record_load(testenv_as(&env, NULL), &test_people, id, NULL, &h, &p), RC_INTERNAL,
		"a sealed value moved to another field is noticed");
	testenv_sql(&env, "UPDATE test_person SET phone = NULL, phone_h = NULL");
}

static void
test_offline(void)
{
	int64_t id = id_new(env.app.ids), again = 0;
	char body[600], other[600];

	snprintf(body, sizeof(body), "{'id':'%lld'," FIELD_REST ",'name':'离线'}", LL(id), LL(org_101));
	snprintf(other, sizeof(other), "{'id':'%lld'," FIELD_REST ",'name':'离线二'}", LL(id), LL(org_101));
	is_i64(record_create(testenv_as(&env, &clerk), &test_fields, testenv_json(&env, body), &again), RC_OK,
		"a phone proposes the key");
	is_i64(again, id, "and keeps it");
	is_i64(record_create(testenv_as(&env, &clerk), &test_fields, testenv_json(&env, body), &again), RC_OK,
		"sending twice");
	is_i64(again, id, "answers the first row");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM test_field WHERE name = '离线'"), 1,
		"without doubling");
	is_i64(record_create(testenv_as(&env, &clerk), &test_fields, testenv_json(&env, other), &again),
		RC_CONFLICT, "another body is refused");
	is_i64(record_create(testenv_as(&env, &officer), &test_fields, testenv_json(&env, body), &again),
		RC_CONFLICT, "and so is another account");
	wrong(&test_fields, field_body(",'name':'x1','id':'-5'"), "id");
	wrong(&test_fields, field_body(",'name':'x1','id':'9223372036854775807'"), "id");
}

/* Rows that inherit a place follow it, however deep. */
static void
test_cascade(void)
{
	struct record_head h;
	struct test_sample s;
	struct test_field f;

	testenv_as(&env, NULL);
	ok(record_load(&env.c, &test_fields, field_1, NULL, &h, &f) == RC_OK, "the field");
	is_i64(record_update(&env.c, &test_fields, field_1, h.version,
		       testenv_json(&env, "{'division':'140406103201'}")),
		RC_OK, "moves to another town");
	ok(record_load(&env.c, &test_samples, sample_1, NULL, &h, &s) == RC_OK && h.division == 140406103201,
		"and its samples with it");
	testenv_as(&env, &clerk);
	ok(testenv_read(&env, &test_samples, sample_1, false).p == NULL,
		"the old town's clerk no longer sees them");
}

static void
test_audit_shut(void)
{
	struct err e = { 0 };

	ok(db_script(env.db, "UPDATE audit SET verb = 'x'", &e) != RC_OK, "the trail refuses UPDATE");
	ok(db_script(env.db, "DELETE FROM audit", &e) != RC_OK, "the trail refuses DELETE");
	testenv_as(&env, &clerk);
	is_i64(audit_act(&env.c, "login", NULL, 0, S("{}")), RC_OK, "acts are noted");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM audit WHERE verb = 'login' AND actor_id = 11 AND "
				 "division = 140406000000"),
		1, "with their actor");
}

static void
test_all(struct testdb *t)
{
	testenv_open(&env, t, test_modules);
	setup_orgs();
	test_values();
	test_more_values();
	test_create();
	test_update();
	test_lines();
	test_line_errors();
	test_moves();
	test_from_c();
	test_delete();
	test_private();
	test_offline();
	test_cascade();
	test_audit_shut();
	testenv_close(&env);
}

int
main(void)
{
	testdb_each(test_all);
	return tap_done();
}

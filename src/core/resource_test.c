/* Every contradiction a declaration can hold is refused, one test each; the sound module passes. */
#include "base/base.h"
#include "core/schema.h"
#include "core/testmod.h"
#include "tap.h"

/* The tests break good declarations by overriding a member. */
#pragma GCC diagnostic ignored "-Woverride-init"

#define RECORD struct broken
struct broken {
	int64_t other_id, amount, amount_fen, weight_milli, day_on, org_id, division, person_id;
	struct str name, kind, state, secret_word, phone, unit, extra;
	bool flag;
	struct rows items;
};
enum { MAX_FIELDS = 6 };

static const struct choice kinds[] = { CHOICE("a", "甲", "A"), CHOICE("b", "乙", "B"), { 0 } };
static const struct choice twice[] = { CHOICE("a", "甲", "A"), CHOICE("a", "乙", "B"), { 0 } };
static const struct choice comma[] = { CHOICE("a,b", "甲", "A"), { 0 } };
static const struct choice unit_choices[] = { CHOICE("KGM", "千克", "kg"), CHOICE("STONE", "石", "stone"), { 0 } };
static const struct choice states[] = { CHOICE("draft", "草稿", "Draft"), CHOICE("done", "完成", "Done"), { 0 } };
static const struct move moves[] = { { "finish", { "完成", "Finish" }, "draft", "done", "test.edit" }, { 0 } };

#define NAME FIELD(name, "名称", "Name", T_TEXT, .max = 20, .title = 1, .list = 1)
#define STATE FIELD(state, "状态", "State", T_STATE)

/* Checks a resource made of the given fields on top of base; it must be refused, naming part. */
static void
refused(const struct resource *base, const struct field *fields, const char *part, const char *why)
{
	struct resource r = *base;
	const struct resource *list[] = { &test_orgs, &test_people, &test_fields, &test_readings, &test_samples, &test_units,
		&r, NULL };
	struct app app = { .resources = list, .modules = test_modules };
	struct err e = { .lang = LANG_EN };

	r.fields = fields;
	ok(resource_check(&app, &r, &e) == RC_INVALID, "refused: %s", why);
	ok(strcmp(e.field, part) == 0, "the refusal of \"%s\" names %s", why, part);
	if (strcmp(e.field, part) != 0)
		printf("# got %s: %s\n", e.field, e.text);
}

static const struct resource base = {
	.name = "broken-things",
	.label = { "破", "Broken" },
	.table = "broken_thing",
	.record_size = sizeof(struct broken),
	.may = { [ACT_LIST] = "test.view", [ACT_READ] = "test.view" },
};

#define REFUSED_FIELD(part, why, ...)                                          \
	do {                                                                   \
		const struct field fields_[] = { NAME, __VA_ARGS__, { 0 } };   \
		refused(&base, fields_, part, why);                            \
	} while (0)

static void
test_names(void)
{
	REFUSED_FIELD("org_id", "a text that calls itself a key", FIELD(name, "x", "x", T_TEXT, .max = 3, .name = "org_id", .at = 0));
	REFUSED_FIELD("Upper", "upper case", FIELD(kind, "x", "x", T_TEXT, .max = 3, .name = "Upper"));
	REFUSED_FIELD("version", "a system column", FIELD(amount, "x", "x", T_INT, .name = "version"));
	REFUSED_FIELD("sort", "a list parameter", FIELD(amount, "x", "x", T_INT, .name = "sort"));
	REFUSED_FIELD("order", "a reserved word", FIELD(amount, "x", "x", T_INT, .name = "order"));
	REFUSED_FIELD("phone_h", "the suffix of blind hashes", FIELD(kind, "x", "x", T_TEXT, .max = 3, .name = "phone_h"));
	REFUSED_FIELD("kind", "no English label", FIELD(kind, "类", NULL, T_TEXT, .max = 3));
	REFUSED_FIELD("kind", "help in one language", FIELD(kind, "类", "Kind", T_TEXT, .max = 3, .help = { "帮助", NULL }));
	REFUSED_FIELD("amount", "money without _fen", FIELD(amount, "x", "x", T_MONEY));
	REFUSED_FIELD("amount_fen", "an integer that calls itself money", FIELD(amount_fen, "x", "x", T_INT));
	REFUSED_FIELD("amount", "a quantity without _milli", FIELD(amount, "x", "x", T_QTY, .unit = "KGM"));
	REFUSED_FIELD("amount", "a rate without _bp", FIELD(amount, "x", "x", T_RATE));
	REFUSED_FIELD("amount", "a date without _on", FIELD(amount, "x", "x", T_DATE));
	REFUSED_FIELD("amount", "an instant without _ms", FIELD(amount, "x", "x", T_TIME));
	REFUSED_FIELD("amount", "a reference without _id", FIELD(amount, "x", "x", T_REF, .ref = "fields"));
	REFUSED_FIELD("name", "a field twice", FIELD(kind, "x", "x", T_TEXT, .max = 3, .name = "name"));
	REFUSED_FIELD("division", "a division that is a number", FIELD(division, "x", "x", T_INT));
}

static void
test_members(void)
{
	REFUSED_FIELD("amount", "a text in a number", FIELD(amount, "x", "x", T_TEXT, .max = 3));
	REFUSED_FIELD("kind", "a number in a text", FIELD(kind, "x", "x", T_INT));
	REFUSED_FIELD("flag", "a number in a flag", FIELD(flag, "x", "x", T_INT));
	REFUSED_FIELD("kind", "a member beyond the struct", FIELD(kind, "x", "x", T_TEXT, .max = 3, .at = sizeof(struct broken)));
	REFUSED_FIELD("kind", "two fields in one member", FIELD(kind, "x", "x", T_TEXT, .max = 3, .at = offsetof(RECORD, name)));
	REFUSED_FIELD("kind", "an unknown type", FIELD(kind, "x", "x", (enum field_type)99));
}

static void
test_limits(void)
{
	REFUSED_FIELD("kind", "a text without maximum", FIELD(kind, "x", "x", T_TEXT));
	REFUSED_FIELD("kind", "a text beyond the type's ceiling", FIELD(kind, "x", "x", T_TEXT, .max = 100000));
	REFUSED_FIELD("extra", "JSON without maximum", FIELD(extra, "x", "x", T_JSON));
	REFUSED_FIELD("amount", "minimum above maximum", FIELD(amount, "x", "x", T_INT, .min = 9, .max = 3));
	REFUSED_FIELD("amount", "minimum without maximum", FIELD(amount, "x", "x", T_INT, .min = 9));
	REFUSED_FIELD("kind", "an enum without choices", FIELD(kind, "x", "x", T_ENUM));
	REFUSED_FIELD("kind", "a text with choices", FIELD(kind, "x", "x", T_TEXT, .max = 3, .choices = kinds));
	REFUSED_FIELD("kind", "a choice twice", FIELD(kind, "x", "x", T_ENUM, .choices = twice));
	REFUSED_FIELD("kind", "a choice with a comma", FIELD(kind, "x", "x", T_ENUM, .choices = comma));
	REFUSED_FIELD("weight_milli", "a quantity without unit", FIELD(weight_milli, "x", "x", T_QTY));
	REFUSED_FIELD("weight_milli", "an unknown unit", FIELD(weight_milli, "x", "x", T_QTY, .unit = "STONE"));
	REFUSED_FIELD("weight_milli", "unit and unit field", FIELD(weight_milli, "x", "x", T_QTY, .unit = "KGM", .unit_field = "kind"));
	REFUSED_FIELD("weight_milli", "a unit field that is no enum", FIELD(weight_milli, "x", "x", T_QTY, .unit_field = "name"));
	REFUSED_FIELD("weight_milli", "a unit choice that is no unit",
		FIELD(unit, "x", "x", T_ENUM, .choices = unit_choices), FIELD(weight_milli, "x", "x", T_QTY, .unit_field = "unit"));
	REFUSED_FIELD("kind", "a text with a unit", FIELD(kind, "x", "x", T_TEXT, .max = 3, .unit = "KGM"));
}

static void
test_targets(void)
{
	REFUSED_FIELD("other_id", "a reference to nothing", FIELD(other_id, "x", "x", T_REF, .ref = "ghosts"));
	REFUSED_FIELD("other_id", "a reference without target", FIELD(other_id, "x", "x", T_REF));
	REFUSED_FIELD("other_id", "a reference to lines", FIELD(other_id, "x", "x", T_REF, .ref = "readings"));
	REFUSED_FIELD("amount", "an integer with a target", FIELD(amount, "x", "x", T_INT, .ref = "fields"));
	REFUSED_FIELD("items", "lines without resource", FIELD(items, "x", "x", T_LINES));
	REFUSED_FIELD("items", "lines of another owner", FIELD(items, "x", "x", T_LINES, .lines = &test_readings));
	REFUSED_FIELD("kind", "a text that accepts files", FIELD(kind, "x", "x", T_TEXT, .max = 3, .accept = "image"));
	REFUSED_FIELD("amount", "an unknown kind of file", FIELD(amount, "x", "x", T_FILE, .accept = "image,exe"));
	REFUSED_FIELD("amount_fen", "a private number without mask", FIELD(amount_fen, "x", "x", T_MONEY, .private = 1));
	REFUSED_FIELD("phone", "an identity number in clear", FIELD(phone, "x", "x", T_IDNO));
	REFUSED_FIELD("kind", "private and searched", FIELD(kind, "x", "x", T_TEXT, .max = 3, .private = 1, .search = 1));
	REFUSED_FIELD("kind", "private and public", FIELD(kind, "x", "x", T_TEXT, .max = 3, .private = 1, .public = 1));
	REFUSED_FIELD("kind", "private with default", FIELD(kind, "x", "x", T_TEXT, .max = 3, .private = 1, .default_ = "\"x\""));
	REFUSED_FIELD("secret_word", "a secret clients write", FIELD(secret_word, "x", "x", T_TEXT, .max = 3, .secret = 1));
	REFUSED_FIELD("secret_word", "a secret in lists", FIELD(secret_word, "x", "x", T_TEXT, .max = 3, .secret = 1, .server = 1, .list = 1));
	REFUSED_FIELD("amount", "a searched number", FIELD(amount, "x", "x", T_INT, .search = 1));
	REFUSED_FIELD("extra", "unique JSON", FIELD(extra, "x", "x", T_JSON, .max = 9, .unique = 1));
	REFUSED_FIELD("extra", "JSON as title", FIELD(extra, "x", "x", T_JSON, .max = 9, .title = 1));
	REFUSED_FIELD("flag", "a required flag", FIELD(flag, "x", "x", T_BOOL, .required = 1));
}

static void
test_conditions(void)
{
	REFUSED_FIELD("amount", "a condition without values", FIELD(amount, "x", "x", T_INT, .required_when = "name"));
	REFUSED_FIELD("amount", "a condition on a text", FIELD(amount, "x", "x", T_INT, .required_when = "name", .required_is = "x"));
	REFUSED_FIELD("amount", "a condition on nothing", FIELD(amount, "x", "x", T_INT, .required_when = "ghost", .required_is = "x"));
	REFUSED_FIELD("amount", "a condition on an unknown choice", FIELD(kind, "x", "x", T_ENUM, .choices = kinds),
		FIELD(amount, "x", "x", T_INT, .required_when = "kind", .required_is = "a,c"));
	REFUSED_FIELD("amount", "required always and sometimes", FIELD(kind, "x", "x", T_ENUM, .choices = kinds),
		FIELD(amount, "x", "x", T_INT, .required = 1, .required_when = "kind", .required_is = "a"));
	REFUSED_FIELD("amount", "a default of another type", FIELD(amount, "x", "x", T_INT, .default_ = "\"x\""));
	REFUSED_FIELD("amount", "a default out of range", FIELD(amount, "x", "x", T_INT, .min = 1, .max = 5, .default_ = "9"));
	REFUSED_FIELD("kind", "a default that is no choice", FIELD(kind, "x", "x", T_ENUM, .choices = kinds, .default_ = "\"c\""));
	REFUSED_FIELD("other_id", "a default reference", FIELD(other_id, "x", "x", T_REF, .ref = "fields", .default_ = "\"1\""));
	REFUSED_FIELD("title", "two titles", FIELD(kind, "x", "x", T_TEXT, .max = 3, .title = 1));
}

#define REFUSED_WITH(part, why, fields_, ...)                                  \
	do {                                                                   \
		struct resource r_ = base;                                     \
		const struct resource over_ = { __VA_ARGS__ };                 \
		merge(&r_, &over_);                                            \
		refused(&r_, fields_, part, why);                              \
	} while (0)

/* Lays the set members of over upon r. */
static void
merge(struct resource *r, const struct resource *over)
{
	unsigned char *to = (unsigned char *)r;
	const unsigned char *from = (const unsigned char *)over;

	for (size_t i = 0; i + sizeof(void *) <= sizeof(*r); i += sizeof(void *)) {
		static const unsigned char zero[sizeof(void *)] = { 0 };

		if (memcmp(from + i, zero, sizeof(void *)) != 0)
			memcpy(to + i, from + i, sizeof(void *));
	}
}

static const struct field plain_fields[] = { NAME, { 0 } };
static const struct field state_fields[] = { NAME, STATE, { 0 } };
static const struct field place_fields[] = { NAME, FIELD(division, "区划", "Division", T_DIVISION), { 0 } };
static const struct field person_fields[] = { NAME, FIELD(person_id, "人", "Person", T_REF, .ref = "people"), { 0 } };
static const struct field ref_fields[] = { NAME, FIELD(other_id, "地块", "Field", T_REF, .ref = "fields"), { 0 } };
static const struct field county_ref[] = { NAME, FIELD(other_id, "单位", "Unit", T_REF, .ref = "units", .required = 1), { 0 } };
static const struct field untitled[] = { FIELD(kind, "类", "Kind", T_TEXT, .max = 5), { 0 } };
static const struct field unlisted[] = { FIELD(name, "名称", "Name", T_TEXT, .max = 20, .title = 1), { 0 } };

static void
test_states(void)
{
	static const struct move unknown[] = { { "finish", { "完", "F" }, "draft", "gone", "test.edit" }, { 0 } };
	static const struct move from[] = { { "finish", { "完", "F" }, "gone|draft", "done", "test.edit" }, { 0 } };
	static const struct move undeclared[] = { { "finish", { "完", "F" }, "draft", "done", "test.ghost" }, { 0 } };
	static const struct move nowhere[] = { { "finish", { "完", "F" }, "draft|done", "done", "test.edit" }, { 0 } };
	static const struct move route[] = { { "export", { "完", "F" }, "draft", "done", "test.edit" }, { 0 } };
	static const struct move unlabelled[] = { { "finish", { "完", NULL }, "draft", "done", "test.edit" }, { 0 } };
	static const struct move doubled[] = { { "finish", { "完", "F" }, "draft", "done", "test.edit" },
		{ "finish", { "完", "F" }, "done", "draft", "test.edit" }, { 0 } };
	static const struct choice same[] = { CHOICE("draft", "草", "D"), CHOICE("draft", "草", "D"), { 0 } };

	REFUSED_WITH("states", "states without a field", plain_fields, .states = states, .moves = moves);
	REFUSED_WITH("states", "a state field without states", state_fields, .icon = "x");
	REFUSED_WITH("moves", "moves without states", plain_fields, .moves = moves);
	REFUSED_WITH("done", "a state nobody reaches", state_fields, .states = states);
	REFUSED_WITH("draft", "a state twice", state_fields, .states = same);
	REFUSED_WITH("finish", "a move to an unknown state", state_fields, .states = states, .moves = unknown);
	REFUSED_WITH("finish", "a move from an unknown state", state_fields, .states = states, .moves = from);
	REFUSED_WITH("finish", "a move with an undeclared permission", state_fields, .states = states, .moves = undeclared);
	REFUSED_WITH("finish", "a move that leads nowhere", state_fields, .states = states, .moves = nowhere);
	REFUSED_WITH("export", "a move named as a route", state_fields, .states = states, .moves = route);
	REFUSED_WITH("finish", "a move without English", state_fields, .states = states, .moves = unlabelled);
	REFUSED_WITH("finish", "a move twice", state_fields, .states = states, .moves = doubled);
}

static void
test_resources_refused(void)
{
	static const struct unique_rule one[] = { { "u", { "name" }, { "重", "dup" } }, { 0 } };
	static const struct unique_rule ghost[] = { { "u", { "name", "ghost" }, { "重", "dup" } }, { 0 } };
	static const struct unique_rule mute[] = { { "u", { "name", "other_id" }, { 0 } }, { 0 } };
	static const struct rule empty[] = { { "r", NULL }, { 0 } };

	REFUSED_WITH("name", "a name with blanks", plain_fields, .name = "bad name");
	REFUSED_WITH("name", "a name taken", plain_fields, .name = "fields");
	REFUSED_WITH("table", "a reserved table", plain_fields, .table = "user");
	REFUSED_WITH("table", "a table of the platform", plain_fields, .table = "audit");
	REFUSED_WITH("fields", "no fields", NULL, .icon = "x");
	REFUSED_WITH("title", "no title", untitled, .icon = "x");
	REFUSED_WITH("test.ghost", "an undeclared permission", plain_fields, .may = { [ACT_CREATE] = "test.ghost" });
	REFUSED_WITH("append_only", "append-only with update", plain_fields, .may = { [ACT_UPDATE] = "test.edit" }, .append_only = 1);
	REFUSED_WITH("group", "an unknown menu group", plain_fields, .group = "ghosts");
	REFUSED_WITH("inherits", "PLACE_PARENT without inherits", plain_fields, .place = PLACE_PARENT);
	REFUSED_WITH("inherits", "inherits without PLACE_PARENT", ref_fields, .inherits = "other_id");
	REFUSED_WITH("inherits", "inherits an optional reference", ref_fields, .place = PLACE_PARENT, .inherits = "other_id");
	REFUSED_WITH("inherits", "inherits from the county", county_ref, .place = PLACE_PARENT, .inherits = "other_id");
	REFUSED_WITH("place", "a county row with its own division", place_fields, .place = PLACE_COUNTY);
	REFUSED_WITH("place", "PLACE_SELF with a person", person_fields, .place = PLACE_SELF);
	REFUSED_WITH("default_sort", "sorting by nothing", plain_fields, .default_sort = "-ghost");
	REFUSED_WITH("u", "a unique rule of one field", plain_fields, .uniques = one);
	REFUSED_WITH("ghost", "a unique rule over nothing", plain_fields, .uniques = ghost);
	REFUSED_WITH("uniques", "a unique rule without message", ref_fields, .uniques = mute);
	REFUSED_WITH("r", "a rule without function", plain_fields, .rules = empty);
	REFUSED_WITH("parent", "lines without owner", plain_fields, .parent = "fields");

	struct resource r = base;

	r.may[ACT_READ] = NULL;
	refused(&r, plain_fields, "may", "listed but not read");
	r = base;
	r.may[ACT_LIST] = NULL;
	r.may[ACT_EXPORT] = "test.view";
	refused(&r, plain_fields, "may", "exported but not listed");
	r = base;
	r.group = "test";
	refused(&r, unlisted, "group", "in a menu without list columns");
	r = base;
	r.may[ACT_IMPORT] = "test.edit";
	refused(&r, plain_fields, "may", "imported but not created");
	r = base;
	r.record_size = 0;
	refused(&r, plain_fields, "fields", "no record size");
	r = base;
	r.label.en = NULL;
	refused(&r, plain_fields, "label", "no English name");
}

int
main(void)
{
	struct app app = { .resources = test_resources, .modules = test_modules };
	struct err e = { .lang = LANG_EN };
	struct sb b;
	ARENA a;

	arena_init(&a, 16 << 20);
	for (size_t i = 0; test_resources[i] != NULL; i++) {
		ok(resource_check(&app, test_resources[i], &e) == RC_OK, "%s is sound", test_resources[i]->name);
		if (e.rc != RC_OK)
			printf("# %s: %s\n", e.field, e.text);
	}
	ok(app_index_build(&app, &a, &e) == RC_OK, "the index is built");
	ok(resource_find(&app, S("fields")) == &test_fields && resource_find(&app, S("ghosts")) == NULL, "resources are found");
	test_names();
	test_members();
	test_limits();
	test_targets();
	test_conditions();
	test_states();
	test_resources_refused();
	sb_init(&b, &a, 1 << 20);
	schema_print(&b, &app, &test_fields, DB_SQLITE);
	ok(!b.truncated && str_find(sb_str(&b), S("PRIMARY KEY (county, id)"), 0) > 0, "the county leads the key");
	ok(str_find(sb_str(&b), S("kind TEXT NOT NULL CHECK (kind IN ('open', 'house', 'orchard'))"), 0) > 0, "choices are checked");
	ok(str_find(sb_str(&b), S("CHECK (area_milli BETWEEN 1 AND 100000000)"), 0) > 0, "ranges are checked");
	ok(str_find(sb_str(&b), S("CREATE UNIQUE INDEX test_field_code_u ON test_field (county, code) WHERE deleted_ms IS NULL"), 0) > 0,
		"uniques hold among rows not deleted");
	return tap_done();
}

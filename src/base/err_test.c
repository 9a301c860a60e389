#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "base/utf8.h"
#include "tap.h"

static void
test_fail(void)
{
	struct err e = { 0 };

	ok(fail(&e, RC_LIMIT, "rows", "最多 %d 行", "at most %d rows", 5) == RC_LIMIT, "fail returns its rc");
	is_str(str_from_c(e.text), S("最多 5 行"), "Chinese is the default");
	is_str(str_from_c(e.field), S("rows"), "the field is kept");
	e.lang = LANG_EN;
	(void)fail_code(&e, RC_CONFLICT, "stale-version", NULL, "旧%s", "stale %s", "row");
	is_str(str_from_c(e.text), S("stale row"), "English on demand");
	is_str(str_from_c(e.code), S("stale-version"), "the code is kept");
	ok(e.field[0] == 0, "no field is the empty field");
	(void)fail(&e, RC_INVALID, "x", "错", "wrong");
	ok(e.code == NULL, "fail clears the code");
}

static void
test_cut(void)
{
	struct err e = { 0 };
	char many[1000], zh[1000];

	for (size_t i = 0; i + 3 < sizeof(zh); i += 3)
		memcpy(zh + i, "长", 4);
	memset(many, 'a', sizeof(many) - 1);
	many[sizeof(many) - 1] = 0;
	for (size_t lead = 0; lead < 3; lead++) {
		(void)fail(&e, RC_INVALID, zh + 0, "%.*s%s", "%.*s%s", (int)lead, many, zh);
		ok(utf8_valid(str_from_c(e.text)), "a long sentence is cut between characters (%zu)", lead);
		ok(strlen(e.text) > sizeof(e.text) - 4, "and not earlier than needed (%zu)", lead);
		ok(utf8_valid(str_from_c(e.field)), "a long field is cut between characters (%zu)", lead);
	}
	(void)fail(&e, RC_INVALID, "name", "内", "inner");
	(void)fail(&e, RC_INVALID, e.field, "外：%s", "outer: %s", e.text);
	is_str(str_from_c(e.text), S("外：内"), "a failure may wrap its own text");
	is_str(str_from_c(e.field), S("name"), "and its own field");
}

static void
test_path(void)
{
	struct err e = { 0 };

	(void)fail(&e, RC_INVALID, "name", "错", "wrong");
	err_in(&e, "lines[%d]", 3);
	is_str(str_from_c(e.field), S("lines[3].name"), "a path grows at the front");
	err_in(&e, "order");
	is_str(str_from_c(e.field), S("order.lines[3].name"), "twice");
	(void)fail(&e, RC_INVALID, NULL, "错", "wrong");
	err_in(&e, "lines[%d]", 3);
	is_str(str_from_c(e.field), S("lines[3]"), "without a field the path stands alone");
	for (int i = 0; i < 20; i++)
		err_in(&e, "行项目");
	ok(utf8_valid(str_from_c(e.field)) && strlen(e.field) < sizeof(e.field), "a long path is cut well");
}

int
main(void)
{
	bool named = true;

	test_fail();
	test_cut();
	test_path();
	for (int i = 0; i < RC_COUNT; i++)
		named &= rc_name((enum rc)i) != NULL && rc_name((enum rc)i)[0] != 0;
	ok(named, "every result has a name");
	is_str(str_from_c(rc_name(RC_NOT_FOUND)), S("not-found"), "the name is for machines");
	is_str(str_from_c(rc_name((enum rc)99)), S("unknown"), "a foreign number has one too");
	return tap_done();
}

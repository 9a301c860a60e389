#include "base/base.h"
#include "lib/json/json.h"
#include "tap.h"

static struct arena mem;

static void
refused(const char *text, enum rc want)
{
	struct json *v = NULL;
	struct err e = { 0 };

	ok(json_parse(&mem, str_from_c(text), 1 << 20, &v, &e) == want, "refused: %.40s (%s)", text, e.text);
}

static void
round_trip(const char *text)
{
	struct json *v = NULL;
	struct err e = { 0 };
	struct json_writer w;
	struct sb out;

	ok(json_parse(&mem, str_from_c(text), 1 << 20, &v, &e) == RC_OK, "parses: %.60s", text);
	if (v == NULL)
		return;
	sb_init(&out, &mem, 1 << 16);
	json_writer_init(&w, &out);
	json_print(&w, v);
	is_str(sb_str(&out), str_from_c(text), "prints back the same");
}

static void
test_limits(void)
{
	struct sb deep, wide;

	sb_init(&deep, &mem, 1000);
	for (int i = 0; i < 33; i++)
		sb_add(&deep, "[");
	for (int i = 0; i < 33; i++)
		sb_add(&deep, "]");
	refused(sb_str(&deep).p, RC_LIMIT);
	sb_init(&wide, &mem, 100000);
	sb_add(&wide, "[0");
	for (int i = 0; i < 10000; i++)
		sb_add(&wide, ",0");
	sb_add(&wide, "]");
	refused(sb_str(&wide).p, RC_LIMIT);
}

int
main(void)
{
	struct json *v = NULL;
	struct err e = { 0 };
	struct sb out;
	struct json_writer w;

	arena_init(&mem, 8 << 20);
	round_trip("{\"a\":1,\"b\":[true,false,null],\"c\":{\"d\":\"潞城\"},\"e\":-9223372036854775808}");
	round_trip("[]");
	round_trip("\"\\u2028 \\u003c \\\" \\\\ \\n\"");
	refused("", RC_INVALID);
	refused("{\"a\":1,\"a\":2}", RC_INVALID);
	refused("{\"a\":99999999999999999999}", RC_INVALID);
	refused("[1,]", RC_INVALID);
	refused("{} x", RC_INVALID);
	refused("\"\xff\"", RC_INVALID);
	refused("{'a':1}", RC_INVALID);
	refused("[NaN]", RC_INVALID);
	test_limits();
	ok(json_parse(&mem, S("{\"id\":\"77\",\"n\":5,\"t\":\"x\",\"f\":true}"), 100, &v, &e) == RC_OK, "object parses");
	is_i64(json_i64(v, "id"), 77, "integer from a string of digits");
	is_i64(json_i64(v, "n"), 5, "integer");
	is_i64(json_i64(v, "t"), NIL, "text is no integer");
	ok(json_bool(v, "f") && !json_bool(v, "n"), "booleans");
	is_str(json_text(v, "t"), S("x"), "text member");
	ok(json_get(v, "zz") == NULL, "absent member");
	sb_init(&out, &mem, 1000);
	json_writer_init(&w, &out);
	json_begin(&w);
	json_id(&w, "id", 5);
	json_int(&w, "n", NIL);
	json_label(&w, "t", (struct text){ "甲", "A" });
	json_key(&w, "q");
	json_put_scaled(&w, 1250, 3);
	json_end(&w);
	is_str(sb_str(&out), S("{\"id\":\"5\",\"n\":null,\"t\":{\"zh\":\"甲\",\"en\":\"A\"},\"q\":1.25}"), "written");
	arena_done(&mem);
	return tap_done();
}

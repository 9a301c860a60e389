#include "base/base.h"
#include "base/str.h"
#include "base/utf8.h"
#include "tap.h"

static void
test_views(void)
{
	struct str absent = { 0 };

	ok(str_from_c(NULL).p == NULL && str_from_c("").p != NULL, "absent and empty differ");
	ok(str_eq(absent, S("")) && str_eq(S("ab"), S("ab")) && !str_eq(S("ab"), S("ac")), "equality");
	ok(str_cmp(S("a"), S("b")) < 0 && str_cmp(S("ab"), S("a")) > 0 && str_cmp(absent, S("")) == 0 &&
			str_cmp(S("\xe5"), S("a")) > 0,
		"order by unsigned bytes, shorter first");
	ok(str_starts(S("abc"), S("ab")) && !str_starts(S("a"), S("ab")) && str_starts(absent, absent), "starts");
	ok(str_ends(S("abc"), S("bc")) && !str_ends(S("c"), S("bc")) && str_ends(absent, absent) &&
			str_ends(S("x"), absent),
		"ends");
	is_i64(str_find(S("abcabc"), S("ca"), 0), 2, "find");
	is_i64(str_find(S("abcabc"), S("abc"), 1), 3, "find later");
	is_i64(str_find(S("abc"), S("x"), 0), -1, "find nothing");
	is_i64(str_find(S("abc"), S("abc"), 4), -1, "find from beyond");
	is_i64(str_find(S("abc"), S(""), 3), 3, "find the empty");
	is_i64(str_find(absent, S("a"), 0), -1, "find in nothing");
	is_str(str_sub(S("abcdef"), 2, 3), S("cde"), "sub");
	is_str(str_sub(S("abc"), 2, SIZE_MAX), S("c"), "sub clipped");
	is_str(str_sub(S("abc"), 9, 1), S(""), "sub beyond");
	is_str(str_trim(S(" \t a b\r\n")), S("a b"), "trim");
	is_str(str_trim(S("  ")), S(""), "trim to nothing");

	struct str rest = S("a,,b");

	is_str(str_cut(&rest, ','), S("a"), "cut one");
	is_str(str_cut(&rest, ','), S(""), "cut two is empty");
	ok(rest.p != NULL, "there is more");
	is_str(str_cut(&rest, ','), S("b"), "cut three");
	ok(rest.p == NULL, "then nothing");
	ok(str_eq_secret(S("abc"), S("abc")) && !str_eq_secret(S("abc"), S("abd")) &&
			!str_eq_secret(S("abc"), S("abcabc")) && !str_eq_secret(S("a"), S("")) &&
			str_eq_secret(S(""), S("")),
		"secrets compare");
}

static void
test_numbers(void)
{
	static const struct {
		const char *text;
		int scale;
		int64_t want;
	} good[] = { { "0", 0, 0 }, { "-7", 0, -7 }, { "9223372036854775807", 0, INT64_MAX },
		{ "-9223372036854775807", 0, -INT64_MAX }, { "1.5", 3, 1500 }, { "-0.001", 3, -1 },
		{ "0012", 2, 1200 }, { "3.14", 2, 314 } };
	static const struct {
		const char *text;
		int scale;
	} bad[] = { { "", 0 }, { "-", 0 }, { "+1", 0 }, { " 1", 0 }, { "1 ", 0 }, { "1.", 2 }, { ".5", 2 },
		{ "1.5", 0 }, { "1.234", 2 }, { "1e3", 3 }, { "0x10", 0 }, { "9223372036854775808", 0 },
		{ "-9223372036854775808", 0 }, { "-9223372036854775809", 0 }, { "92233720368547758.08", 3 },
		{ "1-", 0 }, { "--1", 0 }, { "1..2", 2 }, { "１", 0 } };
	int64_t v = 42;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		ok(str_scaled(str_from_c(good[i].text), good[i].scale, &v), "a number: %s", good[i].text);
		is_i64(v, good[i].want, "scaled by %d", good[i].scale);
	}
	v = 42;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ok(!str_scaled(str_from_c(bad[i].text), bad[i].scale, &v) && v == 42, "no number: \"%s\"", bad[i].text);
	ok(str_i64(S("-12"), &v) && v == -12 && !str_i64(S("1.0"), &v), "integers");
}

static void
test_copies(void)
{
	ARENA a;
	struct str big;

	arena_init(&a, 0);
	is_str(str_dup(&a, S("abc")), S("abc"), "dup");
	ok(str_dup(&a, S("abc")).p[3] == 0, "dup leaves a NUL behind");
	ok(str_dup(&a, (struct str){ 0 }).p == NULL, "dup keeps absence");
	ok(strcmp(str_c(&a, (struct str){ 0 }), "") == 0, "a C string of nothing is empty");
	is_str(str_lower(&a, S("AbC店Z")), S("abc店z"), "lower touches ASCII only");
	is_str(str_fmt(&a, "%d-%s", 5, "x"), S("5-x"), "fmt");
	big = str_dup(&a, (struct str){ arena_alloc(&a, 200000, 1, 1), 200000 });
	for (size_t i = 0; i + 3 <= big.n; i += 3)
		memcpy((char *)(uintptr_t)big.p + i, "长", 3);
	big = str_fmt(&a, "a%s", big.p);
	ok(big.n < 65536 && big.n > 65530 && utf8_valid(big), "fmt is cut at 64 KiB, between characters");
}

static void
test_builder(void)
{
	ARENA a;
	struct sb b;
	struct str s;

	arena_init(&a, 0);
	sb_init(&b, &a, 4096);
	is_str(sb_str(&b), S(""), "a new builder is empty");
	sb_add(&b, "x=");
	sb_add_i64(&b, INT64_MIN);
	sb_add_c(&b, ' ');
	sb_addf(&b, "%05d", 42);
	is_str(sb_str(&b), S("x=-9223372036854775808 00042"), "additions follow each other");
	sb_init(&b, &a, 4096);
	sb_add_scaled(&b, 1500, 3);
	sb_add_c(&b, ' ');
	sb_add_scaled(&b, -1, 3);
	sb_add_c(&b, ' ');
	sb_add_scaled(&b, 7, 0);
	sb_add_c(&b, ' ');
	sb_add_scaled(&b, INT64_MIN, 18);
	is_str(sb_str(&b), S("1.5 -0.001 7 -9.223372036854775808"), "scaled numbers");
	sb_init(&b, &a, 11);
	sb_add(&b, "0123456789");
	ok(!b.truncated && b.n == 10, "the ceiling less the NUL fits");
	sb_add_c(&b, 'x');
	ok(b.truncated && b.n == 10, "one more is refused and remembered");
	sb_addf(&b, "%s", "");
	s = sb_str(&b);
	ok(s.p[s.n] == 0, "a NUL stands behind");
	sb_init(&b, &a, 100000);
	for (int i = 0; i < 20000; i++)
		sb_add(&b, "abcd");
	ok(b.n == 80000 && !b.truncated && str_ends(sb_str(&b), S("abcdabcd")), "it grows");
	sb_add_str(&b, (struct str){ b.p, 30000 });
	ok(b.truncated && b.n == 80000, "an addition is whole or refused");
}

int
main(void)
{
	test_views();
	test_numbers();
	test_copies();
	test_builder();
	return tap_done();
}

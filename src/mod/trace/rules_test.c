/* Unit tests of the pure rules. */
#include "base/base.h"
#include "base/time.h"
#include "mod/trace/rules.h"
#include "tap.h"

static void
test_numbers(void)
{
	ARENA a;
	struct str code;

	arena_init(&a, 1 << 20);
	ok(gtin_valid(S("6901234567892")), "a GTIN-13 with a right check digit");
	ok(!gtin_valid(S("6901234567893")), "a wrong check digit");
	ok(gtin_valid(S("96385074")) && gtin_valid(S("00012345600012")), "GTIN-8 and GTIN-14");
	ok(!gtin_valid(S("12345")) && !gtin_valid(S("69012345678x2")), "wrong length, wrong character");
	/* ISO 7064: the check character of A12425GABC1234002 is M. */
	ok(mod37_36(S("A12425GABC1234002")) == 'M', "the known example of MOD 37,36");
	code = lot_code(&a, 140406, date_from_civil(2026, 10, 8), 12);
	ok(str_starts(code, S("140406-20261008-0012")) && code.n == 21, "a lot code names county, day and number");
	ok(lot_code_valid(code), "its check character fits");
	code = str_dup(&a, code);

	size_t caught = 0, tried = 0;
	for (size_t i = 0; i < code.n; i++) {
		char *p = str_c(&a, code);

		if (p[i] == '-')
			continue;
		for (char d = '0'; d <= '9'; d++) {
			if (d == code.p[i])
				continue;
			p[i] = d;
			tried++;
			caught += !lot_code_valid((struct str){ p, code.n });
		}
	}
	ok(caught == tried && tried > 150, "every single wrong digit is noticed (%zu of %zu)", caught, tried);
	code = lot_code(&a, 140406, 0, 123456);
	ok(lot_code_valid(code) && code.n == 23, "more than 9,999 lots a day still get numbers");
}

static void
test_interval(void)
{
	struct pest_use uses[] = { { 100, 107 }, { 110, 113 }, { 130, 144 } };

	is_i64(safe_after(100, 7, false), 107, "done + interval");
	is_i64(safe_after(100, NIL, false), 100, "no interval");
	is_i64(safe_after(100, 7, true), never_on(), "a prohibited input is never safe");
	is_i64(safe_on_of(uses, 3, 99), NIL, "nothing was used before the harvest");
	is_i64(safe_on_of(uses, 3, 105), 107, "one use before");
	is_i64(safe_on_of(uses, 3, 120), 113, "the latest of two; a later use does not touch it");
	is_i64(safe_on_of(uses, 3, 130), 144, "a use on the day of harvest counts");
	for (size_t turn = 0; turn < 3; turn++) {
		struct pest_use first = uses[0];

		uses[0] = uses[1];
		uses[1] = uses[2];
		uses[2] = first;
		is_i64(safe_on_of(uses, 3, 150), 144, "the order of records does not matter (%zu)", turn);
	}
	ok(!harvest_is_safe(107, 106) && harvest_is_safe(107, 107) && harvest_is_safe(NIL, 1), "harvest on the day it ends is safe");
}

static void
test_gate(void)
{
	struct test_row pass = { 10, 1, TEST_PASS }, fail_later = { 20, 2, TEST_FAIL }, fail_same = { 10, 0, TEST_FAIL };
	struct err e = { .lang = LANG_EN };

	ok(test_is_newer(fail_later, pass) && !test_is_newer(pass, fail_later), "the later test counts");
	ok(test_is_newer(fail_same, pass) && !test_is_newer(pass, fail_same), "at the same instant the failed one counts");
	ok(lot_gate(S("open"), TEST_PASS, NIL, 5, false) == GATE_OPEN, "tested and safe");
	ok(lot_gate(S("open"), TEST_PASS, NIL, 5, true) == GATE_NOT_RELEASED, "codes need a released lot");
	ok(lot_gate(S("released"), TEST_PASS, 5, 5, true) == GATE_OPEN, "released");
	ok(lot_gate(S("released"), TEST_PASS, 6, 5, true) == GATE_INTERVAL, "harvested too early");
	ok(lot_gate(S("open"), TEST_NONE, NIL, 5, false) == GATE_NOT_TESTED, "not tested");
	for (int t = TEST_FAIL; t <= TEST_INVALID; t++)
		ok(lot_gate(S("released"), (enum lot_test)t, NIL, 5, true) == GATE_TEST, "verdict %s is no pass",
			lot_test_name((enum lot_test)t));
	ok(lot_gate(S("held"), TEST_PASS, NIL, 5, false) == GATE_HELD, "held");
	ok(lot_gate(S("recalled"), TEST_FAIL, 6, 5, false) == GATE_RECALLED, "recalled comes first");
	ok(gate_fail(&e, GATE_OPEN) == RC_OK && gate_fail(&e, GATE_INTERVAL) == RC_INVALID, "an open gate is no failure");
	ok(strcmp(e.code, "lot-interval") == 0 && strstr(e.text, "safety interval") != NULL, "a shut gate says why");
	ok(lot_test_of(S("need_retest")) == TEST_RETEST && lot_test_of(S("retest")) == TEST_RETEST, "both names of a retest");
	ok(lot_test_of(S("nonsense")) == TEST_NONE, "an unknown verdict is no verdict");
}

static void
test_quantities(void)
{
	struct stock s = { .lot_milli = 1000 };

	is_i64(codes_allowed(100000, 2500), 40, "100 kg in bags of 2.5 kg");
	is_i64(codes_allowed(99999, 2500), 39, "rounded down");
	is_i64(codes_allowed(1000, 0), 0, "a pack of nothing yields nothing");
	ok(stock_add(&s, S("ship"), 600) && stock_add(&s, S("receive"), 500), "shipped and received");
	ok(!stock_add(&s, S("receive"), 101), "not more received than shipped");
	ok(!stock_add(&s, S("ship"), 401), "not more shipped than the lot holds");
	ok(stock_add(&s, S("ship"), 400) && stock_left(&s, S("ship")) == 0, "exactly all of it");
	ok(stock_add(&s, S("store"), 900) && stock_add(&s, S("store"), 900), "storing moves nothing");
	ok(!stock_add(&s, S("store"), 1001), "but no more than the lot is stored at once");
	ok(stock_add(&s, S("sell"), 1000) && !stock_add(&s, S("sell"), 1), "sold once");
	is_i64(stock_left(&s, S("receive")), 500, "what may still be received");
	ok(!stock_add(&s, S("sell"), INT64_MAX), "an absurd quantity does not overflow");
}

static void
test_copies(void)
{
	struct copy_rule r = { .clients = 8, .places = 3 };

	ok(!looks_copied(&r, 1, 1), "one reader");
	ok(!looks_copied(&r, 1, 5), "one reader who travels");
	ok(looks_copied(&r, 2, 3), "several places");
	ok(looks_copied(&r, 8, 0), "many readers");
}

int
main(void)
{
	test_numbers();
	test_interval();
	test_gate();
	test_quantities();
	test_copies();
	return tap_done();
}

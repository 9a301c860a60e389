/* The vectors are spec/vectors/pesticide_inhibition.csv and pesticide_retest.json, kept here as tables. */
#include "base/base.h"
#include "lib/pesticide/pesticide.h"
#include "tap.h"

static void
test_readings(void)
{
	static const struct {
		int64_t control, sample, tenths;
		enum pest_reading want;
	} rows[] = {
		{ 6000, 5400, 100, PEST_NEGATIVE },
		{ 6000, 3000, 500, PEST_POSITIVE },
		{ 6000, 3010, 498, PEST_NEGATIVE },
		{ 6000, 2994, 501, PEST_POSITIVE },
		{ 6000, 0, 1000, PEST_POSITIVE },
		{ 6000, 6600, 0, PEST_NEGATIVE }, /* -10.0 is kept and shown as 0 */
		{ 4500, 2025, 550, PEST_POSITIVE },
		{ 2900, 1000, 655, PEST_INVALID },
		{ 8100, 7000, 136, PEST_INVALID },
		{ 0, 1000, 0, PEST_INVALID },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		is_i64(pest_judge(&pest_method_default, rows[i].control, rows[i].sample), rows[i].want, "reading %zu", i);
		is_i64(pest_shown_tenths(&pest_method_default, rows[i].control, rows[i].sample), rows[i].tenths,
			"reading %zu is shown with one decimal", i);
	}
	is_i64(pest_inhibition_bp(6000, 6600), -1000, "a negative inhibition is kept as it is");
	is_i64(pest_inhibition_bp(0, 1000), NIL, "no inhibition without a control");
	is_i64(pest_inhibition_bp(2900, 1000), 6552, "ten-thousandths are rounded");
	/* 0.5003 and 0.7999 are chosen so that rounding would cross the limit. */
	ok(pest_judge(&pest_method_default, 7999, 4000) == PEST_NEGATIVE, "49.994 %% is below the limit");
	is_i64(pest_inhibition_bp(7999, 4000), 4999, "49.994 %% in ten-thousandths");
	is_i64(pest_shown_tenths(&pest_method_default, 7999, 4000), 499, "and is never shown as 50.0");
	is_i64(pest_shown_of_bp(5000, 4999, false), 499, "also when shown from the stored value");
	is_i64(pest_shown_of_bp(5000, 5000, true), 500, "a positive value keeps its rounding");
	is_i64(pest_shown_of_bp(5000, NIL, false), 0, "nothing stored shows as zero");
	ok(pest_judge(&pest_method_default, 3000, 2999) == PEST_NEGATIVE, "a control of 0.3 is valid");
	ok(pest_judge(&pest_method_default, 8000, 7999) == PEST_NEGATIVE, "a control of 0.8 is valid");
}

static enum pest_verdict
verdict_of(const int64_t *tenths, size_t n)
{
	enum pest_reading r[8];

	for (size_t i = 0; i < n; i++)
		r[i] = pest_judge(&pest_method_default, 6000, 6000 - 6 * tenths[i]);
	return pest_verdict(r, n);
}

static void
test_verdicts(void)
{
	ok(verdict_of((int64_t[]){ 120 }, 1) == PEST_V_PASS, "12.0: pass");
	ok(verdict_of((int64_t[]){ 550 }, 1) == PEST_V_NEED_RETEST, "55.0: repeat");
	ok(verdict_of((int64_t[]){ 550, 521 }, 2) == PEST_V_NEED_RETEST, "55.0 52.1: one more repeat");
	ok(verdict_of((int64_t[]){ 550, 521, 603 }, 3) == PEST_V_FAIL, "55.0 52.1 60.3: fail");
	ok(verdict_of((int64_t[]){ 550, 410, 399 }, 3) == PEST_V_UNCONFIRMED, "55.0 41.0 39.9: unconfirmed");
	ok(verdict_of((int64_t[]){ 550, 410, 603 }, 3) == PEST_V_UNCONFIRMED, "mixed repeats: unconfirmed");
	ok(verdict_of((int64_t[]){ 500 }, 1) == PEST_V_NEED_RETEST, "50.0: repeat");
	ok(verdict_of((int64_t[]){ 499 }, 1) == PEST_V_PASS, "49.9: pass");
	ok(verdict_of((int64_t[]){ 120, 550 }, 2) == PEST_V_UNCONFIRMED, "a later positive is not ignored");
	ok(pest_verdict(NULL, 0) == PEST_V_INVALID, "no reading: invalid");

	enum pest_reading one_bad[] = { PEST_INVALID, PEST_NEGATIVE };
	enum pest_reading all_bad[] = { PEST_INVALID, PEST_INVALID };
	enum pest_reading gap[] = { PEST_POSITIVE, PEST_INVALID, PEST_POSITIVE };

	ok(pest_verdict(one_bad, 2) == PEST_V_PASS, "an invalid control does not count");
	ok(pest_verdict(all_bad, 2) == PEST_V_INVALID, "only invalid controls: invalid");
	ok(pest_verdict(gap, 3) == PEST_V_NEED_RETEST, "an invalid repeat is no repeat");
}

int
main(void)
{
	test_readings();
	test_verdicts();
	return tap_done();
}

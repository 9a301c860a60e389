#include "base/base.h"
#include "lib/pesticide/pesticide.h"

const struct pest_method pest_method_default = { .control_lo_e4 = 3000, .control_hi_e4 = 8000, .limit_bp = 5000 };

/* n / d to the nearest integer, half away from zero; d > 0. */
static int64_t
divide_rounded(int64_t n, int64_t d)
{
	return n >= 0 ? (n + d / 2) / d : -((-n + d / 2) / d);
}

int64_t
pest_inhibition_bp(int64_t control_e4, int64_t sample_e4)
{
	if (control_e4 <= 0)
		return NIL;
	return divide_rounded((control_e4 - sample_e4) * 10000, control_e4);
}

enum pest_reading
pest_judge(const struct pest_method *m, int64_t control_e4, int64_t sample_e4)
{
	if (control_e4 <= 0 || control_e4 < m->control_lo_e4 || control_e4 > m->control_hi_e4)
		return PEST_INVALID;
	if ((control_e4 - sample_e4) * 10000 >= m->limit_bp * control_e4)
		return PEST_POSITIVE;
	return PEST_NEGATIVE;
}

enum pest_verdict
pest_verdict(const enum pest_reading *readings, size_t n)
{
	size_t valid = 0, repeats = 0, positive_repeats = 0;
	bool first_positive = false;

	for (size_t i = 0; i < n; i++) {
		if (readings[i] == PEST_INVALID)
			continue;
		if (valid++ == 0) {
			first_positive = readings[i] == PEST_POSITIVE;
			continue;
		}
		repeats++;
		positive_repeats += readings[i] == PEST_POSITIVE;
	}
	if (valid == 0)
		return PEST_V_INVALID;
	if (!first_positive)
		return positive_repeats == 0 ? PEST_V_PASS : PEST_V_UNCONFIRMED;
	if (repeats < 2)
		return PEST_V_NEED_RETEST;
	return positive_repeats == repeats ? PEST_V_FAIL : PEST_V_UNCONFIRMED;
}

int64_t
pest_shown_of_bp(int64_t limit_bp, int64_t inhibition_bp, bool positive)
{
	int64_t tenths;

	if (inhibition_bp == NIL || inhibition_bp <= 0)
		return 0;
	tenths = divide_rounded(inhibition_bp, 10);
	if (!positive && tenths * 10 >= limit_bp)
		tenths = (limit_bp - 1) / 10;
	return tenths;
}

int64_t
pest_shown_tenths(const struct pest_method *m, int64_t control_e4, int64_t sample_e4)
{
	int64_t n = control_e4 - sample_e4, tenths;

	if (control_e4 <= 0 || n <= 0)
		return 0;
	tenths = divide_rounded(n * 1000, control_e4);
	if (n * 10000 < m->limit_bp * control_e4 && tenths * 10 >= m->limit_bp)
		tenths = (m->limit_bp - 1) / 10;
	return tenths;
}

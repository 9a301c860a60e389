/*
 * pesticide.h - judging the rapid pesticide-residue test by enzyme inhibition
 * (GB/T 5009.199). Absorbance changes are ten-thousandths ("0.6000" is 6000),
 * all arithmetic is integer and the decision is made on the unrounded ratio.
 *
 * The method finds organophosphorus and carbamate pesticides only; a negative
 * reading never means "no residue".
 */
#ifndef LIB_PESTICIDE_H
#define LIB_PESTICIDE_H
#include "base/base.h"

/* A method's numbers; counties may set their own. */
struct pest_method {
	int64_t control_lo_e4, control_hi_e4; /* a control outside is invalid */
	int64_t limit_bp;                     /* inhibition at or above is positive */
};
/* 0.3 to 0.8, 50 %. */
extern const struct pest_method pest_method_default;

enum pest_reading { PEST_INVALID, PEST_NEGATIVE, PEST_POSITIVE };
enum pest_verdict { PEST_V_INVALID, PEST_V_PASS, PEST_V_NEED_RETEST, PEST_V_FAIL, PEST_V_UNCONFIRMED };

/* Inhibition in ten-thousandths, half away from zero; NIL when the control is zero or less. May be negative. */
int64_t pest_inhibition_bp(int64_t control_e4, int64_t sample_e4);
/* Judges one reading on the unrounded value. */
enum pest_reading pest_judge(const struct pest_method *m, int64_t control_e4, int64_t sample_e4);

/*
 * The verdict over all readings in the order taken. Readings with an invalid
 * control do not count. First negative: pass, unless a later one is positive
 * (then unconfirmed). First positive: at least two repeats are needed; all
 * repeats positive: fail; otherwise unconfirmed (send to a laboratory).
 */
enum pest_verdict pest_verdict(const enum pest_reading *readings, size_t n);

/*
 * Tenths of a percent as shown to people: rounded, negative values as 0, and
 * never rounded across the limit (49.96 % judged negative reads 49.9).
 */
int64_t pest_shown_tenths(const struct pest_method *m, int64_t control_e4, int64_t sample_e4);
/* The same from a stored inhibition and whether it was positive. */
int64_t pest_shown_of_bp(int64_t limit_bp, int64_t inhibition_bp, bool positive);
#endif

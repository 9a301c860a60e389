/* unit.h - units by UN/ECE Recommendation 20 code with Chinese and English names; 亩 and 斤 included. */
#ifndef CORE_UNIT_H
#define CORE_UNIT_H
#include "base/base.h"

struct unit {
	const char *code;       /* "KGM", "GRM", "TNE", "H87" (piece), "LTR", "MTK", "MTR", "CEL", "P1" (%), "DAY", "HUR", "KMT",
	                           and the national "MU" (亩), "JIN" (斤), "BX", "BG", "PA" */
	struct text label;      /* { "千克", "kg" } */
	const char *base;       /* code of the base unit, or itself */
	int64_t num, den;       /* value in base = value * num / den: 1 亩 = 2000/3 m² */
};
const struct unit *unit_find(const char *code); /* NULL when unknown */
extern const struct unit units[]; /* ends with { 0 } */
#endif

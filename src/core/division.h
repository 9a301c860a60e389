/*
 * division.h - the county's administrative divisions: 12-digit statistical
 * codes as integers, so that a subtree is a range. Levels: 1 province, 2 city,
 * 3 county, 4 township, 5 village. Rows are never removed: a merged, split or
 * renamed division keeps its row with valid_to_on and merged_into, and business
 * rows keep the code they were recorded under.
 *
 *   table division (county, code, name, level, parent, lng_e6, lat_e6, schematic,
 *                   valid_from_on, valid_to_on, merged_into)  primary key (county, code)
 */
#ifndef CORE_DIVISION_H
#define CORE_DIVISION_H
#include "core/ctx.h"

struct division {
	int64_t code, parent, level;
	struct str name;
	int64_t lng_e6, lat_e6;    /* NIL when unknown */
	bool schematic;            /* the position is computed, not measured */
	int64_t valid_from_on, valid_to_on, merged_into; /* NIL when not so; valid_to_on is the first day it is gone */
};

/* The subtree of a code as an inclusive range; false when it is not a 12-digit code. Pure. */
bool division_range(int64_t code, int64_t *lo, int64_t *hi);
/* Level 1..5 by the code's trailing zeros, 0 when malformed. Pure. */
int division_level(int64_t code);
/* Code of the division above, 0 for a province. Pure. */
int64_t division_parent(int64_t code);
/* The 12-digit code of the county itself: 140406 -> 140406000000. */
static inline int64_t
division_of_county(int64_t county)
{
	return county * 1000000;
}

/* RC_NOT_FOUND when the county's table has no such code (ended ones are found). Text lives in c->mem. */
enum rc division_get(struct ctx *c, int64_t code, struct division *out) MUST_USE;
/* For T_DIVISION: the code must exist and be in force today. RC_INVALID otherwise; field names the culprit. */
enum rc division_check(struct ctx *c, int64_t code, const char *field) MUST_USE;
/* By code or by name ("店上镇", "店上镇/东街村"); RC_INVALID when unknown or ambiguous. For workbooks. */
enum rc division_find(struct ctx *c, struct str text, int64_t *code) MUST_USE;

/*
 * The ranges that a subtree means today: its own, and those of divisions merged
 * into it, so that rows recorded before a merge stay findable. At most max; ranges[0]
 * is the code's own.
 */
struct division_span {
	int64_t lo, hi;
};
enum { DIVISION_SPANS = 16 };
enum rc division_spans(struct ctx *c, int64_t code, struct division_span spans[DIVISION_SPANS], size_t *count) MUST_USE;
#endif

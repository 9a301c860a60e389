/* rules.h - the pure rules of the module: no database, no clock, every one tested alone. */
#ifndef MOD_TRACE_RULES_H
#define MOD_TRACE_RULES_H
#include "base/err.h"
#include "base/str.h"

/* GTIN-8, -12, -13 or -14 with a right GS1 check digit. */
bool gtin_valid(struct str gtin);

/*
 * Number of a lot: "140406-20261008-0012" and one check character over its
 * letters and digits (ISO 7064 MOD 37,36). seq from 1; five digits and more are
 * printed as they are.
 */
struct str lot_code(struct arena *a, int64_t county, int64_t harvested_on, int64_t seq);
/* True when the check character fits. */
bool lot_code_valid(struct str code);
/* ISO 7064 MOD 37,36 over A-Z 0-9; hyphens are skipped. 0 when another character occurs. */
char mod37_36(struct str text);

/* ---- safety interval ---- */

/* A prohibited input makes the crop unfit for ever: the day no date reaches (2199-12-31). */
int64_t never_on(void);
/* First day on which harvest is allowed after a use on done_on. interval NIL or negative counts as 0. */
int64_t safe_after(int64_t done_on, int64_t interval_days, bool prohibited);

struct pest_use {
	int64_t done_on, safe_on;
};
/*
 * The first safe day of a harvest on harvested_on: the latest safe_on of the
 * uses on or before that day; NIL when there was none. Uses after the harvest do
 * not touch what is already picked.
 */
int64_t safe_on_of(const struct pest_use *uses, size_t n, int64_t harvested_on);
/* True when the interval had run out on the day of harvest. */
bool harvest_is_safe(int64_t safe_on, int64_t harvested_on);

/* ---- tests ---- */

enum lot_test { TEST_NONE, TEST_PASS, TEST_FAIL, TEST_RETEST, TEST_UNCONFIRMED, TEST_INVALID };
/* Values of lots.test_verdict, and of inspections.verdict ("need_retest" there). */
const char *lot_test_name(enum lot_test t);
enum lot_test lot_test_of(struct str verdict);
struct test_row {
	int64_t tested_ms, id;
	enum lot_test verdict;
};
/* Of two tests the one that counts: the later; at the same instant the one that did not pass. */
bool test_is_newer(struct test_row a, struct test_row b);

/* ---- the gate ---- */

enum gate { GATE_OPEN, GATE_NOT_TESTED, GATE_TEST, GATE_INTERVAL, GATE_HELD, GATE_RECALLED, GATE_NOT_RELEASED, GATE_CLOSED };
/* What a lot may not do, and why: released is asked for codes, not for certificates. */
enum gate lot_gate(struct str state, enum lot_test test, int64_t safe_on, int64_t harvested_on, bool need_released);
/* The sentence for people; RC_OK for GATE_OPEN, else RC_INVALID with a code such as "lot-interval". */
enum rc gate_fail(struct err *e, enum gate g);

/* ---- quantities ---- */

/* Items a lot yields: quantity / pack, rounded down; 0 for a pack of nothing. */
int64_t codes_allowed(int64_t quantity_milli, int64_t pack_milli);

/* What went out and came in for one lot, by kind of supply event. */
struct stock {
	int64_t lot_milli, packed_milli, shipped_milli, received_milli, sold_milli;
};
/*
 * Adds an event and tells whether the books still hold: no more packed,
 * shipped or sold than the lot holds, no more received than shipped. kind is a
 * value of supply-events.kind; "store" moves nothing.
 */
bool stock_add(struct stock *s, struct str kind, int64_t quantity_milli);
/* Books what is already recorded, without asking. */
void stock_book(struct stock *s, struct str kind, int64_t quantity_milli);
/* True while no counter passes its ceiling (a correction may have lowered what was shipped below what was received). */
bool stock_holds(const struct stock *s);
/* What may still go out for the kind. */
int64_t stock_left(const struct stock *s, struct str kind);

/* ---- copies ---- */

struct copy_rule {
	int64_t clients, places; /* at least so many different ones among the newest scans */
};
bool looks_copied(const struct copy_rule *r, int64_t clients, int64_t places);
#endif

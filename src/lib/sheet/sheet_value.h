/* sheet_value.h - exact values out of cells, and texts that no spreadsheet takes for a formula. */
#ifndef LIB_SHEET_VALUE_H
#define LIB_SHEET_VALUE_H
#include "base/str.h"

/*
 * A decimal such as "1.5", "-3", "1.25E2" as integer with `scale` decimals ("1.5", 3 is 1500). Binary
 * noise behind the 15th significant digit, which spreadsheets themselves do not show, is rounded away;
 * any other digit behind the scale is refused, as is what does not fit. False leaves *v alone.
 */
bool sheet_number(struct str text, int scale, int64_t *v);
/* Serial days to wall-clock ms since 1970; 1900 or 1904 system. False outside 1900-01-01 .. 9999-12-31. */
bool sheet_serial(struct str text, bool from_1904, int64_t *at_ms);
/* "2026-11-21", "2026-11-21T08:30:00" with optional fraction and Z, to wall-clock ms. */
bool sheet_iso(struct str text, int64_t *at_ms);
/* True when a number format such as "yyyy\-mm\-dd" shows a date or time. */
bool sheet_format_is_date(struct str code);

/*
 * A text that begins (after apostrophes) with = + - @ TAB CR LF or a full-width = + - @ gets one more
 * apostrophe in front; reading takes one away again. So every text comes back as it was.
 */
bool sheet_is_risky(struct str text);
/* The part to read back: without the apostrophe that protected it. */
struct str sheet_unprotect(struct str text);
#endif

/*
 * time.h - instants are UTC milliseconds since 1970 (`..._ms`), dates are days
 * since 1970-01-01 (`..._on`). The business time zone is Asia/Shanghai, UTC+8
 * without daylight saving since 1991. Conversions after Howard Hinnant's
 * "chrono-compatible low-level date algorithms".
 */
#ifndef BASE_TIME_H
#define BASE_TIME_H
#include "base/str.h"

enum { DAY_MS = 86400000, SHANGHAI_MS = 8 * 3600000 };

/* The clock seam: tests hand in their own. Wall time may step, mono never goes back. */
struct clock {
	int64_t (*wall_ms)(void *self);
	int64_t (*mono_ms)(void *self);
	void *self;
};
extern const struct clock clock_system;
int64_t clock_now(const struct clock *c);  /* wall, UTC ms */
int64_t clock_mono(const struct clock *c); /* monotonic ms */

struct civil {
	int32_t year;
	int8_t month, day; /* 1..12, 1..31 */
};
int64_t date_from_civil(int32_t year, int month, int day);
struct civil date_to_civil(int64_t days);
/* The Shanghai date of an instant, and the instant of 00:00 Shanghai of a date. */
int64_t date_of_ms(int64_t ms);
int64_t ms_of_date(int64_t days);
/* Strict "YYYY-MM-DD", a real day from 1900 to 2199. */
bool date_parse(struct str s, int64_t *days);
struct str date_print(struct arena *a, int64_t days);
/*
 * Strict RFC 3339 "YYYY-MM-DDTHH:MM:SS[.mmm](Z|+HH:MM)", or without offset
 * "YYYY-MM-DD HH:MM[:SS]" which is read as Shanghai time.
 */
bool time_parse(struct str s, int64_t *ms);
/* "2026-11-21T15:40:00.000Z" */
struct str time_print_utc(struct arena *a, int64_t ms);
/* "2026-11-21 23:40" in Shanghai, for people. */
struct str time_print_local(struct arena *a, int64_t ms);
/* RFC 9110 IMF-fixdate, for HTTP headers. */
struct str time_print_http(struct arena *a, int64_t ms);
#endif

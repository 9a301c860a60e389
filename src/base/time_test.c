#include "base/base.h"
#include "base/time.h"
#include "tap.h"
#include <time.h>

static void
test_dates(void)
{
	int64_t wrong = 0;

	for (int64_t d = -800000; d <= 800000; d++) {
		struct civil c = date_to_civil(d);

		wrong += date_from_civil(c.year, c.month, c.day) != d;
	}
	is_i64(wrong, 0, "1.6 million days go there and back");
	for (int64_t d = -25567; d < 84000; d += 13) {
		time_t t = (time_t)d * 86400;
		struct tm tm;
		struct civil c = date_to_civil(d);

		gmtime_r(&t, &tm);
		wrong += tm.tm_year + 1900 != c.year || tm.tm_mon + 1 != c.month || tm.tm_mday != c.day;
	}
	is_i64(wrong, 0, "the calendar agrees with the C library's");
	is_i64(date_from_civil(1970, 1, 1), 0, "the first day");
	is_i64(date_from_civil(2000, 2, 29), 11016, "a leap day of a leap century");
	ok(date_to_civil(INT64_MAX).month >= 1 && date_to_civil(INT64_MIN).month >= 1, "far days stay defined");
	ok(ms_of_date(INT64_MAX) > 0 && ms_of_date(INT64_MIN) < 0, "far instants too");
	is_i64(date_of_ms(-1), 0, "just before 1970 in London is already the first day in Shanghai");
	is_i64(date_of_ms(57600000 - 1), 0, "the day lasts until 16:00 UTC");
	is_i64(date_of_ms(57600000), 1, "then the next begins");
	is_i64(date_of_ms(-28800001), -1, "and before -8 h it is the day before");
	ok(date_of_ms(INT64_MAX) > 0 && date_of_ms(INT64_MIN) < 0, "any integer is an instant");
	is_i64(date_of_ms(ms_of_date(20000)), 20000, "midnight belongs to its date");
	is_i64(date_of_ms(ms_of_date(20000) - 1), 19999, "the moment before does not");
}

static void
test_date_text(void)
{
	static const char *const wrong[] = { "", "2026-2-01", "2026-02-1", "2026-02-30", "2026-13-01",
		"2026-00-10", "2026-01-00", "1899-12-31", "2200-01-01", "2025-02-29", "2026/01/01", " 2026-01-01",
		"2026-01-01 ", "20260101", "2026-01-32", "+026-01-01", "2026-01-0a", "1900-02-29" };
	ARENA a;
	int64_t d = 77;
	bool back = true;

	arena_init(&a, 0);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		ok(!date_parse(str_from_c(wrong[i]), &d) && d == 77, "not a date: \"%s\"", wrong[i]);
	ok(date_parse(S("2024-02-29"), &d) && d == date_from_civil(2024, 2, 29), "a leap day is one");
	for (d = date_from_civil(1900, 1, 1); d <= date_from_civil(2199, 12, 31); d += 7) {
		int64_t again = 0;
		struct arena_mark m = arena_mark(&a);

		back &= date_parse(date_print(&a, d), &again) && again == d;
		arena_rewind(&a, m);
	}
	ok(back, "what is printed is read back, 1900 to 2199");
	ok(date_print(&a, INT64_MAX).n > 0, "even a far day prints");
}

static void
test_instants(void)
{
	static const char *const wrong[] = { "2026-11-21", "2026-11-21T15:40:00", "2026-11-21T15:40Z",
		"2026-11-21T24:00:00Z", "2026-11-21T15:60:00Z", "2026-11-21T15:40:60Z", "2026-11-21T15:40:00.1Z",
		"2026-11-21T15:40:00.1234Z", "2026-11-21T15:40:00z", "2026-11-21T15:40:00+8:00",
		"2026-11-21T15:40:00+24:00", "2026-11-21T15:40:00Z ", "2026-11-21 15:40Z", "2026-11-21 15",
		"2026-11-21 15:40:0", "2026-11-21 15:40:00.000", "2026-11-21_15:40", "2026-11-21T15:40:00.Z" };
	ARENA a;
	int64_t ms = 5;

	arena_init(&a, 0);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		ok(!time_parse(str_from_c(wrong[i]), &ms) && ms == 5, "not an instant: \"%s\"", wrong[i]);
	ok(time_parse(S("2026-11-21T15:40:07.250Z"), &ms), "UTC with milliseconds");
	is_i64(ms, 1795275607250, "is that instant");
	is_str(time_print_utc(&a, ms), S("2026-11-21T15:40:07.250Z"), "and prints back");
	is_str(time_print_local(&a, ms), S("2026-11-21 23:40"), "in Shanghai it is night");
	is_str(time_print_http(&a, ms), S("Sat, 21 Nov 2026 15:40:07 GMT"), "HTTP has its own form");
	ok(time_parse(S("2026-11-21T23:40:07+08:00"), &ms) && ms == 1795275607000, "an offset is taken off");
	ok(time_parse(S("2026-11-21T10:10:07-05:30"), &ms) && ms == 1795275607000, "to the west too");
	ok(time_parse(S("2026-11-21 23:40"), &ms) && ms == 1795275600000, "without offset it is Shanghai");
	ok(time_parse(S("2026-11-21 23:40:07"), &ms) && ms == 1795275607000, "with seconds");
	is_str(time_print_utc(&a, -1), S("1969-12-31T23:59:59.999Z"), "before 1970 rounds down");
	is_str(time_print_http(&a, 784111777000), S("Sun, 06 Nov 1994 08:49:37 GMT"), "the example of RFC 9110");
	is_str(time_print_http(&a, -86400000), S("Wed, 31 Dec 1969 00:00:00 GMT"), "weekdays go back too");
	ok(time_print_local(&a, INT64_MIN).n > 0 && time_print_utc(&a, INT64_MAX).n > 0, "any integer prints");
}

int
main(void)
{
	test_dates();
	test_date_text();
	test_instants();

	int64_t m1 = clock_mono(&clock_system), now = clock_now(&clock_system);

	ok(now > 1700000000000 && clock_mono(&clock_system) >= m1, "the system clock runs");
	return tap_done();
}

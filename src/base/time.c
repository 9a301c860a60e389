#include "base/base.h"
#include "base/time.h"
#include <stdio.h>
#include <time.h>

/* Beyond about a million years nothing is meant; clamping keeps the arithmetic defined. */
enum { DAYS_LIMIT = 400000000 };

static int64_t
read_clock(clockid_t id)
{
	struct timespec ts = { 0 };

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t
system_wall(void *self)
{
	(void)self;
	return read_clock(CLOCK_REALTIME);
}

static int64_t
system_mono(void *self)
{
	(void)self;
	return read_clock(CLOCK_MONOTONIC);
}

const struct clock clock_system = { .wall_ms = system_wall, .mono_ms = system_mono };

int64_t
clock_now(const struct clock *c)
{
	return c->wall_ms(c->self);
}

int64_t
clock_mono(const struct clock *c)
{
	return c->mono_ms(c->self);
}

int64_t
date_from_civil(int32_t year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

static int64_t
clamp_days(int64_t days)
{
	return days > DAYS_LIMIT ? DAYS_LIMIT : days < -DAYS_LIMIT ? -DAYS_LIMIT : days;
}

struct civil
date_to_civil(int64_t days)
{
	int64_t z = clamp_days(days) + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int64_t month = mp < 10 ? mp + 3 : mp - 9;

	return (struct civil){
		.year = (int32_t)(yoe + era * 400 + (month <= 2)),
		.month = (int8_t)month,
		.day = (int8_t)(doy - (153 * mp + 2) / 5 + 1),
	};
}

/* Splits an instant into days, rounding down, and the rest within the day. */
static int64_t
split_days(int64_t ms, int64_t *rest)
{
	int64_t days = ms / DAY_MS;

	*rest = ms % DAY_MS;
	if (*rest < 0) {
		*rest += DAY_MS;
		days--;
	}
	return days;
}

/* The same, of the clock on a Shanghai wall. */
static int64_t
split_local(int64_t ms, int64_t *rest)
{
	int64_t days = split_days(ms, rest);

	*rest += SHANGHAI_MS;
	if (*rest >= DAY_MS) {
		*rest -= DAY_MS;
		days++;
	}
	return days;
}

int64_t
date_of_ms(int64_t ms)
{
	int64_t rest;

	return split_local(ms, &rest);
}

int64_t
ms_of_date(int64_t days)
{
	return clamp_days(days) * DAY_MS - SHANGHAI_MS;
}

/* Exactly n digits at the front of *s, which advances; -1 otherwise. */
static int
take_digits(struct str *s, size_t n)
{
	int v = 0;

	if (s->n < n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return -1;
		v = v * 10 + (s->p[i] - '0');
	}
	*s = str_sub(*s, n, s->n);
	return v;
}

static bool
take_char(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = str_sub(*s, 1, s->n);
	return true;
}

static bool
take_date(struct str *s, int64_t *days)
{
	int year = take_digits(s, 4);

	if (year < 1900 || year > 2199 || !take_char(s, '-'))
		return false;

	int month = take_digits(s, 2);

	if (month < 1 || month > 12 || !take_char(s, '-'))
		return false;

	int day = take_digits(s, 2);

	if (day < 1)
		return false;

	int64_t out = date_from_civil(year, month, day);

	/* 30 February turns into a day of March and is found out. */
	if (date_to_civil(out).day != day)
		return false;
	*days = out;
	return true;
}

bool
date_parse(struct str s, int64_t *days)
{
	int64_t out;

	if (!take_date(&s, &out) || s.n != 0)
		return false;
	*days = out;
	return true;
}

struct str
date_print(struct arena *a, int64_t days)
{
	struct civil c = date_to_civil(days);

	return str_fmt(a, "%04d-%02d-%02d", c.year, c.month, c.day);
}

/* HH:MM within a day, in minutes; -1 when malformed. */
static int
take_minutes(struct str *s)
{
	int h = take_digits(s, 2);

	if (h < 0 || h > 23 || !take_char(s, ':'))
		return -1;

	int m = take_digits(s, 2);

	return m < 0 || m > 59 ? -1 : h * 60 + m;
}

static bool
take_seconds(struct str *s, int64_t *ms)
{
	int sec = take_digits(s, 2);

	if (sec < 0 || sec > 59)
		return false;
	*ms += sec * 1000;
	return true;
}

static bool
take_offset(struct str *s, int64_t *offset_ms)
{
	*offset_ms = 0;
	if (take_char(s, 'Z'))
		return true;

	int sign = take_char(s, '+') ? 1 : take_char(s, '-') ? -1 : 0;
	int minutes = sign != 0 ? take_minutes(s) : -1;

	*offset_ms = (int64_t)sign * minutes * 60000;
	return minutes >= 0;
}

bool
time_parse(struct str s, int64_t *ms)
{
	int64_t days, offset = SHANGHAI_MS;

	if (!take_date(&s, &days))
		return false;

	bool rfc = take_char(&s, 'T');

	if (!rfc && !take_char(&s, ' '))
		return false;

	int minutes = take_minutes(&s);
	int64_t in_day = (int64_t)minutes * 60000;

	if (minutes < 0)
		return false;
	if ((rfc || s.n > 0) && (!take_char(&s, ':') || !take_seconds(&s, &in_day)))
		return false;
	if (rfc && take_char(&s, '.')) {
		int milli = take_digits(&s, 3);

		if (milli < 0)
			return false;
		in_day += milli;
	}
	if (rfc && !take_offset(&s, &offset))
		return false;
	if (s.n != 0)
		return false;
	*ms = days * DAY_MS + in_day - offset;
	return true;
}

struct str
time_print_utc(struct arena *a, int64_t ms)
{
	int64_t rest;
	struct civil c = date_to_civil(split_days(ms, &rest));

	return str_fmt(a, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", c.year, c.month, c.day,
		(int)(rest / 3600000), (int)(rest / 60000 % 60), (int)(rest / 1000 % 60), (int)(rest % 1000));
}

struct str
time_print_local(struct arena *a, int64_t ms)
{
	int64_t rest;
	struct civil c = date_to_civil(split_local(ms, &rest));

	return str_fmt(a, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, (int)(rest / 3600000),
		(int)(rest / 60000 % 60));
}

struct str
time_print_http(struct arena *a, int64_t ms)
{
	static const char week[7][4] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
		"Oct", "Nov", "Dec" };
	int64_t rest, days = split_days(ms, &rest);
	struct civil c = date_to_civil(days);

	return str_fmt(a, "%s, %02d %s %04d %02d:%02d:%02d GMT", week[(days % 7 + 7) % 7], c.day,
		months[c.month - 1], c.year, (int)(rest / 3600000), (int)(rest / 60000 % 60),
		(int)(rest / 1000 % 60));
}

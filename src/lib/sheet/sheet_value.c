#include "base/base.h"
#include "base/time.h"
#include "lib/sheet/sheet_value.h"
#include <string.h>

enum { DIGITS_MAX = 340, SIGNIFICANT = 15, EXPONENT_MAX = 400 };

/* digits[0..n) times 10^exponent, without leading zeros. */
struct decimal {
	char digits[DIGITS_MAX];
	int n, exponent;
	bool negative;
};

static bool
read_exponent(struct str s, int *out)
{
	int64_t v;

	if (s.n > 0 && s.p[0] == '+')
		s = str_sub(s, 1, s.n);
	if (!str_i64(s, &v) || v > EXPONENT_MAX || v < -EXPONENT_MAX)
		return false;
	*out = (int)v;
	return true;
}

static bool
read_decimal(struct str s, struct decimal *d)
{
	size_t i = 0;
	bool point = false, any = false;

	*d = (struct decimal){ 0 };
	if (s.n > 0 && (s.p[0] == '-' || s.p[0] == '+'))
		d->negative = s.p[i++] == '-';
	for (; i < s.n && s.p[i] != 'e' && s.p[i] != 'E'; i++) {
		if (s.p[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		any = true;
		d->exponent -= point;
		if (d->n == 0 && s.p[i] == '0')
			continue;
		if (d->n == DIGITS_MAX)
			return false;
		d->digits[d->n++] = s.p[i];
	}
	if (!any)
		return false;
	if (i < s.n) {
		int exponent;

		if (!read_exponent(str_sub(s, i + 1, s.n), &exponent))
			return false;
		d->exponent += exponent;
	}
	return true;
}

static void
round_to(struct decimal *d, int n)
{
	bool up = d->digits[n] >= '5';

	d->exponent += d->n - n;
	d->n = n;
	for (int i = n - 1; up && i >= 0; i--) {
		up = d->digits[i] == '9';
		d->digits[i] = up ? '0' : (char)(d->digits[i] + 1);
	}
	if (up) {
		/* 99…9 became 100…0 */
		d->digits[0] = '1';
		d->exponent++;
	}
}

static void
drop_zeros(struct decimal *d)
{
	while (d->n > 0 && d->digits[d->n - 1] == '0') {
		d->n--;
		d->exponent++;
	}
}

/* The digits as integer at the scale; false when digits lie behind it or it does not fit. */
static bool
at_scale(const struct decimal *d, int scale, int64_t *v)
{
	int64_t out = 0;

	if (d->n == 0) {
		*v = 0;
		return true;
	}
	if (d->exponent + scale < 0)
		return false;
	for (int i = 0; i < d->n; i++)
		if (__builtin_mul_overflow(out, 10, &out) || __builtin_add_overflow(out, d->digits[i] - '0', &out))
			return false;
	for (int i = 0; i < d->exponent + scale; i++)
		if (__builtin_mul_overflow(out, 10, &out))
			return false;
	*v = d->negative ? -out : out;
	return true;
}

bool
sheet_number(struct str text, int scale, int64_t *v)
{
	struct decimal d;

	if (!read_decimal(text, &d))
		return false;
	drop_zeros(&d);
	/* only a number with a fraction can carry binary noise; a long whole number is meant as it stands */
	if (d.n > SIGNIFICANT && d.exponent < 0) {
		round_to(&d, SIGNIFICANT);
		drop_zeros(&d);
	}
	return at_scale(&d, scale, v);
}

bool
sheet_serial(struct str text, bool from_1904, int64_t *at_ms)
{
	enum { SCALE = 10, UNIX_EPOCH = 25569, SHIFT_1904 = 1462, LAST = 2958466 };
	static const int64_t unit = 10000000000;
	struct decimal d;
	int64_t v;

	if (!read_decimal(text, &d))
		return false;
	drop_zeros(&d);
	if (d.n > SIGNIFICANT)
		round_to(&d, SIGNIFICANT);
	if (d.n > 0 && d.exponent + SCALE < 0) {
		int keep = d.n + d.exponent + SCALE;

		if (keep <= 0)
			d.n = 0;
		else
			round_to(&d, keep);
	}
	if (!at_scale(&d, SCALE, &v) || v < 0 || v >= LAST * unit)
		return false;

	int64_t days = v / unit, ms = (int64_t)((__int128)(v % unit) * 86400000 / unit);

	/* serials are shown to the second at best; the stored fraction is noise below that */
	ms = (ms + 500) / 1000 * 1000;
	if (from_1904)
		days += SHIFT_1904;
	else if (days > 0 && days < 60)
		days++; /* the 1900 system counts a 29 February 1900 that never was */
	if (days == 0)
		return false;
	*at_ms = (days - UNIX_EPOCH) * 86400000 + ms;
	return true;
}

static bool
digits_at(struct str s, size_t at, size_t n, int *v)
{
	*v = 0;
	if (at + n > s.n)
		return false;
	for (size_t i = at; i < at + n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*v = *v * 10 + (s.p[i] - '0');
	}
	return true;
}

bool
sheet_iso(struct str text, int64_t *at_ms)
{
	static const int month_days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day, hour = 0, minute = 0, second = 0;

	if (!digits_at(text, 0, 4, &year) || !digits_at(text, 5, 2, &month) || !digits_at(text, 8, 2, &day))
		return false;
	if (text.p[4] != '-' || text.p[7] != '-' || year < 1900 || month < 1 || month > 12 || day < 1)
		return false;
	if (day > month_days[month - 1] || (month == 2 && day == 29 && (year % 4 != 0 || (year % 100 == 0 && year % 400 != 0))))
		return false;
	if (text.n > 10) {
		if (text.n < 16 || (text.p[10] != 'T' && text.p[10] != ' ') || text.p[13] != ':')
			return false;
		if (!digits_at(text, 11, 2, &hour) || !digits_at(text, 14, 2, &minute))
			return false;
		if (text.n > 16 && (text.p[16] != ':' || !digits_at(text, 17, 2, &second)))
			return false;
		for (size_t i = 19; i < text.n; i++)
			if (text.p[i] != '.' && text.p[i] != 'Z' && (text.p[i] < '0' || text.p[i] > '9'))
				return false;
	}
	if (hour > 23 || minute > 59 || second > 59)
		return false;
	*at_ms = date_from_civil(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * INT64_C(1000);
	return true;
}

bool
sheet_format_is_date(struct str code)
{
	for (size_t i = 0; i < code.n; i++) {
		char c = code.p[i];

		if (c == '"' || c == '[') {
			/* a literal, or a colour or condition; elapsed times [h] [mm] [ss] do count */
			char end = c == '"' ? '"' : ']';
			size_t from = i + 1;

			while (++i < code.n && code.p[i] != end)
				;
			if (c == '[' && i > from && strchr("hHmMsS", code.p[from]) != NULL && code.p[i - 1] == code.p[from])
				return true;
		} else if (c == '\\' || c == '_' || c == '*') {
			i++;
		} else if (c != '\0' && strchr("yYdDhHsSmMbB", c) != NULL) {
			return true;
		} else if (c == 'G' || c == 'E' || c == 'e') {
			/* "General" and exponents are numbers */
			if (str_starts(str_sub(code, i, 7), S("General")))
				i += 6;
		}
	}
	return false;
}

static bool
is_trigger(struct str s)
{
	static const struct str wide[] = { S("＝"), S("＋"), S("－"), S("＠") };

	if (s.n == 0)
		return false;
	if (s.p[0] != '\0' && strchr("=+-@\t\r\n", s.p[0]) != NULL)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(wide); i++)
		if (str_starts(s, wide[i]))
			return true;
	return false;
}

bool
sheet_is_risky(struct str text)
{
	size_t i = 0;

	while (i < text.n && text.p[i] == '\'')
		i++;
	return is_trigger(str_sub(text, i, text.n));
}

struct str
sheet_unprotect(struct str text)
{
	if (text.n > 1 && text.p[0] == '\'' && sheet_is_risky(text))
		return str_sub(text, 1, text.n);
	return text;
}

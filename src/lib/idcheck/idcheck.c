#include "base/base.h"
#include "base/utf8.h"
#include "lib/idcheck/idcheck.h"
#include <string.h>

enum { TYPED_MAX = 200 };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
all_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]))
			return false;
	return s.n > 0;
}

static int
number_at(struct str s, size_t from, size_t n)
{
	int v = 0;

	for (size_t i = from; i < from + n; i++)
		v = v * 10 + (s.p[i] - '0');
	return v;
}

static bool
is_date(int year, int month, int day)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (year < 1800 || year > 2199 || month < 1 || month > 12 || day < 1)
		return false;
	return day <= days[month - 1] + (leap && month == 2);
}

bool
idcheck_resident(struct str s)
{
	static const int weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
	int sum = 0;

	if (s.n != 18 || !all_digits(str_sub(s, 0, 17)))
		return false;
	for (size_t i = 0; i < 17; i++)
		sum += weights[i] * (s.p[i] - '0');
	return s.p[17] == "10X98765432"[sum % 11] &&
	       is_date(number_at(s, 6, 4), number_at(s, 10, 2), number_at(s, 12, 2));
}

bool
idcheck_uscc(struct str s)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
	int sum = 0, weight = 1;

	if (s.n != 18)
		return false;
	for (size_t i = 0; i < 18; i++) {
		const char *at = s.p[i] != '\0' ? strchr(alphabet, s.p[i]) : NULL;

		if (at == NULL)
			return false;
		if (i == 17)
			return (31 - sum % 31) % 31 == at - alphabet;
		sum += weight * (int)(at - alphabet);
		weight = weight * 3 % 31;
	}
	return false;
}

bool
idcheck_mobile(struct str s)
{
	/* third digits in use after each second digit, allocation of 2022 */
	static const char *const third[10] = { [3] = "0123456789",
		[4] = "56789",
		[5] = "012356789",
		[6] = "2567",
		[7] = "012345678",
		[8] = "0123456789",
		[9] = "012356789" };

	if (s.n != 11 || !all_digits(s) || s.p[0] != '1')
		return false;

	const char *in_use = third[s.p[1] - '0'];

	return in_use != NULL && strchr(in_use, s.p[2]) != NULL;
}

/* Beijing and the 02x cities have areas of three digits, all others of four. */
static size_t
area_digits(struct str s)
{
	if (s.n < 3 || s.p[0] != '0' || s.p[1] == '0')
		return 0;
	return s.p[1] <= '2' ? 3 : 4;
}

static bool
is_service(struct str s)
{
	return s.n >= 3 && (memcmp(s.p, "400", 3) == 0 || memcmp(s.p, "800", 3) == 0);
}

static bool
check_landline(struct str s)
{
	struct str rest = s;
	struct str area = str_cut(&rest, '-');
	struct str number = str_cut(&rest, '-');

	if (!all_digits(area) || area_digits(area) != area.n || !all_digits(number))
		return false;
	if (number.n < 7 || number.n > 8 || number.p[0] < '2')
		return false;
	return rest.p == NULL || (rest.n <= 6 && all_digits(rest));
}

bool
idcheck_phone(struct str s)
{
	if (s.n > 24)
		return false;
	if (idcheck_mobile(s))
		return true;
	if (s.n == 12 && is_service(s) && s.p[3] == '-' && s.p[7] == '-')
		return all_digits(str_sub(s, 4, 3)) && all_digits(str_sub(s, 8, 4));
	return s.n > 0 && check_landline(s);
}

bool
idcheck_gs1(struct str s)
{
	int sum = 0;

	if (s.n < 8 || s.n > 18 || !all_digits(s))
		return false;
	for (size_t i = 0; i + 1 < s.n; i++)
		sum += (s.p[i] - '0') * ((s.n - i) % 2 == 0 ? 3 : 1);
	return (10 - sum % 10) % 10 == s.p[s.n - 1] - '0';
}

bool
idcheck_gtin(struct str s)
{
	return (s.n == 8 || (s.n >= 12 && s.n <= 14)) && idcheck_gs1(s);
}

static bool
check_host(struct str host)
{
	size_t labels = 0;
	struct str last = { 0 };

	if (host.n == 0 || host.n > 253)
		return false;
	while (host.p != NULL) {
		last = str_cut(&host, '.');
		labels++;
		if (last.n == 0 || last.n > 63 || last.p[0] == '-' || last.p[last.n - 1] == '-')
			return false;
		for (size_t i = 0; i < last.n; i++)
			if (!is_digit(last.p[i]) && !is_letter(last.p[i]) && last.p[i] != '-')
				return false;
	}
	return labels >= 2 && last.n >= 2 && is_letter(last.p[0]);
}

bool
idcheck_email(struct str s)
{
	struct str host = s;
	struct str local = str_cut(&host, '@');

	if (s.n > 254 || local.n == 0 || local.n > 64 || host.p == NULL)
		return false;
	if (local.p[0] == '.' || local.p[local.n - 1] == '.')
		return false;
	for (size_t i = 0; i < local.n; i++) {
		char c = local.p[i];

		if (c == '.' && local.p[i + 1] == '.')
			return false;
		if (!is_digit(c) && !is_letter(c) && (c == '\0' || strchr(".!#$%&'*+/=?^_`{|}~-", c) == NULL))
			return false;
	}
	return check_host(host);
}

/* One typed character as ASCII: full-width forms narrowed, the many blanks and dashes made one. 0: none. */
static char
narrow(int32_t cp)
{
	if (cp >= 0xFF01 && cp <= 0xFF5E)
		return (char)(cp - 0xFF01 + '!');
	if (cp == 0x3000 || cp == 0xA0 || cp == 0x200B || cp == 0xFEFF || cp == '\t' || cp == '\n' || cp == '\r')
		return ' ';
	if ((cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212)
		return '-';
	return cp >= ' ' && cp < 0x7F ? (char)cp : '\0';
}

/* Narrows into buf, without blanks and, when asked, hyphens. False when a character has no ASCII form. */
static bool
narrow_all(struct str typed, char buf[TYPED_MAX], size_t *n, bool drop_hyphens)
{
	*n = 0;
	if (typed.p == NULL || typed.n > TYPED_MAX)
		return false;
	for (size_t at = 0; at < typed.n;) {
		char c = narrow(utf8_next(typed, &at));

		if (c == '\0')
			return false;
		if (c != ' ' && (c != '-' || !drop_hyphens))
			buf[(*n)++] = c;
	}
	return true;
}

struct str
idcheck_fold(struct arena *a, struct str typed)
{
	char buf[TYPED_MAX];
	size_t n;

	if (!narrow_all(typed, buf, &n, true))
		return typed;
	for (size_t i = 0; i < n; i++)
		if (buf[i] >= 'a' && buf[i] <= 'z')
			buf[i] = (char)(buf[i] - 'a' + 'A');
	return str_dup(a, (struct str){ buf, n });
}

struct str
idcheck_email_fold(struct arena *a, struct str typed)
{
	char buf[TYPED_MAX];
	size_t n, at = 0;

	if (!narrow_all(typed, buf, &n, false))
		return typed;
	while (at < n && buf[at] != '@')
		at++;
	for (; at < n; at++)
		if (buf[at] >= 'A' && buf[at] <= 'Z')
			buf[at] = (char)(buf[at] - 'A' + 'a');
	return str_dup(a, (struct str){ buf, n });
}

static struct str
without_country(struct str s)
{
	if (str_starts(s, S("+86")))
		return str_sub(s, 3, s.n);
	if (str_starts(s, S("0086")))
		return str_sub(s, 4, s.n);
	return s.n == 13 && str_starts(s, S("86")) ? str_sub(s, 2, s.n) : s;
}

struct str
idcheck_phone_fold(struct arena *a, struct str typed)
{
	char buf[TYPED_MAX];
	size_t n, area;
	struct str digits, extension = { 0 };

	if (!narrow_all(typed, buf, &n, false))
		return typed;

	/* an extension is what follows the second hyphen of a landline, or a "x" */
	char bare[TYPED_MAX];
	size_t kept = 0, hyphens = 0;

	for (size_t i = 0; i < n; i++) {
		bool landline = kept >= 10 && bare[0] == '0' && bare[1] != '0';

		if (buf[i] == '(' || buf[i] == ')')
			continue;
		if (landline && (buf[i] == 'x' || buf[i] == '-') && extension.p == NULL && i + 1 < n) {
			extension = (struct str){ buf + i + 1, n - i - 1 };
			break;
		}
		hyphens += buf[i] == '-';
		if (buf[i] != '-')
			bare[kept++] = buf[i];
	}
	digits = without_country((struct str){ bare, kept });
	if (hyphens > 3)
		return typed;
	if (digits.n == 10 && is_service(digits))
		return str_fmt(a, "%.3s-%.3s-%.4s", digits.p, digits.p + 3, digits.p + 6);
	area = all_digits(digits) ? area_digits(digits) : 0;
	if (area == 0 || digits.n <= area)
		return extension.p != NULL ? typed : str_dup(a, digits);
	return str_fmt(a, "%.*s-%.*s%s" STR_FMT, (int)area, digits.p, (int)(digits.n - area), digits.p + area,
		extension.p != NULL ? "-" : "", STR_ARG(extension));
}

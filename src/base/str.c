#include "base/base.h"
#include "base/str.h"
#include "base/utf8.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FMT_MAX = 64 * 1024 };

struct str
str_from_c(const char *z)
{
	return (struct str){ z, z != NULL ? strlen(z) : 0 };
}

bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
str_eq_c(struct str a, const char *z)
{
	return str_eq(a, str_from_c(z));
}

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n != 0 ? memcmp(a.p, b.p, n) : 0;

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

bool
str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq((struct str){ s.p, prefix.n }, prefix);
}

bool
str_ends(struct str s, struct str suffix)
{
	if (suffix.n == 0)
		return true;
	return s.n >= suffix.n && str_eq((struct str){ s.p + (s.n - suffix.n), suffix.n }, suffix);
}

ptrdiff_t
str_find(struct str s, struct str needle, size_t from)
{
	if (from > s.n || needle.n > s.n - from)
		return -1;
	if (needle.n == 0)
		return (ptrdiff_t)from;

	const char *hit = memmem(s.p + from, s.n - from, needle.p, needle.n);

	return hit != NULL ? hit - s.p : -1;
}

struct str
str_sub(struct str s, size_t from, size_t n)
{
	if (from >= s.n)
		return (struct str){ s.p != NULL ? s.p + s.n : NULL, 0 };
	return (struct str){ s.p + from, n < s.n - from ? n : s.n - from };
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str
str_trim(struct str s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s.p++, s.n--;
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str
str_dup(struct arena *a, struct str s)
{
	if (s.p == NULL)
		return s;
	return (struct str){ str_c(a, s), s.n };
}

char *
str_c(struct arena *a, struct str s)
{
	char *p = NEW_ARRAY(a, char, s.n + 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return p;
}

static struct str
vfmt(struct arena *a, const char *fmt, va_list ap)
{
	va_list twice;

	va_copy(twice, ap);

	int n = vsnprintf(NULL, 0, fmt, twice);

	va_end(twice);
	ASSERT(n >= 0);

	size_t len = n < FMT_MAX ? (size_t)n : FMT_MAX - 1;
	char *p = NEW_ARRAY(a, char, len + 1);

	vsnprintf(p, len + 1, fmt, ap);
	if (len < (size_t)n)
		len = utf8_cut(p, len);
	p[len] = 0;
	return (struct str){ p, len };
}

struct str
str_fmt(struct arena *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	struct str s = vfmt(a, fmt, ap);
	va_end(ap);
	return s;
}

struct str
str_cut(struct str *rest, char sep)
{
	const char *hit = rest->n != 0 ? memchr(rest->p, sep, rest->n) : NULL;
	struct str head = *rest;

	if (hit == NULL) {
		*rest = (struct str){ 0 };
		return head;
	}
	head.n = (size_t)(hit - rest->p);
	*rest = (struct str){ hit + 1, rest->n - head.n - 1 };
	return head;
}

struct str
str_lower(struct arena *a, struct str s)
{
	char *p = str_c(a, s);

	for (size_t i = 0; i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] + ('a' - 'A'));
	return (struct str){ p, s.n };
}

bool
str_i64(struct str s, int64_t *v)
{
	return str_scaled(s, 0, v);
}

static bool
push_digit(int64_t *v, int digit, bool negative)
{
	return !__builtin_mul_overflow(*v, 10, v) &&
	       !__builtin_add_overflow(*v, negative ? -digit : digit, v);
}

bool
str_scaled(struct str s, int scale, int64_t *v)
{
	bool negative = s.n > 0 && s.p[0] == '-';
	size_t i = negative, whole = 0;
	int64_t out = 0;

	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++, whole++)
		if (!push_digit(&out, s.p[i] - '0', negative))
			return false;
	if (whole == 0)
		return false;
	if (i < s.n && s.p[i] == '.' && scale > 0 && i + 1 < s.n) {
		for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && scale > 0; i++, scale--)
			if (!push_digit(&out, s.p[i] - '0', negative))
				return false;
	}
	if (i != s.n)
		return false;
	for (; scale > 0; scale--)
		if (!push_digit(&out, 0, negative))
			return false;
	/* The one number that means "nothing was said" is not a value. */
	if (out == NIL)
		return false;
	*v = out;
	return true;
}

bool
str_eq_secret(struct str a, struct str b)
{
	unsigned char diff = a.n != b.n;

	for (size_t i = 0; i < a.n; i++)
		diff |= (unsigned char)(a.p[i] ^ (b.n != 0 ? b.p[i % b.n] : 0x55));
	return diff == 0;
}

void
sb_init(struct sb *b, struct arena *mem, size_t max)
{
	ASSERT(max > 0);
	*b = (struct sb){ .mem = mem, .max = max, .cap = max < 256 ? max : 256 };
	b->p = NEW_ARRAY(mem, char, b->cap);
}

static bool
sb_reserve(struct sb *b, size_t extra)
{
	if (extra >= b->max - b->n) {
		b->truncated = true;
		return false;
	}
	if (b->n + extra + 1 > b->cap) {
		size_t cap = 2 * (b->n + extra + 1);
		char *p = NEW_ARRAY(b->mem, char, cap < b->max ? cap : b->max);

		memcpy(p, b->p, b->n);
		b->p = p;
		b->cap = cap < b->max ? cap : b->max;
	}
	return true;
}

void
sb_add_str(struct sb *b, struct str s)
{
	if (s.n == 0 || !sb_reserve(b, s.n))
		return;
	memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
	b->p[b->n] = 0;
}

void
sb_add(struct sb *b, const char *z)
{
	sb_add_str(b, str_from_c(z));
}

void
sb_add_c(struct sb *b, char c)
{
	sb_add_str(b, (struct str){ &c, 1 });
}

void
sb_add_i64(struct sb *b, int64_t v)
{
	char buf[24];
	int n = snprintf(buf, sizeof(buf), LLD, LL(v));

	sb_add_str(b, (struct str){ buf, (size_t)n });
}

void
sb_add_scaled(struct sb *b, int64_t v, int scale)
{
	char buf[48];
	uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v, unit = 1;

	ASSERT(scale >= 0 && scale <= 18);
	for (int i = 0; i < scale; i++)
		unit *= 10;

	int n = snprintf(buf, sizeof(buf), "%s%llu", v < 0 ? "-" : "",
		(unsigned long long)(u / unit));

	if (u % unit != 0) {
		n += snprintf(buf + n, sizeof(buf) - (size_t)n, ".%0*llu", scale,
			(unsigned long long)(u % unit));
		while (buf[n - 1] == '0')
			n--;
	}
	sb_add_str(b, (struct str){ buf, (size_t)n });
}

void
sb_addf(struct sb *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	ASSERT(n >= 0);
	if (!sb_reserve(b, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

struct str
sb_str(const struct sb *b)
{
	return (struct str){ b->p, b->n };
}

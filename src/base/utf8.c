#include "base/base.h"
#include "base/utf8.h"

int32_t
utf8_next(struct str s, size_t *at)
{
	static const int32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t i = *at;
	unsigned char c = (unsigned char)s.p[i];
	size_t len = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
	int32_t cp = len == 1 ? c : c & (0x7F >> len);

	*at = i + 1;
	if (len == 1)
		return cp;
	if (c < 0xC2 || c > 0xF4 || len > s.n - i)
		return -1;
	for (size_t k = 1; k < len; k++) {
		unsigned char d = (unsigned char)s.p[i + k];

		if ((d & 0xC0) != 0x80)
			return -1;
		cp = (int32_t)((uint32_t)cp << 6 | (d & 0x3F));
	}
	if (cp < least[len] || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		return -1;
	*at = i + len;
	return cp;
}

bool
utf8_valid(struct str s)
{
	for (size_t at = 0; at < s.n;)
		if (utf8_next(s, &at) < 0)
			return false;
	return true;
}

size_t
utf8_count(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return n;
}

size_t
utf8_put(char out[4], int32_t cp)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}

	size_t len = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;

	for (size_t k = len - 1; k > 0; k--, cp >>= 6)
		out[k] = (char)(0x80 | (cp & 0x3F));
	out[0] = (char)((0xF00 >> len & 0xFF) | cp);
	return len;
}

size_t
utf8_cut(const char *p, size_t n)
{
	size_t start = n;

	while (start > 0 && n - start < 4 && ((unsigned char)p[start - 1] & 0xC0) == 0x80)
		start--;
	if (start == 0)
		return n;

	unsigned char lead = (unsigned char)p[start - 1];
	size_t len = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;

	return start - 1 + len > n ? start - 1 : n;
}

bool
utf8_has_control(struct str s)
{
	for (size_t at = 0; at < s.n;) {
		int32_t cp = utf8_next(s, &at);

		if (cp == 0x7F || (cp >= 0 && cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r'))
			return true;
		if ((cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069))
			return true;
	}
	return false;
}

bool
utf8_is_han(int32_t cp)
{
	return (cp >= 0x3400 && cp <= 0x9FFF) || (cp >= 0x3040 && cp <= 0x30FF) ||
	       (cp >= 0xF900 && cp <= 0xFAFF) || (cp >= 0x20000 && cp <= 0x323AF) || cp == 0x3007;
}

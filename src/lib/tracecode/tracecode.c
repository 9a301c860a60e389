#include "base/base.h"
#include "base/utf8.h"
#include "lib/tracecode/tracecode.h"
#include <string.h>

enum { DATA_LEN = TRACECODE_LEN - 1, TYPED_MAX = 200 };

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Product in GF(32) with the primitive polynomial x^5 + x^2 + 1. */
static unsigned
gf_times(unsigned a, unsigned b)
{
	unsigned product = 0;

	for (int bit = 4; bit >= 0; bit--) {
		product <<= 1;
		if (product & 32)
			product ^= 0x25;
		if (b >> bit & 1)
			product ^= a;
	}
	return product;
}

/*
 * The weight of place i is alpha^i: 20 of the 31 powers, so all differ and none
 * is zero. A wrong character adds w*(d-d') and an exchange (w-v)*(d-e): never 0.
 * With the check character at weight alpha^0 = 1, the check is the sum itself.
 */
static unsigned
check_of(const unsigned char data[DATA_LEN])
{
	unsigned sum = 0, weight = 1;

	for (int i = 0; i < DATA_LEN; i++) {
		weight = gf_times(weight, 2);
		sum ^= gf_times(weight, data[i]);
	}
	return sum;
}

void
tracecode_make(const struct rand *r, char out[TRACECODE_LEN + 1])
{
	unsigned char bytes[DATA_LEN];

	/* one byte per character, its low five bits: plain, and no bit is used twice */
	r->fill(r->self, bytes, sizeof(bytes));
	for (int i = 0; i < DATA_LEN; i++) {
		bytes[i] &= 31;
		out[i] = alphabet[bytes[i]];
	}
	out[DATA_LEN] = alphabet[check_of(bytes)];
	out[TRACECODE_LEN] = '\0';
}

enum { SKIP = -1, FOREIGN = -2 };

/* The value 0..31 of a typed character, SKIP for blanks and hyphens, FOREIGN for anything else. */
static int
value_of(int32_t cp)
{
	if (cp >= 0xFF01 && cp <= 0xFF5E)
		cp = cp - 0xFF01 + '!';
	if (cp >= 'a' && cp <= 'z')
		cp = cp - 'a' + 'A';
	if (cp == ' ' || cp == '-' || cp == '\t' || cp == '\r' || cp == '\n' || cp == 0x3000 || cp == 0xA0)
		return SKIP;
	if ((cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212 || cp == 0x200B || cp == 0xFEFF)
		return SKIP;
	if (cp == 'O')
		cp = '0';
	if (cp == 'I' || cp == 'L')
		cp = '1';

	const char *at = cp > 0 && cp < 0x7F ? strchr(alphabet, cp) : NULL;

	return at != NULL ? (int)(at - alphabet) : FOREIGN;
}

static enum tracecode_fault
read_values(struct str text, unsigned char values[TRACECODE_LEN])
{
	int n = 0;

	if (text.p == NULL || text.n > TYPED_MAX)
		return TRACECODE_MALFORMED;
	for (size_t at = 0; at < text.n;) {
		int v = value_of(utf8_next(text, &at));

		if (v == SKIP)
			continue;
		if (v == FOREIGN || n == TRACECODE_LEN)
			return TRACECODE_MALFORMED;
		values[n++] = (unsigned char)v;
	}
	if (n != TRACECODE_LEN)
		return TRACECODE_MALFORMED;
	return check_of(values) == values[DATA_LEN] ? TRACECODE_OK : TRACECODE_MISTYPED;
}

bool
tracecode_parse(struct str text, char out[TRACECODE_LEN + 1], enum tracecode_fault *fault)
{
	unsigned char values[TRACECODE_LEN];
	enum tracecode_fault f = read_values(text, values);

	if (fault != NULL)
		*fault = f;
	out[0] = '\0';
	if (f != TRACECODE_OK)
		return false;
	for (int i = 0; i < TRACECODE_LEN; i++)
		out[i] = alphabet[values[i]];
	out[TRACECODE_LEN] = '\0';
	return true;
}

void
tracecode_group(const char code[TRACECODE_LEN], char out[TRACECODE_GROUPED_LEN + 1])
{
	char *to = out;

	for (int i = 0; i < TRACECODE_LEN; i++) {
		if (i > 0 && i % 4 == 0)
			*to++ = '-';
		*to++ = code[i];
	}
	*to = '\0';
}

#include "base/base.h"
#include "base/hash.h"
#include <string.h>

static uint64_t
rotl(uint64_t x, int b)
{
	return x << b | x >> (64 - b);
}

static uint64_t
load_le(const char *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)(unsigned char)p[i] << (8 * i);
	return v;
}

static void
sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

static void
sip_word(uint64_t v[4], uint64_t m)
{
	v[3] ^= m;
	sip_round(v);
	sip_round(v);
	v[0] ^= m;
}

uint64_t
siphash(struct sip_key key, struct str data)
{
	uint64_t v[4] = { key.k0 ^ 0x736f6d6570736575u, key.k1 ^ 0x646f72616e646f6du,
		key.k0 ^ 0x6c7967656e657261u, key.k1 ^ 0x7465646279746573u };
	size_t whole = data.n & ~(size_t)7;

	for (size_t i = 0; i < whole; i += 8)
		sip_word(v, load_le(data.p + i, 8));

	uint64_t tail = data.n > whole ? load_le(data.p + whole, data.n - whole) : 0;

	sip_word(v, tail | (uint64_t)data.n << 56);
	v[2] ^= 0xFF;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t
fnv1a(struct str data)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < data.n; i++)
		h = (h ^ (unsigned char)data.p[i]) * 0x100000001b3u;
	return h;
}

struct str
hex_encode(struct arena *a, const void *data, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *in = data;
	char *out = NEW_ARRAY(a, char, 2 * n + 1);

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
	return (struct str){ out, 2 * n };
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
hex_decode(struct str hex, void *out, size_t n)
{
	unsigned char *to = out;

	if (hex.n / 2 != n || hex.n % 2 != 0)
		return false;
	for (size_t i = 0; i < hex.n; i++)
		if (hex_digit(hex.p[i]) < 0)
			return false;
	for (size_t i = 0; i < n; i++)
		to[i] = (unsigned char)(hex_digit(hex.p[2 * i]) << 4 | hex_digit(hex.p[2 * i + 1]));
	return true;
}

struct str
b64u_encode(struct arena *a, const void *data, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const unsigned char *in = data;
	char *out = NEW_ARRAY(a, char, n / 3 * 4 + 5);
	size_t len = 0;
	unsigned int bits = 0, held = 0;

	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | in[i];
		for (held += 8; held >= 6; held -= 6)
			out[len++] = digits[bits >> (held - 6) & 63];
	}
	if (held > 0)
		out[len++] = digits[bits << (6 - held) & 63];
	return (struct str){ out, len };
}

static int
b64u_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

bool
b64u_decode(struct arena *a, struct str text, struct str *out)
{
	if (text.n % 4 == 1)
		return false;

	char *p = NEW_ARRAY(a, char, text.n / 4 * 3 + 4);
	size_t len = 0;
	unsigned int bits = 0, held = 0;

	for (size_t i = 0; i < text.n; i++) {
		int d = b64u_digit(text.p[i]);

		if (d < 0)
			return false;
		bits = (bits << 6 | (unsigned int)d) & 0xFFFF;
		held += 6;
		if (held >= 8) {
			held -= 8;
			p[len++] = (char)(bits >> held & 0xFF);
		}
	}
	/* Left-over bits that are not zero would give one value several spellings. */
	if ((bits & ((1u << held) - 1)) != 0)
		return false;
	p[len] = 0;
	*out = (struct str){ p, len };
	return true;
}

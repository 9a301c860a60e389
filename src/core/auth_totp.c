/* auth_totp.c - one-time codes: base32 (RFC 4648), HOTP (RFC 4226), TOTP (RFC 6238). */
#include "base/base.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include "core/auth.h"

enum { STEP_MS = 30000, SECRET_BYTES = 20, SECRET_CHARS_MAX = 128 };

static const char base32_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

struct str
base32_encode(struct arena *a, struct str raw)
{
	size_t n = (raw.n * 8 + 4) / 5;
	char *out = NEW_ARRAY(a, char, n + 1);

	for (size_t i = 0; i < n; i++) {
		size_t bit = i * 5, at = bit / 8;
		unsigned pair = (unsigned)(unsigned char)raw.p[at] << 8;

		if (at + 1 < raw.n)
			pair |= (unsigned char)raw.p[at + 1];
		out[i] = base32_digits[pair >> (11 - bit % 8) & 31];
	}
	return (struct str){ out, n };
}

static int
base32_value(char ch)
{
	if (ch >= 'A' && ch <= 'Z')
		return ch - 'A';
	if (ch >= 'a' && ch <= 'z')
		return ch - 'a';
	if (ch >= '2' && ch <= '7')
		return ch - '2' + 26;
	return -1;
}

bool
base32_decode(struct arena *a, struct str text, struct str *raw)
{
	unsigned char *out = NEW_ARRAY(a, unsigned char, text.n + 1);
	size_t n = 0, chars = 0;
	uint32_t acc = 0;
	int bits = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == ' ' || text.p[i] == '-')
			continue;
		int v = base32_value(text.p[i]);
		if (v < 0)
			return false;
		chars++;
		acc = acc << 5 | (uint32_t)v;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (unsigned char)(acc >> bits);
			acc &= (1U << bits) - 1;
		}
	}
	/* 1, 3 and 6 characters beyond a group of 8 carry no whole byte; leftover bits must be zero. */
	if (acc != 0 || chars % 8 == 1 || chars % 8 == 3 || chars % 8 == 6)
		return false;
	*raw = (struct str){ (const char *)out, n };
	return true;
}

uint32_t
totp_code(struct str key, uint64_t counter, int digits)
{
	static const uint32_t powers[] = { 1000000, 10000000, 100000000 };
	unsigned char message[8], mac[EVP_MAX_MD_SIZE] = { 0 };
	unsigned mac_bytes = sizeof(mac);

	ASSERT(digits >= 6 && digits <= 8);
	for (int i = 0; i < 8; i++)
		message[i] = (unsigned char)(counter >> (56 - 8 * i));
	bool done = HMAC(EVP_sha1(), key.p, (int)key.n, message, sizeof(message), mac, &mac_bytes) != NULL;
	ASSERT(done && mac_bytes == 20);
	unsigned at = mac[19] & 15;
	uint32_t v = (uint32_t)(mac[at] & 127) << 24 | (uint32_t)mac[at + 1] << 16 | (uint32_t)mac[at + 2] << 8 | mac[at + 3];
	return v % powers[digits - 6];
}

bool
totp_verify(struct str secret_base32, struct str code, int64_t now_ms, int64_t last_step, int64_t *step)
{
	ARENA scratch = { 0 };
	struct str key;
	int64_t now = now_ms / STEP_MS, found = -1;

	if (code.n != 6 || now_ms < STEP_MS || secret_base32.n > SECRET_CHARS_MAX)
		return false;
	arena_init(&scratch, 4096);
	if (!base32_decode(&scratch, secret_base32, &key) || key.n < 10)
		return false;
	/* All three windows are computed always: the time tells nothing. */
	for (int64_t at = now - 1; at <= now + 1; at++) {
		uint32_t v = totp_code(key, (uint64_t)at, 6);
		char text[6];

		for (int i = 5; i >= 0; i--, v /= 10)
			text[i] = (char)('0' + v % 10);
		if (str_eq_secret(code, (struct str){ text, 6 }) && at > last_step && found < 0)
			found = at;
	}
	if (found < 0)
		return false;
	*step = found;
	return true;
}

struct str
totp_secret(struct arena *a, const struct rand *r)
{
	unsigned char raw[SECRET_BYTES];

	rand_fill(r, raw, sizeof(raw));
	struct str text = base32_encode(a, (struct str){ (const char *)raw, sizeof(raw) });
	explicit_bzero(raw, sizeof(raw));
	return text;
}

/* Percent-encodes everything but unreserved characters. */
static void
add_uri_part(struct sb *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];
		bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '-' ||
			ch == '.' || ch == '_' || ch == '~';

		if (plain)
			sb_add_c(b, (char)ch);
		else
			sb_addf(b, "%%%02X", ch);
	}
}

struct str
totp_uri(struct arena *a, struct str issuer, struct str login, struct str secret_base32)
{
	struct sb b;

	sb_init(&b, a, 2048);
	sb_add(&b, "otpauth://totp/");
	add_uri_part(&b, issuer);
	sb_add(&b, ":");
	add_uri_part(&b, login);
	sb_add(&b, "?secret=");
	add_uri_part(&b, secret_base32);
	sb_add(&b, "&issuer=");
	add_uri_part(&b, issuer);
	return sb_str(&b);
}

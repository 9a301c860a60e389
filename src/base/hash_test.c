#include "base/base.h"
#include "base/hash.h"
#include "base/rand.h"
#include "tap.h"

static void
test_known(void)
{
	char in[15];
	struct sip_key key = { 0x0706050403020100u, 0x0f0e0d0c0b0a0908u };

	for (int i = 0; i < 15; i++)
		in[i] = (char)i;
	ok(siphash(key, (struct str){ in, 15 }) == 0xa129ca6149be45e5u, "SipHash: the vector of the paper");
	ok(siphash(key, (struct str){ in, 0 }) == 0x726fdb47dd0e0e31u, "SipHash: nothing");
	ok(siphash(key, (struct str){ in, 8 }) == 0x93f5f5799a932462u, "SipHash: one whole word");
	ok(fnv1a(S("")) == 0xcbf29ce484222325u, "FNV-1a: nothing");
	ok(fnv1a(S("a")) == 0xaf63dc4c8601ec8cu, "FNV-1a: a");
	ok(fnv1a(S("foobar")) == 0x85944171f73967e8u, "FNV-1a: foobar");
}

static void
test_hex(void)
{
	ARENA a;
	unsigned char out[4] = { 9, 9, 9, 9 };

	arena_init(&a, 0);
	is_str(hex_encode(&a, "\x00\xff\x1a", 3), S("00ff1a"), "hex is lower case");
	is_str(hex_encode(&a, NULL, 0), S(""), "hex of nothing");
	ok(hex_decode(S("00fF1a80"), out, 4) && memcmp(out, "\x00\xff\x1a\x80", 4) == 0, "hex is read back");
	ok(!hex_decode(S("00ff1a"), out, 4), "too short is refused");
	ok(!hex_decode(S("00ff1a800"), out, 4), "an odd length is refused");
	ok(!hex_decode(S("00ff1g80"), out, 4), "a foreign digit is refused");
	ok(memcmp(out, "\x00\xff\x1a\x80", 4) == 0, "a refusal writes nothing");
}

static void
test_b64u(void)
{
	static const char *const known[][2] = { { "", "" }, { "f", "Zg" }, { "fo", "Zm8" }, { "foo", "Zm9v" },
		{ "foob", "Zm9vYg" }, { "fooba", "Zm9vYmE" }, { "foobar", "Zm9vYmFy" }, { "\xfb\xff", "-_8" } };
	static const char *const wrong[] = { "Z", "Zg=", "Zg==", "Zh", "Zm9", "Z g", "Zm9vYm+y", "Zm9vYm/y",
		"AAAAA" };
	ARENA a;
	struct str out;
	bool back = true;
	struct rand_seeded state;
	struct rand r = rand_from_seed(&state, 7);

	arena_init(&a, 0);
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		is_str(b64u_encode(&a, known[i][0], strlen(known[i][0])), str_from_c(known[i][1]),
			"base64url of %zu bytes", strlen(known[i][0]));
		ok(b64u_decode(&a, str_from_c(known[i][1]), &out) && str_eq_c(out, known[i][0]), "and back");
	}
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		ok(!b64u_decode(&a, str_from_c(wrong[i]), &out), "refused: %s", wrong[i]);
	for (size_t n = 0; n < 200; n++) {
		char in[200];

		rand_fill(&r, in, n);
		back &= b64u_decode(&a, b64u_encode(&a, in, n), &out) && out.n == n && memcmp(out.p, in, n) == 0;
	}
	ok(back, "200 random byte strings come back");
}

int
main(void)
{
	test_known();
	test_hex();
	test_b64u();
	return tap_done();
}

/* hash.h - SipHash-2-4 (Aumasson, Bernstein 2012) for tables fed by strangers; FNV-1a for names of ours. */
#ifndef BASE_HASH_H
#define BASE_HASH_H
#include "base/str.h"

struct sip_key {
	uint64_t k0, k1;
};
uint64_t siphash(struct sip_key key, struct str data);
uint64_t fnv1a(struct str data);
/* Lower-case hex of n bytes, 2n characters. */
struct str hex_encode(struct arena *a, const void *data, size_t n);
bool hex_decode(struct str hex, void *out, size_t n);
/* base64url without padding (RFC 4648 section 5). Decoding is strict. */
struct str b64u_encode(struct arena *a, const void *data, size_t n);
bool b64u_decode(struct arena *a, struct str text, struct str *out);
#endif

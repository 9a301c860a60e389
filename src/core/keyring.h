/*
 * keyring.h - secrets of an installation: one 32-byte master key in
 * data/keys/master (mode 0600, made at first start, kept outside the database
 * and outside backups unless asked), from which purposes are derived by HKDF-SHA256.
 */
#ifndef CORE_KEYRING_H
#define CORE_KEYRING_H
#include "base/err.h"
#include "base/rand.h"
#include "base/str.h"

struct keyring;
/* Reads or makes dir/keys/master, dir being the data directory; refuses a file others may read. */
enum rc keyring_open(struct keyring **out, struct arena *a, const char *dir, const struct rand *r, struct err *e) MUST_USE;
/* n derived bytes for a purpose such as "session". */
void keyring_derive(const struct keyring *k, const char *purpose, int64_t county, void *out, size_t n);

/* AES-256-GCM; aad binds the value to its place ("resource.field.id"). Text form "v1." + base64url(nonce | ciphertext | tag). */
struct str seal(const struct keyring *k, struct arena *a, const struct rand *r, int64_t county, struct str aad, struct str plain);
/* False when the text was altered, moved or sealed by another key. */
bool unseal(const struct keyring *k, struct arena *a, int64_t county, struct str aad, struct str sealed, struct str *plain);
/* Keyed hash for exact search over a private field: 22 characters of base64url(HMAC-SHA256). */
struct str blind(const struct keyring *k, struct arena *a, int64_t county, const char *field, struct str plain);
struct str sha256_hex(struct arena *a, struct str data);
/* 32 bytes. */
void hmac_sha256(struct str key, struct str data, unsigned char out[32]);
/* Masked form for people who may not see: after spec/vectors/masking.csv. kind by field type and name. */
struct field;
struct str mask_value(struct arena *a, const struct field *f, struct str plain);
#endif

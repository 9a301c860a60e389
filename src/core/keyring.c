/*
 * keyring.c - sealing, blind hashes and derived keys over OpenSSL. The master
 * key never leaves this file; everything else gets keys derived for a purpose
 * and a county, so that one county's key tells nothing about another's.
 */
#include "base/base.h"
#include "base/hash.h"
#include "core/keyring.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_BYTES = 32, NONCE_BYTES = 12, TAG_BYTES = 16, BLIND_BYTES = 16, SEALED_MAX = 1 << 20 };

struct keyring {
	unsigned char master[KEY_BYTES];
};

static void
keyring_wipe(void *arg)
{
	OPENSSL_cleanse(arg, sizeof(struct keyring));
}

static void
close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static enum rc
key_read(struct keyring *k, int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size != KEY_BYTES)
		return fail(e, RC_UNAVAILABLE, NULL, "密钥文件 %s 已损坏", "key file %s is damaged", path);
	if ((st.st_mode & 077) != 0)
		return fail(e, RC_DENIED, NULL, "密钥文件 %s 不得允许他人读取，请执行 chmod 600",
			"key file %s must not be readable by others: chmod 600", path);
	if (read(fd, k->master, KEY_BYTES) != KEY_BYTES)
		return fail(e, RC_UNAVAILABLE, NULL, "无法读取密钥文件 %s", "cannot read key file %s", path);
	return RC_OK;
}

/* Written aside, synced and linked into place: a crash leaves a whole key or none, and a racing process wins
 * or loses whole. */
static enum rc
key_make(struct arena *a, const char *folder, const char *path, const struct rand *r, struct err *e)
{
	unsigned char key[KEY_BYTES];
	const char *temp = str_fmt(a, "%s/.master.%d", folder, (int)getpid()).p;
	int fd CLEANUP(close_fd) = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool good;

	if (fd < 0)
		return fail(e, RC_UNAVAILABLE, NULL, "无法写入密钥目录 %s", "cannot write into key folder %s",
			folder);
	rand_fill(r, key, sizeof(key));
	good = write(fd, key, sizeof(key)) == (ssize_t)sizeof(key) && fsync(fd) == 0;
	OPENSSL_cleanse(key, sizeof(key));
	if (good)
		good = link(temp, path) == 0 || errno == EEXIST;
	unlink(temp);
	if (!good)
		return fail(e, RC_UNAVAILABLE, NULL, "无法写入密钥文件 %s", "cannot write key file %s", path);

	int dir CLEANUP(close_fd) = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0 || fsync(dir) != 0)
		return fail(
			e, RC_UNAVAILABLE, NULL, "无法同步密钥目录 %s", "cannot sync key folder %s", folder);
	return RC_OK;
}

enum rc
keyring_open(struct keyring **out, struct arena *a, const char *dir, const struct rand *r, struct err *e)
{
	const char *folder = str_fmt(a, "%s/keys", dir).p, *path = str_fmt(a, "%s/master", folder).p;
	struct keyring *k = NEW(a, struct keyring);
	int fd CLEANUP(close_fd) = -1;
	enum rc rc;

	arena_on_done(a, keyring_wipe, k);
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return fail(
			e, RC_UNAVAILABLE, NULL, "无法建立密钥目录 %s", "cannot make key folder %s", folder);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT) {
		rc = key_make(a, folder, path, r, e);
		if (rc != RC_OK)
			return rc;
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	}
	if (fd < 0)
		return fail(e, RC_UNAVAILABLE, NULL, "无法打开密钥文件 %s", "cannot open key file %s", path);
	rc = key_read(k, fd, path, e);
	if (rc == RC_OK)
		*out = k;
	return rc;
}

void
hmac_sha256(struct str key, struct str data, unsigned char out[32])
{
	static const unsigned char empty[1] = { 0 };
	unsigned n = 32;

	ASSERT(key.n <= INT32_MAX);
	ASSERT(HMAC(EVP_sha256(), key.n > 0 ? key.p : (const char *)empty, (int)key.n,
		       data.n > 0 ? (const unsigned char *)data.p : empty, data.n, out, &n) != NULL);
}

/* HKDF-SHA256 (RFC 5869) with an empty salt; info names purpose and county. */
void
keyring_derive(const struct keyring *k, const char *purpose, int64_t county, void *out, size_t n)
{
	unsigned char prk[32], block[32], info[160];
	unsigned char *to = out;
	size_t purpose_n = strlen(purpose), at = 0, done = 0;

	ASSERT(purpose_n <= 96 && n <= 255 * sizeof(block));
	hmac_sha256(S(""), (struct str){ (const char *)k->master, KEY_BYTES }, prk);
	for (unsigned char i = 1; done < n; i++) {
		size_t take = n - done < sizeof(block) ? n - done : sizeof(block);

		at = 0;
		if (i > 1) {
			memcpy(info, block, sizeof(block));
			at = sizeof(block);
		}
		memcpy(info + at, purpose, purpose_n);
		at += purpose_n;
		info[at++] = 0;
		for (int b = 0; b < 8; b++)
			info[at++] = (unsigned char)((uint64_t)county >> (56 - 8 * b));
		info[at++] = i;
		hmac_sha256((struct str){ (const char *)prk, sizeof(prk) },
			(struct str){ (const char *)info, at }, block);
		memcpy(to + done, block, take);
		done += take;
	}
	OPENSSL_cleanse(prk, sizeof(prk));
	OPENSSL_cleanse(block, sizeof(block));
}

static void
cipher_free(EVP_CIPHER_CTX **c)
{
	EVP_CIPHER_CTX_free(*c);
}

struct str
seal(const struct keyring *k, struct arena *a, const struct rand *r, int64_t county, struct str aad,
	struct str plain)
{
	EVP_CIPHER_CTX *c CLEANUP(cipher_free) = EVP_CIPHER_CTX_new();
	unsigned char key[KEY_BYTES], *out;
	int n = 0, tail = 0;

	ASSERT(plain.n < SEALED_MAX && c != NULL);
	keyring_derive(k, "seal", county, key, sizeof(key));
	out = NEW_ARRAY(a, unsigned char, NONCE_BYTES + plain.n + TAG_BYTES);
	rand_fill(r, out, NONCE_BYTES);
	ASSERT(EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, out) == 1);
	OPENSSL_cleanse(key, sizeof(key));
	ASSERT(EVP_EncryptUpdate(c, NULL, &n, (const unsigned char *)aad.p, (int)aad.n) == 1);
	n = 0;
	if (plain.n > 0)
		ASSERT(EVP_EncryptUpdate(
			       c, out + NONCE_BYTES, &n, (const unsigned char *)plain.p, (int)plain.n) == 1);
	ASSERT(EVP_EncryptFinal_ex(c, out + NONCE_BYTES + n, &tail) == 1);
	ASSERT(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, out + NONCE_BYTES + plain.n) == 1);

	struct str text = b64u_encode(a, out, NONCE_BYTES + plain.n + TAG_BYTES);

	return str_fmt(a, "v1." STR_FMT, STR_ARG(text));
}

bool
unseal(const struct keyring *k, struct arena *a, int64_t county, struct str aad, struct str sealed,
	struct str *plain)
{
	EVP_CIPHER_CTX *c CLEANUP(cipher_free) = EVP_CIPHER_CTX_new();
	unsigned char key[KEY_BYTES], tag[TAG_BYTES], *out;
	const unsigned char *in;
	struct str raw;
	int n = 0, tail = 0;
	bool good;

	ASSERT(c != NULL);
	if (sealed.n > 2 * SEALED_MAX || !str_starts(sealed, S("v1.")) ||
		!b64u_decode(a, str_sub(sealed, 3, sealed.n), &raw) || raw.n < NONCE_BYTES + TAG_BYTES)
		return false;
	in = (const unsigned char *)raw.p;

	size_t body = raw.n - NONCE_BYTES - TAG_BYTES;

	out = NEW_ARRAY(a, unsigned char, body + 1);
	memcpy(tag, in + NONCE_BYTES + body, TAG_BYTES);
	keyring_derive(k, "seal", county, key, sizeof(key));
	good = EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, in) == 1 &&
	       EVP_DecryptUpdate(c, NULL, &n, (const unsigned char *)aad.p, (int)aad.n) == 1;
	OPENSSL_cleanse(key, sizeof(key));
	n = 0;
	good = good && (body == 0 || EVP_DecryptUpdate(c, out, &n, in + NONCE_BYTES, (int)body) == 1) &&
	       EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1 &&
	       EVP_DecryptFinal_ex(c, out + n, &tail) == 1;
	if (good)
		*plain = (struct str){ (const char *)out, body };
	return good;
}

struct str
blind(const struct keyring *k, struct arena *a, int64_t county, const char *field, struct str plain)
{
	unsigned char key[KEY_BYTES], mac[32];
	char purpose[96];
	size_t n = strlen(field);

	/* The field is part of the key's name, so that equal phones in two tables do not look equal. */
	ASSERT(n + sizeof("blind.") <= sizeof(purpose));
	memcpy(purpose, "blind.", 6);
	memcpy(purpose + 6, field, n + 1);
	keyring_derive(k, purpose, county, key, sizeof(key));
	hmac_sha256((struct str){ (const char *)key, sizeof(key) }, plain, mac);
	OPENSSL_cleanse(key, sizeof(key));
	return b64u_encode(a, mac, BLIND_BYTES);
}

struct str
sha256_hex(struct arena *a, struct str data)
{
	unsigned char out[SHA256_DIGEST_LENGTH];

	SHA256((const unsigned char *)(data.p != NULL ? data.p : ""), data.n, out);
	return hex_encode(a, out, sizeof(out));
}

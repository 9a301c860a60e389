/*
 * store.h - content by its SHA-256 under data_dir/files/ab/cdef…: written to a
 * temporary name, fsynced, renamed, folder fsynced. Inside of core/file.h.
 */
#ifndef CORE_STORE_H
#define CORE_STORE_H
#include "base/err.h"
#include "base/str.h"

struct store;
enum { SHA_HEX = 64 };

/* A content on its way in. Zero is "nothing". */
struct store_item {
	struct store *s;
	int fd;
	void *digest;
	int64_t bytes;
	char temp[96];
	char sha256[SHA_HEX + 1]; /* after store_keep() */
};
enum rc store_begin(struct store *s, struct store_item *it, struct err *e) MUST_USE;
enum rc store_write(struct store_item *it, struct str data, struct err *e) MUST_USE;
/* Makes it durable under its hash. A content already there is renewed, so that a sweep under way spares it. */
enum rc store_keep(struct store_item *it, struct err *e) MUST_USE;
/* Removes what was not kept. Safe twice. */
void store_drop(struct store_item *it);
#define STORE_ITEM CLEANUP(store_drop) struct store_item

/* A descriptor for reading and its size. RC_UNAVAILABLE when the content is missing: a restore is incomplete. */
enum rc store_read(struct store *s, struct str sha256, int *fd, int64_t *bytes, struct err *e) MUST_USE;
/* Removes a content nobody renewed since before_ms. */
void store_remove(struct store *s, struct str sha256, int64_t before_ms);
/* Removes temporary files left by a crash, older than before_ms. */
void store_tidy(struct store *s, int64_t before_ms);
#endif

/* backup_priv.h - the manifest and its files, for making and restoring. */
#ifndef CORE_BACKUP_PRIV_H
#define CORE_BACKUP_PRIV_H
#include "core/backup.h"
#include <stdio.h>

enum { PATH_BYTES = 1024, URL_BYTES = PATH_BYTES + 64, HEX_BYTES = 65, LINE_BYTES = 512 };

/* Copies from a descriptor to another (-1: only reads), counting and hashing; false with errno. */
bool backup_copy(int from, int to, int64_t *bytes, char sha[HEX_BYTES]);
/* Opens name below dir without following links; creates with its folders when asked. */
int backup_open(const char *dir, const char *name, bool create);
bool backup_sync_dir(const char *dir);
enum rc backup_disk(struct err *e, const char *what);
enum rc backup_damaged(struct err *e, const char *what);

struct manifest_writer {
	FILE *f;
	void *digest;
	int64_t lines;
	bool failed;
};
bool manifest_begin(struct manifest_writer *w, const char *dir);
void manifest_line(struct manifest_writer *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool manifest_end(struct manifest_writer *w);

struct manifest_item {
	enum { ITEM_TABLE, ITEM_FILE } kind;
	char name[200], sha[HEX_BYTES];
	int64_t number; /* rows or bytes */
};
/* Walks a manifest, checking its own hash; each is called for every table and file. */
typedef enum rc manifest_fn(void *arg, const struct manifest_item *item, struct err *e);
enum rc manifest_read(const char *dir, struct backup_facts *out, manifest_fn *each, void *arg, struct err *e) MUST_USE;

/* Runs pg_dump or pg_restore; argv ends with NULL. */
enum rc backup_tool(const char *const *argv, struct err *e) MUST_USE;
/* The one county of an opened database, 0 when it was never set up. */
enum rc backup_county(struct db *db, int64_t *county, struct err *e) MUST_USE;
/* Calls each with every table and its number of rows. */
enum rc backup_tables(struct db *db, manifest_fn *each, void *arg, struct err *e) MUST_USE;
#endif

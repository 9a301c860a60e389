/*
 * backup.h - a backup is a folder: the database (a consistent copy of the live
 * one), every content its rows name, and MANIFEST.jsonl, which says what it is
 * and holds the SHA-256 of every file and, in its last line, of itself.
 *
 *	county.db | county.dump    SQLite copy | pg_dump custom format
 *	files/ab/cdef…             contents by SHA-256
 *	keys/master                only when asked: with it private fields can be read
 *	MANIFEST.jsonl             {"ezhen_backup":1,"version":…,"county":…,"level":…,…}
 *	                           {"table":"plot","rows":12} … {"file":…,"bytes":…,"sha256":…} …
 *	                           {"end":LINES,"sha256":…}
 *
 * A backup is written beside its name and renamed when complete. A restore looks
 * at everything before it replaces anything, copies beside, and puts the database
 * in place with one rename: after a crash there is the old one or the new one.
 * Nothing else may use the data folder meanwhile; the database's lock sees to it.
 */
#ifndef CORE_BACKUP_H
#define CORE_BACKUP_H
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"
#include "db/migrate.h"

struct backup_place {
	const char *data_dir;     /* holds county.db, files/, keys/ */
	const char *db_url;       /* NULL: SQLite in data_dir; or postgres://… */
	const char *db_schema;    /* PostgreSQL: one schema instead of the whole database (tests), or NULL */
	const char *version;      /* of the program */
	int64_t county;           /* 0 at a restore: whatever the backup holds */
	const struct migration *migrations;
	const struct clock *clock;
};
struct backup_facts {
	char version[32], engine[12];
	int64_t county, level, made_ms, files, bytes, rows;
};
/* Makes the backup folder `into`, which must not exist. The database may be in use. with_keys copies keys/master. */
enum rc backup_make(const struct backup_place *p, const char *into, bool with_keys, struct backup_facts *out,
	struct err *e) MUST_USE;
/*
 * Reads the whole backup and compares every hash. RC_INVALID "damaged" (truncated, changed, swapped),
 * RC_STATE "newer-database" (made by a newer program), RC_STATE "other-county".
 */
enum rc backup_verify(const struct backup_place *p, const char *from, struct backup_facts *out, struct err *e) MUST_USE;
/* Verifies, then replaces database and adds contents. The replaced SQLite file stays as county.db.before-MS. */
enum rc backup_restore(const struct backup_place *p, const char *from, struct backup_facts *out, struct err *e) MUST_USE;
#endif

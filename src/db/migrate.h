/*
 * migrate.h - explicit, numbered, forward-only SQL. One text for both engines;
 * a line `-- only: sqlite` or `-- only: pg` opens a part for one engine until
 * `-- both`. Each file runs in one transaction and is recorded with its SHA-256;
 * a recorded file that changed since is refused, and so is a database that
 * holds a number this program does not know (it is newer than the program).
 */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H
#include "db/db.h"

struct migration {
	int number;
	const char *name, *sql;
};
/*
 * list ends with a zero number and ascends. Applies what is missing, always at the end: a number that
 * appears below one already applied is refused. *applied may be NULL.
 */
enum rc migrate_up(struct db *db, const struct migration *list, int *applied, struct err *e) MUST_USE;
/* RC_OK when the database is exactly at the program's level, otherwise RC_STATE with a sentence. */
enum rc migrate_check(struct db *db, const struct migration *list, struct err *e) MUST_USE;
/* The part of a migration text meant for the engine, in the arena. */
struct str migrate_text_for(struct arena *a, const char *sql, enum db_engine engine);
#endif

/*
 * testdb.h - tests on both engines. Each test gets a fresh SQLite file and a
 * fresh PostgreSQL schema of the server named by PGTEST_URL:
 *
 *	int main(void) { testdb_each(test_all); return tap_done(); }
 *
 * On SQLite every statement is also judged by county_watch.c; one that ignores the county is a
 * failed check of the test.
 *
 * Include tap.h before this. Without PGTEST_URL the second round is one line "ok … # SKIP".
 */
#ifndef DB_TESTDB_H
#define DB_TESTDB_H
#include "db/db.h"
#include <pthread.h>

struct testdb {
	enum db_engine engine;
	struct db_options options; /* change and testdb_reopen() */
	struct db_pool *pool;
	char dir[64], url[128], schema[40];
	struct db_watch watch;
	pthread_mutex_t mu;
	struct county_watch *county;
	int county_faults;
	char county_text[300]; /* the first one */
};
/* False when the engine is not there; *why says what is missing. */
bool testdb_open(struct testdb *t, enum db_engine engine, const char **why);
/* Closes the pool and opens it again with t->options; the data stay. */
enum rc testdb_reopen(struct testdb *t, struct err *e);
/* Closes the pool, drops the schema, removes the files. */
void testdb_close(struct testdb *t);
const char *testdb_name(enum db_engine engine);

#ifdef TAP_H
static inline void
testdb_each(void (*test)(struct testdb *t))
{
	for (int engine = DB_SQLITE; engine <= DB_PG; engine++) {
		struct testdb t;
		const char *why = NULL;

		if (testdb_open(&t, (enum db_engine)engine, &why)) {
			printf("# %s\n", testdb_name(t.engine));
			test(&t);
			testdb_close(&t);
			if (t.county_faults > 0)
				ok(false, "%d statements ignore the county: %s", t.county_faults, t.county_text);
		} else if (engine == DB_PG && why != NULL && strcmp(why, "PGTEST_URL is not set") == 0) {
			printf("ok %d - PostgreSQL # SKIP %s\n", ++tap_count, why);
		} else {
			ok(false, "%s: %s", testdb_name((enum db_engine)engine), why != NULL ? why : "?");
		}
	}
}
#endif
#endif

/*
 * testenv.h - a county of the test module on one engine: tables from the
 * declarations, platform tables from the migrations, divisions, a clock that
 * stands still, keys. For tests only.
 */
#ifndef CORE_TESTENV_H
#define CORE_TESTENV_H
#include "core/record.h"
#include "db/testdb.h"

enum { TEST_COUNTY = 140406 };

struct testenv {
	struct testdb *t;
	struct arena start, mem;
	struct app app;
	struct db *db;
	struct ctx c; /* as actor_system until testenv_as() */
	struct clock clock;
	int64_t now_ms;
	struct rand_seeded seed;
	struct rand rand;
};
/* Aborts when something cannot be set up. */
void testenv_open(struct testenv *e, struct testdb *t, const struct module *const *modules);
void testenv_close(struct testenv *e);
/* A fresh context; the next calls are the actor's. NULL: actor_system. Memory in e->mem stays until the test
 * resets it. */
struct ctx *testenv_as(struct testenv *e, const struct actor *a);
/* JSON with single quotes for double ones. */
const struct json *testenv_json(struct testenv *e, const char *text);
/* First column of a statement without parameters besides :county; -1 when there is no row. */
int64_t testenv_i64(struct testenv *e, const char *sql);
struct str testenv_str(struct testenv *e, const char *sql);
/* Runs statements outside any rule. */
void testenv_sql(struct testenv *e, const char *sql);
/* The record as record_read() prints it. */
struct str testenv_read(struct testenv *e, const struct resource *r, int64_t id, bool labels);
/* A list as query_print() prints it; params as in a URL without escapes. */
enum rc testenv_list(struct testenv *e, const struct resource *r, const char *params, struct str *out);
#endif

/*
 * schema.h - the SQL that a declaration means, and the comparison with what a
 * database really holds. Migrations are explicit and append-only; a test builds
 * one database from them and one from the tables, and this header says where
 * the two part.
 */
#ifndef CORE_SCHEMA_H
#define CORE_SCHEMA_H
#include "core/resource.h"
#include "db/migrate.h"

/* CREATE TABLE and CREATE INDEX statements of one resource. The text is the same for both engines today;
 * engine is asked so that a difference would have one home. */
void schema_print(struct sb *out, const struct app *app, const struct resource *r, enum db_engine engine);
void schema_print_all(struct sb *out, const struct app *app, enum db_engine engine);

/*
 * What a database holds, as sorted sentences such as "column plot.name text not null" or
 * "index plot_code_u unique (county, code) where deleted_ms is null". Platform tables are left out
 * when app is given: only tables of its resources are told.
 */
struct schema_facts {
	struct str *lines;
	size_t count;
};
enum rc schema_read(struct db *db, struct arena *mem, const struct app *app, struct schema_facts *out,
	struct err *e) MUST_USE;
/* Prints "- line" for what only a holds and "+ line" for what only b holds; returns how many. */
size_t schema_diff(const struct schema_facts *a, const struct schema_facts *b, struct sb *out);

/*
 * The SQL of the next migration: what the tables need that the migrated database lacks, ready to be
 * kept as a file, and comments for what it holds too much or must be rebuilt for.
 */
void schema_migration(const struct app *app, const struct schema_facts *migrated,
	const struct schema_facts *wanted, struct sb *out);
/* Does all of it with two temporary SQLite databases under dir. Empty output: the tables and migrations
 * agree. */
enum rc schema_next_migration(const struct app *app, const struct migration *list, struct arena *mem,
	const char *dir, struct sb *out, struct err *e) MUST_USE;
#endif

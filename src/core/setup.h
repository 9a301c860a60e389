/*
 * setup.h - what an installation is: the county it serves, whether it holds
 * demo data, its public address. One row of table installation, written when a
 * database is made and read at every start.
 */
#ifndef CORE_SETUP_H
#define CORE_SETUP_H
#include "core/ctx.h"
#include "db/migrate.h"

struct setup {
	int64_t county;
	bool demo;
	const char *public_url; /* without trailing slash, or NULL for the default */
};
/* Writes the row of a new database; RC_STATE when it already serves another county. Joins or opens a transaction. */
enum rc setup_save(struct ctx *c, const struct setup *s) MUST_USE;
/* Fills county, demo and public_url of app (and the county of c); RC_STATE when the database was never set up. */
enum rc setup_load(struct ctx *c, struct app *app) MUST_USE;
/* True when the database was set up. */
enum rc setup_exists(struct ctx *c, bool *exists) MUST_USE;
/* The migrations inside the binary (sql/migrations/NNNN_name.sql), ascending, ending with number 0. Memory in a. */
const struct migration *setup_migrations(struct arena *a);
#endif

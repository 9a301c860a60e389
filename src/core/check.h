/*
 * check.h - what is wrong with a database and its data folder, in sentences:
 * damage of the engine's own structure, references to nothing, contents that are
 * missing, short or changed, tables that are not what the migrations make.
 * Nothing is changed.
 */
#ifndef CORE_CHECK_H
#define CORE_CHECK_H
#include "base/list.h"
#include "core/ctx.h"
#include "db/migrate.h"

enum { CHECK_FAULTS_MAX = 200 };
struct check_report {
	struct list faults;      /* struct str, in the language of c */
	int64_t files, bytes;    /* contents looked at */
	bool more;               /* there were more than CHECK_FAULTS_MAX */
};
/*
 * c->app gives tables and data_dir (NULL: contents are not looked at). migrations is the program's list.
 * RC_OK also when faults were found; anything else: the check itself could not be done.
 */
enum rc check_database(struct ctx *c, const struct migration *migrations, struct check_report *out) MUST_USE;
#endif

/*
 * county_watch.c - tests only: every text compiled on a test database is compiled once more
 * on a connection with an authorizer. Where it reads or changes a table that has a
 * column "county", it must use that column, or say "all counties: why" in a comment.
 */
#include "base/base.h"
#include "db/county_watch.h"
#include "db/params.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLES_MAX = 24, NAME_MAX_BYTES = 64 };

struct touched {
	char table[NAME_MAX_BYTES];
	bool county;
};

struct county_watch {
	sqlite3 *h;
	struct touched touched[TABLES_MAX];
	int count;
};

static struct touched *
touch(struct county_watch *w, const char *table)
{
	for (int i = 0; i < w->count; i++)
		if (strcmp(w->touched[i].table, table) == 0)
			return &w->touched[i];
	if (w->count == TABLES_MAX || strlen(table) >= NAME_MAX_BYTES)
		return NULL;
	snprintf(w->touched[w->count].table, NAME_MAX_BYTES, "%s", table);
	w->touched[w->count].county = false;
	return &w->touched[w->count++];
}

static int
authorize(void *arg, int action, const char *a, const char *b, const char *db, const char *within)
{
	struct county_watch *w = arg;
	struct touched *t = NULL;

	(void)db;
	/* What a trigger or view does is not in the statement. */
	if (within != NULL || a == NULL)
		return SQLITE_OK;
	if (action == SQLITE_READ || action == SQLITE_UPDATE || action == SQLITE_DELETE || action == SQLITE_INSERT)
		t = touch(w, a);
	/* An inserted row has its county: the column is NOT NULL. */
	if (t != NULL && ((action == SQLITE_READ && strcmp(b, "county") == 0) || action == SQLITE_INSERT))
		t->county = true;
	return SQLITE_OK;
}

struct county_watch *
county_watch_open(const char *path)
{
	struct county_watch *w = calloc(1, sizeof(*w));

	ASSERT(w != NULL);
	if (sqlite3_open_v2(path, &w->h, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		county_watch_close(w);
		return NULL;
	}
	sqlite3_db_config(w->h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	return w;
}

void
county_watch_close(struct county_watch *w)
{
	if (w == NULL)
		return;
	sqlite3_close(w->h);
	free(w);
}

static bool
has_county(struct county_watch *w, const char *table)
{
	return sqlite3_table_column_metadata(w->h, NULL, table, "county", NULL, NULL, NULL, NULL, NULL) == SQLITE_OK;
}

const char *
county_watch_fault(struct county_watch *w, const char *text)
{
	struct params ignored;
	struct sb native;
	sqlite3_stmt *st = NULL;
	const char *fault = NULL;
	ARENA mem;

	arena_init(&mem, 0);
	if (strstr(text, "all counties:") != NULL)
		return NULL;
	sb_init(&native, &mem, strlen(text) + 8 * PARAMS_MAX);
	if (!params_rewrite(str_from_c(text), '?', &ignored, &native))
		return NULL;
	w->count = 0;
	sqlite3_set_authorizer(w->h, authorize, w);
	/* A text that does not compile here (a table of this very transaction) is not judged. */
	if (sqlite3_prepare_v2(w->h, native.p, -1, &st, NULL) != SQLITE_OK)
		w->count = 0;
	sqlite3_finalize(st);
	sqlite3_set_authorizer(w->h, NULL, NULL);
	for (int i = 0; i < w->count && fault == NULL; i++)
		if (!w->touched[i].county && has_county(w, w->touched[i].table))
			fault = w->touched[i].table;
	return fault;
}

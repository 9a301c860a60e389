#include "base/base.h"
#include "base/rand.h"
#include "db/county_watch.h"
#include "db/testdb.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *
testdb_name(enum db_engine engine)
{
	return engine == DB_PG ? "PostgreSQL" : "SQLite";
}

enum rc
testdb_reopen(struct testdb *t, struct err *e)
{
	db_pool_close(t->pool);
	t->pool = NULL;
	return db_pool_open(&t->pool, &t->options, e);
}

/* Runs one statement outside the schema of the test. */
static enum rc
on_server(struct testdb *t, const char *fmt, struct err *e)
{
	struct db_options o = { .url = t->options.url, .sessions_max = 1 };
	struct db_pool *pool = NULL;
	char sql[200];
	enum rc rc = db_pool_open(&pool, &o, e);

	snprintf(sql, sizeof(sql), fmt, t->schema);
	if (rc == RC_OK) {
		DB_SESSION db = NULL;

		rc = db_take(pool, 1000, &db, e);
		if (rc == RC_OK)
			rc = db_script(db, sql, e);
	}
	db_pool_close(pool);
	return rc;
}

static const char *
prepare_pg(struct testdb *t)
{
	const char *url = getenv("PGTEST_URL");
	static const char unset[] = "PGTEST_URL is not set";
	struct err e = { .lang = LANG_EN };

	if (url == NULL || url[0] == 0)
		return unset;
	t->options.url = url;
	snprintf(t->schema, sizeof(t->schema), "t%d_%08x", (int)getpid(), (unsigned int)rand_u64(&rand_system));
	if (on_server(t, "CREATE SCHEMA %s", &e) != RC_OK)
		return "cannot create a schema at PGTEST_URL";
	t->options.schema = t->schema;
	return NULL;
}

static void
judge(void *self, const struct db_sql *sql)
{
	struct testdb *t = self;
	const char *table;

	/* A test's own questions may look at everything. */
	if (strncmp(sql->name, "test", 4) == 0)
		return;
	pthread_mutex_lock(&t->mu);
	if (t->county == NULL)
		t->county = county_watch_open(t->url + strlen("sqlite:"));
	table = t->county != NULL ? county_watch_fault(t->county, sql->text) : NULL;
	if (table != NULL && t->county_faults++ == 0)
		snprintf(t->county_text, sizeof(t->county_text), "%s: table %s: %.200s", sql->name, table, sql->text);
	if (table != NULL)
		printf("# %s ignores the county of table %s: %s\n", sql->name, table, sql->text);
	pthread_mutex_unlock(&t->mu);
}

static const char *
prepare_sqlite(struct testdb *t)
{
	const char *tmp = getenv("TMPDIR");

	if (snprintf(t->dir, sizeof(t->dir), "%s/ezhen-test-XXXXXX", tmp != NULL ? tmp : "/tmp") >= (int)sizeof(t->dir) ||
		mkdtemp(t->dir) == NULL)
		return "cannot make a temporary folder";
	snprintf(t->url, sizeof(t->url), "sqlite:%s/test.db", t->dir);
	t->options.url = t->url;
	t->options.create = true;
	t->watch = (struct db_watch){ .compile = judge, .self = t };
	t->options.watch = &t->watch;
	return NULL;
}

bool
testdb_open(struct testdb *t, enum db_engine engine, const char **why)
{
	struct err e = { .lang = LANG_EN };

	*t = (struct testdb){ .engine = engine, .options = { .sessions_max = 80 } };
	pthread_mutex_init(&t->mu, NULL);
	*why = engine == DB_PG ? prepare_pg(t) : prepare_sqlite(t);
	if (*why == NULL && testdb_reopen(t, &e) != RC_OK)
		*why = "cannot open the database";
	return *why == NULL;
}

static void
remove_folder(const char *dir)
{
	char path[512];
	DIR *d = opendir(dir);
	struct dirent *f;

	while (d != NULL && (f = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", dir, f->d_name);
		if (f->d_name[0] != '.')
			unlink(path);
	}
	if (d != NULL)
		closedir(d);
	rmdir(dir);
}

void
testdb_close(struct testdb *t)
{
	struct err e = { 0 };

	db_pool_close(t->pool);
	t->pool = NULL;
	county_watch_close(t->county);
	t->county = NULL;
	pthread_mutex_destroy(&t->mu);
	if (t->engine == DB_PG)
		(void)!on_server(t, "DROP SCHEMA %s CASCADE", &e);
	else
		remove_folder(t->dir);
}

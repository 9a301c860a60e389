/* backup_test.c - a backup comes back whole or is refused whole. */
#include "base/base.h"
#include "base/hash.h"
#include "base/rand.h"
#include "core/backup_priv.h"
#include "core/check.h"
#include "tap.h"
#include "db/testdb.h"
#include <fcntl.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct migration list[] = {
	{ 1, "first", "CREATE TABLE installation (id BIGINT NOT NULL PRIMARY KEY, county BIGINT NOT NULL);"
		      "CREATE TABLE file (county BIGINT NOT NULL, id BIGINT NOT NULL, sha256 TEXT NOT NULL, bytes BIGINT NOT NULL);"
		      "CREATE TABLE file_variant (county BIGINT NOT NULL, sha256 TEXT NOT NULL, bytes BIGINT NOT NULL);"
		      "CREATE TABLE plot (county BIGINT NOT NULL, id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL);"
		      "INSERT INTO installation (id, county) VALUES (1, 140406);" },
	{ 2, "second", "CREATE TABLE later (a BIGINT)" },
	{ 0 },
};

struct scene {
	struct testdb *t;
	struct backup_place place;
	char dir[64], data[80], backup[90], key[100];
	char url[120];
};

static void
put_text(const char *dir, const char *name, struct str s)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ASSERT(fd >= 0 && write(fd, s.p, s.n) == (ssize_t)s.n && close(fd) == 0);
}

static void
run(const char *fmt, const char *a, const char *b)
{
	char cmd[400];

	struct err e = { .lang = LANG_EN };

	snprintf(cmd, sizeof(cmd), fmt, a, b);
	ASSERT(backup_tool((const char *const[]){ "sh", "-c", cmd, NULL }, &e) == RC_OK);
}

/* A content in the store and its row. */
static void
put_content(struct scene *s, struct db *db, int id, struct str text)
{
	ARENA mem;
	DB_TX tx = { 0 };
	struct err e = { .lang = LANG_EN };
	unsigned char md[32];
	char sql[300], dir[200];
	struct str hex;

	arena_init(&mem, 0);
	SHA256((const unsigned char *)text.p, text.n, md);
	hex = hex_encode(&mem, md, sizeof(md));
	snprintf(dir, sizeof(dir), "%s/files/%.2s", s->data, hex.p);
	mkdir(dir, 0700);
	put_text(dir, hex.p + 2, text);
	snprintf(sql, sizeof(sql), "INSERT INTO file (county, id, sha256, bytes) VALUES (140406, %d, '%s', %zu)", id, hex.p, text.n);
	ASSERT(db_begin(db, &tx, &e) == RC_OK && db_script(db, sql, &e) == RC_OK && db_commit(&tx, &e) == RC_OK);
}

static struct db_options
options_of(struct scene *s)
{
	return (struct db_options){ .url = s->t->engine == DB_PG ? s->t->options.url : s->url, .schema = s->t->options.schema,
		.create = true, .sessions_max = 4 };
}

static int64_t
ask(struct scene *s, const char *sql)
{
	struct err e = { .lang = LANG_EN };
	struct db_options o = options_of(s);
	struct db_pool *pool = NULL;
	int64_t out = -1;

	ASSERT(db_pool_open(&pool, &o, &e) == RC_OK);
	{
		DB_SESSION db = NULL;
		DB_STMT st = NULL;
		bool row;

		ASSERT(db_take(pool, 1000, &db, &e) == RC_OK);
		if (db_prepare(db, &(struct db_sql){ "test", sql }, &st, &e) == RC_OK && db_step(st, &row, &e) == RC_OK && row)
			out = db_col_i64(st, 0);
	}
	db_pool_close(pool);
	return out;
}

static void
change(struct scene *s, const char *sql)
{
	struct err e = { .lang = LANG_EN };
	struct db_options o = options_of(s);
	struct db_pool *pool = NULL;

	ASSERT(db_pool_open(&pool, &o, &e) == RC_OK);
	{
		DB_SESSION db = NULL;

		ASSERT(db_take(pool, 1000, &db, &e) == RC_OK);
		if (db_script(db, sql, &e) != RC_OK)
			printf("# %s\n", e.text);
	}
	db_pool_close(pool);
}

static void
fill(struct scene *s)
{
	struct err e = { .lang = LANG_EN };
	struct db_options o = options_of(s);
	struct db_pool *pool = NULL;

	ASSERT(db_pool_open(&pool, &o, &e) == RC_OK);
	{
		DB_SESSION db = NULL;

		ASSERT(db_take(pool, 1000, &db, &e) == RC_OK && migrate_up(db, list, NULL, &e) == RC_OK);
		put_content(s, db, 1, S("a photo of a plot"));
		put_content(s, db, 2, S("a report"));
		for (int i = 0; i < 40; i++) {
			char sql[200];

			snprintf(sql, sizeof(sql), "INSERT INTO plot (county, id, name) VALUES (140406, %d, '东坡 %d')", i, i);
			ASSERT(db_script(db, sql, &e) == RC_OK);
		}
		/* The backup is made while the database is in use. */
		ok(backup_make(&s->place, s->backup, true, &(struct backup_facts){ .files = 0 }, &e) == RC_OK, "a backup of a live database: %s",
			e.text);
	}
	db_pool_close(pool);
}

static void
scene_open(struct scene *s, struct testdb *t)
{
	*s = (struct scene){ .t = t, .dir = "/tmp/ezhen-backup-XXXXXX" };
	ASSERT(mkdtemp(s->dir) != NULL);
	snprintf(s->data, sizeof(s->data), "%s/data", s->dir);
	snprintf(s->backup, sizeof(s->backup), "%s/backup", s->dir);
	snprintf(s->url, sizeof(s->url), "sqlite:%s/county.db", s->data);
	run("mkdir -p %s/files %s/keys", s->data, s->data);
	put_text(s->data, "keys/master", S("0123456789abcdef0123456789abcdef"));
	s->place = (struct backup_place){ .data_dir = s->data, .version = "0.1.0", .county = 140406, .migrations = list,
		.clock = &clock_system };
	if (t->engine == DB_PG) {
		s->place.db_url = t->options.url;
		s->place.db_schema = t->options.schema;
	}
}

/* Random damage to any file of the backup must be found. */
static void
test_damage(struct scene *s)
{
	struct rand_seeded state;
	struct rand r = rand_from_seed(&state, 20);
	struct err e = { .lang = LANG_EN };
	struct backup_facts facts;
	char copy[120], names_file[120], name[300];
	int refused = 0, tries = 0;
	FILE *names;

	snprintf(copy, sizeof(copy), "%s/copy", s->dir);
	snprintf(names_file, sizeof(names_file), "%s/names", s->dir);
	run("cp -r %s %s", s->backup, copy);
	run("find %s -type f | sort > %s", copy, names_file);
	names = fopen(names_file, "r");
	ASSERT(names != NULL);
	while (fgets(name, sizeof(name), names) != NULL) {
		struct stat st;
		int fd;

		name[strcspn(name, "\n")] = 0;
		fd = open(name, O_RDWR);
		ASSERT(fd >= 0 && fstat(fd, &st) == 0);
		for (int i = 0; i < 30; i++) {
			off_t at = (off_t)rand_below(&r, (uint64_t)st.st_size);
			char was, now;

			ASSERT(pread(fd, &was, 1, at) == 1);
			now = (char)(was ^ (1 << rand_below(&r, 8)));
			ASSERT(pwrite(fd, &now, 1, at) == 1);
			tries++;
			refused += backup_verify(&s->place, copy, &facts, &e) == RC_INVALID && e.code != NULL;
			ASSERT(pwrite(fd, &was, 1, at) == 1);
		}
		for (int i = 0; i < 6; i++) {
			char *all = malloc((size_t)st.st_size);

			ASSERT(all != NULL && pread(fd, all, (size_t)st.st_size, 0) == st.st_size);
			ASSERT(ftruncate(fd, (off_t)rand_below(&r, (uint64_t)st.st_size)) == 0);
			tries++;
			refused += backup_verify(&s->place, copy, &facts, &e) == RC_INVALID;
			ASSERT(pwrite(fd, all, (size_t)st.st_size, 0) == st.st_size);
			free(all);
		}
		close(fd);
	}
	fclose(names);
	is_i64(refused, tries, "every bit flip and every truncation is refused");
	ok(backup_verify(&s->place, copy, &facts, &e) == RC_OK, "the mended copy is good again: %s", e.text);
}

static void
test_refusals(struct scene *s)
{
	static const struct migration older[] = { { 1, "first", "x" }, { 0 } };
	struct err e = { .lang = LANG_EN };
	struct backup_facts facts;
	struct backup_place other = s->place;

	other.county = 141030;
	ok(backup_restore(&other, s->backup, &facts, &e) == RC_STATE && strcmp(e.code, "other-county") == 0, "another county: %s",
		e.text);
	other = s->place;
	other.migrations = older;
	ok(backup_restore(&other, s->backup, &facts, &e) == RC_STATE && strcmp(e.code, "newer-database") == 0, "a newer program: %s",
		e.text);
	ok(backup_restore(&s->place, s->dir, &facts, &e) == RC_NOT_FOUND, "no backup at all: %s", e.text);
	ok(backup_make(&s->place, s->backup, false, &facts, &e) == RC_INVALID, "a target that exists: %s", e.text);
	is_i64(ask(s, "SELECT COUNT(*) FROM plot"), 40, "nothing was touched");
	if (s->t->engine == DB_SQLITE) {
		struct db_options o = options_of(s);
		struct db_pool *pool = NULL;

		ASSERT(db_pool_open(&pool, &o, &e) == RC_OK);
		ok(backup_restore(&s->place, s->backup, &facts, &e) == RC_UNAVAILABLE && strcmp(e.code, "in-use") == 0,
			"a database in use: %s", e.text);
		db_pool_close(pool);
	}
}

static void
test_restore(struct scene *s)
{
	struct err e = { .lang = LANG_EN };
	struct backup_facts facts;
	char drop[80];

	change(s, "UPDATE plot SET name = 'changed'; DELETE FROM plot WHERE id > 10");
	run("rm -rf %s/files/*%s", s->data, "");
	if (s->t->engine == DB_PG) {
		ok(backup_restore(&s->place, s->backup, &facts, &e) == RC_CONFLICT, "a database that is not empty: %s", e.text);
		snprintf(drop, sizeof(drop), "DROP SCHEMA %s CASCADE", s->t->schema);
		change(s, drop);
	}
	ok(backup_restore(&s->place, s->backup, &facts, &e) == RC_OK, "restored: %s", e.text);
	ok(facts.county == 140406 && facts.level == 2 && facts.rows >= 43 && facts.files == 4, "it tells what it was: " LLD " rows",
		LL(facts.rows));
	is_i64(ask(s, "SELECT COUNT(*) FROM plot WHERE name LIKE '东坡%'"), 40, "every row is back");
	is_i64(ask(s, "SELECT COUNT(*) FROM file"), 2, "and what names the files");
	run("test $(find %s/files -type f | wc -l) = 2 && test ! -e %s/county.db.restore", s->data, s->data);
	ok(true, "the contents are back, nothing is left over");
	if (s->t->engine == DB_SQLITE) {
		run("ls %s/county.db.before-* > /dev/null%s", s->data, "");
		ok(true, "the replaced database is kept");
	}
}

/* What check finds, told in sentences; -1 when it could not look. */
static int
faults_of(struct scene *s, const struct migration *migrations, const char *want)
{
	static const struct resource *const none[] = { NULL };
	struct err e = { .lang = LANG_EN };
	struct db_options o = options_of(s);
	struct db_pool *pool = NULL;
	int found = -1;
	ARENA mem;

	arena_init(&mem, 0);
	ASSERT(db_pool_open(&pool, &o, &e) == RC_OK);
	{
		DB_SESSION db = NULL;
		struct app app = { .resources = none, .data_dir = s->data, .clock = &clock_system };
		struct check_report report;

		ASSERT(db_take(pool, 1000, &db, &e) == RC_OK);

		struct ctx c = ctx_system(&app, &mem, db);

		c.lang = c.err.lang = LANG_EN;
		if (check_database(&c, migrations, &report) == RC_OK)
			found = (int)report.faults.count;
		for (size_t i = 0; found > 0 && i < report.faults.count; i++)
			ok(str_find(*LIST_AT(&report.faults, struct str, i), str_from_c(want), 0) >= 0, "told: " STR_FMT,
				STR_ARG(*LIST_AT(&report.faults, struct str, i)));
	}
	db_pool_close(pool);
	return found;
}

static void
test_check(struct scene *s)
{
	const struct migration more[] = { list[0], list[1], { 3, "third", "CREATE TABLE third (a BIGINT)" }, { 0 } };

	is_i64(faults_of(s, list, ""), 0, "nothing is wrong with what was restored");
	is_i64(faults_of(s, more, "not up to date"), 1, "a missing migration is told");
	run("for f in $(find %s/files -type f); do printf x >> $f; done%s", s->data, "");
	is_i64(faults_of(s, list, "wrong length"), 2, "longer contents are told");
	run("for f in $(find %s/files -type f); do n=$(stat -c %%s $f); head -c $((n - 1)) /dev/zero > $f; done%s", s->data, "");
	is_i64(faults_of(s, list, "has changed"), 2, "changed contents are told");
	run("rm -rf %s/files/*%s", s->data, "");
	is_i64(faults_of(s, list, "is missing"), 2, "missing contents are told");
}

static void
test_all(struct testdb *t)
{
	struct scene s;

	scene_open(&s, t);
	fill(&s);
	test_refusals(&s);
	test_damage(&s);
	test_restore(&s);
	test_check(&s);
	run("rm -rf %s%s", s.dir, "");
}

int
main(void)
{
	testdb_each(test_all);
	return tap_done();
}

#include "base/base.h"
#include "base/hash.h"
#include "db/db_priv.h"
#include "db/migrate.h"
#include <openssl/sha.h>

static const char table_sql[] =
	"CREATE TABLE IF NOT EXISTS schema_migration (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL,"
	" sha256 TEXT NOT NULL, applied_ms BIGINT NOT NULL)";
static const struct db_sql list_sql = { "migrate.list", "SELECT number, sha256 FROM schema_migration ORDER BY number" };
static const struct db_sql add_sql = { "migrate.add",
	"INSERT INTO schema_migration (number, name, sha256, applied_ms) VALUES (:number, :name, :sha256, :now_ms)" };
static const struct db_sql has_table_sqlite = { "migrate.has_table",
	"SELECT 1 FROM sqlite_schema WHERE name = 'schema_migration'" };
static const struct db_sql has_table_pg = { "migrate.has_table",
	"SELECT 1 WHERE to_regclass('schema_migration') IS NOT NULL" };

static bool
line_is(struct str line, struct str want)
{
	return str_eq(str_trim(line), want);
}

struct str
migrate_text_for(struct arena *a, const char *sql, enum db_engine engine)
{
	struct str rest = str_from_c(sql);
	bool mine = true;
	struct sb out;

	sb_init(&out, a, rest.n + 2);
	while (rest.p != NULL) {
		struct str line = str_cut(&rest, '\n');

		if (line_is(line, S("-- only: sqlite")))
			mine = engine == DB_SQLITE;
		else if (line_is(line, S("-- only: pg")))
			mine = engine == DB_PG;
		else if (line_is(line, S("-- both")))
			mine = true;
		else if (mine) {
			sb_add_str(&out, line);
			sb_add_c(&out, '\n');
		}
	}
	ASSERT(!out.truncated);
	return sb_str(&out);
}

/* The whole file counts, also the part for the other engine. */
static struct str
sha_of(struct arena *a, const char *sql)
{
	unsigned char md[SHA256_DIGEST_LENGTH];
	struct str text = str_from_c(sql);

	SHA256((const unsigned char *)text.p, text.n, md);
	return hex_encode(a, md, sizeof(md));
}

/* Compares the recorded rows with the list; *level gets the number of the last one. */
static enum rc
compare(struct db *db, const struct migration *list, int *level, struct err *e)
{
	ARENA mem = { 0 };
	DB_STMT st = NULL;
	bool row;
	enum rc rc = db_prepare(db, &list_sql, &st, e);

	*level = 0;
	if (rc != RC_OK)
		return rc;
	while ((rc = db_step(st, &row, e)) == RC_OK && row) {
		int64_t number = db_col_i64(st, 0);
		const struct migration *m = &list[*level];

		if (m->number == 0)
			return fail_code(e, RC_STATE, "newer-database", NULL,
				"数据库比程序新（含迁移 " LLD "），请使用新版程序",
				"the database is newer than the program (it holds migration " LLD "): use a newer program",
				LL(number));
		if (number != m->number)
			return fail_code(e, RC_STATE, "migration-gap", NULL, "数据库缺少迁移 %d",
				"the database lacks migration %d", m->number);
		if (!str_eq(db_col_str(st, 1), sha_of(&mem, m->sql)))
			return fail_code(e, RC_STATE, "migration-changed", NULL, "迁移 %d（%s）在执行后被修改",
				"migration %d (%s) was changed after it had been applied", m->number, m->name);
		++*level;
	}
	return rc;
}

static enum rc
has_table(struct db *db, bool *has, struct err *e)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(db, db_engine(db) == DB_PG ? &has_table_pg : &has_table_sqlite, &st, e);

	return rc == RC_OK ? db_step(st, has, e) : rc;
}

static enum rc
record(struct db *db, const struct migration *m, struct err *e)
{
	ARENA mem = { 0 };
	DB_STMT st = NULL;
	enum rc rc = db_prepare(db, &add_sql, &st, e);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "number", m->number);
	db_bind_str(st, "name", str_from_c(m->name));
	db_bind_str(st, "sha256", sha_of(&mem, m->sql));
	db_bind_i64(st, "now_ms", clock_now(db->pool->clock));
	return db_run(st, NULL, e);
}

static enum rc
apply(struct db *db, const struct migration *m, struct err *e)
{
	ARENA mem = { 0 };
	DB_TX tx = { 0 };
	enum rc rc = db_begin(db, &tx, e);

	if (rc == RC_OK)
		rc = db_script(db, migrate_text_for(&mem, m->sql, db_engine(db)).p, e);
	if (rc == RC_OK)
		rc = record(db, m, e);
	return rc == RC_OK ? db_commit(&tx, e) : rc;
}

static void
check_list(const struct migration *list)
{
	for (int i = 0; list[i].number != 0; i++)
		ASSERT(list[i].number > (i > 0 ? list[i - 1].number : 0));
}

enum rc
migrate_up(struct db *db, const struct migration *list, int *applied, struct err *e)
{
	int level = 0, done = 0;
	bool has = false;
	enum rc rc = has_table(db, &has, e);

	check_list(list);
	if (rc == RC_OK && !has)
		rc = db_script(db, table_sql, e);
	if (rc == RC_OK)
		rc = compare(db, list, &level, e);
	for (; rc == RC_OK && list[level].number != 0; level++) {
		rc = apply(db, &list[level], e);
		if (rc != RC_OK)
			err_in(e, "migration[%s]", list[level].name);
		else
			done++;
	}
	if (applied != NULL)
		*applied = done;
	return rc;
}

enum rc
migrate_check(struct db *db, const struct migration *list, struct err *e)
{
	int level = 0;
	bool has = false;
	enum rc rc = has_table(db, &has, e);

	check_list(list);
	if (rc == RC_OK && has)
		rc = compare(db, list, &level, e);
	if (rc == RC_OK && list[level].number != 0)
		return fail_code(e, RC_STATE, "older-database", NULL, "数据库尚未升级：缺少迁移 %d（%s），请运行 ezhen migrate",
			"the database is not up to date: migration %d (%s) is missing, run ezhen migrate",
			list[level].number, list[level].name);
	return rc;
}

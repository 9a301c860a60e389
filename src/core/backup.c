/* backup.c - making a backup. */
#include "base/base.h"
#include "core/backup_priv.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct db_sql sql_contents = { "backup.contents",
	"SELECT sha256 FROM file UNION SELECT sha256 FROM file_variant ORDER BY 1"
	" /* all counties: a backup holds them all */" };

struct making {
	const struct backup_place *p;
	const char *dir;        /* the unfinished folder */
	struct manifest_writer w;
	struct backup_facts *facts;
};

static void
remove_unfinished(struct making *m)
{
	const char *const argv[] = { "rm", "-rf", "--", m->dir, NULL };
	struct err ignored = { 0 };

	(void)!backup_tool(argv, &ignored);
}

/* Copies one file of the data folder into the backup, durable, and tells the manifest. */
static enum rc
take_file(struct making *m, const char *name, struct err *e)
{
	int from = backup_open(m->p->data_dir, name, false), to = from >= 0 ? backup_open(m->dir, name, true) : -1;
	char sha[HEX_BYTES];
	int64_t bytes;
	enum rc rc = RC_OK;

	if (from < 0 || to < 0 || !backup_copy(from, to, &bytes, sha) || fsync(to) != 0)
		rc = backup_disk(e, name);
	else
		manifest_line(&m->w, "{\"file\":\"%s\",\"bytes\":" LLD ",\"sha256\":\"%s\"}", name, LL(bytes), sha);
	if (rc == RC_OK && strncmp(name, "files/", 6) == 0 && (memcmp(name + 6, sha, 2) != 0 || strcmp(name + 9, sha + 2) != 0))
		rc = fail_code(e, RC_UNAVAILABLE, "damaged", NULL, "文件内容与其校验值不符：%s",
			"the content of a file does not match its hash: %s", name);
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return rc;
}

/* A file that is in the backup already: the database. */
static enum rc
note_file(struct making *m, const char *name, struct err *e)
{
	int fd = backup_open(m->dir, name, false);
	char sha[HEX_BYTES];
	int64_t bytes;
	bool good = fd >= 0 && backup_copy(fd, -1, &bytes, sha) && fsync(fd) == 0;

	if (good)
		manifest_line(&m->w, "{\"file\":\"%s\",\"bytes\":" LLD ",\"sha256\":\"%s\"}", name, LL(bytes), sha);
	if (fd >= 0)
		close(fd);
	return good ? RC_OK : backup_disk(e, name);
}

static enum rc
note_table(void *arg, const struct manifest_item *item, struct err *e)
{
	struct making *m = arg;

	(void)e;
	manifest_line(&m->w, "{\"table\":\"%s\",\"rows\":" LLD "}", item->name, LL(item->number));
	return RC_OK;
}

static enum rc
take_contents(struct making *m, struct db *db, struct err *e)
{
	DB_STMT st = NULL;
	bool row;
	enum rc rc = db_prepare(db, &sql_contents, &st, e);

	if (rc != RC_OK)
		return rc;
	while ((rc = db_step(st, &row, e)) == RC_OK && row) {
		struct str sha = db_col_str(st, 0);
		char name[80];

		if (sha.n != HEX_BYTES - 1)
			return backup_damaged(e, "file.sha256");
		snprintf(name, sizeof(name), "files/%.2s/%.62s", sha.p, sha.p + 2);
		rc = take_file(m, name, e);
		if (rc != RC_OK)
			return rc;
	}
	return rc;
}

/* Everything the manifest says about the database whose session this is. */
static enum rc
describe(struct making *m, struct db *db, struct err *e)
{
	static const struct db_sql sql_level = { "backup.level", "SELECT COALESCE(MAX(number), 0) FROM schema_migration" };
	DB_STMT st = NULL;
	bool row;
	int64_t county = 0;
	enum rc rc = backup_county(db, &county, e);

	if (rc == RC_OK && county != m->p->county && m->p->county != 0)
		return fail_code(e, RC_STATE, "other-county", NULL, "数据库属于另一个县：" LLD, "the database is of another county: " LLD,
			LL(county));
	if (rc == RC_OK)
		rc = db_prepare(db, &sql_level, &st, e);
	if (rc == RC_OK)
		rc = db_step(st, &row, e);
	if (rc != RC_OK)
		return rc;
	manifest_line(&m->w,
		"{\"ezhen_backup\":1,\"version\":\"%s\",\"engine\":\"%s\",\"county\":" LLD ",\"level\":" LLD ",\"made_ms\":" LLD "}",
		m->p->version, db_engine(db) == DB_PG ? "pg" : "sqlite", LL(county), LL(db_col_i64(st, 0)),
		LL(clock_now(m->p->clock)));
	return backup_tables(db, note_table, m, e);
}

static enum rc
make_sqlite(struct making *m, struct err *e)
{
	char url[URL_BYTES], copy[PATH_BYTES];
	struct db_pool *pool = NULL;
	struct db *db = NULL;
	enum rc rc;

	snprintf(url, sizeof(url), m->p->db_url != NULL ? "%s" : "sqlite:%s/county.db",
		m->p->db_url != NULL ? m->p->db_url : m->p->data_dir);
	rc = db_pool_open(&pool, &(struct db_options){ .url = url, .read_only = true, .clock = m->p->clock }, e);
	snprintf(copy, sizeof(copy), "%s/county.db", m->dir);
	if (rc == RC_OK)
		rc = db_snapshot(pool, copy, e);
	db_pool_close(pool);
	pool = NULL;
	/* What the manifest tells is read from the copy, not from the database that goes on. */
	snprintf(url, sizeof(url), "sqlite:%s", copy);
	if (rc == RC_OK)
		rc = db_pool_open(&pool, &(struct db_options){ .url = url, .read_only = true, .clock = m->p->clock }, e);
	if (rc == RC_OK)
		rc = db_take(pool, 1000, &db, e);
	if (rc == RC_OK)
		rc = describe(m, db, e);
	if (rc == RC_OK)
		rc = note_file(m, "county.db", e);
	if (rc == RC_OK)
		rc = take_contents(m, db, e);
	db_give(&db);
	db_pool_close(pool);
	return rc;
}

/* One exported snapshot for the counts and for pg_dump: they tell of the same moment. */
static enum rc
dump_pg(struct making *m, struct db *db, struct err *e)
{
	static const struct db_sql snapshot_pg = { "backup.snapshot", "SELECT pg_export_snapshot()" };
	char file[URL_BYTES], snapshot[100], schema[100];
	const char *const argv[] = { "pg_dump", "--format=custom", "--no-owner", "--no-privileges", file, snapshot,
		m->p->db_schema != NULL ? schema : "--dbname", m->p->db_schema != NULL ? "--dbname" : m->p->db_url,
		m->p->db_schema != NULL ? m->p->db_url : NULL, NULL };
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	bool row;
	enum rc rc = db_begin(db, &tx, e);

	if (rc == RC_OK)
		rc = db_script(db, "SET LOCAL idle_in_transaction_session_timeout=0", e);
	if (rc == RC_OK)
		rc = db_prepare(db, &snapshot_pg, &st, e);
	if (rc == RC_OK)
		rc = db_step(st, &row, e);
	if (rc != RC_OK)
		return rc;
	snprintf(snapshot, sizeof(snapshot), "--snapshot=" STR_FMT, STR_ARG(db_col_str(st, 0)));
	snprintf(file, sizeof(file), "--file=%s/county.dump", m->dir);
	snprintf(schema, sizeof(schema), "--schema=%s", m->p->db_schema != NULL ? m->p->db_schema : "");
	rc = describe(m, db, e);
	if (rc == RC_OK)
		rc = backup_tool(argv, e);
	if (rc == RC_OK)
		rc = note_file(m, "county.dump", e);
	return rc == RC_OK ? take_contents(m, db, e) : rc;
}

static enum rc
make_pg(struct making *m, struct err *e)
{
	struct db_pool *pool = NULL;
	struct db *db = NULL;
	enum rc rc = db_pool_open(&pool,
		&(struct db_options){ .url = m->p->db_url, .schema = m->p->db_schema, .sessions_max = 2, .clock = m->p->clock }, e);

	if (rc == RC_OK)
		rc = db_take(pool, 1000, &db, e);
	if (rc == RC_OK)
		rc = dump_pg(m, db, e);
	db_give(&db);
	db_pool_close(pool);
	return rc;
}

static enum rc
make_all(struct making *m, bool with_keys, struct err *e)
{
	bool pg = m->p->db_url != NULL && strncmp(m->p->db_url, "postgres", 8) == 0;
	enum rc rc = RC_OK;

	if (!manifest_begin(&m->w, m->dir))
		rc = backup_disk(e, m->dir);
	if (rc == RC_OK)
		rc = pg ? make_pg(m, e) : make_sqlite(m, e);
	if (rc == RC_OK && with_keys)
		rc = take_file(m, "keys/master", e);
	if (!manifest_end(&m->w) && rc == RC_OK)
		rc = backup_disk(e, "MANIFEST.jsonl");
	if (rc == RC_OK && !backup_sync_dir(m->dir))
		rc = backup_disk(e, m->dir);
	return rc;
}

enum rc
backup_make(const struct backup_place *p, const char *into, bool with_keys, struct backup_facts *out, struct err *e)
{
	char dir[PATH_BYTES], *slash;
	struct making m = { .p = p, .dir = dir, .facts = out };
	enum rc rc;

	if (access(into, F_OK) == 0)
		return fail(e, RC_INVALID, "into", "目标已存在：%s", "the target exists already: %s", into);
	if (snprintf(dir, sizeof(dir), "%s.unfinished", into) >= (int)sizeof(dir))
		return fail(e, RC_INVALID, "into", "路径过长", "the path is too long");
	remove_unfinished(&m);
	if (mkdir(dir, 0700) != 0)
		return backup_disk(e, dir);
	rc = make_all(&m, with_keys, e);
	/* What was written is read again before it counts. */
	if (rc == RC_OK)
		rc = backup_verify(p, dir, out, e);
	if (rc == RC_OK && rename(dir, into) != 0)
		rc = backup_disk(e, into);
	if (rc != RC_OK) {
		remove_unfinished(&m);
		return rc;
	}
	snprintf(dir, sizeof(dir), "%s", into);
	slash = strrchr(dir, '/');
	if (slash != NULL)
		slash[slash == dir] = 0;
	return backup_sync_dir(slash != NULL ? dir : ".") ? RC_OK : backup_disk(e, into);
}

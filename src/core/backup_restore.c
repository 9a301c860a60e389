/* backup_restore.c - verifying a backup and putting it in place. */
#include "base/base.h"
#include "base/list.h"
#include "core/backup_priv.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct restoring {
	const struct backup_place *p;
	const char *from;
	struct arena mem;
	struct list tables; /* struct manifest_item, as the manifest tells them */
	size_t matched;
	struct db *db;      /* of the copy, while its tables are counted */
	char db_sha[HEX_BYTES];
	bool has_db;
};

enum { TABLES_MAX = 2000 };

/* ---- verifying ---- */

static enum rc
verify_item(void *arg, const struct manifest_item *item, struct err *e)
{
	struct restoring *r = arg;
	char sha[HEX_BYTES];
	int64_t bytes;
	int fd;
	bool same;

	if (item->kind == ITEM_TABLE) {
		struct manifest_item *kept = list_add(&r->tables);

		if (kept == NULL)
			return backup_damaged(e, item->name);
		*kept = *item;
		return RC_OK;
	}
	fd = backup_open(r->from, item->name, false);
	if (fd < 0)
		return backup_damaged(e, item->name);
	same = backup_copy(fd, -1, &bytes, sha) && bytes == item->number && strcmp(sha, item->sha) == 0;
	close(fd);
	if (strncmp(item->name, "county.", 7) == 0) {
		r->has_db = true;
		memcpy(r->db_sha, item->sha, sizeof(r->db_sha));
	}
	return same ? RC_OK : backup_damaged(e, item->name);
}

static int64_t
program_level(const struct backup_place *p)
{
	int64_t level = 0;

	for (int i = 0; p->migrations[i].number != 0; i++)
		level = p->migrations[i].number;
	return level;
}

static enum rc
verify(struct restoring *r, struct backup_facts *out, struct err *e)
{
	const struct backup_place *p = r->p;
	enum rc rc;

	list_init(&r->tables, &r->mem, sizeof(struct manifest_item), TABLES_MAX);
	rc = manifest_read(r->from, out, verify_item, r, e);
	if (rc == RC_OK && !r->has_db)
		rc = backup_damaged(e, "county.db");
	if (rc == RC_OK && out->level > program_level(p))
		rc = fail_code(e, RC_STATE, "newer-database", NULL, "备份由更新版本的程序（%s）制作，请使用新版程序恢复",
			"the backup was made by a newer program (%s): restore with that one", out->version);
	if (rc == RC_OK && p->county != 0 && out->county != p->county)
		rc = fail_code(e, RC_STATE, "other-county", NULL, "备份属于另一个县：" LLD, "the backup is of another county: " LLD,
			LL(out->county));
	return rc;
}

enum rc
backup_verify(const struct backup_place *p, const char *from, struct backup_facts *out, struct err *e)
{
	struct restoring r = { .p = p, .from = from };
	enum rc rc = verify(&r, out, e);

	arena_done(&r.mem);
	return rc;
}

/* ---- the copy of the database ---- */

static enum rc
match_table(void *arg, const struct manifest_item *item, struct err *e)
{
	struct restoring *r = arg;

	for (size_t i = 0; i < r->tables.count; i++) {
		const struct manifest_item *told = LIST_AT(&r->tables, struct manifest_item, i);

		if (strcmp(told->name, item->name) == 0 && told->number == item->number) {
			r->matched++;
			return RC_OK;
		}
	}
	return backup_damaged(e, item->name);
}

/* An older database is fine: the program migrates it at its next start. */
static enum rc
known_level(struct restoring *r, struct err *e)
{
	enum rc rc = migrate_check(r->db, r->p->migrations, e);

	return rc == RC_STATE && e->code != NULL && strcmp(e->code, "older-database") == 0 ? RC_OK : rc;
}

static enum rc
whole(struct restoring *r, struct err *e)
{
	static const struct db_sql integrity_sqlite = { "backup.integrity", "PRAGMA integrity_check(1)" };
	DB_STMT st = NULL;
	bool row;
	enum rc rc;

	if (db_engine(r->db) != DB_SQLITE)
		return RC_OK;
	rc = db_prepare(r->db, &integrity_sqlite, &st, e);
	if (rc == RC_OK)
		rc = db_step(st, &row, e);
	return rc != RC_OK || str_eq(db_col_str(st, 0), S("ok")) ? rc : backup_damaged(e, "county.db");
}

static enum rc
inspect(struct restoring *r, struct db_pool *pool, const struct backup_facts *facts, struct err *e)
{
	int64_t county = 0;
	enum rc rc = db_take(pool, 1000, &r->db, e);

	if (rc == RC_OK)
		rc = whole(r, e);
	if (rc == RC_OK)
		rc = known_level(r, e);
	if (rc == RC_OK)
		rc = backup_county(r->db, &county, e);
	if (rc == RC_OK && county != facts->county)
		rc = backup_damaged(e, "installation");
	if (rc == RC_OK)
		rc = backup_tables(r->db, match_table, r, e);
	if (rc == RC_OK && r->matched != r->tables.count)
		rc = backup_damaged(e, "tables");
	db_give(&r->db);
	return rc;
}

/* ---- files ---- */

/* Copies name of the backup to `to` below the data folder, durable, and compares its hash on the way. */
static enum rc
bring(struct restoring *r, const char *name, const char *to, const char *want, struct err *e)
{
	char sha[HEX_BYTES];
	int64_t bytes;
	int from = backup_open(r->from, name, false), fd = from >= 0 ? backup_open(r->p->data_dir, to, true) : -1;
	enum rc rc = RC_OK;

	if (from < 0 || fd < 0 || !backup_copy(from, fd, &bytes, sha) || fsync(fd) != 0)
		rc = backup_disk(e, to);
	else if (strcmp(sha, want) != 0)
		rc = backup_damaged(e, name);
	if (from >= 0)
		close(from);
	if (fd >= 0)
		close(fd);
	return rc;
}

static bool
is_there(struct restoring *r, const char *name, const char *want)
{
	char sha[HEX_BYTES];
	int64_t bytes;
	int fd = backup_open(r->p->data_dir, name, false);
	bool same = fd >= 0 && backup_copy(fd, -1, &bytes, sha) && strcmp(sha, want) == 0;

	if (fd >= 0)
		close(fd);
	return same;
}

static enum rc
bring_item(void *arg, const struct manifest_item *item, struct err *e)
{
	struct restoring *r = arg;
	char temp[300], path[PATH_BYTES], to[PATH_BYTES];
	bool key = strcmp(item->name, "keys/master") == 0;
	enum rc rc;

	if (item->kind != ITEM_FILE || strncmp(item->name, "county.", 7) == 0 || is_there(r, item->name, item->sha))
		return RC_OK;
	snprintf(to, sizeof(to), "%s/%s", r->p->data_dir, item->name);
	if (key && access(to, F_OK) == 0)
		return fail_code(e, RC_CONFLICT, "other-keys", NULL, "数据目录已有另一把主密钥，未恢复",
			"the data folder has another master key; nothing was restored");
	snprintf(temp, sizeof(temp), "%s.restore", item->name);
	snprintf(path, sizeof(path), "%s/%s", r->p->data_dir, temp);
	unlink(path);
	rc = bring(r, item->name, temp, item->sha, e);
	if (rc == RC_OK && rename(path, to) != 0)
		rc = backup_disk(e, item->name);
	if (rc != RC_OK) {
		unlink(path);
		return rc;
	}
	*strrchr(to, '/') = 0;
	return backup_sync_dir(to) ? RC_OK : backup_disk(e, item->name);
}

/* ---- SQLite ---- */

/* Merges and removes the log of the old database, so that it cannot be taken for the new one's. */
static enum rc
settle_old(const struct backup_place *p, struct err *e)
{
	char url[URL_BYTES];
	struct db_pool *pool = NULL;
	struct stat st;
	enum rc rc;

	snprintf(url, sizeof(url), "%s/county.db", p->data_dir);
	if (stat(url, &st) != 0)
		return RC_OK;
	snprintf(url, sizeof(url), "sqlite:%s/county.db", p->data_dir);
	rc = db_pool_open(&pool, &(struct db_options){ .url = url, .clock = p->clock }, e);
	db_pool_close(pool);
	if (rc == RC_OK || (e->code != NULL && strcmp(e->code, "in-use") == 0))
		return rc;
	/* It does not open: it is set aside with its log, as it is. */
	for (const char *const *end = (const char *const[]){ "-wal", "-shm", NULL }; *end != NULL; end++) {
		char from[PATH_BYTES], to[PATH_BYTES];

		snprintf(from, sizeof(from), "%s/county.db%s", p->data_dir, *end);
		snprintf(to, sizeof(to), "%s/county.db.before-" LLD "%s", p->data_dir, LL(clock_now(p->clock)), *end);
		if (rename(from, to) != 0 && errno != ENOENT)
			return backup_disk(e, from);
	}
	return RC_OK;
}

static enum rc
lock_place(const struct backup_place *p, int *fd, struct err *e)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s/county.db.lock", p->data_dir);
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd < 0)
		return backup_disk(e, path);
	snprintf(path, sizeof(path), "%s/county.db-wal", p->data_dir);
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0 && access(path, F_OK) != 0)
		return RC_OK;
	close(*fd);
	*fd = -1;
	return fail_code(e, RC_UNAVAILABLE, "in-use", NULL, "数据目录正在使用，请先停止 ezhen",
		"the data folder is in use: stop ezhen first");
}

static enum rc
swap(const struct backup_place *p, struct err *e)
{
	char now[PATH_BYTES], next[PATH_BYTES], before[PATH_BYTES];

	snprintf(now, sizeof(now), "%s/county.db", p->data_dir);
	snprintf(next, sizeof(next), "%s/county.db.restore", p->data_dir);
	snprintf(before, sizeof(before), "%s/county.db.before-" LLD, p->data_dir, LL(clock_now(p->clock)));
	if (link(now, before) != 0 && errno != ENOENT)
		return backup_disk(e, before);
	if (rename(next, now) != 0 || !backup_sync_dir(p->data_dir))
		return backup_disk(e, now);
	return RC_OK;
}

static void
drop_copy(const struct backup_place *p)
{
	for (const char *const *end = (const char *const[]){ "", "-wal", "-shm", "-journal", NULL }; *end != NULL; end++) {
		char path[PATH_BYTES];

		snprintf(path, sizeof(path), "%s/county.db.restore%s", p->data_dir, *end);
		unlink(path);
	}
}

static enum rc
restore_sqlite(struct restoring *r, const struct backup_facts *facts, struct err *e)
{
	char url[URL_BYTES];
	struct db_pool *pool = NULL;
	struct backup_facts again;
	enum rc rc;

	drop_copy(r->p);
	rc = bring(r, "county.db", "county.db.restore", r->db_sha, e);
	snprintf(url, sizeof(url), "sqlite:%s/county.db.restore", r->p->data_dir);
	if (rc == RC_OK)
		rc = db_pool_open(&pool, &(struct db_options){ .url = url, .read_only = true, .clock = r->p->clock }, e);
	if (rc == RC_OK)
		rc = inspect(r, pool, facts, e);
	db_pool_close(pool);
	/* Contents are named by their hash: adding them harms nobody, even when the restore stops here. */
	if (rc == RC_OK)
		rc = manifest_read(r->from, &again, bring_item, r, e);
	if (rc == RC_OK)
		rc = swap(r->p, e);
	drop_copy(r->p);
	return rc;
}

/* ---- PostgreSQL ---- */

static enum rc
no_table(void *arg, const struct manifest_item *item, struct err *e)
{
	(void)arg;
	return fail_code(e, RC_CONFLICT, "not-empty", NULL, "目标数据库不是空的（有表 %s）", "the target database is not empty (table %s)",
		item->name);
}

static enum rc
restore_pg(struct restoring *r, const struct backup_facts *facts, struct err *e)
{
	char file[URL_BYTES];
	const char *const argv[] = { "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
		"--dbname", r->p->db_url, file, NULL };
	struct db_pool *pool = NULL;
	struct backup_facts again;
	enum rc rc = db_pool_open(&pool,
		&(struct db_options){ .url = r->p->db_url, .schema = r->p->db_schema, .sessions_max = 2, .clock = r->p->clock }, e);

	snprintf(file, sizeof(file), "%s/county.dump", r->from);
	if (rc == RC_OK)
		rc = db_take(pool, 1000, &r->db, e);
	if (rc == RC_OK)
		rc = backup_tables(r->db, no_table, NULL, e);
	db_give(&r->db);
	if (rc == RC_OK)
		rc = manifest_read(r->from, &again, bring_item, r, e);
	if (rc == RC_OK)
		rc = backup_tool(argv, e);
	if (rc == RC_OK)
		rc = inspect(r, pool, facts, e);
	db_pool_close(pool);
	return rc;
}

static enum rc
restore(struct restoring *r, struct backup_facts *out, struct err *e)
{
	const struct backup_place *p = r->p;
	bool pg = p->db_url != NULL && strncmp(p->db_url, "postgres", 8) == 0;
	int lock = -1;
	enum rc rc = verify(r, out, e);

	if (rc != RC_OK)
		return rc;
	if (strcmp(out->engine, pg ? "pg" : "sqlite") != 0)
		return fail_code(e, RC_STATE, "other-engine", NULL, "备份属于另一种数据库（%s）", "the backup is of another engine (%s)",
			out->engine);
	if (mkdir(p->data_dir, 0700) != 0 && errno != EEXIST)
		return backup_disk(e, p->data_dir);
	if (pg)
		return restore_pg(r, out, e);
	rc = settle_old(p, e);
	if (rc == RC_OK)
		rc = lock_place(p, &lock, e);
	if (rc == RC_OK)
		rc = restore_sqlite(r, out, e);
	if (lock >= 0)
		close(lock);
	return rc;
}

enum rc
backup_restore(const struct backup_place *p, const char *from, struct backup_facts *out, struct err *e)
{
	struct restoring r = { .p = p, .from = from };
	enum rc rc = restore(&r, out, e);

	arena_done(&r.mem);
	return rc;
}

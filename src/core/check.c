#include "base/base.h"
#include "core/backup_priv.h"
#include "core/check.h"
#include "core/resource.h"
#include "core/schema.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
fault(struct ctx *c, struct check_report *out, const char *zh, const char *en, ...) PRINTF_LIKE(3, 5) PRINTF_LIKE(4, 5);

static void
fault(struct ctx *c, struct check_report *out, const char *zh, const char *en, ...)
{
	struct str *at = list_add(&out->faults);
	char text[400];
	va_list ap;

	if (at == NULL) {
		out->more = true;
		return;
	}
	va_start(ap, en);
	vsnprintf(text, sizeof(text), c->lang == LANG_EN ? en : zh, ap);
	va_end(ap);
	*at = str_dup(c->mem, str_from_c(text));
}

/* ---- the engine's own view ---- */

static enum rc
check_integrity(struct ctx *c, struct check_report *out)
{
	static const struct db_sql integrity_sqlite = { "check.integrity", "PRAGMA integrity_check(100)" };
	DB_STMT st = NULL;
	bool row;
	enum rc rc;

	if (db_engine(c->db) != DB_SQLITE)
		return RC_OK;
	rc = db_prepare(c->db, &integrity_sqlite, &st, &c->err);
	while (rc == RC_OK && (rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		struct str s = db_col_str(st, 0);

		if (!str_eq(s, S("ok")))
			fault(c, out, "数据库结构损坏：" STR_FMT, "the database is damaged: " STR_FMT, STR_ARG(s));
	}
	return rc;
}

static enum rc
check_level(struct ctx *c, const struct migration *migrations, struct check_report *out)
{
	enum rc rc = migrate_check(c->db, migrations, &c->err);

	if (rc != RC_STATE)
		return rc;
	fault(c, out, "%s", "%s", c->err.text);
	return RC_OK;
}

/* The tables as they are against the tables as the migrations make them, in a database of its own. */
static enum rc
wanted_facts(struct ctx *c, const struct migration *migrations, struct schema_facts *want)
{
	char dir[] = "/tmp/ezhen-check-XXXXXX", url[80];
	struct db_pool *pool = NULL;
	struct db *db = NULL;
	enum rc rc;

	if (mkdtemp(dir) == NULL)
		return backup_disk(&c->err, "/tmp");
	snprintf(url, sizeof(url), "sqlite:%s/x.db", dir);
	rc = db_pool_open(&pool, &(struct db_options){ .url = url, .create = true }, &c->err);
	if (rc == RC_OK)
		rc = db_take(pool, 1000, &db, &c->err);
	if (rc == RC_OK)
		rc = migrate_up(db, migrations, NULL, &c->err);
	if (rc == RC_OK)
		rc = schema_read(db, c->mem, c->app, want, &c->err);
	db_give(&db);
	db_pool_close(pool);
	for (const char *const *end = (const char *const[]){ "", "-wal", "-shm", ".lock", NULL }; *end != NULL; end++) {
		snprintf(url, sizeof(url), "%s/x.db%s", dir, *end);
		unlink(url);
	}
	rmdir(dir);
	return rc;
}

static enum rc
check_catalogue(struct ctx *c, const struct migration *migrations, struct check_report *out)
{
	struct schema_facts has, want;
	struct sb diff;
	struct str rest;
	enum rc rc = schema_read(c->db, c->mem, c->app, &has, &c->err);

	if (rc == RC_OK)
		rc = wanted_facts(c, migrations, &want);
	if (rc != RC_OK)
		return rc;
	sb_init(&diff, c->mem, 64 * 1024);
	schema_diff(&want, &has, &diff);
	rest = sb_str(&diff);
	while (rest.n > 0) {
		struct str line = str_cut(&rest, '\n');

		if (line.n > 2 && line.p[0] == '-')
			fault(c, out, "表结构缺少：" STR_FMT, "the tables lack: " STR_FMT, STR_ARG(str_sub(line, 2, line.n)));
		else if (line.n > 2)
			fault(c, out, "表结构多出：" STR_FMT, "the tables have too much: " STR_FMT,
				STR_ARG(str_sub(line, 2, line.n)));
	}
	return RC_OK;
}

/* ---- references ---- */

static enum rc
check_ref(struct ctx *c, const struct resource *r, const struct field *f, struct check_report *out)
{
	const struct resource *to = resource_find(c->app, str_from_c(f->ref));
	struct str sql;
	DB_STMT st = NULL;
	bool row;
	enum rc rc;

	if (to == NULL)
		return RC_OK;
	sql = str_fmt(c->mem,
		"SELECT COUNT(*), MIN(a.id) FROM %s a WHERE a.%s IS NOT NULL AND a.%s <> 0 AND NOT EXISTS"
		" (SELECT 1 FROM %s b WHERE b.county = a.county AND b.id = a.%s)",
		r->table, f->name, f->name, to->table, f->name);
	rc = db_prepare(c->db, &(struct db_sql){ "check.reference", sql.p }, &st, &c->err);
	if (rc == RC_OK)
		rc = db_step(st, &row, &c->err);
	if (rc == RC_OK && db_col_i64(st, 0) > 0)
		fault(c, out, "%s.%s：" LLD " 行引用的 %s 不存在，例如 " LLD, "%s.%s: " LLD " rows refer to a missing row of %s, such as " LLD,
			r->table, f->name, LL(db_col_i64(st, 0)), to->table, LL(db_col_i64(st, 1)));
	return rc;
}

static enum rc
check_references(struct ctx *c, struct check_report *out)
{
	for (const struct resource *const *r = c->app->resources; *r != NULL; r++) {
		for (const struct field *f = (*r)->fields; f->name != NULL; f++) {
			enum rc rc = f->type == T_REF ? check_ref(c, *r, f, out) : RC_OK;

			if (rc != RC_OK)
				return rc;
		}
	}
	return RC_OK;
}

/* ---- contents ---- */

static void
check_content(struct ctx *c, struct str sha, int64_t bytes, struct check_report *out)
{
	char name[80], found[HEX_BYTES];
	int64_t n = 0;
	int fd = -1;

	snprintf(name, sizeof(name), "files/%.2s/%.62s", sha.p, sha.n > 2 ? sha.p + 2 : "");
	if (sha.n == HEX_BYTES - 1)
		fd = backup_open(c->app->data_dir, name, false);
	if (fd < 0) {
		fault(c, out, "文件内容缺失：%s", "a file's content is missing: %s", name);
		return;
	}
	if (!backup_copy(fd, -1, &n, found))
		fault(c, out, "文件内容无法读取：%s", "a file's content cannot be read: %s", name);
	else if (n != bytes)
		fault(c, out, "文件长度不符：%s（应为 " LLD "，实为 " LLD "）", "a file has the wrong length: %s (" LLD " expected, " LLD " found)",
			name, LL(bytes), LL(n));
	else if (strncmp(found, sha.p, sha.n) != 0)
		fault(c, out, "文件内容被改变：%s", "a file's content has changed: %s", name);
	close(fd);
	out->files++;
	out->bytes += n;
}

static enum rc
check_contents(struct ctx *c, struct check_report *out)
{
	static const struct db_sql sql = { "check.contents",
		"SELECT sha256, bytes FROM file UNION SELECT sha256, bytes FROM file_variant ORDER BY 1"
		" /* all counties: contents are kept once */" };
	DB_STMT st = NULL;
	bool row;
	enum rc rc;

	if (c->app->data_dir == NULL)
		return RC_OK;
	rc = db_prepare(c->db, &sql, &st, &c->err);
	while (rc == RC_OK && (rc = db_step(st, &row, &c->err)) == RC_OK && row)
		check_content(c, db_col_str(st, 0), db_col_i64(st, 1), out);
	return rc;
}

enum rc
check_database(struct ctx *c, const struct migration *migrations, struct check_report *out)
{
	enum rc rc;
	size_t before;

	*out = (struct check_report){ .files = 0 };
	list_init(&out->faults, c->mem, sizeof(struct str), CHECK_FAULTS_MAX);
	rc = check_integrity(c, out);
	before = out->faults.count;
	if (rc == RC_OK)
		rc = check_level(c, migrations, out);
	/* Of another level, the tables cannot be right, and questions to them would fail. */
	if (rc != RC_OK || out->faults.count > before)
		return rc;
	rc = check_catalogue(c, migrations, out);
	if (rc == RC_OK)
		rc = check_references(c, out);
	return rc == RC_OK ? check_contents(c, out) : rc;
}

/* file.c - taking files in and giving them out: limits, kinds, rows. */
#include "base/base.h"
#include "core/file.h"
#include "core/file_priv.h"
#include "core/rule.h"
#include "core/sandbox.h"
#include "core/store.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY = 64 * 1024, SIDES = 3, DAY = DAY_MS, MADE_DAYS = 30 };

static const int32_t sides[SIDES] = { 0, 1600, 320 };
static const char *const variants[SIDES] = { "", "1600", "320" };

/* What came out of one upload: the content and, for a picture, its smaller ones. */
struct taken {
	struct store *s;
	struct store_item items[SIDES];
	size_t count;
};

static void
taken_drop(struct taken *t)
{
	for (size_t i = 0; i < t->count; i++)
		store_drop(&t->items[i]);
}

static enum rc
take_picture(void *arg, size_t index, struct str jpeg, struct err *e)
{
	struct taken *t = arg;
	struct store_item *it = &t->items[index];
	enum rc rc = store_begin(t->s, it, e);

	if (rc != RC_OK)
		return rc;
	t->count = index + 1;
	rc = store_write(it, jpeg, e);
	return rc == RC_OK ? store_keep(it, e) : rc;
}

static enum rc
take_as_is(struct taken *t, int fd, struct err *e)
{
	char buf[COPY];
	off_t at = 0;
	enum rc rc = store_begin(t->s, &t->items[0], e);

	if (rc != RC_OK)
		return rc;
	t->count = 1;
	for (;;) {
		ssize_t n = pread(fd, buf, sizeof(buf), at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(e, RC_UNAVAILABLE, NULL, "无法读取文件", "the file cannot be read");
		if (n == 0)
			return store_keep(&t->items[0], e);
		at += n;
		rc = store_write(&t->items[0], (struct str){ buf, (size_t)n }, e);
		if (rc != RC_OK)
			return rc;
	}
}

/* ---- limits ---- */

static const struct db_sql sql_used = { "file.used",
	"SELECT COALESCE(SUM(bytes), 0) FROM file WHERE county = :county AND (:any = 1 OR org_id = :org)" };

static enum rc
used_bytes(struct ctx *c, int64_t org_id, bool any, int64_t *bytes)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_used, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "org", org_id);
	db_bind_i64(st, "any", any);
	rc = db_step(st, &row, &c->err);
	*bytes = rc == RC_OK && row ? db_col_i64(st, 0) : 0;
	return rc;
}

static enum rc
check_quota(struct ctx *c, int64_t bytes, const char *rule, bool any)
{
	int64_t limit_mb, used;
	enum rc rc = rule_i64(c, rule, NIL, &limit_mb, NULL);

	if (rc == RC_OK)
		rc = used_bytes(c, c->actor->org_id, any, &used);
	if (rc != RC_OK || used + bytes <= limit_mb << 20)
		return rc;
	return fail_code(&c->err, RC_LIMIT, "file-quota", NULL, "文件空间已满（上限 %lld MB）", "the space for files is used up (limit %lld MB)",
		LL(limit_mb));
}

static enum rc
check_size(struct ctx *c, const struct file_type *t, int64_t bytes)
{
	int64_t limit_mb;
	bool video = strcmp(t->class_, "video") == 0;
	enum rc rc = rule_i64(c, video ? "files.video_mb" : "files.upload_mb", NIL, &limit_mb, NULL);

	if (rc == RC_OK && bytes > limit_mb << 20)
		return fail_code(&c->err, RC_LIMIT, "file-size", NULL, "文件超过 %lld MB", "the file is larger than %lld MB", LL(limit_mb));
	if (rc == RC_OK && c->actor->org_id != 0)
		rc = check_quota(c, bytes, "files.org_quota_mb", false);
	return rc == RC_OK ? check_quota(c, bytes, "files.county_quota_mb", true) : rc;
}

/* ---- rows ---- */

static const struct db_sql sql_insert = { "file.insert",
	"INSERT INTO file (county, id, name, type, bytes, sha256, width, height, created_ms, created_by, org_id, division,"
	" keep_until_ms) VALUES (:county, :id, :name, :type, :bytes, :sha256, :width, :height, :now, :by, :org, :division, :keep)" };
static const struct db_sql sql_variant = { "file.variant",
	"INSERT INTO file_variant (county, file_id, variant, bytes, sha256) VALUES (:county, :id, :variant, :bytes, :sha256)" };

static enum rc
insert_file(struct ctx *c, const struct file_info *f, int64_t keep_ms)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_insert, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", f->id);
	db_bind_str(st, "name", f->name);
	db_bind_str(st, "type", f->type);
	db_bind_i64(st, "bytes", f->bytes);
	db_bind_str(st, "sha256", f->sha256);
	db_bind_i64(st, "width", f->width != 0 ? f->width : NIL);
	db_bind_i64(st, "height", f->height != 0 ? f->height : NIL);
	db_bind_i64(st, "now", c->now_ms);
	db_bind_i64(st, "by", f->created_by);
	db_bind_i64(st, "org", f->org_id);
	db_bind_i64(st, "division", f->division);
	db_bind_i64(st, "keep", c->now_ms + keep_ms);
	return db_run(st, NULL, &c->err);
}

static enum rc
insert_variant(struct ctx *c, int64_t id, const char *variant, const struct store_item *it)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_variant, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	db_bind_str(st, "variant", str_from_c(variant));
	db_bind_i64(st, "bytes", it->bytes);
	db_bind_str(st, "sha256", str_from_c(it->sha256));
	return db_run(st, NULL, &c->err);
}

static enum rc
insert_all(struct ctx *c, const struct file_info *f, const struct taken *t, int64_t keep_ms)
{
	DB_TX tx = { 0 };
	bool joined = db_in_tx(c->db);
	enum rc rc = joined ? RC_OK : db_begin(c->db, &tx, &c->err);

	if (rc == RC_OK)
		rc = insert_file(c, f, keep_ms);
	for (size_t i = 1; i < t->count && rc == RC_OK; i++)
		rc = insert_variant(c, f->id, variants[i], &t->items[i]);
	return rc == RC_OK && !joined ? db_commit(&tx, &c->err) : rc;
}

static enum rc
finish(struct ctx *c, const struct taken *t, struct str name, const char *type, int64_t keep_ms, struct file_info *out)
{
	out->id = id_new(c->app->ids);
	out->bytes = t->items[0].bytes;
	out->created_by = c->actor->user_id;
	out->org_id = c->actor->org_id;
	out->division = c->county * 1000000;
	out->name = name;
	out->type = str_from_c(type);
	out->sha256 = str_dup(c->mem, str_from_c(t->items[0].sha256));
	return insert_all(c, out, t, keep_ms);
}

static enum rc
need_parts(struct ctx *c, bool sandbox)
{
	if (c->app->files == NULL || (sandbox && c->app->sandbox == NULL))
		return fail(&c->err, RC_UNAVAILABLE, NULL, "文件服务未启动", "the file service is not running");
	return RC_OK;
}

static enum rc
choose_type(struct ctx *c, int fd, struct str name, const char *accept, const struct file_type **out)
{
	char sniffed[SANDBOX_TYPE_MAX];
	enum rc rc = sandbox_sniff(c->app->sandbox, fd, sniffed, &c->err);

	if (rc != RC_OK)
		return rc;
	*out = file_type_find(str_from_c(sniffed), name);
	if (*out == NULL)
		return fail_code(&c->err, RC_INVALID, "file-type", NULL, "不接受这种文件（%s）", "this kind of file is not accepted (%s)", sniffed);
	if (!file_type_accepted(*out, accept))
		return fail_code(&c->err, RC_INVALID, "file-type", NULL, "此处只接受 %s，这是 %s", "only %s is accepted here, this is %s", accept,
			(*out)->class_);
	return RC_OK;
}

enum rc
file_add(struct ctx *c, int fd, struct str name, const char *accept, struct file_info *out)
{
	CLEANUP(taken_drop) struct taken t = { .s = c->app->files };
	const struct file_type *type = NULL;
	struct image_facts facts = { 0 };
	struct stat st;
	enum rc rc = need_parts(c, true);

	*out = (struct file_info){ 0 };
	if (rc != RC_OK)
		return rc;
	if (fstat(fd, &st) != 0 || st.st_size == 0)
		return fail(&c->err, RC_INVALID, NULL, "文件是空的", "the file is empty");
	rc = choose_type(c, fd, name, accept, &type);
	if (rc == RC_OK)
		rc = check_size(c, type, st.st_size);
	if (rc != RC_OK)
		return rc;
	if (strcmp(type->class_, "image") == 0)
		rc = sandbox_image(c->app->sandbox, fd, &image_limits_default, sides, SIDES, &facts, take_picture, &t, &c->err);
	else
		rc = take_as_is(&t, fd, &c->err);
	if (rc != RC_OK)
		return rc;
	out->width = facts.width;
	out->height = facts.height;
	return finish(c, &t, file_name_clean(c->mem, name, type), type->type, DAY, out);
}

enum rc
file_add_made(struct ctx *c, int fd, struct str name, const char *type, struct file_info *out)
{
	CLEANUP(taken_drop) struct taken t = { .s = c->app->files };
	enum rc rc = need_parts(c, false);

	*out = (struct file_info){ 0 };
	if (rc == RC_OK)
		rc = take_as_is(&t, fd, &c->err);
	if (rc != RC_OK)
		return rc;
	return finish(c, &t, str_dup(c->mem, name), type, MADE_DAYS * (int64_t)DAY, out);
}

static const struct db_sql sql_info = { "file.info",
	"SELECT name, type, bytes, sha256, width, height, created_by, org_id, division,"
	" (SELECT COUNT(*) FROM file_link l WHERE l.county = f.county AND l.file_id = f.id AND l.is_public = 1)"
	" FROM file f WHERE county = :county AND id = :id" };

enum rc
file_info(struct ctx *c, int64_t id, struct file_info *out)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_info, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK)
		return rc;
	if (!row)
		return file_not_found(c);
	*out = (struct file_info){ .id = id,
		.name = str_dup(c->mem, db_col_str(st, 0)),
		.type = str_dup(c->mem, db_col_str(st, 1)),
		.bytes = db_col_i64(st, 2),
		.sha256 = str_dup(c->mem, db_col_str(st, 3)),
		.width = db_col_null(st, 4) ? 0 : db_col_i64(st, 4),
		.height = db_col_null(st, 5) ? 0 : db_col_i64(st, 5),
		.created_by = db_col_i64(st, 6),
		.org_id = db_col_i64(st, 7),
		.division = db_col_i64(st, 8),
		.is_public = db_col_i64(st, 9) > 0 };
	return RC_OK;
}

static const struct db_sql sql_find_variant = { "file.find-variant",
	"SELECT sha256 FROM file_variant WHERE county = :county AND file_id = :id AND variant = :variant" };

enum rc
file_open(struct ctx *c, const struct file_info *f, const char *variant, int *fd, int64_t *bytes)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = need_parts(c, false);

	*fd = -1;
	if (rc != RC_OK || variant[0] == '\0')
		return rc == RC_OK ? store_read(c->app->files, f->sha256, fd, bytes, &c->err) : rc;
	rc = db_prepare(c->db, &sql_find_variant, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", f->id);
	db_bind_str(st, "variant", str_from_c(variant));
	rc = db_step(st, &row, &c->err);
	if (rc == RC_OK && !row)
		return file_not_found(c);
	return rc == RC_OK ? store_read(c->app->files, db_col_str(st, 0), fd, bytes, &c->err) : rc;
}

/* file_link.c - which rows use a file, who may therefore see it, and when it may go. */
#include "base/base.h"
#include "core/file_priv.h"
#include "core/record.h"
#include "core/store.h"
#include <string.h>

enum { LINKS_LOOKED_AT = 50, FILES_MAX = 50, SWEEP_BATCH = 200, SWEEP_BATCHES = 500 };

enum rc
file_not_found(struct ctx *c)
{
	return fail(&c->err, RC_NOT_FOUND, NULL, "文件不存在", "there is no such file");
}

/* ---- who may see ---- */

struct link {
	struct str resource;
	int64_t record_id;
};

static const struct db_sql sql_links = { "file.links",
	"SELECT resource, record_id FROM file_link WHERE county = :county AND file_id = :id ORDER BY resource, record_id LIMIT 50" };

static enum rc
load_links(struct ctx *c, int64_t id, struct link links[LINKS_LOOKED_AT], size_t *count)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_links, &st, &c->err);

	*count = 0;
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row && *count < LINKS_LOOKED_AT)
		links[(*count)++] = (struct link){ str_dup(c->mem, db_col_str(st, 0)), db_col_i64(st, 1) };
	return rc;
}

static bool
may_read_row(struct ctx *c, const struct link *l)
{
	const struct resource *r = resource_find(c->app, l->resource);
	struct record_head head;
	struct arena_mark mark = arena_mark(c->mem);
	bool may;

	if (r == NULL || r->may[ACT_READ] == NULL)
		return false;
	may = record_load(c, r, l->record_id, r->may[ACT_READ], &head,
		      arena_alloc(c->mem, 1, r->record_size, _Alignof(max_align_t))) == RC_OK;
	arena_rewind(c->mem, mark);
	return may;
}

enum rc
file_may_read(struct ctx *c, const struct file_info *f)
{
	struct link links[LINKS_LOOKED_AT];
	size_t count;
	enum rc rc;

	if (f->is_public || c->actor->kind == ACTOR_SYSTEM)
		return RC_OK;
	if (c->actor->user_id != 0 && f->created_by == c->actor->user_id)
		return RC_OK;
	if (c->actor->kind == ACTOR_NOBODY)
		return file_not_found(c);
	rc = load_links(c, f->id, links, &count);
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < count; i++)
		if (may_read_row(c, &links[i]))
			return RC_OK;
	return file_not_found(c);
}

/* ---- linking ---- */

static const struct db_sql sql_unlink = { "file.unlink",
	"DELETE FROM file_link WHERE county = :county AND resource = :resource AND record_id = :record_id AND field = :field"
	" RETURNING file_id" };
static const struct db_sql sql_link = { "file.link",
	"INSERT INTO file_link (county, resource, record_id, field, file_id, is_public)"
	" VALUES (:county, :resource, :record_id, :field, :file_id, :is_public)" };
static const struct db_sql sql_keep = { "file.keep",
	"UPDATE file SET keep_until_ms = :keep WHERE county = :county AND id = :id AND keep_until_ms < :keep" };

static void
bind_place(struct ctx *c, struct db_stmt *st, const struct resource *r, const struct record_head *h, const char *field)
{
	db_bind_i64(st, "county", c->county);
	db_bind_str(st, "resource", str_from_c(r->name));
	db_bind_i64(st, "record_id", h->id);
	db_bind_str(st, "field", str_from_c(field));
}

/* A file that loses its row has a day left, whatever its age. */
static enum rc
keep_for_a_day(struct ctx *c, int64_t id)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_keep, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	db_bind_i64(st, "keep", c->now_ms + DAY_MS);
	return db_run(st, NULL, &c->err);
}

static enum rc
unlink_all(struct ctx *c, const struct resource *r, const struct record_head *h, const char *field, int64_t had[FILES_MAX], size_t *count)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_unlink, &st, &c->err);

	*count = 0;
	if (rc != RC_OK)
		return rc;
	bind_place(c, st, r, h, field);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row)
		if (*count < FILES_MAX)
			had[(*count)++] = db_col_i64(st, 0);
	db_finish(&st);
	for (size_t i = 0; i < *count && rc == RC_OK; i++)
		rc = keep_for_a_day(c, had[i]);
	return rc;
}

static bool
holds(const int64_t *list, size_t count, int64_t id)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == id)
			return true;
	return false;
}

/* A row may show only files its writer may see: a guessed key must not open another's file. */
static enum rc
check_file(struct ctx *c, int64_t id, const char *accept, bool had)
{
	struct file_info f;
	const struct file_type *t;
	enum rc rc = file_info(c, id, &f);

	if (rc == RC_OK && !had)
		rc = file_may_read(c, &f);
	if (rc != RC_OK)
		return rc;
	t = file_type_of(f.type);
	if (accept != NULL && (t == NULL || !file_type_accepted(t, accept)))
		return fail_code(&c->err, RC_INVALID, "file-type", NULL, "此处只接受 %s", "only %s is accepted here", accept);
	return RC_OK;
}

static enum rc
insert_link(struct ctx *c, const struct resource *r, const struct record_head *h, const char *field, int64_t id, bool is_public)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_link, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	bind_place(c, st, r, h, field);
	db_bind_i64(st, "file_id", id);
	db_bind_i64(st, "is_public", is_public);
	return db_run(st, NULL, &c->err);
}

enum rc
file_link(struct ctx *c, const struct resource *r, const struct record_head *h, const char *field, struct str keys,
	const char *accept, bool is_public)
{
	int64_t had[FILES_MAX], now[FILES_MAX], id;
	size_t had_count, count = 0;
	struct str rest = keys.n > 0 ? keys : (struct str){ 0 };
	enum rc rc = unlink_all(c, r, h, field, had, &had_count);

	while (rc == RC_OK && rest.p != NULL) {
		if (!str_i64(str_cut(&rest, ','), &id) || id <= 0)
			return fail(&c->err, RC_INVALID, NULL, "文件编号无效", "not a file key");
		if (holds(now, count, id))
			continue;
		if (count == FILES_MAX)
			return fail(&c->err, RC_LIMIT, NULL, "文件超过 %d 个", "more than %d files", FILES_MAX);
		now[count++] = id;
		rc = check_file(c, id, accept, holds(had, had_count, id));
		if (rc == RC_OK)
			rc = insert_link(c, r, h, field, id, is_public);
	}
	return rc;
}

/* ---- sweeping ---- */

static const struct db_sql sql_over = { "file.over",
	"SELECT id FROM file f WHERE county = :county AND keep_until_ms < :now AND NOT EXISTS"
	" (SELECT 1 FROM file_link l WHERE l.county = f.county AND l.file_id = f.id) ORDER BY keep_until_ms LIMIT 200" };
static const struct db_sql sql_contents = { "file.contents",
	"SELECT sha256 FROM file WHERE county = :county AND id = :id UNION"
	" SELECT sha256 FROM file_variant WHERE county = :county AND file_id = :id" };
static const struct db_sql sql_delete_variants = { "file.delete-variants",
	"DELETE FROM file_variant WHERE county = :county AND file_id = :id" };
/* The link is asked again: it may have come since the list was read. */
static const struct db_sql sql_delete = { "file.delete",
	"DELETE FROM file WHERE county = :county AND id = :id AND keep_until_ms < :now AND NOT EXISTS"
	" (SELECT 1 FROM file_link l WHERE l.county = :county AND l.file_id = :id)" };
static const struct db_sql sql_named = { "file.named",
	"SELECT (SELECT COUNT(*) FROM file WHERE sha256 = :sha256) + (SELECT COUNT(*) FROM file_variant WHERE sha256 = :sha256)"
	" /* all counties: content is kept once */" };

static enum rc
run_for(struct ctx *c, const struct db_sql *sql, int64_t id, int64_t *changes)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, sql, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	if (db_has_param(st, "now"))
		db_bind_i64(st, "now", c->now_ms);
	return db_run(st, changes, &c->err);
}

static enum rc
contents_of(struct ctx *c, int64_t id, struct str out[4], size_t *count)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_contents, &st, &c->err);

	*count = 0;
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row && *count < 4)
		out[(*count)++] = str_dup(c->mem, db_col_str(st, 0));
	return rc;
}

static enum rc
is_named(struct ctx *c, struct str sha256, bool *named)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_named, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_str(st, "sha256", sha256);
	rc = db_step(st, &row, &c->err);
	*named = rc != RC_OK || !row || db_col_i64(st, 0) > 0;
	return rc;
}

static enum rc
delete_file(struct ctx *c, int64_t id, bool *gone)
{
	DB_TX tx = { 0 };
	int64_t changes = 0;
	enum rc rc = db_begin(c->db, &tx, &c->err);

	if (rc == RC_OK)
		rc = run_for(c, &sql_delete, id, &changes);
	*gone = changes > 0;
	if (rc != RC_OK || !*gone)
		return rc;
	rc = run_for(c, &sql_delete_variants, id, NULL);
	return rc == RC_OK ? db_commit(&tx, &c->err) : rc;
}

static enum rc
sweep_one(struct ctx *c, int64_t id, int64_t *removed)
{
	struct str contents[4];
	size_t count;
	bool gone = false, named;
	enum rc rc = contents_of(c, id, contents, &count);

	if (rc == RC_OK)
		rc = delete_file(c, id, &gone);
	if (rc != RC_OK || !gone)
		return rc;
	(*removed)++;
	for (size_t i = 0; i < count; i++) {
		rc = is_named(c, contents[i], &named);
		if (rc != RC_OK)
			return rc;
		if (!named)
			store_remove(c->app->files, contents[i], c->now_ms - DAY_MS / 24);
	}
	return RC_OK;
}

static enum rc
list_over(struct ctx *c, int64_t ids[SWEEP_BATCH], size_t *count)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_over, &st, &c->err);

	*count = 0;
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "now", c->now_ms);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row && *count < SWEEP_BATCH)
		ids[(*count)++] = db_col_i64(st, 0);
	return rc;
}

enum rc
files_sweep(struct ctx *c, int64_t *removed)
{
	int64_t ids[SWEEP_BATCH];
	size_t count = SWEEP_BATCH;
	enum rc rc = RC_OK;

	*removed = 0;
	if (c->app->files == NULL)
		return RC_OK;
	for (int i = 0; i < SWEEP_BATCHES && count == SWEEP_BATCH && rc == RC_OK; i++) {
		struct arena_mark mark = arena_mark(c->mem);

		rc = list_over(c, ids, &count);
		for (size_t k = 0; k < count && rc == RC_OK; k++)
			rc = sweep_one(c, ids[k], removed);
		arena_rewind(c->mem, mark);
	}
	store_tidy(c->app->files, c->now_ms - DAY_MS);
	return rc;
}

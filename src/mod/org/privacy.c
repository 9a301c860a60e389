/*
 * privacy.c - the job behind a personal data request: writes everything kept
 * about a person into one file, or empties the personal fields of his rows. Rows
 * stay, so that lots, records and the audit trail remain whole.
 */
#include "base/base.h"
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "core/audit.h"
#include "core/file.h"
#include "core/job.h"
#include "core/record.h"
#include "mod/org/org_priv.h"

enum { PAGE = 500, ROW_BYTES_MAX = 1 << 20, ROWS_MAX = 200000 };
static const char gone_zh[] = "已删除";

/* ---- which rows speak of the person ---- */

struct subject {
	int64_t person_id, user_id;
};

static void
or_match(struct sb *sql, const char *column, const char *param, bool *first)
{
	sb_addf(sql, "%s%s = :%s", *first ? "" : " OR ", column, param);
	*first = false;
}

/* The condition of a resource's rows about the subject; false when it can have none. */
static bool
about(const struct resource *r, const struct subject *s, struct sb *sql)
{
	bool first = true;

	if (s->person_id != 0) {
		if (r->place != PLACE_COUNTY)
			or_match(sql, "person_id", "person", &first);
		if (r == &resource_people)
			or_match(sql, "id", "person", &first);
	}
	if (s->user_id != 0 && r == &resource_users)
		or_match(sql, "id", "user", &first);
	for (const struct field *f = r->fields; f->name != NULL; f++) {
		if (f->type != T_REF || strcmp(f->name, "person_id") == 0)
			continue;
		if (s->person_id != 0 && strcmp(f->ref, "people") == 0)
			or_match(sql, f->name, "person", &first);
		if (s->user_id != 0 && strcmp(f->ref, "users") == 0)
			or_match(sql, f->name, "user", &first);
	}
	return !first;
}

/* The next page of ids after *after. */
static enum rc
next_ids(struct ctx *c, const struct resource *r, const struct subject *s, int64_t after, int64_t ids[PAGE], size_t *count)
{
	DB_STMT st = NULL;
	struct sb sql;
	bool row = false;

	*count = 0;
	sb_init(&sql, c->mem, 4096);
	sb_addf(&sql, "SELECT id FROM %s WHERE county = :county AND deleted_ms IS NULL AND id > :after AND (", r->table);
	if (!about(r, s, &sql))
		return RC_OK;
	sb_addf(&sql, ") ORDER BY id LIMIT %d", PAGE);
	struct db_sql text = { "privacy.rows", str_c(c->mem, sb_str(&sql)) };
	enum rc rc = db_prepare(c->db, &text, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "after", after);
	if (db_has_param(st, "person"))
		db_bind_i64(st, "person", s->person_id);
	if (db_has_param(st, "user"))
		db_bind_i64(st, "user", s->user_id);
	while (*count < PAGE && (rc = db_step(st, &row, &c->err)) == RC_OK && row)
		ids[(*count)++] = db_col_i64(st, 0);
	return rc;
}

typedef enum rc row_fn(struct ctx *c, void *arg, const struct resource *r, int64_t id);

/* Calls fn for each row of each resource; memory of a row is given back at once. */
static enum rc
each_row(struct ctx *c, const struct subject *s, row_fn *fn, void *arg)
{
	int64_t rows = 0;

	for (size_t i = 0; c->app->resources[i] != NULL; i++) {
		const struct resource *r = c->app->resources[i];
		int64_t ids[PAGE], after = 0;
		size_t count = PAGE;

		while (r->parent == NULL && count == PAGE) {
			enum rc rc = next_ids(c, r, s, after, ids, &count);
			for (size_t n = 0; rc == RC_OK && n < count; n++) {
				struct arena_mark mark = arena_mark(c->mem);
				rc = ++rows > ROWS_MAX ? fail(&c->err, RC_LIMIT, NULL, "记录过多", "too many rows") : fn(c, arg, r, ids[n]);
				if (rc == RC_OK)
					arena_rewind(c->mem, mark);
				after = ids[n];
			}
			if (rc != RC_OK)
				return rc;
		}
	}
	return RC_OK;
}

/* ---- a copy of everything ---- */

struct export {
	int fd;
	const struct resource *now;
	int64_t rows;
};

static enum rc
write_all(struct ctx *c, int fd, struct str s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);
		if (n <= 0)
			return fail(&c->err, RC_UNAVAILABLE, NULL, "写入失败", "writing failed");
		s = str_sub(s, (size_t)n, s.n);
	}
	return RC_OK;
}

static enum rc
export_row(struct ctx *c, void *arg, const struct resource *r, int64_t id)
{
	struct export *x = arg;
	struct json_writer w;
	struct sb b;
	enum rc rc;

	sb_init(&b, c->mem, ROW_BYTES_MAX);
	if (x->now != r)
		sb_addf(&b, "%s\"%s\":[\n", x->now != NULL ? "\n],\n" : "", r->name);
	else
		sb_add(&b, ",\n");
	x->now = r;
	json_writer_init(&w, &b);
	rc = record_read(c, r, id, true, &w);
	x->rows++;
	return rc != RC_OK ? rc : write_all(c, x->fd, sb_str(&b));
}

static const struct db_sql sql_acts = { "privacy.acts",
	"SELECT at_ms, verb, resource, record_id, client_ip FROM audit WHERE county = :county AND actor_id = :user ORDER BY id LIMIT 20000" };

static enum rc
export_acts(struct ctx *c, const struct subject *s, int fd)
{
	DB_STMT st = NULL;
	bool row = false;
	const char *comma = "";
	enum rc rc = s->user_id != 0 ? db_prepare(c->db, &sql_acts, &st, &c->err) : RC_OK;

	if (rc != RC_OK || st == NULL)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "user", s->user_id);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		struct arena_mark mark = arena_mark(c->mem);
		struct json_writer w;
		struct sb b;

		sb_init(&b, c->mem, 8192);
		sb_addf(&b, "%s\n", comma);
		json_writer_init(&w, &b);
		json_begin(&w);
		json_str(&w, "at", time_print_utc(c->mem, db_col_i64(st, 0)));
		json_str(&w, "verb", db_col_str(st, 1));
		json_str(&w, "resource", db_col_str(st, 2));
		json_id(&w, "record_id", db_col_i64(st, 3));
		json_str(&w, "address", db_col_str(st, 4));
		json_end(&w);
		rc = write_all(c, fd, sb_str(&b));
		if (rc != RC_OK)
			return rc;
		arena_rewind(c->mem, mark);
		comma = ",";
	}
	return rc;
}

static enum rc
export_all(struct ctx *c, const struct subject *s, int fd, int64_t *rows)
{
	struct export x = { .fd = fd };
	enum rc rc = write_all(c, fd, str_fmt(c->mem, "{\"made\":\"" STR_FMT "\",\"county\":\"" LLD "\",\"records\":{",
		STR_ARG(time_print_utc(c->mem, c->now_ms)), LL(c->county)));

	if (rc == RC_OK)
		rc = each_row(c, s, export_row, &x);
	if (rc == RC_OK)
		rc = write_all(c, fd, x.now != NULL ? S("\n]},\"acts\":[") : S("},\"acts\":["));
	if (rc == RC_OK)
		rc = export_acts(c, s, fd);
	if (rc == RC_OK)
		rc = write_all(c, fd, S("\n]}\n"));
	*rows = x.rows;
	return rc;
}

/* ---- erasure ---- */

static void
blank_fields(const struct resource *r, void *record)
{
	for (const struct field *f = r->fields; f->name != NULL; f++) {
		char *member = (char *)record + f->at;

		if (f->type == T_LINES) {
			const struct rows *rows = (const struct rows *)(const void *)member;
			for (size_t i = 0; i < rows->count; i++)
				blank_fields(f->lines, (char *)rows->items + i * f->lines->record_size);
		} else if (f->private && f->as == M_STR) {
			struct str gone = f->required ? (struct str){ gone_zh, sizeof(gone_zh) - 1 } : (struct str){ 0 };
			memcpy(member, &gone, sizeof(gone));
		} else if (f->private && f->as == M_I64) {
			int64_t nil = NIL;
			memcpy(member, &nil, sizeof(nil));
		}
	}
}

static bool
has_private(const struct resource *r)
{
	for (const struct field *f = r->fields; f->name != NULL; f++)
		if (f->private || (f->type == T_LINES && has_private(f->lines)))
			return true;
	return false;
}

struct erasure {
	const struct subject *subject;
	int64_t rows;
};

/* An organisation or a station is not the person, even where its row names him; only rows that are his are emptied. */
static enum rc
erase_row(struct ctx *c, void *arg, const struct resource *r, int64_t id)
{
	struct erasure *e = arg;
	struct record_head h;
	void *record = arena_alloc(c->mem, 1, r->record_size, _Alignof(max_align_t));
	enum rc rc;

	if (!has_private(r))
		return RC_OK;
	rc = record_load(c, r, id, NULL, &h, record);
	if (rc != RC_OK)
		return rc;
	bool his = (e->subject->person_id != 0 && h.person_id == e->subject->person_id) || r == &resource_people || r == &resource_users;
	if (!his || r == &resource_organisations)
		return RC_OK;
	blank_fields(r, record);
	if (r == &resource_people)
		((struct person *)record)->photo = NIL;
	if (r == &resource_users) {
		struct user *u = record;
		u->name = S("已注销");
		u->login = str_fmt(c->mem, "x" LLD, LL(id));
	}
	h.comment = S("personal data erased");
	e->rows++;
	return record_store(c, r, &h, record);
}

/* Rows deleted before, and what other tables copied from the account. */
static enum rc
erase_copies(struct ctx *c, const struct subject *s)
{
	static const struct db_sql statements[] = {
		{ "privacy.sessions", "UPDATE login_session SET client_ip = NULL, agent = 'erased' WHERE county = :county AND user_id = :user" },
		{ "privacy.grants", "UPDATE access_grant SET name = 'erased', note = NULL WHERE county = :county AND user_id = :user" },
		{ "privacy.deleted-people", "UPDATE person SET name = NULL, name_h = NULL, phone = NULL, phone_h = NULL, idno = NULL,"
			" idno_h = NULL, note = NULL, note_h = NULL WHERE county = :county AND id = :person AND deleted_ms IS NOT NULL" },
	};

	for (size_t i = 0; i < ARRAY_LEN(statements); i++) {
		DB_STMT st = NULL;
		enum rc rc = db_prepare(c->db, &statements[i], &st, &c->err);

		if (rc != RC_OK)
			return rc;
		db_bind_i64(st, "county", c->county);
		if (db_has_param(st, "user"))
			db_bind_i64(st, "user", s->user_id);
		if (db_has_param(st, "person"))
			db_bind_i64(st, "person", s->person_id);
		rc = db_run(st, NULL, &c->err);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static enum rc
erase_all(struct ctx *c, const struct subject *s, int64_t *rows)
{
	struct erasure e = { .subject = s };
	struct user u;
	struct record_head h;
	enum rc rc = each_row(c, s, erase_row, &e);

	if (rc == RC_OK)
		rc = erase_copies(c, s);
	*rows = e.rows;
	if (rc != RC_OK || s->user_id == 0)
		return rc;
	rc = record_load(c, &resource_users, s->user_id, NULL, &h, &u);
	if (rc != RC_OK || str_eq_c(u.state, "removed"))
		return rc;
	return record_move_system(c, &resource_users, s->user_id, "remove", S("personal data erased"));
}

/* ---- the job ---- */

static const struct db_sql sql_account = { "privacy.account",
	"SELECT id FROM user_account WHERE county = :county AND person_id = :person AND deleted_ms IS NULL ORDER BY id LIMIT 1" };

/* A request names the person or the account; the other is found from it. */
static enum rc
find_subject(struct ctx *c, const struct data_request *r, struct subject *s)
{
	DB_STMT st = NULL;
	struct record_head h;
	struct user u;
	bool row = false;
	enum rc rc;

	s->person_id = r->person_id == NIL ? 0 : r->person_id;
	s->user_id = r->user_id == NIL ? 0 : r->user_id;
	if (s->person_id == 0) {
		rc = record_load(c, &resource_users, s->user_id, NULL, &h, &u);
		if (rc == RC_OK && u.person_id != NIL)
			s->person_id = u.person_id;
		return rc;
	}
	if (s->user_id != 0)
		return RC_OK;
	rc = db_prepare(c->db, &sql_account, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "person", s->person_id);
	rc = db_step(st, &row, &c->err);
	if (rc == RC_OK && row)
		s->user_id = db_col_i64(st, 0);
	return rc;
}

static enum rc
make_copy(struct ctx *c, const struct subject *s, const struct data_request *r, int64_t *file, int64_t *rows)
{
	struct file_info info;
	int fd = memfd_create("personal-data", MFD_CLOEXEC);
	enum rc rc;

	if (fd < 0)
		return fail(&c->err, RC_UNAVAILABLE, NULL, "无法创建临时文件", "no temporary file");
	rc = export_all(c, s, fd, rows);
	if (rc == RC_OK)
		rc = file_add_made(c, fd, str_fmt(c->mem, STR_FMT ".json", STR_ARG(r->code)), "application/json", &info);
	close(fd);
	*file = rc == RC_OK ? info.id : 0;
	return rc;
}

static enum rc
answer(struct ctx *c, int64_t id, const struct subject *s, struct data_request *r)
{
	DB_TX tx = { 0 };
	struct record_head h;
	int64_t rows = 0, file = 0;
	bool erasure = str_eq_c(r->kind, "erasure");
	enum rc rc = erasure ? RC_OK : make_copy(c, s, r, &file, &rows);

	if (rc == RC_OK)
		rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK && erasure)
		rc = erase_all(c, s, &rows);
	if (rc == RC_OK)
		rc = record_load(c, &resource_data_requests, id, NULL, &h, r);
	if (rc != RC_OK)
		return rc;
	r->result = file == 0 ? NIL : file;
	r->outcome = erasure ? str_fmt(c->mem, "已清除 " LLD " 条记录中的个人信息", LL(rows)) : str_fmt(c->mem, "共 " LLD " 条记录", LL(rows));
	rc = record_store(c, &resource_data_requests, &h, r);
	if (rc == RC_OK)
		rc = record_move_system(c, &resource_data_requests, id, "complete", S(""));
	if (rc == RC_OK)
		rc = audit_act(c, erasure ? "personal-erasure" : "personal-export", "data-requests", id, S(""));
	return rc == RC_OK ? org_commit(c, &tx) : rc;
}

enum rc
job_data_request(struct ctx *c, struct job *j)
{
	struct data_request r;
	struct record_head h;
	struct subject s = { 0 };
	struct json *params;
	int64_t id;
	enum rc rc = json_parse(c->mem, j->params, 4096, &params, &c->err);

	if (rc != RC_OK)
		return rc;
	id = json_i64(params, "id");
	rc = record_load(c, &resource_data_requests, id, NULL, &h, &r);
	/* Answered before a crash took the job's own mark: nothing is left to do. */
	if (rc != RC_OK || !str_eq_c(r.state, "approved"))
		return rc;
	rc = find_subject(c, &r, &s);
	if (rc == RC_OK)
		rc = answer(c, id, &s, &r);
	if (rc != RC_OK)
		return rc;
	if (s.user_id != 0)
		auth_forget(c->app, s.user_id);
	return job_result(c, j, str_fmt(c->mem, "{\"data_request\":\"" LLD "\"}", LL(id)));
}

/* record_lines.c - line items: rows of a child table that live and are written with their owner. */
#include "base/base.h"
#include "core/record_priv.h"
#include <string.h>

static struct rows
rows_of(const struct field *f, const void *record)
{
	struct rows rows;

	memcpy(&rows, (const char *)record + f->at, sizeof(rows));
	return rows;
}

static void
line_from_json(struct ctx *c, const struct field *owner, size_t i, const struct json *j, void *line)
{
	const struct plan *p = plan_of(c->app, owner->lines);
	struct field_error *kept = c->errors;
	size_t count = c->error_count;

	/* The line's own errors are collected apart, then told under the owner's path. */
	c->errors = NULL;
	c->error_count = 0;
	record_init(p->r, line);
	validate_body(c, p, BODY_CREATE, j, line, NULL);

	struct field_error *own = c->errors;
	size_t own_count = c->error_count;

	c->errors = kept;
	c->error_count = count;
	for (size_t k = 0; k < own_count; k++)
		errors_add(c,
			str_fmt(c->mem, "%s[%zu]%s" STR_FMT, owner->name, i, own[k].field.n > 0 ? "." : "",
				STR_ARG(own[k].field))
				.p,
			own[k].text);
}

void
lines_from_json(struct ctx *c, const struct field *f, const struct json *j, void *record)
{
	struct rows rows = { 0 };
	size_t size = f->lines->record_size;
	struct err e = { .lang = c->lang };

	if (j->type != J_ARRAY && j->type != J_NULL) {
		(void)fail(&e, RC_INVALID, f->name, "须为明细数组", "must be an array of objects");
		errors_add(c, f->name, str_from_c(e.text));
		return;
	}
	if ((int64_t)j->count > field_max(f)) {
		(void)fail(&e, RC_INVALID, f->name, "最多 " LLD " 行", "at most " LLD " lines",
			LL(field_max(f)));
		errors_add(c, f->name, str_from_c(e.text));
		return;
	}
	if (j->type == J_ARRAY && j->count > 0) {
		rows.items = arena_alloc(c->mem, j->count, size, _Alignof(max_align_t));
		rows.count = j->count;
	}
	for (size_t i = 0; i < rows.count; i++)
		line_from_json(c, f, i, &j->items[i], (char *)rows.items + i * size);
	memcpy((char *)record + f->at, &rows, sizeof(rows));
}

void
lines_own(struct ctx *c, const struct plan *p, void *record)
{
	for (const struct field *f = p->has_lines ? p->r->fields : NULL; f != NULL && f->name != NULL; f++) {
		struct rows rows;
		void *items;

		if (f->type != T_LINES)
			continue;
		rows = rows_of(f, record);
		if (rows.count == 0)
			continue;
		items = arena_alloc(c->mem, rows.count, f->lines->record_size, _Alignof(max_align_t));
		memcpy(items, rows.items, rows.count * f->lines->record_size);
		rows.items = items;
		memcpy((char *)record + f->at, &rows, sizeof(rows));
	}
}

static enum rc
load_field(struct ctx *c, const struct field *f, int64_t id, void *record)
{
	const struct plan *p = plan_of(c->app, f->lines);
	int64_t max = field_max(f);
	struct record_head h;
	struct rows rows = { 0 };
	size_t cap = 0;
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &p->lines, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "parent_id", id);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row && (int64_t)rows.count < max) {
		if (rows.count == cap) {
			size_t wider = cap == 0 ? 8 : cap * 2;
			void *items = arena_alloc(c->mem, wider, p->r->record_size, _Alignof(max_align_t));

			if (cap > 0)
				memcpy(items, rows.items, cap * p->r->record_size);
			rows.items = items;
			cap = wider;
		}
		rc = columns_read(c, p, st, &h, (char *)rows.items + rows.count * p->r->record_size);
		if (rc != RC_OK)
			return rc;
		rows.count++;
	}
	if (rc == RC_OK)
		memcpy((char *)record + f->at, &rows, sizeof(rows));
	return rc;
}

enum rc
lines_load(struct ctx *c, const struct plan *p, int64_t id, void *record)
{
	enum rc rc = RC_OK;

	for (const struct field *f = p->has_lines ? p->r->fields : NULL;
		rc == RC_OK && f != NULL && f->name != NULL; f++)
		if (f->type == T_LINES)
			rc = load_field(c, f, id, record);
	return rc;
}

static enum rc
line_insert(struct ctx *c, const struct plan *p, int64_t parent_id, size_t position, const void *line)
{
	int64_t id = id_new(c->app->ids);
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &p->insert, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	db_bind_i64(st, "parent_id", parent_id);
	db_bind_i64(st, "position", (int64_t)position);
	for (const struct field *f = p->r->fields; f->name != NULL; f++)
		field_bind(c, p->r, f, st, id, value_of(f, line));
	return db_run(st, NULL, &c->err);
}

static enum rc
replace_field(struct ctx *c, const struct field *f, int64_t id, const void *record, bool had)
{
	const struct plan *p = plan_of(c->app, f->lines);
	struct rows rows = rows_of(f, record);
	DB_STMT st = NULL;
	enum rc rc = RC_OK;

	if (had) {
		rc = db_prepare(c->db, &p->lines_delete, &st, &c->err);
		if (rc != RC_OK)
			return rc;
		db_bind_i64(st, "county", c->county);
		db_bind_i64(st, "parent_id", id);
		rc = db_run(st, NULL, &c->err);
	}
	for (size_t i = 0; rc == RC_OK && i < rows.count; i++)
		rc = line_insert(c, p, id, i, (const char *)rows.items + i * p->r->record_size);
	return rc;
}

enum rc
lines_write(struct ctx *c, const struct plan *p, const struct record_head *h, const void *record,
	const void *before)
{
	enum rc rc = RC_OK;

	for (const struct field *f = p->has_lines ? p->r->fields : NULL;
		rc == RC_OK && f != NULL && f->name != NULL; f++)
		if (f->type == T_LINES && (before == NULL || field_differs(c, f, record, before)))
			rc = replace_field(
				c, f, h->id, record, before != NULL && rows_of(f, before).count > 0);
	return rc;
}

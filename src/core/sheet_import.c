/*
 * sheet_import.c - job core.import. The file is read twice in the sandbox:
 * first to the end, so that a damaged file stores nothing, then row by row.
 * Rows are written in batches, each row behind its own savepoint. The key of a
 * new row is made of the job and the row number: a job taken up again after a
 * crash finds its rows and does not double them.
 */
#include "base/base.h"
#include "core/event.h"
#include "core/file.h"
#include "core/sandbox.h"
#include "core/sheet_priv.h"
#include <string.h>
#include <unistd.h>

enum { BATCH = 100, ERRORS_MAX = 60, ROW_JSON_MAX = 2 << 20, BATCH_MEMORY = 512 << 20, NODE_FIRST = 512 };

#define XLSX_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

struct import_row {
	int64_t number;
	struct sheet_cell *cells;
	size_t count;
	const struct json *body;
	struct sheet_error *errors; /* ERRORS_MAX */
	size_t error_count, converted; /* of them found by conversion */
};

struct import {
	struct ctx *c;
	struct job *job;
	const struct resource *r;
	bool dry, stopped;
	struct arena keep, batch;
	struct sheet_lookup lookup;
	const struct field **fields; /* by column, NULL: not imported */
	struct str *headers;
	size_t columns;
	struct str *ignored;
	size_t ignored_count;
	int64_t expected; /* data rows, counted in the first reading */
	struct import_row rows[BATCH];
	size_t row_count;
	struct sheet_totals totals;
	struct sheet_error_book *book;
	int book_fd;
};

static void
import_done(struct import *m)
{
	arena_done(&m->batch);
	arena_done(&m->keep);
	if (m->book_fd >= 0)
		close(m->book_fd);
}

/* ---- headers ---- */

static enum rc
check_required(struct import *m)
{
	for (const struct field *f = m->r->fields; f->name != NULL; f++) {
		bool there = false;

		if (!f->required || f->default_ != NULL || !sheet_importable(f))
			continue;
		for (size_t i = 0; i < m->columns; i++)
			there |= m->fields[i] == f;
		if (!there)
			return fail_code(&m->c->err, RC_INVALID, "sheet-header", f->name, "第一行缺少必填的列“%s”", "the first row lacks the required column “%s”",
				tr(m->c, f->label));
	}
	return RC_OK;
}

static enum rc
read_header(struct import *m, const struct sheet_row *row)
{
	bool taken[SHEET_FIELDS_MAX] = { 0 };
	size_t found = 0;

	m->columns = row->count;
	m->fields = NEW_ARRAY(&m->keep, const struct field *, row->count);
	m->headers = NEW_ARRAY(&m->keep, struct str, row->count);
	m->ignored = NEW_ARRAY(&m->keep, struct str, row->count);
	for (size_t i = 0; i < row->count; i++) {
		struct str h = str_trim(row->cells[i].text);
		const struct field *f = h.n > 0 && !sheet_header_is_ours(h) ? sheet_header_find(m->r, h, taken) : NULL;

		m->headers[i] = str_dup(&m->keep, h);
		m->fields[i] = f;
		if (f != NULL) {
			taken[f - m->r->fields] = true;
			found++;
		} else if (h.n > 0 && !sheet_header_is_ours(h)) {
			m->ignored[m->ignored_count++] = m->headers[i];
		}
	}
	if (found == 0)
		return fail_code(&m->c->err, RC_INVALID, "sheet-header", NULL, "第一行没有一列是“%s”的字段，请用模板填写",
			"no column of the first row is a field of “%s”: use the template", tr(m->c, m->r->label));
	return check_required(m);
}

static bool
is_example(const struct sheet_row *row)
{
	struct str s = row->cells[0].text;

	return str_starts(s, str_from_c(sheet_example_mark.zh)) || str_starts(s, str_from_c(sheet_example_mark.en));
}

/* The error workbook of an earlier import has its row numbers and errors behind: rows with only those are empty. */
static bool
says_something(const struct import *m, const struct sheet_row *row)
{
	for (size_t i = 0; i < row->count && i < m->columns; i++)
		if (m->fields[i] != NULL && row->cells[i].type != CELL_EMPTY)
			return true;
	return false;
}

static enum rc
on_first_reading(void *arg, const struct sheet_row *row, struct err *e)
{
	struct import *m = arg;

	if (m->headers == NULL) {
		enum rc rc = read_header(m, row);

		*e = m->c->err;
		return rc;
	}
	m->expected += !is_example(row) && says_something(m, row);
	return RC_OK;
}

/* ---- one row ---- */

static void
add_error(struct import *m, struct import_row *row, size_t column, struct str text)
{
	for (size_t i = 0; i < row->error_count; i++)
		if (row->errors[i].column == column && column != SIZE_MAX)
			return;
	if (row->error_count < ERRORS_MAX)
		row->errors[row->error_count++] = (struct sheet_error){ column, str_dup(&m->batch, text) };
}

/* The column of a field path such as "readings[2].sample". */
static size_t
column_of(const struct import *m, struct str path)
{
	size_t n = 0;

	while (n < path.n && path.p[n] != '.' && path.p[n] != '[')
		n++;
	for (size_t i = 0; i < m->columns; i++)
		if (m->fields[i] != NULL && str_eq_c(str_sub(path, 0, n), m->fields[i]->name))
			return i;
	return SIZE_MAX;
}

/* 42 bits of time, a node no installation has, the row: ascending in the file, apart from keys made by the clock. */
static int64_t
row_id(const struct import *m, int64_t number)
{
	uint64_t job = (uint64_t)m->job->id;
	uint64_t node = NODE_FIRST + ((job * 0x9E3779B97F4A7C15u) >> 55);

	return (int64_t)((((job >> 22) + ((uint64_t)number >> 12)) << 22) | node << 12 | ((uint64_t)number & 4095));
}

static struct ctx
inner_ctx(struct import *m)
{
	struct ctx c = *m->c;

	c.mem = &m->batch;
	c.errors = NULL;
	c.error_count = 0;
	c.emitted = false;
	c.err = (struct err){ .lang = m->c->lang };
	return c;
}

static enum rc
convert_row(struct import *m, struct import_row *row)
{
	struct ctx c = inner_ctx(m);
	struct json_writer w;
	struct json *body;
	struct sb b;
	enum rc rc;

	sb_init(&b, &m->batch, ROW_JSON_MAX);
	json_writer_init(&w, &b);
	json_begin(&w);
	json_id(&w, "id", row_id(m, row->number));
	for (size_t i = 0; i < row->count && i < m->columns; i++) {
		if (m->fields[i] == NULL || row->cells[i].type == CELL_EMPTY)
			continue;
		rc = sheet_convert(&c, &m->lookup, m->fields[i], &row->cells[i], &w);
		if (rc == RC_INVALID || rc == RC_LIMIT || rc == RC_NOT_FOUND || rc == RC_DENIED)
			add_error(m, row, i, str_from_c(c.err.text));
		else if (rc != RC_OK)
			return m->c->err = c.err, rc;
	}
	json_end(&w);
	row->converted = row->error_count;
	if (b.truncated)
		return fail(&m->c->err, RC_LIMIT, NULL, "第 %lld 行过长", "row %lld is too long", LL(row->number));
	rc = json_parse(&m->batch, sb_str(&b), ROW_JSON_MAX, &body, &m->c->err);
	row->body = body;
	return rc;
}

/* ---- a batch ---- */

static bool
is_row_fault(enum rc rc)
{
	return rc == RC_INVALID || rc == RC_CONFLICT || rc == RC_DENIED || rc == RC_NOT_FOUND || rc == RC_STATE || rc == RC_LIMIT;
}

static void
take_errors(struct import *m, struct import_row *row, const struct ctx *c)
{
	for (size_t i = 0; i < c->error_count; i++)
		add_error(m, row, column_of(m, c->errors[i].field), c->errors[i].text);
	if (c->error_count == 0)
		add_error(m, row, column_of(m, str_from_c(c->err.field)), str_from_c(c->err.text));
}

/* Stores the row behind a savepoint, or says what is wrong with it. Anything else than RC_OK ends the batch. */
static enum rc
write_row(struct import *m, struct import_row *row, struct ctx *c)
{
	DB_TX point = { 0 };
	int64_t id;
	enum rc rc = db_begin(c->db, &point, &c->err);

	if (rc != RC_OK)
		return rc;
	c->errors = NULL;
	c->error_count = 0;
	rc = record_create(c, m->r, row->body, &id);
	if (rc == RC_OK)
		return row->error_count == 0 ? db_commit(&point, &c->err) : RC_OK;
	if (!is_row_fault(rc))
		return rc;
	take_errors(m, row, c);
	return RC_OK;
}

static enum rc
write_batch_once(struct import *m, struct ctx *c)
{
	DB_TX tx = { 0 };
	enum rc rc = db_begin(c->db, &tx, &c->err);

	for (size_t i = 0; i < m->row_count && rc == RC_OK; i++) {
		m->rows[i].error_count = m->rows[i].converted;
		rc = write_row(m, &m->rows[i], c);
	}
	if (rc != RC_OK || m->dry)
		return rc;
	return db_commit(&tx, &c->err);
}

static enum rc
write_batch(struct import *m)
{
	struct ctx c = inner_ctx(m);
	int attempt = 0;
	enum rc rc;

	do {
		c.err = (struct err){ .lang = m->c->lang };
		rc = write_batch_once(m, &c);
	} while (rc != RC_OK && db_again(&c.err, &attempt));
	if (rc != RC_OK)
		m->c->err = c.err;
	if (rc == RC_OK && c.emitted && !m->dry && c.app->events != NULL)
		dispatcher_wake(c.app->events);
	return rc;
}

static enum rc
report_wrong(struct import *m, const struct import_row *row)
{
	struct ctx c = inner_ctx(m);
	struct sheet_wrong_row wrong = { row->number, row->cells, row->count, row->errors, row->error_count };
	enum rc rc = RC_OK;

	if (m->book == NULL) {
		rc = sheet_temp_file(m->c, &m->book_fd);
		if (rc == RC_OK)
			rc = sheet_errors_open(&m->book, m->c, &m->keep, m->r, m->headers, m->columns, m->book_fd);
	}
	if (rc == RC_OK) {
		rc = sheet_errors_row(m->book, &c, &wrong);
		if (rc != RC_OK)
			m->c->err = c.err;
	}
	m->totals.wrong++;
	m->totals.cells += (int64_t)row->error_count;
	return rc;
}

static enum rc
flush(struct import *m)
{
	enum rc rc = m->row_count > 0 ? write_batch(m) : RC_OK;

	for (size_t i = 0; i < m->row_count && rc == RC_OK; i++) {
		m->totals.rows++;
		if (m->rows[i].error_count > 0)
			rc = report_wrong(m, &m->rows[i]);
		else
			m->totals.created++;
	}
	m->row_count = 0;
	arena_reset(&m->batch);
	if (rc == RC_OK) {
		struct arena_mark mark = arena_mark(m->c->mem);

		rc = job_progress(m->c, m->job, m->totals.rows, m->expected);
		m->stopped = rc == RC_STATE;
		arena_rewind(m->c->mem, mark);
	}
	return rc;
}

static void
copy_row(struct import *m, struct import_row *to, const struct sheet_row *from)
{
	*to = (struct import_row){ .number = from->number, .count = from->count };
	to->cells = NEW_ARRAY(&m->batch, struct sheet_cell, from->count);
	to->errors = NEW_ARRAY(&m->batch, struct sheet_error, ERRORS_MAX);
	for (size_t i = 0; i < from->count; i++) {
		to->cells[i] = from->cells[i];
		to->cells[i].text = str_dup(&m->batch, from->cells[i].text);
	}
}

static enum rc
on_second_reading(void *arg, const struct sheet_row *row, struct err *e)
{
	struct import *m = arg;
	struct import_row *to = &m->rows[m->row_count];
	enum rc rc;

	if (m->totals.rows == 0 && m->row_count == 0 && m->lookup.keep == NULL) {
		/* the header again */
		sheet_lookup_init(&m->lookup, &m->keep);
		return RC_OK;
	}
	if (is_example(row) || !says_something(m, row))
		return RC_OK;
	copy_row(m, to, row);
	rc = convert_row(m, to);
	m->row_count++;
	if (rc == RC_OK && (m->row_count == BATCH || m->batch.over_limit))
		rc = flush(m);
	if (rc != RC_OK)
		*e = m->c->err;
	return rc;
}

/* ---- the job ---- */

static enum rc
open_params(struct import *m, int *fd)
{
	struct ctx *c = m->c;
	struct file_info file;
	struct json *params;
	int64_t bytes;
	enum rc rc = json_parse(c->mem, m->job->params, 1 << 16, &params, &c->err);

	if (rc != RC_OK)
		return rc;
	m->r = resource_find(c->app, json_text(params, "resource"));
	m->dry = m->totals.dry = json_bool(params, "dry");
	if (m->r == NULL || m->r->parent != NULL)
		return fail(&c->err, RC_INVALID, "resource", "没有这种数据", "there is no such resource");
	if (!actor_may(c->actor, action_permission(m->r, ACT_IMPORT)))
		return denied(c);
	if (c->app->sandbox == NULL)
		return fail(&c->err, RC_UNAVAILABLE, NULL, "文件服务未启动", "the file service is not running");
	rc = file_info(c, json_i64(params, "file"), &file);
	if (rc == RC_OK)
		rc = file_may_read(c, &file);
	return rc == RC_OK ? file_open(c, &file, "", fd, &bytes) : rc;
}

static enum rc
read_file(struct import *m, int fd)
{
	struct err e = { .lang = m->c->lang };
	enum rc rc = sandbox_sheet(m->c->app->sandbox, fd, &sheet_limits_default, on_first_reading, m, &e);

	if (rc == RC_OK && m->expected == 0)
		rc = fail(&e, RC_INVALID, NULL, "文件里没有数据行", "the file holds no rows");
	if (rc == RC_OK)
		rc = job_progress(m->c, m->job, 0, m->expected);
	else
		m->c->err = e;
	if (rc != RC_OK)
		return rc;
	rc = sandbox_sheet(m->c->app->sandbox, fd, &sheet_limits_default, on_second_reading, m, &e);
	if (rc != RC_OK)
		m->c->err = e;
	return rc == RC_OK ? flush(m) : rc;
}

static enum rc
keep_book(struct import *m, int64_t *file_id)
{
	struct ctx *c = m->c;
	struct file_info file;
	enum rc rc;

	*file_id = 0;
	if (m->book == NULL)
		return RC_OK;
	m->totals.ignored = m->ignored;
	m->totals.ignored_count = m->ignored_count;
	rc = sheet_errors_finish(m->book, c, &m->totals);
	if (rc == RC_OK)
		rc = file_add_made(c, m->book_fd, str_fmt(c->mem, c->lang == LANG_EN ? "%s - errors.xlsx" : "%s-错误.xlsx", tr(c, m->r->label)),
			XLSX_TYPE, &file);
	if (rc == RC_OK)
		*file_id = file.id;
	return rc;
}

static enum rc
tell_result(struct import *m)
{
	struct json_writer w;
	int64_t file_id;
	struct sb b;
	enum rc rc = keep_book(m, &file_id);

	if (rc != RC_OK)
		return rc;
	sb_init(&b, m->c->mem, 1 << 16);
	json_writer_init(&w, &b);
	json_begin(&w);
	json_int(&w, "rows", m->totals.rows);
	json_int(&w, "created", m->totals.created);
	json_int(&w, "wrong", m->totals.wrong);
	json_int(&w, "cells", m->totals.cells);
	json_id(&w, "file", file_id);
	json_flag(&w, "dry", m->dry);
	json_key(&w, "ignored");
	json_list(&w);
	for (size_t i = 0; i < m->ignored_count && i < 50; i++)
		json_put_str(&w, m->ignored[i]);
	json_list_end(&w);
	json_end(&w);
	return job_result(m->c, m->job, sb_str(&b));
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static enum rc
run_import(struct ctx *c, struct job *j)
{
	CLEANUP(import_done) struct import m = { .c = c, .job = j, .book_fd = -1 };
	CLEANUP(close_fd) int fd = -1;
	struct err cancelled;
	enum rc rc, told;

	arena_init(&m.keep, 256 << 20);
	arena_init(&m.batch, BATCH_MEMORY / 8);
	rc = open_params(&m, &fd);
	if (rc == RC_OK)
		rc = read_file(&m, fd);
	if (rc == RC_OK)
		return tell_result(&m);
	if (!m.stopped)
		return rc;
	/* cancelled: what was stored stays stored, and people are told how much that is */
	cancelled = c->err;
	told = tell_result(&m);
	c->err = cancelled;
	return told == RC_OK ? rc : told;
}

const struct job_kind sheet_import_job = { .name = "core.import", .label = { "导入工作簿", "Import a workbook" }, .run = run_import };

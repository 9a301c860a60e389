/*
 * issue.c - codes. Ordering n codes reserves n on the lot by one guarded UPDATE:
 * the database's row lock decides among fifty clerks, and the sum can never pass
 * what the lot yields. The job then makes the codes in chunks; the counter of
 * the batch and the codes of a chunk commit together, so a crash, a retry or two
 * workers at once can neither lose nor double a code.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "base/base.h"
#include "core/file.h"
#include "lib/json/json.h"
#include "lib/label/label.h"
#include "lib/tracecode/tracecode.h"
#include "mod/trace/issue.h"
#include "mod/trace/lot_guard.h"

enum { CHUNK = 500 };

/* The condition is lot_gate(…, true) in SQL: what is checked and what is changed are one statement. */
#define GATE_SQL \
	" WHERE county = :county AND id = :id AND deleted_ms IS NULL AND state = 'released' AND test_verdict = 'pass'" \
	" AND (safe_on IS NULL OR safe_on <= harvested_on)"

static const struct db_sql sql_reserve = { "trace.reserve-codes",
	"UPDATE lot SET codes_issued = codes_issued + :n, version = version + 1, updated_ms = :now"
	GATE_SQL " AND codes_issued + :n <= codes_max" };
static const struct db_sql sql_give_back = { "trace.give-back-codes",
	"UPDATE lot SET codes_issued = codes_issued - :n, version = version + 1, updated_ms = :now"
	" WHERE county = :county AND id = :id" };
static const struct db_sql sql_gate = { "trace.gate-codes", "UPDATE lot SET version = version" GATE_SQL };

static enum rc
lot_change(struct ctx *c, const struct db_sql *sql, int64_t lot_id, int64_t n, int64_t *changes)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, sql, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", lot_id);
	if (db_has_param(st, "n")) {
		db_bind_i64(st, "n", n);
		db_bind_i64(st, "now", c->now_ms);
	}
	return db_run(st, changes, &c->err);
}

/* Why the reservation did not happen. */
static enum rc
reserve_refused(struct ctx *c, int64_t lot_id, int64_t n)
{
	struct record_head h;
	struct lot l;
	enum rc rc = record_load(c, &resource_lots, lot_id, NULL, &h, &l);

	if (rc == RC_OK)
		rc = gate_fail(&c->err, lot_gate_of(&l, true));
	if (rc != RC_OK)
		return rc;
	return fail_code(&c->err, RC_INVALID, "lot-quantity", "quantity",
		"批次最多可赋 " LLD " 个码，已赋 " LLD " 个，不能再赋 " LLD " 个",
		"the lot yields " LLD " codes, " LLD " are taken; " LLD " more are too many", LL(l.codes_max), LL(l.codes_issued),
		LL(n));
}

static enum rc
reserve(struct ctx *c, int64_t lot_id, int64_t n)
{
	int64_t changes = 0;
	enum rc rc = lot_change(c, &sql_reserve, lot_id, n, &changes);

	if (rc == RC_OK && changes == 0)
		rc = reserve_refused(c, lot_id, n);
	return rc;
}

static enum rc
queue(struct ctx *c, const char *kind, int64_t batch_id)
{
	return job_add(c, kind, str_fmt(c->mem, "{\"batch\":\"" LLD "\"}", LL(batch_id)), 0, &(int64_t){ 0 });
}

enum rc
code_batch_create(struct ctx *c, struct record_head *h, void *record)
{
	struct code_batch *b = record;
	enum rc rc = reserve(c, b->lot_id, b->quantity);

	if (rc == RC_OK)
		rc = counter_next(c, str_fmt(c->mem, "serial-" LLD, LL(b->lot_id)), b->quantity, &b->serial_from);
	if (rc == RC_OK)
		rc = number_next(c, "FM", &b->number);
	if (rc != RC_OK)
		return rc;
	b->issued = 0;
	b->sheet = NIL;
	return queue(c, "trace.issue-codes", h->id);
}

enum rc
code_batch_update(struct ctx *c, struct record_head *h, void *record, const void *before)
{
	const struct code_batch *b = record, *old = before;

	(void)h;
	if (str_eq_c(old->state, "handed_out") && (!str_eq(b->recipient, old->recipient) || b->received_on != old->received_on))
		return fail(&c->err, RC_INVALID, "recipient", "发放回执已登记，不能修改", "the receipt is final");
	if (b->received_on != NIL && b->received_on > date_of_ms(c->now_ms))
		return fail(&c->err, RC_INVALID, "received_on", "领取日期不能晚于今天", "the date may not lie in the future");
	return RC_OK;
}

enum rc
code_batch_move(struct ctx *c, struct record_head *h, void *record, const struct move *m)
{
	struct code_batch *b = record;
	struct str name = str_from_c(m->name);
	enum rc rc;

	if (str_eq_c(name, "fail")) {
		b->problem = str_sub(h->comment, 0, h->comment.n);
		return lot_change(c, &sql_give_back, b->lot_id, b->quantity - b->issued, NULL);
	}
	if (str_eq_c(name, "retry")) {
		b->problem = (struct str){ 0 };
		rc = reserve(c, b->lot_id, b->quantity - b->issued);
		return rc == RC_OK ? queue(c, "trace.issue-codes", h->id) : rc;
	}
	if (str_eq_c(name, "hand-out") && (b->recipient.n == 0 || b->received_on == NIL))
		return fail(&c->err, RC_INVALID, "recipient", "请先填写领取人和领取日期", "fill in recipient and date first");
	return RC_OK;
}

/* ---- job trace.issue-codes ---- */

static const struct db_sql sql_take_chunk = { "trace.take-chunk",
	"UPDATE code_batch SET issued = issued + :n, updated_ms = :now WHERE county = :county AND id = :id"
	" AND state = 'issuing' AND issued = :was" };
static const struct db_sql sql_add_code = { "trace.add-code",
	"INSERT INTO trace_code (county, id, division, org_id, person_id, version, created_ms, created_by, updated_ms,"
	" updated_by, code, lot_id, batch_id, serial, scan_count, suspicious, state)"
	" VALUES (:county, :id, :division, :org, :person, 1, :now, :by, :now, :by, :code, :lot, :batch, :serial, 0, 0,"
	" 'issued')" };

static enum rc
add_codes(struct ctx *c, const struct record_head *h, const struct code_batch *b, int64_t n, int64_t by)
{
	DB_STMT st = NULL;
	char code[TRACECODE_LEN + 1];
	enum rc rc = db_prepare(c->db, &sql_add_code, &st, &c->err);

	for (int64_t i = 0; rc == RC_OK && i < n; i++) {
		tracecode_make(c->app->rand, code);
		db_bind_i64(st, "county", c->county);
		db_bind_i64(st, "id", id_new(c->app->ids));
		db_bind_i64(st, "division", h->division);
		db_bind_i64(st, "org", h->org_id);
		db_bind_i64(st, "person", h->person_id);
		db_bind_i64(st, "now", c->now_ms);
		db_bind_i64(st, "by", by);
		db_bind_str(st, "code", (struct str){ code, TRACECODE_LEN });
		db_bind_i64(st, "lot", b->lot_id);
		db_bind_i64(st, "batch", h->id);
		db_bind_i64(st, "serial", b->serial_from + b->issued + i);
		rc = db_run(st, NULL, &c->err);
		db_reset(st);
	}
	return rc;
}

/* One chunk in one transaction. *done false with RC_OK: another worker has it. The gate is asked under the lot's lock. */
static enum rc
issue_chunk(struct ctx *c, const struct record_head *h, const struct code_batch *b, int64_t n, int64_t by, bool *done)
{
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	int64_t changes = 0;
	enum rc rc = db_begin(c->db, &tx, &c->err);

	*done = false;
	if (rc == RC_OK)
		rc = lot_change(c, &sql_gate, b->lot_id, 0, &changes);
	if (rc == RC_OK && changes == 0)
		rc = reserve_refused(c, b->lot_id, n);
	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_take_chunk, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", h->id);
	db_bind_i64(st, "n", n);
	db_bind_i64(st, "was", b->issued);
	db_bind_i64(st, "now", c->now_ms);
	rc = db_run(st, &changes, &c->err);
	if (rc == RC_OK && changes == 0)
		return RC_OK;
	if (rc == RC_OK)
		rc = add_codes(c, h, b, n, by);
	if (rc == RC_OK)
		rc = db_commit(&tx, &c->err);
	*done = rc == RC_OK;
	return rc;
}

static enum rc
batch_of(struct ctx *c, const struct job *j, struct record_head *h, struct code_batch *b)
{
	struct json *params;
	enum rc rc = json_parse(c->mem, j->params, 4096, &params, &c->err);

	if (rc != RC_OK)
		return rc;
	return record_load(c, &resource_code_batches, json_i64(params, "batch"), NULL, h, b);
}

/* The lot may no longer be coded: the batch stops with the reason, the rest is given back. */
static enum rc
issue_stopped(struct ctx *c, int64_t batch_id)
{
	struct str why = str_dup(c->mem, str_from_c(c->err.text));

	return record_move_system(c, &resource_code_batches, batch_id, "fail", why);
}

static enum rc
issue_loop(struct ctx *c, struct job *j, struct record_head *h, struct code_batch *b)
{
	enum rc rc = RC_OK;

	while (rc == RC_OK && b->issued < b->quantity && str_eq_c(b->state, "issuing")) {
		struct arena_mark mark = arena_mark(c->mem);
		int64_t n = b->quantity - b->issued < CHUNK ? b->quantity - b->issued : CHUNK;
		bool done;

		c->now_ms = clock_now(c->app->clock);
		rc = issue_chunk(c, h, b, n, j->started_by, &done);
		if (rc == RC_OK && done) {
			b->issued += n;
			rc = job_progress(c, j, b->issued, b->quantity);
			arena_rewind(c->mem, mark);
		} else if (rc == RC_OK) {
			rc = batch_of(c, j, h, b);
		}
	}
	return rc;
}

enum rc
issue_codes_job(struct ctx *c, struct job *j)
{
	struct record_head h;
	struct code_batch b;
	enum rc rc = batch_of(c, j, &h, &b);

	if (rc == RC_OK && str_eq_c(b.state, "queued")) {
		rc = record_move_system(c, &resource_code_batches, h.id, "start", (struct str){ 0 });
		if (rc == RC_OK)
			rc = batch_of(c, j, &h, &b);
	}
	if (rc == RC_OK)
		rc = issue_loop(c, j, &h, &b);
	if (rc == RC_INVALID || (rc == RC_STATE && str_eq_c(b.state, "issuing"))) {
		enum rc stop = issue_stopped(c, h.id);

		return stop != RC_OK ? stop : rc;
	}
	if (rc != RC_OK)
		return rc;
	if (str_eq_c(b.state, "issuing")) {
		rc = record_move_system(c, &resource_code_batches, h.id, "finish", (struct str){ 0 });
		if (rc == RC_OK)
			rc = queue(c, "trace.label-sheet", h.id);
	}
	if (rc == RC_OK)
		rc = job_result(c, j, str_fmt(c->mem, "{\"batch\":\"" LLD "\",\"issued\":" LLD "}", LL(h.id), LL(b.issued)));
	return rc;
}

/* ---- job trace.label-sheet ---- */

struct sheet_codes {
	struct ctx *c;
	struct job *job;
	struct db_stmt *st;
	int64_t lot_id, batch_id, after;
};

static const struct db_sql sql_sheet_codes = { "trace.sheet-codes",
	"SELECT serial, code FROM trace_code WHERE county = :county AND lot_id = :lot AND serial > :after AND batch_id = :batch"
	" AND deleted_ms IS NULL ORDER BY serial LIMIT 1000" };

/* Hands over the next code of the batch; asks for a thousand at a time so that memory and locks stay small. */
static enum rc
sheet_code(void *arg, size_t i, char code[21], struct err *e)
{
	struct sheet_codes *s = arg;
	bool row = false;
	enum rc rc = RC_OK;

	if (i % 1000 != 0)
		rc = db_step(s->st, &row, e);
	if (rc == RC_OK && !row) {
		db_reset(s->st);
		db_bind_i64(s->st, "county", s->c->county);
		db_bind_i64(s->st, "lot", s->lot_id);
		db_bind_i64(s->st, "batch", s->batch_id);
		db_bind_i64(s->st, "after", s->after);
		rc = db_step(s->st, &row, e);
	}
	if (rc != RC_OK)
		return rc;
	struct str found = row ? db_col_str(s->st, 1) : (struct str){ 0 };
	if (found.n != TRACECODE_LEN)
		return fail(e, RC_INTERNAL, NULL, "标签缺少第 %zu 个码", "code %zu of the sheet is missing", i + 1);
	s->after = db_col_i64(s->st, 0);
	memcpy(code, found.p, TRACECODE_LEN);
	code[TRACECODE_LEN] = '\0';
	return RC_OK;
}

static enum rc
sheet_progress(void *arg, size_t done, size_t total, struct err *e)
{
	struct sheet_codes *s = arg;
	enum rc rc = job_progress(s->c, s->job, (int64_t)done, (int64_t)total);

	if (rc != RC_OK)
		*e = s->c->err;
	return rc;
}

static enum rc
sheet_texts(struct ctx *c, const struct code_batch *b, struct label_sheet *s)
{
	struct record_head lh;
	struct lot l;
	enum rc rc = record_load(c, &resource_lots, b->lot_id, NULL, &lh, &l);

	if (rc == RC_OK)
		rc = name_of(c, &sql_product_name, l.product_id, &s->product);
	if (rc == RC_OK)
		rc = name_of(c, &sql_org_name, l.org_id, &s->producer);
	if (rc != RC_OK)
		return rc;
	s->lot = l.code;
	s->county = county_mark(c);
	s->public_url = str_from_c(c->app->public_url);
	s->demo = c->app->demo;
	if (!label_design_find(b->design, &s->design))
		return fail(&c->err, RC_INVALID, "design", "没有这种标签样式", "there is no such label design");
	return RC_OK;
}

static const struct db_sql sql_mark_printed = { "trace.mark-printed",
	"UPDATE trace_code SET state = 'printed', version = version + 1, updated_ms = :now"
	" WHERE county = :county AND batch_id = :batch AND state = 'issued'" };

/* The finished file becomes the batch's sheet and its codes count as printed. */
static enum rc
sheet_keep(struct ctx *c, int64_t batch_id, int64_t file_id)
{
	struct record_head h;
	struct code_batch b;
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	enum rc rc = db_begin(c->db, &tx, &c->err);

	if (rc == RC_OK)
		rc = record_load(c, &resource_code_batches, batch_id, NULL, &h, &b);
	if (rc == RC_OK) {
		b.sheet = file_id;
		rc = record_store(c, &resource_code_batches, &h, &b);
	}
	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_mark_printed, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "batch", batch_id);
	db_bind_i64(st, "now", c->now_ms);
	rc = db_run(st, NULL, &c->err);
	return rc == RC_OK ? db_commit(&tx, &c->err) : rc;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static enum rc
sheet_make(struct ctx *c, struct job *j, const struct record_head *h, const struct code_batch *b, struct file_info *file)
{
	CLEANUP(close_fd) int fd = open(c->app->data_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	struct label_sheet sheet = { .count = (size_t)b->issued };
	DB_STMT st = NULL;
	enum rc rc;

	if (fd < 0)
		return fail(&c->err, RC_UNAVAILABLE, NULL, "不能建立临时文件", "no temporary file can be made");
	rc = sheet_texts(c, b, &sheet);
	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_sheet_codes, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	struct sheet_codes codes = { .c = c, .job = j, .st = st, .lot_id = b->lot_id, .batch_id = h->id,
		.after = b->serial_from - 1 };
	rc = label_sheet_write(&sheet, sheet_code, sheet_progress, &codes, fd, &c->err);
	if (rc != RC_OK)
		return rc;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return fail(&c->err, RC_UNAVAILABLE, NULL, "不能读取临时文件", "the temporary file cannot be read");
	return file_add_made(c, fd, str_fmt(c->mem, "labels-" STR_FMT ".pdf", STR_ARG(b->number)), "application/pdf", file);
}

enum rc
label_sheet_job(struct ctx *c, struct job *j)
{
	struct record_head h;
	struct code_batch b;
	struct file_info file;
	enum rc rc = batch_of(c, j, &h, &b);

	if (rc != RC_OK)
		return rc;
	if (b.issued == 0)
		return fail(&c->err, RC_STATE, NULL, "还没有生成追溯码", "no codes were made yet");
	rc = sheet_make(c, j, &h, &b, &file);
	if (rc == RC_OK)
		rc = sheet_keep(c, h.id, file.id);
	if (rc == RC_OK)
		rc = job_result(c, j, str_fmt(c->mem, "{\"batch\":\"" LLD "\",\"file\":\"" LLD "\"}", LL(h.id), LL(file.id)));
	return rc;
}

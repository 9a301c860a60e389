/* sheet_export.c - rows of a query as a workbook or CSV, in constant memory; names in place of keys. */
#include "base/base.h"
#include "core/division.h"
#include "core/file.h"
#include "base/utf8.h"
#include "core/query_priv.h"
#include "core/sheet_priv.h"
#include <string.h>
#include <unistd.h>

enum { SETS = 256, WAYS = 16, NAME_BYTES = 120, PROGRESS_EVERY = 500, ROWS_MAX = SHEET_ROWS_MAX - 1 };

/*
 * Names already looked up. A key has WAYS places, of which the oldest is overwritten: the few names of one
 * row can therefore never push each other out.
 */
struct name {
	const void *of; /* plan, or NULL for divisions */
	int64_t key;    /* 0: free */
	uint16_t n;
	char text[NAME_BYTES];
};
struct name_set {
	struct name ways[WAYS];
	unsigned next;
};
struct export {
	const struct plan *p;
	struct sheet_out *out;
	struct name_set *names; /* SETS */
	int64_t rows, total;
	struct job *job;    /* or NULL */
};

static struct name_set *
set_of(struct export *x, int64_t key)
{
	return &x->names[(uint64_t)key * 0x9E3779B97F4A7C15u >> 56];
}

static const struct name *
name_find(struct export *x, const void *of, int64_t key)
{
	struct name_set *set = set_of(x, key);

	for (size_t i = 0; i < WAYS; i++)
		if (set->ways[i].key == key && set->ways[i].of == of)
			return &set->ways[i];
	return NULL;
}

static void
name_put(struct export *x, const void *of, int64_t key, struct str text)
{
	struct name_set *set = set_of(x, key);
	struct name *n = &set->ways[set->next];

	if (name_find(x, of, key) != NULL)
		return;
	set->next = (set->next + 1) % WAYS;
	n->of = of;
	n->key = key;
	n->n = (uint16_t)(text.n > 0 ? utf8_cut(text.p, text.n < NAME_BYTES ? text.n : NAME_BYTES) : 0);
	if (n->n > 0)
		memcpy(n->text, text.p, n->n);
}

/* "店上镇/东街村", as an import reads it back. */
static enum rc
learn_division(struct ctx *c, struct export *x, int64_t code)
{
	struct division d, town;
	struct str text;
	enum rc rc = division_get(c, code, &d);

	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	text = rc == RC_OK ? d.name : str_fmt(c->mem, LLD, LL(code));
	if (rc == RC_OK && d.level >= 5 && division_get(c, d.parent, &town) == RC_OK)
		text = str_fmt(c->mem, STR_FMT "/" STR_FMT, STR_ARG(town.name), STR_ARG(d.name));
	name_put(x, NULL, code, text);
	return RC_OK;
}

/* Names of everything the row refers to, through the reader's scope; what it may not see stays a key. */
static enum rc
learn_references(struct ctx *c, struct export *x, const struct record_head *h, const void *record)
{
	struct labels *l = labels_new(c, x->p);
	struct json_writer w;
	struct json *all;
	struct sb b;
	enum rc rc;

	sb_init(&b, c->mem, 1 << 20);
	json_writer_init(&w, &b);
	labels_note(c, l, h, record);
	json_begin(&w);
	json_key(&w, "labels");
	rc = labels_print(c, l, &w);
	json_end(&w);
	if (rc == RC_OK)
		rc = json_parse(c->mem, sb_str(&b), 1 << 20, &all, &c->err);
	for (const struct field *f = x->p->r->fields; f->name != NULL && rc == RC_OK; f++) {
		struct value v = value_of(f, record);
		const struct plan *to = f->type == T_REF ? plan_find(c->app, str_from_c(f->ref)) : NULL;
		struct str key, text;

		if (to == NULL || v.null)
			continue;
		key = str_fmt(c->mem, LLD, LL(v.i));
		text = json_text(json_get(json_get(all, "labels"), to->r->name), key.p);
		name_put(x, to, v.i, text.n > 0 ? text : key);
	}
	return rc;
}

static enum rc
learn_names(struct ctx *c, struct export *x, const struct record_head *h, const void *record)
{
	bool asked = false;
	enum rc rc = RC_OK;

	for (const struct field *f = x->p->r->fields; f->name != NULL && rc == RC_OK; f++) {
		struct value v;

		if ((f->type != T_REF && f->type != T_DIVISION) || !sheet_exportable(f))
			continue;
		v = value_of(f, record);
		if (v.null)
			continue;
		if (f->type == T_DIVISION && name_find(x, NULL, v.i) == NULL)
			rc = learn_division(c, x, v.i);
		if (f->type == T_REF && !asked && name_find(x, plan_find(c->app, str_from_c(f->ref)), v.i) == NULL) {
			asked = true;
			rc = learn_references(c, x, h, record);
		}
	}
	return rc;
}

static void
put_name(struct ctx *c, struct export *x, const struct field *f, int64_t key)
{
	const void *of = f->type == T_REF ? plan_find(c->app, str_from_c(f->ref)) : NULL;
	const struct name *n = name_find(x, of, key);

	if (n != NULL)
		sheet_out_text(x->out, (struct str){ n->text, n->n });
	else
		sheet_out_text(x->out, str_fmt(c->mem, LLD, LL(key)));
}

static void
put_point(struct ctx *c, struct sheet_out *o, int64_t packed)
{
	int64_t lng, lat;
	struct sb b;

	geo_unpack(packed, &lng, &lat);
	sb_init(&b, c->mem, 64);
	sb_add_scaled(&b, lng, 6);
	sb_add_c(&b, ',');
	sb_add_scaled(&b, lat, 6);
	sheet_out_text(o, sb_str(&b));
}

static void
put_value(struct ctx *c, struct export *x, const struct field *f, const void *record)
{
	struct value v = value_of(f, record);

	if (v.null)
		sheet_out_text(x->out, (struct str){ 0 });
	else if (f->type == T_INT || f->type == T_QTY || f->type == T_MONEY || f->type == T_RATE)
		sheet_out_number(x->out, v.i, sheet_scale(f));
	else if (f->type == T_DATE)
		sheet_out_date(x->out, v.i);
	else if (f->type == T_TIME)
		sheet_out_time(x->out, v.i + SHANGHAI_MS);
	else if (f->type == T_BOOL)
		sheet_out_text(x->out, str_from_c(tr(c, v.i != 0 ? sheet_yes : sheet_no)));
	else if (f->type == T_REF || f->type == T_DIVISION)
		put_name(c, x, f, v.i);
	else if (f->type == T_GEO)
		put_point(c, x->out, v.i);
	else if (f->type == T_ENUM || f->type == T_STATE)
		sheet_out_text(x->out, value_label(c->mem, f, v, c->lang));
	else
		sheet_out_text(x->out, v.s);
}

static enum rc
put_row(struct ctx *c, void *arg, const struct record_head *h, void *record)
{
	struct export *x = arg;
	enum rc rc;

	if (x->rows == ROWS_MAX)
		return fail(&c->err, RC_LIMIT, NULL, "超过 %d 行，请缩小范围", "more than %d rows: narrow the query", ROWS_MAX);
	rc = learn_names(c, x, h, record);
	if (rc != RC_OK)
		return rc;
	sheet_out_text(x->out, str_fmt(c->mem, LLD, LL(h->id)));
	for (const struct field *f = x->p->r->fields; f->name != NULL; f++)
		if (sheet_exportable(f))
			put_value(c, x, f, record);
	rc = sheet_out_row(x->out, &c->err);
	x->rows++;
	if (rc == RC_OK && x->job != NULL && x->rows % PROGRESS_EVERY == 0)
		rc = job_progress(c, x->job, x->rows, x->total > x->rows ? x->total : x->rows);
	return rc;
}

static enum rc
put_headers(struct ctx *c, struct sheet_out *o, const struct resource *r)
{
	size_t column = 1;

	sheet_out_sheet(o, tr(c, r->label));
	sheet_out_width(o, 0, 20);
	for (const struct field *f = r->fields; f->name != NULL; f++)
		if (sheet_exportable(f))
			sheet_out_width(o, column++, f->type == T_LONGTEXT ? 30 : 16);
	sheet_out_freeze(o, 1);
	sheet_out_style(o, STYLE_HEADER);
	sheet_out_text(o, str_from_c(tr(c, sheet_key_header)));
	for (const struct field *f = r->fields; f->name != NULL; f++)
		if (sheet_exportable(f))
			sheet_out_text(o, sheet_header(c->mem, f, c->lang, false));
	return sheet_out_row(o, &c->err);
}

static enum rc
export_rows(struct ctx *c, const struct resource *r, const struct query *q, enum sheet_format f, int fd, struct job *j, int64_t total,
	int64_t *rows)
{
	struct sheet_out_options options = { .kind = sheet_kind_of(f), .fd = fd, .temp_dir = c->app->data_dir };
	struct export x = { .p = plan_of(c->app, r), .job = j, .total = total };
	enum rc rc;
	ARENA mem;

	arena_init(&mem, 16 << 20);
	x.names = NEW_ARRAY(&mem, struct name_set, SETS);
	*rows = 0;
	/* permission first: query_each() asks again, but nothing must be written for somebody who may not */
	if (!actor_may(c->actor, action_permission(r, ACT_EXPORT)))
		return denied(c);
	rc = sheet_out_open(&x.out, &mem, &options, &c->err);
	if (rc == RC_OK)
		rc = put_headers(c, x.out, r);
	sheet_out_style(x.out, STYLE_PLAIN);
	if (rc == RC_OK)
		rc = query_each(c, r, q, ACT_EXPORT, put_row, &x);
	*rows = x.rows;
	return rc == RC_OK ? sheet_out_finish(x.out, &c->err) : rc;
}

enum rc
sheet_export(struct ctx *c, const struct resource *r, const struct query *q, enum sheet_format f, int fd, int64_t *rows)
{
	return export_rows(c, r, q, f, fd, NULL, 0, rows);
}

/* ---- job core.export: {"resource":…,"format":"xlsx","query":{"kind":"open","area_milli.gte":"5"}} ---- */

static enum rc
read_query(struct ctx *c, const struct resource *r, const struct json *params, struct query *q)
{
	const struct json *list = json_get(params, "query");
	enum rc rc = RC_OK;

	query_init(plan_of(c->app, r), q);
	for (size_t i = 0; list != NULL && list->type == J_OBJECT && i < list->count && rc == RC_OK; i++)
		rc = query_param(c, plan_of(c->app, r), list->names[i], list->items[i].s, q);
	return rc == RC_OK ? query_checked(c, q) : rc;
}

static const struct {
	const char *name, *type, *ending;
	enum sheet_format as;
} formats[] = { { "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", SHEET_XLSX },
	{ "csv", "text/csv", "csv", SHEET_CSV },
	{ "csv-gb18030", "text/csv", "csv", SHEET_CSV_GB18030 } };

static enum rc
keep_export(struct ctx *c, struct job *j, const struct resource *r, size_t format, int fd, int64_t rows)
{
	struct file_info file;
	enum rc rc = file_add_made(c, fd, str_fmt(c->mem, "%s.%s", tr(c, r->label), formats[format].ending), formats[format].type, &file);

	if (rc != RC_OK)
		return rc;
	return job_result(c, j, str_fmt(c->mem, "{\"file\":\"" LLD "\",\"rows\":" LLD "}", LL(file.id), LL(rows)));
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static enum rc
run_export(struct ctx *c, struct job *j)
{
	CLEANUP(close_fd) int fd = -1;
	struct query *q = NEW(c->mem, struct query);
	const struct resource *r;
	struct json *params;
	size_t format = 0;
	int64_t rows, total = 0;
	enum rc rc = json_parse(c->mem, j->params, 1 << 16, &params, &c->err);

	if (rc != RC_OK)
		return rc;
	r = resource_find(c->app, json_text(params, "resource"));
	while (format < ARRAY_LEN(formats) && !str_eq_c(json_text(params, "format"), formats[format].name))
		format++;
	if (r == NULL || format == ARRAY_LEN(formats))
		return fail(&c->err, RC_INVALID, r == NULL ? "resource" : "format", "没有这种数据或格式", "there is no such resource or format");
	rc = read_query(c, r, params, q);
	if (rc == RC_OK)
		rc = query_count(c, r, q, ACT_EXPORT, &total);
	if (rc == RC_OK)
		rc = sheet_temp_file(c, &fd);
	if (rc == RC_OK)
		rc = export_rows(c, r, q, formats[format].as, fd, j, total, &rows);
	return rc == RC_OK ? keep_export(c, j, r, format, fd, rows) : rc;
}

const struct job_kind sheet_export_job = { .name = "core.export", .label = { "导出工作簿", "Export a workbook" }, .run = run_export };

/* sheet_errors.c - the workbook that comes back: wrong rows as sent, wrong cells coloured and commented, a summary. */
#include "base/base.h"
#include "core/sheet_priv.h"
#include "lib/sheet/sheet_value.h"
#include <string.h>

enum { ROW_WIDTH = 9, CELL_WIDTH = 16, TEXT_WIDTH = 60, KINDS_MAX = 200, ROW_TEXT_MAX = 4000 };

/* One sentence in one column, and how often. */
struct kind {
	size_t column;
	struct str text;
	int64_t count;
};
struct sheet_error_book {
	struct sheet_out *out;
	struct arena *mem;
	const struct str *headers;
	size_t count;
	struct kind kinds[KINDS_MAX];
	size_t kind_count;
	int64_t other_kinds;
};

enum rc
sheet_errors_open(struct sheet_error_book **out, struct ctx *c, struct arena *mem, const struct resource *r,
	const struct str *headers, size_t count, int fd)
{
	struct sheet_error_book *b = NEW(mem, struct sheet_error_book);
	struct sheet_out_options options = { .kind = SHEET_KIND_XLSX, .fd = fd, .temp_dir = c->app->data_dir };
	enum rc rc = sheet_out_open(&b->out, mem, &options, &c->err);

	*out = b;
	b->mem = mem;
	b->headers = headers;
	b->count = count;
	if (rc != RC_OK)
		return rc;
	sheet_out_sheet(b->out, tr(c, r->label));
	for (size_t i = 0; i < count; i++)
		sheet_out_width(b->out, i, CELL_WIDTH);
	sheet_out_width(b->out, count, ROW_WIDTH);
	sheet_out_width(b->out, count + 1, TEXT_WIDTH);
	sheet_out_freeze(b->out, 1);
	sheet_out_style(b->out, STYLE_HEADER);
	for (size_t i = 0; i < count; i++)
		sheet_out_text(b->out, headers[i]);
	sheet_out_text(b->out, str_from_c(tr(c, sheet_row_header)));
	sheet_out_text(b->out, str_from_c(tr(c, sheet_error_header)));
	return sheet_out_row(b->out, &c->err);
}

static const struct sheet_error *
error_of(const struct sheet_wrong_row *row, size_t column)
{
	for (size_t i = 0; i < row->error_count; i++)
		if (row->errors[i].column == column)
			return &row->errors[i];
	return NULL;
}

static int
decimals_of(struct str s, int64_t *v)
{
	for (int scale = 0; scale <= 9; scale++)
		if (sheet_number(s, scale, v))
			return scale;
	return -1;
}

/* As it was sent: numbers stay numbers and dates dates, so that correcting one cell corrects the row. */
static void
put_cell(struct sheet_out *o, const struct sheet_cell *cell)
{
	int64_t v;
	int scale;

	switch (cell->type) {
	case CELL_EMPTY:
		sheet_out_text(o, (struct str){ 0 });
		return;
	case CELL_DATE:
		if (cell->at_ms % DAY_MS == 0)
			sheet_out_date(o, cell->at_ms / DAY_MS);
		else
			sheet_out_time(o, cell->at_ms);
		return;
	case CELL_NUMBER:
		scale = cell->percent ? -1 : decimals_of(cell->text, &v);
		if (scale >= 0)
			sheet_out_number(o, v, scale);
		else
			sheet_out_text(o, cell->text);
		return;
	default:
		sheet_out_text(o, sheet_unprotect(cell->text));
	}
}

static void
count_kind(struct sheet_error_book *b, const struct sheet_error *e)
{
	for (size_t i = 0; i < b->kind_count; i++) {
		if (b->kinds[i].column == e->column && str_eq(b->kinds[i].text, e->text)) {
			b->kinds[i].count++;
			return;
		}
	}
	if (b->kind_count == KINDS_MAX)
		b->other_kinds++;
	else
		b->kinds[b->kind_count++] = (struct kind){ e->column, str_dup(b->mem, e->text), 1 };
}

/* "面积（亩）：须为数字；备注：过长" */
static struct str
all_errors(struct ctx *c, const struct sheet_error_book *b, const struct sheet_wrong_row *row)
{
	struct sb s;

	sb_init(&s, c->mem, ROW_TEXT_MAX);
	for (size_t i = 0; i < row->error_count; i++) {
		if (i > 0)
			sb_add(&s, c->lang == LANG_EN ? "; " : "；");
		if (row->errors[i].column < b->count) {
			sb_add_str(&s, b->headers[row->errors[i].column]);
			sb_add(&s, c->lang == LANG_EN ? ": " : "：");
		}
		sb_add_str(&s, row->errors[i].text);
	}
	return sb_str(&s);
}

enum rc
sheet_errors_row(struct sheet_error_book *b, struct ctx *c, const struct sheet_wrong_row *row)
{
	static const struct sheet_cell empty = { .type = CELL_EMPTY };

	for (size_t i = 0; i < b->count; i++) {
		const struct sheet_error *e = error_of(row, i);

		sheet_out_style(b->out, e != NULL ? STYLE_WRONG : STYLE_PLAIN);
		if (e != NULL)
			sheet_out_comment(b->out, e->text);
		put_cell(b->out, i < row->count ? &row->cells[i] : &empty);
	}
	for (size_t i = 0; i < row->error_count; i++)
		count_kind(b, &row->errors[i]);
	sheet_out_style(b->out, STYLE_PLAIN);
	sheet_out_number(b->out, row->number, 0);
	sheet_out_text(b->out, all_errors(c, b, row));
	return sheet_out_row(b->out, &c->err);
}

static enum rc
put_line(struct sheet_error_book *b, struct ctx *c, const char *zh, const char *en, int64_t n)
{
	sheet_out_text(b->out, str_from_c(c->lang == LANG_EN ? en : zh));
	sheet_out_number(b->out, n, 0);
	return sheet_out_row(b->out, &c->err);
}

static enum rc
put_kinds(struct sheet_error_book *b, struct ctx *c)
{
	enum rc rc;

	sheet_out_style(b->out, STYLE_HEADER);
	sheet_out_text(b->out, c->lang == LANG_EN ? S("Column") : S("列"));
	sheet_out_text(b->out, c->lang == LANG_EN ? S("Cells") : S("个数"));
	sheet_out_text(b->out, str_from_c(tr(c, sheet_error_header)));
	rc = sheet_out_row(b->out, &c->err);
	sheet_out_style(b->out, STYLE_PLAIN);
	for (size_t i = 0; i < b->kind_count && rc == RC_OK; i++) {
		const struct kind *k = &b->kinds[i];

		sheet_out_text(b->out, k->column < b->count ? b->headers[k->column] : (struct str){ 0 });
		sheet_out_number(b->out, k->count, 0);
		sheet_out_text(b->out, k->text);
		rc = sheet_out_row(b->out, &c->err);
	}
	if (rc == RC_OK && b->other_kinds > 0)
		rc = put_line(b, c, "其他错误", "Other errors", b->other_kinds);
	return rc;
}

enum rc
sheet_errors_finish(struct sheet_error_book *b, struct ctx *c, const struct sheet_totals *t)
{
	enum rc rc;

	sheet_out_sheet(b->out, c->lang == LANG_EN ? "Summary" : "汇总");
	sheet_out_width(b->out, 0, 24);
	sheet_out_width(b->out, 2, TEXT_WIDTH);
	rc = put_line(b, c, "总行数", "Rows", t->rows);
	if (rc == RC_OK)
		rc = put_line(b, c, t->dry ? "可新建" : "已新建", t->dry ? "Could be created" : "Created", t->created);
	if (rc == RC_OK)
		rc = put_line(b, c, "有错的行（未存入）", "Wrong rows (not stored)", t->wrong);
	if (rc == RC_OK)
		rc = put_line(b, c, "有错的单元格", "Wrong cells", t->cells);
	for (size_t i = 0; i < t->ignored_count && rc == RC_OK; i++) {
		sheet_out_text(b->out, c->lang == LANG_EN ? S("Column not imported") : S("未导入的列"));
		sheet_out_text(b->out, t->ignored[i]);
		rc = sheet_out_row(b->out, &c->err);
	}
	if (rc == RC_OK)
		rc = put_kinds(b, c);
	return rc == RC_OK ? sheet_out_finish(b->out, &c->err) : rc;
}

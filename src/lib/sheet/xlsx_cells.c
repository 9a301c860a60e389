#include "base/base.h"
#include "base/utf8.h"
#include "lib/sheet/sheet_value.h"
#include "lib/sheet/xlsx.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum collect { COLLECT_NONE, COLLECT_VALUE, COLLECT_INLINE };
enum kind { KIND_NUMBER, KIND_SHARED, KIND_TEXT, KIND_BOOL, KIND_ERROR, KIND_ISO };

/* A cell while its row is open: text is an offset, because it lies in the row's buffer. */
struct cells {
	struct sheet_cell *cells; /* SHEET_COLUMNS_MAX */
	size_t count;             /* one behind the last cell that is not empty */
	char *buf;                /* SHEET_ROW_BYTES_MAX */
	size_t used;
	int64_t row, next_row;
	bool in_row, in_cell;
	size_t column, next_column;
	enum kind kind;
	enum xlsx_style style;
	enum collect collect;
	int phonetic;
	size_t start; /* of the open cell's text */
	bool got_text;
};

static void
stop_at(struct xlsx_part *p, const struct cells *s, enum rc rc, const char *zh, const char *en)
{
	char column[4], cell[32];

	sheet_column_name(s->column, column);
	snprintf(cell, sizeof(cell), "%s%lld", column, LL(s->row));
	xlsx_stop(p, fail(p->x->err, rc, cell, "单元格 %s：%s", "cell %s: %s", cell, p->x->err->lang == LANG_EN ? en : zh));
}

/* "AB12" to column 27; false when it is no reference or lies behind the limit. */
static bool
read_reference(const char *r, size_t *column)
{
	size_t c = 0;

	for (; *r >= 'A' && *r <= 'Z'; r++) {
		c = c * 26 + (size_t)(*r - 'A') + 1;
		if (c > 20000)
			return false;
	}
	if (c == 0 || *r < '0' || *r > '9')
		return false;
	*column = c - 1;
	return true;
}

static void
begin_row(struct xlsx_part *p, struct cells *s, const char **attributes)
{
	const char *r = xlsx_attribute(attributes, "r");
	int64_t number = s->next_row;

	if (r != NULL && (!str_i64(str_from_c(r), &number) || number < s->next_row)) {
		xlsx_stop(p, fail(p->x->err, RC_INVALID, NULL, "工作表的行号 %.20s 无效", "the sheet's row number %.20s is wrong", r));
		return;
	}
	if (number > p->x->limits->rows) {
		xlsx_stop(p, fail(p->x->err, RC_LIMIT, NULL, "超过 %lld 行", "more than %lld rows", LL(p->x->limits->rows)));
		return;
	}
	memset(s->cells, 0, s->count * sizeof(*s->cells));
	s->row = number;
	s->next_row = number + 1;
	s->count = s->used = s->next_column = 0;
	s->in_row = true;
}

static enum kind
kind_of(const char *t)
{
	if (t == NULL || strcmp(t, "n") == 0)
		return KIND_NUMBER;
	if (strcmp(t, "s") == 0)
		return KIND_SHARED;
	if (strcmp(t, "b") == 0)
		return KIND_BOOL;
	if (strcmp(t, "e") == 0)
		return KIND_ERROR;
	return strcmp(t, "d") == 0 ? KIND_ISO : KIND_TEXT;
}

static void
begin_cell(struct xlsx_part *p, struct cells *s, const char **attributes)
{
	const char *reference = NULL, *type = NULL, *style = NULL;
	size_t column = s->next_column;

	for (size_t i = 0; attributes[i] != NULL; i += 2) {
		/* the three attributes have one letter: no search by name in the hottest loop */
		if (attributes[i][0] == 'r' && attributes[i][1] == '\0')
			reference = attributes[i + 1];
		else if (attributes[i][0] == 't' && attributes[i][1] == '\0')
			type = attributes[i + 1];
		else if (attributes[i][0] == 's' && attributes[i][1] == '\0')
			style = attributes[i + 1];
	}
	s->column = column;
	if (reference != NULL && (!read_reference(reference, &column) || column < s->next_column)) {
		xlsx_stop(p, fail(p->x->err, RC_INVALID, NULL, "第 %lld 行有无效的单元格位置", "row %lld has a wrong cell reference", LL(s->row)));
		return;
	}
	s->column = column;
	s->next_column = column + 1;
	s->kind = kind_of(type);
	long index = style != NULL ? strtol(style, NULL, 10) : 0;

	s->style = index >= 0 && (size_t)index < p->x->style_count ? (enum xlsx_style)p->x->styles[index] : XLSX_PLAIN;
	s->in_cell = true;
	s->got_text = false;
	s->phonetic = 0;
	s->start = s->used;
}

static void
on_start_cells(struct xlsx_part *p, const char *name, const char **attributes)
{
	struct cells *s = p->self;

	if (strcmp(name, "c") == 0 && s->in_row && !s->in_cell)
		begin_cell(p, s, attributes);
	else if (strcmp(name, "v") == 0 && s->in_cell)
		s->collect = COLLECT_VALUE;
	else if (strcmp(name, "t") == 0 && s->in_cell && s->phonetic == 0)
		s->collect = COLLECT_INLINE;
	else if (strcmp(name, "rPh") == 0)
		s->phonetic++;
	else if (strcmp(name, "row") == 0 && !s->in_row)
		begin_row(p, s, attributes);
}

static void
on_text_cells(struct xlsx_part *p, const char *text, size_t n)
{
	struct cells *s = p->self;

	if (s->collect == COLLECT_NONE)
		return;
	if (s->used - s->start + n > SHEET_CELL_BYTES_MAX) {
		stop_at(p, s, RC_LIMIT, "文字过长", "the text is too long");
		return;
	}
	if (n > SHEET_ROW_BYTES_MAX - s->used) {
		stop_at(p, s, RC_LIMIT, "这一行的文字过多", "the row holds too much text");
		return;
	}
	memcpy(s->buf + s->used, text, n);
	s->used += n;
	s->got_text = true;
}

size_t
xlsx_unescape(char *p, size_t n)
{
	size_t to = 0;

	if (memchr(p, '_', n) == NULL)
		return n;
	for (size_t i = 0; i < n;) {
		char hex[5] = { 0 };
		char *end;
		unsigned long cp;

		if (n - i < 7 || p[i] != '_' || p[i + 1] != 'x' || p[i + 6] != '_') {
			p[to++] = p[i++];
			continue;
		}
		memcpy(hex, p + i + 2, 4);
		cp = strtoul(hex, &end, 16);
		if (end != hex + 4 || hex[0] == '+' || hex[0] == '-' || hex[0] == ' ' || (cp >= 0xD800 && cp <= 0xDFFF)) {
			p[to++] = p[i++];
			continue;
		}
		/* at most three bytes replace seven */
		to += utf8_put(p + to, (int32_t)cp);
		i += 7;
	}
	return to;
}

static bool
set_value(struct xlsx_part *p, struct cells *s, struct sheet_cell *cell)
{
	struct str text = { s->buf + s->start, s->used - s->start };

	cell->at_ms = NIL;
	switch (s->kind) {
	case KIND_SHARED:
		cell->type = CELL_TEXT;
		if (!xlsx_string_at(p->x, str_trim(text), &cell->text)) {
			stop_at(p, s, RC_INVALID, "引用了不存在的文字", "refers to a text that does not exist");
			return false;
		}
		return true;
	case KIND_TEXT:
		s->used = s->start + xlsx_unescape(s->buf + s->start, text.n);
		cell->type = CELL_TEXT;
		cell->text = (struct str){ text.p, s->used - s->start };
		return true;
	case KIND_BOOL:
	case KIND_ERROR:
		cell->type = s->kind == KIND_BOOL ? CELL_BOOL : CELL_ERROR;
		cell->text = text;
		return true;
	case KIND_ISO:
		cell->type = sheet_iso(text, &cell->at_ms) ? CELL_DATE : CELL_TEXT;
		cell->text = text;
		return true;
	case KIND_NUMBER:
		break;
	}
	cell->text = str_trim(text);
	cell->percent = s->style == XLSX_PERCENT;
	cell->type = s->style == XLSX_DATE && sheet_serial(cell->text, p->x->from_1904, &cell->at_ms) ? CELL_DATE : CELL_NUMBER;
	return true;
}

static void
end_cell(struct xlsx_part *p, struct cells *s)
{
	struct sheet_cell cell = { 0 };

	s->in_cell = false;
	if (!s->got_text || !set_value(p, s, &cell) || cell.text.n == 0)
		return;
	if ((int64_t)s->column >= p->x->limits->columns || s->column >= SHEET_COLUMNS_MAX) {
		stop_at(p, s, RC_LIMIT, "列数过多", "too many columns");
		return;
	}
	s->cells[s->column] = cell;
	s->count = s->column + 1;
}

static void
on_end_cells(struct xlsx_part *p, const char *name)
{
	struct cells *s = p->self;

	if (name[0] == 'v' || (name[0] == 't' && name[1] == '\0')) {
		s->collect = COLLECT_NONE;
	} else if (strcmp(name, "c") == 0 && s->in_cell) {
		s->collect = COLLECT_NONE;
		end_cell(p, s);
	} else if (strcmp(name, "rPh") == 0) {
		s->phonetic--;
	} else if (strcmp(name, "row") == 0 && s->in_row) {
		struct sheet_row row = { .number = s->row, .count = s->count, .cells = s->cells };
		enum rc rc;

		s->in_row = s->in_cell = false;
		s->collect = COLLECT_NONE;
		if (p->rc != RC_OK || s->count == 0)
			return;
		rc = p->x->fn(p->x->arg, &row, p->x->err);
		if (rc != RC_OK)
			xlsx_stop(p, rc);
	}
}

enum rc
xlsx_cells_read(struct xlsx *x)
{
	struct cells s = { .next_row = 1 };
	struct xlsx_part p = { .x = x, .self = &s, .start = on_start_cells, .end = on_end_cells, .text = on_text_cells };
	enum rc rc;

	s.cells = NEW_ARRAY(x->mem, struct sheet_cell, SHEET_COLUMNS_MAX);
	s.buf = NEW_ARRAY(x->mem, char, SHEET_ROW_BYTES_MAX);
	rc = xlsx_part_run(&p, x->sheet_path);
	if (rc == RC_NOT_FOUND)
		return fail(x->err, RC_INVALID, NULL, "找不到第一张工作表", "the first worksheet cannot be found");
	return rc;
}

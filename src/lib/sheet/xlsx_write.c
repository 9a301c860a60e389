#include "base/base.h"
#include "base/utf8.h"
#include "lib/sheet/sheet_out.h"
#include "lib/sheet/sheet_read.h"
#include "lib/sheet/sheet_value.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum { TEXT_CHARS_MAX = 32767, LISTS_MAX = 64, RULE_BYTES_MAX = 250, RULE_ROWS = 100000, HINT_MAX = 250 };

/* A drop-down too long for its rule: written to a hidden sheet at the end. */
struct long_list {
	struct str *items;
	size_t count;
};

struct xlsx_out {
	lxw_workbook *book;
	lxw_worksheet *sheet;
	lxw_format *plain[STYLE_COUNT], *date[STYLE_COUNT], *time[STYLE_COUNT];
	struct long_list lists[LISTS_MAX];
	size_t list_count, comments;
	int fd;
};

static void
note(struct sheet_out *o, lxw_error error)
{
	if (error == LXW_NO_ERROR || o->rc != RC_OK)
		return;
	o->rc = error == LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE ? RC_LIMIT : RC_UNAVAILABLE;
}

static void
add_comment(struct sheet_out *o)
{
	struct xlsx_out *x = o->self;
	lxw_comment_options options = { .x_scale = 1.6 };

	if (o->comment.n == 0 || x->comments == SHEET_COMMENTS_MAX)
		return;
	x->comments++;
	note(o, worksheet_write_comment_opt(x->sheet, (lxw_row_t)o->row, (lxw_col_t)o->column, o->comment.p, &options));
}

/* Copies text with a NUL behind; "_x000D_" written by a person must not be read back as an escape. */
static const char *
prepare(struct sheet_out *o, struct str text)
{
	char *to = o->text_buf, *end = o->text_buf + sizeof(o->text_buf) - 16;
	size_t chars = 0, i = 0;

	if (sheet_is_risky(text))
		*to++ = '\'', chars++;
	for (; i < text.n && to < end; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if ((c & 0xC0) != 0x80 && ++chars > TEXT_CHARS_MAX)
			break;
		if (c == '_' && text.n - i >= 7 && text.p[i + 1] == 'x' && text.p[i + 6] == '_') {
			memcpy(to, "_x005F", 6);
			to += 6;
			chars += 6;
		}
		if (c != '\0')
			*to++ = (char)c;
	}
	*to = '\0';
	return o->text_buf;
}

static void
text_cell(struct sheet_out *o, struct str text)
{
	struct xlsx_out *x = o->self;

	note(o, worksheet_write_string(x->sheet, (lxw_row_t)o->row, (lxw_col_t)o->column, prepare(o, text),
			x->plain[o->style]));
	add_comment(o);
}

static void
number_cell(struct sheet_out *o, int64_t v, int scale)
{
	struct xlsx_out *x = o->self;
	double unit = 1;
	char buf[32];

	if (v > 999999999999999 || v < -999999999999999) {
		text_cell(o, sheet_decimal(buf, v, scale));
		return;
	}
	for (int i = 0; i < scale; i++)
		unit *= 10;
	note(o, worksheet_write_number(x->sheet, (lxw_row_t)o->row, (lxw_col_t)o->column, (double)v / unit,
			x->plain[o->style]));
	add_comment(o);
}

static void
serial_cell(struct sheet_out *o, int64_t wall_ms, lxw_format *format)
{
	struct xlsx_out *x = o->self;

	note(o, worksheet_write_number(x->sheet, (lxw_row_t)o->row, (lxw_col_t)o->column,
			(double)wall_ms / 86400000.0 + 25569, format));
	add_comment(o);
}

enum { FIRST_SERIAL_DAY = -25508 }; /* 1900-03-01: before it spreadsheets disagree about dates */

static void
date_cell(struct sheet_out *o, int64_t days)
{
	struct xlsx_out *x = o->self;
	char buf[32];

	if (days < FIRST_SERIAL_DAY)
		text_cell(o, sheet_date_text(buf, days));
	else
		serial_cell(o, days * 86400000, x->date[o->style]);
}

static void
time_cell(struct sheet_out *o, int64_t wall_ms)
{
	struct xlsx_out *x = o->self;
	char buf[32];

	if (wall_ms < FIRST_SERIAL_DAY * INT64_C(86400000))
		text_cell(o, sheet_time_text(buf, wall_ms));
	else
		serial_cell(o, wall_ms, x->time[o->style]);
}

static void
empty_cell(struct sheet_out *o)
{
	struct xlsx_out *x = o->self;

	if (o->style == STYLE_PLAIN && o->comment.n == 0)
		return;
	note(o, worksheet_write_blank(x->sheet, (lxw_row_t)o->row, (lxw_col_t)o->column, x->plain[o->style]));
	add_comment(o);
}

static void
end_row(struct sheet_out *o)
{
	if (o->row + 1 > SHEET_ROWS_MAX)
		o->rc = RC_LIMIT;
}

static void
begin_sheet(struct sheet_out *o, const char *name)
{
	struct xlsx_out *x = o->self;
	char cut[LXW_SHEETNAME_MAX * 4 + 1];
	size_t n = 0, chars = 0;

	for (const char *c = name; *c != '\0' && n < sizeof(cut) - 4; c++) {
		if (((unsigned char)*c & 0xC0) != 0x80 && ++chars > LXW_SHEETNAME_MAX)
			break;
		cut[n++] = strchr("[]:*?/\\'", *c) != NULL ? ' ' : *c;
	}
	cut[n] = '\0';
	x->sheet = workbook_add_worksheet(x->book, n > 0 ? cut : NULL);
	if (x->sheet == NULL)
		x->sheet = workbook_add_worksheet(x->book, NULL);
	ASSERT(x->sheet != NULL);
}

static void
set_width(struct sheet_out *o, size_t column, int characters)
{
	struct xlsx_out *x = o->self;

	worksheet_set_column(x->sheet, (lxw_col_t)column, (lxw_col_t)column, characters, NULL);
}

static void
freeze(struct sheet_out *o, int rows)
{
	struct xlsx_out *x = o->self;

	worksheet_freeze_panes(x->sheet, (lxw_row_t)rows, 0);
}

static const char *
keep_list(struct sheet_out *o, const struct str *list, size_t count)
{
	struct xlsx_out *x = o->self;
	struct long_list *l = &x->lists[x->list_count];
	char column[4];

	if (count > SHEET_CHOICES_MAX || x->list_count == LISTS_MAX)
		return NULL;
	l->items = NEW_ARRAY(o->mem, struct str, count);
	l->count = count;
	for (size_t i = 0; i < count; i++)
		l->items[i] = str_dup(o->mem, list[i]);
	sheet_column_name(x->list_count++, column);
	return str_fmt(o->mem, "'~'!$%s$1:$%s$%zu", column, column, count).p;
}

/* The rule's own list when it is short enough and free of commas. */
static char **
short_list(struct sheet_out *o, const struct str *list, size_t count)
{
	char **out = NEW_ARRAY(o->mem, char *, count + 1);
	size_t bytes = 0;

	for (size_t i = 0; i < count; i++) {
		bytes += list[i].n + 1;
		if (bytes > RULE_BYTES_MAX || str_find(list[i], S(","), 0) >= 0 || str_find(list[i], S("\""), 0) >= 0)
			return NULL;
		out[i] = str_c(o->mem, list[i]);
	}
	return out;
}

/*
 * A list that stands on a sheet. libxlsxwriter 1.1.4 copies the formula of such a rule twice and frees one copy, so
 * the rule is made without it and completed in place; the library frees it with the book.
 */
static void
point_at_list(struct xlsx_out *x, const char *formula)
{
	lxw_data_val_obj *rule, *last = NULL;

	STAILQ_FOREACH (rule, x->sheet->data_validations, list_pointers)
		last = rule;
	if (last == NULL || formula == NULL)
		return;
	last->validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
	last->value_formula = strdup(formula);
}

static void
add_input(struct sheet_out *o, size_t column, int64_t first_row, const struct str *list, size_t count, struct str hint)
{
	struct xlsx_out *x = o->self;
	lxw_data_validation rule = { .validate = LXW_VALIDATION_TYPE_ANY, .ignore_blank = LXW_VALIDATION_ON,
		.show_input = LXW_VALIDATION_ON, .show_error = LXW_VALIDATION_ON };
	char **own = count > 0 ? short_list(o, list, count) : NULL;

	if (own != NULL) {
		rule.validate = LXW_VALIDATION_TYPE_LIST;
		rule.value_list = own;
	}
	if (hint.n > 0)
		rule.input_message = str_c(o->mem, str_sub(hint, 0, utf8_cut(hint.p, hint.n < HINT_MAX ? hint.n : HINT_MAX)));
	else if (count > 0)
		rule.input_message = str_c(o->mem, S("▼"));
	else
		return;
	note(o, worksheet_data_validation_range(x->sheet, (lxw_row_t)first_row, (lxw_col_t)column,
			(lxw_row_t)(first_row + RULE_ROWS), (lxw_col_t)column, &rule));
	if (count > 0 && own == NULL)
		point_at_list(x, keep_list(o, list, count));
}

static void
write_lists(struct sheet_out *o)
{
	struct xlsx_out *x = o->self;
	size_t rows = 0;

	if (x->list_count == 0)
		return;
	x->sheet = workbook_add_worksheet(x->book, "~");
	for (size_t i = 0; i < x->list_count; i++)
		rows = x->lists[i].count > rows ? x->lists[i].count : rows;
	for (size_t r = 0; r < rows; r++)
		for (size_t i = 0; i < x->list_count; i++)
			if (r < x->lists[i].count)
				note(o, worksheet_write_string(x->sheet, (lxw_row_t)r, (lxw_col_t)i,
						prepare(o, x->lists[i].items[r]), NULL));
	worksheet_hide(x->sheet);
}

static void
finish(struct sheet_out *o)
{
	struct xlsx_out *x = o->self;

	write_lists(o);
	note(o, workbook_close(x->book));
	x->book = NULL;
	lseek(x->fd, 0, SEEK_END);
}

/* The library frees a book only by closing it; a book given up is closed into a file its owner throws away. */
static void
give_up(void *arg)
{
	struct xlsx_out *x = arg;

	if (x->book == NULL)
		return;
	if (x->sheet == NULL)
		workbook_add_worksheet(x->book, NULL);
	workbook_close(x->book);
}

static lxw_format *
make_format(lxw_workbook *book, enum sheet_style style, const char *number_format)
{
	static const struct {
		lxw_color_t ink, fill;
		bool bold;
	} look[STYLE_COUNT] = { [STYLE_HEADER] = { 0x1F3A2E, 0xE3F1E8, true },
		[STYLE_REQUIRED] = { 0xB42318, 0xE3F1E8, true },
		[STYLE_EXAMPLE] = { 0x7A7A7A, 0xF7F7F7, false },
		[STYLE_WRONG] = { 0x9C0006, 0xFFC7CE, false } };
	lxw_format *f = workbook_add_format(book);

	if (look[style].ink != 0) {
		format_set_font_color(f, look[style].ink);
		format_set_bg_color(f, look[style].fill);
	}
	if (look[style].bold) {
		format_set_bold(f);
		format_set_text_wrap(f);
	}
	if (number_format != NULL)
		format_set_num_format(f, number_format);
	return f;
}

enum rc
xlsx_out_open(struct sheet_out *o, const struct sheet_out_options *options, struct err *e)
{
	static const struct sheet_out_ops ops = { begin_sheet, set_width, freeze, add_input, text_cell, number_cell,
		date_cell, time_cell, empty_cell, end_row, finish };
	struct xlsx_out *x = NEW(o->mem, struct xlsx_out);
	char path[64];
	lxw_workbook_options how = { .constant_memory = LXW_TRUE, .use_zip64 = LXW_TRUE };

	if (options->temp_dir != NULL)
		how.tmpdir = str_c(o->mem, str_from_c(options->temp_dir));
	/* the library only takes a path; this one opens our descriptor's file again, named or not */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", options->fd);
	x->book = workbook_new_opt(path, &how);
	x->fd = options->fd;
	o->self = x;
	o->ops = &ops;
	if (x->book == NULL)
		return fail(e, RC_UNAVAILABLE, NULL, "无法创建工作簿", "the workbook cannot be created");
	arena_on_done(o->mem, give_up, x);
	for (int s = 0; s < STYLE_COUNT; s++) {
		x->plain[s] = s == STYLE_PLAIN ? NULL : make_format(x->book, (enum sheet_style)s, NULL);
		x->date[s] = make_format(x->book, (enum sheet_style)s, "yyyy-mm-dd");
		x->time[s] = make_format(x->book, (enum sheet_style)s, "yyyy-mm-dd hh:mm:ss");
	}
	return RC_OK;
}

#include "base/base.h"
#include "base/time.h"
#include "base/utf8.h"
#include "lib/sheet/sheet_out.h"
#include <stdio.h>
#include <string.h>

enum rc
sheet_out_open(struct sheet_out **out, struct arena *mem, const struct sheet_out_options *options, struct err *e)
{
	struct sheet_out *o = NEW(mem, struct sheet_out);

	o->mem = mem;
	*out = o;
	return options->kind == SHEET_KIND_XLSX ? xlsx_out_open(o, options, e) : csv_out_open(o, options, e);
}

void
sheet_out_sheet(struct sheet_out *o, const char *name)
{
	o->sheets++;
	o->row = 0;
	o->column = 0;
	o->style = STYLE_PLAIN;
	o->ops->sheet(o, name);
}

void
sheet_out_width(struct sheet_out *o, size_t column, int characters)
{
	o->ops->width(o, column, characters);
}

void
sheet_out_freeze(struct sheet_out *o, int rows)
{
	o->ops->freeze(o, rows);
}

void
sheet_out_input(struct sheet_out *o, size_t column, int64_t first_row, const struct str *list, size_t count,
	struct str hint)
{
	o->ops->input(o, column, first_row, list, count, hint);
}

static void
next(struct sheet_out *o)
{
	o->column++;
	o->comment = (struct str){ 0 };
}

void
sheet_out_text(struct sheet_out *o, struct str text)
{
	if (text.n == 0)
		o->ops->empty(o);
	else
		o->ops->text(o, text);
	next(o);
}

void
sheet_out_number(struct sheet_out *o, int64_t v, int scale)
{
	if (v == NIL)
		o->ops->empty(o);
	else
		o->ops->number(o, v, scale);
	next(o);
}

void
sheet_out_date(struct sheet_out *o, int64_t days)
{
	if (days == NIL)
		o->ops->empty(o);
	else
		o->ops->date(o, days);
	next(o);
}

void
sheet_out_time(struct sheet_out *o, int64_t wall_ms)
{
	if (wall_ms == NIL)
		o->ops->empty(o);
	else
		o->ops->time(o, wall_ms);
	next(o);
}

void
sheet_out_style(struct sheet_out *o, enum sheet_style style)
{
	o->style = style;
}

void
sheet_out_comment(struct sheet_out *o, struct str text)
{
	size_t n = utf8_cut(text.p, text.n < sizeof(o->comment_buf) - 1 ? text.n : sizeof(o->comment_buf) - 1);

	memcpy(o->comment_buf, text.p, n);
	o->comment_buf[n] = '\0';
	o->comment = (struct str){ o->comment_buf, n };
}

static enum rc
report(struct sheet_out *o, struct err *e)
{
	if (o->rc == RC_OK)
		return RC_OK;
	if (o->rc == RC_LIMIT)
		return fail(e, RC_LIMIT, NULL, "超过工作表能容纳的行数", "more rows than a sheet can hold");
	return fail(e, o->rc, NULL, "无法写入文件", "the file cannot be written");
}

enum rc
sheet_out_row(struct sheet_out *o, struct err *e)
{
	o->ops->row(o);
	o->row++;
	o->column = 0;
	return report(o, e);
}

enum rc
sheet_out_finish(struct sheet_out *o, struct err *e)
{
	o->ops->finish(o);
	return report(o, e);
}

struct str
sheet_decimal(char buf[32], int64_t v, int scale)
{
	uint64_t magnitude = v < 0 ? 0 - (uint64_t)v : (uint64_t)v, unit = 1;
	int n;

	for (int i = 0; i < scale; i++)
		unit *= 10;
	n = snprintf(buf, 32, "%s%llu", v < 0 ? "-" : "", (unsigned long long)(magnitude / unit));
	if (magnitude % unit != 0) {
		n += snprintf(buf + n, (size_t)(32 - n), ".%0*llu", scale, (unsigned long long)(magnitude % unit));
		while (buf[n - 1] == '0')
			n--;
	}
	return (struct str){ buf, (size_t)n };
}

struct str
sheet_date_text(char buf[32], int64_t days)
{
	struct civil c = date_to_civil(days);

	return (struct str){ buf, (size_t)snprintf(buf, 32, "%04d-%02d-%02d", c.year, c.month, c.day) };
}

struct str
sheet_time_text(char buf[32], int64_t wall_ms)
{
	int64_t days = wall_ms / 86400000 - (wall_ms % 86400000 < 0), s = (wall_ms - days * 86400000) / 1000;
	struct str date = sheet_date_text(buf, days);
	int n = snprintf(buf + date.n, 32 - date.n, " %02d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));

	return (struct str){ buf, date.n + (size_t)n };
}

#include "base/base.h"
#include "lib/sheet/sheet_out.h"
#include "lib/sheet/sheet_value.h"
#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER = 64 * 1024 };

struct csv_out {
	int fd;
	iconv_t codec; /* (iconv_t)-1: UTF-8 */
	size_t used;
	char buf[BUFFER], coded[2 * BUFFER];
};

static bool
write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

static void
flush(struct sheet_out *o)
{
	struct csv_out *c = o->self;
	char *in = c->buf, *out = c->coded;
	size_t in_left = c->used, out_left = sizeof(c->coded);
	bool good;

	if (c->codec == (iconv_t)-1) {
		good = write_all(c->fd, c->buf, c->used);
		in_left = 0;
	} else {
		/* GB 18030 holds all of Unicode: only a character cut by the buffer's end stays behind */
		good = iconv(c->codec, &in, &in_left, &out, &out_left) != (size_t)-1 || errno == EINVAL;
		good = good && write_all(c->fd, c->coded, (size_t)(out - c->coded));
		memmove(c->buf, in, in_left);
	}
	c->used = in_left;
	if (!good && o->rc == RC_OK)
		o->rc = RC_UNAVAILABLE;
	if (!good)
		c->used = 0;
}

static void
put(struct sheet_out *o, const char *p, size_t n)
{
	struct csv_out *c = o->self;

	if (o->sheets > 1)
		return;
	while (n > 0) {
		size_t room = sizeof(c->buf) - c->used, part = n < room ? n : room;

		memcpy(c->buf + c->used, p, part);
		c->used += part;
		p += part;
		n -= part;
		if (c->used == sizeof(c->buf))
			flush(o);
	}
}

static void
put_separator(struct sheet_out *o)
{
	if (o->column > 0)
		put(o, ",", 1);
}

static bool
needs_quotes(struct str s)
{
	if (strchr(" \t", s.p[0]) != NULL || strchr(" \t", s.p[s.n - 1]) != NULL)
		return true;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r' || s.p[i] == ';' || s.p[i] == '\t')
			return true;
	return false;
}

static void
text_cell(struct sheet_out *o, struct str s)
{
	bool quotes = needs_quotes(s);

	put_separator(o);
	if (quotes)
		put(o, "\"", 1);
	if (sheet_is_risky(s))
		put(o, "'", 1);
	for (size_t i = 0, from = 0; i <= s.n; i++) {
		if (i < s.n && s.p[i] != '"')
			continue;
		put(o, s.p + from, i - from);
		if (i < s.n)
			put(o, "\"\"", 2);
		from = i + 1;
	}
	if (quotes)
		put(o, "\"", 1);
}

static void
bare_cell(struct sheet_out *o, struct str s)
{
	put_separator(o);
	put(o, s.p, s.n);
}

static void
number_cell(struct sheet_out *o, int64_t v, int scale)
{
	char buf[32];

	bare_cell(o, sheet_decimal(buf, v, scale));
}

static void
date_cell(struct sheet_out *o, int64_t days)
{
	char buf[32];

	bare_cell(o, sheet_date_text(buf, days));
}

static void
time_cell(struct sheet_out *o, int64_t wall_ms)
{
	char buf[32];

	bare_cell(o, sheet_time_text(buf, wall_ms));
}

static void
empty_cell(struct sheet_out *o)
{
	put_separator(o);
}

static void
end_row(struct sheet_out *o)
{
	put(o, "\r\n", 2);
}

static void
no_sheet(struct sheet_out *o, const char *name)
{
	(void)o, (void)name;
}

static void
no_width(struct sheet_out *o, size_t column, int characters)
{
	(void)o, (void)column, (void)characters;
}

static void
no_freeze(struct sheet_out *o, int rows)
{
	(void)o, (void)rows;
}

static void
no_input(struct sheet_out *o, size_t column, int64_t first_row, const struct str *list, size_t count, struct str hint)
{
	(void)o, (void)column, (void)first_row, (void)list, (void)count, (void)hint;
}

static void
close_codec(void *arg)
{
	struct csv_out *c = arg;

	if (c->codec != (iconv_t)-1)
		iconv_close(c->codec);
}

enum rc
csv_out_open(struct sheet_out *o, const struct sheet_out_options *options, struct err *e)
{
	static const struct sheet_out_ops ops = { no_sheet, no_width, no_freeze, no_input, text_cell, number_cell,
		date_cell, time_cell, empty_cell, end_row, flush };
	struct csv_out *c = NEW(o->mem, struct csv_out);

	c->fd = options->fd;
	c->codec = (iconv_t)-1;
	o->self = c;
	o->ops = &ops;
	if (lseek(c->fd, 0, SEEK_SET) != 0 || ftruncate(c->fd, 0) != 0)
		return fail(e, RC_UNAVAILABLE, NULL, "无法写入文件", "the file cannot be written");
	if (options->kind == SHEET_KIND_CSV_GB18030) {
		c->codec = iconv_open("GB18030", "UTF-8");
		if (c->codec == (iconv_t)-1)
			return fail(e, RC_UNAVAILABLE, NULL, "系统缺少 GB 18030 转换", "the system lacks the GB 18030 converter");
		arena_on_done(o->mem, close_codec, c);
		return RC_OK;
	}
	put(o, "\xEF\xBB\xBF", 3);
	return RC_OK;
}

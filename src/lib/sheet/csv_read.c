#include "base/base.h"
#include "base/utf8.h"
#include "lib/sheet/xlsx.h"
#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024 };

struct sheet_codecs {
	iconv_t gb18030, utf16le, utf16be;
};

static void
close_codecs(void *arg)
{
	struct sheet_codecs *c = arg;
	iconv_t all[] = { c->gb18030, c->utf16le, c->utf16be };

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (all[i] != (iconv_t)-1)
			iconv_close(all[i]);
}

struct sheet_codecs *
sheet_codecs_open(struct arena *a)
{
	struct sheet_codecs *c = NEW(a, struct sheet_codecs);

	c->gb18030 = iconv_open("UTF-8", "GB18030");
	c->utf16le = iconv_open("UTF-8", "UTF-16LE");
	c->utf16be = iconv_open("UTF-8", "UTF-16BE");
	arena_on_done(a, close_codecs, c);
	return c;
}

/* The bytes of the file as UTF-8, in pieces. */
struct source {
	int fd;
	int64_t at, left;
	iconv_t codec; /* (iconv_t)-1: already UTF-8 */
	char raw[CHUNK];
	size_t raw_used; /* bytes of an unfinished character kept from the last piece */
	char out[4 * CHUNK];
};

struct csv {
	struct source *src;
	const struct sheet_limits *limits;
	struct sheet_cell *cells;
	size_t count, filled;
	char *buf;
	size_t used, start;
	int64_t row;
	char separator;
	bool quoted, was_quoted, closed, after_cr, sep_checked;
	sheet_row_fn *fn;
	void *arg;
	struct err *err;
};

static bool
read_at(int fd, void *buf, size_t n, int64_t at, ssize_t *got)
{
	do
		*got = pread(fd, buf, n, at);
	while (*got < 0 && errno == EINTR);
	return *got >= 0;
}

/* The whole file is looked at: one byte of another encoding decides. */
static bool
is_utf8(struct source *s, bool *ok)
{
	size_t kept = 0;
	int64_t at = s->at, left = s->left;

	*ok = true;
	while (left > 0) {
		ssize_t n;
		size_t have, whole;

		if (!read_at(s->fd, s->raw + kept, sizeof(s->raw) - kept, at, &n))
			return false;
		if (n == 0)
			break;
		at += n;
		left -= n;
		have = kept + (size_t)n;
		whole = left > 0 ? utf8_cut(s->raw, have) : have;
		if (!utf8_valid((struct str){ s->raw, whole })) {
			*ok = false;
			return true;
		}
		kept = have - whole;
		memmove(s->raw, s->raw + whole, kept);
	}
	return true;
}

static enum rc
choose_codec(struct source *s, struct sheet_codecs *codecs, struct err *e)
{
	unsigned char head[3] = { 0 };
	ssize_t n;
	bool utf8;

	s->codec = (iconv_t)-1;
	if (!read_at(s->fd, head, sizeof(head), 0, &n))
		return fail(e, RC_UNAVAILABLE, NULL, "无法读取文件", "the file cannot be read");
	if (memcmp(head, "\xEF\xBB\xBF", 3) == 0) {
		s->at = 3;
	} else if (memcmp(head, "\xFF\xFE", 2) == 0) {
		s->at = 2;
		s->codec = codecs->utf16le;
	} else if (memcmp(head, "\xFE\xFF", 2) == 0) {
		s->at = 2;
		s->codec = codecs->utf16be;
	}
	s->left -= s->at;
	if (s->codec != (iconv_t)-1)
		return RC_OK;
	if (!is_utf8(s, &utf8))
		return fail(e, RC_UNAVAILABLE, NULL, "无法读取文件", "the file cannot be read");
	if (utf8)
		return RC_OK;
	if (s->at == 3)
		return fail(e, RC_INVALID, NULL, "文件标明 UTF-8 编码，内容却不是", "the file says UTF-8 but is not");
	s->codec = codecs->gb18030;
	if (s->codec == (iconv_t)-1)
		return fail(e, RC_UNAVAILABLE, NULL, "系统缺少 GB 18030 转换", "the system lacks the GB 18030 converter");
	return RC_OK;
}

/* The next piece of text; n is 0 at the end. */
static enum rc
next_piece(struct source *s, struct str *piece, struct err *e)
{
	char *in = s->raw, *out = s->out;
	size_t in_left, out_left = sizeof(s->out);
	ssize_t n;

	if (!read_at(s->fd, s->raw + s->raw_used, sizeof(s->raw) - s->raw_used, s->at, &n))
		return fail(e, RC_UNAVAILABLE, NULL, "无法读取文件", "the file cannot be read");
	s->at += n;
	in_left = s->raw_used + (size_t)n;
	if (s->codec == (iconv_t)-1 || in_left == 0) {
		*piece = (struct str){ s->raw, in_left };
		return RC_OK;
	}
	if (iconv(s->codec, &in, &in_left, &out, &out_left) == (size_t)-1 && (errno != EINVAL || n == 0))
		return fail_code(e, RC_INVALID, "sheet-encoding", NULL, "文件既不是 UTF-8 也不是 GB 18030 编码",
			"the file is neither UTF-8 nor GB 18030");
	memmove(s->raw, in, in_left);
	s->raw_used = in_left;
	*piece = (struct str){ s->out, (size_t)(out - s->out) };
	return RC_OK;
}

/* The separator that occurs most often, outside quotes, before the first line ends. */
static char
guess_separator(struct str head)
{
	size_t comma = 0, semicolon = 0, tab = 0;
	bool quoted = false;

	if (str_starts(head, S("sep=")) && head.n > 4 && head.p[4] != '\0' && strchr(",;\t|", head.p[4]) != NULL)
		return head.p[4];
	for (size_t i = 0; i < head.n; i++) {
		char c = head.p[i];

		if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '\n' || c == '\r'))
			break;
		comma += !quoted && c == ',';
		semicolon += !quoted && c == ';';
		tab += !quoted && c == '\t';
	}
	if (tab > comma && tab > semicolon)
		return '\t';
	return semicolon > comma ? ';' : ',';
}

static enum rc
end_field(struct csv *c)
{
	struct str text = { c->buf + c->start, c->used - c->start };

	if ((int64_t)c->count >= c->limits->columns || c->count >= SHEET_COLUMNS_MAX) {
		/* trailing separators are common and harmless */
		if (text.n == 0)
			return RC_OK;
		return fail(c->err, RC_LIMIT, NULL, "第 %lld 行列数过多", "row %lld has too many columns", LL(c->row));
	}
	if (!c->was_quoted)
		text = str_trim(text);
	c->cells[c->count] = (struct sheet_cell){ text.n != 0 ? CELL_TEXT : CELL_EMPTY, text, NIL, false };
	c->count++;
	if (text.n != 0)
		c->filled = c->count;
	c->start = c->used;
	c->was_quoted = c->closed = false;
	return RC_OK;
}

static enum rc
end_row(struct csv *c)
{
	struct sheet_row row;
	enum rc rc = end_field(c);

	if (rc != RC_OK)
		return rc;
	row = (struct sheet_row){ .number = c->row, .count = c->filled, .cells = c->cells };
	if (c->row > c->limits->rows)
		return fail(c->err, RC_LIMIT, NULL, "超过 %lld 行", "more than %lld rows", LL(c->limits->rows));
	/* "sep=;" is for spreadsheets, not data */
	if (row.count != 0 && !(c->row == 1 && row.cells[0].text.n <= 5 && str_starts(row.cells[0].text, S("sep="))))
		rc = c->fn(c->arg, &row, c->err);
	c->row++;
	c->count = c->filled = c->used = c->start = 0;
	return rc;
}

static enum rc
put(struct csv *c, char ch)
{
	if (c->used - c->start >= SHEET_CELL_BYTES_MAX)
		return fail(c->err, RC_LIMIT, NULL, "第 %lld 行有过长的内容（引号可能没有成对）",
			"row %lld holds an over-long value (a quote may be unpaired)", LL(c->row));
	if (c->used >= SHEET_ROW_BYTES_MAX)
		return fail(c->err, RC_LIMIT, NULL, "第 %lld 行的文字过多", "row %lld holds too much text", LL(c->row));
	c->buf[c->used++] = ch;
	return RC_OK;
}

static enum rc
take(struct csv *c, char ch)
{
	bool lf_of_crlf = c->after_cr && ch == '\n' && !c->quoted;

	c->after_cr = false;
	if (lf_of_crlf)
		return RC_OK;
	if (ch == '\0')
		return fail(c->err, RC_INVALID, NULL, "这不是工作簿，也不是文本表格", "this is neither a workbook nor a text table");
	if (c->quoted) {
		if (ch != '"')
			return put(c, ch);
		c->quoted = false;
		c->closed = true;
		return RC_OK;
	}
	if (ch == '"') {
		if (c->closed) {
			/* "" inside quotes is one quote */
			c->closed = false;
			c->quoted = true;
			return put(c, ch);
		}
		if (c->used == c->start) {
			c->quoted = c->was_quoted = true;
			return RC_OK;
		}
		return put(c, ch);
	}
	if (ch == c->separator)
		return end_field(c);
	if (ch == '\n' || ch == '\r') {
		c->after_cr = ch == '\r';
		return end_row(c);
	}
	c->closed = false;
	return put(c, ch);
}

static enum rc
parse(struct csv *c)
{
	for (;;) {
		struct str piece;
		enum rc rc = next_piece(c->src, &piece, c->err);

		if (rc != RC_OK)
			return rc;
		if (piece.n == 0 && c->src->raw_used == 0)
			break;
		if (c->separator == '\0')
			c->separator = guess_separator(piece);
		for (size_t i = 0; i < piece.n; i++)
			if ((rc = take(c, piece.p[i])) != RC_OK)
				return rc;
	}
	if (c->quoted)
		return fail(c->err, RC_INVALID, NULL, "第 %lld 行的引号没有成对", "row %lld has an unpaired quote", LL(c->row));
	return c->used > 0 || c->count > 0 ? end_row(c) : RC_OK;
}

enum rc
csv_read(struct arena *mem, int fd, int64_t bytes, const struct sheet_limits *limits, struct sheet_codecs *codecs,
	sheet_row_fn *fn, void *arg, struct err *e)
{
	struct csv c = { .limits = limits, .row = 1, .fn = fn, .arg = arg, .err = e };
	enum rc rc;

	c.src = NEW(mem, struct source);
	c.cells = NEW_ARRAY(mem, struct sheet_cell, SHEET_COLUMNS_MAX);
	c.buf = NEW_ARRAY(mem, char, SHEET_ROW_BYTES_MAX + 1);
	c.src->fd = fd;
	c.src->left = bytes;
	if (codecs == NULL)
		codecs = sheet_codecs_open(mem);
	rc = choose_codec(c.src, codecs, e);
	if (rc != RC_OK)
		return rc;
	if (c.src->codec != (iconv_t)-1)
		iconv(c.src->codec, NULL, NULL, NULL, NULL);
	return parse(&c);
}

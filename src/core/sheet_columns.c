/* sheet_columns.c - how fields become columns and headers become fields again. */
#include "base/base.h"
#include "core/sheet_priv.h"
#include "core/unit.h"
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

const struct text sheet_example_mark = { "示例：", "Example: " };
const struct text sheet_row_header = { "原行号", "Row" };
const struct text sheet_error_header = { "错误说明", "What is wrong" };
const struct text sheet_key_header = { "系统编号", "Key" };
const struct text sheet_yes = { "是", "yes" };
const struct text sheet_no = { "否", "no" };

bool
sheet_exportable(const struct field *f)
{
	return !f->secret && f->type != T_LINES && f->type != T_FILE && f->type != T_FILES;
}

bool
sheet_importable(const struct field *f)
{
	return sheet_exportable(f) && !f->server && f->type != T_STATE && f->type != T_JSON;
}

int
sheet_scale(const struct field *f)
{
	return f->type == T_QTY ? 3 : f->type == T_MONEY || f->type == T_RATE ? 2 : 0;
}

enum sheet_kind
sheet_kind_of(enum sheet_format f)
{
	return f == SHEET_XLSX ? SHEET_KIND_XLSX : f == SHEET_CSV ? SHEET_KIND_CSV : SHEET_KIND_CSV_GB18030;
}

static const char *
unit_label(const struct field *f, enum lang lang)
{
	const struct unit *u = f->unit != NULL ? unit_find(f->unit) : NULL;

	if (f->type == T_MONEY)
		return lang == LANG_EN ? "CNY" : "元";
	if (f->type == T_RATE)
		return "%";
	return u != NULL ? text_in(u->label, lang) : NULL;
}

struct str
sheet_header(struct arena *mem, const struct field *f, enum lang lang, bool mark)
{
	const char *unit = unit_label(f, lang), *star = mark && f->required ? " *" : "";

	if (unit == NULL)
		return str_fmt(mem, "%s%s", text_in(f->label, lang), star);
	return str_fmt(mem, lang == LANG_EN ? "%s (%s)%s" : "%s（%s）%s", text_in(f->label, lang), unit, star);
}

/* Without blanks, stars and case; brackets made one kind. buf holds 256 bytes. */
static struct str
squeeze(struct str s, char buf[256])
{
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < 255;) {
		if (str_starts(str_sub(s, i, 3), S("（"))) {
			buf[n++] = '(';
			i += 3;
		} else if (str_starts(str_sub(s, i, 3), S("）"))) {
			buf[n++] = ')';
			i += 3;
		} else if (str_starts(str_sub(s, i, 3), S("　")) || str_starts(str_sub(s, i, 3), S("＊"))) {
			i += 3;
		} else {
			char c = s.p[i++];

			if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '*')
				buf[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
		}
	}
	return (struct str){ buf, n };
}

static struct str
without_bracket(struct str s)
{
	if (s.n == 0 || s.p[s.n - 1] != ')')
		return s;
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == '(')
			return i > 1 ? str_sub(s, 0, i - 1) : s;
	return s;
}

static bool
names_it(struct str header, const char *label)
{
	char buf[256];
	struct str wanted = squeeze(str_from_c(label), buf);

	return wanted.n > 0 && (str_eq(header, wanted) || str_eq(without_bracket(header), wanted));
}

const struct field *
sheet_header_find(const struct resource *r, struct str header, const bool *taken)
{
	char buf[256];
	struct str h = squeeze(header, buf);

	for (const struct field *f = r->fields; f->name != NULL; f++)
		if (!taken[f - r->fields] && sheet_importable(f) &&
			(names_it(h, f->label.zh) || names_it(h, f->label.en) || names_it(h, f->name)))
			return f;
	return NULL;
}

bool
sheet_header_is_ours(struct str header)
{
	const struct text *const ours[] = { &sheet_row_header, &sheet_error_header, &sheet_key_header };
	char buf[256];
	struct str h = squeeze(header, buf);

	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (names_it(h, ours[i]->zh) || names_it(h, ours[i]->en))
			return true;
	return false;
}

enum rc
sheet_temp_file(struct ctx *c, int *fd)
{
	*fd = c->app->data_dir != NULL ? open(c->app->data_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)
				       : memfd_create("sheet", MFD_CLOEXEC);
	return *fd >= 0 ? RC_OK : fail(&c->err, RC_UNAVAILABLE, NULL, "无法建立临时文件", "no temporary file can be made");
}

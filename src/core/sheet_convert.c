/* sheet_convert.c - from what a cell shows to the JSON member the record layer judges. */
#include "base/base.h"
#include "base/utf8.h"
#include "core/sheet_priv.h"
#include "core/unit.h"
#include "lib/sheet/sheet_value.h"
#include <string.h>

enum { NUMBER_MAX = 60, EXACT_DIGITS = 15 };

static enum rc
wrong(struct ctx *c, const char *zh, const char *en)
{
	return fail(&c->err, RC_INVALID, NULL, "%s", "%s", c->lang == LANG_EN ? en : zh);
}

/* ---- numbers ---- */

static struct str
without_ending(struct str s, const char *ending)
{
	struct str e = str_from_c(ending);

	return e.n > 0 && s.n > e.n && str_ends(s, e) ? str_trim(str_sub(s, 0, s.n - e.n)) : s;
}

/* "１，２３４．５亩" to "1234.5": full-width signs, separators of thousands, currency and the column's own unit go. */
static struct str
plain_number(struct ctx *c, const struct field *f, struct str typed, bool *percent)
{
	const struct unit *u = f->unit != NULL ? unit_find(f->unit) : NULL;
	struct sb b;

	sb_init(&b, c->mem, 256);
	typed = str_trim(typed);
	for (size_t at = 0; at < typed.n && b.n < 200;) {
		size_t from = at;
		int32_t cp = utf8_next(typed, &at);

		if (cp >= 0xFF01 && cp <= 0xFF5E)
			cp = cp - 0xFF01 + '!';
		if (cp == ',' || cp == ' ' || cp == 0xA0 || cp == 0x3000 || (f->type == T_MONEY && (cp == 0xA5 || cp == 0xFFE5)))
			continue;
		if (cp < 0x80)
			sb_add_c(&b, (char)cp);
		else
			sb_add_str(&b, str_sub(typed, from, at - from));
	}

	struct str s = sb_str(&b);

	*percent = f->type == T_RATE && str_ends(s, S("%"));
	if (*percent)
		s = str_sub(s, 0, s.n - 1);
	if (f->type == T_MONEY)
		s = without_ending(s, "元");
	if (u != NULL)
		s = without_ending(without_ending(s, u->label.zh), u->label.en);
	return s;
}

static enum rc
convert_number(struct ctx *c, const struct field *f, const struct sheet_cell *cell, struct json_writer *w)
{
	bool percent = false;
	struct str s = cell->type == CELL_NUMBER ? cell->text : plain_number(c, f, cell->text, &percent);
	int scale = sheet_scale(f);
	int64_t v;

	if (cell->type == CELL_DATE)
		return wrong(c, "须为数字，单元格却是日期", "must be a number; the cell holds a date");
	/* 12 % typed into a spreadsheet is stored as 0.12 */
	if (f->type == T_RATE && cell->percent)
		scale = 4;
	if (s.n > NUMBER_MAX || !sheet_number(s, scale, &v)) {
		if (scale > 0)
			return fail(&c->err, RC_INVALID, NULL, "须为数字，最多 %d 位小数", "must be a number with at most %d decimals", sheet_scale(f));
		return wrong(c, "须为整数", "must be a whole number");
	}
	json_put_i64(w, v);
	return RC_OK;
}

/* ---- dates ---- */

static bool
take_number(struct str *s, size_t digits_max, int *v)
{
	size_t n = 0;

	*v = 0;
	while (n < s->n && n < digits_max && s->p[n] >= '0' && s->p[n] <= '9')
		*v = *v * 10 + (s->p[n++] - '0');
	*s = str_sub(*s, n, s->n);
	return n > 0;
}

static bool
take_any(struct str *s, const struct str *marks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (str_starts(*s, marks[i])) {
			*s = str_sub(*s, marks[i].n, s->n);
			return true;
		}
	}
	return false;
}

/* 2026-11-21, 2026/11/21, 2026.11.21, 2026年11月21日, 20261121; leaves the rest in *s. */
static bool
take_date(struct str *s, int64_t *days)
{
	static const struct str marks[] = { S("-"), S("/"), S("."), S("年"), S("月") };
	static const struct str last[] = { S("日"), S("号") };
	int year, month, day;
	struct civil back;

	if (!take_number(s, 4, &year))
		return false;
	if (take_any(s, marks, ARRAY_LEN(marks))) {
		if (!take_number(s, 2, &month) || !take_any(s, marks, ARRAY_LEN(marks)) || !take_number(s, 2, &day))
			return false;
		take_any(s, last, ARRAY_LEN(last));
	} else if (!take_number(s, 2, &month) || !take_number(s, 2, &day) || (s->n > 0 && s->p[0] >= '0' && s->p[0] <= '9')) {
		return false;
	}
	if (year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	*days = date_from_civil(year, month, day);
	back = date_to_civil(*days);
	return back.month == month && back.day == day;
}

static bool
take_clock(struct str s, int64_t *ms)
{
	static const struct str colons[] = { S(":"), S("："), S("时"), S("分"), S("点") };
	static const struct str gap[] = { S("T"), S(" ") };
	int hour = 0, minute = 0, second = 0;

	s = str_trim(s);
	take_any(&s, gap, ARRAY_LEN(gap));
	if (s.n == 0) {
		*ms = 0;
		return true;
	}
	if (!take_number(&s, 2, &hour) || !take_any(&s, colons, ARRAY_LEN(colons)) || !take_number(&s, 2, &minute))
		return false;
	if (take_any(&s, colons, ARRAY_LEN(colons)) && s.n > 0 && !take_number(&s, 2, &second))
		return false;
	*ms = ((hour * 60 + minute) * 60 + second) * INT64_C(1000);
	return s.n == 0 && hour < 24 && minute < 60 && second < 60;
}

static enum rc
convert_date(struct ctx *c, const struct sheet_cell *cell, struct json_writer *w)
{
	struct str s = str_trim(cell->text);
	int64_t days = 0, ms = 0;

	if (cell->type == CELL_DATE)
		days = cell->at_ms / DAY_MS - (cell->at_ms % DAY_MS < 0);
	else if (!take_date(&s, &days) || !take_clock(s, &ms))
		return wrong(c, "须为日期，如 2026-11-21", "must be a date such as 2026-11-21");
	json_put_str(w, date_print(c->mem, days));
	return RC_OK;
}

static enum rc
convert_time(struct ctx *c, const struct sheet_cell *cell, struct json_writer *w)
{
	struct str s = str_trim(cell->text);
	int64_t days, ms;

	if (cell->type == CELL_DATE)
		json_put_i64(w, cell->at_ms - SHANGHAI_MS);
	else if (time_parse(s, &ms))
		json_put_i64(w, ms);
	else if (take_date(&s, &days) && take_clock(s, &ms))
		json_put_i64(w, days * DAY_MS + ms - SHANGHAI_MS);
	else
		return wrong(c, "须为时间，如 2026-11-21 08:30", "must be a time such as 2026-11-21 08:30");
	return RC_OK;
}

/* ---- words ---- */

static bool
is_one_of(struct str s, const char *list)
{
	return word_listed(list, '|', s);
}

static enum rc
convert_bool(struct ctx *c, const struct sheet_cell *cell, struct json_writer *w)
{
	struct str s = str_lower(c->mem, str_trim(cell->text));

	if (is_one_of(s, "1|是|有|对|真|√|✓|y|yes|true"))
		json_put_bool(w, true);
	else if (is_one_of(s, "0|否|无|错|假|×|x|n|no|false"))
		json_put_bool(w, false);
	else
		return wrong(c, "须填 是 或 否", "must be yes or no");
	return RC_OK;
}

static enum rc
convert_choice(struct ctx *c, const struct field *f, struct str text, struct json_writer *w)
{
	struct str lower = str_lower(c->mem, text);
	struct sb b;

	for (const struct choice *k = f->choices; k->value != NULL; k++) {
		if (str_eq_c(text, k->label.zh) || str_eq_c(text, k->value) || str_eq(lower, str_lower(c->mem, str_from_c(k->label.en)))) {
			json_put_c(w, k->value);
			return RC_OK;
		}
	}
	sb_init(&b, c->mem, 160);
	for (const struct choice *k = f->choices; k->value != NULL; k++)
		sb_addf(&b, "%s%s", b.n > 0 ? (c->lang == LANG_EN ? ", " : "、") : "", tr(c, k->label));
	return fail(&c->err, RC_INVALID, NULL, "须为下列之一：" STR_FMT, "must be one of: " STR_FMT, STR_ARG(sb_str(&b)));
}

/* "113.228451,36.334102" as six decimals each. */
static enum rc
convert_point(struct ctx *c, struct str text, struct json_writer *w)
{
	struct str rest = text, lng;
	int64_t x, y;
	ptrdiff_t wide = str_find(text, S("，"), 0);

	if (wide >= 0) {
		lng = str_sub(text, 0, (size_t)wide);
		rest = str_sub(text, (size_t)wide + 3, text.n);
	} else {
		lng = str_cut(&rest, ',');
	}
	if (rest.p == NULL || !str_scaled(str_trim(lng), 6, &x) || !str_scaled(str_trim(rest), 6, &y))
		return wrong(c, "须为“经度,纬度”，最多 6 位小数", "must be “longitude,latitude” with at most 6 decimals");
	json_begin(w);
	json_key(w, "lng");
	json_put_scaled(w, x, 6);
	json_key(w, "lat");
	json_put_scaled(w, y, 6);
	json_end(w);
	return RC_OK;
}

static size_t
digits_in(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] >= '0' && s.p[i] <= '9';
	return n;
}

/* What a text column means by a cell that holds a number or a date. */
static enum rc
text_of(struct ctx *c, const struct field *f, const struct sheet_cell *cell, struct str *out)
{
	int64_t whole;

	*out = sheet_unprotect(cell->text);
	if (cell->type == CELL_DATE) {
		struct str date = date_print(c->mem, cell->at_ms / DAY_MS - (cell->at_ms % DAY_MS < 0));
		int64_t minutes = (cell->at_ms % DAY_MS + DAY_MS) % DAY_MS / 60000;

		*out = minutes == 0 ? date : str_fmt(c->mem, STR_FMT " %02d:%02d", STR_ARG(date), (int)(minutes / 60), (int)(minutes % 60));
	}
	if (cell->type != CELL_NUMBER)
		return RC_OK;
	if (sheet_number(cell->text, 0, &whole))
		*out = str_fmt(c->mem, LLD, LL(whole));
	if (f->type == T_IDNO && digits_in(*out) > EXACT_DIGITS)
		return wrong(c, "号码被表格存成了数字，末尾几位已丢失：请把单元格设为文本后重新填写",
			"the spreadsheet stored this as a number and lost its last digits: make the cell text and type it again");
	return RC_OK;
}

static enum rc
convert_text(struct ctx *c, struct sheet_lookup *l, const struct field *f, const struct sheet_cell *cell, struct json_writer *w)
{
	struct str text;
	int64_t id;
	enum rc rc = text_of(c, f, cell, &text);

	if (rc != RC_OK)
		return rc;
	if (f->type == T_ENUM)
		return convert_choice(c, f, str_trim(text), w);
	if (f->type == T_GEO)
		return convert_point(c, str_trim(text), w);
	if (f->type != T_REF && f->type != T_DIVISION) {
		json_put_str(w, text);
		return RC_OK;
	}
	rc = f->type == T_REF ? sheet_lookup_ref(c, l, f, str_trim(text), &id) : sheet_lookup_division(c, l, str_trim(text), &id);
	if (rc == RC_OK)
		json_put_id(w, id);
	return rc;
}

enum rc
sheet_convert(struct ctx *c, struct sheet_lookup *l, const struct field *f, const struct sheet_cell *cell, struct json_writer *w)
{
	struct json_writer v; /* a wrong cell must leave no member behind */
	struct sb value;
	enum rc rc;

	if (cell->type == CELL_ERROR)
		return fail(&c->err, RC_INVALID, NULL, "公式出错：%.20s", "the formula failed: %.20s", str_c(c->mem, cell->text));
	sb_init(&value, c->mem, 8 * SHEET_CELL_BYTES_MAX);
	json_writer_init(&v, &value);
	if (f->type == T_INT || f->type == T_QTY || f->type == T_MONEY || f->type == T_RATE)
		rc = convert_number(c, f, cell, &v);
	else if (f->type == T_DATE)
		rc = convert_date(c, cell, &v);
	else if (f->type == T_TIME)
		rc = convert_time(c, cell, &v);
	else if (f->type == T_BOOL)
		rc = convert_bool(c, cell, &v);
	else
		rc = convert_text(c, l, f, cell, &v);
	if (rc != RC_OK)
		return rc;
	json_key(w, f->name);
	json_put_raw(w, sb_str(&value));
	return RC_OK;
}

/* value_check.c - length, range, choice and form of single values, and how values are written for people and
 * programs. */
#include "base/base.h"
#include "base/utf8.h"
#include "core/field_type.h"
#include "core/value_priv.h"
#include "lib/idcheck/idcheck.h"
#include <ctype.h>
#include <string.h>

/* Text that stands in a narrow alphabet: full-width letters are folded, lower case raised. */
struct str
value_fold_code(struct arena *mem, struct str s)
{
	struct sb b;
	size_t at = 0;

	sb_init(&b, mem, 4096);
	while (at < s.n && !b.truncated) {
		size_t from = at;
		int32_t cp = utf8_next(s, &at);

		if (cp >= 0xff01 && cp <= 0xff5e)
			cp -= 0xfee0;
		if (cp > 0 && cp < 128)
			sb_add_c(&b, (char)toupper((int)cp));
		else
			sb_add_str(&b, str_sub(s, from, at - from));
	}
	return b.truncated ? s : sb_str(&b);
}

struct str
value_fold_id(struct arena *mem, struct str s)
{
	return idcheck_fold(mem, s);
}

struct str
value_fold_phone(struct arena *mem, struct str s)
{
	return idcheck_phone_fold(mem, s);
}

struct str
value_fold_email(struct arena *mem, struct str s)
{
	return idcheck_email_fold(mem, s);
}

static bool
is_code(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isupper((unsigned char)s.p[i]) && !isdigit((unsigned char)s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

static bool
is_url(struct str s)
{
	size_t head = str_starts(s, S("https://")) ? 8 : str_starts(s, S("http://")) ? 7 : 0;

	if (head == 0 || s.n == head || !isalnum((unsigned char)s.p[head]))
		return false;
	for (size_t i = head; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || strchr("<>\"\\^`{|}", s.p[i]) != NULL)
			return false;
	return true;
}

static enum rc
check_form(const struct field *f, struct str s, struct err *e)
{
	switch (f->type) {
	case T_CODE:
		if (!is_code(s))
			return fail(e, RC_INVALID, f->name, "只能由字母、数字和连字符组成",
				"may hold only letters, digits and hyphens");
		break;
	case T_PHONE:
		if (!idcheck_phone(s))
			return fail(e, RC_INVALID, f->name, "不是有效的电话号码",
				"is not a valid telephone number");
		break;
	case T_IDNO:
		if (!idcheck_resident(s))
			return fail(e, RC_INVALID, f->name, "不是有效的居民身份证号码",
				"is not a valid identity number");
		break;
	case T_USCC:
		if (!idcheck_uscc(s))
			return fail(e, RC_INVALID, f->name, "不是有效的统一社会信用代码",
				"is not a valid unified social credit code");
		break;
	case T_EMAIL:
		if (!idcheck_email(s))
			return fail(e, RC_INVALID, f->name, "不是有效的电子邮箱",
				"is not a valid e-mail address");
		break;
	case T_URL:
		if (!is_url(s))
			return fail(e, RC_INVALID, f->name, "须为 http:// 或 https:// 网址",
				"must be an http:// or https:// address");
		break;
	case T_TEXT:
		if (memchr(s.p, '\n', s.n) != NULL || memchr(s.p, '\r', s.n) != NULL)
			return fail(e, RC_INVALID, f->name, "只能有一行", "must be one line");
		break;
	default:
		break;
	}
	return RC_OK;
}

static enum rc
check_text(const struct field *f, struct str s, struct err *e)
{
	int64_t max = field_max(f), n;

	if (f->type == T_ENUM)
		return choice_find(f->choices, s) != NULL
			       ? RC_OK
			       : fail(e, RC_INVALID, f->name, "不在可选项之中", "is not one of the choices");
	if (f->type == T_STATE || f->type == T_FILES || f->type == T_JSON)
		return RC_OK; /* written by moves; counted and measured where they are made */
	if (!utf8_valid(s) || utf8_has_control(s))
		return fail(e, RC_INVALID, f->name, "含有无效字符", "holds invalid characters");
	n = (int64_t)utf8_count(s);
	if (n > max)
		return fail(e, RC_INVALID, f->name, "最多 " LLD " 个字符，现有 " LLD " 个",
			"at most " LLD " characters, not " LLD, LL(max), LL(n));
	if (f->min > 0 && n < f->min)
		return fail(e, RC_INVALID, f->name, "至少 " LLD " 个字符", "at least " LLD " characters",
			LL(f->min));
	return check_form(f, s, e);
}

/* Bounds in the form people type them: 2.5 rather than 2500 thousandths. */
static enum rc
out_of_range(const struct field *f, struct err *e)
{
	int scale = f->type == T_QTY ? 3 : f->type == T_MONEY || f->type == T_RATE ? 2 : 0;
	int64_t unit = scale == 3 ? 1000 : scale == 2 ? 100 : 1;
	struct civil lo, hi;

	if (f->type == T_DATE && f->max > f->min) {
		lo = date_to_civil(f->min);
		hi = date_to_civil(f->max);
		return fail(e, RC_INVALID, f->name, "须在 %04d-%02d-%02d 至 %04d-%02d-%02d 之间",
			"must be from %04d-%02d-%02d to %04d-%02d-%02d", lo.year, lo.month, lo.day, hi.year,
			hi.month, hi.day);
	}
	if (f->type == T_TIME || f->type == T_DATE)
		return fail(e, RC_INVALID, f->name, "时间超出允许范围", "is outside the allowed period");
	if (scale == 0)
		return fail(e, RC_INVALID, f->name, "须在 " LLD " 至 " LLD " 之间",
			"must be from " LLD " to " LLD, LL(f->min), LL(f->max));
	return fail(e, RC_INVALID, f->name, "须在 " LLD ".%0*d 至 " LLD ".%0*d 之间",
		"must be from " LLD ".%0*d to " LLD ".%0*d", LL(f->min / unit), scale,
		(int)(f->min % unit < 0 ? -(f->min % unit) : f->min % unit), LL(f->max / unit), scale,
		(int)(f->max % unit < 0 ? -(f->max % unit) : f->max % unit));
}

enum rc
value_check(const struct field *f, const struct value *v, struct err *e)
{
	static const int64_t year_2200_ms = 7258118400000, year_1900_ms = -2208988800000;

	if (v->null)
		return RC_OK;
	if (f->as == M_STR)
		return check_text(f, v->s, e);
	if ((type_info(f->type)->flags & TYPE_RANGE) != 0 && f->max > f->min &&
		(v->i < f->min || v->i > f->max))
		return out_of_range(f, e);
	if (f->type == T_TIME && (v->i < year_1900_ms || v->i >= year_2200_ms))
		return out_of_range(f, e);
	/* Beyond this, sums of a county would leave 64 bits. */
	if ((f->type == T_MONEY || f->type == T_QTY || f->type == T_RATE) &&
		(v->i > 1000000000000000 || v->i < -1000000000000000))
		return fail(e, RC_INVALID, f->name, "数值过大", "is too large");
	if (f->type == T_DIVISION && (v->i < 100000000000 || v->i > 999999999999))
		return fail(
			e, RC_INVALID, f->name, "须为 12 位行政区划代码", "must be a 12-digit division code");
	return RC_OK;
}

static void
print_files(struct json_writer *w, struct str keys)
{
	struct str rest = keys;

	json_list(w);
	while (rest.p != NULL && keys.n > 0)
		json_put_str(w, str_cut(&rest, ','));
	json_list_end(w);
}

void
value_print(struct json_writer *w, const struct field *f, struct value v)
{
	int64_t lng, lat;

	if (v.null && f->type != T_FILES && f->type != T_BOOL) {
		json_put_null(w);
		return;
	}
	switch (f->type) {
	case T_BOOL:
		json_put_bool(w, !v.null && v.i != 0);
		return;
	case T_DATE:
		json_put_str(w, date_print(w->out->mem, v.i));
		return;
	case T_REF:
	case T_DIVISION:
	case T_FILE:
		json_put_id(w, v.i);
		return;
	case T_GEO:
		geo_unpack(v.i, &lng, &lat);
		json_begin(w);
		json_key(w, "lng");
		json_put_scaled(w, lng, 6);
		json_key(w, "lat");
		json_put_scaled(w, lat, 6);
		json_end(w);
		return;
	case T_FILES:
		print_files(w, v.s);
		return;
	case T_JSON:
		json_put_raw(w, v.s); /* printed by ourselves when it came in */
		return;
	default:
		if (f->as == M_STR)
			json_put_str(w, v.s);
		else
			json_put_i64(w, v.i);
	}
}

struct str
value_label(struct arena *mem, const struct field *f, struct value v, enum lang lang)
{
	const struct choice *o;

	if (v.null)
		return (struct str){ 0 };
	switch (f->type) {
	case T_ENUM:
		o = choice_find(f->choices, v.s);
		return o != NULL ? str_from_c(text_in(o->label, lang)) : v.s;
	case T_DATE:
		return date_print(mem, v.i);
	case T_TIME:
		return time_print_local(mem, v.i);
	default:
		return f->as == M_STR ? v.s : str_fmt(mem, LLD, LL(v.i));
	}
}

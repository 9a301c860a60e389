#include "base/base.h"
#include "base/utf8.h"
#include "core/field_type.h"
#include "core/value.h"
#include "core/value_priv.h"
#include <string.h>

const struct choice *
choice_find(const struct choice *choices, struct str value)
{
	for (const struct choice *o = choices; o != NULL && o->value != NULL; o++)
		if (str_eq_c(value, o->value))
			return o;
	return NULL;
}

bool
word_listed(const char *list, char separator, struct str word)
{
	struct str rest = str_from_c(list);

	while (rest.p != NULL)
		if (str_eq(str_trim(str_cut(&rest, separator)), word))
			return true;
	return false;
}

/* Fields whose stored text is trimmed and folded before it is judged. */
static struct str
fold(struct arena *mem, const struct field *f, struct str s)
{
	switch (f->type) {
	case T_CODE:
		return value_fold_code(mem, str_trim(s));
	case T_IDNO:
	case T_USCC:
		return value_fold_id(mem, s);
	case T_PHONE:
		return value_fold_phone(mem, s);
	case T_EMAIL:
		return value_fold_email(mem, s);
	case T_LONGTEXT:
	case T_JSON:
		return s;
	default:
		return str_trim(s);
	}
}

static enum rc
text_value(struct arena *mem, const struct field *f, struct str s, struct value *out, struct err *e)
{
	/* Before folding: folds walk characters and would stumble over malformed ones. */
	if (s.n > 4 * (1 << 20))
		return fail(e, RC_INVALID, f->name, "内容过长", "is too long");
	if (!utf8_valid(s))
		return fail(e, RC_INVALID, f->name, "含有无效字符（不是 UTF-8）",
			"holds invalid characters (not UTF-8)");
	if (memchr(s.p != NULL ? s.p : "", 0, s.n) != NULL || utf8_has_control(s))
		return fail(e, RC_INVALID, f->name, "含有控制字符", "holds control characters");
	s = fold(mem, f, s);
	*out = (struct value){ .null = s.n == 0, .s = s.n == 0 ? (struct str){ 0 } : s };
	return value_check(f, out, e);
}

static enum rc
wrong_type(const struct field *f, struct err *e)
{
	switch (f->type) {
	case T_INT:
	case T_QTY:
	case T_MONEY:
	case T_RATE:
		return fail(e, RC_INVALID, f->name, "须为整数", "must be an integer");
	case T_BOOL:
		return fail(e, RC_INVALID, f->name, "须为 true 或 false", "must be true or false");
	case T_DATE:
		return fail(e, RC_INVALID, f->name, "须为存在的日期，如 2026-05-01",
			"must be a real date such as 2026-05-01");
	case T_TIME:
		return fail(e, RC_INVALID, f->name, "须为毫秒整数或 RFC 3339 时间",
			"must be milliseconds or an RFC 3339 time");
	case T_REF:
	case T_FILE:
		return fail(e, RC_INVALID, f->name, "须为编号（数字组成的字符串）",
			"must be a key: a string of digits");
	case T_DIVISION:
		return fail(
			e, RC_INVALID, f->name, "须为 12 位行政区划代码", "must be a 12-digit division code");
	case T_GEO:
		return fail(e, RC_INVALID, f->name, "须为 {\"lng\":经度,\"lat\":纬度}",
			"must be {\"lng\":…,\"lat\":…}");
	case T_FILES:
		return fail(e, RC_INVALID, f->name, "须为文件编号数组", "must be an array of file keys");
	case T_LINES:
		return fail(e, RC_INVALID, f->name, "须为明细数组", "must be an array of objects");
	default:
		return fail(e, RC_INVALID, f->name, "须为文字", "must be a string");
	}
}

static enum rc
number(const struct field *f, int64_t i, struct value *out, struct err *e)
{
	*out = (struct value){ .i = i };
	return value_check(f, out, e);
}

static bool
key_of(const struct json *j, int64_t *key)
{
	if (j->type == J_INT)
		*key = j->i;
	else if (j->type != J_STRING || !str_i64(j->s, key))
		return false;
	return *key > 0;
}

static bool
degrees(const struct json *j, int64_t *e6)
{
	if (j == NULL)
		return false;
	if (j->type == J_INT && j->i >= -180 && j->i <= 180) {
		*e6 = j->i * 1000000;
		return true;
	}
	if (j->type != J_REAL || !(j->real >= -180.0 && j->real <= 180.0))
		return false;
	/* Receivers report more digits than they know; a micro-degree is eleven centimetres. */
	*e6 = (int64_t)(j->real * 1e6 + (j->real < 0 ? -0.5 : 0.5));
	return true;
}

static enum rc
geo_value(const struct field *f, const struct json *j, struct value *out, struct err *e)
{
	int64_t lng = 0, lat = 0;

	if (j->type != J_OBJECT || j->count != 2 || !degrees(json_get(j, "lng"), &lng) ||
		!degrees(json_get(j, "lat"), &lat))
		return fail(e, RC_INVALID, f->name, "须为 {\"lng\":经度,\"lat\":纬度}，经度在 ±180 以内",
			"must be {\"lng\":…,\"lat\":…}, the longitude within ±180");
	if (lat < -90000000 || lat > 90000000)
		return fail(e, RC_INVALID, f->name, "纬度须在 ±90 以内", "the latitude must be within ±90");
	*out = (struct value){ .i = geo_pack(lng, lat) };
	return RC_OK;
}

static enum rc
files_value(struct arena *mem, const struct field *f, const struct json *j, struct value *out, struct err *e)
{
	int64_t max = field_max(f), key = 0, other = 0;
	struct sb b;

	if (j->type != J_ARRAY)
		return wrong_type(f, e);
	if ((int64_t)j->count > max)
		return fail(e, RC_INVALID, f->name, "最多 " LLD " 个文件", "at most " LLD " files", LL(max));
	sb_init(&b, mem, 64 * 1024);
	for (size_t i = 0; i < j->count; i++) {
		if (!key_of(&j->items[i], &key))
			return wrong_type(f, e);
		for (size_t k = 0; k < i; k++)
			if (key_of(&j->items[k], &other) && other == key)
				return fail(e, RC_INVALID, f->name, "同一文件出现两次", "names a file twice");
		if (i > 0)
			sb_add_c(&b, ',');
		sb_add_i64(&b, key);
	}
	*out = (struct value){ .null = j->count == 0, .s = j->count == 0 ? (struct str){ 0 } : sb_str(&b) };
	return RC_OK;
}

static enum rc
json_value(struct arena *mem, const struct field *f, const struct json *j, struct value *out, struct err *e)
{
	struct json_writer w;
	struct sb b;

	sb_init(&b, mem, (size_t)field_max(f) + 1);
	json_writer_init(&w, &b);
	json_print(&w, j);
	if (b.truncated)
		return fail(e, RC_INVALID, f->name, "内容超过 " LLD " 字节", "is longer than " LLD " bytes",
			LL(field_max(f)));
	*out = (struct value){ .s = sb_str(&b) };
	return RC_OK;
}

enum rc
value_from_json(
	struct arena *mem, const struct field *f, const struct json *j, struct value *out, struct err *e)
{
	int64_t i = 0;

	if (j->type == J_NULL) {
		*out = (struct value){ .null = true };
		return RC_OK;
	}
	switch (f->type) {
	case T_INT:
	case T_QTY:
	case T_MONEY:
	case T_RATE:
		return j->type == J_INT ? number(f, j->i, out, e) : wrong_type(f, e);
	case T_BOOL:
		return j->type == J_TRUE || j->type == J_FALSE ? number(f, j->type == J_TRUE, out, e)
							       : wrong_type(f, e);
	case T_DATE:
		return j->type == J_STRING && date_parse(j->s, &i) ? number(f, i, out, e) : wrong_type(f, e);
	case T_TIME:
		if (j->type == J_INT)
			return number(f, j->i, out, e);
		return j->type == J_STRING && time_parse(j->s, &i) ? number(f, i, out, e) : wrong_type(f, e);
	case T_REF:
	case T_FILE:
	case T_DIVISION:
		return key_of(j, &i) ? number(f, i, out, e) : wrong_type(f, e);
	case T_GEO:
		return geo_value(f, j, out, e);
	case T_FILES:
		return files_value(mem, f, j, out, e);
	case T_JSON:
		return json_value(mem, f, j, out, e);
	case T_LINES:
		return wrong_type(f, e);
	default:
		return j->type == J_STRING ? text_value(mem, f, j->s, out, e) : wrong_type(f, e);
	}
}

enum rc
value_from_text(struct arena *mem, const struct field *f, struct str text, struct value *out, struct err *e)
{
	struct json j = { .type = J_STRING, .s = text };

	if (text.n == 0)
		return fail(e, RC_INVALID, f->name, "不能为空", "must not be empty");
	switch (f->type) {
	case T_INT:
	case T_QTY:
	case T_MONEY:
	case T_RATE:
		j.type = J_INT;
		if (!str_i64(text, &j.i))
			return wrong_type(f, e);
		/* A filter may ask for more than a field can hold; the answer is then empty, not an error. */
		*out = (struct value){ .i = j.i };
		return RC_OK;
	case T_TIME:
		if (str_i64(text, &j.i))
			j.type = J_INT;
		break;
	case T_BOOL:
		if (!str_eq_c(text, "true") && !str_eq_c(text, "false") && !str_eq_c(text, "1") &&
			!str_eq_c(text, "0"))
			return wrong_type(f, e);
		j.type = text.p[0] == 't' || text.p[0] == '1' ? J_TRUE : J_FALSE;
		break;
	default:
		break;
	}
	return value_from_json(mem, f, &j, out, e);
}

struct value
value_of(const struct field *f, const void *record)
{
	const char *at = (const char *)record + f->at;
	struct value v = { 0 };

	switch (f->as) {
	case M_I64:
		memcpy(&v.i, at, sizeof(v.i));
		v.null = v.i == NIL || (v.i == 0 && (type_info(f->type)->flags & TYPE_KEY) != 0);
		break;
	case M_BOOL:
		v.i = *(const bool *)at;
		break;
	case M_STR:
		memcpy(&v.s, at, sizeof(v.s));
		v.null = v.s.p == NULL || v.s.n == 0;
		break;
	case M_ROWS:
		break;
	}
	return v;
}

void
value_set(const struct field *f, void *record, struct value v)
{
	char *at = (char *)record + f->at;
	bool flag = !v.null && v.i != 0;

	if (v.null) {
		v.i = NIL;
		v.s = (struct str){ 0 };
	}
	switch (f->as) {
	case M_I64:
		memcpy(at, &v.i, sizeof(v.i));
		break;
	case M_BOOL:
		memcpy(at, &flag, sizeof(flag));
		break;
	case M_STR:
		memcpy(at, &v.s, sizeof(v.s));
		break;
	case M_ROWS:
		break;
	}
}

bool
value_equal(const struct field *f, struct value a, struct value b)
{
	if (a.null || b.null)
		return a.null == b.null;
	return f->as == M_STR ? str_eq(a.s, b.s) : a.i == b.i;
}

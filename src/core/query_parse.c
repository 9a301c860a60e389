/*
 * query_parse.c - list parameters and cursors. Unknown names are refused: a
 * misspelt filter must not look like an answer. Every value is judged by the
 * field's own rules before it comes near a statement, where it is only bound.
 */
#include "base/base.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "core/query_priv.h"
#include <string.h>

enum { VALUE_MAX = 4000, IN_MAX = 200, CURSOR_MAX = 12000, LIMIT_MAX = 200, LIMIT_DEFAULT = 50 };

/* System columns as fields, so that one path reads all filters. */
static const struct field system_fields[] = {
	{ .name = "id", .type = T_REF, .as = M_I64 },
	{ .name = "division", .type = T_DIVISION, .as = M_I64 },
	{ .name = "org_id", .type = T_REF, .as = M_I64 },
	{ .name = "person_id", .type = T_REF, .as = M_I64 },
	{ .name = "created_ms", .type = T_TIME, .as = M_I64 },
	{ .name = "updated_ms", .type = T_TIME, .as = M_I64 },
	{ .name = "created_by", .type = T_REF, .as = M_I64 },
	{ .name = "updated_by", .type = T_REF, .as = M_I64 },
	{ 0 },
};

const struct field *
system_field(struct str name)
{
	for (const struct field *f = system_fields; f->name != NULL; f++)
		if (str_eq_c(name, f->name))
			return f;
	return NULL;
}

const struct field *
filter_field(const struct filter *f)
{
	return f->field != NULL ? f->field : system_field(str_from_c(f->column));
}

void
query_init(const struct plan *p, struct query *q)
{
	*q = (struct query){ .sort = p->sort, .descending = p->descending, .limit = LIMIT_DEFAULT };
}

static enum rc
bad(struct ctx *c, struct str name, const char *zh, const char *en)
{
	return fail_code(&c->err, RC_INVALID, "parameter",
		str_c(c->mem, str_sub(name, 0, utf8_cut(name.p, name.n < 60 ? name.n : 60))), "查询参数：%s",
		"query parameter: %s", c->lang == LANG_EN ? en : zh);
}

static enum rc
parse_flag(struct ctx *c, struct str name, struct str value, bool *out)
{
	if (!str_eq_c(value, "1") && !str_eq_c(value, "0") && !str_eq_c(value, "true") &&
		!str_eq_c(value, "false"))
		return bad(c, name, "须为 1 或 0", "must be 1 or 0");
	*out = value.p[0] == '1' || value.p[0] == 't';
	return RC_OK;
}

static enum rc
parse_sort(struct ctx *c, const struct plan *p, struct str value, struct query *q)
{
	struct str name = value;
	const struct field *f;

	q->descending = str_starts(value, S("-"));
	if (q->descending)
		name = str_sub(value, 1, value.n);
	q->sort = NULL;
	if (str_eq_c(name, "id"))
		return RC_OK;
	f = map_get(&p->fields, name);
	if (f == NULL || !field_sortable(f))
		return bad(c, S("sort"), "没有这个可排序的字段", "there is no such field to sort by");
	q->sort = f;
	return RC_OK;
}

static enum rc
parse_control(
	struct ctx *c, const struct plan *p, struct str name, struct str value, struct query *q, bool *taken)
{
	int64_t n = 0;

	*taken = true;
	if (str_eq_c(name, "limit")) {
		if (!str_i64(value, &n) || n < 1 || n > LIMIT_MAX)
			return bad(c, name, "须为 1 至 200", "must be from 1 to 200");
		q->limit = (int)n;
		return RC_OK;
	}
	if (str_eq_c(name, "sort"))
		return parse_sort(c, p, value, q);
	if (str_eq_c(name, "after")) {
		if (value.n > CURSOR_MAX)
			return bad(c, name, "翻页标记无效", "is not a valid cursor");
		q->after = str_dup(c->mem, value);
		return RC_OK;
	}
	if (str_eq_c(name, "q")) {
		if (value.n > VALUE_MAX)
			return bad(c, name, "过长", "is too long");
		q->search = value.n > 0 ? str_dup(c->mem, value) : (struct str){ 0 };
		return RC_OK;
	}
	if (str_eq_c(name, "count"))
		return parse_flag(c, name, value, &q->count);
	if (str_eq_c(name, "labels"))
		return parse_flag(c, name, value, &q->labels);
	if (str_eq_c(name, "deleted"))
		return parse_flag(c, name, value, &q->deleted);
	*taken = str_eq_c(name, "lang") || str_eq_c(name, "format"); /* said to other layers */
	return RC_OK;
}

static bool
op_of(struct str word, enum filter_op *op)
{
	static const struct {
		const char *word;
		enum filter_op op;
	} ops[] = { { "ne", OP_NE }, { "gte", OP_GTE }, { "lte", OP_LTE }, { "in", OP_IN },
		{ "prefix", OP_PREFIX }, { "within", OP_WITHIN }, { "null", OP_NULL } };

	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		if (str_eq_c(word, ops[i].word)) {
			*op = ops[i].op;
			return true;
		}
	return false;
}

/* Which questions make sense of which field. */
static bool
op_fits(const struct field *f, enum filter_op op)
{
	bool plain = (type_info(f->type)->flags & TYPE_FILTER) != 0;

	if (f->type == T_LINES || f->secret)
		return false;
	if (op == OP_NULL)
		return true;
	if (f->private)
		return op == OP_EQ || op == OP_IN; /* by keyed hash */
	if (!plain)
		return false;
	switch (op) {
	case OP_GTE:
	case OP_LTE:
		return f->type != T_BOOL && f->type != T_ENUM && f->type != T_STATE;
	case OP_PREFIX:
		return f->as == M_STR && f->type != T_ENUM && f->type != T_STATE;
	case OP_WITHIN:
		return f->type == T_DIVISION;
	default:
		return true;
	}
}

static enum rc
check_one(struct ctx *c, const struct plan *p, struct str name, const struct field *f, struct str value)
{
	struct err e = { .lang = c->lang };
	struct value v = { 0 };

	if (f->type == T_STATE)
		return choice_find(p->r->states, value) != NULL
			       ? RC_OK
			       : bad(c, name, "没有这个状态", "there is no such state");
	if (value_from_text(c->mem, f, value, &v, &e) != RC_OK)
		return bad(c, name, e.text, e.text);
	return v.null ? bad(c, name, "不能为空", "must not be empty") : RC_OK;
}

static enum rc
check_value(struct ctx *c, const struct plan *p, struct str name, const struct field *f, enum filter_op op,
	struct str value)
{
	struct str rest = value;
	size_t n = 0;
	bool flag;
	enum rc rc = RC_OK;

	if (!utf8_valid(value) || utf8_has_control(value) ||
		memchr(value.p != NULL ? value.p : "", 0, value.n) != NULL)
		return bad(c, name, "含有无效字符", "holds invalid characters");
	if (op == OP_NULL)
		return parse_flag(c, name, value, &flag);
	if (op == OP_PREFIX)
		return value.n > 0 && value.n <= 400
			       ? RC_OK
			       : bad(c, name, "须为 1 至 100 个字符", "must be 1 to 100 characters");
	if (op != OP_IN)
		return check_one(c, p, name, f, value);
	while (rc == RC_OK && rest.p != NULL) {
		if (++n > IN_MAX)
			return bad(c, name, "最多 200 个值", "at most 200 values");
		rc = check_one(c, p, name, f, str_cut(&rest, ','));
	}
	return rc;
}

enum rc
query_param(struct ctx *c, const struct plan *p, struct str name, struct str value, struct query *q)
{
	enum filter_op op = OP_EQ;
	const struct field *f, *own;
	struct str rest = name, head;
	bool taken = false;
	struct filter *add;
	enum rc rc;

	if (value.p == NULL)
		value = S("");
	rc = parse_control(c, p, name, value, q, &taken);
	if (rc != RC_OK || taken)
		return rc;
	if (name.n > 80 || !utf8_valid(name))
		return bad(c, S("?"), "没有这个参数", "there is no such parameter");
	head = str_cut(&rest, '.');
	own = map_get(&p->fields, head);
	f = own != NULL ? own : system_field(head);
	if (f == NULL || f->secret || (rest.p != NULL && !op_of(rest, &op)))
		return bad(c, name, "没有这个字段或条件", "there is no such field or condition");
	if (!op_fits(f, op))
		return bad(c, name, "该字段不支持这个条件", "the field cannot be asked this");
	if (q->filter_count == ARRAY_LEN(q->filters))
		return bad(c, name, "条件过多", "too many conditions");
	if (value.n > VALUE_MAX)
		return bad(c, name, "过长", "is too long");
	rc = check_value(c, p, name, f, op, value);
	if (rc != RC_OK)
		return rc;
	add = &q->filters[q->filter_count++];
	*add = (struct filter){ .field = own, .column = f->name, .op = op, .value = str_dup(c->mem, value) };
	return RC_OK;
}

enum rc
query_checked(struct ctx *c, const struct query *q)
{
	struct cursor at;

	if (q->after.p != NULL && !cursor_parse(c->mem, q, q->after, &at))
		return bad(c, S("after"), "翻页标记无效，或排序方式已改变",
			"is not a cursor of this sort order");
	return RC_OK;
}

/* "1", sort field with direction, kind of value, value, id, parted by unit separators, in base64url. */
struct str
cursor_print(struct arena *mem, const struct query *q, const struct cursor *at)
{
	struct sb b;

	sb_init(&b, mem, CURSOR_MAX);
	sb_addf(&b, "1\x1f%c%s\x1f%c\x1f" LLD "\x1f", q->descending ? '-' : '+',
		q->sort != NULL ? q->sort->name : "id",
		at->null   ? 'n'
		: at->text ? 's'
			   : 'i',
		LL(at->id));
	if (!at->null && at->text)
		sb_add_str(&b, at->s);
	else if (!at->null)
		sb_add_i64(&b, at->i);
	return b64u_encode(mem, sb_str(&b).p, sb_str(&b).n);
}

bool
cursor_parse(struct arena *mem, const struct query *q, struct str text, struct cursor *out)
{
	struct str raw, order, kind, id;
	struct cursor at = { 0 };

	if (text.n > CURSOR_MAX || !b64u_decode(mem, text, &raw) || !utf8_valid(raw) ||
		memchr(raw.p, 0, raw.n) != NULL)
		return false;
	if (!str_eq_c(str_cut(&raw, '\x1f'), "1") || raw.p == NULL)
		return false;
	order = str_cut(&raw, '\x1f');
	if (order.n < 2 || (order.p[0] == '-') != q->descending ||
		!str_eq_c(str_sub(order, 1, order.n), q->sort != NULL ? q->sort->name : "id") ||
		raw.p == NULL)
		return false;
	kind = str_cut(&raw, '\x1f');
	if (raw.p == NULL)
		return false;
	id = str_cut(&raw, '\x1f');
	if (raw.p == NULL || kind.n != 1 || !str_i64(id, &at.id))
		return false;
	at.null = kind.p[0] == 'n';
	at.text = kind.p[0] == 's';
	at.s = raw;
	if (!at.null && (at.text ? q->sort == NULL || q->sort->as != M_STR
				 : !str_i64(raw, &at.i) || (q->sort != NULL && q->sort->as == M_STR)))
		return false;
	*out = at;
	return true;
}

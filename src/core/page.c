/* page.c - runs compiled templates. No recursion, no allocation beyond the output. */
#include "base/base.h"
#include <string.h>
#include "base/utf8.h"
#include "core/page_priv.h"


/* One open list: which item is current. frames[0] is the view itself. */
struct frame {
	const char *item;
	size_t index;
	struct page_list list;
	size_t item_size;
};

static void
put_html(struct sb *b, struct str s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *as = NULL;

		switch (s.p[i]) {
		case '&':
			as = "&amp;";
			break;
		case '<':
			as = "&lt;";
			break;
		case '>':
			as = "&gt;";
			break;
		case '"':
			as = "&quot;";
			break;
		case '\'':
			as = "&#39;";
			break;
		default:
			continue;
		}
		sb_add_str(b, str_sub(s, from, i - from));
		sb_add(b, as);
		from = i + 1;
	}
	sb_add_str(b, str_sub(s, from, s.n - from));
}

static void
put_percent(struct sb *b, char c)
{
	static const char hex[] = "0123456789ABCDEF";

	sb_add_c(b, '%');
	sb_add_c(b, hex[(unsigned char)c >> 4]);
	sb_add_c(b, hex[(unsigned char)c & 15]);
}

static bool
is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~", c) != NULL);
}

static void
put_url_component(struct sb *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (is_unreserved(s.p[i]))
			sb_add_c(b, s.p[i]);
		else
			put_percent(b, s.p[i]);
	}
}

/* An address of one of the harmless schemes, or relative to this site. */
static bool
is_safe_url(struct str s)
{
	static const char *const schemes[] = { "https:", "http:", "mailto:", "tel:" };
	struct str head = str_sub(s, 0, 8);
	char lower[9] = { 0 };

	for (size_t i = 0; i < head.n; i++)
		lower[i] = head.p[i] >= 'A' && head.p[i] <= 'Z' ? (char)(head.p[i] + 32) : head.p[i];
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		if (strncmp(lower, schemes[i], strlen(schemes[i])) == 0)
			return true;
	}
	if (str_starts(s, S("//")) || str_starts(s, S("/\\")) || str_starts(s, S("\\")))
		return false;
	for (size_t i = 0; i < s.n && strchr("/?#", s.p[i]) == NULL; i++) {
		if (s.p[i] == ':' || (unsigned char)s.p[i] <= ' ')
			return false;
	}
	return true;
}

static void
put_url(struct sb *b, struct str s)
{
	if (!is_safe_url(s)) {
		sb_add_c(b, '#');
		return;
	}
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '&')
			sb_add(b, "&amp;");
		else if (is_unreserved(s.p[i]) || (s.p[i] != '\0' && strchr("!#$()*+,/:;=?@[]%", s.p[i]) != NULL))
			sb_add_c(b, s.p[i]);
		else
			put_percent(b, s.p[i]);
	}
}

static void
put_value(struct sb *b, const struct page_op *op, const char *base)
{
	struct str s;

	if (op->var->as == VAR_I64) {
		int64_t v = *(const int64_t *)(const void *)(base + op->var->at);

		if (v != NIL)
			sb_add_i64(b, v);
		return;
	}
	s = *(const struct str *)(const void *)(base + op->var->at);
	switch (op->escape) {
	case ESC_HTML:
		put_html(b, s);
		break;
	case ESC_URL:
		put_url(b, s);
		break;
	case ESC_URL_COMPONENT:
		put_url_component(b, s);
		break;
	}
}

static bool
is_true(const struct page_var *v, const char *base)
{
	const void *at = base + v->at;

	switch (v->as) {
	case VAR_I64:
		return *(const int64_t *)at != 0 && *(const int64_t *)at != NIL;
	case VAR_BOOL:
		return *(const bool *)at;
	case VAR_STR:
		return ((const struct str *)at)->n > 0;
	case VAR_LIST:
		return ((const struct page_list *)at)->count > 0;
	}
	return false;
}

/* Enters a list that has items, or steps over it. */
static size_t
each_begin(const struct page_op *op, size_t at, const char *base, struct frame *frames, size_t *depth)
{
	const struct page_list *list = (const void *)(base + op->var->at);

	if (list->count == 0)
		return op->jump;
	frames[++*depth] = (struct frame){ .item = list->items, .list = *list, .item_size = op->var->item_size };
	return at;
}

enum rc
page_run(const struct page_code *code, const void *view, enum lang lang, struct sb *out, struct err *e)
{
	struct frame frames[PAGE_DEPTH_MAX + 1] = { { .item = view } };
	size_t depth = 0;

	for (size_t at = 0; at + 1 < code->ops.count; at++) {
		const struct page_op *op = LIST_AT(&code->ops, const struct page_op, at);
		const char *base = op->up <= depth ? frames[depth - op->up].item : NULL;

		switch (op->kind) {
		case PO_TEXT:
			sb_add_str(out, op->text[lang]);
			break;
		case PO_VALUE:
			put_value(out, op, base);
			break;
		case PO_EACH:
			at = each_begin(op, at, base, frames, &depth);
			break;
		case PO_IF:
		case PO_UNLESS:
			if (is_true(op->var, base) != (op->kind == PO_IF))
				at = op->jump;
			break;
		case PO_END:
			if (LIST_AT(&code->ops, const struct page_op, op->jump)->kind != PO_EACH)
				break;
			if (++frames[depth].index < frames[depth].list.count) {
				frames[depth].item += frames[depth].item_size;
				at = op->jump;
			} else {
				depth--;
			}
			break;
		}
		if (out->truncated)
			return fail(e, RC_LIMIT, NULL, "页面内容超过上限", "the page exceeds its limit");
	}
	return RC_OK;
}

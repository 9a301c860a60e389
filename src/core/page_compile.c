/*
 * page_compile.c - template text and variable table to operations. Everything
 * that could go wrong while a page is shown is refused here, at start: unknown
 * names, sections that do not fit, values where they cannot be escaped.
 */
#include "base/base.h"
#include <string.h>
#include "core/page_html.h"

struct open_section {
	size_t op;
	struct str name;
	struct html_state before;
	bool is_list;
	int line;
};

struct compiler {
	struct arena *mem;
	struct page_code *out;
	page_source_fn *source;
	void *arg;
	struct err *err;
	const struct page_var *vars[PAGE_DEPTH_MAX + 1]; /* innermost last */
	size_t depth;
	struct open_section sections[PAGE_DEPTH_MAX * 2];
	size_t section_count;
	struct html_state html;
	struct sb text[2]; /* fixed text not yet an operation */
	const char *file;
	int line;
};

static enum rc
wrong(struct compiler *k, struct str what, const char *why)
{
	return fail(k->err, RC_INTERNAL, NULL, "模板 %s 第 %d 行 “" STR_FMT "”：%s",
		"template %s line %d \"" STR_FMT "\": %s", k->file, k->line, STR_ARG(what), why);
}

static struct page_op *
add_op(struct compiler *k, enum page_op_kind kind)
{
	struct page_op *op;

	if (k->text[0].n > 0 || k->text[1].n > 0) {
		op = list_add(&k->out->ops);
		if (op == NULL)
			return NULL;
		op->kind = PO_TEXT;
		for (int i = 0; i < 2; i++) {
			op->text[i] = str_dup(k->mem, sb_str(&k->text[i]));
			sb_init(&k->text[i], k->mem, PAGE_SOURCE_MAX);
		}
	}
	op = list_add(&k->out->ops);
	if (op != NULL)
		op->kind = kind;
	return op;
}

static enum rc
too_long(struct compiler *k)
{
	return wrong(k, S(""), "the page is too long");
}

/* Innermost table first; *up counts the lists outwards. */
static const struct page_var *
find_var(const struct compiler *k, struct str name, size_t *up)
{
	for (size_t d = k->depth + 1; d-- > 0;) {
		for (const struct page_var *v = k->vars[d]; v != NULL && v->name != NULL; v++) {
			if (str_eq_c(name, v->name)) {
				*up = k->depth - d;
				return v;
			}
		}
	}
	return NULL;
}

static enum rc
fixed_text(struct compiler *k, struct str text)
{
	const char *why = NULL;

	for (size_t i = 0; i < text.n; i++) {
		if (!html_feed(&k->html, str_sub(text, i, 1), &why))
			return wrong(k, str_sub(text, i, 1), why);
		k->line += text.p[i] == '\n';
	}
	sb_add_str(&k->text[0], text);
	sb_add_str(&k->text[1], text);
	return k->text[0].truncated || k->text[1].truncated ? too_long(k) : RC_OK;
}

static void
add_escaped(struct sb *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		switch (s.p[i]) {
		case '&':
			sb_add(b, "&amp;");
			break;
		case '<':
			sb_add(b, "&lt;");
			break;
		case '>':
			sb_add(b, "&gt;");
			break;
		case '"':
			sb_add(b, "&quot;");
			break;
		case '\'':
			sb_add(b, "&#39;");
			break;
		default:
			sb_add_c(b, s.p[i]);
		}
	}
}

/* {{t:中文|English}} */
static enum rc
translated(struct compiler *k, struct str tag)
{
	struct str rest = str_sub(tag, 2, tag.n), zh = str_cut(&rest, '|');
	enum page_escape escape;
	const char *why = NULL;

	if (rest.p == NULL || zh.n == 0 || rest.n == 0)
		return wrong(k, tag, "both languages are needed: {{t:中文|English}}");
	if (!html_value(&k->html, false, &escape, &why))
		return wrong(k, tag, why);
	add_escaped(&k->text[LANG_ZH], zh);
	add_escaped(&k->text[LANG_EN], rest);
	return k->text[0].truncated || k->text[1].truncated ? too_long(k) : RC_OK;
}

static enum rc
value(struct compiler *k, struct str tag)
{
	enum page_escape escape;
	const char *why = NULL;
	struct page_op *op;
	size_t up = 0;
	const struct page_var *v = find_var(k, tag, &up);

	if (v == NULL)
		return wrong(k, tag, "no such variable");
	if (v->as != VAR_STR && v->as != VAR_I64)
		return wrong(k, tag, "only texts and numbers can be printed");
	if (!html_value(&k->html, v->as == VAR_I64, &escape, &why))
		return wrong(k, tag, why);
	op = add_op(k, PO_VALUE);
	if (op == NULL)
		return too_long(k);
	op->var = v;
	op->up = up;
	op->escape = escape;
	return RC_OK;
}

/* {{#name}} and {{^name}} */
static enum rc
section_begin(struct compiler *k, struct str tag)
{
	struct str name = str_trim(str_sub(tag, 1, tag.n));
	struct open_section *open;
	struct page_op *op;
	size_t up = 0;
	const struct page_var *v = find_var(k, name, &up);
	bool is_list = v != NULL && v->as == VAR_LIST && tag.p[0] == '#';

	if (v == NULL)
		return wrong(k, tag, "no such variable");
	if (k->section_count == ARRAY_LEN(k->sections) || (is_list && k->depth == PAGE_DEPTH_MAX))
		return wrong(k, tag, "sections too deep");
	op = add_op(k, tag.p[0] == '^' ? PO_UNLESS : is_list ? PO_EACH : PO_IF);
	if (op == NULL)
		return too_long(k);
	op->var = v;
	op->up = up;
	html_edge(&k->html);
	open = &k->sections[k->section_count++];
	*open = (struct open_section){ .op = k->out->ops.count - 1, .name = name, .before = k->html, .is_list = is_list, .line = k->line };
	if (is_list)
		k->vars[++k->depth] = v->item;
	return RC_OK;
}

static enum rc
section_end(struct compiler *k, struct str tag)
{
	struct str name = str_trim(str_sub(tag, 1, tag.n));
	struct open_section *open;
	struct page_op *op;

	if (k->section_count == 0)
		return wrong(k, tag, "no section is open");
	open = &k->sections[--k->section_count];
	if (!str_eq(open->name, name))
		return wrong(k, tag, "another section is open");
	html_edge(&k->html);
	if (!html_join(&k->html, &open->before))
		return wrong(k, tag, "the section ends elsewhere in the markup than it began");
	op = add_op(k, PO_END);
	if (op == NULL)
		return too_long(k);
	op->jump = open->op;
	LIST_AT(&k->out->ops, struct page_op, open->op)->jump = k->out->ops.count - 1;
	if (open->is_list)
		k->depth--;
	return RC_OK;
}

static enum rc source(struct compiler *k, const char *name, size_t nested);

/* {{>name}}: compiled in place, with the variables of this place. */
static enum rc
partial(struct compiler *k, struct str tag, size_t nested)
{
	const char *file = k->file, *name = str_c(k->mem, str_trim(str_sub(tag, 1, tag.n)));
	size_t sections = k->section_count;
	int line = k->line;
	enum rc rc;

	if (nested >= PAGE_DEPTH_MAX)
		return wrong(k, tag, "templates include each other too deeply");
	rc = source(k, name, nested + 1);
	if (rc != RC_OK)
		return rc;
	if (k->section_count != sections)
		return wrong(k, tag, "a section is left open or closed twice in the included template");
	k->file = file;
	k->line = line;
	return RC_OK;
}

static enum rc
tag_at(struct compiler *k, struct str tag, size_t nested)
{
	if (tag.n == 0)
		return wrong(k, tag, "empty tag");
	if (str_starts(tag, S("t:")))
		return translated(k, tag);
	switch (tag.p[0]) {
	case '!':
		return RC_OK;
	case '#':
	case '^':
		return section_begin(k, tag);
	case '/':
		return section_end(k, tag);
	case '>':
		return partial(k, tag, nested);
	default:
		return value(k, tag);
	}
}

static enum rc
source(struct compiler *k, const char *name, size_t nested)
{
	struct str text;
	size_t at = 0;
	enum rc rc;

	k->file = name;
	k->line = 1;
	text = k->source(k->arg, name);
	if (text.p == NULL)
		return wrong(k, str_from_c(name), "no such template");
	while (at < text.n) {
		ptrdiff_t open = str_find(text, S("{{"), at), close;
		struct str tag;

		rc = fixed_text(k, str_sub(text, at, open < 0 ? text.n : (size_t)open - at));
		if (rc != RC_OK || open < 0)
			return rc;
		close = str_find(text, S("}}"), (size_t)open);
		if (close < 0)
			return wrong(k, str_sub(text, (size_t)open, 20), "the tag does not end");
		tag = str_trim(str_sub(text, (size_t)open + 2, (size_t)(close - open - 2)));
		if (str_find(tag, S("\n"), 0) >= 0 || str_find(tag, S("{"), 0) >= 0)
			return wrong(k, str_sub(tag, 0, 20), "the tag does not end on its line");
		rc = tag_at(k, tag, nested);
		if (rc != RC_OK)
			return rc;
		at = (size_t)close + 2;
	}
	return RC_OK;
}

enum rc
page_compile(struct page_code *out, struct arena *a, const struct page *p, page_source_fn *from, void *arg, struct err *e)
{
	struct compiler *k = NEW(a, struct compiler);
	enum rc rc;

	*k = (struct compiler){ .mem = a, .out = out, .source = from, .arg = arg, .err = e, .vars = { p->vars } };
	out->page = p;
	list_init(&out->ops, a, sizeof(struct page_op), PAGE_OPS_MAX);
	sb_init(&k->text[0], a, PAGE_SOURCE_MAX);
	sb_init(&k->text[1], a, PAGE_SOURCE_MAX);
	rc = source(k, p->name, 0);
	if (rc != RC_OK)
		return rc;
	if (k->section_count != 0) {
		k->line = k->sections[k->section_count - 1].line;
		return wrong(k, k->sections[k->section_count - 1].name, "the section does not end");
	}
	if (k->html.place != H_TEXT)
		return wrong(k, S(""), "the page ends inside a tag");
	return add_op(k, PO_END) == NULL ? too_long(k) : RC_OK;
}

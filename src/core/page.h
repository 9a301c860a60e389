/*
 * page.h - server-rendered public pages: a struct, a table of its variables, an
 * .html file. Output is escaped by context; no declaration can switch that off.
 *
 * Template language, compiled once at start and refused when it does not fit
 * the table: {{name}} value; {{#name}}…{{/name}} for each item, or when true or
 * non-empty; {{^name}}…{{/name}} when false or empty; {{>partial}} another
 * embedded template; {{t:中文|English}} fixed text in the reader's language.
 * Works without script. A value may stand in text and in quoted attributes only.
 */
#ifndef CORE_PAGE_H
#define CORE_PAGE_H
#include "core/ctx.h"
#include "net/http.h"

enum var_type { VAR_I64, VAR_BOOL, VAR_STR, VAR_LIST };

struct page_list {
	const void *items;
	size_t count;
};
struct page_var {
	const char *name;
	enum var_type as;
	size_t at;
	const struct page_var *item; /* VAR_LIST: variables of one item */
	size_t item_size;
};
/* clang-format off */
#define VAR(view, member)                                                      \
	{ .name = #member, .at = offsetof(view, member),                       \
	  .as = _Generic(((view *)0)->member, int64_t: VAR_I64, bool: VAR_BOOL,\
		struct str: VAR_STR) }
#define VAR_EACH(view, member, type, vars)                                     \
	{ .name = #member, .at = offsetof(view, member), .as = VAR_LIST,       \
	  .item = vars, .item_size = sizeof(type) }
/* clang-format on */

struct page {
	const char *name;            /* embedded file, e.g. "trace/scan_page.html" */
	const struct page_var *vars; /* ends with { 0 } */
};
struct page_set;
/* Compiles every page of the program against its table; names file and line of a mistake. */
enum rc page_set_build(struct page_set **out, struct arena *a, const struct page *const *pages, struct err *e) MUST_USE;
enum rc page_render(const struct page_set *set, const struct page *p, const void *view, enum lang lang, struct sb *out, struct err *e) MUST_USE;
/* Renders with app->pages and replies as text/html in the reader's language. Set headers before. */
enum rc page_send(struct ctx *c, struct http_request *q, const struct page *p, int status, const void *view) MUST_USE;
#endif

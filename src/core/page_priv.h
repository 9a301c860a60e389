/* page_priv.h - what the template compiler hands to the renderer: a flat list of operations. */
#ifndef CORE_PAGE_PRIV_H
#define CORE_PAGE_PRIV_H
#include "base/list.h"
#include "core/page.h"

enum { PAGE_DEPTH_MAX = 8, PAGE_SOURCE_MAX = 256 * 1024, PAGE_OPS_MAX = 20000 };

enum page_op_kind { PO_TEXT, PO_VALUE, PO_EACH, PO_IF, PO_UNLESS, PO_END };

/* Where a value stands decides how it is escaped. */
enum page_escape {
	ESC_HTML,          /* element content or a quoted attribute */
	ESC_URL,           /* begins a URL attribute: only http, https, mailto, tel or a relative address passes */
	ESC_URL_COMPONENT, /* inside a URL attribute, behind fixed text: percent-encoded */
};

struct page_op {
	enum page_op_kind kind;
	enum page_escape escape;
	struct str text[2]; /* PO_TEXT: by enum lang */
	const struct page_var *var;
	size_t up;   /* how many lists outwards var belongs to */
	size_t jump; /* of a section: its PO_END; of PO_END: its section */
};

struct page_code {
	const struct page *page;
	struct list ops; /* struct page_op */
};

/* Finds the text of an embedded template by name; absent when there is none. */
typedef struct str page_source_fn(void *arg, const char *name);
enum rc page_compile(struct page_code *out, struct arena *a, const struct page *p, page_source_fn *source, void *arg,
	struct err *e) MUST_USE;
enum rc page_run(const struct page_code *code, const void *view, enum lang lang, struct sb *out, struct err *e) MUST_USE;
#endif

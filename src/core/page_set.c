/* page_set.c - the program's pages, compiled once at start from the embedded templates. */
#include "base/base.h"
#include "core/page_priv.h"
#include "net/assets.h"

enum { PAGE_OUTPUT_MAX = 1 << 20 };

struct page_set {
	struct list codes; /* struct page_code */
};

static struct str
embedded(void *arg, const char *name)
{
	struct arena *a = arg;
	const struct asset *f = asset_find(str_fmt(a, "pages/%s", name).p);

	return f != NULL ? f->raw.data : (struct str){ 0 };
}

enum rc
page_set_build(struct page_set **out, struct arena *a, const struct page *const *pages, struct err *e)
{
	struct page_set *set = NEW(a, struct page_set);

	list_init(&set->codes, a, sizeof(struct page_code), 256);
	for (size_t i = 0; pages[i] != NULL; i++) {
		struct page_code *code = list_add(&set->codes);
		enum rc rc;

		if (code == NULL)
			return fail(e, RC_INTERNAL, NULL, "页面过多", "too many pages");
		rc = page_compile(code, a, pages[i], embedded, a, e);
		if (rc != RC_OK)
			return rc;
	}
	*out = set;
	return RC_OK;
}

enum rc
page_render(const struct page_set *set, const struct page *p, const void *view, enum lang lang, struct sb *out, struct err *e)
{
	for (size_t i = 0; set != NULL && i < set->codes.count; i++) {
		const struct page_code *code = LIST_AT(&set->codes, const struct page_code, i);

		if (code->page == p)
			return page_run(code, view, lang, out, e);
	}
	return fail(e, RC_INTERNAL, NULL, "页面 %s 未登记", "page %s is not registered", p->name);
}

enum rc
page_send(struct ctx *c, struct http_request *q, const struct page *p, int status, const void *view)
{
	struct sb out;
	enum rc rc;

	sb_init(&out, c->mem, PAGE_OUTPUT_MAX);
	rc = page_render(c->app->pages, p, view, c->lang, &out, &c->err);
	if (rc != RC_OK)
		return rc;
	http_set_header(q, "Content-Language", c->lang == LANG_EN ? S("en") : S("zh-CN"));
	http_reply(q, status, "text/html; charset=utf-8", sb_str(&out));
	return RC_OK;
}

/* pages.h - the public portal: home, news, enterprises, products. */
#ifndef MOD_PORTAL_PAGES_H
#define MOD_PORTAL_PAGES_H
#include "core/module.h"
#include "core/page.h"

extern const struct route portal_routes[];
extern const struct page *const portal_pages[];
enum rc portal_home(struct ctx *c, struct http_request *q) MUST_USE;
enum rc portal_news(struct ctx *c, struct http_request *q) MUST_USE;
enum rc portal_article(struct ctx *c, struct http_request *q) MUST_USE;
enum rc portal_enterprises(struct ctx *c, struct http_request *q) MUST_USE;
enum rc portal_enterprise(struct ctx *c, struct http_request *q) MUST_USE;
enum rc portal_product(struct ctx *c, struct http_request *q) MUST_USE;
extern const struct page portal_home_page, portal_news_page, portal_article_page, portal_enterprises_page,
	portal_enterprise_page, portal_product_page;

/* ---- shared by the pages ---- */

struct tile {
	struct str url, title, text, note, cover, tag;
	int64_t look; /* 0..3: colours of the drawing that stands in for a missing picture */
};
extern const struct page_var portal_tile_vars[];
struct news_line {
	struct str url, title, kind, date, summary, cover;
};
extern const struct page_var portal_news_vars[];

/* Listed products: of one organisation, or of all (org_id 0). */
enum rc tiles_of_products(struct ctx *c, int64_t org_id, int64_t limit, struct page_list *out) MUST_USE;
/* Published news, newest first, from the offset on. kind absent: all. */
enum rc news_lines(struct ctx *c, struct str kind, int64_t limit, int64_t offset, struct page_list *out) MUST_USE;
/* Active organisations, leading ones first. kind absent: all but government and operators. */
enum rc tiles_of_enterprises(struct ctx *c, struct str kind, int64_t limit, int64_t offset, struct page_list *out) MUST_USE;
/* A drawing that stays the same for the row. */
int64_t look_of(int64_t id);
/* ?page=, 1..1000. */
int64_t page_number(const struct http_request *q);
/* Browsers ask again every time (the language may have changed); the edge may keep the page for ten seconds. */
void portal_cache(struct http_request *q);
/* The key in the path, 0 when it is none. */
int64_t path_key(const struct ctx *c, const struct http_request *q);
#endif

/* news_page.c - GET /news and /news/{id}. The text is printed from its blocks, so escaping always holds. */
#include "base/base.h"
#include "base/list.h"
#include "mod/portal/pages.h"
#include "mod/portal/portal.h"
#include "mod/trace/trace.h"

enum { PER_PAGE = 12 };

struct news_view {
	struct site site;
	struct page_list items;
	struct str newer, older;
	bool has_items, all, news, notice, policy;
};
static const struct page_var list_vars[] = {
	SITE_VARS(struct news_view), VAR_EACH(struct news_view, items, struct news_line, portal_news_vars),
	VAR(struct news_view, newer), VAR(struct news_view, older), VAR(struct news_view, has_items),
	VAR(struct news_view, all), VAR(struct news_view, news), VAR(struct news_view, notice), VAR(struct news_view, policy),
	{ 0 },
};
const struct page portal_news_page = { "portal/news.html", list_vars };

struct run_view {
	struct str text, href;
	bool strong, em, plain;
};
struct cell_view {
	struct page_list runs; /* struct run_view */
};
struct block_view {
	bool paragraph, heading, item, quote, row;
	struct page_list runs, cells;
};
struct article_view {
	struct site site;
	struct str title, kind, date, cover;
	struct page_list blocks;
};
static const struct page_var run_vars[] = {
	VAR(struct run_view, text), VAR(struct run_view, href), VAR(struct run_view, strong), VAR(struct run_view, em),
	VAR(struct run_view, plain), { 0 },
};
static const struct page_var cell_vars[] = { VAR_EACH(struct cell_view, runs, struct run_view, run_vars), { 0 } };
static const struct page_var block_vars[] = {
	VAR(struct block_view, paragraph), VAR(struct block_view, heading), VAR(struct block_view, item),
	VAR(struct block_view, quote), VAR(struct block_view, row),
	VAR_EACH(struct block_view, runs, struct run_view, run_vars),
	VAR_EACH(struct block_view, cells, struct cell_view, cell_vars), { 0 },
};
static const struct page_var article_vars[] = {
	SITE_VARS(struct article_view), VAR(struct article_view, title), VAR(struct article_view, kind),
	VAR(struct article_view, date), VAR(struct article_view, cover),
	VAR_EACH(struct article_view, blocks, struct block_view, block_vars), { 0 },
};
const struct page portal_article_page = { "portal/article.html", article_vars };

static struct str
page_url(struct ctx *c, struct str kind, int64_t n)
{
	if (kind.p == NULL)
		return str_fmt(c->mem, "/news?page=" LLD, LL(n));
	return str_fmt(c->mem, "/news?kind=" STR_FMT "&page=" LLD, STR_ARG(kind), LL(n));
}

enum rc
portal_news(struct ctx *c, struct http_request *q)
{
	struct news_view v = { 0 };
	struct str kind = http_param(q, "kind");
	int64_t n = page_number(q);
	enum rc rc;

	v.news = str_eq_c(kind, "news");
	v.notice = str_eq_c(kind, "notice");
	v.policy = str_eq_c(kind, "policy");
	v.all = !v.news && !v.notice && !v.policy;
	if (v.all)
		kind = (struct str){ 0 };
	rc = site_load(c, c->lang == LANG_EN ? S("News") : S("资讯"), page_url(c, kind, n), "news", &v.site);
	if (rc == RC_OK)
		rc = news_lines(c, kind, PER_PAGE + 1, (n - 1) * PER_PAGE, &v.items);
	if (rc != RC_OK)
		return rc;
	if (v.items.count > PER_PAGE) {
		v.items.count = PER_PAGE;
		v.older = page_url(c, kind, n + 1);
	}
	if (n > 1)
		v.newer = page_url(c, kind, n - 1);
	v.has_items = v.items.count > 0;
	portal_cache(q);
	return page_send(c, q, &portal_news_page, 200, &v);
}

/* Runs of a block; a run that begins a cell starts the next cell of a table row. */
static void
block_fill(struct ctx *c, const struct news_block *b, struct block_view *v)
{
	struct run_view *runs = NEW_ARRAY(c->mem, struct run_view, (size_t)b->run_count + 1);
	struct cell_view *cells = NEW_ARRAY(c->mem, struct cell_view, (size_t)b->run_count + 1);
	size_t count = 0, cell_count = 0;

	*v = (struct block_view){ .paragraph = b->paragraph, .heading = b->heading, .item = b->item, .quote = b->quote,
		.row = b->row };
	for (int64_t i = 0; i < b->run_count; i++) {
		const struct news_run *r = &b->runs[i];

		if (b->row && (r->cell || cell_count == 0))
			cells[cell_count++].runs = (struct page_list){ &runs[count], 0 };
		runs[count++] = (struct run_view){ .text = r->text, .href = r->href, .strong = r->strong, .em = r->em,
			.plain = r->href.n == 0 };
		if (cell_count > 0)
			cells[cell_count - 1].runs.count++;
	}
	v->runs = (struct page_list){ runs, count };
	v->cells = (struct page_list){ cells, cell_count };
}

static const struct db_sql sql_article = { "portal.article",
	"SELECT title, kind, body, cover, published_ms FROM news WHERE county = :county AND id = :id AND state = 'published'"
	" AND deleted_ms IS NULL" };

static enum rc
article_load(struct ctx *c, int64_t id, struct article_view *v)
{
	struct news_block *blocks;
	DB_STMT st = NULL;
	bool row = false;
	size_t count;
	enum rc rc = db_prepare(c->db, &sql_article, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK)
		return rc;
	if (!row)
		return fail(&c->err, RC_NOT_FOUND, NULL, "没有这篇文章，或已撤下", "there is no such article, or it was withdrawn");
	v->title = str_dup(c->mem, db_col_str(st, 0));
	v->kind = choice_text(c, &resource_news, "kind", str_dup(c->mem, db_col_str(st, 1)));
	news_blocks(c->mem, str_dup(c->mem, db_col_str(st, 2)), &blocks, &count);
	v->cover = file_url(c, db_col_i64(st, 3), 1600);
	v->date = db_col_i64(st, 4) == NIL ? S("") : date_print(c->mem, date_of_ms(db_col_i64(st, 4)));
	struct block_view *views = NEW_ARRAY(c->mem, struct block_view, count + 1);
	for (size_t i = 0; i < count; i++)
		block_fill(c, &blocks[i], &views[i]);
	v->blocks = (struct page_list){ views, count };
	return RC_OK;
}

enum rc
portal_article(struct ctx *c, struct http_request *q)
{
	struct article_view v = { 0 };
	int64_t id = path_key(c, q);
	enum rc rc = article_load(c, id, &v);

	if (rc == RC_OK)
		rc = site_load(c, v.title, str_fmt(c->mem, "/news/" LLD, LL(id)), "news", &v.site);
	if (rc != RC_OK)
		return rc;
	portal_cache(q);
	return page_send(c, q, &portal_article_page, 200, &v);
}

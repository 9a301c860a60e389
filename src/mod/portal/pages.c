/* pages.c - what the portal's pages share: tiles, lines, and the table of routes. */
#include "base/base.h"
#include "base/list.h"
#include "mod/org/org.h"
#include "mod/portal/pages.h"
#include "mod/portal/portal.h"
#include "mod/trace/trace.h"

const struct page_var portal_tile_vars[] = {
	VAR(struct tile, url), VAR(struct tile, title), VAR(struct tile, text), VAR(struct tile, note),
	VAR(struct tile, cover), VAR(struct tile, tag), VAR(struct tile, look), { 0 },
};
const struct page_var portal_news_vars[] = {
	VAR(struct news_line, url), VAR(struct news_line, title), VAR(struct news_line, kind), VAR(struct news_line, date),
	VAR(struct news_line, summary), VAR(struct news_line, cover), { 0 },
};

#define PAGE_ROUTE(path_, run_, zh_, en_, query_) \
	{ HTTP_GET, path_, run_, NULL, ROUTE_PUBLIC | ROUTE_HTML, 0, { zh_, en_ }, query_, NULL, NULL, 0 }
#define LANG_QUERY "lang:string:zh or en"

const struct route portal_routes[] = {
	PAGE_ROUTE("/", portal_home, "门户首页", "Portal home", LANG_QUERY),
	PAGE_ROUTE("/news", portal_news, "资讯列表", "News", "kind:string:news, notice or policy|page:integer:from 1|" LANG_QUERY),
	PAGE_ROUTE("/news/{id}", portal_article, "资讯详情", "One article", LANG_QUERY),
	PAGE_ROUTE("/enterprises", portal_enterprises, "企业名录", "Enterprises",
		"kind:string:kind of organisation|page:integer:from 1|" LANG_QUERY),
	PAGE_ROUTE("/enterprises/{id}", portal_enterprise, "企业展示", "One enterprise", LANG_QUERY),
	PAGE_ROUTE("/products/{id}", portal_product, "产品展示", "One product", LANG_QUERY),
	{ 0 },
};
const struct page *const portal_pages[] = { &portal_home_page, &portal_news_page, &portal_article_page,
	&portal_enterprises_page, &portal_enterprise_page, &portal_product_page, NULL };

static const struct db_sql sql_products = { "portal.products",
	"SELECT p.id, p.name, p.spec, p.cover, p.certification, o.name, p.category FROM product p JOIN organisation o"
	" ON o.county = p.county AND o.id = p.org_id WHERE p.county = :county AND p.state = 'listed' AND p.deleted_ms IS NULL"
	" AND o.state = 'active' AND (CAST(:org AS BIGINT) = 0 OR p.org_id = :org)"
	" ORDER BY CASE WHEN p.cover IS NULL THEN 1 ELSE 0 END, p.updated_ms DESC, p.id LIMIT :limit" };

enum rc
tiles_of_products(struct ctx *c, int64_t org_id, int64_t limit, struct page_list *out)
{
	const struct resource *products = resource_find(c->app, S("products"));
	DB_STMT st = NULL;
	bool row = false;
	struct list l;
	enum rc rc = db_prepare(c->db, &sql_products, &st, &c->err);

	list_init(&l, c->mem, sizeof(struct tile), (size_t)limit);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "org", org_id);
	db_bind_i64(st, "limit", limit);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		struct tile *t = list_add(&l);

		if (t == NULL)
			break;
		t->url = str_fmt(c->mem, "/products/" LLD, LL(db_col_i64(st, 0)));
		t->look = look_of(db_col_i64(st, 0));
		t->title = str_dup(c->mem, db_col_str(st, 1));
		t->text = str_dup(c->mem, db_col_str(st, 5));
		t->note = str_dup(c->mem, db_col_str(st, 2));
		t->cover = file_url(c, db_col_i64(st, 3), 320);
		t->tag = str_dup(c->mem, db_col_str(st, 4));
		t->tag = str_eq_c(t->tag, "none") || t->tag.n == 0
			? choice_text(c, products, "category", str_dup(c->mem, db_col_str(st, 6)))
			: choice_text(c, products, "certification", t->tag);
	}
	*out = (struct page_list){ l.items, l.count };
	return rc;
}

static const struct db_sql sql_news = { "portal.news",
	"SELECT id, title, kind, summary, body, cover, published_ms FROM news WHERE county = :county AND state = 'published'"
	" AND deleted_ms IS NULL AND (CAST(:kind AS TEXT) IS NULL OR kind = :kind) ORDER BY published_ms DESC, id DESC"
	" LIMIT :limit OFFSET :offset" };

enum rc
news_lines(struct ctx *c, struct str kind, int64_t limit, int64_t offset, struct page_list *out)
{
	DB_STMT st = NULL;
	bool row = false;
	struct list l;
	enum rc rc = db_prepare(c->db, &sql_news, &st, &c->err);

	list_init(&l, c->mem, sizeof(struct news_line), (size_t)limit);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_str(st, "kind", kind);
	db_bind_i64(st, "limit", limit);
	db_bind_i64(st, "offset", offset);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		struct news_line *n = list_add(&l);

		if (n == NULL)
			break;
		n->url = str_fmt(c->mem, "/news/" LLD, LL(db_col_i64(st, 0)));
		n->title = str_dup(c->mem, db_col_str(st, 1));
		n->kind = choice_text(c, &resource_news, "kind", str_dup(c->mem, db_col_str(st, 2)));
		n->summary = db_col_str(st, 3).n > 0 ? str_dup(c->mem, db_col_str(st, 3))
			: news_excerpt(c->mem, db_col_str(st, 4), 80);
		n->cover = file_url(c, db_col_i64(st, 5), 320);
		n->date = db_col_i64(st, 6) == NIL ? S("") : date_print(c->mem, date_of_ms(db_col_i64(st, 6)));
	}
	*out = (struct page_list){ l.items, l.count };
	return rc;
}

/* Households are people: they are in the register, not in the showcase. */
static const struct db_sql sql_enterprises = { "portal.enterprises",
	"SELECT o.id, o.name, o.kind, o.business, o.cover, d.name FROM organisation o LEFT JOIN division d"
	" ON d.county = o.county AND d.code = o.division / 1000 * 1000 WHERE o.county = :county AND o.state = 'active'"
	" AND o.deleted_ms IS NULL AND o.kind IN ('enterprise', 'cooperative', 'family_farm', 'association')"
	" AND (CAST(:kind AS TEXT) IS NULL OR o.kind = :kind)"
	" ORDER BY CASE WHEN o.cover IS NULL THEN 1 ELSE 0 END, o.name, o.id LIMIT :limit OFFSET :offset" };

enum rc
tiles_of_enterprises(struct ctx *c, struct str kind, int64_t limit, int64_t offset, struct page_list *out)
{
	DB_STMT st = NULL;
	bool row = false;
	struct list l;
	enum rc rc = db_prepare(c->db, &sql_enterprises, &st, &c->err);

	list_init(&l, c->mem, sizeof(struct tile), (size_t)limit);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_str(st, "kind", kind);
	db_bind_i64(st, "limit", limit);
	db_bind_i64(st, "offset", offset);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		struct tile *t = list_add(&l);

		if (t == NULL)
			break;
		t->url = str_fmt(c->mem, "/enterprises/" LLD, LL(db_col_i64(st, 0)));
		t->look = look_of(db_col_i64(st, 0));
		t->title = str_dup(c->mem, db_col_str(st, 1));
		t->tag = choice_text(c, &resource_organisations, "kind", str_dup(c->mem, db_col_str(st, 2)));
		t->text = str_dup(c->mem, db_col_str(st, 3));
		t->cover = file_url(c, db_col_i64(st, 4), 320);
		t->note = str_dup(c->mem, db_col_str(st, 5));
	}
	*out = (struct page_list){ l.items, l.count };
	return rc;
}

int64_t
look_of(int64_t id)
{
	return (int64_t)(((uint64_t)id * 0x9e3779b97f4a7c15u) >> 62);
}

int64_t
page_number(const struct http_request *q)
{
	int64_t n;

	return str_i64(http_param(q, "page"), &n) && n >= 1 && n <= 1000 ? n : 1;
}

int64_t
path_key(const struct ctx *c, const struct http_request *q)
{
	int64_t id;

	return str_i64(path_param(c, q, "id"), &id) && id > 0 ? id : 0;
}

void
portal_cache(struct http_request *q)
{
	http_set_header(q, "Cache-Control", S("no-cache"));
	http_set_header(q, "X-Accel-Expires", S("10"));
}

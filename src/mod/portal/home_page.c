/* home_page.c - GET /: the county's face. Every figure is counted from rows. */
#include "base/base.h"
#include "base/list.h"
#include "mod/portal/pages.h"
#include "mod/trace/trace.h"

struct home_figure {
	struct str value, unit, label;
};
struct home_view {
	struct site site;
	struct town_map map;
	struct page_list figures, news, products, enterprises;
	bool has_news, has_products, has_enterprises;
};

static const struct page_var figure_vars[] = {
	VAR(struct home_figure, value), VAR(struct home_figure, unit), VAR(struct home_figure, label), { 0 },
};
static const struct page_var view_vars[] = {
	SITE_VARS(struct home_view), TOWN_MAP_VARS(struct home_view),
	VAR_EACH(struct home_view, figures, struct home_figure, figure_vars),
	VAR_EACH(struct home_view, news, struct news_line, portal_news_vars),
	VAR_EACH(struct home_view, products, struct tile, portal_tile_vars),
	VAR_EACH(struct home_view, enterprises, struct tile, portal_tile_vars),
	VAR(struct home_view, has_news), VAR(struct home_view, has_products), VAR(struct home_view, has_enterprises), { 0 },
};
const struct page portal_home_page = { "portal/home.html", view_vars };

/* One statement a figure: small tables, or one pass over lots. */
static const struct {
	struct text label, unit;
	struct db_sql sql;
	int scale;
} figures[] = {
	{ { "经营主体", "Organisations" }, { "家", "" }, { "home.orgs",
	  "SELECT COUNT(*) FROM organisation WHERE county = :county AND state = 'active' AND deleted_ms IS NULL" }, 0 },
	{ { "服务站点", "Service stations" }, { "个", "" }, { "home.stations",
	  "SELECT COUNT(*) FROM station WHERE county = :county AND state = 'open' AND deleted_ms IS NULL" }, 0 },
	{ { "登记种植面积", "Land under record" }, { "亩", "mu" }, { "home.area",
	  "SELECT COALESCE(SUM(area_milli), 0) FROM plot WHERE county = :county AND deleted_ms IS NULL" }, 3 },
	{ { "上架产品", "Products" }, { "个", "" }, { "home.products",
	  "SELECT COUNT(*) FROM product WHERE county = :county AND state = 'listed' AND deleted_ms IS NULL" }, 0 },
	{ { "追溯批次", "Traced lots" }, { "批", "" }, { "home.lots",
	  "SELECT COUNT(*) FROM lot WHERE county = :county AND deleted_ms IS NULL" }, 0 },
	{ { "累计赋码", "Codes issued" }, { "枚", "" }, { "home.codes",
	  "SELECT COALESCE(SUM(codes_issued), 0) FROM lot WHERE county = :county AND deleted_ms IS NULL" }, 0 },
};

/* 1234567 becomes "1,234,567"; thousandths are rounded to whole units. */
static struct str
grouped(struct arena *a, int64_t v, int scale)
{
	struct str digits = str_fmt(a, LLD, LL(scale == 3 ? (v + 500) / 1000 : v));
	struct sb b;

	sb_init(&b, a, 64);
	for (size_t i = 0; i < digits.n; i++) {
		if (i > 0 && (digits.n - i) % 3 == 0)
			sb_add_c(&b, ',');
		sb_add_c(&b, digits.p[i]);
	}
	return sb_str(&b);
}

static enum rc
figures_load(struct ctx *c, struct page_list *out)
{
	struct home_figure *f = NEW_ARRAY(c->mem, struct home_figure, ARRAY_LEN(figures));

	for (size_t i = 0; i < ARRAY_LEN(figures); i++) {
		DB_STMT st = NULL;
		bool row = false;
		enum rc rc = db_prepare(c->db, &figures[i].sql, &st, &c->err);

		if (rc != RC_OK)
			return rc;
		db_bind_i64(st, "county", c->county);
		rc = db_step(st, &row, &c->err);
		if (rc != RC_OK)
			return rc;
		f[i].value = grouped(c->mem, row ? db_col_i64(st, 0) : 0, figures[i].scale);
		f[i].unit = str_from_c(tr(c, figures[i].unit));
		f[i].label = str_from_c(tr(c, figures[i].label));
	}
	*out = (struct page_list){ f, ARRAY_LEN(figures) };
	return RC_OK;
}

enum rc
portal_home(struct ctx *c, struct http_request *q)
{
	struct home_view v = { 0 };
	enum rc rc = site_load(c, c->lang == LANG_EN ? S("Home") : S("首页"), S("/"), "home", &v.site);

	if (rc == RC_OK)
		rc = figures_load(c, &v.figures);
	if (rc == RC_OK)
		rc = news_lines(c, (struct str){ 0 }, 6, 0, &v.news);
	if (rc == RC_OK)
		rc = tiles_of_products(c, 0, 8, &v.products);
	if (rc == RC_OK)
		rc = tiles_of_enterprises(c, (struct str){ 0 }, 6, 0, &v.enterprises);
	if (rc == RC_OK)
		rc = town_map_draw(c, NIL, 0, &v.map);
	if (rc != RC_OK)
		return rc;
	v.has_news = v.news.count > 0;
	v.has_products = v.products.count > 0;
	v.has_enterprises = v.enterprises.count > 0;
	portal_cache(q);
	return page_send(c, q, &portal_home_page, 200, &v);
}

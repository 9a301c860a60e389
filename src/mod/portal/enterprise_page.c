/*
 * enterprise_page.c - GET /enterprises, /enterprises/{id} and /products/{id}.
 * Only fields declared public are selected; households are never shown.
 */
#include "base/base.h"
#include "mod/org/org.h"
#include "mod/portal/pages.h"
#include "mod/trace/trace.h"

enum { PER_PAGE = 18 };

struct list_view {
	struct site site;
	struct page_list items;
	struct str newer, older;
	bool has_items, all, enterprise, cooperative, family_farm, association;
};
static const struct page_var list_vars[] = {
	SITE_VARS(struct list_view), VAR_EACH(struct list_view, items, struct tile, portal_tile_vars),
	VAR(struct list_view, newer), VAR(struct list_view, older), VAR(struct list_view, has_items),
	VAR(struct list_view, all), VAR(struct list_view, enterprise), VAR(struct list_view, cooperative),
	VAR(struct list_view, family_farm), VAR(struct list_view, association), { 0 },
};
const struct page portal_enterprises_page = { "portal/enterprises.html", list_vars };

struct org_view {
	struct site site;
	struct town_map map;
	struct str name, kind, town, address, business, intro, cover;
	struct page_list photos, products;
	bool has_photos, has_products;
	int64_t look;
};
static const struct page_var org_vars[] = {
	SITE_VARS(struct org_view), TOWN_MAP_VARS(struct org_view), VAR(struct org_view, name), VAR(struct org_view, kind),
	VAR(struct org_view, town), VAR(struct org_view, address), VAR(struct org_view, business),
	VAR(struct org_view, intro), VAR(struct org_view, cover),
	VAR_EACH(struct org_view, photos, struct picture, picture_vars),
	VAR_EACH(struct org_view, products, struct tile, portal_tile_vars), VAR(struct org_view, has_photos),
	VAR(struct org_view, has_products), VAR(struct org_view, look), { 0 },
};
const struct page portal_enterprise_page = { "portal/enterprise.html", org_vars };

struct product_view {
	struct site site;
	struct str name, category, variety, spec, shelf, certification, certificate_no, intro, cover, producer, producer_url;
	struct str gtin;
	struct page_list photos, others;
	bool has_photos, has_others;
	int64_t org_id, look;
};
static const struct page_var product_vars[] = {
	SITE_VARS(struct product_view), VAR(struct product_view, name), VAR(struct product_view, category),
	VAR(struct product_view, variety), VAR(struct product_view, spec), VAR(struct product_view, shelf),
	VAR(struct product_view, certification), VAR(struct product_view, certificate_no),
	VAR(struct product_view, intro), VAR(struct product_view, cover), VAR(struct product_view, producer),
	VAR(struct product_view, producer_url), VAR(struct product_view, gtin),
	VAR_EACH(struct product_view, photos, struct picture, picture_vars),
	VAR_EACH(struct product_view, others, struct tile, portal_tile_vars), VAR(struct product_view, has_photos),
	VAR(struct product_view, has_others), VAR(struct product_view, look), { 0 },
};
const struct page portal_product_page = { "portal/product.html", product_vars };

static struct str
page_url(struct ctx *c, struct str kind, int64_t n)
{
	if (kind.p == NULL)
		return str_fmt(c->mem, "/enterprises?page=" LLD, LL(n));
	return str_fmt(c->mem, "/enterprises?kind=" STR_FMT "&page=" LLD, STR_ARG(kind), LL(n));
}

enum rc
portal_enterprises(struct ctx *c, struct http_request *q)
{
	struct list_view v = { 0 };
	struct str kind = http_param(q, "kind");
	int64_t n = page_number(q);
	enum rc rc;

	v.enterprise = str_eq_c(kind, "enterprise");
	v.cooperative = str_eq_c(kind, "cooperative");
	v.family_farm = str_eq_c(kind, "family_farm");
	v.association = str_eq_c(kind, "association");
	v.all = !v.enterprise && !v.cooperative && !v.family_farm && !v.association;
	if (v.all)
		kind = (struct str){ 0 };
	rc = site_load(c, c->lang == LANG_EN ? S("Enterprises") : S("企业"), page_url(c, kind, n), "enterprises", &v.site);
	if (rc == RC_OK)
		rc = tiles_of_enterprises(c, kind, PER_PAGE + 1, (n - 1) * PER_PAGE, &v.items);
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
	return page_send(c, q, &portal_enterprises_page, 200, &v);
}

static const struct db_sql sql_org = { "portal.enterprise",
	"SELECT o.name, o.kind, d.name, o.address, o.business, o.intro, o.cover, o.photos, o.location, o.division"
	" FROM organisation o LEFT JOIN division d ON d.county = o.county AND d.code = o.division / 1000 * 1000"
	" WHERE o.county = :county AND o.id = :id AND o.state = 'active' AND o.deleted_ms IS NULL AND o.kind <> 'household'" };

static enum rc
org_load(struct ctx *c, int64_t id, struct org_view *v)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_org, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK)
		return rc;
	if (!row)
		return fail(&c->err, RC_NOT_FOUND, NULL, "没有这家企业，或已停止展示", "there is no such enterprise on show");
	v->look = look_of(id);
	v->name = str_dup(c->mem, db_col_str(st, 0));
	v->kind = choice_text(c, &resource_organisations, "kind", str_dup(c->mem, db_col_str(st, 1)));
	v->town = str_dup(c->mem, db_col_str(st, 2));
	v->address = str_dup(c->mem, db_col_str(st, 3));
	v->business = str_dup(c->mem, db_col_str(st, 4));
	v->intro = str_dup(c->mem, db_col_str(st, 5));
	v->cover = file_url(c, db_col_i64(st, 6), 1600);
	v->photos = pictures_of(c, str_dup(c->mem, db_col_str(st, 7)), 9);
	v->has_photos = v->photos.count > 0;
	return town_map_draw(c, db_col_i64(st, 8), db_col_i64(st, 9), &v->map);
}

enum rc
portal_enterprise(struct ctx *c, struct http_request *q)
{
	struct org_view v = { 0 };
	int64_t id = path_key(c, q);
	enum rc rc = org_load(c, id, &v);

	if (rc == RC_OK)
		rc = tiles_of_products(c, id, 24, &v.products);
	if (rc == RC_OK)
		rc = site_load(c, v.name, str_fmt(c->mem, "/enterprises/" LLD, LL(id)), "enterprises", &v.site);
	if (rc != RC_OK)
		return rc;
	v.has_products = v.products.count > 0;
	portal_cache(q);
	return page_send(c, q, &portal_enterprise_page, 200, &v);
}

static const struct db_sql sql_product = { "portal.product",
	"SELECT p.name, p.category, p.variety, p.spec, p.shelf_days, p.certification, p.certificate_no, p.intro, p.cover,"
	" p.photos, p.gtin, o.id, o.name, o.kind FROM product p JOIN organisation o ON o.county = p.county AND o.id = p.org_id"
	" WHERE p.county = :county AND p.id = :id AND p.state = 'listed' AND p.deleted_ms IS NULL AND o.state = 'active'" };

static enum rc
product_load(struct ctx *c, int64_t id, struct product_view *v)
{
	const struct resource *products = resource_find(c->app, S("products"));
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_product, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK)
		return rc;
	if (!row)
		return fail(&c->err, RC_NOT_FOUND, NULL, "没有这个产品，或已下架", "there is no such product on show");
	v->look = look_of(id);
	v->name = str_dup(c->mem, db_col_str(st, 0));
	v->category = choice_text(c, products, "category", str_dup(c->mem, db_col_str(st, 1)));
	v->variety = str_dup(c->mem, db_col_str(st, 2));
	v->spec = str_dup(c->mem, db_col_str(st, 3));
	if (db_col_i64(st, 4) != NIL)
		v->shelf = str_fmt(c->mem, c->lang == LANG_EN ? LLD " days" : LLD " 天", LL(db_col_i64(st, 4)));
	if (!str_eq_c(db_col_str(st, 5), "none"))
		v->certification = choice_text(c, products, "certification", str_dup(c->mem, db_col_str(st, 5)));
	v->certificate_no = str_dup(c->mem, db_col_str(st, 6));
	v->intro = str_dup(c->mem, db_col_str(st, 7));
	v->cover = file_url(c, db_col_i64(st, 8), 1600);
	v->photos = pictures_of(c, str_dup(c->mem, db_col_str(st, 9)), 9);
	v->has_photos = v->photos.count > 0;
	v->gtin = str_dup(c->mem, db_col_str(st, 10));
	v->org_id = db_col_i64(st, 11);
	v->producer = str_dup(c->mem, db_col_str(st, 12));
	if (!str_eq_c(db_col_str(st, 13), "household"))
		v->producer_url = str_fmt(c->mem, "/enterprises/" LLD, LL(v->org_id));
	return RC_OK;
}

/* The producer's other products, without this one. */
static enum rc
others_load(struct ctx *c, int64_t id, struct product_view *v)
{
	struct str own = str_fmt(c->mem, "/products/" LLD, LL(id));
	struct page_list all;
	enum rc rc = tiles_of_products(c, v->org_id, 9, &all);
	const struct tile *t = all.items;

	if (rc != RC_OK)
		return rc;
	struct tile *kept = NEW_ARRAY(c->mem, struct tile, all.count + 1);
	for (size_t i = 0; i < all.count; i++) {
		if (!str_eq(t[i].url, own) && v->others.count < 8)
			kept[v->others.count++] = t[i];
	}
	v->others.items = kept;
	v->has_others = v->others.count > 0;
	return RC_OK;
}

enum rc
portal_product(struct ctx *c, struct http_request *q)
{
	struct product_view v = { 0 };
	int64_t id = path_key(c, q);
	enum rc rc = product_load(c, id, &v);

	if (rc == RC_OK)
		rc = others_load(c, id, &v);
	if (rc == RC_OK)
		rc = site_load(c, v.name, str_fmt(c->mem, "/products/" LLD, LL(id)), "enterprises", &v.site);
	if (rc != RC_OK)
		return rc;
	portal_cache(q);
	return page_send(c, q, &portal_product_page, 200, &v);
}

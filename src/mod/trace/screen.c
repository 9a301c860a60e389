/*
 * screen.c - data of the wall screen. Every figure is counted from rows within
 * the reader's scope; nothing is stored twice. Live messages carry the place of
 * their row, so that an account for one town hears of that town only.
 */
#include "base/base.h"
#include "core/auth.h"
#include "core/division.h"
#include "core/live.h"
#include "core/record.h"
#include "mod/trace/screen.h"
#include "mod/trace/trace.h"
#include "mod/trace/trace_priv.h"

/* "{scope}" stands where AND-conditions may stand; the driving table has the alias r. */
struct figure {
	const char *name;
	struct text title, unit;
	int scale;
	const char *sql;
};

static const struct figure figures[] = {
	{ "orgs", { "经营主体", "Organisations" }, { "家", "" }, 0,
	  "SELECT COUNT(*) FROM organisation r WHERE r.county = :county AND r.state = 'active' AND r.deleted_ms IS NULL{scope}" },
	{ "plots", { "登记地块", "Plots" }, { "块", "" }, 0,
	  "SELECT COUNT(*) FROM plot r WHERE r.county = :county AND r.deleted_ms IS NULL{scope}" },
	{ "area", { "种植面积", "Area" }, { "亩", "mu" }, 3,
	  "SELECT COALESCE(SUM(r.area_milli), 0) FROM plot r WHERE r.county = :county AND r.deleted_ms IS NULL{scope}" },
	{ "lots", { "追溯批次", "Lots" }, { "批", "" }, 0,
	  "SELECT COUNT(*) FROM lot r WHERE r.county = :county AND r.deleted_ms IS NULL{scope}" },
	{ "codes", { "累计赋码", "Codes issued" }, { "枚", "" }, 0,
	  "SELECT COALESCE(SUM(r.codes_issued), 0) FROM lot r WHERE r.county = :county AND r.deleted_ms IS NULL{scope}" },
	{ "scans", { "累计扫码", "Scans" }, { "次", "" }, 0,
	  "SELECT COUNT(*) FROM scan r WHERE r.county = :county{scope}" },
	{ "scans_today", { "今日扫码", "Scans today" }, { "次", "" }, 0,
	  "SELECT COUNT(*) FROM scan r WHERE r.county = :county AND r.at_ms >= :day{scope}" },
	{ "held", { "暂扣与召回", "Held or recalled" }, { "批", "" }, 0,
	  "SELECT COUNT(*) FROM lot r WHERE r.county = :county AND r.state IN ('held', 'recalled') AND r.deleted_ms IS NULL{scope}" },
};

/* Prepares a statement with the reader's scope in its place and everything it may name bound. */
static enum rc
scoped(struct ctx *c, const char *name, const char *text, struct db_stmt **st)
{
	struct str s = str_from_c(text);
	ptrdiff_t at = str_find(s, S("{scope}"), 0);
	struct scope scope = { 0 };
	struct sb sql;
	enum rc rc;

	ASSERT(at >= 0);
	sb_init(&sql, c->mem, 16384);
	sb_add_str(&sql, str_sub(s, 0, (size_t)at));
	rc = scope_sql(c, "screen.view", "r", &sql, &scope);
	if (rc != RC_OK)
		return rc;
	sb_add_str(&sql, str_sub(s, (size_t)at + 7, s.n));
	rc = db_prepare(c->db, &(struct db_sql){ name, sb_str(&sql).p }, st, &c->err);
	if (rc != RC_OK)
		return rc;
	scope_bind(*st, &scope);
	db_bind_i64(*st, "county", c->county);
	if (db_has_param(*st, "day"))
		db_bind_i64(*st, "day", ms_of_date(date_of_ms(c->now_ms)));
	if (db_has_param(*st, "since"))
		db_bind_i64(*st, "since", ms_of_date(date_of_ms(c->now_ms) - 29));
	if (db_has_param(*st, "year"))
		db_bind_i64(*st, "year", c->now_ms - 365LL * DAY_MS);
	return RC_OK;
}

static enum rc
print_cards(struct ctx *c, struct json_writer *w)
{
	json_key(w, "cards");
	json_list(w);
	for (size_t i = 0; i < ARRAY_LEN(figures); i++) {
		DB_STMT st = NULL;
		bool row = false;
		enum rc rc = scoped(c, figures[i].name, figures[i].sql, &st);

		if (rc == RC_OK)
			rc = db_step(st, &row, &c->err);
		if (rc != RC_OK)
			return rc;
		json_begin(w);
		json_c(w, "name", figures[i].name);
		json_label(w, "title", figures[i].title);
		json_int(w, "value", row ? db_col_i64(st, 0) : 0);
		json_int(w, "scale", figures[i].scale);
		json_label(w, "unit", figures[i].unit);
		json_end(w);
	}
	json_list_end(w);
	return RC_OK;
}

/* ---- towns ---- */

struct town_sum {
	struct division d;
	int64_t stations, lots, scans;
};
enum { TOWNS_MAX = 64 };

static const struct db_sql sql_towns = { "screen.towns",
	"SELECT code, name, lng_e6, lat_e6 FROM division WHERE county = :county AND level = 4 AND valid_to_on IS NULL"
	" ORDER BY code LIMIT 64" };

static enum rc
towns_load(struct ctx *c, struct town_sum *towns, size_t *count)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_towns, &st, &c->err);

	*count = 0;
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row && *count < TOWNS_MAX) {
		struct division *d = &towns[(*count)++].d;

		d->code = db_col_i64(st, 0);
		d->name = str_dup(c->mem, db_col_str(st, 1));
		d->lng_e6 = db_col_i64(st, 2);
		d->lat_e6 = db_col_i64(st, 3);
	}
	return rc;
}

/* Adds the counts of a grouped statement: town (code without its last three digits) and number. */
static enum rc
towns_add(struct ctx *c, const char *name, const char *sql, struct town_sum *towns, size_t count, size_t member)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = scoped(c, name, sql, &st);

	while (rc == RC_OK && (rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		for (size_t i = 0; i < count; i++) {
			if (towns[i].d.code / 1000 == db_col_i64(st, 0))
				*(int64_t *)(void *)((char *)&towns[i] + member) = db_col_i64(st, 1);
		}
	}
	return rc;
}

static enum rc
towns_count(struct ctx *c, struct town_sum *towns, size_t *count)
{
	enum rc rc = towns_load(c, towns, count);

	if (rc == RC_OK)
		rc = towns_add(c, "screen.town-stations", "SELECT r.division / 1000, COUNT(*) FROM station r"
			" WHERE r.county = :county AND r.state = 'open' AND r.deleted_ms IS NULL{scope} GROUP BY r.division / 1000",
			towns, *count, offsetof(struct town_sum, stations));
	if (rc == RC_OK)
		rc = towns_add(c, "screen.town-lots", "SELECT r.division / 1000, COUNT(*) FROM lot r"
			" WHERE r.county = :county AND r.deleted_ms IS NULL{scope} GROUP BY r.division / 1000",
			towns, *count, offsetof(struct town_sum, lots));
	if (rc == RC_OK)
		rc = towns_add(c, "screen.town-scans", "SELECT r.division / 1000, COUNT(*) FROM scan r"
			" WHERE r.county = :county AND r.at_ms >= :since{scope} GROUP BY r.division / 1000",
			towns, *count, offsetof(struct town_sum, scans));
	return rc;
}

static void
print_degrees(struct json_writer *w, const char *name, int64_t e6)
{
	json_key(w, name);
	if (e6 == NIL)
		json_put_null(w);
	else
		json_put_scaled(w, e6, 6);
}

static void
print_towns(struct json_writer *w, const struct town_sum *towns, size_t count)
{
	json_key(w, "towns");
	json_list(w);
	for (size_t i = 0; i < count; i++) {
		json_begin(w);
		json_id(w, "code", towns[i].d.code);
		json_str(w, "name", towns[i].d.name);
		print_degrees(w, "lng", towns[i].d.lng_e6);
		print_degrees(w, "lat", towns[i].d.lat_e6);
		json_int(w, "stations", towns[i].stations);
		json_int(w, "lots", towns[i].lots);
		json_int(w, "scans", towns[i].scans);
		json_end(w);
	}
	json_list_end(w);
}

/* ---- charts ---- */

static void
print_series(struct json_writer *w, struct ctx *c, const char *name, const int64_t *y, size_t n, int64_t first_on, bool month)
{
	json_key(w, name);
	json_begin(w);
	json_key(w, "x");
	json_list(w);
	for (size_t i = 0; i < n; i++) {
		struct civil d = date_to_civil(first_on + (month ? 0 : (int64_t)i));
		int m = d.year * 12 + d.month - 1 + (int)i;

		json_put_str(w, month ? str_fmt(c->mem, "%04d-%02d", m / 12, m % 12 + 1)
			: str_fmt(c->mem, "%02d-%02d", d.month, d.day));
	}
	json_list_end(w);
	json_key(w, "y");
	json_list(w);
	for (size_t i = 0; i < n; i++)
		json_put_i64(w, y[i]);
	json_list_end(w);
	json_end(w);
}

/* Days are those of Shanghai: the instant moved by eight hours, divided by a day. */
static enum rc
print_scans_by_day(struct ctx *c, struct json_writer *w)
{
	int64_t y[30] = { 0 }, first = date_of_ms(c->now_ms) - 29;
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = scoped(c, "screen.scans-by-day", "SELECT (r.at_ms + 28800000) / 86400000, COUNT(*) FROM scan r"
		" WHERE r.county = :county AND r.at_ms >= :since{scope} GROUP BY (r.at_ms + 28800000) / 86400000", &st);

	while (rc == RC_OK && (rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		int64_t i = db_col_i64(st, 0) - first;

		if (i >= 0 && i < 30)
			y[i] = db_col_i64(st, 1);
	}
	if (rc == RC_OK)
		print_series(w, c, "scans_by_day", y, ARRAY_LEN(y), first, false);
	return rc;
}

static enum rc
print_operations_by_month(struct ctx *c, struct json_writer *w)
{
	struct civil now = date_to_civil(date_of_ms(c->now_ms));
	int64_t y[12] = { 0 }, last = now.year * 12 + now.month - 1;
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = scoped(c, "screen.operations", "SELECT (r.done_ms + 28800000) / 86400000, COUNT(*) FROM farm_operation r"
		" WHERE r.county = :county AND r.done_ms >= :year AND r.deleted_ms IS NULL{scope}"
		" GROUP BY (r.done_ms + 28800000) / 86400000", &st);

	while (rc == RC_OK && (rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		struct civil d = date_to_civil(db_col_i64(st, 0));
		int64_t i = d.year * 12 + d.month - 1 - (last - 11);

		if (i >= 0 && i < 12)
			y[i] += db_col_i64(st, 1);
	}
	if (rc == RC_OK)
		print_series(w, c, "operations_by_month", y, ARRAY_LEN(y),
			date_from_civil((int32_t)((last - 11) / 12), (int)((last - 11) % 12) + 1, 1), true);
	return rc;
}

static enum rc
print_products(struct ctx *c, struct json_writer *w)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = scoped(c, "screen.products", "SELECT p.name, SUM(r.codes_issued) FROM lot r JOIN product p"
		" ON p.county = r.county AND p.id = r.product_id WHERE r.county = :county AND r.deleted_ms IS NULL{scope}"
		" GROUP BY p.name ORDER BY 2 DESC, 1 LIMIT 8", &st);

	json_key(w, "products");
	json_list(w);
	while (rc == RC_OK && (rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		json_begin(w);
		json_str(w, "name", db_col_str(st, 0));
		json_int(w, "value", db_col_i64(st, 1));
		json_end(w);
	}
	json_list_end(w);
	return rc;
}

static enum rc
print_tests(struct ctx *c, struct json_writer *w)
{
	int64_t pass = 0, failed = 0, retest = 0;
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = scoped(c, "screen.tests", "SELECT r.verdict, COUNT(*) FROM inspection r WHERE r.county = :county"
		" AND r.deleted_ms IS NULL{scope} GROUP BY r.verdict", &st);

	while (rc == RC_OK && (rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		struct str verdict = db_col_str(st, 0);

		if (str_eq_c(verdict, "pass"))
			pass += db_col_i64(st, 1);
		else if (str_eq_c(verdict, "fail"))
			failed += db_col_i64(st, 1);
		else
			retest += db_col_i64(st, 1);
	}
	json_key(w, "tests");
	json_begin(w);
	json_int(w, "pass", pass);
	json_int(w, "fail", failed);
	json_int(w, "retest", retest);
	json_end(w);
	return rc;
}

static void
print_lots_by_town(struct json_writer *w, const struct town_sum *towns, size_t count)
{
	json_key(w, "lots_by_town");
	json_begin(w);
	json_key(w, "x");
	json_list(w);
	for (size_t i = 0; i < count; i++)
		json_put_str(w, towns[i].d.name);
	json_list_end(w);
	json_key(w, "y");
	json_list(w);
	for (size_t i = 0; i < count; i++)
		json_put_i64(w, towns[i].lots);
	json_list_end(w);
	json_end(w);
}

/* ---- what happened last ---- */

#define SCAN_ROW \
	"SELECT r.at_ms, p.name, d.name, r.place FROM scan r JOIN lot l ON l.county = r.county AND l.id = r.lot_id" \
	" JOIN product p ON p.county = l.county AND p.id = l.product_id" \
	" LEFT JOIN division d ON d.county = r.county AND d.code = r.division / 1000 * 1000"

static void
print_scan(struct json_writer *w, struct db_stmt *st)
{
	json_begin(w);
	json_int(w, "at_ms", db_col_i64(st, 0));
	json_str(w, "product", db_col_str(st, 1));
	json_str(w, "town", db_col_str(st, 2));
	json_str(w, "place", db_col_str(st, 3));
	json_end(w);
}

static void
print_test(struct json_writer *w, struct db_stmt *st)
{
	json_begin(w);
	json_int(w, "at_ms", db_col_i64(st, 0));
	json_str(w, "product", db_col_str(st, 1));
	json_str(w, "org", db_col_str(st, 2));
	json_str(w, "verdict", db_col_str(st, 3));
	json_int(w, "inhibition_bp", db_col_i64(st, 4));
	json_end(w);
}

#define TEST_ROW \
	"SELECT r.tested_ms, p.name, o.name, r.verdict, r.inhibition_bp FROM inspection r JOIN lot l" \
	" ON l.county = r.county AND l.id = r.lot_id JOIN product p ON p.county = l.county AND p.id = l.product_id" \
	" JOIN organisation o ON o.county = l.county AND o.id = l.org_id"

static enum rc
print_recent(struct ctx *c, struct json_writer *w, const char *key, const char *sql,
	void (*print)(struct json_writer *, struct db_stmt *))
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = scoped(c, key, sql, &st);

	json_key(w, key);
	json_list(w);
	while (rc == RC_OK && (rc = db_step(st, &row, &c->err)) == RC_OK && row)
		print(w, st);
	json_list_end(w);
	return rc;
}

static enum rc
print_charts(struct ctx *c, struct json_writer *w, const struct town_sum *towns, size_t count)
{
	json_key(w, "charts");
	json_begin(w);
	enum rc rc = print_scans_by_day(c, w);
	print_lots_by_town(w, towns, count);
	if (rc == RC_OK)
		rc = print_operations_by_month(c, w);
	if (rc == RC_OK)
		rc = print_products(c, w);
	if (rc == RC_OK)
		rc = print_tests(c, w);
	json_end(w);
	return rc;
}

static enum rc
print_screen(struct ctx *c, struct json_writer *w)
{
	struct town_sum towns[TOWNS_MAX] = { 0 };
	struct division county = { .name = S("") };
	size_t count;
	enum rc rc = towns_count(c, towns, &count);

	if (rc == RC_OK && division_get(c, division_of_county(c->county), &county) != RC_OK)
		county.name = S("");
	if (rc != RC_OK)
		return rc;
	json_begin(w);
	json_label(w, "title", (struct text){ str_fmt(c->mem, STR_FMT "农村电商运行大屏", STR_ARG(county.name)).p,
		str_fmt(c->mem, STR_FMT " rural e-commerce", STR_ARG(county.name)).p });
	json_int(w, "now_ms", c->now_ms);
	rc = print_cards(c, w);
	print_towns(w, towns, count);
	if (rc == RC_OK)
		rc = print_charts(c, w, towns, count);
	if (rc == RC_OK)
		rc = print_recent(c, w, "recent_scans", SCAN_ROW " WHERE r.county = :county{scope} ORDER BY r.at_ms DESC LIMIT 20",
			print_scan);
	if (rc == RC_OK)
		rc = print_recent(c, w, "recent_tests", TEST_ROW " WHERE r.county = :county AND r.deleted_ms IS NULL{scope}"
			" ORDER BY r.tested_ms DESC LIMIT 12", print_test);
	json_end(w);
	return rc;
}

/* An account with the permission, or a token in the address for a screen without a keyboard. */
static enum rc
screen_actor(struct ctx *c, struct http_request *q, struct actor *mine)
{
	struct str token = http_param(q, "token");

	enum rc rc = token.n > 0 ? auth_token_actor(c, token, mine) : auth_actor(c, q, false, mine);

	if (rc != RC_OK)
		return rc;
	c->actor = mine;
	if (actor_may(c->actor, "screen.view"))
		return RC_OK;
	if (c->actor->kind == ACTOR_NOBODY)
		return fail(&c->err, RC_UNAUTHENTICATED, NULL, "请先登录或使用大屏令牌", "log in or use a screen token");
	return fail(&c->err, RC_DENIED, NULL, "没有查看大屏的权限", "you may not view the wall screen");
}

enum rc
screen_get(struct ctx *c, struct http_request *q)
{
	struct actor *mine = NEW(c->mem, struct actor);
	struct json_writer w;
	struct sb out;
	enum rc rc = screen_actor(c, q, mine);

	if (rc != RC_OK)
		return rc;
	sb_init(&out, c->mem, 512 * 1024);
	json_writer_init(&w, &out);
	rc = print_screen(c, &w);
	if (rc == RC_OK)
		http_reply(q, 200, "application/json", sb_str(&out));
	return rc;
}

enum rc
screen_live(struct ctx *c, struct http_request *q)
{
	struct actor *mine = NEW(c->mem, struct actor);
	enum rc rc = screen_actor(c, q, mine);

	return rc == RC_OK ? live_subscribe(c, q, S("scan,test,figures")) : rc;
}

/* ---- live ---- */

static const struct db_sql sql_scan_names = { "screen.scan-names",
	"SELECT p.name, d.name FROM lot l JOIN product p ON p.county = l.county AND p.id = l.product_id"
	" LEFT JOIN division d ON d.county = l.county AND d.code = l.division / 1000 * 1000"
	" WHERE l.county = :county AND l.id = :id" };

static enum rc
tell_scan(struct ctx *c, const struct scan_note *n)
{
	struct event place = { .county = c->county, .at_ms = n->at_ms, .division = n->division, .org_id = n->org_id,
		.person_id = n->person_id };
	struct json_writer w;
	struct sb out;
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_scan_names, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", n->lot_id);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK || !row)
		return rc;
	sb_init(&out, c->mem, 4096);
	json_writer_init(&w, &out);
	json_begin(&w);
	json_int(&w, "at_ms", n->at_ms);
	json_str(&w, "product", db_col_str(st, 0));
	json_str(&w, "town", db_col_str(st, 1));
	json_key(&w, "place");
	json_put_null(&w);
	json_end(&w);
	live_publish(c->app->live, "scan", "screen.view", &place, sb_str(&out));
	return RC_OK;
}

static enum rc
tell_figures(struct ctx *c)
{
	struct event place = { .county = c->county, .at_ms = c->now_ms, .division = division_of_county(c->county) };
	struct json_writer w;
	struct sb out;
	enum rc rc;

	sb_init(&out, c->mem, 16384);
	json_writer_init(&w, &out);
	json_begin(&w);
	rc = print_cards(c, &w);
	json_end(&w);
	if (rc == RC_OK)
		live_publish(c->app->live, "figures", "screen.view", &place, sb_str(&out));
	return rc;
}

void
screen_tell_scans(struct ctx *c, const struct scan_note *notes, size_t count)
{
	enum { SHOWN = 10 };
	enum rc rc = RC_OK;

	if (c->app->live == NULL)
		return;
	for (size_t i = count > SHOWN ? count - SHOWN : 0; rc == RC_OK && i < count; i++)
		rc = tell_scan(c, &notes[i]);
	if (rc == RC_OK)
		rc = tell_figures(c);
	if (rc != RC_OK)
		LOG(c->app->log, LOG_WARN, "screen-not-told", { "why", str_from_c(c->err.text) });
}

enum rc
screen_tell_test(struct ctx *c, const struct event *e)
{
	DB_STMT st = NULL;
	bool row = false;
	struct json_writer w;
	struct sb out;
	enum rc rc;

	if (c->app->live == NULL)
		return RC_OK;
	rc = db_prepare(c->db, &(struct db_sql){ "screen.test-row", TEST_ROW " WHERE r.county = :county AND r.id = :id" }, &st,
		&c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", e->record_id);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK || !row)
		return rc;
	sb_init(&out, c->mem, 4096);
	json_writer_init(&w, &out);
	print_test(&w, st);
	live_publish(c->app->live, "test", "screen.view", e, sb_str(&out));
	return RC_OK;
}

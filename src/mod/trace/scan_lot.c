/*
 * scan_lot.c - what shoppers see of a lot. Only what is meant for the public is
 * selected here; this file is where that is reviewed.
 */
#include "base/base.h"
#include "base/list.h"
#include "core/rule.h"
#include "lib/pesticide/pesticide.h"
#include "mod/trace/scan_lot.h"
#include "mod/trace/trace.h"
#include "mod/trace/trace_priv.h"

struct story_step {
	int64_t at_ms; /* for sorting */
	struct str date, title, text, place, video;
	bool ok, warn, has_photos;
	struct page_list photos;
};
struct test_line {
	struct str date, method, verdict, detail, report, sample;
	bool ok, bad;
};
struct lot_view {
	struct site site;
	struct town_map map;
	struct str product, spec, certification, certificate_no, cover, intro, variety;
	struct str lot, producer, producer_url, product_url, grower, origin, plot, plot_kind, soil, area, harvested;
	struct str quantity, shelf, certificate, certificate_url, certificate_basis, certificate_on;
	struct page_list photos, steps, tests;
	bool has_photos, has_tests, has_certificate, certificate_void;
	/* for the queries only */
	int64_t lot_id, cycle_id, product_id, org_id, person_id, plot_geo, division;
};

static const struct page_var step_vars[] = {
	VAR(struct story_step, date), VAR(struct story_step, title), VAR(struct story_step, text),
	VAR(struct story_step, place), VAR(struct story_step, video), VAR(struct story_step, ok),
	VAR(struct story_step, warn), VAR(struct story_step, has_photos),
	VAR_EACH(struct story_step, photos, struct picture, picture_vars), { 0 },
};
static const struct page_var test_vars[] = {
	VAR(struct test_line, date), VAR(struct test_line, method), VAR(struct test_line, verdict),
	VAR(struct test_line, detail), VAR(struct test_line, report), VAR(struct test_line, sample),
	VAR(struct test_line, ok), VAR(struct test_line, bad), { 0 },
};
static const struct page_var view_vars[] = {
	SITE_VARS(struct lot_view), TOWN_MAP_VARS(struct lot_view),
	VAR(struct lot_view, product), VAR(struct lot_view, spec), VAR(struct lot_view, certification),
	VAR(struct lot_view, certificate_no), VAR(struct lot_view, cover), VAR(struct lot_view, intro),
	VAR(struct lot_view, variety), VAR(struct lot_view, lot), VAR(struct lot_view, producer),
	VAR(struct lot_view, producer_url), VAR(struct lot_view, product_url), VAR(struct lot_view, grower),
	VAR(struct lot_view, origin), VAR(struct lot_view, plot), VAR(struct lot_view, plot_kind),
	VAR(struct lot_view, soil), VAR(struct lot_view, area), VAR(struct lot_view, harvested),
	VAR(struct lot_view, quantity), VAR(struct lot_view, shelf), VAR(struct lot_view, certificate),
	VAR(struct lot_view, certificate_url), VAR(struct lot_view, certificate_basis),
	VAR(struct lot_view, certificate_on), VAR(struct lot_view, has_photos), VAR(struct lot_view, has_tests),
	VAR(struct lot_view, has_certificate), VAR(struct lot_view, certificate_void),
	VAR_EACH(struct lot_view, photos, struct picture, picture_vars),
	VAR_EACH(struct lot_view, steps, struct story_step, step_vars),
	VAR_EACH(struct lot_view, tests, struct test_line, test_vars), { 0 },
};
const struct page scan_head_page = { "trace/scan_head.html", view_vars };
const struct page scan_body_page = { "trace/scan_body.html", view_vars };

enum { STEPS_MAX = 120 };

static enum rc
prepare(struct ctx *c, const struct db_sql *sql, int64_t id, struct db_stmt **st)
{
	enum rc rc = db_prepare(c->db, sql, st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(*st, "county", c->county);
	db_bind_i64(*st, "id", id);
	return RC_OK;
}

static struct str
col(struct ctx *c, struct db_stmt *st, int i)
{
	return str_dup(c->mem, db_col_str(st, i));
}

/* ---- the lot and what it is ---- */

static const struct db_sql sql_lot = { "scan.lot",
	"SELECT l.code, l.harvested_on, l.quantity_milli, l.unit, l.photos, p.id, p.name, p.spec, p.certification,"
	" p.certificate_no, p.cover, p.intro, p.shelf_days, p.photos, o.id, o.name, l.cycle_id, l.division, p.variety,"
	" p.state, o.state FROM lot l JOIN product p ON p.county = l.county AND p.id = l.product_id"
	" JOIN organisation o ON o.county = l.county AND o.id = l.org_id WHERE l.county = :county AND l.id = :id" };

static enum rc
read_lot(struct ctx *c, struct lot_view *v)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = prepare(c, &sql_lot, v->lot_id, &st);

	if (rc == RC_OK)
		rc = db_step(st, &row, &c->err);
	if (rc != RC_OK)
		return rc;
	if (!row)
		return fail(&c->err, RC_NOT_FOUND, NULL, "没有这个批次", "there is no such lot");
	v->lot = col(c, st, 0);
	v->harvested = date_text(c, db_col_i64(st, 1));
	v->quantity = quantity_text(c, db_col_i64(st, 2), db_col_str(st, 3));
	v->product_id = db_col_i64(st, 5);
	v->product = col(c, st, 6);
	v->spec = col(c, st, 7);
	if (!str_eq_c(db_col_str(st, 8), "none"))
		v->certification = choice_text(c, &resource_products, "certification", col(c, st, 8));
	v->certificate_no = col(c, st, 9);
	v->cover = file_url(c, db_col_i64(st, 10), 1600);
	v->intro = col(c, st, 11);
	if (db_col_i64(st, 12) != NIL)
		v->shelf = c->lang == LANG_EN ? str_fmt(c->mem, LLD " days", LL(db_col_i64(st, 12)))
			: str_fmt(c->mem, LLD " 天", LL(db_col_i64(st, 12)));
	v->photos = pictures_of(c, str_dup(c->mem, db_col_str(st, 4).n > 0 ? db_col_str(st, 4) : db_col_str(st, 13)), 6);
	v->has_photos = v->photos.count > 0;
	v->org_id = db_col_i64(st, 14);
	v->producer = col(c, st, 15);
	v->cycle_id = db_col_i64(st, 16);
	v->division = db_col_i64(st, 17);
	v->variety = col(c, st, 18);
	if (str_eq_c(db_col_str(st, 19), "listed"))
		v->product_url = str_fmt(c->mem, "/products/" LLD, LL(v->product_id));
	if (str_eq_c(db_col_str(st, 20), "active"))
		v->producer_url = str_fmt(c->mem, "/enterprises/" LLD, LL(v->org_id));
	return RC_OK;
}

static const struct db_sql sql_plot = { "scan.plot",
	"SELECT y.variety, y.area_milli, g.name, g.kind, g.soil, g.location, g.person_id FROM crop_cycle y"
	" JOIN plot g ON g.county = y.county AND g.id = y.plot_id WHERE y.county = :county AND y.id = :id" };

static enum rc
read_plot(struct ctx *c, struct lot_view *v)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc;

	v->plot_geo = NIL;
	if (v->cycle_id == NIL)
		return RC_OK;
	rc = prepare(c, &sql_plot, v->cycle_id, &st);
	if (rc == RC_OK)
		rc = db_step(st, &row, &c->err);
	if (rc != RC_OK || !row)
		return rc;
	if (db_col_str(st, 0).n > 0)
		v->variety = col(c, st, 0);
	v->area = quantity_text(c, db_col_i64(st, 1), S("MU"));
	v->plot = col(c, st, 2);
	v->plot_kind = choice_text(c, &resource_plots, "kind", col(c, st, 3));
	v->soil = col(c, st, 4);
	v->plot_geo = db_col_i64(st, 5);
	v->person_id = db_col_i64(st, 6);
	return RC_OK;
}

static const struct db_sql sql_origin = { "scan.origin",
	"SELECT d.name, u.name, k.name FROM division d LEFT JOIN division u ON u.county = d.county AND u.code = d.parent"
	" AND u.level = 4 LEFT JOIN division k ON k.county = d.county AND k.level = 3 AND k.code / 1000000 = :county"
	" WHERE d.county = :county AND d.code = :id" };

static enum rc
read_origin(struct ctx *c, struct lot_view *v)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = prepare(c, &sql_origin, v->division, &st);

	if (rc == RC_OK)
		rc = db_step(st, &row, &c->err);
	if (rc != RC_OK || !row)
		return rc;
	struct str county = db_col_str(st, 2), own = db_col_str(st, 0);
	if (str_eq(county, own))
		county = (struct str){ 0 };
	v->origin = str_fmt(c->mem, STR_FMT STR_FMT STR_FMT, STR_ARG(county), STR_ARG(db_col_str(st, 1)), STR_ARG(own));
	return RC_OK;
}

/* ---- the story ---- */

static const struct db_sql sql_operations = { "scan.operations",
	"SELECT o.done_ms, o.step, o.note, o.photos, o.video, i.name, o.quantity_milli, o.quantity_unit, o.interval_days"
	" FROM farm_operation o LEFT JOIN farm_input i ON i.county = o.county AND i.id = o.input_id"
	" WHERE o.county = :county AND o.cycle_id = :id AND o.deleted_ms IS NULL AND NOT EXISTS (SELECT 1 FROM"
	" farm_operation x WHERE x.county = o.county AND x.corrects_id = o.id AND x.deleted_ms IS NULL)"
	" ORDER BY o.done_ms DESC LIMIT 60" };

static struct str
operation_text(struct ctx *c, struct db_stmt *st)
{
	struct str note = db_col_str(st, 2), input = db_col_str(st, 5);
	bool en = c->lang == LANG_EN;
	struct sb b;

	sb_init(&b, c->mem, 4000);
	if (input.n > 0)
		sb_addf(&b, en ? "Input: " STR_FMT : "使用 " STR_FMT, STR_ARG(input));
	if (db_col_i64(st, 8) > 0)
		sb_addf(&b, en ? ", safety interval " LLD " days" : "，安全间隔期 " LLD " 天", LL(db_col_i64(st, 8)));
	if (db_col_i64(st, 6) != NIL)
		sb_addf(&b, en ? "Harvested " STR_FMT : "采收 " STR_FMT,
			STR_ARG(quantity_text(c, db_col_i64(st, 6), db_col_str(st, 7))));
	if (note.n > 0 && b.n > 0)
		sb_add(&b, en ? ". " : "。");
	sb_add_str(&b, note);
	return sb_str(&b);
}

static struct story_step *
step_add(struct ctx *c, struct list *steps, int64_t at_ms, struct str title)
{
	struct story_step *s = list_add(steps);

	if (s == NULL)
		return NULL;
	s->at_ms = at_ms;
	s->date = date_print(c->mem, date_of_ms(at_ms));
	s->title = title;
	return s;
}

static enum rc
read_operations(struct ctx *c, const struct lot_view *v, struct list *steps)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc;

	if (v->cycle_id == NIL)
		return RC_OK;
	rc = prepare(c, &sql_operations, v->cycle_id, &st);
	while (rc == RC_OK && (rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		struct str title = choice_text(c, &resource_farm_operations, "step", col(c, st, 1));
		struct story_step *s = step_add(c, steps, db_col_i64(st, 0), title);

		if (s == NULL)
			break;
		s->text = operation_text(c, st);
		s->photos = pictures_of(c, col(c, st, 3), 3);
		s->has_photos = s->photos.count > 0;
		s->video = file_url(c, db_col_i64(st, 4), 0);
	}
	return rc;
}

static const struct db_sql sql_tests = { "scan.tests",
	"SELECT i.tested_ms, i.method, i.verdict, i.inhibition_bp, i.lab_items, i.report, i.sample_no FROM inspection i"
	" WHERE i.county = :county AND i.lot_id = :id AND i.deleted_ms IS NULL AND NOT EXISTS (SELECT 1 FROM inspection x"
	" WHERE x.county = i.county AND x.corrects_id = i.id AND x.deleted_ms IS NULL)"
	" ORDER BY i.tested_ms DESC, i.id DESC LIMIT 6" };

/* The rapid method never proves "no residue"; the sentence says what was measured and no more. */
static struct str
test_detail(struct ctx *c, struct db_stmt *st, int64_t limit_bp)
{
	bool en = c->lang == LANG_EN, pass = str_eq_c(db_col_str(st, 2), "pass");
	int64_t bp = db_col_i64(st, 3), tenths = pest_shown_of_bp(limit_bp, bp, !pass);

	if (str_eq_c(db_col_str(st, 1), "laboratory"))
		return en ? str_fmt(c->mem, "Substances tested: " STR_FMT, STR_ARG(db_col_str(st, 4)))
			: str_fmt(c->mem, "检测项目：" STR_FMT, STR_ARG(db_col_str(st, 4)));
	if (bp == NIL)
		return (struct str){ 0 };
	if (pass)
		return en ? str_fmt(c->mem, "Inhibition %lld.%lld%%, below %lld%% (rapid method)", LL(tenths / 10), LL(tenths % 10),
				LL(limit_bp / 100))
			: str_fmt(c->mem, "抑制率 %lld.%lld%%，抑制率低于%lld%%（快速检测法）", LL(tenths / 10), LL(tenths % 10),
				LL(limit_bp / 100));
	return en ? str_fmt(c->mem, "Inhibition %lld.%lld%% (rapid method)", LL(tenths / 10), LL(tenths % 10))
		: str_fmt(c->mem, "抑制率 %lld.%lld%%（快速检测法）", LL(tenths / 10), LL(tenths % 10));
}

static enum rc
read_tests(struct ctx *c, struct lot_view *v, struct list *steps)
{
	DB_STMT st = NULL;
	bool row = false;
	int64_t limit_bp;
	struct list tests;
	enum rc rc = rule_i64(c, "trace.inhibition_limit_bp", NIL, &limit_bp, NULL);

	list_init(&tests, c->mem, sizeof(struct test_line), 6);
	if (rc == RC_OK)
		rc = prepare(c, &sql_tests, v->lot_id, &st);
	while (rc == RC_OK && (rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		struct str verdict = choice_text(c, &resource_inspections, "verdict", col(c, st, 2));
		struct test_line *t = list_add(&tests);
		bool pass = str_eq_c(db_col_str(st, 2), "pass"), failed = str_eq_c(db_col_str(st, 2), "fail");
		struct story_step *s = step_add(c, steps, db_col_i64(st, 0), c->lang == LANG_EN
			? str_fmt(c->mem, "Test: " STR_FMT, STR_ARG(verdict)) : str_fmt(c->mem, "检测：" STR_FMT, STR_ARG(verdict)));

		if (t == NULL)
			break;
		t->date = date_print(c->mem, date_of_ms(db_col_i64(st, 0)));
		t->method = choice_text(c, &resource_inspections, "method", col(c, st, 1));
		t->verdict = verdict;
		t->detail = test_detail(c, st, limit_bp);
		t->report = file_url(c, db_col_i64(st, 5), 0);
		t->sample = col(c, st, 6);
		t->ok = pass;
		t->bad = failed;
		if (s != NULL) {
			s->text = t->detail;
			s->ok = pass;
			s->warn = !pass;
		}
	}
	v->tests = (struct page_list){ tests.items, tests.count };
	v->has_tests = tests.count > 0;
	return rc;
}

static const struct db_sql sql_certificate = { "scan.certificate",
	"SELECT number, basis, issued_on, state FROM certificate WHERE county = :county AND lot_id = :id"
	" AND deleted_ms IS NULL ORDER BY id DESC LIMIT 1" };

static enum rc
read_certificate(struct ctx *c, struct lot_view *v, struct list *steps)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = prepare(c, &sql_certificate, v->lot_id, &st);

	if (rc == RC_OK)
		rc = db_step(st, &row, &c->err);
	if (rc != RC_OK || !row)
		return rc;
	v->has_certificate = true;
	v->certificate = col(c, st, 0);
	v->certificate_url = str_fmt(c->mem, "/certificate/" STR_FMT, STR_ARG(v->certificate));
	v->certificate_basis = choice_text(c, &resource_certificates, "basis", col(c, st, 1));
	v->certificate_on = date_text(c, db_col_i64(st, 2));
	v->certificate_void = !str_eq_c(db_col_str(st, 3), "valid");
	if (v->certificate_void)
		return RC_OK;
	struct story_step *s = step_add(c, steps, ms_of_date(db_col_i64(st, 2)) + DAY_MS - 1,
		c->lang == LANG_EN ? S("Conformity certificate issued") : S("开具承诺达标合格证"));
	if (s != NULL)
		s->text = v->certificate;
	return RC_OK;
}

static const struct db_sql sql_supply = { "scan.supply",
	"SELECT e.done_ms, e.kind, e.place, e.carrier, e.photos, f.name, t.name FROM supply_event e"
	" LEFT JOIN organisation f ON f.county = e.county AND f.id = e.from_org_id"
	" LEFT JOIN organisation t ON t.county = e.county AND t.id = e.to_org_id"
	" WHERE e.county = :county AND e.lot_id = :id AND e.deleted_ms IS NULL AND NOT EXISTS (SELECT 1 FROM supply_event x"
	" WHERE x.county = e.county AND x.corrects_id = e.id AND x.deleted_ms IS NULL) ORDER BY e.done_ms DESC LIMIT 30" };

static enum rc
read_supply(struct ctx *c, const struct lot_view *v, struct list *steps)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = prepare(c, &sql_supply, v->lot_id, &st);

	while (rc == RC_OK && (rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		struct str title = choice_text(c, &resource_supply_events, "kind", col(c, st, 1));
		struct story_step *s = step_add(c, steps, db_col_i64(st, 0), title);
		struct str from = db_col_str(st, 5), to = db_col_str(st, 6), carrier = db_col_str(st, 3);
		struct sb b;

		if (s == NULL)
			break;
		sb_init(&b, c->mem, 1000);
		sb_add_str(&b, from);
		if (to.n > 0)
			sb_addf(&b, " → " STR_FMT, STR_ARG(to));
		if (carrier.n > 0)
			sb_addf(&b, "%s" STR_FMT, b.n > 0 ? " · " : "", STR_ARG(carrier));
		s->text = sb_str(&b);
		s->place = col(c, st, 2);
		s->photos = pictures_of(c, col(c, st, 4), 3);
		s->has_photos = s->photos.count > 0;
	}
	return rc;
}

/* Oldest first. Few rows: insertion sort keeps equal ones in order. */
static void
sort_steps(struct list *steps)
{
	struct story_step *s = steps->items;

	for (size_t i = 1; i < steps->count; i++) {
		struct story_step moved = s[i];
		size_t k = i;

		for (; k > 0 && s[k - 1].at_ms > moved.at_ms; k--)
			s[k] = s[k - 1];
		s[k] = moved;
	}
}

static enum rc
read_story(struct ctx *c, struct lot_view *v)
{
	struct list steps;
	enum rc rc;

	list_init(&steps, c->mem, sizeof(struct story_step), STEPS_MAX);
	rc = read_operations(c, v, &steps);
	if (rc == RC_OK)
		rc = read_tests(c, v, &steps);
	if (rc == RC_OK)
		rc = read_certificate(c, v, &steps);
	if (rc == RC_OK)
		rc = read_supply(c, v, &steps);
	sort_steps(&steps);
	v->steps = (struct page_list){ steps.items, steps.count };
	return rc;
}

static enum rc
render(struct ctx *c, const struct page *p, const struct lot_view *v, struct str *out)
{
	struct sb b;
	enum rc rc;

	sb_init(&b, c->mem, 512 * 1024);
	rc = page_render(c->app->pages, p, v, c->lang, &b, &c->err);
	*out = sb_str(&b);
	return rc;
}

enum rc
lot_html_make(struct ctx *c, int64_t lot_id, struct lot_html *out)
{
	struct lot_view v = { .lot_id = lot_id, .cycle_id = NIL };
	enum rc rc = read_lot(c, &v);

	if (rc == RC_OK)
		rc = read_plot(c, &v);
	if (rc == RC_OK)
		rc = read_origin(c, &v);
	if (rc == RC_OK)
		rc = grower_public_name(c, v.person_id, &v.grower);
	if (rc == RC_OK)
		rc = read_story(c, &v);
	if (rc == RC_OK)
		rc = town_map_draw(c, v.plot_geo, v.division, &v.map);
	if (rc == RC_OK)
		rc = site_load(c, v.product, S(""), "", &v.site);
	if (rc == RC_OK)
		rc = render(c, &scan_head_page, &v, &out->head);
	if (rc == RC_OK)
		rc = render(c, &scan_body_page, &v, &out->body);
	return rc;
}

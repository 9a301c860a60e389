/* lot_life.c - hooks of lots and certificates. */
#include "base/base.h"
#include "base/utf8.h"
#include "core/division.h"
#include "core/rule.h"
#include "mod/trace/lot_guard.h"
#include "mod/trace/safety.h"

static const struct db_sql sql_org_division = { "trace.org-division",
	"SELECT division FROM organisation WHERE county = :county AND id = :id AND deleted_ms IS NULL" };

/* A lot lies where its plot lies, and belongs to the grower of the plot; without a cycle it lies with its producer. */
static enum rc
lot_place(struct ctx *c, struct record_head *h, const struct lot *l)
{
	struct record_head yh;
	struct crop_cycle y;
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc;

	if (l->cycle_id > 0) {
		rc = record_load(c, &resource_crop_cycles, l->cycle_id, NULL, &yh, &y);
		if (rc != RC_OK)
			return rc;
		if (y.product_id != l->product_id)
			return fail(&c->err, RC_INVALID, "cycle_id", "茬次种的不是这个产品", "the crop cycle grew another product");
		if (yh.org_id != l->org_id)
			return fail(&c->err, RC_INVALID, "cycle_id", "茬次不属于这个生产主体", "the crop cycle belongs to another producer");
		if (l->harvested_on < y.started_on)
			return fail(&c->err, RC_INVALID, "harvested_on", "采收日期早于茬次开始日期", "harvested before the crop began");
		h->division = yh.division;
		h->person_id = yh.person_id;
		return RC_OK;
	}
	rc = db_prepare(c->db, &sql_org_division, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", l->org_id);
	rc = db_step(st, &row, &c->err);
	if (rc == RC_OK && row)
		h->division = db_col_i64(st, 0);
	return rc;
}

/* Everything about a lot that follows from what was typed. */
static enum rc
lot_compute(struct ctx *c, struct lot *l)
{
	struct pest_use none = { NIL, NIL };

	if (l->harvested_on > date_of_ms(c->now_ms))
		return fail(&c->err, RC_INVALID, "harvested_on", "采收日期不能晚于今天", "the harvest cannot lie in the future");
	if (l->pack_milli > l->quantity_milli)
		return fail(&c->err, RC_INVALID, "pack_milli", "每件含量不能超过批次数量", "one item cannot hold more than the lot");
	l->codes_max = codes_allowed(l->quantity_milli, l->pack_milli);
	l->safe_on = NIL;
	if (l->cycle_id <= 0)
		return RC_OK;
	return cycle_safe_on(c, l->cycle_id, l->harvested_on, none, 0, &l->safe_on);
}

enum rc
lot_create(struct ctx *c, struct record_head *h, void *record)
{
	static const struct text early = { "采收日期早于安全间隔期结束日，批次不能放行",
		"harvested before the safety interval ran out; the lot cannot be released" };
	struct lot *l = record;
	struct product p;
	struct record_head ph;
	int64_t seq;
	enum rc rc = record_load(c, &resource_products, l->product_id, NULL, &ph, &p);

	if (rc != RC_OK)
		return rc;
	if (p.org_id != l->org_id)
		return fail(&c->err, RC_INVALID, "product_id", "产品不属于这个生产主体", "the product belongs to another producer");
	if (l->cycle_id > 0)
		rc = cycle_lock(c, l->cycle_id);
	if (rc == RC_OK)
		rc = lot_place(c, h, l);
	if (rc == RC_OK)
		rc = lot_compute(c, l);
	if (rc != RC_OK)
		return rc;
	rc = counter_next(c, str_fmt(c->mem, "lot-" LLD, LL(l->harvested_on)), 1, &seq);
	if (rc != RC_OK)
		return rc;
	l->code = lot_code(c->mem, c->county, l->harvested_on, seq);
	l->codes_issued = 0;
	l->test_verdict = S("none");
	l->hold_reason = (struct str){ 0 };
	l->held_ms = NIL;
	if (!harvest_is_safe(l->safe_on, l->harvested_on))
		return officers_tell(c, h, l, early);
	return RC_OK;
}

enum rc
lot_update(struct ctx *c, struct record_head *h, void *record, const void *before)
{
	struct lot *l = record;
	const struct lot *old = before;
	bool promised;
	bool same = l->harvested_on == old->harvested_on && l->quantity_milli == old->quantity_milli
		&& l->pack_milli == old->pack_milli && str_eq(l->unit, old->unit);
	enum rc rc;

	if (same)
		return RC_OK;
	rc = certificate_exists(c, h->id, &promised);
	if (rc != RC_OK)
		return rc;
	if (!str_eq_c(old->state, "open") || old->codes_issued > 0 || promised)
		return fail_code(&c->err, RC_INVALID, "lot-fixed", "quantity_milli",
			"批次已放行、赋码或开证，采收日期、数量和规格不能再改",
			"harvest date, quantity and pack are fixed once a lot is released, coded or certified");
	if (l->cycle_id > 0)
		rc = cycle_lock(c, l->cycle_id);
	return rc == RC_OK ? lot_compute(c, l) : rc;
}

static const struct db_sql sql_fresh = { "trace.lot-fresh",
	"SELECT test_verdict, safe_on, harvested_on FROM lot WHERE county = :county AND id = :id" };

/* Release and lift look at the row under its lock, not at what the clerk saw. */
static enum rc
lot_may_go(struct ctx *c, int64_t id, bool lift)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = lot_lock(c, id);

	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_fresh, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK || !row)
		return rc;
	enum gate g = lot_gate(S("open"), lot_test_of(db_col_str(st, 0)), db_col_i64(st, 1), db_col_i64(st, 2), false);
	if (lift && g == GATE_NOT_TESTED)
		return RC_OK;
	return gate_fail(&c->err, g);
}

enum rc
lot_move(struct ctx *c, struct record_head *h, void *record, const struct move *m)
{
	struct lot *l = record;
	struct str name = str_from_c(m->name);
	enum rc rc = RC_OK;

	if (str_eq_c(name, "release") || str_eq_c(name, "lift"))
		rc = lot_may_go(c, h->id, str_eq_c(name, "lift"));
	if (rc != RC_OK)
		return rc;
	if (str_eq_c(name, "lift") || str_eq_c(name, "release")) {
		l->hold_reason = (struct str){ 0 };
		l->held_ms = NIL;
	} else if (!str_eq_c(name, "close")) {
		if (str_eq_c(name, "recall-end") || (str_eq_c(name, "hold") && l->hold_reason.n == 0))
			l->hold_reason = S("people");
		if (l->held_ms == NIL)
			l->held_ms = c->now_ms;
	}
	return RC_OK;
}

/* ---- certificates ---- */

static enum rc
origin_of(struct ctx *c, int64_t division, struct str *origin)
{
	struct division d, up;
	enum rc rc = division_get(c, division, &d);

	if (rc == RC_NOT_FOUND) {
		*origin = S("");
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	*origin = d.name;
	for (int64_t code = d.parent; code >= division_of_county(c->county) && code != 0; code = up.parent) {
		rc = division_get(c, code, &up);
		if (rc == RC_NOT_FOUND)
			return RC_OK;
		if (rc != RC_OK)
			return rc;
		*origin = str_fmt(c->mem, STR_FMT STR_FMT, STR_ARG(up.name), STR_ARG(*origin));
	}
	return RC_OK;
}

enum rc
certificate_create(struct ctx *c, struct record_head *h, void *record)
{
	struct certificate *k = record;
	struct record_head lh;
	struct lot l;
	bool exists;
	enum rc rc = lot_take(c, k->lot_id, &lh, &l);

	(void)h;
	if (rc == RC_OK)
		rc = gate_fail(&c->err, lot_gate_of(&l, false));
	if (rc == RC_OK)
		rc = certificate_exists(c, k->lot_id, &exists);
	if (rc != RC_OK)
		return rc;
	if (exists)
		return fail_code(&c->err, RC_INVALID, "certificate-exists", "lot_id", "这个批次已有一张有效的合格证",
			"the lot already has a valid certificate");
	k->form = S("2026");
	k->issued_on = date_of_ms(c->now_ms);
	k->quantity_milli = l.quantity_milli;
	k->unit = l.unit;
	k->void_reason = (struct str){ 0 };
	rc = rule_text(c, "trace.certificate_statement", k->issued_on, &k->statement, NULL);
	if (rc == RC_OK)
		rc = name_of(c, &sql_product_name, l.product_id, &k->product);
	if (rc == RC_OK)
		rc = name_of(c, &sql_org_name, l.org_id, &k->issuer);
	if (rc == RC_OK)
		rc = origin_of(c, lh.division, &k->origin);
	if (rc == RC_OK)
		rc = number_next(c, "HGZ", &k->number);
	return rc;
}

enum rc
certificate_move(struct ctx *c, struct record_head *h, void *record, const struct move *m)
{
	struct certificate *k = record;

	(void)m;
	k->void_reason = str_sub(h->comment, 0, utf8_cut(h->comment.p, h->comment.n < 600 ? h->comment.n : 600));
	return lot_lock(c, k->lot_id);
}

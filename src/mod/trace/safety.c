/*
 * safety.c - late records. An operation or a test may arrive days after the
 * fact, from a phone that was offline, when the lot is already released, coded
 * and sold. Each hook therefore asks the same question anew: given every row
 * that counts, may this lot be sold? The answer never depends on the order in
 * which the rows came.
 */
#include "base/base.h"
#include "base/list.h"
#include "core/rule.h"
#include "lib/pesticide/pesticide.h"
#include "mod/trace/lot_guard.h"
#include "mod/trace/safety.h"

/* ---- farm operations ---- */

static enum rc
same_cycle(struct ctx *c, const struct farm_operation *o)
{
	struct farm_operation old;
	struct record_head oh;
	enum rc rc = record_load(c, &resource_farm_operations, o->corrects_id, NULL, &oh, &old);

	if (rc != RC_OK)
		return rc;
	if (old.cycle_id != o->cycle_id)
		return fail(&c->err, RC_INVALID, "corrects_id", "被更正的记录不属于这个茬次",
			"the corrected record belongs to another crop cycle");
	return RC_OK;
}

/* Interval and first safe day of what was used; an interval is a snapshot of the catalogue at the time of recording. */
static enum rc
interval_of_use(struct ctx *c, struct farm_operation *o)
{
	struct farm_input in;
	struct record_head ih;
	enum rc rc;

	o->interval_days = o->safe_on = NIL;
	if (o->input_id == NIL || o->input_id == 0)
		return RC_OK;
	rc = record_load(c, &resource_farm_inputs, o->input_id, NULL, &ih, &in);
	if (rc != RC_OK)
		return rc;
	if (str_eq_c(o->step, "pest_control") && (str_eq_c(in.kind, "seed") || str_eq_c(in.kind, "fertiliser")))
		return fail(&c->err, RC_INVALID, "input_id", "病虫防治请选择农药或其他防治用品", "choose a pesticide for pest control");
	if (!in.prohibited && !str_eq_c(in.kind, "pesticide"))
		return RC_OK;
	o->interval_days = in.interval_days == NIL ? 0 : in.interval_days;
	o->safe_on = safe_after(date_of_ms(o->done_ms), o->interval_days, in.prohibited);
	return RC_OK;
}

static const struct db_sql sql_lots_of_cycle = { "trace.lots-of-cycle",
	"SELECT id FROM lot WHERE county = :county AND cycle_id = :cycle AND deleted_ms IS NULL ORDER BY id LIMIT 10000" };

static enum rc
lots_of_cycle(struct ctx *c, int64_t cycle_id, struct list *ids)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_lots_of_cycle, &st, &c->err);

	list_init(ids, c->mem, sizeof(int64_t), 10000);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "cycle", cycle_id);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		int64_t *id = list_add(ids);

		if (id == NULL)
			return fail(&c->err, RC_LIMIT, "cycle_id", "一个茬次的批次过多", "too many lots in one crop cycle");
		*id = db_col_i64(st, 0);
	}
	return rc;
}

/* Brings one lot up to date after an operation; holds it when it turns out to have been harvested too early. */
static enum rc
lot_recheck(struct ctx *c, int64_t lot_id, int64_t cycle_id, struct pest_use extra, int64_t without_id)
{
	static const struct text why = { "补录的用药记录显示采收时安全间隔期未满",
		"a pest-control record shows that the lot was harvested before the safety interval ran out" };
	struct record_head h;
	struct lot l;
	int64_t safe_on;
	enum rc rc = lot_take(c, lot_id, &h, &l);

	if (rc == RC_OK)
		rc = cycle_safe_on(c, cycle_id, l.harvested_on, extra, without_id, &safe_on);
	if (rc != RC_OK)
		return rc;
	if (safe_on == l.safe_on)
		return RC_OK;
	bool was_safe = harvest_is_safe(l.safe_on, l.harvested_on);
	l.safe_on = safe_on;
	if (was_safe && !harvest_is_safe(safe_on, l.harvested_on))
		return lot_hold(c, &h, &l, "interval", why);
	return record_store(c, &resource_lots, &h, &l);
}

static enum rc
cycle_recheck(struct ctx *c, int64_t cycle_id, struct pest_use extra, int64_t without_id)
{
	struct record_head h;
	struct crop_cycle y;
	int64_t safe_on;
	enum rc rc = record_load(c, &resource_crop_cycles, cycle_id, NULL, &h, &y);

	if (rc == RC_OK)
		rc = cycle_safe_on(c, cycle_id, NIL, extra, without_id, &safe_on);
	if (rc != RC_OK || safe_on == y.safe_on)
		return rc;
	y.safe_on = safe_on;
	return record_store(c, &resource_crop_cycles, &h, &y);
}

enum rc
operation_create(struct ctx *c, struct record_head *h, void *record)
{
	struct farm_operation *o = record;
	struct pest_use use = { NIL, NIL };
	struct list lots;
	enum rc rc = not_in_future(c, "done_ms", o->done_ms);

	(void)h;
	if (rc != RC_OK)
		return rc;
	if (o->dose_milli != NIL && o->dose_unit.n == 0)
		return fail(&c->err, RC_INVALID, "dose_unit", "请选择用量单位", "choose the unit of the dose");
	rc = cycle_lock(c, o->cycle_id);
	if (rc == RC_OK)
		rc = lots_touch(c, o->cycle_id);
	if (rc == RC_OK && o->corrects_id > 0)
		rc = same_cycle(c, o);
	if (rc == RC_OK)
		rc = interval_of_use(c, o);
	if (rc != RC_OK || (o->safe_on == NIL && o->corrects_id <= 0))
		return rc;
	if (o->safe_on != NIL)
		use = (struct pest_use){ date_of_ms(o->done_ms), o->safe_on };
	int64_t without = o->corrects_id > 0 ? o->corrects_id : 0;
	rc = cycle_recheck(c, o->cycle_id, use, without);
	if (rc == RC_OK)
		rc = lots_of_cycle(c, o->cycle_id, &lots);
	for (size_t i = 0; rc == RC_OK && i < lots.count; i++)
		rc = lot_recheck(c, *LIST_AT(&lots, int64_t, i), o->cycle_id, use, without);
	return rc;
}

/* ---- inspections ---- */

/* The county's numbers for the rapid method on the day of the test. */
static enum rc
method_of(struct ctx *c, int64_t on_date, struct pest_method *m)
{
	enum rc rc = rule_i64(c, "trace.inhibition_limit_bp", on_date, &m->limit_bp, NULL);

	if (rc == RC_OK)
		rc = rule_i64(c, "trace.control_min_e4", on_date, &m->control_lo_e4, NULL);
	if (rc == RC_OK)
		rc = rule_i64(c, "trace.control_max_e4", on_date, &m->control_hi_e4, NULL);
	return rc;
}

/* Judges every reading; the inhibition shown for the test is the highest of the valid ones. */
static enum rc
judge_readings(struct ctx *c, struct inspection *i)
{
	static const char *const reading_names[] = { "invalid", "negative", "positive" };
	static const char *const verdict_names[] = { "invalid", "pass", "need_retest", "fail", "unconfirmed" };
	struct inspection_reading *r = i->readings.items;
	enum pest_reading results[20];
	struct pest_method m;
	enum rc rc;

	i->inhibition_bp = NIL;
	if (i->readings.count == 0 || i->readings.count > ARRAY_LEN(results))
		return fail(&c->err, RC_INVALID, "readings", "快速检测法需要 1 至 20 组读数", "the rapid method needs 1 to 20 readings");
	rc = method_of(c, date_of_ms(i->tested_ms), &m);
	if (rc != RC_OK)
		return rc;
	for (size_t n = 0; n < i->readings.count; n++) {
		results[n] = pest_judge(&m, r[n].control_e4, r[n].sample_e4);
		r[n].inhibition_bp = pest_inhibition_bp(r[n].control_e4, r[n].sample_e4);
		r[n].verdict = str_from_c(reading_names[results[n]]);
		if (results[n] != PEST_INVALID && r[n].inhibition_bp > i->inhibition_bp)
			i->inhibition_bp = r[n].inhibition_bp;
	}
	i->verdict = str_from_c(verdict_names[pest_verdict(results, i->readings.count)]);
	return RC_OK;
}

static enum rc
judge(struct ctx *c, struct inspection *i)
{
	if (str_eq_c(i->method, "inhibition")) {
		if (i->lab_verdict.n != 0)
			return fail(&c->err, RC_INVALID, "lab_verdict", "快速检测法由读数判定，不能填写实验室结论",
				"the rapid method is judged from its readings");
		return judge_readings(c, i);
	}
	if (i->readings.count != 0)
		return fail(&c->err, RC_INVALID, "readings", "实验室检测不填写吸光度读数", "a laboratory test has no absorbance readings");
	i->inhibition_bp = NIL;
	i->verdict = i->lab_verdict;
	return RC_OK;
}

static const struct db_sql sql_tests = { "trace.tests-of-lot",
	"SELECT i.tested_ms, i.id, i.verdict FROM inspection i"
	" WHERE i.county = :county AND i.lot_id = :lot AND i.deleted_ms IS NULL AND i.id <> :without"
	" AND NOT EXISTS (SELECT 1 FROM inspection x WHERE x.county = i.county AND x.corrects_id = i.id"
	" AND x.deleted_ms IS NULL)" };

/* The test that counts: the newest of the stored ones and the one at hand. */
static enum rc
newest_test(struct ctx *c, int64_t lot_id, int64_t without_id, struct test_row *newest)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_tests, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "lot", lot_id);
	db_bind_i64(st, "without", without_id);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		struct test_row t = { db_col_i64(st, 0), db_col_i64(st, 1), lot_test_of(db_col_str(st, 2)) };

		if (test_is_newer(t, *newest))
			*newest = t;
	}
	return rc;
}

/*
 * A failed test stops the lot whenever it was taken, since a pass beside it does
 * not take it back: an officer decides. Another newest verdict with a positive
 * reading stops what is already on its way.
 */
static enum rc
lot_judged(struct ctx *c, struct record_head *h, struct lot *l, enum lot_test arrived, enum lot_test newest)
{
	static const struct text failed = { "农药残留检测不合格", "a pesticide residue test failed" };
	static const struct text doubtful = { "最新检测未通过，等待复检或确证", "the newest test was not passed; a repeat or confirmation is due" };
	bool promised, started = !str_eq_c(l->state, "open") || l->codes_issued > 0;
	enum rc rc = certificate_exists(c, h->id, &promised);

	if (rc != RC_OK)
		return rc;
	l->test_verdict = str_from_c(lot_test_name(newest));
	if (arrived == TEST_FAIL || newest == TEST_FAIL)
		return lot_hold(c, h, l, "test", failed);
	if ((newest == TEST_RETEST || newest == TEST_UNCONFIRMED) && (started || promised))
		return lot_hold(c, h, l, "test", doubtful);
	return record_store(c, &resource_lots, h, l);
}

static enum rc
same_lot(struct ctx *c, const struct inspection *i)
{
	struct inspection old;
	struct record_head oh;
	enum rc rc = record_load(c, &resource_inspections, i->corrects_id, NULL, &oh, &old);

	if (rc == RC_OK && old.lot_id != i->lot_id)
		return fail(&c->err, RC_INVALID, "corrects_id", "被更正的检测不属于这个批次",
			"the corrected test belongs to another lot");
	return rc;
}

enum rc
inspection_create(struct ctx *c, struct record_head *h, void *record)
{
	struct inspection *i = record;
	struct record_head lh;
	struct lot l;
	struct test_row newest;
	enum rc rc = not_in_future(c, "tested_ms", i->tested_ms);

	if (rc != RC_OK)
		return rc;
	if (i->sampled_on > date_of_ms(i->tested_ms))
		return fail(&c->err, RC_INVALID, "sampled_on", "抽样日期不能晚于检测时间", "sampling cannot follow the test");
	rc = lot_take(c, i->lot_id, &lh, &l);
	if (rc == RC_OK && i->corrects_id > 0)
		rc = same_lot(c, i);
	if (rc == RC_OK)
		rc = judge(c, i);
	if (rc != RC_OK)
		return rc;
	newest = (struct test_row){ i->tested_ms, h->id, lot_test_of(i->verdict) };
	enum lot_test arrived = newest.verdict;
	rc = newest_test(c, i->lot_id, i->corrects_id > 0 ? i->corrects_id : 0, &newest);
	if (rc != RC_OK)
		return rc;
	return lot_judged(c, &lh, &l, arrived, newest.verdict);
}

/* ---- recalls ---- */

enum rc
recall_create(struct ctx *c, struct record_head *h, void *record)
{
	static const struct text why = { "批次召回", "the lot is recalled" };
	struct recall *k = record;
	struct record_head lh;
	struct lot l;
	enum rc rc = lot_take(c, k->lot_id, &lh, &l);

	(void)h;
	if (rc != RC_OK)
		return rc;
	if (str_eq_c(l.state, "recalled"))
		return fail_code(&c->err, RC_INVALID, "lot-recalled", "lot_id", "批次已经在召回中", "the lot is already being recalled");
	k->ended_ms = NIL;
	rc = number_next(c, "ZH", &k->number);
	if (rc == RC_OK)
		rc = record_move_system(c, &resource_lots, lh.id, "recall", k->reason);
	if (rc == RC_OK)
		rc = certificates_void(c, lh.id, why, NULL);
	if (rc == RC_OK)
		rc = officers_tell(c, &lh, &l, why);
	return rc;
}

enum rc
recall_move(struct ctx *c, struct record_head *h, void *record, const struct move *m)
{
	struct recall *k = record;

	(void)m;
	k->ended_ms = c->now_ms;
	return record_move_system(c, &resource_lots, k->lot_id, "recall-end", h->comment);
}

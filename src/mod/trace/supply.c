/*
 * supply.c - what supply events may do: never more out than in, nothing leaves
 * while a lot is held or recalled, and codes follow the goods.
 */
#include "base/base.h"
#include "lib/tracecode/tracecode.h"
#include "mod/trace/lot_guard.h"
#include "mod/trace/supply.h"

static const struct db_sql sql_stock = { "trace.stock",
	"SELECT e.kind, e.quantity_milli FROM supply_event e WHERE e.county = :county AND e.lot_id = :lot"
	" AND e.deleted_ms IS NULL AND e.id <> :without AND NOT EXISTS (SELECT 1 FROM supply_event x"
	" WHERE x.county = e.county AND x.corrects_id = e.id AND x.deleted_ms IS NULL)" };

/* The lot's books without the corrected row, if any. Events are summed by kind, so order does not matter. */
static enum rc
stock_of(struct ctx *c, int64_t lot_id, int64_t without_id, struct stock *s)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_stock, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "lot", lot_id);
	db_bind_i64(st, "without", without_id);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row)
		stock_book(s, db_col_str(st, 0), db_col_i64(st, 1));
	return rc;
}

static enum rc
stock_check(struct ctx *c, const struct supply_event *e, const struct lot *l)
{
	struct stock s = { .lot_milli = l->quantity_milli };
	enum rc rc = stock_of(c, e->lot_id, e->corrects_id > 0 ? e->corrects_id : 0, &s);

	if (rc != RC_OK)
		return rc;
	int64_t left = stock_left(&s, e->kind);
	if (stock_add(&s, e->kind, e->quantity_milli) && stock_holds(&s))
		return RC_OK;
	struct sb number;
	sb_init(&number, c->mem, 64);
	sb_add_scaled(&number, left > 0 ? left : 0, 3);
	return fail_code(&c->err, RC_INVALID, "stock", "quantity_milli", "数量超出：该环节最多还能登记 " STR_FMT,
		"too much: at most " STR_FMT " may still be recorded for this step", STR_ARG(sb_str(&number)));
}

/* ---- codes named by an event ---- */

static const struct db_sql sql_code_to = { "trace.code-to",
	"UPDATE trace_code SET state = :state, version = version + 1, updated_ms = :now"
	" WHERE county = :county AND code = :code AND lot_id = :lot AND deleted_ms IS NULL AND state <> 'voided'" };
static const struct db_sql sql_serials_to = { "trace.serials-to",
	"UPDATE trace_code SET state = :state, version = version + 1, updated_ms = :now"
	" WHERE county = :county AND lot_id = :lot AND serial BETWEEN :lo AND :hi AND deleted_ms IS NULL"
	" AND state <> 'voided'" };

/* "1-500", "7": serials of the lot. */
static bool
serial_range(struct str line, int64_t *lo, int64_t *hi)
{
	struct str rest = line, first = str_trim(str_cut(&rest, '-'));

	if (!str_i64(first, lo))
		return false;
	*hi = *lo;
	if (rest.p == NULL)
		return true;
	return str_i64(str_trim(rest), hi) && *hi >= *lo;
}

static enum rc
codes_to(struct ctx *c, const struct supply_event *e, struct str line, const char *state, int64_t *count)
{
	char code[TRACECODE_LEN + 1];
	int64_t lo, hi, changes = 0;
	bool range = serial_range(line, &lo, &hi);
	DB_STMT st = NULL;
	enum rc rc;

	if (!range && !tracecode_parse(line, code, NULL))
		return fail(&c->err, RC_INVALID, "codes", "“" STR_FMT "”不是追溯码，也不是序号范围",
			"“" STR_FMT "” is neither a code nor a range of serials", STR_ARG(line));
	rc = db_prepare(c->db, range ? &sql_serials_to : &sql_code_to, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "lot", e->lot_id);
	db_bind_str(st, "state", str_from_c(state));
	db_bind_i64(st, "now", c->now_ms);
	if (range) {
		db_bind_i64(st, "lo", lo);
		db_bind_i64(st, "hi", hi);
	} else {
		db_bind_str(st, "code", str_from_c(code));
	}
	rc = db_run(st, &changes, &c->err);
	*count += changes;
	if (rc == RC_OK && changes != (range ? hi - lo + 1 : 1))
		return fail(&c->err, RC_INVALID, "codes", "“" STR_FMT "”中有不属于本批次或已作废的码",
			"“" STR_FMT "” names codes that are void or not of this lot", STR_ARG(line));
	return rc;
}

/* Packing puts codes on items, selling takes them out of the market; other steps only name them. */
static enum rc
codes_follow(struct ctx *c, const struct supply_event *e)
{
	const char *state = str_eq_c(e->kind, "sell") ? "sold" : str_eq_c(e->kind, "pack") ? "bound" : NULL;
	struct str rest = e->codes;
	int64_t count = 0;

	if (state == NULL || e->codes.n == 0)
		return RC_OK;
	while (rest.p != NULL) {
		struct str line = str_trim(str_cut(&rest, '\n'));
		enum rc rc = line.n == 0 ? RC_OK : codes_to(c, e, line, state, &count);

		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static enum rc
corrected_of(struct ctx *c, const struct supply_event *e)
{
	struct supply_event old;
	struct record_head oh;
	enum rc rc;

	if (e->corrects_id <= 0)
		return RC_OK;
	rc = record_load(c, &resource_supply_events, e->corrects_id, NULL, &oh, &old);
	if (rc == RC_OK && old.lot_id != e->lot_id)
		return fail(&c->err, RC_INVALID, "corrects_id", "被更正的记录不属于这个批次",
			"the corrected record belongs to another lot");
	return rc;
}

/*
 * Goods of a stopped lot do not leave. A record of something that left before
 * the stop, sent late from a phone, is the truth and needed for the recall.
 */
static enum rc
may_leave(struct ctx *c, const struct supply_event *e, const struct lot *l)
{
	bool held = str_eq_c(l->state, "held");

	if (!str_eq_c(e->kind, "ship") && !str_eq_c(e->kind, "sell"))
		return RC_OK;
	if (str_eq_c(l->state, "open"))
		return gate_fail(&c->err, GATE_NOT_RELEASED);
	if ((held || str_eq_c(l->state, "recalled")) && (l->held_ms == NIL || e->done_ms >= l->held_ms))
		return gate_fail(&c->err, held ? GATE_HELD : GATE_RECALLED);
	return RC_OK;
}

enum rc
supply_create(struct ctx *c, struct record_head *h, void *record)
{
	struct supply_event *e = record;
	struct record_head lh;
	struct lot l;
	enum rc rc = not_in_future(c, "done_ms", e->done_ms);

	(void)h;
	if (rc == RC_OK)
		rc = lot_take(c, e->lot_id, &lh, &l);
	if (rc == RC_OK)
		rc = corrected_of(c, e);
	if (rc != RC_OK)
		return rc;
	e->unit = l.unit;
	if (date_of_ms(e->done_ms) < l.harvested_on)
		return fail(&c->err, RC_INVALID, "done_ms", "流通时间早于采收日期", "it cannot move before it was harvested");
	rc = may_leave(c, e, &l);
	if (rc == RC_OK)
		rc = stock_check(c, e, &l);
	return rc == RC_OK ? codes_follow(c, e) : rc;
}

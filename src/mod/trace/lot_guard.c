/* lot_guard.c - see lot_guard.h. */
#include "base/base.h"
#include "base/list.h"
#include "core/division.h"
#include "core/notify.h"
#include "mod/trace/lot_guard.h"

/*
 * The write takes the row's lock on PostgreSQL; SQLite has one writer anyway. A
 * lot's time of change moves on with every such lock, even within one
 * millisecond: it stamps the rendered pages of the lot.
 */
#define TOUCH_SQL "updated_ms = CASE WHEN updated_ms < :now THEN :now ELSE updated_ms + 1 END"

static const struct db_sql sql_lock_cycle = { "trace.lock-cycle",
	"UPDATE crop_cycle SET " TOUCH_SQL " WHERE county = :county AND id = :id" };
static const struct db_sql sql_lock_lot = { "trace.lock-lot",
	"UPDATE lot SET " TOUCH_SQL " WHERE county = :county AND id = :id" };
static const struct db_sql sql_touch_lots = { "trace.touch-lots",
	"UPDATE lot SET " TOUCH_SQL " WHERE county = :county AND cycle_id = :id" };

static enum rc
row_lock(struct ctx *c, const struct db_sql *sql, int64_t id)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, sql, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	db_bind_i64(st, "now", c->now_ms);
	return db_run(st, NULL, &c->err);
}

enum rc
lots_touch(struct ctx *c, int64_t cycle_id)
{
	return row_lock(c, &sql_touch_lots, cycle_id);
}

enum rc
cycle_lock(struct ctx *c, int64_t cycle_id)
{
	return row_lock(c, &sql_lock_cycle, cycle_id);
}

enum rc
lot_lock(struct ctx *c, int64_t lot_id)
{
	return row_lock(c, &sql_lock_lot, lot_id);
}

enum rc
lot_take(struct ctx *c, int64_t lot_id, struct record_head *h, struct lot *l)
{
	enum rc rc = lot_lock(c, lot_id);

	if (rc != RC_OK)
		return rc;
	return record_load(c, &resource_lots, lot_id, NULL, h, l);
}

enum gate
lot_gate_of(const struct lot *l, bool need_released)
{
	return lot_gate(l->state, lot_test_of(l->test_verdict), l->safe_on, l->harvested_on, need_released);
}

/* Rows that a later row corrects do not count. */
static const struct db_sql sql_uses = { "trace.pest-uses",
	"SELECT o.done_ms, o.safe_on FROM farm_operation o"
	" WHERE o.county = :county AND o.cycle_id = :cycle AND o.safe_on IS NOT NULL AND o.deleted_ms IS NULL"
	" AND o.id <> :without AND NOT EXISTS (SELECT 1 FROM farm_operation x WHERE x.county = o.county"
	" AND x.corrects_id = o.id AND x.deleted_ms IS NULL)" };

enum rc
cycle_safe_on(struct ctx *c, int64_t cycle_id, int64_t until_on, struct pest_use extra, int64_t without_id,
	int64_t *safe_on)
{
	DB_STMT st = NULL;
	bool row = false;
	int64_t until = until_on == NIL ? never_on() : until_on;
	enum rc rc = db_prepare(c->db, &sql_uses, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	*safe_on = extra.done_on == NIL ? NIL : safe_on_of(&extra, 1, until);
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "cycle", cycle_id);
	db_bind_i64(st, "without", without_id);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		struct pest_use use = { date_of_ms(db_col_i64(st, 0)), db_col_i64(st, 1) };
		int64_t one = safe_on_of(&use, 1, until);

		if (one > *safe_on)
			*safe_on = one;
	}
	return rc;
}

enum rc
officers_tell(struct ctx *c, const struct record_head *h, const struct lot *l, struct text text)
{
	struct text title = { "批次安全提醒", "Lot safety notice" };
	struct str body = str_fmt(c->mem, STR_FMT "：%s / %s", STR_ARG(l->code), text.zh, text.en);

	return notify_role(c, "trace.lift", h, title, body, str_fmt(c->mem, "/r/lots/" LLD, LL(h->id)));
}

static const struct db_sql sql_valid_certificates = { "trace.valid-certificates",
	"SELECT id FROM certificate WHERE county = :county AND lot_id = :lot AND state = 'valid' AND deleted_ms IS NULL"
	" ORDER BY id LIMIT 100" };

static enum rc
valid_certificates(struct ctx *c, int64_t lot_id, struct list *ids)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_valid_certificates, &st, &c->err);

	list_init(ids, c->mem, sizeof(int64_t), 100);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "lot", lot_id);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		int64_t *id = list_add(ids);

		if (id != NULL)
			*id = db_col_i64(st, 0);
	}
	return rc;
}

enum rc
certificate_exists(struct ctx *c, int64_t lot_id, bool *found)
{
	struct list ids;
	enum rc rc = valid_certificates(c, lot_id, &ids);

	*found = rc == RC_OK && ids.count > 0;
	return rc;
}

enum rc
certificates_void(struct ctx *c, int64_t lot_id, struct text reason, int64_t *count)
{
	struct list ids;
	struct str comment = str_fmt(c->mem, "%s / %s", reason.zh, reason.en);
	enum rc rc = valid_certificates(c, lot_id, &ids);

	for (size_t i = 0; rc == RC_OK && i < ids.count; i++)
		rc = record_move_system(c, &resource_certificates, *LIST_AT(&ids, int64_t, i), "void", comment);
	if (count != NULL)
		*count = (int64_t)ids.count;
	return rc;
}

enum rc
lot_hold(struct ctx *c, struct record_head *h, struct lot *l, const char *reason, struct text text)
{
	bool stops = str_eq_c(l->state, "open") || str_eq_c(l->state, "released") || str_eq_c(l->state, "closed");
	enum rc rc;

	l->hold_reason = str_from_c(reason);
	rc = record_store(c, &resource_lots, h, l);
	if (rc == RC_OK && stops)
		rc = record_move_system(c, &resource_lots, h->id, "hold", str_fmt(c->mem, "%s / %s", text.zh, text.en));
	if (rc == RC_OK)
		rc = certificates_void(c, h->id, text, NULL);
	if (rc == RC_OK)
		rc = officers_tell(c, h, l, text);
	return rc;
}

static const struct db_sql sql_counter = { "trace.counter",
	"INSERT INTO trace_counter (county, name, value) VALUES (:county, :name, :step)"
	" ON CONFLICT (county, name) DO UPDATE SET value = trace_counter.value + :step RETURNING value" };

enum rc
counter_next(struct ctx *c, struct str name, int64_t step, int64_t *first)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_counter, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_str(st, "name", name);
	db_bind_i64(st, "step", step);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK)
		return rc;
	ASSERT(row);
	*first = db_col_i64(st, 0) - step + 1;
	return RC_OK;
}

enum rc
number_next(struct ctx *c, const char *prefix, struct str *number)
{
	struct civil today = date_to_civil(date_of_ms(c->now_ms));
	struct str name = str_fmt(c->mem, "%s-%06lld-%04d", prefix, LL(c->county), today.year);
	int64_t n;
	enum rc rc = counter_next(c, name, 1, &n);

	if (rc != RC_OK)
		return rc;
	struct str body = str_fmt(c->mem, STR_FMT "-%06lld", STR_ARG(name), LL(n));
	*number = str_fmt(c->mem, STR_FMT "%c", STR_ARG(body), mod37_36(body));
	return RC_OK;
}

enum rc
not_in_future(struct ctx *c, const char *field, int64_t at_ms)
{
	if (at_ms == NIL || at_ms <= c->now_ms + 10 * 60000)
		return RC_OK;
	return fail_code(&c->err, RC_INVALID, "future", field, "时间不能晚于现在", "the time may not lie in the future");
}

const struct db_sql sql_org_name = { "trace.org-name",
	"SELECT name FROM organisation WHERE county = :county AND id = :id" };
const struct db_sql sql_product_name = { "trace.product-name",
	"SELECT name FROM product WHERE county = :county AND id = :id" };

enum rc
name_of(struct ctx *c, const struct db_sql *sql, int64_t id, struct str *name)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, sql, &st, &c->err);

	*name = S("");
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	rc = db_step(st, &row, &c->err);
	if (rc == RC_OK && row)
		*name = str_dup(c->mem, db_col_str(st, 0));
	return rc;
}

struct str
county_mark(struct ctx *c)
{
	struct division d;

	if (division_get(c, division_of_county(c->county), &d) != RC_OK)
		return S("e镇");
	return str_fmt(c->mem, STR_FMT " e镇", STR_ARG(d.name));
}

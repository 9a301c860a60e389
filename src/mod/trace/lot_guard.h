/*
 * lot_guard.h - locking, looking at and holding lots; shared by every hook that
 * may change what a lot is allowed to do. All of it inside a transaction.
 *
 * Locks are taken in one order (cycle, then lots by key), so that two hooks can
 * neither miss each other's rows nor wait for each other in a ring.
 */
#ifndef MOD_TRACE_LOT_GUARD_H
#define MOD_TRACE_LOT_GUARD_H
#include "core/resource.h"
#include "mod/trace/rules.h"
#include "mod/trace/trace_priv.h"

enum rc cycle_lock(struct ctx *c, int64_t cycle_id) MUST_USE;
enum rc lot_lock(struct ctx *c, int64_t lot_id) MUST_USE;
/* Renews the pages of every lot of a cycle. */
enum rc lots_touch(struct ctx *c, int64_t cycle_id) MUST_USE;

/* Locks the lot and loads it as it stands now. */
enum rc lot_take(struct ctx *c, int64_t lot_id, struct record_head *h, struct lot *l) MUST_USE;
/* The gate of a lot in hand. */
enum gate lot_gate_of(const struct lot *l, bool need_released);

/* First safe day over the cycle's counting uses up to a day (NIL: all), with one more use (done_on NIL: none)
 * and without the record being corrected (0: none). */
enum rc cycle_safe_on(struct ctx *c, int64_t cycle_id, int64_t until_on, struct pest_use extra, int64_t without_id,
	int64_t *safe_on) MUST_USE;

/*
 * Stops a lot: state held (when it is open, released or closed), certificates
 * voided, officers told. reason: value of lots.hold_reason; text: what people read.
 * l is the lot as lot_take() gave it, with new values already in place; it is stored.
 */
enum rc lot_hold(struct ctx *c, struct record_head *h, struct lot *l, const char *reason, struct text text) MUST_USE;
/* Voids the lot's valid certificates with the reason; *count may be NULL. */
enum rc certificates_void(struct ctx *c, int64_t lot_id, struct text reason, int64_t *count) MUST_USE;
/* True when the lot has a valid certificate. */
enum rc certificate_exists(struct ctx *c, int64_t lot_id, bool *found) MUST_USE;
/* Tells those who may lift holds at the lot's place. */
enum rc officers_tell(struct ctx *c, const struct record_head *h, const struct lot *l, struct text text) MUST_USE;

/* The next `step` numbers of a named counter of the county; *first is the lowest of them, from 1. */
enum rc counter_next(struct ctx *c, struct str name, int64_t step, int64_t *first) MUST_USE;
/* "PREFIX-2026-000001" with a check character, from the counter of that prefix and year. */
enum rc number_next(struct ctx *c, const char *prefix, struct str *number) MUST_USE;

/* RC_INVALID when the instant lies more than ten minutes ahead: a phone's clock may be a little wrong. */
enum rc not_in_future(struct ctx *c, const char *field, int64_t at_ms) MUST_USE;
/* Name (column "name") of an organisation, product or division, for papers; "" when it is gone. */
enum rc name_of(struct ctx *c, const struct db_sql *sql, int64_t id, struct str *name) MUST_USE;
/* "潞城区 e镇": the county's mark on labels. */
struct str county_mark(struct ctx *c);
extern const struct db_sql sql_org_name, sql_product_name;
#endif

/*
 * event.c - the outbox and its delivery. The usual case is one transaction for
 * a batch: mark the events done, run every listener, commit. When anything in
 * it fails, the batch is undone and each event is delivered alone, listener by
 * listener, each in its own transaction with its outcome remembered in
 * event_delivery: tried again later and later, parked after eight tries.
 */
#include "base/base.h"
#include "core/event.h"
#include "core/event_priv.h"
#include "core/module.h"
#include "core/resource.h"
#include <string.h>

enum { BATCH = 16, TRIES_MAX = 8, ROUNDS_MAX = 10000, KEEP_DAYS = 90 };

#define EVENT_COLUMNS                                                                                        \
	"county, id, at_ms, name, resource, record_id, division, org_id, person_id, actor_id, data"

static const struct db_sql sql_emit = { "event_insert",
	"INSERT INTO event (" EVENT_COLUMNS
	", next_ms, tries) VALUES (:county, :id, :at_ms, :name, :resource, :record_id,"
	" :division, :org_id, :person_id, :actor_id, :data, :at_ms, 0)" };
static const struct db_sql sql_any = { "event_any",
	"SELECT 1 FROM event WHERE done_ms IS NULL AND next_ms <= :now LIMIT 1"
	" /* all counties: one dispatcher serves them */" };
static const struct db_sql sql_due[] = {
	[DB_SQLITE] = { "event_due",
		"SELECT " EVENT_COLUMNS ", tries FROM event WHERE done_ms IS NULL AND next_ms <= :now"
		" ORDER BY id LIMIT :n" },
	/* Nodes share the work without waiting for each other. */
	[DB_PG] = { "event_due",
		"SELECT " EVENT_COLUMNS ", tries FROM event WHERE done_ms IS NULL AND next_ms <= :now"
		" ORDER BY id LIMIT :n FOR UPDATE SKIP LOCKED" },
};
/* Takes the row's lock, so that nodes deliver a difficult event one after the other. */
static const struct db_sql sql_touch = { "event_touch",
	"UPDATE event SET tries = tries WHERE county = :county AND id = :id AND done_ms IS NULL" };
static const struct db_sql sql_done = { "event_done",
	"UPDATE event SET done_ms = :now WHERE county = :county AND id = :id AND done_ms IS NULL" };
static const struct db_sql sql_later = { "event_later",
	"UPDATE event SET next_ms = :next, tries = tries + 1 WHERE county = :county AND id = :id AND done_ms "
	"IS NULL" };
static const struct db_sql sql_delivery = { "event_delivery_get",
	"SELECT tries, next_ms, CASE WHEN done_ms IS NOT NULL OR parked_ms IS NOT NULL THEN 1 ELSE 0 END "
	"FROM event_delivery"
	" WHERE county = :county AND event_id = :id AND listener = :listener" };
static const struct db_sql sql_delivered = { "event_delivery_put",
	"INSERT INTO event_delivery (county, event_id, listener, tries, next_ms, done_ms, parked_ms, error) "
	"VALUES (:county, :id,"
	" :listener, :tries, :next, :done, :parked, :error) ON CONFLICT (county, event_id, listener) DO "
	"UPDATE SET"
	" tries = excluded.tries, next_ms = excluded.next_ms, done_ms = excluded.done_ms, parked_ms = "
	"excluded.parked_ms,"
	" error = excluded.error" };
static const struct db_sql sql_forget = { "event_delivery_forget",
	"DELETE FROM event_delivery WHERE county = :county AND event_id = :id AND done_ms IS NOT NULL" };
static const struct db_sql sql_sweep = { "event_sweep", "DELETE FROM event WHERE done_ms < :before"
							" /* all counties: old news of any of them */" };

enum rc
event_emit(struct ctx *c, const char *name, const struct resource *r, const struct record_head *h,
	struct str data)
{
	DB_STMT st = NULL;
	enum rc rc;

	ASSERT(db_in_tx(c->db));
	rc = db_prepare(c->db, &sql_emit, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id_new(c->app->ids));
	db_bind_i64(st, "at_ms", c->now_ms);
	db_bind_str(st, "name", str_from_c(name));
	db_bind_str(st, "resource", r != NULL ? str_from_c(r->name) : (struct str){ 0 });
	db_bind_i64(st, "record_id", h != NULL ? h->id : NIL);
	db_bind_i64(st, "division", h != NULL ? h->division : 0);
	db_bind_i64(st, "org_id", h != NULL && h->org_id != 0 ? h->org_id : NIL);
	db_bind_i64(st, "person_id", h != NULL && h->person_id != 0 ? h->person_id : NIL);
	db_bind_i64(st, "actor_id", c->actor->user_id != 0 ? c->actor->user_id : NIL);
	db_bind_str(st, "data", data);
	rc = db_run(st, NULL, &c->err);
	if (rc == RC_OK)
		c->emitted = true;
	return rc;
}

struct pending {
	struct event e;
	int64_t tries;
};

static int64_t
zero_nil(struct db_stmt *st, int col)
{
	return db_col_null(st, col) ? 0 : db_col_i64(st, col);
}

/* The oldest due events; inside a transaction they are locked on PostgreSQL. */
static enum rc
read_due(struct ctx *c, int64_t now, int n, struct pending *out, int *count)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc =
		db_prepare(c->db, &sql_due[db_in_tx(c->db) ? db_engine(c->db) : DB_SQLITE], &st, &c->err);

	*count = 0;
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "now", now);
	db_bind_i64(st, "n", n);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row && *count < n) {
		struct pending *p = &out[(*count)++];

		p->e = (struct event){ .county = db_col_i64(st, 0),
			.id = db_col_i64(st, 1),
			.at_ms = db_col_i64(st, 2),
			.name = str_dup(c->mem, db_col_str(st, 3)),
			.resource = str_dup(c->mem, db_col_str(st, 4)),
			.record_id = zero_nil(st, 5),
			.division = zero_nil(st, 6),
			.org_id = zero_nil(st, 7),
			.person_id = zero_nil(st, 8),
			.actor_id = zero_nil(st, 9),
			.data = str_dup(c->mem, db_col_str(st, 10)) };
		p->tries = db_col_i64(st, 11);
	}
	return rc;
}

static bool
listens(const struct listener *l, const struct event *e)
{
	return strcmp(l->event, "*") == 0 || str_eq_c(e->name, l->event);
}

/* A listener works as the platform itself, in the event's county, on scratch memory. */
static enum rc
run_listener(struct ctx *c, const struct listener *l, const struct event *e)
{
	struct ctx own = *c;
	ARENA mem = { 0 };
	enum rc rc;

	arena_init(&mem, 64 << 20);
	own.mem = &mem;
	own.actor = &actor_system;
	own.county = e->county;
	own.now_ms = clock_now(c->app->clock);
	own.errors = NULL;
	own.error_count = 0;
	rc = l->run(&own, e);
	c->err = own.err;
	c->emitted |= own.emitted;
	return rc;
}

static enum rc
each_listener(struct ctx *c, const struct event *e,
	enum rc (*fn)(struct ctx *c, const struct module *m, const struct listener *l, const struct event *e,
		void *arg),
	void *arg)
{
	for (const struct module *const *m = c->app->modules; m != NULL && *m != NULL; m++)
		for (const struct listener *l = (*m)->listeners; l != NULL && l->event != NULL; l++) {
			enum rc rc = listens(l, e) ? fn(c, *m, l, e, arg) : RC_OK;

			if (rc != RC_OK)
				return rc;
		}
	return RC_OK;
}

static enum rc
run_plainly(struct ctx *c, const struct module *m, const struct listener *l, const struct event *e, void *arg)
{
	(void)m;
	(void)arg;
	return run_listener(c, l, e);
}

static enum rc
mark(struct ctx *c, const struct db_sql *sql, const struct event *e, const char *param, int64_t ms,
	int64_t *changes)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, sql, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", e->county);
	db_bind_i64(st, "id", e->id);
	if (param != NULL)
		db_bind_i64(st, param, ms);
	return db_run(st, changes, &c->err);
}

/* All of the batch or nothing of it. *clean is false when something failed and everything must go one by one.
 */
static enum rc
deliver_batch(struct ctx *c, int64_t now, int n, int *count, bool *clean)
{
	struct pending list[BATCH];
	enum rc rc;
	DB_TX tx = { 0 };

	*clean = true;
	rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = read_due(c, now, n, list, count);
	if (rc != RC_OK)
		return rc;
	for (int i = 0; i < *count && *clean; i++) {
		*clean = list[i].tries == 0;
		rc = *clean ? mark(c, &sql_done, &list[i].e, "now", now, NULL) : RC_OK;
		if (rc == RC_OK && *clean)
			rc = each_listener(c, &list[i].e, run_plainly, NULL);
		*clean = *clean && rc == RC_OK;
	}
	if (!*clean)
		return RC_OK;
	return db_commit(&tx, &c->err);
}

static struct str
listener_name(struct ctx *c, const struct module *m, const struct listener *l)
{
	return str_fmt(c->mem, "%s.%s", m->name, l->name);
}

struct delivery {
	int64_t tries, next_ms;
	bool over; /* done or parked */
};

static enum rc
delivery_get(struct ctx *c, const struct event *e, struct str listener, struct delivery *d)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_delivery, &st, &c->err);

	*d = (struct delivery){ 0 };
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", e->county);
	db_bind_i64(st, "id", e->id);
	db_bind_str(st, "listener", listener);
	rc = db_step(st, &row, &c->err);
	if (rc == RC_OK && row)
		*d = (struct delivery){ db_col_i64(st, 0), db_col_i64(st, 1), db_col_i64(st, 2) != 0 };
	return rc;
}

static enum rc
delivery_put(struct ctx *c, const struct event *e, struct str listener, const struct delivery *d,
	int64_t done, int64_t parked, struct str error)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_delivered, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", e->county);
	db_bind_i64(st, "id", e->id);
	db_bind_str(st, "listener", listener);
	db_bind_i64(st, "tries", d->tries);
	db_bind_i64(st, "next", d->next_ms);
	db_bind_i64(st, "done", done);
	db_bind_i64(st, "parked", parked);
	db_bind_str(st, "error", error);
	return db_run(st, NULL, &c->err);
}

struct alone {
	int64_t now, next_ms; /* when the soonest unfinished listener wants to be tried */
	bool unfinished;
};

static enum rc
remember_failure(
	struct ctx *c, const struct event *e, struct str listener, struct delivery *d, struct alone *a)
{
	struct str error = str_fmt(c->mem, "%s: %s", rc_name(c->err.rc), c->err.text);
	int64_t wait = INT64_C(1000) << d->tries;
	bool park;
	enum rc rc;
	DB_TX tx = { 0 };

	d->tries++;
	d->next_ms = a->now + (wait < 600000 ? wait : 600000);
	park = d->tries >= TRIES_MAX;
	if (!park) {
		a->unfinished = true;
		a->next_ms = d->next_ms < a->next_ms ? d->next_ms : a->next_ms;
	}
	if (c->app->log != NULL)
		LOG(c->app->log, park ? LOG_ERROR : LOG_WARN, park ? "event-parked" : "event-failed",
			{ "name", e->name }, { "listener", listener }, { "error", error });
	rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = delivery_put(c, e, listener, d, NIL, park ? a->now : NIL, error);
	return rc == RC_OK ? db_commit(&tx, &c->err) : rc;
}

static enum rc
deliver_alone(
	struct ctx *c, const struct module *m, const struct listener *l, const struct event *e, void *arg)
{
	struct str name = listener_name(c, m, l);
	struct alone *a = arg;
	int64_t mine = 0;
	struct delivery d;
	enum rc rc;
	DB_TX tx = { 0 };

	rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = mark(c, &sql_touch, e, NULL, 0, &mine);
	if (rc == RC_OK)
		rc = delivery_get(c, e, name, &d);
	if (rc != RC_OK || mine == 0 || d.over)
		return rc;
	if (d.next_ms > a->now) {
		a->unfinished = true;
		a->next_ms = d.next_ms < a->next_ms ? d.next_ms : a->next_ms;
		return RC_OK;
	}
	rc = run_listener(c, l, e);
	if (rc == RC_OK)
		rc = delivery_put(c, e, name, &d, a->now, NIL, (struct str){ 0 });
	if (rc == RC_OK)
		rc = db_commit(&tx, &c->err);
	if (rc == RC_OK)
		return RC_OK;
	db_rollback(&tx);
	return remember_failure(c, e, name, &d, a);
}

/* The oldest due event by itself. */
static enum rc
deliver_one(struct ctx *c, int64_t now)
{
	struct alone a = { .now = now, .next_ms = INT64_MAX };
	struct pending one;
	int count = 0;
	enum rc rc;
	DB_TX tx = { 0 };

	rc = read_due(c, now, 1, &one, &count);
	if (rc != RC_OK || count == 0)
		return rc;
	rc = each_listener(c, &one.e, deliver_alone, &a);
	if (rc == RC_OK)
		rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = a.unfinished ? mark(c, &sql_later, &one.e, "next", a.next_ms, NULL)
				  : mark(c, &sql_done, &one.e, "now", now, NULL);
	if (rc == RC_OK && !a.unfinished)
		rc = mark(c, &sql_forget, &one.e, NULL, 0, NULL);
	return rc == RC_OK ? db_commit(&tx, &c->err) : rc;
}

static enum rc
any_due(struct ctx *c, int64_t now, bool *any)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_any, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "now", now);
	return db_step(st, any, &c->err);
}

enum rc
events_drain(struct ctx *c)
{
	ASSERT(!db_in_tx(c->db));
	for (int round = 0; round < ROUNDS_MAX; round++) {
		struct arena_mark here = arena_mark(c->mem);
		int64_t now = clock_now(c->app->clock);
		bool any = false, clean = true;
		int count = 0;
		enum rc rc = any_due(c, now, &any);

		if (rc == RC_OK && any)
			rc = deliver_batch(c, now, BATCH, &count, &clean);
		for (int i = 0; rc == RC_OK && !clean && i < count; i++)
			rc = deliver_one(c, now);
		arena_rewind(c->mem, here);
		if (rc != RC_OK || !any || (clean && count == 0))
			return rc; /* nothing due, or another node holds it */
	}
	return RC_OK;
}

enum rc
events_sweep(struct ctx *c)
{
	DB_STMT st = NULL;
	enum rc rc;
	DB_TX tx = { 0 };

	rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_sweep, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "before", clock_now(c->app->clock) - INT64_C(86400000) * KEEP_DAYS);
	rc = db_run(st, NULL, &c->err);
	db_finish(&st);
	return rc == RC_OK ? db_commit(&tx, &c->err) : rc;
}

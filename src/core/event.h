/*
 * event.h - news between modules. An event is a row of the outbox written in
 * the same transaction as the change. A dispatcher (one at a time per county;
 * FOR UPDATE SKIP LOCKED on PostgreSQL) hands each to the listeners at least
 * once, remembers per listener how far it got, retries with growing delay and
 * parks a poisoned event after 8 tries where people can see it.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H
#include "core/ctx.h"

struct event {
	int64_t id, county, at_ms;
	struct str name;     /* "lot.released"; the record layer emits RESOURCE.created/updated/deleted/MOVE */
	struct str resource; /* resource name or absent */
	int64_t record_id;
	int64_t division, org_id, person_id; /* for scoped live streams */
	int64_t actor_id;
	struct str data;     /* JSON object, no personal data */
};
/* Writes into the outbox; must be inside a transaction. data is a JSON object text or absent. */
enum rc event_emit(struct ctx *c, const char *name, const struct resource *r, const struct record_head *h, struct str data) MUST_USE;

struct dispatcher;
/* Starts the dispatcher thread; wakes on commit and at least every second. */
enum rc dispatcher_start(struct dispatcher **out, const struct app *app, struct err *e) MUST_USE;
void dispatcher_wake(struct dispatcher *d);
void dispatcher_stop(struct dispatcher *d);
/* Runs everything pending now, in this thread (tests, commands). */
enum rc events_drain(struct ctx *c) MUST_USE;
#endif

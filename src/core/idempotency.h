/*
 * idempotency.h - a write that carries a client key happens once. The key, a
 * hash of the request and the answer are stored in the same transaction as the
 * effect, so that neither can exist without the other; kept for 7 days. Only
 * effects are remembered: a refused request is judged anew.
 */
#ifndef CORE_IDEMPOTENCY_H
#define CORE_IDEMPOTENCY_H
#include "core/ctx.h"

enum { IDEMPOTENCY_KEY_MAX = 100, IDEMPOTENCY_KEEP_MS = 7 * DAY_MS };

struct idempotency {
	const char *route;    /* method and path pattern */
	struct str hash;      /* of path and body */
	/* the answer, found or to be stored */
	int status;
	int64_t record_id;    /* for Location; 0 none */
	struct str reply;
};
/* RC_INVALID unless 1 to 100 visible ASCII characters. */
enum rc idempotency_check_key(struct ctx *c, struct str key) MUST_USE;
/* The answer given before, if any; RC_INVALID code "idempotency-mismatch" when the key was used for another request. */
enum rc idempotency_find(struct ctx *c, struct idempotency *i, bool *found) MUST_USE;
/* Inside the transaction, before the effect: *mine is false when another request holds the key (its answer is committed). */
enum rc idempotency_claim(struct ctx *c, const struct idempotency *i, bool *mine) MUST_USE;
/* Inside the transaction, after the effect. */
enum rc idempotency_store(struct ctx *c, const struct idempotency *i) MUST_USE;
/* Removes what is older than 7 days; its own transaction. */
enum rc idempotency_sweep(struct ctx *c, int64_t *removed) MUST_USE;
#endif

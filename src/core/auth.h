/*
 * auth.h - who is asking. Passwords are argon2id; sessions are random tokens
 * kept hashed; unsafe methods with a cookie need the session's CSRF token and
 * a same-origin Origin/Sec-Fetch-Site; API tokens (Bearer) need neither.
 */
#ifndef CORE_AUTH_H
#define CORE_AUTH_H
#include "core/ctx.h"
#include "net/http.h"

struct record_head;

/* ---- the process: one struct auth in struct app ---- */
struct auth_options {
	int hash_slots;        /* passwords hashed at the same moment; default 2 */
	int hash_queue;        /* waiting for a slot; beyond: RC_LIMIT "busy". Default 12 */
	uint32_t hash_kib;     /* argon2id memory; default 65536 (64 MiB) */
	uint32_t hash_passes;  /* argon2id passes; default 3 */
	const struct rand *rand;
};
/* The cheap setting for tests: { .hash_kib = 64, .hash_passes = 1 }. Zeros mean the defaults. */
struct auth *auth_new(struct arena *a, const struct auth_options *o);

/* ---- requests ---- */
/*
 * Finds the actor of a request: Bearer token, session cookie, or nobody. Fails
 * with RC_UNAUTHENTICATED on a forged or ended credential, RC_DENIED code
 * "csrf" when an unsafe cookie request (csrf true) lacks the token or comes from
 * another origin. Grants and roles are read through a cache that carries the
 * county's epoch: a change bumps it in its own transaction, so that the very next
 * request, on any node, reads anew.
 */
enum rc auth_actor(struct ctx *c, struct http_request *q, bool csrf, struct actor *out) MUST_USE;
/* The actor of an API token given by other means (screen token in the query). Absent or wrong: RC_UNAUTHENTICATED. */
enum rc auth_token_actor(struct ctx *c, struct str token, struct actor *out) MUST_USE;
/* Origin and Sec-Fetch-Site agree with this site, or are absent (programs). */
bool auth_same_origin(const struct ctx *c, const struct http_request *q);
/* Call inside the transaction that changes accounts, roles or grants. */
enum rc auth_changed(struct ctx *c) MUST_USE;
/* Drops the cached grants of one account (0: all) after commit, and cuts its live streams. */
void auth_forget(const struct app *app, int64_t user_id);
/* The grants of an account as they stand, for checks and notices; memory in c->mem. */
enum rc auth_grants(struct ctx *c, int64_t user_id, const struct grant **grants, size_t *count) MUST_USE;
/* May the actor hand out this permission over this reach (zero org or person: any)? Nobody gives what he has not. */
bool auth_may_give(const struct actor *a, const char *permission, int64_t division_lo, int64_t division_hi,
	int64_t org_id, int64_t person_id);
/* RC_DENIED unless the actor holds the permission over the whole county: for rows and rules that are everybody's. */
enum rc auth_whole_county(struct ctx *c, const char *permission) MUST_USE;
/* Everything the account's grants hold, the actor holds too: needed to reset, disable or impersonate it. */
enum rc auth_outranks(struct ctx *c, int64_t user_id) MUST_USE;

/* ---- sessions ---- */
struct session {
	int64_t id, user_id;
	struct str token, csrf; /* clear; only at opening (token) and for its owner (csrf) */
};
/* Opens one for the account, joins the current transaction. */
enum rc session_open(struct ctx *c, int64_t user_id, bool second_factor, struct str agent, struct session *out) MUST_USE;
/* Ends one session, or with session_id 0 all of the account but keep_id (0: keep none). Joins the transaction. */
enum rc session_end(struct ctx *c, int64_t user_id, int64_t session_id, int64_t keep_id, const char *why) MUST_USE;
/* Sets or (absent token) clears the session cookie, with __Host- and Secure over TLS. */
void session_cookie(struct http_request *q, struct str token);
/* The cookie's token, absent when none. */
struct str session_cookie_token(const struct http_request *q);
struct str session_csrf(struct ctx *c, struct str token);

/* ---- guessing ---- */
/*
 * Books one attempt against the budgets of the login and of the client address
 * before any hashing, known login or not. RC_LIMIT code "slow-down" or "locked"
 * when a budget is spent; err.text says how long. Own transaction.
 */
enum rc guard_enter(struct ctx *c, struct str login, int64_t *wait_s) MUST_USE;
/* Gives the attempt back; clear: the login was right, so its failures are forgotten. Joins or own transaction. */
enum rc guard_leave(struct ctx *c, struct str login, bool clear) MUST_USE;

/* ---- passwords ---- */
/* argon2id PHC string; runs in a bounded number of slots so that log-in floods do not starve others (RC_LIMIT "busy"). */
enum rc password_hash(struct ctx *c, struct str password, struct str *phc) MUST_USE;
/* *ok: the password fits. An absent phc costs the same time and never fits. *old (may be NULL): made at another cost. */
enum rc password_verify(struct ctx *c, struct str password, struct str phc, bool *ok, bool *old) MUST_USE;
/* Policy profile of the county ("djbh" 等保 or "asvs"); names what is missing. login is compared too. */
enum rc password_check(struct ctx *c, struct str password, struct str login) MUST_USE;
/* The policy without a county: pure, for tests and forms. profile "djbh" or "asvs". */
enum rc password_policy(const char *profile, struct str password, struct str login, struct err *e) MUST_USE;
/* A pronounceable 16-character password for first use. */
struct str password_make(struct arena *a, const struct rand *r);

/* ---- second factor: RFC 6238, SHA-1, 30 s, 6 digits ---- */
/* One step of drift each way; a step at or before last_step never counts again. */
bool totp_verify(struct str secret_base32, struct str code, int64_t now_ms, int64_t last_step, int64_t *step);
/* HOTP of RFC 4226 over a raw key; digits 6..8. */
uint32_t totp_code(struct str key, uint64_t counter, int digits);
/* A new 160-bit secret in base32 (RFC 4648, upper case, no padding). */
struct str totp_secret(struct arena *a, const struct rand *r);
struct str totp_uri(struct arena *a, struct str issuer, struct str login, struct str secret_base32);
struct str base32_encode(struct arena *a, struct str raw);
/* Strict but for letter case and blanks, which people add when typing. */
bool base32_decode(struct arena *a, struct str text, struct str *raw);
#endif

/*
 * auth.h - who is asking. Passwords are argon2id; sessions are random tokens
 * kept hashed; unsafe methods with a cookie need the session's CSRF token and
 * a same-origin Origin/Sec-Fetch-Site; API tokens (Bearer) need neither.
 */
#ifndef CORE_AUTH_H
#define CORE_AUTH_H
#include "core/ctx.h"
#include "net/http.h"

/*
 * Finds the actor of a request: Bearer token, session cookie, or nobody. Fails
 * with RC_UNAUTHENTICATED on a forged or ended credential, RC_DENIED code
 * "csrf" when an unsafe cookie request lacks the token. Grants and roles are
 * read through a cache that a change empties within the same second.
 */
enum rc auth_actor(struct ctx *c, struct http_request *q, bool csrf, struct actor *out) MUST_USE;
/* Empties the cached grants of one account (0: all) after commit, and cuts its live streams. */
void auth_forget(const struct app *app, int64_t user_id);

/* argon2id PHC string at the documented cost; runs on a bounded queue so that log-in floods do not starve others. */
enum rc password_hash(struct ctx *c, struct str password, struct str *phc) MUST_USE;
bool password_verify(struct ctx *c, struct str password, struct str phc);
/* Policy profile of the county ("djbh" 等保 or "asvs"); names what is missing. login is compared too. */
enum rc password_check(struct ctx *c, struct str password, struct str login) MUST_USE;
/* A pronounceable 16-character password for first use. */
struct str password_make(struct arena *a, const struct rand *r);
/* RFC 6238, SHA-1, 30 s, 6 digits. step_used is compared so that each code works once. */
bool totp_verify(struct str secret_base32, struct str code, int64_t now_ms, int64_t last_step, int64_t *step);
#endif

/* login.h - one log-in on its way, and what the session routes share. */
#ifndef MOD_ORG_LOGIN_H
#define MOD_ORG_LOGIN_H
#include "mod/org/org_priv.h"

struct login {
	struct str login, password, totp, agent, new_phc;
	int64_t user_id, step, old_user, old_session;
	bool second_factor;
	struct credential credential;
	struct session session;
};

/* Replies 200 with what docs/api.md calls the session object. */
enum rc session_print(struct ctx *c, struct http_request *q, const struct actor *a, struct str csrf);
/* RC_DENIED for API tokens. */
enum rc session_only(struct ctx *c);
/* Marks a one-time step used; *won is false when another request was first. In a transaction. */
enum rc totp_use_step(struct ctx *c, int64_t user_id, int64_t step, bool *won);
#endif

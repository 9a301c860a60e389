/* org_priv.h - shared by the files of module org only. */
#ifndef MOD_ORG_ORG_PRIV_H
#define MOD_ORG_ORG_PRIV_H
#include "core/auth.h"
#include "core/module.h"
#include "lib/json/json.h"
#include "mod/org/org.h"

struct role {
	struct str name, label, label_en, permissions, note;
	bool builtin;
};
struct grant_row {
	struct str name, note, reach;
	int64_t user_id, role_id, division, org_id, person_id, until_on;
};
struct api_token {
	struct str name, permissions, hint, token_hash, state;
	int64_t user_id, expires_ms, last_used_ms;
};
struct session_row {
	struct str agent, client_ip, token_hash, end_reason, state;
	int64_t user_id, last_used_ms, idle_until_ms, ends_ms, ended_ms;
	bool second_factor;
};
struct consent {
	struct str wording, purpose, channel, note, state;
	int64_t division, org_id, person_id, given_ms, withdrawn_ms, evidence;
};
struct data_request {
	struct str code, kind, reason, outcome, state;
	int64_t person_id, user_id, due_on, done_ms, result;
};
struct county_rule {
	struct str name, value, note;
	int64_t from_on;
};

extern const struct route org_routes[];
extern const struct permission org_permissions[];
extern const struct builtin_role org_roles[];
extern const struct listener org_listeners[];
extern const struct job_kind org_jobs[];

/* ---- routes, by file ---- */
enum rc session_post(struct ctx *c, struct http_request *q);
enum rc session_get(struct ctx *c, struct http_request *q);
enum rc session_delete(struct ctx *c, struct http_request *q);
enum rc session_everywhere_out(struct ctx *c, struct http_request *q);
enum rc session_password(struct ctx *c, struct http_request *q);
enum rc session_totp_start(struct ctx *c, struct http_request *q);
enum rc session_totp_confirm(struct ctx *c, struct http_request *q);
enum rc session_totp_remove(struct ctx *c, struct http_request *q);
enum rc own_sessions_get(struct ctx *c, struct http_request *q);
enum rc own_session_end(struct ctx *c, struct http_request *q);
enum rc own_consents_get(struct ctx *c, struct http_request *q);
enum rc own_consents_post(struct ctx *c, struct http_request *q);
enum rc own_consent_withdraw(struct ctx *c, struct http_request *q);
enum rc own_requests_get(struct ctx *c, struct http_request *q);
enum rc own_requests_post(struct ctx *c, struct http_request *q);
enum rc own_request_file(struct ctx *c, struct http_request *q);
enum rc token_issue(struct ctx *c, struct http_request *q);
enum rc user_reset_password(struct ctx *c, struct http_request *q);
enum rc user_remove_totp(struct ctx *c, struct http_request *q);
enum rc user_sessions_out(struct ctx *c, struct http_request *q);
enum rc permissions_get(struct ctx *c, struct http_request *q);
enum rc rules_get(struct ctx *c, struct http_request *q);
enum rc divisions_get(struct ctx *c, struct http_request *q);
enum rc division_history(struct ctx *c, struct http_request *q);
enum rc division_merge(struct ctx *c, struct http_request *q);
enum rc division_split(struct ctx *c, struct http_request *q);
enum rc division_rename(struct ctx *c, struct http_request *q);

/* ---- accounts ---- */
/* RC_DENIED when a permission of the JSON array is one the actor may not give over the reach. */
enum rc role_check_give(struct ctx *c, struct str permissions, int64_t lo, int64_t hi, int64_t org_id, int64_t person_id);
/* What makes two grants the same. */
struct str grant_reach(struct ctx *c, const struct grant_row *g);
bool permission_known(const struct app *app, struct str name);
/* RC_STATE when without this account (or this grant) nobody could administer the county any more. */
enum rc last_admin_check(struct ctx *c, int64_t user_id, int64_t grant_id);
/* The account's credential row, made when missing. Inside a transaction. */
enum rc credential_make(struct ctx *c, int64_t user_id);
/* Stores a new password: history, date, flag; ends the other sessions. Inside a transaction. keep_session 0: none. */
enum rc credential_set(struct ctx *c, int64_t user_id, struct str phc, bool must_change, int64_t keep_session);
enum rc credential_drop(struct ctx *c, int64_t user_id);

struct credential {
	struct str password_phc, history, totp_secret, totp_pending;
	int64_t password_ms, totp_step;
	bool must_change;
};
enum rc credential_load(struct ctx *c, int64_t user_id, struct credential *out);
/* Takes the second factor away. Inside a transaction. */
enum rc totp_drop(struct ctx *c, int64_t user_id);
/* The clear second-factor secret of a stored one. */
bool totp_unseal(struct ctx *c, int64_t user_id, struct str sealed, struct str *secret);
struct str totp_seal(struct ctx *c, int64_t user_id, struct str secret);

/* Id of the account with this login, 0 when none. login is folded to lower case. */
enum rc user_by_login(struct ctx *c, struct str login, int64_t *id);
/* Commits, and wakes the dispatcher when events were written. */
enum rc org_commit(struct ctx *c, struct db_tx *tx);
/*
 * The same request as the program itself, but still named as this account in
 * audit and created_by: for what a person may do with his own data without any
 * permission. The caller copies err back.
 */
struct ctx org_elevated(struct ctx *c, struct actor *as);
/* Answers an approved personal data request; the job "org.data-request". */
enum rc job_data_request(struct ctx *c, struct job *j);

/* ---- divisions ---- */
/* Loads the county's divisions when the table has none. In a transaction. */
enum rc divisions_load(struct ctx *c);
extern const char *const division_texts[][2];
#endif

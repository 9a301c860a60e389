/* org.h - records of module org that other modules may load. */
#ifndef MOD_ORG_ORG_H
#define MOD_ORG_ORG_H
#include "core/resource.h"

struct organisation {
	struct str name, kind, uscc, legal_person, phone, address, business, intro, photos, state;
	int64_t division, location, capital_fen, established_on, cover;
	bool e_commerce, is_leading;
};

struct person {
	struct str name, phone, idno, sex, kind, note;
	int64_t division, org_id, photo;
};

struct user {
	struct str login, name, phone, state;
	int64_t division, org_id, person_id, last_login_ms;
	bool second_factor;
};

/* An account made by the program: first administrator, demo, command line. Password in clear, not checked by policy. */
struct account_new {
	struct str login, name, password;
	bool must_change;
	int64_t org_id, person_id, division;               /* division 0: the organisation's, or the county */
	const char *role;                                 /* name of a role, or NULL for no grant */
	int64_t role_division, role_org_id, role_person_id; /* its reach; zeros: the county, any, any */
};
enum rc org_account_new(struct ctx *c, const struct account_new *a, int64_t *user_id) MUST_USE;
/*
 * Makes a county ready, as often as it is called: divisions, built-in roles as
 * this program knows them and, when there is no account at all, the first
 * administrator `admin`, whose password is told this once (else absent).
 */
enum rc org_init(struct ctx *c, struct str *admin_password) MUST_USE;
/* A new one-time password for an account (command line); ends its sessions. */
enum rc org_password_reset(struct ctx *c, struct str login, struct str *password) MUST_USE;

extern const struct resource resource_organisations, resource_people, resource_users, resource_roles, resource_grants,
	resource_api_tokens, resource_sessions, resource_consents, resource_data_requests, resource_county_rules;
#endif

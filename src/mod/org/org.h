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

extern const struct resource resource_organisations, resource_people, resource_users, resource_roles, resource_grants,
	resource_api_tokens, resource_sessions, resource_consents, resource_data_requests, resource_county_rules;
#endif

/* auth_private.h - what the auth_*.c files share among themselves. */
#ifndef CORE_AUTH_PRIVATE_H
#define CORE_AUTH_PRIVATE_H
#include "core/auth.h"

struct auth_cache;
struct auth_slots;
struct auth {
	struct auth_options options;
	struct auth_slots *slots;
	struct auth_cache *cache;
	char *decoy; /* PHC of a password nobody knows: logins that do not exist cost the same time */
};

/*
 * Grants by account, valid for one epoch of the county's access table and one
 * day. Entries are lent: arena_on_done() of the borrower gives them back.
 */
struct auth_key {
	int64_t user_id, epoch, today;
};
struct auth_cache *auth_cache_new(struct arena *a);
/* NULL when there is none; otherwise lent until holder is done. */
const struct grant *auth_cache_take(struct auth_cache *cache, struct auth_key key, struct arena *holder, size_t *count);
/* Copies the grants in. Does nothing when every place is lent. */
void auth_cache_put(struct auth_cache *cache, struct auth_key key, const struct grant *grants, size_t count);
/* user_id 0: everyone. */
void auth_cache_forget(struct auth_cache *cache, int64_t user_id);

/* The grants of an account, through the cache when there is one. epoch NIL: read it. */
enum rc auth_grants_at(struct ctx *c, int64_t user_id, int64_t epoch, const struct grant **grants, size_t *count) MUST_USE;

struct auth_slots *auth_slots_new(struct arena *a, int slots, int queue);
/* The PHC string of nothing anybody knows, at the options' cost. */
char *password_decoy(struct arena *a, const struct auth_options *o);

/* src/core/common_passwords.txt */
extern const char *const common_passwords[];
extern const size_t common_passwords_count;
#endif

/*
 * auth_cache.c - grants kept in memory between requests. A place is looked for
 * among the four that an account's key may stand in; a lent place is not reused
 * before the last borrower is done.
 */
#include "base/base.h"
#include <pthread.h>
#include "core/auth_private.h"

enum { SETS = 128, WAYS = 4, ENTRY_BYTES = 1 << 20 };

struct auth_entry {
	struct auth_cache *cache;
	struct auth_key key; /* user_id 0: empty or withdrawn */
	struct arena mem;
	const struct grant *grants;
	size_t count;
	int lent;
	uint64_t used;
};

struct auth_cache {
	pthread_mutex_t lock;
	uint64_t clock;
	struct auth_entry entries[SETS][WAYS];
};

static void
cache_done(void *arg)
{
	struct auth_cache *cache = arg;

	for (int s = 0; s < SETS; s++)
		for (int w = 0; w < WAYS; w++)
			arena_done(&cache->entries[s][w].mem);
	pthread_mutex_destroy(&cache->lock);
}

struct auth_cache *
auth_cache_new(struct arena *a)
{
	struct auth_cache *cache = NEW(a, struct auth_cache);

	pthread_mutex_init(&cache->lock, NULL);
	for (int s = 0; s < SETS; s++)
		for (int w = 0; w < WAYS; w++) {
			cache->entries[s][w].cache = cache;
			arena_init(&cache->entries[s][w].mem, ENTRY_BYTES);
		}
	arena_on_done(a, cache_done, cache);
	return cache;
}

/* Keys carry 12 bits of sequence at the low end; the milliseconds above them spread well. */
static struct auth_entry *
set_of(struct auth_cache *cache, int64_t user_id)
{
	uint64_t x = (uint64_t)user_id * 0x9E3779B97F4A7C15ULL;

	return cache->entries[x >> 57 & (SETS - 1)];
}

static void
entry_give(void *arg)
{
	struct auth_entry *e = arg;

	pthread_mutex_lock(&e->cache->lock);
	e->lent--;
	pthread_mutex_unlock(&e->cache->lock);
}

const struct grant *
auth_cache_take(struct auth_cache *cache, struct auth_key key, struct arena *holder, size_t *count)
{
	struct auth_entry *set = set_of(cache, key.user_id), *found = NULL;

	pthread_mutex_lock(&cache->lock);
	for (int w = 0; w < WAYS; w++)
		if (set[w].key.user_id == key.user_id && set[w].key.epoch == key.epoch && set[w].key.today == key.today)
			found = &set[w];
	if (found != NULL) {
		found->lent++;
		found->used = ++cache->clock;
	}
	pthread_mutex_unlock(&cache->lock);
	if (found == NULL)
		return NULL;
	arena_on_done(holder, entry_give, found);
	*count = found->count;
	return found->grants;
}

static const char *const *
copy_permissions(struct arena *a, const char *const *from)
{
	size_t n = 0;

	while (from[n] != NULL)
		n++;
	const char **to = NEW_ARRAY(a, const char *, n + 1);
	for (size_t i = 0; i < n; i++)
		to[i] = str_c(a, str_from_c(from[i]));
	return to;
}

void
auth_cache_put(struct auth_cache *cache, struct auth_key key, const struct grant *grants, size_t count)
{
	struct auth_entry *set = set_of(cache, key.user_id), *place = NULL;

	pthread_mutex_lock(&cache->lock);
	for (int w = 0; w < WAYS; w++) {
		if (set[w].lent > 0)
			continue;
		if (set[w].key.user_id == key.user_id) {
			place = &set[w];
			break;
		}
		if (place == NULL || set[w].key.user_id == 0 || set[w].used < place->used)
			place = &set[w];
	}
	if (place != NULL) {
		arena_reset(&place->mem);
		struct grant *copy = NEW_ARRAY(&place->mem, struct grant, count + 1);
		for (size_t i = 0; i < count; i++) {
			copy[i] = grants[i];
			copy[i].permissions = copy_permissions(&place->mem, grants[i].permissions);
		}
		place->key = key;
		place->grants = copy;
		place->count = count;
		place->used = ++cache->clock;
	}
	pthread_mutex_unlock(&cache->lock);
}

void
auth_cache_forget(struct auth_cache *cache, int64_t user_id)
{
	pthread_mutex_lock(&cache->lock);
	for (int s = 0; s < SETS; s++)
		for (int w = 0; w < WAYS; w++)
			if (user_id == 0 || cache->entries[s][w].key.user_id == user_id)
				cache->entries[s][w].key = (struct auth_key){ 0 };
	pthread_mutex_unlock(&cache->lock);
}

#include "base/base.h"
#include "base/hash.h"
#include "base/map.h"
#include <string.h>

/*
 * Entries lie densely in the order they came, so that walking is repeatable;
 * each slot also holds the head of one bucket's chain. Positions are one-based,
 * zero ends a chain.
 */
struct map_slot {
	struct str key;
	void *value;
	size_t head, next;
};

enum { FIRST_CAP = 8 };

void
map_init(struct map *m, struct arena *mem)
{
	*m = (struct map){ .mem = mem };
}

/* The address of the slots is the secret: keys may come from strangers, addresses are random per process. */
static size_t
bucket_of(const struct map *m, struct str key)
{
	uint64_t secret = (uint64_t)(uintptr_t)m->slots;

	return siphash((struct sip_key){ secret, secret * 0x9E3779B97F4A7C15u }, key) & (m->cap - 1);
}

static struct map_slot *
find(const struct map *m, struct str key)
{
	if (m->count == 0)
		return NULL;
	for (size_t at = m->slots[bucket_of(m, key)].head; at != 0; at = m->slots[at - 1].next)
		if (str_eq(m->slots[at - 1].key, key))
			return &m->slots[at - 1];
	return NULL;
}

static void
link_slot(struct map *m, size_t i)
{
	size_t b = bucket_of(m, m->slots[i].key);

	m->slots[i].next = m->slots[b].head;
	m->slots[b].head = i + 1;
}

static void
grow(struct map *m)
{
	size_t cap = m->cap != 0 ? m->cap * 2 : FIRST_CAP;
	struct map_slot *old = m->slots;

	m->slots = NEW_ARRAY(m->mem, struct map_slot, cap);
	m->cap = cap;
	for (size_t i = 0; i < m->count; i++) {
		m->slots[i].key = old[i].key;
		m->slots[i].value = old[i].value;
		link_slot(m, i);
	}
}

void *
map_get(const struct map *m, struct str key)
{
	const struct map_slot *s = find(m, key);

	return s != NULL ? s->value : NULL;
}

void *
map_put(struct map *m, struct str key, void *value)
{
	ASSERT(value != NULL);

	struct map_slot *s = find(m, key);

	if (s != NULL) {
		void *before = s->value;

		s->value = value;
		return before;
	}
	if (m->count == m->cap)
		grow(m);
	m->slots[m->count].key = key;
	m->slots[m->count].value = value;
	link_slot(m, m->count++);
	return NULL;
}

bool
map_next(const struct map *m, size_t *at, struct str *key, void **value)
{
	if (*at >= m->count)
		return false;
	*key = m->slots[*at].key;
	*value = m->slots[*at].value;
	++*at;
	return true;
}

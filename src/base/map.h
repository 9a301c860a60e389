/* map.h - a string-keyed hash table in an arena. Keys are borrowed and must outlive the map. */
#ifndef BASE_MAP_H
#define BASE_MAP_H
#include "base/str.h"

struct map_slot;
struct map {
	struct arena *mem;
	struct map_slot *slots;
	size_t count, cap;
};
void map_init(struct map *m, struct arena *mem);
/* NULL when absent. */
void *map_get(const struct map *m, struct str key);
/* Adds or replaces; returns the previous value or NULL. value must not be NULL. */
void *map_put(struct map *m, struct str key, void *value);
/* Walks every entry in unspecified order: start with *at = 0, false at the end. */
bool map_next(const struct map *m, size_t *at, struct str *key, void **value);
#endif

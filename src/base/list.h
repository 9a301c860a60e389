/* list.h - a growing array of equal items inside an arena, with a ceiling. */
#ifndef BASE_LIST_H
#define BASE_LIST_H
#include "base/arena.h"

struct list {
	struct arena *mem;
	void *items;
	size_t count, cap, item_size, max;
};
void list_init(struct list *l, struct arena *mem, size_t item_size, size_t max);
/* A zeroed new item at the end, or NULL when max items are there already. */
void *list_add(struct list *l);
#define LIST_AT(l, T, i) (&((T *)(l)->items)[i])
#endif

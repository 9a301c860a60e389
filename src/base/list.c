#include "base/base.h"
#include "base/list.h"
#include <string.h>

enum { FIRST_CAP = 8 };

void
list_init(struct list *l, struct arena *mem, size_t item_size, size_t max)
{
	ASSERT(item_size > 0);
	*l = (struct list){ .mem = mem, .item_size = item_size, .max = max };
}

void *
list_add(struct list *l)
{
	if (l->count >= l->max)
		return NULL;
	if (l->count == l->cap) {
		size_t cap = l->cap != 0 ? l->cap * 2 : FIRST_CAP;

		if (cap > l->max)
			cap = l->max;

		void *items = arena_alloc(l->mem, cap, l->item_size, _Alignof(max_align_t));

		if (l->count > 0)
			memcpy(items, l->items, l->count * l->item_size);
		l->items = items;
		l->cap = cap;
	}
	return (char *)l->items + l->count++ * l->item_size;
}

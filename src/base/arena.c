#include "base/base.h"
#include "base/arena.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 16 * 1024, HARD_FACTOR = 8 };

struct arena_block {
	struct arena_block *older;
	size_t size;
	max_align_t data[];
};

struct arena_cleanup {
	struct arena_cleanup *older;
	void (*fn)(void *arg);
	void *arg;
};

_Noreturn void
assert_fail(const char *expr, const char *file, int line)
{
	fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, expr);
	abort();
}

void
arena_init(struct arena *a, size_t soft_limit)
{
	*a = (struct arena){ .soft_limit = soft_limit };
}

static void
run_cleanups(struct arena *a, const struct arena_cleanup *until)
{
	while (a->cleanups != until) {
		struct arena_cleanup *c = a->cleanups;

		a->cleanups = c->older;
		c->fn(c->arg);
	}
}

static void
free_blocks(struct arena *a, const struct arena_block *until)
{
	while (a->blocks != until) {
		struct arena_block *older = a->blocks->older;

		free(a->blocks);
		a->blocks = older;
	}
}

void
arena_done(struct arena *a)
{
	run_cleanups(a, NULL);
	free_blocks(a, NULL);
	*a = (struct arena){ .soft_limit = a->soft_limit };
}

void
arena_reset(struct arena *a)
{
	struct arena_block *first = a->blocks;

	run_cleanups(a, NULL);
	while (first != NULL && first->older != NULL)
		first = first->older;
	if (first == NULL || first->size != BLOCK_SIZE) {
		arena_done(a);
		return;
	}
	free_blocks(a, first);
	a->next = (char *)first->data;
	a->end = a->next + first->size;
	a->used = 0;
	a->over_limit = false;
}

static void
arena_grow(struct arena *a, size_t need)
{
	size_t size = need > BLOCK_SIZE ? need : (size_t)BLOCK_SIZE;
#ifdef ARENA_EMULATOR
	size = need;
#endif
	struct arena_block *b = malloc(sizeof(*b) + size);

	ASSERT(b != NULL);
	b->older = a->blocks;
	b->size = size;
	a->blocks = b;
	a->next = (char *)b->data;
	a->end = a->next + size;
}

void *
arena_alloc(struct arena *a, size_t count, size_t size, size_t align)
{
	ASSERT(size > 0 && count <= SIZE_MAX / 4 / size);

	size_t bytes = count * size;

#ifdef ARENA_EMULATOR
	arena_grow(a, bytes);
#else
	if (a->next == NULL || (size_t)(a->end - a->next) < bytes + align)
		arena_grow(a, bytes + align);
#endif
	char *p = a->next + (-(uintptr_t)a->next & (align - 1));

	a->next = p + bytes;
	a->used += bytes;
	a->over_limit |= a->soft_limit != 0 && a->used > a->soft_limit;
	ASSERT(a->soft_limit == 0 || a->used / HARD_FACTOR <= a->soft_limit + BLOCK_SIZE);
	return bytes != 0 ? memset(p, 0, bytes) : p;
}

void
arena_on_done(struct arena *a, void (*fn)(void *arg), void *arg)
{
	struct arena_cleanup *c = NEW(a, struct arena_cleanup);

	*c = (struct arena_cleanup){ .older = a->cleanups, .fn = fn, .arg = arg };
	a->cleanups = c;
}

bool
arena_holds(const struct arena *a, const void *p)
{
	for (const struct arena_block *b = a->blocks; b != NULL; b = b->older) {
		uintptr_t at = (uintptr_t)p, from = (uintptr_t)b->data;

		if (at >= from && at - from < b->size)
			return true;
	}
	return false;
}

struct arena_mark
arena_mark(const struct arena *a)
{
	return (struct arena_mark){ a->blocks, a->cleanups, a->next, a->used };
}

void
arena_rewind(struct arena *a, struct arena_mark m)
{
	run_cleanups(a, m.cleanups);
	free_blocks(a, m.block);
	a->next = m.next;
	a->end = m.block != NULL ? (char *)m.block->data + m.block->size : NULL;
	a->used = m.used;
	a->over_limit = a->soft_limit != 0 && a->used > a->soft_limit;
}

#include "base/base.h"
#include "base/arena.h"
#include "tap.h"

static void
count_up(void *arg)
{
	++*(int *)arg;
}

static bool
all_zero(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

static void
test_alloc(void)
{
	ARENA a;
	bool aligned = true, zero = true;

	arena_init(&a, 1 << 20);
	ok(a.used == 0 && a.blocks == NULL, "a new arena holds nothing");
	for (size_t i = 1; i < 400; i++) {
		char *p = arena_alloc(&a, i, 1, (size_t)1 << (i % 5));

		aligned &= ((uintptr_t)p & (((size_t)1 << (i % 5)) - 1)) == 0;
		zero &= all_zero(p, i);
		memset(p, 0xA5, i);
	}
	ok(aligned, "every allocation is aligned");
	ok(zero, "every allocation is zeroed");
	ok(all_zero(arena_alloc(&a, 100000, 1, 8), 100000), "an allocation larger than a block is served");
	ok(arena_alloc(&a, 0, 8, 8) != NULL, "nothing asked still gives a pointer");
}

static void
test_lives(void)
{
	struct arena a;
	int done = 0;

	arena_init(&a, 0);
	arena_on_done(&a, count_up, &done);
	(void)NEW_ARRAY(&a, char, 50000);

	struct arena_mark m = arena_mark(&a);
	size_t used = a.used;

	arena_on_done(&a, count_up, &done);
	for (int i = 0; i < 10; i++)
		memset(NEW_ARRAY(&a, char, 9000), 1, 9000);
	arena_rewind(&a, m);
	is_i64(done, 1, "a rewind runs the cleanups registered after the mark only");
	ok(a.used == used, "a rewind gives the room back");
	ok(all_zero(NEW_ARRAY(&a, char, 9000), 9000), "memory used again is zeroed again");
	arena_reset(&a);
	is_i64(done, 2, "a reset runs the rest");
	ok(a.used == 0, "a reset empties");
	ok(all_zero(NEW_ARRAY(&a, char, 9000), 9000), "memory after a reset is zeroed");
	m = arena_mark(&a);
	arena_done(&a);
	arena_done(&a);
	ok(a.blocks == NULL, "done twice is harmless");
	arena_reset(&a);
	m = arena_mark(&a);
	(void)NEW_ARRAY(&a, char, 10);
	arena_rewind(&a, m);
	ok(a.blocks == NULL && a.next == NULL, "a rewind to a mark of an empty arena frees everything");
	(void)NEW_ARRAY(&a, char, 10);
	arena_done(&a);
	is_i64(done, 2, "no cleanup runs twice");
}

static void
test_limit(void)
{
	ARENA a;

	arena_init(&a, 1000);
	(void)NEW_ARRAY(&a, char, 1000);
	ok(!a.over_limit, "the soft limit itself is allowed");

	struct arena_mark m = arena_mark(&a);

	(void)NEW_ARRAY(&a, char, 1);
	ok(a.over_limit, "one byte more raises the flag");
	arena_rewind(&a, m);
	ok(!a.over_limit, "a rewind below the limit lowers it");
}

int
main(void)
{
	test_alloc();
	test_lives();
	test_limit();
	return tap_done();
}

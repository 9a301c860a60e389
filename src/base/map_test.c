#include "base/base.h"
#include "base/list.h"
#include "base/map.h"
#include "tap.h"

static void
test_map(void)
{
	ARENA a;
	struct map m;
	int one = 1, two = 2;
	struct str key;
	void *value;
	size_t at = 0;
	bool found = true, in_order = true;
	int *numbers;

	arena_init(&a, 0);
	map_init(&m, &a);
	ok(map_get(&m, S("x")) == NULL, "an empty map has nothing");
	ok(!map_next(&m, &at, &key, &value), "and nothing to walk");
	ok(map_put(&m, S("x"), &one) == NULL, "a new key had no value");
	ok(map_put(&m, S("x"), &two) == &one, "a replaced value is handed back");
	ok(map_get(&m, S("x")) == &two && m.count == 1, "the new one is found, once");
	ok(map_get(&m, S("")) == NULL, "the empty key is a key of its own");
	(void)map_put(&m, S(""), &one);
	ok(map_get(&m, S("")) == &one, "and may be used");
	numbers = NEW_ARRAY(&a, int, 5000);
	for (int i = 0; i < 5000; i++)
		found &= map_put(&m, str_fmt(&a, "key-%d", i), &numbers[i]) == NULL;
	for (int i = 0; i < 5000; i++)
		found &= map_get(&m, str_fmt(&a, "key-%d", i)) == &numbers[i];
	ok(found && m.count == 5002, "five thousand keys are found");
	ok(map_get(&m, S("key-5000")) == NULL, "the one after is not");
	at = 2;
	for (int i = 0; i < 5000; i++)
		in_order &= map_next(&m, &at, &key, &value) && value == &numbers[i];
	ok(in_order && !map_next(&m, &at, &key, &value), "a walk meets each once");
}

static void
test_list(void)
{
	ARENA a;
	struct list l;
	bool kept = true;

	arena_init(&a, 0);
	list_init(&l, &a, sizeof(int64_t), 100);
	for (int64_t i = 0; i < 100; i++)
		*(int64_t *)list_add(&l) = i * i;
	for (int64_t i = 0; i < 100; i++)
		kept &= *LIST_AT(&l, int64_t, i) == i * i;
	ok(kept && l.count == 100, "items survive the growth");
	ok(list_add(&l) == NULL && l.count == 100, "the ceiling holds");
	list_init(&l, &a, 24, 0);
	ok(list_add(&l) == NULL, "a list of nothing takes nothing");
}

int
main(void)
{
	test_map();
	test_list();
	return tap_done();
}

#include "base/base.h"
#include "base/rand.h"
#include "tap.h"

static void
ones(void *self, void *out, size_t n)
{
	int *calls = self;

	memset(out, ++*calls < 3 ? 0 : 0xFF, n);
}

int
main(void)
{
	struct rand_seeded s1, s2, s3;
	struct rand a = rand_from_seed(&s1, 42), b = rand_from_seed(&s2, 42), c = rand_from_seed(&s3, 43);
	uint64_t first = rand_u64(&a);
	int seen[10] = { 0 }, calls = 0;
	bool fair = true;
	char x[64] = { 0 }, y[64] = { 0 };

	ok(first == 0x15780B2E0C2EC716u, "xoshiro256** from splitmix64(42) gives the known first number");
	ok(rand_u64(&b) == first, "the same seed gives the same numbers");
	ok(rand_u64(&c) != first, "another seed gives others");
	for (int i = 0; i < 100000; i++)
		seen[rand_below(&a, 10)]++;
	for (int i = 0; i < 10; i++)
		fair &= seen[i] > 9500 && seen[i] < 10500;
	ok(fair, "rand_below is level");
	ok(rand_below(&a, 1) == 0, "below one there is only zero");

	struct rand biased = { .fill = ones, .self = &calls };

	ok(rand_below(&biased, 3) == UINT64_MAX % 3 && calls == 3, "values that would bias are thrown away");
	rand_fill(&rand_system, x, sizeof(x));
	rand_fill(&rand_system, y, sizeof(y));
	ok(memcmp(x, y, sizeof(x)) != 0, "the system's numbers differ");
	rand_fill(&rand_system, x, 0);
	return tap_done();
}

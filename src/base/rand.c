#include "base/base.h"
#include "base/rand.h"
#include <errno.h>
#include <string.h>
#include <sys/random.h>

static void
system_fill(void *self, void *out, size_t n)
{
	char *p = out;

	(void)self;
	while (n > 0) {
		ssize_t got = getrandom(p, n, 0);

		/* Without randomness no key and no code may be made: there is nothing safe to return. */
		ASSERT(got > 0 || errno == EINTR);
		if (got > 0) {
			p += got;
			n -= (size_t)got;
		}
	}
}

const struct rand rand_system = { .fill = system_fill };

void
rand_fill(const struct rand *r, void *out, size_t n)
{
	r->fill(r->self, out, n);
}

uint64_t
rand_u64(const struct rand *r)
{
	uint64_t v;

	rand_fill(r, &v, sizeof(v));
	return v;
}

uint64_t
rand_below(const struct rand *r, uint64_t n)
{
	ASSERT(n > 0);

	/* Values below 2^64 mod n would make the small results likelier. */
	uint64_t least = -n % n, v;

	do
		v = rand_u64(r);
	while (v < least);
	return v % n;
}

static uint64_t
rotl(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

static uint64_t
xoshiro_next(uint64_t s[4])
{
	uint64_t out = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return out;
}

static void
seeded_fill(void *self, void *out, size_t n)
{
	struct rand_seeded *state = self;
	char *p = out;

	while (n > 0) {
		uint64_t v = xoshiro_next(state->s);
		size_t part = n < sizeof(v) ? n : sizeof(v);

		memcpy(p, &v, part);
		p += part;
		n -= part;
	}
}

struct rand
rand_from_seed(struct rand_seeded *state, uint64_t seed)
{
	for (int i = 0; i < 4; i++) {
		uint64_t z = seed += 0x9E3779B97F4A7C15u;

		z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
		z = (z ^ z >> 27) * 0x94D049BB133111EBu;
		state->s[i] = z ^ z >> 31;
	}
	return (struct rand){ .fill = seeded_fill, .self = state };
}

/* rand.h - the randomness seam. rand_system is getrandom(2); tests hand in a seeded one. */
#ifndef BASE_RAND_H
#define BASE_RAND_H
#include "base/base.h"

struct rand {
	void (*fill)(void *self, void *out, size_t n);
	void *self;
};
extern const struct rand rand_system;
void rand_fill(const struct rand *r, void *out, size_t n);
uint64_t rand_u64(const struct rand *r);
/* Uniform in [0, n), n > 0, without modulo bias. */
uint64_t rand_below(const struct rand *r, uint64_t n);

/* xoshiro256** seeded by splitmix64: for demo data, tests and simulations, never for secrets. */
struct rand_seeded {
	uint64_t s[4];
};
struct rand rand_from_seed(struct rand_seeded *state, uint64_t seed);
#endif

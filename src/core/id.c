/*
 * id.c - keys made by the program: 42 bits of milliseconds since 2020-01-01,
 * 10 bits of node, 12 bits of sequence. Ascending within a process even when
 * the wall clock steps back; 4096 keys a millisecond, then it borrows from the
 * next one.
 */
#include "base/base.h"
#include "core/ctx.h"
#include <pthread.h>

enum { NODE_BITS = 10, SEQUENCE_BITS = 12 };
static const int64_t epoch_ms = 1577836800000; /* 2020-01-01T00:00:00Z */

struct id_source {
	pthread_mutex_t lock;
	const struct clock *clock;
	int64_t node, last_ms, sequence;
};

static void
id_source_done(void *arg)
{
	struct id_source *s = arg;

	pthread_mutex_destroy(&s->lock);
}

struct id_source *
id_source_new(struct arena *a, int node, const struct clock *clock)
{
	struct id_source *s = NEW(a, struct id_source);

	ASSERT(node >= 0 && node < 1 << NODE_BITS);
	s->clock = clock;
	s->node = node;
	pthread_mutex_init(&s->lock, NULL);
	arena_on_done(a, id_source_done, s);
	return s;
}

int64_t
id_new(struct id_source *s)
{
	int64_t now = clock_now(s->clock) - epoch_ms, id;

	if (now < 1)
		now = 1; /* a clock before 2020 must not make zero or negative keys */
	pthread_mutex_lock(&s->lock);
	if (now > s->last_ms) {
		s->last_ms = now;
		s->sequence = 0;
	} else if (++s->sequence >> SEQUENCE_BITS != 0) {
		s->last_ms++;
		s->sequence = 0;
	}
	id = s->last_ms << (NODE_BITS + SEQUENCE_BITS) | s->node << SEQUENCE_BITS | s->sequence;
	pthread_mutex_unlock(&s->lock);
	return id;
}

int64_t
id_time_ms(int64_t id)
{
	return (id >> (NODE_BITS + SEQUENCE_BITS)) + epoch_ms;
}

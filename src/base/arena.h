/*
 * arena.h - every allocation belongs to an arena; nothing is freed one by one.
 *
 * Three lifetimes: start (tables, configuration), request, scratch (marked and
 * rewound inside one function). Allocation never returns NULL and is zeroed; a
 * process without memory aborts with a reason. A soft limit only raises a flag
 * that the caller turns into RC_LIMIT at its next step; the hard limit, eight
 * times the soft one, is our own mistake and aborts.
 *
 * Built with -Darena_emulator=true each allocation is its own malloc with a
 * guard behind it, so that sanitizers see overflows inside an arena.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include "base/base.h"

struct arena_block;
struct arena_cleanup;
struct arena {
	struct arena_block *blocks;
	struct arena_cleanup *cleanups;
	char *next, *end;
	size_t used, soft_limit;
	bool over_limit;
};

/* Prepares an empty arena; soft_limit in bytes. No memory is taken yet. */
void arena_init(struct arena *a, size_t soft_limit);
/* Runs the cleanups, newest first, and frees everything. Safe on a zeroed arena and twice. */
void arena_done(struct arena *a);
/* Runs cleanups and empties the arena but keeps one block for reuse. */
void arena_reset(struct arena *a);
/* count * size zeroed bytes at the alignment; overflow aborts. */
void *arena_alloc(struct arena *a, size_t count, size_t size, size_t align);
/* Registers fn(arg) for arena_done()/arena_reset()/arena_rewind(). */
void arena_on_done(struct arena *a, void (*fn)(void *arg), void *arg);

/* True when p points into memory of the arena. */
bool arena_holds(const struct arena *a, const void *p);

/* A place to return to: everything allocated after the mark dies at the rewind. */
struct arena_mark {
	struct arena_block *block;
	struct arena_cleanup *cleanups;
	char *next;
	size_t used;
};
struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark m);

#define ARENA CLEANUP(arena_done) struct arena
#define NEW(a, T) ((T *)arena_alloc((a), 1, sizeof(T), _Alignof(T)))
#define NEW_ARRAY(a, T, n) ((T *)arena_alloc((a), (n), sizeof(T), _Alignof(T)))
#endif

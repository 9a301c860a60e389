/*
 * sync.h - waiting for a word of memory to change (futex). Used where a mutex
 * and a condition would make every woken thread queue for the mutex again.
 */
#ifndef BASE_SYNC_H
#define BASE_SYNC_H
#include "base/base.h"
#include <linux/futex.h>
#include <limits.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Sleeps while *word == seen, at most timeout_us (negative: for ever). May return early: look again. */
static inline void
word_wait(atomic_int *word, int seen, int64_t timeout_us)
{
	struct timespec ts = { .tv_sec = timeout_us / 1000000, .tv_nsec = timeout_us % 1000000 * 1000 };

	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, timeout_us >= 0 ? &ts : NULL, NULL, 0);
}

static inline void
word_wake(atomic_int *word, int how_many)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, how_many, NULL, NULL, 0);
}

/* Tells the processor that this is a waiting loop. */
static inline void
spin_hint(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

static inline int64_t
mono_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}
#endif

/* tap.h - the whole test framework: one line per check, TAP 13, a plan at the end. */
#ifndef TAP_H
#define TAP_H
#include <stdio.h>
#include <string.h>
#include <stdint.h>
static int tap_count, tap_failed;
/* clang-format off */
#define ok(cond, ...)                                                          \
	do {                                                                   \
		int ok_ = !!(cond);                                            \
		printf("%sok %d - ", ok_ ? "" : "not ", ++tap_count);          \
		printf(__VA_ARGS__);                                           \
		printf("\n");                                                  \
		if (!ok_) {                                                    \
			tap_failed++;                                          \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);    \
		}                                                              \
	} while (0)
#define is_i64(got, want, ...)                                                 \
	do {                                                                   \
		int64_t got_ = (got), want_ = (want);                          \
		ok(got_ == want_, __VA_ARGS__);                                \
		if (got_ != want_)                                             \
			printf("# got %lld, want %lld\n", (long long)got_, (long long)want_); \
	} while (0)
#define is_str(got, want, ...)                                                 \
	do {                                                                   \
		struct str got_s_ = (got), want_s_ = (want);                   \
		ok(str_eq(got_s_, want_s_), __VA_ARGS__);                      \
		if (!str_eq(got_s_, want_s_))                                  \
			printf("# got  \"%.*s\"\n# want \"%.*s\"\n", (int)got_s_.n, got_s_.p,   \
				(int)want_s_.n, want_s_.p);                    \
	} while (0)
/* clang-format on */
static inline int
tap_done(void)
{
	printf("1..%d\n", tap_count);
	fflush(stdout);
	return tap_failed != 0;
}
#endif

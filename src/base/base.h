/* base.h - included first by every .c file; everything here is plain C17. */
#ifndef BASE_BASE_H
#define BASE_BASE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define PRINTF_LIKE(f, v) __attribute__((format(printf, f, v)))
#define MUST_USE __attribute__((warn_unused_result))
#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* An absent number. Zero is a value; NIL is "nothing was said". */
#define NIL INT64_MIN

/* Printing 64-bit values without casts at every call. */
#define LLD "%lld"
#define LL(v) ((long long)(v))

/* The two languages of the platform. Chinese comes first everywhere. */
enum lang { LANG_ZH, LANG_EN };

/* A text shown to people, in both languages. Both are required. */
struct text {
	const char *zh, *en;
};

/* The text in the reader's language; "" for a text that was never set. */
static inline const char *
text_in(struct text t, enum lang lang)
{
	const char *z = lang == LANG_EN ? t.en : t.zh;

	return z != NULL ? z : "";
}

_Noreturn void assert_fail(const char *expr, const char *file, int line);
/* For our own mistakes only, always compiled in. Never guards anything a user, file, peer or clock
 * can influence. */
#define ASSERT(e) ((e) ? (void)0 : assert_fail(#e, __FILE__, __LINE__))
#endif

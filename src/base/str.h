/*
 * str.h - struct str is a borrowed, immutable run of UTF-8 bytes; struct sb
 * builds text inside an arena under a ceiling that must be stated. No function
 * here needs a NUL, and sb_str() always leaves one so that C APIs can be called.
 * A str with p == NULL is "absent"; one with n == 0 is empty.
 */
#ifndef BASE_STR_H
#define BASE_STR_H
#include "base/arena.h"

struct str {
	const char *p;
	size_t n;
};

#define S(lit) ((struct str){ "" lit, sizeof(lit) - 1 })
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).n, (s).p != NULL ? (s).p : ""

/* Borrows a C string; NULL gives the absent str. */
struct str str_from_c(const char *z);
bool str_eq(struct str a, struct str b);
bool str_eq_c(struct str a, const char *z);
/* Byte order, shorter first on a tie: <0, 0, >0. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Position of the needle at or after from; -1 when absent. */
ptrdiff_t str_find(struct str s, struct str needle, size_t from);
/* The part [from, from+n), clipped to the string. */
struct str str_sub(struct str s, size_t from, size_t n);
/* Without ASCII blanks (space, tab, CR, LF) at both ends. */
struct str str_trim(struct str s);
/* Copies into the arena and adds a NUL behind. Keeps absence. */
struct str str_dup(struct arena *a, struct str s);
/* Copies into the arena as a C string; "" for an absent str. */
char *str_c(struct arena *a, struct str s);
/* printf into the arena; beyond 64 KiB the text is cut at a UTF-8 boundary. */
struct str str_fmt(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Splits off the part before sep: *rest advances behind it, or becomes absent at the end. */
struct str str_cut(struct str *rest, char sep);
/* ASCII lower-case copy in the arena. */
struct str str_lower(struct arena *a, struct str s);
/* Strict decimal: optional '-', digits, nothing else, in range and not NIL. False leaves *v alone. */
bool str_i64(struct str s, int64_t *v);
/*
 * Strict decimal with at most `scale` fraction digits to a scaled integer:
 * ("1.5", 3) is 1500. No exponent, no plus, no blanks. False leaves *v alone.
 */
bool str_scaled(struct str s, int scale, int64_t *v);
/* Compares secrets in time that depends on the lengths only. */
bool str_eq_secret(struct str a, struct str b);

struct sb {
	struct arena *mem;
	char *p;
	size_t n, cap, max;
	bool truncated; /* an addition was refused because of max; must be looked at */
};

/* Starts an empty builder; max bytes includes the NUL. */
void sb_init(struct sb *b, struct arena *mem, size_t max);
/* Each addition is whole or refused (and sets truncated). */
void sb_add(struct sb *b, const char *z);
void sb_add_str(struct sb *b, struct str s);
void sb_add_c(struct sb *b, char c);
void sb_add_i64(struct sb *b, int64_t v);
/* A scaled integer as decimal text without trailing zeros: (1500, 3) is "1.5". */
void sb_add_scaled(struct sb *b, int64_t v, int scale);
void sb_addf(struct sb *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct str sb_str(const struct sb *b);
#endif

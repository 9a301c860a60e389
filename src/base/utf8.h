/* utf8.h - text is checked once at the border; inside, every struct str is valid UTF-8. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H
#include "base/str.h"

/* Strict RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. NUL is allowed. */
bool utf8_valid(struct str s);
/* Number of code points of valid text. */
size_t utf8_count(struct str s);
/* Decodes one code point at *at and advances it; -1 on a malformed byte (advances by one). */
int32_t utf8_next(struct str s, size_t *at);
/* Writes 1..4 bytes, returns how many. cp must be a scalar value. */
size_t utf8_put(char out[4], int32_t cp);
/* Largest n' <= n that does not end inside a code point. */
size_t utf8_cut(const char *p, size_t n);
/* True for C0 controls other than tab, LF and CR, DEL, and bidi overrides (U+202A-E, U+2066-9). */
bool utf8_has_control(struct str s);
/* True for ideographs and kana: characters that are searched by bigrams. */
bool utf8_is_han(int32_t cp);
#endif

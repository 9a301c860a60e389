/*
 * params.h - turns :name into ?N or $N. Text in '…' and "…", comments (-- and
 * slash-star, not nested) and the cast :: are left alone. A name is a letter
 * followed by letters, digits and underscores; the same name is the same number.
 */
#ifndef DB_PARAMS_H
#define DB_PARAMS_H
#include "base/str.h"

enum { PARAMS_MAX = 512 };

struct params {
	int count;
	struct str name[PARAMS_MAX]; /* borrowed from the text, without the colon */
};
/* False when there are more than PARAMS_MAX names, or out (of max bytes) is too small. */
bool params_rewrite(struct str text, char sigil, struct params *out, struct sb *native);
#endif

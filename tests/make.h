/*
 * make.h - bodies of records made from the declared tables alone, plus a short
 * list of hints for what hooks want beyond them. Walk and derived tests share it.
 */
#ifndef TESTS_MAKE_H
#define TESTS_MAKE_H
#include "core/resource.h"
#include "lib/json/json.h"

enum { MADE_MAX = 64 };

struct maker {
	struct arena *a;
	const struct app *app;
	int64_t org, person, village, now_ms;
	const char *marker;  /* begins every free text */
	bool full;           /* optional fields too */
	int64_t counter;
	struct { const struct resource *r; int64_t id; } made[MADE_MAX];
	size_t made_count;
};
/* Remembers a row, so that later bodies can refer to it. */
void make_note(struct maker *m, const struct resource *r, int64_t id);
/* The last row of a resource, 0 when none. */
int64_t make_id(const struct maker *m, const char *resource);
/* A value that fits the field, as JSON; absent when none can be made (a file, a reference to nothing). */
struct str make_value(struct maker *m, const struct resource *r, const struct field *f);
/*
 * A body. leave_out: this field is not said. with: this field (or, when name is set, a member of that
 * name) has that JSON instead.
 */
struct make_change {
	const struct field *leave_out, *replace;
	const char *name;
	struct str with;
};
struct str make_body(struct maker *m, const struct resource *r, struct make_change change);
/* A credit code with the right check characters, another one each time. */
struct str make_uscc(struct arena *a, int64_t n);
#endif

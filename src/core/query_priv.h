/* query_priv.h - parsing of list parameters without HTTP, for tests and the fuzz target. */
#ifndef CORE_QUERY_PRIV_H
#define CORE_QUERY_PRIV_H
#include "core/record_priv.h"

void query_init(const struct plan *p, struct query *q);
/* One decoded parameter. RC_INVALID names it. */
enum rc query_param(
	struct ctx *c, const struct plan *p, struct str name, struct str value, struct query *q) MUST_USE;
/* After the last one: the cursor must belong to the sort. */
enum rc query_checked(struct ctx *c, const struct query *q) MUST_USE;

/* Where the next page starts: the sort value and key of the last row. */
struct cursor {
	bool null; /* the sort value is absent */
	bool text;
	int64_t i, id;
	struct str s;
};
struct str cursor_print(struct arena *mem, const struct query *q, const struct cursor *at);
bool cursor_parse(struct arena *mem, const struct query *q, struct str text, struct cursor *out);

/* A system column that may be filtered: its pseudo field, or NULL. */
const struct field *system_field(struct str name);
/* The field a filter is about, declared or system. */
const struct field *filter_field(const struct filter *f);
#endif

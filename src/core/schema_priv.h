/* schema_priv.h - pieces of a table's SQL, for printing whole tables and single changes. */
#ifndef CORE_SCHEMA_PRIV_H
#define CORE_SCHEMA_PRIV_H
#include "core/resource.h"

enum { SCHEMA_INDEXES_MAX = 48 };
struct schema_index {
	struct arena *mem;
	struct str names[SCHEMA_INDEXES_MAX], statements[SCHEMA_INDEXES_MAX];
	size_t count;
};
void schema_indexes(struct schema_index *x, struct arena *mem, const struct resource *r);
/* "name TYPE NOT NULL CHECK (…)" */
void schema_column(struct sb *out, const struct resource *r, const struct field *f);
#endif

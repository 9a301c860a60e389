/* field_type.h - what each field type is and may be: one row a type, read by the checks, schema, queries and
 * metadata. */
#ifndef CORE_FIELD_TYPE_H
#define CORE_FIELD_TYPE_H
#include "core/resource.h"

enum type_flag {
	TYPE_SORT = 1,     /* lists may be sorted by it */
	TYPE_UNIQUE = 2,   /* may be .unique or part of a unique rule */
	TYPE_SEARCH = 4,   /* may be in the full-text index */
	TYPE_PRIVATE = 8,  /* may be sealed and masked */
	TYPE_MAX = 16,     /* .max is required */
	TYPE_DEFAULT = 32, /* may have .default_ */
	TYPE_RANGE = 64,   /* .min and .max bound the value; otherwise .max bounds the length */
	TYPE_TITLE = 128,  /* may name a row */
	TYPE_KEY = 256,    /* zero means absent */
	TYPE_FILTER = 512, /* comparable in filters; others only .null */
};
struct type_info {
	const char *name; /* in API metadata: "text", "quantity", … */
	enum member_type as;
	const char *suffix; /* the name must end so, or NULL */
	unsigned flags;
	int64_t max, max_max; /* default and ceiling of .max for texts */
};
const struct type_info *type_info(enum field_type t);

/* The largest length in characters of a text field (bytes for T_JSON, files for T_FILES). */
int64_t field_max(const struct field *f);
bool field_sortable(const struct field *f);
/* True for a field that is a column of its own table: everything but T_LINES. */
bool field_is_column(const struct field *f);
/* True for division, org_id and person_id, which are also system columns. */
bool field_is_place(const struct field *f);
#endif

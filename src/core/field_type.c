#include "base/base.h"
#include "core/field_type.h"
#include <string.h>

/* clang-format off */
static const struct type_info types[] = {
	[T_TEXT] = { "text", M_STR, NULL, TYPE_SORT | TYPE_UNIQUE | TYPE_SEARCH | TYPE_PRIVATE | TYPE_MAX | TYPE_DEFAULT |
		TYPE_TITLE | TYPE_FILTER, 0, 2000 },
	[T_LONGTEXT] = { "longtext", M_STR, NULL, TYPE_SEARCH | TYPE_PRIVATE | TYPE_DEFAULT, 5000, 200000 },
	[T_CODE] = { "code", M_STR, NULL, TYPE_SORT | TYPE_UNIQUE | TYPE_SEARCH | TYPE_PRIVATE | TYPE_DEFAULT | TYPE_TITLE |
		TYPE_FILTER, 64, 200 },
	[T_INT] = { "int", M_I64, NULL, TYPE_SORT | TYPE_UNIQUE | TYPE_DEFAULT | TYPE_RANGE | TYPE_TITLE | TYPE_FILTER, 0, 0 },
	[T_QTY] = { "quantity", M_I64, "_milli", TYPE_SORT | TYPE_DEFAULT | TYPE_RANGE | TYPE_FILTER, 0, 0 },
	[T_MONEY] = { "money", M_I64, "_fen", TYPE_SORT | TYPE_DEFAULT | TYPE_RANGE | TYPE_FILTER, 0, 0 },
	[T_RATE] = { "rate", M_I64, "_bp", TYPE_SORT | TYPE_DEFAULT | TYPE_RANGE | TYPE_FILTER, 0, 0 },
	[T_BOOL] = { "bool", M_BOOL, NULL, TYPE_SORT | TYPE_DEFAULT | TYPE_FILTER, 0, 0 },
	[T_DATE] = { "date", M_I64, "_on", TYPE_SORT | TYPE_UNIQUE | TYPE_DEFAULT | TYPE_RANGE | TYPE_TITLE | TYPE_FILTER, 0, 0 },
	[T_TIME] = { "time", M_I64, "_ms", TYPE_SORT | TYPE_DEFAULT | TYPE_RANGE | TYPE_TITLE | TYPE_KEY | TYPE_FILTER, 0, 0 },
	[T_ENUM] = { "enum", M_STR, NULL, TYPE_SORT | TYPE_UNIQUE | TYPE_DEFAULT | TYPE_TITLE | TYPE_FILTER, 64, 64 },
	[T_STATE] = { "state", M_STR, NULL, TYPE_SORT | TYPE_FILTER, 64, 64 },
	[T_REF] = { "ref", M_I64, "_id", TYPE_SORT | TYPE_UNIQUE | TYPE_TITLE | TYPE_KEY | TYPE_FILTER, 0, 0 },
	[T_DIVISION] = { "division", M_I64, NULL, TYPE_SORT | TYPE_UNIQUE | TYPE_KEY | TYPE_FILTER, 0, 0 },
	[T_GEO] = { "geo", M_I64, NULL, TYPE_KEY, 0, 0 },
	[T_FILE] = { "file", M_I64, NULL, TYPE_KEY, 0, 0 },
	[T_FILES] = { "files", M_STR, NULL, 0, 9, 100 },
	[T_PHONE] = { "phone", M_STR, NULL, TYPE_SORT | TYPE_UNIQUE | TYPE_PRIVATE | TYPE_TITLE | TYPE_FILTER, 20, 20 },
	[T_IDNO] = { "idno", M_STR, NULL, TYPE_UNIQUE | TYPE_PRIVATE | TYPE_FILTER, 18, 18 },
	[T_USCC] = { "uscc", M_STR, NULL, TYPE_SORT | TYPE_UNIQUE | TYPE_SEARCH | TYPE_PRIVATE | TYPE_TITLE | TYPE_FILTER, 18, 18 },
	[T_EMAIL] = { "email", M_STR, NULL, TYPE_SORT | TYPE_UNIQUE | TYPE_PRIVATE | TYPE_TITLE | TYPE_FILTER, 254, 254 },
	[T_URL] = { "url", M_STR, NULL, TYPE_SORT | TYPE_UNIQUE | TYPE_DEFAULT | TYPE_TITLE | TYPE_FILTER, 500, 2000 },
	[T_JSON] = { "json", M_STR, NULL, TYPE_DEFAULT | TYPE_MAX, 0, 1 << 20 },
	[T_LINES] = { "lines", M_ROWS, NULL, 0, 200, 1000 },
};
/* clang-format on */

const struct type_info *
type_info(enum field_type t)
{
	ASSERT(t >= T_TEXT && (size_t)t < ARRAY_LEN(types));
	return &types[t];
}

int64_t
field_max(const struct field *f)
{
	const struct type_info *t = type_info(f->type);

	return f->max > 0 ? f->max : t->max;
}

bool
field_sortable(const struct field *f)
{
	return (type_info(f->type)->flags & TYPE_SORT) != 0 && !f->private && !f->secret && !f->no_sort;
}

bool
field_is_column(const struct field *f)
{
	return f->type != T_LINES;
}

bool
field_is_place(const struct field *f)
{
	return strcmp(f->name, "division") == 0 || strcmp(f->name, "org_id") == 0 ||
	       strcmp(f->name, "person_id") == 0;
}

#include "base/base.h"
#include "base/utf8.h"
#include "core/file_type.h"
#include <string.h>
#include <strings.h>

#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

static const struct file_type types[] = {
	{ "image/jpeg", "image/jpeg", "image", "jpg", .shown = true },
	{ "image/jpeg", "image/png", "image", "jpg", .shown = true }, /* pictures become JPEGs of ours */
	{ "image/jpeg", "image/webp", "image", "jpg", .shown = true },
	{ "video/mp4", "video/mp4", "video", "mp4", .shown = true },
	{ "video/mp4", "video/x-m4v", "video", "mp4", .shown = true },
	{ "video/quicktime", "video/quicktime", "video", "mov", .shown = true },
	{ "video/webm", "video/webm", "video", "webm", .shown = true },
	{ "video/3gpp", "video/3gpp", "video", "3gp", .shown = true },
	{ "application/pdf", "application/pdf", "pdf", "pdf", .shown = true },
	{ XLSX, XLSX, "sheet", "xlsx" },
	{ XLSX, "application/zip", "sheet", "xlsx", .only_named = true },
	{ XLSX, "application/octet-stream", "sheet", "xlsx", .only_named = true },
	{ "text/csv", "text/csv", "sheet", "csv" },
	{ "text/csv", "application/csv", "sheet", "csv" },
	{ "text/csv", "text/plain", "sheet", "csv", .only_named = true },
	{ "text/csv", "application/octet-stream", "sheet", "csv", .only_named = true }, /* GB 18030 looks like nothing */
};

static struct str
ending_of(struct str name)
{
	for (size_t i = name.n; i > 0; i--)
		if (name.p[i - 1] == '.')
			return str_sub(name, i, name.n);
	return (struct str){ 0 };
}

static bool
has_ending(struct str name, const char *ending)
{
	struct str e = ending_of(name);

	return e.n == strlen(ending) && strncasecmp(e.p, ending, e.n) == 0;
}

const struct file_type *
file_type_find(struct str sniffed, struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		const struct file_type *t = &types[i];

		if (!str_eq_c(sniffed, t->sniffed))
			continue;
		if (!t->only_named || has_ending(name, t->ending) || (strcmp(t->ending, "csv") == 0 && has_ending(name, "txt")))
			return t;
	}
	return NULL;
}

const struct file_type *
file_type_of(struct str type)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_eq_c(type, types[i].type))
			return &types[i];
	return NULL;
}

bool
file_type_accepted(const struct file_type *t, const char *accept)
{
	struct str rest = str_from_c(accept);

	if (accept == NULL)
		return true;
	while (rest.p != NULL)
		if (str_eq_c(str_trim(str_cut(&rest, ',')), t->class_))
			return true;
	return false;
}

struct str
file_name_clean(struct arena *a, struct str name, const struct file_type *t)
{
	enum { STEM_MAX = 110 };
	struct str ending;
	struct sb b;

	for (size_t i = name.n; i > 0; i--) {
		if (name.p[i - 1] == '/' || name.p[i - 1] == '\\') {
			name = str_sub(name, i, name.n);
			break;
		}
	}
	ending = ending_of(name);
	if (ending.p != NULL)
		name.n = (size_t)(ending.p - name.p) - 1;
	sb_init(&b, a, STEM_MAX + 16);
	for (size_t at = 0; at < name.n && b.n < STEM_MAX - 4;) {
		size_t from = at;
		int32_t cp = utf8_next(name, &at);

		if (cp < 0x20 || cp == 0x7F || (cp < 0x80 && strchr("\"<>|*?:%;", cp) != NULL) || (cp >= 0x200B && cp <= 0x206F))
			continue;
		if (cp == '.' && b.n == 0)
			continue;
		sb_add_str(&b, str_sub(name, from, at - from));
	}
	if (b.n == 0)
		sb_add(&b, "file");
	sb_add_c(&b, '.');
	sb_add(&b, t != NULL ? t->ending : "bin");
	return sb_str(&b);
}

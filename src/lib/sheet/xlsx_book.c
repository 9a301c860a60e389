#include "base/base.h"
#include "lib/sheet/sheet_value.h"
#include "lib/sheet/xlsx.h"
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { RELATIONS_MAX = 1024, ID_MAX = 64 };

/* ---- relations: which part is which ---- */

struct relation {
	char id[ID_MAX], type[32], target[XLSX_PATH_MAX];
};
struct relations {
	struct relation *items;
	size_t count;
};

static bool
copy_text(char *to, size_t size, const char *from)
{
	size_t n = from != NULL ? strlen(from) : 0;

	if (n == 0 || n >= size)
		return false;
	memcpy(to, from, n + 1);
	return true;
}

static void
on_relation(struct xlsx_part *p, const char *name, const char **attributes)
{
	struct relations *list = p->self;
	const char *type = xlsx_attribute(attributes, "Type"), *slash = type != NULL ? strrchr(type, '/') : NULL;
	const char *mode = xlsx_attribute(attributes, "TargetMode");
	struct relation *r;

	if (strcmp(name, "Relationship") != 0 || slash == NULL || (mode != NULL && strcmp(mode, "External") == 0))
		return;
	if (list->count == RELATIONS_MAX) {
		xlsx_stop(p, fail(p->x->err, RC_LIMIT, NULL, "工作簿部件过多", "the workbook has too many parts"));
		return;
	}
	r = &list->items[list->count];
	if (copy_text(r->id, sizeof(r->id), xlsx_attribute(attributes, "Id")) &&
		copy_text(r->target, sizeof(r->target), xlsx_attribute(attributes, "Target")) &&
		copy_text(r->type, sizeof(r->type), slash + 1))
		list->count++;
}

static enum rc
relations_read(struct xlsx *x, const char *path, struct relations *out)
{
	struct xlsx_part p = { .x = x, .self = out, .start = on_relation };

	*out = (struct relations){ .items = NEW_ARRAY(x->mem, struct relation, RELATIONS_MAX) };
	return xlsx_part_run(&p, path);
}

static const struct relation *
relation_find(const struct relations *list, const char *id, const char *type)
{
	for (size_t i = 0; i < list->count; i++)
		if ((id == NULL || strcmp(list->items[i].id, id) == 0) && strcmp(list->items[i].type, type) == 0)
			return &list->items[i];
	return NULL;
}

/* The part a target means, seen from the folder of `base`; "" when it leads outside. */
static void
resolve(const char *base, const char *target, char out[XLSX_PATH_MAX])
{
	const char *slash = strrchr(base, '/');
	int folder = slash != NULL && target[0] != '/' ? (int)(slash - base + 1) : 0;

	out[0] = '\0';
	while (strncmp(target, "../", 3) == 0 && folder > 0) {
		target += 3;
		for (folder--; folder > 0 && base[folder - 1] != '/'; folder--)
			;
	}
	if (strstr(target, "..") != NULL)
		return;
	if (snprintf(out, XLSX_PATH_MAX, "%.*s%s", folder, base, target + (target[0] == '/')) >= XLSX_PATH_MAX)
		out[0] = '\0';
}

/* ---- the workbook: first visible sheet, date system ---- */

struct book {
	char sheet_id[ID_MAX];
	size_t sheets;
};

static void
on_book(struct xlsx_part *p, const char *name, const char **attributes)
{
	struct book *b = p->self;
	const char *v;

	if (strcmp(name, "workbookPr") == 0) {
		v = xlsx_attribute(attributes, "date1904");
		p->x->from_1904 = v != NULL && (strcmp(v, "1") == 0 || strcmp(v, "true") == 0);
	} else if (strcmp(name, "sheet") == 0) {
		if (++b->sheets > SHEET_SHEETS_MAX) {
			xlsx_stop(p, fail(p->x->err, RC_LIMIT, NULL, "工作表超过 %d 张", "more than %d sheets", SHEET_SHEETS_MAX));
			return;
		}
		v = xlsx_attribute(attributes, "state");
		if (b->sheet_id[0] != '\0' || (v != NULL && strcmp(v, "visible") != 0))
			return;
		/* "r:id", not the number in "sheetId"; the local name tells them apart */
		copy_text(b->sheet_id, sizeof(b->sheet_id), xlsx_attribute(attributes, "id"));
	}
}

/* ---- styles: which of them are dates ---- */

struct styles {
	bool in_cell_formats;
	int custom_count;
	struct {
		int id;
		enum xlsx_style style;
	} *custom;
};

static enum xlsx_style
builtin_style(int id)
{
	if ((id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58))
		return XLSX_DATE;
	return id == 9 || id == 10 ? XLSX_PERCENT : XLSX_PLAIN;
}

static enum xlsx_style
custom_style(struct str code)
{
	if (sheet_format_is_date(code))
		return XLSX_DATE;
	return str_find(code, S("%"), 0) >= 0 ? XLSX_PERCENT : XLSX_PLAIN;
}

static int
format_id(const char *id)
{
	int64_t v;

	return str_i64(str_from_c(id), &v) && v >= 0 && v < INT32_MAX ? (int)v : -1;
}

static enum xlsx_style
style_of(const struct styles *s, int id)
{
	for (int i = 0; i < s->custom_count; i++)
		if (s->custom[i].id == id)
			return s->custom[i].style;
	return builtin_style(id);
}

static void
on_style(struct xlsx_part *p, const char *name, const char **attributes)
{
	enum { CUSTOM_MAX = 4096 };
	struct styles *s = p->self;
	struct xlsx *x = p->x;
	const char *id = xlsx_attribute(attributes, "numFmtId"), *code;

	if (strcmp(name, "numFmt") == 0 && id != NULL && s->custom_count < CUSTOM_MAX) {
		code = xlsx_attribute(attributes, "formatCode");
		s->custom[s->custom_count].id = format_id(id);
		s->custom[s->custom_count++].style = custom_style(code != NULL ? str_from_c(code) : S(""));
	} else if (strcmp(name, "cellXfs") == 0) {
		s->in_cell_formats = true;
	} else if (strcmp(name, "xf") == 0 && s->in_cell_formats) {
		if (x->style_count == XLSX_STYLES_MAX) {
			xlsx_stop(p, fail(x->err, RC_LIMIT, NULL, "单元格样式过多", "too many cell styles"));
			return;
		}
		x->styles[x->style_count++] = (uint8_t)(id != NULL ? style_of(s, format_id(id)) : XLSX_PLAIN);
	}
}

static void
on_style_end(struct xlsx_part *p, const char *name)
{
	struct styles *s = p->self;

	if (strcmp(name, "cellXfs") == 0)
		s->in_cell_formats = false;
}

static enum rc
styles_read(struct xlsx *x)
{
	enum { CUSTOM_MAX = 4096 };
	struct styles s = { 0 };
	struct xlsx_part p = { .x = x, .self = &s, .start = on_style, .end = on_style_end };
	enum rc rc;

	s.custom = arena_alloc(x->mem, CUSTOM_MAX, sizeof(*s.custom), _Alignof(int));
	x->styles = NEW_ARRAY(x->mem, uint8_t, XLSX_STYLES_MAX);
	rc = x->styles_path[0] != '\0' ? xlsx_part_run(&p, x->styles_path) : RC_OK;
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- shared strings ---- */

struct region {
	void *p;
	size_t n;
};

static void
unmap(void *arg)
{
	struct region *r = arg;

	munmap(r->p, r->n);
}

/* Address space that costs memory only where it is written. */
static void *
reserve(struct arena *mem, size_t n)
{
	struct region *r = NEW(mem, struct region);

	r->n = n;
	r->p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (r->p == MAP_FAILED)
		return NULL;
	arena_on_done(mem, unmap, r);
	return r->p;
}

struct strings {
	bool in_item, in_text;
	int phonetic;
};

static void
on_string(struct xlsx_part *p, const char *name, const char **attributes)
{
	struct strings *s = p->self;

	(void)attributes;
	if (strcmp(name, "si") == 0) {
		if (p->x->strings.count == XLSX_STRINGS_MAX) {
			xlsx_stop(p, fail_code(p->x->err, RC_LIMIT, "sheet-strings", NULL, "共享字符串超过 %d 条",
				"more than %d shared strings", XLSX_STRINGS_MAX));
			return;
		}
		s->in_item = true;
	} else if (strcmp(name, "rPh") == 0) {
		s->phonetic++;
	} else if (strcmp(name, "t") == 0) {
		s->in_text = s->in_item && s->phonetic == 0;
	}
}

static void
on_string_text(struct xlsx_part *p, const char *text, size_t n)
{
	struct strings *s = p->self;
	struct xlsx_strings *to = &p->x->strings;

	if (!s->in_text)
		return;
	if (to->used - to->starts[to->count] + n > SHEET_CELL_BYTES_MAX) {
		xlsx_stop(p, fail(p->x->err, RC_LIMIT, NULL, "单元格文字过长", "a cell's text is too long"));
		return;
	}
	if (n > to->max - to->used) {
		xlsx_stop(p, fail_code(p->x->err, RC_LIMIT, "sheet-strings", NULL, "工作簿文字总量超过 %lld MB",
			"the workbook holds more than %lld MB of text", LL(p->x->limits->strings_bytes >> 20)));
		return;
	}
	memcpy(to->bytes + to->used, text, n);
	to->used += n;
}

static void
on_string_end(struct xlsx_part *p, const char *name)
{
	struct strings *s = p->self;
	struct xlsx_strings *to = &p->x->strings;
	size_t start;

	if (strcmp(name, "t") == 0) {
		s->in_text = false;
	} else if (strcmp(name, "rPh") == 0) {
		s->phonetic--;
	} else if (strcmp(name, "si") == 0 && s->in_item) {
		start = to->starts[to->count];
		to->used = start + xlsx_unescape(to->bytes + start, to->used - start);
		to->starts[++to->count] = (uint32_t)to->used;
		s->in_item = false;
	}
}

static enum rc
strings_read(struct xlsx *x)
{
	struct strings s = { 0 };
	struct xlsx_part p = { .x = x, .self = &s, .start = on_string, .end = on_string_end, .text = on_string_text };
	enum rc rc;

	if (x->strings_path[0] == '\0')
		return RC_OK;
	x->strings.max = (size_t)x->limits->strings_bytes;
	ASSERT(x->strings.max < UINT32_MAX);
	x->strings.bytes = reserve(x->mem, x->strings.max);
	x->strings.starts = reserve(x->mem, (XLSX_STRINGS_MAX + 1) * sizeof(uint32_t));
	if (x->strings.bytes == NULL || x->strings.starts == NULL)
		return fail(x->err, RC_LIMIT, NULL, "内存不足", "out of memory");
	rc = xlsx_part_run(&p, x->strings_path);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

bool
xlsx_string_at(const struct xlsx *x, struct str index, struct str *out)
{
	int64_t i;

	if (!str_i64(index, &i) || i < 0 || i >= (int64_t)x->strings.count)
		return false;
	*out = (struct str){ x->strings.bytes + x->strings.starts[i], x->strings.starts[i + 1] - x->strings.starts[i] };
	return true;
}

static enum rc
find_parts(struct xlsx *x)
{
	struct relations list;
	struct book book = { 0 };
	struct xlsx_part p = { .x = x, .self = &book, .start = on_book };
	char path[XLSX_PATH_MAX] = "xl/workbook.xml", rels[XLSX_PATH_MAX + 16];
	const struct relation *r;
	enum rc rc = relations_read(x, "_rels/.rels", &list);

	if (rc == RC_OK && (r = relation_find(&list, NULL, "officeDocument")) != NULL)
		resolve("", r->target, path);
	if (rc == RC_OK)
		rc = xlsx_part_run(&p, path);
	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	if (rc == RC_NOT_FOUND || book.sheet_id[0] == '\0')
		return fail(x->err, RC_INVALID, NULL, "压缩包里没有可见的工作表", "the archive holds no visible worksheet");

	const char *slash = strrchr(path, '/');
	int folder = slash != NULL ? (int)(slash - path + 1) : 0;

	snprintf(rels, sizeof(rels), "%.*s_rels/%s.rels", folder, path, path + folder);
	rc = relations_read(x, rels, &list);
	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	r = relation_find(&list, book.sheet_id, "worksheet");
	if (r == NULL)
		return fail(x->err, RC_INVALID, NULL, "找不到第一张工作表", "the first worksheet cannot be found");
	resolve(path, r->target, x->sheet_path);
	if ((r = relation_find(&list, NULL, "sharedStrings")) != NULL)
		resolve(path, r->target, x->strings_path);
	if ((r = relation_find(&list, NULL, "styles")) != NULL)
		resolve(path, r->target, x->styles_path);
	return RC_OK;
}

enum rc
xlsx_book_read(struct xlsx *x)
{
	enum rc rc = find_parts(x);

	if (rc == RC_OK)
		rc = styles_read(x);
	return rc == RC_OK ? strings_read(x) : rc;
}

/* xlsx.h - inside lib/sheet: what the parts of the .xlsx reader share. */
#ifndef LIB_SHEET_XLSX_H
#define LIB_SHEET_XLSX_H
#include "lib/sheet/sheet_read.h"
#include <expat.h>
#include <zip.h>

enum { XLSX_DEPTH_MAX = 64, XLSX_STYLES_MAX = 65536, XLSX_PATH_MAX = 200, XLSX_STRINGS_MAX = 4 * 1024 * 1024 };

/* What a number format makes of a number. */
enum xlsx_style { XLSX_PLAIN, XLSX_DATE, XLSX_PERCENT };

/* Shared strings: bytes one behind the other, and where each begins; both grow only as far as they are used. */
struct xlsx_strings {
	char *bytes;
	uint32_t *starts; /* count + 1 entries */
	size_t count, used, max;
};

struct xlsx {
	struct arena *mem;
	zip_t *zip;
	const struct sheet_limits *limits;
	struct err *err;
	int64_t packed, unpacked; /* so far, over all parts read */
	bool from_1904;
	uint8_t *styles; /* XLSX_STYLES_MAX of enum xlsx_style */
	size_t style_count;
	struct xlsx_strings strings;
	char sheet_path[XLSX_PATH_MAX], strings_path[XLSX_PATH_MAX], styles_path[XLSX_PATH_MAX];
	sheet_row_fn *fn;
	void *arg;
};

/*
 * One run of the parser over one part. Handlers report by xlsx_stop(); name is
 * without its namespace prefix. Text between elements arrives in pieces.
 */
struct xlsx_part {
	struct xlsx *x;
	XML_Parser parser;
	enum rc rc;
	int depth;
	const char *what; /* part name for messages */
	void *self;
	void (*start)(struct xlsx_part *p, const char *name, const char **attributes);
	void (*end)(struct xlsx_part *p, const char *name);
	void (*text)(struct xlsx_part *p, const char *s, size_t n);
};
/* RC_NOT_FOUND when there is no such part: the caller decides what that means. */
enum rc xlsx_part_run(struct xlsx_part *p, const char *path) MUST_USE;
void xlsx_stop(struct xlsx_part *p, enum rc rc);
/* Value of an attribute by local name, or NULL. */
const char *xlsx_attribute(const char **attributes, const char *name);

/* xlsx_source.c: the archive read by pread() alone, as the sandbox allows. NULL when out of memory. */
zip_source_t *xlsx_source(struct arena *mem, int fd, int64_t bytes);
/* xlsx_book.c: finds the parts, reads styles and shared strings. */
enum rc xlsx_book_read(struct xlsx *x) MUST_USE;
bool xlsx_string_at(const struct xlsx *x, struct str index, struct str *out);
/* xlsx_cells.c: the rows. */
enum rc xlsx_cells_read(struct xlsx *x) MUST_USE;
/* Undoes _x000D_ escapes in place; returns the new length. */
size_t xlsx_unescape(char *p, size_t n);

/* csv_read.c */
enum rc csv_read(struct arena *mem, int fd, int64_t bytes, const struct sheet_limits *limits, struct sheet_codecs *codecs,
	sheet_row_fn *fn, void *arg, struct err *e) MUST_USE;
#endif

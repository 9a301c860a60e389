/* sheet_priv.h - inside of core/sheet.h: columns, conversion of cells, the error workbook. */
#ifndef CORE_SHEET_PRIV_H
#define CORE_SHEET_PRIV_H
#include "base/map.h"
#include "core/record_priv.h"
#include "core/sheet.h"
#include "lib/sheet/sheet_read.h"
#include "lib/sheet/sheet_write.h"

enum { SHEET_FIELDS_MAX = 200 };

/* ---- sheet_columns.c ---- */
/* Fields people fill in by workbook, and fields a workbook can show. */
bool sheet_importable(const struct field *f);
bool sheet_exportable(const struct field *f);
/* "面积（亩）", with " *" behind when marked and required. */
struct str sheet_header(struct arena *mem, const struct field *f, enum lang lang, bool mark);
/* The importable field a header names, among those not taken yet; NULL when none. taken: by position in r->fields. */
const struct field *sheet_header_find(const struct resource *r, struct str header, const bool *taken);
/* True for columns of ours that say nothing about the row: row number, errors, key. */
bool sheet_header_is_ours(struct str header);
/* Decimals people see: 3 for quantities, 2 for money and percentages. */
int sheet_scale(const struct field *f);
enum sheet_kind sheet_kind_of(enum sheet_format f);
extern const struct text sheet_example_mark, sheet_row_header, sheet_error_header, sheet_key_header, sheet_yes, sheet_no;
/* A temporary file without a name beside the data. */
enum rc sheet_temp_file(struct ctx *c, int *fd) MUST_USE;

/* ---- sheet_lookup.c ---- */
/* Answers already found in this import; its memory lives as long as the import. */
struct sheet_lookup {
	struct arena *keep;
	struct map found; /* "FIELD\0TEXT" to int64_t */
	size_t count;
};
void sheet_lookup_init(struct sheet_lookup *l, struct arena *keep);
/* The key a text means in a reference: title, code or key. RC_INVALID when nothing or more than one row has it. */
enum rc sheet_lookup_ref(struct ctx *c, struct sheet_lookup *l, const struct field *f, struct str text, int64_t *id) MUST_USE;
enum rc sheet_lookup_division(struct ctx *c, struct sheet_lookup *l, struct str text, int64_t *code) MUST_USE;

/* ---- sheet_convert.c ---- */
/* Writes the member for a cell that is not empty. RC_INVALID: the cell is wrong, c->err.text says how. */
enum rc sheet_convert(struct ctx *c, struct sheet_lookup *l, const struct field *f, const struct sheet_cell *cell,
	struct json_writer *w) MUST_USE;

/* ---- sheet_errors.c ---- */
struct sheet_error {
	size_t column; /* SIZE_MAX: of no column */
	struct str text;
};
struct sheet_wrong_row {
	int64_t number;
	const struct sheet_cell *cells;
	size_t count;
	const struct sheet_error *errors;
	size_t error_count;
};
struct sheet_error_book;
/* headers: as sent. Begins the workbook; rows follow as they are found wrong. */
enum rc sheet_errors_open(struct sheet_error_book **out, struct ctx *c, struct arena *mem, const struct resource *r,
	const struct str *headers, size_t count, int fd) MUST_USE;
enum rc sheet_errors_row(struct sheet_error_book *b, struct ctx *c, const struct sheet_wrong_row *row) MUST_USE;
struct sheet_totals {
	int64_t rows, created, wrong, cells;
	bool dry;
	const struct str *ignored;
	size_t ignored_count;
};
enum rc sheet_errors_finish(struct sheet_error_book *b, struct ctx *c, const struct sheet_totals *t) MUST_USE;
#endif

/*
 * sheet_write.h - workbooks and CSV files of ours, row by row in constant
 * memory. No text is ever taken for a formula: see sheet_value.h.
 */
#ifndef LIB_SHEET_WRITE_H
#define LIB_SHEET_WRITE_H
#include "base/err.h"
#include "base/str.h"

enum sheet_kind { SHEET_KIND_XLSX, SHEET_KIND_CSV /* UTF-8 with BOM */, SHEET_KIND_CSV_GB18030 };

/* How a cell looks; CSV ignores it. */
enum sheet_style { STYLE_PLAIN, STYLE_HEADER, STYLE_REQUIRED, STYLE_EXAMPLE, STYLE_WRONG, STYLE_COUNT };

enum { SHEET_COMMENTS_MAX = 20000, SHEET_CHOICES_MAX = 5000 };

struct sheet_out_options {
	enum sheet_kind kind;
	int fd;               /* a regular file open for writing; what it held is replaced */
	const char *temp_dir; /* where a workbook waits before it is packed; NULL: the system's */
};
struct sheet_out;
/* Lives in the arena; freed with it, also when never finished. */
enum rc sheet_out_open(struct sheet_out **out, struct arena *mem, const struct sheet_out_options *o, struct err *e) MUST_USE;
/* Begins a sheet, before anything else; name is cut to what Excel takes. A CSV has one: rows of later ones are dropped. */
void sheet_out_sheet(struct sheet_out *o, const char *name);
/* Properties of columns and the pane; before the sheet's first row. */
void sheet_out_width(struct sheet_out *o, size_t column, int characters);
void sheet_out_freeze(struct sheet_out *o, int rows);
/*
 * Input help for a column from first_row (0 = first) on: a message when a cell is chosen and, when count > 0,
 * a drop-down that refuses other texts. list is copied; lists too long for a cell rule go to a hidden sheet.
 */
void sheet_out_input(struct sheet_out *o, size_t column, int64_t first_row, const struct str *list, size_t count,
	struct str hint);

/* The next cell, left to right. Absent text, NIL numbers leave it empty. */
void sheet_out_text(struct sheet_out *o, struct str text);
void sheet_out_number(struct sheet_out *o, int64_t v, int scale); /* 1500, 3 is 1.5; exact, as text beyond 15 digits */
void sheet_out_date(struct sheet_out *o, int64_t days);           /* days since 1970-01-01 */
void sheet_out_time(struct sheet_out *o, int64_t wall_ms);        /* as the wall clock shows it */
/* Style of the following cells until changed. */
void sheet_out_style(struct sheet_out *o, enum sheet_style style);
/* A comment on the next cell; beyond SHEET_COMMENTS_MAX they are left out (the colour stays). */
void sheet_out_comment(struct sheet_out *o, struct str text);
/* Ends the row and reports what failed since the last one. */
enum rc sheet_out_row(struct sheet_out *o, struct err *e) MUST_USE;
/* Completes the file. Afterwards only the arena's end may touch it. */
enum rc sheet_out_finish(struct sheet_out *o, struct err *e) MUST_USE;
#endif

/*
 * sheet_read.h - rows of a stranger's workbook (.xlsx) or CSV file, one at a
 * time and in bounded memory. Meant to run inside the sandbox. Refused: DOCTYPE
 * and entities, encrypted files, old .xls, output beyond the limits however
 * small the archive claims to be, rows out of order.
 */
#ifndef LIB_SHEET_READ_H
#define LIB_SHEET_READ_H
#include "base/err.h"
#include "base/str.h"

enum cell_type {
	CELL_EMPTY,
	CELL_TEXT,   /* .text as typed; CSV has only this and CELL_EMPTY */
	CELL_NUMBER, /* .text is the number exactly as the file has it: "1.5", "1E3", "0.30000000000000004" */
	CELL_DATE,   /* .text as for CELL_NUMBER (serial days) or ISO; .at_ms the wall-clock instant it shows */
	CELL_BOOL,   /* .text is "1" or "0" */
	CELL_ERROR,  /* .text is "#DIV/0!" and the like */
};
struct sheet_cell {
	enum cell_type type;
	struct str text;
	int64_t at_ms; /* CELL_DATE: ms since 1970-01-01 00:00 as the wall clock shows it, no zone. Else NIL */
	bool percent;  /* CELL_NUMBER shown with a percent sign: 0.12 reads 12 % */
};
struct sheet_row {
	int64_t number; /* as the file counts, from 1; empty rows are left out */
	size_t count;   /* cells up to the last one that is not empty; never 0 */
	const struct sheet_cell *cells;
};
/* Everything in the row dies at the return. Anything but RC_OK ends the reading with that result. */
typedef enum rc sheet_row_fn(void *arg, const struct sheet_row *row, struct err *e);

enum {
	SHEET_COLUMNS_MAX = 512,
	SHEET_ROWS_MAX = 1048576,
	SHEET_CELL_BYTES_MAX = 131072,   /* 32,767 characters of up to 4 bytes */
	SHEET_ROW_BYTES_MAX = 1024 * 1024,
	SHEET_SHEETS_MAX = 256,
};
struct sheet_limits {
	int64_t file_bytes;    /* of the file itself */
	int64_t output_bytes;  /* of everything unpacked */
	int64_t ratio;         /* unpacked to packed, asked once 8 MiB are unpacked */
	int64_t strings_bytes; /* of the shared strings */
	int64_t rows, columns;
};
/* 64 MiB file, 1 GiB unpacked, ratio 200, 96 MiB strings, 1,048,576 rows, 512 columns. */
extern const struct sheet_limits sheet_limits_default;

/* The converters a CSV may need, opened ahead because a sandbox cannot load them. */
struct sheet_codecs;
struct sheet_codecs *sheet_codecs_open(struct arena *a);

/*
 * Reads the first visible sheet of an .xlsx, or a CSV (UTF-8 with or without BOM, UTF-16 with BOM,
 * GB 18030; separator comma, semicolon or tab; quotes; LF, CRLF or CR): told apart by content. fd must
 * be seekable; its position is not kept. codecs may be NULL (opened on demand). RC_INVALID says what is
 * wrong with the file, RC_LIMIT which limit it breaks; err.field is the cell such as "C12" when known.
 */
enum rc sheet_read(struct arena *mem, int fd, const struct sheet_limits *limits, struct sheet_codecs *codecs,
	sheet_row_fn *fn, void *arg, struct err *e) MUST_USE;

/* "A" for 0, "AB" for 27; out holds 4 bytes. */
void sheet_column_name(size_t column, char out[4]);
#endif

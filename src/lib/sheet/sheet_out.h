/* sheet_out.h - inside lib/sheet: what a kind of output must offer. */
#ifndef LIB_SHEET_OUT_H
#define LIB_SHEET_OUT_H
#include "lib/sheet/sheet_write.h"

struct sheet_out {
	struct arena *mem;
	const struct sheet_out_ops *ops;
	void *self;
	int64_t row;
	size_t column;
	int sheets;
	enum sheet_style style;
	struct str comment;
	char comment_buf[1024];
	char text_buf[160 * 1024]; /* a cell's text with NUL and escapes */
	enum rc rc;          /* of the first failure */
};

struct sheet_out_ops {
	void (*sheet)(struct sheet_out *o, const char *name);
	void (*width)(struct sheet_out *o, size_t column, int characters);
	void (*freeze)(struct sheet_out *o, int rows);
	void (*input)(struct sheet_out *o, size_t column, int64_t first_row, const struct str *list, size_t count,
		struct str hint);
	void (*text)(struct sheet_out *o, struct str text);
	void (*number)(struct sheet_out *o, int64_t v, int scale);
	void (*date)(struct sheet_out *o, int64_t days);
	void (*time)(struct sheet_out *o, int64_t wall_ms);
	void (*empty)(struct sheet_out *o);
	void (*row)(struct sheet_out *o);
	void (*finish)(struct sheet_out *o);
};

enum rc xlsx_out_open(struct sheet_out *o, const struct sheet_out_options *options, struct err *e) MUST_USE;
enum rc csv_out_open(struct sheet_out *o, const struct sheet_out_options *options, struct err *e) MUST_USE;

/* "-12.5" of a scaled integer; buf holds 32 bytes. */
struct str sheet_decimal(char buf[32], int64_t v, int scale);
/* "2026-11-21" and "2026-11-21 08:30:00". */
struct str sheet_date_text(char buf[32], int64_t days);
struct str sheet_time_text(char buf[32], int64_t wall_ms);
#endif

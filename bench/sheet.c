/* sheet - reads or writes a workbook through lib/sheet: the work bench/sheet.py measures. */
#include "base/base.h"
#include "lib/sheet/sheet_read.h"
#include "lib/sheet/sheet_write.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct tally {
	int64_t rows, cells, bytes;
};

static enum rc
on_row(void *arg, const struct sheet_row *row, struct err *e)
{
	struct tally *t = arg;

	(void)e;
	t->rows++;
	for (size_t i = 0; i < row->count; i++) {
		t->cells += row->cells[i].type != CELL_EMPTY;
		t->bytes += (int64_t)row->cells[i].text.n;
	}
	return RC_OK;
}

static enum rc
read_book(struct arena *mem, const char *path, struct err *e)
{
	struct tally t = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum rc rc = sheet_read(mem, fd, &sheet_limits_default, NULL, on_row, &t, e);

	close(fd);
	printf("%lld rows %lld cells %lld bytes\n", LL(t.rows), LL(t.cells), LL(t.bytes));
	return rc;
}

/* Ten columns as an export has them: key, texts, quantities, money, dates. */
static enum rc
write_row(struct sheet_out *o, int64_t i, struct err *e)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "140406-20261121-%07lld", LL(i));

	sheet_out_text(o, (struct str){ text, (size_t)n });
	sheet_out_text(o, S("东坡一号地"));
	sheet_out_text(o, i % 2 ? S("旱地") : S("设施大棚"));
	sheet_out_number(o, i * 7 % 100000, 3);
	sheet_out_number(o, i * 31 % 1000000, 2);
	sheet_out_date(o, 20000 + i % 700);
	sheet_out_time(o, INT64_C(1795219200000) + i * 1000);
	sheet_out_text(o, S("潞城区店上镇"));
	sheet_out_number(o, i, 0);
	sheet_out_text(o, i % 5 ? (struct str){ 0 } : S("备注：采收前检查"));
	return sheet_out_row(o, e);
}

static enum rc
write_book(struct arena *mem, const char *path, int64_t rows, struct err *e)
{
	bool csv = strstr(path, ".csv") != NULL;
	struct sheet_out_options options = { .kind = csv ? SHEET_KIND_CSV : SHEET_KIND_XLSX,
		.fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) };
	struct sheet_out *o;
	enum rc rc = sheet_out_open(&o, mem, &options, e);

	if (rc != RC_OK)
		return rc;
	sheet_out_sheet(o, "export");
	for (int64_t i = 0; i < rows && rc == RC_OK; i++)
		rc = write_row(o, i, e);
	if (rc == RC_OK)
		rc = sheet_out_finish(o, e);
	close(options.fd);
	return rc;
}

int
main(int argc, char **argv)
{
	struct err e = { .lang = LANG_EN };
	enum rc rc = RC_INVALID;
	ARENA mem;

	arena_init(&mem, 64 << 20);
	if (argc == 3 && strcmp(argv[1], "read") == 0)
		rc = read_book(&mem, argv[2], &e);
	else if (argc == 4 && strcmp(argv[1], "write") == 0)
		rc = write_book(&mem, argv[2], strtoll(argv[3], NULL, 10), &e);
	else
		fprintf(stderr, "usage: sheet read FILE | write FILE ROWS\n");
	if (e.text[0] != '\0')
		fprintf(stderr, "%s\n", e.text);
	return rc != RC_OK;
}

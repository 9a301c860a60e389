/*
 * FUZZ_SHEET chooses what the bytes are: "cells" a worksheet part, "strings" the
 * shared strings, "csv" a CSV file, "zip" (default) a whole file. Whatever
 * arrives, reading ends with rows in order within the limits or with a reason.
 */
#include "base/base.h"
#include "base/utf8.h"
#include "lib/sheet/sheet_read.h"
#include "lib/sheet/sheet_value.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zip.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char rels[] = "<Relationships><Relationship Id='a' Type='x/officeDocument' Target='xl/workbook.xml'/></Relationships>";
static const char book[] = "<workbook><sheets><sheet name='a' r:id='s'/></sheets></workbook>";
static const char book_rels[] = "<Relationships><Relationship Id='s' Type='x/worksheet' Target='s.xml'/>"
	"<Relationship Id='t' Type='x/sharedStrings' Target='t.xml'/></Relationships>";
static const char sheet[] = "<worksheet><sheetData><row><c t='s'><v>0</v></c><c t='s'><v>1</v></c></row></sheetData></worksheet>";

static void
put(zip_t *zip, const char *name, const void *p, size_t n)
{
	zip_int64_t index = zip_file_add(zip, name, zip_source_buffer(zip, p, n, 0), 0);

	zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_STORE, 0);
}

static int
make_book(const uint8_t *data, size_t size, bool strings)
{
	char path[] = "/tmp/fuzz_sheet.XXXXXX";
	int fd = mkstemp(path), code;
	zip_t *zip = zip_open(path, ZIP_TRUNCATE, &code);

	ASSERT(fd >= 0 && zip != NULL);
	put(zip, "_rels/.rels", rels, sizeof(rels) - 1);
	put(zip, "xl/workbook.xml", book, sizeof(book) - 1);
	put(zip, "xl/_rels/workbook.xml.rels", book_rels, sizeof(book_rels) - 1);
	if (strings)
		put(zip, "xl/s.xml", sheet, sizeof(sheet) - 1);
	put(zip, strings ? "xl/t.xml" : "xl/s.xml", data, size);
	ASSERT(zip_close(zip) == 0);
	close(fd);
	fd = open(path, O_RDONLY);
	unlink(path);
	return fd;
}

struct seen {
	int64_t last;
};

static enum rc
on_row(void *arg, const struct sheet_row *row, struct err *e)
{
	struct seen *s = arg;
	int64_t v;

	(void)e;
	ASSERT(row->number > s->last && row->number <= SHEET_ROWS_MAX && row->count > 0 && row->count <= SHEET_COLUMNS_MAX);
	s->last = row->number;
	for (size_t i = 0; i < row->count; i++) {
		ASSERT(row->cells[i].text.n <= SHEET_CELL_BYTES_MAX);
		ASSERT(utf8_valid(row->cells[i].text));
		(void)sheet_number(row->cells[i].text, 3, &v);
	}
	return RC_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *mode = getenv("FUZZ_SHEET");
	struct sheet_limits limits = sheet_limits_default;
	struct seen seen = { 0 };
	struct err e = { 0 };
	int fd;
	ARENA a;

	if (size == 0)
		return 0;
	limits.output_bytes = 4 * 1024 * 1024;
	limits.strings_bytes = 1024 * 1024;
	if (mode != NULL && (strcmp(mode, "cells") == 0 || strcmp(mode, "strings") == 0)) {
		fd = make_book(data, size, mode[0] == 's');
	} else {
		fd = memfd_create("fuzz", 0);
		ASSERT(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	}
	arena_init(&a, 256 * 1024 * 1024);
	if (sheet_read(&a, fd, &limits, NULL, on_row, &seen, &e) != RC_OK)
		ASSERT(e.rc != RC_OK && e.text[0] != '\0');
	close(fd);
	return 0;
}

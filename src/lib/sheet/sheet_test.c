#include "base/base.h"
#include "lib/sheet/sheet_read.h"
#include "lib/sheet/sheet_value.h"
#include "lib/sheet/sheet_write.h"
#include "tap.h"
#include <sys/mman.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zip.h>

/* ---- values ---- */

static void
number(const char *text, int scale, bool good, int64_t want)
{
	int64_t v = -1;
	bool got = sheet_number(str_from_c(text), scale, &v);

	ok(got == good && (!good || v == want), "number \"%s\" with %d decimals %s", text, scale,
		good ? "is exact" : "is refused");
}

static void
test_numbers(void)
{
	number("1.5", 3, true, 1500);
	number("-0.001", 3, true, -1);
	number("0", 3, true, 0);
	number("0.000", 0, true, 0);
	number("1E3", 0, true, 1000);
	number("1.25E+2", 2, true, 12500);
	number("5E-2", 2, true, 5);
	number("0.30000000000000004", 3, true, 300);
	number("12.300000000000001", 3, true, 12300);
	number("2.9999999999999996", 0, true, 3);
	number("9.9999999999999999", 3, true, 10000);
	number("1.0005", 3, false, 0);
	number("0.0000000001", 3, false, 0);
	number("9223372036854775807", 0, true, INT64_MAX);
	number("9223372036854775808", 0, false, 0);
	number("9223372036854775.808", 3, false, 0);
	number("1E400", 0, false, 0);
	number("1E999999999999", 0, false, 0);
	number("", 0, false, 0);
	number("-", 0, false, 0);
	number(".", 0, false, 0);
	number("1,5", 1, false, 0);
	number("1.2.3", 3, false, 0);
	number("nan", 0, false, 0);
	number("0x10", 0, false, 0);
	number("1 ", 0, false, 0);
}

static void
serial(const char *text, bool from_1904, bool good, const char *want)
{
	int64_t got = -1, expected = -1;
	bool read = sheet_serial(str_from_c(text), from_1904, &got);

	ok(!good || sheet_iso(str_from_c(want), &expected), "%s is a time", want);
	ok(read == good && (!good || got == expected), "serial %s is %s", text, want);
	if (good && got != expected)
		printf("# got %lld, want %lld\n", LL(got), LL(expected));
}

static void
test_dates(void)
{
	int64_t v;

	serial("46347", false, true, "2026-11-21");
	serial("46347.5", false, true, "2026-11-21T12:00:00");
	serial("46347.354166666664", false, true, "2026-11-21T08:30:00");
	serial("44885.999988425923", false, true, "2022-11-20T23:59:59");
	serial("1", false, true, "1900-01-01");
	serial("59", false, true, "1900-02-28");
	serial("61", false, true, "1900-03-01");
	serial("44885", true, true, "2026-11-21");
	serial("2958465", false, true, "9999-12-31");
	serial("2958466", false, false, "beyond");
	serial("-1", false, false, "negative");
	serial("0.5", false, false, "a time without day");
	serial("1E300", false, false, "huge");
	ok(!sheet_iso(S("2026-02-29"), &v) && sheet_iso(S("2024-02-29"), &v), "leap days");
	ok(!sheet_iso(S("2026-13-01"), &v) && !sheet_iso(S("2026-1-1"), &v) && !sheet_iso(S("x"), &v), "no dates");
	ok(sheet_format_is_date(S("yyyy\\-mm\\-dd")) && sheet_format_is_date(S("[$-804]yyyy\"年\"m\"月\"d\"日\"")) &&
			sheet_format_is_date(S("[h]:mm")) && sheet_format_is_date(S("m/d/yy")),
		"date formats are known");
	ok(!sheet_format_is_date(S("General")) && !sheet_format_is_date(S("0.00E+00")) && !sheet_format_is_date(S("#,##0\"d\"")) &&
			!sheet_format_is_date(S("[Red]0.0")) && !sheet_format_is_date(S("0\\d")) && !sheet_format_is_date(S("@")),
		"number formats are not dates");
}

static void
test_risky(void)
{
	static const char *const risky[] = { "=1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x", "'=1",
		"''=1" };
	static const char *const calm[] = { "", "1", "a=1", "'", "'a", " =1", "中文" };

	for (size_t i = 0; i < ARRAY_LEN(risky); i++)
		ok(sheet_is_risky(str_from_c(risky[i])), "risky %zu", i);
	for (size_t i = 0; i < ARRAY_LEN(calm); i++) {
		ok(!sheet_is_risky(str_from_c(calm[i])), "calm \"%s\"", calm[i]);
		is_str(sheet_unprotect(str_from_c(calm[i])), str_from_c(calm[i]), "calm text is left alone");
	}
	is_str(sheet_unprotect(S("'=1")), S("=1"), "one apostrophe goes");
	is_str(sheet_unprotect(S("''=1")), S("'=1"), "only one apostrophe goes");
}

/* ---- reading: everything a row says, printed in one line ---- */

struct printed {
	struct sb out;
	int rows;
	int stop_at;
};

static enum rc
print_row(void *arg, const struct sheet_row *row, struct err *e)
{
	static const char letters[] = { '_', 't', 'n', 'd', 'b', 'e' };
	struct printed *p = arg;

	sb_addf(&p->out, "%lld:", LL(row->number));
	for (size_t i = 0; i < row->count; i++) {
		sb_addf(&p->out, " %c", letters[row->cells[i].type]);
		sb_add_str(&p->out, row->cells[i].text);
		if (row->cells[i].percent)
			sb_add_c(&p->out, '%');
		if (row->cells[i].type == CELL_DATE)
			sb_addf(&p->out, "/%lld", LL(row->cells[i].at_ms / 1000));
	}
	sb_add(&p->out, "\n");
	if (++p->rows == p->stop_at)
		return fail(e, RC_STATE, NULL, "停", "stop");
	return RC_OK;
}

static struct arena mem;

static enum rc
read_fd(int fd, const struct sheet_limits *limits, struct str *out, struct err *e)
{
	struct printed p = { 0 };
	enum rc rc;

	sb_init(&p.out, &mem, 1 << 20);
	*e = (struct err){ .lang = LANG_EN };
	rc = sheet_read(&mem, fd, limits, NULL, print_row, &p, e);
	*out = sb_str(&p.out);
	return rc;
}

static int
memory_file(const void *data, size_t n)
{
	int fd = memfd_create("test", 0);

	if (fd < 0 || write(fd, data, n) != (ssize_t)n)
		abort();
	return fd;
}

static void
csv(struct str data, enum rc want_rc, const char *want, const char *what)
{
	int fd = memory_file(data.p, data.n);
	struct str out;
	struct err e;
	enum rc rc = read_fd(fd, &sheet_limits_default, &out, &e);

	is_i64(rc, want_rc, "%s: %s", what, e.text);
	if (want != NULL)
		is_str(out, str_from_c(want), "%s: rows", what);
	close(fd);
}

static void
test_csv_reading(void)
{
	csv(S("a,b\n1,2\n"), RC_OK, "1: ta tb\n2: t1 t2\n", "LF");
	csv(S("a,b\r\n1,2"), RC_OK, "1: ta tb\n2: t1 t2\n", "CRLF, no last line end");
	csv(S("a;b\r1;2\r"), RC_OK, "1: ta tb\n2: t1 t2\n", "CR, semicolons");
	csv(S("a\tb,c\n"), RC_OK, "1: ta\tb tc\n", "a tab and a comma: the comma separates");
	csv(S("\xEF\xBB\xBF\xE5\x90\x8D,b\n"), RC_OK, "1: t\xE5\x90\x8D tb\n", "UTF-8 BOM");
	csv(S("\xC3\xFB\xB3\xC6,b\n"), RC_OK, "1: t\xE5\x90\x8D\xE7\xA7\xB0 tb\n", "GB 18030");
	csv(S("a,b\n\xC3\xFB,\x81\x30\x84\x36\n"), RC_OK, "1: ta tb\n2: t\xE5\x90\x8D t\xC2\xA5\n", "GB 18030 four bytes");
	csv(S("\xFF\xFE\x61\x00\x2C\x00\x0D\x54\x0A\x00"), RC_OK, "1: ta t\xE5\x90\x8D\n", "UTF-16 LE");
	csv(S("\xFE\xFF\x00\x61\x00\x2C\x54\x0D\x00\x0A"), RC_OK, "1: ta t\xE5\x90\x8D\n", "UTF-16 BE");
	csv(S("\"a,\"\"b\"\"\",\"c\nd\"\n"), RC_OK, "1: ta,\"b\" tc\nd\n", "quotes");
	csv(S(" a , b \n\n,,\nx\n"), RC_OK, "1: ta tb\n4: tx\n", "blanks and empty rows");
	csv(S("a,,c,,\n"), RC_OK, "1: ta _ tc\n", "empty cells");
	csv(S("sep=;\na;b\n"), RC_OK, "2: ta tb\n", "sep line");
	csv(S("a\"b,c\n"), RC_OK, "1: ta\"b tc\n", "a quote inside a bare value");
	csv(S("\"\",b\n"), RC_OK, "1: _ tb\n", "an empty quoted value");
	csv(S("\"a\nb\n"), RC_INVALID, NULL, "an unpaired quote");
	csv(S("a\0b\n"), RC_INVALID, NULL, "a NUL byte");
	csv(S("\xFF\xFF\xFF\n"), RC_INVALID, NULL, "no known encoding");
	csv(S("\xEF\xBB\xBF\xFF\n"), RC_INVALID, NULL, "BOM of UTF-8 but other bytes");
	csv(S(""), RC_INVALID, NULL, "an empty file");
	csv(S("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest"), RC_INVALID, NULL, "an encrypted or old workbook");
	csv(S("PK\x03\x04rest"), RC_INVALID, NULL, "a cut archive");
}

static void
test_csv_limits(void)
{
	struct sb b;
	struct sheet_limits limits = sheet_limits_default;
	struct str out;
	struct err e;
	int fd;

	sb_init(&b, &mem, 4 << 20);
	for (int i = 0; i < 513; i++)
		sb_add(&b, "x,");
	csv(sb_str(&b), RC_LIMIT, NULL, "513 columns");
	sb_init(&b, &mem, 4 << 20);
	sb_add(&b, "\"");
	for (int i = 0; i < 140000; i++)
		sb_add_c(&b, 'x');
	csv(sb_str(&b), RC_LIMIT, NULL, "an endless quoted value");
	limits.rows = 2;
	fd = memory_file("1\n2\n3\n", 6);
	is_i64(read_fd(fd, &limits, &out, &e), RC_LIMIT, "three rows where two are allowed");
	limits.file_bytes = 5;
	is_i64(read_fd(fd, &limits, &out, &e), RC_LIMIT, "a file too large");
	close(fd);
}

/* ---- xlsx by hand ---- */

#define RELS "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
static const char root_rels[] = RELS "<Relationship Id='r1' Type='http://x/officeDocument' Target='xl/workbook.xml'/></Relationships>";
static const char book_xml[] = "<workbook xmlns:r='http://r'><sheets><sheet name='h' sheetId='1' state='hidden' r:id='r9'/>"
	"<sheet name='a' sheetId='2' r:id='r1'/></sheets></workbook>";
static const char book_rels[] = RELS "<Relationship Id='r1' Type='http://x/worksheet' Target='/xl/sheets/s.xml'/>"
	"<Relationship Id='r9' Type='http://x/worksheet' Target='none.xml'/>"
	"<Relationship Id='r2' Type='http://x/sharedStrings' Target='strings.xml'/>"
	"<Relationship Id='r3' Type='http://x/styles' Target='styles.xml'/></Relationships>";
static const char styles_xml[] = "<styleSheet><numFmts><numFmt numFmtId='170' formatCode='yyyy\"年\"m\"月\"'/></numFmts>"
	"<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='170'/>"
	"<xf numFmtId='2'/><xf numFmtId='10'/></cellXfs></styleSheet>";
static const char strings_xml[] = "<sst><si><t>first</t></si><si><r><t>ri</t></r><r><t>ch</t></r><rPh><t>no</t></rPh></si>"
	"<si><t xml:space='preserve'> &lt;x_x000D_&gt; </t></si><si/></sst>";

/* S() for the arrays above. */
#define L(array) ((struct str){ array, sizeof(array) - 1 })

struct part {
	const char *name;
	struct str data;
	bool encrypted;
};

static int
make_zip(const struct part *parts, size_t n)
{
	char path[] = "/tmp/sheet_test.XXXXXX";
	int fd = mkstemp(path), code = 0;
	zip_t *zip;

	if (fd < 0 || (zip = zip_open(path, ZIP_TRUNCATE, &code)) == NULL)
		abort();
	for (size_t i = 0; i < n; i++) {
		zip_int64_t at = zip_file_add(zip, parts[i].name,
			zip_source_buffer(zip, parts[i].data.p, parts[i].data.n, 0), 0);

		if (parts[i].encrypted)
			zip_file_set_encryption(zip, (zip_uint64_t)at, ZIP_EM_AES_256, "secret");
	}
	if (zip_close(zip) != 0)
		abort();
	close(fd);
	fd = open(path, O_RDONLY);
	unlink(path);
	return fd;
}

static enum rc
read_sheet_xml(struct str sheet, struct str strings, const struct sheet_limits *limits, struct str *out, struct err *e)
{
	struct part parts[] = { { "_rels/.rels", L(root_rels), false }, { "xl/workbook.xml", L(book_xml), false },
		{ "xl/_rels/workbook.xml.rels", L(book_rels), false }, { "xl/styles.xml", L(styles_xml), false },
		{ "xl/strings.xml", strings, false }, { "xl/sheets/s.xml", sheet, false } };
	int fd = make_zip(parts, ARRAY_LEN(parts));
	enum rc rc = read_fd(fd, limits, out, e);

	close(fd);
	return rc;
}

static void
xlsx(struct str sheet, enum rc want_rc, const char *want, const char *what)
{
	struct str out;
	struct err e;
	enum rc rc = read_sheet_xml(sheet, L(strings_xml), &sheet_limits_default, &out, &e);

	is_i64(rc, want_rc, "%s: %s %s", what, e.field, e.text);
	if (want != NULL)
		is_str(out, str_from_c(want), "%s: rows", what);
}

#define SHEET(rows) S("<worksheet><sheetData>" rows "</sheetData></worksheet>")

static void
test_xlsx_cells(void)
{
	xlsx(SHEET("<row r='2'><c r='A2' t='s'><v>0</v></c><c r='C2' t='s'><v>1</v></c><c r='D2'/></row>"), RC_OK,
		"2: tfirst _ trich\n", "shared strings, gaps, phonetic text left out");
	xlsx(SHEET("<row><c t='s'><v>2</v></c><c t='s'><v>3</v></c><c><v>1.50</v></c></row>"), RC_OK,
		"1: t <x\r>  _ n1.50\n", "blanks kept, escapes undone, empty string is empty, no references");
	xlsx(SHEET("<row><c s='1'><v>46347</v></c><c s='2'><v>46347.5</v></c><c s='3'><v>46347</v></c><c s='99'><v>1</v></c><c s='4'><v>0.12</v></c></row>"),
		RC_OK, "1: d46347/1795219200 d46347.5/1795262400 n46347 n1 n0.12%\n", "dates and percentages by style");
	xlsx(SHEET("<row><c t='b'><v>1</v></c><c t='e'><v>#DIV/0!</v></c><c t='str'><f>A1&amp;B1</f><v>x</v></c><c><f>1+1</f><v>2</v></c>"
		   "<c t='inlineStr'><is><r><t>in</t></r><r><t>line</t></r></is></c><c t='d'><v>2026-11-21</v></c></row>"),
		RC_OK, "1: b1 e#DIV/0! tx n2 tinline d2026-11-21/1795219200\n", "bool, error, cached values, inline, ISO date");
	xlsx(SHEET("<row><c><v>1</v></c></row><row/><row r='9'><c><v>2</v></c></row>"), RC_OK, "1: n1\n9: n2\n", "row numbers");
	xlsx(S("<x:worksheet xmlns:x='u'><x:sheetData><x:row><x:c><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>"),
		RC_OK, "1: n1\n", "namespace prefixes");
	xlsx(SHEET("<row r='2'/><row r='1'/>"), RC_INVALID, NULL, "rows out of order");
	xlsx(SHEET("<row><c r='B1'/><c r='A1'/></row>"), RC_INVALID, NULL, "cells out of order");
	xlsx(SHEET("<row><c r='1B'/></row>"), RC_INVALID, NULL, "a wrong reference");
	xlsx(SHEET("<row><c t='s'><v>4</v></c></row>"), RC_INVALID, NULL, "a shared string that is not there");
	xlsx(SHEET("<row><c t='s'><v>-1</v></c></row>"), RC_INVALID, NULL, "a negative shared string");
	xlsx(SHEET("<row r='1048577'><c><v>1</v></c></row>"), RC_LIMIT, NULL, "too many rows");
	xlsx(SHEET("<row><c r='SS1'><v>1</v></c></row>"), RC_LIMIT, NULL, "too many columns");
	xlsx(SHEET("<row><c><v>1</v>"), RC_INVALID, NULL, "cut XML");
	xlsx(S("<!DOCTYPE a [<!ENTITY b 'bb'>]><worksheet/>"), RC_INVALID, NULL, "DOCTYPE");
	xlsx(S("<worksheet><sheetData><row><c><v>&x;</v></c></row></sheetData></worksheet>"), RC_INVALID, NULL, "unknown entity");
	xlsx(S("not xml"), RC_INVALID, NULL, "no XML");
}

static void
test_xlsx_hostile(void)
{
	struct part none[] = { { "a.txt", S("x"), false } };
	struct part locked[] = { { "_rels/.rels", L(root_rels), false }, { "xl/workbook.xml", L(book_xml), true } };
	struct sheet_limits limits = sheet_limits_default;
	size_t n = 40 << 20;
	char *big = malloc(n);
	struct str out;
	struct err e;
	int fd = make_zip(none, 1);

	is_i64(read_fd(fd, &limits, &out, &e), RC_INVALID, "an archive that is no workbook: %s", e.text);
	close(fd);
	fd = make_zip(locked, 2);
	is_i64(read_fd(fd, &limits, &out, &e), RC_INVALID, "an encrypted part: %s", e.text);
	close(fd);
	memset(big, ' ', n);
	memcpy(big, "<worksheet>", 11);
	is_i64(read_sheet_xml((struct str){ big, n }, S("<sst/>"), &limits, &out, &e), RC_LIMIT, "a bomb in the sheet: %s", e.text);
	ok(e.code != NULL && strcmp(e.code, "sheet-bomb") == 0, "the code tells it is a bomb");
	memcpy(big, "<sst>      ", 11);
	is_i64(read_sheet_xml(S("<worksheet/>"), (struct str){ big, n }, &limits, &out, &e), RC_LIMIT, "a bomb in the strings: %s", e.text);
	memset(big, 'a', n);
	memcpy(big, "<worksheet b='", 14);
	is_i64(read_sheet_xml((struct str){ big, n }, S("<sst/>"), &limits, &out, &e), RC_LIMIT, "an endless attribute: %s", e.text);
	limits.strings_bytes = 8;
	is_i64(read_sheet_xml(S("<worksheet/>"), S("<sst><si><t>123456789</t></si></sst>"), &limits, &out, &e), RC_LIMIT,
		"too much text: %s", e.text);
	memset(big, 0, 1000);
	for (int i = 0; i < 100; i++)
		memcpy(big + (size_t)i * 3, "<a>", 3);
	limits = sheet_limits_default;
	is_i64(read_sheet_xml((struct str){ big, 300 }, S("<sst/>"), &limits, &out, &e), RC_LIMIT, "deep nesting: %s", e.text);
	free(big);
}

/* ---- writing, read back ---- */

static const char *const texts[] = { "中文", "=1+1", "'=x", "-3", "@a", "\tb", "a\r\nb", "a\"b,c;d", "  x  ", "＝SUM(A1)", "_x0041_",
	"110101199001010015", "<&>'\"", "\U0001F33E" };

static void
write_all(enum sheet_kind kind, int fd)
{
	struct sheet_out_options options = { .kind = kind, .fd = fd };
	struct str choices[] = { S("一"), S("二") }, many[300];
	struct sheet_out *o;
	struct err e = { .lang = LANG_EN };
	ARENA a;

	arena_init(&a, 64 << 20);
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = str_fmt(&a, "选项 %zu", i);
	ok(sheet_out_open(&o, &a, &options, &e) == RC_OK, "kind %d opens", (int)kind);
	sheet_out_sheet(o, "数据/[1]");
	sheet_out_width(o, 0, 20);
	sheet_out_freeze(o, 1);
	sheet_out_input(o, 0, 1, choices, 2, S("请选择"));
	sheet_out_input(o, 1, 1, many, ARRAY_LEN(many), S("很多"));
	sheet_out_style(o, STYLE_HEADER);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		sheet_out_text(o, str_from_c(texts[i]));
	ok(sheet_out_row(o, &e) == RC_OK, "header row");
	sheet_out_style(o, STYLE_PLAIN);
	sheet_out_number(o, 1500, 3);
	sheet_out_number(o, -5, 2);
	sheet_out_number(o, 1234567890123456789, 0);
	sheet_out_number(o, NIL, 0);
	sheet_out_style(o, STYLE_WRONG);
	sheet_out_comment(o, S("错误：不是日期"));
	sheet_out_date(o, 20778);
	sheet_out_time(o, INT64_C(1795249800000));
	sheet_out_date(o, -30000);
	ok(sheet_out_row(o, &e) == RC_OK, "value row");
	sheet_out_sheet(o, "汇总");
	sheet_out_text(o, S("second sheet"));
	ok(sheet_out_row(o, &e) == RC_OK, "second sheet");
	ok(sheet_out_finish(o, &e) == RC_OK, "kind %d finishes", (int)kind);
}

struct expected {
	bool xlsx;
	int rows;
};

static enum rc
check_row(void *arg, const struct sheet_row *row, struct err *e)
{
	struct expected *x = arg;
	int64_t v = 0;

	(void)e;
	if (x->rows++ == 0) {
		is_i64((int64_t)row->count, ARRAY_LEN(texts), "all texts came back");
		for (size_t i = 0; i < row->count; i++)
			is_str(sheet_unprotect(row->cells[i].text), str_from_c(texts[i]), "text %zu", i);
		for (size_t i = 0; i < row->count; i++)
			ok(row->cells[i].text.p[0] != '=' && row->cells[i].text.p[0] != '-', "cell %zu is no formula", i);
		return RC_OK;
	}
	is_i64((int64_t)row->count, 7, "seven values");
	ok(sheet_number(row->cells[0].text, 3, &v) && v == 1500, "1.5");
	ok(sheet_number(row->cells[1].text, 2, &v) && v == -5, "-0.05");
	is_str(row->cells[2].text, S("1234567890123456789"), "a long integer stays exact");
	ok(row->cells[3].type == CELL_EMPTY, "nothing");
	ok((row->cells[4].type == CELL_DATE) == x->xlsx && (row->cells[5].type == CELL_DATE) == x->xlsx, "dates");
	is_i64(x->xlsx ? row->cells[4].at_ms : 20778 * INT64_C(86400000), 20778 * INT64_C(86400000), "date");
	is_i64(x->xlsx ? row->cells[5].at_ms : INT64_C(1795249800000), INT64_C(1795249800000), "time");
	if (!x->xlsx)
		is_str(row->cells[5].text, S("2026-11-21 08:30:00"), "time as text");
	is_str(row->cells[6].text, S("1887-11-12"), "a date before spreadsheets is text");
	return RC_OK;
}

static void
test_writing(void)
{
	for (int kind = SHEET_KIND_XLSX; kind <= SHEET_KIND_CSV_GB18030; kind++) {
		int fd = memfd_create("out", 0);
		struct expected x = { .xlsx = kind == SHEET_KIND_XLSX };
		struct err e = { .lang = LANG_EN };

		write_all((enum sheet_kind)kind, fd);
		is_i64(sheet_read(&mem, fd, &sheet_limits_default, NULL, check_row, &x, &e), RC_OK, "kind %d reads back: %s", kind, e.text);
		is_i64(x.rows, 2, "two rows of the first sheet");
		close(fd);
	}
}

static void
test_giving_up(void)
{
	struct sheet_out_options options = { .kind = SHEET_KIND_XLSX, .fd = memfd_create("out", 0) };
	struct sheet_out *o;
	struct err e = { 0 };
	struct str out;
	int fd = memory_file("1\n2\n3\n", 6);
	struct printed p = { .stop_at = 2 };
	ARENA a;

	arena_init(&a, 64 << 20);
	ok(sheet_out_open(&o, &a, &options, &e) == RC_OK, "a workbook begins");
	arena_reset(&a);
	ok(true, "and may be given up");
	close(options.fd);
	sb_init(&p.out, &mem, 1000);
	is_i64(sheet_read(&mem, fd, &sheet_limits_default, NULL, print_row, &p, &e), RC_STATE, "the caller may stop the reading");
	out = sb_str(&p.out);
	is_str(out, S("1: t1\n2: t2\n"), "after two rows");
	close(fd);
}

int
main(void)
{
	arena_init(&mem, 512 << 20);
	test_numbers();
	test_dates();
	test_risky();
	test_csv_reading();
	test_csv_limits();
	test_xlsx_cells();
	test_xlsx_hostile();
	test_writing();
	test_giving_up();
	arena_done(&mem);
	return tap_done();
}

#include "base/base.h"
#include "lib/sheet/xlsx.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024, RATIO_FROM = 8 * 1024 * 1024, TOKEN_MAX = 1024 * 1024, ENTRIES_MAX = 5000 };

const struct sheet_limits sheet_limits_default = {
	.file_bytes = 64 * 1024 * 1024,
	.output_bytes = INT64_C(1) << 30,
	.ratio = 200,
	.strings_bytes = 96 * 1024 * 1024,
	.rows = SHEET_ROWS_MAX,
	.columns = SHEET_COLUMNS_MAX,
};

void
sheet_column_name(size_t column, char out[4])
{
	char buf[3];
	size_t n = 0, i = 0;

	for (size_t c = column + 1; c > 0 && n < 3; c = (c - 1) / 26)
		buf[n++] = (char)('A' + (c - 1) % 26);
	while (n > 0)
		out[i++] = buf[--n];
	out[i] = '\0';
}

void
xlsx_stop(struct xlsx_part *p, enum rc rc)
{
	if (p->rc == RC_OK)
		p->rc = rc;
	XML_StopParser(p->parser, XML_FALSE);
}

static const char *
local_name(const char *name)
{
	const char *colon = strchr(name, ':');

	return colon != NULL ? colon + 1 : name;
}

const char *
xlsx_attribute(const char **attributes, const char *name)
{
	for (size_t i = 0; attributes[i] != NULL; i += 2)
		if (strcmp(local_name(attributes[i]), name) == 0)
			return attributes[i + 1];
	return NULL;
}

static void XMLCALL
on_start(void *data, const char *name, const char **attributes)
{
	struct xlsx_part *p = data;

	if (++p->depth > XLSX_DEPTH_MAX) {
		xlsx_stop(p, fail(p->x->err, RC_LIMIT, NULL, "文件嵌套过深：%s", "%s is nested too deeply", p->what));
		return;
	}
	p->start(p, local_name(name), attributes);
}

static void XMLCALL
on_end(void *data, const char *name)
{
	struct xlsx_part *p = data;

	p->depth--;
	if (p->end != NULL)
		p->end(p, local_name(name));
}

static void XMLCALL
on_text(void *data, const char *s, int n)
{
	struct xlsx_part *p = data;

	p->text(p, s, (size_t)n);
}

static void XMLCALL
on_doctype(void *data, const char *name, const char *sysid, const char *pubid, int internal)
{
	struct xlsx_part *p = data;

	(void)name, (void)sysid, (void)pubid, (void)internal;
	xlsx_stop(p, fail_code(p->x->err, RC_INVALID, "sheet-doctype", NULL, "工作簿含有 DOCTYPE 声明，已拒绝",
		"the workbook contains a DOCTYPE declaration and is refused"));
}

/* Counts what came out, not what the archive promised. */
static enum rc
check_output(struct xlsx *x, int64_t packed)
{
	const struct sheet_limits *l = x->limits;
	int64_t base = x->packed + packed;

	if (x->unpacked > l->output_bytes)
		return fail_code(x->err, RC_LIMIT, "sheet-bomb", NULL, "工作簿解压后超过 %lld MB",
			"the workbook unpacks to more than %lld MB", LL(l->output_bytes >> 20));
	if (x->unpacked > RATIO_FROM && x->unpacked / l->ratio > base)
		return fail_code(x->err, RC_LIMIT, "sheet-bomb", NULL, "工作簿压缩比超过 %lld 倍，已拒绝",
			"the workbook unpacks to more than %lld times its size and is refused", LL(l->ratio));
	return RC_OK;
}

static enum rc
xml_fault(struct xlsx_part *p)
{
	if (p->rc != RC_OK)
		return p->rc;
	return fail(p->x->err, RC_INVALID, NULL, "%s 第 %lu 行不是合法的 XML：%s", "%s line %lu is not well-formed: %s",
		p->what, (unsigned long)XML_GetCurrentLineNumber(p->parser),
		XML_ErrorString(XML_GetErrorCode(p->parser)));
}

static enum rc
feed(struct xlsx_part *p, zip_file_t *file, int64_t packed)
{
	int64_t fed = 0;

	for (;;) {
		void *buf = XML_GetBuffer(p->parser, CHUNK);
		zip_int64_t n;
		enum rc rc;

		if (buf == NULL)
			return fail(p->x->err, RC_LIMIT, NULL, "内存不足：%s", "out of memory in %s", p->what);
		n = zip_fread(file, buf, CHUNK);
		if (n < 0)
			return fail(p->x->err, RC_INVALID, NULL, "工作簿已损坏：%s", "the workbook is damaged: %s", p->what);
		fed += n;
		p->x->unpacked += n;
		rc = check_output(p->x, packed);
		if (rc != RC_OK)
			return rc;
		if (XML_ParseBuffer(p->parser, (int)n, n == 0) != XML_STATUS_OK)
			return xml_fault(p);
		if (n == 0)
			return RC_OK;
		/* an unfinished token makes the parser keep and re-read everything since its start */
		if (fed - XML_GetCurrentByteIndex(p->parser) > TOKEN_MAX + CHUNK)
			return fail(p->x->err, RC_LIMIT, NULL, "%s 中有过长的标记", "%s holds an over-long tag", p->what);
	}
}

static enum rc
run_file(struct xlsx_part *p, zip_uint64_t index, int64_t packed)
{
	zip_file_t *file = zip_fopen_index(p->x->zip, index, 0);
	enum rc rc;

	if (file == NULL)
		return fail(p->x->err, RC_INVALID, NULL, "工作簿已损坏：%s", "the workbook is damaged: %s", p->what);
	p->parser = XML_ParserCreate(NULL);
	p->rc = RC_OK;
	p->depth = 0;
	ASSERT(p->parser != NULL);
	XML_SetUserData(p->parser, p);
	XML_SetElementHandler(p->parser, on_start, on_end);
	if (p->text != NULL)
		XML_SetCharacterDataHandler(p->parser, on_text);
	XML_SetStartDoctypeDeclHandler(p->parser, on_doctype);
	rc = feed(p, file, packed);
	XML_ParserFree(p->parser);
	p->parser = NULL;
	zip_fclose(file);
	p->x->packed += packed;
	return rc;
}

enum rc
xlsx_part_run(struct xlsx_part *p, const char *path)
{
	zip_int64_t index = zip_name_locate(p->x->zip, path, ZIP_FL_NOCASE);
	zip_stat_t st;

	p->what = path;
	if (index < 0)
		return RC_NOT_FOUND;
	if (zip_stat_index(p->x->zip, (zip_uint64_t)index, 0, &st) != 0 || !(st.valid & ZIP_STAT_COMP_SIZE))
		return fail(p->x->err, RC_INVALID, NULL, "工作簿已损坏：%s", "the workbook is damaged: %s", path);
	if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE)
		return fail_code(p->x->err, RC_INVALID, "sheet-encrypted", NULL, "工作簿已加密，请去掉密码后再上传",
			"the workbook is encrypted: remove the password and send it again");
	return run_file(p, (zip_uint64_t)index, (int64_t)st.comp_size);
}

static void
close_zip(void *arg)
{
	zip_discard(arg);
}

static enum rc
read_xlsx(struct xlsx *x, int fd, int64_t bytes)
{
	zip_error_t fault;
	zip_source_t *source = xlsx_source(x->mem, fd, bytes);
	enum rc rc;

	zip_error_init(&fault);
	x->zip = source != NULL ? zip_open_from_source(source, ZIP_RDONLY, &fault) : NULL;
	zip_error_fini(&fault);
	if (x->zip == NULL) {
		zip_source_free(source);
		return fail(x->err, RC_INVALID, NULL, "文件不是完整的 xlsx 工作簿", "the file is not a whole xlsx workbook");
	}
	arena_on_done(x->mem, close_zip, x->zip);
	if (zip_get_num_entries(x->zip, 0) > ENTRIES_MAX)
		return fail_code(x->err, RC_LIMIT, "sheet-bomb", NULL, "工作簿内文件超过 %d 个",
			"the workbook holds more than %d parts", ENTRIES_MAX);
	rc = xlsx_book_read(x);
	return rc == RC_OK ? xlsx_cells_read(x) : rc;
}

static enum rc
check_file(int fd, const struct sheet_limits *limits, int64_t *bytes, unsigned char head[8], struct err *e)
{
	static const unsigned char ole[] = { 0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1 };

	/* by seeking: inside the sandbox nothing may ask for a file's status */
	memset(head, 0, 8);
	*bytes = lseek(fd, 0, SEEK_END);
	if (*bytes < 0 || pread(fd, head, 8, 0) < 0)
		return fail(e, RC_UNAVAILABLE, NULL, "无法读取文件", "the file cannot be read");
	if (*bytes == 0)
		return fail(e, RC_INVALID, NULL, "文件是空的", "the file is empty");
	if (*bytes > limits->file_bytes)
		return fail(e, RC_LIMIT, NULL, "文件超过 %lld MB", "the file is larger than %lld MB", LL(limits->file_bytes >> 20));
	if (memcmp(head, ole, sizeof(ole)) == 0)
		return fail_code(e, RC_INVALID, "sheet-encrypted", NULL,
			"这是加密的工作簿或旧版 .xls 文件，请去掉密码并另存为 .xlsx",
			"this is an encrypted workbook or an old .xls: remove the password and save as .xlsx");
	return RC_OK;
}

enum rc
sheet_read(struct arena *mem, int fd, const struct sheet_limits *limits, struct sheet_codecs *codecs, sheet_row_fn *fn,
	void *arg, struct err *e)
{
	struct arena_mark mark = arena_mark(mem);
	struct xlsx x = { .mem = mem, .limits = limits, .err = e, .fn = fn, .arg = arg };
	unsigned char head[8];
	int64_t bytes = 0;
	enum rc rc = check_file(fd, limits, &bytes, head, e);

	if (rc != RC_OK)
		return rc;
	if (memcmp(head, "PK", 2) == 0)
		rc = read_xlsx(&x, fd, bytes);
	else
		rc = csv_read(mem, fd, bytes, limits, codecs, fn, arg, e);
	arena_rewind(mem, mark);
	return rc;
}

/* cmd_sheet.c - `ezhen import` and `ezhen export`: workbooks from the server's shell, through the same code as the console. */
#include "base/base.h"
#include "core/event.h"
#include "core/file.h"
#include "core/job.h"
#include "core/sandbox.h"
#include "core/sheet.h"
#include "main/commands.h"
#include "main/program.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct option import_options[] = {
	OPTION_DATA,
	{ "dry", NULL, NULL, false, { "只检查，不写入", "check only, write nothing" } },
	{ "errors", "FILE", NULL, false, { "把标出错误单元格的工作簿写到这里", "where the workbook with marked cells goes" } },
	{ 0 },
};
static const struct option export_options[] = {
	OPTION_DATA,
	{ "format", "NAME", "xlsx", false, { "xlsx、csv 或 csv-gb18030", "xlsx, csv or csv-gb18030" } },
	{ "out", "FILE", NULL, true, { "写到哪个文件", "file to write" } },
	{ 0 },
};

static const struct resource *
find_resource(const struct program *p, const char *name, struct err *e)
{
	const struct resource *r = resource_find(&p->app, str_from_c(name));

	if (r == NULL)
		(void)fail(e, RC_NOT_FOUND, NULL, "没有台账 %s", "no resource %s", name);
	return r;
}

static int
open_new(const char *path, struct err *e)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		(void)fail(e, RC_UNAVAILABLE, NULL, "无法新建 %s：%s", "cannot create %s: %s", path, strerror(errno));
	return fd;
}

static enum rc
export_rows(struct program *p, const struct args *a, struct err *e)
{
	static const char *const names[] = { [SHEET_XLSX] = "xlsx", [SHEET_CSV] = "csv", [SHEET_CSV_GB18030] = "csv-gb18030" };
	const struct resource *r = find_resource(p, a->words[0], e);
	struct query q = { 0 };
	int64_t rows = 0;
	size_t format = 0;

	if (r == NULL)
		return e->rc;
	while (format < ARRAY_LEN(names) && strcmp(names[format], arg(a, "format")) != 0)
		format++;
	if (format == ARRAY_LEN(names))
		return fail(e, RC_INVALID, "format", "没有格式 %s", "no format %s", arg(a, "format"));

	int fd = open_new(arg(a, "out"), e);

	if (fd < 0)
		return e->rc;

	enum rc rc = sheet_export(&p->ctx, r, &q, (enum sheet_format)format, fd, &rows);

	if (rc != RC_OK || fsync(fd) != 0) {
		*e = p->ctx.err;
		unlink(arg(a, "out"));
	}
	close(fd);
	if (rc == RC_OK)
		printf("%lld\n", LL(rows));
	return rc;
}

static const struct db_sql sql_result = {
	"import_result",
	"SELECT state, result, error FROM job WHERE county = :county AND id = :id",
};

/* Copies the error workbook out of the store. */
static enum rc
save_errors(struct program *p, int64_t file, const char *path, struct err *e)
{
	struct file_info info;
	int in = -1, out;
	int64_t bytes = 0;
	char buf[65536];
	ssize_t n = 0;
	enum rc rc = file_info(&p->ctx, file, &info);

	if (rc == RC_OK)
		rc = file_open(&p->ctx, &info, "", &in, &bytes);
	if (rc != RC_OK) {
		*e = p->ctx.err;
		return rc;
	}
	out = open_new(path, e);
	while (out >= 0 && (n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, (size_t)n) != n)
			rc = fail(e, RC_UNAVAILABLE, NULL, "写 %s 失败", "writing %s failed", path);
	close(in);
	if (out < 0)
		return e->rc;
	close(out);
	return rc;
}

static enum rc
report(struct program *p, const struct args *a, int64_t job, struct err *e)
{
	DB_STMT st = NULL;
	bool row = false;
	struct json *result = NULL;
	enum rc rc = db_prepare(p->db, &sql_result, &st, e);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", p->app.county);
	db_bind_i64(st, "id", job);
	rc = db_step(st, &row, e);
	if (rc != RC_OK || !row)
		return rc;
	if (!str_eq(db_col_str(st, 0), S("done")))
		return fail(e, RC_INVALID, NULL, STR_FMT, STR_FMT, STR_ARG(db_col_str(st, 2)));
	printf(STR_FMT "\n", STR_ARG(db_col_str(st, 1)));
	rc = json_parse(&p->mem, db_col_str(st, 1), 1 << 20, &result, e);
	if (rc != RC_OK || json_i64(result, "file") == NIL || arg(a, "errors") == NULL)
		return rc;
	return save_errors(p, json_i64(result, "file"), arg(a, "errors"), e);
}

static enum rc
import_file(struct program *p, const struct args *a, struct err *e)
{
	const struct resource *r = find_resource(p, a->words[0], e);
	const char *slash = strrchr(a->words[1], '/');
	struct file_info info = { 0 };
	struct str params;
	int64_t job;
	int fd;

	if (r == NULL)
		return e->rc;
	fd = open(a->words[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(e, RC_NOT_FOUND, NULL, "打不开 %s：%s", "cannot open %s: %s", a->words[1], strerror(errno));

	enum rc rc = file_add(&p->ctx, fd, str_from_c(slash != NULL ? slash + 1 : a->words[1]), "sheet", &info);

	close(fd);
	params = str_fmt(&p->mem, "{\"resource\":\"%s\",\"file\":\"%lld\",\"dry\":%s}", r->name, LL(info.id),
		arg(a, "dry") != NULL ? "true" : "false");
	if (rc == RC_OK)
		rc = job_add(&p->ctx, "core.import", params, 0, &job);
	if (rc == RC_OK)
		rc = jobs_drain(&p->ctx);
	if (rc != RC_OK) {
		*e = p->ctx.err;
		return rc;
	}
	return report(p, a, job, e);
}

static int
with_program(const struct args *a, enum rc (*work)(struct program *p, const struct args *a, struct err *e))
{
	struct err e = { .lang = cli_lang() };
	struct sandbox *sandbox = NULL;

	if (sandbox_start(&sandbox, NULL, &e) != RC_OK)
		return command_failed(a, &e);

	PROGRAM p = { 0 };
	enum rc rc = program_open(&p, a, PROGRAM_EXISTING, &e);

	p.app.sandbox = sandbox;
	if (rc == RC_OK)
		rc = work(&p, a, &e);
	sandbox_stop(sandbox);
	return rc == RC_OK ? 0 : command_failed(a, &e);
}

static int
run_import(const struct args *a)
{
	return with_program(a, import_file);
}

static int
run_export(const struct args *a)
{
	return with_program(a, export_rows);
}

const struct command command_import = {
	.name = "import",
	.words = "RESOURCE FILE",
	.words_min = 2,
	.words_max = 2,
	.help = { "导入 Excel 或 CSV 工作簿", "import a workbook or CSV" },
	.options = import_options,
	.run = run_import,
};

const struct command command_export = {
	.name = "export",
	.words = "RESOURCE",
	.words_min = 1,
	.words_max = 1,
	.help = { "导出一种台账", "export the rows of a resource" },
	.options = export_options,
	.run = run_export,
};

/* rest_sheet.c - export and template routes: the workbook is written to an unlinked file, then sent. */
#include "base/base.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/audit.h"
#include "core/record.h"
#include "core/rest.h"
#include "core/serve_priv.h"
#include "core/sheet.h"

struct format {
	const char *name, *type, *ending;
	enum sheet_format as;
};
static const struct format formats[] = {
	{ "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", SHEET_XLSX },
	{ "csv", "text/csv; charset=utf-8", "csv", SHEET_CSV },
	{ "csv-gb18030", "text/csv; charset=gb18030", "csv", SHEET_CSV_GB18030 },
};

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static enum rc
choose(struct ctx *c, const struct http_request *q, const struct format **out)
{
	struct str wanted = http_param(q, "format");

	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		if (wanted.p == NULL || str_eq_c(wanted, formats[i].name)) {
			*out = &formats[i];
			return RC_OK;
		}
	}
	return fail(&c->err, RC_INVALID, "format", "格式须为 xlsx、csv 或 csv-gb18030", "format must be xlsx, csv or csv-gb18030");
}

static enum rc
note_export(struct ctx *c, const struct resource *r, int64_t rows)
{
	DB_TX tx = { 0 };
	enum rc rc = db_begin(c->db, &tx, &c->err);

	if (rc == RC_OK)
		rc = audit_act(c, "export", r->name, 0, str_fmt(c->mem, "{\"rows\":" LLD "}", LL(rows)));
	return rc == RC_OK ? db_commit(&tx, &c->err) : rc;
}

static enum rc
make(struct ctx *c, struct http_request *q, const struct route_entry *r, const struct format *f, int fd)
{
	struct query *query;
	int64_t rows = 0;
	enum rc rc;

	if (r->kind == RK_TEMPLATE)
		return sheet_template(c, r->resource, f->as, fd);
	query = NEW(c->mem, struct query);
	rc = query_parse(c, r->resource, q, query);
	if (rc == RC_OK)
		rc = sheet_export(c, r->resource, query, f->as, fd, &rows);
	return rc == RC_OK ? note_export(c, r->resource, rows) : rc;
}

enum rc
rest_sheet(struct ctx *c, struct http_request *q, const struct route_entry *r)
{
	const char *dir = serve_temp_dir(c->app);
	CLEANUP(close_fd) int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	const struct format *f = NULL;
	struct stat st;
	enum rc rc = choose(c, q, &f);

	if (rc != RC_OK)
		return rc;
	if (fd < 0)
		return fail(&c->err, RC_UNAVAILABLE, NULL, "无法建立临时文件：%s", "no temporary file: %s", strerror(errno));
	rc = make(c, q, r, f, fd);
	if (rc != RC_OK)
		return rc;
	if (fstat(fd, &st) != 0 || lseek(fd, 0, SEEK_SET) != 0)
		return fail(&c->err, RC_UNAVAILABLE, NULL, "临时文件不可读", "the temporary file cannot be read");
	http_set_header(q, "Cache-Control", S("no-store"));
	http_set_header(q, "Content-Disposition", str_fmt(c->mem, "attachment; filename=\"%s%s.%s\"", r->resource->name,
		r->kind == RK_TEMPLATE ? "-template" : "", f->ending));
	http_reply_file(q, f->type, fd, st.st_size, NULL);
	fd = -1;
	return RC_OK;
}

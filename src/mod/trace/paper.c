/*
 * paper.c - see paper.h. The certificate's paper carries the issuer's telephone in
 * clear, so only those who may issue certificates at its place get it.
 */
#include <fcntl.h>
#include <unistd.h>
#include "base/base.h"
#include "core/job.h"
#include "lib/json/json.h"
#include "lib/label/label.h"
#include "mod/trace/paper.h"
#include "mod/trace/trace.h"
#include "mod/trace/trace_priv.h"

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static enum label_basis
basis_of(struct str basis)
{
	if (str_eq_c(basis, "commissioned"))
		return LABEL_COMMISSIONED;
	return str_eq_c(basis, "quality_control") ? LABEL_QUALITY_CONTROL : LABEL_SELF_TEST;
}

/* The paper is a Chinese form whatever language its reader has chosen. */
static struct label_certificate
paper_of(struct ctx *c, const struct certificate *k, enum label_paper paper)
{
	enum lang lang = c->lang;
	struct label_certificate p = { .paper = paper, .statement = k->statement, .basis = basis_of(k->basis),
		.product = k->product, .origin = k->origin, .issuer = k->issuer, .contact = k->contact, .number = k->number,
		.issued_on = date_print(c->mem, k->issued_on), .voided = str_eq_c(k->state, "voided"), .demo = c->app->demo };

	c->lang = LANG_ZH;
	p.quantity = quantity_text(c, k->quantity_milli, k->unit);
	c->lang = lang;
	if (c->app->public_url != NULL)
		p.qr_url = str_fmt(c->mem, "%s/certificate/" STR_FMT, c->app->public_url, STR_ARG(k->number));
	return p;
}

enum rc
certificate_paper(struct ctx *c, struct http_request *q)
{
	CLEANUP(close_fd) int fd = -1;
	struct str size = http_param(q, "paper");
	struct record_head h;
	struct certificate k;
	int64_t id;
	enum rc rc;

	if (size.p != NULL && !str_eq_c(size, "a5") && !str_eq_c(size, "80x60"))
		return fail(&c->err, RC_INVALID, "paper", "纸张应为 a5 或 80x60", "paper is a5 or 80x60");
	if (!str_i64(path_param(c, q, "id"), &id))
		return fail(&c->err, RC_NOT_FOUND, NULL, "没有这张合格证", "there is no such certificate");
	rc = record_load(c, &resource_certificates, id, "trace.issue", &h, &k);
	if (rc != RC_OK)
		return rc;
	fd = open(c->app->data_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(&c->err, RC_UNAVAILABLE, NULL, "不能建立临时文件", "no temporary file can be made");
	struct label_certificate p = paper_of(c, &k, str_eq_c(size, "80x60") ? LABEL_PAPER_80X60 : LABEL_PAPER_A5);
	rc = label_certificate_write(&p, fd, &c->err);
	off_t bytes = rc == RC_OK ? lseek(fd, 0, SEEK_END) : -1;
	if (rc != RC_OK)
		return rc;
	if (bytes < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return fail(&c->err, RC_UNAVAILABLE, NULL, "不能读取临时文件", "the temporary file cannot be read");
	http_set_header(q, "Content-Disposition", str_fmt(c->mem, "inline; filename=\"" STR_FMT ".pdf\"", STR_ARG(k.number)));
	int given = fd;
	fd = -1; /* the reply owns it now */
	http_reply_file(q, "application/pdf", given, bytes, str_fmt(c->mem, "\"" LLD "-" LLD "-" STR_FMT "\"", LL(h.id), LL(h.version),
		STR_ARG(size)).p);
	return RC_OK;
}

enum rc
label_sheet_again(struct ctx *c, struct http_request *q)
{
	struct record_head h;
	struct code_batch b;
	struct json *body;
	int64_t job;
	enum rc rc = json_parse(c->mem, http_body(q), 4096, &body, &c->err);

	if (rc == RC_OK)
		rc = record_load(c, &resource_code_batches, json_i64(body, "batch"), "trace.issue", &h, &b);
	if (rc != RC_OK)
		return rc;
	if (b.issued == 0)
		return fail(&c->err, RC_STATE, "batch", "还没有生成追溯码", "no codes were made yet");
	rc = job_add(c, "trace.label-sheet", str_fmt(c->mem, "{\"batch\":\"" LLD "\"}", LL(h.id)), 0, &job);
	if (rc == RC_OK)
		http_reply(q, 202, "application/json", str_fmt(c->mem, "{\"job\":\"" LLD "\"}", LL(job)));
	return rc;
}

#include "base/base.h"
#include "core/file.h"
#include "core/file_routes.h"
#include "core/file_type.h"
#include "lib/json/json.h"
#include <string.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 600, UPLOAD_MAX_MB = 1024 };

static void
print_info(struct json_writer *w, const struct file_info *f)
{
	json_begin(w);
	json_id(w, "id", f->id);
	json_str(w, "name", f->name);
	json_str(w, "type", f->type);
	json_int(w, "bytes", f->bytes);
	json_int(w, "width", f->width != 0 ? f->width : NIL);
	json_int(w, "height", f->height != 0 ? f->height : NIL);
	json_end(w);
}

static void
reply_info(struct ctx *c, struct http_request *q, int status, const struct file_info *f)
{
	struct json_writer w;
	struct sb b;

	sb_init(&b, c->mem, 4096);
	json_writer_init(&w, &b);
	print_info(&w, f);
	http_set_header(q, "Cache-Control", S("no-store"));
	http_reply(q, status, "application/json", sb_str(&b));
}

static enum rc
check_accept(struct ctx *c, const char *accept)
{
	struct str rest = str_from_c(accept);

	while (rest.p != NULL) {
		struct str one = str_cut(&rest, ',');

		if (!str_eq_c(one, "image") && !str_eq_c(one, "video") && !str_eq_c(one, "pdf") && !str_eq_c(one, "sheet"))
			return fail(&c->err, RC_INVALID, "accept", "须为 image、video、pdf、sheet", "must be image, video, pdf or sheet");
	}
	return RC_OK;
}

static enum rc
upload(struct ctx *c, struct http_request *q)
{
	struct str name = http_param(q, "name"), accept = http_param(q, "accept");
	const char *classes = accept.n > 0 ? str_c(c->mem, accept) : NULL;
	struct file_info f;
	enum rc rc;

	if (name.n == 0 || name.n > NAME_MAX_BYTES)
		return fail(&c->err, RC_INVALID, "name", "须有文件名，且不超过 %d 字节", "a file name of at most %d bytes is needed", NAME_MAX_BYTES);
	rc = check_accept(c, classes);
	if (rc == RC_OK && http_body_fd(q) < 0)
		rc = fail(&c->err, RC_INVALID, NULL, "请求没有内容", "the request has no body");
	if (rc == RC_OK)
		rc = file_add(c, http_body_fd(q), name, classes, &f);
	if (rc != RC_OK)
		return rc;
	http_set_header(q, "Location", str_fmt(c->mem, "/api/v1/files/" LLD, LL(f.id)));
	reply_info(c, q, 201, &f);
	return RC_OK;
}

static enum rc
find(struct ctx *c, struct http_request *q, struct file_info *f)
{
	int64_t id;
	enum rc rc;

	if (!str_i64(path_param(c, q, "id"), &id) || id <= 0)
		return fail(&c->err, RC_NOT_FOUND, NULL, "文件不存在", "there is no such file");
	rc = file_info(c, id, f);
	return rc == RC_OK ? file_may_read(c, f) : rc;
}

static enum rc
info(struct ctx *c, struct http_request *q)
{
	struct file_info f;
	enum rc rc = find(c, q, &f);

	if (rc == RC_OK)
		reply_info(c, q, 200, &f);
	return rc;
}

/* filename* of RFC 6266: bytes that are not plain are percent-encoded. */
static struct str
disposition(struct ctx *c, const struct file_info *f, bool shown)
{
	static const char hex[] = "0123456789ABCDEF";
	struct sb b;

	sb_init(&b, c->mem, 1024);
	sb_add(&b, shown ? "inline" : "attachment");
	sb_add(&b, "; filename*=UTF-8''");
	for (size_t i = 0; i < f->name.n; i++) {
		unsigned char ch = (unsigned char)f->name.p[i];
		bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '.' || ch == '-' || ch == '_';

		if (plain) {
			sb_add_c(&b, (char)ch);
		} else {
			sb_add_c(&b, '%');
			sb_add_c(&b, hex[ch >> 4]);
			sb_add_c(&b, hex[ch & 15]);
		}
	}
	return sb_str(&b);
}

static enum rc
content(struct ctx *c, struct http_request *q)
{
	struct str size = http_param(q, "size");
	const char *variant = size.n > 0 ? str_c(c->mem, size) : "";
	const struct file_type *t;
	struct file_info f;
	int64_t bytes;
	int fd;
	enum rc rc;

	if (variant[0] != '\0' && strcmp(variant, "320") != 0 && strcmp(variant, "1600") != 0)
		return fail(&c->err, RC_INVALID, "size", "须为 320 或 1600", "must be 320 or 1600");
	rc = find(c, q, &f);
	if (rc == RC_OK)
		rc = file_open(c, &f, variant, &fd, &bytes);
	if (rc != RC_OK)
		return rc;
	t = file_type_of(f.type);
	/* whatever a file may contain, a browser must not run it in our name */
	http_set_header(q, "X-Content-Type-Options", S("nosniff"));
	http_set_header(q, "Content-Security-Policy", S("default-src 'none'; style-src 'unsafe-inline'; sandbox"));
	http_set_header(q, "Content-Disposition", disposition(c, &f, t != NULL && t->shown));
	http_set_header(q, "Cache-Control", f.is_public ? S("public, max-age=86400") : S("private, max-age=3600"));
	http_reply_file(q, str_c(http_mem(q), f.type), fd, bytes, str_c(http_mem(q), str_fmt(c->mem, "\"%.32s%s\"", f.sha256.p, variant)));
	return RC_OK;
}

#define INFO_SCHEMA                                                                                                    \
	"{\"type\":\"object\",\"required\":[\"id\",\"name\",\"type\",\"bytes\"],\"properties\":{\"id\":{\"type\":\"string\"},"  \
	"\"name\":{\"type\":\"string\"},\"type\":{\"type\":\"string\"},\"bytes\":{\"type\":\"integer\"},"                      \
	"\"width\":{\"type\":[\"integer\",\"null\"]},\"height\":{\"type\":[\"integer\",\"null\"]}}}"

const struct route core_file_routes[] = {
	{ HTTP_POST, "/api/v1/files", upload, .flags = ROUTE_ANY | ROUTE_BODY_FILE, .body_max = (int64_t)UPLOAD_MAX_MB << 20,
		.summary = { "上传文件", "Upload a file" },
		.query = "name:string:display name|accept:string:classes allowed, comma separated (image video pdf sheet)",
		.body = "", .reply = INFO_SCHEMA, .status = 201 },
	{ HTTP_GET, "/api/v1/files/{id}", content, .flags = ROUTE_PUBLIC | ROUTE_STREAM,
		.summary = { "下载文件", "Download a file" }, .query = "size:string:320 or 1600 for a smaller picture", .body = "", .reply = "" },
	{ HTTP_GET, "/api/v1/files/{id}/info", info, .flags = ROUTE_PUBLIC,
		.summary = { "文件信息", "Facts about a file" }, .query = "", .body = "", .reply = INFO_SCHEMA },
	{ 0 },
};

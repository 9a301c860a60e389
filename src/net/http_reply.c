/* http_reply.c - complete replies: bytes, static bytes, files, and the server's own errors. */
#include "base/base.h"
#include "net/http_priv.h"
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* On every reply, unless the handler said the same header otherwise. */
static const struct reply_header security[] = {
	{ "Content-Security-Policy",
		S("default-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; "
		  "media-src 'self' blob:; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'; "
		  "frame-ancestors 'none'; form-action 'self'") },
	{ "X-Content-Type-Options", S("nosniff") },
	{ "Referrer-Policy", S("same-origin") },
	{ "Permissions-Policy", S("camera=(self), geolocation=(self)") },
	{ "Cross-Origin-Opener-Policy", S("same-origin") },
	/* Pages and answers are about people until a handler says otherwise. */
	{ "Cache-Control", S("no-store") },
};

bool
http_reply_has_header(const struct http_request *q, const char *name)
{
	for (size_t i = 0; i < q->header_count; i++) {
		if (strcmp(q->headers[i].name, name) == 0)
			return true;
	}
	return false;
}

void
http_set_header(struct http_request *q, const char *name, struct str value)
{
	ASSERT(head_is_token(str_from_c(name)) && head_is_value(value));
	for (size_t i = 0; i < q->header_count; i++) {
		/* Several cookies are several headers; everything else is said once. */
		if (strcmp(q->headers[i].name, name) == 0 && strcmp(name, "Set-Cookie") != 0) {
			q->headers[i].value = str_dup(&q->mem, value);
			return;
		}
	}
	ASSERT(q->header_count < REPLY_HEADERS_MAX);
	q->headers[q->header_count++] = (struct reply_header){ name, str_dup(&q->mem, value) };
}

void
http_reply_set(struct http_request *q, int status, struct MHD_Response *response, int64_t bytes)
{
	ASSERT(q->status == 0 && response != NULL);
	q->status = status;
	q->response = response;
	q->reply_bytes = q->head.method == HTTP_HEAD || status == 204 || status == 304 ? 0 : bytes;
	for (size_t i = 0; i < ARRAY_LEN(security); i++) {
		if (!http_reply_has_header(q, security[i].name))
			MHD_add_response_header(response, security[i].name, security[i].value.p);
	}
	for (size_t i = 0; i < q->header_count; i++)
		MHD_add_response_header(response, q->headers[i].name, q->headers[i].value.p);
	q->id[q->id_n] = '\0';
	MHD_add_response_header(response, "X-Request-Id", q->id);
	/* Whatever follows a chunked body on this connection is not read: nothing can be smuggled behind it. */
	if (q->framing.chunked && !http_reply_has_header(q, "Connection"))
		MHD_add_response_header(response, "Connection", "close");
}

enum MHD_Result
http_reply_hand_over(struct http_request *q)
{
	struct http_server *s = q->server;
	int64_t deadline = http_now_ms(s) + s->o.write_deadline_ms;
	enum MHD_Result queued;

	q->phase = PHASE_SENT;
	atomic_store_explicit(&q->conn->last_ms,
		q->pipe != NULL ? 0 : deadline + q->reply_bytes * 1000 / WRITE_RATE_MIN, memory_order_relaxed);
	atomic_store_explicit(&q->conn->deadline_ms, deadline, memory_order_relaxed);
	queued = MHD_queue_response(q->mc, (unsigned)q->status, q->response);
	MHD_destroy_response(q->response);
	q->response = NULL;
	return queued;
}

void
http_reply(struct http_request *q, int status, const char *type, struct str body)
{
	bool held = body.n > 0 && arena_holds(&q->mem, body.p);
	/* The library's parameter is not const, but it only reads. */
	struct MHD_Response *r = MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p,
		held || body.n == 0 ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY);

	if (type != NULL)
		http_set_header(q, "Content-Type", str_from_c(type));
	http_reply_set(q, status, r, (int64_t)body.n);
}

static void
reply_empty(struct http_request *q, int status)
{
	http_reply_set(q, status, MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT), 0);
}

/* True when the client has this content already and was told so. */
static bool
not_modified(struct http_request *q, const char *etag)
{
	struct str match = { 0 };

	if (etag == NULL)
		return false;
	http_set_header(q, "ETag", str_from_c(etag));
	match = http_header(q, "if-none-match");
	if (match.p == NULL || !head_etag_listed(match, str_from_c(etag)))
		return false;
	reply_empty(q, 304);
	return true;
}

void
http_reply_static(struct http_request *q, int status, const char *type, struct str body, const char *etag)
{
	bool readable = q->head.method == HTTP_GET || q->head.method == HTTP_HEAD;

	if (status == 200 && readable && not_modified(q, etag))
		return;
	if (type != NULL)
		http_set_header(q, "Content-Type", str_from_c(type));
	http_reply_set(q, status, MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p,
		MHD_RESPMEM_PERSISTENT), (int64_t)body.n);
}

/* If-Range: the range counts only when the content is still the one the client has (strong comparison). */
static bool
range_is_wanted(const struct http_request *q, const char *etag)
{
	struct str condition = http_header(q, "if-range");

	if (q->head.method != HTTP_GET)
		return false;
	return condition.p == NULL || (etag != NULL && str_eq_c(condition, etag));
}

void
http_reply_file(struct http_request *q, const char *type, int fd, int64_t size, const char *etag)
{
	int64_t from = 0, length = size;
	enum range_kind kind = RANGE_NONE;

	if (not_modified(q, etag)) {
		close(fd);
		return;
	}
	http_set_header(q, "Accept-Ranges", S("bytes"));
	if (range_is_wanted(q, etag))
		kind = head_range(http_header(q, "range"), size, &from, &length);
	if (kind == RANGE_UNSATISFIABLE) {
		close(fd);
		http_set_header(q, "Content-Range", str_fmt(&q->mem, "bytes */" LLD, LL(size)));
		reply_empty(q, 416);
		return;
	}
	if (type != NULL)
		http_set_header(q, "Content-Type", str_from_c(type));
	if (kind == RANGE_OK)
		http_set_header(q, "Content-Range", str_fmt(&q->mem, "bytes " LLD "-" LLD "/" LLD, LL(from),
			LL(from + length - 1), LL(size)));
	if (length == 0) {
		close(fd);
		reply_empty(q, 200);
		return;
	}
	http_reply_set(q, kind == RANGE_OK ? 206 : 200,
		MHD_create_response_from_fd_at_offset64((uint64_t)length, fd, (uint64_t)from), length);
}

/* ---- the server's own errors ---- */

static struct text
error_text(int status)
{
	static const struct {
		int status;
		struct text text;
	} texts[] = {
		{ 400, { "请求格式有误", "The request is malformed" } },
		{ 405, { "不支持该方法", "The method is not allowed" } },
		{ 413, { "请求内容过大", "The body is too large" } },
		{ 414, { "地址过长", "The address is too long" } },
		{ 417, { "无法满足 Expect", "The expectation cannot be met" } },
		{ 431, { "请求头过大", "The header fields are too large" } },
		{ 501, { "未实现该方法", "The method is not implemented" } },
		{ 503, { "系统繁忙，请稍后再试", "The system is busy, please try again shortly" } },
		{ 505, { "不支持该 HTTP 版本", "The HTTP version is not supported" } },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (texts[i].status == status)
			return texts[i].text;
	}
	return (struct text){ "系统内部错误", "Internal error" };
}

static enum lang
language_of(const struct http_request *q)
{
	struct str cookie = http_cookie(q, "lang");

	if (cookie.p != NULL)
		return str_eq_c(cookie, "en") ? LANG_EN : LANG_ZH;
	return head_language(http_header(q, "accept-language"));
}

void
http_reply_error(struct http_request *q, int status, bool close_after)
{
	struct http_server *s = q->server;
	enum lang lang = language_of(q);
	struct str id = http_request_id(q), body;

	q->header_count = 0;
	q->own_error = true;
	if (status == 503)
		http_set_header(q, "Retry-After", S("1"));
	if (status == 405)
		http_set_header(q, "Allow", S("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
	if (close_after)
		http_set_header(q, "Connection", S("close"));
	if (s->h.on_error != NULL)
		body = s->h.on_error(s->h.self, &q->mem, status, lang, id);
	else
		body = str_fmt(&q->mem, "{\"title\":\"%s\",\"status\":%d,\"request_id\":\"" STR_FMT "\"}",
			text_in(error_text(status), lang), status, STR_ARG(id));
	http_reply(q, status, "application/problem+json", body);
}

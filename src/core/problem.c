#include "base/base.h"
#include <string.h>
#include "core/problem.h"
#include "lib/json/json.h"

enum { PROBLEM_MAX = 64 * 1024 };

struct kind {
	int status;
	const char *name;
	struct text title;
};

static const struct kind by_rc[RC_COUNT] = {
	[RC_OK] = { 500, "internal", { "程序内部错误", "internal error" } },
	[RC_INVALID] = { 400, "invalid", { "提交的内容有误", "what was sent is not valid" } },
	[RC_UNAUTHENTICATED] = { 401, "unauthenticated", { "请先登录", "please log in" } },
	[RC_DENIED] = { 403, "denied", { "没有权限", "not allowed" } },
	[RC_NOT_FOUND] = { 404, "not-found", { "找不到", "not found" } },
	[RC_CONFLICT] = { 409, "conflict", { "与现有数据冲突", "conflicts with what is there" } },
	[RC_STATE] = { 409, "state", { "当前状态不能这样做", "not possible in this state" } },
	[RC_LIMIT] = { 429, "limit", { "超过上限", "over the limit" } },
	[RC_UNAVAILABLE] = { 503, "unavailable", { "服务暂时不可用，请稍后再试", "temporarily unavailable, please try again" } },
	[RC_UNCERTAIN] = { 503, "uncertain", { "无法确认是否已保存，请核对后再试", "it may or may not have been saved; check before trying again" } },
	[RC_INTERNAL] = { 500, "internal", { "程序内部错误，已记录", "internal error, noted" } },
};

static const struct kind by_status[] = {
	{ 400, "invalid", { "请求格式有误", "malformed request" } },
	{ 404, "not-found", { "找不到这个页面", "there is no such page" } },
	{ 405, "method-not-allowed", { "不支持这种请求方法", "method not allowed" } },
	{ 406, "not-acceptable", { "没有可接受的格式", "not acceptable" } },
	{ 408, "timeout", { "请求发送超时", "the request came too slowly" } },
	{ 413, "too-large", { "提交的内容过大", "too large" } },
	{ 414, "uri-too-long", { "网址过长", "address too long" } },
	{ 415, "unsupported-media-type", { "内容类型须为 application/json", "content type must be application/json" } },
	{ 431, "head-too-large", { "请求头过大", "request head too large" } },
	{ 500, "internal", { "程序内部错误，已记录", "internal error, noted" } },
	{ 503, "unavailable", { "服务繁忙，请稍后再试", "busy, please try again" } },
};

static const struct kind *
kind_of_status(int status)
{
	for (size_t i = 0; i < ARRAY_LEN(by_status); i++) {
		if (by_status[i].status == status)
			return &by_status[i];
	}
	return &by_status[ARRAY_LEN(by_status) - 2];
}

static bool
has_code(const struct err *e, const char *code)
{
	return e->code != NULL && strcmp(e->code, code) == 0;
}

int
problem_status(const struct err *e)
{
	if (e->rc == RC_INVALID && (has_code(e, "rule") || has_code(e, "idempotency-mismatch")))
		return 422;
	if (e->rc == RC_LIMIT && has_code(e, "too-large"))
		return 413;
	return by_rc[e->rc < RC_COUNT ? e->rc : RC_INTERNAL].status;
}

/* What the engine or the program says about itself is for the log. */
static bool
is_told(const struct err *e)
{
	return e->rc != RC_UNAVAILABLE && e->rc != RC_UNCERTAIN && e->rc != RC_INTERNAL && e->text[0] != '\0';
}

static void
put_errors(struct json_writer *w, const struct ctx *c)
{
	if (c->error_count == 0)
		return;
	json_key(w, "errors");
	json_begin(w);
	for (size_t i = 0; i < c->error_count; i++) {
		bool seen = false;

		for (size_t k = 0; k < i && !seen; k++)
			seen = str_eq(c->errors[k].field, c->errors[i].field);
		if (seen)
			continue;
		json_key_str(w, c->errors[i].field);
		json_put_str(w, c->errors[i].text);
	}
	json_end(w);
}

static struct str
document(struct arena *mem, const struct kind *k, int status, enum lang lang, const struct ctx *c, struct str request_id)
{
	const struct err *e = c != NULL ? &c->err : NULL;
	struct json_writer w;
	struct sb b;

	sb_init(&b, mem, PROBLEM_MAX);
	json_writer_init(&w, &b);
	json_begin(&w);
	json_str(&w, "type", str_fmt(mem, "urn:ezhen:problem:%s", k->name));
	json_c(&w, "title", text_in(k->title, lang));
	json_int(&w, "status", status);
	if (e != NULL && is_told(e))
		json_c(&w, "detail", e->text);
	if (e != NULL && e->code != NULL)
		json_c(&w, "code", e->code);
	if (e != NULL && e->field[0] != '\0')
		json_c(&w, "field", e->field);
	if (e != NULL && (e->rc == RC_INVALID || e->rc == RC_CONFLICT))
		put_errors(&w, c);
	json_str(&w, "request_id", request_id);
	json_end(&w);
	return sb_str(&b);
}

static void
put_escaped(struct sb *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (strchr("<>&\"'", s.p[i]) != NULL && s.p[i] != '\0')
			sb_addf(b, "&#%d;", s.p[i]);
		else
			sb_add_c(b, s.p[i]);
	}
}

struct str
problem_page(struct arena *mem, int status, enum lang lang, struct str sentence, struct str request_id)
{
	const struct kind *k = kind_of_status(status);
	bool zh = lang == LANG_ZH;
	struct sb b;

	for (int rc = RC_INVALID; rc < RC_COUNT; rc++) {
		if (by_rc[rc].status == status && status != 404) {
			k = &by_rc[rc];
			break;
		}
	}
	sb_init(&b, mem, PROBLEM_MAX);
	sb_addf(&b, "<!doctype html><html lang=\"%s\"><head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>%s</title>"
		"<link rel=\"stylesheet\" href=\"/static/page.css\"></head><body><main class=\"problem\"><h1>%s</h1><p>",
		zh ? "zh-CN" : "en", text_in(k->title, lang), text_in(k->title, lang));
	put_escaped(&b, sentence);
	sb_addf(&b, "</p><p><a href=\"/\">%s</a></p><p><small>%d · ", zh ? "返回首页" : "Home", status);
	put_escaped(&b, request_id);
	sb_add(&b, "</small></p></main></body></html>\n");
	return sb_str(&b);
}

static void
send(struct ctx *c, struct http_request *q, bool html, int status, const struct kind *k)
{
	http_set_header(q, "Cache-Control", S("no-store"));
	http_set_header(q, "Content-Language", c->lang == LANG_EN ? S("en") : S("zh-CN"));
	if (html) {
		http_reply(q, status, "text/html; charset=utf-8",
			problem_page(c->mem, status, c->lang, is_told(&c->err) ? str_from_c(c->err.text) : (struct str){ 0 }, c->request_id));
		return;
	}
	http_reply(q, status, "application/problem+json", document(c->mem, k, status, c->lang, c, c->request_id));
}

void
problem_reply(struct ctx *c, struct http_request *q, bool html)
{
	int status;

	if (c->err.rc == RC_OK || c->err.rc >= RC_COUNT)
		c->err.rc = RC_INTERNAL;
	status = problem_status(&c->err);
	if (!is_told(&c->err) || status >= 500)
		LOG(c->app->log, LOG_ERROR, "problem", { "request", c->request_id }, { "kind", str_from_c(rc_name(c->err.rc)) },
			{ "code", str_from_c(c->err.code) }, { "text", str_from_c(c->err.text) });
	if (status == 503 || status == 429)
		http_set_header(q, "Retry-After", status == 503 ? S("2") : S("30"));
	if (status == 401 && !html)
		http_set_header(q, "WWW-Authenticate", S("Bearer realm=\"ezhen\""));
	send(c, q, html, status, &by_rc[c->err.rc]);
}

void
problem_reply_status(struct ctx *c, struct http_request *q, bool html, int status, struct str allow)
{
	c->err.rc = RC_INVALID;
	c->err.text[0] = '\0';
	if (allow.n > 0)
		http_set_header(q, "Allow", allow);
	send(c, q, html, status, kind_of_status(status));
}

struct str
problem_body(struct arena *mem, int status, enum lang lang, struct str request_id)
{
	return document(mem, kind_of_status(status), status, lang, NULL, request_id);
}

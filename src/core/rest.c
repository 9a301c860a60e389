/*
 * rest.c - record routes. Reads answer at once; writes run through one path
 * that adds the idempotency key, repeats what the database asks to be repeated
 * and answers with the record as it then stands.
 */
#include "base/base.h"
#include <string.h>
#include "core/idempotency.h"
#include "core/job.h"
#include "core/keyring.h"
#include "core/record.h"
#include "core/rest.h"

enum { ANSWER_MAX = 8 << 20, WRITE_TRIES = 4 };

void
rest_reply(struct http_request *q, int status, struct str json)
{
	http_set_header(q, "Cache-Control", S("no-store"));
	http_reply(q, status, json.p != NULL ? "application/json" : NULL, json);
}

enum rc
rest_path_id(struct ctx *c, const struct http_request *q, const char *name, int64_t *id)
{
	if (!str_i64(path_param(c, q, name), id) || *id <= 0)
		return fail(&c->err, RC_NOT_FOUND, NULL, "没有这条记录", "there is no such record");
	return RC_OK;
}

enum rc
rest_body(struct ctx *c, const struct http_request *q, const struct json **body)
{
	static const struct json none = { .type = J_OBJECT };
	struct str text = http_body(q);
	struct json *parsed = NULL;
	enum rc rc;

	*body = &none;
	if (text.n == 0)
		return RC_OK;
	rc = json_parse(c->mem, text, ROUTE_RECORD_BODY_MAX, &parsed, &c->err);
	if (rc != RC_OK)
		return rc;
	if (parsed->type != J_OBJECT)
		return fail(&c->err, RC_INVALID, NULL, "内容须为 JSON 对象", "the body must be a JSON object");
	*body = parsed;
	return RC_OK;
}

/* ---- reads ---- */

static struct json_writer
writer(struct ctx *c, struct sb *b)
{
	struct json_writer w;

	sb_init(b, c->mem, ANSWER_MAX);
	json_writer_init(&w, b);
	return w;
}

static enum rc
answer(struct ctx *c, struct http_request *q, const struct sb *b)
{
	if (b->truncated)
		return fail_code(&c->err, RC_LIMIT, "too-large", NULL, "结果过大，请减少每页行数", "the answer is too large, ask for fewer rows");
	rest_reply(q, 200, sb_str(b));
	return RC_OK;
}

static enum rc
list(struct ctx *c, struct http_request *q, const struct resource *r)
{
	struct query *query = NEW(c->mem, struct query);
	struct sb b;
	struct json_writer w = writer(c, &b);
	enum rc rc = query_parse(c, r, q, query);

	if (rc == RC_OK)
		rc = query_print(c, r, query, &w);
	return rc == RC_OK ? answer(c, q, &b) : rc;
}

/* The number behind the first "version": in a printed record; quotes inside texts are escaped, so none can fake it. */
static int64_t
printed_version(struct str json)
{
	ptrdiff_t at = str_find(json, S("\"version\":"), 0);
	int64_t v = 0;
	size_t n = 0;

	if (at < 0)
		return 0;
	json = str_sub(json, (size_t)at + 10, 19);
	while (n < json.n && json.p[n] >= '0' && json.p[n] <= '9')
		n++;
	return str_i64(str_sub(json, 0, n), &v) ? v : 0;
}

static void
set_etag(struct ctx *c, struct http_request *q, struct str json)
{
	int64_t version = printed_version(json);

	if (version > 0)
		http_set_header(q, "ETag", str_fmt(c->mem, "\"" LLD "\"", LL(version)));
}

static enum rc
refuse_params(struct ctx *c, const struct http_request *q, const char *const *known)
{
	struct str name, value;

	for (size_t i = 0; http_param_at(q, i, &name, &value); i++) {
		bool found = str_eq_c(name, "lang");

		for (const char *const *k = known; *k != NULL && !found; k++)
			found = str_eq_c(name, *k);
		if (!found)
			return fail(&c->err, RC_INVALID, str_c(c->mem, str_sub(name, 0, 60)), "没有这个参数", "there is no such parameter");
	}
	return RC_OK;
}

static enum rc
read_one(struct ctx *c, struct http_request *q, const struct resource *r)
{
	static const char *const known[] = { "labels", NULL };
	struct sb b;
	struct json_writer w = writer(c, &b);
	int64_t id = 0;
	enum rc rc = refuse_params(c, q, known);

	if (rc == RC_OK)
		rc = rest_path_id(c, q, "id", &id);
	if (rc == RC_OK)
		rc = record_read(c, r, id, str_eq_c(http_param(q, "labels"), "1"), &w);
	if (rc != RC_OK)
		return rc;
	set_etag(c, q, sb_str(&b));
	return answer(c, q, &b);
}

static enum rc
history(struct ctx *c, struct http_request *q, const struct resource *r)
{
	static const char *const known[] = { "after", NULL };
	void *record = arena_alloc(c->mem, 1, r->record_size, _Alignof(max_align_t));
	struct record_head head;
	struct sb b;
	struct json_writer w = writer(c, &b);
	int64_t id = 0;
	enum rc rc = refuse_params(c, q, known);

	if (rc == RC_OK)
		rc = rest_path_id(c, q, "id", &id);
	/* Who may not read the row learns nothing of its past. */
	if (rc == RC_OK)
		rc = record_load(c, r, id, r->may[ACT_READ], &head, record);
	if (rc == RC_OK)
		rc = history_print(c, r, id, http_param(q, "after"), &w);
	return rc == RC_OK ? answer(c, q, &b) : rc;
}

/* ---- writes ---- */

struct write {
	const struct route_entry *entry;
	const struct json *body;
	int64_t id, version;     /* version 0: not given */
	struct idempotency answer;
	bool replayed;
};

static bool
parse_version(struct str text, int64_t *version)
{
	text = str_trim(text);
	if (text.n >= 2 && text.p[0] == '"' && text.p[text.n - 1] == '"')
		text = str_sub(text, 1, text.n - 2);
	return str_i64(text, version) && *version > 0;
}

/* From the body, ?version= or If-Match; 0 when nothing was said. */
static enum rc
find_version(struct ctx *c, const struct http_request *q, struct write *w)
{
	const struct json *in_body = json_get(w->body, "version");
	struct str header = http_header(q, "if-match"), param = http_param(q, "version");
	const char *where = NULL;

	if (in_body != NULL) {
		w->version = json_i64(w->body, "version");
		where = w->version > 0 ? NULL : "version";
	} else if (param.p != NULL) {
		where = parse_version(param, &w->version) ? NULL : "version";
	} else if (header.p != NULL) {
		where = parse_version(header, &w->version) ? NULL : "If-Match";
	}
	if (where != NULL)
		return fail(&c->err, RC_INVALID, where, "版本号无效", "not a version");
	return RC_OK;
}

static enum rc
need_version(struct ctx *c, const struct write *w)
{
	if (w->version > 0)
		return RC_OK;
	return fail_code(&c->err, RC_INVALID, "version-required", "version", "须给出读取时的版本号", "the version that was read is required");
}

/* The body without what belongs to the request and not to the record. */
static const struct json *
without_version(struct ctx *c, const struct json *body)
{
	struct json *copy = NEW(c->mem, struct json);

	*copy = *body;
	copy->items = NEW_ARRAY(c->mem, struct json, body->count);
	copy->names = NEW_ARRAY(c->mem, struct str, body->count);
	copy->count = 0;
	for (size_t i = 0; i < body->count; i++) {
		if (str_eq_c(body->names[i], "version"))
			continue;
		copy->items[copy->count] = body->items[i];
		copy->names[copy->count++] = body->names[i];
	}
	return copy;
}

static enum rc
only_members(struct ctx *c, const struct json *body, const char *a, const char *b)
{
	for (size_t i = 0; i < body->count; i++) {
		if (!str_eq_c(body->names[i], a) && !str_eq_c(body->names[i], b))
			return fail(&c->err, RC_INVALID, str_c(c->mem, str_sub(body->names[i], 0, 60)), "没有这个字段", "there is no such field");
	}
	return RC_OK;
}

static enum rc
do_move(struct ctx *c, struct write *w)
{
	const struct json *comment = json_get(w->body, "comment");
	enum rc rc = only_members(c, w->body, "version", "comment");

	if (rc != RC_OK)
		return rc;
	if (comment != NULL && comment->type != J_STRING && comment->type != J_NULL)
		return fail(&c->err, RC_INVALID, "comment", "须为文字", "must be text");
	return record_move(c, w->entry->resource, w->id, w->version, str_from_c(w->entry->move->name), json_text(w->body, "comment"));
}

static enum rc
do_import(struct ctx *c, struct write *w)
{
	const struct json *dry = json_get(w->body, "dry");
	int64_t file = json_i64(w->body, "file"), job = 0;
	struct json_writer p;
	struct sb b;
	enum rc rc = only_members(c, w->body, "file", "dry");

	if (rc != RC_OK)
		return rc;
	if (file == NIL || file <= 0)
		return fail(&c->err, RC_INVALID, "file", "须给出已上传文件的编号", "the key of an uploaded file is required");
	if (dry != NULL && dry->type != J_TRUE && dry->type != J_FALSE)
		return fail(&c->err, RC_INVALID, "dry", "须为 true 或 false", "must be true or false");
	p = writer(c, &b);
	json_begin(&p);
	json_c(&p, "resource", w->entry->resource->name);
	json_id(&p, "file", file);
	json_flag(&p, "dry", dry != NULL && dry->type == J_TRUE);
	json_end(&p);
	rc = job_add(c, "core.import", sb_str(&b), 0, &job);
	if (rc == RC_OK)
		w->answer.reply = str_fmt(c->mem, "{\"job\":\"" LLD "\"}", LL(job));
	return rc;
}

static enum rc
perform(struct ctx *c, struct write *w)
{
	const struct resource *r = w->entry->resource;
	enum rc rc;

	switch (w->entry->kind) {
	case RK_CREATE:
		return record_create(c, r, w->body, &w->id);
	case RK_UPDATE:
		rc = need_version(c, w);
		return rc != RC_OK ? rc : record_update(c, r, w->id, w->version, without_version(c, w->body));
	case RK_DELETE:
		rc = need_version(c, w);
		return rc != RC_OK ? rc : record_delete(c, r, w->id, w->version);
	case RK_MOVE:
		return do_move(c, w);
	case RK_IMPORT:
		return do_import(c, w);
	case RK_MODULE:
	case RK_LIST:
	case RK_READ:
	case RK_HISTORY:
	case RK_EXPORT:
	case RK_TEMPLATE:
		break;
	}
	return fail(&c->err, RC_INTERNAL, NULL, "不是写操作", "not a write");
}

/* The record as it stands now; its key alone for a writer who may not read it. */
static enum rc
print_answer(struct ctx *c, struct write *w)
{
	enum route_kind k = w->entry->kind;
	struct json_writer out;
	struct sb b;
	enum rc rc;

	w->answer.status = k == RK_CREATE ? 201 : k == RK_DELETE ? 204 : k == RK_IMPORT ? 202 : 200;
	w->answer.record_id = k == RK_CREATE ? w->id : 0;
	if (k == RK_DELETE || k == RK_IMPORT)
		return RC_OK;
	out = writer(c, &b);
	rc = record_read(c, w->entry->resource, w->id, false, &out);
	if (rc == RC_NOT_FOUND || rc == RC_DENIED) {
		c->err = (struct err){ .lang = c->lang };
		w->answer.reply = str_fmt(c->mem, "{\"id\":\"" LLD "\"}", LL(w->id));
		return RC_OK;
	}
	w->answer.reply = sb_str(&b);
	return rc;
}

static enum rc
write_once(struct ctx *c, struct write *w)
{
	DB_TX tx = { 0 };
	bool mine = false;
	enum rc rc = idempotency_find(c, &w->answer, &w->replayed);

	if (rc != RC_OK || w->replayed)
		return rc;
	rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = idempotency_claim(c, &w->answer, &mine);
	if (rc != RC_OK)
		return rc;
	if (!mine) {
		db_rollback(&tx);
		rc = idempotency_find(c, &w->answer, &w->replayed);
		if (rc == RC_OK && !w->replayed)
			rc = fail_code(&c->err, RC_UNAVAILABLE, "retry", NULL, "相同的请求正在处理", "the same request is being handled");
		return rc;
	}
	rc = perform(c, w);
	if (rc == RC_OK)
		rc = print_answer(c, w);
	if (rc == RC_OK)
		rc = idempotency_store(c, &w->answer);
	return rc == RC_OK ? db_commit(&tx, &c->err) : rc;
}

static enum rc
write_plain(struct ctx *c, struct write *w)
{
	enum rc rc = perform(c, w);

	if (rc != RC_OK)
		return rc;
	/* It is committed: whatever happens now, the client must not hear of a failure. */
	if (print_answer(c, w) != RC_OK) {
		LOG(c->app->log, LOG_WARN, "answer-after-commit", { "request", c->request_id }, { "text", str_from_c(c->err.text) });
		w->answer.reply = str_fmt(c->mem, "{\"id\":\"" LLD "\"}", LL(w->id));
	}
	return RC_OK;
}

static void
forget_failure(struct ctx *c)
{
	c->err = (struct err){ .lang = c->lang };
	c->error_count = 0;
	c->emitted = false;
}

static enum rc
write_with_retry(struct ctx *c, struct write *w)
{
	int64_t id = w->id;
	enum rc rc;

	for (int i = 1;; i++) {
		rc = c->idempotency_key != NULL ? write_once(c, w) : write_plain(c, w);
		if (rc != RC_UNAVAILABLE || c->err.code == NULL || strcmp(c->err.code, "retry") != 0 || i == WRITE_TRIES)
			return rc;
		forget_failure(c);
		w->id = id;
	}
}

static enum rc
prepare(struct ctx *c, struct http_request *q, struct write *w)
{
	static const char *const for_delete[] = { "version", NULL }, *const none[] = { NULL };
	struct str key = http_header(q, "idempotency-key");
	enum rc rc = refuse_params(c, q, w->entry->kind == RK_DELETE ? for_delete : none);

	if (rc == RC_OK)
		rc = rest_body(c, q, &w->body);
	if (rc == RC_OK && w->entry->kind != RK_CREATE && w->entry->kind != RK_IMPORT)
		rc = rest_path_id(c, q, "id", &w->id);
	if (rc == RC_OK && w->entry->kind != RK_CREATE && w->entry->kind != RK_IMPORT)
		rc = find_version(c, q, w);
	if (rc != RC_OK || key.p == NULL)
		return rc;
	rc = idempotency_check_key(c, key);
	if (rc != RC_OK)
		return rc;
	c->idempotency_key = str_c(c->mem, key);
	w->answer.route = str_fmt(c->mem, "%s %s", http_method_name(w->entry->method), w->entry->path).p;
	w->answer.hash = sha256_hex(c->mem, str_fmt(c->mem, STR_FMT "\n" STR_FMT "\n" STR_FMT, STR_ARG(http_path(q)),
		STR_ARG(http_query(q)), STR_ARG(sha256_hex(c->mem, http_body(q)))));
	return RC_OK;
}

static enum rc
write_record(struct ctx *c, struct http_request *q, const struct route_entry *r)
{
	struct write w = { .entry = r };
	enum rc rc = prepare(c, q, &w);

	if (rc == RC_OK)
		rc = write_with_retry(c, &w);
	if (rc != RC_OK)
		return rc;
	if (w.replayed)
		http_set_header(q, "Idempotency-Replayed", S("true"));
	if (w.answer.record_id != 0)
		http_set_header(q, "Location", str_fmt(c->mem, "/api/v1/%s/" LLD, r->resource->name, LL(w.answer.record_id)));
	if (w.answer.reply.p != NULL)
		set_etag(c, q, w.answer.reply);
	if (r->kind == RK_IMPORT && c->app->jobs != NULL)
		jobs_wake(c->app->jobs);
	rest_reply(q, w.answer.status, w.answer.reply);
	return RC_OK;
}

enum rc
rest_handle(struct ctx *c, struct http_request *q, const struct route_entry *r)
{
	switch (r->kind) {
	case RK_LIST:
		return list(c, q, r->resource);
	case RK_READ:
		return read_one(c, q, r->resource);
	case RK_HISTORY:
		return history(c, q, r->resource);
	case RK_CREATE:
	case RK_UPDATE:
	case RK_DELETE:
	case RK_MOVE:
	case RK_IMPORT:
		return write_record(c, q, r);
	case RK_EXPORT:
	case RK_TEMPLATE:
		return rest_sheet(c, q, r);
	case RK_MODULE:
		break;
	}
	return fail(&c->err, RC_INTERNAL, NULL, "不是记录路由", "not a record route");
}

/* notice_routes.c - a reader's own notices, unread first. Nobody reads another's. */
#include "base/base.h"
#include "core/core_priv.h"
#include "core/rest.h"

enum { LIST_MAX = 512 * 1024 };

/* Unread ones sort before read ones: the cursor is "0-ID" or "1-ID". */
static const struct db_sql sql_list = { "notice.list",
	"SELECT id, title_zh, title_en, body, link, created_ms, read_ms FROM notice WHERE county = :county AND user_id = :me"
	" AND (CASE WHEN read_ms IS NULL THEN 0 ELSE 1 END > :part"
	" OR (CASE WHEN read_ms IS NULL THEN 0 ELSE 1 END = :part AND id < :before))"
	" ORDER BY CASE WHEN read_ms IS NULL THEN 0 ELSE 1 END, id DESC LIMIT :limit" };
static const struct db_sql sql_unread = { "notice.unread",
	"SELECT COUNT(*) FROM notice WHERE county = :county AND user_id = :me AND read_ms IS NULL" };

static void
put_notice(struct json_writer *w, const struct ctx *c, struct db_stmt *st)
{
	json_begin(w);
	json_id(w, "id", db_col_i64(st, 0));
	json_str(w, "title", db_col_str(st, c->lang == LANG_EN ? 2 : 1));
	json_str(w, "body", db_col_str(st, 3));
	json_str(w, "link", db_col_str(st, 4));
	json_int(w, "created_ms", db_col_i64(st, 5));
	json_int(w, "read_ms", db_col_i64(st, 6));
	json_end(w);
}

static enum rc
count_unread(struct ctx *c, int64_t *count)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_unread, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "me", c->actor->user_id);
	rc = db_step(st, &row, &c->err);
	*count = rc == RC_OK ? db_col_i64(st, 0) : 0;
	return rc;
}

static enum rc
put_page(struct ctx *c, struct json_writer *w, int limit, int64_t part, int64_t before)
{
	DB_STMT st = NULL;
	bool row = false;
	struct str next = { 0 };
	int shown = 0;
	enum rc rc = db_prepare(c->db, &sql_list, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "me", c->actor->user_id);
	db_bind_i64(st, "part", part);
	db_bind_i64(st, "before", before);
	db_bind_i64(st, "limit", limit);
	json_key(w, "items");
	json_list(w);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		put_notice(w, c, st);
		if (++shown == limit)
			next = str_fmt(c->mem, "%d-" LLD, db_col_null(st, 6) ? 0 : 1, LL(db_col_i64(st, 0)));
	}
	json_list_end(w);
	json_str(w, "next", next);
	return rc;
}

static enum rc
parse_page(struct ctx *c, const struct http_request *q, int64_t *limit, int64_t *part, int64_t *before)
{
	struct str n = http_param(q, "limit"), cursor = http_param(q, "after"), head;

	*limit = 50;
	*part = 0;
	*before = INT64_MAX;
	if (n.p != NULL && (!str_i64(n, limit) || *limit < 1 || *limit > 200))
		return fail(&c->err, RC_INVALID, "limit", "须为 1 到 200", "must be 1 to 200");
	if (cursor.p == NULL)
		return RC_OK;
	head = str_cut(&cursor, '-');
	if (!str_i64(head, part) || *part < 0 || *part > 1 || !str_i64(cursor, before) || *before <= 0)
		return fail(&c->err, RC_INVALID, "after", "游标无效", "not a cursor");
	return RC_OK;
}

static enum rc
list(struct ctx *c, struct http_request *q)
{
	struct json_writer w;
	struct sb b;
	int64_t limit, part, before, unread = 0;
	enum rc rc = parse_page(c, q, &limit, &part, &before);

	if (rc == RC_OK)
		rc = count_unread(c, &unread);
	if (rc != RC_OK)
		return rc;
	sb_init(&b, c->mem, LIST_MAX);
	json_writer_init(&w, &b);
	json_begin(&w);
	json_int(&w, "unread", unread);
	rc = put_page(c, &w, (int)limit, part, before);
	if (rc != RC_OK)
		return rc;
	json_end(&w);
	rest_reply(q, 200, sb_str(&b));
	return RC_OK;
}

static const struct db_sql sql_read = { "notice.read",
	"UPDATE notice SET read_ms = COALESCE(read_ms, :now) WHERE county = :county AND user_id = :me AND id = :id" };
static const struct db_sql sql_read_all = { "notice.read-all",
	"UPDATE notice SET read_ms = :now WHERE county = :county AND user_id = :me AND read_ms IS NULL" };

static enum rc
mark(struct ctx *c, int64_t id, int64_t *changes)
{
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	enum rc rc = db_begin(c->db, &tx, &c->err);

	if (rc == RC_OK)
		rc = db_prepare(c->db, id != 0 ? &sql_read : &sql_read_all, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "me", c->actor->user_id);
	db_bind_i64(st, "now", c->now_ms);
	if (id != 0)
		db_bind_i64(st, "id", id);
	rc = db_run(st, changes, &c->err);
	db_finish(&st);
	return rc == RC_OK ? db_commit(&tx, &c->err) : rc;
}

static enum rc
read_one(struct ctx *c, struct http_request *q)
{
	int64_t id = 0, changes = 0;
	enum rc rc = rest_path_id(c, q, "id", &id);

	if (rc == RC_OK)
		rc = mark(c, id, &changes);
	if (rc == RC_OK && changes == 0)
		rc = fail(&c->err, RC_NOT_FOUND, NULL, "没有这条通知", "there is no such notice");
	if (rc == RC_OK)
		rest_reply(q, 204, (struct str){ 0 });
	return rc;
}

static enum rc
read_all(struct ctx *c, struct http_request *q)
{
	int64_t changes = 0;
	enum rc rc = mark(c, 0, &changes);

	if (rc == RC_OK)
		rest_reply(q, 204, (struct str){ 0 });
	return rc;
}

const struct route notice_routes[] = {
	{ HTTP_GET, "/api/v1/notices", list, .flags = ROUTE_ANY, .summary = { "我的通知", "Own notices, unread first" },
		.query = "limit:integer:1 to 200|after:string:cursor",
		.reply = "{\"type\":\"object\",\"properties\":{\"unread\":{\"type\":\"integer\"},\"items\":{\"type\":\"array\",\"items\":"
			"{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
			"\"body\":{\"type\":[\"string\",\"null\"]},\"link\":{\"type\":[\"string\",\"null\"]},\"created_ms\":{\"type\":\"integer\"},"
			"\"read_ms\":{\"type\":[\"integer\",\"null\"]}},\"required\":[\"id\",\"title\",\"created_ms\",\"read_ms\"],"
			"\"additionalProperties\":false}},\"next\":{\"type\":[\"string\",\"null\"]}},"
			"\"required\":[\"unread\",\"items\",\"next\"],\"additionalProperties\":false}" },
	{ HTTP_POST, "/api/v1/notices/{id}/read", read_one, .flags = ROUTE_ANY, .summary = { "标为已读", "Mark as read" } },
	{ HTTP_POST, "/api/v1/notices/read-all", read_all, .flags = ROUTE_ANY, .summary = { "全部标为已读", "Mark all as read" } },
	{ 0 },
};

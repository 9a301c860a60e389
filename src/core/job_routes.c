/*
 * job_routes.c - jobs as people see them: their own, and those whose permission
 * their grants hold over the whole county and the job's organisation.
 */
#include "base/base.h"
#include <string.h>
#include "core/core_priv.h"
#include "core/division.h"
#include "core/file.h"
#include "core/idempotency.h"
#include "core/job_priv.h"
#include "core/record.h"
#include "core/rest.h"
#include "core/sheet.h"
#include "lib/json/json.h"

enum { LIST_MAX = 256 * 1024 };

#define JOB_COLUMNS "id, kind, state, done, total, result, error, started_by, org_id, created_ms, started_ms, finished_ms"

enum rc
page_of_list(struct ctx *c, const struct http_request *q, int *limit, int64_t *after)
{
	struct str n = http_param(q, "limit"), cursor = http_param(q, "after");
	int64_t v = 50;

	*after = 0;
	if (n.p != NULL && (!str_i64(n, &v) || v < 1 || v > 200))
		return fail(&c->err, RC_INVALID, "limit", "须为 1 到 200", "must be 1 to 200");
	*limit = (int)v;
	if (cursor.p != NULL && (!str_i64(cursor, after) || *after <= 0))
		return fail(&c->err, RC_INVALID, "after", "游标无效", "not a cursor");
	return RC_OK;
}

static bool
may_see(const struct ctx *c, const struct job_kind *k, int64_t started_by, int64_t org_id)
{
	struct record_head place = { .county = c->county, .division = division_of_county(c->county), .org_id = org_id };

	if (started_by != 0 && started_by == c->actor->user_id)
		return true;
	if (scope_covers(c->actor, "core.jobs", &place))
		return true;
	return k != NULL && k->may != NULL && scope_covers(c->actor, k->may, &place);
}

static void
put_job(struct json_writer *w, const struct ctx *c, struct db_stmt *st, const struct job_kind *k)
{
	json_begin(w);
	json_id(w, "id", db_col_i64(st, 0));
	json_str(w, "kind", db_col_str(st, 1));
	json_str(w, "title", k != NULL ? str_from_c(tr(c, k->label)) : db_col_str(st, 1));
	json_str(w, "state", db_col_str(st, 2));
	json_int(w, "done", db_col_i64(st, 3));
	json_int(w, "total", db_col_i64(st, 4));
	json_key(w, "result");
	if (db_col_null(st, 5))
		json_put_null(w);
	else
		json_put_raw(w, db_col_str(st, 5));
	json_str(w, "error", db_col_str(st, 6));
	json_id(w, "started_by", db_col_i64(st, 7));
	json_int(w, "created_ms", db_col_i64(st, 9));
	json_int(w, "started_ms", db_col_i64(st, 10));
	json_int(w, "finished_ms", db_col_i64(st, 11));
	json_end(w);
}

static const struct db_sql sql_list = { "job.list",
	"SELECT " JOB_COLUMNS " FROM job WHERE county = :county AND id < :before ORDER BY id DESC LIMIT 2000" };
static const struct db_sql sql_list_own = { "job.list-own",
	"SELECT " JOB_COLUMNS " FROM job WHERE county = :county AND started_by = :me AND id < :before ORDER BY id DESC LIMIT 2000" };

/* Some permission of the kind, wherever it reaches. */
static bool
may_see_others(const struct ctx *c)
{
	if (actor_may(c->actor, "core.jobs"))
		return true;
	for (size_t i = 0; c->app->modules[i] != NULL; i++) {
		for (const struct job_kind *k = c->app->modules[i]->jobs; k != NULL && k->name != NULL; k++) {
			if (k->may != NULL && actor_may(c->actor, k->may))
				return true;
		}
	}
	return false;
}

static enum rc
put_jobs(struct ctx *c, struct json_writer *w, int limit, int64_t before)
{
	DB_STMT st = NULL;
	bool row = false, others = may_see_others(c);
	int64_t next = 0;
	int shown = 0;
	enum rc rc = db_prepare(c->db, others ? &sql_list : &sql_list_own, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "before", before > 0 ? before : INT64_MAX);
	if (!others)
		db_bind_i64(st, "me", c->actor->user_id);
	json_key(w, "items");
	json_list(w);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row && shown < limit) {
		const struct job_kind *k = job_kind_find(c->app, db_col_str(st, 1));

		if (!may_see(c, k, db_col_i64(st, 7), db_col_i64(st, 8)))
			continue;
		put_job(w, c, st, k);
		next = db_col_i64(st, 0);
		shown++;
	}
	json_list_end(w);
	json_id(w, "next", row && shown == limit ? next : 0);
	return rc;
}

static enum rc
list(struct ctx *c, struct http_request *q)
{
	struct json_writer w;
	struct sb b;
	int limit = 0;
	int64_t after = 0;
	enum rc rc = page_of_list(c, q, &limit, &after);

	if (rc != RC_OK)
		return rc;
	sb_init(&b, c->mem, LIST_MAX);
	json_writer_init(&w, &b);
	json_begin(&w);
	rc = put_jobs(c, &w, limit, after);
	if (rc != RC_OK)
		return rc;
	json_end(&w);
	rest_reply(q, 200, sb_str(&b));
	return RC_OK;
}

static const struct db_sql sql_one = { "job.one",
	"SELECT " JOB_COLUMNS " FROM job WHERE county = :county AND id = :id" };

static enum rc
print_one(struct ctx *c, int64_t id, struct str *out)
{
	DB_STMT st = NULL;
	const struct job_kind *k;
	struct json_writer w;
	struct sb b;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_one, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK)
		return rc;
	k = row ? job_kind_find(c->app, db_col_str(st, 1)) : NULL;
	if (!row || !may_see(c, k, db_col_i64(st, 7), db_col_i64(st, 8)))
		return fail(&c->err, RC_NOT_FOUND, NULL, "没有这个任务", "there is no such job");
	sb_init(&b, c->mem, LIST_MAX);
	json_writer_init(&w, &b);
	put_job(&w, c, st, k);
	*out = sb_str(&b);
	return RC_OK;
}

static enum rc
one(struct ctx *c, struct http_request *q)
{
	struct str text = { 0 };
	int64_t id = 0;
	enum rc rc = rest_path_id(c, q, "id", &id);

	if (rc == RC_OK)
		rc = print_one(c, id, &text);
	if (rc == RC_OK)
		rest_reply(q, 200, text);
	return rc;
}

/* A waiting job ends at once, a running one at its next step. */
static const struct db_sql sql_cancel = { "job.cancel",
	"UPDATE job SET cancel = 1, finished_ms = CASE WHEN state = 'queued' THEN :now ELSE finished_ms END,"
	" state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END"
	" WHERE county = :county AND id = :id AND state IN ('queued', 'running')" };

static enum rc
mark_cancelled(struct ctx *c, int64_t id)
{
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	int64_t changes = 0;
	enum rc rc = db_begin(c->db, &tx, &c->err);

	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_cancel, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	db_bind_i64(st, "now", c->now_ms);
	rc = db_run(st, &changes, &c->err);
	db_finish(&st);
	if (rc == RC_OK && changes == 0)
		rc = fail(&c->err, RC_STATE, NULL, "任务已结束", "the job has ended");
	return rc == RC_OK ? db_commit(&tx, &c->err) : rc;
}

static enum rc
cancel(struct ctx *c, struct http_request *q)
{
	struct str text = { 0 };
	int64_t id = 0;
	enum rc rc = rest_path_id(c, q, "id", &id);

	if (rc == RC_OK)
		rc = print_one(c, id, &text);
	if (rc == RC_OK)
		rc = mark_cancelled(c, id);
	if (rc == RC_OK)
		rc = print_one(c, id, &text);
	if (rc == RC_OK)
		rest_reply(q, 200, text);
	return rc;
}

/* ---- house-keeping ---- */

static const struct db_sql sql_old = { "job.old",
	"DELETE FROM job WHERE state IN ('done', 'cancelled') AND county = :county"
	" AND finished_ms < CASE WHEN slot IS NULL THEN CAST(:long AS BIGINT) ELSE CAST(:short AS BIGINT) END" };

static enum rc
sweep_jobs(struct ctx *c)
{
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	enum rc rc = db_begin(c->db, &tx, &c->err);

	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_old, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "long", c->now_ms - 90 * (int64_t)DAY_MS);
	db_bind_i64(st, "short", c->now_ms - 2 * (int64_t)DAY_MS);
	rc = db_run(st, NULL, &c->err);
	db_finish(&st);
	return rc == RC_OK ? db_commit(&tx, &c->err) : rc;
}

static enum rc
sweep(struct ctx *c, struct job *j)
{
	int64_t answers = 0, files = 0;
	enum rc rc = idempotency_sweep(c, &answers);

	if (rc == RC_OK)
		rc = sweep_jobs(c);
	if (rc == RC_OK)
		rc = files_sweep(c, &files);
	if (rc == RC_OK)
		rc = job_result(c, j, str_fmt(c->mem, "{\"answers\":" LLD ",\"files\":" LLD "}", LL(answers), LL(files)));
	return rc;
}

static enum rc
run_import(struct ctx *c, struct job *j)
{
	return sheet_import_job.run(c, j);
}

static enum rc
run_export(struct ctx *c, struct job *j)
{
	return sheet_export_job.run(c, j);
}

const struct job_kind core_jobs[] = {
	{ "core.import", { "导入工作簿", "Import a workbook" }, run_import },
	{ "core.export", { "导出工作簿", "Export a workbook" }, run_export },
	{ "core.sweep", { "清理过期数据", "Remove what has expired" }, sweep, .every_s = 3600, .may = "core.jobs" },
	{ 0 },
};

#define JOB_SCHEMA "{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"},\"kind\":{\"type\":\"string\"}," \
	"\"title\":{\"type\":\"string\"},\"state\":{\"type\":\"string\",\"enum\":[\"queued\",\"running\",\"done\",\"failed\",\"cancelled\"]}," \
	"\"done\":{\"type\":\"integer\"},\"total\":{\"type\":\"integer\"},\"result\":{\"type\":[\"object\",\"null\"]}," \
	"\"error\":{\"type\":[\"string\",\"null\"]},\"started_by\":{\"type\":[\"string\",\"null\"]}," \
	"\"created_ms\":{\"type\":\"integer\"},\"started_ms\":{\"type\":[\"integer\",\"null\"]}," \
	"\"finished_ms\":{\"type\":[\"integer\",\"null\"]}},\"required\":[\"id\",\"kind\",\"title\",\"state\",\"done\",\"total\"]," \
	"\"additionalProperties\":false}"

const struct route job_routes[] = {
	{ HTTP_GET, "/api/v1/jobs", list, .flags = ROUTE_ANY, .summary = { "后台任务", "Background jobs" },
		.query = "limit:integer:1 to 200|after:string:cursor",
		.reply = "{\"type\":\"object\",\"properties\":{\"items\":{\"type\":\"array\",\"items\":" JOB_SCHEMA "},"
			"\"next\":{\"type\":[\"string\",\"null\"]}},\"required\":[\"items\",\"next\"],\"additionalProperties\":false}" },
	{ HTTP_GET, "/api/v1/jobs/{id}", one, .flags = ROUTE_ANY, .summary = { "一个后台任务", "One background job" }, .reply = JOB_SCHEMA },
	{ HTTP_POST, "/api/v1/jobs/{id}/cancel", cancel, .flags = ROUTE_ANY, .summary = { "取消任务", "Cancel a job" },
		.reply = JOB_SCHEMA },
	{ 0 },
};

/* job.c - one job from its row to its end. */
#include "base/base.h"
#include <string.h>
#include "core/auth.h"
#include "core/division.h"
#include "core/job_priv.h"
#include "core/live.h"
#include "core/notify.h"
#include "lib/json/json.h"

enum { PROGRESS_MS = 300, PAUSE_MS = 5000, PAUSE_MAX_MS = 300000, JOB_MEMORY = 256 << 20 };

const struct job_kind *
job_kind_find(const struct app *app, struct str name)
{
	for (size_t i = 0; app->modules[i] != NULL; i++) {
		for (const struct job_kind *k = app->modules[i]->jobs; k != NULL && k->name != NULL; k++) {
			if (str_eq_c(name, k->name))
				return k;
		}
	}
	return NULL;
}

static const struct db_sql sql_add = { "job.add",
	"INSERT INTO job (county, id, kind, params, state, run_at_ms, started_by, lang, org_id, created_ms)"
	" VALUES (:county, :id, :kind, :params, 'queued', :at, :by, :lang, :org, :now)" };

static enum rc
insert(struct ctx *c, const char *kind, struct str params, int64_t at_ms, int64_t id)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_add, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	db_bind_str(st, "kind", str_from_c(kind));
	db_bind_str(st, "params", params);
	db_bind_i64(st, "at", at_ms != 0 ? at_ms : c->now_ms);
	db_bind_i64(st, "by", c->actor->user_id);
	db_bind_i64(st, "lang", c->lang);
	db_bind_i64(st, "org", c->actor->org_id);
	db_bind_i64(st, "now", c->now_ms);
	return db_run(st, NULL, &c->err);
}

enum rc
job_add(struct ctx *c, const char *kind, struct str params, int64_t at_ms, int64_t *id)
{
	DB_TX tx = { 0 };
	bool joined = db_in_tx(c->db);
	int64_t made = id_new(c->app->ids);
	enum rc rc = RC_OK;

	if (job_kind_find(c->app, str_from_c(kind)) == NULL)
		return fail(&c->err, RC_INTERNAL, NULL, "没有任务类型 %s", "no job kind %s", kind);
	if (params.n > JOB_PARAMS_MAX)
		return fail(&c->err, RC_LIMIT, NULL, "任务参数过长", "the job's parameters are too long");
	if (!joined)
		rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = insert(c, kind, params, at_ms, made);
	if (rc == RC_OK && !joined)
		rc = db_commit(&tx, &c->err);
	if (rc != RC_OK)
		return rc;
	if (!joined && c->app->jobs != NULL)
		jobs_wake(c->app->jobs);
	if (id != NULL)
		*id = made;
	return RC_OK;
}

void
job_publish(struct ctx *c, const struct job *j, const char *state, int64_t done, int64_t total)
{
	struct event place = { .county = c->county, .record_id = j->id, .division = division_of_county(c->county),
		.org_id = j->org_id, .actor_id = j->started_by };
	struct json_writer w;
	struct sb b;

	if (c->app->live == NULL)
		return;
	sb_init(&b, c->mem, 1000);
	json_writer_init(&w, &b);
	json_begin(&w);
	json_id(&w, "id", j->id);
	json_c(&w, "kind", j->kind->name);
	json_c(&w, "state", state);
	json_int(&w, "done", done);
	json_int(&w, "total", total);
	json_end(&w);
	live_publish(c->app->live, "jobs", j->kind->may != NULL ? j->kind->may : "core.jobs", &place, sb_str(&b));
}

static const struct db_sql sql_progress = { "job.progress",
	"UPDATE job SET done = :done, total = :total, lease_until_ms = :until WHERE county = :county AND id = :id"
	" AND state = 'running' RETURNING cancel" };

enum rc
job_progress(struct ctx *c, struct job *j, int64_t done, int64_t total)
{
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	bool joined = db_in_tx(c->db), row = false, cancel = false;
	int64_t mono = clock_mono(c->app->clock);
	enum rc rc = RC_OK;

	if (mono - j->told_ms < PROGRESS_MS && done < total)
		return RC_OK;
	j->told_ms = mono;
	j->done = done;
	j->total = total;
	if (!joined)
		rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_progress, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", j->id);
	db_bind_i64(st, "done", done);
	db_bind_i64(st, "total", total);
	db_bind_i64(st, "until", clock_now(c->app->clock) + JOB_LEASE_MS);
	rc = db_step(st, &row, &c->err);
	if (rc == RC_OK && row)
		cancel = db_col_i64(st, 0) != 0;
	db_finish(&st);
	if (rc == RC_OK && !joined)
		rc = db_commit(&tx, &c->err);
	if (rc != RC_OK)
		return rc;
	job_publish(c, j, "running", done, total);
	if (!row || cancel)
		return fail_code(&c->err, RC_STATE, "cancelled", NULL, "任务已取消", "the job was cancelled");
	return RC_OK;
}

static const struct db_sql sql_result = { "job.result", "UPDATE job SET result = :result WHERE county = :county AND id = :id" };

static enum rc
write_row(struct ctx *c, const struct db_sql *sql, int64_t id, const char *name, struct str text, int64_t at_ms)
{
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	bool joined = db_in_tx(c->db);
	enum rc rc = joined ? RC_OK : db_begin(c->db, &tx, &c->err);

	if (rc == RC_OK)
		rc = db_prepare(c->db, sql, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	db_bind_str(st, name, text);
	if (db_has_param(st, "at"))
		db_bind_i64(st, "at", at_ms);
	rc = db_run(st, NULL, &c->err);
	db_finish(&st);
	return rc == RC_OK && !joined ? db_commit(&tx, &c->err) : rc;
}

enum rc
job_result(struct ctx *c, struct job *j, struct str json)
{
	return write_row(c, &sql_result, j->id, "result", json, 0);
}

/* ---- claiming ---- */

static const struct db_sql sql_due = { "job.due",
	"SELECT county, id FROM job WHERE (state = 'queued' AND run_at_ms <= :now)"
	" OR (state = 'running' AND lease_until_ms < :now) ORDER BY run_at_ms, id LIMIT 1" };
/* The condition stands here again: of two claimants the second finds the row taken. */
static const struct db_sql sql_claim = { "job.claim",
	"UPDATE job SET state = 'running', attempt = attempt + 1, lease_until_ms = :until, lease_by = :who,"
	" started_ms = COALESCE(started_ms, :now) WHERE county = :county AND id = :id"
	" AND ((state = 'queued' AND run_at_ms <= :now) OR (state = 'running' AND lease_until_ms < :now))"
	" RETURNING kind, params, done, total, attempt, started_by, org_id, lang, cancel" };

struct claimed {
	struct job job;
	struct str kind;
	int64_t lang;
	bool cancel;
};

static enum rc
find_due(struct ctx *c, int64_t now_ms, int64_t *county, int64_t *id)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_due, &st, &c->err);

	*id = 0;
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "now", now_ms);
	rc = db_step(st, &row, &c->err);
	if (rc == RC_OK && row) {
		*county = db_col_i64(st, 0);
		*id = db_col_i64(st, 1);
	}
	return rc;
}

static enum rc
claim(struct ctx *c, const char *who, int64_t id, struct claimed *out, bool *mine)
{
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	enum rc rc = db_begin(c->db, &tx, &c->err);

	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_claim, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	db_bind_i64(st, "now", c->now_ms);
	db_bind_i64(st, "until", c->now_ms + JOB_LEASE_MS);
	db_bind_str(st, "who", str_from_c(who));
	rc = db_step(st, mine, &c->err);
	if (rc != RC_OK || !*mine)
		return rc;
	*out = (struct claimed){ .kind = str_dup(c->mem, db_col_str(st, 0)), .lang = db_col_i64(st, 7), .cancel = db_col_i64(st, 8) != 0 };
	out->job = (struct job){ .id = id, .kind = job_kind_find(c->app, out->kind), .params = str_dup(c->mem, db_col_str(st, 1)),
		.done = db_col_i64(st, 2), .total = db_col_i64(st, 3), .attempt = (int)db_col_i64(st, 4),
		.started_by = db_col_i64(st, 5), .org_id = db_col_i64(st, 6) };
	db_finish(&st);
	return db_commit(&tx, &c->err);
}

/* ---- running ---- */

static const struct db_sql sql_starter = { "job.starter",
	"SELECT name, org_id, person_id FROM user_account WHERE county = :county AND id = :id AND state = 'active'"
	" AND deleted_ms IS NULL" };

/* The account that asked, as it stands now. */
static enum rc
load_starter(struct ctx *c, int64_t user_id, struct actor *out)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_starter, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", user_id);
	rc = db_step(st, &row, &c->err);
	if (rc == RC_OK && !row)
		return fail(&c->err, RC_DENIED, NULL, "发起任务的账号已停用", "the account that started the job is no longer active");
	if (rc != RC_OK)
		return rc;
	*out = (struct actor){ .kind = ACTOR_USER, .user_id = user_id, .name = str_dup(c->mem, db_col_str(st, 0)) };
	out->org_id = db_col_null(st, 1) ? 0 : db_col_i64(st, 1);
	out->person_id = db_col_null(st, 2) ? 0 : db_col_i64(st, 2);
	rc = auth_grants(c, user_id, &out->grants, &out->grant_count);
	out->unmask = rc == RC_OK && actor_may(out, "org.unmask");
	return rc;
}

static const struct db_sql sql_done = { "job.done",
	"UPDATE job SET state = 'done', finished_ms = :at, error = :error, done = total"
	" WHERE county = :county AND id = :id AND state = 'running'" };
static const struct db_sql sql_failed = { "job.failed",
	"UPDATE job SET state = 'failed', finished_ms = :at, error = :error WHERE county = :county AND id = :id AND state = 'running'" };
static const struct db_sql sql_cancelled = { "job.cancelled",
	"UPDATE job SET state = 'cancelled', finished_ms = :at, error = :error"
	" WHERE county = :county AND id = :id AND state = 'running'" };
static const struct db_sql sql_again = { "job.again",
	"UPDATE job SET state = 'queued', run_at_ms = :at, error = :error, lease_until_ms = 0"
	" WHERE county = :county AND id = :id AND state = 'running'" };

/* What is told of a failure: engine and program keep their own words for the log. */
static struct str
told(const struct ctx *c, const struct err *e)
{
	if (e->rc == RC_UNAVAILABLE || e->rc == RC_UNCERTAIN || e->rc == RC_INTERNAL)
		return str_from_c(c->lang == LANG_EN ? "a fault of the program or the database; it is in the log" : "程序或数据库故障，详情见日志");
	return str_from_c(e->text);
}

static bool
is_passing(const struct err *e)
{
	return e->rc == RC_UNAVAILABLE || e->rc == RC_UNCERTAIN || e->rc == RC_INTERNAL;
}

/* Whoever asked for the work hears how it ended. */
static enum rc
tell_starter(struct ctx *c, const struct job *j, bool good)
{
	struct text title = {
		str_fmt(c->mem, "%s：%s", j->kind->label.zh, good ? "已完成" : "未能完成").p,
		str_fmt(c->mem, "%s: %s", j->kind->label.en, good ? "done" : "failed").p,
	};

	if (j->started_by == 0)
		return RC_OK;
	return notify_user(c, j->started_by, title, (struct str){ 0 }, str_fmt(c->mem, "/jobs/" LLD, LL(j->id)));
}

static enum rc
finish(struct ctx *c, const struct job *j, enum rc result)
{
	struct err e = c->err;
	struct str text = result == RC_OK ? (struct str){ 0 } : str_dup(c->mem, told(c, &e));
	int64_t now = clock_now(c->app->clock), pause = PAUSE_MS;
	const struct db_sql *sql = &sql_done;
	const char *state = "done";

	if (result == RC_STATE && e.code != NULL && strcmp(e.code, "cancelled") == 0) {
		sql = &sql_cancelled;
		state = "cancelled";
	} else if (result != RC_OK && is_passing(&e) && j->attempt < JOB_TRIES) {
		for (int i = 1; i < j->attempt && pause < PAUSE_MAX_MS; i++)
			pause *= 4;
		sql = &sql_again;
		state = "queued";
		now += pause;
	} else if (result != RC_OK) {
		sql = &sql_failed;
		state = "failed";
	}
	if (result != RC_OK && sql != &sql_cancelled)
		LOG(c->app->log, LOG_WARN, "job", { "kind", str_from_c(j->kind->name) }, { "state", str_from_c(state) },
			{ "rc", str_from_c(rc_name(result)) }, { "text", str_from_c(e.text) });
	c->err = (struct err){ .lang = c->lang };
	result = write_row(c, sql, j->id, "error", text, now);
	if (result == RC_OK && (sql == &sql_done || sql == &sql_failed))
		result = tell_starter(c, j, sql == &sql_done);
	if (result == RC_OK)
		job_publish(c, j, state, sql == &sql_done ? j->total : j->done, j->total);
	return result;
}

static enum rc
run_claimed(struct ctx *outer, struct claimed *k)
{
	ARENA mem = { 0 };
	struct ctx c = *outer;
	struct actor actor;
	enum rc rc = RC_OK;

	arena_init(&mem, JOB_MEMORY);
	c.mem = &mem;
	c.lang = k->lang == LANG_EN ? LANG_EN : LANG_ZH;
	c.err = (struct err){ .lang = c.lang };
	c.idempotency_key = NULL;
	if (k->job.attempt > JOB_TRIES)
		rc = fail(&c.err, RC_LIMIT, NULL, "任务多次中断，已放弃", "the job was interrupted too often and is given up");
	if (rc == RC_OK && k->cancel)
		rc = fail_code(&c.err, RC_STATE, "cancelled", NULL, "任务已取消", "the job was cancelled");
	if (rc == RC_OK && k->job.started_by != 0) {
		rc = load_starter(&c, k->job.started_by, &actor);
		c.actor = &actor;
	}
	if (rc == RC_OK)
		rc = k->job.kind->run(&c, &k->job);
	c.actor = &actor_system;
	return finish(&c, &k->job, rc);
}

enum rc
job_run_one(struct ctx *c, const char *who, bool *ran)
{
	struct ctx own = *c;
	struct claimed k;
	int64_t id = 0;
	bool mine = false;
	enum rc rc;

	*ran = false;
	own.now_ms = clock_now(c->app->clock);
	rc = find_due(&own, own.now_ms, &own.county, &id);
	if (rc == RC_OK && id != 0)
		rc = claim(&own, who, id, &k, &mine);
	if (rc != RC_OK) {
		c->err = own.err;
		return rc;
	}
	if (id == 0)
		return RC_OK;
	*ran = true;
	if (!mine)
		return RC_OK;
	if (k.job.kind == NULL) {
		LOG(c->app->log, LOG_WARN, "job-unknown", { "kind", k.kind });
		return write_row(&own, &sql_failed, id, "error", S("unknown kind"), own.now_ms);
	}
	rc = run_claimed(&own, &k);
	c->err = own.err;
	return rc;
}

enum rc
jobs_drain(struct ctx *c)
{
	bool ran = true;
	enum rc rc = RC_OK;

	for (int i = 0; i < 10000 && rc == RC_OK && ran; i++)
		rc = job_run_one(c, "drain", &ran);
	return rc;
}

/* ---- schedule ---- */

static const struct db_sql sql_slot = { "job.slot",
	"INSERT INTO job (county, id, kind, state, run_at_ms, slot, started_by, org_id, created_ms)"
	" VALUES (:county, :id, :kind, 'queued', :now, :slot, 0, 0, :now) ON CONFLICT (county, kind, slot) DO NOTHING" };

static enum rc
add_slot(struct ctx *c, const struct job_kind *k, int64_t slot)
{
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	enum rc rc = db_begin(c->db, &tx, &c->err);

	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_slot, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id_new(c->app->ids));
	db_bind_str(st, "kind", str_from_c(k->name));
	db_bind_i64(st, "now", c->now_ms);
	db_bind_i64(st, "slot", slot);
	rc = db_run(st, NULL, &c->err);
	db_finish(&st);
	return rc == RC_OK ? db_commit(&tx, &c->err) : rc;
}

enum rc
jobs_schedule(struct ctx *c, int64_t *slots, size_t count)
{
	size_t at = 0;

	for (size_t i = 0; c->app->modules[i] != NULL; i++) {
		for (const struct job_kind *k = c->app->modules[i]->jobs; k != NULL && k->name != NULL && at < count; k++, at++) {
			int64_t slot = k->every_s > 0 ? c->now_ms / 1000 / k->every_s : 0;
			enum rc rc;

			if (k->every_s <= 0 || slots[at] == slot)
				continue;
			rc = add_slot(c, k, slot);
			if (rc != RC_OK)
				return rc;
			slots[at] = slot;
		}
	}
	return RC_OK;
}

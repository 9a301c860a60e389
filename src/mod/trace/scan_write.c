/* scan_write.c - see scan_write.h. */
#include "base/base.h"
#include "core/live.h"
#include "core/notify.h"
#include "core/rule.h"
#include "mod/trace/rules.h"
#include "mod/trace/scan_write.h"
#include "mod/trace/screen.h"
#include "mod/trace/trace_priv.h"

/* Changes nothing when the same client was the last reader a moment ago: a reload is not a scan. */
static const struct db_sql sql_count = { "scan.count",
	"UPDATE trace_code SET scan_count = scan_count + 1, first_scan_ms = COALESCE(first_scan_ms, :at),"
	" last_scan_ms = :at, last_client = :client WHERE county = :county AND id = :id"
	" AND (last_client IS NULL OR last_client <> :client OR last_scan_ms < :again) RETURNING scan_count, suspicious" };
static const struct db_sql sql_add = { "scan.add",
	"INSERT INTO scan (county, id, division, org_id, person_id, version, created_ms, created_by, updated_ms, updated_by,"
	" code, code_id, lot_id, at_ms, client, suspicious) VALUES (:county, :id, :division, :org, :person, 1, :at, 0, :at, 0,"
	" :code, :code_id, :lot, :at, :client, :suspicious)" };

struct writing {
	struct db_stmt *count, *add;
	int64_t least; /* scans before copies are looked for */
};

static enum rc
add_row(struct ctx *c, const struct writing *w, const struct scan_note *n, struct str client, bool suspicious)
{
	enum rc rc;

	db_reset(w->add);
	db_bind_i64(w->add, "county", c->county);
	db_bind_i64(w->add, "id", id_new(c->app->ids));
	db_bind_i64(w->add, "division", n->division);
	db_bind_i64(w->add, "org", n->org_id);
	db_bind_i64(w->add, "person", n->person_id);
	db_bind_i64(w->add, "at", n->at_ms);
	db_bind_str(w->add, "code", str_from_c(n->code));
	db_bind_i64(w->add, "code_id", n->code_id);
	db_bind_i64(w->add, "lot", n->lot_id);
	db_bind_str(w->add, "client", client);
	db_bind_i64(w->add, "suspicious", suspicious);
	rc = db_run(w->add, NULL, &c->err);
	return rc;
}

static enum rc
write_one(struct ctx *c, const struct writing *w, const struct scan_note *n)
{
	struct str client = client_text(c->mem, n->client);
	bool row = false;
	enum rc rc;

	db_reset(w->count);
	db_bind_i64(w->count, "county", c->county);
	db_bind_i64(w->count, "id", n->code_id);
	db_bind_i64(w->count, "at", n->at_ms);
	db_bind_i64(w->count, "again", n->at_ms - SCAN_AGAIN_MS);
	db_bind_str(w->count, "client", client);
	rc = db_step(w->count, &row, &c->err);
	if (rc != RC_OK || !row)
		return rc;
	int64_t scans = db_col_i64(w->count, 0);
	bool suspicious = db_col_i64(w->count, 1) == 1;
	db_reset(w->count);
	rc = add_row(c, w, n, client, suspicious);
	if (rc == RC_OK && !suspicious && scans >= w->least)
		rc = copy_check(c, n->code_id);
	return rc;
}

static enum rc
write_all(struct ctx *c, const struct scan_note *notes, size_t count)
{
	DB_TX tx = { 0 };
	DB_STMT st_count = NULL;
	DB_STMT st_add = NULL;
	int64_t clients = 0, places = 0;
	enum rc rc = rule_i64(c, "trace.copy_clients", NIL, &clients, NULL);

	if (rc == RC_OK)
		rc = rule_i64(c, "trace.copy_places", NIL, &places, NULL);
	if (rc == RC_OK)
		rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_count, &st_count, &c->err);
	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_add, &st_add, &c->err);
	struct writing w = { st_count, st_add, clients < places ? clients : places };
	for (size_t i = 0; rc == RC_OK && i < count; i++) {
		struct arena_mark mark = arena_mark(c->mem);

		rc = write_one(c, &w, &notes[i]);
		if (rc == RC_OK)
			arena_rewind(c->mem, mark);
	}
	db_finish(&st_count);
	db_finish(&st_add);
	return rc == RC_OK ? db_commit(&tx, &c->err) : rc;
}

enum rc
scans_write(struct ctx *c, const struct scan_note *notes, size_t count)
{
	enum rc rc = write_all(c, notes, count);

	if (rc == RC_OK)
		screen_tell_scans(c, notes, count);
	return rc;
}

/* ---- copies ---- */

static const struct db_sql sql_spread = { "scan.spread",
	"SELECT COUNT(DISTINCT client), COUNT(DISTINCT place) FROM scan WHERE county = :county AND code_id = :id"
	" AND at_ms > :since" };
static const struct db_sql sql_mark = { "scan.mark-copied",
	"UPDATE trace_code SET suspicious = 1, version = version + 1 WHERE county = :county AND id = :id AND suspicious = 0" };

static enum rc
mark_copied(struct ctx *c, int64_t code_id)
{
	static const struct text title = { "追溯码疑似被复制", "A trace code may have been copied" };
	DB_STMT st = NULL;
	int64_t changes = 0;
	struct record_head h;
	struct trace_code k;
	enum rc rc = db_prepare(c->db, &sql_mark, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", code_id);
	rc = db_run(st, &changes, &c->err);
	if (rc != RC_OK || changes == 0)
		return rc;
	rc = record_load(c, &resource_trace_codes, code_id, NULL, &h, &k);
	if (rc == RC_OK)
		rc = event_emit(c, "trace-codes.suspicious", &resource_trace_codes, &h, (struct str){ 0 });
	if (rc == RC_OK)
		rc = notify_role(c, "trace.lift", &h, title, k.code, str_fmt(c->mem, "/r/trace-codes/" LLD, LL(code_id)));
	return rc;
}

enum rc
copy_check(struct ctx *c, int64_t code_id)
{
	DB_STMT st = NULL;
	bool row = false;
	struct copy_rule rule;
	enum rc rc = rule_i64(c, "trace.copy_clients", NIL, &rule.clients, NULL);

	if (rc == RC_OK)
		rc = rule_i64(c, "trace.copy_places", NIL, &rule.places, NULL);
	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_spread, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", code_id);
	db_bind_i64(st, "since", c->now_ms - 30LL * DAY_MS);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK || !row)
		return rc;
	bool copied = looks_copied(&rule, db_col_i64(st, 0), db_col_i64(st, 1));
	db_finish(&st);
	return copied ? mark_copied(c, code_id) : RC_OK;
}

/* ---- where ---- */

static const struct db_sql sql_place = { "scan.place",
	"UPDATE scan SET place = :place, location = :geo WHERE county = :county AND id = (SELECT MAX(id) FROM scan"
	" WHERE county = :county AND code_id = :code AND client = :client AND at_ms > :since) AND place IS NULL"
	" RETURNING at_ms" };
static const struct db_sql sql_first_place = { "scan.first-place",
	"UPDATE trace_code SET first_scan_place = :place WHERE county = :county AND id = :code AND first_scan_place IS NULL"
	" AND first_scan_ms = :at" };

static enum rc
first_place(struct ctx *c, int64_t code_id, struct str place, int64_t at_ms)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_first_place, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "code", code_id);
	db_bind_str(st, "place", place);
	db_bind_i64(st, "at", at_ms);
	return db_run(st, NULL, &c->err);
}

enum rc
scan_place_set(struct ctx *c, int64_t code_id, uint64_t client, struct str place, int64_t geo)
{
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_begin(c->db, &tx, &c->err);

	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_place, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "code", code_id);
	db_bind_str(st, "client", client_text(c->mem, client));
	db_bind_i64(st, "since", c->now_ms - 3 * SCAN_AGAIN_MS);
	db_bind_str(st, "place", place);
	db_bind_i64(st, "geo", geo);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK || !row)
		return rc;
	int64_t at_ms = db_col_i64(st, 0);
	db_finish(&st);
	rc = first_place(c, code_id, place, at_ms);
	if (rc == RC_OK)
		rc = copy_check(c, code_id);
	return rc == RC_OK ? db_commit(&tx, &c->err) : rc;
}

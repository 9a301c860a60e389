#include "base/base.h"
#include "core/idempotency.h"
#include "core/keyring.h"

enum rc
idempotency_check_key(struct ctx *c, struct str key)
{
	bool good = key.n >= 1 && key.n <= IDEMPOTENCY_KEY_MAX;

	for (size_t i = 0; i < key.n && good; i++)
		good = key.p[i] > ' ' && key.p[i] < 127;
	if (!good)
		return fail(&c->err, RC_INVALID, "Idempotency-Key", "须为 1 到 100 个可见字符", "must be 1 to 100 visible characters");
	return RC_OK;
}

static const struct db_sql sql_find = { "idempotency.find",
	"SELECT request_hash, status, record_id, reply FROM idempotency"
	" WHERE county = :county AND actor_id = :actor AND route = :route AND client_key = :key AND created_ms >= :since" };

static void
bind_key(struct db_stmt *st, const struct ctx *c, const struct idempotency *i)
{
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "actor", c->actor->user_id);
	db_bind_str(st, "route", str_from_c(i->route));
	db_bind_str(st, "key", str_from_c(c->idempotency_key));
}

enum rc
idempotency_find(struct ctx *c, struct idempotency *i, bool *found)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_find, &st, &c->err);

	*found = false;
	if (rc != RC_OK)
		return rc;
	bind_key(st, c, i);
	db_bind_i64(st, "since", c->now_ms - IDEMPOTENCY_KEEP_MS);
	rc = db_step(st, found, &c->err);
	if (rc != RC_OK || !*found)
		return rc;
	if (!str_eq(db_col_str(st, 0), i->hash))
		return fail_code(&c->err, RC_INVALID, "idempotency-mismatch", "Idempotency-Key", "这个幂等键已用于另一个请求",
			"this key was used for another request");
	i->status = (int)db_col_i64(st, 1);
	i->record_id = db_col_null(st, 2) ? 0 : db_col_i64(st, 2);
	i->reply = str_dup(c->mem, db_col_str(st, 3));
	return RC_OK;
}

/* A row past its keeping time is taken over. */
static const struct db_sql sql_claim = { "idempotency.claim",
	"INSERT INTO idempotency (county, actor_id, route, client_key, request_hash, status, created_ms)"
	" VALUES (:county, :actor, :route, :key, :hash, 0, :now)"
	" ON CONFLICT (county, actor_id, route, client_key) DO UPDATE SET request_hash = :hash, status = 0, created_ms = :now,"
	" reply = NULL, record_id = NULL WHERE idempotency.created_ms < :since" };

enum rc
idempotency_claim(struct ctx *c, const struct idempotency *i, bool *mine)
{
	DB_STMT st = NULL;
	int64_t changes = 0;
	enum rc rc = db_prepare(c->db, &sql_claim, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	bind_key(st, c, i);
	db_bind_str(st, "hash", i->hash);
	db_bind_i64(st, "now", c->now_ms);
	db_bind_i64(st, "since", c->now_ms - IDEMPOTENCY_KEEP_MS);
	rc = db_run(st, &changes, &c->err);
	*mine = changes == 1;
	return rc;
}

static const struct db_sql sql_store = { "idempotency.store",
	"UPDATE idempotency SET status = :status, record_id = :record, reply = :reply"
	" WHERE county = :county AND actor_id = :actor AND route = :route AND client_key = :key" };

enum rc
idempotency_store(struct ctx *c, const struct idempotency *i)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_store, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	bind_key(st, c, i);
	db_bind_i64(st, "status", i->status);
	db_bind_i64(st, "record", i->record_id != 0 ? i->record_id : NIL);
	db_bind_str(st, "reply", i->reply);
	return db_run(st, NULL, &c->err);
}

static const struct db_sql sql_sweep = { "idempotency.sweep",
	"DELETE FROM idempotency WHERE county = :county AND created_ms < :since" };

enum rc
idempotency_sweep(struct ctx *c, int64_t *removed)
{
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	enum rc rc = db_begin(c->db, &tx, &c->err);

	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_sweep, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "since", c->now_ms - IDEMPOTENCY_KEEP_MS);
	rc = db_run(st, removed, &c->err);
	return rc == RC_OK ? db_commit(&tx, &c->err) : rc;
}

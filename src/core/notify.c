/* notify.c - a row per notice and reader; the reader's streams hear of it. */
#include "base/base.h"
#include "core/auth.h"
#include "core/live.h"
#include "core/notify.h"
#include "core/record.h"
#include "lib/json/json.h"

enum { READERS_MAX = 1000 };

static const struct db_sql sql_add = { "notice.add",
	"INSERT INTO notice (county, id, user_id, title_zh, title_en, body, link, created_ms)"
	" VALUES (:county, :id, :user, :zh, :en, :body, :link, :now)" };

static enum rc
insert(struct ctx *c, int64_t user_id, struct text title, struct str body, struct str link)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_add, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id_new(c->app->ids));
	db_bind_i64(st, "user", user_id);
	db_bind_str(st, "zh", str_from_c(text_in(title, LANG_ZH)));
	db_bind_str(st, "en", str_from_c(text_in(title, LANG_EN)));
	db_bind_str(st, "body", body);
	db_bind_str(st, "link", link);
	db_bind_i64(st, "now", c->now_ms);
	return db_run(st, NULL, &c->err);
}

enum rc
notify_user(struct ctx *c, int64_t user_id, struct text title, struct str body, struct str link)
{
	struct event place = { .county = c->county, .actor_id = user_id };
	DB_TX tx = { 0 };
	bool joined = db_in_tx(c->db);
	enum rc rc = joined ? RC_OK : db_begin(c->db, &tx, &c->err);

	if (rc == RC_OK)
		rc = insert(c, user_id, title, body, link);
	if (rc == RC_OK && !joined)
		rc = db_commit(&tx, &c->err);
	/* It only says "look again": harmless should the transaction still fail. */
	if (rc == RC_OK)
		live_publish(c->app->live, "notices", "", &place, S("{}"));
	return rc;
}

static const struct db_sql sql_readers = { "notice.readers",
	"SELECT DISTINCT g.user_id FROM access_grant g JOIN user_account u ON u.county = g.county AND u.id = g.user_id"
	" WHERE g.county = :county AND g.deleted_ms IS NULL AND u.deleted_ms IS NULL AND u.state = 'active'"
	" ORDER BY g.user_id LIMIT 1000" };

static enum rc
readers(struct ctx *c, int64_t *ids, size_t *count)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_readers, &st, &c->err);

	*count = 0;
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row && *count < READERS_MAX)
		ids[(*count)++] = db_col_i64(st, 0);
	return rc;
}

enum rc
notify_role(struct ctx *c, const char *permission, const struct record_head *h, struct text title, struct str body, struct str link)
{
	int64_t *ids = NEW_ARRAY(c->mem, int64_t, READERS_MAX);
	size_t count = 0;
	enum rc rc = readers(c, ids, &count);

	for (size_t i = 0; rc == RC_OK && i < count; i++) {
		struct actor a = { .kind = ACTOR_USER, .user_id = ids[i] };

		rc = auth_grants(c, ids[i], &a.grants, &a.grant_count);
		if (rc == RC_OK && scope_covers(&a, permission, h))
			rc = notify_user(c, ids[i], title, body, link);
	}
	return rc;
}

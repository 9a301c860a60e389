/* auth_grants.c - which permissions an account holds where, and who may hand them on. */
#include "base/base.h"
#include "base/list.h"
#include "core/auth_private.h"
#include "core/division.h"
#include "core/live.h"
#include "lib/json/json.h"

enum { GRANTS_MAX = 200, ROLE_PERMISSIONS_MAX = 200, ROLE_BYTES_MAX = 16384 };

static const struct db_sql sql_grants = { "auth.grants",
	"SELECT g.division, g.org_id, g.person_id, r.permissions FROM access_grant g"
	" JOIN role r ON r.county = g.county AND r.id = g.role_id"
	" WHERE g.county = :county AND g.user_id = :user AND g.deleted_ms IS NULL AND r.deleted_ms IS NULL"
	" AND (g.until_on IS NULL OR g.until_on >= :today) ORDER BY g.id LIMIT 200" };

/* The JSON array of a role as a list that ends with NULL. */
static enum rc
permissions_of(struct ctx *c, struct str text, const char *const **out)
{
	struct json *v;
	enum rc rc = json_parse(c->mem, text, ROLE_BYTES_MAX, &v, &c->err);

	if (rc != RC_OK)
		return rc;
	size_t n = v->type == J_ARRAY ? v->count : 0, kept = 0;
	const char **list = NEW_ARRAY(c->mem, const char *, n + 1);
	for (size_t i = 0; i < n && i < ROLE_PERMISSIONS_MAX; i++)
		if (v->items[i].type == J_STRING)
			list[kept++] = str_c(c->mem, v->items[i].s);
	*out = list;
	return RC_OK;
}

struct raw_grant {
	int64_t division, org_id, person_id;
	const char *const *permissions;
};

static enum rc
read_raw(struct ctx *c, int64_t user_id, struct list *out)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_grants, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "user", user_id);
	db_bind_i64(st, "today", date_of_ms(c->now_ms));
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		struct raw_grant *g = list_add(out);
		if (g == NULL)
			break;
		g->division = db_col_i64(st, 0);
		g->org_id = db_col_null(st, 1) ? 0 : db_col_i64(st, 1);
		g->person_id = db_col_null(st, 2) ? 0 : db_col_i64(st, 2);
		rc = permissions_of(c, db_col_str(st, 3), &g->permissions);
		if (rc != RC_OK)
			return rc;
	}
	return rc;
}

/* A grant over a division that others were merged into reaches their old rows too: one grant per span. */
static enum rc
add_spans(struct ctx *c, const struct raw_grant *raw, struct list *out)
{
	struct division_span spans[DIVISION_SPANS];
	size_t count;
	int64_t code = raw->division == NIL || raw->division == 0 ? division_of_county(c->county) : raw->division;
	enum rc rc = division_spans(c, code, spans, &count);

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < count; i++) {
		struct grant *g = list_add(out);
		if (g == NULL)
			return RC_OK;
		*g = (struct grant){ spans[i].lo, spans[i].hi, raw->org_id, raw->person_id, raw->permissions };
	}
	return RC_OK;
}

static enum rc
load(struct ctx *c, int64_t user_id, const struct grant **grants, size_t *count)
{
	struct list raw, all;

	list_init(&raw, c->mem, sizeof(struct raw_grant), GRANTS_MAX);
	list_init(&all, c->mem, sizeof(struct grant), GRANTS_MAX * 2);
	enum rc rc = read_raw(c, user_id, &raw);
	for (size_t i = 0; rc == RC_OK && i < raw.count; i++)
		rc = add_spans(c, LIST_AT(&raw, struct raw_grant, i), &all);
	*grants = all.items;
	*count = all.count;
	return rc;
}

static const struct db_sql sql_epoch = { "auth.epoch", "SELECT epoch FROM auth_epoch WHERE county = :county" };

static enum rc
read_epoch(struct ctx *c, int64_t *epoch)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_epoch, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	rc = db_step(st, &row, &c->err);
	*epoch = rc == RC_OK && row ? db_col_i64(st, 0) : 0;
	return rc;
}

enum rc
auth_grants_at(struct ctx *c, int64_t user_id, int64_t epoch, const struct grant **grants, size_t *count)
{
	struct auth_cache *cache = c->app->auth != NULL && !db_in_tx(c->db) ? c->app->auth->cache : NULL;

	if (cache == NULL)
		return load(c, user_id, grants, count);
	struct auth_key key = { user_id, epoch, date_of_ms(c->now_ms) };
	if (epoch == NIL) {
		enum rc rc = read_epoch(c, &key.epoch);
		if (rc != RC_OK)
			return rc;
	}
	*grants = auth_cache_take(cache, key, c->mem, count);
	if (*grants != NULL)
		return RC_OK;
	/* The epoch was read before the grants: what is cached is never older than its epoch says. */
	enum rc rc = load(c, user_id, grants, count);
	if (rc == RC_OK)
		auth_cache_put(cache, key, *grants, *count);
	return rc;
}

enum rc
auth_grants(struct ctx *c, int64_t user_id, const struct grant **grants, size_t *count)
{
	return auth_grants_at(c, user_id, NIL, grants, count);
}

static const struct db_sql sql_changed = { "auth.changed",
	"INSERT INTO auth_epoch (county, epoch) VALUES (:county, 1)"
	" ON CONFLICT (county) DO UPDATE SET epoch = auth_epoch.epoch + 1" };

enum rc
auth_changed(struct ctx *c)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_changed, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	ASSERT(db_in_tx(c->db));
	db_bind_i64(st, "county", c->county);
	return db_run(st, NULL, &c->err);
}

void
auth_forget(const struct app *app, int64_t user_id)
{
	if (app->auth != NULL)
		auth_cache_forget(app->auth->cache, user_id);
	if (app->live != NULL)
		live_cut(app->live, user_id);
}

bool
auth_may_give(const struct actor *a, const char *permission, int64_t division_lo, int64_t division_hi, int64_t org_id,
	int64_t person_id)
{
	if (a->kind == ACTOR_SYSTEM)
		return true;
	for (size_t i = 0; i < a->grant_count; i++) {
		const struct grant *g = &a->grants[i];

		if (grant_holds(g, permission) && g->division_lo <= division_lo && g->division_hi >= division_hi &&
			(g->org_id == 0 || g->org_id == org_id) && (g->person_id == 0 || g->person_id == person_id))
			return true;
	}
	return false;
}

enum rc
auth_whole_county(struct ctx *c, const char *permission)
{
	int64_t lo = 0, hi = 0;

	(void)division_range(division_of_county(c->county), &lo, &hi);
	if (auth_may_give(c->actor, permission, lo, hi, 0, 0))
		return RC_OK;
	return fail_code(&c->err, RC_DENIED, "whole-county", NULL, "须有全县范围的权限", "this needs the permission over the whole county");
}

enum rc
auth_outranks(struct ctx *c, int64_t user_id)
{
	const struct grant *theirs;
	size_t count;

	if (c->actor->kind == ACTOR_SYSTEM)
		return RC_OK;
	enum rc rc = auth_grants(c, user_id, &theirs, &count);
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < count; i++)
		for (const char *const *p = theirs[i].permissions; *p != NULL; p++)
			if (!auth_may_give(c->actor, *p, theirs[i].division_lo, theirs[i].division_hi, theirs[i].org_id,
					theirs[i].person_id))
				return fail_code(&c->err, RC_DENIED, "outranked", NULL, "该账号的权限高于您，您不能管理它",
					"this account holds rights that you do not; you cannot manage it");
	return RC_OK;
}

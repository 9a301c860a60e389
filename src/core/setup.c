#include "base/base.h"
#include "core/setup.h"
#include "net/assets.h"

static const struct db_sql sql_load = {
	"setup_load",
	"SELECT county, demo, public_url FROM installation WHERE id = 1",
};
static const struct db_sql sql_save = {
	"setup_save",
	"INSERT INTO installation(id, county, demo, public_url, created_ms) VALUES (1, :county, :demo, :url, :now)"
	" ON CONFLICT (id) DO UPDATE SET demo = :demo, public_url = COALESCE(:url, installation.public_url)",
};

static enum rc
read_row(struct ctx *c, bool *exists, struct setup *s)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_load, &st, &c->err);

	if (rc == RC_OK)
		rc = db_step(st, exists, &c->err);
	if (rc != RC_OK || !*exists)
		return rc;
	s->county = db_col_i64(st, 0);
	s->demo = db_col_i64(st, 1) == 1;
	s->public_url = db_col_null(st, 2) ? NULL : str_c(c->mem, db_col_str(st, 2));
	return RC_OK;
}

enum rc
setup_exists(struct ctx *c, bool *exists)
{
	struct setup s;

	return read_row(c, exists, &s);
}

enum rc
setup_load(struct ctx *c, struct app *app)
{
	struct setup s = { 0 };
	bool exists = false;
	enum rc rc = read_row(c, &exists, &s);

	if (rc != RC_OK)
		return rc;
	if (!exists)
		return fail(&c->err, RC_STATE, NULL, "数据库还没有初始化，请先运行 ezhen migrate --county 代码",
			"the database was never set up: run ezhen migrate --county CODE first");
	app->county = c->county = s.county;
	app->demo = s.demo;
	if (s.public_url != NULL)
		app->public_url = s.public_url;
	return RC_OK;
}

enum rc
setup_save(struct ctx *c, const struct setup *s)
{
	struct setup old = { 0 };
	bool exists = false;
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	enum rc rc = read_row(c, &exists, &old);

	if (rc == RC_OK && exists && old.county != s->county)
		return fail(&c->err, RC_STATE, "county", "这个数据库属于县 %lld", "this database belongs to county %lld",
			LL(old.county));
	if (rc == RC_OK && !db_in_tx(c->db))
		rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_save, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", s->county);
	db_bind_i64(st, "demo", s->demo);
	db_bind_str(st, "url", str_from_c(s->public_url));
	db_bind_i64(st, "now", c->now_ms);
	rc = db_run(st, NULL, &c->err);
	if (rc == RC_OK && tx.open)
		rc = db_commit(&tx, &c->err);
	return rc;
}

/* "sql/migrations/0010_engine.sql" is number 10, name "engine". */
const struct migration *
setup_migrations(struct arena *a)
{
	static const struct str folder = { "sql/migrations/", 15 };
	size_t first = asset_from(folder.p), count = 0;
	const struct asset *f;

	while ((f = asset_at(first + count)) != NULL && str_starts(str_from_c(f->path), folder))
		count++;

	struct migration *list = NEW_ARRAY(a, struct migration, count + 1);

	for (size_t i = 0; i < count; i++) {
		struct str rest = str_sub(str_from_c(asset_at(first + i)->path), folder.n, SIZE_MAX);
		struct str number = str_cut(&rest, '_');
		int64_t n = 0;

		ASSERT(str_i64(number, &n) && n > 0 && str_ends(rest, S(".sql")));
		list[i] = (struct migration){ .number = (int)n, .name = str_c(a, str_sub(rest, 0, rest.n - 4)),
			.sql = asset_at(first + i)->raw.data.p };
	}
	return list;
}

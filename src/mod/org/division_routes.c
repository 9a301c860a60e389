/*
 * division_routes.c - looking divisions up, and what happens to them over the
 * years: merged, split, renamed. Rows recorded before keep their code; a subtree
 * that took others in finds their rows too (division_spans).
 */
#include "base/base.h"
#include <string.h>
#include "core/audit.h"
#include "core/division.h"
#include "core/rest.h"
#include "mod/org/org_priv.h"

enum { LIST_MAX = 2000, PARTS_MAX = 50, NAME_MAX = 120, NOTE_MAX = 300 };

/* ---- looking up ---- */

#define COLUMNS "d.code, d.name, d.level, d.parent, d.lng_e6, d.lat_e6, d.schematic, d.valid_to_on, d.merged_into"

static const struct db_sql sql_children = { "divisions.children",
	"SELECT " COLUMNS " FROM division d WHERE d.county = :county AND d.parent = :code"
	" AND (d.valid_to_on IS NULL OR d.valid_to_on > :today OR CAST(:ended AS BIGINT) = 1) ORDER BY d.code LIMIT 2000" };
static const struct db_sql sql_under = { "divisions.under",
	"SELECT " COLUMNS " FROM division d WHERE d.county = :county AND d.code BETWEEN :lo AND :hi"
	" AND (d.level = CAST(:level AS BIGINT) OR CAST(:level AS BIGINT) = 0)"
	" AND (d.valid_to_on IS NULL OR d.valid_to_on > :today OR CAST(:ended AS BIGINT) = 1) ORDER BY d.code LIMIT 2000" };
static const struct db_sql sql_search = { "divisions.search",
	"SELECT " COLUMNS " FROM division d WHERE d.county = :county AND (d.name LIKE :like ESCAPE '!' OR EXISTS"
	" (SELECT 1 FROM division_change h WHERE h.county = d.county AND h.code = d.code AND h.old_name LIKE :like ESCAPE '!'))"
	" AND (d.valid_to_on IS NULL OR d.valid_to_on > :today OR CAST(:ended AS BIGINT) = 1) ORDER BY d.level, d.code LIMIT 50" };

static void
print_code(struct ctx *c, struct json_writer *w, const char *name, int64_t code)
{
	json_str(w, name, code == NIL || code == 0 ? (struct str){ 0 } : str_fmt(c->mem, LLD, LL(code)));
}

static void
print_degrees(struct json_writer *w, const char *name, int64_t e6)
{
	json_key(w, name);
	if (e6 == NIL)
		json_put_null(w);
	else
		json_put_scaled(w, e6, 6);
}

static void
print_row(struct ctx *c, struct db_stmt *st, struct json_writer *w)
{
	int64_t to = db_col_i64(st, 7);

	json_begin(w);
	print_code(c, w, "code", db_col_i64(st, 0));
	json_str(w, "name", db_col_str(st, 1));
	json_int(w, "level", db_col_i64(st, 2));
	print_code(c, w, "parent", db_col_i64(st, 3));
	print_degrees(w, "lng", db_col_i64(st, 4));
	print_degrees(w, "lat", db_col_i64(st, 5));
	json_flag(w, "schematic", db_col_i64(st, 6) == 1);
	if (to != NIL)
		json_str(w, "valid_to_on", date_print(c->mem, to));
	if (!db_col_null(st, 8))
		print_code(c, w, "merged_into", db_col_i64(st, 8));
	json_end(w);
}

/* "%…%" with the pattern's own signs escaped. */
static struct str
like(struct ctx *c, struct str typed)
{
	struct sb b;

	sb_init(&b, c->mem, 1024);
	sb_add_c(&b, '%');
	for (size_t i = 0; i < typed.n; i++) {
		if (typed.p[i] == '%' || typed.p[i] == '_' || typed.p[i] == '!')
			sb_add_c(&b, '!');
		sb_add_c(&b, typed.p[i]);
	}
	sb_add_c(&b, '%');
	return sb_str(&b);
}

static enum rc
code_param(struct ctx *c, struct http_request *q, const char *name, int64_t *code)
{
	struct str text = http_param(q, name);
	int64_t lo, hi;

	*code = 0;
	if (text.p == NULL)
		return RC_OK;
	if (str_eq_c(text, "0"))
		return RC_OK;
	if (!str_i64(text, code) || !division_range(*code, &lo, &hi))
		return fail(&c->err, RC_INVALID, name, "须为 12 位行政区划编码", "must be a 12-digit division code");
	return RC_OK;
}

static enum rc
check_params(struct ctx *c, struct http_request *q)
{
	static const char *const known[] = { "parent", "under", "level", "q", "ended", "lang" };
	struct str name, value;

	for (size_t i = 0; http_param_at(q, i, &name, &value); i++) {
		bool found = false;
		for (size_t k = 0; k < ARRAY_LEN(known); k++)
			found = found || str_eq_c(name, known[k]);
		if (!found)
			return fail(&c->err, RC_INVALID, str_c(c->mem, name), "不认识的参数", "unknown parameter");
	}
	return RC_OK;
}

static enum rc
prepare_list(struct ctx *c, struct http_request *q, struct db_stmt **st)
{
	struct str typed = http_param(q, "q"), level_text = http_param(q, "level");
	int64_t parent, under, lo = 0, hi = 0, level = 0;
	enum rc rc = check_params(c, q);

	if (rc == RC_OK)
		rc = code_param(c, q, "parent", &parent);
	if (rc == RC_OK)
		rc = code_param(c, q, "under", &under);
	if (rc != RC_OK)
		return rc;
	if (level_text.p != NULL && (!str_i64(level_text, &level) || level < 1 || level > 5))
		return fail(&c->err, RC_INVALID, "level", "级别为 1 到 5", "the level is 1 to 5");
	if (typed.n > 200)
		return fail(&c->err, RC_INVALID, "q", "搜索词过长", "the search text is too long");
	const struct db_sql *sql = typed.p != NULL ? &sql_search : http_param(q, "parent").p != NULL ? &sql_children : &sql_under;
	rc = db_prepare(c->db, sql, st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(*st, "county", c->county);
	db_bind_i64(*st, "today", date_of_ms(c->now_ms));
	db_bind_i64(*st, "ended", str_eq_c(http_param(q, "ended"), "1"));
	(void)division_range(under != 0 ? under : division_of_county(c->county), &lo, &hi);
	if (sql == &sql_search) {
		db_bind_str(*st, "like", like(c, typed));
	} else if (sql == &sql_children) {
		db_bind_i64(*st, "code", parent);
	} else {
		db_bind_i64(*st, "lo", lo);
		db_bind_i64(*st, "hi", hi);
		db_bind_i64(*st, "level", level);
	}
	return RC_OK;
}

enum rc
divisions_get(struct ctx *c, struct http_request *q)
{
	DB_STMT st = NULL;
	struct json_writer w;
	struct sb b;
	bool row = false;
	enum rc rc = prepare_list(c, q, &st);

	if (rc != RC_OK)
		return rc;
	sb_init(&b, c->mem, 1 << 20);
	json_writer_init(&w, &b);
	json_begin(&w);
	json_key(&w, "items");
	json_list(&w);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row)
		print_row(c, st, &w);
	if (rc != RC_OK)
		return rc;
	json_list_end(&w);
	json_end(&w);
	rest_reply(q, 200, sb_str(&b));
	return RC_OK;
}

static const struct db_sql sql_history = { "divisions.history",
	"SELECT on_date, kind, code, into_code, old_name, new_name, note, created_ms FROM division_change"
	" WHERE county = :county AND (code = :code OR into_code = :code) ORDER BY on_date DESC, id DESC LIMIT 200" };

enum rc
division_history(struct ctx *c, struct http_request *q)
{
	DB_STMT st = NULL;
	struct division d;
	struct json_writer w;
	struct sb b;
	int64_t code;
	bool row = false;
	enum rc rc = rest_path_id(c, q, "code", &code);

	if (rc == RC_OK)
		rc = division_get(c, code, &d);
	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_history, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "code", code);
	sb_init(&b, c->mem, 1 << 18);
	json_writer_init(&w, &b);
	json_begin(&w);
	json_key(&w, "items");
	json_list(&w);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		json_begin(&w);
		json_str(&w, "on", date_print(c->mem, db_col_i64(st, 0)));
		json_str(&w, "kind", db_col_str(st, 1));
		print_code(c, &w, "code", db_col_i64(st, 2));
		print_code(c, &w, "into", db_col_i64(st, 3));
		json_str(&w, "old_name", db_col_str(st, 4));
		json_str(&w, "new_name", db_col_str(st, 5));
		json_str(&w, "note", db_col_str(st, 6));
		json_int(&w, "created_ms", db_col_i64(st, 7));
		json_end(&w);
	}
	if (rc != RC_OK)
		return rc;
	json_list_end(&w);
	json_end(&w);
	rest_reply(q, 200, sb_str(&b));
	return RC_OK;
}

/* ---- changing ---- */

struct change {
	const char *kind;
	int64_t on, code, into;
	struct str old_name, new_name, note;
};

static const struct db_sql sql_change = { "divisions.change",
	"INSERT INTO division_change (county, id, on_date, kind, code, into_code, old_name, new_name, note, created_ms, created_by)"
	" VALUES (:county, :id, :on_date, :kind, :code, :into_code, :old_name, :new_name, :note, :now, :actor)" };

static enum rc
write_change(struct ctx *c, const struct change *h)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_change, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id_new(c->app->ids));
	db_bind_i64(st, "on_date", h->on);
	db_bind_str(st, "kind", str_from_c(h->kind));
	db_bind_i64(st, "code", h->code);
	db_bind_i64(st, "into_code", h->into == 0 ? NIL : h->into);
	db_bind_str(st, "old_name", h->old_name);
	db_bind_str(st, "new_name", h->new_name);
	db_bind_str(st, "note", h->note);
	db_bind_i64(st, "now", c->now_ms);
	db_bind_i64(st, "actor", c->actor->user_id);
	rc = db_run(st, NULL, &c->err);
	return rc != RC_OK ? rc : audit_act(c, str_fmt(c->mem, "division-%s", h->kind).p, "divisions", h->code, h->note);
}

static enum rc
read_common(struct ctx *c, struct http_request *q, const struct json **body, struct change *h)
{
	enum rc rc = auth_whole_county(c, "org.rules");

	if (rc == RC_OK)
		rc = rest_body(c, q, body);
	if (rc != RC_OK)
		return rc;
	struct str on = json_text(*body, "on");
	h->on = date_of_ms(c->now_ms);
	if (on.p != NULL && (!date_parse(on, &h->on) || h->on > date_of_ms(c->now_ms)))
		return fail(&c->err, RC_INVALID, "on", "请填写不晚于今天的日期", "give a date not after today");
	h->note = json_text(*body, "note");
	if (h->note.n > NOTE_MAX * 3)
		return fail(&c->err, RC_INVALID, "note", "说明过长", "the note is too long");
	return RC_OK;
}

static enum rc
code_in(struct ctx *c, const struct json *body, const char *name, struct division *d)
{
	int64_t code = json_i64(body, name);
	enum rc rc = code == NIL ? fail(&c->err, RC_INVALID, name, "请填写区划编码", "give the division code") : division_check(c, code, name);

	return rc != RC_OK ? rc : division_get(c, code, d);
}

static struct str
name_in(const struct json *body)
{
	struct str name = str_trim(json_text(body, "name"));

	return name.n > 0 && name.n <= NAME_MAX ? name : (struct str){ 0 };
}

/* Commits and lets every cached reach be read anew. */
static enum rc
finish(struct ctx *c, struct http_request *q, struct db_tx *tx)
{
	enum rc rc = auth_changed(c);

	if (rc == RC_OK)
		rc = org_commit(c, tx);
	if (rc != RC_OK)
		return rc;
	auth_forget(c->app, 0);
	http_reply(q, 204, NULL, S(""));
	return RC_OK;
}

static const struct db_sql sql_end = { "divisions.end",
	"UPDATE division SET valid_to_on = :on_date, merged_into = :into WHERE county = :county AND code = :code" };
static const struct db_sql sql_adopt = { "divisions.adopt",
	"UPDATE division SET parent = :into WHERE county = :county AND parent = :code AND valid_to_on IS NULL" };

static enum rc
end_division(struct ctx *c, int64_t code, int64_t on, int64_t into)
{
	DB_STMT end = NULL;
	DB_STMT adopt = NULL;
	enum rc rc = db_prepare(c->db, &sql_end, &end, &c->err);

	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_adopt, &adopt, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(end, "county", c->county);
	db_bind_i64(end, "code", code);
	db_bind_i64(end, "on_date", on);
	db_bind_i64(end, "into", into == 0 ? NIL : into);
	rc = db_run(end, NULL, &c->err);
	if (rc != RC_OK || into == 0)
		return rc;
	db_bind_i64(adopt, "county", c->county);
	db_bind_i64(adopt, "code", code);
	db_bind_i64(adopt, "into", into);
	return db_run(adopt, NULL, &c->err);
}

static enum rc
merge_one(struct ctx *c, const struct json *item, const struct division *into, struct change *h)
{
	struct division from;
	int64_t code = 0;

	if (item->type != J_STRING || !str_i64(item->s, &code))
		return fail(&c->err, RC_INVALID, "from", "须为区划编码的数组", "must be an array of division codes");
	enum rc rc = division_check(c, code, "from");
	if (rc == RC_OK)
		rc = division_get(c, code, &from);
	if (rc != RC_OK)
		return rc;
	if (from.level != into->level || from.code == into->code || from.level < 4)
		return fail(&c->err, RC_INVALID, "from", "只能把同级的乡镇或村并入另一个", "townships merge into a township, villages into a village");
	h->code = from.code;
	h->old_name = from.name;
	rc = end_division(c, from.code, h->on, into->code);
	return rc != RC_OK ? rc : write_change(c, h);
}

enum rc
division_merge(struct ctx *c, struct http_request *q)
{
	DB_TX tx = { 0 };
	const struct json *body, *from;
	struct division into;
	struct change h = { .kind = "merge" };
	enum rc rc = read_common(c, q, &body, &h);

	if (rc == RC_OK)
		rc = code_in(c, body, "into", &into);
	if (rc != RC_OK)
		return rc;
	from = json_get(body, "from");
	if (from == NULL || from->type != J_ARRAY || from->count == 0 || from->count > PARTS_MAX)
		return fail(&c->err, RC_INVALID, "from", "请填写 1 到 %d 个被并入的区划", "give 1 to %d divisions to merge", PARTS_MAX);
	h.into = into.code;
	h.new_name = into.name;
	rc = db_begin(c->db, &tx, &c->err);
	for (size_t i = 0; rc == RC_OK && i < from->count; i++)
		rc = merge_one(c, &from->items[i], &into, &h);
	return rc == RC_OK ? finish(c, q, &tx) : rc;
}

static const struct db_sql sql_new = { "divisions.new",
	"INSERT INTO division (county, code, name, level, parent, lng_e6, lat_e6, schematic, valid_from_on)"
	" VALUES (:county, :code, :name, :level, :parent, :lng, :lat, 1, :on_date) ON CONFLICT (county, code) DO NOTHING" };

static enum rc
split_one(struct ctx *c, const struct json *part, const struct division *whole, struct change *h)
{
	DB_STMT st = NULL;
	int64_t code = part->type == J_OBJECT ? json_i64(part, "code") : NIL, lo = 0, hi = 0, added = 0;
	struct str name = part->type == J_OBJECT ? name_in(part) : (struct str){ 0 };

	(void)division_range(division_of_county(c->county), &lo, &hi);
	if (code == NIL || code < lo || code > hi || division_level(code) != whole->level)
		return fail(&c->err, RC_INVALID, "into", "新区划须有本县的同级 12 位编码", "each part needs a 12-digit code of this county and level");
	if (name.n == 0)
		return fail(&c->err, RC_INVALID, "into", "新区划须有名称", "each part needs a name");
	enum rc rc = db_prepare(c->db, &sql_new, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "code", code);
	db_bind_str(st, "name", name);
	db_bind_i64(st, "level", whole->level);
	db_bind_i64(st, "parent", whole->parent);
	db_bind_i64(st, "lng", whole->lng_e6);
	db_bind_i64(st, "lat", whole->lat_e6);
	db_bind_i64(st, "on_date", h->on);
	rc = db_run(st, &added, &c->err);
	if (rc == RC_OK && added == 0)
		return fail(&c->err, RC_CONFLICT, "into", "编码 " LLD " 已被使用", "code " LLD " is taken", LL(code));
	h->into = code;
	h->new_name = name;
	return rc != RC_OK ? rc : write_change(c, h);
}

enum rc
division_split(struct ctx *c, struct http_request *q)
{
	DB_TX tx = { 0 };
	const struct json *body, *parts;
	struct division whole;
	struct change h = { .kind = "split" };
	enum rc rc = read_common(c, q, &body, &h);

	if (rc == RC_OK)
		rc = code_in(c, body, "code", &whole);
	if (rc != RC_OK)
		return rc;
	parts = json_get(body, "into");
	if (whole.level < 4)
		return fail(&c->err, RC_INVALID, "code", "只能拆分乡镇或村", "only townships and villages are split");
	if (parts == NULL || parts->type != J_ARRAY || parts->count == 0 || parts->count > PARTS_MAX)
		return fail(&c->err, RC_INVALID, "into", "请填写 1 到 %d 个新区划", "give 1 to %d parts", PARTS_MAX);
	h.code = whole.code;
	h.old_name = whole.name;
	rc = db_begin(c->db, &tx, &c->err);
	for (size_t i = 0; rc == RC_OK && i < parts->count; i++)
		rc = split_one(c, &parts->items[i], &whole, &h);
	/* The old division goes on as one of the parts unless it is said to end. */
	if (rc == RC_OK && json_bool(body, "ends"))
		rc = end_division(c, whole.code, h.on, 0);
	return rc == RC_OK ? finish(c, q, &tx) : rc;
}

static const struct db_sql sql_rename = { "divisions.rename",
	"UPDATE division SET name = :name WHERE county = :county AND code = :code" };

enum rc
division_rename(struct ctx *c, struct http_request *q)
{
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	const struct json *body;
	struct division d;
	struct change h = { .kind = "rename" };
	enum rc rc = read_common(c, q, &body, &h);

	if (rc == RC_OK)
		rc = code_in(c, body, "code", &d);
	if (rc != RC_OK)
		return rc;
	h.new_name = name_in(body);
	if (h.new_name.n == 0)
		return fail(&c->err, RC_INVALID, "name", "请填写新名称", "give the new name");
	h.code = d.code;
	h.old_name = d.name;
	rc = db_begin(c->db, &tx, &c->err);
	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_rename, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "code", d.code);
	db_bind_str(st, "name", h.new_name);
	rc = db_run(st, NULL, &c->err);
	if (rc == RC_OK)
		rc = write_change(c, &h);
	return rc == RC_OK ? finish(c, q, &tx) : rc;
}

/* record_sql.c - the statements of a resource and the way between its struct and their parameters and
 * columns. */
#include "base/base.h"
#include "core/keyring.h"
#include "core/record_priv.h"
#include <stdio.h>
#include <string.h>

enum { SQL_MAX = 64 * 1024 };

struct str
copy_str(struct arena *a, struct str s)
{
	return s.p != NULL ? str_dup(a, s) : (struct str){ 0 };
}

static struct str
aad_of(struct ctx *c, const struct resource *r, const struct field *f, int64_t id)
{
	return str_fmt(c->mem, "%s.%s." LLD, r->name, f->name, LL(id));
}

struct str
field_blind(struct ctx *c, const struct resource *r, const struct field *f, struct str plain)
{
	char name[84];
	int n = snprintf(name, sizeof(name), "%s.%s", r->table, f->name);

	ASSERT(n > 0 && (size_t)n < sizeof(name));
	return blind(c->app->keys, c->mem, c->county, name, plain);
}

void
field_bind(struct ctx *c, const struct resource *r, const struct field *f, struct db_stmt *st, int64_t id,
	struct value v)
{
	struct str name = str_from_c(f->name), hash = { 0 };
	char column[48];

	if (f->as == M_BOOL) {
		db_bind_i64(st, f->name, v.i != 0);
		return;
	}
	if (f->as == M_I64) {
		db_bind_i64(st, f->name, v.null ? NIL : v.i);
		return;
	}
	if (!f->private) {
		db_bind_str(st, f->name, v.null ? (struct str){ 0 } : v.s);
		return;
	}
	if (!v.null) {
		hash = field_blind(c, r, f, v.s);
		v.s = seal(c->app->keys, c->mem, c->app->rand, c->county, aad_of(c, r, f, id), v.s);
	}
	memcpy(column, name.p, name.n);
	memcpy(column + name.n, "_h", 3);
	db_bind_str(st, f->name, v.null ? (struct str){ 0 } : v.s);
	db_bind_str(st, column, hash);
}

static enum rc
column_read(struct ctx *c, const struct plan *p, const struct field *f, struct db_stmt *st, int col,
	int64_t id, void *record)
{
	struct value v = { .null = db_col_null(st, col) };

	if (v.null) {
		value_set(f, record, v);
		return RC_OK;
	}
	if (f->as != M_STR)
		v.i = db_col_i64(st, col);
	else if (!f->private)
		v.s = str_dup(c->mem, db_col_str(st, col));
	else if (!unseal(c->app->keys, c->mem, c->county, aad_of(c, p->r, f, id), db_col_str(st, col), &v.s))
		return fail_code(&c->err, RC_INTERNAL, "sealed-value", f->name, "加密数据校验失败：%s " LLD,
			"a sealed value was altered: %s " LLD, p->r->table, LL(id));
	value_set(f, record, v);
	return RC_OK;
}

static int64_t
zero_nil(int64_t v)
{
	return v == NIL ? 0 : v;
}

enum rc
columns_read(struct ctx *c, const struct plan *p, struct db_stmt *st, struct record_head *h, void *record)
{
	int col = p->is_line ? LINE_HEAD_COLUMNS : HEAD_COLUMNS;
	enum rc rc;

	*h = (struct record_head){ .county = c->county, .id = db_col_i64(st, 0) };
	if (!p->is_line) {
		h->division = zero_nil(db_col_i64(st, 1));
		h->org_id = zero_nil(db_col_i64(st, 2));
		h->person_id = zero_nil(db_col_i64(st, 3));
		h->version = db_col_i64(st, 4);
		h->created_ms = db_col_i64(st, 5);
		h->created_by = zero_nil(db_col_i64(st, 6));
		h->updated_ms = db_col_i64(st, 7);
		h->updated_by = zero_nil(db_col_i64(st, 8));
		h->deleted_ms = zero_nil(db_col_i64(st, 9));
	}
	record_init(p->r, record);
	for (const struct field *f = p->r->fields; f->name != NULL; f++) {
		if (!field_is_column(f))
			continue;
		if (field_is_place(f)) {
			int64_t v = f == p->division ? h->division : f == p->org ? h->org_id : h->person_id;

			value_set(f, record, (struct value){ .null = v == 0, .i = v });
			continue;
		}
		rc = column_read(c, p, f, st, col++, h->id, record);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static void
head_bind(struct ctx *c, struct db_stmt *st, const struct record_head *h)
{
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", h->id);
	db_bind_i64(st, "division", h->division);
	db_bind_i64(st, "org_id", h->org_id != 0 ? h->org_id : NIL);
	db_bind_i64(st, "person_id", h->person_id != 0 ? h->person_id : NIL);
	db_bind_i64(st, "version", h->version);
	db_bind_i64(st, "created_ms", h->created_ms);
	db_bind_i64(st, "created_by", h->created_by != 0 ? h->created_by : NIL);
	db_bind_i64(st, "updated_ms", h->updated_ms);
	db_bind_i64(st, "updated_by", h->updated_by != 0 ? h->updated_by : NIL);
	db_bind_i64(st, "deleted_ms", NIL);
}

enum rc
row_insert(struct ctx *c, const struct plan *p, const struct record_head *h, const void *record)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &p->insert, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	head_bind(c, st, h);
	for (const struct field *f = p->r->fields; f->name != NULL; f++)
		if (field_is_column(f) && !field_is_place(f))
			field_bind(c, p->r, f, st, h->id, value_of(f, record));
	rc = db_run(st, NULL, &c->err);
	if (rc == RC_CONFLICT)
		return fail_code(&c->err, RC_CONFLICT, "taken", NULL, "编号或唯一值已被占用",
			"the key or a unique value is taken");
	return rc;
}

static bool
lines_differ(struct ctx *c, const struct field *f, const void *a, const void *b)
{
	struct rows x, y;

	memcpy(&x, (const char *)a + f->at, sizeof(x));
	memcpy(&y, (const char *)b + f->at, sizeof(y));
	if (x.count != y.count)
		return true;
	for (size_t i = 0; i < x.count; i++) {
		const char *p = (const char *)x.items + i * f->lines->record_size;
		const char *q = (const char *)y.items + i * f->lines->record_size;

		for (const struct field *g = f->lines->fields; g->name != NULL; g++)
			if (!value_equal(g, value_of(g, p), value_of(g, q)))
				return true;
	}
	(void)c;
	return false;
}

bool
field_differs(struct ctx *c, const struct field *f, const void *a, const void *b)
{
	if (f->type == T_LINES)
		return lines_differ(c, f, a, b);
	return !value_equal(f, value_of(f, a), value_of(f, b));
}

bool
record_differs(struct ctx *c, const struct plan *p, const void *a, const void *b)
{
	for (const struct field *f = p->r->fields; f->name != NULL; f++)
		if (field_differs(c, f, a, b))
			return true;
	return false;
}

static void
sql_update(struct ctx *c, const struct plan *p, const void *record, const void *before, bool guard_state,
	struct sb *b)
{
	sb_addf(b,
		"UPDATE %s SET version = version + 1, updated_ms = :updated_ms, updated_by = :updated_by,"
		" division = :division, org_id = :org_id, person_id = :person_id",
		p->r->table);
	for (const struct field *f = p->r->fields; f->name != NULL; f++) {
		if (!field_is_column(f) || field_is_place(f) || !field_differs(c, f, record, before))
			continue;
		sb_addf(b, ", %s = :%s", f->name, f->name);
		if (f->private)
			sb_addf(b, ", %s_h = :%s_h", f->name, f->name);
	}
	sb_add(b, " WHERE county = :county AND id = :id AND version = :version AND deleted_ms IS NULL");
	if (guard_state)
		sb_addf(b, " AND %s = :old_state", p->state->name);
}

enum rc
row_update(struct ctx *c, const struct plan *p, struct record_head *h, const void *record, const void *before,
	struct str state)
{
	struct db_sql sql = { str_fmt(c->mem, "%s_update", p->r->table).p, NULL };
	struct sb b;
	DB_STMT st = NULL;
	int64_t changes = 0;
	enum rc rc;

	sb_init(&b, c->mem, SQL_MAX);
	sql_update(c, p, record, before, state.p != NULL, &b);
	sql.text = sb_str(&b).p;
	rc = db_prepare(c->db, &sql, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	h->updated_ms = c->now_ms;
	h->updated_by = c->actor->user_id;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", h->id);
	db_bind_i64(st, "version", h->version);
	db_bind_i64(st, "updated_ms", h->updated_ms);
	db_bind_i64(st, "updated_by", h->updated_by != 0 ? h->updated_by : NIL);
	db_bind_i64(st, "division", h->division);
	db_bind_i64(st, "org_id", h->org_id != 0 ? h->org_id : NIL);
	db_bind_i64(st, "person_id", h->person_id != 0 ? h->person_id : NIL);
	if (state.p != NULL)
		db_bind_str(st, "old_state", state);
	for (const struct field *f = p->r->fields; f->name != NULL; f++)
		if (field_is_column(f) && !field_is_place(f) && field_differs(c, f, record, before))
			field_bind(c, p->r, f, st, h->id, value_of(f, record));
	rc = db_run(st, &changes, &c->err);
	if (rc == RC_CONFLICT)
		return fail_code(
			&c->err, RC_CONFLICT, "taken", NULL, "唯一值已被占用", "a unique value is taken");
	if (rc != RC_OK)
		return rc;
	if (changes == 0)
		return fail_code(&c->err, RC_CONFLICT, "stale-version", "version",
			"记录已被他人修改，请刷新后重试",
			"the record was changed meanwhile; reload and try again");
	h->version++;
	return RC_OK;
}

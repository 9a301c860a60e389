/* division.c - looking up divisions and what a subtree means today. */
#include "base/base.h"
#include "core/division.h"

static const int64_t level_size[] = { 0, 10000000000, 100000000, 1000000, 1000, 1 };

int
division_level(int64_t code)
{
	if (code < 110000000000 || code > 999999999999)
		return 0;
	for (int level = 1; level < 5; level++)
		if (code % level_size[level] == 0)
			return level;
	return 5;
}

bool
division_range(int64_t code, int64_t *lo, int64_t *hi)
{
	int level = division_level(code);

	if (level == 0)
		return false;
	*lo = code;
	*hi = code + level_size[level] - 1;
	return true;
}

int64_t
division_parent(int64_t code)
{
	int level = division_level(code);

	return level <= 1 ? 0 : code - code % level_size[level - 1];
}

static const struct db_sql sql_get = { "division.get",
	"SELECT code, name, level, parent, lng_e6, lat_e6, schematic, valid_from_on, valid_to_on, merged_into"
	" FROM division WHERE county = :county AND code = :code" };

enum rc
division_get(struct ctx *c, int64_t code, struct division *out)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_get, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "code", code);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK)
		return rc;
	if (!row)
		return fail(&c->err, RC_NOT_FOUND, "code", "没有编码为 " LLD " 的行政区划", "there is no division " LLD,
			LL(code));
	*out = (struct division){ .code = db_col_i64(st, 0), .level = db_col_i64(st, 2), .parent = db_col_i64(st, 3) };
	out->name = str_dup(c->mem, db_col_str(st, 1));
	out->lng_e6 = db_col_i64(st, 4);
	out->lat_e6 = db_col_i64(st, 5);
	out->schematic = db_col_i64(st, 6) == 1;
	out->valid_from_on = db_col_i64(st, 7);
	out->valid_to_on = db_col_i64(st, 8);
	out->merged_into = db_col_i64(st, 9);
	return RC_OK;
}

enum rc
division_check(struct ctx *c, int64_t code, const char *field)
{
	struct division d;
	enum rc rc = division_get(c, code, &d);

	if (rc == RC_NOT_FOUND)
		return fail_code(&c->err, RC_INVALID, "unknown-division", field, "本县没有编码为 " LLD " 的行政区划",
			"this county has no division " LLD, LL(code));
	if (rc != RC_OK)
		return rc;
	if (d.valid_to_on != NIL && d.valid_to_on <= date_of_ms(c->now_ms))
		return fail_code(&c->err, RC_INVALID, "ended-division", field, "“" STR_FMT "”已撤销，请选择现行区划",
			"“" STR_FMT "” no longer exists; choose a current division", STR_ARG(d.name));
	return RC_OK;
}

static const struct db_sql sql_by_name = { "division.by-name",
	"SELECT d.code FROM division d LEFT JOIN division p ON p.county = d.county AND p.code = d.parent"
	" WHERE d.county = :county AND d.name = :name AND d.valid_to_on IS NULL"
	" AND (CAST(:parent AS TEXT) IS NULL OR p.name = :parent) ORDER BY d.level, d.code LIMIT 2" };

enum rc
division_find(struct ctx *c, struct str text, int64_t *code)
{
	struct str name = str_trim(text), parent = { 0 };
	int64_t number;
	ptrdiff_t slash = str_find(name, S("/"), 0);
	DB_STMT st = NULL;
	bool row = false;

	if (str_i64(name, &number)) {
		*code = number;
		return division_check(c, number, NULL);
	}
	if (slash >= 0) {
		parent = str_trim(str_sub(name, 0, (size_t)slash));
		name = str_trim(str_sub(name, (size_t)slash + 1, name.n));
	}
	enum rc rc = db_prepare(c->db, &sql_by_name, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_str(st, "name", name);
	db_bind_str(st, "parent", parent);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK)
		return rc;
	if (!row)
		return fail_code(&c->err, RC_INVALID, "unknown-division", NULL, "本县没有名为“" STR_FMT "”的行政区划",
			"this county has no division named “" STR_FMT "”", STR_ARG(text));
	*code = db_col_i64(st, 0);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK)
		return rc;
	if (row)
		return fail_code(&c->err, RC_INVALID, "ambiguous-division", NULL,
			"名为“" STR_FMT "”的行政区划不止一个，请写成“乡镇/村”或填编码",
			"more than one division is named “" STR_FMT "”: write “township/village” or the code", STR_ARG(text));
	return RC_OK;
}

static const struct db_sql sql_merged = { "division.merged-into-range",
	"SELECT code FROM division WHERE county = :county AND merged_into BETWEEN :lo AND :hi ORDER BY code LIMIT 64" };

/* One generation of predecessors of spans[at]; those inside a known span are already meant. */
static enum rc
spans_of(struct ctx *c, struct division_span *spans, size_t at, size_t *count)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_merged, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "lo", spans[at].lo);
	db_bind_i64(st, "hi", spans[at].hi);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row && *count < DIVISION_SPANS) {
		struct division_span s;
		bool known = !division_range(db_col_i64(st, 0), &s.lo, &s.hi);

		for (size_t i = 0; i < *count && !known; i++)
			known = s.lo >= spans[i].lo && s.hi <= spans[i].hi;
		if (!known)
			spans[(*count)++] = s;
	}
	return rc;
}

enum rc
division_spans(struct ctx *c, int64_t code, struct division_span spans[DIVISION_SPANS], size_t *count)
{
	*count = 0;
	if (!division_range(code, &spans[0].lo, &spans[0].hi))
		return fail(&c->err, RC_INVALID, "division", LLD " 不是 12 位行政区划编码", LLD " is not a 12-digit division code",
			LL(code));
	*count = 1;
	for (size_t at = 0; at < *count; at++) {
		enum rc rc = spans_of(c, spans, at, count);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

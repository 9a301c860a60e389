/* sheet_template.c - the empty workbook people fill in. */
#include "base/base.h"
#include "core/division.h"
#include "core/sheet_priv.h"
#include "core/unit.h"
#include <string.h>

enum { DIVISIONS_MAX = 1500, HINT_BYTES = 600 };

static const char *
form_hint(const struct ctx *c, const struct field *f)
{
	bool en = c->lang == LANG_EN;

	switch (f->type) {
	case T_DATE:
		return en ? "Date such as 2026-11-21" : "日期，如 2026-11-21";
	case T_TIME:
		return en ? "Time such as 2026-11-21 08:30" : "时间，如 2026-11-21 08:30";
	case T_QTY:
		return en ? "Number with at most 3 decimals" : "数字，最多 3 位小数";
	case T_MONEY:
	case T_RATE:
		return en ? "Number with at most 2 decimals" : "数字，最多 2 位小数";
	case T_INT:
		return en ? "Whole number" : "整数";
	case T_REF:
		return en ? "Name, code or key of the record" : "填名称、编号或系统编号";
	case T_DIVISION:
		return en ? "Township, township/village or 12-digit code" : "填乡镇、乡镇/村 或 12 位编码";
	case T_GEO:
		return en ? "longitude,latitude" : "经度,纬度，如 113.228451,36.334102";
	case T_IDNO:
	case T_PHONE:
	case T_USCC:
		return en ? "Keep the cell as text" : "单元格请保持为文本";
	default:
		return "";
	}
}

static struct str
hint_of(struct ctx *c, const struct field *f)
{
	struct sb b;

	sb_init(&b, c->mem, HINT_BYTES);
	if (f->required)
		sb_add(&b, c->lang == LANG_EN ? "Required. " : "必填。");
	sb_add(&b, form_hint(c, f));
	if (tr(c, f->help)[0] != '\0') {
		sb_add(&b, b.n > 0 ? "\n" : "");
		sb_add(&b, tr(c, f->help));
	}
	return sb_str(&b);
}

static const struct db_sql sql_places = { "sheet.places",
	"SELECT d.name, d.level, p.name FROM division d LEFT JOIN division p ON p.county = d.county AND p.code = d.parent"
	" WHERE d.county = :county AND d.level >= 4 AND d.valid_to_on IS NULL ORDER BY d.code LIMIT 1500" };

/* Townships as they are, villages behind their township. */
static enum rc
list_places(struct ctx *c, struct str **out, size_t *count)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_places, &st, &c->err);

	*out = NEW_ARRAY(c->mem, struct str, DIVISIONS_MAX);
	*count = 0;
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row && *count < DIVISIONS_MAX) {
		struct str name = db_col_str(st, 0), parent = db_col_str(st, 2);

		(*out)[(*count)++] = db_col_i64(st, 1) >= 5 && parent.n > 0
			? str_fmt(c->mem, STR_FMT "/" STR_FMT, STR_ARG(parent), STR_ARG(name))
			: str_dup(c->mem, name);
	}
	return rc;
}

static size_t
list_choices(struct ctx *c, const struct field *f, struct str **out)
{
	size_t n = 0;

	if (f->type == T_BOOL) {
		*out = NEW_ARRAY(c->mem, struct str, 2);
		(*out)[0] = str_from_c(tr(c, sheet_yes));
		(*out)[1] = str_from_c(tr(c, sheet_no));
		return 2;
	}
	if (f->type != T_ENUM)
		return 0;
	while (f->choices[n].value != NULL)
		n++;
	*out = NEW_ARRAY(c->mem, struct str, n + 1);
	for (size_t i = 0; i < n; i++)
		(*out)[i] = str_from_c(tr(c, f->choices[i].label));
	return n;
}

static void
put_example(struct ctx *c, struct sheet_out *o, const struct field *f, bool first, struct str place)
{
	int64_t least = f->max > f->min ? f->min : 0;
	struct str text = { 0 };

	if (f->type == T_ENUM && f->choices[0].value != NULL)
		text = str_from_c(tr(c, f->choices[0].label));
	else if (f->type == T_BOOL)
		text = str_from_c(tr(c, sheet_no));
	else if (f->type == T_DIVISION)
		text = place;
	else if (f->type == T_GEO)
		text = S("113.228451,36.334102");
	else if (f->type == T_PHONE)
		text = S("13800000000");
	else if (f->type == T_TEXT || f->type == T_LONGTEXT || f->type == T_REF)
		text = str_from_c(tr(c, f->label));
	if (first)
		text = str_fmt(c->mem, "%s" STR_FMT, tr(c, sheet_example_mark), STR_ARG(text));
	if (text.n > 0 || first)
		sheet_out_text(o, text);
	else if (f->type == T_DATE)
		sheet_out_date(o, date_of_ms(c->now_ms));
	else if (f->type == T_TIME)
		sheet_out_time(o, c->now_ms + SHANGHAI_MS);
	else if (f->type == T_INT || f->type == T_QTY || f->type == T_MONEY || f->type == T_RATE)
		sheet_out_number(o, least > 1 ? least : f->type == T_INT ? 1 : 100, sheet_scale(f));
	else
		sheet_out_text(o, text);
}

static enum rc
put_inputs(struct ctx *c, struct sheet_out *o, const struct resource *r, const struct str *places, size_t place_count)
{
	size_t column = 0;

	for (const struct field *f = r->fields; f->name != NULL; f++) {
		struct str *list = NULL;
		size_t n = sheet_importable(f) ? list_choices(c, f, &list) : 0;

		if (!sheet_importable(f))
			continue;
		sheet_out_width(o, column, f->type == T_LONGTEXT ? 30 : 16);
		/* the example row keeps its freedom: rules begin below it */
		if (f->type == T_DIVISION)
			sheet_out_input(o, column, 2, places, place_count, hint_of(c, f));
		else
			sheet_out_input(o, column, 2, list, n, hint_of(c, f));
		column++;
	}
	return RC_OK;
}

static enum rc
put_rows(struct ctx *c, struct sheet_out *o, const struct resource *r, struct str place)
{
	bool first = true;
	enum rc rc;

	for (const struct field *f = r->fields; f->name != NULL; f++) {
		if (!sheet_importable(f))
			continue;
		sheet_out_style(o, f->required ? STYLE_REQUIRED : STYLE_HEADER);
		sheet_out_comment(o, hint_of(c, f));
		sheet_out_text(o, sheet_header(c->mem, f, c->lang, true));
	}
	rc = sheet_out_row(o, &c->err);
	sheet_out_style(o, STYLE_EXAMPLE);
	for (const struct field *f = r->fields; f->name != NULL && rc == RC_OK; f++) {
		if (!sheet_importable(f))
			continue;
		put_example(c, o, f, first, place);
		first = false;
	}
	return rc == RC_OK ? sheet_out_row(o, &c->err) : rc;
}

enum rc
sheet_template(struct ctx *c, const struct resource *r, enum sheet_format f, int fd)
{
	struct sheet_out_options options = { .kind = sheet_kind_of(f), .fd = fd, .temp_dir = c->app->data_dir };
	struct str *places;
	struct sheet_out *o;
	size_t count;
	enum rc rc;
	ARENA mem;

	arena_init(&mem, 16 << 20);
	if (!actor_may(c->actor, action_permission(r, ACT_IMPORT)))
		return denied(c);
	rc = list_places(c, &places, &count);
	if (rc == RC_OK)
		rc = sheet_out_open(&o, &mem, &options, &c->err);
	if (rc != RC_OK)
		return rc;
	sheet_out_sheet(o, tr(c, r->label));
	sheet_out_freeze(o, 1);
	rc = put_inputs(c, o, r, places, count);
	if (rc == RC_OK)
		rc = put_rows(c, o, r, count > 0 ? places[0] : S("140406100000"));
	return rc == RC_OK ? sheet_out_finish(o, &c->err) : rc;
}

/*
 * dashboard.c - the cards and charts that modules declare. Each statement holds
 * {scope:ALIAS}; the reader's scope is put there, so a figure counts exactly the
 * rows that the list behind it would show.
 */
#include "base/base.h"
#include "core/core_priv.h"
#include "core/division.h"
#include "core/record.h"
#include "core/rest.h"
#include "core/unit.h"

enum { SQL_MAX = 16 * 1024, ANSWER_MAX = 1 << 20, POINTS_MAX = 400, SERIES_MAX = 12, SPAN_MAX = 400 };

/* The statement with the scope in place of each {scope:ALIAS}. */
static enum rc
scoped(struct ctx *c, const char *name, const char *text, const char *may, struct db_stmt **st)
{
	struct str rest = str_from_c(text);
	struct scope scope = { 0 };
	struct db_sql sql = { .name = name };
	struct sb b;
	ptrdiff_t at, end;
	enum rc rc;

	sb_init(&b, c->mem, SQL_MAX);
	at = str_find(rest, S("{scope:"), 0);
	ASSERT(at >= 0);
	end = str_find(rest, S("}"), (size_t)at);
	ASSERT(end > at + 7 && str_find(rest, S("{scope:"), (size_t)end) < 0);
	sb_add_str(&b, str_sub(rest, 0, (size_t)at));
	rc = scope_sql(c, may, str_c(c->mem, str_sub(rest, (size_t)at + 7, (size_t)(end - at - 7))), &b, &scope);
	if (rc != RC_OK)
		return rc;
	sb_add_str(&b, str_sub(rest, (size_t)end + 1, rest.n));
	sql.text = sb_str(&b).p;
	if (b.truncated)
		return fail(&c->err, RC_INTERNAL, NULL, "语句过长：%s", "statement too long: %s", name);
	rc = db_prepare(c->db, &sql, st, &c->err);
	if (rc != RC_OK)
		return rc;
	scope_bind(*st, &scope);
	db_bind_i64(*st, "county", c->county);
	if (db_has_param(*st, "now_ms"))
		db_bind_i64(*st, "now_ms", c->now_ms);
	if (db_has_param(*st, "today"))
		db_bind_i64(*st, "today", date_of_ms(c->now_ms));
	return RC_OK;
}

static void
put_unit(struct json_writer *w, const struct ctx *c, const char *code)
{
	const struct unit *u = code != NULL ? unit_find(code) : NULL;

	json_c(w, "unit", u != NULL ? tr(c, u->label) : NULL);
}

static enum rc
put_card(struct ctx *c, struct json_writer *w, const struct card *k)
{
	DB_STMT st = NULL;
	bool row = false;
	int64_t value;
	enum rc rc = scoped(c, k->name, k->sql, k->may, &st);

	if (rc == RC_OK)
		rc = db_step(st, &row, &c->err);
	if (rc != RC_OK)
		return rc;
	value = row && !db_col_null(st, 0) ? db_col_i64(st, 0) : 0;
	json_begin(w);
	json_c(w, "name", k->name);
	json_c(w, "title", tr(c, k->title));
	json_int(w, "value", value);
	put_unit(w, c, k->unit);
	json_int(w, "scale", k->scale);
	json_c(w, "link", k->link);
	json_end(w);
	return RC_OK;
}

/* ---- charts ---- */

struct points {
	struct str x[SPAN_MAX];
	struct str series[SERIES_MAX];
	int64_t value[SERIES_MAX][SPAN_MAX];
	size_t x_count, series_count;
};

/* Position of the text, added when new; the count when there is no more room. */
static size_t
place(struct str *list, size_t *count, size_t max, struct str text)
{
	for (size_t i = 0; i < *count; i++) {
		if (str_eq(list[i], text))
			return i;
	}
	if (*count < max)
		list[(*count)++] = text;
	else
		return max;
	return *count - 1;
}

static struct str
month_of(struct arena *a, int64_t day)
{
	struct civil d = date_to_civil(day);

	return str_fmt(a, "%04d-%02d", d.year, d.month);
}

/* Days and months without rows are shown as zero. */
static void
fill_span(struct ctx *c, const struct chart *k, struct points *p)
{
	int64_t today = date_of_ms(c->now_ms);
	int span = k->span < SPAN_MAX ? k->span : SPAN_MAX;

	if (k->x == X_DAY) {
		for (int i = span - 1; i >= 0; i--)
			p->x[p->x_count++] = date_print(c->mem, today - i);
	}
	if (k->x == X_MONTH) {
		struct civil now = date_to_civil(today);

		for (int i = span - 1; i >= 0; i--) {
			int month = now.year * 12 + now.month - 1 - i;

			p->x[p->x_count++] = month_of(c->mem, date_from_civil(month / 12, month % 12 + 1, 1));
		}
	}
}

static const struct choice *
choice_find(const struct choice *list, struct str value)
{
	for (; list != NULL && list->value != NULL; list++) {
		if (str_eq_c(value, list->value))
			return list;
	}
	return NULL;
}

static struct str
choice_label(struct ctx *c, const struct choice *list, struct str value)
{
	const struct choice *k = choice_find(list, value);

	return k != NULL ? str_from_c(tr(c, k->label)) : str_dup(c->mem, value);
}

static const struct choice *
choices_of(const struct ctx *c, const struct chart *k)
{
	const struct resource *r = resource_find(c->app, str_from_c(k->resource));
	const struct field *f = r != NULL ? field_find(r, str_from_c(k->field)) : NULL;

	return f == NULL ? NULL : f->type == T_STATE ? r->states : f->choices;
}

static enum rc
division_name(struct ctx *c, int64_t code, struct str *out)
{
	struct division d;
	enum rc rc = division_get(c, code, &d);

	if (rc == RC_NOT_FOUND) {
		c->err = (struct err){ .lang = c->lang };
		*out = str_fmt(c->mem, LLD, LL(code));
		return RC_OK;
	}
	*out = rc == RC_OK ? d.name : (struct str){ 0 };
	return rc;
}

/* The title of a row, when the reader may see it. */
static enum rc
row_title(struct ctx *c, const char *resource, int64_t id, struct str *out)
{
	const struct resource *r = resource_find(c->app, str_from_c(resource));
	const struct field *title = NULL;
	struct record_head h;
	char *record;
	enum rc rc;

	ASSERT(r != NULL);
	for (const struct field *f = r->fields; f->name != NULL; f++) {
		if (f->title && f->as == M_STR && !f->private)
			title = f;
	}
	record = arena_alloc(c->mem, 1, r->record_size, _Alignof(max_align_t));
	rc = title == NULL ? RC_NOT_FOUND : record_load(c, r, id, r->may[ACT_READ], &h, record);
	if (rc == RC_NOT_FOUND || rc == RC_DENIED) {
		c->err = (struct err){ .lang = c->lang };
		*out = str_fmt(c->mem, "#" LLD, LL(id));
		return RC_OK;
	}
	if (rc == RC_OK)
		*out = *(const struct str *)(const void *)(record + title->at);
	return rc;
}

static enum rc
x_label(struct ctx *c, const struct chart *k, struct db_stmt *st, struct str *out)
{
	switch (k->x) {
	case X_TEXT:
		*out = str_dup(c->mem, db_col_str(st, 0));
		return RC_OK;
	case X_DAY:
		*out = date_print(c->mem, db_col_i64(st, 0));
		return RC_OK;
	case X_MONTH:
		*out = month_of(c->mem, db_col_i64(st, 0));
		return RC_OK;
	case X_CHOICE:
		*out = choice_label(c, choices_of(c, k), db_col_str(st, 0));
		return RC_OK;
	case X_DIVISION:
		return division_name(c, db_col_i64(st, 0), out);
	case X_REF:
		return row_title(c, k->resource, db_col_i64(st, 0), out);
	}
	return RC_OK;
}

static enum rc
read_points(struct ctx *c, const struct chart *k, struct points *p)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = scoped(c, k->name, k->sql, k->may, &st);
	size_t x_max = k->x == X_DAY || k->x == X_MONTH ? p->x_count : SPAN_MAX;

	for (int n = 0; rc == RC_OK && n < POINTS_MAX; n++) {
		struct str label = { 0 }, series = { 0 };
		size_t x, s;

		rc = db_step(st, &row, &c->err);
		if (rc != RC_OK || !row)
			break;
		if (db_col_null(st, 0))
			continue;
		series = db_col_count(st) > 2 ? choice_label(c, k->series, db_col_str(st, 2)) : str_from_c(tr(c, k->title));
		s = place(p->series, &p->series_count, SERIES_MAX, series);
		int64_t value = db_col_null(st, 1) ? 0 : db_col_i64(st, 1);

		rc = x_label(c, k, st, &label);
		x = rc == RC_OK ? place(p->x, &p->x_count, x_max, label) : x_max;
		if (x < x_max && s < SERIES_MAX)
			p->value[s][x] += value;
	}
	return rc;
}

static void
put_points(struct json_writer *w, const struct points *p)
{
	json_key(w, "x");
	json_list(w);
	for (size_t i = 0; i < p->x_count; i++)
		json_put_str(w, p->x[i]);
	json_list_end(w);
	json_key(w, "series");
	json_list(w);
	for (size_t s = 0; s < p->series_count; s++) {
		json_begin(w);
		json_str(w, "title", p->series[s]);
		json_key(w, "data");
		json_list(w);
		for (size_t i = 0; i < p->x_count; i++)
			json_put_i64(w, p->value[s][i]);
		json_list_end(w);
		json_end(w);
	}
	json_list_end(w);
}

static enum rc
put_chart(struct ctx *c, struct json_writer *w, const struct chart *k)
{
	struct points *p = NEW(c->mem, struct points);
	enum rc rc;

	fill_span(c, k, p);
	rc = read_points(c, k, p);
	if (rc != RC_OK)
		return rc;
	if (p->series_count == 0 && p->x_count > 0)
		p->series[p->series_count++] = str_from_c(tr(c, k->title));
	json_begin(w);
	json_c(w, "name", k->name);
	json_c(w, "title", tr(c, k->title));
	json_c(w, "kind", k->kind);
	put_unit(w, c, k->unit);
	json_int(w, "scale", k->scale);
	put_points(w, p);
	json_c(w, "link", k->link);
	json_end(w);
	return RC_OK;
}

static enum rc
print(struct ctx *c, struct json_writer *w)
{
	enum rc rc = RC_OK;

	json_begin(w);
	json_key(w, "cards");
	json_list(w);
	for (size_t i = 0; c->app->modules[i] != NULL; i++) {
		for (const struct card *k = c->app->modules[i]->cards; rc == RC_OK && k != NULL && k->name != NULL; k++) {
			if (actor_may(c->actor, k->may))
				rc = put_card(c, w, k);
		}
	}
	json_list_end(w);
	json_key(w, "charts");
	json_list(w);
	for (size_t i = 0; c->app->modules[i] != NULL; i++) {
		for (const struct chart *k = c->app->modules[i]->charts; rc == RC_OK && k != NULL && k->name != NULL; k++) {
			if (actor_may(c->actor, k->may))
				rc = put_chart(c, w, k);
		}
	}
	json_list_end(w);
	json_end(w);
	return rc;
}

static enum rc
dashboard(struct ctx *c, struct http_request *q)
{
	struct json_writer w;
	struct sb b;
	enum rc rc;

	sb_init(&b, c->mem, ANSWER_MAX);
	json_writer_init(&w, &b);
	rc = print(c, &w);
	if (rc == RC_OK)
		rest_reply(q, 200, sb_str(&b));
	return rc;
}

#define NULLABLE "{\"type\":[\"string\",\"null\"]}"

const struct route dashboard_routes[] = {
	{ HTTP_GET, "/api/v1/dashboard", dashboard, .flags = ROUTE_ANY, .summary = { "首页统计", "Figures of the reader's scope" },
		.reply = "{\"type\":\"object\",\"properties\":{\"cards\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
			"\"name\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"value\":{\"type\":\"integer\"},\"unit\":" NULLABLE ","
			"\"scale\":{\"type\":\"integer\"},\"link\":" NULLABLE "},\"required\":[\"name\",\"title\",\"value\",\"unit\",\"scale\",\"link\"],"
			"\"additionalProperties\":false}},\"charts\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
			"\"name\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"kind\":{\"type\":\"string\",\"enum\":[\"bar\",\"line\",\"pie\"]},"
			"\"unit\":" NULLABLE ",\"scale\":{\"type\":\"integer\"},\"x\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
			"\"series\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"title\":{\"type\":\"string\"},"
			"\"data\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}},\"required\":[\"title\",\"data\"],"
			"\"additionalProperties\":false}},\"link\":" NULLABLE "},"
			"\"required\":[\"name\",\"title\",\"kind\",\"unit\",\"scale\",\"x\",\"series\",\"link\"],\"additionalProperties\":false}}},"
			"\"required\":[\"cards\",\"charts\"],\"additionalProperties\":false}" },
	{ 0 },
};

/*
 * place_page.c - POST /t/{code}: a shopper says where the label was scanned, by
 * choosing from a list or, with the small script, from the phone's position. A
 * position is turned into a town or "elsewhere" here and forgotten.
 */
#include "base/base.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "core/resource.h"
#include "lib/tracecode/tracecode.h"
#include "mod/trace/scan_page.h"
#include "mod/trace/scan_write.h"
#include "mod/trace/trace.h"

/* Short names of the provinces, as people say them; the list on the page is the same. */
static const char *const provinces[] = { "北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏",
	"浙江", "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "广西", "海南", "重庆", "四川", "贵州", "云南",
	"西藏", "陕西", "甘肃", "青海", "宁夏", "新疆", "台湾", "香港", "澳门", "海外", NULL };

static bool
is_province(struct str place)
{
	for (size_t i = 0; provinces[i] != NULL; i++) {
		if (str_eq_c(place, provinces[i]))
			return true;
	}
	return false;
}

static const struct db_sql sql_is_town = { "scan.is-town",
	"SELECT 1 FROM division WHERE county = :county AND name = :name AND level IN (3, 4) LIMIT 1" };

static enum rc
place_known(struct ctx *c, struct str place, bool *known)
{
	DB_STMT st = NULL;
	enum rc rc;

	*known = is_province(place);
	if (*known)
		return RC_OK;
	rc = db_prepare(c->db, &sql_is_town, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_str(st, "name", place);
	return db_step(st, known, &c->err);
}

static const struct db_sql sql_near = { "scan.near",
	"SELECT name, lng_e6, lat_e6 FROM division WHERE county = :county AND level = 4 AND valid_to_on IS NULL"
	" AND lng_e6 BETWEEN :west AND :east AND lat_e6 BETWEEN :south AND :north" };

/* The nearest town within about 20 km; nothing when the point is elsewhere. */
static enum rc
town_near(struct ctx *c, int64_t lng, int64_t lat, struct str *town)
{
	enum { REACH = 200000 };
	DB_STMT st = NULL;
	bool row = false;
	int64_t best = INT64_MAX;
	enum rc rc = db_prepare(c->db, &sql_near, &st, &c->err);

	*town = (struct str){ 0 };
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "west", lng - REACH);
	db_bind_i64(st, "east", lng + REACH);
	db_bind_i64(st, "south", lat - REACH);
	db_bind_i64(st, "north", lat + REACH);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		int64_t dx = (db_col_i64(st, 1) - lng) * 81 / 100, dy = db_col_i64(st, 2) - lat;

		if (dx * dx + dy * dy < best) {
			best = dx * dx + dy * dy;
			*town = str_dup(c->mem, db_col_str(st, 0));
		}
	}
	return rc;
}

/* Value of a form field of an application/x-www-form-urlencoded body; absent when missing or malformed. */
static struct str
form_value(struct ctx *c, struct str body, const char *name)
{
	while (body.p != NULL) {
		struct str value = str_cut(&body, '&'), key = str_cut(&value, '=');
		char *out = NEW_ARRAY(c->mem, char, value.n + 1);
		size_t n = 0;

		if (!str_eq_c(key, name) || value.p == NULL)
			continue;
		for (size_t i = 0; i < value.n; i++) {
			unsigned char byte;

			if (value.p[i] != '%') {
				out[n++] = value.p[i] == '+' ? ' ' : value.p[i];
			} else if (str_sub(value, i + 1, 2).n == 2 && hex_decode(str_sub(value, i + 1, 2), &byte, 1)) {
				out[n++] = (char)byte;
				i += 2;
			} else {
				return (struct str){ 0 };
			}
		}
		return utf8_valid((struct str){ out, n }) ? (struct str){ out, n } : (struct str){ 0 };
	}
	return (struct str){ 0 };
}

static enum rc
place_read(struct ctx *c, struct http_request *q, struct str *place, int64_t *geo)
{
	struct str body = http_body(q), lng_text = form_value(c, body, "lng"), lat_text = form_value(c, body, "lat");
	int64_t lng, lat;
	bool known;
	enum rc rc;

	*geo = NIL;
	*place = str_trim(form_value(c, body, "place"));
	if (str_scaled(lng_text, 6, &lng) && str_scaled(lat_text, 6, &lat) && lng > -180000000 && lng < 180000000
		&& lat > -90000000 && lat < 90000000) {
		rc = town_near(c, lng, lat, place);
		if (rc == RC_OK && place->n == 0)
			*place = S("县外");
		/* About ten kilometres: enough to tell two cities apart, too little to find a home. */
		*geo = geo_pack(lng / 100000 * 100000, lat / 100000 * 100000);
		return rc;
	}
	rc = place_known(c, *place, &known);
	if (rc == RC_OK && !known)
		return fail(&c->err, RC_INVALID, "place", "请从列表中选择地点", "choose a place from the list");
	return rc;
}

static const struct db_sql sql_code_id = { "scan.code-id",
	"SELECT id FROM trace_code WHERE county = :county AND code = :code AND deleted_ms IS NULL" };

static enum rc
code_id_of(struct ctx *c, const char *code, int64_t *id)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_code_id, &st, &c->err);

	*id = 0;
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_str(st, "code", str_from_c(code));
	rc = db_step(st, &row, &c->err);
	if (rc == RC_OK && row)
		*id = db_col_i64(st, 0);
	return rc;
}

enum rc
scan_place(struct ctx *c, struct http_request *q)
{
	char code[TRACECODE_LEN + 1];
	struct str place;
	int64_t geo, code_id;
	enum rc rc;

	if (!tracecode_parse(path_param(c, q, "code"), code, NULL))
		return fail(&c->err, RC_NOT_FOUND, NULL, "没有这个追溯码", "there is no such code");
	rc = place_read(c, q, &place, &geo);
	if (rc == RC_OK)
		rc = code_id_of(c, code, &code_id);
	if (rc != RC_OK)
		return rc;
	if (code_id != 0) {
		rc = scan_flush(c, trace_state_of(c->app));
		if (rc == RC_OK)
			rc = scan_place_set(c, code_id, scan_client(c, http_client_ip(q), http_header(q, "user-agent")), place, geo);
		if (rc != RC_OK)
			return rc;
	}
	http_set_header(q, "Location", str_fmt(c->mem, "/t/%s", code));
	http_reply(q, 303, NULL, S(""));
	return RC_OK;
}

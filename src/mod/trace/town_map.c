/*
 * town_map.c - a sketch of the county for pages: each town is the part of a
 * rounded frame that lies nearer to its centre than to any other. It shows
 * where about something grew; it is not a map of boundaries and says so.
 * Doubles are used for drawing only.
 */
#include "base/base.h"
#include "base/list.h"
#include "core/division.h"
#include "mod/trace/trace.h"

enum { BOX_W = 640, BOX_H = 440, FRAME_POINTS = 48, TOWNS_MAX = 40, CELL_POINTS = 128 };

const struct page_var town_cell_vars[] = {
	VAR(struct town_cell, name),
	VAR(struct town_cell, points),
	VAR(struct town_cell, x),
	VAR(struct town_cell, y),
	VAR(struct town_cell, code),
	VAR(struct town_cell, count),
	VAR(struct town_cell, here),
	{ 0 },
};

struct point {
	double x, y;
};
struct town {
	int64_t code;
	struct str name;
	struct point at;
};
struct frame {
	double lng, lat, sx, sy; /* centre, and pixels per degree */
};

static const struct db_sql sql_towns = { "trace.map-towns",
	"SELECT code, name, lng_e6, lat_e6 FROM division WHERE county = :county AND level = 4 AND valid_to_on IS NULL"
	" AND lng_e6 IS NOT NULL AND lat_e6 IS NOT NULL ORDER BY code LIMIT 40" };

static enum rc
towns_load(struct ctx *c, struct town towns[TOWNS_MAX], size_t *count)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_towns, &st, &c->err);

	*count = 0;
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row && *count < TOWNS_MAX) {
		struct town *t = &towns[(*count)++];

		t->code = db_col_i64(st, 0);
		t->name = str_dup(c->mem, db_col_str(st, 1));
		t->at = (struct point){ (double)db_col_i64(st, 2) / 1e6, (double)db_col_i64(st, 3) / 1e6 };
	}
	return rc;
}

/* Fits all centres into the box with room around; a degree of longitude is shorter than one of latitude. */
static struct frame
frame_fit(const struct town *towns, size_t count)
{
	double west = 180, east = -180, south = 90, north = -90, squeeze = 0.81;

	for (size_t i = 0; i < count; i++) {
		west = towns[i].at.x < west ? towns[i].at.x : west;
		east = towns[i].at.x > east ? towns[i].at.x : east;
		south = towns[i].at.y < south ? towns[i].at.y : south;
		north = towns[i].at.y > north ? towns[i].at.y : north;
	}
	double w = (east - west) * squeeze + 0.06, h = north - south + 0.06;
	double scale = (BOX_W - 150) / w < (BOX_H - 120) / h ? (BOX_W - 150) / w : (BOX_H - 120) / h;

	return (struct frame){ (west + east) / 2, (south + north) / 2, scale * squeeze, scale };
}

static struct point
project(const struct frame *f, struct point p)
{
	return (struct point){ BOX_W / 2.0 + (p.x - f->lng) * f->sx, BOX_H / 2.0 - (p.y - f->lat) * f->sy };
}

/* Points of a superellipse of the fourth degree in the box, by its own symmetry: no trigonometry needed. */
static size_t
frame_outline(struct point out[FRAME_POINTS])
{
	static const struct point eighth[] = { { 1, 0 }, { 0.997, 0.33 }, { 0.977, 0.545 }, { 0.93, 0.71 }, { 0.841, 0.841 },
		{ 0.71, 0.93 }, { 0.545, 0.977 }, { 0.33, 0.997 } };
	size_t n = ARRAY_LEN(eighth), count = 0;

	for (int quarter = 0; quarter < 4; quarter++) {
		for (size_t i = 0; i < n; i++) {
			struct point p = eighth[i];
			struct point turned[4] = { { p.x, p.y }, { -p.y, p.x }, { -p.x, -p.y }, { p.y, -p.x } };

			out[count++] = (struct point){ BOX_W / 2.0 + turned[quarter].x * (BOX_W / 2.0 - 8),
				BOX_H / 2.0 + turned[quarter].y * (BOX_H / 2.0 - 8) };
		}
	}
	return count;
}

/* How much nearer p is to a than to b, positive when nearer. */
static double
nearer(struct point p, struct point a, struct point b)
{
	double ax = p.x - a.x, ay = p.y - a.y, bx = p.x - b.x, by = p.y - b.y;

	return bx * bx + by * by - ax * ax - ay * ay;
}

/* Cuts a convex polygon to the half nearer to a than to b (Sutherland and Hodgman). */
static size_t
cut(const struct point *in, size_t n, struct point a, struct point b, struct point *out)
{
	size_t count = 0;

	for (size_t i = 0; i < n && count + 2 < CELL_POINTS; i++) {
		struct point p = in[i], q = in[(i + 1) % n];
		double dp = nearer(p, a, b), dq = nearer(q, a, b);

		if (dp >= 0)
			out[count++] = p;
		if ((dp >= 0) != (dq >= 0)) {
			double t = dp / (dp - dq);

			out[count++] = (struct point){ p.x + t * (q.x - p.x), p.y + t * (q.y - p.y) };
		}
	}
	return count;
}

static struct str
cell_points(struct ctx *c, const struct point *at, size_t count, size_t self)
{
	struct point a[CELL_POINTS], b[CELL_POINTS];
	size_t n = frame_outline(a);
	struct sb out;

	for (size_t i = 0; i < count; i++) {
		if (i == self || (at[i].x == at[self].x && at[i].y == at[self].y))
			continue;
		n = cut(a, n, at[self], at[i], b);
		for (size_t k = 0; k < n; k++)
			a[k] = b[k];
	}
	sb_init(&out, c->mem, 4096);
	for (size_t i = 0; i < n; i++)
		sb_addf(&out, "%s%d,%d", i > 0 ? " " : "", (int)(a[i].x + 0.5), (int)(a[i].y + 0.5));
	return sb_str(&out);
}

enum rc
town_map_draw(struct ctx *c, int64_t geo, int64_t division, struct town_map *out)
{
	struct town towns[TOWNS_MAX];
	struct point at[TOWNS_MAX];
	struct list cells;
	int64_t lng, lat;
	size_t count;
	enum rc rc = towns_load(c, towns, &count);

	*out = (struct town_map){ 0 };
	if (rc != RC_OK || count < 2)
		return rc;
	struct frame f = frame_fit(towns, count);
	for (size_t i = 0; i < count; i++)
		at[i] = project(&f, towns[i].at);
	list_init(&cells, c->mem, sizeof(struct town_cell), TOWNS_MAX);
	for (size_t i = 0; i < count; i++) {
		struct town_cell *cell = list_add(&cells);

		*cell = (struct town_cell){ .name = towns[i].name, .code = towns[i].code, .points = cell_points(c, at, count, i),
			.x = (int64_t)at[i].x, .y = (int64_t)at[i].y, .here = division / 1000 == towns[i].code / 1000 };
	}
	out->towns = (struct page_list){ cells.items, cells.count };
	out->drawn = true;
	if (geo == NIL)
		return RC_OK;
	geo_unpack(geo, &lng, &lat);
	struct point p = project(&f, (struct point){ (double)(lng / 10000) / 100, (double)(lat / 10000) / 100 });
	out->x = (int64_t)p.x;
	out->y = (int64_t)p.y;
	out->marked = p.x > 8 && p.x < BOX_W - 8 && p.y > 8 && p.y < BOX_H - 8;
	for (size_t i = 0; out->marked && i < cells.count; i++) {
		struct town_cell *cell = LIST_AT(&cells, struct town_cell, i);

		/* A name under the point is moved below it. */
		if (cell->x > out->x - 60 && cell->x < out->x + 60 && cell->y > out->y - 28 && cell->y < out->y + 28)
			cell->y = out->y + (out->y < BOX_H - 60 ? 34 : -34);
	}
	return RC_OK;
}

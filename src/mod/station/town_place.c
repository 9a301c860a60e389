/*
 * town_place.c - where a township lies on the schematic map: the mean of its
 * stations' measured positions, which takes the place of the computed one.
 */
#include "base/base.h"
#include "core/division.h"
#include "core/event.h"
#include "core/record.h"
#include "mod/station/station.h"
#include "mod/station/station_priv.h"

static const struct db_sql sql_places = { "station.places",
	"SELECT location FROM station WHERE county = :county AND division BETWEEN :lo AND :hi AND location IS NOT NULL"
	" AND deleted_ms IS NULL AND state <> 'closed' ORDER BY id LIMIT 2000" };
static const struct db_sql sql_place = { "division.place",
	"UPDATE division SET lng_e6 = :lng, lat_e6 = :lat, schematic = 0 WHERE county = :county AND code = :code" };

static enum rc
mean_place(struct ctx *c, int64_t code, int64_t *lng, int64_t *lat, int64_t *n)
{
	DB_STMT st = NULL;
	int64_t lo = 0, hi = 0, one_lng, one_lat;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_places, &st, &c->err);

	*lng = *lat = *n = 0;
	if (rc != RC_OK)
		return rc;
	(void)division_range(code, &lo, &hi);
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "lo", lo);
	db_bind_i64(st, "hi", hi);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		geo_unpack(db_col_i64(st, 0), &one_lng, &one_lat);
		*lng += one_lng;
		*lat += one_lat;
		++*n;
	}
	if (rc == RC_OK && *n > 0) {
		*lng /= *n;
		*lat /= *n;
	}
	return rc;
}

static enum rc
place(struct ctx *c, int64_t code)
{
	DB_STMT st = NULL;
	int64_t lng, lat, n;
	enum rc rc = mean_place(c, code, &lng, &lat, &n);

	if (rc != RC_OK || n == 0)
		return rc;
	rc = db_prepare(c->db, &sql_place, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "code", code);
	db_bind_i64(st, "lng", lng);
	db_bind_i64(st, "lat", lat);
	return db_run(st, NULL, &c->err);
}

enum rc
station_placed(struct ctx *c, const struct event *e)
{
	DB_TX tx = { 0 };
	int level = division_level(e->division);
	bool own = !db_in_tx(c->db);
	enum rc rc = own && level >= 4 ? db_begin(c->db, &tx, &c->err) : RC_OK;

	if (rc == RC_OK && level == 5)
		rc = place(c, e->division);
	if (rc == RC_OK && level >= 4)
		rc = place(c, level == 5 ? division_parent(e->division) : e->division);
	return rc == RC_OK && tx.open ? db_commit(&tx, &c->err) : rc;
}

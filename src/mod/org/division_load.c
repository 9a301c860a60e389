/*
 * division_load.c - the county's divisions from the extracted file, and a
 * schematic place for each: townships on a sunflower spiral around the county's
 * centre, villages around their township. Nothing here is a survey; positions
 * measured at stations take over.
 */
#include "base/base.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/utf8.h"
#include "core/division.h"
#include "core/rule.h"
#include "mod/org/org_priv.h"

enum { FILE_BYTES_MAX = 1 << 20, TOWN_RADIUS_E6 = 150000, VILLAGE_RADIUS_E6 = 26000 };

struct point {
	int64_t lng_e6, lat_e6;
	bool known;
};

/* Seats of the five seed counties, to a hundredth of a degree or so; others set the rule division.centre. */
static const struct {
	int64_t county, lng_e6, lat_e6;
} centres[] = { { 140406, 113228451, 36334102 }, { 141030, 110753000, 36465000 }, { 140902, 112734000, 38404000 },
	{ 533301, 98858000, 25823000 }, { 533123, 97932000, 24705000 } };

/* Degrees as millionths; a coordinate is the one kind of number that may be read as a floating one. */
static bool
degrees(const struct json *v, int64_t *e6)
{
	if (v == NULL || (v->type != J_REAL && v->type != J_INT))
		return false;
	double d = v->type == J_INT ? (double)v->i : v->real;
	if (d < 0 || d > 180)
		return false;
	*e6 = (int64_t)(d * 1e6 + 0.5);
	return true;
}

static enum rc
centre_of(struct ctx *c, struct point *out)
{
	const struct json *v;
	enum rc rc = rule_json(c, "division.centre", NIL, &v, NULL);

	*out = (struct point){ 0 };
	if (rc != RC_OK)
		return rc;
	if (v->type == J_OBJECT && degrees(json_get(v, "lng"), &out->lng_e6) && degrees(json_get(v, "lat"), &out->lat_e6)) {
		out->known = true;
		return RC_OK;
	}
	for (size_t i = 0; i < ARRAY_LEN(centres); i++)
		if (centres[i].county == c->county)
			*out = (struct point){ centres[i].lng_e6, centres[i].lat_e6, true };
	return RC_OK;
}

static int64_t
root(int64_t v)
{
	int64_t r = 0;

	for (int64_t bit = (int64_t)1 << 30; bit > 0; bit >>= 1)
		if ((r + bit) * (r + bit) <= v)
			r += bit;
	return r;
}

/*
 * Seat i of n on a sunflower: radius grows with the root of the index, each seat
 * turned by the golden angle (cosine and sine in millionths). A degree of
 * longitude is shorter than one of latitude by about a fifth at these latitudes.
 */
static struct point
seat(struct point centre, int64_t i, int64_t n, int64_t radius_e6)
{
	int64_t x = 1000000, y = 0;

	for (int64_t turn = 0; turn < i; turn++) {
		int64_t next = (x * -737369 - y * 675490) / 1000000;
		y = (x * 675490 + y * -737369) / 1000000;
		x = next;
	}
	int64_t r = radius_e6 * root((2 * i + 1) * 1000000 * 1000000 / (2 * n)) / 1000000;
	return (struct point){ centre.lng_e6 + r * x / 1000000 * 5 / 4, centre.lat_e6 + r * y / 1000000, centre.known };
}

struct line {
	int64_t code, level, parent;
	struct str name;
};

static bool
read_line(struct str text, struct line *out)
{
	struct str rest = text, code = str_cut(&rest, '\t');

	out->name = str_cut(&rest, '\t');
	struct str level = str_cut(&rest, '\t');
	return str_i64(code, &out->code) && str_i64(level, &out->level) && str_i64(rest, &out->parent) && out->name.n > 0 &&
		out->name.n <= 120 && utf8_valid(out->name) && division_level(out->code) == out->level;
}

static const struct db_sql sql_add = { "division.add",
	"INSERT INTO division (county, code, name, level, parent, lng_e6, lat_e6, schematic)"
	" VALUES (:county, :code, :name, :level, :parent, :lng, :lat, 1)" };

static enum rc
add(struct ctx *c, const struct line *d, struct point at)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_add, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "code", d->code);
	db_bind_str(st, "name", d->name);
	db_bind_i64(st, "level", d->level);
	db_bind_i64(st, "parent", d->parent);
	db_bind_i64(st, "lng", at.known ? at.lng_e6 : NIL);
	db_bind_i64(st, "lat", at.known ? at.lat_e6 : NIL);
	return db_run(st, NULL, &c->err);
}

static int64_t
children_of(const struct line *lines, size_t count, int64_t parent)
{
	int64_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += lines[i].parent == parent;
	return n > 0 ? n : 1;
}

/* Lines come sorted by code: every parent before its children, villages right behind their township. */
static enum rc
store(struct ctx *c, const struct line *lines, size_t count)
{
	struct point centre, town = { 0 };
	int64_t towns = 0, villages = 0;
	enum rc rc = centre_of(c, &centre);

	for (size_t i = 0; rc == RC_OK && i < count; i++) {
		const struct line *d = &lines[i];
		struct point at = { 0 };

		if (d->level == 3) {
			at = centre;
		} else if (d->level == 4) {
			at = town = seat(centre, towns++, children_of(lines, count, d->parent), TOWN_RADIUS_E6);
			villages = 0;
		} else if (d->level == 5) {
			at = seat(town, villages++, children_of(lines, count, d->parent), VILLAGE_RADIUS_E6);
		}
		rc = add(c, d, at);
	}
	return rc;
}

/* The whole file, or absent when there is none (or none that is a regular file of sane size). */
static struct str
read_file(struct arena *a, const char *path)
{
	struct stat s;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct str out = { 0 };

	if (fd < 0)
		return out;
	if (fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_size > 0 && s.st_size < FILE_BYTES_MAX) {
		char *p = NEW_ARRAY(a, char, (size_t)s.st_size + 1);
		if (read(fd, p, (size_t)s.st_size) == s.st_size)
			out = (struct str){ p, (size_t)s.st_size };
	}
	close(fd);
	return out;
}

/* An installation's own file comes before what was built in. */
static struct str
text_of(struct ctx *c)
{
	char stem[16] = { 0 };
	struct str name = str_fmt(c->mem, LLD, LL(c->county)), own = { 0 };

	if (name.n < sizeof(stem))
		memcpy(stem, name.p, name.n);
	if (c->app->data_dir != NULL)
		own = read_file(c->mem, str_fmt(c->mem, "%s/divisions/%s.tsv", c->app->data_dir, stem).p);
	if (own.p != NULL)
		return own;
	for (size_t i = 0; division_texts[i][0] != NULL; i++)
		if (strcmp(division_texts[i][0], stem) == 0)
			return str_from_c(division_texts[i][1]);
	return (struct str){ 0 };
}

static const struct db_sql sql_any = { "division.any", "SELECT code FROM division WHERE county = :county LIMIT 1" };

static enum rc
is_loaded(struct ctx *c, bool *loaded)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_any, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	return db_step(st, loaded, &c->err);
}

enum rc
divisions_load(struct ctx *c)
{
	bool loaded = false;
	enum rc rc = is_loaded(c, &loaded);

	if (rc != RC_OK || loaded)
		return rc;
	struct str text = text_of(c), rest = text;
	if (text.p == NULL)
		return fail(&c->err, RC_NOT_FOUND, "county",
			"没有 " LLD " 的行政区划数据，请把提取的文件放到数据目录的 divisions/" LLD ".tsv",
			"no divisions for county " LLD ": put the extracted file at divisions/" LLD ".tsv of the data directory", LL(c->county),
			LL(c->county));
	size_t max = 0, count = 0;
	for (size_t i = 0; i < text.n; i++)
		max += text.p[i] == '\n';
	struct line *lines = NEW_ARRAY(c->mem, struct line, max + 1);
	while (rest.n > 0) {
		struct str one = str_cut(&rest, '\n');
		if (one.n == 0)
			continue;
		if (!read_line(one, &lines[count]))
			return fail(&c->err, RC_INVALID, "county", "行政区划数据第 %zu 行有误", "line %zu of the division data is wrong", count + 1);
		count++;
	}
	return store(c, lines, count);
}

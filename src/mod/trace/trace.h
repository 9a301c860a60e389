/* trace.h - the only header of the module that others may include. */
#ifndef MOD_TRACE_H
#define MOD_TRACE_H
#include "core/module.h"
#include "core/page.h"

extern const struct module module_trace;

/* ---- what every public page carries ---- */

/* Name of the county, help line, language: the frame of every public page. */
struct site {
	struct str county;    /* "潞城区" */
	struct str title;     /* of the page, in front of the site's name */
	struct str section;   /* menu entry that is current: "news", "enterprises", "verify" or "" */
	struct str help_line;
	struct str other_url; /* this page in the other language */
	bool en, demo, at_home, at_news, at_enterprises, at_verify;
};
/* Variables that pages/trace/head.html and foot.html need, for the view that holds a `struct site site`. */
/* clang-format off */
#define SITE_VARS(view)                                                        \
	VAR(view, site.county), VAR(view, site.title), VAR(view, site.help_line), \
	VAR(view, site.other_url), VAR(view, site.en), VAR(view, site.demo),    \
	VAR(view, site.at_home), VAR(view, site.at_news),                       \
	VAR(view, site.at_enterprises), VAR(view, site.at_verify)
/* clang-format on */
enum rc site_load(struct ctx *c, struct str title, struct str path, const char *section, struct site *out) MUST_USE;

/* ---- a sketch of the county: towns as cells, some points; never a boundary map ---- */

struct town_cell {
	struct str name, points; /* SVG polygon in a 640 × 440 box */
	int64_t x, y, code, count;
	bool here;
};
struct town_map {
	struct page_list towns; /* struct town_cell */
	int64_t x, y;           /* of the marked point */
	bool marked, drawn;
};
extern const struct page_var town_cell_vars[];
/* clang-format off */
#define TOWN_MAP_VARS(view)                                                    \
	VAR_EACH(view, map.towns, struct town_cell, town_cell_vars),            \
	VAR(view, map.x), VAR(view, map.y), VAR(view, map.marked), VAR(view, map.drawn)
/* clang-format on */
/* geo NIL: nothing is marked; division 0: no town stands out. The point is rounded to about a kilometre. */
enum rc town_map_draw(struct ctx *c, int64_t geo, int64_t division, struct town_map *out) MUST_USE;

/* ---- small words for pages ---- */

struct str choice_text(const struct ctx *c, const struct resource *r, const char *field, struct str value);
/* "500 千克" */
struct str quantity_text(const struct ctx *c, int64_t milli, struct str unit);
/* Address of a public file; size 320 or 1600 for pictures, 0 for the file itself. Absent for NIL. */
struct str file_url(const struct ctx *c, int64_t file_id, int size);
struct picture {
	struct str small, large;
};
extern const struct page_var picture_vars[];
/* Pictures of a T_FILES value, at most max. */
struct page_list pictures_of(const struct ctx *c, struct str keys, size_t max);
/* A field of an org in words: "王**" for the name of a person. */
struct str person_masked(const struct ctx *c, struct str name);
struct str date_text(const struct ctx *c, int64_t days);
#endif

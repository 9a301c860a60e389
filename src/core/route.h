/*
 * route.h - every path the program answers, built once at start from the
 * modules' route tables and from the resources. One table: dispatch, OpenAPI,
 * the permission matrix of the tests and the "was it ever exercised" check all
 * read it, so a route cannot exist for one and not for the other.
 *
 * Record routes of a resource R: /api/v1/R and below, see docs/api.md. A line
 * resource has none. A path matches literals before placeholders, and a
 * placeholder never matches an empty segment.
 */
#ifndef CORE_ROUTE_H
#define CORE_ROUTE_H
#include "core/module.h"

enum route_kind {
	RK_MODULE, /* a module's own handler */
	RK_LIST,
	RK_READ,
	RK_CREATE,
	RK_UPDATE,
	RK_DELETE,
	RK_MOVE,
	RK_HISTORY,
	RK_EXPORT,
	RK_TEMPLATE,
	RK_IMPORT,
};
enum { ROUTE_SEGMENTS_MAX = 16, ROUTE_PARAMS_MAX = 6, ROUTE_BODY_MAX = 64 * 1024, ROUTE_RECORD_BODY_MAX = 1024 * 1024 };

struct route_entry {
	enum route_kind kind;
	enum http_method method;
	const char *path;                /* with {name} placeholders */
	const struct module *module;     /* RK_MODULE */
	const struct route *route;       /* RK_MODULE */
	const struct resource *resource; /* the others */
	const struct move *move;         /* RK_MOVE */
	const char *may;                 /* permission, NULL with ROUTE_PUBLIC or ROUTE_ANY */
	unsigned flags;
	int64_t body_max;
	size_t index;                    /* position in the table, for coverage counts */
};

struct route_table;
/* Refuses two routes for one method and path, and a placeholder that changes its name. */
enum rc route_table_build(struct route_table **out, struct arena *a, const struct app *app, struct err *e) MUST_USE;
size_t route_count(const struct route_table *t);
const struct route_entry *route_at(const struct route_table *t, size_t i);

struct route_param {
	struct str name, value;
};
/* What a path matched. When the path exists but not for the method, entry is NULL and allow says which do. */
struct route_match {
	const struct route_entry *entry;
	unsigned allow; /* bit 1u << enum http_method */
	size_t param_count;
	struct route_param params[ROUTE_PARAMS_MAX];
};
/* path is decoded and normalised; values borrow from it. HEAD finds GET. False when nothing has that path. */
bool route_find(const struct route_table *t, enum http_method m, struct str path, struct route_match *out);
#endif

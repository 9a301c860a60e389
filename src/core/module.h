/*
 * module.h - what a business module hands to the core besides its resources:
 * permissions with names, built-in roles, routes that are not records, pages,
 * event listeners and jobs. src/mod/meson.build is the one list of modules.
 */
#ifndef CORE_MODULE_H
#define CORE_MODULE_H
#include "core/resource.h"
#include "net/http.h"

struct rule_preset;

struct permission {
	const char *name; /* "trace.view" */
	struct text label;
};

/* A role every county starts with; counties add their own. permissions ends with NULL. */
struct builtin_role {
	const char *name;
	struct text label;
	const char *permissions[64];
};

struct menu_group {
	const char *name;
	struct text label;
	const char *icon;
	int order;
};

enum route_flag {
	ROUTE_PUBLIC = 1,  /* no login; permission is not asked */
	ROUTE_ANY = 2,     /* any logged-in account */
	ROUTE_FAST = 4,    /* answers on the I/O thread: read-only, bounded, no waiting */
	ROUTE_BODY_FILE = 8, /* body streamed to a file */
	ROUTE_HTML = 16,   /* a page: errors are pages too */
	ROUTE_NO_CSRF = 32, /* unsafe method without session cookie semantics (login) */
	ROUTE_STREAM = 64, /* SSE or a long download */
};

/*
 * A route outside the record layer. path has {name} placeholders, each one
 * segment; literal paths win over placeholders. OpenAPI is printed from
 * summary, query, body and reply (JSON Schema text, "" none).
 */
struct route {
	enum http_method method;
	const char *path;
	enum rc (*run)(struct ctx *c, struct http_request *q);
	const char *may;
	unsigned flags;
	int64_t body_max; /* default 64 KiB for JSON */
	struct text summary;
	const char *query;  /* "name:type:description" separated by '|' */
	const char *body, *reply; /* JSON Schema of request and 200 reply */
	int status;               /* of success, default 200 */
};
/* Value of {name} in the matched path, decoded. */
struct str path_param(const struct ctx *c, const struct http_request *q, const char *name);

/* Called for each committed event whose name equals `event`; at least once, so it must be idempotent. */
struct event;
struct listener {
	const char *event; /* "lot.released", or "*" */
	const char *name;
	enum rc (*run)(struct ctx *c, const struct event *e);
};

struct job;
struct job_kind {
	const char *name; /* "trace.issue-codes" */
	struct text label;
	enum rc (*run)(struct ctx *c, struct job *j);
	int every_s;      /* 0: only when asked */
	const char *may;  /* who may see and cancel it besides its starter */
};

/*
 * Figures of the dashboard, declared by the module that owns the rows. sql must
 * hold {scope:ALIAS} where AND-conditions may stand and ALIAS.county = :county;
 * the core puts the reader's scope for `may` there. Other parameters it may name:
 * :now_ms and :today (days).
 */
struct card {
	const char *name;
	struct text title;
	const char *may;    /* permission: without it the card is not shown */
	const char *sql;    /* one row, one integer */
	const char *unit;   /* UN/ECE code or NULL */
	int scale;          /* decimals of the integer: money 2, quantity 3 */
	const char *link;   /* console path of the rows behind the figure, "/r/lots?state=held" */
};
enum chart_x {
	X_TEXT,     /* as it stands */
	X_DAY,      /* day number; the last `span` days, gaps are zero */
	X_MONTH,    /* day number, summed by month; the last `span` months, gaps are zero */
	X_CHOICE,   /* value of `field` (T_ENUM or T_STATE) of `resource`: its label */
	X_DIVISION, /* 12-digit code: its name */
	X_REF,      /* key of a row of `resource`: its title, when the reader may see it */
};
struct chart {
	const char *name;
	struct text title;
	const char *may, *kind; /* "bar", "line", "pie" */
	const char *sql;        /* rows: x, value[, series value]; at most 400 */
	enum chart_x x;
	const char *resource, *field;
	int span;
	const struct choice *series; /* labels of the third column, or NULL */
	const char *unit;
	int scale;
	const char *link;
};

struct page;
struct module {
	const char *name;
	struct text label;
	const char *needs[8];
	const struct menu_group *groups;      /* each of these tables ends with { 0 }; NULL: none */
	const struct permission *permissions;
	const struct builtin_role *roles;
	const struct route *routes;
	const struct route *const *more_routes; /* further tables, ends with NULL; for a module of many files */
	const struct listener *listeners;
	const struct job_kind *jobs;
	const struct rule_preset *presets; /* county rules this module reads, see core/rule.h */
	const struct card *cards;
	const struct chart *charts;
	const struct page *const *pages;      /* templates, ends with NULL; compiled at start */
	/*
	 * What the module keeps in memory while a server runs (caches, a writer thread): made by start when the
	 * database is ready, before the first request; found again with module_state(); stop ends it. Or NULL.
	 */
	enum rc (*start)(const struct app *app, void **state, struct err *e);
	void (*stop)(void *state);
};

/* Called by serve_start() and serve_stop(): a failed start stops those already started. */
enum rc modules_start(struct app *app, struct arena *mem, struct err *e) MUST_USE;
void modules_stop(struct app *app);
/* What m->start() made; NULL when no server runs (commands, tests without one). */
void *module_state(const struct app *app, const struct module *m);
#endif

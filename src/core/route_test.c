#include "base/base.h"
#include "core/route.h"
#include "tap.h"

static enum rc
nothing(struct ctx *c, struct http_request *q)
{
	(void)c;
	(void)q;
	return RC_OK;
}

static const struct field fields[] = { { .name = "name", .type = T_TEXT, .max = 10 }, { 0 } };
static const struct choice states[] = { CHOICE("a", "甲", "A"), CHOICE("b", "乙", "B"), { 0 } };
static const struct move moves[] = { { .name = "go", .from = "a", .to = "b", .may = "x.edit" }, { 0 } };
static const struct resource plots = { .name = "plots", .table = "plot", .fields = fields, .states = states, .moves = moves,
	.may = { [ACT_LIST] = "x.view", [ACT_READ] = "x.view", [ACT_CREATE] = "x.edit", [ACT_UPDATE] = "x.edit" } };
static const struct resource lines = { .name = "plot-lines", .parent = "plots", .table = "plot_line", .fields = fields };
static const struct resource notes = { .name = "notes", .table = "note", .fields = fields, .append_only = 1,
	.may = { [ACT_LIST] = "x.view", [ACT_UPDATE] = "x.edit" } };

static const struct route routes[] = {
	{ HTTP_GET, "/", nothing, .flags = ROUTE_PUBLIC | ROUTE_HTML },
	{ HTTP_GET, "/t/{code}", nothing, .flags = ROUTE_PUBLIC },
	{ HTTP_GET, "/t/help", nothing, .flags = ROUTE_PUBLIC },
	{ HTTP_GET, "/t/help/{topic}/x", nothing, .flags = ROUTE_PUBLIC },
	{ HTTP_POST, "/t/{code}/{part}", nothing, "x.edit" },
	{ 0 },
};
static const struct module mod = { .name = "x", .routes = routes };
static const struct module *const modules[] = { &mod, NULL };
static const struct resource *const resources[] = { &plots, &lines, &notes, NULL };

static struct err err;

static enum rc
build(struct arena *a, const struct route *r, struct route_table **t)
{
	struct module m = { .name = "y", .routes = r };
	const struct module *const ms[] = { &m, NULL };
	struct app app = { .modules = ms, .resources = resources };

	return route_table_build(t, a, &app, &err);
}

static void
test_match(const struct route_table *t)
{
	struct route_match m;

	ok(route_find(t, HTTP_GET, S("/"), &m) && m.entry->route == &routes[0], "the root is a path");
	ok(route_find(t, HTTP_GET, S("/t/help"), &m) && m.entry->route == &routes[2], "a literal wins over a placeholder");
	ok(route_find(t, HTTP_GET, S("/t/HELP"), &m) && m.entry->route == &routes[1], "anything else is the placeholder's");
	is_str(m.params[0].value, S("HELP"), "the placeholder's value");
	ok(route_find(t, HTTP_POST, S("/t/help/y"), &m) && m.entry->route == &routes[4], "search goes back from a literal that ends");
	ok(m.param_count == 2 && str_eq(m.params[0].value, S("help")) && str_eq(m.params[1].name, S("part")), "two placeholders");
	ok(!route_find(t, HTTP_GET, S("/t"), &m), "a part of a path is no path");
	ok(!route_find(t, HTTP_GET, S("/t/"), &m), "an empty segment matches nothing");
	ok(!route_find(t, HTTP_GET, S("/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s"), &m), "a path too deep is not found");
	ok(route_find(t, HTTP_DELETE, S("/t/x"), &m) && m.entry == NULL && m.allow == 1u << HTTP_GET, "wrong method names the right ones");
	ok(route_find(t, HTTP_HEAD, S("/t/x"), &m) && m.entry != NULL, "HEAD finds GET");
}

static void
test_records(const struct route_table *t)
{
	struct route_match m;

	ok(route_find(t, HTTP_GET, S("/api/v1/plots"), &m) && m.entry->kind == RK_LIST, "list");
	ok(route_find(t, HTTP_POST, S("/api/v1/plots/17/go"), &m) && m.entry->kind == RK_MOVE && m.entry->move == moves, "move");
	ok(route_find(t, HTTP_GET, S("/api/v1/plots/export"), &m) && m.entry->kind == RK_EXPORT, "export is not a key");
	ok(route_find(t, HTTP_GET, S("/api/v1/plots/17"), &m) && m.entry->kind == RK_READ, "read");
	ok(route_find(t, HTTP_DELETE, S("/api/v1/plots/17"), &m) && m.entry == NULL, "nobody may delete: no such method");
	ok(!route_find(t, HTTP_GET, S("/api/v1/plot-lines"), &m), "line resources have no routes");
	ok(route_find(t, HTTP_PATCH, S("/api/v1/notes/1"), &m) == false, "append-only rows have no update");
}

int
main(void)
{
	ARENA a = { 0 };
	struct route_table *t = NULL;
	struct app app = { .modules = modules, .resources = resources };
	const struct route twice[] = { { HTTP_GET, "/a/{x}", nothing, "x.view" }, { HTTP_GET, "/a/{x}", nothing, "x.view" }, { 0 } };
	const struct route renamed[] = { { HTTP_GET, "/a/{x}", nothing, "x.view" }, { HTTP_GET, "/a/{y}/b", nothing, "x.view" }, { 0 } };
	const struct route nobody[] = { { HTTP_GET, "/a", nothing }, { 0 } };
	const struct route both[] = { { HTTP_GET, "/a", nothing, "x.view", ROUTE_ANY }, { 0 } };

	arena_init(&a, 1 << 20);
	ok(route_table_build(&t, &a, &app, &err) == RC_OK, "a good table builds");
	is_i64((int64_t)route_count(t), 5 + 9 + 2, "every route is in the table once");
	test_match(t);
	test_records(t);
	ok(build(&a, twice, &t) == RC_INTERNAL, "two routes for one method and path are refused");
	ok(build(&a, renamed, &t) == RC_INTERNAL, "a placeholder keeps its name");
	ok(build(&a, nobody, &t) == RC_INTERNAL, "a route says who may call it");
	ok(build(&a, both, &t) == RC_INTERNAL, "a route says it once");
	return tap_done();
}

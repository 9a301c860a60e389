/* route.c - a trie of path segments; literals are tried before the placeholder. */
#include "base/base.h"
#include "base/list.h"
#include "core/route.h"

struct node {
	struct str segment; /* literal, or the placeholder's name */
	struct node *literals, *next; /* first literal child; next literal of the same parent */
	struct node *any;   /* placeholder child */
	const struct route_entry *by_method[HTTP_OTHER];
};

struct route_table {
	struct list entries; /* struct route_entry * */
	struct node root;
	struct arena *mem;
};

/* The next segment of a path: "/a/b" gives "a", then "b". False at the end. */
static bool
next_segment(struct str path, size_t *at, struct str *segment)
{
	size_t from = *at + 1;
	ptrdiff_t end;

	if (*at >= path.n || path.n == 1)
		return false;
	end = str_find(path, S("/"), from);
	*segment = str_sub(path, from, (end < 0 ? path.n : (size_t)end) - from);
	*at = end < 0 ? path.n : (size_t)end;
	return true;
}

static bool
is_placeholder(struct str segment)
{
	return segment.n > 2 && segment.p[0] == '{' && segment.p[segment.n - 1] == '}';
}

static struct node *
literal_child(const struct node *n, struct str segment)
{
	for (struct node *k = n->literals; k != NULL; k = k->next) {
		if (str_eq(k->segment, segment))
			return k;
	}
	return NULL;
}

static struct node *
child_for(struct route_table *t, struct node *n, struct str segment, struct err *e)
{
	struct node *k;

	if (!is_placeholder(segment)) {
		k = literal_child(n, segment);
		if (k == NULL) {
			k = NEW(t->mem, struct node);
			k->segment = segment;
			k->next = n->literals;
			n->literals = k;
		}
		return k;
	}
	segment = str_sub(segment, 1, segment.n - 2);
	if (n->any == NULL) {
		n->any = NEW(t->mem, struct node);
		n->any->segment = segment;
	} else if (!str_eq(n->any->segment, segment)) {
		(void)fail(e, RC_INTERNAL, NULL, "路径占位符 {" STR_FMT "} 与 {" STR_FMT "} 位于同一位置",
			"placeholders {" STR_FMT "} and {" STR_FMT "} stand in the same place",
			STR_ARG(segment), STR_ARG(n->any->segment));
		return NULL;
	}
	return n->any;
}

static enum rc
add(struct route_table *t, struct route_entry entry, struct err *e)
{
	struct str path = str_from_c(entry.path), segment;
	struct route_entry *kept, **slot;
	struct node *n = &t->root;
	size_t at = 0, depth = 0, params = 0;

	while (next_segment(path, &at, &segment)) {
		params += is_placeholder(segment);
		n = child_for(t, n, segment, e);
		if (n == NULL)
			return e->rc;
		if (++depth > ROUTE_SEGMENTS_MAX || params > ROUTE_PARAMS_MAX)
			return fail(e, RC_INTERNAL, NULL, "路径过深：%s", "path too deep: %s", entry.path);
	}
	if (path.n == 0 || path.p[0] != '/' || entry.method >= HTTP_OTHER || n->by_method[entry.method] != NULL)
		return fail(e, RC_INTERNAL, NULL, "路由重复或无效：%s", "duplicate or invalid route: %s", entry.path);
	slot = list_add(&t->entries);
	if (slot == NULL)
		return fail(e, RC_INTERNAL, NULL, "路由过多", "too many routes");
	*slot = kept = NEW(t->mem, struct route_entry);
	*kept = entry;
	kept->index = t->entries.count - 1;
	n->by_method[entry.method] = kept;
	return RC_OK;
}

/* What a module may declare: exactly one statement about who may call. */
static enum rc
add_module_route(struct route_table *t, const struct module *m, const struct route *r, struct err *e)
{
	bool open = (r->flags & (ROUTE_PUBLIC | ROUTE_ANY)) != 0;

	if (open == (r->may != NULL))
		return fail(e, RC_INTERNAL, NULL, "路由 %s 须且只须声明一种访问权限", "route %s must say who may call it, once",
			r->path);
	return add(t, (struct route_entry){
		.kind = RK_MODULE, .method = r->method, .path = r->path, .module = m, .route = r, .may = r->may,
		.flags = r->flags, .body_max = r->body_max,
	}, e);
}

static enum rc
add_record_route(struct route_table *t, const struct resource *r, enum route_kind kind, enum http_method method,
	const char *may, const char *tail, const struct move *m, struct err *e)
{
	struct route_entry entry = { .kind = kind, .method = method, .resource = r, .move = m, .may = may };

	if (may == NULL)
		return RC_OK;
	if (method != HTTP_GET && method != HTTP_DELETE)
		entry.body_max = kind == RK_CREATE || kind == RK_UPDATE ? ROUTE_RECORD_BODY_MAX : ROUTE_BODY_MAX;
	if (kind == RK_EXPORT)
		entry.flags = ROUTE_STREAM;
	entry.path = str_fmt(t->mem, "/api/v1/%s%s%s", r->name, tail, m != NULL ? m->name : "").p;
	return add(t, entry, e);
}

static const char *
may_or(const struct resource *r, enum action a, enum action other)
{
	return r->may[a] != NULL ? r->may[a] : r->may[other];
}

static enum rc
add_resource(struct route_table *t, const struct resource *r, struct err *e)
{
	const struct { enum route_kind kind; enum http_method method; const char *may, *tail; } rows[] = {
		{ RK_LIST, HTTP_GET, r->may[ACT_LIST], "" },
		{ RK_CREATE, HTTP_POST, r->may[ACT_CREATE], "" },
		{ RK_EXPORT, HTTP_GET, may_or(r, ACT_EXPORT, ACT_LIST), "/export" },
		{ RK_TEMPLATE, HTTP_GET, may_or(r, ACT_IMPORT, ACT_CREATE), "/template" },
		{ RK_IMPORT, HTTP_POST, may_or(r, ACT_IMPORT, ACT_CREATE), "/import" },
		{ RK_READ, HTTP_GET, r->may[ACT_READ], "/{id}" },
		{ RK_UPDATE, HTTP_PATCH, r->append_only ? NULL : r->may[ACT_UPDATE], "/{id}" },
		{ RK_DELETE, HTTP_DELETE, r->append_only ? NULL : r->may[ACT_DELETE], "/{id}" },
		{ RK_HISTORY, HTTP_GET, r->may[ACT_READ], "/{id}/history" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum rc rc = add_record_route(t, r, rows[i].kind, rows[i].method, rows[i].may, rows[i].tail, NULL, e);

		if (rc != RC_OK)
			return rc;
	}
	for (const struct move *m = r->moves; m != NULL && m->name != NULL; m++) {
		enum rc rc = add_record_route(t, r, RK_MOVE, HTTP_POST, m->may, "/{id}/", m, e);

		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static enum rc
add_table(struct route_table *t, const struct module *m, const struct route *routes, struct err *e)
{
	for (const struct route *r = routes; r != NULL && r->path != NULL; r++) {
		enum rc rc = add_module_route(t, m, r, e);

		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static enum rc
add_module(struct route_table *t, const struct module *m, struct err *e)
{
	enum rc rc = add_table(t, m, m->routes, e);

	for (size_t i = 0; rc == RC_OK && m->more_routes != NULL && m->more_routes[i] != NULL; i++)
		rc = add_table(t, m, m->more_routes[i], e);
	return rc;
}

enum rc
route_table_build(struct route_table **out, struct arena *a, const struct app *app, struct err *e)
{
	struct route_table *t = NEW(a, struct route_table);
	enum rc rc;

	t->mem = a;
	list_init(&t->entries, a, sizeof(struct route_entry *), 4096);
	for (size_t i = 0; app->modules[i] != NULL; i++) {
		rc = add_module(t, app->modules[i], e);
		if (rc != RC_OK)
			return rc;
	}
	for (size_t i = 0; app->resources[i] != NULL; i++) {
		if (app->resources[i]->parent != NULL)
			continue;
		rc = add_resource(t, app->resources[i], e);
		if (rc != RC_OK)
			return rc;
	}
	*out = t;
	return RC_OK;
}

size_t
route_count(const struct route_table *t)
{
	return t->entries.count;
}

const struct route_entry *
route_at(const struct route_table *t, size_t i)
{
	return *LIST_AT(&t->entries, const struct route_entry *, i);
}

/* One step of the search: the node reached after `depth` segments and what is still untried below it. */
struct step {
	const struct node *node;
	bool tried_literal, tried_any;
};

static void
note_leaf(const struct node *n, enum http_method m, struct route_match *out)
{
	enum http_method wanted = m == HTTP_HEAD ? HTTP_GET : m;

	for (int i = 0; i < HTTP_OTHER; i++) {
		if (n->by_method[i] != NULL)
			out->allow |= 1u << i;
	}
	if (wanted < HTTP_OTHER)
		out->entry = n->by_method[wanted];
}

static void
collect_params(const struct step *steps, size_t depth, const struct str *segments, struct route_match *out)
{
	out->param_count = 0;
	for (size_t i = 0; i < depth; i++) {
		if (steps[i + 1].node == steps[i].node->any)
			out->params[out->param_count++] = (struct route_param){ steps[i].node->any->segment, segments[i] };
	}
}

bool
route_find(const struct route_table *t, enum http_method m, struct str path, struct route_match *out)
{
	struct str segments[ROUTE_SEGMENTS_MAX + 1];
	struct step steps[ROUTE_SEGMENTS_MAX + 2] = { { .node = &t->root } };
	size_t at = 0, count = 0, depth = 0;

	*out = (struct route_match){ 0 };
	while (count <= ROUTE_SEGMENTS_MAX && next_segment(path, &at, &segments[count]))
		count++;
	if (count > ROUTE_SEGMENTS_MAX)
		return false;
	for (;;) {
		struct step *s = &steps[depth];
		const struct node *next = NULL;

		if (depth == count && !s->tried_any) {
			s->tried_literal = s->tried_any = true;
			note_leaf(s->node, m, out);
			if (out->entry != NULL) {
				collect_params(steps, depth, segments, out);
				return true;
			}
		} else if (!s->tried_literal) {
			s->tried_literal = true;
			next = literal_child(s->node, segments[depth]);
		} else if (!s->tried_any) {
			s->tried_any = true;
			next = segments[depth].n > 0 ? s->node->any : NULL;
		} else if (depth == 0) {
			return out->allow != 0;
		} else {
			depth--;
		}
		if (next != NULL)
			steps[++depth] = (struct step){ .node = next };
	}
}

struct str
path_param(const struct ctx *c, const struct http_request *q, const char *name)
{
	(void)q;
	for (size_t i = 0; c->match != NULL && i < c->match->param_count; i++) {
		if (str_eq_c(c->match->params[i].name, name))
			return c->match->params[i].value;
	}
	return (struct str){ 0 };
}

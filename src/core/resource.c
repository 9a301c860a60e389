/* resource.c - finding resources and fields, packing points, and the plans made of them at start. */
#include "base/base.h"
#include "core/plan_priv.h"
#include <string.h>

int64_t
geo_pack(int64_t lng_e6, int64_t lat_e6)
{
	ASSERT(lng_e6 >= -180000000 && lng_e6 <= 180000000 && lat_e6 >= -90000000 && lat_e6 <= 90000000);
	return (lng_e6 + 180000000) << 32 | (lat_e6 + 90000000);
}

void
geo_unpack(int64_t geo, int64_t *lng_e6, int64_t *lat_e6)
{
	*lng_e6 = (geo >> 32) - 180000000;
	*lat_e6 = (geo & 0xffffffff) - 90000000;
}

const struct plan *
plan_find(const struct app *app, struct str name)
{
	return app->index != NULL ? map_get(&app->index->resources, name) : NULL;
}

const struct plan *
plan_of(const struct app *app, const struct resource *r)
{
	const struct plan *p = plan_find(app, str_from_c(r->name));

	ASSERT(p != NULL && p->r == r); /* every resource in use is in app->resources */
	return p;
}

const struct resource *
resource_find(const struct app *app, struct str name)
{
	const struct plan *p = plan_find(app, name);

	if (p != NULL || app->index != NULL)
		return p != NULL ? p->r : NULL;
	for (const struct resource *const *r = app->resources; r != NULL && *r != NULL; r++)
		if (str_eq_c(name, (*r)->name))
			return *r;
	return NULL;
}

const struct field *
field_find(const struct resource *r, struct str name)
{
	for (const struct field *f = r->fields; f->name != NULL; f++)
		if (str_eq_c(name, f->name))
			return f;
	return NULL;
}

static void
plan_fields(struct plan *p, struct arena *mem)
{
	map_init(&p->fields, mem);
	for (const struct field *f = p->r->fields; f->name != NULL; f++) {
		/* The map hands out what it was given; fields stay const for every reader. */
		map_put(&p->fields, str_from_c(f->name), (void *)(uintptr_t)f);
		p->field_count++;
		p->has_search |= f->search;
		p->has_private |= f->private;
		p->has_lines |= f->type == T_LINES;
		if (f->title)
			p->title = f;
		if (f->type == T_STATE)
			p->state = f;
		if (strcmp(f->name, "division") == 0)
			p->division = f;
		if (strcmp(f->name, "org_id") == 0)
			p->org = f;
		if (strcmp(f->name, "person_id") == 0)
			p->person = f;
		if (p->r->inherits != NULL && strcmp(f->name, p->r->inherits) == 0)
			p->inherits = f;
	}
}

static void
plan_sort(struct plan *p)
{
	const char *s = p->r->default_sort != NULL ? p->r->default_sort : "-id";

	p->descending = s[0] == '-';
	p->sort = field_find(p->r, str_from_c(s + (p->descending ? 1 : 0)));
}

static void
plan_referrers(struct app_index *x, struct plan *p, struct arena *mem)
{
	struct referrer *list = NULL;
	size_t n;

	for (int pass = 0; pass < 2; pass++) {
		n = 0;
		for (size_t i = 0; i < x->count; i++)
			for (const struct field *f = x->plans[i].r->fields; f->name != NULL; f++) {
				if (f->type != T_REF || strcmp(f->ref, p->r->name) != 0)
					continue;
				if (list != NULL)
					list[n] = (struct referrer){ &x->plans[i], f };
				n++;
			}
		if (n > 0 && list == NULL)
			list = NEW_ARRAY(mem, struct referrer, n);
	}
	p->referrers = list;
	p->referrer_count = n;
}

enum rc
app_index_build(struct app *app, struct arena *mem, struct err *e)
{
	struct app_index *x = NEW(mem, struct app_index);
	size_t n = 0;
	enum rc rc;

	while (app->resources != NULL && app->resources[n] != NULL)
		n++;
	for (size_t i = 0; i < n; i++) {
		rc = resource_check(app, app->resources[i], e);
		if (rc != RC_OK)
			return rc;
	}
	x->plans = NEW_ARRAY(mem, struct plan, n + 1);
	x->count = n;
	map_init(&x->resources, mem);
	for (size_t i = 0; i < n; i++) {
		struct plan *p = &x->plans[i];

		p->r = app->resources[i];
		p->is_line = p->r->parent != NULL;
		plan_fields(p, mem);
		plan_sort(p);
		plan_sql(p, mem);
		map_put(&x->resources, str_from_c(p->r->name), p);
	}
	for (size_t i = 0; i < n; i++)
		plan_referrers(x, &x->plans[i], mem);
	app->index = x;
	return RC_OK;
}

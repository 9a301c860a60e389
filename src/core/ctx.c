/* ctx.c - actors and the context of work that has no request. */
#include "base/base.h"
#include "core/ctx.h"
#include <string.h>

static const char *const system_permissions[] = { "*", NULL };
static const struct grant system_grant = {
	.division_lo = 0, .division_hi = INT64_MAX, .permissions = system_permissions
};

const struct actor actor_nobody = { .kind = ACTOR_NOBODY };
const struct actor actor_system = { .kind = ACTOR_SYSTEM,
	.name = { "system", 6 },
	.grants = &system_grant,
	.grant_count = 1,
	.second_factor = true,
	.unmask = true };

struct ctx
ctx_system(const struct app *app, struct arena *mem, struct db *db)
{
	return (struct ctx){ .app = app,
		.mem = mem,
		.db = db,
		.actor = &actor_system,
		.county = app->county,
		.now_ms = clock_now(app->clock != NULL ? app->clock : &clock_system) };
}

bool
actor_may(const struct actor *a, const char *permission)
{
	if (permission == NULL)
		return false;
	for (size_t i = 0; i < a->grant_count; i++)
		if (grant_holds(&a->grants[i], permission))
			return true;
	return false;
}

bool
grant_holds(const struct grant *g, const char *permission)
{
	if (permission == NULL)
		return false;
	for (const char *const *p = g->permissions; p != NULL && *p != NULL; p++)
		if (strcmp(*p, "*") == 0 || strcmp(*p, permission) == 0)
			return true;
	return false;
}

const char *
tr(const struct ctx *c, struct text t)
{
	return text_in(t, c->lang);
}

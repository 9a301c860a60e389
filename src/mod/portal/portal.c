/* portal.c - the module of the public portal: news here, pages in their own files. */
#include "base/base.h"
#include "core/module.h"
#include "mod/portal/pages.h"
#include "mod/portal/portal.h"

extern const struct module module_portal;

static const struct menu_group groups[] = { { "portal", { "门户资讯", "Portal" }, "world", 60 }, { 0 } };

static const struct permission permissions[] = {
	{ "portal.edit", { "编辑门户资讯", "Edit portal news" } },
	{ 0 },
};

const struct module module_portal = {
	.name = "portal",
	.label = { "门户", "Portal" },
	.needs = { "org", "trace" },
	.groups = groups,
	.permissions = permissions,
	.routes = portal_routes,
	.pages = portal_pages,
};

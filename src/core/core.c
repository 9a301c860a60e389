/*
 * core.c - the core as a module of its own: the permissions, routes and jobs
 * that belong to no business module. It stands first in all_modules[].
 */
#include "base/base.h"
#include "core/core_priv.h"
#include "core/file_routes.h"

extern const struct module module_core;

static const struct permission permissions[] = {
	{ "core.jobs", { "查看全部后台任务", "See all background jobs" } },
	{ "core.export", { "导出数据", "Export data" } },
	{ 0 },
};

static const struct route *const routes[] = { operate_routes, job_routes, notice_routes, live_routes, dashboard_routes,
	search_routes, audit_routes, core_file_routes, NULL };

const struct module module_core = {
	.name = "core",
	.label = { "平台", "Platform" },
	.permissions = permissions,
	.more_routes = routes,
	.listeners = live_listeners,
	.jobs = core_jobs,
};

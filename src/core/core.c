/*
 * core.c - the core as a module of its own: the permissions and routes that
 * belong to no business module. It stands first in all_modules[].
 */
#include "base/base.h"
#include "core/module.h"

extern const struct module module_core;

static const struct permission permissions[] = {
	{ "core.jobs", { "查看全部后台任务", "See all background jobs" } },
	{ "core.export", { "导出数据", "Export data" } },
	{ 0 },
};

const struct module module_core = {
	.name = "core",
	.label = { "平台", "Platform" },
	.permissions = permissions,
};

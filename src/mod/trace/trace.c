/* trace.c - the module: farm produce followed from the plot to the shopper. */
#include "base/base.h"
#include "mod/trace/trace.h"

static const struct menu_group groups[] = {
	{ "trace", { "农产品追溯", "Traceability" }, "plant-2", 20 },
	{ 0 },
};

static const struct permission permissions[] = {
	{ "trace.view", { "查看追溯数据", "View trace records" } },
	{ "trace.record", { "记录生产和流通", "Record production and supply" } },
	{ "trace.test", { "登记检测", "Record tests" } },
	{ "trace.issue", { "放行、赋码、开合格证", "Release lots, issue codes and certificates" } },
	{ "trace.recall", { "召回、解除暂扣", "Recall lots and lift holds" } },
	{ "trace.catalogue", { "维护产品和投入品目录", "Keep products and farm inputs" } },
	{ "screen.view", { "查看大屏", "View the wall screen" } },
	{ 0 },
};

const struct module module_trace = {
	.name = "trace",
	.label = { "农产品追溯", "Traceability" },
	.needs = { "org" },
	.groups = groups,
	.permissions = permissions,
};

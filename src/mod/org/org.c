/* org.c - the module of organisations, people, accounts and county rules. */
#include "base/base.h"
#include "core/rule.h"
#include "mod/org/org_priv.h"

extern const struct module module_org;

static const struct menu_group groups[] = {
	{ "org", { "主体与人员", "Organisations and people" }, "building-community", 10 },
	{ "system", { "系统管理", "Administration" }, "settings", 90 },
	{ 0 },
};

const struct permission org_permissions[] = {
	{ "org.view", { "查看主体与人员", "See organisations and people" } },
	{ "org.edit", { "登记主体", "Register organisations" } },
	{ "org.approve", { "核准、暂停、注销主体", "Approve, suspend and close organisations" } },
	{ "org.people", { "登记人员与同意记录", "Register people and consents" } },
	{ "org.unmask", { "查看个人信息明文", "See personal data in clear" } },
	{ "org.privacy", { "办理个人信息请求", "Handle personal data requests" } },
	{ "org.accounts", { "管理账号", "Manage accounts" } },
	{ "org.roles", { "管理角色与授权", "Manage roles and grants" } },
	{ "org.rules", { "制定县级规则、维护行政区划", "Set county rules and divisions" } },
	{ "org.audit", { "查看审计记录", "See the audit trail" } },
	{ 0 },
};

const struct builtin_role org_roles[] = {
	{ "admin", { "平台管理员", "Administrator" }, { "*" } },
	{ "officer", { "县级主管", "County officer" },
		{ "org.view", "org.edit", "org.approve", "org.people", "org.unmask", "org.privacy", "org.accounts", "org.roles",
			"org.rules", "org.audit", "station.view", "station.edit", "trace.view", "trace.record", "trace.test", "trace.issue",
			"trace.recall", "trace.lift", "trace.catalogue", "portal.edit", "screen.view", "core.jobs", "core.export" } },
	{ "operator", { "运营人员", "Operator" },
		{ "org.view", "org.edit", "org.approve", "org.people", "org.unmask", "station.view", "station.edit", "trace.view",
			"trace.record", "trace.issue", "trace.catalogue", "portal.edit", "screen.view", "core.jobs", "core.export" } },
	{ "enterprise", { "企业用户", "Enterprise" },
		{ "org.view", "org.edit", "org.people", "org.unmask", "trace.view", "trace.record", "trace.issue", "trace.recall",
			"trace.catalogue", "core.export" } },
	{ "grower", { "种植户", "Grower" }, { "org.view", "org.unmask", "trace.view", "trace.record" } },
	{ "inspector", { "检测员", "Inspector" }, { "org.view", "station.view", "trace.view", "trace.test" } },
	{ "auditor", { "审计员", "Auditor" },
		{ "org.view", "org.audit", "station.view", "trace.view", "screen.view", "core.jobs" } },
	{ "screen", { "大屏", "Wall screen" }, { "screen.view" } },
	{ 0 },
};

static const struct rule_preset presets[] = {
	{ .name = "privacy.request_days",
	  .label = { "个人信息请求办结期限（天）", "Days to answer a personal data request" },
	  .help = { "自提交之日起", "From the day it was submitted" },
	  .type = RULE_INT, .min = 1, .max = 30, .value = "15" },
	{ 0 },
};

static const struct card cards[] = {
	{ "organisations", { "市场主体", "Organisations" }, "org.view",
		"SELECT COUNT(*) FROM organisation o WHERE o.county = :county AND o.deleted_ms IS NULL AND o.state = 'active' {scope:o}",
		NULL, 0, "/r/organisations?state=active" },
	{ "growers", { "种植户", "Growers" }, "org.view",
		"SELECT COUNT(*) FROM person p WHERE p.county = :county AND p.deleted_ms IS NULL AND p.kind = 'grower' {scope:p}", NULL, 0,
		"/r/people?kind=grower" },
	{ "data-requests-open", { "待办个人信息请求", "Open data requests" }, "org.privacy",
		"SELECT COUNT(*) FROM data_request d WHERE d.county = :county AND d.deleted_ms IS NULL"
		" AND d.state IN ('submitted', 'approved') {scope:d}", NULL, 0, "/r/data-requests?state.in=submitted,approved" },
	{ 0 },
};

const struct module module_org = {
	.name = "org",
	.label = { "主体与人员", "Organisations and people" },
	.groups = groups,
	.permissions = org_permissions,
	.roles = org_roles,
	.routes = org_routes,
	.listeners = org_listeners,
	.jobs = org_jobs,
	.presets = presets,
	.cards = cards,
};

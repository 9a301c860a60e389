/* trace.c - the module: farm produce followed from the plot to the shopper. */
#include "base/base.h"
#include "core/rule.h"
#include "mod/trace/issue.h"
#include "mod/trace/paper.h"
#include "mod/trace/scan_page.h"
#include "mod/trace/scan_state.h"
#include "mod/trace/screen.h"
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
	{ "trace.recall", { "发起召回", "Recall lots" } },
	{ "trace.lift", { "解除暂扣、结束召回", "Lift holds and end recalls" } },
	{ "trace.catalogue", { "维护产品和投入品目录", "Keep products and farm inputs" } },
	{ "screen.view", { "查看大屏", "View the wall screen" } },
	{ 0 },
};

static const struct rule_preset presets[] = {
	{ .name = "trace.inhibition_limit_bp",
	  .label = { "抑制率限值（万分之）", "Inhibition limit (ten-thousandths)" },
	  .help = { "快速检测法达到此值即为阳性，50% 填 5000。", "At or above, the rapid test is positive; 50% is 5000." },
	  .type = RULE_INT, .min = 1000, .max = 9000, .value = "5000" },
	{ .name = "trace.control_min_e4",
	  .label = { "对照吸光度变化下限（×10000）", "Least control absorbance change (×10000)" },
	  .help = { "低于此值检测无效。", "Below it the test is invalid." },
	  .type = RULE_INT, .min = 0, .max = 20000, .value = "3000" },
	{ .name = "trace.control_max_e4",
	  .label = { "对照吸光度变化上限（×10000）", "Greatest control absorbance change (×10000)" },
	  .help = { "高于此值检测无效。", "Above it the test is invalid." },
	  .type = RULE_INT, .min = 1, .max = 50000, .value = "8000" },
	{ .name = "trace.certificate_statement",
	  .label = { "合格证承诺内容", "Statement of the certificate" },
	  .help = { "印在承诺达标合格证上，请与公报核对。", "Printed on the certificate; compare with the gazette." },
	  .type = RULE_JSON, .max = 1000, .value = "\"未使用禁用农药、兽药及其他化合物；使用的常规农药、兽药残留不超标。\"" },
	{ .name = "trace.copy_clients",
	  .label = { "复制预警：不同扫码者数", "Copy warning: different readers" },
	  .help = { "同一个码最近 30 天被这么多不同设备扫描即提示疑似复制。",
	    "A code read by so many different devices within 30 days is called possibly copied." },
	  .type = RULE_INT, .min = 2, .max = 1000, .value = "10" },
	{ .name = "trace.copy_places",
	  .label = { "复制预警：不同地点数", "Copy warning: different places" },
	  .help = { "同一个码最近 30 天在这么多不同地点被扫描即提示疑似复制。",
	    "A code read in so many different places within 30 days is called possibly copied." },
	  .type = RULE_INT, .min = 2, .max = 100, .value = "3" },
	{ .name = "trace.help_line",
	  .label = { "公众咨询电话", "Public help line" },
	  .help = { "显示在扫码页和门户页脚。", "Shown on scan pages and the portal." },
	  .type = RULE_JSON, .max = 60, .value = "\"12345\"" },
	{ 0 },
};

static const struct job_kind jobs[] = {
	{ "trace.issue-codes", { "生成追溯码", "Make trace codes" }, issue_codes_job, 0, "trace.issue" },
	{ "trace.label-sheet", { "生成标签文件", "Make a label sheet" }, label_sheet_job, 0, "trace.issue" },
	{ 0 },
};

static const struct route routes[] = {
	{ HTTP_GET, "/t/{code}", scan_page, NULL, ROUTE_PUBLIC | ROUTE_FAST | ROUTE_HTML, 0,
	  { "扫码页", "The page behind a trace code" }, "lang:string:zh or en", NULL, NULL, 0 },
	{ HTTP_POST, "/t/{code}", scan_place, NULL, ROUTE_PUBLIC | ROUTE_HTML | ROUTE_NO_CSRF, 1024,
	  { "说明扫码地点", "Say where the label was scanned" }, NULL, NULL, NULL, 303 },
	{ HTTP_GET, "/verify", verify_page, NULL, ROUTE_PUBLIC | ROUTE_HTML, 0,
	  { "追溯查询", "Look up a code or certificate" }, "code:string:code, address or certificate number|lang:string:zh or en",
	  NULL, NULL, 0 },
	{ HTTP_GET, "/certificate/{number}", certificate_page, NULL, ROUTE_PUBLIC | ROUTE_HTML, 0,
	  { "合格证查询页", "Is this certificate real" }, "lang:string:zh or en", NULL, NULL, 0 },
	{ HTTP_GET, "/api/v1/trace/certificates/{id}/paper", certificate_paper, "trace.issue", ROUTE_STREAM, 0,
	  { "合格证 PDF", "The certificate as PDF" }, "paper:string:a5 or 80x60", NULL, "application/pdf", 0 },
	{ HTTP_POST, "/api/v1/trace/label-sheets", label_sheet_again, "trace.issue", 0, 4096,
	  { "重新生成标签文件", "Make a label sheet anew" }, NULL,
	  "{\"type\":\"object\",\"properties\":{\"batch\":{\"type\":\"string\"}},\"required\":[\"batch\"]}",
	  "{\"type\":\"object\",\"properties\":{\"job\":{\"type\":\"string\"}},\"required\":[\"job\"]}", 202 },
	{ HTTP_GET, "/api/v1/screen", screen_get, NULL, ROUTE_PUBLIC, 0, { "大屏数据", "Data of the wall screen" },
	  "token:string:screen token instead of a session", NULL, "{\"type\":\"object\"}", 0 },
	{ HTTP_GET, "/api/v1/screen/live", screen_live, NULL, ROUTE_PUBLIC | ROUTE_STREAM, 0,
	  { "大屏实时数据", "Live data of the wall screen" }, "token:string:screen token instead of a session", NULL,
	  "text/event-stream", 0 },
	{ 0 },
};

static const struct page *const pages[] = {
	&scan_head_page, &scan_body_page, &scan_banner_page, &scan_miss_page, &verify_form_page, &certificate_view_page, NULL,
};

static const struct listener listeners[] = {
	{ "*", "trace.page-names", lot_html_forget },
	{ "inspections.created", "trace.screen-test", screen_tell_test },
	{ 0 },
};

static const struct card cards[] = {
	{ "trace.lots", { "追溯批次", "Lots" }, "trace.view",
	  "SELECT COUNT(*) FROM lot r WHERE r.county = :county AND r.deleted_ms IS NULL{scope:r}", NULL, 0, "/r/lots" },
	{ "trace.held", { "暂扣与召回批次", "Lots held or recalled" }, "trace.view",
	  "SELECT COUNT(*) FROM lot r WHERE r.county = :county AND r.deleted_ms IS NULL AND r.state IN ('held', 'recalled')"
	  "{scope:r}", NULL, 0, "/r/lots?state.in=held,recalled" },
	{ "trace.waiting", { "待放行批次", "Lots to release" }, "trace.view",
	  "SELECT COUNT(*) FROM lot r WHERE r.county = :county AND r.deleted_ms IS NULL AND r.state = 'open'{scope:r}",
	  NULL, 0, "/r/lots?state=open" },
	{ "trace.codes", { "累计赋码", "Codes issued" }, "trace.view",
	  "SELECT COALESCE(SUM(r.codes_issued), 0) FROM lot r WHERE r.county = :county AND r.deleted_ms IS NULL{scope:r}",
	  NULL, 0, "/r/code-batches" },
	{ "trace.scans", { "近30天扫码", "Scans in 30 days" }, "trace.view",
	  "SELECT COUNT(*) FROM scan r WHERE r.county = :county AND r.at_ms > :now_ms - 2592000000{scope:r}",
	  NULL, 0, "/r/scans" },
	{ "trace.copied", { "疑似复制的码", "Codes possibly copied" }, "trace.view",
	  "SELECT COUNT(*) FROM trace_code r WHERE r.county = :county AND r.suspicious = 1 AND r.deleted_ms IS NULL{scope:r}",
	  NULL, 0, "/r/trace-codes?suspicious=true" },
	{ 0 },
};

static const struct chart charts[] = {
	{ "trace.scans-by-day", { "近30天扫码", "Scans, last 30 days" }, "trace.view", "line",
	  "SELECT (r.at_ms + 28800000) / 86400000, COUNT(*) FROM scan r WHERE r.county = :county"
	  " AND r.at_ms > :now_ms - 2678400000{scope:r} GROUP BY (r.at_ms + 28800000) / 86400000",
	  X_DAY, NULL, NULL, 30, NULL, NULL, 0, "/r/scans" },
	{ "trace.operations-by-month", { "农事记录（按月）", "Farm operations by month" }, "trace.view", "bar",
	  "SELECT (r.done_ms + 28800000) / 86400000, COUNT(*) FROM farm_operation r WHERE r.county = :county"
	  " AND r.deleted_ms IS NULL{scope:r} GROUP BY (r.done_ms + 28800000) / 86400000",
	  X_MONTH, NULL, NULL, 12, NULL, NULL, 0, "/r/farm-operations" },
	{ "trace.tests", { "检测结论", "Test verdicts" }, "trace.view", "pie",
	  "SELECT r.verdict, COUNT(*) FROM inspection r WHERE r.county = :county AND r.deleted_ms IS NULL{scope:r}"
	  " GROUP BY r.verdict", X_CHOICE, "inspections", "verdict", 0, NULL, NULL, 0, "/r/inspections" },
	{ "trace.lots-by-town", { "各乡镇批次", "Lots by town" }, "trace.view", "bar",
	  "SELECT r.division / 1000 * 1000, COUNT(*) FROM lot r WHERE r.county = :county AND r.deleted_ms IS NULL{scope:r}"
	  " GROUP BY r.division / 1000 * 1000 ORDER BY 2 DESC LIMIT 20", X_DIVISION, NULL, NULL, 0, NULL, NULL, 0, "/r/lots" },
	{ "trace.lots-by-state", { "批次状态", "Lots by state" }, "trace.view", "pie",
	  "SELECT r.state, COUNT(*) FROM lot r WHERE r.county = :county AND r.deleted_ms IS NULL{scope:r} GROUP BY r.state",
	  X_CHOICE, "lots", "state", 0, NULL, NULL, 0, "/r/lots" },
	{ 0 },
};

const struct module module_trace = {
	.name = "trace",
	.label = { "农产品追溯", "Traceability" },
	.needs = { "org" },
	.groups = groups,
	.permissions = permissions,
	.routes = routes,
	.listeners = listeners,
	.jobs = jobs,
	.presets = presets,
	.cards = cards,
	.charts = charts,
	.pages = pages,
	.start = trace_start,
	.stop = trace_stop,
};

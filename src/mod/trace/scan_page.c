/*
 * scan_page.c - GET /t/{code}: what a shopper sees after scanning a label.
 *
 * One joined statement by the code's unique index tells everything that may
 * change from second to second (code, lot, counter); the long rest comes
 * rendered from memory and is only used when its stamp is the lot's stamp of
 * this very read. So a recall or a hold shows on the next request.
 */
#include <string.h>
#include "base/base.h"
#include "lib/tracecode/tracecode.h"
#include "mod/trace/rules.h"
#include "mod/trace/scan_page.h"
#include "mod/trace/scan_write.h"
#include "mod/trace/trace.h"
#include "mod/trace/trace_priv.h"

struct code_row {
	struct scan_note note; /* ready to be queued */
	int64_t serial, scan_count, first_ms, last_ms, version, updated_ms, safe_on, harvested_on;
	struct str state, first_place, last_client, lot_state, hold_reason, verdict;
	bool suspicious;
};

struct banner_view {
	struct str code, first_at, first_place, reason, level, contact, since;
	int64_t count;
	bool genuine, first, copied, sold, voided, held, recalled, waiting, by_interval, by_test;
};

static const struct page_var banner_vars[] = {
	VAR(struct banner_view, code), VAR(struct banner_view, first_at), VAR(struct banner_view, first_place),
	VAR(struct banner_view, reason), VAR(struct banner_view, level), VAR(struct banner_view, contact),
	VAR(struct banner_view, since), VAR(struct banner_view, count), VAR(struct banner_view, genuine),
	VAR(struct banner_view, first), VAR(struct banner_view, copied), VAR(struct banner_view, sold),
	VAR(struct banner_view, voided), VAR(struct banner_view, held), VAR(struct banner_view, recalled),
	VAR(struct banner_view, waiting), VAR(struct banner_view, by_interval), VAR(struct banner_view, by_test), { 0 },
};
const struct page scan_banner_page = { "trace/scan_banner.html", banner_vars };

struct miss_view {
	struct site site;
	bool mistyped;
	struct str typed;
};
static const struct page_var miss_vars[] = {
	SITE_VARS(struct miss_view), VAR(struct miss_view, mistyped), VAR(struct miss_view, typed), { 0 },
};
const struct page scan_miss_page = { "trace/scan_miss.html", miss_vars };

static const struct db_sql sql_code = { "scan.code",
	"SELECT k.id, k.lot_id, k.division, k.org_id, k.person_id, k.serial, k.scan_count, k.first_scan_ms, k.last_scan_ms,"
	" k.state, k.first_scan_place, k.last_client, k.suspicious, l.version, l.updated_ms, l.safe_on, l.harvested_on,"
	" l.state, l.hold_reason, l.test_verdict FROM trace_code k JOIN lot l ON l.county = k.county AND l.id = k.lot_id"
	" WHERE k.county = :county AND k.code = :code AND k.deleted_ms IS NULL" };

static enum rc
code_find(struct ctx *c, const char *code, struct code_row *r, bool *found)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, &sql_code, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_str(st, "code", str_from_c(code));
	rc = db_step(st, found, &c->err);
	if (rc != RC_OK || !*found)
		return rc;
	*r = (struct code_row){ .note = { .code_id = db_col_i64(st, 0), .lot_id = db_col_i64(st, 1),
		.division = db_col_i64(st, 2), .org_id = db_col_i64(st, 3), .person_id = db_col_i64(st, 4), .at_ms = c->now_ms } };
	memcpy(r->note.code, code, TRACECODE_LEN);
	r->serial = db_col_i64(st, 5);
	r->scan_count = db_col_i64(st, 6);
	r->first_ms = db_col_i64(st, 7);
	r->last_ms = db_col_i64(st, 8);
	r->state = str_dup(c->mem, db_col_str(st, 9));
	r->first_place = str_dup(c->mem, db_col_str(st, 10));
	r->last_client = str_dup(c->mem, db_col_str(st, 11));
	r->suspicious = db_col_i64(st, 12) == 1;
	r->version = db_col_i64(st, 13);
	r->updated_ms = db_col_i64(st, 14);
	r->safe_on = db_col_i64(st, 15);
	r->harvested_on = db_col_i64(st, 16);
	r->lot_state = str_dup(c->mem, db_col_str(st, 17));
	r->hold_reason = str_dup(c->mem, db_col_str(st, 18));
	r->verdict = str_dup(c->mem, db_col_str(st, 19));
	return RC_OK;
}

/* ---- the banner ---- */

static const struct db_sql sql_recall = { "scan.recall",
	"SELECT reason, level, contact, created_ms FROM recall WHERE county = :county AND lot_id = :lot AND state = 'active'"
	" AND deleted_ms IS NULL ORDER BY id DESC LIMIT 1" };

static enum rc
recall_words(struct ctx *c, int64_t lot_id, struct banner_view *v)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_recall, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "lot", lot_id);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK || !row)
		return rc;
	v->reason = str_dup(c->mem, db_col_str(st, 0));
	v->level = choice_text(c, &resource_recalls, "level", str_dup(c->mem, db_col_str(st, 1)));
	v->contact = str_dup(c->mem, db_col_str(st, 2));
	v->since = date_print(c->mem, date_of_ms(db_col_i64(st, 3)));
	return RC_OK;
}

/* The worst thing is said first and alone; "genuine" is only said of a lot that may be sold. */
static void
banner_state(const struct code_row *r, struct banner_view *v)
{
	enum gate g = lot_gate(r->lot_state, lot_test_of(r->verdict), r->safe_on, r->harvested_on, false);

	v->recalled = str_eq_c(r->lot_state, "recalled");
	v->voided = !v->recalled && str_eq_c(r->state, "voided");
	v->held = !v->recalled && !v->voided && (str_eq_c(r->lot_state, "held") || g == GATE_INTERVAL || g == GATE_TEST);
	v->by_interval = g == GATE_INTERVAL || str_eq_c(r->hold_reason, "interval");
	v->by_test = !v->by_interval && (g == GATE_TEST || str_eq_c(r->hold_reason, "test"));
	v->waiting = !v->recalled && !v->voided && !v->held && str_eq_c(r->lot_state, "open");
	v->copied = r->suspicious;
	v->sold = str_eq_c(r->state, "sold");
	v->genuine = !v->recalled && !v->voided && !v->held && !v->waiting;
}

/* Counts this request in, unless the same reader was the last one a moment ago, and queues it. */
static void
count_in(struct ctx *c, const struct http_request *q, struct code_row *r, struct banner_view *v)
{
	struct trace_state *s = trace_state_of(c->app);
	uint64_t client = scan_client(c, http_client_ip(q), http_header(q, "user-agent")), last;
	int64_t waiting = scan_pending(s, r->note.code_id, &last);
	bool again = last != 0 ? last == client : str_eq(client_text(c->mem, client), r->last_client)
		&& r->last_ms != NIL && r->last_ms > c->now_ms - SCAN_AGAIN_MS;
	bool looks_only = http_method_of(q) != HTTP_GET || http_header(q, "sec-purpose").n > 0;

	v->count = r->scan_count + waiting + !again;
	v->first = v->count <= 1;
	if (r->first_ms != NIL) {
		v->first_at = time_print_local(c->mem, r->first_ms);
		v->first_place = r->first_place;
	}
	if (again || looks_only)
		return;
	r->note.client = client;
	scan_push(s, &r->note);
}

static void
headers(struct ctx *c, struct http_request *q)
{
	http_set_header(q, "Cache-Control", S("no-store"));
	http_set_header(q, "Content-Language", c->lang == LANG_EN ? S("en") : S("zh-CN"));
	http_set_header(q, "X-Robots-Tag", S("noindex"));
}

static enum rc
miss(struct ctx *c, struct http_request *q, bool mistyped, struct str typed)
{
	struct miss_view v = { .mistyped = mistyped, .typed = typed };
	enum rc rc = site_load(c, c->lang == LANG_EN ? S("Trace code") : S("追溯码查询"), S("/verify"), "verify", &v.site);

	if (rc != RC_OK)
		return rc;
	headers(c, q);
	return page_send(c, q, &scan_miss_page, mistyped ? 400 : 404, &v);
}

static enum rc
send(struct ctx *c, struct http_request *q, const struct code_row *r, const struct banner_view *v)
{
	struct sb banner;
	struct str page;
	enum rc rc;

	sb_init(&banner, c->mem, 64 * 1024);
	rc = page_render(c->app->pages, &scan_banner_page, v, c->lang, &banner, &c->err);
	if (rc == RC_OK)
		rc = lot_html_around(c, r->note.lot_id, (uint64_t)r->updated_ms * 1000003u + (uint64_t)r->version, sb_str(&banner), &page);
	if (rc != RC_OK)
		return rc;
	headers(c, q);
	http_reply(q, 200, "text/html; charset=utf-8", page);
	return RC_OK;
}

enum rc
scan_page(struct ctx *c, struct http_request *q)
{
	char code[TRACECODE_LEN + 1], grouped[TRACECODE_GROUPED_LEN + 1];
	enum tracecode_fault fault = TRACECODE_OK;
	struct banner_view v = { 0 };
	struct code_row r;
	bool found = false;
	enum rc rc;

	if (!tracecode_parse(path_param(c, q, "code"), code, &fault)) {
		if (fault == TRACECODE_MISTYPED)
			return miss(c, q, true, (struct str){ 0 });
		/* Looked for all the same, so that a foreign code and an unknown one take the same time. */
		memset(code, '0', TRACECODE_LEN);
		code[TRACECODE_LEN] = '\0';
	}
	rc = code_find(c, code, &r, &found);
	if (rc != RC_OK)
		return rc;
	if (!found)
		return miss(c, q, false, (struct str){ 0 });
	banner_state(&r, &v);
	if (v.recalled)
		rc = recall_words(c, r.note.lot_id, &v);
	if (rc != RC_OK)
		return rc;
	count_in(c, q, &r, &v);
	tracecode_group(code, grouped);
	v.code = str_from_c(grouped);
	return send(c, q, &r, &v);
}

/* verify_page.c - /verify: type a code or a certificate number; /certificate/{number}: is this paper real? */
#include "base/base.h"
#include "lib/tracecode/tracecode.h"
#include "mod/trace/rules.h"
#include "mod/trace/scan_page.h"
#include "mod/trace/trace.h"
#include "mod/trace/trace_priv.h"

struct verify_view {
	struct site site;
	struct str typed;
	bool malformed;
};
static const struct page_var verify_vars[] = {
	SITE_VARS(struct verify_view), VAR(struct verify_view, typed), VAR(struct verify_view, malformed), { 0 },
};
const struct page verify_form_page = { "trace/verify.html", verify_vars };

struct certificate_view {
	struct site site;
	struct str number, product, quantity, origin, issuer, basis, issued_on, statement, lot, void_reason;
	bool found, valid, voided, stopped, recalled;
};
static const struct page_var certificate_vars[] = {
	SITE_VARS(struct certificate_view), VAR(struct certificate_view, number), VAR(struct certificate_view, product),
	VAR(struct certificate_view, quantity), VAR(struct certificate_view, origin), VAR(struct certificate_view, issuer),
	VAR(struct certificate_view, basis), VAR(struct certificate_view, issued_on),
	VAR(struct certificate_view, statement), VAR(struct certificate_view, lot),
	VAR(struct certificate_view, void_reason), VAR(struct certificate_view, found),
	VAR(struct certificate_view, valid), VAR(struct certificate_view, voided), VAR(struct certificate_view, stopped),
	VAR(struct certificate_view, recalled), { 0 },
};
const struct page certificate_view_page = { "trace/certificate.html", certificate_vars };

/* Percent-encoded: what people typed goes into a header. */
static struct str
encoded(struct arena *a, struct str s)
{
	struct sb b;

	sb_init(&b, a, s.n * 3 + 1);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];

		if ((ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z') || ch == '-')
			sb_add_c(&b, (char)ch);
		else
			sb_addf(&b, "%%%02X", ch);
	}
	return sb_str(&b);
}

static enum rc
go(struct ctx *c, struct http_request *q, const char *prefix, struct str rest)
{
	http_set_header(q, "Location", str_fmt(c->mem, "%s" STR_FMT, prefix, STR_ARG(rest)));
	http_reply(q, 303, NULL, S(""));
	return RC_OK;
}

/* Upper case without blanks, for certificate numbers. */
static struct str
folded(struct arena *a, struct str s)
{
	char *p = NEW_ARRAY(a, char, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];

		if (ch == ' ')
			continue;
		p[n++] = ch >= 'a' && ch <= 'z' ? (char)(ch - 'a' + 'A') : ch;
	}
	return (struct str){ p, n };
}

enum rc
verify_page(struct ctx *c, struct http_request *q)
{
	char code[TRACECODE_LEN + 1];
	enum tracecode_fault fault = TRACECODE_OK;
	struct str typed = str_trim(http_param(q, "code")), number;
	struct verify_view v = { .typed = str_sub(typed, 0, 60) };
	ptrdiff_t at = str_find(typed, S("/t/"), 0);
	enum rc rc;

	if (at >= 0) /* the whole address of a scanned QR code was pasted */
		typed = str_sub(typed, (size_t)at + 3, typed.n);
	if (typed.n > 0 && typed.n <= 100) {
		if (tracecode_parse(typed, code, &fault) || fault == TRACECODE_MISTYPED)
			return go(c, q, "/t/", fault == TRACECODE_MISTYPED ? encoded(c->mem, folded(c->mem, typed)) : str_from_c(code));
		number = folded(c->mem, typed);
		if (str_starts(number, S("HGZ-")) && mod37_36(number) != 0)
			return go(c, q, "/certificate/", encoded(c->mem, number));
	}
	v.malformed = typed.n > 0;
	rc = site_load(c, c->lang == LANG_EN ? S("Verify") : S("追溯查询"), S("/verify"), "verify", &v.site);
	if (rc != RC_OK)
		return rc;
	return page_send(c, q, &verify_form_page, v.malformed ? 400 : 200, &v);
}

static const struct db_sql sql_certificate = { "certificate.page",
	"SELECT k.number, k.product, k.quantity_milli, k.unit, k.origin, k.issuer, k.basis, k.issued_on, k.statement, k.state,"
	" k.void_reason, l.code, l.state FROM certificate k JOIN lot l ON l.county = k.county AND l.id = k.lot_id"
	" WHERE k.county = :county AND k.number = :number AND k.deleted_ms IS NULL" };

static enum rc
certificate_find(struct ctx *c, struct str number, struct certificate_view *v)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_certificate, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_str(st, "number", number);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK || !row)
		return rc;
	struct str state = db_col_str(st, 9), lot_state = db_col_str(st, 12);
	v->found = true;
	v->number = str_dup(c->mem, db_col_str(st, 0));
	v->product = str_dup(c->mem, db_col_str(st, 1));
	v->quantity = quantity_text(c, db_col_i64(st, 2), str_dup(c->mem, db_col_str(st, 3)));
	v->origin = str_dup(c->mem, db_col_str(st, 4));
	v->issuer = str_dup(c->mem, db_col_str(st, 5));
	v->basis = choice_text(c, &resource_certificates, "basis", str_dup(c->mem, db_col_str(st, 6)));
	v->issued_on = date_text(c, db_col_i64(st, 7));
	v->statement = str_dup(c->mem, db_col_str(st, 8));
	v->void_reason = str_dup(c->mem, db_col_str(st, 10));
	v->lot = str_dup(c->mem, db_col_str(st, 11));
	v->recalled = str_eq_c(lot_state, "recalled");
	v->voided = !v->recalled && !str_eq_c(state, "valid");
	v->stopped = !v->recalled && !v->voided && str_eq_c(lot_state, "held");
	v->valid = !v->recalled && !v->voided && !v->stopped;
	return RC_OK;
}

enum rc
certificate_page(struct ctx *c, struct http_request *q)
{
	struct str number = folded(c->mem, path_param(c, q, "number"));
	struct certificate_view v = { 0 };
	enum rc rc;

	if (number.n <= 40)
		rc = certificate_find(c, number, &v);
	else
		rc = RC_OK;
	if (rc == RC_OK)
		rc = site_load(c, c->lang == LANG_EN ? S("Conformity certificate") : S("承诺达标合格证"), S(""), "verify", &v.site);
	if (rc != RC_OK)
		return rc;
	http_set_header(q, "Cache-Control", S("no-store"));
	return page_send(c, q, &certificate_view_page, v.found ? 200 : 404, &v);
}

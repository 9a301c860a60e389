/* The scan page as a shopper's phone sees it: every state, counters, copies, places; on both engines. */
#include "base/base.h"
#include "tap.h"
#include "client.h"
#include "core/serve.h"
#include "mod/trace/scan_state.h"
#include "mod/trace/testkit.h"

static struct kit k;
static struct serve *serve;

static struct str
code_of(int64_t lot)
{
	return kit_str(&k, "SELECT code FROM trace_code WHERE county = 140406 AND lot_id = :id ORDER BY serial LIMIT 1", lot);
}

/* One reader is one browser name, since all requests come from the same address here. */
static struct reply
scan(const char *code, const char *reader, const char *query)
{
	struct str head = str_fmt(&k.mem, "User-Agent: %s\r\n", reader);

	return client_send(serve, &k.mem, S("GET"), str_fmt(&k.mem, "/t/%s%s", code, query), head, (struct str){ 0 });
}

static bool
says(struct reply r, const char *words)
{
	return str_find(r.body, str_from_c(words), 0) >= 0;
}

static void
flush(void)
{
	struct ctx *c = kit_fresh(&k);

	kit_must(scan_flush(c, trace_state_of(&k.app)), &c->err);
}

/* A released lot with ten codes; its first code, kept beyond the test's memory. */
static int64_t
coded_lot(char code[24])
{
	int64_t lot;

	kit_cycle(&k);
	lot = kit_lot(&k, k.today - 20, 100000, 2500);
	(void)kit_test(&k, lot, 1000, KIT_PASS);
	(void)kit_move(&k, &resource_lots, lot, "release");
	(void)kit_certify(&k, lot);
	(void)kit_order(&k, lot, 10);
	kit_must(jobs_drain(kit_fresh(&k)), &k.c.err);
	snprintf(code, 24, STR_FMT, STR_ARG(code_of(lot)));
	return lot;
}

static void
test_counting(void)
{
	char code[24];
	int64_t lot = coded_lot(code);
	struct reply r = scan(code, "phone-1", "");

	ok(r.status == 200 && says(r, "正品，首次查询"), "the first look-up says so (%d)", r.status);
	ok(says(r, "抑制率低于50%（快速检测法）") && !says(r, "无农药残留"), "the test says what was measured and no more");
	ok(says(r, "乡镇示意图，非行政区域界线"), "the sketch says that it is none of boundaries");
	ok(r.body.n < 60000, "the page is small (%zu bytes)", r.body.n);
	ok(!says(r, "<style") && !says(r, " style="), "without inline styles");
	r = scan(code, "phone-1", "");
	ok(says(r, "正品，首次查询"), "a reload is not a second look-up, even before the first is written");
	r = scan(code, "phone-2", "");
	ok(says(r, "正品，第 2 次查询"), "another phone makes the second");
	flush();
	r = scan(code, "phone-2", "");
	ok(says(r, "第 2 次查询") && says(r, "首次查询："), "after writing, the first look-up has its time");
	is_i64(kit_i64(&k, "SELECT scan_count FROM trace_code WHERE county = 140406 AND lot_id = :id ORDER BY serial LIMIT 1", lot), 2, "two are counted");
	is_i64(kit_i64(&k, "SELECT COUNT(*) FROM scan WHERE county = 140406 AND lot_id = :id", lot), 2, "two rows are kept");
	is_i64(kit_i64(&k, "SELECT COUNT(*) FROM scan WHERE county = 140406 AND lot_id = :id AND client LIKE '%phone%'", lot), 0, "no browser is kept");
	r = client_send(serve, &k.mem, S("HEAD"), str_fmt(&k.mem, "/t/%s", code), S("User-Agent: checker\r\n"), (struct str){ 0 });
	flush();
	is_i64(kit_i64(&k, "SELECT scan_count FROM trace_code WHERE county = 140406 AND lot_id = :id ORDER BY serial LIMIT 1", lot), 2, "a HEAD is no look-up");
	r = scan(code, "phone-1", "?lang=en");
	ok(says(r, "Genuine, look-up no.") && says(r, "lang=\"en\""), "the page speaks English too");
}

static void
test_places(void)
{
	char code[24];
	int64_t lot = coded_lot(code);
	struct str form = S("Content-Type: application/x-www-form-urlencoded\r\nUser-Agent: phone-1\r\n"), path;
	struct reply r = scan(code, "phone-1", "");

	path = str_fmt(&k.start, "/t/%s", code);
	r = client_send(serve, &k.mem, S("POST"), path, form, S("place=%E5%B1%B1%E8%A5%BF"));
	ok(r.status == 303, "a place of the list is taken (%d)", r.status);
	ok(str_eq_c(kit_str(&k, "SELECT first_scan_place FROM trace_code WHERE county = 140406 AND lot_id = :id AND first_scan_ms IS NOT NULL", lot), "山西"),
		"and stands with the first look-up");
	r = client_send(serve, &k.mem, S("POST"), path, form, S("place=%3Cb%3EHi"));
	ok(r.status == 400, "free text is refused (%d)", r.status);
	r = client_send(serve, &k.mem, S("POST"), path, form, S("place=%E5%B9%BF%E4%B8%9C"));
	ok(str_eq_c(kit_str(&k, "SELECT place FROM scan WHERE county = 140406 AND lot_id = :id", lot), "山西"), "said once, it stays");
	(void)coded_lot(code);
	(void)scan(code, "phone-1", "");
	r = client_send(serve, &k.mem, S("POST"), str_fmt(&k.mem, "/t/%s", code), form, S("lng=113.11&lat=36.31"));
	ok(r.status == 303, "a position is taken");
	ok(kit_i64(&k, "SELECT COUNT(*) FROM scan WHERE county = 140406 AND place = '店上镇'", 0) == 1, "as the town it lies in");
	ok(str_find(scan(code, "phone-9", "").body, S("店上镇"), 0) >= 0, "and is shown as the first place");
}

static void
test_copies(void)
{
	char code[24], reader[20];
	int64_t lot = coded_lot(code);

	for (int i = 0; i < 12; i++) {
		snprintf(reader, sizeof(reader), "reader-%d", i);
		(void)scan(code, reader, "");
	}
	flush();
	ok(says(scan(code, "reader-0", ""), "谨防复制"), "a code read by a dozen phones is called a possible copy");
	is_i64(kit_i64(&k, "SELECT suspicious FROM trace_code WHERE county = 140406 AND lot_id = :id ORDER BY serial LIMIT 1", lot), 1, "and is marked for the officers");
}

static void
test_states(void)
{
	char code[24], text[300];
	int64_t lot = coded_lot(code);
	struct reply r;

	ok(says(scan(code, "a", ""), "正品"), "before anything is known against it");
	(void)kit_spray(&k, k.pesticide, -22, 0);
	r = scan(code, "a", "");
	ok(says(r, "已暂扣") && says(r, "安全间隔期未满") && !says(r, "正品"), "a late pest-control record shows on the very next request");
	ok(says(r, "已作废"), "and the certificate as void");

	lot = coded_lot(code);
	(void)scan(code, "a", "");
	(void)kit_test(&k, lot, 500, KIT_FAIL);
	r = scan(code, "a", "");
	ok(says(r, "已暂扣") && says(r, "检测未通过") && !says(r, "正品"), "a failed test shows on the very next request");

	lot = coded_lot(code);
	(void)scan(code, "a", "");
	snprintf(text, sizeof(text), "{'lot_id':'%lld','reason':'混入<b>其他</b>批次','level':'one','contact':'农业农村局'}", LL(lot));
	(void)kit_make(&k, &resource_recalls, text);
	r = scan(code, "a", "");
	ok(says(r, "产品召回") && says(r, "&lt;b&gt;其他") && !says(r, "正品"), "a recall shows on the very next request, escaped");

	lot = coded_lot(code);
	int64_t id = kit_i64(&k, "SELECT id FROM trace_code WHERE county = 140406 AND lot_id = :id ORDER BY serial LIMIT 1", lot);
	kit_must(record_move(kit_fresh(&k), &resource_trace_codes, id, 0, S("void"), S("torn")), &k.c.err);
	ok(says(scan(code, "a", ""), "此追溯码已作废"), "a void code says so");

	lot = coded_lot(code);
	snprintf(text, sizeof(text), "{'lot_id':'%lld','kind':'sell','done_ms':%lld,'quantity_milli':2500,'codes':'%s'}", LL(lot), LL(k.now_ms), code);
	ok(kit_make(&k, &resource_supply_events, text) != 0, "a sale names its code");
	ok(says(scan(code, "a", ""), "已登记售出"), "a sold item says so");
}

static void
test_misses(void)
{
	char code[24], wrong[24];
	struct reply a, b;

	(void)coded_lot(code);
	snprintf(wrong, sizeof(wrong), "%s", code);
	wrong[3] = wrong[3] == 'A' ? 'B' : 'A';
	a = scan(wrong, "a", "");
	ok(a.status == 400 && says(a, "追溯码输错了"), "a mistyped code is told apart (%d)", a.status);
	a = scan("00000000000000000000", "a", "");
	b = scan("SOMETHING-ELSE", "a", "");
	ok(a.status == 404 && b.status == 404 && says(a, "查无此码"), "an unknown and a foreign code are not found");
	ok(str_eq(a.body, b.body), "and answer alike");
	snprintf(wrong, sizeof(wrong), "%.4s%%20%.16s", code, code + 4);
	ok(scan(wrong, "a", "").status == 200 || strlen(wrong) == 23, "blanks do not matter");
	a = client_send(serve, &k.mem, S("GET"), str_fmt(&k.mem, "/verify?code=%.4s-%.4s-%.4s-%.4s-%.4s", code, code + 4, code + 8, code + 12,
		code + 16), S(""), (struct str){ 0 });
	ok(a.status == 303 && str_eq(reply_header(&a, "location"), str_fmt(&k.mem, "/t/%s", code)), "the form leads to the page");
	a = client_send(serve, &k.mem, S("GET"), S("/verify?code=%0d%0aX-Bad:1"), S(""), (struct str){ 0 });
	ok(a.status == 400, "what is neither code nor number is told so (%d)", a.status);
}

static void
test_people(void)
{
	char text[400];
	int64_t person = kit_make(&k, resource_find(&k.app, S("people")), "{'name':'王建国','kind':'grower','division':'140406101201'}");
	char code[24];
	int64_t lot;
	struct reply r;

	snprintf(text, sizeof(text), "UPDATE plot SET person_id = %lld WHERE county = 140406", LL(person));
	kit_must(db_script(k.db, text, &k.c.err), &k.c.err);
	lot = coded_lot(code);
	is_i64(kit_i64(&k, "SELECT person_id FROM lot WHERE county = 140406 AND id = :id", lot), person, "a lot belongs to the grower of its plot");
	r = scan(code, "a", "");
	ok(r.status == 200 && !says(r, "王"), "without consent nobody is named");
	snprintf(text, sizeof(text), "{'wording':'同意书','person_id':'%lld','purpose':'trace_page','channel':'paper','given_ms':%lld}", LL(person),
		LL(k.now_ms - 1000));
	ok(kit_make(&k, resource_find(&k.app, S("consents")), text) != 0, "consent is recorded");
	kit_must(events_drain(kit_fresh(&k)), &k.c.err);
	r = scan(code, "a", "");
	ok(says(r, "王**") && !says(r, "王建国"), "with consent by family name alone");
}

static void
test_pages(void)
{
	static const char *const paths[] = { "/", "/news", "/enterprises", "/verify", "/?lang=en", "/certificate/HGZ-140406-2026-000001T" };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct reply r = client_send(serve, &k.mem, S("GET"), str_from_c(paths[i]), S(""), (struct str){ 0 });

		ok(r.status == 200 && says(r, "</html>"), "%s answers (%d)", paths[i], r.status);
	}
	struct reply r = client_send(serve, &k.mem, S("GET"), S("/enterprises/12"), S("Accept: text/html\r\n"), (struct str){ 0 });
	ok(r.status == 404, "an unknown enterprise is not found");
	r = client_send(serve, &k.mem, S("GET"), S("/api/v1/screen"), S(""), (struct str){ 0 });
	ok(r.status == 401, "the wall screen asks who is there (%d)", r.status);
}

static void
test_all(struct testdb *t)
{
	struct err e = { 0 };
	struct serve_options o = { .io_threads = 1, .workers = 4, .temp_dir = k.dir, .no_background = true };

	t->options.sessions_max = 20;
	kit_must(testdb_reopen(t, &e), &e);
	kit_open(&k, t);
	struct log log = { 2, LOG_ERROR, &k.clock };
	k.app.log = &log;
	kit_must(serve_start(&k.app, &o, &serve, &e), &e);
	test_counting();
	test_places();
	test_copies();
	test_states();
	test_misses();
	test_people();
	test_pages();
	serve_stop(serve);
	kit_close(&k);
}

int
main(void)
{
	testdb_each(test_all);
	return tap_done();
}

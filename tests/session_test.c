/* session_test.c - logging in as attackers and clumsy people do it: cookies, tokens, second factor, ends of sessions; both engines. */
#include "fixture.h"
#include "core/auth.h"
#include "lib/json/json.h"
#include "mod/org/org.h"

static struct fixture f;
static struct arena mem;

struct browser {
	struct str cookie, csrf; /* "name=value" */
};

static struct reply
ask(const struct browser *b, const char *method, const char *path, const char *more, const char *body)
{
	struct sb h;

	sb_init(&h, &mem, 16384);
	if (b != NULL && b->cookie.n > 0)
		sb_addf(&h, "Cookie: " STR_FMT "\r\n", STR_ARG(b->cookie));
	if (b != NULL && b->csrf.n > 0)
		sb_addf(&h, "X-CSRF-Token: " STR_FMT "\r\n", STR_ARG(b->csrf));
	if (body != NULL)
		sb_add(&h, "Content-Type: application/json\r\n");
	sb_add(&h, more);
	return client_send(f.serve, &mem, str_from_c(method), str_from_c(path), sb_str(&h), body != NULL ? str_from_c(body) : S(""));
}

static struct str
member(const struct reply *r, const char *name)
{
	struct json *v;
	struct err e = { 0 };

	if (json_parse(&mem, r->body, 1 << 20, &v, &e) != RC_OK || v->type != J_OBJECT)
		return S("");
	return json_text(v, name);
}

static void
is_answer(struct reply r, int status, const char *code, const char *what)
{
	bool good = r.status == status && (code == NULL || str_eq_c(member(&r, "code"), code));

	ok(good, "%s", what);
	if (!good)
		printf("# want %d %s, got %d " STR_FMT "\n", status, code != NULL ? code : "", r.status, STR_ARG(r.body));
}

static void
take(struct browser *b, const struct reply *r)
{
	struct str set = reply_header(r, "Set-Cookie");

	b->cookie = str_dup(&f.mem, str_cut(&set, ';'));
	b->csrf = str_dup(&f.mem, member(r, "csrf"));
}

static struct reply
log_in(struct browser *b, const char *login, const char *password, const char *totp, const char *more)
{
	struct reply r = ask(b, "POST", "/api/v1/session", more, str_fmt(&mem, "{\"login\":\"%s\",\"password\":\"%s\"%s%s%s}", login,
		password, totp != NULL ? ",\"totp\":\"" : "", totp != NULL ? totp : "", totp != NULL ? "\"" : "").p);

	if (r.status == 200)
		take(b, &r);
	return r;
}

static void
make_account(const char *login, const char *password, bool must_change)
{
	struct ctx c;
	struct account_new a = { .login = str_from_c(login), .name = str_from_c(login), .password = str_from_c(password),
		.must_change = must_change, .role = "officer" };
	int64_t id;

	ok(fixture_ctx(&f, &mem, &c) == RC_OK && org_account_new(&c, &a, &id) == RC_OK, "account %s %s", login, c.err.text);
	db_give(&c.db);
}

static void
test_cookie(void)
{
	struct browser a = { 0 }, b, forged;
	struct reply r = log_in(&a, "li.si", "Correct-Horse-9-Battery", NULL, "");
	struct str set = reply_header(&r, "Set-Cookie");

	is_answer(r, 200, NULL, "logged in");
	ok(str_starts(set, S("ezhen_session=")) && str_find(set, S("HttpOnly"), 0) > 0 && str_find(set, S("SameSite=Lax"), 0) > 0 &&
			str_find(set, S("Path=/"), 0) > 0 && str_find(set, S("Domain"), 0) < 0, "the cookie is for this site and no script");
	ok(str_find(r.body, str_sub(a.cookie, 14, 43), 0) < 0, "the token stands in the cookie only");
	is_answer(ask(&a, "GET", "/api/v1/session", "", NULL), 200, NULL, "the cookie is known");
	is_answer(ask(NULL, "GET", "/api/v1/session", "", NULL), 401, NULL, "without it nobody is");
	forged = a;
	forged.cookie = str_fmt(&mem, STR_FMT "A", STR_ARG(str_sub(a.cookie, 0, a.cookie.n - 1)));
	is_answer(ask(&forged, "GET", "/api/v1/session", "", NULL), 401, "session-ended", "a forged cookie");
	forged.cookie = S("ezhen_session=x");
	is_answer(ask(&forged, "GET", "/api/v1/organisations", "", NULL), 401, "session-ended", "a short one");

	r = log_in(&(struct browser){ 0 }, "li.si", "Correct-Horse-9-Battery", NULL, "X-Forwarded-Proto: https\r\n");
	set = reply_header(&r, "Set-Cookie");
	ok(str_starts(set, S("__Host-ezhen_session=")) && str_find(set, S("Secure"), 0) > 0, "over TLS it is a __Host- cookie and secure");
	is_answer(ask(&a, "GET", "/api/v1/session", "X-Forwarded-Proto: https\r\n", NULL), 401, NULL, "and the plain one is not taken there");

	b = a;
	is_answer(log_in(&b, "li.si", "Correct-Horse-9-Battery", NULL, ""), 200, NULL, "logged in again in the same browser");
	ok(!str_eq(a.cookie, b.cookie), "with a new token");
	is_answer(ask(&a, "GET", "/api/v1/session", "", NULL), 401, "session-ended", "the old one is dead");
	is_answer(ask(&b, "DELETE", "/api/v1/session", "", NULL), 204, NULL, "logged out");
	is_answer(ask(&b, "GET", "/api/v1/session", "", NULL), 401, "session-ended", "and gone");
}

static void
test_csrf(void)
{
	static const char org[] = "{\"name\":\"己合作社\",\"kind\":\"family_farm\",\"division\":\"140406001001\"}";
	static const char *const foreign[] = { "Origin: https://evil.example\r\n", "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n",
		"Sec-Fetch-Site: same-site\r\n", "Origin: https://example.test.evil.example\r\n" };
	struct browser a = { 0 }, bare;

	log_in(&a, "li.si", "Correct-Horse-9-Battery", NULL, "");
	bare = (struct browser){ .cookie = a.cookie };
	is_answer(ask(&bare, "POST", "/api/v1/organisations", "", org), 403, "csrf", "a write without the token is refused");
	is_answer(ask(&bare, "DELETE", "/api/v1/session", "", NULL), 403, "csrf", "so is a log-out");
	bare.csrf = S("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
	is_answer(ask(&bare, "POST", "/api/v1/organisations", "", org), 403, "csrf", "and one with a wrong token");
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++)
		is_answer(ask(&a, "POST", "/api/v1/organisations", foreign[i], org), 403, "csrf", "from another site");
	is_answer(ask(&a, "POST", "/api/v1/organisations", "Origin: https://example.test\r\nSec-Fetch-Site: same-origin\r\n", org), 201,
		NULL, "from its own site it is taken");
	is_answer(ask(&a, "POST", "/api/v1/organisations", "Content-Type: text/plain\r\n", NULL), 400, NULL, "a body is still asked for");
}

static void
test_password(void)
{
	struct browser a = { 0 }, b = { 0 };

	make_account("zhang.san", "Bright-Sparrow-7", true);
	is_answer(log_in(&a, "zhang.san", "Bright-Sparrow-7", NULL, ""), 200, NULL, "first log-in");
	is_answer(log_in(&b, "zhang.san", "Bright-Sparrow-7", NULL, ""), 200, NULL, "and on a second device");
	is_answer(ask(&a, "GET", "/api/v1/organisations", "", NULL), 403, "must-change", "nothing before the password is changed");
	is_answer(ask(&a, "GET", "/api/v1/sessions", "", NULL), 403, "must-change", "not the list of sessions either");
	is_answer(ask(&a, "GET", "/api/v1/session", "", NULL), 200, NULL, "but the session itself");
	is_answer(ask(&a, "POST", "/api/v1/session/password", "", "{\"old\":\"nope\",\"new\":\"Quiet-Meadow-42\"}"), 400, "bad-password", "old wrong");
	is_answer(ask(&a, "POST", "/api/v1/session/password", "", "{\"old\":\"Bright-Sparrow-7\",\"new\":\"short\"}"), 400, "weak-password", "too short");
	is_answer(ask(&a, "POST", "/api/v1/session/password", "", "{\"old\":\"Bright-Sparrow-7\",\"new\":\"Password123\"}"), 400, "weak-password",
		"too common");
	is_answer(ask(&a, "POST", "/api/v1/session/password", "", "{\"old\":\"Bright-Sparrow-7\",\"new\":\"Zhang.San-2031\"}"), 400,
		"weak-password", "holds the login");
	is_answer(ask(&a, "POST", "/api/v1/session/password", "", "{\"old\":\"Bright-Sparrow-7\",\"new\":\"Bright-Sparrow-7\"}"), 400,
		"used-password", "the same again");
	is_answer(ask(&a, "POST", "/api/v1/session/password", "", "{\"old\":\"Bright-Sparrow-7\"}"), 400, NULL, "no new one");
	is_answer(ask(&a, "POST", "/api/v1/session/password", "", "{\"old\":\"Bright-Sparrow-7\",\"new\":\"Quiet-Meadow-42\"}"), 204, NULL, "changed");
	is_answer(ask(&a, "GET", "/api/v1/organisations", "", NULL), 200, NULL, "now everything is open");
	is_answer(ask(&b, "GET", "/api/v1/session", "", NULL), 401, "session-ended", "the second device is out");
	is_answer(log_in(&b, "zhang.san", "Bright-Sparrow-7", NULL, ""), 401, "bad-credentials", "the old password is dead");
	is_answer(ask(&a, "POST", "/api/v1/session/password", "", "{\"old\":\"Quiet-Meadow-42\",\"new\":\"Bright-Sparrow-7\"}"), 400,
		"used-password", "and cannot come back");
	f.ahead_ms += 91 * (int64_t)DAY_MS;
	struct reply r = log_in(&b, "zhang.san", "Quiet-Meadow-42", NULL, "");
	ok(r.status == 200 && str_find(r.body, S("\"must_change\":true"), 0) > 0, "after 90 days it must be changed again");
}

static const char *
code_now(struct str secret)
{
	struct str key;
	uint32_t code;

	ok(base32_decode(&mem, secret, &key), "the secret is base32");
	code = totp_code(key, (uint64_t)(clock_now(&f.clock) / 30000), 6);
	return str_fmt(&mem, "%06u", code).p;
}

static void
test_totp(void)
{
	struct browser a = { 0 }, other = { 0 }, before;
	struct reply r;
	struct str secret;
	const char *code;

	make_account("wu.liu", "Bright-Sparrow-7", false);
	log_in(&a, "wu.liu", "Bright-Sparrow-7", NULL, "");
	log_in(&other, "wu.liu", "Bright-Sparrow-7", NULL, "");
	is_answer(ask(&a, "POST", "/api/v1/session/totp/confirm", "", "{\"code\":\"123456\"}"), 409, "totp-off", "nothing to confirm yet");
	r = ask(&a, "POST", "/api/v1/session/totp", "", NULL);
	is_answer(r, 200, NULL, "a second factor is begun");
	secret = str_dup(&f.mem, member(&r, "secret"));
	ok(secret.n == 32 && str_find(member(&r, "uri"), secret, 0) > 0, "secret and address for the phone");
	is_answer(log_in(&(struct browser){ 0 }, "wu.liu", "Bright-Sparrow-7", NULL, ""), 200, NULL, "not asked for before it is confirmed");
	code = code_now(secret);
	is_answer(ask(&a, "POST", "/api/v1/session/totp/confirm", "", "{\"code\":\"000000\"}"), 400, "bad-totp", "a wrong code");
	before = a;
	r = ask(&a, "POST", "/api/v1/session/totp/confirm", "", str_fmt(&mem, "{\"code\":\"%s\"}", code).p);
	is_answer(r, 200, NULL, "confirmed");
	take(&a, &r);
	ok(!str_eq(a.cookie, before.cookie), "the session has a new token");
	is_answer(ask(&before, "GET", "/api/v1/session", "", NULL), 401, "session-ended", "the old token is dead");
	is_answer(ask(&other, "GET", "/api/v1/session", "", NULL), 401, "session-ended", "and so are other devices");
	is_answer(ask(&a, "GET", "/api/v1/organisations", "", NULL), 200, NULL, "the new one works");
	is_answer(log_in(&other, "wu.liu", "Bright-Sparrow-7", NULL, ""), 401, "totp-required", "a log-in now asks for the code");
	is_answer(log_in(&other, "wu.liu", "wrong-password", NULL, ""), 401, "bad-credentials", "but only after the right password");
	is_answer(log_in(&other, "wu.liu", "Bright-Sparrow-7", code, ""), 401, "bad-totp", "the confirming code was used");
	f.ahead_ms += 60000;
	code = code_now(secret);
	is_answer(log_in(&other, "wu.liu", "Bright-Sparrow-7", code, ""), 200, NULL, "the next one is taken");
	is_answer(log_in(&(struct browser){ 0 }, "wu.liu", "Bright-Sparrow-7", code, ""), 401, "bad-totp", "once");
	is_answer(ask(&a, "POST", "/api/v1/session/totp", "", NULL), 409, "totp-on", "it is on already");
	f.ahead_ms += 60000;
	is_answer(ask(&a, "DELETE", "/api/v1/session/totp", "", "{\"code\":\"111111\"}"), 400, "bad-totp", "removing needs a code");
	r = ask(&a, "DELETE", "/api/v1/session/totp", "", str_fmt(&mem, "{\"code\":\"%s\"}", code_now(secret)).p);
	is_answer(r, 200, NULL, "with it the factor is removed");
	is_answer(log_in(&other, "wu.liu", "Bright-Sparrow-7", NULL, ""), 200, NULL, "and the password is enough again");
}

static void
test_ends(void)
{
	struct browser a = { 0 }, b = { 0 };
	int hours = 0;

	log_in(&a, "li.si", "Correct-Horse-9-Battery", NULL, "");
	f.ahead_ms += 29 * 60000;
	is_answer(ask(&a, "GET", "/api/v1/session", "", NULL), 200, NULL, "29 idle minutes are forgiven");
	f.ahead_ms += 31 * 60000;
	is_answer(ask(&a, "GET", "/api/v1/session", "", NULL), 401, "session-ended", "31 are not");
	log_in(&a, "li.si", "Correct-Horse-9-Battery", NULL, "");
	for (; hours < 80 && ask(&a, "GET", "/api/v1/session", "", NULL).status == 200; hours++)
		f.ahead_ms += 20 * 60000;
	is_i64(hours, 36, "used every twenty minutes, it ends after twelve hours");
	log_in(&a, "li.si", "Correct-Horse-9-Battery", NULL, "");
	log_in(&b, "li.si", "Correct-Horse-9-Battery", NULL, "");
	is_answer(ask(&a, "POST", "/api/v1/session/everywhere-out", "", NULL), 204, NULL, "out everywhere");
	is_answer(ask(&a, "GET", "/api/v1/session", "", NULL), 401, "session-ended", "here");
	is_answer(ask(&b, "GET", "/api/v1/session", "", NULL), 401, "session-ended", "and there");
}

/* The body without what differs by request. */
static struct str
words(struct reply r)
{
	ptrdiff_t at = str_find(r.body, S(",\"request_id\""), 0);

	return at < 0 ? r.body : str_sub(r.body, 0, (size_t)at);
}

static void
test_lock(void)
{
	struct browser a = { 0 };
	struct reply known, ghost;

	make_account("zheng.qi", "Bright-Sparrow-7", false);
	log_in(&a, "zheng.qi", "Bright-Sparrow-7", NULL, "");
	f.ahead_ms += 16 * 60000;
	for (int i = 0; i < 14; i++) {
		known = log_in(&(struct browser){ 0 }, "zheng.qi", "guess", NULL, "");
		ghost = log_in(&(struct browser){ 0 }, "no.such.one", "guess", NULL, "");
		ok(known.status == ghost.status && str_eq(words(known), words(ghost)), "attempt %d: known and unknown login answer alike (%d)", i + 1,
			known.status);
		f.ahead_ms += i < 9 ? 61000 : 0;
	}
	is_answer(known, 429, "locked", "the eleventh is locked out");
	ok(reply_header(&known, "Retry-After").n > 0, "and told when to come back");
	is_answer(log_in(&(struct browser){ 0 }, "zheng.qi", "Bright-Sparrow-7", NULL, ""), 429, "locked", "even with the right password");
	is_answer(ask(&a, "GET", "/api/v1/session", "", NULL), 200, NULL, "a session that was open goes on");
	f.ahead_ms += 16 * 60000;
	is_answer(log_in(&(struct browser){ 0 }, "zheng.qi", "Bright-Sparrow-7", NULL, ""), 200, NULL, "after a quarter of an hour it is open again");
}

static void
test_engine(enum db_engine engine)
{
	const char *why = "";

	if (!fixture_open(&f, engine, &why)) {
		ok(engine == DB_PG && strstr(why, "PGTEST_URL") != NULL, "%s # SKIP %s", testdb_name(engine), why);
		return;
	}
	arena_init(&mem, 256 << 20);
	make_account("li.si", "Correct-Horse-9-Battery", false);
	test_cookie();
	test_csrf();
	test_password();
	test_totp();
	test_ends();
	test_lock();
	arena_done(&mem);
	fixture_close(&f);
}

int
main(void)
{
	test_engine(DB_SQLITE);
	test_engine(DB_PG);
	return tap_done();
}

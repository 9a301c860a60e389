/*
 * apirun.c - runs text stories against the whole program over a loopback
 * connection, on both engines, and holds every reply against the contract.
 *
 *	apirun ROOT [FILE.t[:LINE]]
 *
 * A story is lines:
 *
 *	# a remark
 *	as officer                       who speaks; see fixture.h. `as anyone`: not logged in
 *	POST /api/v1/plots {"name":"a"}  a request; further lines of the body are indented
 *	  + If-Match: "3"                a header of the request
 *	= 201 name=a state=draft         the status, and members of the reply (a.b, items.0.id, items.count)
 *	  < ETag: "1"                    a header of the reply holds this text
 *	  ~ 东坡                          the body holds this text; !~ does not
 *	  > id=lot                       keeps a member; {lot} stands for it from here on
 *	drain                            runs events and jobs until nothing is pending
 *	clock +3d                        moves the clock on: d, h, m or s
 *	stream /api/v1/live?topics=x     opens an event stream, which must begin, and closes it
 *	totp NAME {secret}               keeps the one-time code of a base32 secret as {NAME}; `… next`: the one after
 *	pause 500                        waits that many milliseconds, for what is written behind an answer
 *	upload NAME FILE                 reads FILE beside the story as {NAME}: `@{NAME}` as a body sends it
 *
 * Captures from the fixture: {org_alpha} {org_beta} {person_alpha} {person_beta} {town} {village} {today} {now_ms}.
 * A failing step prints FILE:LINE; `apirun ROOT FILE.t:LINE` runs the story up to that step alone.
 */
#include "fixture.h"
#include <glob.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/utf8.h"
#include "core/auth.h"
#include "contract.h"
#include "walk.h"

enum { CAPTURES_MAX = 100, LINES_MAX = 4000, STORY_MAX = 1 << 20 };

struct story {
	struct fixture f;
	struct contract *contract;
	const char *file;
	struct str lines[LINES_MAX];
	size_t count, at;
	size_t until;                    /* stop behind the step of this line; 0: run all */
	const struct fixture_account *as;
	struct { struct str name, value; } captures[CAPTURES_MAX];
	size_t capture_count;
	struct arena mem;
};

static void
keep(struct story *s, const char *name, struct str value)
{
	for (size_t i = 0; i < s->capture_count; i++) {
		if (str_eq_c(s->captures[i].name, name)) {
			s->captures[i].value = str_dup(&s->mem, value);
			return;
		}
	}
	if (s->capture_count == CAPTURES_MAX)
		return;
	s->captures[s->capture_count].name = str_dup(&s->mem, str_from_c(name));
	s->captures[s->capture_count++].value = str_dup(&s->mem, value);
}

static struct str
captured(const struct story *s, struct str name)
{
	for (size_t i = 0; i < s->capture_count; i++) {
		if (str_eq(s->captures[i].name, name))
			return s->captures[i].value;
	}
	return (struct str){ 0 };
}

static bool
is_word(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '_' || (s.p[i] >= '0' && s.p[i] <= '9')))
			return false;
	}
	return s.n > 0;
}

/* {name} becomes what was kept; other braces stay. */
static struct str
expand(struct story *s, struct str text)
{
	struct sb b;
	size_t at = 0;

	sb_init(&b, &s->mem, 16 << 20);
	while (at < text.n) {
		ptrdiff_t open = str_find(text, S("{"), at), close = open < 0 ? -1 : str_find(text, S("}"), (size_t)open);
		struct str name = close < 0 ? (struct str){ 0 } : str_sub(text, (size_t)open + 1, (size_t)(close - open - 1));
		struct str value = is_word(name) ? captured(s, name) : (struct str){ 0 };

		if (open < 0) {
			sb_add_str(&b, str_sub(text, at, text.n));
			break;
		}
		sb_add_str(&b, str_sub(text, at, (size_t)open - at));
		if (value.p != NULL) {
			sb_add_str(&b, value);
			at = (size_t)close + 1;
		} else {
			sb_add(&b, "{");
			at = (size_t)open + 1;
		}
	}
	return sb_str(&b);
}

/* A member by path: "items.0.id"; ".count" of an array is its length. */
static struct str
member(struct arena *a, const struct json *v, struct str path)
{
	struct sb b;
	struct json_writer w;

	while (path.p != NULL && v != NULL) {
		struct str one = str_cut(&path, '.');
		int64_t i = 0;

		if (v->type == J_ARRAY && str_eq_c(one, "count") && path.p == NULL)
			return str_fmt(a, "%zu", v->count);
		if (v->type == J_ARRAY)
			v = str_i64(one, &i) && i >= 0 && (size_t)i < v->count ? &v->items[i] : NULL;
		else
			v = v->type == J_OBJECT ? json_get(v, str_c(a, one)) : NULL;
	}
	if (v == NULL)
		return (struct str){ 0 };
	if (v->type == J_STRING)
		return v->s;
	sb_init(&b, a, 1 << 20);
	json_writer_init(&w, &b);
	json_print(&w, v);
	return sb_str(&b);
}

/* ---- one request ---- */

struct step {
	size_t line;
	struct str method, target, body;
	struct sb headers;
	struct reply reply;
	struct json *json;
	const char *wrong;
};

static void
complain(struct story *s, struct step *x, const char *what)
{
	if (x->wrong == NULL)
		x->wrong = str_dup(&s->mem, str_from_c(what)).p;
}

static bool
is_request(struct str line)
{
	static const char *const methods[] = { "GET ", "POST ", "PATCH ", "PUT ", "DELETE ", "HEAD ", "OPTIONS " };

	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (str_starts(line, str_from_c(methods[i])))
			return true;
	}
	return false;
}

static bool
is_indented(struct str line)
{
	return line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
}

/* The body and the headers of the request, from its own line and the indented ones below. */
static void
read_request(struct story *s, struct step *x)
{
	struct str line = s->lines[s->at], rest = line;
	struct sb body;

	x->line = ++s->at;
	x->method = str_cut(&rest, ' ');
	rest = str_trim(rest);
	x->target = expand(s, str_cut(&rest, ' '));
	sb_init(&body, &s->mem, 1 << 20);
	sb_add_str(&body, rest.p != NULL ? str_trim(rest) : S(""));
	sb_init(&x->headers, &s->mem, 64 * 1024);
	for (; s->at < s->count && is_indented(s->lines[s->at]); s->at++) {
		struct str more = str_trim(s->lines[s->at]);

		if (str_starts(more, S("+ ")))
			sb_addf(&x->headers, STR_FMT "\r\n", STR_ARG(expand(s, str_sub(more, 2, more.n))));
		else
			sb_add_str(&body, more);
	}
	x->body = expand(s, sb_str(&body));
	if (str_starts(x->body, S("@")))
		x->body = str_sub(x->body, 1, x->body.n);
}

static void
check_members(struct story *s, struct step *x, struct str rest)
{
	while (rest.n > 0) {
		struct str one = str_trim(str_cut(&rest, ' ')), path = str_cut(&one, '='), got;

		rest = rest.p != NULL ? str_trim(rest) : (struct str){ 0 };
		if (path.n == 0)
			continue;
		got = member(&s->mem, x->json, path);
		one = expand(s, one);
		if (!str_eq(got, one) && !(got.p == NULL && str_eq_c(one, "absent")))
			complain(s, x, str_fmt(&s->mem, STR_FMT " is \"" STR_FMT "\", not \"" STR_FMT "\"", STR_ARG(path), STR_ARG(got), STR_ARG(one)).p);
	}
}

static void
check_header(struct story *s, struct step *x, struct str wanted)
{
	struct str rest = wanted, name = str_trim(str_cut(&rest, ':')), got = reply_header(&x->reply, str_c(&s->mem, name));

	rest = expand(s, str_trim(rest));
	if (got.p == NULL || str_find(got, rest, 0) < 0)
		complain(s, x, str_fmt(&s->mem, "header " STR_FMT " is \"" STR_FMT "\"", STR_ARG(name), STR_ARG(got)).p);
}

static void
check_detail(struct story *s, struct step *x, struct str line)
{
	struct str rest = str_trim(str_sub(line, str_starts(line, S("!~")) ? 2 : 1, line.n));

	if (line.p[0] == '<') {
		check_header(s, x, rest);
	} else if (line.p[0] == '~') {
		if (str_find(x->reply.body, expand(s, rest), 0) < 0)
			complain(s, x, str_fmt(&s->mem, "the body lacks \"" STR_FMT "\"", STR_ARG(rest)).p);
	} else if (str_starts(line, S("!~"))) {
		if (str_find(x->reply.body, expand(s, rest), 0) >= 0)
			complain(s, x, str_fmt(&s->mem, "the body holds \"" STR_FMT "\"", STR_ARG(rest)).p);
	} else if (line.p[0] == '>') {
		struct str path = str_cut(&rest, '='), got = member(&s->mem, x->json, path);

		if (got.p == NULL || rest.n == 0)
			complain(s, x, str_fmt(&s->mem, "nothing to keep at " STR_FMT, STR_ARG(path)).p);
		else
			keep(s, str_c(&s->mem, rest), got);
	} else {
		complain(s, x, "a line of the expectation begins with <, ~, !~ or >");
	}
}

static void
check_reply(struct story *s, struct step *x)
{
	struct str line = s->at < s->count ? s->lines[s->at] : (struct str){ 0 }, rest, why;
	int64_t status = 0;

	if (!str_starts(line, S("= "))) {
		complain(s, x, "no expectation (= STATUS) follows");
		return;
	}
	s->at++;
	rest = str_sub(line, 2, line.n);
	if (!str_i64(str_cut(&rest, ' '), &status) || status != x->reply.status)
		complain(s, x, str_fmt(&s->mem, "status is %d, not " LLD, x->reply.status, LL(status)).p);
	check_members(s, x, rest);
	for (; s->at < s->count && is_indented(s->lines[s->at]); s->at++)
		check_detail(s, x, str_trim(s->lines[s->at]));
	if (!contract_check(s->contract, &s->mem, x->method, x->target, &x->reply, &why))
		complain(s, x, str_fmt(&s->mem, "contract: " STR_FMT, STR_ARG(why)).p);
}

static void
request(struct story *s)
{
	struct step x = { 0 };
	struct err e = { 0 };

	read_request(s, &x);
	x.reply = fixture_send(&s->f, &s->mem, s->as, x.method, x.target, sb_str(&x.headers), x.body);
	if (str_find(reply_header(&x.reply, "Content-Type"), S("json"), 0) >= 0 &&
		json_parse(&s->mem, x.reply.body, 32 << 20, &x.json, &e) != RC_OK)
		complain(s, &x, e.text);
	fixture_adopt(&s->f, s->as, &x.reply);
	check_reply(s, &x);
	if (s->until != 0 && x.line != s->until && x.wrong == NULL)
		return;
	ok(x.wrong == NULL, "%s:%zu " STR_FMT " " STR_FMT, s->file, x.line, STR_ARG(x.method), STR_ARG(x.target));
	if (x.wrong != NULL || s->until == x.line) {
		printf("# %s:%zu: %s\n", s->file, x.line, x.wrong != NULL ? x.wrong : "as expected");
		printf("# reply: %d " STR_FMT "\n", x.reply.status, (int)utf8_cut(x.reply.body.p != NULL ? x.reply.body.p : "",
			x.reply.body.n < 1500 ? x.reply.body.n : 1500), x.reply.body.p != NULL ? x.reply.body.p : "");
	}
}

/* ---- other lines ---- */

static bool
move_clock(struct story *s, struct str amount)
{
	int64_t n = 0, unit = 0;

	if (amount.n < 3 || amount.p[0] != '+' || !str_i64(str_sub(amount, 1, amount.n - 2), &n))
		return false;
	switch (amount.p[amount.n - 1]) {
	case 'd':
		unit = DAY_MS;
		break;
	case 'h':
		unit = 3600000;
		break;
	case 'm':
		unit = 60000;
		break;
	case 's':
		unit = 1000;
		break;
	default:
		return false;
	}
	s->f.ahead_ms += n * unit;
	/* Sessions may have ended meanwhile. */
	for (size_t i = 0; i < s->f.account_count; i++)
		s->f.accounts[i].cookie = (struct str){ 0 };
	if (s->as != NULL)
		s->as = fixture_account(&s->f, s->as->name);
	return true;
}

/* A stream is judged by its head; it would not end by itself. */
static bool
stream(struct story *s, struct str rest)
{
	struct str target = expand(s, rest), why = { 0 };
	struct sse *e = calloc(1, sizeof(*e));
	struct reply r = { 0 };
	bool fine;

	ASSERT(e != NULL);
	fine = sse_open(e, s->f.serve, &s->mem, target,
		s->as != NULL ? str_fmt(&s->mem, "Cookie: " STR_FMT "\r\n", STR_ARG(s->as->cookie)) : S(""), &r);
	fine = fine && contract_check(s->contract, &s->mem, S("GET"), target, &r, &why);
	ok(fine, "%s:%zu stream " STR_FMT, s->file, s->at, STR_ARG(target));
	if (!fine)
		printf("# %d " STR_FMT " " STR_FMT "\n", r.status, STR_ARG(why), STR_ARG(str_sub(r.body, 0, 400)));
	sse_close(e);
	free(e);
	return true;
}

static bool
totp(struct story *s, struct str rest)
{
	struct str name = str_cut(&rest, ' '), secret = str_cut(&rest, ' '), key = { 0 };
	uint64_t step = (uint64_t)(clock_now(&s->f.clock) / 30000) + (str_eq_c(rest, "next") ? 1 : 0);

	if (!base32_decode(&s->mem, expand(s, secret), &key))
		return false;
	keep(s, str_c(&s->mem, name), str_fmt(&s->mem, "%06u", (unsigned)totp_code(key, step, 6)));
	return true;
}

static bool
upload(struct story *s, struct str rest)
{
	struct str name = str_cut(&rest, ' '), dir = str_from_c(s->file);
	FILE *f;
	char *bytes = arena_alloc(&s->mem, 16 << 20, 1, 1);
	size_t n;

	while (dir.n > 0 && dir.p[dir.n - 1] != '/')
		dir.n--;
	f = fopen(str_fmt(&s->mem, STR_FMT STR_FMT, STR_ARG(dir), STR_ARG(str_trim(rest))).p, "rb");
	if (f == NULL)
		return false;
	n = fread(bytes, 1, 16 << 20, f);
	fclose(f);
	keep(s, str_c(&s->mem, name), (struct str){ bytes, n });
	return true;
}

static void
other(struct story *s)
{
	struct str line = str_trim(s->lines[s->at]), rest = line, word = str_cut(&rest, ' ');
	struct err e = { .lang = LANG_EN };
	int64_t pause = 0;
	bool fine = true;

	rest = rest.p != NULL ? str_trim(rest) : (struct str){ 0 };
	s->at++;
	if (line.n == 0 || line.p[0] == '#')
		return;
	if (str_eq_c(word, "as") && str_eq_c(rest, "anyone"))
		s->as = NULL;
	else if (str_eq_c(word, "as"))
		fine = (s->as = fixture_account(&s->f, rest)) != NULL;
	else if (str_eq_c(word, "drain"))
		fine = fixture_drain(&s->f, &e) == RC_OK;
	else if (str_eq_c(word, "clock"))
		fine = move_clock(s, rest);
	else if (str_eq_c(word, "stream"))
		fine = stream(s, rest);
	else if (str_eq_c(word, "pause"))
		fine = str_i64(rest, &pause) && pause <= 5000 && usleep((useconds_t)pause * 1000) == 0;
	else if (str_eq_c(word, "totp"))
		fine = totp(s, rest);
	else if (str_eq_c(word, "upload"))
		fine = upload(s, rest);
	else
		fine = false;
	if (!fine)
		ok(false, "%s:%zu " STR_FMT " %s", s->file, s->at, STR_ARG(line), e.text);
}

/* ---- files ---- */

static bool
read_story(struct story *s)
{
	FILE *f = fopen(s->file, "rb");
	char *bytes = arena_alloc(&s->mem, STORY_MAX, 1, 1);
	struct str rest;

	if (f == NULL)
		return false;
	rest = (struct str){ bytes, fread(bytes, 1, STORY_MAX, f) };
	fclose(f);
	while (rest.p != NULL && s->count < LINES_MAX) {
		struct str line = str_cut(&rest, '\n');

		while (line.n > 0 && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == ' '))
			line.n--;
		s->lines[s->count++] = line;
	}
	return true;
}

static void
first_captures(struct story *s)
{
	struct arena *a = &s->mem;

	keep(s, "org_alpha", str_fmt(a, LLD, LL(s->f.org[0])));
	keep(s, "org_beta", str_fmt(a, LLD, LL(s->f.org[1])));
	keep(s, "person_alpha", str_fmt(a, LLD, LL(s->f.person[0])));
	keep(s, "person_beta", str_fmt(a, LLD, LL(s->f.person[1])));
	keep(s, "town", str_fmt(a, LLD, LL(s->f.town)));
	keep(s, "village", str_fmt(a, LLD, LL(s->f.village)));
	keep(s, "today", date_print(a, date_of_ms(clock_now(&s->f.clock))));
	keep(s, "now_ms", str_fmt(a, LLD, LL(clock_now(&s->f.clock))));
	for (size_t i = 0; i < s->f.account_count; i++) {
		struct sb b;

		sb_init(&b, a, 100);
		sb_add(&b, "user_");
		for (size_t n = 0; n < s->f.accounts[i].name.n; n++)
			sb_add_c(&b, s->f.accounts[i].name.p[n] == '@' ? '_' : s->f.accounts[i].name.p[n]);
		keep(s, sb_str(&b).p, str_fmt(a, LLD, LL(s->f.accounts[i].user_id)));
		keep(s, str_fmt(a, "login_" STR_FMT, STR_ARG(str_sub(sb_str(&b), 5, 100))).p, s->f.accounts[i].login);
	}
}

static void
run_story(const char *file, size_t until, enum db_engine engine, struct contract *contract)
{
	struct story *s = calloc(1, sizeof(*s));
	const char *why = NULL;

	ASSERT(s != NULL);
	arena_init(&s->mem, 512 << 20);
	s->file = file;
	s->until = until;
	s->contract = contract;
	if (!read_story(s)) {
		ok(false, "%s cannot be read", file);
	} else if (!fixture_open(&s->f, engine, &why)) {
		ok(false, "%s: the program does not start on %s: %s", file, testdb_name(engine), why);
	} else {
		first_captures(s);
		while (s->at < s->count && (until == 0 || s->at < until)) {
			if (is_request(s->lines[s->at]))
				request(s);
			else
				other(s);
		}
		fixture_close(&s->f);
	}
	arena_done(&s->mem);
	free(s);
}

/* The document of the running program, kept for all stories of an engine. */
static struct contract *
load_contract(struct arena *a, enum db_engine engine, const char **why)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct contract *k = NULL;
	struct str text = { 0 };

	ASSERT(f != NULL);
	if (fixture_open(f, engine, why)) {
		struct reply r = client_send(f->serve, a, S("GET"), S("/api/v1/openapi.json"), S(""), S(""));

		k = contract_load(a, r.body, &text);
		*why = text.p;
		fixture_close(f);
	}
	free(f);
	return k;
}

static void
walk(struct contract *k, enum db_engine engine)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *why = "?";
	size_t requests = 0;

	ASSERT(f != NULL);
	if (fixture_open(f, engine, &why)) {
		bool good = walk_records(f, k, &requests);

		ok(good, "%s: a walk over every record route, %zu requests", testdb_name(engine), requests);
		fixture_close(f);
	} else {
		ok(false, "walk: %s", why);
	}
	free(f);
}

/* Operations no story can reach, each with its reason. */
static const char *const excused[] = {
	/* Needs an order whose job failed for good; src/mod/trace/flow_test.c breaks one. */
	"POST /api/v1/code-batches/{id}/retry",
	/* Making the label sheet marks its codes printed; by hand it is left only after a sheet failed. */
	"POST /api/v1/trace-codes/{id}/print",
};

static void
report_missing(const struct contract *k, struct arena *a, const char *engine)
{
	size_t missing = 0;

	for (size_t i = 0;; i++) {
		struct str one = contract_missing(k, a, i);
		bool fine = false;

		if (one.p == NULL)
			break;
		for (size_t n = 0; n < ARRAY_LEN(excused); n++)
			fine |= str_eq_c(one, excused[n]);
		missing += !fine;
		if (!fine)
			ok(false, "%s: never answered with success: " STR_FMT, engine, STR_ARG(one));
	}
	ok(missing == 0, "%s: each of %zu declared operations was exercised", engine, contract_operations(k));
}

static void
run_engine(const char *root, const char *only, size_t until, enum db_engine engine)
{
	ARENA mem = { 0 };
	const char *why = NULL;
	struct contract *k;
	glob_t files = { 0 };

	arena_init(&mem, 256 << 20);
	printf("# %s\n", testdb_name(engine));
	if (engine == DB_PG && (getenv("PGTEST_URL") == NULL || getenv("PGTEST_URL")[0] == 0)) {
		printf("ok %d - PostgreSQL # SKIP PGTEST_URL is not set\n", ++tap_count);
		return;
	}
	k = load_contract(&mem, engine, &why);
	if (k == NULL) {
		ok(false, "%s: no contract: %s", testdb_name(engine), why != NULL ? why : "?");
		return;
	}
	if (only != NULL) {
		run_story(only, until, engine, k);
		return;
	}
	(void)glob(str_fmt(&mem, "%s/src/core/*.t", root).p, 0, NULL, &files);
	(void)glob(str_fmt(&mem, "%s/src/mod/*/*.t", root).p, GLOB_APPEND, NULL, &files);
	for (size_t i = 0; i < files.gl_pathc; i++)
		run_story(files.gl_pathv[i], 0, engine, k);
	globfree(&files);
	walk(k, engine);
	report_missing(k, &mem, testdb_name(engine));
}

int
main(int argc, char **argv)
{
	char *only = argc > 2 ? argv[2] : NULL, *colon = only != NULL ? strrchr(only, ':') : NULL;
	size_t until = 0;

	if (argc < 2) {
		fprintf(stderr, "usage: apirun ROOT [FILE.t[:LINE]]\n");
		return 2;
	}
	if (colon != NULL) {
		until = strtoul(colon + 1, NULL, 10);
		*colon = '\0';
	}
	run_engine(argv[1], only, until, DB_SQLITE);
	run_engine(argv[1], only, until, DB_PG);
	return tap_done();
}

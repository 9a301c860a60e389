/*
 * serve.c - from a complete request to its reply. Every request passes the
 * same gates in the same order: route, session, permission, content type,
 * handler; what fails anywhere becomes a problem document or an error page.
 */
#include "base/base.h"
#include <string.h>
#include <strings.h>
#include "core/auth.h"
#include "core/event.h"
#include "core/job.h"
#include "core/live.h"
#include "core/page.h"
#include "core/problem.h"
#include "core/rest.h"
#include "core/serve_priv.h"
#include "net/assets.h"

enum { WORKERS_DEFAULT = 32, IO_THREADS_DEFAULT = 2, JOB_THREADS_DEFAULT = 2, SESSION_WAIT_MS = 5000, STOP_GRACE_MS = 8000 };

const char *
serve_temp_dir(const struct app *app)
{
	return app->serve != NULL && app->serve->options.temp_dir != NULL ? app->serve->options.temp_dir : "/tmp";
}

/* "en-GB,en;q=0.9,zh;q=0.5": the first of the two languages named decides. */
static enum lang
accepted_lang(struct str header)
{
	while (header.p != NULL) {
		struct str one = str_trim(str_cut(&header, ','));

		if (one.n >= 2 && strncasecmp(one.p, "zh", 2) == 0)
			return LANG_ZH;
		if (one.n >= 2 && strncasecmp(one.p, "en", 2) == 0)
			return LANG_EN;
	}
	return LANG_ZH;
}

enum lang
serve_lang(const struct http_request *q)
{
	const struct str said[] = { http_param(q, "lang"), http_cookie(q, "lang") };

	for (size_t i = 0; i < ARRAY_LEN(said); i++) {
		if (str_eq_c(said[i], "zh"))
			return LANG_ZH;
		if (str_eq_c(said[i], "en"))
			return LANG_EN;
	}
	return accepted_lang(http_header(q, "accept-language"));
}

static bool
is_unsafe(enum http_method m)
{
	return m != HTTP_GET && m != HTTP_HEAD && m != HTTP_OPTIONS;
}

static void
on_head(void *self, struct http_request *q, struct http_plan *plan)
{
	struct serve *s = self;
	struct route_match m;

	/* A small body is let through to addresses that do not exist, so that the answer is 404 or 405 and not 413. */
	*plan = (struct http_plan){ .run = HTTP_FAST, .body_max = ROUTE_BODY_MAX };
	if (!route_find(s->routes, http_method_of(q), http_path(q), &m) || m.entry == NULL)
		return;
	/* On PostgreSQL even a quick read waits for the network. */
	if ((m.entry->flags & ROUTE_FAST) == 0 || db_pool_engine(s->app->pool) != DB_SQLITE)
		plan->run = HTTP_WORKER;
	plan->to_file = (m.entry->flags & ROUTE_BODY_FILE) != 0;
	plan->body_max = 0;
	if (is_unsafe(m.entry->method))
		plan->body_max = m.entry->body_max > 0 ? m.entry->body_max : ROUTE_BODY_MAX;
}

static enum rc
take_session(struct serve *s, int worker, struct ctx *c)
{
	int slot = worker >= 0 ? worker : s->worker_count + (-1 - worker);

	if (slot >= s->worker_count + s->io_count)
		return fail(&c->err, RC_INTERNAL, NULL, "线程编号越界", "thread number out of range");
	if (s->sessions[slot] == NULL) {
		enum rc rc = db_take(s->app->pool, SESSION_WAIT_MS, &s->sessions[slot], &c->err);

		if (rc != RC_OK)
			return rc;
	}
	c->db = s->sessions[slot];
	return RC_OK;
}

/* Someone who must change the password may do that and log out, nothing else. */
static bool
is_before_change(const struct route_entry *r)
{
	return strncmp(r->path, "/api/v1/session", 15) == 0 && (r->path[15] == '\0' || r->path[15] == '/');
}

/*
 * Who shows a credential to a public route of the API is known to it (a private
 * file is shown to its owner); a bad one counts as none. Pages and fast routes never ask.
 */
static void
identify(struct ctx *c, struct http_request *q, const struct route_entry *r, struct actor *actor)
{
	bool shown = http_header(q, "authorization").p != NULL || session_cookie_token(q).p != NULL;

	if (!shown || (r->flags & (ROUTE_FAST | ROUTE_HTML | ROUTE_NO_CSRF)) != 0 || is_unsafe(r->method))
		return;
	if (auth_actor(c, q, false, actor) == RC_OK && !actor->must_change)
		c->actor = actor;
	else
		*actor = actor_nobody;
	c->err = (struct err){ .lang = c->lang };
}

static enum rc
check_access(struct ctx *c, struct http_request *q, const struct route_entry *r, struct actor *actor)
{
	enum rc rc;

	if (r->flags & ROUTE_PUBLIC) {
		identify(c, q, r, actor);
		return RC_OK;
	}
	rc = auth_actor(c, q, is_unsafe(r->method) && (r->flags & ROUTE_NO_CSRF) == 0, actor);
	if (rc != RC_OK)
		return rc;
	c->actor = actor;
	if (actor->kind == ACTOR_NOBODY)
		return fail(&c->err, RC_UNAUTHENTICATED, NULL, "请先登录", "please log in");
	if (actor->user_id != 0)
		http_log_add(q, "actor", str_fmt(c->mem, LLD, LL(actor->user_id)));
	if (actor->must_change && !is_before_change(r))
		return fail_code(&c->err, RC_DENIED, "must-change", NULL, "请先修改初始密码", "change your first password before anything else");
	if ((r->flags & ROUTE_ANY) == 0 && !actor_may(actor, r->may))
		return fail(&c->err, RC_DENIED, NULL, "没有权限", "not allowed");
	return RC_OK;
}

static bool
is_json(struct str type)
{
	struct str name = str_trim(str_cut(&type, ';'));

	return name.n == 16 && strncasecmp(name.p, "application/json", 16) == 0;
}

/* A body must say that it is JSON: a form of another site cannot. Forms of public pages act for nobody in particular. */
static bool
has_wrong_type(const struct http_request *q, const struct route_entry *r)
{
	const unsigned form = ROUTE_PUBLIC | ROUTE_HTML;

	if ((r->flags & form) == form)
		return false;
	if (!is_unsafe(r->method) || (r->flags & (ROUTE_BODY_FILE | ROUTE_HTML)) || http_body(q).n == 0)
		return false;
	return !is_json(http_header(q, "content-type"));
}

/* A page asked for with ?lang= is remembered, so that the links on it need not carry the language. */
static void
keep_lang(const struct ctx *c, struct http_request *q, const struct route_entry *r)
{
	struct str said = http_param(q, "lang");

	if ((r->flags & ROUTE_HTML) && (str_eq_c(said, "zh") || str_eq_c(said, "en")) && !str_eq(said, http_cookie(q, "lang")))
		http_set_header(q, "Set-Cookie", str_fmt(c->mem, "lang=" STR_FMT "; Path=/; Max-Age=31536000; SameSite=Lax%s",
			STR_ARG(said), http_is_tls(q) ? "; Secure" : ""));
}

static void
run_route(struct serve *s, struct ctx *c, struct http_request *q, const struct route_entry *r, int worker)
{
	struct actor actor = actor_nobody;
	enum rc rc = take_session(s, worker, c);

	atomic_fetch_add_explicit(&s->exercised[r->index], 1, memory_order_relaxed);
	http_log_add(q, "route", str_from_c(r->path));
	keep_lang(c, q, r);
	if (rc == RC_OK)
		rc = check_access(c, q, r, &actor);
	if (rc == RC_OK && has_wrong_type(q, r)) {
		problem_reply_status(c, q, (r->flags & ROUTE_HTML) != 0, 415, (struct str){ 0 });
		return;
	}
	if (rc == RC_OK)
		rc = r->kind == RK_MODULE ? r->route->run(c, q) : rest_handle(c, q, r);
	if (rc == RC_OK && c->mem->over_limit)
		LOG(s->app->log, LOG_WARN, "memory", { "request", c->request_id }, { "route", str_from_c(r->path) });
	if (rc != RC_OK)
		problem_reply(c, q, (r->flags & ROUTE_HTML) != 0);
}

static struct str
allow_header(struct arena *a, unsigned methods)
{
	struct sb b;

	sb_init(&b, a, 100);
	for (int m = 0; m < HTTP_OTHER; m++) {
		if (methods & 1u << m) {
			sb_add(&b, b.n > 0 ? ", " : "");
			sb_add(&b, http_method_name((enum http_method)m));
		}
	}
	if (methods & 1u << HTTP_GET)
		sb_add(&b, ", HEAD");
	return sb_str(&b);
}

static bool
wants_page(const struct http_request *q)
{
	return !str_starts(http_path(q), S("/api/")) && str_find(http_header(q, "accept"), S("text/html"), 0) >= 0;
}

static void
on_request(void *self, struct http_request *q, void *route, int worker)
{
	struct serve *s = self;
	struct route_match m;
	struct ctx c = { .app = s->app, .mem = http_mem(q), .actor = &actor_nobody, .county = s->app->county,
		.now_ms = clock_now(s->app->clock), .lang = serve_lang(q), .request_id = http_request_id(q),
		.client_ip = http_client_ip(q), .match = &m };

	(void)route;
	c.err.lang = c.lang;
	if (!route_find(s->routes, http_method_of(q), http_path(q), &m)) {
		if ((http_method_of(q) == HTTP_GET || http_method_of(q) == HTTP_HEAD) && http_reply_asset(q, http_path(q), NULL))
			return;
		problem_reply_status(&c, q, wants_page(q), 404, (struct str){ 0 });
	} else if (m.entry == NULL) {
		problem_reply_status(&c, q, wants_page(q), 405, allow_header(c.mem, m.allow));
	} else {
		run_route(s, &c, q, m.entry, worker);
	}
}

static struct str
on_error(void *self, struct arena *mem, int status, enum lang lang, struct str request_id)
{
	(void)self;
	return problem_body(mem, status, lang, request_id);
}

static enum rc
build_pages(struct serve *s, struct err *e)
{
	const struct page **all = NEW_ARRAY(&s->mem, const struct page *, 257);
	struct page_set *set = NULL;
	size_t count = 0;
	enum rc rc;

	for (size_t i = 0; s->app->modules[i] != NULL; i++) {
		const struct page *const *pages = s->app->modules[i]->pages;

		for (size_t k = 0; pages != NULL && pages[k] != NULL && count < 256; k++)
			all[count++] = pages[k];
	}
	rc = page_set_build(&set, &s->mem, all, e);
	if (rc == RC_OK)
		s->app->pages = set;
	return rc;
}

static enum rc
build(struct serve *s, struct err *e)
{
	struct app *app = s->app;
	enum rc rc = route_table_build(&s->routes, &s->mem, app, e);

	if (rc == RC_OK)
		rc = build_pages(s, e);
	if (rc != RC_OK)
		return rc;
	s->exercised = NEW_ARRAY(&s->mem, atomic_uint, route_count(s->routes) + 1);
	s->sessions = NEW_ARRAY(&s->mem, struct db *, (size_t)(s->worker_count + s->io_count));
	s->owns_auth = app->auth == NULL;
	if (s->owns_auth)
		app->auth = auth_new(&s->mem, &(struct auth_options){ .rand = app->rand });
	app->live = live_new(&s->mem, app->clock);
	return modules_start(app, &s->mem, e);
}

static enum rc
start_background(struct serve *s, struct err *e)
{
	int threads = s->options.job_threads > 0 ? s->options.job_threads : JOB_THREADS_DEFAULT;
	enum rc rc;

	if (s->options.no_background)
		return RC_OK;
	rc = dispatcher_start(&s->events, s->app, e);
	if (rc != RC_OK)
		return rc;
	s->app->events = s->events;
	return jobs_start(&s->app->jobs, s->app, threads, e);
}

static enum rc
start_http(struct serve *s, struct err *e)
{
	const struct http_options o = {
		.listen = s->options.listen,
		.io_threads = s->io_count,
		.workers = s->worker_count,
		.temp_dir = serve_temp_dir(s->app),
		.clock = s->app->clock,
		.rand = s->app->rand,
		.log = s->app->log,
	};
	const struct http_handlers h = { .self = s, .on_head = on_head, .on_request = on_request, .on_error = on_error };

	return http_server_start(&s->http, &o, &h, e);
}

enum rc
serve_start(struct app *app, const struct serve_options *o, struct serve **out, struct err *e)
{
	struct arena mem;
	struct serve *s;
	enum rc rc;

	arena_init(&mem, 64 << 20);
	s = NEW(&mem, struct serve);
	s->mem = mem;
	s->app = app;
	s->options = *o;
	s->worker_count = o->workers > 0 ? o->workers : WORKERS_DEFAULT;
	s->io_count = o->io_threads > 0 ? o->io_threads : IO_THREADS_DEFAULT;
	s->started_ms = clock_now(app->clock);
	app->serve = s;
	rc = build(s, e);
	if (rc == RC_OK)
		rc = start_background(s, e);
	if (rc == RC_OK)
		rc = start_http(s, e);
	if (rc != RC_OK) {
		serve_stop(s);
		return rc;
	}
	*out = s;
	return RC_OK;
}

int
serve_port(const struct serve *s)
{
	return http_server_port(s->http);
}

int
serve_connect(struct serve *s)
{
	return http_connect_loopback(s->http);
}

void
serve_drain(struct serve *s)
{
	atomic_store(&s->draining, true);
}

void
serve_stop(struct serve *s)
{
	struct arena mem;
	struct app *app;

	if (s == NULL)
		return;
	app = s->app;
	serve_drain(s);
	if (app->live != NULL)
		live_stop(app->live);
	if (s->http != NULL)
		http_server_stop(s->http, STOP_GRACE_MS);
	if (app->jobs != NULL)
		jobs_stop(app->jobs);
	if (s->events != NULL)
		dispatcher_stop(s->events);
	app->events = NULL;
	app->jobs = NULL;
	modules_stop(app);
	for (int i = 0; s->sessions != NULL && i < s->worker_count + s->io_count; i++)
		db_give(&s->sessions[i]);
	if (s->owns_auth)
		app->auth = NULL;
	app->live = NULL;
	app->pages = NULL;
	app->serve = NULL;
	mem = s->mem;
	arena_done(&mem);
}

/* search_routes.c - one box over everything the reader may list; each resource answers with its first rows. */
#include "base/base.h"
#include "base/utf8.h"
#include "core/core_priv.h"
#include "core/keyring.h"
#include "core/record.h"
#include "core/rest.h"

enum { PER_RESOURCE = 8, TYPED_MAX = 200, ANSWER_MAX = 256 * 1024 };

struct hits {
	struct json_writer *w;
	const struct resource *resource;
	const struct field *title, *secondary;
	int count;
};

static struct str
text_of(struct ctx *c, const struct field *f, const void *record)
{
	struct str s;

	if (f == NULL || f->as != M_STR || f->secret)
		return (struct str){ 0 };
	s = *(const struct str *)(const void *)((const char *)record + f->at);
	if (s.p != NULL && f->private && !c->actor->unmask && c->actor->kind != ACTOR_SYSTEM)
		return mask_value(c->mem, f, s);
	return s;
}

static enum rc
hit(struct ctx *c, void *arg, const struct record_head *h, void *record)
{
	struct hits *x = arg;

	json_begin(x->w);
	json_c(x->w, "resource", x->resource->name);
	json_id(x->w, "id", h->id);
	json_str(x->w, "title", text_of(c, x->title, record));
	json_str(x->w, "secondary", text_of(c, x->secondary, record));
	json_end(x->w);
	/* Stops the walk; search_resource() knows that this is no failure. */
	return ++x->count == PER_RESOURCE ? fail_code(&c->err, RC_LIMIT, "enough", NULL, "够了", "enough") : RC_OK;
}

static bool
is_searched(const struct ctx *c, const struct resource *r)
{
	if (r->parent != NULL || r->may[ACT_LIST] == NULL || !actor_may(c->actor, r->may[ACT_LIST]))
		return false;
	for (const struct field *f = r->fields; f->name != NULL; f++) {
		if (f->search)
			return true;
	}
	return false;
}

static enum rc
search_resource(struct ctx *c, const struct resource *r, struct str typed, struct json_writer *w)
{
	struct query *query = NEW(c->mem, struct query);
	struct hits x = { .w = w, .resource = r };
	enum rc rc;

	for (const struct field *f = r->fields; f->name != NULL; f++) {
		if (f->title)
			x.title = f;
		if (f->secondary && x.secondary == NULL)
			x.secondary = f;
	}
	query->search = typed;
	query->limit = PER_RESOURCE;
	query->descending = true;
	rc = query_each(c, r, query, ACT_LIST, hit, &x);
	if (rc == RC_LIMIT && x.count == PER_RESOURCE) {
		c->err = (struct err){ .lang = c->lang };
		rc = RC_OK;
	}
	return rc;
}

static enum rc
search(struct ctx *c, struct http_request *q)
{
	struct str typed = str_trim(http_param(q, "q"));
	ARENA own = { 0 }; /* the walk gives the memory of each row back, and with it what grew meanwhile */
	struct json_writer w;
	struct sb b;
	enum rc rc = RC_OK;

	if (typed.n == 0 || utf8_count(typed) > TYPED_MAX)
		return fail(&c->err, RC_INVALID, "q", "须为 1 到 %d 个字", "must be 1 to %d characters", (int)TYPED_MAX);
	arena_init(&own, 4 * ANSWER_MAX);
	sb_init(&b, &own, ANSWER_MAX);
	json_writer_init(&w, &b);
	json_begin(&w);
	json_key(&w, "items");
	json_list(&w);
	for (size_t i = 0; rc == RC_OK && c->app->resources[i] != NULL; i++) {
		if (is_searched(c, c->app->resources[i]))
			rc = search_resource(c, c->app->resources[i], typed, &w);
	}
	json_list_end(&w);
	json_end(&w);
	if (rc == RC_OK)
		rest_reply(q, 200, sb_str(&b));
	return rc;
}

const struct route search_routes[] = {
	{ HTTP_GET, "/api/v1/search", search, .flags = ROUTE_ANY, .summary = { "全局搜索", "Search everything the reader may list" },
		.query = "q:string!:what to look for, one character or more",
		.reply = "{\"type\":\"object\",\"properties\":{\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
			"\"resource\":{\"type\":\"string\"},\"id\":{\"type\":\"string\"},\"title\":{\"type\":[\"string\",\"null\"]},"
			"\"secondary\":{\"type\":[\"string\",\"null\"]}},\"required\":[\"resource\",\"id\",\"title\",\"secondary\"],"
			"\"additionalProperties\":false}}},\"required\":[\"items\"],\"additionalProperties\":false}" },
	{ 0 },
};

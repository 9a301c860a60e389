/* live_routes.c - the stream route, and what becomes a message: every committed event of a record. */
#include "base/base.h"
#include "core/core_priv.h"
#include "core/live.h"
#include "lib/json/json.h"

/* A dispatcher that catches up after a pause must not replay the past to people who look at now. */
enum { FRESH_MS = 60000 };

static enum rc
live(struct ctx *c, struct http_request *q)
{
	struct str topics = http_param(q, "topics");

	if (topics.n == 0)
		return fail(&c->err, RC_INVALID, "topics", "须给出主题", "topics are required");
	return live_subscribe(c, q, topics);
}

static enum rc
publish(struct ctx *c, const struct event *e)
{
	const struct resource *r = e->resource.n > 0 ? resource_find(c->app, e->resource) : NULL;
	const char *topic;
	struct json_writer w;
	struct sb b;

	if (c->app->live == NULL || r == NULL || r->may[ACT_READ] == NULL || c->now_ms - e->at_ms > FRESH_MS)
		return RC_OK;
	topic = r->group != NULL ? r->group : r->name;
	sb_init(&b, c->mem, 1000);
	json_writer_init(&w, &b);
	json_begin(&w);
	json_str(&w, "event", e->name);
	json_c(&w, "resource", r->name);
	json_id(&w, "id", e->record_id);
	json_int(&w, "at_ms", e->at_ms);
	json_end(&w);
	live_publish(c->app->live, topic, r->may[ACT_READ], e, sb_str(&b));
	return RC_OK;
}

const struct listener live_listeners[] = { { "*", "core.live", publish }, { 0 } };

const struct route live_routes[] = {
	{ HTTP_GET, "/api/v1/live", live, .flags = ROUTE_ANY | ROUTE_STREAM,
		.summary = { "实时消息流", "Server-sent events of the reader's scope; resumes with Last-Event-ID" },
		.query = "topics:string!:comma separated: jobs, notices, or a menu group such as trace", .reply = "text/event-stream" },
	{ 0 },
};

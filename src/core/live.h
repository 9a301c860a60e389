/*
 * live.h - server-sent events. Streams subscribe to topics; each message passes
 * the subscriber's scope. The last 1000 messages per topic are kept, so that
 * Last-Event-ID resumes; an older id gets "reset" and the client reloads.
 */
#ifndef CORE_LIVE_H
#define CORE_LIVE_H
#include "core/ctx.h"
#include "core/event.h"
#include "net/http.h"

struct live *live_new(struct arena *a, const struct clock *clock);
void live_stop(struct live *l);
/* Publishes after commit; place as in struct event; permission NULL: public topic. Thread-safe. */
void live_publish(struct live *l, const char *topic, const char *permission, const struct event *place, struct str json);
/* Turns the request into a stream of the topics (comma separated); scope of c->actor is copied and
 * re-read when its session ends or its grants change (the stream is cut then). */
enum rc live_subscribe(struct ctx *c, struct http_request *q, struct str topics) MUST_USE;
/* Cuts the streams of an account at once (log-out everywhere, grants changed). */
void live_cut(struct live *l, int64_t user_id);
#endif

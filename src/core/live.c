/*
 * live.c - topics in memory. A message keeps who may see it, a stream keeps
 * who is looking; they meet under one lock. A message and a stream each live in
 * an arena of their own, because they end at different times.
 *
 * Ids are BOOT-SEQUENCE: a client that comes back after a restart, or after more
 * messages than are kept, is told "reset" and loads afresh.
 */
#include "base/base.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include "core/live.h"
#include "core/record.h"

enum { KEEP = 1000, TOPICS_MAX = 64, TOPICS_PER_STREAM = 16, TOPIC_NAME_MAX = 32, STREAMS_MAX = 2000, STREAM_MS = 15 * 60000 };

struct message {
	struct arena mem;
	int64_t seq;
	char permission[64]; /* "" public */
	bool is_public;
	struct record_head place;
	int64_t actor_id;
	struct str json;
};

struct topic {
	char name[TOPIC_NAME_MAX + 1];
	struct message *ring[KEEP];
	size_t first, count;
	int64_t dropped; /* highest sequence no longer kept */
};

struct stream {
	struct arena mem;
	struct stream *next;
	struct live *live;
	struct http_sse *sse;
	struct actor actor;
	int64_t opened_ms;
	uint64_t topics; /* bit per topic */
	bool closing;
};

struct live {
	pthread_mutex_t lock;
	struct arena *mem;
	const struct clock *clock;
	int64_t boot, seq;
	struct topic *topics[TOPICS_MAX];
	size_t topic_count, stream_count;
	struct stream *streams;
	bool stopping;
};

static void
message_free(struct message *m)
{
	struct arena mem;

	if (m == NULL)
		return;
	mem = m->mem;
	arena_done(&mem);
}

static void
live_done(void *arg)
{
	struct live *l = arg;

	for (size_t i = 0; i < l->topic_count; i++) {
		struct topic *t = l->topics[i];

		for (size_t k = 0; k < t->count; k++)
			message_free(t->ring[(t->first + k) % KEEP]);
		t->count = 0;
	}
	pthread_mutex_destroy(&l->lock);
}

struct live *
live_new(struct arena *a, const struct clock *clock)
{
	struct live *l = NEW(a, struct live);

	pthread_mutex_init(&l->lock, NULL);
	l->mem = a;
	l->clock = clock;
	l->boot = clock_now(clock);
	arena_on_done(a, live_done, l);
	return l;
}

/* Both callers hold the lock. NULL when there are too many. */
static struct topic *
topic_find(struct live *l, struct str name, bool add, size_t *index)
{
	struct topic *t;

	for (size_t i = 0; i < l->topic_count; i++) {
		if (str_eq_c(name, l->topics[i]->name)) {
			*index = i;
			return l->topics[i];
		}
	}
	if (!add || l->topic_count == TOPICS_MAX || name.n == 0 || name.n > TOPIC_NAME_MAX)
		return NULL;
	t = NEW(l->mem, struct topic);
	memcpy(t->name, name.p, name.n);
	*index = l->topic_count;
	l->topics[l->topic_count++] = t;
	return t;
}

/* Jobs and notices also reach the account they belong to. */
static bool
is_personal(const struct topic *t)
{
	return strcmp(t->name, "jobs") == 0 || strcmp(t->name, "notices") == 0;
}

static bool
may_see(const struct stream *s, const struct topic *t, const struct message *m)
{
	if (m->is_public)
		return true;
	if (is_personal(t) && m->actor_id != 0 && m->actor_id == s->actor.user_id)
		return true;
	return m->permission[0] != '\0' && scope_covers(&s->actor, m->permission, &m->place);
}

static void
send(struct live *l, struct stream *s, const struct topic *t, const struct message *m)
{
	char id[48];

	snprintf(id, sizeof(id), LLD "-" LLD, LL(l->boot), LL(m->seq));
	if (!http_sse_send(s->sse, str_from_c(t->name), str_from_c(id), m->json))
		s->closing = true;
}

static void
keep(struct topic *t, struct message *m)
{
	if (t->count == KEEP) {
		t->dropped = t->ring[t->first]->seq;
		message_free(t->ring[t->first]);
		t->first = (t->first + 1) % KEEP;
		t->count--;
	}
	t->ring[(t->first + t->count++) % KEEP] = m;
}

static struct message *
message_new(const char *permission, const struct event *place, struct str json)
{
	struct arena mem;
	struct message *m;

	arena_init(&mem, 1 << 20);
	m = NEW(&mem, struct message);
	m->json = str_dup(&mem, json);
	m->is_public = permission == NULL;
	snprintf(m->permission, sizeof(m->permission), "%s", permission != NULL ? permission : "");
	if (place != NULL) {
		m->place = (struct record_head){ .county = place->county, .id = place->record_id, .division = place->division,
			.org_id = place->org_id, .person_id = place->person_id };
		m->actor_id = place->actor_id;
	}
	m->mem = mem;
	return m;
}

void
live_publish(struct live *l, const char *topic, const char *permission, const struct event *place, struct str json)
{
	struct message *m;
	struct topic *t;
	size_t index = 0;

	if (l == NULL)
		return;
	m = message_new(permission, place, json);
	pthread_mutex_lock(&l->lock);
	t = l->stopping ? NULL : topic_find(l, str_from_c(topic), true, &index);
	if (t == NULL) {
		pthread_mutex_unlock(&l->lock);
		message_free(m);
		return;
	}
	m->seq = ++l->seq;
	for (struct stream *s = l->streams; s != NULL; s = s->next) {
		if (!s->closing && (s->topics & (uint64_t)1 << index) != 0 && may_see(s, t, m))
			send(l, s, t, m);
		/* Ends now and then, so that a session which ran out does not keep listening. */
		if (!s->closing && clock_mono(l->clock) - s->opened_ms > STREAM_MS) {
			s->closing = true;
			http_sse_close(s->sse);
		}
	}
	keep(t, m);
	pthread_mutex_unlock(&l->lock);
}

/* The client left: the server calls this once per stream, from a thread of its own. */
static void
gone(void *arg)
{
	struct stream *s = arg;
	struct live *l = s->live;
	struct arena mem;

	pthread_mutex_lock(&l->lock);
	for (struct stream **at = &l->streams; *at != NULL; at = &(*at)->next) {
		if (*at == s) {
			*at = s->next;
			l->stream_count--;
			break;
		}
	}
	pthread_mutex_unlock(&l->lock);
	mem = s->mem;
	arena_done(&mem);
}

static enum rc
parse_topics(struct ctx *c, struct live *l, struct str topics, uint64_t *mask)
{
	size_t count = 0;

	while (topics.p != NULL) {
		struct str name = str_trim(str_cut(&topics, ','));
		size_t index = 0;
		bool good = name.n > 0 && name.n <= TOPIC_NAME_MAX && ++count <= TOPICS_PER_STREAM;

		for (size_t i = 0; i < name.n && good; i++)
			good = (name.p[i] >= 'a' && name.p[i] <= 'z') || name.p[i] == '-';
		if (!good || topic_find(l, name, true, &index) == NULL)
			return fail(&c->err, RC_INVALID, "topics", "主题名称无效", "not a topic");
		*mask |= (uint64_t)1 << index;
	}
	return RC_OK;
}

/* Copies what the scope test needs; the request's memory ends with the request. */
static struct actor
copy_actor(struct arena *a, const struct actor *from)
{
	struct actor to = *from;
	struct grant *grants = NEW_ARRAY(a, struct grant, from->grant_count + 1);

	for (size_t i = 0; i < from->grant_count; i++) {
		const char **names;
		size_t n = 0;

		grants[i] = from->grants[i];
		while (grants[i].permissions != NULL && grants[i].permissions[n] != NULL)
			n++;
		names = NEW_ARRAY(a, const char *, n + 1);
		for (size_t k = 0; k < n; k++)
			names[k] = str_c(a, str_from_c(grants[i].permissions[k]));
		grants[i].permissions = names;
	}
	to.grants = grants;
	to.name = str_dup(a, from->name);
	return to;
}

/* What was missed since the id, oldest first over all topics; "reset" when that is no longer known. */
static void
resume(struct live *l, struct stream *s, struct str last_id)
{
	struct str rest = last_id, boot_text = str_cut(&rest, '-');
	int64_t boot = 0, seq = 0;

	if (last_id.n == 0)
		return;
	if (!str_i64(boot_text, &boot) || !str_i64(rest, &seq) || boot != l->boot || seq > l->seq)
		seq = -1;
	for (size_t i = 0; i < l->topic_count && seq >= 0; i++) {
		if ((s->topics & (uint64_t)1 << i) != 0 && l->topics[i]->dropped > seq)
			seq = -1;
	}
	if (seq < 0) {
		char id[48];

		snprintf(id, sizeof(id), LLD "-" LLD, LL(l->boot), LL(l->seq));
		if (!http_sse_send(s->sse, S("reset"), str_from_c(id), S("{}")))
			s->closing = true;
		return;
	}
	while (!s->closing) {
		const struct message *next = NULL;
		const struct topic *of = NULL;

		for (size_t i = 0; i < l->topic_count; i++) {
			const struct topic *t = l->topics[i];

			if ((s->topics & (uint64_t)1 << i) == 0)
				continue;
			for (size_t k = 0; k < t->count; k++) {
				const struct message *m = t->ring[(t->first + k) % KEEP];

				if (m->seq > seq && (next == NULL || m->seq < next->seq)) {
					next = m;
					of = t;
					break;
				}
			}
		}
		if (next == NULL)
			return;
		seq = next->seq;
		if (may_see(s, of, next))
			send(l, s, of, next);
	}
}

enum rc
live_subscribe(struct ctx *c, struct http_request *q, struct str topics)
{
	struct live *l = c->app->live;
	struct str last_id = http_header(q, "last-event-id");
	struct arena mem;
	struct stream *s;
	uint64_t mask = 0;
	enum rc rc;

	if (l == NULL)
		return fail(&c->err, RC_UNAVAILABLE, NULL, "未启动实时推送", "live streams are not running");
	pthread_mutex_lock(&l->lock);
	rc = parse_topics(c, l, topics, &mask);
	if (rc == RC_OK && (l->stopping || l->stream_count >= STREAMS_MAX))
		rc = fail(&c->err, RC_UNAVAILABLE, NULL, "实时连接过多", "too many live streams");
	if (rc != RC_OK) {
		pthread_mutex_unlock(&l->lock);
		return rc;
	}
	arena_init(&mem, 4 << 20);
	s = NEW(&mem, struct stream);
	s->live = l;
	s->topics = mask;
	s->opened_ms = clock_mono(l->clock);
	s->actor = copy_actor(&mem, c->actor);
	s->mem = mem;
	s->sse = http_sse_begin(q, gone, s);
	if (s->sse == NULL) {
		pthread_mutex_unlock(&l->lock);
		arena_done(&mem);
		return fail(&c->err, RC_UNAVAILABLE, NULL, "实时连接过多", "too many live streams");
	}
	s->next = l->streams;
	l->streams = s;
	l->stream_count++;
	resume(l, s, last_id);
	pthread_mutex_unlock(&l->lock);
	return RC_OK;
}

void
live_cut(struct live *l, int64_t user_id)
{
	if (l == NULL)
		return;
	pthread_mutex_lock(&l->lock);
	for (struct stream *s = l->streams; s != NULL; s = s->next) {
		if (!s->closing && (user_id == 0 || s->actor.user_id == user_id)) {
			s->closing = true;
			http_sse_close(s->sse);
		}
	}
	pthread_mutex_unlock(&l->lock);
}

void
live_stop(struct live *l)
{
	pthread_mutex_lock(&l->lock);
	l->stopping = true;
	pthread_mutex_unlock(&l->lock);
	live_cut(l, 0);
}

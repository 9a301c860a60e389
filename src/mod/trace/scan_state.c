/* scan_state.c - see scan_state.h. Writing the scans is in scan_write.c. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/base.h"
#include "base/hash.h"
#include "core/keyring.h"
#include "mod/trace/scan_write.h"
#include "mod/trace/trace.h"

enum { SLOTS = 2048, STRIPES = 64, NAMES_MS = 60000, FLUSH_MS = 250 };

struct slot {
	struct arena mem; /* holds the two runs */
	struct lot_html html;
	int64_t lot_id, made_ms;
	uint64_t stamp, generation;
};

/* Two of these: one fills while the other is being written. */
struct scan_buffer {
	struct scan_note notes[SCAN_QUEUE];
	uint32_t heads[SCAN_HASH], next[SCAN_QUEUE]; /* chains by code, 1-based */
	size_t count;
};

struct trace_state {
	struct arena mem;
	const struct app *app;
	struct sip_key key;
	struct slot slots[SLOTS];
	pthread_mutex_t stripes[STRIPES];
	uint64_t generation;
	/* scans */
	pthread_mutex_t lock, writer;
	pthread_cond_t wake;
	pthread_t thread;
	bool running, stopping;
	struct scan_buffer buffers[2];
	int filling;
	int64_t lost;
};

struct trace_state *
trace_state_of(const struct app *app)
{
	return module_state(app, &module_trace);
}

/* ---- rendered lots ---- */

/* Head, banner and body in one piece: the only copy of a page that a request makes. */
static struct str
joined(struct arena *a, const struct lot_html *html, struct str banner)
{
	size_t n = html->head.n + banner.n + html->body.n;
	char *p = NEW_ARRAY(a, char, n + 1);

	memcpy(p, html->head.p, html->head.n);
	memcpy(p + html->head.n, banner.p, banner.n);
	memcpy(p + html->head.n + banner.n, html->body.p, html->body.n);
	return (struct str){ p, n };
}

static bool
slot_fits(const struct trace_state *s, const struct slot *x, int64_t lot_id, uint64_t stamp, int64_t mono_ms)
{
	return x->lot_id == lot_id && x->stamp == stamp
		&& x->generation == __atomic_load_n(&s->generation, __ATOMIC_ACQUIRE) && mono_ms - x->made_ms < NAMES_MS;
}

/* Keeps what was just rendered for the next readers. */
static void
slot_fill(struct trace_state *s, size_t at, const struct slot *with, const struct lot_html *html)
{
	struct slot *x = &s->slots[at % SLOTS];
	pthread_mutex_t *m = &s->stripes[at % STRIPES];

	(void)pthread_mutex_lock(m);
	arena_done(&x->mem);
	*x = *with;
	arena_init(&x->mem, 1 << 20);
	x->html = (struct lot_html){ str_dup(&x->mem, html->head), str_dup(&x->mem, html->body) };
	(void)pthread_mutex_unlock(m);
}

enum rc
lot_html_around(struct ctx *c, int64_t lot_id, uint64_t stamp, struct str banner, struct str *page)
{
	struct trace_state *s = trace_state_of(c->app);
	int64_t key = lot_id * 2 + (c->lang == LANG_EN), mono_ms = clock_mono(c->app->clock);
	size_t at = ((uint64_t)key * 0x9e3779b97f4a7c15u) >> 53;
	struct slot made = { .lot_id = key, .made_ms = mono_ms, .stamp = stamp };
	struct lot_html html;
	bool hit = false;
	enum rc rc;

	if (s != NULL) {
		const struct slot *x = &s->slots[at % SLOTS];

		(void)pthread_mutex_lock(&s->stripes[at % STRIPES]);
		hit = slot_fits(s, x, key, stamp, mono_ms);
		if (hit)
			*page = joined(c->mem, &x->html, banner);
		(void)pthread_mutex_unlock(&s->stripes[at % STRIPES]);
		made.generation = __atomic_load_n(&s->generation, __ATOMIC_ACQUIRE);
	}
	if (hit)
		return RC_OK;
	rc = lot_html_make(c, lot_id, &html);
	if (rc != RC_OK)
		return rc;
	*page = joined(c->mem, &html, banner);
	if (s != NULL)
		slot_fill(s, at, &made, &html);
	return RC_OK;
}

enum rc
lot_html_forget(struct ctx *c, const struct event *e)
{
	static const char *const shown[] = { "products", "organisations", "plots", "crop-cycles", "people", "consents",
		"farm-inputs", "county-rules", NULL };
	struct trace_state *s = trace_state_of(c->app);

	for (size_t i = 0; s != NULL && shown[i] != NULL; i++) {
		if (str_eq_c(e->resource, shown[i]))
			(void)__atomic_add_fetch(&s->generation, 1, __ATOMIC_RELEASE);
	}
	return RC_OK;
}

/* ---- scans ---- */

uint64_t
scan_client(const struct ctx *c, struct str ip, struct str agent)
{
	const struct trace_state *s = trace_state_of(c->app);
	struct civil d = date_to_civil(date_of_ms(c->now_ms));
	struct sip_key key = { 0 };
	char text[400];
	int n;

	if (s != NULL)
		key = s->key;
	else
		keyring_derive(c->app->keys, "scan-client", c->county, &key, sizeof(key));
	n = snprintf(text, sizeof(text), "%d-%d|%.60s|%.300s", d.year, d.month, str_c(c->mem, ip), str_c(c->mem, agent));
	uint64_t h = siphash(key, (struct str){ text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1 });
	return h == 0 ? 1 : h;
}

struct str
client_text(struct arena *a, uint64_t client)
{
	unsigned char bytes[8];

	memcpy(bytes, &client, sizeof(bytes));
	return b64u_encode(a, bytes, sizeof(bytes));
}

static size_t
chain_of(int64_t code_id)
{
	return (size_t)(((uint64_t)code_id * 0x9e3779b97f4a7c15u) >> 40) % SCAN_HASH;
}

void
scan_push(struct trace_state *s, const struct scan_note *n)
{
	if (s == NULL)
		return;
	(void)pthread_mutex_lock(&s->lock);
	struct scan_buffer *b = &s->buffers[s->filling];
	if (b->count == SCAN_QUEUE) {
		s->lost++;
	} else {
		size_t chain = chain_of(n->code_id);

		b->notes[b->count] = *n;
		b->next[b->count] = b->heads[chain];
		b->heads[chain] = (uint32_t)++b->count;
	}
	(void)pthread_mutex_unlock(&s->lock);
}

int64_t
scan_pending(struct trace_state *s, int64_t code_id, uint64_t *last_client)
{
	int64_t count = 0;

	*last_client = 0;
	if (s == NULL)
		return 0;
	(void)pthread_mutex_lock(&s->lock);
	for (int turn = 0; turn < 2; turn++) {
		const struct scan_buffer *b = &s->buffers[turn == 0 ? s->filling : !s->filling];

		for (uint32_t i = b->heads[chain_of(code_id)]; i != 0; i = b->next[i - 1]) {
			if (b->notes[i - 1].code_id != code_id)
				continue;
			if (*last_client == 0)
				*last_client = b->notes[i - 1].client;
			count++;
		}
	}
	(void)pthread_mutex_unlock(&s->lock);
	return count;
}

int64_t
scan_lost(struct trace_state *s)
{
	(void)pthread_mutex_lock(&s->lock);
	int64_t lost = s->lost;
	(void)pthread_mutex_unlock(&s->lock);
	return lost;
}

static void
buffer_clear(struct trace_state *s, struct scan_buffer *b)
{
	(void)pthread_mutex_lock(&s->lock);
	b->count = 0;
	memset(b->heads, 0, sizeof(b->heads));
	(void)pthread_mutex_unlock(&s->lock);
}

enum rc
scan_flush(struct ctx *c, struct trace_state *s)
{
	enum rc rc = RC_OK;

	if (s == NULL)
		return RC_OK;
	(void)pthread_mutex_lock(&s->writer);
	for (int turn = 0; turn < 2 && rc == RC_OK; turn++) {
		struct scan_buffer *b = &s->buffers[!s->filling];

		/* A buffer that could not be written last time goes first. */
		if (b->count == 0) {
			(void)pthread_mutex_lock(&s->lock);
			b = &s->buffers[s->filling];
			s->filling = !s->filling;
			(void)pthread_mutex_unlock(&s->lock);
		}
		if (b->count > 0)
			rc = scans_write(c, b->notes, b->count);
		if (rc == RC_OK)
			buffer_clear(s, b);
	}
	(void)pthread_mutex_unlock(&s->writer);
	return rc;
}

static void
flush_once(struct trace_state *s, struct arena *mem)
{
	DB_SESSION db = NULL;
	struct err e = { 0 };
	struct ctx c;

	(void)pthread_mutex_lock(&s->lock);
	bool idle = s->buffers[0].count == 0 && s->buffers[1].count == 0;
	(void)pthread_mutex_unlock(&s->lock);
	if (idle)
		return;
	if (db_take(s->app->pool, 1000, &db, &e) != RC_OK)
		return;
	c = ctx_system(s->app, mem, db);
	if (scan_flush(&c, s) != RC_OK)
		LOG(s->app->log, LOG_WARN, "scans-not-written", { "why", str_from_c(c.err.text) });
	arena_reset(mem); /* before the session: its statements may be in use there */
	db_give(&db);
}

static void *
writer(void *arg)
{
	struct trace_state *s = arg;
	struct timespec until;
	bool stop = false;
	ARENA mem;

	arena_init(&mem, 8 << 20);
	while (!stop) {
		(void)clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += FLUSH_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		(void)pthread_mutex_lock(&s->lock);
		if (!s->stopping)
			(void)pthread_cond_timedwait(&s->wake, &s->lock, &until);
		stop = s->stopping;
		(void)pthread_mutex_unlock(&s->lock);
		flush_once(s, &mem);
	}
	return NULL;
}

enum rc
trace_start(const struct app *app, void **state, struct err *e)
{
	struct arena mem;

	arena_init(&mem, 64 << 20);
	struct trace_state *s = NEW(&mem, struct trace_state);
	s->mem = mem;
	s->app = app;
	keyring_derive(app->keys, "scan-client", app->county, &s->key, sizeof(s->key));
	for (size_t i = 0; i < STRIPES; i++)
		(void)pthread_mutex_init(&s->stripes[i], NULL);
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_mutex_init(&s->writer, NULL);
	(void)pthread_cond_init(&s->wake, NULL);
	if (pthread_create(&s->thread, NULL, writer, s) != 0) {
		trace_stop(s);
		return fail(e, RC_UNAVAILABLE, NULL, "无法启动扫码记录线程", "the scan recorder cannot be started");
	}
	s->running = true;
	*state = s;
	return RC_OK;
}

void
trace_stop(void *state)
{
	struct trace_state *s = state;
	struct arena mem;

	if (s->running) {
		(void)pthread_mutex_lock(&s->lock);
		s->stopping = true;
		(void)pthread_cond_signal(&s->wake);
		(void)pthread_mutex_unlock(&s->lock);
		(void)pthread_join(s->thread, NULL);
	}
	for (size_t i = 0; i < SLOTS; i++)
		arena_done(&s->slots[i].mem);
	mem = s->mem;
	arena_done(&mem);
}

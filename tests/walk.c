#include "base/base.h"
#include <stdio.h>
#include "core/field_type.h"
#include "core/record.h"
#include "make.h"
#include "walk.h"

enum { MOVES_MAX = 16 };

struct walk {
	struct fixture *f;
	struct contract *k;
	struct arena mem;
	struct maker m;
	const struct fixture_account *admin;
	size_t requests, wrong;
};

static struct reply
send(struct walk *w, const char *method, struct str target, struct str body)
{
	struct reply r = fixture_send(w->f, &w->mem, w->admin, str_from_c(method), target, S(""), body);
	struct str why = { 0 };

	w->requests++;
	if (r.status == 401)
		w->admin = fixture_log_in_again(w->f, S("admin"));
	if (contract_check(w->k, &w->mem, str_from_c(method), target, &r, &why) && r.status < 500)
		return r;
	w->wrong++;
	printf("# %s " STR_FMT " " STR_FMT ": %d " STR_FMT "\n# " STR_FMT "\n", method, STR_ARG(target), STR_ARG(str_sub(body, 0, 300)), r.status,
		STR_ARG(why), STR_ARG(str_sub(r.body, 0, 600)));
	return r;
}

static struct str
at(struct walk *w, const struct resource *r, int64_t id, const char *tail)
{
	if (id == 0)
		return str_fmt(&w->mem, "/api/v1/%s%s", r->name, tail);
	return str_fmt(&w->mem, "/api/v1/%s/" LLD "%s", r->name, LL(id), tail);
}

static const struct json *
parsed(struct walk *w, const struct reply *r)
{
	struct err e = { 0 };
	struct json *v = NULL;

	return json_parse(&w->mem, r->body, 32 << 20, &v, &e) == RC_OK ? v : NULL;
}

static int64_t
number_of(struct walk *w, const struct reply *r, const char *name)
{
	const struct json *v = parsed(w, r);
	int64_t n = v != NULL && v->type == J_OBJECT ? json_i64(v, name) : NIL;

	return n == NIL ? 0 : n;
}

static int64_t
create(struct walk *w, const struct resource *r)
{
	struct reply reply;
	int64_t id;

	if (r->may[ACT_CREATE] == NULL)
		return 0;
	reply = send(w, "POST", at(w, r, 0, ""), make_body(&w->m, r, (struct make_change){ 0 }));
	id = reply.status == 201 ? number_of(w, &reply, "id") : 0;
	if (id != 0)
		make_note(&w->m, r, id);
	return id;
}

/* The first row the list shows, for resources that the program itself fills. */
static int64_t
first_listed(struct walk *w, const struct resource *r)
{
	struct reply reply = send(w, "GET", at(w, r, 0, "?limit=1"), S(""));
	const struct json *v = reply.status == 200 ? parsed(w, &reply) : NULL, *items = v != NULL ? json_get(v, "items") : NULL;

	return items != NULL && items->count > 0 ? json_i64(&items->items[0], "id") : 0;
}

/* A value of the field as a query parameter holds it: the JSON without its quotes. */
static struct str
bare(struct str json)
{
	return json.n >= 2 && json.p[0] == '"' ? str_sub(json, 1, json.n - 2) : json;
}

static void
filters(struct walk *w, const struct resource *r)
{
	static const char *const ops[] = { "", ".ne", ".in", ".gte", ".lte", ".prefix", ".within", ".null" };

	for (const struct field *f = r->fields; f->name != NULL; f++) {
		struct str v = f->type == T_STATE ? str_from_c(r->states[0].value) : bare(make_value(&w->m, r, f));

		for (size_t i = 0; i < ARRAY_LEN(ops) && v.p != NULL && !f->secret; i++) {
			struct str value = i == 7 ? S("1") : v;

			(void)send(w, "GET", at(w, r, 0, str_fmt(&w->mem, "?%s%s=" STR_FMT, f->name, ops[i], STR_ARG(value)).p), S(""));
		}
		(void)send(w, "GET", at(w, r, 0, str_fmt(&w->mem, "?sort=-%s&limit=2", f->name).p), S(""));
	}
}

static void
lists(struct walk *w, const struct resource *r)
{
	struct reply reply;
	const struct json *v;
	struct str next;

	if (r->may[ACT_LIST] == NULL)
		return;
	(void)send(w, "GET", at(w, r, 0, "?labels=1&count=1"), S(""));
	(void)send(w, "GET", at(w, r, 0, "?q=样"), S(""));
	(void)send(w, "GET", at(w, r, 0, "?q=%25%27%22*"), S(""));
	(void)send(w, "GET", at(w, r, 0, "?deleted=1"), S(""));
	(void)send(w, "GET", at(w, r, 0, "/export?format=csv"), S(""));
	(void)send(w, "GET", at(w, r, 0, "/export?format=pdf"), S(""));
	filters(w, r);
	reply = send(w, "GET", at(w, r, 0, "?limit=1"), S(""));
	v = parsed(w, &reply);
	next = v != NULL ? json_text(v, "next") : (struct str){ 0 };
	if (next.p != NULL)
		(void)send(w, "GET", at(w, r, 0, str_fmt(&w->mem, "?limit=1&after=" STR_FMT, STR_ARG(next)).p), S(""));
}

static void
change(struct walk *w, const struct resource *r, int64_t id)
{
	struct reply reply = send(w, "GET", at(w, r, id, ""), S(""));
	int64_t version = number_of(w, &reply, "version");

	if (r->may[ACT_UPDATE] == NULL || r->append_only)
		return;
	for (const struct field *f = r->fields; f->name != NULL; f++) {
		struct str v;

		if (f->fixed || f->server || f->secret || f->type == T_STATE || f->type == T_FILE || f->type == T_FILES)
			continue;
		v = make_value(&w->m, r, f);
		if (v.p == NULL)
			continue;
		reply = send(w, "PATCH", at(w, r, id, ""),
			str_fmt(&w->mem, "{\"version\":" LLD ",\"%s\":" STR_FMT "}", LL(version), f->name, STR_ARG(v)));
		if (reply.status == 200)
			return;
	}
}

/* Makes each move on offer once, as far as the states lead. */
static void
moves(struct walk *w, const struct resource *r, int64_t id, bool *done)
{
	for (int round = 0; round < MOVES_MAX; round++) {
		struct reply reply = send(w, "GET", at(w, r, id, ""), S(""));
		const struct json *v = parsed(w, &reply), *may = v != NULL ? json_get(v, "_may") : NULL;
		bool moved = false;
		size_t i = 0;

		for (const struct move *m = r->moves; m != NULL && m->name != NULL && i < MOVES_MAX; m++, i++) {
			for (size_t n = 0; may != NULL && n < may->count && !done[i] && !moved; n++) {
				if (!str_eq_c(may->items[n].s, m->name))
					continue;
				reply = send(w, "POST", at(w, r, id, str_fmt(&w->mem, "/%s", m->name).p), S("{\"comment\":\"走查\"}"));
				done[i] = true;
				moved = reply.status == 200;
			}
		}
		if (!moved)
			return;
	}
}

static void
import(struct walk *w, const struct resource *r)
{
	struct reply reply = fixture_send(w->f, &w->mem, w->admin, S("POST"), S("/api/v1/files?name=walk.csv&accept=sheet"),
		S("Content-Type: application/octet-stream\r\n"), S("名称\n甲\n"));
	int64_t file = reply.status == 201 ? number_of(w, &reply, "id") : 0;

	if (file != 0)
		(void)send(w, "POST", at(w, r, 0, "/import"), str_fmt(&w->mem, "{\"file\":\"" LLD "\",\"dry\":true}", LL(file)));
	(void)send(w, "POST", at(w, r, 0, "/import"), S("{\"file\":\"x\"}"));
}

static void
walk_resource(struct walk *w, const struct resource *r)
{
	bool done[MOVES_MAX] = { 0 };
	int64_t id = create(w, r), second;

	lists(w, r);
	if (id == 0 && r->may[ACT_LIST] != NULL)
		id = first_listed(w, r);
	if (r->may[ACT_IMPORT] != NULL || r->may[ACT_CREATE] != NULL) {
		(void)send(w, "GET", at(w, r, 0, "/template?format=csv"), S(""));
		import(w, r);
	}
	if (id == 0 || r->may[ACT_READ] == NULL)
		return;
	make_note(&w->m, r, id);
	(void)send(w, "GET", at(w, r, id, "?labels=1"), S(""));
	(void)send(w, "GET", at(w, r, id, "/history"), S(""));
	change(w, r, id);
	second = create(w, r);
	if (second != 0 && r->may[ACT_DELETE] != NULL && !r->append_only)
		(void)send(w, "DELETE", at(w, r, second, "?version=1"), S(""));
	make_note(&w->m, r, id);
	moves(w, r, id, done);
	second = r->moves != NULL ? create(w, r) : 0;
	if (second != 0)
		moves(w, r, second, done);
}

bool
walk_records(struct fixture *f, struct contract *k, size_t *requests)
{
	struct walk *w = NEW(&f->mem, struct walk);
	struct err e = { 0 };
	bool good;

	w->f = f;
	w->k = k;
	arena_init(&w->mem, (size_t)1 << 30);
	w->admin = fixture_account(f, S("admin"));
	w->m = (struct maker){ .a = &w->mem, .app = &f->app, .org = f->org[0], .person = f->person[0], .village = f->village,
		.now_ms = clock_now(&f->clock), .marker = "sample-" };
	for (size_t i = 0; f->app.resources[i] != NULL; i++) {
		if (f->app.resources[i]->parent == NULL)
			walk_resource(w, f->app.resources[i]);
	}
	if (fixture_drain(f, &e) != RC_OK)
		printf("# drain: %s\n", e.text);
	good = w->wrong == 0;
	*requests = w->requests;
	arena_done(&w->mem);
	return good;
}

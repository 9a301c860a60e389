/* sheet_lookup.c - what a name in a cell refers to, through the reader's scope. */
#include "base/base.h"
#include "core/division.h"
#include "core/query_priv.h"
#include "core/sheet_priv.h"
#include <stdio.h>
#include <string.h>

enum { CACHE_MAX = 50000, KEY_DIGITS = 15, MATCHES = 3 };

void
sheet_lookup_init(struct sheet_lookup *l, struct arena *keep)
{
	*l = (struct sheet_lookup){ .keep = keep };
	map_init(&l->found, keep);
}

static struct str
cache_key(struct arena *mem, const char *name, struct str text)
{
	return str_fmt(mem, "%s\t" STR_FMT, name, STR_ARG(text));
}

static bool
cached(struct sheet_lookup *l, struct str key, int64_t *id)
{
	const int64_t *hit = map_get(&l->found, key);

	if (hit != NULL)
		*id = *hit;
	return hit != NULL;
}

static void
remember(struct sheet_lookup *l, struct str key, int64_t id)
{
	int64_t *value;

	if (l->count == CACHE_MAX)
		return;
	l->count++;
	value = NEW(l->keep, int64_t);
	*value = id;
	map_put(&l->found, str_dup(l->keep, key), value);
}

struct matches {
	const struct plan *to;
	int64_t ids[MATCHES];
	struct str names[MATCHES];
	size_t count;
};

/* What tells a row from its namesake: another unique text, its division, its key. */
static struct str
describe(struct ctx *c, const struct plan *to, const struct record_head *h, const void *record)
{
	struct division d;
	struct sb b;

	sb_init(&b, c->mem, 400);
	for (const struct field *f = to->r->fields; f->name != NULL; f++) {
		struct value v = value_of(f, record);

		if ((f->unique || f->secondary) && !f->title && !f->private && f->as == M_STR && !v.null && v.s.n < 100) {
			sb_add_str(&b, v.s);
			sb_add_c(&b, ' ');
		}
	}
	if (h->division != 0 && division_get(c, h->division, &d) == RC_OK) {
		sb_add_str(&b, d.name);
		sb_add_c(&b, ' ');
	}
	sb_addf(&b, "#" LLD, LL(h->id));
	return sb_str(&b);
}

static enum rc
on_match(struct ctx *c, void *arg, const struct record_head *h, void *record)
{
	struct matches *m = arg;
	struct str name = describe(c, m->to, h, record);

	/* the row's memory goes after this call: the description is kept in a fixed place of the error text */
	m->ids[m->count] = h->id;
	snprintf((char *)(uintptr_t)m->names[m->count].p, 100, STR_FMT, STR_ARG(name));
	m->names[m->count].n = strlen(m->names[m->count].p);
	m->count++;
	return m->count == MATCHES ? RC_STATE : RC_OK;
}

static enum rc
find_by(struct ctx *c, const struct plan *to, const struct field *f, struct str text, struct matches *m)
{
	struct query q = { 0 };
	enum rc rc;

	for (size_t i = 0; i < MATCHES; i++)
		m->names[i] = (struct str){ NEW_ARRAY(c->mem, char, 100), 0 };
	m->to = to;
	m->count = 0;
	query_init(to, &q);
	q.sort = NULL;
	q.filters[0] = (struct filter){ .field = f, .column = f->name, .op = OP_EQ, .value = text };
	q.filter_count = 1;
	rc = query_each(c, to->r, &q, ACT_LIST, on_match, m);
	return rc == RC_STATE && m->count == MATCHES ? RC_OK : rc;
}

static enum rc
find_row(struct ctx *c, const struct plan *to, struct str text, struct matches *m)
{
	enum rc rc = RC_OK;

	m->count = 0;
	if (to->title != NULL && to->title->as == M_STR)
		rc = find_by(c, to, to->title, text, m);
	for (const struct field *f = to->r->fields; f->name != NULL && rc == RC_OK && m->count == 0; f++)
		if (f->unique && !f->title && f->as == M_STR && !f->private)
			rc = find_by(c, to, f, text, m);
	return rc;
}

enum rc
sheet_lookup_ref(struct ctx *c, struct sheet_lookup *l, const struct field *f, struct str text, int64_t *id)
{
	const struct plan *to = plan_find(c->app, str_from_c(f->ref));
	struct str key = cache_key(c->mem, f->ref, text);
	struct matches m;
	enum rc rc;

	if (text.n >= KEY_DIGITS && str_i64(text, id))
		return RC_OK;
	if (cached(l, key, id))
		return RC_OK;
	rc = find_row(c, to, text, &m);
	if (rc != RC_OK)
		return rc;
	if (m.count == 0)
		return fail(&c->err, RC_INVALID, f->name, "没有名称或编号为“" STR_FMT "”的%s", "no %3$s is named or coded “%2$.*1$s”",
			STR_ARG(text), tr(c, to->r->label));
	if (m.count > 1)
		return fail(&c->err, RC_INVALID, f->name, "“" STR_FMT "”不止一个：" STR_FMT "；" STR_FMT "，请填其编号或系统编号",
			"“" STR_FMT "” is more than one: " STR_FMT "; " STR_FMT ": write its code or key", STR_ARG(text), STR_ARG(m.names[0]),
			STR_ARG(m.names[1]));
	*id = m.ids[0];
	remember(l, key, *id);
	return RC_OK;
}

enum rc
sheet_lookup_division(struct ctx *c, struct sheet_lookup *l, struct str text, int64_t *code)
{
	struct str key = cache_key(c->mem, "@division", text);
	enum rc rc;

	if (cached(l, key, code))
		return RC_OK;
	rc = division_find(c, text, code);
	if (rc == RC_OK)
		remember(l, key, *code);
	return rc == RC_NOT_FOUND ? RC_INVALID : rc;
}

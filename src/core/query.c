/* query.c - lists: pages for screens, counts, and streams of all rows for exports and jobs. */
#include "base/base.h"
#include "core/audit.h"
#include "core/query_sql_priv.h"
#include <string.h>

enum { STREAM_PAGE = 1000 };

static enum rc
may_list(struct ctx *c, const struct plan *p, const struct query *q, enum action action,
	const char **permission)
{
	*permission = action_permission(p->r, action);
	if (p->is_line || !actor_may(c->actor, *permission))
		return denied(c);
	if (q->deleted && !actor_may(c->actor, p->r->may[ACT_DELETE]))
		return denied(c);
	if (q->deleted)
		*permission = p->r->may[ACT_DELETE];
	return RC_OK;
}

static void
cursor_at(const struct query *q, const struct record_head *h, const void *record, struct cursor *at)
{
	struct value v = { 0 };

	*at = (struct cursor){ .id = h->id };
	if (q->sort == NULL) {
		at->i = h->id;
		return;
	}
	v = value_of(q->sort, record);
	at->null = v.null;
	at->text = q->sort->as == M_STR;
	at->i = v.i;
	at->s = v.s;
}

static bool
shows_private(const struct plan *p, const void *record)
{
	for (const struct field *f = p->r->fields; f->name != NULL; f++)
		if (f->private && !value_of(f, record).null)
			return true;
	return false;
}

/* Rows of a page into the writer; the cursor of the last one when more follow. */
static enum rc
print_rows(struct ctx *c, const struct plan *p, const struct query *q, struct db_stmt *st,
	struct labels *labels, struct json_writer *w, struct str *next, int64_t *unmasked)
{
	void *record = arena_alloc(c->mem, 1, p->r->record_size, _Alignof(max_align_t));
	struct record_head h;
	struct cursor at = { 0 };
	bool row = false;
	int n = 0;
	enum rc rc;

	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		bool clear;

		if (n == q->limit) {
			*next = cursor_print(c->mem, q, &at);
			break;
		}
		rc = columns_read(c, p, st, &h, record);
		if (rc != RC_OK)
			return rc;
		clear = may_unmask(c, &h);
		*unmasked += clear && shows_private(p, record);
		json_begin(w);
		record_print_members(c, p, &h, record, q->deleted ? PRINT_DELETED : 0, clear, w);
		json_end(w);
		if (labels != NULL)
			labels_note(c, labels, &h, record);
		cursor_at(q, &h, record, &at);
		n++;
	}
	return rc;
}

static enum rc
print_page(struct ctx *c, const struct plan *p, const struct query *q, const char *permission,
	struct labels *labels, struct json_writer *w, int64_t *unmasked)
{
	struct listing *l = listing_new(c, p, q, permission);
	struct cursor after;
	struct str next = { 0 };
	DB_STMT st = NULL;
	enum rc rc;

	if (q->after.p != NULL && !cursor_parse(c->mem, q, q->after, &after))
		return fail_code(
			&c->err, RC_INVALID, "parameter", "after", "翻页标记无效", "is not a valid cursor");
	rc = listing_rows(l, q->limit + 1, q->after.p != NULL ? &after : NULL, &st);
	if (rc != RC_OK)
		return rc;
	json_key(w, "items");
	json_list(w);
	rc = print_rows(c, p, q, st, labels, w, &next, unmasked);
	json_list_end(w);
	json_str(w, "next", next);
	return rc;
}

enum rc
query_print(struct ctx *c, const struct resource *r, const struct query *q, struct json_writer *out)
{
	const struct plan *p = plan_of(c->app, r);
	struct labels *labels = q->labels ? labels_new(c, p) : NULL;
	const char *permission;
	int64_t count = 0, unmasked = 0;
	enum rc rc = may_list(c, p, q, ACT_LIST, &permission);

	if (rc != RC_OK)
		return rc;
	json_begin(out);
	rc = print_page(c, p, q, permission, labels, out, &unmasked);
	if (rc == RC_OK && q->count) {
		rc = listing_count(listing_new(c, p, q, permission), &count);
		json_int(out, "count", count);
	}
	if (rc == RC_OK && labels != NULL) {
		json_key(out, "labels");
		rc = labels_print(c, labels, out);
	}
	if (rc == RC_OK && unmasked > 0 && c->actor->kind != ACTOR_SYSTEM)
		rc = audit_act(c, "unmask", r->name, 0, str_fmt(c->mem, "{\"rows\":" LLD "}", LL(unmasked)));
	json_end(out);
	return rc;
}

enum rc
query_count(
	struct ctx *c, const struct resource *r, const struct query *q, enum action action, int64_t *count)
{
	const struct plan *p = plan_of(c->app, r);
	const char *permission;
	enum rc rc = may_list(c, p, q, action, &permission);

	return rc == RC_OK ? listing_count(listing_new(c, p, q, permission), count) : rc;
}

struct stream {
	query_row_fn *fn;
	void *arg;
	struct cursor at;
	struct arena keep; /* the cursor outlives the page's memory */
	int rows;
};

static void
stream_done(struct stream *s)
{
	arena_done(&s->keep);
}

/* One page; its memory goes with it. The callback may use the session for other statements. */
static enum rc
stream_page(struct ctx *c, const struct plan *p, const struct query *q, const char *permission, bool first,
	struct stream *s)
{
	struct listing *l = listing_new(c, p, q, permission);
	void *record = arena_alloc(c->mem, 1, p->r->record_size, _Alignof(max_align_t));
	struct record_head h;
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = listing_rows(l, STREAM_PAGE, first ? NULL : &s->at, &st);

	s->rows = 0;
	while (rc == RC_OK && (rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		struct arena_mark here = arena_mark(c->mem);

		rc = columns_read(c, p, st, &h, record);
		if (rc != RC_OK)
			return rc;
		if (p->has_private && !may_unmask(c, &h))
			record_mask(c, p, record);
		cursor_at(q, &h, record, &s->at);
		if (s->at.text && ++s->rows == STREAM_PAGE) {
			arena_reset(&s->keep);
			s->at.s = str_dup(&s->keep, s->at.s);
		} else if (!s->at.text) {
			s->rows++;
		}
		rc = s->fn(c, s->arg, &h, record);
		arena_rewind(c->mem, here);
	}
	return rc;
}

enum rc
query_each(struct ctx *c, const struct resource *r, const struct query *q, enum action action,
	query_row_fn *fn, void *arg)
{
	const struct plan *p = plan_of(c->app, r);
	struct stream s CLEANUP(stream_done) = { .fn = fn, .arg = arg };
	const char *permission;
	enum rc rc = may_list(c, p, q, action, &permission);

	arena_init(&s.keep, 1 << 20);
	for (bool first = true; rc == RC_OK && (first || s.rows == STREAM_PAGE); first = false) {
		struct arena_mark here = arena_mark(c->mem);

		rc = stream_page(c, p, q, permission, first, &s);
		arena_rewind(c->mem, here);
	}
	return rc;
}

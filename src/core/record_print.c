/* record_print.c - a row as JSON, masked for its reader. */
#include "base/base.h"
#include "core/audit.h"
#include "core/keyring.h"
#include "core/record_priv.h"
#include <string.h>

bool
may_unmask(const struct ctx *c, const struct record_head *h)
{
	return c->actor->unmask && scope_covers(c->actor, "org.unmask", h);
}

static void
print_lines(struct ctx *c, const struct field *f, const void *record, bool clear, struct json_writer *w)
{
	struct rows rows;

	memcpy(&rows, (const char *)record + f->at, sizeof(rows));
	json_list(w);
	for (size_t i = 0; i < rows.count; i++) {
		const char *line = (const char *)rows.items + i * f->lines->record_size;

		json_begin(w);
		for (const struct field *g = f->lines->fields; g->name != NULL; g++) {
			struct value v = value_of(g, line);

			if (g->secret)
				continue;
			if (g->private && !clear && !v.null)
				v.s = mask_value(c->mem, g, v.s);
			json_key(w, g->name);
			value_print(w, g, v);
		}
		json_end(w);
	}
	json_list_end(w);
}

/* What this reader may do to the row now. Actions need their permission over the row, moves also the state.
 */
static void
print_may(struct ctx *c, const struct plan *p, const struct record_head *h, const void *record,
	struct json_writer *w)
{
	const struct resource *r = p->r;

	json_key(w, "_may");
	json_list(w);
	if (h->deleted_ms == 0) {
		if (!r->append_only && r->may[ACT_UPDATE] != NULL &&
			scope_covers(c->actor, r->may[ACT_UPDATE], h))
			json_put_c(w, "update");
		if (!r->append_only && r->may[ACT_DELETE] != NULL &&
			scope_covers(c->actor, r->may[ACT_DELETE], h))
			json_put_c(w, "delete");
		for (const struct move *m = r->moves; m != NULL && m->name != NULL; m++)
			if (word_listed(m->from, '|', value_of(p->state, record).s) &&
				scope_covers(c->actor, m->may, h))
				json_put_c(w, m->name);
	}
	json_list_end(w);
}

void
record_print_members(struct ctx *c, const struct plan *p, const struct record_head *h, const void *record,
	unsigned flags, bool clear, struct json_writer *w)
{
	json_id(w, "id", h->id);
	json_int(w, "version", h->version);
	json_int(w, "created_ms", h->created_ms);
	json_id(w, "created_by", h->created_by);
	json_int(w, "updated_ms", h->updated_ms);
	json_id(w, "updated_by", h->updated_by);
	if ((flags & PRINT_DELETED) != 0)
		json_int(w, "deleted_ms", h->deleted_ms);
	json_id(w, "division", h->division);
	json_id(w, "org_id", h->org_id);
	json_id(w, "person_id", h->person_id);
	for (const struct field *f = p->r->fields; f->name != NULL; f++) {
		struct value v;

		if (f->secret || field_is_place(f) || (f->type == T_LINES && (flags & PRINT_LINES) == 0))
			continue;
		json_key(w, f->name);
		if (f->type == T_LINES) {
			print_lines(c, f, record, clear, w);
			continue;
		}
		v = value_of(f, record);
		if (f->private && !clear && !v.null)
			v.s = mask_value(c->mem, f, v.s);
		value_print(w, f, v);
	}
	print_may(c, p, h, record, w);
}

static void
mask_fields(struct ctx *c, const struct resource *r, void *record)
{
	for (const struct field *f = r->fields; f->name != NULL; f++) {
		struct value v;

		if (!f->private && !f->secret)
			continue;
		v = value_of(f, record);
		if (f->secret)
			v.null = true;
		else if (!v.null)
			v.s = mask_value(c->mem, f, v.s);
		value_set(f, record, v);
	}
}

void
record_mask(struct ctx *c, const struct plan *p, void *record)
{
	mask_fields(c, p->r, record);
	for (const struct field *f = p->has_lines ? p->r->fields : NULL; f != NULL && f->name != NULL; f++) {
		struct rows rows;

		if (f->type != T_LINES)
			continue;
		memcpy(&rows, (char *)record + f->at, sizeof(rows));
		for (size_t i = 0; i < rows.count; i++)
			mask_fields(c, f->lines, (char *)rows.items + i * f->lines->record_size);
	}
}

static bool
holds_private(const struct resource *r, const void *record)
{
	for (const struct field *f = r->fields; f->name != NULL; f++) {
		struct rows rows;

		if (f->private && !value_of(f, record).null)
			return true;
		if (f->type != T_LINES)
			continue;
		memcpy(&rows, (const char *)record + f->at, sizeof(rows));
		for (size_t i = 0; i < rows.count; i++)
			if (holds_private(f->lines, (const char *)rows.items + i * f->lines->record_size))
				return true;
	}
	return false;
}

enum rc
record_read(struct ctx *c, const struct resource *r, int64_t id, bool labels, struct json_writer *out)
{
	const struct plan *p = plan_of(c->app, r);
	void *record = arena_alloc(c->mem, 1, r->record_size, _Alignof(max_align_t));
	struct record_head h = { 0 };
	bool clear;
	enum rc rc;

	if (p->is_line || !actor_may(c->actor, r->may[ACT_READ]))
		return denied(c);
	rc = record_load(c, r, id, r->may[ACT_READ], &h, record);
	if (rc != RC_OK)
		return rc;
	clear = may_unmask(c, &h);
	if (clear && c->actor->kind != ACTOR_SYSTEM && holds_private(r, record))
		rc = audit_act(c, "unmask", r->name, id, (struct str){ 0 });
	if (rc != RC_OK)
		return rc;
	json_begin(out);
	record_print_members(c, p, &h, record, PRINT_LINES, clear, out);
	if (labels) {
		struct labels *l = labels_new(c, p);

		labels_note(c, l, &h, record);
		json_key(out, "_labels");
		rc = labels_print(c, l, out);
	}
	json_end(out);
	return rc;
}

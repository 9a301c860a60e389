/*
 * labels.c - names of what rows point at: one statement per referenced resource
 * and page of keys, each through the reader's scope. Names of accounts are the
 * exception: who made or changed a row that one may read is part of that row.
 */
#include "base/base.h"
#include "core/division.h"
#include "core/keyring.h"
#include "core/record_priv.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TARGETS_MAX = 40, KEYS_MAX = 4096, CHUNK_MAX = 60 };

struct target {
	const struct plan *to; /* NULL: divisions */
	int64_t *keys;
	size_t count, cap;
};
struct labels {
	const struct plan *p;
	struct target targets[TARGETS_MAX];
	size_t count;
	size_t divisions, users; /* positions + 1, 0 when there is no such resource */
};

static size_t
target_add(struct labels *l, const struct plan *to)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->targets[i].to == to)
			return i + 1;
	if (l->count == TARGETS_MAX)
		return 0;
	l->targets[l->count++].to = to;
	return l->count;
}

struct labels *
labels_new(struct ctx *c, const struct plan *p)
{
	struct labels *l = NEW(c->mem, struct labels);
	const struct plan *users = plan_find(c->app, S("users"));

	l->p = p;
	l->divisions = target_add(l, NULL);
	if (users != NULL)
		l->users = target_add(l, users);
	return l;
}

static void
note(struct ctx *c, struct labels *l, size_t at, int64_t key)
{
	struct target *t;

	if (at == 0 || key == 0 || key == NIL)
		return;
	t = &l->targets[at - 1];
	if (t->count > 0 && t->keys[t->count - 1] == key)
		return; /* rows of a page often share a neighbour's reference */
	if (t->count == KEYS_MAX)
		return;
	if (t->count == t->cap) {
		size_t wider = t->cap == 0 ? 64 : t->cap * 2;
		int64_t *keys = NEW_ARRAY(c->mem, int64_t, wider);

		if (t->count > 0)
			memcpy(keys, t->keys, t->count * sizeof(*keys));
		t->keys = keys;
		t->cap = wider;
	}
	t->keys[t->count++] = key;
}

static void
note_fields(struct ctx *c, struct labels *l, const struct resource *r, const void *record)
{
	for (const struct field *f = r->fields; f->name != NULL; f++) {
		struct rows rows;

		if (f->type == T_LINES) {
			memcpy(&rows, (const char *)record + f->at, sizeof(rows));
			for (size_t i = 0; i < rows.count; i++)
				note_fields(
					c, l, f->lines, (const char *)rows.items + i * f->lines->record_size);
		}
		if (f->secret || (f->type != T_REF && f->type != T_DIVISION))
			continue;
		note(c, l,
			f->type == T_DIVISION ? l->divisions
					      : target_add(l, plan_find(c->app, str_from_c(f->ref))),
			value_of(f, record).null ? 0 : value_of(f, record).i);
	}
}

void
labels_note(struct ctx *c, struct labels *l, const struct record_head *h, const void *record)
{
	const struct plan *orgs = plan_find(c->app, S("organisations")),
			  *people = plan_find(c->app, S("people"));

	note(c, l, l->divisions, h->division);
	note(c, l, l->users, h->created_by);
	note(c, l, l->users, h->updated_by);
	if (orgs != NULL)
		note(c, l, target_add(l, orgs), h->org_id);
	if (people != NULL)
		note(c, l, target_add(l, people), h->person_id);
	note_fields(c, l, l->p->r, record);
}

static int
compare_keys(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static size_t
sort_unique(int64_t *keys, size_t count)
{
	size_t n = 0;

	if (count > 0)
		qsort(keys, count, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < count; i++)
		if (n == 0 || keys[n - 1] != keys[i])
			keys[n++] = keys[i];
	return n;
}

/* Few widths, so that few texts are prepared; spare places repeat the last key. */
static size_t
width_for(size_t n)
{
	return n <= 1 ? 1 : n <= 4 ? 4 : n <= 16 ? 16 : CHUNK_MAX;
}

static void
sql_in(struct sb *b, const char *column, size_t width)
{
	sb_addf(b, " AND x.%s IN (", column);
	for (size_t i = 0; i < width; i++)
		sb_addf(b, "%s:k%zu", i > 0 ? ", " : "", i);
	sb_add_c(b, ')');
}

static void
bind_keys(struct db_stmt *st, const int64_t *keys, size_t n, size_t width)
{
	for (size_t i = 0; i < width; i++) {
		char name[8];

		snprintf(name, sizeof(name), "k%zu", i);
		db_bind_i64(st, name, keys[i < n ? i : n - 1]);
	}
}

static enum rc
print_divisions(struct ctx *c, const int64_t *keys, size_t n, struct json_writer *w)
{
	struct db_sql sql = { "division_labels", NULL };
	size_t width = width_for(n);
	DB_STMT st = NULL;
	bool row = false;
	struct sb b;
	enum rc rc;

	sb_init(&b, c->mem, 4096);
	sb_add(&b, "SELECT x.code, x.name FROM division x WHERE x.county = :county");
	sql_in(&b, "code", width);
	sql.text = sb_str(&b).p;
	rc = db_prepare(c->db, &sql, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	bind_keys(st, keys, n, width);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		json_key_str(w, str_fmt(c->mem, LLD, LL(db_col_i64(st, 0))));
		json_put_str(w, db_col_str(st, 1));
	}
	return rc;
}

static enum rc
title_value(struct ctx *c, const struct plan *to, struct db_stmt *st, struct str *label)
{
	const struct field *f = to->title;
	struct record_head h = {
		.county = c->county, .id = db_col_i64(st, 0), .division = db_col_i64(st, 2)
	};
	struct value v = { .null = db_col_null(st, 1) };

	h.org_id = db_col_null(st, 3) ? 0 : db_col_i64(st, 3);
	h.person_id = db_col_null(st, 4) ? 0 : db_col_i64(st, 4);
	if (!v.null && f->as == M_STR)
		v.s = db_col_str(st, 1);
	else if (!v.null)
		v.i = db_col_i64(st, 1);
	if (!v.null && f->private) {
		struct str aad = str_fmt(c->mem, "%s.%s." LLD, to->r->name, f->name, LL(h.id));

		if (!unseal(c->app->keys, c->mem, c->county, aad, v.s, &v.s))
			return fail_code(&c->err, RC_INTERNAL, "sealed-value", f->name, "加密数据校验失败",
				"a sealed value was altered");
		if (!may_unmask(c, &h))
			v.s = mask_value(c->mem, f, v.s);
	}
	*label = value_label(c->mem, f, v, c->lang);
	return RC_OK;
}

static enum rc
print_titles(struct ctx *c, const struct plan *to, bool scoped, const int64_t *keys, size_t n,
	struct json_writer *w)
{
	struct db_sql sql = { str_fmt(c->mem, "%s_labels", to->r->table).p, NULL };
	size_t width = width_for(n);
	struct scope scope = { 0 };
	struct str label;
	DB_STMT st = NULL;
	bool row = false;
	struct sb b;
	enum rc rc = RC_OK;

	sb_init(&b, c->mem, 8192);
	sb_addf(&b, "SELECT x.id, x.%s, x.division, x.org_id, x.person_id FROM %s x WHERE x.county = :county",
		to->title->name, to->r->table);
	sql_in(&b, "id", width);
	if (scoped)
		rc = scope_sql_of(c, to->r, to->r->may[ACT_READ], "x", &b, &scope);
	sql.text = sb_str(&b).p;
	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	bind_keys(st, keys, n, width);
	scope_bind(st, &scope);
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row) {
		rc = title_value(c, to, st, &label);
		if (rc != RC_OK)
			return rc;
		json_key_str(w, str_fmt(c->mem, LLD, LL(db_col_i64(st, 0))));
		json_put_str(w, label);
	}
	return rc;
}

enum rc
labels_print(struct ctx *c, struct labels *l, struct json_writer *w)
{
	enum rc rc = RC_OK;

	json_begin(w);
	for (size_t i = 0; rc == RC_OK && i < l->count; i++) {
		struct target *t = &l->targets[i];

		if (t->to != NULL && (t->to->is_line || t->to->title == NULL))
			continue;
		t->count = sort_unique(t->keys, t->count);
		if (t->count == 0)
			continue;
		json_key(w, t->to != NULL ? t->to->r->name : "divisions");
		json_begin(w);
		for (size_t from = 0; rc == RC_OK && from < t->count; from += CHUNK_MAX) {
			size_t n = t->count - from < CHUNK_MAX ? t->count - from : CHUNK_MAX;

			if (t->to == NULL)
				rc = print_divisions(c, t->keys + from, n, w);
			else
				rc = print_titles(c, t->to, i + 1 != l->users, t->keys + from, n, w);
		}
		json_end(w);
	}
	json_end(w);
	return rc;
}

/*
 * move.c - workflow: the only writer of a state. The UPDATE repeats the state
 * it started from, so that of two clerks one wins and the other is told.
 */
#include "base/base.h"
#include "base/utf8.h"
#include "core/record_priv.h"

static bool
move_allowed_from(const struct move *m, struct str state)
{
	return word_listed(m->from, '|', state);
}

static const struct move *
move_find(const struct resource *r, struct str name)
{
	for (const struct move *m = r->moves; m != NULL && m->name != NULL; m++)
		if (str_eq_c(name, m->name))
			return m;
	return NULL;
}

/* The record shows its old state to the hook; m->to is the new one. */
static enum rc
move_row(struct ctx *c, const struct plan *p, struct record_head *h, void *record, const struct move *m,
	struct str comment)
{
	struct value state = value_of(p->state, record);
	struct record_head old = *h;
	void *before = record_copy(c, p, record);
	const struct choice *now = choice_find(p->r->states, state.s);
	enum rc rc = RC_OK;

	if (!move_allowed_from(m, state.s))
		return fail_code(&c->err, RC_STATE, "wrong-state", p->state->name, "“%s”状态下不能%s",
			"cannot %2$s while %1$s", now != NULL ? tr(c, now->label) : "", tr(c, m->label));
	if (m->comment && str_trim(comment).n == 0) {
		errors_add(c, "comment", c->lang == LANG_EN ? S("a comment is required") : S("请填写说明"));
		return errors_result(c, RC_INVALID);
	}
	if (comment.n > 2000)
		return fail(&c->err, RC_INVALID, "comment", "说明过长", "the comment is too long");
	h->comment = comment;
	lines_own(c, p, record);
	if (p->r->on_move != NULL)
		rc = hook_result(c, p->r->on_move(c, h, record, m));
	if (rc != RC_OK)
		return rc;
	value_set(p->state, record, (struct value){ .s = str_from_c(m->to) });
	rc = place_row(c, p, h, record);
	if (rc == RC_OK)
		rc = validate_record(c, p, record);
	if (rc == RC_OK)
		rc = change_write(c, p, h, &old, record, before, m->name, state.s);
	return rc;
}

enum rc
record_move(struct ctx *c, const struct resource *r, int64_t id, int64_t version, struct str move,
	struct str comment)
{
	const struct plan *p = plan_of(c->app, r);
	const struct move *m = move_find(r, move);
	void *record = arena_alloc(c->mem, 1, r->record_size, _Alignof(max_align_t));
	struct record_head h = { 0 };
	enum rc rc;
	WORK w = { 0 };

	errors_clear(c);
	if (m == NULL)
		return fail(&c->err, RC_NOT_FOUND, NULL, "没有这个操作", "there is no such move");
	if (!utf8_valid(comment) || utf8_has_control(comment))
		return fail(&c->err, RC_INVALID, "comment", "含有无效字符", "holds invalid characters");
	rc = work_begin(c, &w);
	if (rc == RC_OK)
		rc = row_load(c, p, id, false, &h, record);
	if (rc == RC_OK)
		rc = row_allowed(c, r, m->may, &h);
	if (rc == RC_OK && version != 0 && h.version != version)
		rc = stale_version(c);
	if (rc == RC_OK)
		rc = move_row(c, p, &h, record, m, comment);
	return rc == RC_OK ? work_done(c, &w) : rc;
}

enum rc
record_move_system(struct ctx *c, const struct resource *r, int64_t id, const char *move, struct str comment)
{
	const struct plan *p = plan_of(c->app, r);
	const struct move *m = move_find(r, str_from_c(move));
	void *record = arena_alloc(c->mem, 1, r->record_size, _Alignof(max_align_t));
	struct record_head h = { 0 };
	enum rc rc;
	WORK w = { 0 };

	errors_clear(c);
	ASSERT(m != NULL);
	rc = work_begin(c, &w);
	if (rc == RC_OK)
		rc = row_load(c, p, id, false, &h, record);
	if (rc == RC_OK)
		rc = move_row(c, p, &h, record, m, comment);
	return rc == RC_OK ? work_done(c, &w) : rc;
}

/* site.c - the frame and the small words of public pages. */
#include "base/base.h"
#include "base/list.h"
#include "base/utf8.h"
#include "core/division.h"
#include "core/rule.h"
#include "core/unit.h"
#include "mod/trace/trace.h"

const struct page_var picture_vars[] = {
	VAR(struct picture, small),
	VAR(struct picture, large),
	{ 0 },
};

enum rc
site_load(struct ctx *c, struct str title, struct str path, const char *section, struct site *out)
{
	struct division d = { 0 };
	struct str at = str_from_c(section);
	enum rc rc = division_get(c, division_of_county(c->county), &d);

	if (rc == RC_NOT_FOUND)
		d.name = str_fmt(c->mem, "%06lld", LL(c->county));
	else if (rc != RC_OK)
		return rc;
	*out = (struct site){ .county = d.name, .title = title, .section = at };
	out->en = c->lang == LANG_EN;
	out->demo = c->app->demo;
	out->other_url = str_fmt(c->mem, STR_FMT "%clang=%s", STR_ARG(path), str_find(path, S("?"), 0) < 0 ? '?' : '&',
		out->en ? "zh" : "en");
	out->at_home = str_eq_c(at, "home");
	out->at_news = str_eq_c(at, "news");
	out->at_enterprises = str_eq_c(at, "enterprises");
	out->at_verify = str_eq_c(at, "verify");
	return rule_text(c, "trace.help_line", NIL, &out->help_line, NULL);
}

struct str
choice_text(const struct ctx *c, const struct resource *r, const char *field, struct str value)
{
	const struct field *f = field_find(r, str_from_c(field));
	const struct choice *choice = f == NULL ? NULL : f->type == T_STATE ? r->states : f->choices;

	for (; choice != NULL && choice->value != NULL; choice++) {
		if (str_eq_c(value, choice->value))
			return str_from_c(tr(c, choice->label));
	}
	return value;
}

struct str
quantity_text(const struct ctx *c, int64_t milli, struct str unit)
{
	const struct unit *u = unit_find(str_c(c->mem, unit));
	struct sb b;

	if (milli == NIL)
		return (struct str){ 0 };
	sb_init(&b, c->mem, 80);
	sb_add_scaled(&b, milli, 3);
	if (u != NULL) {
		sb_add_c(&b, ' ');
		sb_add(&b, tr(c, u->label));
	}
	return sb_str(&b);
}

struct str
file_url(const struct ctx *c, int64_t file_id, int size)
{
	if (file_id <= 0)
		return (struct str){ 0 };
	if (size == 0)
		return str_fmt(c->mem, "/api/v1/files/" LLD, LL(file_id));
	return str_fmt(c->mem, "/api/v1/files/" LLD "?size=%d", LL(file_id), size);
}

struct page_list
pictures_of(const struct ctx *c, struct str keys, size_t max)
{
	struct list l;
	int64_t id;

	list_init(&l, c->mem, sizeof(struct picture), max);
	while (keys.p != NULL && keys.n > 0) {
		struct picture *p;

		if (!str_i64(str_cut(&keys, ','), &id) || (p = list_add(&l)) == NULL)
			break;
		p->small = file_url(c, id, 320);
		p->large = file_url(c, id, 1600);
	}
	return (struct page_list){ l.items, l.count };
}

struct str
person_masked(const struct ctx *c, struct str name)
{
	size_t at = 0;

	if (name.n == 0)
		return (struct str){ 0 };
	(void)utf8_next(name, &at);
	return str_fmt(c->mem, STR_FMT "**", STR_ARG(str_sub(name, 0, at)));
}

struct str
date_text(const struct ctx *c, int64_t days)
{
	return days == NIL ? (struct str){ 0 } : date_print(c->mem, days);
}

/* meta.c - the tables as screens need them; docs/api.md describes the document. Only what the reader may list. */
#include "base/base.h"
#include <string.h>
#include "core/division.h"
#include "core/field_type.h"
#include "core/openapi.h"
#include "core/unit.h"
#include "lib/json/json.h"

enum { META_MAX = 4 << 20 };

static bool
is_number(enum field_type t)
{
	return t == T_INT || t == T_QTY || t == T_MONEY || t == T_RATE;
}

static int
scale_of(enum field_type t)
{
	return t == T_MONEY || t == T_RATE ? 2 : t == T_QTY ? 3 : 0;
}

static void
put_label(struct json_writer *w, const char *name, struct text t)
{
	json_label(w, name, (struct text){ text_in(t, LANG_ZH), text_in(t, LANG_EN) });
}

static void
put_unit(struct json_writer *w, const struct field *f)
{
	const struct unit *u = f->unit != NULL ? unit_find(f->unit) : NULL;

	json_key(w, "unit");
	if (u == NULL) {
		json_put_null(w);
		return;
	}
	json_begin(w);
	json_c(w, "code", u->code);
	json_c(w, "zh", u->label.zh);
	json_c(w, "en", u->label.en);
	json_end(w);
}

static void
put_choices(struct json_writer *w, const char *name, const struct choice *list, const char *label)
{
	static const char *const tones[] = { "", "ok", "warn", "bad", "info" };

	json_key(w, name);
	json_list(w);
	for (const struct choice *k = list; k != NULL && k->value != NULL; k++) {
		json_begin(w);
		json_c(w, "value", k->value);
		put_label(w, label, k->label);
		json_c(w, "tone", tones[k->tone]);
		json_end(w);
	}
	json_list_end(w);
}

/* Words separated by a character, as an array. */
static void
put_words(struct json_writer *w, const char *name, const char *words, char sep)
{
	struct str rest = str_from_c(words);

	json_key(w, name);
	json_list(w);
	while (rest.p != NULL)
		json_put_str(w, str_trim(str_cut(&rest, sep)));
	json_list_end(w);
}

static void
put_limits(struct json_writer *w, const struct field *f)
{
	bool bounded = is_number(f->type) && f->max > f->min;
	bool text = (type_info(f->type)->flags & TYPE_RANGE) == 0 && f->as == M_STR && f->type != T_ENUM && f->type != T_STATE &&
		f->type != T_FILES;

	json_int(w, "scale", scale_of(f->type));
	json_int(w, "min", bounded ? f->min : NIL);
	json_int(w, "max", bounded ? f->max : f->type == T_FILES ? field_max(f) : NIL);
	json_int(w, "maxLength", text ? field_max(f) : NIL);
	json_flag(w, "required", f->required);
	json_key(w, "requiredWhen");
	if (f->required_when == NULL) {
		json_put_null(w);
		return;
	}
	json_begin(w);
	json_c(w, "field", f->required_when);
	put_words(w, "is", f->required_is, ',');
	json_end(w);
}

static void put_fields(struct json_writer *w, const struct resource *r);

static void
put_field(struct json_writer *w, const struct field *f)
{
	json_begin(w);
	json_c(w, "name", f->name);
	put_label(w, "title", f->label);
	json_c(w, "type", type_info(f->type)->name);
	put_unit(w, f);
	json_c(w, "unitField", f->unit_field);
	put_limits(w, f);
	json_flag(w, "readOnly", f->server || f->type == T_STATE);
	json_flag(w, "fixed", f->fixed);
	json_flag(w, "private", f->private);
	json_flag(w, "list", f->list);
	json_flag(w, "filter", f->filter);
	json_flag(w, "sort", field_sortable(f));
	json_flag(w, "search", f->search);
	json_flag(w, "secondary", f->secondary);
	json_flag(w, "mobile", f->mobile);
	json_int(w, "width", f->width > 0 ? f->width : NIL);
	put_label(w, "group", f->group);
	put_label(w, "help", f->help);
	json_c(w, "ref", f->ref);
	json_c(w, "accept", f->accept);
	json_key(w, "default");
	json_put_raw(w, f->default_ != NULL ? str_from_c(f->default_) : S("null"));
	put_choices(w, "options", f->type == T_ENUM ? f->choices : NULL, "label");
	json_key(w, "fields");
	if (f->type == T_LINES)
		put_fields(w, f->lines);
	else
		json_put_null(w);
	json_end(w);
}

static void
put_fields(struct json_writer *w, const struct resource *r)
{
	json_list(w);
	for (const struct field *f = r->fields; f->name != NULL; f++) {
		if (!f->secret)
			put_field(w, f);
	}
	json_list_end(w);
}

static bool
may(const struct ctx *c, const struct resource *r, enum action a, enum action fallback)
{
	const char *p = r->may[a] != NULL ? r->may[a] : r->may[fallback];

	if ((a == ACT_UPDATE || a == ACT_DELETE) && r->append_only)
		return false;
	return p != NULL && actor_may(c->actor, p);
}

static void
put_may(struct json_writer *w, const struct ctx *c, const struct resource *r)
{
	json_key(w, "may");
	json_begin(w);
	json_flag(w, "read", may(c, r, ACT_READ, ACT_READ));
	json_flag(w, "create", may(c, r, ACT_CREATE, ACT_CREATE));
	json_flag(w, "update", may(c, r, ACT_UPDATE, ACT_UPDATE));
	json_flag(w, "delete", may(c, r, ACT_DELETE, ACT_DELETE));
	json_flag(w, "import", may(c, r, ACT_IMPORT, ACT_CREATE));
	json_flag(w, "export", may(c, r, ACT_EXPORT, ACT_LIST));
	json_end(w);
}

static void
put_moves(struct json_writer *w, const struct resource *r)
{
	json_key(w, "moves");
	json_list(w);
	for (const struct move *m = r->moves; m != NULL && m->name != NULL; m++) {
		if (m->may == NULL)
			continue;
		json_begin(w);
		json_c(w, "name", m->name);
		put_label(w, "title", m->label);
		put_words(w, "from", m->from, '|');
		json_c(w, "to", m->to);
		json_flag(w, "comment", m->comment);
		json_flag(w, "danger", m->danger);
		json_flag(w, "primary", m->primary);
		put_label(w, "confirm", m->confirm);
		json_end(w);
	}
	json_list_end(w);
}

static void
put_resource(struct json_writer *w, const struct ctx *c, const struct resource *r)
{
	const char *title = NULL;

	for (const struct field *f = r->fields; f->name != NULL; f++) {
		if (f->title)
			title = f->name;
	}
	json_begin(w);
	json_c(w, "name", r->name);
	put_label(w, "title", r->label);
	put_label(w, "help", r->help);
	json_c(w, "group", r->group);
	json_c(w, "icon", r->icon);
	json_c(w, "titleField", title);
	json_c(w, "defaultSort", r->default_sort != NULL ? r->default_sort : "-id");
	json_flag(w, "appendOnly", r->append_only);
	put_may(w, c, r);
	json_key(w, "fields");
	put_fields(w, r);
	put_choices(w, "states", r->states, "label");
	put_moves(w, r);
	json_end(w);
}

static void
put_groups(struct json_writer *w, const struct app *app)
{
	json_key(w, "groups");
	json_list(w);
	for (size_t i = 0; app->modules[i] != NULL; i++) {
		for (const struct menu_group *g = app->modules[i]->groups; g != NULL && g->name != NULL; g++) {
			json_begin(w);
			json_c(w, "name", g->name);
			put_label(w, "title", g->label);
			json_c(w, "icon", g->icon);
			json_int(w, "order", g->order);
			json_end(w);
		}
	}
	json_list_end(w);
}

static enum rc
put_county(struct json_writer *w, struct ctx *c)
{
	struct division d = { 0 };
	enum rc rc = c->db == NULL ? RC_NOT_FOUND : division_get(c, division_of_county(c->county), &d);

	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	c->err = (struct err){ .lang = c->lang };
	json_key(w, "county");
	json_begin(w);
	json_str(w, "code", str_fmt(c->mem, LLD, LL(c->county)));
	json_key(w, "name");
	json_begin(w);
	json_str(w, "zh", d.name.p != NULL ? d.name : S(""));
	json_str(w, "en", d.name.p != NULL ? d.name : S(""));
	json_end(w);
	json_end(w);
	return RC_OK;
}

enum rc
meta_print(struct ctx *c, const char *version, struct str *out)
{
	struct json_writer w;
	struct sb b;
	enum rc rc;

	sb_init(&b, c->mem, META_MAX);
	json_writer_init(&w, &b);
	json_begin(&w);
	rc = put_county(&w, c);
	if (rc != RC_OK)
		return rc;
	json_c(&w, "version", version);
	json_flag(&w, "demo", c->app->demo);
	put_groups(&w, c->app);
	json_key(&w, "resources");
	json_list(&w);
	for (size_t i = 0; c->app->resources[i] != NULL; i++) {
		const struct resource *r = c->app->resources[i];

		if (r->parent == NULL && r->may[ACT_LIST] != NULL && actor_may(c->actor, r->may[ACT_LIST]))
			put_resource(&w, c, r);
	}
	json_list_end(&w);
	json_end(&w);
	if (b.truncated)
		return fail(&c->err, RC_LIMIT, NULL, "元数据超过上限", "the metadata exceeds its limit");
	*out = sb_str(&b);
	return RC_OK;
}

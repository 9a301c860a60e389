#include "base/base.h"
#include <regex.h>
#include <string.h>
#include "base/list.h"
#include "base/utf8.h"
#include "contract.h"

struct operation {
	struct str method, path; /* upper-case method */
	const struct json *json;
	bool succeeded;
};

struct contract {
	const struct json *root;
	struct list operations;
};

static const struct json *
get(const struct json *o, struct str name)
{
	for (size_t i = 0; o != NULL && o->type == J_OBJECT && i < o->count; i++) {
		if (str_eq(o->names[i], name))
			return &o->items[i];
	}
	return NULL;
}

/* "#/components/schemas/plots" */
static const struct json *
resolve(const struct contract *k, const struct json *node)
{
	struct str ref = json_text(node, "$ref"), rest;
	const struct json *at = k->root;

	if (node == NULL || node->type != J_OBJECT || ref.p == NULL)
		return node;
	rest = str_sub(ref, 2, ref.n);
	while (rest.p != NULL && at != NULL)
		at = get(at, str_cut(&rest, '/'));
	return at;
}

/* ---- values against schemas ---- */

struct check {
	const struct contract *k;
	struct arena *a;
	struct str why;
};

static bool
wrong(struct check *x, struct str where, const char *what)
{
	x->why = str_fmt(x->a, "body" STR_FMT ": %s", STR_ARG(where), what);
	return false;
}

static bool
is_type(const struct json *v, struct str type)
{
	switch (v->type) {
	case J_NULL:
		return str_eq_c(type, "null");
	case J_FALSE:
	case J_TRUE:
		return str_eq_c(type, "boolean");
	case J_INT:
		return str_eq_c(type, "integer") || str_eq_c(type, "number");
	case J_REAL:
		return str_eq_c(type, "number");
	case J_STRING:
		return str_eq_c(type, "string");
	case J_ARRAY:
		return str_eq_c(type, "array");
	case J_OBJECT:
		return str_eq_c(type, "object");
	}
	return false;
}

static bool
same(const struct json *a, const struct json *b)
{
	if (a->type != b->type)
		return false;
	return a->type == J_STRING ? str_eq(a->s, b->s) : a->type == J_INT ? a->i == b->i : true;
}

static bool
type_fits(const struct json *v, const struct json *type)
{
	if (type->type == J_STRING)
		return is_type(v, type->s);
	for (size_t i = 0; i < type->count; i++) {
		if (is_type(v, type->items[i].s))
			return true;
	}
	return false;
}

static bool
pattern_fits(struct arena *a, struct str text, struct str pattern)
{
	regex_t re;
	bool fits;

	if (regcomp(&re, str_c(a, pattern), REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	fits = regexec(&re, str_c(a, text), 0, NULL, 0) == 0;
	regfree(&re);
	return fits;
}

static bool value_fits(struct check *x, const struct json *v, const struct json *schema, struct str where);

static bool
object_fits(struct check *x, const struct json *v, const struct json *schema, struct str where)
{
	const struct json *properties = json_get(schema, "properties"), *more = json_get(schema, "additionalProperties"),
		*required = json_get(schema, "required");

	for (size_t i = 0; required != NULL && i < required->count; i++) {
		if (get(v, required->items[i].s) == NULL)
			return wrong(x, where, str_fmt(x->a, "lacks \"" STR_FMT "\"", STR_ARG(required->items[i].s)).p);
	}
	for (size_t i = 0; i < v->count; i++) {
		const struct json *p = get(properties, v->names[i]);
		struct str inner = str_fmt(x->a, STR_FMT "." STR_FMT, STR_ARG(where), STR_ARG(v->names[i]));

		if (p == NULL)
			p = more;
		if (p != NULL && p->type == J_FALSE)
			return wrong(x, inner, "is not declared");
		if (p != NULL && p->type != J_TRUE && !value_fits(x, &v->items[i], p, inner))
			return false;
	}
	return true;
}

static bool
array_fits(struct check *x, const struct json *v, const struct json *schema, struct str where)
{
	const struct json *items = json_get(schema, "items"), *max = json_get(schema, "maxItems");

	if (max != NULL && v->count > (size_t)max->i)
		return wrong(x, where, "has too many items");
	for (size_t i = 0; items != NULL && i < v->count; i++) {
		if (!value_fits(x, &v->items[i], items, str_fmt(x->a, STR_FMT "[%zu]", STR_ARG(where), i)))
			return false;
	}
	return true;
}

static bool
scalar_fits(struct check *x, const struct json *v, const struct json *schema, struct str where)
{
	const struct json *min = json_get(schema, "minimum"), *max = json_get(schema, "maximum"),
		*least = json_get(schema, "minLength"), *most = json_get(schema, "maxLength"), *pattern = json_get(schema, "pattern");

	if (v->type == J_INT && ((min != NULL && v->i < min->i) || (max != NULL && v->i > max->i)))
		return wrong(x, where, "is out of range");
	if (v->type != J_STRING)
		return true;
	if ((least != NULL && utf8_count(v->s) < (size_t)least->i) || (most != NULL && utf8_count(v->s) > (size_t)most->i))
		return wrong(x, where, "has the wrong length");
	if (pattern != NULL && !pattern_fits(x->a, v->s, pattern->s))
		return wrong(x, where, str_fmt(x->a, "\"" STR_FMT "\" does not fit " STR_FMT, STR_ARG(v->s), STR_ARG(pattern->s)).p);
	return true;
}

static bool
any_fits(struct check *x, const struct json *v, const struct json *list, struct str where)
{
	for (size_t i = 0; i < list->count; i++) {
		if (value_fits(x, v, &list->items[i], where))
			return true;
	}
	return false;
}

static bool
words_known(struct check *x, const struct json *schema, struct str where)
{
	static const char *const known[] = { "type", "enum", "const", "properties", "required", "additionalProperties", "items", "minimum",
		"maximum", "minLength", "maxLength", "maxItems", "pattern", "anyOf", "oneOf", "$ref", "title", "description", "format",
		"default", "examples", NULL };

	for (size_t i = 0; i < schema->count; i++) {
		const char *const *w = known;

		while (*w != NULL && !str_eq_c(schema->names[i], *w))
			w++;
		if (*w == NULL)
			return wrong(x, where, str_fmt(x->a, "the schema word \"" STR_FMT "\" is not known to the checker", STR_ARG(schema->names[i])).p);
	}
	return true;
}

static bool
value_fits(struct check *x, const struct json *v, const struct json *schema, struct str where)
{
	const struct json *type, *list, *any;
	bool listed = false;

	schema = resolve(x->k, schema);
	if (schema == NULL)
		return wrong(x, where, "its schema refers to nothing");
	if (schema->type == J_TRUE)
		return true;
	if (!words_known(x, schema, where))
		return false;
	type = json_get(schema, "type");
	if (type != NULL && !type_fits(v, type))
		return wrong(x, where, "has the wrong type");
	list = json_get(schema, "enum");
	for (size_t i = 0; list != NULL && i < list->count; i++)
		listed |= same(v, &list->items[i]);
	if (list != NULL && !listed)
		return wrong(x, where, str_fmt(x->a, "\"" STR_FMT "\" is not one of the declared values", STR_ARG(v->s)).p);
	any = json_get(schema, "anyOf");
	any = any != NULL ? any : json_get(schema, "oneOf");
	if (any != NULL && !any_fits(x, v, any, where))
		return false;
	if (v->type == J_OBJECT)
		return object_fits(x, v, schema, where);
	if (v->type == J_ARRAY)
		return array_fits(x, v, schema, where);
	return scalar_fits(x, v, schema, where);
}

/* ---- operations ---- */

static bool
add_operations(struct contract *k, struct arena *a)
{
	const struct json *paths = json_get(k->root, "paths");

	for (size_t i = 0; paths != NULL && i < paths->count; i++) {
		for (size_t m = 0; m < paths->items[i].count; m++) {
			struct operation *o = list_add(&k->operations);
			struct sb up;

			if (o == NULL)
				return false;
			sb_init(&up, a, 16);
			for (size_t n = 0; n < paths->items[i].names[m].n; n++) {
				char ch = paths->items[i].names[m].p[n];

				sb_add_c(&up, (char)(ch >= 'a' && ch <= 'z' ? ch - 32 : ch));
			}
			*o = (struct operation){ .method = sb_str(&up), .path = paths->names[i], .json = &paths->items[i].items[m] };
		}
	}
	return k->operations.count > 0;
}

struct contract *
contract_load(struct arena *a, struct str openapi, struct str *why)
{
	struct contract *k = NEW(a, struct contract);
	struct err e = { .lang = LANG_EN };
	struct json *root = NULL;

	list_init(&k->operations, a, sizeof(struct operation), 5000);
	if (json_parse(a, openapi, 32 << 20, &root, &e) != RC_OK) {
		*why = str_dup(a, str_from_c(e.text));
		return NULL;
	}
	k->root = root;
	if (!add_operations(k, a)) {
		*why = S("no operations");
		return NULL;
	}
	return k;
}

static bool
path_fits(struct str template, struct str path)
{
	while (template.p != NULL && path.p != NULL) {
		struct str t = str_cut(&template, '/'), p = str_cut(&path, '/');

		if (t.n > 1 && t.p[0] == '{' ? p.n == 0 : !str_eq(t, p))
			return false;
	}
	return template.p == NULL && path.p == NULL;
}

/* A template without placeholders wins. */
static struct operation *
find(const struct contract *k, struct str method, struct str path)
{
	struct operation *best = NULL;

	for (size_t i = 0; i < k->operations.count; i++) {
		struct operation *o = LIST_AT(&k->operations, struct operation, i);
		bool literal = str_find(o->path, S("{"), 0) < 0;

		if (str_eq(o->method, method) && path_fits(o->path, path) && (best == NULL || literal))
			best = o;
	}
	return best;
}

static bool
content_fits(struct check *x, const struct json *response, const struct reply *r)
{
	const struct json *content = json_get(resolve(x->k, response), "content"), *media;
	struct str type = reply_header(r, "Content-Type"), rest = type, bare = str_trim(str_cut(&rest, ';'));
	struct err e = { .lang = LANG_EN };
	struct json *body = NULL;

	if (content == NULL) {
		x->why = str_fmt(x->a, "no content is declared, %zu bytes came", r->body.n);
		return r->body.n == 0;
	}
	media = get(content, bare);
	if (media == NULL)
		media = json_get(content, "*/*");
	if (media == NULL) {
		x->why = str_fmt(x->a, "content type \"" STR_FMT "\" is not declared", STR_ARG(type));
		return false;
	}
	if (!str_ends(bare, S("json")))
		return true;
	if (json_parse(x->a, r->body, 32 << 20, &body, &e) != RC_OK) {
		x->why = str_fmt(x->a, "malformed JSON: %s", e.text);
		return false;
	}
	return value_fits(x, body, json_get(media, "schema"), S(""));
}

bool
contract_check(struct contract *k, struct arena *a, struct str method, struct str target, const struct reply *r, struct str *why)
{
	struct str rest = target, path = str_cut(&rest, '?');
	struct operation *o = find(k, str_eq_c(method, "HEAD") ? S("GET") : method, path);
	struct check x = { .k = k, .a = a };
	const struct json *response;
	bool fits;

	*why = (struct str){ 0 };
	if (o == NULL) {
		*why = S("the operation is not declared");
		return r->status == 404 || r->status == 405;
	}
	if (str_eq_c(method, "HEAD"))
		return true;
	response = get(json_get(o->json, "responses"), str_fmt(a, "%d", r->status));
	if (response == NULL) {
		*why = str_fmt(a, "status %d is not declared", r->status);
		return false;
	}
	fits = content_fits(&x, response, r);
	*why = x.why;
	o->succeeded |= fits && r->status < 400;
	return fits;
}

struct str
contract_missing(const struct contract *k, struct arena *a, size_t i)
{
	for (size_t n = 0; n < k->operations.count; n++) {
		const struct operation *o = LIST_AT(&k->operations, const struct operation, n);

		if (!o->succeeded && i-- == 0)
			return str_fmt(a, STR_FMT " " STR_FMT, STR_ARG(o->method), STR_ARG(o->path));
	}
	return (struct str){ 0 };
}

size_t
contract_operations(const struct contract *k)
{
	return k->operations.count;
}

bool
contract_at(const struct contract *k, size_t i, struct str *method, struct str *path, const struct json **operation)
{
	const struct operation *o;

	if (i >= k->operations.count)
		return false;
	o = LIST_AT(&k->operations, const struct operation, i);
	*method = o->method;
	*path = o->path;
	*operation = o->json;
	return true;
}

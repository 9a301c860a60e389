/* json_read.c - jansson parses, this file copies into the arena and applies our limits. */
#include "base/base.h"
#include "lib/json/json.h"
#include "base/utf8.h"
#include <jansson.h>
#include <string.h>

enum { DEPTH_MAX = 32, ITEMS_MAX = 10000 };

static void
release(json_t **v)
{
	json_decref(*v);
}

static enum rc copy_value(struct arena *a, const json_t *in, int depth, struct json *out, struct err *e);

static enum rc
copy_array(struct arena *a, const json_t *in, int depth, struct json *out, struct err *e)
{
	out->type = J_ARRAY;
	out->count = json_array_size(in);
	if (out->count > ITEMS_MAX)
		return fail(e, RC_LIMIT, NULL, "数组最多 %d 项", "an array may have at most %d items", ITEMS_MAX);
	out->items = NEW_ARRAY(a, struct json, out->count + 1);
	for (size_t i = 0; i < out->count; i++) {
		enum rc rc = copy_value(a, json_array_get(in, i), depth + 1, &out->items[i], e);

		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static enum rc
copy_object(struct arena *a, json_t *in, int depth, struct json *out, struct err *e)
{
	size_t n = json_object_size(in), i = 0;

	out->type = J_OBJECT;
	if (n > ITEMS_MAX)
		return fail(e, RC_LIMIT, NULL, "对象最多 %d 项", "an object may have at most %d members", ITEMS_MAX);
	out->count = n;
	out->items = NEW_ARRAY(a, struct json, n + 1);
	out->names = NEW_ARRAY(a, struct str, n + 1);
	for (void *it = json_object_iter(in); it != NULL; it = json_object_iter_next(in, it), i++) {
		out->names[i] = str_dup(a, str_from_c(json_object_iter_key(it)));

		enum rc rc = copy_value(a, json_object_iter_value(it), depth + 1, &out->items[i], e);

		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

/* Recursion is bounded by DEPTH_MAX. */
static enum rc
copy_value(struct arena *a, const json_t *in, int depth, struct json *out, struct err *e)
{
	char number[40];

	if (depth > DEPTH_MAX)
		return fail(e, RC_LIMIT, NULL, "JSON 嵌套超过 %d 层", "JSON is nested deeper than %d levels", DEPTH_MAX);
	if (json_is_object(in)) {
		/* jansson's iterator takes a mutable pointer though it changes nothing. */
		json_t *mutable_in;

		memcpy(&mutable_in, &in, sizeof(in));
		return copy_object(a, mutable_in, depth, out, e);
	}
	if (json_is_array(in))
		return copy_array(a, in, depth, out, e);
	if (json_is_string(in)) {
		out->type = J_STRING;
		out->s = str_dup(a, (struct str){ json_string_value(in), json_string_length(in) });
	} else if (json_is_integer(in)) {
		out->type = J_INT;
		out->i = json_integer_value(in);
	} else if (json_is_real(in)) {
		out->type = J_REAL;
		out->real = json_real_value(in);
		snprintf(number, sizeof(number), "%.17g", out->real);
		out->s = str_dup(a, str_from_c(number));
	} else {
		out->type = json_is_true(in) ? J_TRUE : json_is_false(in) ? J_FALSE : J_NULL;
	}
	return RC_OK;
}

enum rc
json_parse(struct arena *a, struct str text, size_t bytes_max, struct json **out, struct err *e)
{
	json_error_t je;

	if (text.n > bytes_max)
		return fail(e, RC_LIMIT, NULL, "JSON 超过 %zu 字节", "JSON is larger than %zu bytes", bytes_max);
	if (!utf8_valid(text))
		return fail(e, RC_INVALID, NULL, "JSON 不是有效的 UTF-8", "JSON is not valid UTF-8");

	CLEANUP(release) json_t *root =
		json_loadb(text.p != NULL ? text.p : "", text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &je);

	if (root == NULL)
		return fail(e, RC_INVALID, NULL, "JSON 第 %d 行第 %d 列有误：%s", "JSON line %d column %d: %s", je.line,
			je.column, je.text);

	struct json *v = NEW(a, struct json);
	enum rc rc = copy_value(a, root, 1, v, e);

	if (rc == RC_OK)
		*out = v;
	return rc;
}

const struct json *
json_get(const struct json *o, const char *name)
{
	if (o == NULL || o->type != J_OBJECT)
		return NULL;
	for (size_t i = 0; i < o->count; i++)
		if (str_eq_c(o->names[i], name))
			return &o->items[i];
	return NULL;
}

struct str
json_text(const struct json *o, const char *name)
{
	const struct json *v = json_get(o, name);

	return v != NULL && v->type == J_STRING ? v->s : (struct str){ 0 };
}

int64_t
json_i64(const struct json *o, const char *name)
{
	const struct json *v = json_get(o, name);
	int64_t i = NIL;

	if (v != NULL && v->type == J_INT)
		return v->i;
	if (v != NULL && v->type == J_STRING && str_i64(v->s, &i))
		return i;
	return NIL;
}

bool
json_bool(const struct json *o, const char *name)
{
	const struct json *v = json_get(o, name);

	return v != NULL && v->type == J_TRUE;
}

#include "base/base.h"
#include "lib/json/json.h"
#include <stdio.h>

void
json_writer_init(struct json_writer *w, struct sb *out)
{
	*w = (struct json_writer){ .out = out };
}

/* A comma before every value but the first of its list or object; a key has taken care of its value's. */
static void
separate(struct json_writer *w)
{
	if (w->comma[w->depth])
		sb_add_c(w->out, ',');
	w->comma[w->depth] = true;
}

static void
open_level(struct json_writer *w, char c)
{
	separate(w);
	sb_add_c(w->out, c);
	ASSERT(w->depth + 1 < (int)ARRAY_LEN(w->comma));
	w->comma[++w->depth] = false;
}

static void
close_level(struct json_writer *w, char c)
{
	ASSERT(w->depth > 0);
	w->depth--;
	sb_add_c(w->out, c);
}

void
json_begin(struct json_writer *w)
{
	open_level(w, '{');
}

void
json_end(struct json_writer *w)
{
	close_level(w, '}');
}

void
json_list(struct json_writer *w)
{
	open_level(w, '[');
}

void
json_list_end(struct json_writer *w)
{
	close_level(w, ']');
}

/* Length of the run that needs no escape, from i. */
static size_t
plain_run(struct str s, size_t i)
{
	size_t start = i;

	for (; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == '"' || c == '\\' || c == '<' || c == 0x7F || c == 0xE2)
			break;
	}
	return i - start;
}

static void
quoted(struct sb *b, struct str s)
{
	char u[8];

	sb_add_c(b, '"');
	for (size_t i = 0; i < s.n;) {
		size_t run = plain_run(s, i);
		unsigned char c;

		sb_add_str(b, str_sub(s, i, run));
		i += run;
		if (i == s.n)
			break;
		c = (unsigned char)s.p[i];
		if (c == 0xE2) {
			bool separator = i + 2 < s.n && (unsigned char)s.p[i + 1] == 0x80 &&
					 ((unsigned char)s.p[i + 2] & 0xFE) == 0xA8;

			if (separator)
				sb_add(b, (unsigned char)s.p[i + 2] == 0xA8 ? "\\u2028" : "\\u2029");
			else
				sb_add_str(b, str_sub(s, i, 1));
			i += separator ? 3 : 1;
			continue;
		}
		if (c == '"' || c == '\\') {
			sb_add_c(b, '\\');
			sb_add_c(b, (char)c);
		} else if (c == '\n') {
			sb_add(b, "\\n");
		} else if (c == '\t') {
			sb_add(b, "\\t");
		} else if (c == '\r') {
			sb_add(b, "\\r");
		} else {
			snprintf(u, sizeof(u), "\\u%04x", c);
			sb_add(b, u);
		}
		i++;
	}
	sb_add_c(b, '"');
}

void
json_key_str(struct json_writer *w, struct str name)
{
	separate(w);
	quoted(w->out, name);
	sb_add_c(w->out, ':');
	w->comma[w->depth] = false;
}

void
json_key(struct json_writer *w, const char *name)
{
	json_key_str(w, str_from_c(name));
}

void
json_put_raw(struct json_writer *w, struct str json)
{
	separate(w);
	sb_add_str(w->out, json);
}

void
json_put_null(struct json_writer *w)
{
	json_put_raw(w, S("null"));
}

void
json_put_str(struct json_writer *w, struct str s)
{
	if (s.p == NULL) {
		json_put_null(w);
		return;
	}
	separate(w);
	quoted(w->out, s);
}

void
json_put_c(struct json_writer *w, const char *z)
{
	json_put_str(w, str_from_c(z));
}

void
json_put_i64(struct json_writer *w, int64_t v)
{
	if (v == NIL) {
		json_put_null(w);
		return;
	}
	separate(w);
	sb_add_i64(w->out, v);
}

void
json_put_id(struct json_writer *w, int64_t id)
{
	if (id == NIL || id == 0) {
		json_put_null(w);
		return;
	}
	separate(w);
	sb_add_c(w->out, '"');
	sb_add_i64(w->out, id);
	sb_add_c(w->out, '"');
}

void
json_put_scaled(struct json_writer *w, int64_t v, int scale)
{
	if (v == NIL) {
		json_put_null(w);
		return;
	}
	separate(w);
	sb_add_scaled(w->out, v, scale);
}

void
json_put_bool(struct json_writer *w, bool v)
{
	json_put_raw(w, v ? S("true") : S("false"));
}

void
json_str(struct json_writer *w, const char *name, struct str s)
{
	json_key(w, name);
	json_put_str(w, s);
}

void
json_c(struct json_writer *w, const char *name, const char *z)
{
	json_str(w, name, str_from_c(z));
}

void
json_int(struct json_writer *w, const char *name, int64_t v)
{
	json_key(w, name);
	json_put_i64(w, v);
}

void
json_id(struct json_writer *w, const char *name, int64_t id)
{
	json_key(w, name);
	json_put_id(w, id);
}

void
json_flag(struct json_writer *w, const char *name, bool v)
{
	json_key(w, name);
	json_put_bool(w, v);
}

void
json_label(struct json_writer *w, const char *name, struct text t)
{
	json_key(w, name);
	json_begin(w);
	json_c(w, "zh", text_in(t, LANG_ZH));
	json_c(w, "en", text_in(t, LANG_EN));
	json_end(w);
}

/* Recursion is bounded: parsed values are at most 32 deep. */
void
json_print(struct json_writer *w, const struct json *v)
{
	switch (v->type) {
	case J_NULL:
		json_put_null(w);
		break;
	case J_FALSE:
	case J_TRUE:
		json_put_bool(w, v->type == J_TRUE);
		break;
	case J_INT:
		json_put_raw(w, str_fmt(w->out->mem, LLD, LL(v->i)));
		break;
	case J_REAL:
		json_put_raw(w, v->s);
		break;
	case J_STRING:
		json_put_str(w, v->s);
		break;
	case J_ARRAY:
		json_list(w);
		for (size_t i = 0; i < v->count; i++)
			json_print(w, &v->items[i]);
		json_list_end(w);
		break;
	case J_OBJECT:
		json_begin(w);
		for (size_t i = 0; i < v->count; i++) {
			json_key_str(w, v->names[i]);
			json_print(w, &v->items[i]);
		}
		json_end(w);
		break;
	}
}

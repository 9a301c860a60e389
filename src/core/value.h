/*
 * value.h - one field's value on its way between JSON, query text, the C
 * member and JSON again. Everything that arrives from outside is judged here,
 * and only here: type, encoding, length, range, choice, form.
 */
#ifndef CORE_VALUE_H
#define CORE_VALUE_H
#include "core/resource.h"
#include "lib/json/json.h"

/* Absent is null. Numbers and flags in i, texts in s. */
struct value {
	bool null;
	int64_t i;
	struct str s;
};

/* Reads a JSON value for the field. RC_INVALID with a sentence in e->text and the field's name in e->field.
 */
enum rc value_from_json(struct arena *mem, const struct field *f, const struct json *j, struct value *out,
	struct err *e) MUST_USE;
/* The same from what stands in a query string: dates as YYYY-MM-DD, flags as true or false, keys as digits.
 */
enum rc value_from_text(
	struct arena *mem, const struct field *f, struct str text, struct value *out, struct err *e) MUST_USE;
/* Length, range, choice and form of a value made in C. */
enum rc value_check(const struct field *f, const struct value *v, struct err *e) MUST_USE;
/* The member of a record, and back. A zero key reads as absent; an absent flag writes false. */
struct value value_of(const struct field *f, const void *record);
void value_set(const struct field *f, void *record, struct value v);
bool value_equal(const struct field *f, struct value a, struct value b);
/* Writes the value in its JSON form (not lines). */
void value_print(struct json_writer *w, const struct field *f, struct value v);
/* What people read: for titles and labels. Choices in the language. */
struct str value_label(struct arena *mem, const struct field *f, struct value v, enum lang lang);
const struct choice *choice_find(const struct choice *choices, struct str value);
/* True when the comma-separated list holds the word. */
bool word_listed(const char *list, char separator, struct str word);
#endif

/* openapi_schema.c - JSON Schema 2020-12 of fields and records, as the record layer prints and reads them. */
#include "base/base.h"
#include <string.h>
#include "core/field_type.h"
#include "core/openapi_priv.h"

static const char key_pattern[] = "^[0-9]{1,19}$", division_pattern[] = "^[0-9]{12}$";

static void
put_type(struct json_writer *w, const char *type, bool nullable)
{
	if (!nullable) {
		json_c(w, "type", type);
		return;
	}
	json_key(w, "type");
	json_list(w);
	json_put_c(w, type);
	json_put_c(w, "null");
	json_list_end(w);
}

static void
put_enum(struct json_writer *w, const struct choice *choices, bool nullable)
{
	json_key(w, "enum");
	json_list(w);
	for (const struct choice *k = choices; k != NULL && k->value != NULL; k++)
		json_put_c(w, k->value);
	if (nullable)
		json_put_null(w);
	json_list_end(w);
}

static void
put_integer(struct json_writer *w, const struct field *f, bool nullable)
{
	put_type(w, "integer", nullable);
	json_c(w, "format", "int64");
	if (f->max > f->min) {
		json_int(w, "minimum", f->min);
		json_int(w, "maximum", f->max);
	}
}

static void
put_pattern(struct json_writer *w, const char *pattern, bool nullable)
{
	put_type(w, "string", nullable);
	json_c(w, "pattern", pattern);
}

static void
put_point(struct json_writer *w, bool nullable)
{
	static const char *const names[] = { "lng", "lat" };
	static const int limits[] = { 180, 90 };

	put_type(w, "object", nullable);
	json_key(w, "properties");
	json_begin(w);
	for (int i = 0; i < 2; i++) {
		json_key(w, names[i]);
		json_begin(w);
		json_c(w, "type", "number");
		json_int(w, "minimum", -limits[i]);
		json_int(w, "maximum", limits[i]);
		json_end(w);
	}
	json_end(w);
	json_key(w, "required");
	json_put_raw(w, S("[\"lng\",\"lat\"]"));
	json_flag(w, "additionalProperties", false);
}

static void
put_files(struct json_writer *w, const struct field *f)
{
	json_c(w, "type", "array");
	json_key(w, "items");
	json_begin(w);
	put_pattern(w, key_pattern, false);
	json_end(w);
	json_int(w, "maxItems", field_max(f));
}

static void put_object(struct json_writer *w, const struct resource *r, enum schema_use use, bool line);

static void
put_lines(struct json_writer *w, const struct field *f, enum schema_use use)
{
	json_c(w, "type", "array");
	json_key(w, "items");
	json_begin(w);
	put_object(w, f->lines, use == SCHEMA_READ ? SCHEMA_READ : SCHEMA_CREATE, true);
	json_end(w);
	if (f->max > 0)
		json_int(w, "maxItems", f->max);
}

static void
put_text(struct json_writer *w, const struct field *f, enum schema_use use, bool nullable)
{
	put_type(w, "string", nullable);
	/* A masked value is no longer than the stored one plus the mask; only what is written is bounded. */
	if (!(use == SCHEMA_READ && f->private))
		json_int(w, "maxLength", field_max(f));
}

static void
put_by_type(struct json_writer *w, const struct field *f, enum schema_use use, bool nullable)
{
	switch (f->type) {
	case T_TEXT:
	case T_LONGTEXT:
	case T_CODE:
	case T_PHONE:
	case T_IDNO:
	case T_USCC:
	case T_EMAIL:
	case T_URL:
		put_text(w, f, use, nullable);
		break;
	case T_INT:
	case T_QTY:
	case T_MONEY:
	case T_RATE:
		put_integer(w, f, nullable);
		break;
	case T_BOOL:
		put_type(w, "boolean", use != SCHEMA_READ);
		break;
	case T_DATE:
		put_type(w, "string", nullable);
		json_c(w, "format", "date");
		break;
	case T_TIME:
		if (use == SCHEMA_READ) {
			put_integer(w, f, nullable);
		} else {
			json_key(w, "type");
			json_put_raw(w, nullable ? S("[\"integer\",\"string\",\"null\"]") : S("[\"integer\",\"string\"]"));
		}
		break;
	case T_ENUM:
		put_type(w, "string", nullable);
		put_enum(w, f->choices, nullable);
		break;
	case T_STATE:
		put_type(w, "string", false);
		break;
	case T_REF:
	case T_FILE:
		put_pattern(w, key_pattern, nullable);
		break;
	case T_DIVISION:
		put_pattern(w, division_pattern, nullable);
		break;
	case T_GEO:
		put_point(w, nullable);
		break;
	case T_FILES:
		put_files(w, f);
		break;
	case T_JSON:
		break;
	case T_LINES:
		put_lines(w, f, use);
		break;
	}
}

void
schema_field(struct json_writer *w, const struct field *f, enum schema_use use)
{
	json_begin(w);
	json_c(w, "title", f->label.zh);
	json_c(w, "description", f->label.en);
	put_by_type(w, f, use, use != SCHEMA_CREATE || !f->required);
	json_end(w);
}

void
schema_filter(struct json_writer *w, const struct field *f)
{
	json_begin(w);
	switch (f->type) {
	case T_INT:
	case T_QTY:
	case T_MONEY:
	case T_RATE:
		json_c(w, "type", "integer");
		break;
	case T_TIME:
		json_key(w, "type");
		json_put_raw(w, S("[\"integer\",\"string\"]"));
		break;
	case T_BOOL:
		json_c(w, "type", "boolean");
		break;
	case T_DATE:
		json_c(w, "type", "string");
		json_c(w, "format", "date");
		break;
	case T_ENUM:
		json_c(w, "type", "string");
		put_enum(w, f->choices, false);
		break;
	case T_REF:
	case T_FILE:
		put_pattern(w, key_pattern, false);
		break;
	case T_DIVISION:
		put_pattern(w, division_pattern, false);
		break;
	case T_TEXT:
	case T_LONGTEXT:
	case T_CODE:
	case T_STATE:
	case T_GEO:
	case T_FILES:
	case T_PHONE:
	case T_IDNO:
	case T_USCC:
	case T_EMAIL:
	case T_URL:
	case T_JSON:
	case T_LINES:
		json_c(w, "type", "string");
		break;
	}
	json_end(w);
}

bool
schema_writable(const struct field *f, enum schema_use use)
{
	if (f->server || f->type == T_STATE)
		return false;
	return use == SCHEMA_CREATE || !f->fixed;
}

static void
member(struct json_writer *w, const char *name, const char *schema)
{
	json_key(w, name);
	json_put_raw(w, str_from_c(schema));
}

static void
put_states(struct json_writer *w, const struct resource *r)
{
	json_begin(w);
	json_c(w, "type", "string");
	put_enum(w, r->states, false);
	json_end(w);
}

/* What every record says beside its fields. */
static void
system_members(struct json_writer *w, const struct resource *r)
{
	member(w, "id", "{\"type\":\"string\",\"pattern\":\"^[0-9]{1,19}$\"}");
	member(w, "version", "{\"type\":\"integer\",\"minimum\":1}");
	member(w, "created_ms", "{\"type\":[\"integer\",\"null\"],\"format\":\"int64\"}");
	member(w, "updated_ms", "{\"type\":[\"integer\",\"null\"],\"format\":\"int64\"}");
	member(w, "created_by", "{\"type\":[\"string\",\"null\"]}");
	member(w, "updated_by", "{\"type\":[\"string\",\"null\"]}");
	member(w, "deleted_ms", "{\"type\":[\"integer\",\"null\"],\"format\":\"int64\"}");
	if (field_find(r, S("division")) == NULL)
		member(w, "division", "{\"type\":[\"string\",\"null\"],\"pattern\":\"^[0-9]{12}$\"}");
	if (field_find(r, S("org_id")) == NULL)
		member(w, "org_id", "{\"type\":[\"string\",\"null\"],\"pattern\":\"^[0-9]{1,19}$\"}");
	if (field_find(r, S("person_id")) == NULL)
		member(w, "person_id", "{\"type\":[\"string\",\"null\"],\"pattern\":\"^[0-9]{1,19}$\"}");
	member(w, "_may", "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}");
	member(w, "_labels", "{\"$ref\":\"#/components/schemas/labels\"}");
}

static void
put_required(struct json_writer *w, const struct resource *r, enum schema_use use, bool line)
{
	json_key(w, "required");
	json_list(w);
	if (use == SCHEMA_READ && !line) {
		json_put_c(w, "id");
		json_put_c(w, "version");
		json_put_c(w, "_may");
	}
	if (use == SCHEMA_UPDATE)
		json_put_c(w, "version");
	for (const struct field *f = r->fields; use == SCHEMA_CREATE && f->name != NULL; f++) {
		if (f->required && f->default_ == NULL && f->required_when == NULL && schema_writable(f, use))
			json_put_c(w, f->name);
	}
	json_list_end(w);
}

static void
put_object(struct json_writer *w, const struct resource *r, enum schema_use use, bool line)
{
	json_c(w, "type", "object");
	json_key(w, "properties");
	json_begin(w);
	if (use == SCHEMA_READ && !line)
		system_members(w, r);
	if (use == SCHEMA_CREATE && !line)
		member(w, "id", "{\"type\":\"string\",\"pattern\":\"^[0-9]{1,19}$\"}");
	if (use == SCHEMA_UPDATE)
		member(w, "version", "{\"type\":[\"integer\",\"string\"]}");
	for (const struct field *f = r->fields; f->name != NULL; f++) {
		if ((use == SCHEMA_READ && f->secret) || (use != SCHEMA_READ && !schema_writable(f, use)))
			continue;
		json_key(w, f->name);
		if (f->type == T_STATE)
			put_states(w, r);
		else
			schema_field(w, f, use);
	}
	json_end(w);
	put_required(w, r, use, line);
	json_flag(w, "additionalProperties", false);
}

static void
named(struct json_writer *w, const struct resource *r, const char *tail, enum schema_use use)
{
	json_key(w, str_fmt(w->out->mem, "%s%s", r->name, tail).p);
	json_begin(w);
	json_c(w, "title", r->label.zh);
	json_c(w, "description", r->label.en);
	put_object(w, r, use, false);
	json_end(w);
}

void
schema_ref(struct json_writer *w, const char *kind, const char *name, const char *tail)
{
	json_begin(w);
	json_str(w, "$ref", str_fmt(w->out->mem, "#/components/%s/%s%s", kind, name, tail));
	json_end(w);
}

static void
put_list(struct json_writer *w, const struct resource *r)
{
	json_key(w, str_fmt(w->out->mem, "%s-list", r->name).p);
	json_begin(w);
	json_c(w, "type", "object");
	json_key(w, "properties");
	json_begin(w);
	json_key(w, "items");
	json_begin(w);
	json_c(w, "type", "array");
	json_key(w, "items");
	schema_ref(w, "schemas", r->name, "");
	json_end(w);
	member(w, "next", "{\"type\":[\"string\",\"null\"]}");
	member(w, "count", "{\"type\":\"integer\",\"minimum\":0}");
	member(w, "labels", "{\"$ref\":\"#/components/schemas/labels\"}");
	json_end(w);
	member(w, "required", "[\"items\",\"next\"]");
	json_flag(w, "additionalProperties", false);
	json_end(w);
}

void
schema_resource(struct json_writer *w, const struct resource *r)
{
	if (r->may[ACT_READ] != NULL || r->may[ACT_LIST] != NULL || r->may[ACT_CREATE] != NULL)
		named(w, r, "", SCHEMA_READ);
	if (r->may[ACT_CREATE] != NULL)
		named(w, r, "-create", SCHEMA_CREATE);
	if (r->may[ACT_UPDATE] != NULL && !r->append_only)
		named(w, r, "-update", SCHEMA_UPDATE);
	if (r->may[ACT_LIST] != NULL)
		put_list(w, r);
}

/* The metadata document: written as pairs name → schema, closed, everything required. */
static void
closed(struct json_writer *w, const char *name, const char *const *pairs)
{
	json_key(w, name);
	json_begin(w);
	json_c(w, "type", "object");
	json_key(w, "properties");
	json_begin(w);
	for (size_t i = 0; pairs[i] != NULL; i += 2)
		member(w, pairs[i], pairs[i + 1]);
	json_end(w);
	json_key(w, "required");
	json_list(w);
	for (size_t i = 0; pairs[i] != NULL; i += 2)
		json_put_c(w, pairs[i]);
	json_list_end(w);
	json_flag(w, "additionalProperties", false);
	json_end(w);
}

#define M_STRING "{\"type\":\"string\"}"
#define M_MAYBE "{\"type\":[\"string\",\"null\"]}"
#define M_FLAG "{\"type\":\"boolean\"}"
#define M_NUMBER "{\"type\":[\"integer\",\"null\"]}"
#define M_WORDS "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"
#define M_TEXT "{\"$ref\":\"#/components/schemas/meta-text\"}"
#define M_CHOICES "{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/meta-choice\"}}"

static void
schema_meta(struct json_writer *w)
{
	static const char *const text[] = { "zh", M_STRING, "en", M_STRING, NULL };
	static const char *const choice[] = { "value", M_STRING, "label", M_TEXT, "tone", M_STRING, NULL };
	static const char *const unit[] = { "code", M_STRING, "zh", M_STRING, "en", M_STRING, NULL };
	static const char *const condition[] = { "field", M_STRING, "is", M_WORDS, NULL };
	static const char *const field[] = { "name", M_STRING, "title", M_TEXT, "type", M_STRING, "unit",
		"{\"anyOf\":[{\"$ref\":\"#/components/schemas/meta-unit\"},{\"type\":\"null\"}]}", "unitField", M_MAYBE, "scale",
		"{\"type\":\"integer\"}", "min", M_NUMBER, "max", M_NUMBER, "maxLength", M_NUMBER, "required", M_FLAG, "requiredWhen",
		"{\"anyOf\":[{\"$ref\":\"#/components/schemas/meta-condition\"},{\"type\":\"null\"}]}", "readOnly", M_FLAG, "fixed", M_FLAG,
		"private", M_FLAG, "list", M_FLAG, "filter", M_FLAG, "sort", M_FLAG, "search", M_FLAG, "secondary", M_FLAG, "mobile", M_FLAG,
		"width", M_NUMBER, "group", M_TEXT, "help", M_TEXT, "ref", M_MAYBE, "accept", M_MAYBE, "default", "true", "options", M_CHOICES,
		"fields", "{\"type\":[\"array\",\"null\"],\"items\":{\"$ref\":\"#/components/schemas/meta-field\"}}", NULL };
	static const char *const move[] = { "name", M_STRING, "title", M_TEXT, "from", M_WORDS, "to", M_STRING, "comment", M_FLAG, "danger",
		M_FLAG, "primary", M_FLAG, "confirm", M_TEXT, NULL };
	static const char *const may[] = { "read", M_FLAG, "create", M_FLAG, "update", M_FLAG, "delete", M_FLAG, "import", M_FLAG, "export",
		M_FLAG, NULL };
	static const char *const resource[] = { "name", M_STRING, "title", M_TEXT, "help", M_TEXT, "group", M_MAYBE, "icon", M_MAYBE,
		"titleField", M_MAYBE, "defaultSort", M_STRING, "appendOnly", M_FLAG, "may", "{\"$ref\":\"#/components/schemas/meta-may\"}",
		"fields", "{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/meta-field\"}}", "states", M_CHOICES, "moves",
		"{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/meta-move\"}}", NULL };

	closed(w, "meta-text", text);
	closed(w, "meta-choice", choice);
	closed(w, "meta-unit", unit);
	closed(w, "meta-condition", condition);
	closed(w, "meta-field", field);
	closed(w, "meta-move", move);
	closed(w, "meta-may", may);
	closed(w, "meta-resource", resource);
}

void
schema_common(struct json_writer *w)
{
	schema_meta(w);
	member(w, "labels", "{\"type\":\"object\",\"description\":\"resource name to key to title\",\"additionalProperties\":"
		"{\"type\":\"object\",\"additionalProperties\":{\"type\":[\"string\",\"null\"]}}}");
	member(w, "problem", "{\"type\":\"object\",\"description\":\"RFC 9457\",\"properties\":{"
		"\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
		"\"detail\":{\"type\":\"string\"},\"code\":{\"type\":\"string\"},\"field\":{\"type\":\"string\"},"
		"\"errors\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}},"
		"\"request_id\":{\"type\":\"string\"}},\"required\":[\"type\",\"title\",\"status\",\"request_id\"],"
		"\"additionalProperties\":false}");
	member(w, "created", "{\"type\":\"object\",\"description\":\"answer to a creator who may not read\","
		"\"properties\":{\"id\":{\"type\":\"string\"}},\"required\":[\"id\"],\"additionalProperties\":false}");
	member(w, "move", "{\"type\":\"object\",\"properties\":{\"version\":{\"type\":[\"integer\",\"string\"]},"
		"\"comment\":{\"type\":\"string\",\"maxLength\":500}},\"additionalProperties\":false}");
	member(w, "import", "{\"type\":\"object\",\"properties\":{\"file\":{\"type\":\"string\",\"pattern\":\"^[0-9]{1,19}$\"},"
		"\"dry\":{\"type\":\"boolean\"}},\"required\":[\"file\"],\"additionalProperties\":false}");
	member(w, "queued", "{\"type\":\"object\",\"properties\":{\"job\":{\"type\":\"string\",\"pattern\":\"^[0-9]{1,19}$\"}},"
		"\"required\":[\"job\"],\"additionalProperties\":false}");
	member(w, "history", "{\"type\":\"object\",\"properties\":{\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
		"\"properties\":{\"at_ms\":{\"type\":\"integer\"},\"actor\":{\"type\":[\"string\",\"null\"]},"
		"\"verb\":{\"type\":\"string\"},\"comment\":{\"type\":[\"string\",\"null\"]},\"changes\":{\"type\":\"array\","
		"\"items\":{\"type\":\"object\",\"properties\":{\"field\":{\"type\":\"string\"},\"before\":true,\"after\":true},"
		"\"required\":[\"field\",\"before\",\"after\"],\"additionalProperties\":false}}},"
		"\"required\":[\"at_ms\",\"actor\",\"verb\",\"comment\",\"changes\"],\"additionalProperties\":false}},"
		"\"next\":{\"type\":[\"string\",\"null\"]}},"
		"\"required\":[\"items\"],\"additionalProperties\":false}");
}

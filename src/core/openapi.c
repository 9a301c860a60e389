/*
 * openapi.c - the OpenAPI 3.1 document. It walks the same route table that
 * requests are matched with; what is printed here is what the story runner
 * checks every reply against.
 */
#include "base/base.h"
#include <string.h>
#include "core/field_type.h"
#include "core/openapi_priv.h"

enum { DOCUMENT_MAX = 8 << 20 };

/* Which problems an operation may answer with. */
static void
put_problems(struct json_writer *w, const struct route_entry *r)
{
	bool record = r->kind != RK_MODULE, writes = r->method != HTTP_GET;
	const struct { int status; bool when; } rows[] = {
		{ 400, true },
		/* A public route may still judge tokens of its own. */
		{ 401, (r->flags & ROUTE_HTML) == 0 },
		{ 403, (r->flags & ROUTE_HTML) == 0 },
		{ 404, true },
		{ 409, writes || !record },
		{ 413, r->body_max > 0 },
		{ 415, r->body_max > 0 },
		{ 422, writes || record },
		{ 429, true },
		{ 503, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!rows[i].when)
			continue;
		json_key(w, str_fmt(w->out->mem, "%d", rows[i].status).p);
		schema_ref(w, "responses", "problem", "");
	}
}

static void
parameter(struct json_writer *w, const char *in, struct str name, bool required, struct str description, const char *schema)
{
	json_begin(w);
	json_str(w, "name", name);
	json_c(w, "in", in);
	if (required)
		json_flag(w, "required", true);
	if (description.n > 0)
		json_str(w, "description", description);
	json_key(w, "schema");
	json_put_raw(w, str_from_c(schema));
	json_end(w);
}

static void
path_parameters(struct json_writer *w, const struct route_entry *r)
{
	const char *at = r->path;

	while ((at = strchr(at, '{')) != NULL) {
		const char *end = strchr(at, '}');
		bool key = end - at == 3 && memcmp(at + 1, "id", 2) == 0;

		parameter(w, "path", (struct str){ at + 1, (size_t)(end - at - 1) }, true, (struct str){ 0 },
			key ? "{\"type\":\"string\",\"pattern\":\"^[0-9]{1,19}$\"}" : "{\"type\":\"string\",\"minLength\":1}");
		at = end;
	}
}

static void
filter_parameter(struct json_writer *w, const struct field *f, const char *op, const char *schema)
{
	json_begin(w);
	json_str(w, "name", str_fmt(w->out->mem, "%s%s", f->name, op));
	json_c(w, "in", "query");
	json_key(w, "schema");
	if (schema != NULL)
		json_put_raw(w, str_from_c(schema));
	else
		schema_filter(w, f);
	json_end(w);
}

/* The questions the record layer takes of a field; it refuses the others. */
static void
field_filters(struct json_writer *w, const struct field *f)
{
	bool word = f->type == T_ENUM || f->type == T_STATE;

	if (f->type == T_LINES || f->secret)
		return;
	filter_parameter(w, f, ".null", "{\"type\":\"string\",\"enum\":[\"0\",\"1\",\"true\",\"false\"]}");
	if (!f->private && (type_info(f->type)->flags & TYPE_FILTER) == 0)
		return;
	filter_parameter(w, f, "", NULL);
	filter_parameter(w, f, ".in", "{\"type\":\"string\",\"description\":\"a,b,c\"}");
	if (f->private)
		return;
	filter_parameter(w, f, ".ne", NULL);
	if (f->type != T_BOOL && !word) {
		filter_parameter(w, f, ".gte", NULL);
		filter_parameter(w, f, ".lte", NULL);
	}
	if (f->as == M_STR && !word)
		filter_parameter(w, f, ".prefix", NULL);
	if (f->type == T_DIVISION)
		filter_parameter(w, f, ".within", NULL);
}

/* What every record says beside its fields; fields of these names take their place. */
static const struct field system_fields[] = {
	{ .name = "id", .type = T_REF, .as = M_I64 },
	{ .name = "division", .type = T_DIVISION, .as = M_I64 },
	{ .name = "org_id", .type = T_REF, .as = M_I64 },
	{ .name = "person_id", .type = T_REF, .as = M_I64 },
	{ .name = "created_ms", .type = T_TIME, .as = M_I64 },
	{ .name = "updated_ms", .type = T_TIME, .as = M_I64 },
	{ .name = "created_by", .type = T_REF, .as = M_I64 },
	{ .name = "updated_by", .type = T_REF, .as = M_I64 },
	{ 0 },
};

static void
filter_parameters(struct json_writer *w, const struct resource *r)
{
	for (const struct field *f = r->fields; f->name != NULL; f++)
		field_filters(w, f);
	for (const struct field *f = system_fields; f->name != NULL; f++) {
		if (field_find(r, str_from_c(f->name)) == NULL)
			field_filters(w, f);
	}
}

static void
list_parameters(struct json_writer *w, const struct route_entry *r)
{
	static const char *const names[] = { "q", "sort", "deleted", "limit", "after", "count", "labels" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (r->kind == RK_LIST || i < 3)
			schema_ref(w, "parameters", names[i], "");
	}
	if (r->kind == RK_EXPORT)
		schema_ref(w, "parameters", "format", "");
	filter_parameters(w, r->resource);
}

/* "name:type:description|…" of a module's route; type may carry "!" for required. */
static void
declared_parameters(struct json_writer *w, const char *query)
{
	struct str rest = str_from_c(query);

	while (rest.p != NULL && rest.n > 0) {
		struct str one = str_cut(&rest, '|'), name = str_cut(&one, ':'), type = one.p != NULL ? str_cut(&one, ':') : S("string");
		bool required = str_ends(type, S("!"));

		type = str_sub(type, 0, type.n - required);
		parameter(w, "query", name, required, one, str_fmt(w->out->mem, "{\"type\":\"" STR_FMT "\"}", STR_ARG(type)).p);
	}
}

static void
parameters(struct json_writer *w, const struct route_entry *r)
{
	json_key(w, "parameters");
	json_list(w);
	path_parameters(w, r);
	if (r->kind == RK_LIST || r->kind == RK_EXPORT)
		list_parameters(w, r);
	if (r->kind == RK_READ)
		schema_ref(w, "parameters", "labels", "");
	if (r->kind == RK_HISTORY)
		schema_ref(w, "parameters", "after", "");
	if (r->kind == RK_TEMPLATE)
		schema_ref(w, "parameters", "format", "");
	if (r->kind == RK_DELETE)
		parameter(w, "query", S("version"), false, S("the version read; or If-Match"), "{\"type\":\"integer\",\"minimum\":1}");
	if (r->kind == RK_UPDATE || r->kind == RK_DELETE || r->kind == RK_MOVE)
		schema_ref(w, "parameters", "if-match", "");
	if (r->kind != RK_MODULE && r->method != HTTP_GET)
		schema_ref(w, "parameters", "idempotency-key", "");
	if (r->kind == RK_MODULE)
		declared_parameters(w, r->route->query);
	json_list_end(w);
}

static void
content(struct json_writer *w, const char *type, const char *raw, const char *ref, const char *tail)
{
	json_key(w, "content");
	json_begin(w);
	json_key(w, type);
	json_begin(w);
	json_key(w, "schema");
	if (ref != NULL)
		schema_ref(w, "schemas", ref, tail);
	else
		json_put_raw(w, str_from_c(raw != NULL ? raw : "{}"));
	json_end(w);
	json_end(w);
}

static void
body(struct json_writer *w, const struct route_entry *r)
{
	const char *name = NULL, *tail = "", *raw = NULL;

	switch (r->kind) {
	case RK_CREATE:
		name = r->resource->name;
		tail = "-create";
		break;
	case RK_UPDATE:
		name = r->resource->name;
		tail = "-update";
		break;
	case RK_MOVE:
		name = "move";
		break;
	case RK_IMPORT:
		name = "import";
		break;
	case RK_MODULE:
		raw = r->route->body;
		break;
	case RK_LIST:
	case RK_READ:
	case RK_DELETE:
	case RK_HISTORY:
	case RK_EXPORT:
	case RK_TEMPLATE:
		return;
	}
	if (name == NULL && (raw == NULL || raw[0] == '\0') && (r->flags & ROUTE_BODY_FILE) == 0)
		return;
	json_key(w, "requestBody");
	json_begin(w);
	json_flag(w, "required", r->kind != RK_MOVE);
	if (r->flags & ROUTE_BODY_FILE)
		content(w, "application/octet-stream", NULL, NULL, NULL);
	else
		content(w, "application/json", raw, name, tail);
	json_end(w);
}

static void
sheets(struct json_writer *w)
{
	json_key(w, "content");
	json_put_raw(w, S("{\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet\":{\"schema\":{}},"
		"\"text/csv\":{\"schema\":{\"type\":\"string\"}}}"));
}

static void
module_success(struct json_writer *w, const struct route_entry *r)
{
	const char *reply = r->route->reply;

	if (r->route->status == 204 || r->route->status / 100 == 3)
		return;
	if (reply != NULL && reply[0] == '{')
		content(w, "application/json", reply, NULL, NULL);
	else if (reply != NULL && reply[0] != '\0')
		content(w, reply, NULL, NULL, NULL);
	else if (r->flags & ROUTE_HTML)
		content(w, "text/html", "{\"type\":\"string\"}", NULL, NULL);
	else if (r->flags & ROUTE_STREAM)
		content(w, "*/*", NULL, NULL, NULL);
}

static int
success_status(const struct route_entry *r)
{
	switch (r->kind) {
	case RK_CREATE:
		return 201;
	case RK_DELETE:
		return 204;
	case RK_IMPORT:
		return 202;
	case RK_MODULE:
		if (r->route->status != 0)
			return r->route->status;
		return r->route->reply == NULL && (r->flags & (ROUTE_HTML | ROUTE_STREAM)) == 0 ? 204 : 200;
	case RK_LIST:
	case RK_READ:
	case RK_UPDATE:
	case RK_MOVE:
	case RK_HISTORY:
	case RK_EXPORT:
	case RK_TEMPLATE:
		return 200;
	}
	return 200;
}

static void
success(struct json_writer *w, const struct route_entry *r)
{
	json_key(w, str_fmt(w->out->mem, "%d", success_status(r)).p);
	json_begin(w);
	json_c(w, "description", "OK");
	switch (r->kind) {
	case RK_LIST:
		content(w, "application/json", NULL, r->resource->name, "-list");
		break;
	case RK_READ:
		content(w, "application/json", NULL, r->resource->name, "");
		break;
	case RK_CREATE:
	case RK_UPDATE:
	case RK_MOVE:
		/* Who may write but not read gets the key alone. */
		content(w, "application/json", str_fmt(w->out->mem, "{\"anyOf\":[{\"$ref\":\"#/components/schemas/%s\"},"
			"{\"$ref\":\"#/components/schemas/created\"}]}", r->resource->name).p, NULL, NULL);
		break;
	case RK_HISTORY:
		content(w, "application/json", NULL, "history", "");
		break;
	case RK_IMPORT:
		content(w, "application/json", NULL, "queued", "");
		break;
	case RK_EXPORT:
	case RK_TEMPLATE:
		sheets(w);
		break;
	case RK_MODULE:
		module_success(w, r);
		break;
	case RK_DELETE:
		break;
	}
	json_end(w);
	/* A page may send its reader on to the address that holds the answer. */
	if ((r->flags & ROUTE_HTML) && r->method == HTTP_GET) {
		json_key(w, "303");
		json_put_raw(w, S("{\"description\":\"see the address in Location\"}"));
	}
}

static void
summary(struct json_writer *w, const struct route_entry *r)
{
	static const struct text verbs[] = {
		[RK_LIST] = { "列表", "List" }, [RK_READ] = { "查看", "Read" }, [RK_CREATE] = { "新建", "Create" },
		[RK_UPDATE] = { "修改", "Change" }, [RK_DELETE] = { "删除", "Delete" }, [RK_HISTORY] = { "变更记录", "History" },
		[RK_EXPORT] = { "导出", "Export" }, [RK_TEMPLATE] = { "导入模板", "Import template" }, [RK_IMPORT] = { "导入", "Import" },
	};
	struct text verb = r->kind == RK_MOVE ? r->move->label : r->kind == RK_MODULE ? r->route->summary : verbs[r->kind];

	if (r->kind == RK_MODULE) {
		json_str(w, "summary", str_fmt(w->out->mem, "%s / %s", text_in(verb, LANG_ZH), text_in(verb, LANG_EN)));
	} else {
		json_str(w, "summary", str_fmt(w->out->mem, "%s%s / %s: %s", r->resource->label.zh, text_in(verb, LANG_ZH),
			r->resource->label.en, text_in(verb, LANG_EN)));
	}
	if (r->may != NULL)
		json_str(w, "description", str_fmt(w->out->mem, "`%s`", r->may));
}

/* GET /api/v1/plots/{id} is get_plots_id. */
static void
operation_id(struct json_writer *w, const struct route_entry *r)
{
	struct sb b;
	const char *at = r->path;

	sb_init(&b, w->out->mem, 300);
	sb_add_str(&b, str_lower(w->out->mem, str_from_c(http_method_name(r->method))));
	if (strncmp(at, "/api/v1/", 8) == 0)
		at += 7;
	else
		sb_add(&b, "_page");
	for (; *at != '\0'; at++) {
		if (*at == '/' || *at == '-' || *at == '.')
			sb_add_c(&b, '_');
		else if (*at != '{' && *at != '}')
			sb_add_c(&b, *at);
	}
	json_str(w, "operationId", sb_str(&b));
}

static void
operation(struct json_writer *w, const struct route_entry *r)
{
	const struct module *m = r->module;

	json_key_str(w, str_lower(w->out->mem, str_from_c(http_method_name(r->method))));
	json_begin(w);
	operation_id(w, r);
	json_key(w, "tags");
	json_list(w);
	json_put_c(w, m != NULL ? m->name : r->resource->group != NULL ? r->resource->group : "records");
	json_list_end(w);
	summary(w, r);
	parameters(w, r);
	body(w, r);
	json_key(w, "responses");
	json_begin(w);
	success(w, r);
	put_problems(w, r);
	json_end(w);
	if (r->flags & ROUTE_PUBLIC) {
		json_key(w, "security");
		json_list(w);
		json_list_end(w);
	}
	json_end(w);
}

/* Routes of one path stand together, whatever order they were declared in. */
static void
paths(struct json_writer *w, const struct route_table *t)
{
	json_key(w, "paths");
	json_begin(w);
	for (size_t i = 0; i < route_count(t); i++) {
		const char *path = route_at(t, i)->path;
		bool seen = false;

		for (size_t k = 0; k < i && !seen; k++)
			seen = strcmp(route_at(t, k)->path, path) == 0;
		if (seen)
			continue;
		json_key(w, path);
		json_begin(w);
		for (size_t k = i; k < route_count(t); k++) {
			if (strcmp(route_at(t, k)->path, path) == 0)
				operation(w, route_at(t, k));
		}
		json_end(w);
	}
	json_end(w);
}

static void
components(struct json_writer *w, const struct app *app)
{
	json_key(w, "components");
	json_begin(w);
	json_key(w, "schemas");
	json_begin(w);
	schema_common(w);
	for (size_t i = 0; app->resources[i] != NULL; i++) {
		if (app->resources[i]->parent == NULL)
			schema_resource(w, app->resources[i]);
	}
	json_end(w);
	json_key(w, "responses");
	json_put_raw(w, S("{\"problem\":{\"description\":\"problem document, RFC 9457; pages answer in HTML\",\"content\":{"
		"\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/problem\"}},"
		"\"text/html\":{\"schema\":{\"type\":\"string\"}}}}}"));
	json_key(w, "parameters");
	json_put_raw(w, S("{\"q\":{\"name\":\"q\",\"in\":\"query\",\"description\":\"full text\",\"schema\":{\"type\":\"string\"}},"
		"\"sort\":{\"name\":\"sort\",\"in\":\"query\",\"description\":\"field or -field\",\"schema\":{\"type\":\"string\"}},"
		"\"limit\":{\"name\":\"limit\",\"in\":\"query\",\"schema\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":200,\"default\":50}},"
		"\"after\":{\"name\":\"after\",\"in\":\"query\",\"description\":\"cursor\",\"schema\":{\"type\":\"string\"}},"
		"\"deleted\":{\"name\":\"deleted\",\"in\":\"query\",\"schema\":{\"type\":\"string\",\"enum\":[\"0\",\"1\"]}},"
		"\"count\":{\"name\":\"count\",\"in\":\"query\",\"schema\":{\"type\":\"string\",\"enum\":[\"0\",\"1\"]}},"
		"\"labels\":{\"name\":\"labels\",\"in\":\"query\",\"schema\":{\"type\":\"string\",\"enum\":[\"0\",\"1\"]}},"
		"\"format\":{\"name\":\"format\",\"in\":\"query\",\"schema\":{\"type\":\"string\",\"enum\":[\"xlsx\",\"csv\",\"csv-gb18030\"]}},"
		"\"if-match\":{\"name\":\"If-Match\",\"in\":\"header\",\"description\":\"the version read, quoted\",\"schema\":{\"type\":\"string\"}},"
		"\"idempotency-key\":{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"description\":\"a repeat gets the first answer\","
		"\"schema\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":100}}}"));
	json_key(w, "securitySchemes");
	json_put_raw(w, S("{\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"ezhen_session\","
		"\"description\":\"unsafe methods need X-CSRF-Token as well\"},"
		"\"token\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"ezt_…, made under api-tokens\"}}"));
	json_end(w);
}

static void
tags(struct json_writer *w, const struct app *app)
{
	json_key(w, "tags");
	json_list(w);
	for (size_t i = 0; app->modules[i] != NULL; i++) {
		const struct module *m = app->modules[i];
		bool own = false;

		for (const struct menu_group *g = m->groups; g != NULL && g->name != NULL; g++) {
			own |= strcmp(g->name, m->name) == 0;
			json_begin(w);
			json_c(w, "name", g->name);
			json_str(w, "description", str_fmt(w->out->mem, "%s / %s", g->label.zh, g->label.en));
			json_end(w);
		}
		if (own)
			continue;
		json_begin(w);
		json_c(w, "name", m->name);
		json_str(w, "description", str_fmt(w->out->mem, "%s / %s", m->label.zh, m->label.en));
		json_end(w);
	}
	json_put_raw(w, S("{\"name\":\"records\",\"description\":\"其他记录 / Other records\"}"));
	json_list_end(w);
}

enum rc
openapi_print(const struct app *app, struct arena *mem, const char *version, struct str *out, struct err *e)
{
	struct route_table *t = NULL;
	struct json_writer w;
	struct sb b;
	enum rc rc = route_table_build(&t, mem, app, e);

	if (rc != RC_OK)
		return rc;
	sb_init(&b, mem, DOCUMENT_MAX);
	json_writer_init(&w, &b);
	json_begin(&w);
	json_c(&w, "openapi", "3.1.0");
	json_key(&w, "info");
	json_begin(&w);
	json_c(&w, "title", "Ezhen e镇");
	json_c(&w, "version", version);
	json_c(&w, "description", "县域农村电商平台 / A county's rural e-commerce platform. Keys and division codes are strings; "
		"_fen, _milli, _bp and _ms are exact integers; _on is a date.");
	json_key(&w, "license");
	json_put_raw(&w, S("{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}"));
	json_end(&w);
	json_key(&w, "servers");
	json_put_raw(&w, S("[{\"url\":\"/\",\"description\":\"this installation\"}]"));
	json_key(&w, "security");
	json_put_raw(&w, S("[{\"session\":[]},{\"token\":[]}]"));
	tags(&w, app);
	paths(&w, t);
	components(&w, app);
	json_end(&w);
	if (b.truncated)
		return fail(e, RC_LIMIT, NULL, "接口文档超过上限", "the OpenAPI document exceeds its limit");
	*out = sb_str(&b);
	return RC_OK;
}

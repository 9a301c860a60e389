/* rest.h - record routes: docs/api.md over core/record.h. */
#ifndef CORE_REST_H
#define CORE_REST_H
#include "core/route.h"
#include "lib/json/json.h"

/* Answers a record route; on failure nothing was answered and c->err says why. */
enum rc rest_handle(struct ctx *c, struct http_request *q, const struct route_entry *r) MUST_USE;
/* A key in the path: RC_NOT_FOUND unless digits. */
enum rc rest_path_id(struct ctx *c, const struct http_request *q, const char *name, int64_t *id) MUST_USE;
/* The body as a JSON object; an absent body is an empty one. */
enum rc rest_body(struct ctx *c, const struct http_request *q, const struct json **body) MUST_USE;
/* 200 with a JSON text; nothing of the API is cached by others. */
void rest_reply(struct http_request *q, int status, struct str json);
/* Export and template: workbooks made in a temporary file. */
enum rc rest_sheet(struct ctx *c, struct http_request *q, const struct route_entry *r) MUST_USE;
/* The audit trail of one row as {"items":[…]}; defined in core/history.c. */
enum rc history_print(struct ctx *c, const struct resource *r, int64_t id, struct str after, struct json_writer *out) MUST_USE;
#endif

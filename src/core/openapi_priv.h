/* openapi_priv.h - JSON Schemas of declared fields, shared by the parts of the OpenAPI printer. */
#ifndef CORE_OPENAPI_PRIV_H
#define CORE_OPENAPI_PRIV_H
#include "core/openapi.h"
#include "core/route.h"
#include "lib/json/json.h"

enum schema_use { SCHEMA_READ, SCHEMA_CREATE, SCHEMA_UPDATE };

/* A schema object as a value. */
void schema_field(struct json_writer *w, const struct field *f, enum schema_use use);
/* The schema of a query parameter that compares with the field. */
void schema_filter(struct json_writer *w, const struct field *f);
/* components.schemas members of one resource: NAME, NAME-create, NAME-update, NAME-list. */
void schema_resource(struct json_writer *w, const struct resource *r);
/* Members that no resource owns: problem, history, key, … */
void schema_common(struct json_writer *w);
/* {"$ref":"#/components/KIND/NAME+TAIL"} */
void schema_ref(struct json_writer *w, const char *kind, const char *name, const char *tail);
/* True when a client may write the field in this use. */
bool schema_writable(const struct field *f, enum schema_use use);
#endif

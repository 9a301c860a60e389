/* openapi.h - the OpenAPI 3.1 document and the screens' metadata, printed from the tables. */
#ifndef CORE_OPENAPI_H
#define CORE_OPENAPI_H
#include "core/ctx.h"
#include "core/module.h"

/* The whole document as JSON text in the arena. Everybody's: it names permissions, shows no data. */
enum rc openapi_print(const struct app *app, struct arena *mem, const char *version, struct str *out, struct err *e) MUST_USE;
/* Metadata for screens, as docs/api.md; only resources c->actor may list. actor_system sees everything. */
enum rc meta_print(struct ctx *c, const char *version, struct str *out) MUST_USE;
#endif

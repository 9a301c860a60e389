/* audit.h - who did what to which row, before and after, in the same transaction. Append only. */
#ifndef CORE_AUDIT_H
#define CORE_AUDIT_H
#include "core/resource.h"

/* before/after: records or NULL. Private values are written as keyed hashes, secrets never. */
enum rc audit_record(struct ctx *c, const struct resource *r, const struct record_head *h, const char *verb,
	const void *before, const void *after, struct str comment) MUST_USE;
/* Acts that are not row changes: "login", "login-failed", "export", "unmask", "download". */
enum rc audit_act(struct ctx *c, const char *verb, const char *resource, int64_t record_id, struct str note) MUST_USE;
#endif

/* audit_priv.h - what the record layer alone writes into the audit trail. */
#ifndef CORE_AUDIT_PRIV_H
#define CORE_AUDIT_PRIV_H
#include "core/audit.h"

/* audit_record() with the keyed digest of the body a client-keyed row was made from. */
enum rc audit_write(struct ctx *c, const struct resource *r, const struct record_head *h, const char *verb,
	const void *before, const void *after, struct str comment, struct str digest) MUST_USE;
#endif

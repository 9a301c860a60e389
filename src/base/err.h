/*
 * err.h - how every fallible function reports. The return value says what
 * kind of failure it is, struct err says it to a human, in the human's
 * language. RC_OK is zero.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H
#include "base/base.h"

enum rc {
	RC_OK,
	RC_INVALID,     /* the caller sent something wrong; err.field says what */
	RC_UNAUTHENTICATED, /* nobody is logged in, or the session ended */
	RC_DENIED,      /* known caller, not allowed */
	RC_NOT_FOUND,   /* absent, or outside the caller's scope: told alike */
	RC_CONFLICT,    /* unique key taken, or a stale version */
	RC_STATE,       /* the workflow has no such move from here */
	RC_LIMIT,       /* too large, too many, too fast */
	RC_UNAVAILABLE, /* database, disk or peer is down: retry later */
	RC_UNCERTAIN,   /* the connection died during commit: it may have happened */
	RC_INTERNAL,    /* our mistake, caught; the text stays in the log */
	RC_COUNT
};

struct err {
	enum rc rc;
	enum lang lang;      /* set by whoever owns the err, before use; zero is Chinese */
	const char *code;    /* stable machine word such as "stale-version", or NULL */
	char field[64];      /* field path such as "lines[3].quantity_milli", "" for none */
	char text[240];      /* the sentence for people, in .lang */
};

/*
 * Records a failure and returns rc, so that callers write `return fail(...)`.
 * field: field name or NULL. zh and en are two formats over the same
 * arguments; the one of e->lang is used. Over-long text is cut at a UTF-8
 * boundary. e->code is cleared. e must not be NULL.
 */
enum rc fail(struct err *e, enum rc rc, const char *field, const char *zh, const char *en, ...)
	PRINTF_LIKE(4, 6) PRINTF_LIKE(5, 6);

/* Like fail() with a machine-readable code (static string) that clients may switch on. */
enum rc fail_code(struct err *e, enum rc rc, const char *code, const char *field, const char *zh,
	const char *en, ...) PRINTF_LIKE(5, 7) PRINTF_LIKE(6, 7);

/* Prefixes e->field with a path: err_in(e, "lines[%zu]", i) makes "lines[3].name". */
void err_in(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The lower-case English word of a result, such as "not-found"; for logs and problem types. */
const char *rc_name(enum rc rc);
#endif

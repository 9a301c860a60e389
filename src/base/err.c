#include "base/base.h"
#include "base/err.h"
#include "base/utf8.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Arguments and field may point into e itself: a failure that wraps another. */
static void
set(struct err *e, const char *field, const char *fmt, va_list ap)
{
	struct err made;

	vsnprintf(made.text, sizeof(made.text), fmt, ap);
	made.text[utf8_cut(made.text, strlen(made.text))] = 0;
	snprintf(made.field, sizeof(made.field), "%s", field != NULL ? field : "");
	made.field[utf8_cut(made.field, strlen(made.field))] = 0;
	memcpy(e->text, made.text, sizeof(e->text));
	memcpy(e->field, made.field, sizeof(e->field));
}

enum rc
fail(struct err *e, enum rc rc, const char *field, const char *zh, const char *en, ...)
{
	va_list ap;

	ASSERT(rc != RC_OK && rc < RC_COUNT);
	e->rc = rc;
	e->code = NULL;
	va_start(ap, en);
	set(e, field, e->lang == LANG_EN ? en : zh, ap);
	va_end(ap);
	return rc;
}

enum rc
fail_code(struct err *e, enum rc rc, const char *code, const char *field, const char *zh,
	const char *en, ...)
{
	va_list ap;

	ASSERT(rc != RC_OK && rc < RC_COUNT);
	e->rc = rc;
	e->code = code;
	va_start(ap, en);
	set(e, field, e->lang == LANG_EN ? en : zh, ap);
	va_end(ap);
	return rc;
}

void
err_in(struct err *e, const char *fmt, ...)
{
	char head[64], joined[sizeof(head) + sizeof(e->field) + 1];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(head, sizeof(head), fmt, ap);
	va_end(ap);
	snprintf(joined, sizeof(joined), "%s%s%s", head, e->field[0] ? "." : "", e->field);
	memcpy(e->field, joined, sizeof(e->field));
	e->field[sizeof(e->field) - 1] = 0;
	e->field[utf8_cut(e->field, strlen(e->field))] = 0;
}

const char *
rc_name(enum rc rc)
{
	static const char *const names[RC_COUNT] = {
		[RC_OK] = "ok",
		[RC_INVALID] = "invalid",
		[RC_UNAUTHENTICATED] = "unauthenticated",
		[RC_DENIED] = "denied",
		[RC_NOT_FOUND] = "not-found",
		[RC_CONFLICT] = "conflict",
		[RC_STATE] = "state",
		[RC_LIMIT] = "limit",
		[RC_UNAVAILABLE] = "unavailable",
		[RC_UNCERTAIN] = "uncertain",
		[RC_INTERNAL] = "internal",
	};

	return rc < RC_COUNT ? names[rc] : "unknown";
}

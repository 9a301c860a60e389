/* resource_check_priv.h - what the two files of the declaration check share. */
#ifndef CORE_RESOURCE_CHECK_PRIV_H
#define CORE_RESOURCE_CHECK_PRIV_H
#include "core/resource.h"

struct check {
	const struct app *app;
	const struct resource *r;
	struct err *e;
};
enum rc check_bad(const struct check *k, const char *part, const char *zh, const char *en) MUST_USE;
/* Lower-case words of letters and digits, joined by single joints. */
bool check_name(const char *s, char joint, size_t max);
bool check_label(struct text t);
bool check_permission_known(const struct app *app, const char *may);
enum rc check_fields(const struct check *k) MUST_USE;
enum rc check_title(const struct check *k) MUST_USE;
enum rc check_states(const struct check *k) MUST_USE;
bool check_word_reserved(const char *name);
#endif

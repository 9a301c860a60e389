/* notify.h - notices to people inside the platform, with read marks. */
#ifndef CORE_NOTIFY_H
#define CORE_NOTIFY_H
#include "core/ctx.h"

/* To one account; link is a path in the console such as "/r/lots/123". Joins the current transaction. */
enum rc notify_user(struct ctx *c, int64_t user_id, struct text title, struct str body, struct str link) MUST_USE;
/* To every account whose grants hold the permission over the row's place. */
enum rc notify_role(struct ctx *c, const char *permission, const struct record_head *h, struct text title, struct str body, struct str link) MUST_USE;
#endif

/* station_priv.h - shared by the files of module station only. */
#ifndef MOD_STATION_STATION_PRIV_H
#define MOD_STATION_STATION_PRIV_H
#include "core/ctx.h"

struct event;
/* Listener: a station came, moved or went. */
enum rc station_placed(struct ctx *c, const struct event *e);
#endif

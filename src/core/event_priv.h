/* event_priv.h - what the dispatcher thread asks of event.c. */
#ifndef CORE_EVENT_PRIV_H
#define CORE_EVENT_PRIV_H
#include "core/event.h"

/* Removes delivered events after ninety days; the audit trail keeps what happened. */
enum rc events_sweep(struct ctx *c) MUST_USE;
#endif

/* screen.h - data of the wall screen: figures on request, scans and tests as they happen. */
#ifndef MOD_TRACE_SCREEN_H
#define MOD_TRACE_SCREEN_H
#include "core/event.h"
#include "mod/trace/scan_state.h"

enum rc screen_get(struct ctx *c, struct http_request *q) MUST_USE;
enum rc screen_live(struct ctx *c, struct http_request *q) MUST_USE;
/* Publishes the newest of just written scans, and the figures. A failure here is only logged. */
void screen_tell_scans(struct ctx *c, const struct scan_note *notes, size_t count);
/* Listener: a test was recorded. */
enum rc screen_tell_test(struct ctx *c, const struct event *e) MUST_USE;
#endif

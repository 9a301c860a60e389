/* scan_write.h - writing queued scans to the database, and naming the place of one. */
#ifndef MOD_TRACE_SCAN_WRITE_H
#define MOD_TRACE_SCAN_WRITE_H
#include "mod/trace/scan_state.h"

enum { SCAN_QUEUE = 16384, SCAN_HASH = 16384 };

/* All of them in one transaction: rows of scan, counters of the codes, copy warnings, the wall screen. */
enum rc scans_write(struct ctx *c, const struct scan_note *notes, size_t count) MUST_USE;
/*
 * Notes where the client's newest scan of the code happened, if nothing was
 * noted yet. Only words of a known list come here; geo is rounded or NIL.
 */
enum rc scan_place_set(struct ctx *c, int64_t code_id, uint64_t client, struct str place, int64_t geo) MUST_USE;
/* 30 days of a code against the county's limits; marks it and tells the officers when it looks copied. */
enum rc copy_check(struct ctx *c, int64_t code_id) MUST_USE;
#endif

/*
 * scan_state.h - what the module keeps in memory while a server runs: rendered
 * pages of lots, and scans not yet written. Everything here is thread-safe, may
 * be NULL (commands, tests) and holds nothing that the database does not: a
 * crash loses at most the scans of the last second.
 */
#ifndef MOD_TRACE_SCAN_STATE_H
#define MOD_TRACE_SCAN_STATE_H
#include "core/ctx.h"
#include "core/event.h"
#include "mod/trace/scan_lot.h"

struct trace_state;

enum rc trace_start(const struct app *app, void **state, struct err *e) MUST_USE;
void trace_stop(void *state);
struct trace_state *trace_state_of(const struct app *app);

/* ---- rendered lots ---- */

/*
 * The page of a lot in the reader's language with the banner in its place, in
 * c->mem. stamp is what the database says of the lot now (its version and time
 * of change): a page rendered from another stamp is not used. Names of
 * products, producers, plots and places are renewed by events at once on this
 * node and after a minute on every node.
 */
enum rc lot_html_around(struct ctx *c, int64_t lot_id, uint64_t stamp, struct str banner, struct str *page) MUST_USE;
/* Listener: something that lot pages show by name has changed. */
enum rc lot_html_forget(struct ctx *c, const struct event *e) MUST_USE;

/* ---- scans on their way to the database ---- */

struct scan_note {
	int64_t code_id, lot_id, division, org_id, person_id, at_ms;
	uint64_t client;
	char code[24];
};
/* Keyed hash of who asks: address and browser, different every month, useless without the installation's key. */
uint64_t scan_client(const struct ctx *c, struct str ip, struct str agent);
/* Queues a scan; forgets it (and counts that) when 16,384 wait already. */
void scan_push(struct trace_state *s, const struct scan_note *n);
/* Scans of the code that wait, and who made the last of them (0: nobody). */
int64_t scan_pending(struct trace_state *s, int64_t code_id, uint64_t *last_client);
/* Writes everything that waits now, in this thread. Used by the writer thread, tests and the form that names a place. */
enum rc scan_flush(struct ctx *c, struct trace_state *s) MUST_USE;
/* Scans lost because the queue was full or the database stayed away. */
int64_t scan_lost(struct trace_state *s);

/* The same client within ten minutes reloads, it does not scan again. */
enum { SCAN_AGAIN_MS = 600000 };
struct str client_text(struct arena *a, uint64_t client);
#endif

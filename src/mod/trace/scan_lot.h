/* scan_lot.h - the part of a scan page that is the same for every code of a lot, rendered once. */
#ifndef MOD_TRACE_SCAN_LOT_H
#define MOD_TRACE_SCAN_LOT_H
#include "core/page.h"

/* Two runs of HTML in c->mem: up to the banner, and from behind it to the end. */
struct lot_html {
	struct str head, body;
};
enum rc lot_html_make(struct ctx *c, int64_t lot_id, struct lot_html *out) MUST_USE;
/* "王**" when the person agreed to be shown on trace pages, else absent. */
enum rc grower_public_name(struct ctx *c, int64_t person_id, struct str *shown) MUST_USE;
extern const struct page scan_head_page, scan_body_page;
#endif

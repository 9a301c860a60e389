/*
 * portal.h - news of the public portal. The text is kept as a small subset of
 * HTML; pages do not print it raw but as blocks and runs, so that the template's
 * escaping always holds.
 */
#ifndef MOD_PORTAL_PORTAL_H
#define MOD_PORTAL_PORTAL_H
#include "core/resource.h"

struct news {
	struct str title, kind, summary, body, state;
	int64_t cover, published_ms;
};
extern const struct resource resource_news;

/* A stretch of text with one look. href: http, https, mailto, tel or a path of this site; absent without link. */
struct news_run {
	struct str text, href;
	bool strong, em, cell; /* cell: begins a table cell */
};
/* Exactly one of the kinds is set. */
struct news_block {
	bool paragraph, heading, item, quote, row;
	struct news_run *runs;
	int64_t run_count;
};
enum { NEWS_BLOCKS_MAX = 2000, NEWS_RUNS_MAX = 8000 };
/* Reads any HTML or plain text; everything outside the subset is dropped, with its content where it is code. */
void news_blocks(struct arena *a, struct str body, struct news_block **blocks, size_t *count);
/* The same as canonical HTML: cleaning twice changes nothing. */
struct str news_clean(struct arena *a, struct str body);
bool news_is_blank(struct str clean);
/* The first characters of the text, without markup. */
struct str news_excerpt(struct arena *a, struct str body, size_t characters);
#endif

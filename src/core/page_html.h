/*
 * page_html.h - follows template text through HTML just far enough to know
 * where a value would stand. Stricter than browsers: what it cannot place for
 * certain, it refuses.
 */
#ifndef CORE_PAGE_HTML_H
#define CORE_PAGE_HTML_H
#include "core/page_priv.h"

enum html_place {
	H_TEXT,
	H_TAG_OPEN,  /* behind '<' */
	H_TAG_NAME,
	H_IN_TAG,    /* between attributes */
	H_ATTR_NAME,
	H_BEFORE_VALUE, /* behind '=' */
	H_VALUE,     /* inside quotes */
	H_UNQUOTED,
	H_MARKUP,    /* <!doctype …> */
	H_COMMENT,
	H_RAW,       /* script, style: nothing may be put there */
	H_RCDATA,    /* title, textarea: text without tags */
};

struct html_state {
	enum html_place place;
	char quote;
	bool begun;      /* H_VALUE: something already stands in front */
	char tag[16];    /* lower-case name of the open tag, cut */
	char attr[24];
	char tail[12];   /* last characters of H_RAW, H_RCDATA and H_COMMENT, lower-case */
};

/* Moves over fixed text. False, with a sentence in *why, on something a template must not contain. */
bool html_feed(struct html_state *s, struct str text, const char **why);
/* Where a value may stand here, and how it is escaped. number: the value is an integer. */
bool html_value(struct html_state *s, bool number, enum page_escape *escape, const char **why);
/* Before and behind a section: ends a tag or attribute name, so that both ways through agree. */
void html_edge(struct html_state *s);
/* Both ways through a section must end at the same place; joins b into a. */
bool html_join(struct html_state *a, const struct html_state *b);
#endif

/* page_html.c - where in an HTML document a piece of template text ends. */
#include "base/base.h"
#include <string.h>
#include "core/page_html.h"

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool
is_name(char c)
{
	return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == ':' || c == '_';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static void
append(char *to, size_t size, char c)
{
	size_t n = strlen(to);

	if (n + 1 < size) {
		to[n] = lower(c);
		to[n + 1] = '\0';
	}
}

/* Keeps the last characters, so that an end tag is recognised across pieces. */
static void
keep_tail(struct html_state *s, char c)
{
	size_t n = strlen(s->tail);

	if (n + 1 >= sizeof(s->tail)) {
		memmove(s->tail, s->tail + 1, n);
		n--;
	}
	s->tail[n] = lower(c);
	s->tail[n + 1] = '\0';
}

static bool
tail_ends(const struct html_state *s, const char *what)
{
	size_t n = strlen(s->tail), k = strlen(what);

	return n >= k && memcmp(s->tail + n - k, what, k) == 0;
}

static bool
is_one_of(const char *name, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (strcmp(name, *list) == 0)
			return true;
	}
	return false;
}

/* '>' closes a tag: what follows depends on the element. */
static void
tag_closed(struct html_state *s)
{
	static const char *const raw[] = { "script", "style", "xmp", "iframe", "noembed", "noframes", NULL };
	static const char *const rcdata[] = { "title", "textarea", NULL };

	s->place = is_one_of(s->tag, raw) ? H_RAW : is_one_of(s->tag, rcdata) ? H_RCDATA : H_TEXT;
	s->tail[0] = '\0';
	s->attr[0] = '\0';
	if (s->place == H_TEXT)
		s->tag[0] = '\0';
}

static void
in_raw(struct html_state *s, char c)
{
	char end[20] = "</";

	keep_tail(s, c);
	strncat(end, s->tag, sizeof(end) - 3);
	if (tail_ends(s, end)) {
		s->place = H_TAG_NAME; /* of the end tag, whose name is complete */
		memcpy(s->tag, "//", 3);
	}
}

static bool
in_tag(struct html_state *s, char c, const char **why)
{
	if (c == '>') {
		tag_closed(s);
	} else if (c == '=') {
		*why = "an attribute value without a name in front";
		return false;
	} else if (is_name(c) || c == '@') {
		s->place = H_ATTR_NAME;
		s->attr[0] = '\0';
		append(s->attr, sizeof(s->attr), c);
	} else if (!is_blank(c) && c != '/') {
		*why = "an unexpected character inside a tag";
		return false;
	}
	return true;
}

static bool
attr_name(struct html_state *s, char c, const char **why)
{
	if (is_name(c) || c == '.') {
		append(s->attr, sizeof(s->attr), c);
		return true;
	}
	if (c == '=') {
		s->place = H_BEFORE_VALUE;
		return true;
	}
	s->place = H_IN_TAG;
	return in_tag(s, c, why);
}

static bool
before_value(struct html_state *s, char c, const char **why)
{
	if (c == '"' || c == '\'') {
		s->place = H_VALUE;
		s->quote = c;
		s->begun = false;
	} else if (is_name(c) || c == '/' || c == '#' || c == '.' || c == '%') {
		s->place = H_UNQUOTED;
	} else {
		*why = "an attribute value must follow its '=' at once, in quotes";
		return false;
	}
	return true;
}

static void
in_value(struct html_state *s, char c)
{
	if (c == s->quote) {
		s->place = H_IN_TAG;
		s->quote = '\0';
		s->begun = false;
	} else {
		s->begun = true;
	}
}

static void
tag_open(struct html_state *s, char c)
{
	s->tag[0] = '\0';
	if (c == '!') {
		s->place = H_MARKUP;
		s->tail[0] = '\0';
	} else if (is_name(c) || c == '/') {
		s->place = H_TAG_NAME;
		append(s->tag, sizeof(s->tag), c);
	} else {
		s->place = H_TEXT;
	}
}

static bool
step(struct html_state *s, char c, const char **why)
{
	switch (s->place) {
	case H_TEXT:
		if (c == '<')
			s->place = H_TAG_OPEN;
		return true;
	case H_TAG_OPEN:
		tag_open(s, c);
		return true;
	case H_TAG_NAME:
		if (is_name(c) && strcmp(s->tag, "//") == 0) {
			*why = "a longer name behind the end of raw text";
			return false;
		}
		if (is_name(c)) {
			append(s->tag, sizeof(s->tag), c);
			return true;
		}
		s->place = H_IN_TAG;
		return in_tag(s, c, why);
	case H_IN_TAG:
		return in_tag(s, c, why);
	case H_ATTR_NAME:
		return attr_name(s, c, why);
	case H_BEFORE_VALUE:
		return before_value(s, c, why);
	case H_VALUE:
		in_value(s, c);
		return true;
	case H_UNQUOTED:
		if (is_blank(c) || c == '>') {
			s->place = H_IN_TAG;
			return in_tag(s, c, why);
		}
		return true;
	case H_MARKUP:
		keep_tail(s, c);
		if (c == '>')
			s->place = H_TEXT;
		else if (strcmp(s->tail, "--") == 0)
			s->place = H_COMMENT;
		return true;
	case H_COMMENT:
		keep_tail(s, c);
		if (tail_ends(s, "-->"))
			s->place = H_TEXT;
		return true;
	case H_RAW:
	case H_RCDATA:
		in_raw(s, c);
		return true;
	}
	return false;
}

bool
html_feed(struct html_state *s, struct str text, const char **why)
{
	for (size_t i = 0; i < text.n; i++) {
		if (!step(s, text.p[i], why))
			return false;
	}
	return true;
}

static bool
attribute_value(const struct html_state *s, bool number, enum page_escape *escape, const char **why)
{
	static const char *const urls[] = { "href", "src", "action", "formaction", "poster", "cite", "data", "srcset",
		"xlink:href", "manifest", "background", "ping", NULL };
	static const char *const never[] = { "srcdoc", "style", "http-equiv", NULL };

	if (s->attr[0] == '\0' || strncmp(s->attr, "on", 2) == 0 || strchr("@:.", s->attr[0]) != NULL ||
		(is_one_of(s->attr, never) && !(number && strcmp(s->attr, "style") == 0))) {
		*why = "no value may stand in this attribute";
		return false;
	}
	if (is_one_of(s->attr, urls))
		*escape = s->begun ? ESC_URL_COMPONENT : ESC_URL;
	return true;
}

bool
html_value(struct html_state *s, bool number, enum page_escape *escape, const char **why)
{
	*escape = ESC_HTML;
	if (s->place == H_TEXT || s->place == H_RCDATA) {
		s->tail[0] = '\0';
		return true;
	}
	if (s->place != H_VALUE) {
		*why = "a value may stand in text and in quoted attributes only";
		return false;
	}
	if (!attribute_value(s, number, escape, why))
		return false;
	s->begun = true;
	return true;
}

void
html_edge(struct html_state *s)
{
	if (s->place == H_TAG_NAME || s->place == H_ATTR_NAME || s->place == H_UNQUOTED)
		s->place = H_IN_TAG;
	if (s->place == H_IN_TAG)
		s->attr[0] = '\0';
	s->tail[0] = '\0';
}

bool
html_join(struct html_state *a, const struct html_state *b)
{
	bool same = a->place == b->place && a->quote == b->quote && strcmp(a->tag, b->tag) == 0 && strcmp(a->attr, b->attr) == 0;

	/* Taking the scheme check where one way through has nothing in front is the safe choice. */
	a->begun = a->begun && b->begun;
	return same;
}

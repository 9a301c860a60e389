/*
 * news_text.c - reads whatever an editor pastes (HTML from a word processor,
 * plain text) into blocks and runs, and prints them back as a small subset of
 * HTML. What is not understood loses its tags; what is code loses its content.
 */
#include "base/base.h"
#include <string.h>
#include "base/list.h"
#include "base/utf8.h"
#include "mod/portal/portal.h"

enum { TAG_MAX = 16, BODY_MAX = 400000 };

struct reader {
	struct arena *mem;
	struct str in;
	size_t at;
	struct list blocks, runs; /* runs of the open block */
	struct news_block kind;   /* of the open block */
	struct sb text;           /* of the open run */
	struct str href;
	int strong, em;
	bool cell, space;         /* a blank is due before the next word */
};

static struct news_block
kind_of(const char *name)
{
	return (struct news_block){ .paragraph = strcmp(name, "p") == 0, .heading = strcmp(name, "h3") == 0,
		.item = strcmp(name, "li") == 0, .quote = strcmp(name, "blockquote") == 0, .row = strcmp(name, "tr") == 0 };
}

static void
end_run(struct reader *r)
{
	struct str text = sb_str(&r->text);

	if (text.n > 0 || r->cell) {
		struct news_run *run = list_add(&r->runs);
		if (run != NULL)
			*run = text.n == 0 ? (struct news_run){ .text = S(""), .cell = true } :
				(struct news_run){ str_dup(r->mem, text), r->href, r->strong > 0, r->em > 0, r->cell };
	}
	r->cell = false;
	sb_init(&r->text, r->mem, BODY_MAX);
}

static bool
has_text(const struct list *runs)
{
	for (size_t i = 0; i < runs->count; i++)
		if (LIST_AT(runs, struct news_run, i)->text.n > 0)
			return true;
	return false;
}

static void
end_block(struct reader *r, struct news_block next)
{
	end_run(r);
	if (has_text(&r->runs)) {
		if (r->kind.row)
			LIST_AT(&r->runs, struct news_run, 0)->cell = true;
		struct news_block *b = list_add(&r->blocks);
		if (b != NULL) {
			*b = r->kind;
			b->runs = r->runs.items;
			b->run_count = (int64_t)r->runs.count;
		}
	}
	list_init(&r->runs, r->mem, sizeof(struct news_run), NEWS_RUNS_MAX);
	r->kind = next;
	r->space = false;
}

/* One character of text; blanks collapse and never begin a block. */
static void
put_char(struct reader *r, int32_t cp)
{
	char utf8[4];

	if (cp == ' ' || cp == '\t' || cp == '\n' || cp == '\r' || cp == 0xA0) {
		r->space = true;
		return;
	}
	if (cp < ' ' || cp == 0x7F || (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069))
		return;
	bool begins = sb_str(&r->text).n == 0 && (r->runs.count == 0 || r->cell);
	if (r->space && !begins)
		sb_add_c(&r->text, ' ');
	r->space = false;
	sb_add_str(&r->text, (struct str){ utf8, utf8_put(utf8, cp) });
}

/* "&amp;" and its like; anything else is an ampersand. */
static int32_t
entity(struct reader *r)
{
	static const struct {
		const char *name;
		int32_t cp;
	} names[] = { { "amp;", '&' }, { "lt;", '<' }, { "gt;", '>' }, { "quot;", '"' }, { "#39;", '\'' }, { "apos;", '\'' },
		{ "nbsp;", ' ' }, { "mdash;", 0x2014 }, { "ndash;", 0x2013 }, { "hellip;", 0x2026 }, { "middot;", 0xB7 },
		{ "ldquo;", 0x201C }, { "rdquo;", 0x201D }, { "lsquo;", 0x2018 }, { "rsquo;", 0x2019 } };
	struct str rest = str_sub(r->in, r->at, 10);
	int64_t number;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_starts(rest, str_from_c(names[i].name))) {
			r->at += strlen(names[i].name);
			return names[i].cp;
		}
	ptrdiff_t semicolon = str_find(rest, S(";"), 0);
	if (semicolon > 1 && rest.p[0] == '#' && str_i64(str_sub(rest, 1, (size_t)semicolon - 1), &number) && number > 31 &&
		number < 0x110000 && !(number >= 0xD800 && number < 0xE000)) {
		r->at += (size_t)semicolon + 1;
		return (int32_t)number;
	}
	return '&';
}

static bool
is_name(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9');
}

static bool
is_one_of(const char *name, const char *words)
{
	size_t n = strlen(name);

	for (const char *w = n > 0 ? strstr(words, name) : NULL; w != NULL; w = strstr(w + 1, name))
		if ((w == words || w[-1] == ' ') && (w[n] == ' ' || w[n] == '\0'))
			return true;
	return false;
}

/* The end of a tag, minding quotes; the end of the text when it never closes. */
static size_t
tag_end(struct str in, size_t at)
{
	char quote = '\0';

	for (; at < in.n; at++) {
		char ch = in.p[at];

		if (quote != '\0')
			quote = ch == quote ? '\0' : quote;
		else if (ch == '"' || ch == '\'')
			quote = ch;
		else if (ch == '>')
			return at;
	}
	return in.n;
}

/* Only addresses that lead to a page, a mailbox, a telephone or a path here. */
static bool
href_fits(struct str s)
{
	if (s.n == 0 || s.n > 500 || utf8_has_control(s) || str_find(s, S(" "), 0) >= 0 || str_find(s, S("\\"), 0) >= 0)
		return false;
	if (s.p[0] == '/')
		return s.n == 1 || s.p[1] != '/';
	return str_starts(s, S("https://")) || str_starts(s, S("http://")) || str_starts(s, S("mailto:")) || str_starts(s, S("tel:"));
}

static struct str
decode_value(struct reader *r, struct str raw)
{
	struct reader inner = { .mem = r->mem, .in = raw };
	struct sb b;
	char utf8[4];

	sb_init(&b, r->mem, 1024);
	while (inner.at < raw.n) {
		int32_t cp = utf8_next(raw, &inner.at);
		if (cp == '&')
			cp = entity(&inner);
		if (cp >= 0)
			sb_add_str(&b, (struct str){ utf8, utf8_put(utf8, cp) });
	}
	return b.truncated ? (struct str){ 0 } : str_trim(sb_str(&b));
}

static struct str
href_of(struct reader *r, struct str tag)
{
	struct str lower = str_lower(r->mem, tag);
	ptrdiff_t at = str_find(lower, S("href="), 0);

	if (at < 1 || is_name(tag.p[at - 1]) || tag.p[at - 1] == '-')
		return (struct str){ 0 };
	struct str rest = str_sub(tag, (size_t)at + 5, tag.n);
	if (rest.n == 0)
		return (struct str){ 0 };
	size_t from = rest.p[0] == '"' || rest.p[0] == '\'' ? 1 : 0, to = from;
	while (to < rest.n && (from == 1 ? rest.p[to] != rest.p[0] : rest.p[to] != ' ' && rest.p[to] != '>'))
		to++;
	struct str value = decode_value(r, str_sub(rest, from, to - from));
	return href_fits(value) ? value : (struct str){ 0 };
}

/* Skips the content of an element that is code, to its end tag or the end of the text. */
static void
skip_element(struct reader *r, const char *name)
{
	struct str end = str_fmt(r->mem, "</%s", name);

	for (; r->at < r->in.n; r->at++)
		if (r->in.p[r->at] == '<' && str_eq(str_lower(r->mem, str_sub(r->in, r->at, end.n)), end))
			break;
	r->at = r->at < r->in.n ? tag_end(r->in, r->at) + 1 : r->in.n;
}

static void
style_tag(struct reader *r, const char *name, bool closing, struct str tag)
{
	int change = closing ? -1 : 1;

	end_run(r);
	if (is_one_of(name, "b strong"))
		r->strong = r->strong + change < 0 ? 0 : r->strong + change;
	else if (is_one_of(name, "i em"))
		r->em = r->em + change < 0 ? 0 : r->em + change;
	else
		r->href = closing ? (struct str){ 0 } : href_of(r, tag);
}

static void
block_tag(struct reader *r, const char *name, bool closing)
{
	const char *kind = is_one_of(name, "h1 h2 h3 h4 h5 h6") ? "h3" : is_one_of(name, "li blockquote tr") ? name : "p";

	if (is_one_of(name, "td th")) {
		end_run(r);
		r->cell = !closing && r->kind.row;
		r->space = false;
		return;
	}
	/* A paragraph inside an item, a quotation or a cell does not end it. */
	if (is_one_of(name, "p div") && (r->kind.item || r->kind.row || r->kind.quote)) {
		r->space = true;
		return;
	}
	if (strcmp(name, "br") == 0) {
		struct news_block same = r->kind;
		if (!same.row)
			end_block(r, kind_of(same.item ? "li" : same.quote ? "blockquote" : same.heading ? "h3" : "p"));
		return;
	}
	r->strong = r->em = 0;
	end_block(r, kind_of(closing ? "p" : kind));
}

static void
read_tag(struct reader *r)
{
	size_t at = r->at + 1, n = 0;
	bool closing = at < r->in.n && r->in.p[at] == '/';
	char name[TAG_MAX] = "";

	if (str_starts(str_sub(r->in, r->at, 4), S("<!--"))) {
		ptrdiff_t end = str_find(r->in, S("-->"), r->at + 4);
		r->at = end < 0 ? r->in.n : (size_t)end + 3;
		return;
	}
	for (at += closing; at < r->in.n && is_name(r->in.p[at]); at++)
		if (n + 1 < TAG_MAX)
			name[n++] = (char)(r->in.p[at] >= 'A' && r->in.p[at] <= 'Z' ? r->in.p[at] + 32 : r->in.p[at]);
	name[n] = '\0';
	if (n == 0 && !closing && !(at < r->in.n && (r->in.p[at] == '!' || r->in.p[at] == '?'))) {
		put_char(r, '<');
		r->at++;
		return;
	}
	size_t end = tag_end(r->in, at);
	struct str tag = str_sub(r->in, r->at, end - r->at);
	r->at = end < r->in.n ? end + 1 : end;
	if (!closing && is_one_of(name, "script style head title template noscript svg math textarea select iframe object"))
		skip_element(r, name);
	else if (is_one_of(name, "b strong i em a"))
		style_tag(r, name, closing, tag);
	else if (is_one_of(name, "p div section article h1 h2 h3 h4 h5 h6 ul ol li blockquote table tbody thead tr td th br hr pre"))
		block_tag(r, name, closing);
}

void
news_blocks(struct arena *a, struct str body, struct news_block **blocks, size_t *count)
{
	struct reader r = { .mem = a, .in = str_sub(body, 0, utf8_cut(body.p, body.n < BODY_MAX ? body.n : BODY_MAX)) };
	bool plain = str_find(r.in, S("</"), 0) < 0 && str_find(r.in, S("<br"), 0) < 0 && str_find(r.in, S("<p"), 0) < 0;

	list_init(&r.blocks, a, sizeof(struct news_block), NEWS_BLOCKS_MAX);
	list_init(&r.runs, a, sizeof(struct news_run), NEWS_RUNS_MAX);
	sb_init(&r.text, a, BODY_MAX);
	r.kind = kind_of("p");
	while (r.at < r.in.n) {
		char ch = r.in.p[r.at];

		if (ch == '<') {
			read_tag(&r);
		} else if (ch == '\n' && plain) {
			end_block(&r, kind_of("p"));
			r.at++;
		} else {
			int32_t cp = utf8_next(r.in, &r.at);
			put_char(&r, cp == '&' ? entity(&r) : cp < 0 ? 0xFFFD : cp);
		}
	}
	end_block(&r, kind_of("p"));
	*blocks = r.blocks.items;
	*count = r.blocks.count;
}

static void
add_escaped(struct sb *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];

		if (ch == '&')
			sb_add(b, "&amp;");
		else if (ch == '<')
			sb_add(b, "&lt;");
		else if (ch == '>')
			sb_add(b, "&gt;");
		else if (ch == '"')
			sb_add(b, "&quot;");
		else
			sb_add_c(b, ch);
	}
}

static void
print_run(struct sb *b, const struct news_run *run, bool row)
{
	if (row && run->cell)
		sb_add(b, "<td>");
	if (run->href.n > 0) {
		sb_add(b, "<a href=\"");
		add_escaped(b, run->href);
		sb_add(b, "\">");
	}
	sb_add(b, run->strong ? "<strong>" : "");
	sb_add(b, run->em ? "<em>" : "");
	add_escaped(b, run->text);
	sb_add(b, run->em ? "</em>" : "");
	sb_add(b, run->strong ? "</strong>" : "");
	sb_add(b, run->href.n > 0 ? "</a>" : "");
}

static const char *
element_of(const struct news_block *k)
{
	return k->heading ? "h3" : k->item ? "li" : k->quote ? "blockquote" : k->row ? "tr" : "p";
}

struct str
news_clean(struct arena *a, struct str body)
{
	struct news_block *blocks;
	size_t count;
	struct sb b;

	news_blocks(a, body, &blocks, &count);
	sb_init(&b, a, BODY_MAX * 4);
	for (size_t i = 0; i < count; i++) {
		const struct news_block *k = &blocks[i];
		bool first = i == 0 || blocks[i - 1].item != k->item || blocks[i - 1].row != k->row;
		bool last = i + 1 == count || blocks[i + 1].item != k->item || blocks[i + 1].row != k->row;

		if (first)
			sb_add(&b, k->item ? "<ul>" : k->row ? "<table>" : "");
		sb_addf(&b, "<%s>", element_of(k));
		for (int64_t n = 0; n < k->run_count; n++) {
			print_run(&b, &k->runs[n], k->row);
			if (k->row && (n + 1 == k->run_count || k->runs[n + 1].cell))
				sb_add(&b, "</td>");
		}
		sb_addf(&b, "</%s>", element_of(k));
		if (last)
			sb_add(&b, k->item ? "</ul>" : k->row ? "</table>" : "");
	}
	return sb_str(&b);
}

bool
news_is_blank(struct str clean)
{
	return clean.n == 0;
}

struct str
news_excerpt(struct arena *a, struct str body, size_t characters)
{
	struct news_block *blocks;
	size_t count, at = 0, n = 0;
	struct sb b;

	news_blocks(a, body, &blocks, &count);
	sb_init(&b, a, BODY_MAX);
	for (size_t i = 0; i < count && utf8_count(sb_str(&b)) <= characters; i++) {
		sb_add(&b, i > 0 ? " " : "");
		for (int64_t k = 0; k < blocks[i].run_count; k++)
			sb_add_str(&b, blocks[i].runs[k].text);
	}
	struct str all = sb_str(&b);
	while (at < all.n && n < characters) {
		(void)utf8_next(all, &at);
		n++;
	}
	return at < all.n ? str_fmt(a, STR_FMT "…", (int)at, all.p) : all;
}

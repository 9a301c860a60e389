#include "base/base.h"
#include "core/page_priv.h"
#include "tap.h"

struct item {
	struct str name;
	int64_t n;
	struct page_list subs;
};
struct sub {
	struct str word;
};
struct view {
	struct str title, link, empty;
	int64_t count, none;
	bool yes, no;
	struct page_list items, nothing;
};
static const struct page_var sub_vars[] = { VAR(struct sub, word), { 0 } };
static const struct page_var item_vars[] = { VAR(struct item, name), VAR(struct item, n), VAR_EACH(struct item, subs, struct sub, sub_vars), { 0 } };
static const struct page_var vars[] = { VAR(struct view, title), VAR(struct view, link), VAR(struct view, empty), VAR(struct view, count),
	VAR(struct view, none), VAR(struct view, yes), VAR(struct view, no), VAR_EACH(struct view, items, struct item, item_vars),
	VAR_EACH(struct view, nothing, struct item, item_vars), { 0 } };
static const struct page page = { "test/x.html", vars };

static struct arena mem;
static struct err err;
static const char *template;

static struct str
source(void *arg, const char *name)
{
	(void)arg;
	if (strcmp(name, "test/x.html") == 0)
		return str_from_c(template);
	if (strcmp(name, "test/part.html") == 0)
		return S("[{{title}}]");
	if (strcmp(name, "test/loop.html") == 0)
		return S("{{>test/loop.html}}");
	if (strcmp(name, "test/open.html") == 0)
		return S("{{#yes}}");
	return (struct str){ 0 };
}

static struct view v;

static struct str
render(const char *text, enum lang lang)
{
	struct page_code code;
	struct sb out;

	template = text;
	sb_init(&out, &mem, 4096);
	if (page_compile(&code, &mem, &page, source, NULL, &err) != RC_OK)
		return str_fmt(&mem, "refused: %s", err.text);
	if (page_run(&code, &v, lang, &out, &err) != RC_OK)
		return str_from_c(err.text);
	return sb_str(&out);
}

static void
shows(const char *text, const char *want, const char *about)
{
	is_str(render(text, LANG_ZH), str_from_c(want), "%s", about);
}

static void
refuses(const char *text, const char *why, const char *about)
{
	struct str got = render(text, LANG_EN);

	ok(str_starts(got, S("refused:")) && str_find(got, str_from_c(why), 0) >= 0, "%s", about);
	if (str_find(got, str_from_c(why), 0) < 0)
		printf("# got %.*s\n", (int)got.n, got.p);
}

static void
test_values(void)
{
	shows("<p>{{title}}</p>", "<p>&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;</p>", "text is escaped");
	shows("<p title=\"{{title}}\">", "<p title=\"&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;\">", "an attribute is escaped");
	shows("<title>{{title}}</title>", "<title>&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;</title>", "a title is escaped");
	shows("{{count}}|{{none}}|{{empty}}", "42||", "numbers, absent numbers and empty texts");
	shows("{{t:你好 <|Hello <}}", "你好 &lt;", "fixed text is escaped");
	is_str(render("<a title='{{t:你|you'}}'>", LANG_EN), S("<a title='you&#39;'>"), "the other language");
	shows("a{{! a remark }}b", "ab", "remarks vanish");
	shows("<i style=\"width:{{count}}%\">", "<i style=\"width:42%\">", "a number may stand in a style");
}

static void
link_is(const char *link, const char *want, const char *about)
{
	v.link = str_from_c(link);
	is_str(render("<a href=\"{{link}}\">", LANG_ZH), str_fmt(&mem, "<a href=\"%s\">", want), "%s", about);
}

static void
test_urls(void)
{
	link_is("https://a.cn/x?b=1&c=2", "https://a.cn/x?b=1&amp;c=2", "https passes");
	link_is("/t/A%20b", "/t/A%20b", "a path passes");
	link_is("x/y:z", "x/y:z", "a colon behind a slash is no scheme");
	link_is("javascript:alert(1)", "#", "javascript does not");
	link_is("JaVaScRiPt:alert(1)", "#", "in any letters");
	link_is(" javascript:alert(1)", "#", "nor behind a blank");
	link_is("java\tscript:alert(1)", "#", "nor with a tab inside");
	link_is("data:text/html,x", "#", "data does not");
	link_is("//evil.cn/", "#", "another host without a scheme does not");
	link_is("/\\evil.cn/", "#", "nor with a backslash");
	link_is("/a\"onclick=\"x", "/a%22onclick=%22x", "quotes are encoded");
	link_is("/中", "/%E4%B8%AD", "Chinese is encoded");
	v.link = S("a/b?c&d=中");
	shows("<a href=\"/t/{{link}}\">", "<a href=\"/t/a%2Fb%3Fc%26d%3D%E4%B8%AD\">", "behind fixed text a value is one component");
	shows("<a href=\"{{link}}{{link}}\">", "<a href=\"a/b?c&amp;d=%E4%B8%ADa%2Fb%3Fc%26d%3D%E4%B8%AD\">", "and behind a value");
}

static void
test_sections(void)
{
	shows("{{#yes}}a{{/yes}}{{#no}}b{{/no}}{{^yes}}c{{/yes}}{{^no}}d{{/no}}", "ad", "conditions");
	shows("{{#count}}a{{/count}}{{#none}}b{{/none}}{{#title}}c{{/title}}{{#empty}}d{{/empty}}", "ac", "numbers and texts as conditions");
	shows("{{#items}}<li>{{name}}{{/items}}", "<li>甲<li>乙", "a list");
	shows("{{#items}}{{n}}{{#subs}}({{word}}{{n}}{{count}}){{/subs}}{{^subs}}-{{/subs}};{{/items}}", "1(x142)(y142);2-;", "lists within lists see outwards");
	shows("{{#nothing}}a{{/nothing}}{{^nothing}}none{{/nothing}}", "none", "an empty list");
	shows("<option{{#yes}} selected{{/yes}}>", "<option selected>", "an attribute in a section");
	shows("{{>test/part.html}}!", "[&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;]!", "an included template");
	shows("{{#items}}{{>test/part.html}}{{/items}}", "[&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;][&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;]", "sees outwards too");
	shows("<script>if (a < b && c) { x = \"{\" }</script>{{count}}", "<script>if (a < b && c) { x = \"{\" }</script>42", "a script without values");
	shows("<!doctype html><!-- <a x={{! }} -->{{count}}", "<!doctype html><!-- <a x= -->42", "comments");
}

static void
test_refusals(void)
{
	refuses("{{nosuch}}", "no such variable", "an unknown name");
	refuses("\n\n{{nosuch}}", "line 3", "the line is named");
	refuses("{{yes}}", "can be printed", "a condition as a value");
	refuses("{{#yes}}", "does not end", "an open section");
	refuses("{{/yes}}", "no section is open", "a closed one");
	refuses("{{#yes}}{{#no}}{{/yes}}{{/no}}", "another section", "crossed sections");
	refuses("<a {{title}}>", "quoted attributes only", "a value between attributes");
	refuses("<a x={{title}}>", "quoted attributes only", "an unquoted value");
	refuses("<a onclick=\"{{title}}\">", "no value may stand", "an event handler");
	refuses("<a style=\"{{title}}\">", "no value may stand", "a style");
	refuses("<script>{{title}}</script>", "quoted attributes only", "a script");
	refuses("<SCRIPT>x</SCRIPTX>{{title}}", "longer name", "a script that does not end where it seems to");
	refuses("<!-- {{title}} -->", "quoted attributes only", "a comment");
	refuses("<{{title}}>", "quoted attributes only", "a tag name");
	refuses("{{#yes}}<a href=\"{{/yes}}{{title}}\">", "ends elsewhere", "a section that changes the place");
	refuses("<a {{#yes}}href{{/yes}}=\"{{title}}\">", "without a name", "a name that may be missing");
	refuses("<a href=\"", "inside a tag", "a page that ends inside a tag");
	refuses("{{t:只有中文}}", "both languages", "one language");
	refuses("{{>test/none.html}}", "no such template", "a missing template");
	refuses("{{>test/loop.html}}", "too deeply", "templates that include each other");
	refuses("{{>test/open.html}}{{/yes}}", "left open", "a section across templates");
	refuses("{{title", "does not end", "an unfinished tag");
	refuses("{{}}", "empty tag", "an empty tag");
}

int
main(void)
{
	const struct sub subs[] = { { S("x") }, { S("y") } };
	const struct item items[] = { { S("甲"), 1, { subs, 2 } }, { S("乙"), 2, { 0 } } };
	struct page_code code;
	struct sb out;

	arena_init(&mem, 64 << 20);
	err.lang = LANG_EN;
	v = (struct view){ .title = S("<b> & \"x\" 'y'"), .count = 42, .none = NIL, .yes = true, .items = { items, 2 } };
	test_values();
	test_urls();
	test_sections();
	test_refusals();
	template = "{{#items}}{{title}}{{/items}}";
	sb_init(&out, &mem, 20);
	ok(page_compile(&code, &mem, &page, source, NULL, &err) == RC_OK && page_run(&code, &v, LANG_ZH, &out, &err) == RC_LIMIT,
		"a page beyond its limit is refused, not cut");
	arena_done(&mem);
	return tap_done();
}

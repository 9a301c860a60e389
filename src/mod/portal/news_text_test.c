/* news_text_test.c - what an editor pastes becomes a small, safe subset; cleaning twice changes nothing. */
#include "base/base.h"
#include <string.h>
#include "base/rand.h"
#include "base/utf8.h"
#include "mod/portal/portal.h"
#include "tap.h"

static void
test_cases(struct arena *a)
{
	static const char *const cases[][2] = {
		{ "", "" },
		{ "   \n ", "" },
		{ "第一段\n\n第二段", "<p>第一段</p><p>第二段</p>" },
		{ "<p>一</p><p>二 <b>三</b></p>", "<p>一</p><p>二<strong> 三</strong></p>" },
		{ "<h1>题</h1>文", "<h3>题</h3><p>文</p>" },
		{ "<ul><li>甲</li><li><p>乙</p></li></ul>", "<ul><li>甲</li><li>乙</li></ul>" },
		{ "<script>alert(1)</script><p>x</p>", "<p>x</p>" },
		{ "<SCRIPT src=x>bad</ScRiPt >y</p>", "<p>y</p>" },
		{ "<img src=x onerror=alert(1)><p>x</p>", "<p>x</p>" },
		{ "<svg><script>1</script></svg><p>x</p>", "<p>x</p>" },
		{ "<p onclick=\"x()\">y</p>", "<p>y</p>" },
		{ "<a href=\"javascript:alert(1)\">y</a>", "<p>y</p>" },
		{ "<a href=\"&#106;avascript:alert(1)\">y</a>", "<p>y</p>" },
		{ "<a href=\"//evil.example\">y</a>", "<p>y</p>" },
		{ "<a href='https://a.example/?q=1&amp;r=\"'>y</a>", "<p><a href=\"https://a.example/?q=1&amp;r=&quot;\">y</a></p>" },
		{ "<a data-href=\"https://a.example\">y</a>", "<p>y</p>" },
		{ "<a href=/news/7>y</a>", "<p><a href=\"/news/7\">y</a></p>" },
		{ "<p>1 &lt; 2 & 3 &gt; 2</p>", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>" },
		{ "<p>&lt;script&gt;</p>", "<p>&lt;script&gt;</p>" },
		{ "a < b and c</p>", "<p>a &lt; b and c</p>" },
		{ "<table><tr><th>品名</th><th>产量</th></tr><tr><td>小米</td><td></td></tr></table>",
			"<table><tr><td>品名</td><td>产量</td></tr><tr><td>小米</td><td></td></tr></table>" },
		{ "<!-- x --><p>y<!-- <p>z</p> --></p>", "<p>y</p>" },
		{ "<p>a<br>b</p>", "<p>a</p><p>b</p>" },
		{ "<p>never closed <b>bold", "<p>never closed<strong> bold</strong></p>" },
		{ "<p>tag that never ends <a href=\"x", "<p>tag that never ends</p>" },
		{ "<p>\xe2\x80\xae" "abc</p>", "<p>abc</p>" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str once = news_clean(a, str_from_c(cases[i][0]));
		is_str(once, str_from_c(cases[i][1]), "case %zu", i);
		is_str(news_clean(a, once), once, "cleaning case %zu again changes nothing", i);
	}
	is_str(news_excerpt(a, S("<h3>题目</h3><p>第一段文字很长</p>"), 5), S("题目 第一…"), "excerpt of five characters");
	is_str(news_excerpt(a, S("短"), 5), S("短"), "a short text is its own excerpt");
}

/* Random soup of the pieces that matter: the output has no element, attribute or scheme outside the subset. */
static void
test_soup(void)
{
	static const char *const pieces[] = { "<", ">", "</", "<p>", "</p>", "<script>", "</script>", "<a href=\"", "javascript:", "\"",
		"'", "<b>", "</b>", "<table>", "<tr>", "<td>", "&lt;", "&#60;", "&", "onload=", "文字", " ", "\n", "<li>", "<br", "/>",
		"<!--", "-->", "<style>", "https://x.example", "=", "\\", "<em>", "</tr>" };
	struct rand_seeded seed;
	struct rand r = rand_from_seed(&seed, 11);
	bool stable = true, safe = true;

	for (int i = 0; i < 3000; i++) {
		ARENA mem = { 0 };
		struct sb b;

		arena_init(&mem, 8 << 20);
		sb_init(&b, &mem, 4096);
		for (uint64_t n = rand_below(&r, 30); n > 0; n--)
			sb_add(&b, pieces[rand_below(&r, ARRAY_LEN(pieces))]);
		struct str once = news_clean(&mem, sb_str(&b));
		stable = stable && str_eq(news_clean(&mem, once), once);
		safe = safe && str_find(once, S("<script"), 0) < 0 && str_find(once, S("href=\"javascript"), 0) < 0 &&
			str_find(once, S("<style"), 0) < 0 && str_find(once, S("<!--"), 0) < 0 && utf8_valid(once);
		if (!stable || !safe) {
			printf("# %s\n# %s\n# %s\n", str_c(&mem, sb_str(&b)), str_c(&mem, once), str_c(&mem, news_clean(&mem, once)));
			break;
		}
	}
	ok(stable, "cleaning 3,000 soups twice changes nothing");
	ok(safe, "and none keeps code");
}

int
main(void)
{
	ARENA mem = { 0 };

	arena_init(&mem, 64 << 20);
	test_cases(&mem);
	test_soup();
	return tap_done();
}

#include "base/base.h"
#include "base/utf8.h"
#include "tap.h"

static void
test_all(void)
{
	int64_t wrong = 0;

	for (int32_t cp = 0; cp <= 0x10FFFF; cp++) {
		char buf[4];
		size_t at = 0;

		if (cp >= 0xD800 && cp <= 0xDFFF)
			continue;

		struct str s = { buf, utf8_put(buf, cp) };

		wrong += utf8_next(s, &at) != cp || at != s.n || !utf8_valid(s) || utf8_count(s) != 1;
		for (size_t n = 1; n < s.n; n++)
			wrong += utf8_valid((struct str){ buf, n }) || utf8_cut(buf, n) != 0;
		wrong += utf8_cut(buf, s.n) != s.n;
	}
	is_i64(wrong, 0, "every scalar value is written and read back, every beginning of one refused");
}

static void
test_wrong(void)
{
	static const struct str bad[] = { S("\x80"), S("\xbf"), S("\xc0\x80"), S("\xc1\xbf"), S("\xc2"),
		S("\xc2\x41"), S("\xe0\x80\x80"), S("\xe0\x9f\xbf"), S("\xed\xa0\x80"), S("\xed\xbf\xbf"),
		S("\xef\xbf"), S("\xf0\x80\x80\x80"), S("\xf0\x8f\xbf\xbf"), S("\xf4\x90\x80\x80"),
		S("\xf5\x80\x80\x80"), S("\xf8\x88\x80\x80\x80"), S("\xff"), S("ok\xe5\xba") };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ok(!utf8_valid(bad[i]), "malformed %zu is refused", i);

	size_t at = 0;

	ok(utf8_next(S("\xe5\xba" "A"), &at) == -1 && at == 1, "a malformed byte is one step");
	ok(utf8_valid(S("")) && utf8_valid(S("a\0b")), "nothing and NUL are valid");
	ok(utf8_cut("店店", 5) == 3 && utf8_cut("店店", 6) == 6 && utf8_cut("ab", 2) == 2, "a cut is between");
	ok(utf8_cut("\x80\x80\x80\x80\x80", 5) <= 5, "a cut of rubbish stays inside");
}

int
main(void)
{
	test_all();
	test_wrong();
	is_i64((int64_t)utf8_count(S("潞城 a😀")), 5, "characters are counted, not bytes");
	ok(utf8_has_control(S("a\x01")) && utf8_has_control(S("\x7f")) && utf8_has_control(S("x\u202ey")) &&
			utf8_has_control(S("\u2066")) && utf8_has_control(S("a\0b")),
		"controls and bidi overrides are seen");
	ok(!utf8_has_control(S("行\t一\r\n二")), "tab and line ends are not");
	ok(utf8_is_han(0x6F5E) && utf8_is_han(0x20000) && utf8_is_han(0x3042), "ideographs and kana");
	ok(!utf8_is_han('a') && !utf8_is_han(0x3002) && !utf8_is_han(0xFF01), "letters and punctuation are not");
	return tap_done();
}

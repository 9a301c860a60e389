#include "base/base.h"
#include "lib/idcheck/idcheck.h"
#include "tap.h"

struct vector {
	const char *text;
	bool valid;
};

static const struct vector residents[] = {
	{ "110000190001010012", true },
	{ "110000190001010020", true },
	{ "419900190002290034", false },
	{ "419900190002280100", true },
	{ "659000190412319990", true },
	{ "000000190001010017", true },
	{ "11000019000102019X", true },
	{ "11000019000102019x", false },
	{ "110000190001010011", false },
	{ "1100000001010012", false },
	{ "", false },
	{ "X10000190001010012", false },
};

static const struct vector usccs[] = {
	{ "91419900MA00000154", true },
	{ "93419900MA0000023Q", true },
	{ "92419900MA0000031N", true },
	{ "N2419900MF0000048A", true },
	{ "11419900000000T564", true },
	{ "12419900000000000M", true },
	{ "91000000ABCDEFGH5C", true },
	{ "Y1999999WXYPQRTU31", true },
	{ "91110000600037341L", true },
	{ "91419900MA00000150", false },
	{ "91419I00MA00000154", false },
	{ "91419O00MA00000154", false },
	{ "91419S00MA00000154", false },
	{ "91419V00MA00000154", false },
	{ "91419Z00MA00000154", false },
	{ "91419900MA0000015", false },
	{ "91419900MA000001540", false },
	{ "91419900ma00000154", false },
	{ "91419900AM00000154", false },
};

static const struct vector mobiles[] = {
	{ "13800000000", true },
	{ "17000000000", true },
	{ "16200000000", true },
	{ "19200000000", true },
	{ "19700000000", true },
	{ "19600000000", true },
	{ "14700000000", true },
	{ "17490000000", true },
	{ "12345678901", false },
	{ "15400000000", false },
	{ "19400000000", false },
	{ "1380000000", false },
	{ "138000000000", false },
	{ "+8613800000000", false },
	{ "8613800000000", false },
	{ "1440000000000", false },
	{ "010-12345678", false },
	{ "1380000000a", false },
};

static const struct vector phones[] = {
	{ "13800000000", true },
	{ "010-12345678", false },
	{ "010-62345678", true },
	{ "0355-6823456", true },
	{ "0355-6823456-801", true },
	{ "0355-6823456-", false },
	{ "0355-6823456-8012345", false },
	{ "03556823456", false },
	{ "0355-682345", false },
	{ "035-68234567", false },
	{ "000-68234567", false },
	{ "400-123-4567", true },
	{ "400-1234567", false },
	{ "-", false },
	{ "", false },
};

static const struct vector gtins[] = {
	{ "6901234567892", true },
	{ "6291041500213", true },
	{ "9520123456788", true },
	{ "09506000134352", true },
	{ "16901234567899", true },
	{ "96901234567895", true },
	{ "614141000036", true },
	{ "96385074", true },
	{ "6901234567890", false },
	{ "09506000134353", false },
	{ "376123450000000016", false },
	{ "690123456789X", false },
	{ "", false },
};

static const struct vector gs1_keys[] = {
	{ "376123450000000016", true },
	{ "040123450000001112", true },
	{ "4012345000115", true },
	{ "6900000000007", true },
	{ "4012345000116", false },
	{ "0", false },
	{ "0000000000000000000", false },
};

static const struct vector emails[] = {
	{ "wang.fang@example.com", true },
	{ "a+b@mail.example.cn", true },
	{ "123456@qq.com", true },
	{ "@example.com", false },
	{ "a@", false },
	{ "a", false },
	{ "a@b", false },
	{ "a@b..cn", false },
	{ "a@-b.cn", false },
	{ "a@b-.cn", false },
	{ ".a@b.cn", false },
	{ "a.@b.cn", false },
	{ "a..b@b.cn", false },
	{ "a@b@c.cn", false },
	{ "a b@c.cn", false },
	{ "a@b.c", false },
	{ "a@1.2.3.4", false },
	{ "", false },
};

static void
run(const char *what, bool (*check)(struct str), const struct vector *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ok(check(str_from_c(list[i].text)) == list[i].valid, "%s \"%s\" is %s", what, list[i].text,
			list[i].valid ? "valid" : "refused");
	ok(!check((struct str){ 0 }), "%s: an absent text is refused", what);
}

/* Any one character of a valid number exchanged for another of its alphabet must be refused. */
static int
single_errors_passed(bool (*check)(struct str), const char *valid, const char *alphabet)
{
	char text[32];
	int passed = 0;
	size_t n = strlen(valid);

	memcpy(text, valid, n);
	for (size_t i = 0; i < n; i++) {
		for (const char *c = alphabet; *c != '\0'; c++) {
			text[i] = *c;
			passed += *c != valid[i] && check((struct str){ text, n });
		}
		text[i] = valid[i];
	}
	return passed;
}

static void
test_single_errors(void)
{
	is_i64(single_errors_passed(idcheck_uscc, "91419900MA00000154", "0123456789ABCDEFGHJKLMNPQRTUWXY"), 0,
		"every single wrong character of a credit code is refused");
	is_i64(single_errors_passed(idcheck_resident, "11000019000102019X", "0123456789"), 0,
		"every single wrong digit of an identity number is refused");
	is_i64(single_errors_passed(idcheck_gtin, "6901234567892", "0123456789"), 0,
		"every single wrong digit of a GTIN is refused");
}

static void
test_folds(void)
{
	ARENA a;

	arena_init(&a, 1 << 20);
	is_str(idcheck_fold(&a, S(" 11000019000102019x ")), S("11000019000102019X"), "x becomes X, blanks go");
	is_str(idcheck_fold(&a, S("９１４１９９００ｍａ００００01－54")), S("91419900MA00000154"), "full width");
	is_str(idcheck_fold(&a, S("身份证")), S("身份证"), "what cannot be folded stays");
	is_str(idcheck_fold(&a, S("\xff\xfe")), S("\xff\xfe"), "malformed bytes stay");
	ok(idcheck_fold(&a, (struct str){ 0 }).p == NULL, "absence stays");
	is_str(idcheck_phone_fold(&a, S("+8613800000000")), S("13800000000"), "+86 goes");
	is_str(idcheck_phone_fold(&a, S("8613800000000")), S("13800000000"), "86 goes");
	is_str(idcheck_phone_fold(&a, S("0086 138-0000-0000")), S("13800000000"), "0086, blanks, hyphens go");
	is_str(idcheck_phone_fold(&a, S("１３８ ００００ ００００")), S("13800000000"), "full-width digits");
	is_str(idcheck_phone_fold(&a, S("(0355) 6823456")), S("0355-6823456"), "landline with brackets");
	is_str(idcheck_phone_fold(&a, S("（0355）6823456")), S("0355-6823456"), "full-width brackets");
	is_str(idcheck_phone_fold(&a, S("03556823456")), S("0355-6823456"), "landline without hyphen");
	is_str(idcheck_phone_fold(&a, S("010 6234 5678")), S("010-62345678"), "Beijing");
	is_str(idcheck_phone_fold(&a, S("0355-6823456-801")), S("0355-6823456-801"), "extension stays");
	is_str(idcheck_phone_fold(&a, S("0355-6823456x801")), S("0355-6823456-801"), "x extension");
	is_str(idcheck_phone_fold(&a, S("4001234567")), S("400-123-4567"), "service number");
	is_str(idcheck_phone_fold(&a, S("不详")), S("不详"), "words stay");
	is_str(idcheck_email_fold(&a, S(" Wang@Example.COM ")), S("Wang@example.com"), "host in lower case");
	is_str(idcheck_email_fold(&a, S("a＠b．cn")), S("a@b.cn"), "full-width at and dot");
}

int
main(void)
{
	run("resident", idcheck_resident, residents, ARRAY_LEN(residents));
	run("uscc", idcheck_uscc, usccs, ARRAY_LEN(usccs));
	run("mobile", idcheck_mobile, mobiles, ARRAY_LEN(mobiles));
	run("phone", idcheck_phone, phones, ARRAY_LEN(phones));
	run("gtin", idcheck_gtin, gtins, ARRAY_LEN(gtins));
	run("gs1", idcheck_gs1, gs1_keys, ARRAY_LEN(gs1_keys));
	run("email", idcheck_email, emails, ARRAY_LEN(emails));
	test_single_errors();
	ok(!idcheck_email(S("a\r\nb@c.cn")), "a mail address with a line break is refused");
	test_folds();
	return tap_done();
}

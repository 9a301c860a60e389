#include "base/base.h"
#include "lib/tracecode/tracecode.h"
#include "tap.h"

static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* A small generator of our own, so that a failure repeats. */
static void
fill(void *self, void *out, size_t n)
{
	uint64_t *state = self;
	unsigned char *to = out;

	for (size_t i = 0; i < n; i++) {
		*state = *state * 6364136223846793005u + 1442695040888963407u;
		to[i] = (unsigned char)(*state >> 56);
	}
}

static enum tracecode_fault
fault_of(const char *text)
{
	char out[TRACECODE_LEN + 1];
	enum tracecode_fault fault;

	tracecode_parse(str_from_c(text), out, &fault);
	return fault;
}

static void
test_errors_found(const struct rand *r)
{
	int64_t wrong = 0, wrong_missed = 0, swaps = 0, swaps_missed = 0;

	for (int round = 0; round < 200; round++) {
		char code[TRACECODE_LEN + 1], bad[TRACECODE_LEN + 1];

		tracecode_make(r, code);
		for (int i = 0; i < TRACECODE_LEN; i++) {
			for (const char *c = letters; *c != '\0'; c++) {
				if (*c == code[i])
					continue;
				memcpy(bad, code, sizeof(bad));
				bad[i] = *c;
				wrong++;
				wrong_missed += fault_of(bad) != TRACECODE_MISTYPED;
			}
			for (int k = i + 1; k < TRACECODE_LEN; k++) {
				memcpy(bad, code, sizeof(bad));
				bad[i] = code[k];
				bad[k] = code[i];
				if (code[i] == code[k])
					continue;
				swaps++;
				swaps_missed += fault_of(bad) != TRACECODE_MISTYPED;
			}
		}
	}
	ok(wrong == 200 * 20 * 31 && wrong_missed == 0, "all %lld single wrong characters are noticed", LL(wrong));
	ok(swaps > 30000 && swaps_missed == 0, "all %lld exchanges of two characters are noticed", LL(swaps));
}

static void
test_forms(const struct rand *r)
{
	char code[TRACECODE_LEN + 1], out[TRACECODE_LEN + 1], grouped[TRACECODE_GROUPED_LEN + 1];
	char text[200];
	int bad = 0;

	tracecode_make(r, code);
	tracecode_group(code, grouped);
	ok(strlen(grouped) == 24 && grouped[4] == '-' && grouped[19] == '-', "groups of four: %s", grouped);
	ok(tracecode_parse(str_from_c(grouped), out, NULL) && strcmp(out, code) == 0, "groups read back");
	snprintf(text, sizeof(text), " \xe3\x80\x80%s\r\n", grouped);
	for (char *c = text; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c += 'a' - 'A';
	ok(tracecode_parse(str_from_c(text), out, NULL) && strcmp(out, code) == 0, "lower case and blanks");

	size_t n = 0;

	for (int i = 0; i < TRACECODE_LEN; i++) {
		text[n++] = '\xef';
		text[n++] = '\xbc';
		text[n++] = (char)(0x80 + (code[i] - 0x20));
	}
	text[n] = '\0';
	ok(tracecode_parse(str_from_c(text), out, NULL) && strcmp(out, code) == 0, "full-width forms");

	for (int round = 0; round < 500; round++) {
		static const char zeros[] = "0Oo", ones[] = "1IilL";

		tracecode_make(r, code);
		for (int i = 0; i < TRACECODE_LEN; i++)
			text[i] = code[i] == '0' ? zeros[round % 3] : code[i] == '1' ? ones[round % 5] : code[i];
		text[TRACECODE_LEN] = '\0';
		bad += !tracecode_parse(str_from_c(text), out, NULL) || strcmp(out, code) != 0;
	}
	is_i64(bad, 0, "O reads as 0, I and L as 1");
}

static void
test_malformed(void)
{
	static const char *const texts[] = { "", "-", "0", "0000-0000-0000-0000-000", "0000-0000-0000-0000-0000-0",
		"0000-0000-0000-0000-000U", "0000-0000-0000-0000-000*", "0000-0000-0000-0000-000\xe4\xb8\xad",
		"0000-0000-0000-0000-000\xff", "https://example.com/t/0000" };
	char out[TRACECODE_LEN + 1] = "x", long_text[400];

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		is_i64(fault_of(texts[i]), TRACECODE_MALFORMED, "malformed: \"%s\"", texts[i]);
	memset(long_text, ' ', sizeof(long_text));
	ok(!tracecode_parse((struct str){ long_text, sizeof(long_text) }, out, NULL) && out[0] == '\0', "too long");
	ok(!tracecode_parse((struct str){ 0 }, out, NULL), "absent");
	is_i64(fault_of("0000-0000-0000-0000-0000"), TRACECODE_OK, "all zeros is well-formed");
	is_i64(fault_of("0000-0000-0000-0000-0001"), TRACECODE_MISTYPED, "one wrong character is told apart");
}

static void
test_spread(const struct rand *r)
{
	int64_t seen[TRACECODE_LEN][32] = { 0 }, least = INT64_MAX, most = 0;

	for (int round = 0; round < 32000; round++) {
		char code[TRACECODE_LEN + 1];

		tracecode_make(r, code);
		for (int i = 0; i < TRACECODE_LEN; i++)
			seen[i][strchr(letters, code[i]) - letters]++;
	}
	for (int i = 0; i < TRACECODE_LEN; i++)
		for (int k = 0; k < 32; k++) {
			least = seen[i][k] < least ? seen[i][k] : least;
			most = seen[i][k] > most ? seen[i][k] : most;
		}
	ok(least > 800 && most < 1200, "every letter is as frequent at every place (%lld to %lld of 1000)",
		LL(least), LL(most));
}

int
main(void)
{
	uint64_t state = 42;
	struct rand r = { fill, &state };

	test_errors_found(&r);
	test_forms(&r);
	test_malformed();
	test_spread(&r);
	return tap_done();
}

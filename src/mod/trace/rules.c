/* rules.c - see rules.h. */
#include "base/base.h"
#include "base/time.h"
#include "mod/trace/rules.h"

bool
gtin_valid(struct str gtin)
{
	int sum = 0;

	if (gtin.n != 8 && gtin.n != 12 && gtin.n != 13 && gtin.n != 14)
		return false;
	for (size_t i = 0; i < gtin.n; i++) {
		char d = gtin.p[gtin.n - 1 - i];

		if (d < '0' || d > '9')
			return false;
		sum += (d - '0') * (i % 2 == 1 ? 3 : 1);
	}
	return sum % 10 == 0;
}

static int
alnum_value(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'A' && ch <= 'Z')
		return ch - 'A' + 10;
	return -1;
}

char
mod37_36(struct str text)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	int p = 36;

	for (size_t i = 0; i < text.n; i++) {
		int v = alnum_value(text.p[i]);

		if (text.p[i] == '-')
			continue;
		if (v < 0)
			return 0;
		p = (p + v) % 36;
		p = (p == 0 ? 36 : p) * 2 % 37;
	}
	return digits[(37 - p) % 36];
}

struct str
lot_code(struct arena *a, int64_t county, int64_t harvested_on, int64_t seq)
{
	struct civil d = date_to_civil(harvested_on);
	struct str body = str_fmt(a, "%06lld-%04d%02d%02d-%04lld", LL(county), d.year, d.month, d.day, LL(seq));

	return str_fmt(a, STR_FMT "%c", STR_ARG(body), mod37_36(body));
}

bool
lot_code_valid(struct str code)
{
	if (code.n < 2)
		return false;
	char check = mod37_36(str_sub(code, 0, code.n - 1));
	return check != 0 && check == code.p[code.n - 1];
}

int64_t
never_on(void)
{
	return date_from_civil(2199, 12, 31);
}

int64_t
safe_after(int64_t done_on, int64_t interval_days, bool prohibited)
{
	if (prohibited)
		return never_on();
	return done_on + (interval_days > 0 ? interval_days : 0);
}

int64_t
safe_on_of(const struct pest_use *uses, size_t n, int64_t harvested_on)
{
	int64_t safe_on = NIL;

	for (size_t i = 0; i < n; i++) {
		if (uses[i].done_on <= harvested_on && uses[i].safe_on > safe_on)
			safe_on = uses[i].safe_on;
	}
	return safe_on;
}

bool
harvest_is_safe(int64_t safe_on, int64_t harvested_on)
{
	return safe_on == NIL || safe_on <= harvested_on;
}

static const struct {
	const char *lot, *inspection;
} test_names[] = {
	[TEST_NONE] = { "none", "none" },
	[TEST_PASS] = { "pass", "pass" },
	[TEST_FAIL] = { "fail", "fail" },
	[TEST_RETEST] = { "retest", "need_retest" },
	[TEST_UNCONFIRMED] = { "unconfirmed", "unconfirmed" },
	[TEST_INVALID] = { "invalid", "invalid" },
};

const char *
lot_test_name(enum lot_test t)
{
	return test_names[t].lot;
}

enum lot_test
lot_test_of(struct str verdict)
{
	for (size_t i = 0; i < ARRAY_LEN(test_names); i++) {
		if (str_eq_c(verdict, test_names[i].lot) || str_eq_c(verdict, test_names[i].inspection))
			return (enum lot_test)i;
	}
	return TEST_NONE;
}

bool
test_is_newer(struct test_row a, struct test_row b)
{
	if (a.tested_ms != b.tested_ms)
		return a.tested_ms > b.tested_ms;
	if ((a.verdict == TEST_PASS) != (b.verdict == TEST_PASS))
		return a.verdict != TEST_PASS;
	return a.id > b.id;
}

enum gate
lot_gate(struct str state, enum lot_test test, int64_t safe_on, int64_t harvested_on, bool need_released)
{
	if (str_eq_c(state, "recalled"))
		return GATE_RECALLED;
	if (!harvest_is_safe(safe_on, harvested_on))
		return GATE_INTERVAL;
	if (test == TEST_NONE)
		return GATE_NOT_TESTED;
	if (test != TEST_PASS)
		return GATE_TEST;
	if (str_eq_c(state, "held"))
		return GATE_HELD;
	if (str_eq_c(state, "closed"))
		return GATE_CLOSED;
	if (need_released && !str_eq_c(state, "released"))
		return GATE_NOT_RELEASED;
	return GATE_OPEN;
}

enum rc
gate_fail(struct err *e, enum gate g)
{
	static const struct {
		const char *code, *zh, *en;
	} says[] = {
		[GATE_OPEN] = { "", "", "" },
		[GATE_NOT_TESTED] = { "lot-not-tested", "批次还没有检测，不能放行、赋码或开合格证",
			"the lot has not been tested: no release, code or certificate" },
		[GATE_TEST] = { "lot-test", "批次最新一次检测没有通过，不能放行、赋码或开合格证",
			"the newest test of the lot was not passed: no release, code or certificate" },
		[GATE_INTERVAL] = { "lot-interval", "采收时安全间隔期未满，不能放行、赋码或开合格证",
			"harvested before the safety interval ran out: no release, code or certificate" },
		[GATE_HELD] = { "lot-held", "批次已暂扣，解除暂扣后才能继续", "the lot is held; lift the hold first" },
		[GATE_RECALLED] = { "lot-recalled", "批次正在召回", "the lot is being recalled" },
		[GATE_NOT_RELEASED] = { "lot-not-released", "请先放行批次，再赋码或销售", "release the lot first" },
		[GATE_CLOSED] = { "lot-closed", "批次已售完关闭", "the lot is closed" },
	};

	if (g == GATE_OPEN)
		return RC_OK;
	return fail_code(e, RC_INVALID, says[g].code, "lot_id", "%s", "%s", e->lang == LANG_EN ? says[g].en : says[g].zh);
}

int64_t
codes_allowed(int64_t quantity_milli, int64_t pack_milli)
{
	return pack_milli > 0 && quantity_milli > 0 ? quantity_milli / pack_milli : 0;
}

/* The counter of a kind and the ceiling it may not pass. NULL: moves nothing. */
static int64_t *
stock_counter(struct stock *s, struct str kind, int64_t *ceiling)
{
	*ceiling = s->lot_milli;
	if (str_eq_c(kind, "pack"))
		return &s->packed_milli;
	if (str_eq_c(kind, "ship"))
		return &s->shipped_milli;
	if (str_eq_c(kind, "sell"))
		return &s->sold_milli;
	*ceiling = s->shipped_milli;
	if (str_eq_c(kind, "receive"))
		return &s->received_milli;
	return NULL;
}

int64_t
stock_left(const struct stock *s, struct str kind)
{
	struct stock copy = *s;
	int64_t ceiling, *counter = stock_counter(&copy, kind, &ceiling);

	return counter == NULL ? s->lot_milli : ceiling - *counter;
}

bool
stock_add(struct stock *s, struct str kind, int64_t quantity_milli)
{
	int64_t ceiling, *counter = stock_counter(s, kind, &ceiling);

	if (counter == NULL)
		return quantity_milli <= s->lot_milli;
	if (quantity_milli > ceiling - *counter)
		return false;
	*counter += quantity_milli;
	return true;
}

void
stock_book(struct stock *s, struct str kind, int64_t quantity_milli)
{
	int64_t ceiling, *counter = stock_counter(s, kind, &ceiling);

	if (counter != NULL)
		*counter += quantity_milli;
}

bool
stock_holds(const struct stock *s)
{
	return s->packed_milli <= s->lot_milli && s->shipped_milli <= s->lot_milli && s->sold_milli <= s->lot_milli
		&& s->received_milli <= s->shipped_milli;
}

bool
looks_copied(const struct copy_rule *r, int64_t clients, int64_t places)
{
	return clients >= r->clients || (places >= r->places && clients >= 2);
}

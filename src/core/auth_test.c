/* auth_test.c - passwords and one-time codes, no database. */
#include "base/base.h"
#include <pthread.h>
#include <string.h>
#include <time.h>
#include "core/auth_private.h"
#include "tap.h"

static void
test_policy(void)
{
	static const struct {
		const char *profile, *password, *login;
		bool good;
	} cases[] = {
		{ "djbh", "Tobamipe47kusova", "wangfang", true },
		{ "djbh", "short1A", "wangfang", false },
		{ "djbh", "alllowercase", "wangfang", false },
		{ "djbh", "lower123lower", "wangfang", false },
		{ "djbh", "Lower-Mixed", "wangfang", true },
		{ "djbh", "WangFang-2031x", "wangfang", false },
		{ "djbh", "P@ssw0rd", "wangfang", false },
		{ "djbh", "P@ssw0rd123", "wangfang", false },
		{ "djbh", "Lucheng@123", "wangfang", false },
		{ "djbh", "1qaz2wsx!QAZ", "wangfang", true },
		{ "djbh", "老陈醋Abc7", "wangfang", false },
		{ "djbh", "老陈醋Abc7很好", "wangfang", true },
		{ "asvs", "purple tractor hums", "wangfang", true },
		{ "asvs", "password", "wangfang", false },
		{ "asvs", "Password2026", "wangfang", false },
		{ "asvs", "woaini1314", "wangfang", false },
		{ "asvs", "5201314520", "wangfang", false },
		{ "asvs", "19880808", "wangfang", false },
		{ "asvs", "aaaaaaaaaaaaaaaa", "wangfang", false },
		{ "asvs", "abcdefghijk", "wangfang", false },
		{ "asvs", "qwertyuiop", "wangfang", false },
		{ "asvs", "tractor\001hums", "wangfang", false },
		{ "asvs", "bad\xff\xfeutf8!!", "wangfang", false },
		{ "asvs", "mushroom shed 3", "li", true },
	};
	struct err e = { .lang = LANG_EN };
	char edge[200];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum rc rc = password_policy(cases[i].profile, str_from_c(cases[i].password), str_from_c(cases[i].login), &e);
		ok((rc == RC_OK) == cases[i].good, "%s: case %zu is %s", cases[i].profile, i, cases[i].good ? "accepted" : "refused");
		if (rc != RC_OK)
			ok(e.code != NULL && strcmp(e.field, "new") == 0 && e.text[0] != '\0', "the refusal has code, field and text");
	}
	for (size_t i = 0; i < sizeof(edge); i++)
		edge[i] = (char)('a' + i * 7 % 23);
	ok(password_policy("asvs", (struct str){ edge, 128 }, S("x"), &e) == RC_OK, "128 characters are accepted");
	ok(password_policy("asvs", (struct str){ edge, 129 }, S("x"), &e) == RC_INVALID, "129 are not");
	ok(password_policy("asvs", (struct str){ edge, 8 }, S("x"), &e) == RC_OK, "8 are accepted");
	ok(password_policy("asvs", (struct str){ edge, 7 }, S("x"), &e) == RC_INVALID, "7 are not");
	ok(common_passwords_count >= 3000, "the list has %zu common passwords", common_passwords_count);
}

static void
test_make(void)
{
	ARENA mem = { 0 };
	struct rand_seeded seed;
	struct rand r = rand_from_seed(&seed, 7);
	struct err e = { 0 };
	bool all = true;

	arena_init(&mem, 1 << 20);
	for (int i = 0; i < 500; i++) {
		struct str p = password_make(&mem, &r);
		all = all && p.n == 16 && password_policy("djbh", p, S("admin"), &e) == RC_OK;
	}
	ok(all, "500 generated passwords have 16 characters and pass the strictest policy");
}

static void
test_hash(void)
{
	ARENA mem = { 0 };
	arena_init(&mem, 4 << 20);
	struct auth_options o = { .hash_kib = 64, .hash_passes = 1 };
	struct app app = { .auth = auth_new(&mem, &o), .rand = &rand_system };
	struct ctx c = { .app = &app, .mem = &mem };
	struct str one = { 0 }, two = { 0 };
	bool fits, old;

	ok(password_hash(&c, S("Tobamipe47"), &one) == RC_OK && password_hash(&c, S("Tobamipe47"), &two) == RC_OK, "hashes");
	ok(str_starts(one, S("$argon2id$v=19$m=64,t=1,p=1$")), "PHC string names algorithm and cost");
	ok(!str_eq(one, two), "two hashes of one password differ");
	ok(password_verify(&c, S("Tobamipe47"), one, &fits, &old) == RC_OK && fits && !old, "the password fits");
	ok(password_verify(&c, S("Tobamipe48"), one, &fits, NULL) == RC_OK && !fits, "another does not");
	ok(password_verify(&c, S(""), one, &fits, NULL) == RC_OK && !fits, "nor does an empty one");
	ok(password_verify(&c, S("x"), (struct str){ 0 }, &fits, NULL) == RC_OK && !fits, "no hash: nothing fits");
	ok(password_verify(&c, S("x"), S("$argon2id$broken"), &fits, NULL) == RC_OK && !fits, "a broken hash: nothing fits");
	app.auth->options.hash_passes = 2;
	ok(password_verify(&c, S("Tobamipe47"), one, &fits, &old) == RC_OK && fits && old, "a hash of another cost is called old");
}

struct crowd {
	pthread_barrier_t *start;
	struct app *app;
	struct str phc;
	enum rc rc;
};

static void *
one_of_crowd(void *arg)
{
	struct crowd *k = arg;
	ARENA mem = { 0 };
	bool fits;

	arena_init(&mem, 1 << 20);
	struct ctx c = { .app = k->app, .mem = &mem };
	pthread_barrier_wait(k->start);
	k->rc = password_verify(&c, S("Tobamipe47"), k->phc, &fits, NULL);
	return NULL;
}

/* One slot and two places to wait: of eight log-ins at once three are served and five told to come back. */
static void
test_slots(void)
{
	ARENA mem = { 0 };
	arena_init(&mem, 4 << 20);
	struct auth_options o = { .hash_kib = 32768, .hash_passes = 4, .hash_slots = 1, .hash_queue = 2 };
	struct app app = { .auth = auth_new(&mem, &o), .rand = &rand_system };
	struct ctx c = { .app = &app, .mem = &mem };
	struct crowd crowd[8];
	pthread_t threads[8];
	pthread_barrier_t start;
	struct str phc;
	int served = 0, busy = 0;

	ok(password_hash(&c, S("Tobamipe47"), &phc) == RC_OK, "hashed once");
	pthread_barrier_init(&start, NULL, ARRAY_LEN(crowd));
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++) {
		crowd[i] = (struct crowd){ .start = &start, .app = &app, .phc = phc };
		pthread_create(&threads[i], NULL, one_of_crowd, &crowd[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++) {
		pthread_join(threads[i], NULL);
		served += crowd[i].rc == RC_OK;
		busy += crowd[i].rc == RC_LIMIT;
	}
	pthread_barrier_destroy(&start);
	ok(served + busy == 8 && served >= 3 && busy >= 1, "a crowd of eight: %d served, %d told to come back", served, busy);
	bool fits = false;
	ok(password_verify(&c, S("Tobamipe47"), phc, &fits, NULL) == RC_OK && fits, "afterwards the slot is free again");
}

static int64_t
cost_ms(struct ctx *c, struct str phc)
{
	struct timespec from, to;
	bool fits;

	clock_gettime(CLOCK_MONOTONIC, &from);
	enum rc rc = password_verify(c, S("not this one"), phc, &fits, NULL);
	clock_gettime(CLOCK_MONOTONIC, &to);
	return rc == RC_OK ? (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000 : -1;
}

static void
test_cost(void)
{
	ARENA mem = { 0 };
	arena_init(&mem, 4 << 20);
	struct auth_options o = { 0 };
	struct app app = { .auth = auth_new(&mem, &o), .rand = &rand_system };
	struct ctx c = { .app = &app, .mem = &mem };
	struct str phc;

	ok(password_hash(&c, S("Tobamipe47"), &phc) == RC_OK, "hashes at the product's cost");
	ok(str_starts(phc, S("$argon2id$v=19$m=65536,t=3,p=1$")), "64 MiB, 3 passes, 1 lane");
	printf("# a known login costs %lld ms, an unknown one %lld ms\n", (long long)cost_ms(&c, phc),
		(long long)cost_ms(&c, (struct str){ 0 }));
}

static void
test_hotp(void)
{
	/* RFC 4226 appendix D, and RFC 6238 appendix B for SHA-1 with eight digits. */
	static const uint32_t hotp[] = { 755224, 287082, 359152, 969429, 338314, 254676, 287922, 162583, 399871, 520489 };
	static const struct {
		int64_t time_s;
		uint32_t code;
	} totp[] = { { 59, 94287082 }, { 1111111109, 7081804 }, { 1111111111, 14050471 }, { 1234567890, 89005924 },
		{ 2000000000, 69279037 }, { 20000000000, 65353130 } };
	struct str key = S("12345678901234567890");

	for (size_t i = 0; i < ARRAY_LEN(hotp); i++)
		is_i64(totp_code(key, i, 6), hotp[i], "RFC 4226 counter %zu", i);
	for (size_t i = 0; i < ARRAY_LEN(totp); i++)
		is_i64(totp_code(key, (uint64_t)(totp[i].time_s / 30), 8), totp[i].code, "RFC 6238 at %lld", (long long)totp[i].time_s);
}

static void
test_totp(void)
{
	struct str secret = S("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"); /* "12345678901234567890" */
	int64_t step = 0, last = 0, now = 1234567890000;

	ok(totp_verify(secret, S("005924"), now, last, &step) && step == 41152263, "the code of this step counts");
	last = step;
	ok(!totp_verify(secret, S("005924"), now, last, &step), "but only once");
	ok(totp_verify(secret, S("005924"), now + 30000, 0, &step), "a clock half a minute slow is forgiven");
	ok(totp_verify(secret, S("005924"), now - 30000, 0, &step), "and one half a minute fast");
	ok(!totp_verify(secret, S("005924"), now + 61000, 0, &step), "not two steps");
	ok(!totp_verify(secret, S("005925"), now, 0, &step), "a wrong digit");
	ok(!totp_verify(secret, S("5924"), now, 0, &step) && !totp_verify(secret, S("0059241"), now, 0, &step), "wrong lengths");
	ok(!totp_verify(secret, (struct str){ 0 }, now, 0, &step), "an absent code");
	ok(totp_verify(S("gezd gnbv gy3t qojq gezd gnbv gy3t qojq"), S("005924"), now, 0, &step), "a secret as people type it");
	ok(!totp_verify(S("GEZDGNBV"), S("005924"), now, 0, &step), "a secret too short is never right");
}

static void
test_base32(void)
{
	/* RFC 4648 section 10, without padding. */
	static const char *const pairs[][2] = { { "", "" }, { "f", "MY" }, { "fo", "MZXQ" }, { "foo", "MZXW6" }, { "foob", "MZXW6YQ" },
		{ "fooba", "MZXW6YTB" }, { "foobar", "MZXW6YTBOI" } };
	ARENA mem = { 0 };
	struct str raw;

	arena_init(&mem, 1 << 16);
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		is_str(base32_encode(&mem, str_from_c(pairs[i][0])), str_from_c(pairs[i][1]), "encodes \"%s\"", pairs[i][0]);
		ok(base32_decode(&mem, str_from_c(pairs[i][1]), &raw) && str_eq_c(raw, pairs[i][0]), "decodes it back");
	}
	ok(!base32_decode(&mem, S("MZXW6Y0B"), &raw) && !base32_decode(&mem, S("M"), &raw) && !base32_decode(&mem, S("MZ"), &raw),
		"digits outside the alphabet, impossible lengths and stray bits are refused");
	is_str(totp_uri(&mem, S("e镇"), S("wang fang"), S("ABC")),
		S("otpauth://totp/e%E9%95%87:wang%20fang?secret=ABC&issuer=e%E9%95%87"), "the address for the phone's authenticator");
}

static void
test_cache(void)
{
	static const char *const view[] = { "trace.view", NULL }, *const all[] = { "*", NULL };
	ARENA start = { 0 }, request = { 0 }, other = { 0 };
	struct grant one = { 1, 9, 0, 0, view }, two[] = { { 1, 9, 7, 0, view }, { 10, 19, 0, 8, all } };
	struct auth_key wang = { 77, 1, 20000 }, later = { 77, 2, 20000 }, li = { 78, 1, 20000 };
	size_t n;

	arena_init(&start, 1 << 20);
	arena_init(&request, 1 << 16);
	arena_init(&other, 1 << 16);
	struct auth_cache *cache = auth_cache_new(&start);
	ok(auth_cache_take(cache, wang, &request, &n) == NULL, "an empty cache has nothing");
	auth_cache_put(cache, wang, &one, 1);
	const struct grant *g = auth_cache_take(cache, wang, &request, &n);
	ok(g != NULL && n == 1 && g[0].division_hi == 9 && strcmp(g[0].permissions[0], "trace.view") == 0, "what was put comes back");
	ok(g != &one && g[0].permissions != view, "as a copy");
	ok(auth_cache_take(cache, li, &other, &n) == NULL, "not for another account");
	ok(auth_cache_take(cache, later, &other, &n) == NULL, "not for another epoch");
	auth_cache_put(cache, later, two, 2);
	ok(strcmp(g[0].permissions[0], "trace.view") == 0, "a lent entry is left alone when a new one comes");
	const struct grant *h = auth_cache_take(cache, later, &other, &n);
	ok(h != NULL && n == 2 && h[1].person_id == 8 && strcmp(h[1].permissions[0], "*") == 0, "the new one is there as well");
	auth_cache_forget(cache, 77);
	ok(auth_cache_take(cache, later, &other, &n) == NULL, "forgotten at once");
	ok(strcmp(h[1].permissions[0], "*") == 0, "but not torn from its borrower");
	for (int64_t user = 1; user <= 5000; user++)
		auth_cache_put(cache, (struct auth_key){ user, 1, 1 }, &one, 1);
	ok(auth_cache_take(cache, (struct auth_key){ 5000, 1, 1 }, &other, &n) != NULL, "the newest of 5,000 accounts is there");
	ok(strcmp(g[0].permissions[0], "trace.view") == 0 && h[0].org_id == 7, "and lent entries survived them all");
	auth_cache_forget(cache, 0);
	ok(auth_cache_take(cache, (struct auth_key){ 5000, 1, 1 }, &other, &n) == NULL, "everyone forgotten");
}

int
main(void)
{
	test_policy();
	test_make();
	test_hash();
	test_slots();
	test_cost();
	test_hotp();
	test_totp();
	test_base32();
	test_cache();
	return tap_done();
}

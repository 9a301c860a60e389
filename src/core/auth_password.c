/*
 * auth_password.c - argon2id behind a bounded number of slots, and what makes
 * a password acceptable.
 *
 * Cost: 64 MiB, 3 passes, 1 lane, about 160 ms on the 2-core reference machine
 * (OWASP's floor is 19 MiB and 2 passes). Two slots bound the memory to 128 MiB
 * and leave the other workers free; twelve may wait, the next is told to come back.
 */
#include "base/base.h"
#include <argon2.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/utf8.h"
#include "core/auth_private.h"

enum {
	SALT_BYTES = 16,
	HASH_BYTES = 32,
	PHC_MAX = 160,
	PASSWORD_BYTES_MAX = 512,
	PASSWORD_CHARS_MIN = 8,
	PASSWORD_CHARS_MAX = 128,
	DEFAULT_SLOTS = 2,
	DEFAULT_QUEUE = 12,
	DEFAULT_KIB = 65536,
	DEFAULT_PASSES = 3,
};

struct auth_slots {
	pthread_mutex_t lock;
	pthread_cond_t freed;
	int free, waiting, queue;
};

struct auth_slots *
auth_slots_new(struct arena *a, int slots, int queue)
{
	struct auth_slots *s = NEW(a, struct auth_slots);

	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->freed, NULL);
	s->free = slots;
	s->queue = queue;
	return s;
}

static enum rc
slot_take(struct ctx *c)
{
	struct auth_slots *s = c->app->auth != NULL ? c->app->auth->slots : NULL;

	if (s == NULL)
		return RC_OK;
	pthread_mutex_lock(&s->lock);
	bool full = s->free == 0 && s->waiting >= s->queue;
	if (!full) {
		s->waiting++;
		while (s->free == 0)
			pthread_cond_wait(&s->freed, &s->lock);
		s->waiting--;
		s->free--;
	}
	pthread_mutex_unlock(&s->lock);
	if (full)
		return fail_code(&c->err, RC_LIMIT, "busy", NULL, "登录人数过多，请稍后再试",
			"too many people are logging in; try again in a moment");
	return RC_OK;
}

static void
slot_give(struct ctx *c)
{
	struct auth_slots *s = c->app->auth != NULL ? c->app->auth->slots : NULL;

	if (s == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	s->free++;
	pthread_cond_signal(&s->freed);
	pthread_mutex_unlock(&s->lock);
}

static struct auth_options
options_of(const struct ctx *c)
{
	if (c->app->auth != NULL)
		return c->app->auth->options;
	return (struct auth_options){ .hash_kib = DEFAULT_KIB, .hash_passes = DEFAULT_PASSES };
}

/* The PHC string in out[PHC_MAX]; false only when the machine has no memory for it. */
static bool
hash_into(const struct auth_options *o, const struct rand *r, struct str password, char *out)
{
	unsigned char salt[SALT_BYTES];

	rand_fill(r, salt, sizeof(salt));
	return argon2id_hash_encoded(o->hash_passes, o->hash_kib, 1, password.p != NULL ? password.p : "", password.n, salt,
		sizeof(salt), HASH_BYTES, out, PHC_MAX) == ARGON2_OK;
}

char *
password_decoy(struct arena *a, const struct auth_options *o)
{
	char secret[32], *out = NEW_ARRAY(a, char, PHC_MAX);

	rand_fill(o->rand, secret, sizeof(secret));
	bool done = hash_into(o, o->rand, (struct str){ secret, sizeof(secret) }, out);
	ASSERT(done);
	return out;
}

struct auth *
auth_new(struct arena *a, const struct auth_options *o)
{
	struct auth *auth = NEW(a, struct auth);

	auth->options = *o;
	if (auth->options.hash_slots <= 0)
		auth->options.hash_slots = DEFAULT_SLOTS;
	if (auth->options.hash_queue <= 0)
		auth->options.hash_queue = DEFAULT_QUEUE;
	if (auth->options.hash_kib == 0)
		auth->options.hash_kib = DEFAULT_KIB;
	if (auth->options.hash_passes == 0)
		auth->options.hash_passes = DEFAULT_PASSES;
	if (auth->options.rand == NULL)
		auth->options.rand = &rand_system;
	auth->slots = auth_slots_new(a, auth->options.hash_slots, auth->options.hash_queue);
	auth->cache = auth_cache_new(a);
	auth->decoy = password_decoy(a, &auth->options);
	return auth;
}

enum rc
password_hash(struct ctx *c, struct str password, struct str *phc)
{
	struct auth_options o = options_of(c);
	char out[PHC_MAX];

	if (password.n > PASSWORD_BYTES_MAX)
		return fail(&c->err, RC_INVALID, "password", "口令过长", "the password is too long");
	enum rc rc = slot_take(c);
	if (rc != RC_OK)
		return rc;
	bool done = hash_into(&o, c->app->rand != NULL ? c->app->rand : &rand_system, password, out);
	slot_give(c);
	if (!done)
		return fail(&c->err, RC_UNAVAILABLE, NULL, "内存不足，请稍后再试", "out of memory; try again in a moment");
	*phc = str_dup(c->mem, str_from_c(out));
	return RC_OK;
}

/* True when the PHC string was made at another cost than today's. */
static bool
is_old(struct ctx *c, struct str phc)
{
	struct auth_options o = options_of(c);
	struct str want = str_fmt(c->mem, "$argon2id$v=19$m=%u,t=%u,p=1$", o.hash_kib, o.hash_passes);

	return !str_starts(phc, want);
}

enum rc
password_verify(struct ctx *c, struct str password, struct str phc, bool *ok, bool *old)
{
	bool known = phc.n > 0;
	const char *text;

	*ok = false;
	if (old != NULL)
		*old = false;
	if (known)
		text = str_c(c->mem, phc);
	else if (c->app->auth != NULL)
		text = c->app->auth->decoy;
	else
		return RC_OK;
	/* An over-long password cannot be right, but must cost the same time as a wrong one. */
	if (password.n > PASSWORD_BYTES_MAX)
		password = str_sub(password, 0, PASSWORD_BYTES_MAX + 1);
	enum rc rc = slot_take(c);
	if (rc != RC_OK)
		return rc;
	int answer = argon2id_verify(text, password.p != NULL ? password.p : "", password.n);
	slot_give(c);
	if (answer == ARGON2_MEMORY_ALLOCATION_ERROR)
		return fail(&c->err, RC_UNAVAILABLE, NULL, "内存不足，请稍后再试", "out of memory; try again in a moment");
	*ok = known && answer == ARGON2_OK;
	if (old != NULL)
		*old = *ok && is_old(c, phc);
	return RC_OK;
}

/* ---- policy ---- */

static int
compare_words(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, str_from_c(*(const char *const *)b));
}

static bool
is_common(struct str word)
{
	return bsearch(&word, common_passwords, common_passwords_count, sizeof(common_passwords[0]), compare_words) != NULL;
}

/* Letters that people write as digits and signs, turned back. */
static char
plain_letter(char ch)
{
	static const char from[] = "@01345$7", to[] = "aoleasst";

	for (size_t i = 0; from[i] != '\0'; i++)
		if (ch == from[i])
			return to[i];
	return ch;
}

/* One character over and over, or a straight run up or down the code table. */
static bool
is_run(struct str p)
{
	int step = p.p[1] - p.p[0];

	if (step < -1 || step > 1)
		return false;
	for (size_t i = 1; i < p.n; i++)
		if (p.p[i] - p.p[i - 1] != step)
			return false;
	return true;
}

static bool
is_letter(char ch)
{
	return ch >= 'a' && ch <= 'z';
}

/*
 * Guessable: in the list as typed, with digits read as letters, or once a tail
 * of up to four digits and signs is cut off.
 */
static bool
is_guessable(struct str lower)
{
	char plain[PASSWORD_BYTES_MAX];
	struct str p = { plain, lower.n };

	if (is_run(lower) || is_common(lower))
		return true;
	for (size_t i = 0; i < lower.n; i++)
		plain[i] = plain_letter(lower.p[i]);
	if (is_common(p))
		return true;
	for (size_t cut = 1; cut <= 4 && lower.n - cut >= PASSWORD_CHARS_MIN && !is_letter(lower.p[lower.n - cut]); cut++) {
		p.n = lower.n - cut;
		if (is_common(p) || is_common((struct str){ lower.p, lower.n - cut }))
			return true;
	}
	return false;
}

static struct str
lower_into(struct str s, char *out)
{
	for (size_t i = 0; i < s.n; i++)
		out[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]);
	return (struct str){ out, s.n };
}

/* How many of: upper case, lower case, digit, anything else. */
static int
class_count(struct str p)
{
	bool upper = false, lower = false, digit = false, other = false;

	for (size_t i = 0; i < p.n; i++) {
		char ch = p.p[i];

		if (ch >= 'A' && ch <= 'Z')
			upper = true;
		else if (is_letter(ch))
			lower = true;
		else if (ch >= '0' && ch <= '9')
			digit = true;
		else
			other = true;
	}
	return upper + lower + digit + other;
}

enum rc
password_policy(const char *profile, struct str password, struct str login, struct err *e)
{
	char lower_buf[PASSWORD_BYTES_MAX], login_buf[128];
	size_t chars;

	if (password.n > PASSWORD_BYTES_MAX || !utf8_valid(password) || (chars = utf8_count(password)) > PASSWORD_CHARS_MAX)
		return fail_code(e, RC_INVALID, "weak-password", "new", "口令最长 %d 个字符", "the password may have at most %d characters",
			PASSWORD_CHARS_MAX);
	if (utf8_has_control(password))
		return fail_code(e, RC_INVALID, "weak-password", "new", "口令含有不可见的控制字符",
			"the password contains invisible control characters");
	if (chars < PASSWORD_CHARS_MIN)
		return fail_code(e, RC_INVALID, "weak-password", "new", "口令至少 %d 个字符", "the password needs at least %d characters",
			PASSWORD_CHARS_MIN);
	if (str_eq_c(str_from_c(profile), "djbh") && class_count(password) < 3)
		return fail_code(e, RC_INVALID, "weak-password", "new", "口令须包含大写字母、小写字母、数字、符号中的至少三类",
			"the password needs at least three of: upper case, lower case, digits, signs");
	struct str lower = lower_into(password, lower_buf);
	if (login.n >= 3 && login.n <= sizeof(login_buf) && str_find(lower, lower_into(login, login_buf), 0) >= 0)
		return fail_code(e, RC_INVALID, "weak-password", "new", "口令不得包含登录名", "the password must not contain the login name");
	if (is_guessable(lower))
		return fail_code(e, RC_INVALID, "weak-password", "new", "该口令属于常用口令，容易被猜中，请换一个",
			"this password is one of those tried first; choose another");
	return RC_OK;
}

/* Seven syllables around two digits: "Tobamipe47kusova". 54 bits, changed at first use. */
struct str
password_make(struct arena *a, const struct rand *r)
{
	static const char consonants[] = "bcdfghjkmnprstvwxz", vowels[] = "aeiouy";
	char *out = NEW_ARRAY(a, char, 17);
	size_t n = 0;

	for (int i = 0; i < 7; i++) {
		out[n++] = consonants[rand_below(r, sizeof(consonants) - 1)];
		out[n++] = vowels[rand_below(r, sizeof(vowels) - 1)];
		if (i == 3) {
			out[n++] = (char)('2' + rand_below(r, 8));
			out[n++] = (char)('2' + rand_below(r, 8));
		}
	}
	out[0] = (char)(out[0] - 32);
	return (struct str){ out, n };
}

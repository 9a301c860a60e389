/*
 * mask.c - what people who may not see personal data see of it. The rule is
 * chosen by field type, for plain texts by the field's name; the vectors are
 * those of the requirements.
 */
#include "base/base.h"
#include "base/utf8.h"
#include "core/keyring.h"
#include "core/resource.h"
#include <string.h>

enum mask_kind { MASK_NAME, MASK_PHONE, MASK_IDNO, MASK_CARD, MASK_ADDRESS, MASK_EMAIL, MASK_NONE, MASK_IP };

enum { MASK_BYTES_MAX = 64 * 1024 };

static enum mask_kind
mask_kind_of(const struct field *f)
{
	if (f->type == T_PHONE)
		return MASK_PHONE;
	if (f->type == T_IDNO)
		return MASK_IDNO;
	if (f->type == T_EMAIL)
		return MASK_EMAIL;
	if (f->type == T_USCC)
		return MASK_NONE; /* a public registry number */
	if (strstr(f->name, "address") != NULL)
		return MASK_ADDRESS;
	if (strstr(f->name, "card") != NULL || strstr(f->name, "bank") != NULL ||
		strstr(f->name, "account") != NULL)
		return MASK_CARD;
	if (strcmp(f->name, "ip") == 0 || strstr(f->name, "_ip") != NULL)
		return MASK_IP;
	return MASK_NAME;
}

static void
stars(struct sb *b, size_t n)
{
	while (n-- > 0)
		sb_add_c(b, '*');
}

/* Keeps `head` characters in front and `tail` behind; shorter texts are hidden whole. */
static struct str
mask_middle(struct arena *a, struct str s, size_t head, size_t tail)
{
	size_t count = utf8_count(s), at = 0, from, i = 0;
	struct sb b;

	sb_init(&b, a, MASK_BYTES_MAX);
	if (count <= head + tail) {
		stars(&b, count);
		return sb_str(&b);
	}
	while (i < count) {
		from = at;
		utf8_next(s, &at);
		if (i < head || i >= count - tail)
			sb_add_str(&b, str_sub(s, from, at - from));
		else
			sb_add_c(&b, '*');
		i++;
	}
	return sb_str(&b);
}

/* Keeps what stands before and including the first county-level word; four stars for the rest, however long.
 */
static struct str
mask_address(struct arena *a, struct str s)
{
	static const struct str levels[] = { { "县", 3 }, { "区", 3 }, { "旗", 3 } };
	static const struct str autonomous = { "自治", 6 };
	size_t at = 0, from;

	while (at < s.n && at < 60) {
		from = at;
		utf8_next(s, &at);
		for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
			bool own = from >= 6 && str_eq(str_sub(s, from - 6, 6), autonomous) && i == 1;

			if (str_eq(str_sub(s, from, at - from), levels[i]) && from > 0 && !own)
				return str_fmt(a, STR_FMT "****", STR_ARG(str_sub(s, 0, at)));
		}
	}
	return str_dup(a, S("****"));
}

static struct str
mask_email(struct arena *a, struct str s)
{
	ptrdiff_t at = str_find(s, S("@"), 0);
	struct sb b;

	if (at < 1)
		return str_dup(a, S("****"));

	struct str local = mask_middle(a, str_sub(s, 0, (size_t)at), 1, 0);

	sb_init(&b, a, MASK_BYTES_MAX);
	sb_add_str(&b, local);
	sb_add_str(&b, str_sub(s, (size_t)at, s.n));
	return sb_str(&b);
}

static struct str
mask_ip(struct arena *a, struct str s)
{
	size_t n = s.n;

	while (n > 0 && s.p[n - 1] != '.' && s.p[n - 1] != ':')
		n--;
	return str_fmt(a, STR_FMT "*", STR_ARG(str_sub(s, 0, n)));
}

struct str
mask_value(struct arena *a, const struct field *f, struct str plain)
{
	if (plain.p == NULL || plain.n == 0)
		return plain;
	switch (mask_kind_of(f)) {
	case MASK_NAME:
		return f->type == T_LONGTEXT ? str_dup(a, S("****")) : mask_middle(a, plain, 0, 1);
	case MASK_PHONE:
		return plain.n == 11 && plain.p[0] == '1' ? mask_middle(a, plain, 3, 4)
							  : mask_middle(a, plain, 0, 3);
	case MASK_IDNO:
		return mask_middle(a, plain, 1, 1);
	case MASK_CARD:
		return mask_middle(a, plain, 0, 4);
	case MASK_ADDRESS:
		return mask_address(a, plain);
	case MASK_EMAIL:
		return mask_email(a, plain);
	case MASK_NONE:
		return plain;
	case MASK_IP:
		return mask_ip(a, plain);
	}
	return str_dup(a, S("****"));
}

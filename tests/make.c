#include "base/base.h"
#include <string.h>
#include "base/time.h"
#include "core/field_type.h"
#include "make.h"

/* What hooks want beyond the tables. */
static const struct {
	const char *resource, *field, *json;
} hints[] = {
	{ "roles", "permissions", "[\"org.view\"]" },
	{ "county-rules", "name", "\"session.idle_min\"" },
	{ "county-rules", "value", "45" },
	{ "data-requests", "kind", "\"export\"" },
	{ "inspections", "readings", "[{\"control_e4\":5000,\"sample_e4\":4900},{\"control_e4\":5000,\"sample_e4\":4800}]" },
};

static const char uscc_set[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

static int
place_in(const char *set, char c)
{
	const char *p = strchr(set, c);

	return p != NULL ? (int)(p - set) : 0;
}

struct str
make_uscc(struct arena *a, int64_t n)
{
	static const char set36[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const int weights[] = { 3, 7, 9, 10, 5, 8, 4, 2 };
	struct str head = str_fmt(a, "93140406MA%06d", (int)(n % 1000000));
	int sum = 0, weight = 1, check;
	char text[19];

	for (int i = 0; i < 8; i++)
		sum += weights[i] * place_in(set36, head.p[8 + i]);
	check = 11 - sum % 11;
	memcpy(text, head.p, 16);
	text[16] = check == 11 ? '0' : check == 10 ? 'X' : (char)('0' + check);
	sum = 0;
	for (int i = 0; i < 17; i++) {
		sum += place_in(uscc_set, text[i]) * weight;
		weight = weight * 3 % 31;
	}
	text[17] = uscc_set[(31 - sum % 31) % 31];
	text[18] = '\0';
	return str_dup(a, str_from_c(text));
}

/* 18 digits of GB 11643 with the right check character; nobody's: the district is unused. */
static struct str
make_idno(struct arena *a, int64_t n)
{
	static const int weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
	struct str head = str_fmt(a, "14040619900101%03d", (int)(n % 1000));
	int sum = 0;

	for (int i = 0; i < 17; i++)
		sum += weights[i] * (head.p[i] - '0');
	return str_fmt(a, STR_FMT "%c", STR_ARG(head), "10X98765432"[sum % 11]);
}

void
make_note(struct maker *m, const struct resource *r, int64_t id)
{
	for (size_t i = 0; i < m->made_count; i++) {
		if (m->made[i].r == r) {
			m->made[i].id = id;
			return;
		}
	}
	if (m->made_count < MADE_MAX) {
		m->made[m->made_count].r = r;
		m->made[m->made_count++].id = id;
	}
}

int64_t
make_id(const struct maker *m, const char *resource)
{
	for (size_t i = 0; i < m->made_count; i++) {
		if (strcmp(m->made[i].r->name, resource) == 0)
			return m->made[i].id;
	}
	if (strcmp(resource, "organisations") == 0)
		return m->org;
	return strcmp(resource, "people") == 0 ? m->person : 0;
}

static struct str
quoted(struct maker *m, struct str s)
{
	return str_fmt(m->a, "\"" STR_FMT "\"", STR_ARG(s));
}

static struct str
key(struct maker *m, int64_t id)
{
	return id != 0 ? str_fmt(m->a, "\"" LLD "\"", LL(id)) : (struct str){ 0 };
}

static int64_t
number(const struct field *f)
{
	if (f->max > f->min)
		return f->min > 1 ? f->min : f->max >= 1 ? 1 : f->max;
	return 1;
}

static struct str
some_text(struct maker *m, const struct resource *r, const struct field *f)
{
	/* Logins and role names take lower-case letters only. */
	bool plain = strcmp(f->name, "login") == 0 || (strcmp(r->name, "roles") == 0 && strcmp(f->name, "name") == 0);
	struct str s = str_fmt(m->a, "%s" LLD, plain ? "plain-" : m->marker, LL(++m->counter));

	return quoted(m, str_sub(s, 0, (size_t)(field_max(f) < (int64_t)s.n ? field_max(f) : (int64_t)s.n)));
}

static struct str
lines(struct maker *m, const struct field *f)
{
	struct make_change none = { 0 };
	struct str one = make_body(m, f->lines, none);

	return str_fmt(m->a, "[" STR_FMT "," STR_FMT "]", STR_ARG(one), STR_ARG(one));
}

static struct str
by_type(struct maker *m, const struct resource *r, const struct field *f)
{
	switch (f->type) {
	case T_TEXT:
	case T_LONGTEXT:
		return some_text(m, r, f);
	case T_CODE:
		return str_fmt(m->a, "\"T-" LLD "\"", LL(++m->counter));
	case T_INT:
	case T_QTY:
	case T_MONEY:
	case T_RATE:
		return str_fmt(m->a, LLD, LL(number(f)));
	case T_BOOL:
		return S("true");
	case T_DATE:
		return quoted(m, date_print(m->a, date_of_ms(m->now_ms)));
	case T_TIME:
		return str_fmt(m->a, LLD, LL(m->now_ms - 60000));
	case T_ENUM:
		return quoted(m, str_from_c(f->choices[0].value));
	case T_REF:
		return key(m, make_id(m, f->ref));
	case T_DIVISION:
		return key(m, m->village);
	case T_GEO:
		return S("{\"lng\":113.228451,\"lat\":36.334102}");
	case T_PHONE:
		return S("\"13800000000\"");
	case T_IDNO:
		return quoted(m, make_idno(m->a, ++m->counter));
	case T_USCC:
		return quoted(m, make_uscc(m->a, ++m->counter));
	case T_EMAIL:
		return S("\"a@example.test\"");
	case T_URL:
		return S("\"https://example.test/\"");
	case T_JSON:
		return S("[]");
	case T_LINES:
		return lines(m, f);
	case T_STATE:
	case T_FILE:
	case T_FILES:
		break;
	}
	return (struct str){ 0 };
}

struct str
make_value(struct maker *m, const struct resource *r, const struct field *f)
{
	for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
		if (strcmp(hints[i].resource, r->name) == 0 && strcmp(hints[i].field, f->name) == 0)
			return str_from_c(hints[i].json);
	}
	return by_type(m, r, f);
}

static const struct field *
field_of(const struct resource *r, const char *name)
{
	const struct field *f = r->fields;

	while (f->name != NULL && strcmp(f->name, name) != 0)
		f++;
	return f;
}

/* Choices are made the first of their list: does that make a conditional field required? */
static bool
condition_holds(const struct resource *r, const struct field *f)
{
	const struct field *when = f->required_when != NULL ? field_of(r, f->required_when) : NULL;
	struct str rest = str_from_c(f->required_is);

	if (when == NULL || when->type != T_ENUM)
		return false;
	while (rest.p != NULL) {
		if (str_eq_c(str_trim(str_cut(&rest, ',')), when->choices[0].value))
			return true;
	}
	return false;
}

static bool
is_said(const struct maker *m, const struct resource *r, const struct field *f)
{
	if (f->server || f->secret || f->type == T_STATE)
		return false;
	if (f->required || condition_holds(r, f) || (m->full && f->required_when == NULL))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
		if (strcmp(hints[i].resource, r->name) == 0 && strcmp(hints[i].field, f->name) == 0)
			return true;
	}
	return field_is_place(f);
}

struct str
make_body(struct maker *m, const struct resource *r, struct make_change change)
{
	struct sb b;
	bool first = true;

	sb_init(&b, m->a, 4 << 20);
	sb_add(&b, "{");
	for (const struct field *f = r->fields; f->name != NULL; f++) {
		struct str v = { 0 };

		if (f == change.leave_out)
			continue;
		if (f == change.replace)
			v = change.with;
		else if (is_said(m, r, f))
			v = make_value(m, r, f);
		if (v.p == NULL)
			continue;
		sb_addf(&b, "%s\"%s\":", first ? "" : ",", f->name);
		sb_add_str(&b, v);
		first = false;
	}
	if (change.name != NULL) {
		sb_addf(&b, "%s\"%s\":", first ? "" : ",", change.name);
		sb_add_str(&b, change.with);
	}
	sb_add(&b, "}");
	return sb_str(&b);
}

#include "base/base.h"
#include "base/utf8.h"
#include "net/head.h"
#include <string.h>
#include <strings.h>

/* What a byte may be: bit 0 token character, bit 1 printable ASCII that may stand in a target. */
enum { TOKEN = 1, TARGET = 2, COOKIE = 4 };
static const unsigned char kinds[256] = {
	['!'] = 7, ['#'] = 5, ['$'] = 7, ['%'] = 7, ['&'] = 7, ['\''] = 7, ['*'] = 7, ['+'] = 7, ['-'] = 7,
	['.'] = 7, ['^'] = 7, ['_'] = 7, ['`'] = 7, ['|'] = 7, ['~'] = 7,
	['0' ... '9'] = 7, ['A' ... 'Z'] = 7, ['a' ... 'z'] = 7,
	['('] = 6, [')'] = 6, ['/'] = 6, [':'] = 6, ['<'] = 4, ['='] = 6, ['>'] = 4, ['?'] = 6, ['@'] = 6,
	['['] = 6, [']'] = 6, ['{'] = 6, ['}'] = 6, [','] = 2, [';'] = 2,
};

static bool
all_of(struct str s, unsigned kind)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!(kinds[(unsigned char)s.p[i]] & kind))
			return false;
	}
	return true;
}

static bool
equal_fold(struct str s, const char *lower)
{
	return strlen(lower) == s.n && strncasecmp(s.p, lower, s.n) == 0;
}

static const struct {
	struct str name;
	enum http_method method;
} methods[] = {
	{ { "GET", 3 }, HTTP_GET }, { { "HEAD", 4 }, HTTP_HEAD }, { { "POST", 4 }, HTTP_POST },
	{ { "PUT", 3 }, HTTP_PUT }, { { "PATCH", 5 }, HTTP_PATCH }, { { "DELETE", 6 }, HTTP_DELETE },
	{ { "OPTIONS", 7 }, HTTP_OPTIONS },
};

enum http_method
head_method(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (str_eq(name, methods[i].name))
			return methods[i].method;
	}
	return HTTP_OTHER;
}

const char *
http_method_name(enum http_method m)
{
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (methods[i].method == m)
			return methods[i].name.p;
	}
	return "OTHER";
}

bool
head_is_token(struct str s)
{
	return s.n > 0 && all_of(s, TOKEN);
}

bool
head_is_value(struct str s)
{
	bool ascii = true;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
		ascii &= c < 0x80;
	}
	return ascii || utf8_valid(s);
}

/* ---- header fields ---- */

static bool
is_host(struct str s)
{
	if (s.n == 0 || s.n > HEAD_HOST_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (!plain && c != '.' && c != '-' && c != '_' && c != ':' && c != '[' && c != ']')
			return false;
	}
	return true;
}

struct seen {
	int host, length, encoding;
	struct str length_value, encoding_value;
};

/* Looks at one field; the length of the name decides quickly that most are of no interest. */
static int
note_field(const struct head_field *f, struct seen *seen)
{
	switch (f->name.n) {
	case 4:
		if (equal_fold(f->name, "host") && (seen->host++ > 0 || !is_host(f->value)))
			return 400;
		break;
	case 6:
		if (equal_fold(f->name, "expect") && !equal_fold(f->value, "100-continue"))
			return 417;
		break;
	case 14:
		if (equal_fold(f->name, "content-length")) {
			seen->length++;
			seen->length_value = f->value;
		}
		break;
	case 17:
		if (equal_fold(f->name, "transfer-encoding")) {
			seen->encoding++;
			seen->encoding_value = f->value;
		}
		break;
	}
	return 0;
}

static int
judge_framing(const struct seen *seen, int minor, struct framing *out)
{
	*out = (struct framing){ 0 };
	if (seen->encoding > 0) {
		if (seen->encoding > 1 || seen->length > 0 || minor == 0 ||
			!equal_fold(seen->encoding_value, "chunked"))
			return 400;
		*out = (struct framing){ .length = -1, .chunked = true };
		return 0;
	}
	if (seen->length == 0)
		return 0;
	/* str_i64() takes a minus sign, a length may not have one. */
	if (seen->length > 1 || seen->length_value.n == 0 || seen->length_value.p[0] == '-' ||
		!str_i64(seen->length_value, &out->length))
		return 400;
	out->has_length = true;
	return 0;
}

int
head_check(const struct head *h, struct framing *out)
{
	struct seen seen = { 0 };

	for (size_t i = 0; i < h->field_count; i++) {
		const struct head_field *f = &h->fields[i];

		if (!head_is_token(f->name) || !head_is_value(f->value))
			return 400;

		int status = note_field(f, &seen);

		if (status != 0)
			return status;
	}
	if (h->minor > 0 && seen.host == 0)
		return 400;
	return judge_framing(&seen, h->minor, out);
}

/* ---- target ---- */

static int
hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
head_decode(struct arena *a, struct str s, bool form, struct str *out)
{
	if (s.n == 0 || (memchr(s.p, '%', s.n) == NULL && (!form || memchr(s.p, '+', s.n) == NULL))) {
		*out = s;
		return true;
	}
	char *p = NEW_ARRAY(a, char, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (form && s.p[i] == '+') {
			p[n++] = ' ';
		} else if (s.p[i] != '%') {
			p[n++] = s.p[i];
		} else {
			int hi = i + 2 < s.n ? hex_of(s.p[i + 1]) : -1, lo = i + 2 < s.n ? hex_of(s.p[i + 2]) : -1;

			if (hi < 0 || lo < 0)
				return false;
			p[n++] = (char)(hi << 4 | lo);
			i += 2;
		}
	}
	*out = (struct str){ p, n };
	return true;
}

/* No empty segment except the last, no "." and no "..". */
static bool
segments_are_plain(struct str path)
{
	struct str rest = str_sub(path, 1, path.n);

	while (rest.p != NULL) {
		struct str part = str_cut(&rest, '/');

		if (part.n == 0 && rest.p != NULL)
			return false;
		if (str_eq_c(part, ".") || str_eq_c(part, ".."))
			return false;
	}
	return true;
}

static bool
has_encoded_slash(struct str raw)
{
	for (size_t i = 0; i + 2 < raw.n; i++) {
		if (raw.p[i] != '%')
			continue;
		if ((raw.p[i + 1] == '2' && (raw.p[i + 2] | 0x20) == 'f') ||
			(raw.p[i + 1] == '5' && (raw.p[i + 2] | 0x20) == 'c'))
			return true;
	}
	return false;
}

/* Decoded text from an address: valid UTF-8 without any control character. */
static bool
is_clean(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	}
	return utf8_valid(s) && !utf8_has_control(s);
}

int
head_target(struct arena *a, struct str target, struct str *path, struct str *query)
{
	if (target.n == 0 || target.p[0] != '/' || !all_of(target, TARGET))
		return 400;

	struct str rest = target, raw = str_cut(&rest, '?'), decoded;

	*query = rest;
	if (memchr(raw.p, '%', raw.n) == NULL) {
		/* What remains of ASCII after all_of(TARGET) has nothing that needs more than this. */
		*path = raw;
		return segments_are_plain(raw) ? 0 : 400;
	}
	if (has_encoded_slash(raw) || !head_decode(a, raw, false, &decoded) || !is_clean(decoded) ||
		!segments_are_plain(decoded))
		return 400;
	*path = decoded;
	return 0;
}

int
head_query(struct arena *a, struct str query, struct head_field **params, size_t *count)
{
	size_t n = 0, max = 1;

	*params = NULL;
	*count = 0;
	if (query.n == 0)
		return 0;
	for (size_t i = 0; i < query.n; i++)
		max += query.p[i] == '&';
	if (max > HEAD_PARAMS_MAX)
		return 400;

	struct head_field *list = NEW_ARRAY(a, struct head_field, max);

	for (struct str rest = query; rest.p != NULL;) {
		struct str value = str_cut(&rest, '&'), name = str_cut(&value, '=');

		if (name.n == 0 && value.p == NULL)
			continue;
		if (value.p == NULL)
			value = (struct str){ "", 0 };
		if (!head_decode(a, name, true, &list[n].name) || !head_decode(a, value, true, &list[n].value) ||
			!is_clean(list[n].name) || !is_clean(list[n].value))
			return 400;
		n++;
	}
	*params = list;
	*count = n;
	return 0;
}

/* ---- values ---- */

struct str
head_cookie(struct str header, struct str name)
{
	struct str rest = header;

	while (rest.p != NULL) {
		struct str value = str_trim(str_cut(&rest, ';')), key = str_cut(&value, '=');

		if (value.p == NULL || !str_eq(key, name))
			continue;
		return all_of(value, COOKIE) ? value : (struct str){ 0 };
	}
	return (struct str){ 0 };
}

/* ";q=…" of one element of a list, in thousandths; 1000 when not said, 0 when malformed. */
static int
quality_of(struct str parameters)
{
	struct str rest = parameters;

	while (rest.p != NULL) {
		struct str p = str_trim(str_cut(&rest, ';'));
		int64_t q;

		if (p.n < 2 || (p.p[0] | 0x20) != 'q' || p.p[1] != '=')
			continue;
		if (p.n > 7 || !str_scaled(str_sub(p, 2, p.n), 3, &q) || q < 0 || q > 1000)
			return 0;
		return (int)q;
	}
	return 1000;
}

void
head_accept_encoding(struct str header, bool *br, bool *gzip)
{
	int any = -1, quality_br = -1, quality_gzip = -1;
	struct str rest = header;

	while (rest.p != NULL) {
		struct str parameters = str_cut(&rest, ','), name = str_trim(str_cut(&parameters, ';'));

		if (equal_fold(name, "br"))
			quality_br = quality_of(parameters);
		else if (equal_fold(name, "gzip") || equal_fold(name, "x-gzip"))
			quality_gzip = quality_of(parameters);
		else if (equal_fold(name, "*"))
			any = quality_of(parameters);
	}
	*br = (quality_br >= 0 ? quality_br : any) > 0;
	*gzip = (quality_gzip >= 0 ? quality_gzip : any) > 0;
}

enum lang
head_language(struct str accept_language)
{
	int zh = 0, en = 0;
	struct str rest = accept_language;

	while (rest.p != NULL) {
		struct str parameters = str_cut(&rest, ','), name = str_trim(str_cut(&parameters, ';'));
		int q = quality_of(parameters);

		if (name.n >= 2 && strncasecmp(name.p, "zh", 2) == 0 && q > zh)
			zh = q;
		if (name.n >= 2 && strncasecmp(name.p, "en", 2) == 0 && q > en)
			en = q;
	}
	return en > zh ? LANG_EN : LANG_ZH;
}

bool
head_etag_listed(struct str list, struct str etag)
{
	struct str rest = list;

	while (rest.p != NULL) {
		struct str one = str_trim(str_cut(&rest, ','));

		if (str_starts(one, S("W/")))
			one = str_sub(one, 2, one.n);
		if (str_eq_c(one, "*") || str_eq(one, etag))
			return true;
	}
	return false;
}

/* Digits only, unlike str_i64(). */
static bool
offset_of(struct str s, int64_t *v)
{
	return s.n > 0 && s.p[0] != '-' && str_i64(s, v);
}

enum range_kind
head_range(struct str header, int64_t size, int64_t *from, int64_t *length)
{
	int64_t first, last;

	if (header.n < 7 || strncasecmp(header.p, "bytes=", 6) != 0)
		return RANGE_NONE;

	struct str end = str_trim(str_sub(header, 6, header.n));

	if (str_find(end, S(","), 0) >= 0)
		return RANGE_NONE;

	struct str start = str_cut(&end, '-');

	if (end.p == NULL)
		return RANGE_NONE;
	if (start.n == 0) {
		if (!offset_of(end, &last))
			return RANGE_NONE;
		if (last == 0 || size == 0)
			return RANGE_UNSATISFIABLE;
		*length = last < size ? last : size;
		*from = size - *length;
		return RANGE_OK;
	}
	if (!offset_of(start, &first))
		return RANGE_NONE;
	if (end.n == 0)
		last = size - 1;
	else if (!offset_of(end, &last) || last < first)
		return RANGE_NONE;
	if (first >= size)
		return RANGE_UNSATISFIABLE;
	*from = first;
	*length = (last < size ? last : size - 1) - first + 1;
	return RANGE_OK;
}

struct str
head_forwarded_for(struct str header)
{
	struct str rest = header, one = { 0 };

	while (rest.p != NULL)
		one = str_trim(str_cut(&rest, ','));
	if (one.n < 2 || one.n > 45)
		return (struct str){ 0 };
	for (size_t i = 0; i < one.n; i++) {
		char c = one.p[i];

		if (hex_of(c) < 0 && c != '.' && c != ':')
			return (struct str){ 0 };
	}
	return one;
}

bool
head_is_request_id(struct str s)
{
	if (s.n < 8 || s.n > 64)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-'))
			return false;
	}
	return true;
}

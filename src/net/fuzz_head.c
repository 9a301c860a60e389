/*
 * Any bytes as each part of a request head that we judge ourselves. The first
 * byte chooses the part. What is let through must keep what head.h promises.
 */
#include "base/base.h"
#include "base/utf8.h"
#include "net/head.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
clean(struct str s)
{
	ASSERT(utf8_valid(s) && !utf8_has_control(s));
	for (size_t i = 0; i < s.n; i++)
		ASSERT((unsigned char)s.p[i] >= 0x20);
}

static void
fuzz_target(struct arena *a, struct str s)
{
	struct str path, query;

	if (head_target(a, s, &path, &query) != 0)
		return;
	clean(path);
	ASSERT(path.n > 0 && path.p[0] == '/');
	ASSERT(str_find(path, S("//"), 0) < 0 && str_find(path, S("/../"), 0) < 0 && str_find(path, S("/./"), 0) < 0);
	ASSERT(!str_ends(path, S("/..")) && !str_ends(path, S("/.")) && memchr(path.p, '\\', path.n) == NULL);
}

static void
fuzz_query(struct arena *a, struct str s)
{
	struct head_field *params;
	size_t count;

	if (head_query(a, s, &params, &count) != 0)
		return;
	ASSERT(count <= HEAD_PARAMS_MAX);
	for (size_t i = 0; i < count; i++) {
		clean(params[i].name);
		clean(params[i].value);
	}
}

/* "name: value" lines, as libmicrohttpd would hand them over. */
static void
fuzz_fields(struct str s)
{
	struct head h = { .minor = s.n % 2 == 0 };
	struct framing f;

	for (struct str rest = s; rest.p != NULL && h.field_count < HEAD_FIELDS_MAX;) {
		struct str value = str_cut(&rest, '\n'), name = str_cut(&value, ':');

		h.fields[h.field_count++] = (struct head_field){ name, str_trim(value) };
	}
	if (head_check(&h, &f) != 0)
		return;
	ASSERT(f.chunked ? f.length == -1 && !f.has_length : f.length >= 0);
	for (size_t i = 0; i < h.field_count; i++)
		ASSERT(head_is_token(h.fields[i].name) && head_is_value(h.fields[i].value));
}

static void
fuzz_values(struct str s)
{
	struct str half = str_sub(s, s.n / 2, s.n);
	int64_t from = -1, length = -1, size = (int64_t)(s.n * 7);
	bool br, gzip;

	if (head_range(s, size, &from, &length) == RANGE_OK)
		ASSERT(from >= 0 && length > 0 && from + length <= size);
	head_accept_encoding(s, &br, &gzip);
	(void)head_language(s);
	(void)head_etag_listed(s, half);
	(void)head_is_request_id(s);

	struct str cookie = head_cookie(s, S("c")), ip = head_forwarded_for(s);

	for (size_t i = 0; i < cookie.n; i++)
		ASSERT(cookie.p[i] > 0x20 && cookie.p[i] < 0x7f && strchr("\",;\\", cookie.p[i]) == NULL);
	ASSERT(ip.n <= 45);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA a;
	char *copy;

	arena_init(&a, 0);
	if (size < 1)
		return 0;
	/* Exactly as long as the input, so that reading past it is seen. */
	copy = NEW_ARRAY(&a, char, size);
	memcpy(copy, data, size);

	struct str s = { copy + 1, size - 1 };

	switch (copy[0] & 3) {
	case 0:
		fuzz_target(&a, s);
		break;
	case 1:
		fuzz_query(&a, s);
		break;
	case 2:
		fuzz_fields(s);
		break;
	case 3:
		fuzz_values(s);
		break;
	}
	return 0;
}

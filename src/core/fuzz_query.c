/*
 * fuzz_query.c - any query string against a resource with every field type:
 * nothing crashes, nothing unknown is taken, and what was taken stays within
 * its limits. Cursors that parse print back to themselves.
 */
#include "base/base.h"
#include "base/hash.h"
#include "core/query_priv.h"
#include "core/testmod.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct app *
app_once(void)
{
	static struct app app;
	static struct arena start;
	struct err e = { 0 };

	if (app.index == NULL) {
		arena_init(&start, 1 << 20);
		app = (struct app){ .modules = test_modules,
			.resources = test_resources,
			.clock = &clock_system,
			.rand = &rand_system };
		if (app_index_build(&app, &start, &e) != RC_OK)
			abort();
	}
	return &app;
}

static void
check_cursor(struct arena *mem, const struct query *q, struct str text)
{
	struct cursor at = { 0 }, again = { 0 };

	if (!cursor_parse(mem, q, text, &at))
		return;
	if (!cursor_parse(mem, q, cursor_print(mem, q, &at), &again) || again.id != at.id ||
		again.null != at.null || again.i != at.i)
		abort();
	if (at.text && !at.null && !str_eq(at.s, again.s))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct app *app = app_once();
	struct str rest = { (const char *)data, size };
	ARENA mem = { 0 };
	struct ctx c;
	const struct plan *p;
	struct query q;

	arena_init(&mem, 4 << 20);
	c = (struct ctx){ .app = app, .mem = &mem, .actor = &actor_system, .county = 140406 };
	p = plan_find(app, size > 0 && (data[0] & 1) != 0 ? S("fields") : S("samples"));
	query_init(p, &q);
	for (int i = 0; i < 100 && rest.p != NULL && rest.n > 0; i++) {
		struct str value = str_cut(&rest, '&'), name = str_cut(&value, '=');
		enum rc rc = query_param(&c, p, name, value, &q);

		if (rc != RC_OK && rc != RC_INVALID)
			abort();
		if (rc == RC_OK && q.filter_count > 0 && filter_field(&q.filters[q.filter_count - 1]) == NULL)
			abort();
	}
	if (q.limit < 1 || q.limit > 200 || q.filter_count > ARRAY_LEN(q.filters))
		abort();
	check_cursor(&mem, &q, (struct str){ (const char *)data, size });
	check_cursor(&mem, &q, b64u_encode(&mem, data, size));
	return 0;
}

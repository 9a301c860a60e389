/*
 * fuzz_body.c - any JSON as the body of a record: what validation accepts must
 * pass the checks for records made in C, print as JSON, and be accepted again
 * with the same values. (Nothing here needs a database.)
 */
#include "base/base.h"
#include "core/record_priv.h"
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

/* The fields a client may write, as it would send them. */
static struct str
print_back(struct arena *mem, const struct plan *p, const void *record)
{
	struct json_writer w;
	struct sb b;

	sb_init(&b, mem, 8 << 20);
	json_writer_init(&w, &b);
	json_begin(&w);
	for (const struct field *f = p->r->fields; f->name != NULL; f++) {
		if (f->server || f->type == T_STATE || f->type == T_LINES)
			continue;
		json_key(&w, f->name);
		value_print(&w, f, value_of(f, record));
	}
	json_end(&w);
	return sb_str(&b);
}

static void
accept_again(struct ctx *c, const struct plan *p, const void *record)
{
	struct json *j = NULL;
	void *again = arena_alloc(c->mem, 1, p->r->record_size, _Alignof(max_align_t));

	if (json_parse(c->mem, print_back(c->mem, p, record), 8 << 20, &j, &c->err) != RC_OK)
		abort();
	record_init(p->r, again);
	validate_body(c, p, BODY_CREATE, j, again, NULL);
	if (c->error_count > 0)
		abort();
	for (const struct field *f = p->r->fields; f->name != NULL; f++)
		if (!f->server && f->type != T_STATE && f->type != T_LINES &&
			field_differs(c, f, record, again))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct app *app = app_once();
	static const char *const names[] = { "fields", "samples", "people", "organisations" };
	ARENA mem = { 0 };
	struct json *j = NULL;

	arena_init(&mem, 16 << 20);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct ctx c = { .app = app, .mem = &mem, .actor = &actor_system, .county = 140406 };
		const struct plan *p = plan_find(app, str_from_c(names[i]));
		void *record = arena_alloc(&mem, 1, p->r->record_size, _Alignof(max_align_t));

		if (json_parse(&mem, (struct str){ (const char *)data, size }, 1 << 16, &j, &c.err) != RC_OK)
			return 0;
		record_init(p->r, record);
		validate_body(&c, p, BODY_CREATE, j, record, NULL);
		if (c.error_count > FIELD_ERRORS_MAX)
			abort();
		if (c.error_count > 0)
			continue;
		if (p->state != NULL)
			value_set(p->state, record, (struct value){ .s = str_from_c(p->r->states[0].value) });
		if (validate_record(&c, p, record) != RC_OK)
			abort();
		accept_again(&c, p, record);
	}
	return 0;
}

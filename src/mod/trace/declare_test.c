/* The declarations of all modules stand: every table is accepted and every page fits its view. */
#include "base/base.h"
#include "core/page.h"
#include "core/resource.h"
#include "mod/registry.h"
#include "tap.h"

int
main(void)
{
	struct app app = { .modules = all_modules, .resources = all_resources };
	struct err e = { .lang = LANG_EN };
	struct page_set *set;
	ARENA mem;

	arena_init(&mem, 64 << 20);
	for (size_t i = 0; all_resources[i] != NULL; i++)
		ok(resource_check(&app, all_resources[i], &e) == RC_OK, "%s is sound%s%s %s", all_resources[i]->name,
			e.text[0] != 0 ? ": " : "", e.field, e.text);
	for (size_t i = 0; all_modules[i] != NULL; i++) {
		if (all_modules[i]->pages == NULL)
			continue;
		e.text[0] = 0;
		ok(page_set_build(&set, &mem, all_modules[i]->pages, &e) == RC_OK, "the pages of %s fit%s%s",
			all_modules[i]->name, e.text[0] != 0 ? ": " : "", e.text);
	}
	return tap_done();
}

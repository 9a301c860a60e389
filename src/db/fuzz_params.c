/* fuzz_params.c - rewriting parameters: names stay names, nothing else changes, and a second time changes nothing. */
#include "base/base.h"
#include "db/params.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check_names(const struct params *p)
{
	for (int i = 0; i < p->count; i++) {
		ASSERT(p->name[i].n > 0);
		for (int k = 0; k < i; k++)
			ASSERT(!str_eq(p->name[i], p->name[k]));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = { (const char *)data, n };
	struct params first, second;
	struct sb once, twice;
	ARENA mem;

	if (n > 8192)
		return 0;
	arena_init(&mem, 0);
	for (int engine = 0; engine < 2; engine++) {
		char sigil = engine == 0 ? '?' : '$';

		sb_init(&once, &mem, 8 * n + 64);
		sb_init(&twice, &mem, 16 * n + 64);
		if (!params_rewrite(text, sigil, &first, &once))
			break;
		check_names(&first);
		ASSERT(params_rewrite(sb_str(&once), sigil, &second, &twice) && second.count == 0);
		ASSERT(str_eq(sb_str(&once), sb_str(&twice)));
		ASSERT(first.count > 0 || str_eq(sb_str(&once), text));
	}
	return 0;
}

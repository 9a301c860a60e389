/*
 * fuzz_page.c - any template that compiles, with any value: the marks that make
 * markup ('<', quotes) must be as many as with a harmless value, or a value got out.
 */
#include "base/base.h"
#include <stdlib.h>
#include <string.h>
#include "base/utf8.h"
#include "core/page_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct item {
	struct str name;
};
struct view {
	struct str a, b;
	int64_t n;
	bool yes;
	struct page_list items;
};
static const struct page_var item_vars[] = { VAR(struct item, name), { 0 } };
static const struct page_var vars[] = { VAR(struct view, a), VAR(struct view, b), VAR(struct view, n), VAR(struct view, yes),
	VAR_EACH(struct view, items, struct item, item_vars), { 0 } };

static struct str
source(void *arg, const char *name)
{
	if (strcmp(name, "fuzz") == 0)
		return *(struct str *)arg;
	return strcmp(name, "p") == 0 ? S("<i title=\"{{a}}\">{{b}}</i>") : (struct str){ 0 };
}

static size_t
marks(const struct page_code *code, struct arena *a, struct str value)
{
	const struct item items[] = { { value }, { value } };
	const struct view v = { .a = value, .b = value, .n = 7, .yes = true, .items = { items, 2 } };
	struct err e = { 0 };
	struct sb out;
	size_t count = 0;

	sb_init(&out, a, 1 << 20);
	if (page_run(code, &v, LANG_ZH, &out, &e) != RC_OK)
		return 0;
	for (size_t i = 0; i < out.n; i++)
		count += out.p[i] == '<' || out.p[i] == '"' || out.p[i] == '\'' || out.p[i] == '>';
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct page page = { "fuzz", vars };
	ARENA a = { 0 };
	struct page_code code;
	struct err e = { 0 };
	struct str template, value;
	size_t cut, harmless, hostile;

	arena_init(&a, 64 << 20);
	if (size < 2)
		return 0;
	cut = 1 + data[0] % (size - 1);
	template = str_dup(&a, (struct str){ (const char *)data + 1, cut - 1 });
	value = str_dup(&a, (struct str){ (const char *)data + cut, size - cut });
	if (!utf8_valid(template) || !utf8_valid(value) || value.n == 0 || template.n > 4000)
		return 0;
	if (page_compile(&code, &a, &page, source, &template, &e) != RC_OK)
		return 0;
	harmless = marks(&code, &a, S("x"));
	hostile = marks(&code, &a, value);
	if (harmless != hostile && harmless != 0 && hostile != 0)
		abort();
	return 0;
}

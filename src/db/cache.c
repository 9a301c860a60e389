#include "base/base.h"
#include "base/hash.h"
#include "db/db_priv.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct db_code **
bucket_of(struct db_cache *c, uint64_t hash)
{
	return &c->bucket[hash % CACHE_BUCKETS];
}

static void
unlink_age(struct db_cache *c, struct db_code *code)
{
	*(code->newer != NULL ? &code->newer->older : &c->newest) = code->older;
	*(code->older != NULL ? &code->older->newer : &c->oldest) = code->newer;
}

static void
link_newest(struct db_cache *c, struct db_code *code)
{
	code->newer = NULL;
	code->older = c->newest;
	*(c->newest != NULL ? &c->newest->newer : &c->oldest) = code;
	c->newest = code;
}

static void
free_code(struct db_cache *c, struct db_code *code)
{
	c->forget(c->owner, code);
	free(code->text);
	free(code);
}

static struct db_code *
find(struct db_cache *c, struct str text, uint64_t hash)
{
	for (struct db_code *code = *bucket_of(c, hash); code != NULL; code = code->chain)
		if (code->hash == hash && str_eq((struct str){ code->text, code->text_n }, text))
			return code;
	return NULL;
}

struct db_code *
cache_take(struct db_cache *c, struct str text)
{
	struct db_code *code = find(c, text, fnv1a(text));

	if (code == NULL || code->busy)
		return NULL;
	unlink_age(c, code);
	link_newest(c, code);
	code->busy = true;
	return code;
}

struct db_code *
cache_new(struct db_cache *c, const struct db_sql *sql, char sigil, struct arena *mem, struct str *native,
	struct err *e)
{
	struct str text = str_from_c(sql->text);
	struct db_code *code = calloc(1, sizeof(*code));
	struct sb out;

	(void)c;
	ASSERT(code != NULL && text.p != NULL);
	code->text = malloc(text.n + 1);
	ASSERT(code->text != NULL);
	memcpy(code->text, text.p, text.n + 1);
	code->text_n = text.n;
	code->hash = fnv1a(text);
	code->busy = true;
	snprintf(code->name, sizeof(code->name), "%s", sql->name != NULL ? sql->name : "");
	sb_init(&out, mem, text.n + 4 * PARAMS_MAX + 64);
	if (!params_rewrite((struct str){ code->text, text.n }, sigil, &code->params, &out)) {
		free(code->text);
		free(code);
		(void)fail(e, RC_INTERNAL, NULL, "语句 %s 的参数过多", "statement %s has too many parameters",
			sql->name);
		return NULL;
	}
	*native = sb_str(&out);
	return code;
}

static void
take_out(struct db_cache *c, struct db_code *code)
{
	struct db_code **at = bucket_of(c, code->hash);

	while (*at != code)
		at = &(*at)->chain;
	*at = code->chain;
	unlink_age(c, code);
	code->cached = false;
	c->count--;
}

static void
evict(struct db_cache *c)
{
	struct db_code *code = c->oldest, *newer;

	for (; code != NULL && c->count > CACHE_MAX; code = newer) {
		newer = code->newer;
		if (!code->busy) {
			take_out(c, code);
			free_code(c, code);
		}
	}
}

void
cache_add(struct db_cache *c, struct db_code *code)
{
	if (find(c, (struct str){ code->text, code->text_n }, code->hash) != NULL)
		return;

	struct db_code **at = bucket_of(c, code->hash);

	code->chain = *at;
	*at = code;
	link_newest(c, code);
	code->cached = true;
	c->count++;
	evict(c);
}

void
cache_release(struct db_cache *c, struct db_code *code)
{
	code->busy = false;
	if (!code->cached)
		free_code(c, code);
}

void
cache_drop(struct db_cache *c, struct db_code *code)
{
	if (code->cached)
		take_out(c, code);
	free_code(c, code);
}

void
cache_clear(struct db_cache *c)
{
	struct db_code *code = c->oldest, *newer;

	for (; code != NULL; code = newer) {
		newer = code->newer;
		take_out(c, code);
		if (!code->busy)
			free_code(c, code);
	}
}

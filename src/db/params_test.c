#include "base/base.h"
#include "db/params.h"
#include "tap.h"

static void
gives(const char *text, char sigil, const char *want, int count)
{
	ARENA a;
	struct params p;
	struct sb out;

	arena_init(&a, 0);
	sb_init(&out, &a, 10000);
	ok(params_rewrite(str_from_c(text), sigil, &p, &out), "rewritten: %s", text);
	is_str(sb_str(&out), str_from_c(want), "to what the engine wants");
	is_i64(p.count, count, "with %d parameters", count);
}

static void
test_too_many(void)
{
	ARENA a;
	struct params p;
	struct sb text, out;

	arena_init(&a, 0);
	sb_init(&text, &a, 10000);
	sb_init(&out, &a, 10000);
	for (int i = 0; i < PARAMS_MAX; i++)
		sb_addf(&text, ":p%d,", i);
	ok(params_rewrite(sb_str(&text), '$', &p, &out) && p.count == PARAMS_MAX, "the ceiling fits");
	sb_add(&text, ":one_more");
	sb_init(&out, &a, 10000);
	ok(!params_rewrite(sb_str(&text), '$', &p, &out), "one more is refused");
	sb_init(&out, &a, 8);
	ok(!params_rewrite(S("SELECT :a, :b"), '$', &p, &out), "too little room is told");
}

int
main(void)
{
	gives("SELECT 1", '?', "SELECT 1", 0);
	gives("", '?', "", 0);
	gives("SELECT :a, :b_2, :a", '$', "SELECT $1, $2, $1", 2);
	gives("a=:a AND b=:ab", '?', "a=?1 AND b=?2", 2);
	gives("':a' :b ':''c' :d", '?', "':a' ?1 ':''c' ?2", 2);
	gives("\"a:b\" :c", '?', "\"a:b\" ?1", 1);
	gives("-- :a\n:b -- :c", '$', "-- :a\n$1 -- :c", 1);
	gives("/* :a ' */ :b /* :c", '$', "/* :a ' */ $1 /* :c", 1);
	gives(":a::text, b::int", '$', "$1::text, b::int", 1);
	gives("a:1 : :", '$', "a:1 : :", 0);
	gives("x - :a -:b", '$', "x - $1 -$2", 2);
	gives("'it''s' || :a || 'open :b", '$', "'it''s' || $1 || 'open :b", 1);
	gives("(:a)", '?', "(?1)", 1);
	gives(":Ab:aB", '?', "?1?2", 2);
	gives("名 = :名 AND c = :c", '?', "名 = :名 AND c = ?1", 1);
	test_too_many();
	return tap_done();
}

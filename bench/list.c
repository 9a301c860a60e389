/*
 * list.c - a filtered, sorted list of 50 out of 1,000,000 rows, scoped to one
 * town: the whole record layer (permission, scope, statement, rows to structs,
 * JSON) against the bare SQL statement stepped on the same session, and the
 * same with labels. Prints milliseconds and the ratio.
 *
 *	bench_list [rows] [sqlite|pg]
 */
#include "base/base.h"
#include "core/query_priv.h"
#include "core/testmod.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "core/testenv.h"

enum { ROUNDS = 20, ORGS = 200 };

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static const struct db_sql sql_row = { "bench_row",
	"INSERT INTO test_field (county, id, division, org_id, version, created_ms, updated_ms, name, code, "
	"kind, area_milli, leased, state)"
	" VALUES (140406, :id, :division, :org_id, 1, 1790000000000, 1790000000000, :name, :code, :kind, "
	":area, 0, 'open')" };
static const struct db_sql sql_sample = { "bench_sample",
	"INSERT INTO test_sample (county, id, division, org_id, version, created_ms, updated_ms, number, "
	"field_id, method, sampled_on, fee_fen)"
	" VALUES (140406, :id, :division, :org_id, 1, 1790000000000, 1790000000000, :number, :field_id, "
	":method, :sampled_on, :fee)" };

static void
must(enum rc rc, const struct err *e)
{
	if (rc == RC_OK)
		return;
	fprintf(stderr, "%s\n", e->text);
	exit(1);
}

static void
fill(struct testenv *env, int64_t rows)
{
	DB_STMT f = NULL;
	DB_STMT s = NULL;
	DB_TX tx = { 0 };
	char text[40];
	struct record_head h;
	struct test_org o;
	int64_t orgs[ORGS];

	for (int i = 0; i < ORGS; i++) {
		record_init(&test_orgs, &o);
		h = (struct record_head){ 0 };
		snprintf(text, sizeof(text), "主体%d", i);
		o.name = str_from_c(text);
		o.division = 140406101201 + i % 5 * 1000;
		must(record_insert(&env->c, &test_orgs, &h, &o), &env->c.err);
		orgs[i] = h.id;
	}
	must(db_begin(env->db, &tx, &env->c.err), &env->c.err);
	must(db_prepare(env->db, &sql_row, &f, &env->c.err), &env->c.err);
	must(db_prepare(env->db, &sql_sample, &s, &env->c.err), &env->c.err);
	for (int64_t i = 0; i < rows; i++) {
		int64_t division = 140406101201 + i * 7 % 5 * 1000 + i % 3,
			org = orgs[i * 7 % 5 + i % 40 * 5];

		if (i % 1000 == 0) {
			db_bind_i64(f, "id", i + 1);
			db_bind_i64(f, "division", division);
			db_bind_i64(f, "org_id", org);
			snprintf(text, sizeof(text), "地块%lld", LL(i));
			db_bind_str(f, "name", str_from_c(text));
			db_bind_str(f, "code", (struct str){ 0 });
			db_bind_str(f, "kind", S("open"));
			db_bind_i64(f, "area", 1000);
			must(db_run(f, NULL, &env->c.err), &env->c.err);
			db_reset(f);
		}
		snprintf(text, sizeof(text), "S-%lld", LL(i));
		db_bind_i64(s, "id", (i + 1) * 5);
		db_bind_i64(s, "division", division);
		db_bind_i64(s, "org_id", org);
		db_bind_str(s, "number", str_from_c(text));
		db_bind_i64(s, "field_id", i / 1000 * 1000 + 1);
		db_bind_str(s, "method", i % 4 == 0 ? S("laboratory") : S("quick"));
		db_bind_i64(s, "sampled_on", 18000 + i * 131 % 2000);
		db_bind_i64(s, "fee", i % 1000);
		must(db_run(s, NULL, &env->c.err), &env->c.err);
		db_reset(s);
	}
	must(db_commit(&tx, &env->c.err), &env->c.err);
}

static double
time_list(struct testenv *env, const struct actor *a, const char *params)
{
	double best = 1e9;

	for (int i = 0; i < ROUNDS; i++) {
		struct str text = { 0 };
		double from;

		arena_reset(&env->mem);
		testenv_as(env, a);
		from = now_ms();
		must(testenv_list(env, &test_samples, params, &text), &env->c.err);
		from = now_ms() - from;
		best = from < best ? from : best;
	}
	return best;
}

static double
time_bare(struct testenv *env)
{
	static const struct db_sql sql = { "bare",
		"SELECT * FROM test_sample WHERE county = :county AND deleted_ms IS NULL AND method = "
		":method AND division BETWEEN :lo AND :hi"
		" ORDER BY sampled_on DESC, id DESC LIMIT 50" };
	double best = 1e9;

	for (int i = 0; i < ROUNDS; i++) {
		double from = now_ms();
		DB_STMT st = NULL;
		bool row = true;
		int64_t sum = 0;

		must(db_prepare(env->db, &sql, &st, &env->c.err), &env->c.err);
		db_bind_i64(st, "county", TEST_COUNTY);
		db_bind_str(st, "method", S("laboratory"));
		db_bind_i64(st, "lo", 140406103000);
		db_bind_i64(st, "hi", 140406103999);
		while (row) {
			must(db_step(st, &row, &env->c.err), &env->c.err);
			for (int k = 0; row && k < db_col_count(st); k++)
				sum += (int64_t)db_col_str(st, k).n;
		}
		from = now_ms() - from;
		best = from < best && sum > 0 ? from : best;
	}
	return best;
}

int
main(int argc, char **argv)
{
	static const char *const permissions[] = { "test.view", NULL };
	static const struct grant town = { 140406103000, 140406103999, 0, 0, permissions };
	static const struct actor clerk = {
		.kind = ACTOR_USER, .user_id = 1, .grants = &town, .grant_count = 1
	};
	static struct testenv env;
	struct testdb t;
	const char *why = "";
	int64_t rows = argc > 1 ? strtoll(argv[1], NULL, 10) : 1000000;
	double from, bare, list, labels;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!testdb_open(&t, argc > 2 && strcmp(argv[2], "pg") == 0 ? DB_PG : DB_SQLITE, &why)) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	testenv_open(&env, &t, test_modules);
	from = now_ms();
	fill(&env, rows);
	printf("rows %lld filled_ms %.0f engine %s\n", LL(rows), now_ms() - from, testdb_name(t.engine));
	bare = time_bare(&env);
	list = time_list(&env, &clerk, "method=laboratory");
	labels = time_list(&env, &clerk, "method=laboratory&labels=1");
	printf("bare_ms %.3f list_ms %.3f ratio %.2f with_labels_ms %.3f ratio %.2f\n", bare, list,
		list / bare, labels, labels / bare);
	printf("last page of a walk: id-sorted list_ms %.3f\n",
		time_list(&env, &clerk, "method=laboratory&sort=-id"));
	testenv_close(&env);
	testdb_close(&t);
	return 0;
}

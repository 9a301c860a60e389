/*
 * once.c - fifty equal requests at the same moment with one key have one effect
 * and one answer; and a job whose process died is taken up, tried again and told.
 */
#include "fixture.h"
#include <pthread.h>
#include <stdlib.h>
#include "core/job.h"
#include "contract.h"
#include "make.h"

enum { CALLERS = 50 };

struct caller {
	struct fixture *f;
	const struct fixture_account *as;
	struct arena mem;
	struct str body, key;
	struct reply reply;
};

static void *
call(void *arg)
{
	struct caller *k = arg;

	k->reply = fixture_send(k->f, &k->mem, k->as, S("POST"), S("/api/v1/organisations"),
		str_fmt(&k->mem, "Idempotency-Key: " STR_FMT "\r\n", STR_ARG(k->key)), k->body);
	return NULL;
}

static int64_t
count_named(struct fixture *f, struct arena *a, const struct fixture_account *as, const char *name)
{
	struct reply r = fixture_send(f, a, as, S("GET"), str_fmt(a, "/api/v1/organisations?name=%s&count=1", name), S(""), S(""));
	ptrdiff_t at = str_find(r.body, S("\"count\":"), 0);

	return at < 0 ? -1 : r.body.p[at + 8] - '0';
}

static void
parallel(struct fixture *f, struct arena *a, const char *engine)
{
	const struct fixture_account *officer = fixture_account(f, S("officer"));
	struct caller *k = calloc(CALLERS, sizeof(*k));
	pthread_t threads[CALLERS];
	struct str first = { 0 };
	size_t equal = 0, created = 0;

	ASSERT(k != NULL && officer != NULL);
	for (int i = 0; i < CALLERS; i++) {
		arena_init(&k[i].mem, 8 << 20);
		k[i].f = f;
		k[i].as = officer;
		k[i].key = S("fifty-at-once");
		k[i].body = str_fmt(a, "{\"name\":\"once\",\"kind\":\"cooperative\",\"uscc\":\"" STR_FMT "\",\"division\":\"" LLD "\"}",
			STR_ARG(make_uscc(a, 77)), LL(f->village));
		ok(pthread_create(&threads[i], NULL, call, &k[i]) == 0, "caller %d", i);
	}
	for (int i = 0; i < CALLERS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < CALLERS; i++) {
		created += k[i].reply.status == 201;
		first = first.p == NULL ? k[i].reply.body : first;
		equal += str_eq(k[i].reply.body, first);
		if (k[i].reply.status != 201)
			printf("# %d " STR_FMT "\n", k[i].reply.status, STR_ARG(str_sub(k[i].reply.body, 0, 200)));
	}
	is_i64((int64_t)created, CALLERS, "%s: every one of fifty equal requests is answered as created", engine);
	is_i64((int64_t)equal, CALLERS, "%s: with the same answer", engine);
	is_i64(count_named(f, a, officer, "once"), 1, "%s: and one effect", engine);
	for (int i = 0; i < CALLERS; i++)
		arena_done(&k[i].mem);
	free(k);
}

static const struct db_sql sql_die = { "once.die",
	"UPDATE job SET state = 'running', attempt = 1, lease_until_ms = :until, lease_by = 'gone' WHERE county = :county AND id = :id" };
static const struct db_sql sql_state = { "once.state", "SELECT state, attempt FROM job WHERE county = :county AND id = :id" };

static enum rc
mark_running(struct ctx *c, int64_t id, int64_t until_ms)
{
	DB_TX tx = { 0 };
	DB_STMT st = NULL;
	enum rc rc = db_begin(c->db, &tx, &c->err);

	if (rc == RC_OK)
		rc = db_prepare(c->db, &sql_die, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	db_bind_i64(st, "until", until_ms);
	rc = db_run(st, NULL, &c->err);
	db_finish(&st);
	return rc == RC_OK ? db_commit(&tx, &c->err) : rc;
}

static struct str
state_of(struct ctx *c, int64_t id, int64_t *attempt)
{
	DB_STMT st = NULL;
	bool row = false;

	if (db_prepare(c->db, &sql_state, &st, &c->err) != RC_OK)
		return (struct str){ 0 };
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", id);
	if (db_step(st, &row, &c->err) != RC_OK || !row)
		return (struct str){ 0 };
	*attempt = db_col_i64(st, 1);
	return str_dup(c->mem, db_col_str(st, 0));
}

static void
crashed_job(struct fixture *f, struct arena *a, const char *engine)
{
	struct ctx c;
	int64_t id = 0, attempt = 0;

	ok(fixture_ctx(f, a, &c) == RC_OK && job_add(&c, "core.sweep", S("{}"), 0, &id) == RC_OK, "%s: a job is queued", engine);
	ok(mark_running(&c, id, clock_now(&f->clock) + 60000) == RC_OK && jobs_drain(&c) == RC_OK, "%s: a worker holds it", engine);
	is_str(state_of(&c, id, &attempt), S("running"), "%s: a job under lease is left alone", engine);
	ok(mark_running(&c, id, clock_now(&f->clock) - 1) == RC_OK && jobs_drain(&c) == RC_OK, "%s: the worker is gone", engine);
	is_str(state_of(&c, id, &attempt), S("done"), "%s: another takes it up and ends it", engine);
	is_i64(attempt, 2, "%s: as its second attempt", engine);
	db_give(&c.db);
}

static void
run(enum db_engine engine)
{
	struct fixture *f = calloc(1, sizeof(*f));
	ARENA mem = { 0 };
	const char *why = "?";

	ASSERT(f != NULL);
	arena_init(&mem, 64 << 20);
	if (fixture_open(f, engine, &why)) {
		parallel(f, &mem, testdb_name(engine));
		crashed_job(f, &mem, testdb_name(engine));
		fixture_close(f);
	} else {
		ok(false, "the program does not start on %s: %s", testdb_name(engine), why);
	}
	free(f);
}

int
main(void)
{
	run(DB_SQLITE);
	if (getenv("PGTEST_URL") != NULL && getenv("PGTEST_URL")[0] != '\0')
		run(DB_PG);
	else
		printf("ok %d - PostgreSQL # SKIP PGTEST_URL is not set\n", ++tap_count);
	return tap_done();
}

/*
 * cmd_bench.c - `ezhen bench WHAT`: the figures this program promises about its
 * own record path, each beside its bare peer in the same run on the same disk.
 *
 *   creates  durable creates through validation, permission, audit and event, N clients at once,
 *            against one row, one commit by a bare INSERT (SQLite, synchronous FULL)
 *   list     a filtered, sorted page of 50 out of the rows of one table scoped to one township,
 *            against the bare SQL statement that fetches the same rows
 *   export   rows written to a workbook, with the peak of resident memory
 *
 * Works in a new data folder (--data must not exist) that the caller removes.
 */
#include "base/base.h"
#include "base/rand.h"
#include "core/record.h"
#include "core/setup.h"
#include "core/sheet.h"
#include "main/commands.h"
#include "main/program.h"
#include "mod/org/org.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS_MAX = 256, ROUNDS = 41, BATCH = 2000 };

static const struct option options[] = {
	{ "data", "DIR", NULL, true, { "新的空数据目录", "a new data folder" } },
	{ "db", "URL", NULL, false, { "数据库", "database" } },
	{ "rows", "N", "20000", false, { "行数", "rows" } },
	{ "clients", "N", "64", false, { "creates：并发客户端数", "creates: clients at once" } },
	{ 0 },
};

static double
seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- a county to write into ---- */

struct bench {
	struct program *p;
	const struct resource *r;
	int64_t org_id, towns[64], rows, clients;
	size_t town_count;
	atomic_llong made, failed;
};

static const struct db_sql sql_towns = {
	"bench_towns",
	"SELECT code FROM division WHERE county = :county AND level = 4 ORDER BY code",
};

static enum rc
read_towns(struct bench *b, struct err *e)
{
	DB_STMT st = NULL;
	bool row = true;
	enum rc rc = db_prepare(b->p->db, &sql_towns, &st, e);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", b->p->app.county);
	while (b->town_count < ARRAY_LEN(b->towns) && (rc = db_step(st, &row, e)) == RC_OK && row)
		b->towns[b->town_count++] = db_col_i64(st, 0);
	return rc;
}

static enum rc
create(struct ctx *c, const struct resource *r, struct str text, int64_t *id)
{
	struct json *body;
	enum rc rc = json_parse(c->mem, text, 4096, &body, &c->err);

	return rc == RC_OK ? record_create(c, r, body, id) : rc;
}

static enum rc
prepare(struct bench *b, struct err *e)
{
	struct program *p = b->p;
	struct str admin, text;
	enum rc rc;

	p->app.county = p->ctx.county = 140406;
	rc = setup_save(&p->ctx, &(struct setup){ .county = 140406, .demo = true });
	if (rc == RC_OK)
		rc = org_init(&p->ctx, &admin);
	if (rc == RC_OK)
		rc = read_towns(b, &p->ctx.err);
	if (rc == RC_OK) {
		text = str_fmt(&p->mem, "{\"name\":\"基准测试主体\",\"kind\":\"household\",\"division\":\"%lld\"}", LL(b->towns[0]));
		rc = create(&p->ctx, resource_find(&p->app, S("organisations")), text, &b->org_id);
	}
	b->r = resource_find(&p->app, S("plots"));
	if (rc != RC_OK)
		*e = p->ctx.err;
	return rc;
}

static struct str
plot_body(struct bench *b, struct arena *mem, int64_t n)
{
	return str_fmt(mem,
		"{\"name\":\"基准地块%lld\",\"code\":\"B-%lld\",\"org_id\":\"%lld\",\"division\":\"%lld\","
		"\"location\":{\"lng\":113.2,\"lat\":36.3},\"area_milli\":%lld,\"kind\":\"field\",\"soil\":\"褐土\"}",
		LL(n), LL(n), LL(b->org_id), LL(b->towns[(size_t)n % b->town_count]), LL(1000 + n % 9000));
}

/* ---- durable creates ---- */

static void *
client(void *arg)
{
	struct bench *b = arg;
	struct err e = { .lang = LANG_EN };
	struct arena mem;
	struct db *db = NULL;
	long long n;

	arena_init(&mem, 8 << 20);
	if (db_take(b->p->app.pool, 10000, &db, &e) != RC_OK) {
		atomic_fetch_add(&b->failed, 1);
		return NULL;
	}
	while ((n = atomic_fetch_add(&b->made, 1)) < b->rows) {
		struct ctx c = ctx_system(&b->p->app, &mem, db);
		int64_t id;

		c.county = b->p->app.county;
		if (create(&c, b->r, plot_body(b, &mem, n), &id) != RC_OK)
			atomic_fetch_add(&b->failed, 1);
		arena_reset(&mem);
	}
	db_give(&db);
	arena_done(&mem);
	return NULL;
}

static const struct db_sql sql_bare = {
	"bench_bare",
	"INSERT INTO plot(county, id, division, org_id, version, created_ms, updated_ms, name, code, location, area_milli, kind, soil)"
	" VALUES (:county, :id, :division, :org, 1, 0, 0, :name, :code, 0, 1000, 'field', 'x')",
};

static enum rc
one_by_one(struct bench *b, int64_t rows, struct err *e)
{
	for (int64_t i = 0; i < rows; i++) {
		struct arena_mark mark = arena_mark(b->p->ctx.mem);
		DB_TX tx = { 0 };
		DB_STMT st = NULL;
		enum rc rc = db_begin(b->p->db, &tx, e);

		if (rc == RC_OK)
			rc = db_prepare(b->p->db, &sql_bare, &st, e);
		if (rc != RC_OK)
			return rc;
		db_bind_i64(st, "county", b->p->app.county);
		db_bind_i64(st, "id", id_new(b->p->app.ids));
		db_bind_i64(st, "division", b->towns[0]);
		db_bind_i64(st, "org", b->org_id);
		db_bind_str(st, "name", str_fmt(b->p->ctx.mem, "x%lld", LL(i)));
		db_bind_str(st, "code", str_fmt(b->p->ctx.mem, "BARE-%lld", LL(i)));
		rc = db_run(st, NULL, e);
		db_finish(&st);
		if (rc == RC_OK)
			rc = db_commit(&tx, e);
		if (rc != RC_OK)
			return rc;
		arena_rewind(b->p->ctx.mem, mark);
	}
	return RC_OK;
}

static enum rc
bench_creates(struct bench *b, struct err *e)
{
	pthread_t threads[CLIENTS_MAX];
	int64_t bare_rows = b->rows / 20 > 200 ? b->rows / 20 : 200;
	double t0 = seconds(CLOCK_MONOTONIC), t1, t2;
	enum rc rc = one_by_one(b, bare_rows, e);

	if (rc != RC_OK)
		return rc;
	t1 = seconds(CLOCK_MONOTONIC);
	for (int64_t i = 0; i < b->clients; i++)
		if (pthread_create(&threads[i], NULL, client, b) != 0)
			return fail(e, RC_UNAVAILABLE, NULL, "线程不足", "no more threads");
	for (int64_t i = 0; i < b->clients; i++)
		pthread_join(threads[i], NULL);
	t2 = seconds(CLOCK_MONOTONIC);
	if (atomic_load(&b->failed) != 0)
		return fail(e, RC_INTERNAL, NULL, "%lld 行写入失败", "%lld creates failed", atomic_load(&b->failed));

	struct db_stats s = db_stats(b->p->app.pool);
	double ours = (double)b->rows / (t2 - t1), bare = (double)bare_rows / (t1 - t0);

	printf("durable creates, %lld clients: %.0f/s; one row, one commit: %.0f/s; ratio %.1f (%lld commits in %lld batches)\n",
		LL(b->clients), ours, bare, ours / bare, LL(s.commits), LL(s.batches));
	return RC_OK;
}

/* ---- a page of a large list ---- */

static enum rc
fill(struct bench *b, struct err *e)
{
	static const struct db_sql sql = { "bench_fill",
		"INSERT INTO plot(county, id, division, org_id, version, created_ms, updated_ms, name, code, location, area_milli, kind, soil)"
		" VALUES (:county, :id, :division, :org, 1, :now, :now, :name, :code, 0, :area, :kind, '褐土')" };
	static const char *const kinds[] = { "field", "greenhouse", "orchard", "dryland" };
	struct rand_seeded state;
	struct rand rand = rand_from_seed(&state, 1);

	for (int64_t i = 0; i < b->rows;) {
		DB_TX tx = { 0 };
		enum rc rc = db_begin(b->p->db, &tx, e);

		for (int k = 0; k < BATCH && i < b->rows && rc == RC_OK; k++, i++) {
			struct arena_mark mark = arena_mark(b->p->ctx.mem);
			DB_STMT st = NULL;

			rc = db_prepare(b->p->db, &sql, &st, e);
			if (rc != RC_OK)
				return rc;
			db_bind_i64(st, "county", b->p->app.county);
			db_bind_i64(st, "id", id_new(b->p->app.ids));
			db_bind_i64(st, "division", b->towns[rand_below(&rand, b->town_count)] + 200);
			db_bind_i64(st, "org", b->org_id);
			db_bind_i64(st, "now", b->p->ctx.now_ms);
			db_bind_i64(st, "area", (int64_t)rand_below(&rand, 100000) + 1);
			db_bind_str(st, "name", str_fmt(b->p->ctx.mem, "地块%lld", LL(i)));
			db_bind_str(st, "code", str_fmt(b->p->ctx.mem, "F-%lld", LL(i)));
			db_bind_str(st, "kind", str_from_c(kinds[rand_below(&rand, 4)]));
			rc = db_run(st, NULL, e);
			arena_rewind(b->p->ctx.mem, mark);
		}
		if (rc == RC_OK)
			rc = db_commit(&tx, e);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static enum rc
page(struct bench *b, const struct actor *actor, size_t *bytes, struct err *e)
{
	struct ctx c = b->p->ctx;
	struct arena_mark mark = arena_mark(c.mem);
	struct query q = { .limit = 50 };
	struct json_writer w;
	struct sb out;
	enum rc rc;

	c.actor = actor;
	q.filters[0] = (struct filter){ .field = field_find(b->r, S("kind")), .op = OP_EQ, .value = S("orchard") };
	q.filter_count = 1;
	sb_init(&out, c.mem, 1 << 20);
	json_writer_init(&w, &out);
	rc = query_print(&c, b->r, &q, &w);
	*bytes = out.n;
	if (rc != RC_OK)
		*e = c.err;
	arena_rewind(c.mem, mark);
	return rc;
}

static enum rc
bare_page(struct bench *b, size_t *rows, struct err *e)
{
	static const struct db_sql sql = { "bench_page",
		"SELECT * FROM plot WHERE county = :county AND deleted_ms IS NULL AND division BETWEEN :lo AND :hi AND kind = 'orchard'"
		" ORDER BY id DESC LIMIT 51" };
	DB_STMT st = NULL;
	bool row = true;
	size_t n = 0, bytes = 0;
	enum rc rc = db_prepare(b->p->db, &sql, &st, e);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", b->p->app.county);
	db_bind_i64(st, "lo", b->towns[1]);
	db_bind_i64(st, "hi", b->towns[1] + 999);
	while ((rc = db_step(st, &row, e)) == RC_OK && row) {
		for (int i = 0; i < db_col_count(st); i++)
			bytes += db_col_str(st, i).n;
		n++;
	}
	ASSERT(rc != RC_OK || n == 0 || bytes > 0); /* what is read is used, so that no compiler leaves the reading out */
	*rows = n;
	return rc;
}

static enum rc
bench_list(struct bench *b, struct err *e)
{
	static const char *const may[] = { "trace.view", NULL };
	struct grant grant = { .division_lo = b->towns[1], .division_hi = b->towns[1] + 999, .permissions = may };
	struct actor actor = { .kind = ACTOR_USER, .user_id = 1, .grants = &grant, .grant_count = 1 };
	double best_page = 1e9, best_bare = 1e9;
	size_t bytes = 0, rows = 0;
	enum rc rc = fill(b, e);

	for (int i = 0; i < ROUNDS && rc == RC_OK; i++) {
		double t0 = seconds(CLOCK_THREAD_CPUTIME_ID), t1, t2;

		rc = page(b, &actor, &bytes, e);
		t1 = seconds(CLOCK_THREAD_CPUTIME_ID);
		if (rc == RC_OK)
			rc = bare_page(b, &rows, e);
		t2 = seconds(CLOCK_THREAD_CPUTIME_ID);
		best_page = t1 - t0 < best_page ? t1 - t0 : best_page;
		best_bare = t2 - t1 < best_bare ? t2 - t1 : best_bare;
	}
	if (rc == RC_OK)
		printf("list of 50 out of %lld, one township: %.3f ms CPU, %zu bytes of JSON; bare SQL, %zu rows: %.3f ms; ratio %.2f\n",
			LL(b->rows), best_page * 1e3, bytes, rows, best_bare * 1e3, best_page / best_bare);
	return rc;
}

/* ---- export ---- */

static enum rc
bench_export(struct bench *b, struct err *e)
{
	const char *path = str_fmt(&b->p->mem, "%s/export.xlsx", b->p->app.data_dir).p;
	struct query q = { 0 };
	struct rusage use;
	int64_t rows = 0;
	enum rc rc = fill(b, e);
	int fd;

	if (rc != RC_OK)
		return rc;
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(e, RC_UNAVAILABLE, NULL, "无法新建 %s", "cannot create %s", path);

	double t0 = seconds(CLOCK_PROCESS_CPUTIME_ID);

	rc = sheet_export(&b->p->ctx, b->r, &q, SHEET_XLSX, fd, &rows);
	if (rc != RC_OK)
		*e = b->p->ctx.err;
	else if (getrusage(RUSAGE_SELF, &use) == 0)
		printf("export of %lld rows: %.1f s CPU, %lld bytes, peak resident memory %ld MB\n", LL(rows),
			seconds(CLOCK_PROCESS_CPUTIME_ID) - t0, LL(lseek(fd, 0, SEEK_END)), use.ru_maxrss / 1024);
	close(fd);
	return rc;
}

static const struct {
	const char *name;
	enum rc (*run)(struct bench *b, struct err *e);
} kinds[] = {
	{ "creates", bench_creates },
	{ "list", bench_list },
	{ "export", bench_export },
};

static int
run(const struct args *a)
{
	struct err e = { .lang = cli_lang() };
	size_t k = 0;

	while (k < ARRAY_LEN(kinds) && strcmp(kinds[k].name, a->words[0]) != 0)
		k++;
	if (k == ARRAY_LEN(kinds)) {
		(void)fail(&e, RC_INVALID, NULL, "没有测试 %s", "no bench %s", a->words[0]);
		return usage_error(a->command, &e);
	}

	PROGRAM p = { 0 };
	struct bench b = { .p = &p };
	enum rc rc = arg_i64(a, "rows", 1, 10000000, &b.rows, &e);

	if (rc == RC_OK)
		rc = arg_i64(a, "clients", 1, CLIENTS_MAX / 2, &b.clients, &e);
	if (rc == RC_OK)
		rc = program_open(&p, a, PROGRAM_MIGRATE, &e);
	if (rc == RC_OK)
		rc = prepare(&b, &e);
	if (rc == RC_OK)
		rc = kinds[k].run(&b, &e);
	return rc == RC_OK ? 0 : command_failed(a, &e);
}

const struct command command_bench = {
	.name = "bench",
	.words = "creates|list|export",
	.words_min = 1,
	.words_max = 1,
	.help = { "在本机上实测，并与裸 SQL 对照", "measure on this machine, beside the bare peer" },
	.options = options,
	.run = run,
};

/* testkit.h - a small county with the whole program's tables, on one engine. For the module's tests only. */
#ifndef MOD_TRACE_TESTKIT_H
#define MOD_TRACE_TESTKIT_H
#include <ftw.h>
#include <stdlib.h>
#include "core/event.h"
#include "core/file.h"
#include "core/keyring.h"
#include "core/job.h"
#include "core/rule.h"
#include "core/setup.h"
#include "db/testdb.h"
#include "mod/registry.h"
#include "mod/trace/rules.h"
#include "mod/trace/trace_priv.h"

/* fontconfig and pango keep their caches until the process ends. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\nleak:libpango\nleak:libglib\nleak:libcairo\n";
}

enum { KIT_COUNTY = 140406 };

struct kit {
	struct testdb *t;
	char dir[40]; /* keys and files of the installation */
	struct arena start, mem;
	struct app app;
	struct db *db;
	struct ctx c;
	struct clock clock;
	int64_t now_ms;
	int64_t org, product, pesticide, plain, banned, plot, cycle; /* one of each */
	int64_t today;
	void (*on_clock)(struct kit *k); /* called whenever somebody asks the time */
};

static int64_t
kit_wall(void *self)
{
	struct kit *k = self;

	if (k->on_clock != NULL)
		k->on_clock(k);
	return __atomic_load_n(&k->now_ms, __ATOMIC_RELAXED);
}

static int64_t
kit_mono(void *self)
{
	return __atomic_load_n(&((struct kit *)self)->now_ms, __ATOMIC_RELAXED);
}

static inline void
kit_must(enum rc rc, const struct err *e)
{
	if (rc != RC_OK) {
		printf("Bail out! %s: %s\n", e->field, e->text);
		fflush(stdout);
	}
	ASSERT(rc == RC_OK);
}

/* A fresh context as the system; what was allocated before is gone. */
static inline struct ctx *
kit_fresh(struct kit *k)
{
	arena_reset(&k->mem);
	k->c = ctx_system(&k->app, &k->mem, k->db);
	k->c.now_ms = k->now_ms;
	k->c.lang = k->c.err.lang = LANG_EN;
	k->c.request_id = S("test");
	return &k->c;
}

/* Creates from JSON with single quotes; 0 when refused (k->c.err says why). */
static inline int64_t
kit_try(struct kit *k, const struct resource *r, const char *text)
{
	struct ctx *c = kit_fresh(k);
	char *p = str_c(c->mem, str_from_c(text));
	struct json *body;
	int64_t id = 0;

	for (char *q = p; *q != '\0'; q++) {
		if (*q == '\'')
			*q = '"';
	}
	kit_must(json_parse(c->mem, str_from_c(p), 1 << 20, &body, &c->err), &c->err);
	return record_create(c, r, body, &id) == RC_OK ? id : 0;
}

static inline int64_t
kit_make(struct kit *k, const struct resource *r, const char *text)
{
	int64_t id = kit_try(k, r, text);

	if (id == 0)
		printf("# %s refused: %s: %s (%s)\n", r->name, k->c.err.field, k->c.err.text, text);
	return id;
}

static inline enum rc
kit_move(struct kit *k, const struct resource *r, int64_t id, const char *move)
{
	struct ctx *c = kit_fresh(k);

	return record_move(c, r, id, 0, str_from_c(move), S("because of the test"));
}

static inline int64_t
kit_i64(struct kit *k, const char *sql, int64_t id)
{
	DB_STMT st = NULL;
	bool row = false;
	struct ctx *c = kit_fresh(k);
	struct db_sql s = { "kit", sql };

	kit_must(db_prepare(k->db, &s, &st, &c->err), &c->err);
	if (db_has_param(st, "id"))
		db_bind_i64(st, "id", id);
	kit_must(db_step(st, &row, &c->err), &c->err);
	return row ? db_col_i64(st, 0) : -1;
}

static inline struct str
kit_str(struct kit *k, const char *sql, int64_t id)
{
	DB_STMT st = NULL;
	bool row = false;
	struct ctx *c = kit_fresh(k);
	struct db_sql s = { "kit", sql };

	kit_must(db_prepare(k->db, &s, &st, &c->err), &c->err);
	db_bind_i64(st, "id", id);
	kit_must(db_step(st, &row, &c->err), &c->err);
	return row ? str_dup(c->mem, db_col_str(st, 0)) : (struct str){ 0 };
}

static inline int64_t
kit_lot(struct kit *k, int64_t harvested_on, int64_t quantity, int64_t pack)
{
	char text[500];
	ARENA a;

	arena_init(&a, 4096);
	snprintf(text, sizeof(text), "{'product_id':'%lld','cycle_id':'%lld','org_id':'%lld','harvested_on':'%s',"
		"'quantity_milli':%lld,'unit':'KGM','pack_milli':%lld}", LL(k->product), LL(k->cycle), LL(k->org),
		date_print(&a, harvested_on).p, LL(quantity), LL(pack));
	return kit_make(k, &resource_lots, text);
}

/* A use of the input `days` from today (negative: in the past). */
static inline int64_t
kit_spray(struct kit *k, int64_t input, int days, int64_t corrects)
{
	char text[400];

	snprintf(text, sizeof(text), "{'cycle_id':'%lld','step':'pest_control','done_ms':%lld,'input_id':'%lld'%s%lld%s}",
		LL(k->cycle), LL(k->now_ms + days * (int64_t)DAY_MS), LL(input), corrects != 0 ? ",'corrects_id':'" : ",'dose_milli':",
		LL(corrects != 0 ? corrects : 1000), corrects != 0 ? "'" : ",'dose_unit':'MLT'");
	return kit_make(k, &resource_farm_operations, text);
}

/* A rapid test of the lot, `ms` before now; readings as JSON. */
static inline int64_t
kit_test(struct kit *k, int64_t lot, int64_t ms, const char *readings)
{
	char text[600];
	static int n;
	ARENA a;

	arena_init(&a, 4096);
	snprintf(text, sizeof(text), "{'lot_id':'%lld','sample_no':'S%d','method':'inhibition','sampled_on':'%s','tested_ms':%lld,"
		"'tester':'T','readings':%s}", LL(lot), ++n, date_print(&a, date_of_ms(k->now_ms - ms)).p, LL(k->now_ms - ms), readings);
	return kit_make(k, &resource_inspections, text);
}
#define KIT_PASS "[{'control_e4':6000,'sample_e4':5400}]"
#define KIT_FAIL "[{'control_e4':6000,'sample_e4':1000},{'control_e4':6000,'sample_e4':900},{'control_e4':6000,'sample_e4':800}]"
#define KIT_RETEST "[{'control_e4':6000,'sample_e4':3000}]"

static inline int64_t
kit_certify(struct kit *k, int64_t lot)
{
	char text[200];

	snprintf(text, sizeof(text), "{'lot_id':'%lld','basis':'self_test','contact':'03556881234'}", LL(lot));
	return kit_try(k, &resource_certificates, text);
}

static inline int64_t
kit_order(struct kit *k, int64_t lot, int64_t n)
{
	char text[200];

	snprintf(text, sizeof(text), "{'lot_id':'%lld','quantity':%lld,'design':'a4_40'}", LL(lot), LL(n));
	return kit_try(k, &resource_code_batches, text);
}

static inline void
kit_divisions(struct kit *k)
{
	static const char sql[] =
		"INSERT INTO division (county, code, name, level, parent, lng_e6, lat_e6) VALUES"
		" (140406, 140406000000, '潞城区', 3, 140400000000, 113228000, 36334000),"
		" (140406, 140406101000, '店上镇', 4, 140406000000, 113100000, 36300000),"
		" (140406, 140406102000, '微子镇', 4, 140406000000, 113300000, 36400000),"
		" (140406, 140406103000, '辛安泉镇', 4, 140406000000, 113400000, 36280000),"
		" (140406, 140406101201, '冯村', 5, 140406101000, 113110000, 36310000);";

	kit_must(db_script(k->db, sql, &k->c.err), &k->c.err);
}

static inline void
kit_people(struct kit *k)
{
	char text[800];

	k->org = kit_make(k, resource_find(&k->app, S("organisations")),
		"{'name':'冯村谷子种植专业合作社','kind':'cooperative','uscc':'91140400MA0GUTNX0K','division':'140406101201'}");
	if (k->org == 0)
		k->org = kit_make(k, resource_find(&k->app, S("organisations")),
			"{'name':'冯村家庭农场','kind':'family_farm','division':'140406101201'}");
	(void)kit_move(k, resource_find(&k->app, S("organisations")), k->org, "activate");
	snprintf(text, sizeof(text), "{'name':'旱地小米','org_id':'%lld','category':'grain','unit':'KGM','spec':'2.5 kg'}", LL(k->org));
	k->product = kit_make(k, &resource_products, text);
	(void)kit_move(k, &resource_products, k->product, "list");
	k->pesticide = kit_make(k, &resource_farm_inputs, "{'name':'吡虫啉','kind':'pesticide','interval_days':7}");
	k->plain = kit_make(k, &resource_farm_inputs, "{'name':'黄板','kind':'other'}");
	k->banned = kit_make(k, &resource_farm_inputs, "{'name':'甲胺磷','kind':'pesticide','interval_days':7,'prohibited':true}");
	snprintf(text, sizeof(text), "{'name':'东坡一号地','org_id':'%lld','division':'140406101201','kind':'dryland',"
		"'area_milli':32000,'location':{'lng':113.123456,'lat':36.312345}}", LL(k->org));
	k->plot = kit_make(k, &resource_plots, text);
}

/* A new crop cycle of the same product, so that tests do not disturb each other. */
static inline void
kit_cycle(struct kit *k)
{
	char text[400];
	ARENA a;

	arena_init(&a, 4096);
	snprintf(text, sizeof(text), "{'name':'2026 谷子','plot_id':'%lld','product_id':'%lld','started_on':'%s'}", LL(k->plot),
		LL(k->product), date_print(&a, k->today - 150).p);
	k->cycle = kit_make(k, &resource_crop_cycles, text);
}

static inline void
kit_open(struct kit *k, struct testdb *t)
{
	struct err e = { .lang = LANG_EN };

	*k = (struct kit){ .t = t, .now_ms = 1790000000000 };
	snprintf(k->dir, sizeof(k->dir), "/tmp/trace-kit-XXXXXX");
	ASSERT(mkdtemp(k->dir) != NULL);
	arena_init(&k->start, 64 << 20);
	arena_init(&k->mem, 64 << 20);
	k->today = date_of_ms(k->now_ms);
	k->clock = (struct clock){ kit_wall, kit_mono, k };
	k->app = (struct app){ .modules = all_modules, .resources = all_resources, .pool = t->pool, .clock = &k->clock,
		.rand = &rand_system, .county = KIT_COUNTY, .ids = id_source_new(&k->start, 1, &k->clock), .data_dir = k->dir,
		.public_url = "https://trace.example" };
	kit_must(keyring_open(&k->app.keys, &k->start, k->dir, &rand_system, &e), &e);
	kit_must(store_open(&k->app.files, &k->start, k->dir, &e), &e);
	kit_must(app_index_build(&k->app, &k->start, &e), &e);
	kit_must(db_take(t->pool, 1000, &k->db, &e), &e);
	kit_must(migrate_up(k->db, setup_migrations(&k->start), NULL, &e), &e);
	kit_fresh(k);
	kit_divisions(k);
	kit_people(k);
	kit_cycle(k);
}

static int
kit_unlink(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)st;
	(void)flag;
	(void)f;
	return remove(path);
}

static inline void
kit_close(struct kit *k)
{
	arena_done(&k->mem);
	db_give(&k->db);
	arena_done(&k->start);
	(void)nftw(k->dir, kit_unlink, 16, FTW_DEPTH | FTW_PHYS);
}
#endif

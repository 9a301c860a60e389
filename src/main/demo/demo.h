/*
 * demo.h - builds a coherent, clearly marked demo county through the same
 * record layer that people use, so that every figure on every screen comes
 * from rows. Same county, seed, scale and day: same county again. Nobody in it
 * exists: people are called 示例…, organisations carry 示范 in their names.
 */
#ifndef MAIN_DEMO_H
#define MAIN_DEMO_H
#include "core/record.h"

enum { DEMO_TOWNS_MAX = 40, DEMO_VILLAGES_MAX = 800, DEMO_ORGS_MAX = 400, DEMO_PHOTOS = 12, DEMO_ROWS_MAX = 20000 };

struct demo_place {
	int64_t code;
	struct str name;
	int64_t town;            /* code of its township */
	int64_t lng_e6, lat_e6;
	bool community;          /* 居委会 or 社区 */
};

struct demo_org {
	int64_t id, division;
	int crop;                /* index into demo_crops, -1 for offices */
	const char *kind;
	struct str name;
};

struct demo_row {
	int64_t id, product_id, org_id, person_id, division;
	int crop;                /* index into demo_crops */
};

struct demo {
	struct ctx *c;
	struct rand rand;
	struct rand_seeded rand_state;
	int scale;
	int64_t today, now_ms;
	struct demo_place towns[DEMO_TOWNS_MAX], villages[DEMO_VILLAGES_MAX];
	size_t town_count, village_count;
	struct demo_org orgs[DEMO_ORGS_MAX];
	size_t org_count;
	int64_t photos[DEMO_PHOTOS];          /* drawn pictures, by crop */
	int64_t scenes[3];                    /* field, greenhouse, packing */
	int64_t inputs[32];
	struct demo_row *products, *plots;
	size_t product_count, plot_count;
	int64_t officer_id, operator_org, enterprise_org, grower_person;
	struct db_tx tx;
	int in_tx;
	int64_t made;
	enum rc rc;                           /* first failure; later steps do nothing */
	void (*progress)(const char *step, int64_t done, int64_t total);
};

/* One farm step of a crop, days after sowing. */
struct demo_step {
	int day;
	const char *step;
	int input;                /* index into demo_inputs, -1 none */
	const char *note;
};
struct demo_crop {
	const char *name, *category, *variety, *unit, *spec, *certification, *intro;
	int sown_month, sown_day, harvest_after, shelf_days;
	int yield_per_mu;         /* units */
	int pack;                 /* units in one item */
	const char *plot_kind;
	struct demo_step steps[10]; /* ends with a NULL step */
};
extern const struct demo_crop demo_crops[];
extern const size_t demo_crop_count;

struct demo_input {
	const char *name, *kind, *ingredient;
	int interval_days;
};
extern const struct demo_input demo_inputs[];
extern const size_t demo_input_count;

/* Creates a record from a JSON text; 0 after a failure. Joins a batch transaction that is committed every 200 rows. */
int64_t demo_put(struct demo *d, const char *resource, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* A workflow move through the record layer. */
void demo_move(struct demo *d, const char *resource, int64_t id, const char *move);
/* Commits the open batch. */
void demo_flush(struct demo *d);
/* Sets the clock of the rows that follow: noon of a day, plus minutes. */
void demo_clock(struct demo *d, int64_t day, int minutes);
int64_t demo_below(struct demo *d, int64_t n);
/* A point near a place, as JSON. */
struct str demo_point(struct demo *d, int64_t lng_e6, int64_t lat_e6, int64_t spread_e6);
/* The 18-character credit code of the n-th demo organisation; the check character is right, the subject code is reserved. */
struct str demo_uscc(struct demo *d, int n, const char *kind);

void demo_places(struct demo *d);      /* reads divisions */
void demo_pictures(struct demo *d);    /* draws the pictures */
void demo_organisations(struct demo *d);
void demo_stations(struct demo *d);
void demo_catalogue(struct demo *d);   /* products and inputs */
void demo_fields(struct demo *d);      /* growers and plots */
void demo_seasons(struct demo *d);     /* cycles, operations, lots, tests, codes, sales */
void demo_scans(struct demo *d);
void demo_recalls(struct demo *d);     /* one that is on, one that ended */
void demo_news(struct demo *d);
void demo_accounts(struct demo *d, struct sb *out);
#endif

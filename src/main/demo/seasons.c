/* seasons.c - a year of the demo county's fields: cycles, operations, lots, tests, certificates, codes and sales. */
#include "base/base.h"
#include "main/demo/demo.h"
#include "core/event.h"
#include "core/job.h"
#include <stdio.h>
#include <string.h>

struct season {
	const struct demo_row *plot;
	const struct demo_crop *crop;
	int64_t cycle, sown, harvested, lot;
	int64_t quantity; /* units of the product */
	bool sprayed_late; /* the pre-harvest interval has not run: the lot must stay held */
};

static int64_t
sowing_day(struct demo *d, const struct demo_crop *k, int nth)
{
	int64_t year_ago = d->today - 365, sown;
	int32_t year = date_to_civil(year_ago).year;

	if (strcmp(k->plot_kind, "greenhouse") == 0) /* greenhouses turn over all year */
		return d->today - 20 - (nth * 37) % 330;
	sown = date_from_civil(year, k->sown_month, k->sown_day);
	while (sown < year_ago)
		sown = date_from_civil(++year, k->sown_month, k->sown_day);
	return sown + demo_below(d, 9) - 4;
}

static void
add_operation(struct demo *d, const struct season *s, const struct demo_step *step, int64_t day)
{
	char extra[200] = "";
	bool scene = demo_below(d, 3) == 0;

	if (day > d->today)
		return;
	demo_clock(d, day, (int)demo_below(d, 360) - 240);
	if (step->input >= 0 && strcmp(step->step, "sow") != 0)
		snprintf(extra, sizeof(extra), ",\"input_id\":\"%lld\",\"dose_milli\":%lld,\"dose_unit\":\"%s\"",
			LL(d->inputs[step->input]), LL((20 + demo_below(d, 200)) * 1000),
			strcmp(demo_inputs[step->input].kind, "pesticide") == 0 ? "GRM" : "KGM");
	else if (strcmp(step->step, "harvest") == 0)
		snprintf(extra, sizeof(extra), ",\"quantity_milli\":%lld,\"quantity_unit\":\"%s\"", LL(s->quantity * 1000),
			s->crop->unit);
	if (scene)
		snprintf(extra + strlen(extra), sizeof(extra) - strlen(extra), ",\"photos\":[\"%lld\"]",
			LL(strcmp(s->crop->plot_kind, "greenhouse") == 0 ? d->scenes[1] : d->scenes[0]));
	demo_put(d, "farm-operations",
		"{\"cycle_id\":\"%lld\",\"step\":\"%s\",\"done_ms\":%lld,\"operator\":\"示例农户\",\"note\":\"%s\"%s}", LL(s->cycle),
		step->step, LL(d->c->now_ms), step->note, extra);
}

static void
add_test(struct demo *d, const struct season *s, int n)
{
	/* Readings as ten-thousandths of absorbance; the control changes by about 0.6 in three minutes. */
	bool positive = n % 29 == 7, disputed = n % 29 == 19;
	int64_t control = 5600 + demo_below(d, 900), inhibition = positive ? 5800 : disputed ? 5300 : 300 + demo_below(d, 2800);
	char readings[400];
	int at = snprintf(readings, sizeof(readings), "{\"control_e4\":%lld,\"sample_e4\":%lld}", LL(control),
		LL(control - control * inhibition / 10000));

	for (int i = 0; (positive || disputed) && i < 2; i++) {
		int64_t again = positive ? 5600 + i * 200 : 3900 - i * 300;

		at += snprintf(readings + at, sizeof(readings) - (size_t)at, ",{\"control_e4\":%lld,\"sample_e4\":%lld}",
			LL(control), LL(control - control * again / 10000));
	}
	demo_clock(d, s->harvested + 1, n % 200);
	demo_put(d, "inspections",
		"{\"lot_id\":\"%lld\",\"sample_no\":\"SY%06d\",\"method\":\"inhibition\",\"sampled_on\":\"" STR_FMT "\",\"tested_ms\":%lld,"
		"\"readings\":[%s],\"tester\":\"示例检测员\",\"instrument\":\"农药残留速测仪（示例）\"}",
		LL(s->lot), n + 1, STR_ARG(date_print(d->c->mem, s->harvested)), LL(d->c->now_ms), readings);
}

static int64_t
add_lot(struct demo *d, struct season *s)
{
	demo_clock(d, s->harvested, 60);
	return demo_put(d, "lots",
		"{\"product_id\":\"%lld\",\"cycle_id\":\"%lld\",\"org_id\":\"%lld\",\"harvested_on\":\"" STR_FMT "\","
		"\"quantity_milli\":%lld,\"unit\":\"%s\",\"pack_milli\":%lld,\"photos\":[\"%lld\"]}",
		LL(s->plot->product_id), LL(s->cycle), LL(s->plot->org_id),
		STR_ARG(date_print(d->c->mem, s->harvested)), LL(s->quantity * 1000), s->crop->unit, LL(s->crop->pack * 1000LL),
		LL(d->scenes[2]));
}

/* Passed its newest test, and harvested after the safety interval: the platform would refuse anything else. */
static bool
may_release(struct demo *d, int64_t lot)
{
	static const struct db_sql sql = { "demo_lot",
		"SELECT COUNT(*) FROM lot WHERE county = :county AND id = :id AND test_verdict = 'pass' AND state = 'open'"
		" AND (safe_on IS NULL OR safe_on <= harvested_on)" };
	DB_STMT st = NULL;
	bool row = false;

	if (d->rc != RC_OK)
		return false;
	d->rc = db_prepare(d->c->db, &sql, &st, &d->c->err);
	if (d->rc != RC_OK)
		return false;
	db_bind_i64(st, "county", d->c->county);
	db_bind_i64(st, "id", lot);
	d->rc = db_step(st, &row, &d->c->err);
	return d->rc == RC_OK && row && db_col_i64(st, 0) == 1;
}

/* A released lot is certified; two of five get codes for a few hundred items; it is packed, shipped and sold. */
static void
sell_lot(struct demo *d, const struct season *s, int n)
{
	int64_t items = s->quantity / s->crop->pack, wish = 180 + demo_below(d, 120), codes = items < wish ? items : wish;
	static const char *const cities[] = { "太原", "长治", "郑州", "北京", "石家庄", "西安" };
	int64_t moved = codes * s->crop->pack * 1000;

	demo_clock(d, s->harvested + 2, n % 120);
	demo_put(d, "certificates", "{\"lot_id\":\"%lld\",\"basis\":\"self_test\",\"contact\":\"1380003%04d\"}", LL(s->lot), n);
	if (codes < 1)
		return;
	if (n % 5 < 2)
		demo_put(d, "code-batches", "{\"lot_id\":\"%lld\",\"quantity\":%lld,\"design\":\"60x40\",\"recipient\":\"示例领用人\"}",
		LL(s->lot), LL(codes));
	static const struct {
		const char *kind, *place;
		int after;
	} legs[] = { { "pack", "示范分拣中心", 3 }, { "ship", "潞城公共仓", 4 }, { "sell", "", 7 } };

	for (size_t i = 0; i < ARRAY_LEN(legs); i++) {
		if (s->harvested + legs[i].after > d->today)
			return;
		demo_clock(d, s->harvested + legs[i].after, n % 90);
		demo_put(d, "supply-events",
			"{\"lot_id\":\"%lld\",\"kind\":\"%s\",\"done_ms\":%lld,\"place\":\"%s\",\"to_name\":\"%s\",\"quantity_milli\":%lld%s}",
			LL(s->lot), legs[i].kind, LL(d->c->now_ms), i == 2 ? cities[n % 6] : legs[i].place,
			i == 2 ? "示例商超" : "", LL(moved), i == 1 ? ",\"carrier\":\"示例快递\"" : "");
	}
}

static void
harvest(struct demo *d, struct season *s, int n)
{
	s->lot = add_lot(d, s);
	if (n % 41 == 11)
		return; /* not tested yet: to do for the inspector */
	add_test(d, s, n);
	if (!may_release(d, s->lot))
		return;
	if (s->harvested + 2 > d->today)
		return;
	demo_clock(d, s->harvested + 2, 0);
	demo_move(d, "lots", s->lot, "release");
	sell_lot(d, s, n);
}

static void
grow(struct demo *d, const struct demo_row *plot, int64_t sown, int n)
{
	struct season s = { .plot = plot, .crop = &demo_crops[plot->crop], .sown = sown };

	s.harvested = s.sown + s.crop->harvest_after;
	s.quantity = s.crop->yield_per_mu * (2 + demo_below(d, 6));
	s.sprayed_late = n % 53 == 17;
	demo_clock(d, s.sown, 0);
	if (s.sown > d->today)
		return;
	s.cycle = demo_put(d, "crop-cycles",
		"{\"plot_id\":\"%lld\",\"product_id\":\"%lld\",\"name\":\"%s %d年第%d茬\",\"variety\":\"%s\",\"started_on\":\"" STR_FMT "\","
		"\"expected_on\":\"" STR_FMT "\",\"area_milli\":%lld}",
		LL(plot->id), LL(plot->product_id), s.crop->name, date_to_civil(s.sown).year, 1 + n % 2, s.crop->variety,
		STR_ARG(date_print(d->c->mem, s.sown)), STR_ARG(date_print(d->c->mem, s.harvested)), LL((1 + demo_below(d, 8)) * 1000));
	for (const struct demo_step *step = s.crop->steps; step->step != NULL; step++)
		add_operation(d, &s, step, s.sown + step->day);
	if (s.sprayed_late) {
		struct demo_step late = { 0, "pest_control", 4, "采前临时用药，安全间隔期未满" };

		add_operation(d, &s, &late, s.harvested - 3);
	}
	if (s.harvested >= d->today)
		return;
	demo_clock(d, s.harvested, 30);
	demo_move(d, "crop-cycles", s.cycle, "harvest");
	harvest(d, &s, n);
	if (s.harvested + 10 < d->today) {
		demo_clock(d, s.harvested + 10, 0);
		demo_move(d, "crop-cycles", s.cycle, "close");
	}
}

void
demo_seasons(struct demo *d)
{
	for (size_t i = 0; i < d->plot_count && d->rc == RC_OK; i++) {
		const struct demo_row *plot = &d->plots[i];

		grow(d, plot, sowing_day(d, &demo_crops[plot->crop], (int)i), (int)i);
		if (plot->person_id == d->grower_person) /* the ready account has something in the ground today */
			grow(d, plot, d->today - 24, (int)i);
		d->progress("seasons", (int64_t)i + 1, (int64_t)d->plot_count);
	}
	demo_flush(d);
	d->c->now_ms = d->now_ms;
	if (d->rc == RC_OK)
		d->rc = jobs_drain(d->c); /* issues the codes and draws the label sheets */
	if (d->rc == RC_OK)
		d->rc = events_drain(d->c);
}

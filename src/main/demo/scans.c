/* scans.c - shoppers' scans of the last ninety days, recalls, accounts, and the run of all steps. */
#include "base/base.h"
#include "main/demo/demo.h"
#include "core/auth.h"
#include "core/event.h"
#include "core/job.h"
#include "mod/org/org.h"
#include "mod/trace/scan_write.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCANS_PER_SCALE = 6000, NOTES = 500, CODES_MAX = 40000, DAYS = 90 };

static const struct db_sql sql_codes = {
	"demo_codes",
	"SELECT k.id, k.lot_id, k.division, k.org_id, k.person_id, k.code, l.harvested_on FROM trace_code k"
	" JOIN lot l ON l.county = k.county AND l.id = k.lot_id"
	" WHERE k.county = :county AND k.state <> 'voided' ORDER BY k.lot_id, k.serial LIMIT 40000",
};

struct demo_code {
	struct scan_note note;
	int64_t harvested;
};

static size_t
read_codes(struct demo *d, struct demo_code *codes)
{
	DB_STMT st = NULL;
	bool row = true;
	size_t n = 0;

	d->rc = db_prepare(d->c->db, &sql_codes, &st, &d->c->err);
	if (d->rc == RC_OK)
		db_bind_i64(st, "county", d->c->county);
	while (d->rc == RC_OK && n < CODES_MAX) {
		struct demo_code *k = &codes[n];

		d->rc = db_step(st, &row, &d->c->err);
		if (d->rc != RC_OK || !row)
			break;
		k->note = (struct scan_note){ .code_id = db_col_i64(st, 0), .lot_id = db_col_i64(st, 1),
			.division = db_col_i64(st, 2), .org_id = db_col_i64(st, 3), .person_id = db_col_i64(st, 4) };
		snprintf(k->note.code, sizeof(k->note.code), STR_FMT, STR_ARG(db_col_str(st, 5)));
		k->harvested = db_col_i64(st, 6);
		n++;
	}
	return n;
}

/* Mostly one scan per code, within days of sale; one code in two hundred is scanned by many people. */
static bool
plan_scan(struct demo *d, const struct demo_code *k, int64_t nth, struct scan_note *out)
{
	int64_t sold = k->harvested + 7, first = d->today - DAYS;
	int64_t from = sold > first ? sold : first, day;

	if (from > d->today)
		return false;
	day = from + demo_below(d, d->today - from + 1);
	*out = k->note;
	out->at_ms = ms_of_date(day) + (8 * 60 + demo_below(d, 13 * 60)) * 60000;
	out->client = 1 + (uint64_t)nth * 2654435761u + (uint64_t)demo_below(d, 1000);
	return out->at_ms < d->now_ms;
}

static int
by_time(const void *a, const void *b)
{
	const struct scan_note *x = a, *y = b;

	return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

void
demo_scans(struct demo *d)
{
	static const char *const places[] = { "太原市", "长治市", "郑州市", "北京市", "石家庄市", "西安市", "晋中市", "邯郸市" };
	size_t want = (size_t)SCANS_PER_SCALE * (size_t)d->scale, made = 0;
	struct demo_code *codes = NEW_ARRAY(d->c->mem, struct demo_code, CODES_MAX);
	struct scan_note *notes = NEW_ARRAY(d->c->mem, struct scan_note, want);

	demo_flush(d);
	if (d->rc != RC_OK)
		return;

	size_t count = read_codes(d, codes);

	for (size_t i = 0; i < want && count > 0; i++) {
		const struct demo_code *k = &codes[i % 10 == 0 ? (i / 2000) * 37 % count : (size_t)demo_below(d, (int64_t)count)];

		made += plan_scan(d, k, (int64_t)i, &notes[made]);
	}
	qsort(notes, made, sizeof(*notes), by_time);
	for (size_t at = 0; at < made && d->rc == RC_OK; at += NOTES) {
		size_t n = made - at < NOTES ? made - at : NOTES;
		struct arena_mark mark = arena_mark(d->c->mem);

		d->c->now_ms = notes[at + n - 1].at_ms;
		d->rc = scans_write(d->c, notes + at, n);
		for (size_t i = 0; i < n && d->rc == RC_OK; i++)
			if (i % 2 == 0)
				d->rc = scan_place_set(d->c, notes[at + i].code_id, notes[at + i].client,
					str_from_c(places[demo_below(d, ARRAY_LEN(places))]), NIL);
		arena_rewind(d->c->mem, mark);
		d->progress("scans", (int64_t)(at + n), (int64_t)made);
	}
	d->c->now_ms = d->now_ms;
}

static const struct db_sql sql_released = {
	"demo_released",
	"SELECT id FROM lot WHERE county = :county AND state = 'released' AND deleted_ms IS NULL ORDER BY harvested_on DESC, id LIMIT 2 OFFSET 5",
};

/* One recall that is still on, one that ended: so that shoppers, officers and the wall screen have something to show. */
void
demo_recalls(struct demo *d)
{
	DB_STMT st = NULL;
	int64_t lots[2] = { 0, 0 };
	bool row = true;

	demo_flush(d);
	if (d->rc == RC_OK)
		d->rc = db_prepare(d->c->db, &sql_released, &st, &d->c->err);
	if (d->rc != RC_OK)
		return;
	db_bind_i64(st, "county", d->c->county);
	for (size_t i = 0; i < 2 && d->rc == RC_OK && row; i++) {
		d->rc = db_step(st, &row, &d->c->err);
		lots[i] = row ? db_col_i64(st, 0) : 0;
	}
	db_finish(&st);
	for (size_t i = 0; i < 2; i++) {
		if (lots[i] == 0)
			continue;
		demo_clock(d, d->today - 6 + (int64_t)i * 3, 0);
		int64_t id = demo_put(d, "recalls",
			"{\"lot_id\":\"%lld\",\"level\":\"%s\",\"contact\":\"0355-0000000\","
			"\"reason\":\"演练：抽检发现外包装标识不全，召回该批次换签（示例）。\"}",
			LL(lots[i]), i == 0 ? "three" : "two");

		if (i == 0)
			demo_move(d, "recalls", id, "end");
	}
	demo_flush(d);
}

void
demo_accounts(struct demo *d, struct sb *out)
{
	const struct {
		const char *login, *name, *role;
		int64_t org_id, person_id, role_org_id, role_person_id;
	} accounts[] = {
		{ "officer", "示例主管", "officer", d->orgs[0].id, 0, 0, 0 },
		{ "operator", "示例运营", "operator", d->operator_org, 0, 0, 0 },
		{ "enterprise", "示例企业用户", "enterprise", d->enterprise_org, 0, d->enterprise_org, 0 },
		{ "grower", "示例农户", "grower", d->enterprise_org, d->grower_person, d->enterprise_org, d->grower_person },
		{ "inspector", "示例检测员", "inspector", d->orgs[2].id, 0, 0, 0 },
	};

	demo_flush(d);
	d->c->now_ms = d->now_ms;
	for (size_t i = 0; i < ARRAY_LEN(accounts) && d->rc == RC_OK; i++) {
		struct account_new a = {
			.login = str_from_c(accounts[i].login),
			.name = str_from_c(accounts[i].name),
			.password = password_make(d->c->mem, d->c->app->rand),
			.org_id = accounts[i].org_id,
			.person_id = accounts[i].person_id,
			.role = accounts[i].role,
			.role_org_id = accounts[i].role_org_id,
			.role_person_id = accounts[i].role_person_id,
		};
		int64_t id;

		d->rc = org_account_new(d->c, &a, &id);
		sb_addf(out, "%-11s " STR_FMT "\n", accounts[i].login, STR_ARG(a.password));
	}
}

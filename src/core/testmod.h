/*
 * testmod.h - a small module for tests of the engine only: every field type,
 * every kind of place, lines, moves, rules and hooks, without business. It is
 * never part of the program.
 */
#ifndef CORE_TESTMOD_H
#define CORE_TESTMOD_H
#include "core/module.h"
#include "core/resource.h"

struct test_org {
	int64_t division;
	struct str name, state;
};
struct test_person {
	int64_t org_id, division;
	struct str name, phone, idno, address;
};
struct test_field {
	int64_t org_id, person_id, division, area_milli, location, photo;
	struct str name, code, kind, note, photos, state, reason;
	bool leased;
};
struct test_reading {
	int64_t sample, ratio_bp;
	struct str verdict, tester;
};
struct test_sample {
	int64_t field_id, sampled_on, tested_ms, fee_fen, count_of_lines, score;
	struct str number, method, report_url, extra, uscc, email, remark, secret_note;
	struct rows readings;
};
struct test_unit {
	int64_t rank;
	struct str name, kind;
};

extern const struct resource test_orgs, test_people, test_fields, test_readings, test_samples, test_units;
extern const struct resource *const test_resources[];
extern const struct module *const test_modules[];
#endif

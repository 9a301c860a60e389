/* trace_priv.h - the records of the module and what its files share. Only for files of this folder. */
#ifndef MOD_TRACE_PRIV_H
#define MOD_TRACE_PRIV_H
#include "core/module.h"
#include "core/record.h"
#include "core/resource.h"

struct product {
	int64_t org_id, shelf_days, cover;
	struct str name, category, variety, unit, spec, gtin, intro, photos, certification, certificate_no, state;
};

struct farm_input {
	int64_t interval_days;
	bool prohibited;
	struct str name, kind, registration_no, maker, active_ingredient, note;
};

struct plot {
	int64_t org_id, person_id, division, location, area_milli;
	struct str name, code, kind, soil, irrigation, photos, note;
};

struct crop_cycle {
	int64_t plot_id, product_id, started_on, expected_on, ended_on, area_milli, safe_on;
	struct str name, variety, note, state;
};

struct farm_operation {
	int64_t cycle_id, done_ms, input_id, dose_milli, interval_days, safe_on, quantity_milli, location, video;
	int64_t corrects_id;
	struct str step, operator, dose_unit, quantity_unit, note, photos;
};

struct lot {
	int64_t product_id, cycle_id, org_id, harvested_on, quantity_milli, pack_milli;
	int64_t codes_max, codes_issued, safe_on, held_ms;
	struct str code, unit, test_verdict, hold_reason, note, photos, state;
};

struct inspection_reading {
	int64_t control_e4, sample_e4, inhibition_bp;
	struct str verdict;
};

struct inspection {
	int64_t lot_id, sampled_on, tested_ms, inhibition_bp, report, corrects_id;
	struct str sample_no, method, lab_verdict, lab_items, verdict, tester, instrument, note, photos;
	struct rows readings;
};

struct certificate {
	int64_t lot_id, issued_on, quantity_milli;
	struct str number, basis, form, unit, statement, product, origin, issuer, contact, void_reason, state;
};

struct code_batch {
	int64_t lot_id, quantity, issued, serial_from, sheet, received_on;
	struct str number, design, recipient, receipt_note, problem, state;
};

struct trace_code {
	int64_t lot_id, batch_id, serial, scan_count, first_scan_ms, last_scan_ms;
	bool suspicious;
	struct str code, first_scan_place, last_client, state;
};

struct supply_event {
	int64_t lot_id, done_ms, from_org_id, to_org_id, location, quantity_milli, corrects_id;
	struct str kind, to_name, place, unit, carrier, waybill, codes, photos, note;
};

struct recall {
	int64_t lot_id, ended_ms;
	struct str number, reason, level, contact, state;
};

struct scan {
	int64_t code_id, lot_id, at_ms, location;
	bool suspicious;
	struct str code, place, client;
};

extern const struct resource resource_products, resource_farm_inputs, resource_plots, resource_crop_cycles,
	resource_farm_operations, resource_lots, resource_inspections, resource_inspection_readings,
	resource_certificates, resource_code_batches, resource_trace_codes, resource_supply_events, resource_recalls,
	resource_scans;

/* Choices that several resources share. */
extern const struct choice trace_units[];
extern const struct choice trace_verdicts[]; /* of an inspection */

#endif

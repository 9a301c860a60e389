CREATE TABLE organisation (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	name TEXT NOT NULL,
	kind TEXT NOT NULL CHECK (kind IN ('enterprise', 'cooperative', 'family_farm', 'household', 'association', 'station', 'government', 'operator')),
	uscc TEXT,
	state TEXT NOT NULL CHECK (state IN ('draft', 'active', 'suspended', 'closed')),
	legal_person TEXT,
	legal_person_h TEXT,
	phone TEXT,
	phone_h TEXT,
	address TEXT,
	location BIGINT,
	business TEXT,
	capital_fen BIGINT CHECK (capital_fen BETWEEN 0 AND 100000000000000),
	established_on BIGINT,
	e_commerce INTEGER NOT NULL CHECK (e_commerce IN (0, 1)),
	is_leading INTEGER NOT NULL CHECK (is_leading IN (0, 1)),
	intro TEXT,
	cover BIGINT,
	photos TEXT,
	PRIMARY KEY (county, id)
);
CREATE INDEX organisation_division_i ON organisation (county, division);
CREATE INDEX organisation_org_i ON organisation (county, org_id);
CREATE INDEX organisation_person_i ON organisation (county, person_id);
CREATE UNIQUE INDEX organisation_uscc_u ON organisation (county, uscc) WHERE deleted_ms IS NULL;

CREATE TABLE person (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	name TEXT,
	name_h TEXT,
	kind TEXT NOT NULL CHECK (kind IN ('grower', 'staff', 'station_manager', 'inspector', 'other')),
	phone TEXT,
	phone_h TEXT,
	idno TEXT,
	idno_h TEXT,
	sex TEXT CHECK (sex IN ('m', 'f')),
	photo BIGINT,
	note TEXT,
	note_h TEXT,
	PRIMARY KEY (county, id)
);
CREATE INDEX person_division_i ON person (county, division);
CREATE INDEX person_org_i ON person (county, org_id);
CREATE INDEX person_person_i ON person (county, person_id);

CREATE TABLE user_account (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	login TEXT NOT NULL,
	name TEXT NOT NULL,
	phone TEXT,
	phone_h TEXT,
	state TEXT NOT NULL CHECK (state IN ('active', 'locked', 'disabled', 'removed')),
	second_factor INTEGER NOT NULL CHECK (second_factor IN (0, 1)),
	last_login_ms BIGINT,
	PRIMARY KEY (county, id)
);
CREATE INDEX user_account_division_i ON user_account (county, division);
CREATE INDEX user_account_org_i ON user_account (county, org_id);
CREATE INDEX user_account_person_i ON user_account (county, person_id);
CREATE INDEX user_account_login_i ON user_account (county, login, id);
CREATE UNIQUE INDEX user_account_login_u ON user_account (county, login) WHERE deleted_ms IS NULL;

CREATE TABLE role (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	name TEXT NOT NULL,
	label TEXT NOT NULL,
	label_en TEXT,
	permissions TEXT NOT NULL,
	builtin INTEGER NOT NULL CHECK (builtin IN (0, 1)),
	note TEXT,
	PRIMARY KEY (county, id)
);
CREATE INDEX role_name_i ON role (county, name, id);
CREATE UNIQUE INDEX role_name_u ON role (county, name) WHERE deleted_ms IS NULL;

CREATE TABLE access_grant (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	name TEXT,
	user_id BIGINT NOT NULL,
	role_id BIGINT NOT NULL,
	until_on BIGINT,
	note TEXT,
	reach TEXT,
	PRIMARY KEY (county, id)
);
CREATE INDEX access_grant_division_i ON access_grant (county, division);
CREATE INDEX access_grant_org_i ON access_grant (county, org_id);
CREATE INDEX access_grant_person_i ON access_grant (county, person_id);
CREATE INDEX access_grant_user_id_i ON access_grant (county, user_id);
CREATE INDEX access_grant_role_id_i ON access_grant (county, role_id);
CREATE UNIQUE INDEX access_grant_reach_u ON access_grant (county, reach) WHERE deleted_ms IS NULL;

CREATE TABLE api_token (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	name TEXT NOT NULL,
	user_id BIGINT NOT NULL,
	permissions TEXT NOT NULL,
	hint TEXT,
	expires_ms BIGINT NOT NULL,
	last_used_ms BIGINT,
	state TEXT NOT NULL CHECK (state IN ('active', 'revoked')),
	token_hash TEXT,
	PRIMARY KEY (county, id)
);
CREATE INDEX api_token_division_i ON api_token (county, division);
CREATE INDEX api_token_org_i ON api_token (county, org_id);
CREATE INDEX api_token_person_i ON api_token (county, person_id);
CREATE INDEX api_token_user_id_i ON api_token (county, user_id);
CREATE UNIQUE INDEX api_token_token_hash_u ON api_token (county, token_hash) WHERE deleted_ms IS NULL;

CREATE TABLE login_session (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	agent TEXT,
	user_id BIGINT,
	client_ip TEXT,
	last_used_ms BIGINT,
	idle_until_ms BIGINT,
	ends_ms BIGINT,
	second_factor INTEGER NOT NULL CHECK (second_factor IN (0, 1)),
	state TEXT NOT NULL CHECK (state IN ('active', 'ended')),
	ended_ms BIGINT,
	end_reason TEXT,
	token_hash TEXT,
	PRIMARY KEY (county, id)
);
CREATE INDEX login_session_division_i ON login_session (county, division);
CREATE INDEX login_session_org_i ON login_session (county, org_id);
CREATE INDEX login_session_person_i ON login_session (county, person_id);
CREATE INDEX login_session_user_id_i ON login_session (county, user_id);
CREATE INDEX login_session_last_used_ms_i ON login_session (county, last_used_ms, id);
CREATE UNIQUE INDEX login_session_token_hash_u ON login_session (county, token_hash) WHERE deleted_ms IS NULL;

CREATE TABLE consent (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	wording TEXT NOT NULL,
	purpose TEXT NOT NULL CHECK (purpose IN ('registration', 'trace_page', 'portrait', 'notice', 'statistics', 'sharing')),
	channel TEXT NOT NULL CHECK (channel IN ('phone', 'paper', 'console')),
	given_ms BIGINT NOT NULL,
	withdrawn_ms BIGINT,
	state TEXT NOT NULL CHECK (state IN ('given', 'withdrawn')),
	evidence BIGINT,
	note TEXT,
	PRIMARY KEY (county, id)
);
CREATE INDEX consent_division_i ON consent (county, division);
CREATE INDEX consent_org_i ON consent (county, org_id);
CREATE INDEX consent_person_i ON consent (county, person_id);
CREATE INDEX consent_given_ms_i ON consent (county, given_ms, id);

CREATE TABLE data_request (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	code TEXT,
	kind TEXT NOT NULL CHECK (kind IN ('export', 'erasure')),
	user_id BIGINT,
	reason TEXT,
	due_on BIGINT,
	state TEXT NOT NULL CHECK (state IN ('submitted', 'approved', 'done', 'rejected')),
	done_ms BIGINT,
	result BIGINT,
	outcome TEXT,
	PRIMARY KEY (county, id)
);
CREATE INDEX data_request_division_i ON data_request (county, division);
CREATE INDEX data_request_org_i ON data_request (county, org_id);
CREATE INDEX data_request_person_i ON data_request (county, person_id);
CREATE INDEX data_request_user_id_i ON data_request (county, user_id);
CREATE UNIQUE INDEX data_request_code_u ON data_request (county, code) WHERE deleted_ms IS NULL;

CREATE TABLE county_rule (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	from_on BIGINT NOT NULL,
	note TEXT,
	PRIMARY KEY (county, id)
);
CREATE INDEX county_rule_from_on_i ON county_rule (county, from_on, id);
CREATE UNIQUE INDEX county_rule_day_u ON county_rule (county, name, from_on) WHERE deleted_ms IS NULL;

CREATE TABLE station (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	kind TEXT NOT NULL CHECK (kind IN ('county_centre', 'town_station', 'community_station', 'village_point')),
	manager_id BIGINT,
	phone TEXT,
	phone_h TEXT,
	opened_on BIGINT,
	state TEXT NOT NULL CHECK (state IN ('planned', 'open', 'suspended', 'closed')),
	address TEXT,
	location BIGINT,
	area_milli BIGINT CHECK (area_milli BETWEEN 0 AND 100000000),
	photos TEXT,
	PRIMARY KEY (county, id)
);
CREATE INDEX station_division_i ON station (county, division);
CREATE INDEX station_org_i ON station (county, org_id);
CREATE INDEX station_person_i ON station (county, person_id);
CREATE INDEX station_manager_id_i ON station (county, manager_id);
CREATE INDEX station_code_i ON station (county, code, id);
CREATE UNIQUE INDEX station_code_u ON station (county, code) WHERE deleted_ms IS NULL;

CREATE TABLE product (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	name TEXT NOT NULL,
	category TEXT NOT NULL CHECK (category IN ('grain', 'vegetable', 'fruit', 'herb', 'fungus', 'livestock', 'processed', 'other')),
	variety TEXT,
	unit TEXT NOT NULL CHECK (unit IN ('KGM', 'JIN', 'TNE', 'H87', 'BX', 'BG')),
	spec TEXT,
	gtin TEXT,
	shelf_days BIGINT CHECK (shelf_days BETWEEN 1 AND 3650),
	certification TEXT CHECK (certification IN ('none', 'green', 'organic', 'gi', 'good')),
	certificate_no TEXT,
	intro TEXT,
	cover BIGINT,
	photos TEXT,
	state TEXT NOT NULL CHECK (state IN ('draft', 'listed', 'withdrawn')),
	PRIMARY KEY (county, id)
);
CREATE INDEX product_division_i ON product (county, division);
CREATE INDEX product_org_i ON product (county, org_id);
CREATE INDEX product_person_i ON product (county, person_id);
CREATE INDEX product_name_i ON product (county, name, id);

CREATE TABLE farm_input (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	name TEXT NOT NULL,
	kind TEXT NOT NULL CHECK (kind IN ('seed', 'fertiliser', 'pesticide', 'film', 'other')),
	registration_no TEXT,
	maker TEXT,
	active_ingredient TEXT,
	interval_days BIGINT CHECK (interval_days BETWEEN 0 AND 365),
	prohibited INTEGER NOT NULL CHECK (prohibited IN (0, 1)),
	note TEXT,
	PRIMARY KEY (county, id)
);
CREATE INDEX farm_input_name_i ON farm_input (county, name, id);

CREATE TABLE plot (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	name TEXT NOT NULL,
	code TEXT,
	location BIGINT NOT NULL,
	area_milli BIGINT NOT NULL CHECK (area_milli BETWEEN 1 AND 100000000),
	kind TEXT NOT NULL CHECK (kind IN ('field', 'greenhouse', 'orchard', 'dryland', 'base')),
	soil TEXT,
	irrigation TEXT,
	photos TEXT,
	note TEXT,
	PRIMARY KEY (county, id)
);
CREATE INDEX plot_division_i ON plot (county, division);
CREATE INDEX plot_org_i ON plot (county, org_id);
CREATE INDEX plot_person_i ON plot (county, person_id);
CREATE INDEX plot_name_i ON plot (county, name, id);
CREATE UNIQUE INDEX plot_code_u ON plot (county, code) WHERE deleted_ms IS NULL;

CREATE TABLE crop_cycle (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	name TEXT NOT NULL,
	plot_id BIGINT NOT NULL,
	product_id BIGINT NOT NULL,
	variety TEXT,
	started_on BIGINT NOT NULL,
	expected_on BIGINT,
	ended_on BIGINT,
	area_milli BIGINT CHECK (area_milli BETWEEN 1 AND 100000000),
	safe_on BIGINT,
	note TEXT,
	state TEXT NOT NULL CHECK (state IN ('growing', 'harvesting', 'closed')),
	PRIMARY KEY (county, id)
);
CREATE INDEX crop_cycle_division_i ON crop_cycle (county, division);
CREATE INDEX crop_cycle_org_i ON crop_cycle (county, org_id);
CREATE INDEX crop_cycle_person_i ON crop_cycle (county, person_id);
CREATE INDEX crop_cycle_plot_id_i ON crop_cycle (county, plot_id);
CREATE INDEX crop_cycle_product_id_i ON crop_cycle (county, product_id);
CREATE INDEX crop_cycle_started_on_i ON crop_cycle (county, started_on, id);

CREATE TABLE farm_operation (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	step TEXT NOT NULL CHECK (step IN ('sow', 'fertilise', 'irrigate', 'pest_control', 'weed', 'prune', 'harvest', 'other')),
	cycle_id BIGINT NOT NULL,
	done_ms BIGINT NOT NULL,
	operator TEXT,
	input_id BIGINT,
	dose_milli BIGINT CHECK (dose_milli BETWEEN 1 AND 1000000000),
	dose_unit TEXT CHECK (dose_unit IN ('KGM', 'GRM', 'LTR', 'MLT', 'BG')),
	interval_days BIGINT,
	safe_on BIGINT,
	quantity_milli BIGINT CHECK (quantity_milli BETWEEN 1 AND 1000000000000),
	quantity_unit TEXT CHECK (quantity_unit IN ('KGM', 'JIN', 'TNE', 'H87', 'BX', 'BG')),
	note TEXT,
	location BIGINT,
	photos TEXT,
	video BIGINT,
	corrects_id BIGINT,
	PRIMARY KEY (county, id)
);
CREATE INDEX farm_operation_division_i ON farm_operation (county, division);
CREATE INDEX farm_operation_org_i ON farm_operation (county, org_id);
CREATE INDEX farm_operation_person_i ON farm_operation (county, person_id);
CREATE INDEX farm_operation_cycle_id_i ON farm_operation (county, cycle_id);
CREATE INDEX farm_operation_input_id_i ON farm_operation (county, input_id);
CREATE INDEX farm_operation_corrects_id_i ON farm_operation (county, corrects_id);
CREATE INDEX farm_operation_done_ms_i ON farm_operation (county, done_ms, id);
CREATE UNIQUE INDEX farm_operation_corrects_id_u ON farm_operation (county, corrects_id) WHERE deleted_ms IS NULL;

CREATE TABLE lot (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	code TEXT,
	product_id BIGINT NOT NULL,
	cycle_id BIGINT,
	harvested_on BIGINT NOT NULL,
	quantity_milli BIGINT NOT NULL CHECK (quantity_milli BETWEEN 1 AND 1000000000000),
	unit TEXT NOT NULL CHECK (unit IN ('KGM', 'JIN', 'TNE', 'H87', 'BX', 'BG')),
	pack_milli BIGINT NOT NULL CHECK (pack_milli BETWEEN 1 AND 1000000000),
	codes_max BIGINT,
	codes_issued BIGINT,
	safe_on BIGINT,
	test_verdict TEXT CHECK (test_verdict IN ('none', 'pass', 'fail', 'retest', 'unconfirmed', 'invalid')),
	hold_reason TEXT CHECK (hold_reason IN ('interval', 'test', 'people')),
	held_ms BIGINT,
	note TEXT,
	photos TEXT,
	state TEXT NOT NULL CHECK (state IN ('open', 'released', 'held', 'recalled', 'closed')),
	PRIMARY KEY (county, id)
);
CREATE INDEX lot_division_i ON lot (county, division);
CREATE INDEX lot_org_i ON lot (county, org_id);
CREATE INDEX lot_person_i ON lot (county, person_id);
CREATE INDEX lot_product_id_i ON lot (county, product_id);
CREATE INDEX lot_cycle_id_i ON lot (county, cycle_id);
CREATE INDEX lot_harvested_on_i ON lot (county, harvested_on, id);
CREATE UNIQUE INDEX lot_code_u ON lot (county, code) WHERE deleted_ms IS NULL;

CREATE TABLE inspection (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	sample_no TEXT NOT NULL,
	lot_id BIGINT NOT NULL,
	method TEXT NOT NULL CHECK (method IN ('inhibition', 'laboratory')),
	sampled_on BIGINT NOT NULL,
	tested_ms BIGINT NOT NULL,
	lab_items TEXT,
	lab_verdict TEXT CHECK (lab_verdict IN ('pass', 'fail')),
	inhibition_bp BIGINT,
	verdict TEXT CHECK (verdict IN ('pass', 'fail', 'need_retest', 'unconfirmed', 'invalid')),
	tester TEXT NOT NULL,
	instrument TEXT,
	report BIGINT,
	photos TEXT,
	note TEXT,
	corrects_id BIGINT,
	PRIMARY KEY (county, id)
);
CREATE INDEX inspection_division_i ON inspection (county, division);
CREATE INDEX inspection_org_i ON inspection (county, org_id);
CREATE INDEX inspection_person_i ON inspection (county, person_id);
CREATE INDEX inspection_lot_id_i ON inspection (county, lot_id);
CREATE INDEX inspection_corrects_id_i ON inspection (county, corrects_id);
CREATE INDEX inspection_tested_ms_i ON inspection (county, tested_ms, id);
CREATE UNIQUE INDEX inspection_corrects_id_u ON inspection (county, corrects_id) WHERE deleted_ms IS NULL;

CREATE TABLE inspection_reading (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	parent_id BIGINT NOT NULL,
	position BIGINT NOT NULL,
	control_e4 BIGINT NOT NULL CHECK (control_e4 BETWEEN 0 AND 50000),
	sample_e4 BIGINT NOT NULL CHECK (sample_e4 BETWEEN -20000 AND 50000),
	inhibition_bp BIGINT,
	verdict TEXT CHECK (verdict IN ('negative', 'positive', 'invalid')),
	PRIMARY KEY (county, id)
);
CREATE INDEX inspection_reading_parent_i ON inspection_reading (county, parent_id, position);

CREATE TABLE certificate (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	number TEXT,
	lot_id BIGINT NOT NULL,
	basis TEXT NOT NULL CHECK (basis IN ('self_test', 'commissioned', 'quality_control')),
	contact TEXT,
	contact_h TEXT,
	form TEXT,
	issued_on BIGINT,
	product TEXT,
	quantity_milli BIGINT,
	unit TEXT CHECK (unit IN ('KGM', 'JIN', 'TNE', 'H87', 'BX', 'BG')),
	origin TEXT,
	issuer TEXT,
	statement TEXT,
	void_reason TEXT,
	state TEXT NOT NULL CHECK (state IN ('valid', 'voided')),
	PRIMARY KEY (county, id)
);
CREATE INDEX certificate_division_i ON certificate (county, division);
CREATE INDEX certificate_org_i ON certificate (county, org_id);
CREATE INDEX certificate_person_i ON certificate (county, person_id);
CREATE INDEX certificate_lot_id_i ON certificate (county, lot_id);
CREATE UNIQUE INDEX certificate_number_u ON certificate (county, number) WHERE deleted_ms IS NULL;

CREATE TABLE code_batch (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	number TEXT,
	lot_id BIGINT NOT NULL,
	quantity BIGINT NOT NULL CHECK (quantity BETWEEN 1 AND 1000000),
	design TEXT NOT NULL CHECK (design IN ('60x40', '50x30', 'a4_40')),
	issued BIGINT,
	serial_from BIGINT,
	sheet BIGINT,
	recipient TEXT,
	received_on BIGINT,
	receipt_note TEXT,
	problem TEXT,
	state TEXT NOT NULL CHECK (state IN ('queued', 'issuing', 'issued', 'failed', 'handed_out')),
	PRIMARY KEY (county, id)
);
CREATE INDEX code_batch_division_i ON code_batch (county, division);
CREATE INDEX code_batch_org_i ON code_batch (county, org_id);
CREATE INDEX code_batch_person_i ON code_batch (county, person_id);
CREATE INDEX code_batch_lot_id_i ON code_batch (county, lot_id);
CREATE UNIQUE INDEX code_batch_number_u ON code_batch (county, number) WHERE deleted_ms IS NULL;

CREATE TABLE trace_code (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	code TEXT NOT NULL,
	lot_id BIGINT NOT NULL,
	batch_id BIGINT,
	serial BIGINT,
	scan_count BIGINT,
	first_scan_ms BIGINT,
	first_scan_place TEXT,
	last_scan_ms BIGINT,
	suspicious INTEGER NOT NULL CHECK (suspicious IN (0, 1)),
	last_client TEXT,
	state TEXT NOT NULL CHECK (state IN ('issued', 'printed', 'bound', 'sold', 'voided')),
	PRIMARY KEY (county, id)
);
CREATE INDEX trace_code_division_i ON trace_code (county, division);
CREATE INDEX trace_code_org_i ON trace_code (county, org_id);
CREATE INDEX trace_code_person_i ON trace_code (county, person_id);
CREATE INDEX trace_code_lot_id_i ON trace_code (county, lot_id);
CREATE INDEX trace_code_batch_id_i ON trace_code (county, batch_id);
CREATE UNIQUE INDEX trace_code_code_u ON trace_code (county, code) WHERE deleted_ms IS NULL;
CREATE UNIQUE INDEX trace_code_serial_u ON trace_code (county, lot_id, serial) WHERE deleted_ms IS NULL;

CREATE TABLE supply_event (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	kind TEXT NOT NULL CHECK (kind IN ('pack', 'ship', 'receive', 'store', 'sell')),
	lot_id BIGINT NOT NULL,
	done_ms BIGINT NOT NULL,
	from_org_id BIGINT,
	to_org_id BIGINT,
	to_name TEXT,
	place TEXT,
	location BIGINT,
	quantity_milli BIGINT NOT NULL CHECK (quantity_milli BETWEEN 1 AND 1000000000000),
	unit TEXT CHECK (unit IN ('KGM', 'JIN', 'TNE', 'H87', 'BX', 'BG')),
	carrier TEXT,
	waybill TEXT,
	codes TEXT,
	photos TEXT,
	note TEXT,
	corrects_id BIGINT,
	PRIMARY KEY (county, id)
);
CREATE INDEX supply_event_division_i ON supply_event (county, division);
CREATE INDEX supply_event_org_i ON supply_event (county, org_id);
CREATE INDEX supply_event_person_i ON supply_event (county, person_id);
CREATE INDEX supply_event_lot_id_i ON supply_event (county, lot_id);
CREATE INDEX supply_event_from_org_id_i ON supply_event (county, from_org_id);
CREATE INDEX supply_event_to_org_id_i ON supply_event (county, to_org_id);
CREATE INDEX supply_event_corrects_id_i ON supply_event (county, corrects_id);
CREATE INDEX supply_event_done_ms_i ON supply_event (county, done_ms, id);
CREATE UNIQUE INDEX supply_event_corrects_id_u ON supply_event (county, corrects_id) WHERE deleted_ms IS NULL;

CREATE TABLE recall (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	number TEXT,
	lot_id BIGINT NOT NULL,
	level TEXT NOT NULL CHECK (level IN ('one', 'two', 'three')),
	reason TEXT NOT NULL,
	contact TEXT,
	ended_ms BIGINT,
	state TEXT NOT NULL CHECK (state IN ('active', 'ended')),
	PRIMARY KEY (county, id)
);
CREATE INDEX recall_division_i ON recall (county, division);
CREATE INDEX recall_org_i ON recall (county, org_id);
CREATE INDEX recall_person_i ON recall (county, person_id);
CREATE INDEX recall_lot_id_i ON recall (county, lot_id);
CREATE UNIQUE INDEX recall_number_u ON recall (county, number) WHERE deleted_ms IS NULL;

CREATE TABLE scan (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	code TEXT,
	code_id BIGINT,
	lot_id BIGINT NOT NULL,
	at_ms BIGINT,
	place TEXT,
	location BIGINT,
	client TEXT,
	suspicious INTEGER NOT NULL CHECK (suspicious IN (0, 1)),
	PRIMARY KEY (county, id)
);
CREATE INDEX scan_division_i ON scan (county, division);
CREATE INDEX scan_org_i ON scan (county, org_id);
CREATE INDEX scan_person_i ON scan (county, person_id);
CREATE INDEX scan_code_id_i ON scan (county, code_id);
CREATE INDEX scan_lot_id_i ON scan (county, lot_id);
CREATE INDEX scan_at_ms_i ON scan (county, at_ms, id);

CREATE TABLE news (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	version BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	updated_ms BIGINT NOT NULL,
	updated_by BIGINT,
	deleted_ms BIGINT,
	title TEXT NOT NULL,
	kind TEXT NOT NULL CHECK (kind IN ('news', 'notice', 'policy')),
	summary TEXT,
	body TEXT NOT NULL,
	cover BIGINT,
	published_ms BIGINT,
	state TEXT NOT NULL CHECK (state IN ('draft', 'published', 'withdrawn')),
	PRIMARY KEY (county, id)
);
CREATE INDEX news_published_ms_i ON news (county, published_ms, id);


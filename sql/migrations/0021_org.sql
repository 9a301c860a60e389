-- Organisations, people, accounts, county rules, stations and news.
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


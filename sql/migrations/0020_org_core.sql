-- Divisions with their history, the access epoch and the guard against guessing.
CREATE TABLE division (
	county BIGINT NOT NULL,
	code BIGINT NOT NULL,
	name TEXT NOT NULL,
	level INTEGER NOT NULL,
	parent BIGINT NOT NULL,
	lng_e6 BIGINT,
	lat_e6 BIGINT,
	schematic INTEGER NOT NULL DEFAULT 1,
	valid_from_on BIGINT,
	valid_to_on BIGINT,
	merged_into BIGINT,
	PRIMARY KEY (county, code)
);
CREATE INDEX division_parent ON division (county, parent);
CREATE INDEX division_name ON division (county, name);
CREATE INDEX division_merged ON division (county, merged_into);

CREATE TABLE division_change (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	on_date BIGINT NOT NULL,
	kind TEXT NOT NULL CHECK (kind IN ('merge', 'split', 'rename', 'add')),
	code BIGINT NOT NULL,
	into_code BIGINT,
	old_name TEXT,
	new_name TEXT,
	note TEXT,
	created_ms BIGINT NOT NULL,
	created_by BIGINT,
	PRIMARY KEY (county, id)
);
CREATE INDEX division_change_code ON division_change (county, code);

-- Bumped in the transaction of every change to accounts, roles and grants.
CREATE TABLE auth_epoch (
	county BIGINT NOT NULL PRIMARY KEY,
	epoch BIGINT NOT NULL
);

-- Attempts per login and per address; who is a keyed hash, so that it names nobody.
CREATE TABLE login_guard (
	county BIGINT NOT NULL,
	who TEXT NOT NULL,
	failures BIGINT NOT NULL,
	last_ms BIGINT NOT NULL,
	until_ms BIGINT NOT NULL,
	PRIMARY KEY (county, who)
);

-- What proves an account: kept apart from its record, so that no list, export or audit can carry it.
CREATE TABLE credential (
	county BIGINT NOT NULL,
	user_id BIGINT NOT NULL,
	password_phc TEXT,
	password_ms BIGINT,
	password_history TEXT,
	must_change INTEGER NOT NULL DEFAULT 0,
	totp_secret TEXT,
	totp_pending TEXT,
	totp_step BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (county, user_id)
);

-- Files: rows name content by its SHA-256; links say which business rows use a file.
CREATE TABLE file (
	county INTEGER NOT NULL,
	id BIGINT NOT NULL,
	name TEXT NOT NULL,
	type TEXT NOT NULL,
	bytes BIGINT NOT NULL,
	sha256 TEXT NOT NULL,
	width BIGINT,
	height BIGINT,
	created_ms BIGINT NOT NULL,
	created_by BIGINT NOT NULL,
	org_id BIGINT NOT NULL,
	division BIGINT NOT NULL,
	keep_until_ms BIGINT NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE INDEX file_content ON file (sha256);
CREATE INDEX file_org ON file (county, org_id);
CREATE INDEX file_sweep ON file (county, keep_until_ms);

-- Made from a picture: '1600' and '320' pixels on the longer side.
CREATE TABLE file_variant (
	county INTEGER NOT NULL,
	file_id BIGINT NOT NULL,
	variant TEXT NOT NULL,
	bytes BIGINT NOT NULL,
	sha256 TEXT NOT NULL,
	PRIMARY KEY (county, file_id, variant)
);
CREATE INDEX file_variant_content ON file_variant (sha256);

CREATE TABLE file_link (
	county INTEGER NOT NULL,
	resource TEXT NOT NULL,
	record_id BIGINT NOT NULL,
	field TEXT NOT NULL,
	file_id BIGINT NOT NULL,
	is_public INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (county, resource, record_id, field, file_id)
);
CREATE INDEX file_link_file ON file_link (county, file_id);

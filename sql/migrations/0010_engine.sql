-- The engine's own tables: audit trail, outbox, search index.
CREATE TABLE audit (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	at_ms BIGINT NOT NULL,
	actor_kind TEXT NOT NULL,
	actor_id BIGINT,
	actor_name TEXT,
	verb TEXT NOT NULL,
	resource TEXT,
	record_id BIGINT,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	before_json TEXT,
	after_json TEXT,
	comment TEXT,
	request_id TEXT,
	client_ip TEXT,
	digest TEXT,
	PRIMARY KEY (county, id)
);
CREATE INDEX audit_record_i ON audit (county, resource, record_id, id);
CREATE INDEX audit_actor_i ON audit (county, actor_id, id);

-- Nobody changes the trail, whatever path the statement takes.
-- only: sqlite
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
-- only: pg
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''audit is append-only''; END';
CREATE TRIGGER audit_no_update BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
-- both

-- Written with the change, delivered afterwards; pending rows have no done_ms.
CREATE TABLE event (
	county BIGINT NOT NULL,
	id BIGINT NOT NULL,
	at_ms BIGINT NOT NULL,
	name TEXT NOT NULL,
	resource TEXT,
	record_id BIGINT,
	division BIGINT NOT NULL,
	org_id BIGINT,
	person_id BIGINT,
	actor_id BIGINT,
	data TEXT,
	next_ms BIGINT NOT NULL,
	tries BIGINT NOT NULL,
	done_ms BIGINT,
	PRIMARY KEY (county, id)
);
CREATE INDEX event_pending_i ON event (id) WHERE done_ms IS NULL;
CREATE INDEX event_done_i ON event (done_ms);

-- One row per listener of an event that failed somewhere; parked ones stay for people to see.
CREATE TABLE event_delivery (
	county BIGINT NOT NULL,
	event_id BIGINT NOT NULL,
	listener TEXT NOT NULL,
	tries BIGINT NOT NULL,
	next_ms BIGINT NOT NULL,
	done_ms BIGINT,
	parked_ms BIGINT,
	error TEXT,
	PRIMARY KEY (county, event_id, listener)
);
CREATE INDEX event_delivery_parked_i ON event_delivery (parked_ms) WHERE parked_ms IS NOT NULL;

-- Which document of the full-text index belongs to which row; the terms are made by the program.
CREATE TABLE search_doc (
	county BIGINT NOT NULL,
	resource TEXT NOT NULL,
	record_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	PRIMARY KEY (county, resource, record_id)
);
CREATE UNIQUE INDEX search_doc_id_u ON search_doc (id);
-- only: sqlite
CREATE VIRTUAL TABLE search_fts USING fts5(terms, tokenize = "unicode61 remove_diacritics 0", detail = none);
-- only: pg
ALTER TABLE search_doc ADD COLUMN terms TSVECTOR;
CREATE INDEX search_doc_terms_i ON search_doc USING GIN (terms);
-- both

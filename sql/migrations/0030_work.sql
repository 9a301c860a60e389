-- Answers given once, long work and notices.
CREATE TABLE idempotency (
	county INTEGER NOT NULL,
	actor_id BIGINT NOT NULL,
	route TEXT NOT NULL,
	client_key TEXT NOT NULL,
	request_hash TEXT NOT NULL,
	status INTEGER NOT NULL,
	record_id BIGINT,
	reply TEXT,
	created_ms BIGINT NOT NULL,
	PRIMARY KEY (county, actor_id, route, client_key)
);
CREATE INDEX idempotency_age ON idempotency (county, created_ms);

CREATE TABLE job (
	county INTEGER NOT NULL,
	id BIGINT NOT NULL,
	kind TEXT NOT NULL,
	params TEXT,
	state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
	done BIGINT NOT NULL DEFAULT 0,
	total BIGINT NOT NULL DEFAULT 0,
	attempt INTEGER NOT NULL DEFAULT 0,
	run_at_ms BIGINT NOT NULL,
	lease_until_ms BIGINT NOT NULL DEFAULT 0,
	lease_by TEXT,
	cancel INTEGER NOT NULL DEFAULT 0,
	slot BIGINT,
	result TEXT,
	error TEXT,
	started_by BIGINT NOT NULL,
	lang INTEGER NOT NULL DEFAULT 0,
	org_id BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	started_ms BIGINT,
	finished_ms BIGINT,
	PRIMARY KEY (county, id)
);
CREATE INDEX job_due ON job (state, run_at_ms);
CREATE INDEX job_starter ON job (county, started_by, id);
-- A scheduled kind has one row per slot of time, whichever node adds it first.
CREATE UNIQUE INDEX job_slot ON job (county, kind, slot);

CREATE TABLE notice (
	county INTEGER NOT NULL,
	id BIGINT NOT NULL,
	user_id BIGINT NOT NULL,
	title_zh TEXT NOT NULL,
	title_en TEXT NOT NULL,
	body TEXT,
	link TEXT,
	created_ms BIGINT NOT NULL,
	read_ms BIGINT,
	PRIMARY KEY (county, id)
);
CREATE INDEX notice_user ON notice (county, user_id, id);

-- What this database is: one row, written when it is made.
CREATE TABLE installation (
	id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
	county BIGINT NOT NULL,
	demo BIGINT NOT NULL CHECK (demo IN (0, 1)),
	public_url TEXT,
	created_ms BIGINT NOT NULL
);

#include "base/base.h"
#include "db/county_watch.h"
#include "tap.h"
#include "db/testdb.h"

int
main(void)
{
	static const char *const good[] = {
		"SELECT name FROM plot WHERE county = :county AND id = :id",
		"SELECT p.name, t.name FROM plot p JOIN town t ON t.county = p.county AND t.id = p.town_id WHERE p.county = 1",
		"INSERT INTO plot (county, id, name) VALUES (:county, :id, :name)",
		"UPDATE plot SET name = :name WHERE county = :county AND id = :id",
		"DELETE FROM plot WHERE county = :county",
		"SELECT a FROM free WHERE a = :a",
		"SELECT COUNT(*) FROM plot /* all counties: a figure for the operator */",
		"INSERT INTO plot (county, id, name) VALUES (1, 1, '') ON CONFLICT (county, id) DO UPDATE SET name = ''",
		"SELECT x FROM nothing",
	};
	static const char *const bad[] = {
		"SELECT name FROM plot WHERE id = :id",
		"SELECT COUNT(*) FROM plot",
		"SELECT p.name, t.name FROM plot p JOIN town t ON t.id = p.town_id WHERE p.county = :county",
		"UPDATE plot SET name = :name WHERE id = :id",
		"DELETE FROM plot WHERE id = :id",
		"SELECT a FROM free WHERE a IN (SELECT id FROM town)",
		"INSERT INTO plot (county, id, name) SELECT 1, id, name FROM town",
	};
	struct testdb t;
	struct err e = { .lang = LANG_EN };
	const char *why;
	struct county_watch *w;

	if (!testdb_open(&t, DB_SQLITE, &why))
		return 1;
	{
		DB_SESSION db = NULL;

		ASSERT(db_take(t.pool, 1000, &db, &e) == RC_OK);
		ok(db_script(db, "CREATE TABLE plot (county BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT, town_id BIGINT,"
				 " PRIMARY KEY (county, id)); CREATE TABLE free (a BIGINT);"
				 "CREATE TABLE town (county BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT)",
			   &e) == RC_OK,
			"tables");
	}
	w = county_watch_open(t.url + strlen("sqlite:"));
	ok(w != NULL, "watching");
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		ok(county_watch_fault(w, good[i]) == NULL, "good: %s", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ok(county_watch_fault(w, bad[i]) != NULL, "caught: %s", bad[i]);
	county_watch_close(w);
	testdb_close(&t);
	return tap_done();
}

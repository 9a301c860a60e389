/*
 * fixture.h - the whole program over a fresh database, without a port: county
 * 140406 with two organisations, each with a grower, and an account per role.
 *
 *   admin officer operator inspector auditor screen     over the county
 *   enterprise@alpha enterprise@beta                    over their organisation
 *   grower@alpha grower@beta                            over their person
 *   officer@town                                        an officer of one township
 *   nobody                                              an account without grants
 *   anyone                                              not logged in
 */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H
#include "base/base.h"
#include "base/map.h"
#include "tap.h"
#include "db/testdb.h"
#include "client.h"
#include "core/serve.h"

enum { FIXTURE_COUNTY = 140406, FIXTURE_ACCOUNTS = 24 };

struct fixture_account {
	struct str name, login, cookie, csrf;
	int64_t user_id, org_id, person_id;
};

struct fixture {
	struct testdb t;
	struct arena mem;
	struct app app;
	struct log log;
	struct clock clock;
	int64_t ahead_ms;   /* the test clock runs this far ahead of the real one */
	struct serve *serve;
	struct fixture_account accounts[FIXTURE_ACCOUNTS];
	size_t account_count;
	int64_t org[2], person[2], town, village;
	char dir[64];
};
/* False when the engine is not there or the start failed; *why says it. */
bool fixture_open(struct fixture *f, enum db_engine engine, const char **why);
void fixture_close(struct fixture *f);
/* Logs in at first use. NULL for a name that does not exist. */
const struct fixture_account *fixture_account(struct fixture *f, struct str name);
/* The same after its session ended. */
const struct fixture_account *fixture_log_in_again(struct fixture *f, struct str name);
/* Takes over a new cookie and CSRF token from a reply, as a browser would. */
void fixture_adopt(struct fixture *f, const struct fixture_account *as, const struct reply *r);
/* One request as the account (NULL: not logged in). more: further header lines with CRLF. */
struct reply fixture_send(struct fixture *f, struct arena *a, const struct fixture_account *as, struct str method, struct str target,
	struct str more, struct str body);
/* Events and jobs until nothing is pending. */
enum rc fixture_drain(struct fixture *f, struct err *e);
/* A ctx as actor_system with its own session: give the session back with db_give(&c.db). */
enum rc fixture_ctx(struct fixture *f, struct arena *mem, struct ctx *c);
#endif

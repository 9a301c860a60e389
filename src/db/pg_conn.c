#include "base/base.h"
#include "db/pg_priv.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The server's own time-out comes first, so that the connection survives it. */
enum { GRACE_MS = 1000 };

static void
hush(void *arg, const char *message)
{
	(void)arg, (void)message;
}

void
pg_disconnect(struct pg_conn *c)
{
	PQfinish(c->pq);
	c->pq = NULL;
	c->valid_from = c->next_number;
}

/* False when the time is over. */
static bool
wait_socket(PGconn *pq, short events, int64_t until)
{
	struct pollfd p = { .fd = PQsocket(pq), .events = events };
	int n;

	do {
		int64_t left = until - clock_mono(&clock_system);

		if (left <= 0)
			return false;
		n = poll(&p, 1, left > 60000 ? 60000 : (int)left);
	} while (n == 0 || (n < 0 && errno == EINTR));
	return n > 0;
}

static bool
finish_connecting(PGconn *pq, int64_t until)
{
	PostgresPollingStatusType s = PGRES_POLLING_WRITING;

	while (s == PGRES_POLLING_READING || s == PGRES_POLLING_WRITING) {
		if (!wait_socket(pq, s == PGRES_POLLING_READING ? POLLIN : POLLOUT, until))
			return false;
		s = PQconnectPoll(pq);
	}
	return s == PGRES_POLLING_OK;
}

static bool
settle(const struct db_pool *pool, struct pg_conn *c)
{
	char sql[512], *schema = NULL;
	int n = snprintf(sql, sizeof(sql),
		"SET default_transaction_read_only=on; SET statement_timeout=%d;"
		"SET idle_in_transaction_session_timeout=%d; SET client_min_messages=error;"
		"SET standard_conforming_strings=on; SET TimeZone='UTC'; SET bytea_output='hex'",
		pool->deadline_ms, 4 * pool->deadline_ms);

	if (pool->schema != NULL) {
		schema = PQescapeIdentifier(c->pq, pool->schema, strlen(pool->schema));
		if (schema == NULL)
			return false;
		snprintf(sql + n, sizeof(sql) - (size_t)n, "; SET search_path=%s", schema);
		PQfreemem(schema);
	}
	return pg_simple(c, sql, pool->deadline_ms);
}

enum rc
pg_connect(const struct db_pool *pool, struct pg_conn *c, struct err *e)
{
	const char *const keys[] = { "dbname", "client_encoding", "fallback_application_name", NULL };
	const char *const values[] = { pool->url, "UTF8", "ezhen", NULL };
	int64_t until = clock_mono(&clock_system) + pool->deadline_ms;
	enum rc rc = RC_OK;

	pg_disconnect(c);
	cache_clear(&c->cache);
	c->pq = PQconnectStartParams(keys, values, 1);
	ASSERT(c->pq != NULL);
	PQsetNoticeProcessor(c->pq, hush, NULL);
	if (PQstatus(c->pq) == CONNECTION_BAD || !finish_connecting(c->pq, until) ||
		PQsetnonblocking(c->pq, 1) != 0)
		rc = db_unavailable(pool, "storage", PQerrorMessage(c->pq), e);
	else if (!settle(pool, c))
		rc = db_unavailable(pool, "storage", c->pq != NULL ? PQerrorMessage(c->pq) : "lost", e);
	if (rc != RC_OK)
		pg_disconnect(c);
	return rc;
}

static bool
flush(PGconn *pq, int64_t until)
{
	int left;

	while ((left = PQflush(pq)) == 1) {
		/* The server may have to be read from before it takes more. */
		if (!wait_socket(pq, POLLIN | POLLOUT, until) || !PQconsumeInput(pq))
			return false;
	}
	return left == 0;
}

/* One result, or NULL with *end when the answer is complete. False: lost or late. */
static bool
next_result(PGconn *pq, int64_t until, PGresult **r)
{
	while (PQisBusy(pq)) {
		if (!wait_socket(pq, POLLIN, until) || !PQconsumeInput(pq))
			return false;
	}
	*r = PQgetResult(pq);
	return true;
}

bool
pg_good(const PGresult *r)
{
	ExecStatusType s = PQresultStatus(r);

	return s == PGRES_COMMAND_OK || s == PGRES_TUPLES_OK;
}

PGresult *
pg_answer(struct pg_conn *c, bool sent, int deadline_ms)
{
	int64_t until = clock_mono(&clock_system) + deadline_ms + GRACE_MS;
	PGresult *kept = NULL, *r = NULL;
	bool alive = sent && c->pq != NULL && flush(c->pq, until);

	while (alive && (alive = next_result(c->pq, until, &r)) && r != NULL) {
		if (kept != NULL && !pg_good(kept)) {
			PQclear(r);
			continue;
		}
		PQclear(kept);
		kept = r;
	}
	/* libpq makes an error result of its own when the server went away: it carries no SQLSTATE. */
	if (alive && PQstatus(c->pq) == CONNECTION_OK)
		return kept;
	PQclear(kept);
	pg_disconnect(c);
	return NULL;
}

bool
pg_simple(struct pg_conn *c, const char *sql, int deadline_ms)
{
	PGresult *r = pg_answer(c, c->pq != NULL && PQsendQuery(c->pq, sql), deadline_ms);
	bool good = r != NULL && pg_good(r);

	PQclear(r);
	return good;
}

/* DETAIL says "Key (a, b)=(1, 2) …" in whatever language: the columns stand in the first brackets. */
static void
where_of(const PGresult *r, char *out, size_t cap)
{
	const char *table = PQresultErrorField(r, PG_DIAG_TABLE_NAME);
	const char *name = PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME);
	struct str detail = str_from_c(PQresultErrorField(r, PG_DIAG_MESSAGE_DETAIL)), item;
	ptrdiff_t from = str_find(detail, S("("), 0), to = str_find(detail, S(")=("), 0);
	size_t n;

	snprintf(out, cap, "%s", name != NULL ? name : "");
	if (table == NULL || from < 0 || to < from)
		return;
	detail = str_sub(detail, (size_t)from + 1, (size_t)(to - from - 1));
	for (size_t i = 0; i < detail.n; i++)
		if (strchr("()'\" :", detail.p[i]) != NULL && !(i > 0 && detail.p[i] == ' ' && detail.p[i - 1] == ','))
			return;
	n = (size_t)snprintf(out, cap, "%s(", table);
	for (const char *sep = ""; detail.p != NULL && n < cap; sep = ",") {
		item = str_trim(str_cut(&detail, ','));
		n += (size_t)snprintf(out + n, cap - n, "%s" STR_FMT, sep, STR_ARG(item));
	}
	if (n < cap)
		snprintf(out + n, cap - n, ")");
}

static enum rc
constraint_fail(const PGresult *r, const char *state, struct err *e)
{
	char where[64] = "";
	const char *table = PQresultErrorField(r, PG_DIAG_TABLE_NAME);
	const char *column = PQresultErrorField(r, PG_DIAG_COLUMN_NAME);
	const char *name = PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME);

	if (strcmp(state, "23505") == 0) {
		where_of(r, where, sizeof(where));
		return db_constraint("unique", where, e);
	}
	if (strcmp(state, "23503") == 0)
		return db_constraint("foreign-key", NULL, e);
	if (strcmp(state, "23502") == 0 && table != NULL && column != NULL) {
		snprintf(where, sizeof(where), "%s(%s)", table, column);
		return db_constraint("not-null", where, e);
	}
	return db_constraint("check", name, e);
}

static bool
in_class(const char *state, const char *classes)
{
	for (; *classes != 0; classes += 3)
		if (memcmp(state, classes, 2) == 0)
			return true;
	return false;
}

enum rc
pg_fail(const struct db_pool *pool, const PGresult *r, const char *name, struct err *e)
{
	const char *state = r != NULL ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
	const char *words = r != NULL ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : "connection lost or late";

	words = words != NULL ? words : "no words";
	if (state == NULL || strlen(state) != 5)
		return db_unavailable(pool, "storage", words, e);
	if (in_class(state, "23 "))
		return constraint_fail(r, state, e);
	if (strcmp(state, "P0001") == 0)
		return db_constraint("check", NULL, e);
	if (in_class(state, "40 ") || strcmp(state, "55P03") == 0)
		return db_unavailable(pool, "retry", words, e);
	if (strcmp(state, "57014") == 0)
		return db_unavailable(pool, "timeout", words, e);
	if (strcmp(state, "53100") == 0)
		return db_unavailable(pool, "disk-full", words, e);
	if (in_class(state, "54 "))
		return fail_code(e, RC_LIMIT, "too-big", NULL, "内容过大，无法保存", "the value is too large to store");
	if (in_class(state, "22 "))
		return db_bad_value(e);
	if (in_class(state, "08 53 57 58 XX "))
		return db_unavailable(pool, "storage", words, e);
	return db_internal(pool, name, words, e);
}

void
pg_channel(const struct db_pool *pool, const char *channel, char out[64])
{
	snprintf(out, 64, "%s%s%s", pool->schema != NULL ? pool->schema : "", pool->schema != NULL ? "." : "",
		channel);
}

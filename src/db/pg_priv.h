/* pg_priv.h - one PostgreSQL connection with deadlines (pg_conn.c), used by the driver (pg.c) and the listener. */
#ifndef PG_PRIV_H
#define PG_PRIV_H
#include "db/db_priv.h"
#include <libpq-fe.h>

enum { SCRIPT_DEADLINE_MS = 600000 };

struct pg_conn {
	PGconn *pq;            /* NULL after a loss */
	struct db_cache cache;
	uint64_t next_number;  /* of prepared statements, never used twice */
	uint64_t valid_from;   /* numbers below belong to a connection that is gone */
};

/* Opens with our settings. On failure pq stays NULL. */
enum rc pg_connect(const struct db_pool *pool, struct pg_conn *c, struct err *e);
void pg_disconnect(struct pg_conn *c);
/*
 * Sends what a PQsend… call has queued and waits for the answer. The result is the first
 * error, else the last; NULL when the connection was lost or late, and then it is closed.
 */
PGresult *pg_answer(struct pg_conn *c, bool sent, int deadline_ms);
/* Statements without parameters. True when they all succeeded. */
bool pg_simple(struct pg_conn *c, const char *sql, int deadline_ms);
bool pg_good(const PGresult *r);
/* What went wrong, in terms of db.h. r may be NULL: the connection is lost. */
enum rc pg_fail(const struct db_pool *pool, const PGresult *r, const char *name, struct err *e);
/* channel as it is called on the server: two test schemas do not hear each other. */
void pg_channel(const struct db_pool *pool, const char *channel, char out[64]);

struct pg_listener;
/* (Re)starts listening to every channel of pool->listeners; makes the thread when it is the first. */
enum rc pg_listener_update(struct db_pool *pool, struct pg_listener **l, struct err *e);
void pg_listener_stop(struct pg_listener *l);
#endif

/* query_sql_priv.h - a question about many rows on its way to one statement. */
#ifndef CORE_QUERY_SQL_PRIV_H
#define CORE_QUERY_SQL_PRIV_H
#include "core/query_priv.h"

enum { LISTING_BINDS_MAX = 400 };
struct listing_bind {
	char name[8];
	bool text;
	int64_t i;
	struct str s;
};
struct listing {
	struct ctx *c;
	const struct plan *p;
	const struct query *q;
	const char *permission;
	struct sb sql;
	struct scope scope;
	struct str search;
	struct cursor after;
	struct listing_bind binds[LISTING_BINDS_MAX];
	size_t bind_count;
	bool too_many;
	const char *place; /* alias for place columns: "+x" keeps SQLite from walking their indexes */
};
struct listing *listing_new(
	struct ctx *c, const struct plan *p, const struct query *q, const char *permission);
/* One statement each: make a new listing for another. */
enum rc listing_where(struct listing *l) MUST_USE;
enum rc listing_rows(struct listing *l, int limit, const struct cursor *after, struct db_stmt **st) MUST_USE;
enum rc listing_count(struct listing *l, int64_t *count) MUST_USE;
#endif

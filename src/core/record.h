/*
 * record.h - the only way rows of a declared resource are read and written.
 * Every call applies permission, row scope and county; every write runs
 * validation, hooks, audit, search index and event in one transaction.
 * A write called while c->db is already inside a transaction joins it.
 */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H
#include "core/resource.h"
#include "lib/json/json.h"

/* ---- writing ---- */

/*
 * Creates from a JSON object (REST, import, demo). Unknown, read-only and
 * forbidden fields are refused. *id gets the new key. A client may propose the
 * key ("id", a string from an offline phone): a second create with the same key
 * and the same body answers the first row.
 */
enum rc record_create(struct ctx *c, const struct resource *r, const struct json *body, int64_t *id) MUST_USE;
/* Changes the given fields; version is the one read (RC_CONFLICT "stale-version" otherwise). */
enum rc record_update(struct ctx *c, const struct resource *r, int64_t id, int64_t version, const struct json *body) MUST_USE;
enum rc record_delete(struct ctx *c, const struct resource *r, int64_t id, int64_t version) MUST_USE;
/* The only writer of a T_STATE (in on_move the record still shows the old state, m->to is the new). version 0: not compared. One guarded UPDATE: two clerks cannot both win. */
enum rc record_move(struct ctx *c, const struct resource *r, int64_t id, int64_t version, struct str move, struct str comment) MUST_USE;

/* Every number absent (NIL), every text absent, every flag false. Use it before filling a record in C. */
void record_init(const struct resource *r, void *record);
/*
 * From C, inside hooks, jobs and listeners: the record struct is filled by the caller (record_init() first).
 * Server fields are written as given; neither rules nor hooks run; permission is the caller's business. A
 * non-zero id, division, org_id or person_id in *h wins over what the resource's place would give. A zero in a
 * reference, division, point, file or instant is "absent".
 */
enum rc record_insert(struct ctx *c, const struct resource *r, struct record_head *h, void *record) MUST_USE;
/* Writes back a record loaded with record_load(), including server fields. Bumps version, audits, indexes. */
enum rc record_store(struct ctx *c, const struct resource *r, struct record_head *h, void *record) MUST_USE;
/* Workflow from C: checks that m exists and the state allows it; permission is the caller's business. */
enum rc record_move_system(struct ctx *c, const struct resource *r, int64_t id, const char *move, struct str comment) MUST_USE;

/* ---- reading ---- */

/* Loads one row into the C struct (lines too, private values in clear). scope_permission NULL: by county only (for hooks). */
enum rc record_load(struct ctx *c, const struct resource *r, int64_t id, const char *scope_permission, struct record_head *h, void *record) MUST_USE;
/* Prints one row as JSON with its lines, masked for the actor; labels adds "_labels" for references and divisions. */
enum rc record_read(struct ctx *c, const struct resource *r, int64_t id, bool labels, struct json_writer *out) MUST_USE;

struct filter {
	const struct field *field; /* NULL: a system column named by column */
	const char *column;
	enum filter_op { OP_EQ, OP_NE, OP_GTE, OP_LTE, OP_IN, OP_PREFIX, OP_WITHIN /* division subtree */, OP_NULL } op;
	struct str value;          /* as the client wrote it; OP_IN: comma separated, at most 200 */
};
struct query {
	struct filter filters[24];
	size_t filter_count;
	struct str search;         /* full text, one character or more */
	const struct field *sort;  /* NULL: by id */
	bool descending;
	struct str after;          /* keyset cursor from the previous page */
	int limit;                 /* 1..200, default 50 */
	bool count, labels, deleted;
};
/* Reads filters from a request's parameters; unknown names and bad values name the parameter. */
struct http_request;
enum rc query_parse(struct ctx *c, const struct resource *r, const struct http_request *q, struct query *out) MUST_USE;
/* Prints {"items":[…],"next":"…"|null,"count":N?,"labels":{…}?}. action: ACT_LIST or ACT_EXPORT. */
enum rc query_print(struct ctx *c, const struct resource *r, const struct query *q, struct json_writer *out) MUST_USE; /* without lines */
/*
 * Calls back for every row in the query, streaming with bounded memory (export, jobs). Private values are
 * masked unless the actor may unmask the row; lines are not read. What the callback takes from c->mem dies
 * after it; it may use c->db. Sorts served by an index (id, default_sort) stay linear on a million rows.
 */
typedef enum rc query_row_fn(struct ctx *c, void *arg, const struct record_head *h, void *record);
enum rc query_each(struct ctx *c, const struct resource *r, const struct query *q, enum action action, query_row_fn *fn, void *arg) MUST_USE;
enum rc query_count(struct ctx *c, const struct resource *r, const struct query *q, enum action action, int64_t *count) MUST_USE;

/*
 * The one scope function. Appends to sql " AND (…)" limiting alias to what the
 * actor's grants for the permission reach, using parameters named :s0, :s1 …,
 * and binds them later with scope_bind(). Nobody's grants give " AND 1=0".
 * Everything through which rows can leave (list, read, count, search, export,
 * chart, live stream, reference label) goes through here.
 */
struct scope {
	struct { char name[8]; int64_t value; } binds[64];
	size_t count;
	bool everything; /* actor_system */
};
enum rc scope_sql(struct ctx *c, const char *permission, const char *alias, struct sb *sql, struct scope *out) MUST_USE;
void scope_bind(struct db_stmt *st, const struct scope *s);
/* The same question about one row in hand. */
bool scope_covers(const struct actor *a, const char *permission, const struct record_head *h);
#endif

/* db_priv.h - what db.c and the two engines share. */
#ifndef DB_PRIV_H
#define DB_PRIV_H
#include "db/db.h"
#include "db/params.h"
#include <pthread.h>
#include <stdatomic.h>

enum { CACHE_MAX = 256, CACHE_BUCKETS = 512, DEADLINE_MS = 15000, NAME_MAX_BYTES = 48 };

/* A compiled statement, living in the cache of one connection. */
struct db_code {
	struct db_code *chain;       /* same bucket */
	struct db_code *newer, *older;
	uint64_t hash;
	char *text;                  /* as written; params point into it */
	size_t text_n;
	char name[NAME_MAX_BYTES];
	struct params params;
	void *sqlite;                /* sqlite3_stmt */
	uint64_t pg_number;          /* prepared as "s<number>"; 0: not (any more) on this connection */
	bool busy, cached;
};

struct db_cache {
	struct db_code *bucket[CACHE_BUCKETS];
	struct db_code *newest, *oldest;
	int count;
	void (*forget)(void *owner, struct db_code *code);
	void *owner;
};
/* An idle compiled statement of this text, now busy, or NULL. */
struct db_code *cache_take(struct db_cache *c, struct str text);
/* A new one, busy, with its parameters found and native text made; NULL with *e set. */
struct db_code *cache_new(struct db_cache *c, const struct db_sql *sql, char sigil, struct arena *mem,
	struct str *native, struct err *e);
/* Remembers it, unless another of the same text is there already; forgets the oldest idle one beyond CACHE_MAX. */
void cache_add(struct db_cache *c, struct db_code *code);
void cache_release(struct db_cache *c, struct db_code *code);
/* Takes it out for good (it is of no use any more). */
void cache_drop(struct db_cache *c, struct db_code *code);
/* Forgets everything idle; the rest is freed at its release. */
void cache_clear(struct db_cache *c);

struct db_stmt {
	struct db *db;
	struct db_code *code;        /* NULL once the transaction it was prepared in has ended */
	struct db_cache *cache;
	struct db_stmt *next, **link; /* live statements of the session */
	bool in_tx;                  /* prepared inside a transaction */
	bool writer;                 /* SQLite: lives on the writer's connection */
	bool started, done, bad_text;
	int expect;                  /* the parameter most likely bound next */
	void *pg;                    /* struct pg_run */
};

enum bind_kind { BIND_NULL, BIND_I64, BIND_TEXT, BIND_BLOB };

struct db_driver {
	enum db_engine engine;
	char sigil;
	enum rc (*pool_open)(struct db_pool *pool, const struct db_options *o, struct err *e);
	void (*pool_close)(struct db_pool *pool);
	enum rc (*open)(struct db *db, struct err *e);
	enum rc (*check)(struct db *db, struct err *e); /* before it is handed out again */
	void (*close)(struct db *db);
	enum rc (*script)(struct db *db, const char *text, struct err *e);
	struct db_cache *(*cache)(struct db *db);
	enum rc (*compile)(struct db_stmt *st, struct str native, struct err *e);
	void (*bind)(struct db_stmt *st, int index, enum bind_kind kind, int64_t n, struct str s);
	enum rc (*step)(struct db_stmt *st, bool *row, struct err *e);
	/* DB_FAULT_LOST at a statement. RC_OK: the next step meets the loss by itself. */
	enum rc (*lose)(struct db_stmt *st, struct err *e);
	int64_t (*changes)(struct db_stmt *st);
	void (*reset)(struct db_stmt *st);
	void (*finish)(struct db_stmt *st);
	int (*col_count)(const struct db_stmt *st);
	const char *(*col_name)(const struct db_stmt *st, int col);
	bool (*col_null)(struct db_stmt *st, int col);
	int64_t (*col_i64)(struct db_stmt *st, int col);
	struct str (*col_str)(struct db_stmt *st, int col);
	struct str (*col_blob)(struct db_stmt *st, int col);
	enum rc (*begin)(struct db *db, struct err *e);
	enum rc (*commit)(struct db *db, struct err *e);
	void (*rollback)(struct db *db);
	/* Savepoints of nested transactions. A false answer: the whole transaction is lost. */
	bool (*nest)(struct db *db, const char *command, struct err *e);
	enum rc (*notify)(struct db *db, const char *channel, struct str payload, struct err *e);
	enum rc (*listen)(struct db_pool *pool, struct err *e);
	enum rc (*snapshot)(struct db_pool *pool, const char *path, struct err *e);
	enum rc (*checkpoint)(struct db_pool *pool, struct err *e);
	void (*stats)(struct db_pool *pool, struct db_stats *out);
};
extern const struct db_driver db_driver_sqlite, db_driver_pg;

/* News waiting for the commit of a transaction. */
struct db_news {
	struct db_news *next;
	char channel[44];
	size_t n;
	char payload[];
};

struct db_listener {
	struct db_listener *next;
	char channel[44];
	void (*fn)(void *arg, struct str payload);
	void *arg;
};

struct db {
	struct db_pool *pool;
	const struct db_driver *driver;
	struct db *next_idle;
	int depth;                   /* 0: no transaction */
	bool broken;                 /* a statement of the transaction failed: it can only roll back */
	bool lost;                   /* the engine has already rolled everything back */
	struct db_stmt *live;
	struct db_news *news, **news_end;
	void *impl;
};

struct db_pool {
	const struct db_driver *driver;
	char *url, *schema;
	int sessions_max, deadline_ms, batch_ms;
	const struct clock *clock;
	const struct log *log;
	const struct db_fault *fault;
	const struct db_watch *watch;
	bool create, read_only;
	pthread_mutex_t mu;
	pthread_cond_t returned;
	struct db *idle;
	int open, taken;
	struct db_listener *listeners; /* under mu */
	atomic_llong commits, batches, rollbacks, statements, retries;
	void *impl;
};

enum db_outcome db_ask(const struct db_pool *pool, enum db_point point, const char *name);
/* RC_UNAVAILABLE in the words for people; the engine's own go to the log. */
enum rc db_unavailable(const struct db_pool *pool, const char *code, const char *engine_words, struct err *e);
/* RC_INTERNAL with the engine's words. */
enum rc db_internal(const struct db_pool *pool, const char *name, const char *engine_words, struct err *e);
/* The four kinds of constraint, named as in db.h; where as described there. */
enum rc db_constraint(const char *code, const char *where, struct err *e);
enum rc db_bad_value(struct err *e);
/* Finishes the statements prepared in the transaction that ends now. */
void db_detach(struct db *db);
/* Hands news to the listeners of this process. payload may be absent. */
void db_deliver(struct db_pool *pool, const char *channel, struct str payload);
#endif

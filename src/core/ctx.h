/* ctx.h - everything one request, job or command may touch. Passed first, never global. */
#ifndef CORE_CTX_H
#define CORE_CTX_H
#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/str.h"
#include "base/time.h"
#include "db/db.h"

struct resource;
struct record_head;
struct module;
struct keyring;
struct id_source;
struct live;
struct jobs;
struct store;
struct sandbox;
struct app_index;
struct auth;
struct dispatcher;
struct route_match;
struct page_set;
struct serve;

/*
 * One grant: a role within a division subtree, an organisation and a person.
 * Zero org or person means any. The scope of a request is the union of the
 * grants that hold the permission asked for.
 */
struct grant {
	int64_t division_lo, division_hi; /* 12-digit codes, inclusive */
	int64_t org_id, person_id;
	const char *const *permissions; /* ends with NULL; "module.verb", or "*" */
};

enum actor_kind { ACTOR_NOBODY, ACTOR_USER, ACTOR_TOKEN, ACTOR_SYSTEM };

struct actor {
	enum actor_kind kind;
	int64_t user_id, session_id;
	int64_t org_id, person_id; /* own organisation and person, 0 for none */
	struct str name;
	const struct grant *grants;
	size_t grant_count;
	bool second_factor;      /* proven within the session */
	bool must_change;        /* password must be changed before anything else */
	bool unmask;             /* may see personal data where its grants reach (permission org.unmask) */
};
extern const struct actor actor_nobody;
/* For jobs, demo and commands: every permission in the county. */
extern const struct actor actor_system;

/* The program as built and configured: main fills it once, afterwards it is only read. */
struct app {
	const struct module *const *modules;      /* ends with NULL */
	const struct resource *const *resources;  /* ends with NULL, parents before children */
	const struct app_index *index;            /* lookups built at start by app_index_build() */
	struct db_pool *pool;
	struct id_source *ids;
	struct keyring *keys;
	struct live *live;
	struct jobs *jobs;
	struct dispatcher *events; /* woken after every commit that emitted events; NULL in tests and commands */
	struct store *files;
	struct sandbox *sandbox;
	struct auth *auth;       /* grants cache and hashing slots, auth_new(); NULL: no cache, default cost */
	const struct page_set *pages; /* compiled templates */
	struct serve *serve;     /* the running server, NULL in commands */
	void **module_states;    /* in the order of modules; NULL in commands. Read with module_state() */
	const struct clock *clock;
	const struct rand *rand;
	const struct log *log;
	int64_t county;          /* 6-digit code this installation serves by default */
	const char *data_dir;
	const char *public_url;  /* "https://…" printed into QR codes, no trailing slash */
	bool demo;               /* demo data is present: every face says so */
};

/* One wrong field of a body: path such as "readings[2].sample_e4" and a sentence in the reader's language. */
struct field_error {
	struct str field, text;
};
enum { FIELD_ERRORS_MAX = 50 };

struct ctx {
	const struct app *app;
	struct arena *mem;           /* dies with the request */
	struct db *db;               /* this worker's session */
	const struct actor *actor;
	int64_t county;              /* every statement of the record layer is bound to it */
	int64_t now_ms;              /* read once per request */
	enum lang lang;
	struct str request_id, client_ip;
	const char *idempotency_key; /* or NULL */
	const struct route_match *match; /* of this request; read with path_param() */
	struct err err;              /* the first of errors when there are several */
	struct field_error *errors;  /* every wrong field of the last body, for the problem's "errors" */
	size_t error_count;
	bool emitted;                /* events were written in the open transaction: wake the dispatcher after it */
};

/* A ctx for work without a request (jobs, commands, tests), as actor_system. The caller owns mem and db. */
struct ctx ctx_system(const struct app *app, struct arena *mem, struct db *db);

/* True when any grant holds the permission. NULL permission: nobody. */
bool actor_may(const struct actor *a, const char *permission);
bool grant_holds(const struct grant *g, const char *permission);
/* The label of the reader's language. */
const char *tr(const struct ctx *c, struct text t);

/* ---- keys: 42 bits of ms since 2020-01-01, 10 bits node, 12 bits sequence; never zero, ascending ---- */
struct id_source *id_source_new(struct arena *a, int node, const struct clock *clock);
int64_t id_new(struct id_source *s); /* thread-safe */
int64_t id_time_ms(int64_t id);
#endif

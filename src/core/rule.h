/*
 * rule.h - dated rules of a county. Every number of the programme that a
 * county may decide (limits, deadlines, policies) is a named rule: modules
 * declare it with a preset, the county overrides it from a day on by a row of
 * county-rules, and a decision stores the id of the row it used, so that it
 * can be explained later.
 */
#ifndef CORE_RULE_H
#define CORE_RULE_H
#include "core/ctx.h"
#include "lib/json/json.h"

enum rule_type {
	RULE_INT = 1, /* integer from min to max */
	RULE_BOOL,
	RULE_ENUM, /* string, one of choices */
	RULE_JSON, /* any JSON, at most max bytes (default 4096) */
};

/* A rule a module knows. Tables end with { 0 }. */
struct rule_preset {
	const char *name; /* "trace.inhibition_limit_bp" */
	struct text label, help;
	enum rule_type type;
	int64_t min, max;
	const char *choices; /* RULE_ENUM: "djbh|asvs" */
	const char *value;   /* JSON text that applies until the county says otherwise */
};

/* Rules of the core itself: sessions, passwords, log-in. */
extern const struct rule_preset core_presets[];

/* NULL when no module declares the name. */
const struct rule_preset *rule_preset_find(const struct app *app, struct str name);
/* Refuses a value that does not fit the preset; text is JSON. */
enum rc rule_value_check(struct ctx *c, const struct rule_preset *p, struct str json_text) MUST_USE;
/*
 * The value in force on the date (days since 1970; NIL: today): the county's
 * row with the newest from_on <= date, else the preset. *rule_id (may be NULL)
 * gets the row used, 0 for the preset. A name nobody declares is our mistake.
 */
enum rc rule_json(struct ctx *c, const char *name, int64_t on_date, const struct json **value, int64_t *rule_id) MUST_USE;
enum rc rule_i64(struct ctx *c, const char *name, int64_t on_date, int64_t *value, int64_t *rule_id) MUST_USE;
/* RULE_ENUM (or a JSON string); the text lives in c->mem. */
enum rc rule_text(struct ctx *c, const char *name, int64_t on_date, struct str *value, int64_t *rule_id) MUST_USE;
#endif

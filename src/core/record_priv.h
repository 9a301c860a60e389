/* record_priv.h - the inside of the record layer: what create, update, move, query and audit share. */
#ifndef CORE_RECORD_PRIV_H
#define CORE_RECORD_PRIV_H
#include "core/plan_priv.h"
#include "core/record.h"
#include "core/value.h"

/* Number of system columns in front of a plan's fields: id to deleted_ms, or id alone for lines. */
enum { HEAD_COLUMNS = 10, LINE_HEAD_COLUMNS = 1 };

/* ---- record_sql.c: members to parameters and columns to members ---- */
/* Binds a field's value under its own name (and NAME_h); seals private ones for the row's id. */
void field_bind(struct ctx *c, const struct resource *r, const struct field *f, struct db_stmt *st,
	int64_t id, struct value v);
/* Reads the plan's columns of the current row. RC_INTERNAL when a sealed value was altered. */
enum rc columns_read(struct ctx *c, const struct plan *p, struct db_stmt *st, struct record_head *h,
	void *record) MUST_USE;
/* The blind hash of a value of a private field. */
struct str field_blind(struct ctx *c, const struct resource *r, const struct field *f, struct str plain);
struct str copy_str(struct arena *a, struct str s);
/* Inserts the row as it stands (no checks). */
enum rc row_insert(
	struct ctx *c, const struct plan *p, const struct record_head *h, const void *record) MUST_USE;
/*
 * One guarded UPDATE of every field that differs from before; the row must still have h->version (and, when
 * state is given, that state). Bumps h->version. RC_CONFLICT "stale-version" when it does not.
 */
enum rc row_update(struct ctx *c, const struct plan *p, struct record_head *h, const void *record,
	const void *before, struct str state) MUST_USE;
/* True when some field (lines included) differs. */
bool record_differs(struct ctx *c, const struct plan *p, const void *a, const void *b);
bool field_differs(struct ctx *c, const struct field *f, const void *a, const void *b);

/* ---- record_lines.c ---- */
enum rc lines_load(struct ctx *c, const struct plan *p, int64_t id, void *record) MUST_USE;
/* Replaces the lines of every line field that differs from before (NULL: all). */
enum rc lines_write(struct ctx *c, const struct plan *p, const struct record_head *h, const void *record,
	const void *before) MUST_USE;
/* Reads a JSON array into the member; errors go to the list under "field[i].part". */
void lines_from_json(struct ctx *c, const struct field *f, const struct json *j, void *record);

/* ---- validate.c ---- */
enum body_kind { BODY_CREATE, BODY_UPDATE };
/* Forgets earlier field errors. */
void errors_clear(struct ctx *c);
/* Adds one sentence to the list (at most FIELD_ERRORS_MAX; the first on a field wins). */
void errors_add(struct ctx *c, const char *field, struct str text);
/* RC_OK when the list is empty, else the first error as RC_INVALID (or rc). */
enum rc errors_result(struct ctx *c, enum rc rc) MUST_USE;
/* Single values, unknown and read-only names, defaults, required and conditional fields: no database. */
void validate_body(struct ctx *c, const struct plan *p, enum body_kind kind, const struct json *body,
	void *record, const void *before);
/* References, divisions, uniques; in the transaction. before NULL: all, else what differs. scoped: as the
 * actor sees. */
enum rc validate_stored(struct ctx *c, const struct plan *p, const struct record_head *h, const void *record,
	const void *before, bool scoped) MUST_USE;
/* Required fields, lengths, choices of a record made in C. */
enum rc validate_record(struct ctx *c, const struct plan *p, const void *record) MUST_USE;
/* The table's rules. */
enum rc validate_rules(
	struct ctx *c, const struct resource *r, const void *record, const void *before) MUST_USE;

/* ---- place.c ---- */
/* Division, organisation and person of the row from the resource's place; h->version 0: the row is new. */
enum rc place_row(struct ctx *c, const struct plan *p, struct record_head *h, void *record) MUST_USE;
/* Division and owners of a living row. */
enum rc place_of(
	struct ctx *c, const struct plan *p, int64_t id, struct record_head *h, bool *found) MUST_USE;
/* After a row's place changed: the rows that inherit it, and theirs. */
enum rc place_cascade(struct ctx *c, const struct plan *p, const struct record_head *h) MUST_USE;

/* ---- record.c, record_change.c ---- */
/* The permission of an action; EXPORT falls back to LIST, IMPORT to CREATE. */
const char *action_permission(const struct resource *r, enum action a);
/* Loads a row, deleted ones only when asked. RC_NOT_FOUND. */
enum rc row_load(struct ctx *c, const struct plan *p, int64_t id, bool deleted, struct record_head *h,
	void *record) MUST_USE;
/* RC_OK when the actor's grants for the permission cover the row; RC_DENIED when it may only read it; else
 * RC_NOT_FOUND. */
enum rc row_allowed(struct ctx *c, const struct resource *r, const char *permission,
	const struct record_head *h) MUST_USE;
enum rc not_found(struct ctx *c) MUST_USE;
enum rc denied(struct ctx *c) MUST_USE;
enum rc stale_version(struct ctx *c) MUST_USE;
/* A hook's own refusal of a well-formed record is a broken rule, not a malformed request. */
enum rc hook_result(struct ctx *c, enum rc rc) MUST_USE;
/* The statements of a change that was judged: row, lines, rows that inherit its place, search, files, audit,
 * event. */
enum rc change_write(struct ctx *c, const struct plan *p, struct record_head *h,
	const struct record_head *old, const void *record, const void *before, const char *verb,
	struct str state) MUST_USE;
/* Gives the record its own line arrays, so that a hook cannot reach the copy before the change. */
void lines_own(struct ctx *c, const struct plan *p, void *record);
/* Search index, file links, audit and event of a change; before NULL at creation, after NULL at deletion.
 * digest: keyed hash of the body of a client-keyed creation, or absent. */
enum rc row_published(struct ctx *c, const struct plan *p, const struct record_head *h, const char *verb,
	const void *before, const void *after, struct str digest) MUST_USE;
/* A copy of the record struct in the arena (texts shared). */
void *record_copy(struct ctx *c, const struct plan *p, const void *record);

/*
 * A transaction that joins one already open. work_done() commits its own, wakes the dispatcher, and
 * leaves a joined one to its owner.
 */
struct work {
	struct db_tx tx;
	bool own;
};
#define WORK CLEANUP(work_cleanup) struct work
enum rc work_begin(struct ctx *c, struct work *w) MUST_USE;
enum rc work_done(struct ctx *c, struct work *w) MUST_USE;
void work_cleanup(struct work *w);

/* ---- record_print.c ---- */
enum { PRINT_LINES = 1, PRINT_DELETED = 2 };
/* May this row's personal data be shown in clear? */
bool may_unmask(const struct ctx *c, const struct record_head *h);
/* Members of one row between begin and end, "_may" included. Masks in place of unsealed values unless clear.
 */
void record_print_members(struct ctx *c, const struct plan *p, const struct record_head *h,
	const void *record, unsigned flags, bool clear, struct json_writer *w);
/* Replaces private values in the struct (lines too) by their masked form. */
void record_mask(struct ctx *c, const struct plan *p, void *record);

/* ---- labels.c ---- */
struct labels;
struct labels *labels_new(struct ctx *c, const struct plan *p);
/* Notes the references, divisions and people of a row. */
void labels_note(struct ctx *c, struct labels *l, const struct record_head *h, const void *record);
/* {"plots":{…},"divisions":{…},"users":{…}}, one statement per referenced resource and 60 keys. */
enum rc labels_print(struct ctx *c, struct labels *l, struct json_writer *w) MUST_USE;

/* Scope for a resource: county-wide ones are visible to every holder of the permission. */
enum rc scope_sql_of(struct ctx *c, const struct resource *r, const char *permission, const char *alias,
	struct sb *sql, struct scope *out) MUST_USE;
#endif

/*
 * resource.h - the declaration language of the platform.
 *
 * A business record is described once, as constant data. From that one table
 * the core derives the SQL schema on both engines, REST routes, validation,
 * permission, row scope, audit, workflow, search, OpenAPI, the metadata that
 * screens render from, spreadsheets, and the tests of every field and move.
 * resource_check() refuses a contradictory table at start-up.
 *
 * Every table also has these system columns, which no declaration repeats:
 *   county INTEGER, id         primary key (county, id)
 *   division, org_id, person_id   the row's place and owners: what grants compare with
 *   version, created_ms, created_by, updated_ms, updated_by, deleted_ms
 */
#ifndef CORE_RESOURCE_H
#define CORE_RESOURCE_H
#include "core/ctx.h"

struct record_head;

/*
 * Field types, with the C member, the JSON form and the SQL column.
 * JSON integers are exact; keys are JSON strings because browsers lose bits.
 */
enum field_type {
	T_TEXT = 1, /* struct str · string · TEXT; .max is characters, required */
	T_LONGTEXT, /* struct str · string with line breaks · TEXT */
	T_CODE,     /* struct str · string of A-Z 0-9 - (folded to upper case) · TEXT */
	T_INT,      /* int64 · integer · BIGINT; .min .max when max > min */
	T_QTY,      /* int64 thousandths · integer · BIGINT; name ends _milli; .unit = UN/ECE code */
	T_MONEY,    /* int64 fen · integer · BIGINT; name ends _fen */
	T_RATE,     /* int64 ten-thousandths · integer · BIGINT; name ends _bp */
	T_BOOL,     /* bool · boolean · INTEGER 0/1; never null */
	T_DATE,     /* int64 days · "YYYY-MM-DD" · BIGINT; name ends _on */
	T_TIME,     /* int64 ms · integer ms since 1970 (RFC 3339 text accepted) · BIGINT; name ends _ms */
	T_ENUM,     /* struct str · one of .choices · TEXT with CHECK */
	T_STATE,    /* struct str · one of .states, only moves write it · TEXT with CHECK */
	T_REF,      /* int64 · key as string · BIGINT; .ref; checked to exist within scope; name ends _id */
	T_DIVISION, /* int64 · 12-digit code as string · BIGINT; must exist in the county's table */
	T_GEO,      /* int64 packed · {"lng":113.228451,"lat":36.334102} with 6 decimals · BIGINT */
	T_FILE,     /* int64 · file key as string · BIGINT */
	T_FILES,    /* struct str · array of file keys · TEXT "key,key"; .max files (default 9) */
	T_PHONE,    /* struct str · normalised 11 digits or landline · TEXT */
	T_IDNO,     /* struct str · resident identity number, GB 11643 · TEXT; must be .private */
	T_USCC,     /* struct str · unified social credit code, GB 32100 · TEXT */
	T_EMAIL,    /* struct str · TEXT */
	T_URL,      /* struct str · https:// or http:// · TEXT */
	T_JSON,     /* struct str · any JSON value up to .max bytes · TEXT */
	T_LINES,    /* struct rows · array of objects · a table of its own; .lines = child resource */
};
enum member_type { M_I64, M_BOOL, M_STR, M_ROWS };

/* The items of a T_LINES member: an array of the child's record struct. */
struct rows {
	void *items;
	size_t count;
};

/* clang-format off */
/*
 * One field: FIELD(member, "中文", "English", T_…, .more = …). RECORD is #defined
 * by the file to its struct; a member type the platform cannot carry does not compile.
 */
#define FIELD(member, zh_, en_, type_, ...)                                    \
	{ .name = #member, .label = { zh_, en_ }, .type = type_,               \
	  .at = offsetof(RECORD, member),                                      \
	  .as = _Generic(((RECORD *)0)->member, int64_t: M_I64, bool: M_BOOL,  \
		struct str: M_STR, struct rows: M_ROWS),                       \
	  __VA_ARGS__ }
/* clang-format on */

enum tone { TONE_NONE, TONE_OK, TONE_WARN, TONE_BAD, TONE_INFO };

struct choice {
	const char *value;
	struct text label;
	enum tone tone;
};
#define CHOICE(value_, zh_, en_, ...) { .value = value_, .label = { zh_, en_ }, __VA_ARGS__ }

struct field {
	const char *name;
	struct text label, help, group; /* group: heading on forms */
	enum field_type type;
	enum member_type as;
	size_t at;
	int64_t min, max;
	const char *unit;             /* UN/ECE Rec 20 code: "KGM", "MU" (亩), … see core/unit.h */
	const char *unit_field;       /* or: name of the T_ENUM field that holds the unit */
	const char *ref;              /* T_REF: resource name */
	const struct choice *choices; /* ends with { 0 } */
	const struct resource *lines; /* T_LINES */
	const char *default_;         /* JSON form, applied when the client says nothing */
	const char *accept;           /* T_FILE(S): "image", "video", "pdf", "sheet", comma separated */
	/* Conditional rule: required when field `when` has one of the comma-separated values `is`. */
	const char *required_when, *required_is;
	int width;                    /* list column, px; 0 lets the screen choose */
	bool required : 1;
	bool unique : 1;     /* within the county, among rows not deleted */
	bool fixed : 1;      /* set at creation, never changed */
	bool server : 1;     /* clients may read it, not write it; hooks compute it */
	bool private : 1;    /* personal data: encrypted at rest, masked unless the role may see */
	bool secret : 1;     /* never leaves the server in any form (password hash) */
	bool search : 1;     /* in the full-text index (never together with private) */
	bool list : 1;       /* a column of the list */
	bool filter : 1;     /* offered as a filter on screens (every non-private field can be filtered by API) */
	bool title : 1;      /* names the row in references; exactly one per resource */
	bool secondary : 1;  /* second line under the title in lists */
	bool mobile : 1;     /* kept in the phone's card */
	bool public : 1;     /* may appear on public pages */
	bool no_sort : 1;
};

/* A multi-column unique rule; fields ends with NULL. */
struct unique_rule {
	const char *name;
	const char *fields[5];
	struct text message;
};

/* A check across fields, run after single fields are valid, before hooks. */
struct rule {
	const char *name;
	enum rc (*check)(struct ctx *c, const void *record, const void *before /* NULL at creation */);
};

struct move {
	const char *name;
	struct text label;
	const char *from; /* one state, or several separated by '|' */
	const char *to;
	const char *may;        /* NULL: nobody; only record_move_system() makes it, and screens do not offer it */
	struct text confirm;    /* question before doing it; names the consequence */
	bool comment : 1;       /* a comment must be given */
	bool danger : 1;
	bool primary : 1;
};

enum action { ACT_LIST, ACT_READ, ACT_CREATE, ACT_UPDATE, ACT_DELETE, ACT_EXPORT, ACT_IMPORT, ACT_COUNT };

/* Where division, org_id and person_id of a new row come from. */
enum place {
	/* From the row's own fields division / org_id / person_id when declared, else the actor's organisation and
	 * person; without a division of its own the row stands where its organisation does, or at the county. */
	PLACE_FIELDS,
	PLACE_PARENT,  /* copied from the row that field `inherits` refers to */
	PLACE_COUNTY,  /* the county itself: visible to every grant that holds the permission (catalogues, rules) */
	PLACE_SELF,    /* organisations and people: org_id is the row's own id, or person_id when org_id is declared */
};

struct resource {
	const char *name;   /* plural with hyphens, the URL: "farm-operations" */
	struct text label, help;
	const char *table;  /* singular with underscores: "farm_operation" */
	const char *icon;   /* tabler icon name for menus */
	const char *group;  /* menu group key of the module, or NULL to keep it out of menus */
	const struct field *fields; /* ends with { 0 } */
	const struct choice *states;
	const struct move *moves;
	const struct unique_rule *uniques;
	const struct rule *rules;
	size_t record_size;
	enum place place;
	const char *inherits;        /* PLACE_PARENT: the T_REF field */
	const char *parent;          /* line resource: name of its owner; it has no routes of its own */
	const char *default_sort;    /* "-done_ms"; default "-id" */
	const char *may[ACT_COUNT];  /* permission; NULL: nobody. EXPORT defaults to LIST, IMPORT to CREATE */
	bool append_only : 1;        /* no update, no delete: corrections are new rows */
	bool no_audit_values : 1;
	bool quiet : 1;              /* made in bulk by the program (trace codes, scans): creation writes neither audit nor event */
	/*
	 * Hooks run inside the transaction, after validation. record is the RECORD with its
	 * member `id` etc. reachable through struct record_head *h. before is NULL at creation.
	 */
	enum rc (*on_create)(struct ctx *c, struct record_head *h, void *record);
	enum rc (*on_update)(struct ctx *c, struct record_head *h, void *record, const void *before);
	enum rc (*on_move)(struct ctx *c, struct record_head *h, void *record, const struct move *m);
	enum rc (*on_delete)(struct ctx *c, struct record_head *h, const void *record);
};

/* The system columns of a row in hand. */
struct record_head {
	int64_t county, id, division, org_id, person_id;
	int64_t version, created_ms, created_by, updated_ms, updated_by, deleted_ms;
	struct str comment; /* of a move */
};

/* Packed point: see T_GEO. Micro-degrees, WGS84. */
int64_t geo_pack(int64_t lng_e6, int64_t lat_e6);
void geo_unpack(int64_t geo, int64_t *lng_e6, int64_t *lat_e6);

const struct resource *resource_find(const struct app *app, struct str name);
const struct field *field_find(const struct resource *r, struct str name);
/* Refuses a table that contradicts itself: reference to nothing, text without maximum, naming rules of
 * enum field_type broken, private without type for masking, move between unknown states, … */
enum rc resource_check(const struct app *app, const struct resource *r, struct err *e) MUST_USE;
enum rc app_index_build(struct app *app, struct arena *mem, struct err *e) MUST_USE;
#endif

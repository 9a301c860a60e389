/*
 * json.h - strict reading (RFC 8259 over jansson: bad UTF-8, duplicate keys,
 * integer overflow, depth over 32 and more than 10,000 items in one array are
 * refused) and a writer that cannot produce malformed output.
 */
#ifndef LIB_JSON_H
#define LIB_JSON_H
#include "base/err.h"
#include "base/str.h"

enum json_type { J_NULL, J_FALSE, J_TRUE, J_INT, J_REAL, J_STRING, J_ARRAY, J_OBJECT };

/* A value in the arena. Objects keep the order of their members. */
struct json {
	enum json_type type;
	int64_t i;             /* J_INT */
	double real;           /* J_REAL; only coordinates may use it */
	struct str s;          /* J_STRING; J_REAL: its source text */
	size_t count;          /* J_ARRAY, J_OBJECT */
	struct json *items;    /* array items or member values */
	struct str *names;     /* J_OBJECT */
};
/* RC_INVALID with line and column on malformed text. bytes_max bounds the text. */
enum rc json_parse(struct arena *a, struct str text, size_t bytes_max, struct json **out, struct err *e) MUST_USE;
/* Member by name, or NULL. */
const struct json *json_get(const struct json *o, const char *name);
/* Text of a string member, absent when missing or of another type. */
struct str json_text(const struct json *o, const char *name);
/* Integer member (JSON integer, or string of digits), NIL when missing or of another type. */
int64_t json_i64(const struct json *o, const char *name);
bool json_bool(const struct json *o, const char *name);

/* Writes into a struct sb; commas, quotes and escapes are its business. U+2028/9 and '<' are escaped, so
 * that output may stand inside a script element. */
struct json_writer {
	struct sb *out;
	int depth;
	bool comma[40];
};
void json_writer_init(struct json_writer *w, struct sb *out);
void json_begin(struct json_writer *w);      /* { */
void json_end(struct json_writer *w);        /* } */
void json_list(struct json_writer *w);      /* [ */
void json_list_end(struct json_writer *w);  /* ] */
void json_key(struct json_writer *w, const char *name);
void json_key_str(struct json_writer *w, struct str name);
void json_put_str(struct json_writer *w, struct str s); /* absent writes null */
void json_put_c(struct json_writer *w, const char *z);
void json_put_i64(struct json_writer *w, int64_t v);    /* NIL writes null */
void json_put_id(struct json_writer *w, int64_t id);    /* as string; NIL and 0 write null */
void json_put_scaled(struct json_writer *w, int64_t v, int scale); /* decimal number */
void json_put_bool(struct json_writer *w, bool v);
void json_put_null(struct json_writer *w);
void json_put_raw(struct json_writer *w, struct str json); /* trusted, complete JSON text */
/* Key and value in one call. */
void json_str(struct json_writer *w, const char *name, struct str s);
void json_c(struct json_writer *w, const char *name, const char *z);
void json_int(struct json_writer *w, const char *name, int64_t v);
void json_id(struct json_writer *w, const char *name, int64_t id);
void json_flag(struct json_writer *w, const char *name, bool v);
/* {"zh":…,"en":…} */
void json_label(struct json_writer *w, const char *name, struct text t);
/* Prints a parsed value back, canonical: members in given order, no spaces. */
void json_print(struct json_writer *w, const struct json *v);
#endif

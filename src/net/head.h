/*
 * head.h - everything about a request head that is ours to judge: the target,
 * the query, header fields, framing, cookies, ranges, languages and encodings.
 * Pure functions over bytes, so that they can be fuzzed without a socket.
 *
 * Functions that judge return an HTTP status, 0 when there is nothing to say.
 */
#ifndef NET_HEAD_H
#define NET_HEAD_H
#include "base/str.h"
#include "net/http.h"

enum {
	HEAD_LINE_MAX = 8192,  /* method, target and version with their blanks, without CR LF */
	HEAD_FIELDS_MAX = 100,
	HEAD_PARAMS_MAX = 100,
	HEAD_HOST_MAX = 255,
};

struct head_field {
	struct str name, value;
};

struct head {
	enum http_method method;
	struct str target; /* as sent */
	int minor;         /* of HTTP/1.x */
	struct head_field fields[HEAD_FIELDS_MAX];
	size_t field_count;
};

/* How long the body is, as the head says. */
struct framing {
	int64_t length; /* 0 when there is no body, -1 when chunked */
	bool chunked, has_length;
};

/* The method of a name: HTTP_OTHER for names that are tokens but not ours. */
enum http_method head_method(struct str name);
/* RFC 9110 token. */
bool head_is_token(struct str s);
/* True when every byte may stand in a header value: no controls but tab, valid UTF-8. */
bool head_is_value(struct str s);

/* Names are tokens, values clean, Host once, framing beyond doubt, nothing expected that we do not do. */
int head_check(const struct head *h, struct framing *out);

/*
 * Splits the target into a decoded, checked path and the raw query (absent when
 * there is none). 400 for anything but origin form, for invalid percent
 * encoding, dot segments, empty segments, encoded slashes, backslashes,
 * controls and invalid UTF-8. The path is borrowed when it needs no decoding.
 */
int head_target(struct arena *a, struct str target, struct str *path, struct str *query);
/* Decodes the query into at most HEAD_PARAMS_MAX pairs. */
int head_query(struct arena *a, struct str query, struct head_field **params, size_t *count);
/* Decodes %XX (and '+' as a blank when form). Borrowed when nothing changes. False on bad encoding. */
bool head_decode(struct arena *a, struct str s, bool form, struct str *out);

/* The first cookie of that name; absent when there is none or its value is malformed. */
struct str head_cookie(struct str header, struct str name);
void head_accept_encoding(struct str header, bool *br, bool *gzip);
/* Chinese unless English is wanted more. */
enum lang head_language(struct str accept_language);
/* True when an If-None-Match or If-Match list names the etag (quoted) or is "*"; weak comparison. */
bool head_etag_listed(struct str list, struct str etag);

enum range_kind { RANGE_NONE, RANGE_OK, RANGE_UNSATISFIABLE };
/* A single byte range over a content of size bytes; several ranges and other units count as none. */
enum range_kind head_range(struct str header, int64_t size, int64_t *from, int64_t *length);
/* The last address of X-Forwarded-For when it is an IP address, otherwise absent. */
struct str head_forwarded_for(struct str header);
/* Letters, digits and hyphens, 8 to 64 of them. */
bool head_is_request_id(struct str s);
#endif

/*
 * assets.h - the files inside the binary, put there by tools/embed.py, and how
 * they are served. Names: "web/…" (web/dist), "static/…" (assets/),
 * "pages/MODULE/NAME.html" (src/mod/MODULE), "sql/MODULE/NAME.sql" and
 * "sql/migrations/NAME.sql". Contents live as long as the program and have a
 * NUL behind that is not counted, so texts can be used as C strings.
 */
#ifndef NET_ASSETS_H
#define NET_ASSETS_H
#include "base/str.h"

struct asset_form {
	struct str data;  /* absent when there is no such form */
	const char *etag; /* quoted; each form has its own */
};
struct asset {
	const char *path, *type;
	bool immutable; /* the name changes with the content */
	struct asset_form raw, gz, br;
};

/* NULL when there is no such file. */
const struct asset *asset_find(const char *path);
/* Every file in byte order of its path: NULL past the end. For migrations: walk while str_starts(). */
const struct asset *asset_at(size_t i);
/* The first file whose path is not below prefix, as an index for asset_at(). */
size_t asset_from(const char *prefix);

/* Which form a client may get: 'b', 'g' or 'r', from its Accept-Encoding (absent allowed). */
char asset_choose(const struct asset *f, struct str accept_encoding);

struct http_request;
/*
 * Answers GET and HEAD of a file for browsers. Addresses: /static/NAME is
 * "static/NAME"; everything else is looked for under "web/"; /admin/…, /m/… and
 * /screen/… fall back to their page, or say in both languages that the console
 * was not built. False when the address is none of these: nothing was answered.
 * web_dir, when not NULL, is read before the embedded web/ files (development).
 */
bool http_reply_asset(struct http_request *q, struct str path, const char *web_dir);
#endif

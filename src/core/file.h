/*
 * file.h - uploaded and generated files. Content lives under data/files/ab/cd…
 * by SHA-256, written to a temporary name, fsynced, renamed, directory fsynced,
 * then the row is committed: a row never names a missing or short file. The
 * type is sniffed by libmagic and must agree with an allow-list; HTML, SVG and
 * anything active is refused. Pictures go through the sandbox: pixel limit read
 * from the header, re-encoded without metadata, thumbnails 320 and 1600 px.
 */
#ifndef CORE_FILE_H
#define CORE_FILE_H
#include "core/ctx.h"

/*
 * The content store under data_dir/files. Lives in the arena; put it into app.files. The folders are
 * made when they are missing.
 */
enum rc store_open(struct store **out, struct arena *mem, const char *data_dir, struct err *e) MUST_USE;

struct file_info {
	int64_t id, bytes, created_by, org_id, division;
	struct str name, type, sha256; /* display name, MIME type, hex */
	int64_t width, height;         /* pictures, else 0 */
	bool is_public;                /* some row shows it to everyone */
};
/*
 * Takes in the content of fd (read from 0; fd stays the caller's). accept as in struct field, or NULL for any
 * allowed type. Needs app.files and app.sandbox. Joins an open transaction; the content is durable before the row.
 */
enum rc file_add(struct ctx *c, int fd, struct str name, const char *accept, struct file_info *out) MUST_USE;
/* A file made by the platform (label sheet, export): type is trusted. Kept for 30 days when nothing links it. */
enum rc file_add_made(struct ctx *c, int fd, struct str name, const char *type, struct file_info *out) MUST_USE;
enum rc file_info(struct ctx *c, int64_t id, struct file_info *out) MUST_USE;
/* Opens for reading; variant "" original, "320", "1600". */
enum rc file_open(struct ctx *c, const struct file_info *f, const char *variant, int *fd, int64_t *bytes) MUST_USE;
/*
 * May the actor see it? Its uploader, or anyone who may read a row that links it
 * (file_link rows are kept by the record layer for T_FILE and T_FILES fields).
 */
enum rc file_may_read(struct ctx *c, const struct file_info *f) MUST_USE;
/* Called by the record layer: replaces the links of one field of one row; unknown or foreign files are refused. */
enum rc file_link(struct ctx *c, const struct resource *r, const struct record_head *h, const char *field, struct str keys, const char *accept, bool is_public) MUST_USE;
/* Removes files of the county that no row links and whose time is over, with content nothing names any more. */
enum rc files_sweep(struct ctx *c, int64_t *removed) MUST_USE;
#endif

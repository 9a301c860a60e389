/* file_type.h - which types of file come in, by class, and what they are called afterwards. */
#ifndef CORE_FILE_TYPE_H
#define CORE_FILE_TYPE_H
#include "base/str.h"

struct file_type {
	const char *type;    /* MIME type as stored and served */
	const char *sniffed; /* what libmagic says */
	const char *class_;  /* "image", "video", "pdf", "sheet" */
	const char *ending;  /* of the display name */
	bool only_named;     /* accepted only when the name has the ending too: plain text is anything */
	bool shown;          /* browsers may show it in place; everything else is a download */
};
/* The type for what libmagic said, or NULL. name is the client's. */
const struct file_type *file_type_find(struct str sniffed, struct str name);
/* By stored type; NULL when unknown. */
const struct file_type *file_type_of(struct str type);
/* True when the comma-separated classes (NULL: all) hold the type's class. */
bool file_type_accepted(const struct file_type *t, const char *accept);
/* A display name without path, controls or odd signs, with the right ending; at most 120 bytes. */
struct str file_name_clean(struct arena *a, struct str name, const struct file_type *t);
#endif

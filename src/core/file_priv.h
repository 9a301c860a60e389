/* file_priv.h - inside of core/file.h. */
#ifndef CORE_FILE_PRIV_H
#define CORE_FILE_PRIV_H
#include "core/file.h"
#include "core/file_type.h"

/* Absent, or not to be seen: told alike. */
enum rc file_not_found(struct ctx *c);
#endif

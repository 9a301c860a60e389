/* file_routes.h - POST /api/v1/files and GET /api/v1/files/{id}[/info], see docs/api.md. */
#ifndef CORE_FILE_ROUTES_H
#define CORE_FILE_ROUTES_H
#include "core/module.h"

extern const struct route core_file_routes[]; /* ends with { 0 } */
#endif

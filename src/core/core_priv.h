/* core_priv.h - the tables of module "core", one per file that declares them. Each ends with { 0 }. */
#ifndef CORE_CORE_PRIV_H
#define CORE_CORE_PRIV_H
#include "core/module.h"

extern const struct route operate_routes[], job_routes[], notice_routes[], live_routes[], dashboard_routes[],
	search_routes[], audit_routes[];
extern const struct listener live_listeners[];
extern const struct job_kind core_jobs[];

/* A page of a list in a route of the core: ?limit= (1..200, default 50) and ?after= a key; 0 for none. */
enum rc page_of_list(struct ctx *c, const struct http_request *q, int *limit, int64_t *after) MUST_USE;
#endif

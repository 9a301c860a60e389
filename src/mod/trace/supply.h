/* supply.h - the hook of supply events: stock rule and marking codes as sold. */
#ifndef MOD_TRACE_SUPPLY_H
#define MOD_TRACE_SUPPLY_H
#include "core/resource.h"

enum rc supply_create(struct ctx *c, struct record_head *h, void *record) MUST_USE;
#endif

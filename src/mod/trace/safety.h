/*
 * safety.h - what records do to a lot, whatever order they arrive in: hooks of
 * operations, lots, inspections, certificates and recalls. Every hook that
 * changes what a lot may do first locks the row of the cycle (if any), then the
 * lot, so that two of them can never miss each other.
 */
#ifndef MOD_TRACE_SAFETY_H
#define MOD_TRACE_SAFETY_H
#include "core/resource.h"

enum rc operation_create(struct ctx *c, struct record_head *h, void *record) MUST_USE;
enum rc lot_create(struct ctx *c, struct record_head *h, void *record) MUST_USE;
enum rc lot_update(struct ctx *c, struct record_head *h, void *record, const void *before) MUST_USE;
enum rc lot_move(struct ctx *c, struct record_head *h, void *record, const struct move *m) MUST_USE;
enum rc inspection_create(struct ctx *c, struct record_head *h, void *record) MUST_USE;
enum rc certificate_create(struct ctx *c, struct record_head *h, void *record) MUST_USE;
enum rc certificate_move(struct ctx *c, struct record_head *h, void *record, const struct move *m) MUST_USE;
enum rc recall_create(struct ctx *c, struct record_head *h, void *record) MUST_USE;
enum rc recall_move(struct ctx *c, struct record_head *h, void *record, const struct move *m) MUST_USE;
#endif

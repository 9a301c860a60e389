/* issue.h - making codes and label sheets: hooks of code batches, and the two jobs. */
#ifndef MOD_TRACE_ISSUE_H
#define MOD_TRACE_ISSUE_H
#include "core/job.h"
#include "core/resource.h"

enum rc code_batch_create(struct ctx *c, struct record_head *h, void *record) MUST_USE;
enum rc code_batch_update(struct ctx *c, struct record_head *h, void *record, const void *before) MUST_USE;
enum rc code_batch_move(struct ctx *c, struct record_head *h, void *record, const struct move *m) MUST_USE;
enum rc issue_codes_job(struct ctx *c, struct job *j) MUST_USE;
enum rc label_sheet_job(struct ctx *c, struct job *j) MUST_USE;
#endif

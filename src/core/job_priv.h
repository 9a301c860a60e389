/* job_priv.h - shared by the job engine and its routes. */
#ifndef CORE_JOB_PRIV_H
#define CORE_JOB_PRIV_H
#include "core/job.h"

enum { JOB_LEASE_MS = 15000, JOB_BEAT_MS = 4000, JOB_TRIES = 5, JOB_PARAMS_MAX = 64 * 1024 };

const struct job_kind *job_kind_find(const struct app *app, struct str name);
/* Claims what is due and runs it in this thread; *ran is false when nothing was due. */
enum rc job_run_one(struct ctx *c, const char *who, bool *ran) MUST_USE;
/* Adds the row of the current slot of every scheduled kind; slots: last slot added per kind, by position. */
enum rc jobs_schedule(struct ctx *c, int64_t *slots, size_t count) MUST_USE;
/* Tells the streams of topic "jobs". */
void job_publish(struct ctx *c, const struct job *j, const char *state, int64_t done, int64_t total);
#endif

/*
 * job.h - long work people can watch: queued row, progress, result, cancel,
 * retry. Rows of table job; workers claim with a lease so that a crashed
 * process's job is taken up again; a job function must therefore continue from
 * what it finds. Progress commits are the job's own affair.
 *
 * A job runs as the account that started it, with the grants it has when the
 * job runs and in its language; scheduled jobs and those the program started
 * run as actor_system. What fails for a passing reason (database away, our own
 * mistake) is tried again up to 5 times with growing pauses; what is wrong with
 * the request fails at once.
 */
#ifndef CORE_JOB_H
#define CORE_JOB_H
#include "core/ctx.h"
#include "core/module.h"

struct job {
	int64_t id;
	const struct job_kind *kind;
	struct str params;  /* JSON object as given */
	int64_t done, total;
	int attempt;
	int64_t started_by, org_id;
	int64_t told_ms;    /* monotonic, of the last progress written */
};
/* Queues inside the current transaction or in one of its own. at_ms 0: now. */
enum rc job_add(struct ctx *c, const char *kind, struct str params, int64_t at_ms, int64_t *id) MUST_USE;
/* Reports progress and reads the cancel flag: RC_STATE "cancelled" tells the job to stop cleanly. */
enum rc job_progress(struct ctx *c, struct job *j, int64_t done, int64_t total) MUST_USE;
/* Final facts for people: a JSON object such as {"file":"123","created":49700,"wrong":300}. */
enum rc job_result(struct ctx *c, struct job *j, struct str json) MUST_USE;

enum rc jobs_start(struct jobs **out, const struct app *app, int threads, struct err *e) MUST_USE;
void jobs_stop(struct jobs *j);
void jobs_wake(struct jobs *j);
/* Runs what is due in this thread until nothing is (tests, commands). */
enum rc jobs_drain(struct ctx *c) MUST_USE;
#endif

/*
 * sandbox.h - strangers' workbooks and pictures are parsed where a hole in a
 * parser leads nowhere. sandbox_start() forks a small mother process before any
 * thread exists; for each file she forks a worker that gets one descriptor to
 * read, locks itself in (no new descriptors, no files, no network, no programs,
 * no signals to others: seccomp, Landlock, resource limits), answers rows or
 * pictures over a socket and ends. Nothing of one stranger's file meets the next.
 *
 * A worker that crosses a limit dies; the caller gets RC_LIMIT code
 * "sandbox-limit". What a worker sends is checked as if a stranger sent it.
 * Built with sanitizers the same path runs without seccomp, Landlock and
 * address-space limit, which they cannot live with.
 */
#ifndef CORE_SANDBOX_H
#define CORE_SANDBOX_H
#include "base/err.h"
#include "base/log.h"
#include "lib/image/image.h"
#include "lib/sheet/sheet_read.h"

struct sandbox_options {
	int64_t memory_bytes; /* address space of a worker; 0: 768 MiB */
	int cpu_s;            /* 0: 60 */
	int quiet_ms;         /* longest wait for the next answer; 0: 30000 */
	int workers_max;      /* at once, others wait; 0: 4 */
};
struct sandbox;
/* Call before threads and before the database is opened. options may be NULL. */
enum rc sandbox_start(struct sandbox **out, const struct sandbox_options *options, struct err *e) MUST_USE;
/* Ends mother and workers. NULL is fine. */
void sandbox_stop(struct sandbox *s);
/* The mother's process id, for the supervisor to watch. */
int sandbox_pid(const struct sandbox *s);

/*
 * sheet_read() of lib/sheet inside the sandbox; rows stream to fn in the caller's thread while the worker
 * reads on, with memory bounded on both sides. fd is a regular file. Thread-safe.
 */
enum rc sandbox_sheet(struct sandbox *s, int fd, const struct sheet_limits *limits, sheet_row_fn *fn, void *arg,
	struct err *e) MUST_USE;
/* image_make() of lib/image inside the sandbox. The made pictures begin like JPEGs; more is not promised. */
enum rc sandbox_image(struct sandbox *s, int fd, const struct image_limits *limits, const int32_t *sides, size_t count,
	struct image_facts *facts, image_out_fn *out, void *arg, struct err *e) MUST_USE;
/* The MIME type of the content by libmagic, such as "image/jpeg"; judged by the first 256 KiB. */
enum { SANDBOX_TYPE_MAX = 80 };
enum rc sandbox_sniff(struct sandbox *s, int fd, char type[SANDBOX_TYPE_MAX], struct err *e) MUST_USE;
#endif

/*
 * cmd_serve.c - `ezhen serve`: a small supervisor and one worker process that
 * holds everything (the worker starts the sandbox itself, before its threads).
 * A worker that dies is started again after a pause that grows from 0.2 s to
 * 10 s; what it had acknowledged is in the database. SIGTERM and SIGINT stop
 * cleanly: running requests and jobs get a few seconds.
 */
#include "base/base.h"
#include "core/sandbox.h"
#include "core/serve.h"
#include "main/commands.h"
#include "main/program.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAUSE_MIN_MS = 200, PAUSE_MAX_MS = 10000, STEADY_MS = 60000 };

static const struct option options[] = {
	OPTION_DATA,
	{ "listen", "ADDR", "127.0.0.1:7300", false,
		{ "监听地址：127.0.0.1:端口（0 为自动）、[::1]:端口或 unix:路径",
			"address: 127.0.0.1:PORT (0 picks one), [::1]:PORT or unix:PATH" } },
	{ "public-url", "URL", NULL, false, { "公众访问地址，印在二维码里", "public address, printed into QR codes" } },
	{ "workers", "N", "32", false, { "请求处理线程数", "request worker threads" } },
	{ "io-threads", "N", "2", false, { "网络线程数", "network threads" } },
	{ "job-threads", "N", "2", false, { "后台任务线程数", "background job threads" } },
	{ "metrics-token", "TEXT", NULL, false, { "从别处读取 /metrics 的令牌", "token for reading /metrics from elsewhere" } },
	{ 0 },
};

static enum rc
fill_options(const struct args *a, const struct program *p, struct serve_options *o, struct err *e)
{
	int64_t workers, io, jobs;
	enum rc rc = arg_i64(a, "workers", 1, 256, &workers, e);

	if (rc == RC_OK)
		rc = arg_i64(a, "io-threads", 1, 64, &io, e);
	if (rc == RC_OK)
		rc = arg_i64(a, "job-threads", 1, 16, &jobs, e);
	if (rc != RC_OK)
		return rc;
	*o = (struct serve_options){
		.listen = arg(a, "listen"),
		.io_threads = (int)io,
		.workers = (int)workers,
		.job_threads = (int)jobs,
		.temp_dir = str_fmt(p->ctx.mem, "%s/tmp", p->app.data_dir).p,
		.metrics_token = arg(a, "metrics-token"),
		.version = EZHEN_VERSION,
	};
	return RC_OK;
}

static void
announce(const struct args *a, const struct serve *s)
{
	const char *listen = arg(a, "listen");

	if (serve_port(s) > 0)
		printf("ready http://127.0.0.1:%d\n", serve_port(s));
	else
		printf("ready %s\n", listen);
	fflush(stdout);
}

/* The worker: returns its exit status when a signal asks it to stop. */
static int
work(const struct args *a, const sigset_t *stop)
{
	struct err e = { .lang = cli_lang() };
	struct serve_options o;
	struct serve *s = NULL;
	struct sandbox *sandbox = NULL;
	int signal_number;

	/* Before threads and before the database is open, so that the sandbox inherits neither. */
	if (sandbox_start(&sandbox, NULL, &e) != RC_OK)
		return command_failed(a, &e);

	PROGRAM p = { 0 };

	if (program_open(&p, a, PROGRAM_EXISTING, &e) != RC_OK || fill_options(a, &p, &o, &e) != RC_OK)
		return command_failed(a, &e);
	if (arg(a, "public-url") != NULL)
		p.app.public_url = arg(a, "public-url");
	p.app.sandbox = sandbox;
	if (serve_start(&p.app, &o, &s, &e) != RC_OK)
		return command_failed(a, &e);
	announce(a, s);
	/* After a failed fsync nothing may be acknowledged any more: end, and begin again from what the disk holds. */
	while ((signal_number = sigtimedwait(stop, NULL, &(struct timespec){ .tv_sec = 1 })) < 0) {
		if (db_stats(p.app.pool).failed != 0) {
			LOG(&p.log, LOG_ERROR, "disk-failed");
			abort();
		}
	}
	serve_drain(s);
	serve_stop(s);
	sandbox_stop(sandbox);
	return 0;
}

static int64_t
mono_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits for the child to end, handing on signals. True when the stop was asked for. */
static bool
watch(pid_t child, const sigset_t *signals, int *status)
{
	bool stopping = false;

	for (;;) {
		int got = sigwaitinfo(signals, NULL);

		if (got == SIGTERM || got == SIGINT) {
			stopping = true;
			kill(child, SIGTERM);
		}
		/* SIGCHLD of several children may arrive as one. */
		while (waitpid(-1, status, WNOHANG) == child)
			return stopping;
	}
}

static int
supervise(const struct args *a, const sigset_t *signals, const sigset_t *stop)
{
	int pause_ms = PAUSE_MIN_MS, status = 0;

	for (;;) {
		int64_t began = mono_ms();
		pid_t child = fork();

		if (child == 0) {
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			exit(work(a, stop));
		}
		if (child < 0) {
			fprintf(stderr, "ezhen serve: fork failed\n");
			return 1;
		}
		if (watch(child, signals, &status))
			return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
		/* A worker that says why and exits (bad option, busy port) would say it again. */
		if (WIFEXITED(status))
			return WEXITSTATUS(status);
		fprintf(stderr, "ezhen serve: worker ended by signal %d, starting again\n", WTERMSIG(status));
		if (mono_ms() - began > STEADY_MS)
			pause_ms = PAUSE_MIN_MS;
		nanosleep(&(struct timespec){ pause_ms / 1000, pause_ms % 1000 * 1000000L }, NULL);
		pause_ms = pause_ms * 2 < PAUSE_MAX_MS ? pause_ms * 2 : PAUSE_MAX_MS;
	}
}

static int
run(const struct args *a)
{
	sigset_t stop, signals;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	signals = stop;
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return supervise(a, &signals, &stop);
}

const struct command command_serve = {
	.name = "serve",
	.words = "",
	.help = { "启动平台，直到被中断", "serve the platform until interrupted" },
	.options = options,
	.run = run,
};

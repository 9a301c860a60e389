/* cmd_demo.c - `ezhen demo`: a new data folder with the marked demo county and its accounts. */
#include "base/base.h"
#include "core/auth.h"
#include "core/event.h"
#include "core/job.h"
#include "core/sandbox.h"
#include "core/setup.h"
#include "main/commands.h"
#include "main/demo/demo.h"
#include "main/program.h"
#include "mod/org/org.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option options[] = {
	OPTION_DATA,
	{ "county", "CODE", "140406", false, { "县级行政区划代码（6 位）", "county, 6 digits" } },
	{ "seed", "N", "1", false, { "随机种子：相同种子得到相同的县", "seed: the same one makes the same county" } },
	{ "scale", "S", "1", false, { "规模，1 为标准示范县", "size; 1 is the standard demo" } },
	{ 0 },
};

static void
show_progress(const char *step, int64_t done, int64_t total)
{
	bool terminal = isatty(2);

	if (!terminal && done != total)
		return;
	fprintf(stderr, "%s  %-14s %lld/%lld%s", terminal ? "\r\033[K" : "", step, LL(done), LL(total),
		terminal && done != total ? "" : "\n");
}

static enum rc
build(struct demo *d, struct sb *accounts)
{
	static void (*const steps[])(struct demo *) = { demo_places, demo_pictures, demo_organisations, demo_stations, demo_catalogue,
		demo_fields, demo_seasons, demo_scans, demo_recalls, demo_news };

	for (size_t i = 0; i < ARRAY_LEN(steps) && d->rc == RC_OK; i++)
		steps[i](d);
	if (d->rc == RC_OK)
		demo_accounts(d, accounts);
	demo_flush(d);
	if (d->rc == RC_OK)
		d->rc = events_drain(d->c);
	return d->rc;
}

/* The passwords go to a file of the data folder, readable by its owner only, for ./run to show. */
static enum rc
write_accounts(struct program *p, struct str text, struct err *e)
{
	const char *path = str_fmt(&p->mem, "%s/demo-accounts.txt", p->app.data_dir).p;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text.p, text.n) != (ssize_t)text.n || fsync(fd) != 0 || close(fd) != 0)
		return fail(e, RC_UNAVAILABLE, NULL, "无法写入 %s：%s", "cannot write %s: %s", path, strerror(errno));
	return RC_OK;
}

static enum rc
demo_run(struct program *p, const struct args *a, struct err *e)
{
	int64_t county, seed, scale;
	struct demo *d = NEW(&p->mem, struct demo);
	struct str admin = { 0 };
	struct sb accounts;
	bool exists = false;
	enum rc rc = arg_i64(a, "county", 100000, 999999, &county, e);

	if (rc == RC_OK)
		rc = arg_i64(a, "seed", 0, INT64_MAX, &seed, e);
	if (rc == RC_OK)
		rc = arg_i64(a, "scale", 1, 20, &scale, e);
	if (rc == RC_OK && (rc = setup_exists(&p->ctx, &exists)) == RC_OK && exists)
		return fail(e, RC_STATE, "data", "这个数据库里已经有数据，示范县只能装进新的目录",
			"this database holds data already: the demo county needs a new folder");
	if (rc != RC_OK)
		return rc;
	p->app.county = p->ctx.county = county;
	p->app.demo = true;
	sb_init(&accounts, &p->mem, 4096);
	rc = setup_save(&p->ctx, &(struct setup){ .county = county, .demo = true });
	if (rc == RC_OK)
		rc = org_init(&p->ctx, &admin);
	sb_addf(&accounts, "%-11s " STR_FMT "\n", "admin", STR_ARG(admin));
	if (rc == RC_OK) {
		*d = (struct demo){ .c = &p->ctx, .scale = (int)scale, .progress = show_progress, .now_ms = p->ctx.now_ms };
		d->today = date_of_ms(d->now_ms);
		d->rand = rand_from_seed(&d->rand_state, (uint64_t)seed);
		d->products = NEW_ARRAY(&p->mem, struct demo_row, DEMO_ROWS_MAX);
		d->plots = NEW_ARRAY(&p->mem, struct demo_row, DEMO_ROWS_MAX);
		rc = build(d, &accounts);
	}
	if (rc != RC_OK) {
		*e = p->ctx.err;
		return rc;
	}
	fprintf(stderr, "%lld rows\n", LL(d->made));
	return write_accounts(p, sb_str(&accounts), e);
}

static int
run(const struct args *a)
{
	struct err e = { .lang = cli_lang() };
	struct sandbox *sandbox = NULL;

	if (sandbox_start(&sandbox, NULL, &e) != RC_OK)
		return command_failed(a, &e);

	PROGRAM p = { 0 };
	enum rc rc = program_open(&p, a, PROGRAM_MIGRATE, &e);

	p.app.sandbox = sandbox;
	if (rc == RC_OK)
		rc = demo_run(&p, a, &e);
	sandbox_stop(sandbox);
	return rc == RC_OK ? 0 : command_failed(a, &e);
}

const struct command command_demo = {
	.name = "demo",
	.words = "",
	.help = { "在新的数据目录里建一个带标记的示范县", "build the marked demo county in a new data folder" },
	.options = options,
	.run = run,
};

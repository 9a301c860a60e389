/* cmd_data.c - migrate, check, backup, restore: what an administrator does with a data folder. */
#include "base/base.h"
#include "core/backup.h"
#include "core/check.h"
#include "core/setup.h"
#include "main/commands.h"
#include "main/program.h"
#include "mod/org/org.h"
#include <stdio.h>
#include <string.h>

static const struct option migrate_options[] = {
	OPTION_DATA,
	{ "county", "CODE", NULL, false, { "新数据库服务的县（6 位代码）", "county of a new database, 6 digits" } },
	{ "public-url", "URL", NULL, false, { "公众访问地址，印在二维码里", "public address, printed into QR codes" } },
	{ 0 },
};
static const struct option check_options[] = { OPTION_DATA, { 0 } };
static const struct option backup_options[] = {
	OPTION_DATA,
	{ "to", "DIR", NULL, true, { "备份写到这个新目录", "new folder for the backup" } },
	{ "with-keys", NULL, NULL, false, { "连同密钥一起备份（请另行妥善保管）", "copy the keys too (keep them safe)" } },
	{ 0 },
};
static const struct option restore_options[] = {
	OPTION_DATA,
	{ "from", "DIR", NULL, true, { "备份所在目录", "folder of the backup" } },
	{ "verify", NULL, NULL, false, { "只校验，不恢复", "verify only" } },
	{ 0 },
};

/* A new database needs to be told its county; an old one knows it. */
static enum rc
set_up(struct program *p, const struct args *a, struct str *admin, struct err *e)
{
	struct setup s = { .demo = false, .public_url = arg(a, "public-url") };
	bool exists = false;
	enum rc rc = setup_exists(&p->ctx, &exists);

	if (rc == RC_OK && exists)
		rc = setup_load(&p->ctx, &p->app);
	s.county = p->app.county;
	s.demo = p->app.demo;
	if (rc == RC_OK && arg(a, "county") != NULL)
		rc = arg_i64(a, "county", 100000, 999999, &s.county, &p->ctx.err);
	if (rc == RC_OK && s.county == 0)
		rc = fail(&p->ctx.err, RC_INVALID, "county", "新数据库要用 --county 指明县", "a new database needs --county CODE");
	p->app.county = p->ctx.county = s.county;
	if (rc == RC_OK)
		rc = setup_save(&p->ctx, &s);
	if (rc == RC_OK)
		rc = org_init(&p->ctx, admin);
	if (rc != RC_OK)
		*e = p->ctx.err;
	return rc;
}

static int
run_migrate(const struct args *a)
{
	struct err e = { .lang = cli_lang() };
	struct str admin = { 0 };
	PROGRAM p = { 0 };

	if (program_open(&p, a, PROGRAM_MIGRATE, &e) != RC_OK || set_up(&p, a, &admin, &e) != RC_OK)
		return command_failed(a, &e);
	if (admin.p != NULL)
		printf(cli_lang() == LANG_EN ? "first administrator: admin " STR_FMT " (must be changed at first log-in)\n"
					     : "首位管理员：admin " STR_FMT "（首次登录须修改）\n",
			STR_ARG(admin));
	return 0;
}

static int
run_check(const struct args *a)
{
	struct err e = { .lang = cli_lang() };
	struct check_report report = { 0 };
	PROGRAM p = { 0 };

	if (program_open(&p, a, PROGRAM_EXISTING, &e) != RC_OK)
		return command_failed(a, &e);
	if (check_database(&p.ctx, setup_migrations(&p.mem), &report) != RC_OK)
		return command_failed(a, &p.ctx.err);
	for (size_t i = 0; i < report.faults.count; i++)
		printf(STR_FMT "\n", STR_ARG(*LIST_AT(&report.faults, struct str, i)));
	if (report.more)
		printf("…\n");
	if (report.faults.count == 0)
		printf(cli_lang() == LANG_EN ? "sound: %lld files, %lld bytes\n" : "完好：%lld 个文件，%lld 字节\n",
			LL(report.files), LL(report.bytes));
	return report.faults.count == 0 ? 0 : 1;
}

static struct backup_place
place_of(const struct program *p, const struct args *a, struct arena *mem)
{
	return (struct backup_place){
		.data_dir = p->app.data_dir,
		.db_url = arg(a, "db"),
		.version = EZHEN_VERSION,
		.county = p->app.county,
		.migrations = setup_migrations(mem),
		.clock = p->app.clock,
	};
}

static void
print_facts(const struct backup_facts *f)
{
	printf(cli_lang() == LANG_EN ? "county %lld, %lld rows, %lld files, %lld bytes, program %s\n"
				     : "县 %lld，%lld 行，%lld 个文件，%lld 字节，程序 %s\n",
		LL(f->county), LL(f->rows), LL(f->files), LL(f->bytes), f->version);
}

static int
run_backup(const struct args *a)
{
	struct err e = { .lang = cli_lang() };
	struct backup_facts facts;
	PROGRAM p = { 0 };

	/* The database stays closed here: the running platform may hold it, and the copy is made beside it. */
	if (program_open(&p, a, PROGRAM_NO_DB, &e) != RC_OK)
		return command_failed(a, &e);

	struct backup_place place = place_of(&p, a, &p.mem);

	if (backup_make(&place, arg(a, "to"), arg(a, "with-keys") != NULL, &facts, &e) != RC_OK)
		return command_failed(a, &e);
	print_facts(&facts);
	return 0;
}

static int
run_restore(const struct args *a)
{
	struct err e = { .lang = cli_lang() };
	struct backup_facts facts;
	PROGRAM p = { 0 };
	enum rc rc = program_open(&p, a, PROGRAM_NO_DB, &e);

	if (rc != RC_OK)
		return command_failed(a, &e);

	struct backup_place place = place_of(&p, a, &p.mem);

	if (arg(a, "verify") != NULL)
		rc = backup_verify(&place, arg(a, "from"), &facts, &e);
	else
		rc = backup_restore(&place, arg(a, "from"), &facts, &e);
	if (rc != RC_OK)
		return command_failed(a, &e);
	print_facts(&facts);
	return 0;
}

const struct command command_migrate = {
	.name = "migrate",
	.words = "",
	.help = { "建立或升级数据库", "make a database or bring it up to date" },
	.options = migrate_options,
	.run = run_migrate,
};
const struct command command_check = {
	.name = "check",
	.words = "",
	.help = { "通读数据库和文件，说出哪里不对", "read everything once and say what is wrong" },
	.options = check_options,
	.run = run_check,
};
const struct command command_backup = {
	.name = "backup",
	.words = "",
	.help = { "备份运行中的平台", "back up the running platform" },
	.options = backup_options,
	.run = run_backup,
};
const struct command command_restore = {
	.name = "restore",
	.words = "",
	.help = { "校验并恢复备份", "verify and restore a backup" },
	.options = restore_options,
	.run = run_restore,
};

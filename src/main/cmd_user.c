/* cmd_user.c - `ezhen user`: accounts from the server's own shell, for the day nobody can log in. */
#include "base/base.h"
#include "core/auth.h"
#include "main/commands.h"
#include "main/program.h"
#include "mod/org/org.h"
#include <stdio.h>
#include <string.h>

static const struct option options[] = {
	OPTION_DATA,
	{ "name", "TEXT", NULL, false, { "add：姓名", "add: name" } },
	{ "role", "NAME", "officer", false, { "add：角色", "add: role" } },
	{ 0 },
};

static enum rc
add(struct program *p, const struct args *a, struct str *password)
{
	struct account_new n = {
		.login = str_from_c(a->words[1]),
		.name = str_from_c(arg(a, "name") != NULL ? arg(a, "name") : a->words[1]),
		.role = arg(a, "role"),
		.must_change = true,
	};
	int64_t id;

	*password = n.password = password_make(p->ctx.mem, p->app.rand);
	return org_account_new(&p->ctx, &n, &id);
}

static int
run(const struct args *a)
{
	struct err e = { .lang = cli_lang() };
	struct str password = { 0 };
	PROGRAM p = { 0 };
	enum rc rc = program_open(&p, a, PROGRAM_EXISTING, &e);

	if (rc != RC_OK)
		return command_failed(a, &e);
	if (strcmp(a->words[0], "add") == 0)
		rc = add(&p, a, &password);
	else if (strcmp(a->words[0], "reset") == 0)
		rc = org_password_reset(&p.ctx, str_from_c(a->words[1]), &password);
	else
		rc = fail(&p.ctx.err, RC_INVALID, NULL, "应为 add 或 reset，不是 %s", "add or reset, not %s", a->words[0]);
	if (rc != RC_OK)
		return command_failed(a, &p.ctx.err);
	printf(STR_FMT "\n", STR_ARG(password));
	return 0;
}

const struct command command_user = {
	.name = "user",
	.words = "add|reset LOGIN",
	.words_min = 2,
	.words_max = 2,
	.help = { "新建账号或重置密码，打印一次性密码", "add an account or reset a password; prints the one-time password" },
	.options = options,
	.run = run,
};

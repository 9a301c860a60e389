/* ezhen - one program for a county's rural e-commerce programme. This file picks the subcommand. */
#include "base/base.h"
#include "main/commands.h"
#include "main/program.h"
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
	&command_serve,
	&command_migrate,
	&command_demo,
	&command_user,
	&command_import,
	&command_export,
	&command_print,
	&command_check,
	&command_backup,
	&command_restore,
	&command_bench,
};

static int
print_usage(FILE *to)
{
	enum lang lang = cli_lang();

	fprintf(to, "%s\n\n", lang == LANG_EN ? "ezhen COMMAND [options]; ezhen COMMAND --help explains one"
					      : "ezhen 命令 [选项]；ezhen 命令 --help 查看说明");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(to, "  %-9s %s\n", commands[i]->name, text_in(commands[i]->help, lang));
	return to == stdout ? 0 : 2;
}

static int
run_command(const struct command *c, int argc, char **argv)
{
	struct err e = { .lang = cli_lang() };
	struct args a;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			print_help(c);
			return 0;
		}
	}
	if (args_parse(c, argc, argv, &a, &e) != RC_OK)
		return usage_error(c, &e);
	return c->run(&a);
}

int
main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2)
		return print_usage(stderr);
	if (strcmp(argv[1], "--version") == 0) {
		printf("ezhen %s\n", EZHEN_VERSION);
		return 0;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return print_usage(stdout);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(argv[1], commands[i]->name) == 0)
			return run_command(commands[i], argc - 2, argv + 2);
	fprintf(stderr, cli_lang() == LANG_EN ? "ezhen: unknown command: %s\n\n" : "ezhen：没有命令 %s\n\n", argv[1]);
	return print_usage(stderr);
}

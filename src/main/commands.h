/* commands.h - every subcommand of ezhen; the list in main.c is the help text. */
#ifndef MAIN_COMMANDS_H
#define MAIN_COMMANDS_H
#include "main/cli.h"

extern const struct command command_serve, command_migrate, command_demo, command_user, command_import, command_export,
	command_print, command_check, command_backup, command_restore, command_bench;
#endif

/*
 * program.h - the program as opened by one command: data folder, database,
 * keys, tables checked. Every subcommand but print goes through here.
 */
#ifndef MAIN_PROGRAM_H
#define MAIN_PROGRAM_H
#include "core/ctx.h"
#include "main/cli.h"

#define EZHEN_VERSION "0.1.0"

struct program {
	struct app app;
	struct arena mem;   /* lives as long as the program */
	struct arena work;  /* memory of ctx */
	struct db *db;      /* session of ctx */
	struct ctx ctx;     /* for commands, as actor_system */
	struct log log;
};

enum program_open {
	PROGRAM_TABLES,    /* declared tables only: no data folder */
	PROGRAM_EXISTING,  /* the database must exist and be at this program's level */
	PROGRAM_MIGRATE,   /* create and migrate as needed; --county may choose the county of a new one */
	PROGRAM_NO_DB,     /* the data folder only: database and keys stay closed (backup, restore) */
};

/* Options every command with a data folder has: --data, --db. */
#define OPTION_DATA                                                                                            \
	{ "data", "DIR", "data", false, { "数据目录", "data folder" } },                                       \
	{                                                                                                      \
		"db", "URL", NULL, false,                                                                      \
		{                                                                                              \
			"数据库：postgres://… 或 sqlite:文件；默认用数据目录里的 SQLite",                      \
				"database: postgres://… or sqlite:FILE; SQLite in the data folder by default"          \
		}                                                                                              \
	}

/* Opens; on failure everything taken is given back. a must have --data and --db (and --county for MIGRATE). */
enum rc program_open(struct program *p, const struct args *a, enum program_open how, struct err *e) MUST_USE;
void program_close(struct program *p);
#define PROGRAM CLEANUP(program_close) struct program

/* Prints "ezhen COMMAND: sentence" and gives the exit status 1. */
int command_failed(const struct args *a, const struct err *e);
#endif

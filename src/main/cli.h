/*
 * cli.h - the command line: each command is one row with its options as data,
 * from which parsing, --help and error messages come.
 */
#ifndef MAIN_CLI_H
#define MAIN_CLI_H
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { CLI_OPTIONS_MAX = 16 };

struct option {
	const char *name;      /* without the dashes */
	const char *value;     /* "DIR", or NULL for a switch */
	const char *default_;  /* NULL: none */
	bool required;
	struct text help;
};

/* Parsed values, by position in the command's option table; switches hold "1". */
struct args {
	const struct command *command;
	const char *values[CLI_OPTIONS_MAX];
	const char *words[8];  /* what is not an option, in order */
	int word_count;
};

struct command {
	const char *name;
	const char *words;     /* "WHAT", "RESOURCE FILE" or "" */
	int words_min, words_max;
	struct text help;
	const struct option *options; /* ends with { 0 } */
	int (*run)(const struct args *a); /* process exit status */
};

/* The value of an option, its default, or NULL. The name must be in the command's table. */
const char *arg(const struct args *a, const char *name);
/* The value as a number within [least, most]; RC_INVALID names the option. */
enum rc arg_i64(const struct args *a, const char *name, int64_t least, int64_t most, int64_t *v, struct err *e) MUST_USE;
/* RC_INVALID with a sentence when an option is unknown, lacks its value or is missing. */
enum rc args_parse(const struct command *c, int argc, char **argv, struct args *out, struct err *e) MUST_USE;
void print_help(const struct command *c);
/* "ezhen COMMAND: sentence" to stderr; the status for usage errors. */
int usage_error(const struct command *c, const struct err *e);
/* The language of messages: LC_ALL, LC_MESSAGES or LANG beginning with zh, or unset, is Chinese. */
enum lang cli_lang(void);
#endif

#include "base/base.h"
#include "main/cli.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum lang
cli_lang(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *v = getenv(names[i]);

		if (v != NULL && v[0] != 0)
			return strncmp(v, "en", 2) == 0 ? LANG_EN : LANG_ZH;
	}
	return LANG_ZH;
}

static int
option_index(const struct command *c, struct str name)
{
	for (int i = 0; c->options[i].name != NULL; i++)
		if (str_eq_c(name, c->options[i].name))
			return i;
	return -1;
}

const char *
arg(const struct args *a, const char *name)
{
	int i = option_index(a->command, str_from_c(name));

	ASSERT(i >= 0);
	return a->values[i] != NULL ? a->values[i] : a->command->options[i].default_;
}

enum rc
arg_i64(const struct args *a, const char *name, int64_t least, int64_t most, int64_t *v, struct err *e)
{
	const char *text = arg(a, name);
	int64_t n = 0;

	if (text == NULL || !str_i64(str_from_c(text), &n) || n < least || n > most)
		return fail(e, RC_INVALID, name, "--%s 应为 %lld 到 %lld 之间的整数", "--%s must be a whole number from %lld to %lld",
			name, LL(least), LL(most));
	*v = n;
	return RC_OK;
}

static enum rc
parse_option(const struct command *c, int argc, char **argv, int *i, struct args *out, struct err *e)
{
	struct str rest = str_from_c(argv[*i] + 2), name = str_cut(&rest, '=');
	int k = option_index(c, name);

	if (k < 0)
		return fail(e, RC_INVALID, NULL, "没有选项 --" STR_FMT, "unknown option --" STR_FMT, STR_ARG(name));
	if (c->options[k].value == NULL) {
		if (rest.p != NULL)
			return fail(e, RC_INVALID, NULL, "--" STR_FMT " 不带值", "--" STR_FMT " takes no value", STR_ARG(name));
		out->values[k] = "1";
	} else if (rest.p != NULL) {
		out->values[k] = rest.p;
	} else if (*i + 1 < argc) {
		out->values[k] = argv[++*i];
	} else {
		return fail(e, RC_INVALID, NULL, "--" STR_FMT " 后面要有 %s", "--" STR_FMT " needs %s", STR_ARG(name),
			c->options[k].value);
	}
	return RC_OK;
}

enum rc
args_parse(const struct command *c, int argc, char **argv, struct args *out, struct err *e)
{
	*out = (struct args){ .command = c };
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) == 0) {
			enum rc rc = parse_option(c, argc, argv, &i, out, e);

			if (rc != RC_OK)
				return rc;
		} else if (out->word_count == c->words_max) {
			return fail(e, RC_INVALID, NULL, "多余的参数：%s", "unexpected argument: %s", argv[i]);
		} else {
			out->words[out->word_count++] = argv[i];
		}
	}
	if (out->word_count < c->words_min)
		return fail(e, RC_INVALID, NULL, "缺少参数：%s", "missing argument: %s", c->words);
	for (int k = 0; c->options[k].name != NULL; k++) {
		ASSERT(k < CLI_OPTIONS_MAX);
		if (c->options[k].required && out->values[k] == NULL)
			return fail(e, RC_INVALID, NULL, "缺少 --%s %s", "--%s %s is required", c->options[k].name,
				c->options[k].value);
	}
	return RC_OK;
}

void
print_help(const struct command *c)
{
	enum lang lang = cli_lang();

	printf("ezhen %s%s%s — %s\n\n", c->name, c->words[0] ? " " : "", c->words, text_in(c->help, lang));
	for (const struct option *o = c->options; o->name != NULL; o++) {
		char left[48];

		snprintf(left, sizeof(left), "--%s%s%s", o->name, o->value != NULL ? " " : "",
			o->value != NULL ? o->value : "");
		printf("  %-22s %s", left, text_in(o->help, lang));
		if (o->default_ != NULL)
			printf(lang == LANG_EN ? " (default %s)" : "（默认 %s）", o->default_);
		else if (o->required)
			printf("%s", lang == LANG_EN ? " (required)" : "（必填）");
		printf("\n");
	}
}

int
usage_error(const struct command *c, const struct err *e)
{
	fprintf(stderr, "ezhen %s: %s\n", c->name, e->text);
	fprintf(stderr, cli_lang() == LANG_EN ? "Try: ezhen %s --help\n" : "用法见：ezhen %s --help\n", c->name);
	return 2;
}

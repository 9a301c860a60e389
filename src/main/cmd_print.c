/* cmd_print.c - `ezhen print WHAT`: everything that is derived from the tables, for people, tools and golden files. */
#include "base/base.h"
#include "core/module.h"
#include "core/openapi.h"
#include "core/schema.h"
#include "core/setup.h"
#include "main/commands.h"
#include "main/program.h"
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 64 << 20 };

static const struct option options[] = {
	OPTION_DATA,
	{ "engine", "NAME", "sqlite", false, { "schema：sqlite 或 pg", "schema: sqlite or pg" } },
	{ "limit", "N", "1000", false, { "codes：最多打印多少个", "codes: how many at most" } },
	{ 0 },
};

static enum rc
print_openapi(struct program *p, const struct args *a, struct sb *out, struct err *e)
{
	struct str text;
	enum rc rc = openapi_print(&p->app, &p->mem, EZHEN_VERSION, &text, e);

	(void)a;
	if (rc == RC_OK)
		sb_add_str(out, text);
	return rc;
}

static enum rc
print_meta(struct program *p, const struct args *a, struct sb *out, struct err *e)
{
	struct ctx c = ctx_system(&p->app, &p->mem, NULL);
	struct str text;
	enum rc rc = meta_print(&c, EZHEN_VERSION, &text);

	(void)a;
	if (rc == RC_OK)
		sb_add_str(out, text);
	else
		*e = c.err;
	return rc;
}

static enum rc
print_schema(struct program *p, const struct args *a, struct sb *out, struct err *e)
{
	const char *engine = arg(a, "engine");

	if (strcmp(engine, "sqlite") != 0 && strcmp(engine, "pg") != 0)
		return fail(e, RC_INVALID, "engine", "--engine 应为 sqlite 或 pg", "--engine must be sqlite or pg");
	schema_print_all(out, &p->app, strcmp(engine, "pg") == 0 ? DB_PG : DB_SQLITE);
	return RC_OK;
}

static enum rc
print_migration(struct program *p, const struct args *a, struct sb *out, struct err *e)
{
	(void)a;
	return schema_next_migration(&p->app, setup_migrations(&p->mem), &p->mem, "/tmp", out, e);
}

static bool
role_holds(const struct builtin_role *r, const char *permission)
{
	for (const char *const *held = r->permissions; *held != NULL; held++)
		if (strcmp(*held, permission) == 0 || strcmp(*held, "*") == 0)
			return true;
	return false;
}

/* A Markdown table: permissions down, built-in roles across. */
static enum rc
print_roles(struct program *p, const struct args *a, struct sb *out, struct err *e)
{
	const struct builtin_role *roles[64];
	size_t count = 0;

	(void)a, (void)e;
	for (const struct module *const *m = p->app.modules; *m != NULL; m++)
		for (const struct builtin_role *r = (*m)->roles; r != NULL && r->name != NULL; r++)
			if (count < ARRAY_LEN(roles))
				roles[count++] = r;
	sb_add(out, "| permission |");
	for (size_t i = 0; i < count; i++)
		sb_addf(out, " %s %s |", roles[i]->label.zh, roles[i]->name);
	sb_add(out, "\n|---|");
	for (size_t i = 0; i < count; i++)
		sb_add(out, "---|");
	sb_add(out, "\n");
	for (const struct module *const *m = p->app.modules; *m != NULL; m++) {
		for (const struct permission *q = (*m)->permissions; q != NULL && q->name != NULL; q++) {
			sb_addf(out, "| `%s` %s |", q->name, q->label.zh);
			for (size_t i = 0; i < count; i++)
				sb_add(out, role_holds(roles[i], q->name) ? " ● |" : " |");
			sb_add(out, "\n");
		}
	}
	return RC_OK;
}

static const struct db_sql sql_codes = {
	"print_codes",
	"SELECT code FROM trace_code WHERE county = :county AND state <> 'voided' ORDER BY code LIMIT :limit",
};

static enum rc
print_codes(struct program *p, const struct args *a, struct sb *out, struct err *e)
{
	DB_STMT st = NULL;
	bool row = true;
	int64_t limit;
	enum rc rc = arg_i64(a, "limit", 1, 10000000, &limit, e);

	if (rc == RC_OK)
		rc = db_prepare(p->db, &sql_codes, &st, e);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", p->app.county);
	db_bind_i64(st, "limit", limit);
	while ((rc = db_step(st, &row, e)) == RC_OK && row)
		printf(STR_FMT "\n", STR_ARG(db_col_str(st, 0)));
	(void)out;
	return rc;
}

static const struct {
	const char *name;
	enum program_open open;
	enum rc (*print)(struct program *p, const struct args *a, struct sb *out, struct err *e);
} kinds[] = {
	{ "openapi", PROGRAM_TABLES, print_openapi },
	{ "meta", PROGRAM_TABLES, print_meta },
	{ "schema", PROGRAM_TABLES, print_schema },
	{ "migration", PROGRAM_TABLES, print_migration },
	{ "roles", PROGRAM_TABLES, print_roles },
	{ "codes", PROGRAM_EXISTING, print_codes },
};

static int
run(const struct args *a)
{
	struct err e = { .lang = cli_lang() };
	struct sb out;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		PROGRAM p = { 0 };

		if (strcmp(kinds[i].name, a->words[0]) != 0)
			continue;
		if (program_open(&p, a, kinds[i].open, &e) != RC_OK)
			return command_failed(a, &e);
		sb_init(&out, &p.mem, TEXT_MAX);
		if (kinds[i].print(&p, a, &out, &e) != RC_OK)
			return command_failed(a, &e);
		ASSERT(!out.truncated);
		fwrite(out.p, 1, out.n, stdout);
		return fflush(stdout) == 0 ? 0 : 1;
	}
	(void)fail(&e, RC_INVALID, NULL, "不能打印 %s", "cannot print %s", a->words[0]);
	return usage_error(a->command, &e);
}

const struct command command_print = {
	.name = "print",
	.words = "openapi|meta|schema|migration|roles|codes",
	.words_min = 1,
	.words_max = 1,
	.help = { "打印由声明得出的一切", "print what derives from the tables" },
	.options = options,
	.run = run,
};

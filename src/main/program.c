#include "base/base.h"
#include "main/program.h"
#include "core/auth.h"
#include "core/file.h"
#include "core/keyring.h"
#include "core/module.h"
#include "core/resource.h"
#include "core/setup.h"
#include "db/migrate.h"
#include "mod/registry.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SESSIONS = 160, NODE = 1, WORK_BYTES = 64 << 20 };

int
command_failed(const struct args *a, const struct err *e)
{
	fprintf(stderr, "ezhen %s: %s%s%s\n", a->command->name, e->field, e->field[0] ? ": " : "", e->text);
	return 1;
}

static enum rc
make_folder(struct arena *a, const char *dir, const char *name, const char **path, struct err *e)
{
	const char *made = str_fmt(a, "%s%s%s", dir, name[0] ? "/" : "", name).p;
	struct stat st;

	if (mkdir(made, 0700) != 0 && errno != EEXIST)
		return fail(e, RC_UNAVAILABLE, NULL, "无法创建目录 %s：%s", "cannot create folder %s: %s", made, strerror(errno));
	if (stat(made, &st) != 0 || !S_ISDIR(st.st_mode))
		return fail(e, RC_INVALID, NULL, "%s 不是目录", "%s is not a folder", made);
	*path = made;
	return RC_OK;
}

static enum rc
open_folders(struct program *p, struct err *e)
{
	const char *unused;
	enum rc rc = make_folder(&p->mem, p->app.data_dir, "tmp", &unused, e);

	if (rc == RC_OK)
		rc = store_open(&p->app.files, &p->mem, p->app.data_dir, e);
	if (rc != RC_OK)
		return rc;
	p->app.auth = auth_new(&p->mem, &(struct auth_options){ .rand = p->app.rand });
	return keyring_open(&p->app.keys, &p->mem, p->app.data_dir, p->app.rand, e);
}

static enum rc
open_database(struct program *p, const struct args *a, bool create, struct err *e)
{
	const char *url = arg(a, "db");
	const char *own = str_fmt(&p->mem, "sqlite:%s/county.db", p->app.data_dir).p;
	struct db_options o = {
		.url = url != NULL ? url : own,
		.sessions_max = SESSIONS,
		.clock = p->app.clock,
		.log = p->app.log,
		.create = create,
	};
	enum rc rc = db_pool_open(&p->app.pool, &o, e);

	if (rc == RC_OK)
		rc = db_take(p->app.pool, 5000, &p->db, e);
	return rc;
}

enum rc
program_open(struct program *p, const struct args *a, enum program_open how, struct err *e)
{
	enum rc rc;

	*p = (struct program){ .log = { .fd = 2, .least = LOG_INFO, .clock = &clock_system } };
	arena_init(&p->mem, 0);
	arena_init(&p->work, WORK_BYTES);
	p->app = (struct app){
		.modules = all_modules,
		.resources = all_resources,
		.clock = &clock_system,
		.rand = &rand_system,
		.log = &p->log,
		.data_dir = ".",
		.public_url = "http://127.0.0.1:7300",
	};
	rc = app_index_build(&p->app, &p->mem, e);
	p->app.ids = id_source_new(&p->mem, NODE, p->app.clock);
	if (rc != RC_OK || how == PROGRAM_TABLES)
		return rc;
	rc = make_folder(&p->mem, arg(a, "data"), "", &p->app.data_dir, e);
	if (rc != RC_OK || how == PROGRAM_NO_DB)
		return rc;
	rc = open_folders(p, e);
	if (rc != RC_OK)
		return rc;
	rc = open_database(p, a, how == PROGRAM_MIGRATE, e);
	if (rc == RC_OK && how == PROGRAM_MIGRATE)
		rc = migrate_up(p->db, setup_migrations(&p->mem), NULL, e);
	if (rc == RC_OK)
		rc = migrate_check(p->db, setup_migrations(&p->mem), e);
	if (rc != RC_OK)
		return rc;
	p->ctx = ctx_system(&p->app, &p->work, p->db);
	p->ctx.err.lang = cli_lang();
	p->ctx.lang = cli_lang();
	if (how == PROGRAM_EXISTING)
		rc = setup_load(&p->ctx, &p->app);
	if (rc != RC_OK)
		*e = p->ctx.err;
	return rc;
}

void
program_close(struct program *p)
{
	db_give(&p->db);
	db_pool_close(p->app.pool);
	p->app.pool = NULL;
	arena_done(&p->work);
	arena_done(&p->mem);
}

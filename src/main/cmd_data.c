/* cmd_data.c - migrate, check, backup, restore: what an administrator does with a data folder. */
#include "base/base.h"
#include "core/account.h"
#include "core/backup.h"
#include "core/check.h"
#include "core/division.h"
#include "core/setup.h"
#include "main/commands.h"
#include "main/program.h"
#include <stdio.h>

static const struct option migrate_options[] = {
	OPTION_DATA,
	{ "county", "CODE", NULL, false, { "新数据库服务的县（6 位代码）", "county of a new database, 6 digits" } },
	{ "public-url", "URL", NULL, false, { "公众访问地址", "public address" } },
	{ 0 },
};

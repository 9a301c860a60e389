/* errors.c - the sentences for what both engines report; see the table in db.h. */
#include "base/base.h"
#include "db/db_priv.h"
#include <string.h>

enum rc
db_unavailable(const struct db_pool *pool, const char *code, const char *engine_words, struct err *e)
{
	bool retry = strcmp(code, "retry") == 0;

	if (!retry)
		LOG(pool->log, LOG_ERROR, "db", { "code", str_from_c(code) },
			{ "words", str_from_c(engine_words) });
	if (retry)
		return fail_code(e, RC_UNAVAILABLE, code, NULL, "与其他操作冲突，请重试",
			"it collided with another operation, please try again");
	if (strcmp(code, "disk-full") == 0)
		return fail_code(e, RC_UNAVAILABLE, code, NULL, "服务器磁盘空间不足，未保存",
			"the server's disk is full, nothing was stored");
	if (strcmp(code, "timeout") == 0)
		return fail_code(e, RC_UNAVAILABLE, code, NULL, "数据库处理超时，请缩小范围或稍后再试",
			"the database took too long, please narrow the request or try later");
	return fail_code(e, RC_UNAVAILABLE, code, NULL, "数据库暂时不可用，请稍后再试",
		"the database is not available at the moment, please try later");
}

enum rc
db_internal(const struct db_pool *pool, const char *name, const char *engine_words, struct err *e)
{
	LOG(pool->log, LOG_ERROR, "db", { "statement", str_from_c(name) }, { "words", str_from_c(engine_words) });
	return fail_code(e, RC_INTERNAL, "sql", NULL, "数据库语句出错：%s：%s", "database statement failed: %s: %s",
		name, engine_words);
}

enum rc
db_constraint(const char *code, const char *where, struct err *e)
{
	if (strcmp(code, "unique") == 0)
		return fail_code(e, RC_CONFLICT, code, where, "已有相同的记录", "there is such a record already");
	if (strcmp(code, "not-null") == 0)
		return fail_code(e, RC_INVALID, code, where, "必填内容缺失", "a required value is missing");
	if (strcmp(code, "foreign-key") == 0)
		return fail_code(e, RC_INVALID, code, NULL, "所引用的记录不存在，或仍被引用",
			"a record referred to does not exist, or is still referred to");
	return fail_code(e, RC_INVALID, code, where, "内容不符合数据库约束", "a value breaks a rule of the database");
}

enum rc
db_bad_value(struct err *e)
{
	return fail_code(e, RC_INVALID, "value", NULL, "内容含有无法保存的值", "a value cannot be stored");
}

/*
 * resource_check.c - refuses a declaration that contradicts itself, at start
 * and in a test, so that no later layer has to ask. Every refusal names the
 * resource and the field and says what to change.
 */
#include "base/base.h"
#include "core/field_type.h"
#include "core/module.h"
#include "core/resource_check_priv.h"
#include "core/unit.h"
#include <ctype.h>
#include <string.h>

enum rc
check_bad(const struct check *k, const char *part, const char *zh, const char *en)
{
	return fail_code(k->e, RC_INVALID, "declaration", part, "%s.%s：%s", "%s.%s: %s", k->r->name, part,
		k->e->lang == LANG_EN ? en : zh);
}

bool
check_name(const char *s, char joint, size_t max)
{
	size_t n = s != NULL ? strlen(s) : 0;

	if (n == 0 || n > max || !islower((unsigned char)s[0]) || s[n - 1] == joint)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!islower((unsigned char)s[i]) && !isdigit((unsigned char)s[i]) &&
			(s[i] != joint || s[i - 1] == joint))
			return false;
	return true;
}

bool
check_label(struct text t)
{
	return t.zh != NULL && t.zh[0] != 0 && t.en != NULL && t.en[0] != 0;
}

/* Words that need quotes on SQLite or PostgreSQL; quoting everywhere would only hide the trap for
 * hand-written SQL. */
bool
check_word_reserved(const char *name)
{
	static const char *const words[] = { "all", "analyse", "analyze", "and", "any", "array", "as", "asc",
		"between", "both", "by", "case", "cast", "check", "collate", "column", "commit", "constraint",
		"create", "current_date", "current_time", "current_timestamp", "current_user", "default",
		"deferrable", "delete", "desc", "distinct", "do", "drop", "else", "end", "escape", "except",
		"exists", "false", "fetch", "for", "foreign", "freeze", "from", "full", "grant", "group",
		"having", "in", "index", "initially", "inner", "insert", "intersect", "into", "is", "isnull",
		"join", "lateral", "leading", "left", "like", "limit", "localtime", "natural", "not",
		"notnull", "null", "offset", "on", "only", "or", "order", "outer", "over", "placing",
		"primary", "references", "returning", "right", "rowid", "select", "session_user", "set",
		"similar", "some", "symmetric", "table", "then", "to", "trailing", "transaction", "true",
		"union", "unique", "update", "user", "using", "values", "variadic", "verbose", "when",
		"where", "window", "with" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i], name) == 0)
			return true;
	return false;
}

/* Tables of the platform itself, which no resource may take. */
static bool
is_platform_table(const char *name)
{
	static const char *const tables[] = { "audit", "event", "event_delivery", "search_doc", "search_fts",
		"division", "migration" };

	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		if (strcmp(tables[i], name) == 0)
			return true;
	return false;
}

static enum rc
check_names(const struct check *k)
{
	const struct resource *r = k->r;

	if (!check_name(r->name, '-', 48))
		return check_bad(k, "name", "名称须为小写字母、数字与连字符",
			"the name must be lower-case words with hyphens");
	if (!check_name(r->table, '_', 48) || check_word_reserved(r->table) || is_platform_table(r->table))
		return check_bad(k, "table", "表名须为小写下划线单词且不是保留字",
			"the table must be lower-case words with underscores and no reserved word");
	if (!check_label(r->label))
		return check_bad(k, "label", "缺少中文或英文名称", "the label needs Chinese and English");
	if (r->fields == NULL || r->fields[0].name == NULL || r->record_size == 0)
		return check_bad(k, "fields", "没有字段或 record_size", "no fields or no record_size");
	for (const struct resource *const *o = k->app->resources; o != NULL && *o != NULL; o++)
		if (*o != r && (strcmp((*o)->name, r->name) == 0 || strcmp((*o)->table, r->table) == 0))
			return check_bad(k, "name", "名称或表名与另一资源重复",
				"another resource has this name or table");
	return RC_OK;
}

bool
check_permission_known(const struct app *app, const char *may)
{
	if (app->modules == NULL)
		return true; /* a test without modules */
	for (const struct module *const *m = app->modules; *m != NULL; m++)
		for (const struct permission *p = (*m)->permissions; p != NULL && p->name != NULL; p++)
			if (strcmp(p->name, may) == 0)
				return true;
	return false;
}

static bool
has_group(const struct app *app, const char *group)
{
	if (app->modules == NULL)
		return true;
	for (const struct module *const *m = app->modules; *m != NULL; m++)
		for (const struct menu_group *g = (*m)->groups; g != NULL && g->name != NULL; g++)
			if (strcmp(g->name, group) == 0)
				return true;
	return false;
}

static enum rc
check_permissions(const struct check *k)
{
	const struct resource *r = k->r;
	bool lists = false;

	for (int i = 0; i < ACT_COUNT; i++)
		if (r->may[i] != NULL && !check_permission_known(k->app, r->may[i]))
			return check_bad(
				k, r->may[i], "权限未在任何模块声明", "no module declares this permission");
	if (r->may[ACT_LIST] != NULL && r->may[ACT_READ] == NULL)
		return check_bad(k, "may", "可列出却不可读取", "may be listed but not read");
	if (r->may[ACT_READ] == NULL &&
		(r->may[ACT_CREATE] != NULL || r->may[ACT_UPDATE] != NULL || r->may[ACT_DELETE] != NULL))
		return check_bad(k, "may", "可写入却不可读取", "may be written but not read");
	if (r->may[ACT_LIST] == NULL && (r->may[ACT_EXPORT] != NULL || r->group != NULL))
		return check_bad(k, "may", "可导出或在菜单中却不可列出",
			"exported or in a menu but may not be listed");
	if (r->may[ACT_IMPORT] != NULL && r->may[ACT_CREATE] == NULL)
		return check_bad(k, "may", "可导入却不可新建", "may be imported but not created");
	if (r->append_only && (r->may[ACT_UPDATE] != NULL || r->may[ACT_DELETE] != NULL || r->moves != NULL))
		return check_bad(k, "append_only", "只增资源不可修改、删除或流转",
			"append-only rows cannot be updated, deleted or moved");
	for (const struct field *f = r->fields; f->name != NULL; f++)
		lists |= f->list;
	if (r->group != NULL && (!has_group(k->app, r->group) || !lists))
		return check_bad(k, "group", "菜单组未声明，或没有列表列",
			"the menu group is unknown, or no field is a list column");
	return RC_OK;
}

static enum rc
check_place(const struct check *k)
{
	const struct resource *r = k->r;
	bool declares = field_find(r, S("division")) != NULL || field_find(r, S("org_id")) != NULL ||
			field_find(r, S("person_id")) != NULL;
	const struct field *f = r->inherits != NULL ? field_find(r, str_from_c(r->inherits)) : NULL;
	const struct resource *up;

	if ((r->place == PLACE_PARENT) != (r->inherits != NULL))
		return check_bad(k, "inherits", "inherits 与 PLACE_PARENT 必须同时给出",
			"inherits and PLACE_PARENT go together");
	if (r->inherits != NULL) {
		if (f == NULL || f->type != T_REF || !f->required)
			return check_bad(k, "inherits", "inherits 须为必填引用字段",
				"inherits must name a required reference");
		up = f->ref != NULL ? resource_find(k->app, str_from_c(f->ref)) : NULL;
		if (up != NULL && up->place == PLACE_COUNTY)
			return check_bad(k, "inherits", "不能从全县资源继承位置",
				"a county-wide row has no place to inherit");
	}
	up = r;
	for (int depth = 0; up != NULL && up->inherits != NULL; depth++) {
		if (depth > 6)
			return check_bad(k, "inherits", "位置继承成环或过深",
				"places are inherited in a circle or too deep");
		f = field_find(up, str_from_c(up->inherits));
		up = f != NULL && f->ref != NULL ? resource_find(k->app, str_from_c(f->ref)) : NULL;
	}
	if (declares && (r->place == PLACE_PARENT || r->place == PLACE_COUNTY))
		return check_bad(k, "place", "位置由规则决定，不能再声明 division/org_id/person_id",
			"the place is given by rule; division, org_id and person_id cannot be declared");
	if (r->place == PLACE_SELF && field_find(r, S("person_id")) != NULL)
		return check_bad(
			k, "place", "PLACE_SELF 不能声明 person_id", "PLACE_SELF cannot declare person_id");
	return RC_OK;
}

static enum rc
check_sort_and_rules(const struct check *k)
{
	const struct resource *r = k->r;

	if (r->default_sort != NULL) {
		const char *s = r->default_sort + (r->default_sort[0] == '-' ? 1 : 0);
		const struct field *f = field_find(r, str_from_c(s));

		if (strcmp(s, "id") != 0 && (f == NULL || !field_sortable(f)))
			return check_bad(k, "default_sort", "默认排序字段不存在或不可排序",
				"the sort field is unknown or cannot be sorted");
	}
	for (const struct rule *u = r->rules; u != NULL && u->name != NULL; u++)
		if (u->check == NULL)
			return check_bad(k, u->name, "规则没有函数", "the rule has no function");
	for (const struct unique_rule *u = r->uniques; u != NULL && u->name != NULL; u++) {
		size_t n = 0;

		if (!check_name(u->name, '_', 32) || !check_label(u->message))
			return check_bad(k, "uniques", "唯一规则缺少名称或双语提示",
				"a unique rule lacks a name or its message");
		for (; n < ARRAY_LEN(u->fields) && u->fields[n] != NULL; n++) {
			const struct field *f = field_find(r, str_from_c(u->fields[n]));

			if (f == NULL || f->private || (type_info(f->type)->flags & TYPE_UNIQUE) == 0)
				return check_bad(k, u->fields[n], "唯一规则的字段不存在或类型不宜",
					"unknown or unfit field of a unique rule");
		}
		if (n < 2 || n == ARRAY_LEN(u->fields))
			return check_bad(k, u->name, "唯一规则须有二至四个字段",
				"a unique rule has two to four fields");
	}
	return RC_OK;
}

static enum rc
check_line(const struct check *k)
{
	const struct resource *r = k->r, *up = resource_find(k->app, str_from_c(r->parent));
	bool listed = false;

	for (const struct field *f = up != NULL ? up->fields : NULL; f != NULL && f->name != NULL; f++)
		listed |= f->type == T_LINES && f->lines == r;
	if (!listed)
		return check_bad(k, "parent", "上级资源没有指向此明细的字段",
			"the owner has no line field for this resource");
	for (int i = 0; i < ACT_COUNT; i++)
		if (r->may[i] != NULL)
			return check_bad(k, "may", "明细随上级授权，不能另设权限",
				"lines have their owner's permissions");
	if (r->states != NULL || r->moves != NULL || r->uniques != NULL || r->rules != NULL ||
		r->on_create != NULL || r->on_update != NULL || r->on_move != NULL || r->on_delete != NULL ||
		r->group != NULL || r->inherits != NULL || r->default_sort != NULL)
		return check_bad(k, "parent", "明细不能有状态、规则、钩子或菜单",
			"lines have no states, rules, hooks or menu");
	for (const struct field *f = r->fields; f->name != NULL; f++)
		if (f->type == T_LINES || f->type == T_FILE || f->type == T_FILES || f->unique || f->search ||
			field_is_place(f) || f->fixed)
			return check_bad(k, f->name, "明细字段不能是文件、明细、唯一、检索、固定或位置",
				"a line's field cannot be a file, lines, unique, searched, fixed or a place");
	return RC_OK;
}

enum rc
resource_check(const struct app *app, const struct resource *r, struct err *e)
{
	static enum rc (*const checks[])(const struct check *k) = { check_names, check_fields, check_states,
		check_permissions, check_place, check_sort_and_rules };
	struct check k = { app, r, e };
	enum rc rc;

	if (r->name == NULL || r->table == NULL)
		return fail_code(e, RC_INVALID, "declaration", "name", "有资源没有名称或表名",
			"a resource has no name or table");
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		rc = checks[i](&k);
		if (rc != RC_OK)
			return rc;
	}
	if (r->parent != NULL)
		return check_line(&k);
	return check_title(&k);
}

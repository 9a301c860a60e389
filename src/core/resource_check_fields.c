/* resource_check_fields.c - the part of the declaration check about single fields, states and moves. */
#include "base/base.h"
#include "core/field_type.h"
#include "core/resource_check_priv.h"
#include "core/unit.h"
#include "core/value.h"
#include <string.h>

/* System columns, and words the list route uses as parameters. */
static bool
is_taken(const char *name)
{
	static const char *const words[] = { "county", "id", "version", "created_ms", "created_by",
		"updated_ms", "updated_by", "deleted_ms", "parent_id", "position", "q", "sort", "limit",
		"after", "count", "labels", "deleted", "lang", "format" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i], name) == 0)
			return true;
	return false;
}

static enum rc
check_field_name(const struct check *k, const struct field *f, const struct type_info *t)
{
	struct str name = str_from_c(f->name);

	if (!check_name(f->name, '_', 40) || is_taken(f->name) || check_word_reserved(f->name) ||
		str_ends(name, S("_h")))
		return check_bad(k, f->name, "字段名须为小写下划线单词，且不是保留名",
			"the name must be lower-case words with underscores and not reserved");
	if (!check_label(f->label))
		return check_bad(k, f->name, "缺少中文或英文名称", "the label needs Chinese and English");
	if ((f->help.zh == NULL) != (f->help.en == NULL) || (f->group.zh == NULL) != (f->group.en == NULL))
		return check_bad(k, f->name, "提示或分组只有一种语言", "help or group in one language only");
	if (t->suffix != NULL && !str_ends(name, str_from_c(t->suffix)))
		return check_bad(k, f->name, "名称后缀与类型不符", "the name lacks the suffix of its type");
	for (int i = T_TEXT; i <= T_LINES; i++) {
		const struct type_info *o = type_info((enum field_type)i);

		if (o->suffix != NULL && o->suffix != t->suffix && str_ends(name, str_from_c(o->suffix)))
			return check_bad(
				k, f->name, "名称后缀属于另一类型", "the suffix belongs to another type");
	}
	for (const struct field *g = k->r->fields; g != f; g++)
		if (strcmp(g->name, f->name) == 0)
			return check_bad(k, f->name, "字段重复", "declared twice");
	if (field_is_place(f) && f->type != (strcmp(f->name, "division") == 0 ? T_DIVISION : T_REF))
		return check_bad(k, f->name, "位置字段须为行政区划或引用",
			"a place field must be a division or a reference");
	return RC_OK;
}

static enum rc
check_member(const struct check *k, const struct field *f, const struct type_info *t)
{
	static const size_t sizes[] = { [M_I64] = sizeof(int64_t),
		[M_BOOL] = sizeof(bool),
		[M_STR] = sizeof(struct str),
		[M_ROWS] = sizeof(struct rows) };

	if (f->as != t->as)
		return check_bad(k, f->name, "结构体成员类型与字段类型不符",
			"the member's C type does not fit the field type");
	if (f->at + sizes[f->as] > k->r->record_size)
		return check_bad(k, f->name, "成员超出 record_size", "the member lies outside record_size");
	for (const struct field *g = k->r->fields; g != f; g++)
		if (g->at == f->at)
			return check_bad(k, f->name, "两个字段指向同一成员", "two fields share a member");
	return RC_OK;
}

static enum rc
check_limits(const struct check *k, const struct field *f, const struct type_info *t)
{
	if ((t->flags & TYPE_MAX) != 0 && f->max <= 0)
		return check_bad(k, f->name, "文字须声明 .max", "a text needs .max");
	if ((t->flags & TYPE_RANGE) == 0 && f->max != 0 &&
		(t->max_max == 0 || f->max < 0 || f->max > t->max_max))
		return check_bad(
			k, f->name, ".max 超出该类型允许的上限", ".max is beyond what the type allows");
	if (f->min > f->max && (f->max != 0 || (t->flags & TYPE_RANGE) == 0))
		return check_bad(k, f->name, ".min 大于 .max", ".min is above .max");
	if ((t->flags & TYPE_RANGE) != 0 && f->min > 0 && f->max == 0)
		return check_bad(k, f->name, "有 .min 时须有 .max", ".min needs .max");
	if (f->type == T_ENUM && (f->choices == NULL || f->choices[0].value == NULL))
		return check_bad(k, f->name, "缺少可选项", "has no choices");
	if (f->type != T_ENUM && f->choices != NULL)
		return check_bad(k, f->name, "只有枚举可有可选项", "only an enum has choices");
	for (const struct choice *o = f->choices; o != NULL && o->value != NULL; o++) {
		if (strlen(o->value) == 0 || strlen(o->value) > 64 || strpbrk(o->value, ",'|") != NULL ||
			!check_label(o->label))
			return check_bad(
				k, f->name, "可选项的值或名称不妥", "a choice's value or label is unfit");
		if (choice_find(f->choices, str_from_c(o->value)) != o)
			return check_bad(k, f->name, "可选项重复", "a choice stands twice");
	}
	return RC_OK;
}

static enum rc
check_unit(const struct check *k, const struct field *f)
{
	const struct field *u = f->unit_field != NULL ? field_find(k->r, str_from_c(f->unit_field)) : NULL;

	if (f->unit != NULL && f->unit_field != NULL)
		return check_bad(
			k, f->name, "不能同时给出 unit 和 unit_field", "has both a unit and a unit field");
	if (f->type == T_QTY && f->unit == NULL && f->unit_field == NULL)
		return check_bad(k, f->name, "数量须有单位", "a quantity needs a unit");
	if ((f->unit != NULL || f->unit_field != NULL) && f->type != T_QTY && f->type != T_INT &&
		f->type != T_RATE)
		return check_bad(k, f->name, "该类型不能有单位", "this type has no unit");
	if (f->unit != NULL && unit_find(f->unit) == NULL)
		return check_bad(k, f->name, "单位代码未知", "unknown unit code");
	if (f->unit_field != NULL && (u == NULL || u->type != T_ENUM))
		return check_bad(k, f->name, "unit_field 须为枚举字段", "the unit field must be an enum");
	for (const struct choice *o = u != NULL ? u->choices : NULL; o != NULL && o->value != NULL; o++)
		if (unit_find(o->value) == NULL)
			return check_bad(k, f->name, "单位可选项中有未知代码",
				"a choice of the unit field is no unit code");
	return RC_OK;
}

static enum rc
check_target(const struct check *k, const struct field *f)
{
	static const char *const kinds[] = { "image", "video", "audio", "pdf", "sheet", "any" };
	const struct resource *to = f->ref != NULL ? resource_find(k->app, str_from_c(f->ref)) : NULL;
	struct str rest = str_from_c(f->accept), word;
	bool known, listed = false;

	if ((f->type == T_REF) != (f->ref != NULL) ||
		(f->type == T_REF && (to == NULL || to->parent != NULL)))
		return check_bad(k, f->name, "引用的资源不存在", "the reference leads to no resource");
	if ((f->type == T_LINES) != (f->lines != NULL))
		return check_bad(k, f->name, "明细字段与 .lines 须同时给出", "lines and .lines go together");
	for (const struct resource *const *r = k->app->resources; f->lines != NULL && r != NULL && *r != NULL;
		r++)
		listed |= *r == f->lines;
	if (f->lines != NULL &&
		(!listed || f->lines->parent == NULL || strcmp(f->lines->parent, k->r->name) != 0))
		return check_bad(k, f->name, "明细资源未登记或上级不符",
			"the line resource is not registered or names another owner");
	if (f->accept != NULL && f->type != T_FILE && f->type != T_FILES)
		return check_bad(k, f->name, "只有文件字段可有 .accept", "only files have .accept");
	while (rest.p != NULL) {
		word = str_trim(str_cut(&rest, ','));
		known = false;
		for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
			known |= str_eq_c(word, kinds[i]);
		if (!known)
			return check_bad(k, f->name, ".accept 含未知种类", ".accept names an unknown kind");
	}
	return RC_OK;
}

static enum rc
check_flags(const struct check *k, const struct field *f, const struct type_info *t)
{
	if (f->private && (t->flags & TYPE_PRIVATE) == 0)
		return check_bad(k, f->name, "该类型无法加密与脱敏", "this type cannot be sealed and masked");
	if (f->type == T_IDNO && !f->private)
		return check_bad(k, f->name, "身份证号码须为 .private", "an identity number must be private");
	if (f->private && (f->search || f->public || f->default_ != NULL))
		return check_bad(k, f->name, "个人信息不能检索、公开或有默认值",
			"personal data cannot be searched, public or defaulted");
	if (f->secret &&
		(!f->server || f->list || f->filter || f->search || f->public || f->title || f->required))
		return check_bad(k, f->name, "保密字段只能由服务器读写",
			"a secret is read and written by the server alone");
	if (f->search && (t->flags & TYPE_SEARCH) == 0)
		return check_bad(k, f->name, "该类型不能全文检索", "this type cannot be searched");
	if (f->unique && (t->flags & TYPE_UNIQUE) == 0)
		return check_bad(k, f->name, "该类型不能唯一", "this type cannot be unique");
	if (f->title && (t->flags & TYPE_TITLE) == 0)
		return check_bad(k, f->name, "该类型不能作标题", "this type cannot name a row");
	if (f->type == T_STATE && (f->required || f->fixed || f->server || f->default_ != NULL || f->unique))
		return check_bad(k, f->name, "状态只由流转写入", "a state is written by moves alone");
	if (f->type == T_BOOL && f->required)
		return check_bad(
			k, f->name, "布尔值从不为空", "a flag is never absent, so required says nothing");
	if (f->list && f->type == T_LINES)
		return check_bad(k, f->name, "明细不能作列表列", "lines cannot be a list column");
	return RC_OK;
}

static enum rc
check_conditions(const struct check *k, const struct field *f, const struct type_info *t)
{
	const struct field *w =
		f->required_when != NULL ? field_find(k->r, str_from_c(f->required_when)) : NULL;
	struct str rest = str_from_c(f->required_is), word;
	struct value v;
	ARENA mem = { 0 };

	if ((f->required_when != NULL) != (f->required_is != NULL))
		return check_bad(k, f->name, "required_when 与 required_is 须同时给出",
			"required_when and required_is go together");
	if (f->required_when != NULL &&
		(f->required || f->server || w == NULL || w == f || (w->type != T_ENUM && w->type != T_BOOL)))
		return check_bad(k, f->name, "条件必填的依据须为另一枚举或布尔字段",
			"the condition must be another enum or flag");
	while (rest.p != NULL) {
		word = str_trim(str_cut(&rest, ','));
		if (w->type == T_ENUM ? choice_find(w->choices, word) == NULL
				      : !str_eq_c(word, "true") && !str_eq_c(word, "false"))
			return check_bad(
				k, f->name, "条件值不在可选项中", "a value of the condition is no choice");
	}
	if (f->default_ == NULL)
		return RC_OK;
	if ((t->flags & TYPE_DEFAULT) == 0)
		return check_bad(k, f->name, "该类型不能有默认值", "this type has no default");
	arena_init(&mem, 1 << 20);

	struct err e = { 0 };
	struct json *j = NULL;

	if (json_parse(&mem, str_from_c(f->default_), 4096, &j, &e) != RC_OK ||
		value_from_json(&mem, f, j, &v, &e) != RC_OK || v.null)
		return check_bad(k, f->name, "默认值不合法", "the default is not a valid value (JSON form)");
	return RC_OK;
}

enum rc
check_fields(const struct check *k)
{
	for (const struct field *f = k->r->fields; f->name != NULL; f++) {
		const struct type_info *t;
		enum rc rc;

		if (f->type < T_TEXT || f->type > T_LINES)
			return check_bad(k, f->name, "类型未知", "unknown type");
		t = type_info(f->type);
		rc = check_field_name(k, f, t);
		if (rc == RC_OK)
			rc = check_member(k, f, t);
		if (rc == RC_OK)
			rc = check_limits(k, f, t);
		if (rc == RC_OK)
			rc = check_unit(k, f);
		if (rc == RC_OK)
			rc = check_target(k, f);
		if (rc == RC_OK)
			rc = check_flags(k, f, t);
		if (rc == RC_OK)
			rc = check_conditions(k, f, t);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

enum rc
check_title(const struct check *k)
{
	size_t n = 0;

	for (const struct field *f = k->r->fields; f->name != NULL; f++)
		n += f->title;
	return n == 1 ? RC_OK
		      : check_bad(
				k, "title", "须有且只有一个标题字段", "exactly one field must be the title");
}

static enum rc
check_move(const struct check *k, const struct move *m)
{
	static const char *const taken[] = { "history", "template", "export", "import" };
	struct str rest = str_from_c(m->from), word;

	if (!check_name(m->name, '-', 32) || !check_label(m->label))
		return check_bad(k, m->name != NULL ? m->name : "moves", "流转缺少名称",
			"a move lacks its name or label");
	for (size_t i = 0; i < ARRAY_LEN(taken); i++)
		if (strcmp(m->name, taken[i]) == 0)
			return check_bad(
				k, m->name, "流转名与路径冲突", "the name of the move is a route already");
	for (const struct move *o = k->r->moves; o != m; o++)
		if (strcmp(o->name, m->name) == 0)
			return check_bad(k, m->name, "流转重复", "the move is declared twice");
	if (m->may != NULL && !check_permission_known(k->app, m->may))
		return check_bad(
			k, m->name, "流转没有（已声明的）权限", "the move has no declared permission");
	if (m->to == NULL || choice_find(k->r->states, str_from_c(m->to)) == NULL || rest.p == NULL)
		return check_bad(k, m->name, "流转的状态未知", "the move leads from or to an unknown state");
	while (rest.p != NULL) {
		word = str_cut(&rest, '|');
		if (choice_find(k->r->states, word) == NULL)
			return check_bad(
				k, m->name, "流转的状态未知", "the move leads from or to an unknown state");
		if (str_eq_c(word, m->to))
			return check_bad(k, m->name, "流转前后状态相同", "the move leads nowhere");
	}
	if ((m->confirm.zh == NULL) != (m->confirm.en == NULL))
		return check_bad(k, m->name, "确认语只有一种语言", "the question is in one language only");
	return RC_OK;
}

/* Every state but the first must be the end of a path of moves from it. */
static enum rc
check_reachable(const struct check *k)
{
	uint64_t reached = 1, before = 0;
	size_t i;

	while (reached != before) {
		before = reached;
		for (const struct move *m = k->r->moves; m != NULL && m->name != NULL; m++)
			for (i = 0; k->r->states[i].value != NULL; i++)
				if ((reached >> i & 1) != 0 &&
					word_listed(m->from, '|', str_from_c(k->r->states[i].value)))
					reached |= UINT64_C(1)
						   << (choice_find(k->r->states, str_from_c(m->to)) -
							      k->r->states);
	}
	for (i = 0; k->r->states[i].value != NULL; i++)
		if ((reached >> i & 1) == 0)
			return check_bad(k, k->r->states[i].value, "没有流转能到达此状态",
				"no move reaches this state");
	return RC_OK;
}

enum rc
check_states(const struct check *k)
{
	size_t fields = 0, n = 0;
	enum rc rc;

	for (const struct field *f = k->r->fields; f->name != NULL; f++)
		fields += f->type == T_STATE;
	if (fields > 1 || (fields == 1) != (k->r->states != NULL))
		return check_bad(k, "states", "状态表与唯一的状态字段须同时给出",
			"states and exactly one state field go together");
	if (k->r->states == NULL)
		return k->r->moves == NULL
			       ? RC_OK
			       : check_bad(k, "moves", "没有状态却有流转", "moves without states");
	for (const struct choice *o = k->r->states; o->value != NULL; o++, n++) {
		if (!check_name(o->value, '_', 32) || !check_label(o->label))
			return check_bad(
				k, "states", "状态的值或名称不妥", "a state's value or label is unfit");
		if (choice_find(k->r->states, str_from_c(o->value)) != o)
			return check_bad(k, o->value, "状态重复", "the state stands twice");
	}
	if (n == 0 || n > 60)
		return check_bad(k, "states", "须有一至六十个状态", "there must be 1 to 60 states");
	for (const struct move *m = k->r->moves; m != NULL && m->name != NULL; m++) {
		rc = check_move(k, m);
		if (rc != RC_OK)
			return rc;
	}
	return check_reachable(k);
}

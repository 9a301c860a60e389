/* news.c - news, notices and policies of the public portal. */
#include "base/base.h"
#include <string.h>
#include "core/auth.h"
#include "mod/portal/portal.h"

#define RECORD struct news

static const struct choice kinds[] = {
	CHOICE("news", "新闻", "News"),
	CHOICE("notice", "通知公告", "Notice", .tone = TONE_WARN),
	CHOICE("policy", "政策", "Policy", .tone = TONE_INFO),
	{ 0 },
};

static const struct field fields[] = {
	FIELD(title, "标题", "Title", T_TEXT, .required = 1, .max = 100, .title = 1, .search = 1, .list = 1, .public = 1, .width = 360),
	FIELD(kind, "栏目", "Section", T_ENUM, .choices = kinds, .required = 1, .default_ = "\"news\"", .list = 1, .filter = 1,
		.secondary = 1, .public = 1, .width = 110),
	FIELD(summary, "摘要", "Summary", T_TEXT, .max = 300, .search = 1, .public = 1,
		.help = { "列表和分享时显示，不填则取正文开头", "Shown in lists; the beginning of the text when empty" }),
	FIELD(body, "正文", "Text", T_LONGTEXT, .required = 1, .max = 50000, .search = 1, .public = 1,
		.help = { "可用的格式：段落、标题、加粗、列表、表格、链接；其余标记会被去掉",
			"Paragraphs, headings, bold, lists, tables and links are kept; other markup is removed" }),
	FIELD(cover, "封面图", "Cover picture", T_FILE, .accept = "image", .public = 1),
	FIELD(published_ms, "发布时间", "Published", T_TIME, .server = 1, .list = 1, .public = 1, .mobile = 1, .width = 160),
	FIELD(state, "状态", "State", T_STATE, .list = 1, .filter = 1, .width = 90),
	{ 0 },
};

static const struct choice states[] = {
	CHOICE("draft", "草稿", "Draft", .tone = TONE_INFO),
	CHOICE("published", "已发布", "Published", .tone = TONE_OK),
	CHOICE("withdrawn", "已撤下", "Withdrawn", .tone = TONE_NONE),
	{ 0 },
};

static const struct move moves[] = {
	{ "publish", { "发布", "Publish" }, "draft|withdrawn", "published", "portal.edit",
		{ "发布后所有人可见，确定吗？", "Everyone will be able to read it. Continue?" }, .primary = 1 },
	{ "withdraw", { "撤下", "Withdraw" }, "published", "withdrawn", "portal.edit",
		{ "撤下后门户不再显示，确定吗？", "The portal will no longer show it. Continue?" }, .danger = 1 },
	{ 0 },
};

static enum rc
clean_body(struct ctx *c, struct news *n)
{
	n->body = news_clean(c->mem, n->body);
	if (news_is_blank(n->body))
		return fail(&c->err, RC_INVALID, "body", "正文没有可显示的内容", "the text has nothing to show");
	return RC_OK;
}

static enum rc
on_create(struct ctx *c, struct record_head *h, void *record)
{
	enum rc rc = auth_whole_county(c, "portal.edit");

	(void)h;
	return rc != RC_OK ? rc : clean_body(c, record);
}

static enum rc
on_update(struct ctx *c, struct record_head *h, void *record, const void *before)
{
	enum rc rc = auth_whole_county(c, "portal.edit");

	(void)h;
	(void)before;
	return rc != RC_OK ? rc : clean_body(c, record);
}

static enum rc
on_move(struct ctx *c, struct record_head *h, void *record, const struct move *m)
{
	struct news *n = record;
	enum rc rc = auth_whole_county(c, "portal.edit");

	(void)h;
	if (rc != RC_OK)
		return rc;
	if (strcmp(m->name, "publish") == 0 && n->published_ms == NIL)
		n->published_ms = c->now_ms;
	return RC_OK;
}

static enum rc
on_delete(struct ctx *c, struct record_head *h, const void *record)
{
	(void)h;
	(void)record;
	return auth_whole_county(c, "portal.edit");
}

const struct resource resource_news = {
	.name = "news",
	.label = { "资讯", "News" },
	.help = { "门户上的新闻、通知公告和政策", "News, notices and policies of the portal" },
	.table = "news",
	.icon = "news",
	.group = "portal",
	.fields = fields,
	.states = states,
	.moves = moves,
	.record_size = sizeof(RECORD),
	.place = PLACE_COUNTY,
	.default_sort = "-published_ms",
	.may = { [ACT_LIST] = "portal.edit", [ACT_READ] = "portal.edit", [ACT_CREATE] = "portal.edit",
		[ACT_UPDATE] = "portal.edit", [ACT_DELETE] = "portal.edit" },
	.on_create = on_create,
	.on_update = on_update,
	.on_move = on_move,
	.on_delete = on_delete,
};

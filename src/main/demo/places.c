/* places.c - where the demo county lies, its pictures, news, scans and the run of all steps. */
#include "base/base.h"
#include "main/demo/demo.h"
#include "core/division.h"
#include "core/file.h"
#include "lib/scene/scene.h"
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct db_sql sql_divisions = {
	"demo_divisions",
	"SELECT code, name, level, parent, lng_e6, lat_e6 FROM division"
	" WHERE county = :county AND level >= 4 AND valid_to_on IS NULL ORDER BY level, code",
};

static void
keep_place(struct demo *d, struct db_stmt *st)
{
	struct demo_place p = { .code = db_col_i64(st, 0), .name = str_dup(d->c->mem, db_col_str(st, 1)),
		.town = db_col_i64(st, 3), .lng_e6 = db_col_i64(st, 4), .lat_e6 = db_col_i64(st, 5) };

	if (p.lng_e6 == NIL)
		p.lng_e6 = 113228451, p.lat_e6 = 36334102;
	p.community = p.code % 1000 < 200; /* GB/T 10114: 001-199 residents' committees, 200-399 villages */
	if (db_col_i64(st, 2) == 4 && d->town_count < DEMO_TOWNS_MAX)
		d->towns[d->town_count++] = p;
	else if (db_col_i64(st, 2) == 5 && d->village_count < DEMO_VILLAGES_MAX)
		d->villages[d->village_count++] = p;
}

void
demo_places(struct demo *d)
{
	DB_STMT st = NULL;
	bool row = true;

	d->rc = db_prepare(d->c->db, &sql_divisions, &st, &d->c->err);
	if (d->rc == RC_OK)
		db_bind_i64(st, "county", d->c->county);
	while (d->rc == RC_OK && row) {
		d->rc = db_step(st, &row, &d->c->err);
		if (d->rc == RC_OK && row)
			keep_place(d, st);
	}
	if (d->rc == RC_OK && (d->town_count == 0 || d->village_count == 0))
		d->rc = fail(&d->c->err, RC_STATE, NULL, "没有县 %lld 的行政区划数据", "no divisions of county %lld are loaded",
			LL(d->c->county));
	if (d->rc != RC_OK)
		return;

	/* Villages come without positions of their own: they lie around their township. */
	for (size_t i = 0; i < d->village_count; i++) {
		for (size_t k = 0; k < d->town_count; k++) {
			if (d->towns[k].code != d->villages[i].town)
				continue;
			d->villages[i].lng_e6 = d->towns[k].lng_e6 + demo_below(d, 50000) - 25000;
			d->villages[i].lat_e6 = d->towns[k].lat_e6 + demo_below(d, 40000) - 20000;
		}
	}
}

static int64_t
add_picture(struct demo *d, enum scene_kind kind, const char *name)
{
	struct file_info info = { 0 };

	if (d->rc != RC_OK)
		return 0;

	int fd = memfd_create("scene", MFD_CLOEXEC);

	if (fd < 0) {
		d->rc = fail(&d->c->err, RC_UNAVAILABLE, NULL, "没有内存画图", "no memory to draw in");
		return 0;
	}
	d->rc = scene_write(kind, 1200, 900, fd, &d->c->err);
	if (d->rc == RC_OK && lseek(fd, 0, SEEK_SET) == 0)
		d->rc = file_add(d->c, fd, str_from_c(name), "image", &info);
	close(fd);
	return info.id;
}

void
demo_pictures(struct demo *d)
{
	static const enum scene_kind by_crop[DEMO_PHOTOS] = { SCENE_GRAIN, SCENE_SCALLION, SCENE_TOMATO, SCENE_SORGHUM, SCENE_ROOT,
		SCENE_CUCUMBER, SCENE_PEPPER, SCENE_WALNUT, SCENE_APPLE, SCENE_CORN, SCENE_MELON, SCENE_SHRUB };
	char name[80];

	for (size_t i = 0; i < DEMO_PHOTOS; i++) {
		snprintf(name, sizeof(name), "%s（示例图）.png", demo_crops[i].name);
		d->photos[i] = add_picture(d, by_crop[i], name);
		d->progress("pictures", (int64_t)i + 1, DEMO_PHOTOS + 3);
	}
	d->scenes[0] = add_picture(d, SCENE_FIELD, "田间（示例图）.png");
	d->scenes[1] = add_picture(d, SCENE_GREENHOUSE, "设施大棚（示例图）.png");
	d->scenes[2] = add_picture(d, SCENE_PACKING, "分拣包装（示例图）.png");
}

void
demo_news(struct demo *d)
{
	static const struct {
		const char *title, *kind, *summary, *body;
		int days_ago, picture;
	} items[] = {
		{ "关于开展秋季农产品质量安全抽检的通知（示例）", "notice", "本月起对上市批次开展快速检测抽查。",
			"<p>请各生产主体在出货前完成批次登记与快速检测，检测合格后方可申领追溯码与承诺达标合格证。</p><p>本条为示范数据。</p>", 3, 2 },
		{ "一物一码追溯服务申领说明（示例）", "policy", "合作社、家庭农场如何申领追溯码。",
			"<p>第一步：登记地块与茬次；第二步：用手机记录农事；第三步：采收建批次并检测；第四步：申领追溯码与标签。</p><p>本条为示范数据。</p>", 12, 12 },
		{ "旱地小米进入采收晾晒期（示例）", "news", "各乡镇谷子陆续采收。",
			"<p>今年谷子长势平稳，各合作社按标准晾晒、碾米并建立批次。</p><p>本条为示范数据。</p>", 26, 0 },
		{ "村级服务点开展追溯扫码培训（示例）", "news", "站长学会用手机扫码收货、发货。",
			"<p>培训内容包括扫码核验、批次流转登记与召回处置。</p><p>本条为示范数据。</p>", 40, 14 },
		{ "设施大棚越冬茬管理要点（示例）", "news", "温湿度、病虫害与安全间隔期。",
			"<p>用药后务必等待安全间隔期满再采收，系统会按最近一次用药自动计算。</p><p>本条为示范数据。</p>", 55, 13 },
		{ "关于规范使用承诺达标合格证的通知（示例）", "policy", "每批一证，作废留痕。",
			"<p>合格证一经开具不得修改，只能作废并说明原因后重新开具。</p><p>本条为示范数据。</p>", 70, 8 },
	};

	for (size_t i = 0; i < ARRAY_LEN(items); i++) {
		int p = items[i].picture;

		demo_clock(d, d->today - items[i].days_ago, -60);
		int64_t id = demo_put(d, "news",
			"{\"title\":\"%s\",\"kind\":\"%s\",\"summary\":\"%s\",\"body\":\"%s\",\"cover\":\"%lld\"}", items[i].title,
			items[i].kind, items[i].summary, items[i].body, LL(p < DEMO_PHOTOS ? d->photos[p] : d->scenes[p - DEMO_PHOTOS]));

		demo_move(d, "news", id, "publish");
	}
	demo_flush(d);
}

/* people.c - organisations, people, stations and accounts of the demo county. */
#include "base/base.h"
#include "main/demo/demo.h"
#include "core/auth.h"
#include <stdio.h>
#include <string.h>

struct org_plan {
	const char *kind;
	int count;
	const char *name;       /* %s township, %s crop */
	const char *business;
};

static const struct org_plan plans[] = {
	{ "cooperative", 24, "%s（示范）%s种植专业合作社", "种植、初加工与统一销售" },
	{ "enterprise", 18, "%s（示范）%s商贸有限公司", "农产品收购、分级包装与网络销售" },
	{ "family_farm", 12, "%s（示范）%s家庭农场", "种植与采摘" },
	{ "association", 3, "%s（示范）%s产业协会", "品牌推广与技术服务" },
};

static int64_t
add_org(struct demo *d, const char *kind, struct str name, const struct demo_place *at, const char *business, bool leading,
	int crop)
{
	struct demo_org *o = &d->orgs[d->org_count];
	int n = (int)d->org_count + 1;
	struct str uscc = demo_uscc(d, n, kind), point = demo_point(d, at->lng_e6, at->lat_e6, 6000);
	bool shop = strcmp(kind, "enterprise") == 0 || demo_below(d, 3) == 0;

	ASSERT(d->org_count < DEMO_ORGS_MAX);
	demo_clock(d, d->today - 420 + n, n);
	*o = (struct demo_org){ .division = at->code, .crop = crop, .kind = kind, .name = str_dup(d->c->mem, name) };
	o->id = demo_put(d, "organisations",
		"{\"name\":\"" STR_FMT "\",\"kind\":\"%s\",\"uscc\":\"" STR_FMT "\",\"legal_person\":\"示例负责人%02d\","
		"\"phone\":\"138000%05d\",\"address\":\"" STR_FMT "\",\"division\":\"%lld\",\"location\":" STR_FMT ","
		"\"business\":\"%s\",\"capital_fen\":%lld,\"established_on\":\"20%02lld-0%lld-1%lld\",\"e_commerce\":%s,\"is_leading\":%s,\"cover\":\"%lld\","
		"\"intro\":\"" STR_FMT "位于" STR_FMT "，主营%s。本条为示范数据。\"}",
		STR_ARG(name), kind, STR_ARG(uscc), n, 10000 + n, STR_ARG(at->name), LL(at->code), STR_ARG(point), business,
		LL((1 + demo_below(d, 50)) * 10000000), LL(12 + demo_below(d, 12)), LL(1 + demo_below(d, 9)), LL(demo_below(d, 9)),
		shop ? "true" : "false", leading ? "true" : "false",
		LL(crop >= 0 ? d->photos[crop] : d->scenes[2]), STR_ARG(name), STR_ARG(at->name), business);
	demo_move(d, "organisations", o->id, "activate");
	d->org_count++;
	return o->id;
}

void
demo_organisations(struct demo *d)
{
	const struct demo_place *seat = &d->towns[0];
	int64_t crop = 0;

	add_org(d, "government", S("示范县商务主管部门"), seat, "主管与监督", false, -1);
	d->operator_org = add_org(d, "operator", S("示范县电子商务公共服务中心"), seat, "平台运营与公共服务", false, -1);
	add_org(d, "government", S("示范县农产品质量安全检测站"), seat, "检测与监督抽查", false, -1);
	for (size_t p = 0; p < ARRAY_LEN(plans); p++) {
		for (int i = 0; i < plans[p].count * d->scale && d->org_count < DEMO_ORGS_MAX; i++, crop++) {
			const struct demo_place *town = &d->towns[(size_t)i % d->town_count];
			char town_name[64], name[160];

			snprintf(town_name, sizeof(town_name), STR_FMT, STR_ARG(town->name));
			snprintf(name, sizeof(name), plans[p].name, town_name, demo_crops[crop % (int64_t)demo_crop_count].name);
			if (i >= (int)d->town_count)
				snprintf(name + strlen(name), sizeof(name) - strlen(name), "（%d）",
					1 + i / (int)d->town_count);
			int64_t id = add_org(d, plans[p].kind, str_from_c(name), town, plans[p].business,
				strcmp(plans[p].kind, "enterprise") == 0 && i < 5, (int)(crop % (int64_t)demo_crop_count));

			bool greenhouse = strcmp(demo_crops[crop % (int64_t)demo_crop_count].plot_kind, "greenhouse") == 0;

			if (d->enterprise_org == 0 && greenhouse)
				d->enterprise_org = id;
		}
		d->progress("organisations", (int64_t)p + 1, ARRAY_LEN(plans));
	}
}

static int64_t
add_person(struct demo *d, int n, const char *kind, int64_t org, int64_t division, const char *title)
{
	return demo_put(d, "people",
		"{\"name\":\"示例%s%03d\",\"phone\":\"1380001%04d\",\"sex\":\"%s\",\"division\":\"%lld\",\"org_id\":\"%lld\","
		"\"kind\":\"%s\",\"note\":\"示范数据，并无此人\"}",
		title, n, n, demo_below(d, 2) ? "f" : "m", LL(division), LL(org), kind);
}

static void
add_station(struct demo *d, int n, const char *kind, const struct demo_place *at, const char *suffix)
{
	struct str point = demo_point(d, at->lng_e6, at->lat_e6, 1500);

	demo_clock(d, d->today - 380 + n, n % 300);
	int64_t manager = add_person(d, n, "station_manager", d->operator_org, at->code, "站长");
	int64_t id = demo_put(d, "stations",
		"{\"code\":\"%lld-%03d\",\"name\":\"" STR_FMT "%s\",\"kind\":\"%s\",\"division\":\"%lld\",\"address\":\"" STR_FMT "\","
		"\"location\":" STR_FMT ",\"manager_id\":\"%lld\",\"phone\":\"1380002%04d\",\"area_milli\":%lld,\"opened_on\":\"" STR_FMT "\"}",
		LL(d->c->county), n, STR_ARG(at->name), suffix, kind, LL(at->code), STR_ARG(at->name), STR_ARG(point), LL(manager), n,
		LL((30 + demo_below(d, 90)) * 1000),
		STR_ARG(date_print(d->c->mem, d->today - 370 + n)));

	if (n % 17 != 0)
		demo_move(d, "stations", id, "open");
}

/* 25 township and community stations and 126 village points, as the programme of this county plans. */
void
demo_stations(struct demo *d)
{
	int n = 1, towns = 0, villages = 0;

	add_station(d, n++, "county_centre", &d->towns[0], "电商公共服务中心");
	for (size_t i = 0; i < d->town_count; i++, towns++)
		add_station(d, n++, "town_station", &d->towns[i], "电商服务站");
	for (size_t i = 0; i < d->village_count && towns < 25; i++) {
		if (d->villages[i].community) {
			add_station(d, n++, "community_station", &d->villages[i], "电商服务站");
			towns++;
		}
	}
	for (size_t i = 0; i < d->village_count && villages < 126 && d->rc == RC_OK; i++) {
		if (!d->villages[i].community) {
			add_station(d, n++, "village_point", &d->villages[i], "电商服务点");
			villages++;
		}
		d->progress("stations", n, 152);
	}
	demo_flush(d);
}

/* Growers and their plots: each belongs to a producing organisation of the same township. */
void
demo_fields(struct demo *d)
{
	int growers = 160 * d->scale;

	for (int i = 0; i < growers && d->plot_count < DEMO_ROWS_MAX && d->rc == RC_OK; i++) {
		const struct demo_row *product = &d->products[(size_t)i % d->product_count];
		const struct demo_crop *crop = &demo_crops[product->crop];
		const struct demo_place *home = &d->villages[demo_below(d, (int64_t)d->village_count)];
		struct demo_row *plot = &d->plots[d->plot_count];
		struct str point = demo_point(d, home->lng_e6, home->lat_e6, 9000);

		demo_clock(d, d->today - 400 + i % 30, i % 200);
		*plot = *product;
		plot->product_id = product->id;
		plot->division = home->code;
		plot->person_id = add_person(d, 200 + i, "grower", product->org_id, home->code, "农户");
		if (product->org_id == d->enterprise_org && d->grower_person == 0)
			d->grower_person = plot->person_id;
		plot->id = demo_put(d, "plots",
			"{\"name\":\"" STR_FMT "%s%02d号地\",\"code\":\"%lld-P%04d\",\"org_id\":\"%lld\",\"person_id\":\"%lld\","
			"\"division\":\"%lld\",\"location\":" STR_FMT ",\"area_milli\":%lld,\"kind\":\"%s\",\"soil\":\"%s\","
			"\"irrigation\":\"%s\",\"photos\":[\"%lld\"]}",
			STR_ARG(home->name), crop->name, 1 + i % 40, LL(d->c->county), i + 1, LL(plot->org_id), LL(plot->person_id),
			LL(home->code), STR_ARG(point), LL((2 + demo_below(d, 30)) * 1000), i % 23 == 0 ? "base" : crop->plot_kind,
			i % 2 ? "褐土" : "沙壤土", i % 3 ? "滴灌" : "雨养",
			LL(strcmp(crop->plot_kind, "greenhouse") == 0 ? d->scenes[1] : d->scenes[0]));
		d->plot_count++;
		d->progress("plots", i + 1, growers);
	}
	demo_flush(d);
}

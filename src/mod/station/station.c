/* station.c - the module of service stations. */
#include "base/base.h"
#include "core/module.h"
#include "mod/station/station.h"
#include "mod/station/station_priv.h"

extern const struct module module_station;

static const struct menu_group groups[] = { { "station", { "服务站点", "Stations" }, "map-pins", 30 }, { 0 } };

static const struct permission permissions[] = {
	{ "station.view", { "查看站点", "See stations" } },
	{ "station.edit", { "管理站点", "Manage stations" } },
	{ 0 },
};

static const struct card cards[] = {
	{ "stations-open", { "营业站点", "Stations open" }, "station.view",
		"SELECT COUNT(*) FROM station s WHERE s.county = :county AND s.deleted_ms IS NULL AND s.state = 'open' {scope:s}", NULL, 0,
		"/r/stations?state=open" },
	{ 0 },
};

static const struct listener listeners[] = {
	{ "station.created", "station.place-new", station_placed },
	{ "station.updated", "station.place-changed", station_placed },
	{ "station.close", "station.place-closed", station_placed },
	{ 0 },
};

const struct module module_station = {
	.name = "station",
	.label = { "服务站点", "Stations" },
	.needs = { "org" },
	.groups = groups,
	.permissions = permissions,
	.listeners = listeners,
	.cards = cards,
};

/* station.h - the station record, for modules that load it. */
#ifndef MOD_STATION_STATION_H
#define MOD_STATION_STATION_H
#include "core/resource.h"

struct station {
	struct str code, name, kind, address, phone, photos, state;
	int64_t division, org_id, location, manager_id, opened_on, area_milli;
};
extern const struct resource resource_stations;
#endif

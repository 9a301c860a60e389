/* unit.c - the table of units; codes after UN/ECE Recommendation 20, 亩 and 斤 are national. */
#include "base/base.h"
#include "core/unit.h"
#include <string.h>

const struct unit units[] = {
	{ "KGM", { "千克", "kg" }, "KGM", 1, 1 },
	{ "GRM", { "克", "g" }, "KGM", 1, 1000 },
	{ "MGM", { "毫克", "mg" }, "KGM", 1, 1000000 },
	{ "TNE", { "吨", "t" }, "KGM", 1000, 1 },
	{ "JIN", { "斤", "jin" }, "KGM", 1, 2 },
	{ "LTR", { "升", "L" }, "LTR", 1, 1 },
	{ "MLT", { "毫升", "mL" }, "LTR", 1, 1000 },
	{ "MTK", { "平方米", "m²" }, "MTK", 1, 1 },
	{ "MU", { "亩", "mu" }, "MTK", 2000, 3 },
	{ "HAR", { "公顷", "ha" }, "MTK", 10000, 1 },
	{ "KMK", { "平方公里", "km²" }, "MTK", 1000000, 1 },
	{ "MTR", { "米", "m" }, "MTR", 1, 1 },
	{ "CMT", { "厘米", "cm" }, "MTR", 1, 100 },
	{ "MMT", { "毫米", "mm" }, "MTR", 1, 1000 },
	{ "KMT", { "公里", "km" }, "MTR", 1000, 1 },
	{ "MTQ", { "立方米", "m³" }, "MTQ", 1, 1 },
	{ "H87", { "个", "pcs" }, "H87", 1, 1 },
	{ "BX", { "箱", "box" }, "BX", 1, 1 },
	{ "BG", { "袋", "bag" }, "BG", 1, 1 },
	{ "PA", { "包", "packet" }, "PA", 1, 1 },
	{ "BO", { "瓶", "bottle" }, "BO", 1, 1 },
	{ "HEA", { "头", "head" }, "HEA", 1, 1 },
	{ "CEL", { "℃", "°C" }, "CEL", 1, 1 },
	{ "P1", { "%", "%" }, "P1", 1, 1 },
	{ "SEC", { "秒", "s" }, "SEC", 1, 1 },
	{ "MIN", { "分钟", "min" }, "SEC", 60, 1 },
	{ "HUR", { "小时", "h" }, "SEC", 3600, 1 },
	{ "DAY", { "天", "days" }, "SEC", 86400, 1 },
	{ "KWH", { "千瓦时", "kWh" }, "KWH", 1, 1 },
	{ 0 },
};

const struct unit *
unit_find(const char *code)
{
	for (const struct unit *u = units; u->code != NULL; u++)
		if (code != NULL && strcmp(u->code, code) == 0)
			return u;
	return NULL;
}

/* crops.c - what the demo county grows: the crops its programme documents name, with an ordinary season each. */
#include "base/base.h"
#include "main/demo/demo.h"

enum { IN_SEED, IN_COMPOUND, IN_MANURE, IN_UREA, IN_IMIDACLOPRID, IN_AZOXYSTROBIN, IN_MATRINE, IN_BT, IN_FILM, IN_HUMIC };

const struct demo_input demo_inputs[] = {
	[IN_SEED] = { "示例良种", "seed", "", 0 },
	[IN_COMPOUND] = { "复合肥 15-15-15（示例）", "fertiliser", "N-P-K 15-15-15", 0 },
	[IN_MANURE] = { "腐熟有机肥（示例）", "fertiliser", "有机质≥45%", 0 },
	[IN_UREA] = { "尿素（示例）", "fertiliser", "N 46%", 0 },
	[IN_IMIDACLOPRID] = { "吡虫啉 10% 可湿性粉剂（示例）", "pesticide", "吡虫啉", 14 },
	[IN_AZOXYSTROBIN] = { "嘧菌酯 25% 悬浮剂（示例）", "pesticide", "嘧菌酯", 7 },
	[IN_MATRINE] = { "苦参碱 0.3% 水剂（示例）", "pesticide", "苦参碱", 5 },
	[IN_BT] = { "苏云金杆菌 可湿性粉剂（示例）", "pesticide", "苏云金杆菌", 3 },
	[IN_FILM] = { "可降解地膜（示例）", "film", "PBAT", 0 },
	[IN_HUMIC] = { "腐殖酸水溶肥（示例）", "fertiliser", "腐殖酸≥30g/L", 0 },
};
const size_t demo_input_count = ARRAY_LEN(demo_inputs);

const struct demo_crop demo_crops[] = {
	{ "旱地小米", "grain", "晋谷21号", "BG", "2.5 千克/袋", "gi", "旱坡地一年一季，谷子自然晾晒后碾米。", 5, 6, 148, 365, 100, 1,
		"dryland",
		{ { 0, "sow", IN_SEED, "旱坡地条播" }, { 2, "fertilise", IN_MANURE, "亩施腐熟有机肥" },
			{ 38, "weed", -1, "人工除草、间苗" }, { 62, "pest_control", IN_MATRINE, "苗期粟灰螟防治" },
			{ 95, "weed", -1, "中耕培土" }, { 148, "harvest", -1, "机收后晾晒" }, { 0, NULL, 0, NULL } } },
	{ "大葱", "vegetable", "章丘大葱", "KGM", "5 千克/捆", "green", "葱白长，沙壤土栽培，霜降前后起收。", 4, 10, 190, 60, 2600, 5,
		"field",
		{ { 0, "sow", IN_SEED, "育苗移栽" }, { 20, "fertilise", IN_COMPOUND, "定植底肥" }, { 45, "irrigate", -1, "滴灌" },
			{ 75, "weed", -1, "第一次培土" }, { 100, "pest_control", IN_IMIDACLOPRID, "葱蓟马防治" },
			{ 130, "fertilise", IN_UREA, "追肥" }, { 190, "harvest", -1, "人工起葱、捆扎" }, { 0, NULL, 0, NULL } } },
	{ "旱地西红柿", "vegetable", "普罗旺斯", "BX", "2.5 千克/箱", "green", "旱地露天栽培，自然成熟后采摘。", 4, 20, 105, 10, 1100, 1, "dryland",
		{ { 0, "sow", IN_SEED, "移栽定植" }, { 5, "fertilise", IN_MANURE, "穴施有机肥" }, { 30, "prune", -1, "整枝打杈" },
			{ 50, "pest_control", IN_AZOXYSTROBIN, "早疫病预防" }, { 70, "irrigate", -1, "补水一次" },
			{ 105, "harvest", -1, "分批采摘" }, { 0, NULL, 0, NULL } } },
	{ "高粱", "grain", "晋杂22号", "BG", "25 千克/袋", "none", "酿造高粱，订单种植。", 4, 28, 140, 365, 18, 1, "field",
		{ { 0, "sow", IN_SEED, "机播" }, { 1, "fertilise", IN_COMPOUND, "种肥同播" }, { 40, "weed", -1, "中耕" },
			{ 66, "pest_control", IN_BT, "蚜虫防治" }, { 140, "harvest", -1, "机收" }, { 0, NULL, 0, NULL } } },
	{ "党参", "herb", "潞党参", "KGM", "500 克/盒", "gi", "潞党参，三年生，秋末采挖，晾晒搓条。", 3, 25, 205, 540, 130, 1, "field",
		{ { 0, "sow", IN_SEED, "移栽" }, { 12, "fertilise", IN_MANURE, "有机肥" }, { 55, "weed", -1, "人工除草" },
			{ 90, "weed", -1, "搭架引蔓" }, { 120, "irrigate", -1, "抗旱浇水" }, { 205, "harvest", -1, "采挖" }, { 0, NULL, 0, NULL } } },
	{ "设施黄瓜", "vegetable", "津优35", "KGM", "散装", "none", "日光温室栽培，清晨采摘，当日进城。", 8, 25, 52, 7, 3500, 1, "greenhouse",
		{ { 0, "sow", IN_SEED, "嫁接苗定植" }, { 3, "fertilise", IN_HUMIC, "缓苗水肥" }, { 15, "irrigate", -1, "滴灌" },
			{ 28, "pest_control", IN_AZOXYSTROBIN, "霜霉病预防" }, { 38, "fertilise", IN_HUMIC, "水肥一体" },
			{ 52, "harvest", -1, "分批采摘" }, { 0, NULL, 0, NULL } } },
	{ "设施辣椒", "vegetable", "螺丝椒", "KGM", "散装", "none", "温室越冬茬，微辣。", 8, 5, 75, 12, 2800, 1, "greenhouse",
		{ { 0, "sow", IN_SEED, "定植" }, { 5, "fertilise", IN_HUMIC, "缓苗水肥" }, { 30, "pest_control", IN_MATRINE, "白粉虱防治" },
			{ 45, "prune", -1, "整枝" }, { 75, "harvest", -1, "采摘" }, { 0, NULL, 0, NULL } } },
	{ "核桃", "fruit", "辽核1号", "BX", "2.5 千克/箱", "good", "坡地核桃园，白露后采收脱青皮。", 4, 1, 160, 300, 110, 1, "orchard",
		{ { 5, "prune", -1, "春剪" }, { 20, "fertilise", IN_COMPOUND, "环状施肥" }, { 75, "pest_control", IN_BT, "举肢蛾防治" },
			{ 110, "weed", -1, "树盘除草" }, { 160, "harvest", -1, "采收、脱皮、晾晒" }, { 0, NULL, 0, NULL } } },
	{ "苹果", "fruit", "红富士", "BX", "5 千克/箱", "green", "太行山区海拔九百米以上果园，套袋栽培。", 4, 5, 195, 120, 420, 1, "orchard",
		{ { 3, "prune", -1, "疏花" }, { 20, "fertilise", IN_COMPOUND, "花后肥" }, { 45, "prune", -1, "疏果、套袋" },
			{ 80, "pest_control", IN_IMIDACLOPRID, "蚜虫防治" }, { 120, "irrigate", -1, "膨果水" },
			{ 195, "harvest", -1, "分级采摘" }, { 0, NULL, 0, NULL } } },
	{ "黑糯玉米", "grain", "黑糯181", "BX", "10 穗/箱", "none", "鲜食玉米，采后当日真空包装。", 5, 20, 88, 180, 300, 1, "field",
		{ { 0, "sow", IN_SEED, "覆膜点播" }, { 0, "fertilise", IN_COMPOUND, "种肥同播" }, { 32, "weed", -1, "除草" },
			{ 48, "pest_control", IN_BT, "玉米螟防治" }, { 88, "harvest", -1, "带苞采收" }, { 0, NULL, 0, NULL } } },
	{ "香瓜", "fruit", "羊角脆", "BX", "2.5 千克/箱", "none", "大棚吊蔓栽培，糖度稳定。", 7, 20, 68, 10, 900, 1, "greenhouse",
		{ { 0, "sow", IN_SEED, "定植" }, { 8, "fertilise", IN_HUMIC, "水肥" }, { 25, "prune", -1, "吊蔓整枝" },
			{ 36, "pest_control", IN_AZOXYSTROBIN, "白粉病预防" }, { 68, "harvest", -1, "采摘" }, { 0, NULL, 0, NULL } } },
	{ "连翘", "herb", "野生抚育", "KGM", "500 克/袋", "none", "山地连翘，青翘采收后蒸制晾干。", 3, 20, 135, 540, 60, 1, "field",
		{ { 10, "prune", -1, "修剪" }, { 60, "weed", -1, "清坡" }, { 135, "harvest", -1, "采青翘" }, { 0, NULL, 0, NULL } } },
};
const size_t demo_crop_count = ARRAY_LEN(demo_crops);

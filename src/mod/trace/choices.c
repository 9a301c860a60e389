/* Choices that several resources of the module share. */
#include "mod/trace/trace_priv.h"

const struct choice trace_units[] = {
	CHOICE("KGM", "千克", "kg"),
	CHOICE("JIN", "斤", "jin (500 g)"),
	CHOICE("TNE", "吨", "t"),
	CHOICE("H87", "个", "piece"),
	CHOICE("BX", "箱", "box"),
	CHOICE("BG", "袋", "bag"),
	{ 0 },
};

const struct choice trace_verdicts[] = {
	CHOICE("pass", "合格", "Passed", .tone = TONE_OK),
	CHOICE("fail", "不合格", "Failed", .tone = TONE_BAD),
	CHOICE("need_retest", "需复检", "Repeat needed", .tone = TONE_WARN),
	CHOICE("unconfirmed", "待确证", "Unconfirmed", .tone = TONE_WARN),
	CHOICE("invalid", "无效", "Invalid", .tone = TONE_NONE),
	{ 0 },
};

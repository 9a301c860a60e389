/*
 * scene.h - drawn pictures for demo data: a product on a calm ground, or a
 * scene of work. They are drawings and say 示例图 in the corner, so that nobody
 * takes them for photographs.
 */
#ifndef LIB_SCENE_H
#define LIB_SCENE_H
#include "base/err.h"
#include "base/str.h"

enum scene_kind {
	SCENE_GRAIN, SCENE_SCALLION, SCENE_TOMATO, SCENE_SORGHUM, SCENE_ROOT, SCENE_CUCUMBER, SCENE_PEPPER,
	SCENE_WALNUT, SCENE_APPLE, SCENE_CORN, SCENE_MELON, SCENE_SHRUB, /* products */
	SCENE_FIELD, SCENE_GREENHOUSE, SCENE_PACKING,                    /* work */
	SCENE_COUNT
};
/* Writes a PNG of width x height pixels (at most 2400 each) to fd from its position. */
enum rc scene_write(enum scene_kind kind, int width, int height, int fd, struct err *e) MUST_USE;
#endif

#include "base/base.h"
#include "lib/scene/scene.h"
#include <cairo.h>
#include <errno.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <unistd.h>

struct rgb {
	double r, g, b;
};

/* All drawing happens in a 1200 x 900 box and is scaled to the size asked for. */
enum { BOX_W = 1200, BOX_H = 900, SIDE_MAX = 2400 };

static void
fill(cairo_t *k, struct rgb c)
{
	cairo_set_source_rgb(k, c.r, c.g, c.b);
	cairo_fill(k);
}

static void
sky(cairo_t *k, struct rgb top, struct rgb bottom)
{
	cairo_pattern_t *p = cairo_pattern_create_linear(0, 0, 0, BOX_H);

	cairo_pattern_add_color_stop_rgb(p, 0, top.r, top.g, top.b);
	cairo_pattern_add_color_stop_rgb(p, 1, bottom.r, bottom.g, bottom.b);
	cairo_set_source(k, p);
	cairo_paint(k);
	cairo_pattern_destroy(p);
}

static void
hill(cairo_t *k, double base, double height, double shift, struct rgb c)
{
	cairo_move_to(k, 0, BOX_H);
	cairo_line_to(k, 0, base);
	for (int x = 0; x <= BOX_W; x += 20)
		cairo_line_to(k, x, base - height * (0.5 + 0.5 * sin(x / 260.0 + shift)) * (0.6 + 0.4 * sin(x / 610.0 + shift * 2)));
	cairo_line_to(k, BOX_W, BOX_H);
	cairo_close_path(k);
	fill(k, c);
}

static void
disc(cairo_t *k, double x, double y, double rx, double ry, struct rgb c)
{
	cairo_save(k);
	cairo_translate(k, x, y);
	cairo_scale(k, rx, ry);
	cairo_arc(k, 0, 0, 1, 0, 2 * M_PI);
	cairo_restore(k);
	fill(k, c);
}

static void
leaf(cairo_t *k, double x, double y, double length, double angle, struct rgb c)
{
	cairo_save(k);
	cairo_translate(k, x, y);
	cairo_rotate(k, angle);
	cairo_move_to(k, 0, 0);
	cairo_curve_to(k, length * 0.3, -length * 0.22, length * 0.7, -length * 0.2, length, 0);
	cairo_curve_to(k, length * 0.7, length * 0.2, length * 0.3, length * 0.22, 0, 0);
	cairo_restore(k);
	fill(k, c);
}

static void
stalk(cairo_t *k, double x, double y, double height, double width, struct rgb c)
{
	cairo_rectangle(k, x - width / 2, y - height, width, height);
	fill(k, c);
}

static void
landscape(cairo_t *k)
{
	sky(k, (struct rgb){ 0.80, 0.89, 0.90 }, (struct rgb){ 0.97, 0.94, 0.86 });
	disc(k, 930, 190, 74, 74, (struct rgb){ 0.96, 0.79, 0.53 });
	hill(k, 470, 190, 0.4, (struct rgb){ 0.62, 0.74, 0.68 });
	hill(k, 560, 150, 2.1, (struct rgb){ 0.44, 0.62, 0.52 });
	hill(k, 700, 90, 4.0, (struct rgb){ 0.79, 0.66, 0.45 });
}

static void
rows_of_crop(cairo_t *k, struct rgb earth, struct rgb green)
{
	for (int i = 0; i < 9; i++) {
		double y = 610 + i * i * 4.2, thick = 6 + i * 2.4;

		cairo_rectangle(k, 0, y, BOX_W, thick);
		fill(k, earth);
		for (int x = -20 + (i % 2) * 18; x < BOX_W + 20; x += 34 + i * 3) {
			leaf(k, x, y, 20 + i * 3, -2.2, green);
			leaf(k, x, y, 20 + i * 3, -0.9, green);
		}
	}
}

static void
ear(cairo_t *k, double x, double y, double size, double lean, struct rgb c)
{
	for (int i = 0; i < 16; i++) {
		double t = i / 15.0, px = x + lean * t * t * size, py = y + t * size;

		disc(k, px - size * 0.09, py, size * 0.085, size * 0.06, c);
		disc(k, px + size * 0.09, py, size * 0.085, size * 0.06, c);
		disc(k, px, py + size * 0.02, size * 0.085, size * 0.06, (struct rgb){ c.r * 0.94, c.g * 0.92, c.b * 0.86 });
	}
}

static void
grains(cairo_t *k, struct rgb head, struct rgb stem)
{
	for (int i = 0; i < 5; i++) {
		double x = 300 + i * 150;

		stalk(k, x, 860, 560 - (i % 2) * 60, 12, stem);
		leaf(k, x, 640, 240, -0.5 - (i % 3) * 0.2, stem);
		leaf(k, x, 720, 240, -2.5 + (i % 3) * 0.2, stem);
		ear(k, x, 170 + (i % 2) * 60, 250, 0.28, head);
	}
}

static void
fruit(cairo_t *k, struct rgb c, struct rgb shine, double squash)
{
	static const double at[][3] = { { 600, 380, 175 }, { 420, 600, 190 }, { 790, 610, 180 } };

	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		if (i > 0) /* the upper one rests on the others */
			disc(k, at[i][0] + 14, at[i][1] + at[i][2] * squash + 16, at[i][2] * 0.9, 20,
				(struct rgb){ 0.78, 0.72, 0.62 });
		disc(k, at[i][0], at[i][1], at[i][2], at[i][2] * squash, c);
		disc(k, at[i][0] - at[i][2] * 0.35, at[i][1] - at[i][2] * squash * 0.4, at[i][2] * 0.22, at[i][2] * 0.14, shine);
		leaf(k, at[i][0], at[i][1] - at[i][2] * squash * 0.9, 110, -0.6, (struct rgb){ 0.23, 0.47, 0.30 });
		leaf(k, at[i][0], at[i][1] - at[i][2] * squash * 0.9, 90, -2.4, (struct rgb){ 0.30, 0.55, 0.34 });
	}
}

static void
long_things(cairo_t *k, struct rgb body, struct rgb tip, double width, double length)
{
	for (int i = 0; i < 6; i++) {
		cairo_save(k);
		cairo_translate(k, 250 + i * 140, 470 + (i % 2) * 40);
		cairo_rotate(k, 0.12 * (i - 2.5));
		disc(k, 0, 0, width, length, body);
		disc(k, 0, -length * 0.82, width * 0.8, length * 0.2, tip);
		leaf(k, 0, -length * 0.9, 120, -1.2, tip);
		leaf(k, 0, -length * 0.9, 120, -1.9, tip);
		cairo_restore(k);
	}
}

static void
scallions(cairo_t *k)
{
	for (int i = 0; i < 9; i++) {
		double x = 330 + i * 66;

		stalk(k, x, 840, 420, 34, (struct rgb){ 0.97, 0.97, 0.92 });
		stalk(k, x, 470, 130, 34, (struct rgb){ 0.66, 0.80, 0.55 });
		leaf(k, x, 350, 330, -1.9 + i * 0.06, (struct rgb){ 0.25, 0.52, 0.33 });
		leaf(k, x, 350, 300, -1.25 - i * 0.04, (struct rgb){ 0.32, 0.60, 0.38 });
	}
	cairo_rectangle(k, 300, 600, 600, 26);
	fill(k, (struct rgb){ 0.71, 0.33, 0.11 });
}

static void
greenhouse(cairo_t *k)
{
	landscape(k);
	for (int i = 0; i < 3; i++) {
		double x = 90 + i * 340, y = 830;

		cairo_move_to(k, x, y);
		cairo_curve_to(k, x, y - 360, x + 320, y - 360, x + 320, y);
		cairo_close_path(k);
		cairo_set_source_rgba(k, 0.95, 0.98, 0.97, 0.86);
		cairo_fill_preserve(k);
		cairo_set_source_rgb(k, 0.45, 0.60, 0.55);
		cairo_set_line_width(k, 7);
		cairo_stroke(k);
		for (int j = 1; j < 6; j++)
			leaf(k, x + j * 53, y - 6, 130, -1.57 + (j - 3) * 0.1, (struct rgb){ 0.26, 0.54, 0.34 });
	}
}

static void
packing(cairo_t *k)
{
	sky(k, (struct rgb){ 0.93, 0.94, 0.92 }, (struct rgb){ 0.89, 0.87, 0.82 });
	cairo_rectangle(k, 0, 700, BOX_W, 200);
	fill(k, (struct rgb){ 0.74, 0.71, 0.65 });
	for (int i = 0; i < 6; i++) {
		double x = 130 + (i % 3) * 320, y = 700 - (i / 3) * 220;

		cairo_rectangle(k, x, y - 210, 290, 210);
		fill(k, (struct rgb){ 0.80 - 0.04 * (i % 2), 0.63, 0.42 });
		cairo_rectangle(k, x + 128, y - 210, 34, 210);
		fill(k, (struct rgb){ 0.88, 0.77, 0.59 });
		cairo_rectangle(k, x + 20, y - 96, 84, 70);
		fill(k, (struct rgb){ 1, 1, 1 });
		for (int m = 0; m < 16; m++) {
			if ((m * 7 + i) % 3 == 0)
				continue;
			cairo_rectangle(k, x + 28 + (m % 4) * 14, y - 90 + (double)(m / 4) * 14, 11, 11);
			fill(k, (struct rgb){ 0.12, 0.20, 0.17 });
		}
	}
}

static void
still_life(cairo_t *k)
{
	sky(k, (struct rgb){ 0.95, 0.92, 0.85 }, (struct rgb){ 0.90, 0.85, 0.75 });
	hill(k, 640, 40, 1.2, (struct rgb){ 0.86, 0.79, 0.67 });
}

static void
draw(cairo_t *k, enum scene_kind kind)
{
	static const struct rgb green = { 0.26, 0.54, 0.34 }, pale = { 0.95, 0.97, 0.90 };

	if (kind == SCENE_FIELD || kind == SCENE_GRAIN || kind == SCENE_SORGHUM || kind == SCENE_SHRUB)
		landscape(k);
	else if (kind < SCENE_FIELD)
		still_life(k);
	switch (kind) {
	case SCENE_GRAIN: grains(k, (struct rgb){ 0.90, 0.70, 0.26 }, (struct rgb){ 0.55, 0.62, 0.30 }); break;
	case SCENE_SORGHUM: grains(k, (struct rgb){ 0.62, 0.24, 0.17 }, (struct rgb){ 0.42, 0.56, 0.32 }); break;
	case SCENE_SCALLION: scallions(k); break;
	case SCENE_TOMATO: fruit(k, (struct rgb){ 0.83, 0.24, 0.18 }, (struct rgb){ 0.93, 0.55, 0.48 }, 0.88); break;
	case SCENE_APPLE: fruit(k, (struct rgb){ 0.75, 0.16, 0.20 }, (struct rgb){ 0.92, 0.60, 0.52 }, 1.0); break;
	case SCENE_WALNUT: fruit(k, (struct rgb){ 0.66, 0.50, 0.32 }, (struct rgb){ 0.80, 0.67, 0.48 }, 0.94); break;
	case SCENE_MELON: fruit(k, (struct rgb){ 0.72, 0.80, 0.47 }, pale, 1.18); break;
	case SCENE_ROOT: long_things(k, (struct rgb){ 0.80, 0.66, 0.45 }, (struct rgb){ 0.63, 0.48, 0.30 }, 34, 260); break;
	case SCENE_CUCUMBER: long_things(k, (struct rgb){ 0.22, 0.47, 0.26 }, (struct rgb){ 0.33, 0.58, 0.33 }, 46, 250); break;
	case SCENE_PEPPER: long_things(k, (struct rgb){ 0.36, 0.62, 0.24 }, (struct rgb){ 0.24, 0.45, 0.22 }, 52, 210); break;
	case SCENE_CORN: long_things(k, (struct rgb){ 0.20, 0.13, 0.22 }, (struct rgb){ 0.52, 0.68, 0.38 }, 64, 230); break;
	case SCENE_SHRUB:
		for (int i = 0; i < 60; i++)
			leaf(k, 600 + 260 * cos(i * 2.4) * sqrt(i / 60.0), 480 + 220 * sin(i * 2.4) * sqrt(i / 60.0), 90, i * 0.7,
				i % 3 ? green : (struct rgb){ 0.93, 0.80, 0.26 });
		break;
	case SCENE_FIELD: rows_of_crop(k, (struct rgb){ 0.58, 0.44, 0.30 }, green); break;
	case SCENE_GREENHOUSE: greenhouse(k); break;
	case SCENE_PACKING: packing(k); break;
	case SCENE_COUNT: ASSERT(!"a scene");
	}
}

static void
caption(cairo_t *k)
{
	PangoLayout *l = pango_cairo_create_layout(k);
	PangoFontDescription *f = pango_font_description_from_string("Noto Sans CJK SC 26px");

	pango_layout_set_font_description(l, f);
	pango_layout_set_text(l, "示例图 · demo", -1);
	cairo_rectangle(k, 24, BOX_H - 72, 210, 48);
	cairo_set_source_rgba(k, 0.10, 0.16, 0.14, 0.62);
	cairo_fill(k);
	cairo_set_source_rgb(k, 1, 1, 1);
	cairo_move_to(k, 38, BOX_H - 66);
	pango_cairo_show_layout(k, l);
	pango_font_description_free(f);
	g_object_unref(l);
}

static cairo_status_t
write_all(void *closure, const unsigned char *data, unsigned n)
{
	int fd = *(int *)closure;

	while (n > 0) {
		ssize_t w = write(fd, data, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return CAIRO_STATUS_WRITE_ERROR;
		data += w;
		n -= (unsigned)w;
	}
	return CAIRO_STATUS_SUCCESS;
}

enum rc
scene_write(enum scene_kind kind, int width, int height, int fd, struct err *e)
{
	ASSERT(width > 0 && width <= SIDE_MAX && height > 0 && height <= SIDE_MAX);

	cairo_surface_t *s = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
	cairo_t *k = cairo_create(s);

	cairo_scale(k, (double)width / BOX_W, (double)height / BOX_H);
	draw(k, kind);
	caption(k);

	cairo_status_t status = cairo_surface_write_to_png_stream(s, write_all, &fd);

	cairo_destroy(k);
	cairo_surface_destroy(s);
	if (status != CAIRO_STATUS_SUCCESS)
		return fail(e, RC_UNAVAILABLE, NULL, "无法写出图片：%s", "cannot write the picture: %s",
			cairo_status_to_string(status));
	return RC_OK;
}

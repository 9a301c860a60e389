#include "base/base.h"
#include "lib/image/image.h"
#include "lib/image/raster.h"
#include "tap.h"
#include <png.h>
#include <stdlib.h>

struct made {
	struct str jpeg[3];
	char *copies[3];
	size_t count;
};

static enum rc
keep(void *arg, size_t index, struct str jpeg, struct err *e)
{
	struct made *m = arg;

	(void)e;
	m->copies[index] = malloc(jpeg.n);
	memcpy(m->copies[index], jpeg.p, jpeg.n);
	m->jpeg[index] = (struct str){ m->copies[index], jpeg.n };
	m->count = index + 1;
	return RC_OK;
}

static void
made_free(struct made *m)
{
	for (size_t i = 0; i < m->count; i++)
		free(m->copies[i]);
	*m = (struct made){ 0 };
}

static const int32_t sides[] = { 0, 1600, 320 };

static enum rc
make(struct str data, struct image_facts *facts, struct made *m, struct err *e)
{
	*e = (struct err){ .lang = LANG_EN };
	*m = (struct made){ 0 };
	return image_make(data, &image_limits_default, sides, 3, facts, keep, m, e);
}

/* A picture whose left half is red, right half blue, with a green top row block. */
static void
paint(struct raster *r, int32_t w, int32_t h)
{
	if (!raster_make(r, w, h))
		abort();
	for (int32_t y = 0; y < h; y++)
		for (int32_t x = 0; x < w; x++) {
			uint8_t *p = r->rgb + ((size_t)y * (size_t)w + (size_t)x) * 3;

			p[0] = x < w / 2 ? 250 : 5;
			p[1] = y < h / 2 ? 200 : 5;
			p[2] = x < w / 2 ? 5 : 250;
		}
}

static struct str
paint_jpeg(int32_t w, int32_t h)
{
	RASTER r = { 0 };
	struct err e = { 0 };
	uint8_t *jpeg;
	size_t n;

	paint(&r, w, h);
	if (jpeg_encode(&r, &jpeg, &n, &e) != RC_OK)
		abort();
	return (struct str){ (char *)jpeg, n };
}

static struct str
paint_png(int32_t w, int32_t h)
{
	RASTER r = { 0 };
	png_image image = { .version = PNG_IMAGE_VERSION, .width = (png_uint_32)w, .height = (png_uint_32)h, .format = PNG_FORMAT_RGB };
	png_alloc_size_t n = 0;
	char *out;

	paint(&r, w, h);
	png_image_write_to_memory(&image, NULL, &n, 0, r.rgb, 0, NULL);
	out = malloc(n);
	png_image_write_to_memory(&image, out, &n, 0, r.rgb, 0, NULL);
	return (struct str){ out, n };
}

static void
free_str(struct str s)
{
	free((void *)(uintptr_t)s.p);
}

static bool
is_colour(const struct raster *r, int32_t x, int32_t y, int red, int green, int blue)
{
	const uint8_t *p = r->rgb + ((size_t)y * (size_t)r->width + (size_t)x) * 3;

	return abs(p[0] - red) < 40 && abs(p[1] - green) < 40 && abs(p[2] - blue) < 40;
}

static void
test_making(void)
{
	struct str in[] = { paint_jpeg(2000, 1000), paint_png(2000, 1000) };

	for (size_t i = 0; i < ARRAY_LEN(in); i++) {
		static const int32_t want[3][2] = { { 2000, 1000 }, { 1600, 800 }, { 320, 160 } };
		struct image_facts facts;
		struct made m;
		struct err e;

		is_i64(make(in[i], &facts, &m, &e), RC_OK, "picture %zu: %s", i, e.text);
		ok(facts.width == 2000 && facts.height == 1000 && m.count == 3, "its size is known, three pictures are made");
		for (size_t k = 0; k < m.count; k++) {
			RASTER r = { 0 };
			int orientation;

			is_i64(jpeg_decode(m.jpeg[k], &image_limits_default, &r, &orientation, &e), RC_OK, "variant %zu decodes", k);
			ok(r.width == want[k][0] && r.height == want[k][1], "variant %zu is %d x %d", k, r.width, r.height);
			ok(is_colour(&r, 5, 5, 250, 200, 5) && is_colour(&r, r.width - 5, r.height - 5, 5, 5, 250),
				"variant %zu shows the picture", k);
		}
		made_free(&m);
		free_str(in[i]);
	}
}

/* Inserts an EXIF block with the orientation behind SOI. */
static struct str
with_orientation(struct str jpeg, int orientation)
{
	static const unsigned char exif[] = { 0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0,
		3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 };
	char *out = malloc(jpeg.n + sizeof(exif));

	memcpy(out, jpeg.p, 2);
	memcpy(out + 2, exif, sizeof(exif));
	out[2 + 29] = (char)orientation;
	memcpy(out + 2 + sizeof(exif), jpeg.p + 2, jpeg.n - 2);
	return (struct str){ out, jpeg.n + sizeof(exif) };
}

static void
test_orientation(void)
{
	/* the corner that was top left, and the one that was bottom right, after each orientation */
	static const struct {
		bool swap, left, top;
	} want[] = { { false, true, true }, { false, false, true }, { false, false, false }, { false, true, false },
		{ true, true, true }, { true, false, true }, { true, false, false }, { true, true, false } };
	struct str plain = paint_jpeg(200, 100);

	for (int o = 1; o <= 8; o++) {
		struct str in = with_orientation(plain, o);
		struct image_facts facts;
		struct made m;
		struct err e;
		RASTER r = { 0 };
		int found = 0;

		is_i64(make(in, &facts, &m, &e), RC_OK, "orientation %d: %s", o, e.text);
		ok((facts.width == 100) == want[o - 1].swap, "orientation %d: size %d x %d", o, facts.width, facts.height);
		is_i64(jpeg_decode(m.jpeg[0], &image_limits_default, &r, &found, &e), RC_OK, "decodes");
		is_i64(found, 1, "orientation %d: the new file has no orientation left", o);
		ok(is_colour(&r, want[o - 1].left ? 5 : r.width - 6, want[o - 1].top ? 5 : r.height - 6, 250, 200, 5),
			"orientation %d: the first corner is where it belongs", o);
		ok(str_find(m.jpeg[0], S("Exif"), 0) < 0, "orientation %d: no metadata", o);
		made_free(&m);
		free_str(in);
	}
	free_str(plain);
}

static void
refused(struct str data, enum rc want, const char *code, const char *what)
{
	struct image_facts facts;
	struct made m;
	struct err e;

	is_i64(make(data, &facts, &m, &e), want, "%s: %s", what, e.text);
	ok(e.code != NULL && strcmp(e.code, code) == 0, "%s: code %s", what, code);
	made_free(&m);
}

static void
test_hostile(void)
{
	struct str jpeg = paint_jpeg(600, 600), png = paint_png(300, 300);
	char *bad = malloc(jpeg.n + 4096);
	struct image_facts facts;
	struct made m;
	struct err e;

	refused((struct str){ jpeg.p, jpeg.n / 2 }, RC_INVALID, "image-damaged", "half a JPEG");
	refused((struct str){ jpeg.p, 20 }, RC_INVALID, "image-damaged", "the first bytes of a JPEG");
	refused((struct str){ png.p, png.n / 2 }, RC_INVALID, "image-damaged", "half a PNG");
	refused(S("<svg xmlns='http://www.w3.org/2000/svg'/>"), RC_INVALID, "image-type", "SVG");
	refused(S("GIF89a\x01\x00\x01\x00\x00\x00\x00"), RC_INVALID, "image-type", "GIF");
	refused(S("RIFF\x10\x00\x00\x00WEBPVP8 "), RC_INVALID, "image-damaged", "an empty WebP");

	/* a header that claims 65,500 x 65,500: nothing may be decoded */
	memcpy(bad, jpeg.p, jpeg.n);
	for (size_t i = 0; i + 9 < jpeg.n; i++)
		if ((unsigned char)bad[i] == 0xFF && (unsigned char)bad[i + 1] == 0xC0) {
			memcpy(bad + i + 5, "\xFF\xDC\xFF\xDC", 4);
			break;
		}
	refused((struct str){ bad, jpeg.n }, RC_LIMIT, "image-pixels", "a pixel flood");

	memcpy(bad, jpeg.p, jpeg.n);
	memcpy(bad + jpeg.n, "PK\x03\x04<script>alert(1)</script>", 29);
	is_i64(make((struct str){ bad, jpeg.n + 29 }, &facts, &m, &e), RC_OK, "a polyglot is a picture");
	ok(m.count == 3 && str_find(m.jpeg[0], S("script"), 0) < 0, "and only the picture is left of it");
	made_free(&m);
	free(bad);
	free_str(jpeg);
	free_str(png);
}

int
main(void)
{
	test_making();
	test_orientation();
	test_hostile();
	return tap_done();
}

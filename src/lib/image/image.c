#include "base/base.h"
#include "lib/image/raster.h"
#include <stdlib.h>
#include <string.h>

const struct image_limits image_limits_default = { .file_bytes = 30 << 20, .pixels = 40000000, .side = 20000 };

enum image_type
image_sniff(struct str head)
{
	if (head.n < 12)
		return IMAGE_NONE;
	if (memcmp(head.p, "\xFF\xD8\xFF", 3) == 0)
		return IMAGE_JPEG;
	if (memcmp(head.p, "\x89PNG\r\n\x1A\n", 8) == 0)
		return IMAGE_PNG;
	return memcmp(head.p, "RIFF", 4) == 0 && memcmp(head.p + 8, "WEBP", 4) == 0 ? IMAGE_WEBP : IMAGE_NONE;
}

enum rc
image_damaged(struct err *e)
{
	return fail_code(e, RC_INVALID, "image-damaged", NULL, "图片已损坏或不完整", "the picture is damaged or incomplete");
}

enum rc
image_no_memory(struct err *e)
{
	return fail_code(e, RC_LIMIT, "image-pixels", NULL, "图片太大，内存不足", "the picture is too large for memory");
}

enum rc
image_check_size(int64_t width, int64_t height, const struct image_limits *l, struct err *e)
{
	if (width <= 0 || height <= 0)
		return image_damaged(e);
	if (width > l->side || height > l->side || width * height > l->pixels)
		return fail_code(e, RC_LIMIT, "image-pixels", NULL, "图片 %lld×%lld 像素，超过 %lld 万像素的上限",
			"the picture has %lld x %lld pixels; the limit is %lld0 thousand", LL(width), LL(height),
			LL(l->pixels / 10000));
	return RC_OK;
}

static uint32_t
tiff_number(struct str t, size_t at, size_t n, bool big)
{
	uint32_t v = 0;

	for (size_t i = 0; i < n; i++)
		v |= (uint32_t)(unsigned char)t.p[at + i] << 8 * (big ? n - 1 - i : i);
	return v;
}

int
exif_orientation(struct str t)
{
	enum { ENTRY = 12, TAG = 0x0112 };
	bool big = t.n > 8 && memcmp(t.p, "MM\0*", 4) == 0;
	size_t ifd, count;

	if (!big && (t.n <= 8 || memcmp(t.p, "II*\0", 4) != 0))
		return 1;
	ifd = tiff_number(t, 4, 4, big);
	if (ifd > t.n - 2)
		return 1;
	count = tiff_number(t, ifd, 2, big);
	for (size_t i = 0, at = ifd + 2; i < count && at + ENTRY <= t.n; i++, at += ENTRY) {
		if (tiff_number(t, at, 2, big) == TAG) {
			uint32_t v = tiff_number(t, at + 8, 2, big);

			return v >= 1 && v <= 8 ? (int)v : 1;
		}
	}
	return 1;
}

static enum rc
decode(struct str data, enum image_type type, const struct image_limits *l, struct raster *out, struct err *e)
{
	RASTER raw = { 0 };
	int orientation = 1;
	enum rc rc;

	if (type == IMAGE_PNG)
		return png_decode(data, l, out, e);
	if (type == IMAGE_WEBP)
		return webp_decode(data, l, out, e);
	rc = jpeg_decode(data, l, &raw, &orientation, e);
	if (rc != RC_OK)
		return rc;
	return raster_orient(&raw, orientation, out) ? RC_OK : image_no_memory(e);
}

/* Shrinks in place so that the longer side fits. */
static bool
fit(struct raster *r, int32_t side)
{
	int32_t longer = r->width > r->height ? r->width : r->height;
	struct raster small;
	int32_t w, h;

	if (side == 0 || longer <= side)
		return true;
	w = (int32_t)((int64_t)r->width * side / longer);
	h = (int32_t)((int64_t)r->height * side / longer);
	if (!raster_shrink(r, w > 0 ? w : 1, h > 0 ? h : 1, &small))
		return false;
	raster_free(r);
	*r = small;
	return true;
}

enum rc
image_make(struct str data, const struct image_limits *limits, const int32_t *sides, size_t count,
	struct image_facts *facts, image_out_fn *out, void *arg, struct err *e)
{
	RASTER r = { 0 };
	enum rc rc;

	*facts = (struct image_facts){ .type = image_sniff(data) };
	if (facts->type == IMAGE_NONE)
		return fail_code(e, RC_INVALID, "image-type", NULL, "只支持 JPEG、PNG、WebP 图片", "only JPEG, PNG and WebP pictures are accepted");
	if ((int64_t)data.n > limits->file_bytes)
		return fail(e, RC_LIMIT, NULL, "图片超过 %lld MB", "the picture is larger than %lld MB", LL(limits->file_bytes >> 20));
	rc = decode(data, facts->type, limits, &r, e);
	facts->width = r.width;
	facts->height = r.height;
	for (size_t i = 0; i < count && rc == RC_OK; i++) {
		uint8_t *jpeg = NULL;
		size_t n;

		if (!fit(&r, sides[i]))
			return image_no_memory(e);
		rc = jpeg_encode(&r, &jpeg, &n, e);
		if (rc == RC_OK)
			rc = out(arg, i, (struct str){ (char *)jpeg, n }, e);
		free(jpeg);
	}
	return rc;
}

#include "base/base.h"
#include "lib/image/raster.h"
#include <png.h>
#include <string.h>
#include <webp/decode.h>

enum rc
png_decode(struct str data, const struct image_limits *l, struct raster *out, struct err *e)
{
	png_image image = { .version = PNG_IMAGE_VERSION };
	png_color white = { 255, 255, 255 };
	enum rc rc;

	if (!png_image_begin_read_from_memory(&image, data.p, data.n))
		return image_damaged(e);
	rc = image_check_size(image.width, image.height, l, e);
	if (rc == RC_OK && !raster_make(out, (int32_t)image.width, (int32_t)image.height))
		rc = image_no_memory(e);
	if (rc != RC_OK) {
		png_image_free(&image);
		return rc;
	}
	image.format = PNG_FORMAT_RGB;
	if (!png_image_finish_read(&image, &white, out->rgb, 0, NULL) || PNG_IMAGE_FAILED(image)) {
		png_image_free(&image);
		return image_damaged(e);
	}
	return RC_OK;
}

/* Puts a decoded RGBA picture on white, keeping three bytes of four. */
static void
flatten(const uint8_t *from, uint8_t *to, size_t pixels)
{
	for (size_t i = 0; i < pixels; i++, from += 4, to += 3)
		for (int k = 0; k < 3; k++)
			to[k] = (uint8_t)((from[k] * from[3] + 255 * (255 - from[3])) / 255);
}

enum rc
webp_decode(struct str data, const struct image_limits *l, struct raster *out, struct err *e)
{
	WebPBitstreamFeatures facts;
	uint8_t *pixels;
	int width, height;
	enum rc rc;

	if (WebPGetFeatures((const uint8_t *)data.p, data.n, &facts) != VP8_STATUS_OK)
		return image_damaged(e);
	if (facts.has_animation)
		return fail_code(e, RC_INVALID, "image-type", NULL, "不支持动画图片", "animated pictures are not accepted");
	rc = image_check_size(facts.width, facts.height, l, e);
	if (rc != RC_OK)
		return rc;
	if (!raster_make(out, facts.width, facts.height))
		return image_no_memory(e);
	if (!facts.has_alpha) {
		size_t stride = (size_t)out->width * 3;

		return WebPDecodeRGBInto((const uint8_t *)data.p, data.n, out->rgb, stride * (size_t)out->height, (int)stride) != NULL
			? RC_OK
			: image_damaged(e);
	}
	pixels = WebPDecodeRGBA((const uint8_t *)data.p, data.n, &width, &height);
	if (pixels == NULL)
		return image_damaged(e);
	ASSERT(width == out->width && height == out->height);
	flatten(pixels, out->rgb, (size_t)width * (size_t)height);
	WebPFree(pixels);
	return RC_OK;
}

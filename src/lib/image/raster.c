#include "base/base.h"
#include "lib/image/raster.h"
#include <stdlib.h>
#include <string.h>

void
raster_free(struct raster *r)
{
	free(r->rgb);
	*r = (struct raster){ 0 };
}

bool
raster_make(struct raster *r, int32_t width, int32_t height)
{
	*r = (struct raster){ .width = width, .height = height };
	r->rgb = malloc((size_t)width * (size_t)height * 3);
	return r->rgb != NULL;
}

/* Where the source pixel (x, y) of a w x h picture lands for each EXIF orientation. */
static void
place(int orientation, int32_t w, int32_t h, int32_t x, int32_t y, int32_t *to_x, int32_t *to_y)
{
	bool swap = orientation >= 5;
	bool mirror_x = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
	bool mirror_y = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
	int32_t a = swap ? y : x, b = swap ? x : y;
	int32_t last_a = (swap ? h : w) - 1, last_b = (swap ? w : h) - 1;

	*to_x = mirror_x ? last_a - a : a;
	*to_y = mirror_y ? last_b - b : b;
}

bool
raster_orient(struct raster *in, int orientation, struct raster *out)
{
	bool swap = orientation >= 5;

	if (orientation <= 1 || orientation > 8) {
		*out = *in;
		*in = (struct raster){ 0 };
		return true;
	}
	if (!raster_make(out, swap ? in->height : in->width, swap ? in->width : in->height))
		return false;
	for (int32_t y = 0; y < in->height; y++) {
		const uint8_t *from = in->rgb + (size_t)y * (size_t)in->width * 3;

		for (int32_t x = 0; x < in->width; x++, from += 3) {
			int32_t tx, ty;

			place(orientation, in->width, in->height, x, y, &tx, &ty);
			memcpy(out->rgb + ((size_t)ty * (size_t)out->width + (size_t)tx) * 3, from, 3);
		}
	}
	raster_free(in);
	return true;
}

/* Adds one source row into the sums of the output columns it covers; weights are in 1/256 of a pixel. */
static void
add_row(const struct raster *in, int32_t y, int32_t width, uint32_t weight, uint64_t *sums)
{
	const uint8_t *from = in->rgb + (size_t)y * (size_t)in->width * 3;

	for (int32_t x = 0; x < width; x++) {
		int64_t lo = (int64_t)x * in->width * 256 / width, hi = (int64_t)(x + 1) * in->width * 256 / width;

		for (int64_t at = lo; at < hi;) {
			int64_t pixel = at / 256, end = (pixel + 1) * 256 < hi ? (pixel + 1) * 256 : hi;
			uint64_t part = (uint64_t)(end - at) * weight;

			for (int k = 0; k < 3; k++)
				sums[x * 3 + k] += part * from[pixel * 3 + k];
			sums[(size_t)width * 3 + (size_t)x] += part;
			at = end;
		}
	}
}

bool
raster_shrink(const struct raster *in, int32_t width, int32_t height, struct raster *out)
{
	size_t cells = (size_t)width * 4;
	uint64_t *sums = calloc(cells, sizeof(*sums));

	if (sums == NULL || !raster_make(out, width, height)) {
		free(sums);
		return false;
	}
	for (int32_t y = 0; y < height; y++) {
		int64_t lo = (int64_t)y * in->height * 256 / height, hi = (int64_t)(y + 1) * in->height * 256 / height;
		uint8_t *to = out->rgb + (size_t)y * (size_t)width * 3;

		memset(sums, 0, cells * sizeof(*sums));
		for (int64_t at = lo; at < hi;) {
			int64_t row = at / 256, end = (row + 1) * 256 < hi ? (row + 1) * 256 : hi;

			add_row(in, (int32_t)row, width, (uint32_t)(end - at), sums);
			at = end;
		}
		for (int32_t i = 0; i < width * 3; i++) {
			uint64_t total = sums[(size_t)width * 3 + (size_t)(i / 3)];

			to[i] = (uint8_t)((sums[i] + total / 2) / total);
		}
	}
	free(sums);
	return true;
}

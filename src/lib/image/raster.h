/* raster.h - inside lib/image: pixels in memory, three bytes each. */
#ifndef LIB_IMAGE_RASTER_H
#define LIB_IMAGE_RASTER_H
#include "lib/image/image.h"

struct raster {
	int32_t width, height;
	uint8_t *rgb; /* malloc */
};
void raster_free(struct raster *r);
/* NULL pixels when memory is short. */
bool raster_make(struct raster *r, int32_t width, int32_t height);
/* Turned and mirrored as EXIF orientation 1..8 asks; takes over `in`. */
bool raster_orient(struct raster *in, int orientation, struct raster *out);
/* Every pixel of out is the mean of the area of `in` it covers. out is smaller. */
bool raster_shrink(const struct raster *in, int32_t width, int32_t height, struct raster *out);
#define RASTER CLEANUP(raster_free) struct raster

enum rc jpeg_decode(struct str data, const struct image_limits *l, struct raster *out, int *orientation, struct err *e) MUST_USE;
enum rc png_decode(struct str data, const struct image_limits *l, struct raster *out, struct err *e) MUST_USE;
enum rc webp_decode(struct str data, const struct image_limits *l, struct raster *out, struct err *e) MUST_USE;
/* Quality 86, 4:2:0, optimised tables. *jpeg must be freed with free(). */
enum rc jpeg_encode(const struct raster *r, uint8_t **jpeg, size_t *n, struct err *e) MUST_USE;
/* RC_LIMIT when the size in a header is beyond the limits or zero. */
enum rc image_check_size(int64_t width, int64_t height, const struct image_limits *l, struct err *e) MUST_USE;
enum rc image_damaged(struct err *e);
enum rc image_no_memory(struct err *e);
/* Orientation 1..8 of an EXIF block (behind "Exif\0\0"); 1 when it says nothing sensible. */
int exif_orientation(struct str tiff);
#endif

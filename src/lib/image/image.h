/*
 * image.h - a stranger's picture (JPEG, PNG, WebP) made into plain JPEGs of
 * ours: orientation applied, transparency on white, no metadata, nothing of the
 * original bytes kept. Meant to run inside the sandbox. The size is read from
 * the header before anything is decoded.
 */
#ifndef LIB_IMAGE_H
#define LIB_IMAGE_H
#include "base/err.h"
#include "base/str.h"

enum image_type { IMAGE_NONE, IMAGE_JPEG, IMAGE_PNG, IMAGE_WEBP };

struct image_limits {
	int64_t file_bytes; /* 30 MiB */
	int64_t pixels;     /* 40 million */
	int32_t side;       /* 20,000 */
};
extern const struct image_limits image_limits_default;

struct image_facts {
	enum image_type type;
	int32_t width, height; /* as shown, orientation applied */
};

/* What the first bytes (at least 12) say. */
enum image_type image_sniff(struct str head);

/*
 * One made picture: a JPEG whose longer side is at most `side` (0: as it is; never enlarged).
 * index counts from 0 in the order of sides.
 */
typedef enum rc image_out_fn(void *arg, size_t index, struct str jpeg, struct err *e);
/*
 * Decodes data once and makes one JPEG per entry of sides, which must descend (0 first). RC_INVALID code
 * "image-damaged" or "image-type", RC_LIMIT code "image-pixels".
 */
enum rc image_make(struct str data, const struct image_limits *limits, const int32_t *sides, size_t count,
	struct image_facts *facts, image_out_fn *out, void *arg, struct err *e) MUST_USE;
#endif

/* Any bytes as a picture: it ends with pictures of ours or with a reason. */
#include "base/base.h"
#include "lib/image/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum rc
out(void *arg, size_t index, struct str jpeg, struct err *e)
{
	(void)arg, (void)index, (void)e;
	ASSERT(image_sniff(jpeg) == IMAGE_JPEG);
	return RC_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int32_t sides[] = { 0, 64 };
	struct image_limits limits = { .file_bytes = 1 << 20, .pixels = 1 << 20, .side = 4096 };
	struct image_facts facts;
	struct err e = { 0 };

	if (image_make((struct str){ (const char *)data, size }, &limits, sides, 2, &facts, out, NULL, &e) != RC_OK)
		ASSERT(e.text[0] != '\0');
	return 0;
}

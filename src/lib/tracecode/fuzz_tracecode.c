/* Any bytes: parsing never reads outside, and what it accepts it accepts again unchanged. */
#include "base/base.h"
#include "lib/tracecode/tracecode.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char code[TRACECODE_LEN + 1], again[TRACECODE_LEN + 1], grouped[TRACECODE_GROUPED_LEN + 1];
	enum tracecode_fault fault;

	if (tracecode_parse((struct str){ (const char *)data, size }, code, &fault)) {
		ASSERT(fault == TRACECODE_OK);
		tracecode_group(code, grouped);
		ASSERT(tracecode_parse(str_from_c(grouped), again, NULL) && strcmp(code, again) == 0);
	} else {
		ASSERT(fault != TRACECODE_OK && code[0] == '\0');
	}
	return 0;
}

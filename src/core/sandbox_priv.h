/* sandbox_priv.h - the words mother, worker and caller exchange. */
#ifndef CORE_SANDBOX_PRIV_H
#define CORE_SANDBOX_PRIV_H
#include "core/sandbox.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANDBOX_WALLS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANDBOX_WALLS 0
#endif
#endif
#ifndef SANDBOX_WALLS
#define SANDBOX_WALLS 1
#endif

enum { SANDBOX_SIDES_MAX = 4, SANDBOX_FRAME_MAX = 2 * 1024 * 1024, SANDBOX_PICTURE_MAX = 64 * 1024 * 1024 };

enum { SANDBOX_PERCENT = 0x100 }; /* beside the type of a cell */
enum sandbox_kind { SANDBOX_SHEET = 1, SANDBOX_IMAGE, SANDBOX_SNIFF };

/* Caller to worker, with two descriptors: the worker's end of the socket and the file. */
struct sandbox_request {
	enum sandbox_kind kind;
	enum lang lang;
	int64_t memory_bytes;
	int cpu_s;
	struct sheet_limits sheet;
	struct image_limits image;
	int32_t sides[SANDBOX_SIDES_MAX];
	uint32_t side_count;
};

/* Worker to caller: a head, then n bytes. */
enum sandbox_frame { FRAME_ROWS = 1, FRAME_PICTURE, FRAME_END };
struct sandbox_head {
	uint32_t type, n;
};
/* FRAME_ROWS is a run of these, each followed by its cells and their texts. */
struct sandbox_row {
	int64_t number;
	uint32_t count;
};
struct sandbox_cell {
	int64_t at_ms;
	uint32_t type, n;
};
/* FRAME_PICTURE: this, then the JPEG. */
struct sandbox_picture {
	uint32_t index;
};
struct sandbox_end {
	uint32_t rc;
	char code[32], field[64], text[240], type[SANDBOX_TYPE_MAX];
	struct image_facts facts;
};

/* What must be loaded from files before the walls go up. */
struct sandbox_tools {
	struct sheet_codecs *codecs;
	struct magic_set *magic; /* NULL: the machine has no magic file */
};
/* Never returns. The worker's side: sandbox_worker.c. */
_Noreturn void sandbox_work(int socket, int file, const struct sandbox_request *q, const struct sandbox_tools *tools);
/* Puts up the walls around this process: sandbox_walls.c. False when one could not be built. */
bool sandbox_lock(int64_t memory_bytes, int cpu_s);
#endif

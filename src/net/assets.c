#include "base/base.h"
#include "net/assets.h"
#include "net/head.h"
#include <string.h>

/* Written by tools/embed.py, sorted by path, with an empty row at the end. */
extern const struct asset asset_table[];
extern const size_t asset_count;

size_t
asset_from(const char *prefix)
{
	size_t lo = 0, hi = asset_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(asset_table[mid].path, prefix) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct asset *
asset_at(size_t i)
{
	return i < asset_count ? &asset_table[i] : NULL;
}

const struct asset *
asset_find(const char *path)
{
	const struct asset *f = asset_at(asset_from(path));

	return f != NULL && strcmp(f->path, path) == 0 ? f : NULL;
}

char
asset_choose(const struct asset *f, struct str accept_encoding)
{
	bool br = false, gzip = false;

	head_accept_encoding(accept_encoding, &br, &gzip);
	if (br && f->br.data.p != NULL)
		return 'b';
	if (gzip && f->gz.data.p != NULL)
		return 'g';
	return 'r';
}

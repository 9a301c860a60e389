#include "base/base.h"
#include "net/assets.h"
#include "tap.h"

static struct asset sample = { "web/assets/a.js", "text/javascript", true, { { "raw", 3 }, "\"r\"" },
	{ { "gz", 2 }, "\"g\"" }, { { "br", 2 }, "\"b\"" } };

static void
test_table(void)
{
	const struct asset *before = NULL;
	bool sorted = true, found = true, terminated = true;

	for (size_t i = 0; asset_at(i) != NULL; i++) {
		const struct asset *f = asset_at(i);

		sorted &= before == NULL || strcmp(before->path, f->path) < 0;
		found &= asset_find(f->path) == f;
		terminated &= f->raw.data.p[f->raw.data.n] == '\0';
		before = f;
	}
	ok(sorted, "the table is in byte order");
	ok(found, "every embedded file is found by its name");
	ok(terminated, "every content has a NUL behind");
	ok(asset_find("pages/none.html") == NULL && asset_find("") == NULL && asset_find("~") == NULL,
		"what is not there is not found");
}

static void
test_choice(void)
{
	struct asset plain = sample;

	ok(asset_choose(&sample, S("gzip, deflate, br")) == 'b', "brotli is preferred");
	ok(asset_choose(&sample, S("gzip;q=1, br;q=0")) == 'g', "q=0 forbids");
	ok(asset_choose(&sample, S("GZIP")) == 'g', "names are case-insensitive");
	ok(asset_choose(&sample, S("*")) == 'b', "a star admits all");
	ok(asset_choose(&sample, S("*, br;q=0.000")) == 'g', "a star does not overrule what is named");
	ok(asset_choose(&sample, S("identity")) == 'r', "identity gets the file itself");
	ok(asset_choose(&sample, (struct str){ 0 }) == 'r', "no header gets the file itself");
	ok(asset_choose(&sample, S("br;q=x")) == 'r', "a malformed weight counts as none");
	plain.br.data = plain.gz.data = (struct str){ 0 };
	ok(asset_choose(&plain, S("br, gzip")) == 'r', "a form that does not exist is not chosen");
}

int
main(void)
{
	test_table();
	test_choice();
	return tap_done();
}

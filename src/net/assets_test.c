#include "base/base.h"
#include "net/assets.h"
#include "net/http_fixture.h"
#include <sys/stat.h>

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

/* ---- serving ---- */

struct served {
	struct http_server *server;
	const char *web_dir;
};

static void
on_head(void *self, struct http_request *q, struct http_plan *plan)
{
	(void)self, (void)q;
	plan->run = HTTP_FAST;
}

static void
on_request(void *self, struct http_request *q, void *route, int worker)
{
	struct served *s = self;

	(void)route, (void)worker;
	if (!http_reply_asset(q, http_path(q), s->web_dir))
		http_reply(q, 404, "text/plain", S("none"));
}

static struct reply
get(struct served *s, const char *path, const char *fields)
{
	struct fixture f = { .server = s->server };
	char head[512];

	snprintf(head, sizeof(head), "GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n", path, fields);
	return exchange(&f, head);
}

static void
put_file(const char *dir, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		perror(path);
}

static void
test_embedded(struct served *s)
{
	const struct asset *page = asset_find("web/admin.html");
	struct reply r = get(s, "/admin/list?x=1", "Accept-Encoding: gzip\r\n");
	bool whole = page != NULL && r.body_n == (page->gz.data.p != NULL ? page->gz : page->raw).data.n;

	if (page == NULL)
		ok(r.status == 503 && strstr(r.body, "控制台未构建") != NULL && strstr(r.body, "npm run build") != NULL,
			"without the console its address says so in both languages");
	else
		ok(r.status == 200 && whole && strcmp(reply_header(&r, "Cache-Control"), "no-cache") == 0,
			"every address of the console is its page");
	reply_free(&r);
	r = get(s, "/assets/none-00000000.js", "");
	ok(r.status == 404, "a script that does not exist is not the page");
	reply_free(&r);
	r = get(s, "/administrator", "");
	ok(r.status == 404, "a longer name is not the console");
	reply_free(&r);
	for (size_t i = asset_from("web/assets/"); asset_at(i) != NULL; i++) {
		const struct asset *f = asset_at(i);

		if (f->br.data.p == NULL)
			continue;
		r = get(s, f->path + 3, "Accept-Encoding: gzip, br\r\n");
		ok(r.status == 200 && r.body_n == f->br.data.n && strcmp(reply_header(&r, "Content-Encoding"), "br") == 0 &&
				strcmp(reply_header(&r, "Vary"), "Accept-Encoding") == 0 &&
				strstr(reply_header(&r, "Cache-Control"), "immutable") != NULL,
			"a built script travels compressed and may be kept for ever");
		reply_free(&r);
		break;
	}
}

static void
test_disk(struct served *s)
{
	char dir[] = "/tmp/assets-test-XXXXXX", path[64];
	struct reply r;

	ok(mkdtemp(dir) != NULL, "a folder for development");
	put_file(dir, "admin.html", "<p>dev");
	put_file(dir, "x.js", "1");
	s->web_dir = dir;
	r = get(s, "/x.js", "Accept-Encoding: br\r\n");
	ok(r.status == 200 && body_is(&r, "1") && strcmp(reply_header(&r, "Content-Type"),
			"text/javascript; charset=utf-8") == 0 && strcmp(reply_header(&r, "Cache-Control"), "no-cache") == 0,
		"a file is read from the disk");
	reply_free(&r);
	r = get(s, "/admin/orders/7", "");
	ok(r.status == 200 && body_is(&r, "<p>dev"), "and so is the page of the console");
	reply_free(&r);
	snprintf(path, sizeof(path), "%s/x.js", dir);
	unlink(path);
	ok(symlink("/etc/passwd", path) == 0, "a link to elsewhere");
	r = get(s, "/x.js", "");
	ok(r.status == 404, "is not followed");
	reply_free(&r);
	unlink(path);
	snprintf(path, sizeof(path), "%s/admin.html", dir);
	unlink(path);
	rmdir(dir);
	s->web_dir = NULL;
}

static void
test_serving(void)
{
	struct served s = { 0 };
	struct http_options o = { .workers = 1 };
	struct http_handlers h = { .self = &s, .on_head = on_head, .on_request = on_request };
	struct err e = { 0 };

	ok(http_server_start(&s.server, &o, &h, &e) == RC_OK, "a server for assets");
	test_embedded(&s);
	test_disk(&s);
	http_server_stop(s.server, 500);
}

int
main(void)
{
	test_table();
	test_choice();
	test_serving();
	return tap_done();
}

#include "base/base.h"
#include "net/assets.h"
#include "net/head.h"
#include "net/http.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* ---- serving ---- */

static const char not_built_page[] =
	"<!doctype html><html lang=\"zh\"><meta charset=\"utf-8\"><title>控制台未构建</title>"
	"<p>本程序构建时没有包含控制台网页。请在 web 目录执行 npm ci 与 npm run build "
	"后重新构建。</p>"
	"<p lang=\"en\">This program was built without the console pages. Run npm ci and npm run build in web/ "
	"and build again.</p>";

/* The page of an address below one of the three applications; NULL for other addresses. */
static const char *
fallback_page(struct str path)
{
	static const struct {
		struct str prefix;
		const char *page;
	} apps[] = {
		{ S("/admin"), "web/admin.html" }, { S("/m"), "web/m.html" }, { S("/screen"), "web/screen.html" },
	};

	for (size_t i = 0; i < ARRAY_LEN(apps); i++) {
		struct str rest = str_sub(path, apps[i].prefix.n, path.n);

		if (str_starts(path, apps[i].prefix) && (rest.n == 0 || rest.p[0] == '/'))
			return apps[i].page;
	}
	return NULL;
}

static void
reply_form(struct http_request *q, const struct asset *f)
{
	char choice = asset_choose(f, http_header(q, "accept-encoding"));
	const struct asset_form *form = choice == 'b' ? &f->br : choice == 'g' ? &f->gz : &f->raw;

	if (f->br.data.p != NULL || f->gz.data.p != NULL)
		http_set_header(q, "Vary", S("Accept-Encoding"));
	if (choice != 'r')
		http_set_header(q, "Content-Encoding", choice == 'b' ? S("br") : S("gzip"));
	if (f->immutable)
		http_set_header(q, "Cache-Control", S("public, max-age=31536000, immutable"));
	else if (str_starts(str_from_c(f->type), S("text/html")))
		http_set_header(q, "Cache-Control", S("no-cache"));
	else
		http_set_header(q, "Cache-Control", S("public, max-age=300"));
	/* A phone's service worker must not be held back by a cache, and serves all of /m/. */
	if (strcmp(f->path, "web/m/sw.js") == 0) {
		http_set_header(q, "Cache-Control", S("no-cache"));
		http_set_header(q, "Service-Worker-Allowed", S("/m/"));
	}
	http_reply_static(q, 200, f->type, form->data, form->etag);
}

/* Development: the file as it lies on the disk. path has no dot segments: http_path() sees to that. */
static bool
reply_from_disk(struct http_request *q, const char *web_dir, const char *name)
{
	struct arena *mem = http_mem(q);
	const struct asset *known = asset_find(name);
	const char *file = str_c(mem, str_fmt(mem, "%s/%s", web_dir, name + strlen("web/")));
	const char *types[] = { ".html", "text/html; charset=utf-8", ".js", "text/javascript; charset=utf-8", ".css",
		"text/css; charset=utf-8", ".svg", "image/svg+xml", ".json", "application/json", ".wasm",
		"application/wasm", ".woff2", "font/woff2", ".png", "image/png" };
	const char *type = known != NULL ? known->type : "application/octet-stream";
	struct stat st;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return false;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(types); i += 2) {
		if (str_ends(str_from_c(name), str_from_c(types[i])))
			type = types[i + 1];
	}
	http_set_header(q, "Cache-Control", S("no-cache"));
	http_reply_file(q, type, fd, st.st_size, NULL);
	return true;
}

static bool
reply_name(struct http_request *q, const char *name, const char *web_dir)
{
	const struct asset *f;

	if (web_dir != NULL && strncmp(name, "web/", 4) == 0 && reply_from_disk(q, web_dir, name))
		return true;
	f = asset_find(name);
	if (f == NULL)
		return false;
	reply_form(q, f);
	return true;
}

bool
http_reply_asset(struct http_request *q, struct str path, const char *web_dir)
{
	struct arena *mem = http_mem(q);
	const char *page = fallback_page(path), *name;
	bool is_static = str_starts(path, S("/static/"));

	if (path.n < 2 || path.n > 1024)
		return false;
	name = str_c(mem, str_fmt(mem, "%s" STR_FMT, is_static ? "" : "web",
		STR_ARG(is_static ? str_sub(path, 1, path.n) : path)));
	if (reply_name(q, name, web_dir))
		return true;
	if (page == NULL)
		return false;
	if (reply_name(q, page, web_dir))
		return true;
	http_reply(q, 503, "text/html; charset=utf-8", str_from_c(not_built_page));
	return true;
}

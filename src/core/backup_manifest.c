#include "base/base.h"
#include "base/hash.h"
#include "core/backup_priv.h"
#include "lib/json/json.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <spawn.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char manifest_name[] = "MANIFEST.jsonl";

enum rc
backup_disk(struct err *e, const char *what)
{
	if (errno == ENOSPC || errno == EDQUOT)
		return fail_code(e, RC_UNAVAILABLE, "disk-full", NULL, "磁盘空间不足", "the disk is full");
	return fail(e, RC_UNAVAILABLE, NULL, "无法读写 %s：%s", "cannot read or write %s: %s", what, strerror(errno));
}

enum rc
backup_damaged(struct err *e, const char *what)
{
	return fail_code(e, RC_INVALID, "damaged", NULL, "备份已损坏：%s", "the backup is damaged: %s", what);
}

static void
hex_of(EVP_MD_CTX *md, char sha[HEX_BYTES])
{
	unsigned char raw[32];

	ASSERT(EVP_DigestFinal_ex(md, raw, NULL) == 1);
	for (size_t i = 0; i < sizeof(raw); i++)
		snprintf(sha + 2 * i, 3, "%02x", (unsigned int)raw[i]);
}

static EVP_MD_CTX *
new_digest(void)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();

	ASSERT(md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1);
	return md;
}

static bool
write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

bool
backup_copy(int from, int to, int64_t *bytes, char sha[HEX_BYTES])
{
	char buf[32768];
	EVP_MD_CTX *md = new_digest();
	bool good = true;
	ssize_t n = 0;

	*bytes = 0;
	while (good && (n = read(from, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		good = n > 0 && (to < 0 || write_all(to, buf, (size_t)n));
		if (good)
			EVP_DigestUpdate(md, buf, (size_t)n);
		*bytes += n > 0 ? n : 0;
	}
	hex_of(md, sha);
	EVP_MD_CTX_free(md);
	return good;
}

int
backup_open(const char *dir, const char *name, bool create)
{
	char path[PATH_BYTES];

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (!create)
		return open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	for (char *slash = strchr(path + strlen(dir) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return -1;
		*slash = '/';
	}
	return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
}

bool
backup_sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

/* ---- writing ---- */

bool
manifest_begin(struct manifest_writer *w, const char *dir)
{
	int fd = backup_open(dir, manifest_name, true);

	*w = (struct manifest_writer){ .f = fd >= 0 ? fdopen(fd, "w") : NULL, .digest = new_digest() };
	w->failed = w->f == NULL;
	return !w->failed;
}

void
manifest_line(struct manifest_writer *w, const char *fmt, ...)
{
	char line[LINE_BYTES];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	ASSERT(n > 0 && n < (int)sizeof(line) - 1);
	line[n++] = '\n';
	w->lines++;
	EVP_DigestUpdate(w->digest, line, (size_t)n);
	w->failed |= w->f == NULL || fwrite(line, 1, (size_t)n, w->f) != (size_t)n;
}

bool
manifest_end(struct manifest_writer *w)
{
	char sha[HEX_BYTES];

	hex_of(w->digest, sha);
	EVP_MD_CTX_free(w->digest);
	if (w->f == NULL)
		return false;
	w->failed |= fprintf(w->f, "{\"end\":" LLD ",\"sha256\":\"%s\"}\n", LL(w->lines), sha) < 0;
	w->failed |= fflush(w->f) != 0 || fsync(fileno(w->f)) != 0;
	w->failed |= fclose(w->f) != 0;
	return !w->failed;
}

/* ---- reading ---- */

static bool
copy_text(char *out, size_t cap, struct str s)
{
	if (s.p == NULL || s.n >= cap)
		return false;
	memcpy(out, s.p, s.n);
	out[s.n] = 0;
	return true;
}

/* Only names that a backup can hold: no way out of the folder. */
static bool
name_ok(const char *name)
{
	struct str s = str_from_c(name);

	if (strcmp(name, "county.db") == 0 || strcmp(name, "county.dump") == 0 || strcmp(name, "keys/master") == 0)
		return true;
	if (s.n != 6 + 65 || !str_starts(s, S("files/")) || s.p[8] != '/')
		return false;
	for (size_t i = 6; i < s.n; i++)
		if (i != 8 && strchr("0123456789abcdef", s.p[i]) == NULL)
			return false;
	return true;
}

static bool
read_head(const struct json *o, struct backup_facts *out)
{
	*out = (struct backup_facts){ .county = json_i64(o, "county"), .level = json_i64(o, "level"),
		.made_ms = json_i64(o, "made_ms") };
	return json_i64(o, "ezhen_backup") == 1 && copy_text(out->version, sizeof(out->version), json_text(o, "version")) &&
	       copy_text(out->engine, sizeof(out->engine), json_text(o, "engine")) && out->county != NIL &&
	       out->level != NIL && out->made_ms != NIL;
}

static bool
read_item(const struct json *o, struct manifest_item *item)
{
	if (json_get(o, "table") != NULL) {
		*item = (struct manifest_item){ .kind = ITEM_TABLE, .number = json_i64(o, "rows") };
		return copy_text(item->name, sizeof(item->name), json_text(o, "table")) && item->number >= 0;
	}
	*item = (struct manifest_item){ .kind = ITEM_FILE, .number = json_i64(o, "bytes") };
	return copy_text(item->name, sizeof(item->name), json_text(o, "file")) &&
	       copy_text(item->sha, sizeof(item->sha), json_text(o, "sha256")) && strlen(item->sha) == HEX_BYTES - 1 &&
	       item->number >= 0 && name_ok(item->name);
}

struct walk {
	struct backup_facts *facts;
	manifest_fn *each;
	void *arg;
	int64_t lines;
};

static enum rc
one_line(struct walk *w, struct str line, struct err *e)
{
	ARENA mem;
	struct json *o;
	struct manifest_item item;

	arena_init(&mem, 0);
	if (json_parse(&mem, line, LINE_BYTES, &o, e) != RC_OK || o->type != J_OBJECT)
		return backup_damaged(e, manifest_name);
	if (w->lines++ == 0)
		return read_head(o, w->facts) ? RC_OK : backup_damaged(e, manifest_name);
	if (!read_item(o, &item))
		return backup_damaged(e, manifest_name);
	if (item.kind == ITEM_FILE) {
		w->facts->files++;
		w->facts->bytes += item.number;
	} else {
		w->facts->rows += item.number;
	}
	return w->each != NULL ? w->each(w->arg, &item, e) : RC_OK;
}

static enum rc
walk_lines(struct walk *w, FILE *f, EVP_MD_CTX *md, struct err *e)
{
	char line[LINE_BYTES], want[LINE_BYTES], sha[HEX_BYTES];

	while (fgets(line, sizeof(line), f) != NULL) {
		size_t n = strlen(line);
		enum rc rc;

		if (n == 0 || line[n - 1] != '\n')
			break;
		if (strncmp(line, "{\"end\":", 7) == 0) {
			hex_of(md, sha);
			snprintf(want, sizeof(want), "{\"end\":" LLD ",\"sha256\":\"%s\"}\n", LL(w->lines), sha);
			return strcmp(line, want) == 0 && fgetc(f) == EOF ? RC_OK : backup_damaged(e, manifest_name);
		}
		EVP_DigestUpdate(md, line, n);
		rc = one_line(w, (struct str){ line, n - 1 }, e);
		if (rc != RC_OK)
			return rc;
	}
	return backup_damaged(e, manifest_name);
}

enum rc
manifest_read(const char *dir, struct backup_facts *out, manifest_fn *each, void *arg, struct err *e)
{
	struct walk w = { .facts = out, .each = each, .arg = arg };
	int fd = backup_open(dir, manifest_name, false);
	FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
	EVP_MD_CTX *md;
	enum rc rc;

	*out = (struct backup_facts){ .version = "" };
	if (f == NULL)
		return fail_code(e, RC_NOT_FOUND, "no-backup", NULL, "此目录不是备份：%s", "this folder is no backup: %s", dir);
	md = new_digest();
	rc = walk_lines(&w, f, md, e);
	EVP_MD_CTX_free(md);
	fclose(f);
	return rc;
}

/* ---- what both sides ask of a database, and the tools of PostgreSQL ---- */

enum rc
backup_tool(const char *const *argv, struct err *e)
{
	pid_t pid;
	int status = 0;
	int failed = posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)(uintptr_t)argv, environ);

	if (failed == ENOENT)
		return fail(e, RC_UNAVAILABLE, NULL, "未安装 %s（postgresql-client）", "%s is not installed (postgresql-client)",
			argv[0]);
	while (failed == 0 && waitpid(pid, &status, 0) < 0)
		failed = errno == EINTR ? 0 : errno;
	if (failed != 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return fail(e, RC_UNAVAILABLE, NULL, "%s 执行失败", "%s failed", argv[0]);
	return RC_OK;
}

enum rc
backup_county(struct db *db, int64_t *county, struct err *e)
{
	static const struct db_sql sql = { "backup.county", "SELECT county FROM installation WHERE id = 1" };
	DB_STMT st = NULL;
	bool row;
	enum rc rc = db_prepare(db, &sql, &st, e);

	if (rc == RC_OK)
		rc = db_step(st, &row, e);
	if (rc == RC_OK)
		*county = row ? db_col_i64(st, 0) : 0;
	return rc;
}

static enum rc
count_rows(struct db *db, struct manifest_item *item, struct err *e)
{
	char sql[300];
	DB_STMT st = NULL;
	bool row;
	enum rc rc;

	snprintf(sql, sizeof(sql), "SELECT COUNT(*) FROM \"%s\" /* all counties: a backup holds them all */", item->name);
	rc = db_prepare(db, &(struct db_sql){ "backup.rows", sql }, &st, e);
	if (rc == RC_OK)
		rc = db_step(st, &row, e);
	if (rc == RC_OK)
		item->number = db_col_i64(st, 0);
	return rc;
}

enum rc
backup_tables(struct db *db, manifest_fn *each, void *arg, struct err *e)
{
	static const struct db_sql tables_sqlite = { "backup.tables",
		"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name" };
	static const struct db_sql tables_pg = { "backup.tables",
		"SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename" };
	DB_STMT st = NULL;
	bool row;
	enum rc rc = db_prepare(db, db_engine(db) == DB_PG ? &tables_pg : &tables_sqlite, &st, e);

	if (rc != RC_OK)
		return rc;
	while ((rc = db_step(st, &row, e)) == RC_OK && row) {
		struct manifest_item item = { .kind = ITEM_TABLE };

		/* Names of tables are ours; one with a quote is not. */
		if (!copy_text(item.name, sizeof(item.name), db_col_str(st, 0)) || strchr(item.name, '"') != NULL)
			return backup_damaged(e, "table");
		rc = count_rows(db, &item, e);
		if (rc == RC_OK)
			rc = each(arg, &item, e);
		if (rc != RC_OK)
			return rc;
	}
	return rc;
}

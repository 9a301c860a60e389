/* Files and workbooks on both engines: what is refused, what is kept, templates, imports with planted errors, exports. */
#include "base/base.h"
#include "core/file.h"
#include "core/file_type.h"
#include "core/module.h"
#include "core/sandbox.h"
#include "db/migrate.h"
#include "core/sheet_priv.h"
#include "lib/sheet/sheet_value.h"
#include "tap.h"
#include "core/testenv.h"
#include "core/testmod.h"
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct testenv env;
static struct sandbox *sandbox;

static const char *const permissions[] = { "test.view", "test.edit", NULL };
static const struct grant whole = { 140406000000, 140406999999, 0, 0, permissions };
static const struct grant town_101 = { 140406101000, 140406101999, 0, 0, permissions };
static const struct actor officer = { .kind = ACTOR_USER, .user_id = 12, .name = { "officer", 7 }, .grants = &whole, .grant_count = 1 };
static const struct actor clerk = { .kind = ACTOR_USER, .user_id = 11, .name = { "clerk", 5 }, .grants = &town_101, .grant_count = 1 };
static const struct actor nobody_much = { .kind = ACTOR_USER, .user_id = 13, .name = { "x", 1 } };

static void
run_file(const char *path)
{
	char full[300], *text = calloc(1, 1 << 18);
	FILE *f;
	struct err e = { .lang = LANG_EN };

	snprintf(full, sizeof(full), "%s/%s", getenv("SOURCE_ROOT"), path);
	f = fopen(full, "r");
	if (f == NULL || fread(text, 1, (1 << 18) - 1, f) == 0)
		abort();
	fclose(f);
	if (db_script(env.db, str_c(&env.mem, migrate_text_for(&env.mem, text, env.t->engine)), &e) != RC_OK) {
		printf("Bail out! %s: %s\n", path, e.text);
		exit(1);
	}
	free(text);
}

static int
memory_file(struct str s)
{
	int fd = memfd_create("sheet_test", MFD_CLOEXEC);

	if (fd < 0 || write(fd, s.p, s.n) != (ssize_t)s.n)
		abort();
	return fd;
}

static int64_t
add_file(struct str content, const char *name)
{
	struct file_info f;
	int fd = memory_file(content);
	enum rc rc = file_add(&env.c, fd, str_from_c(name), NULL, &f);

	close(fd);
	if (rc != RC_OK)
		printf("# %s: %s\n", name, env.c.err.text);
	return rc == RC_OK ? f.id : 0;
}

/* ---- files ---- */

static void
refused_file(struct str content, const char *name, const char *accept, const char *code)
{
	struct file_info f;
	int fd = memory_file(content);
	enum rc rc = file_add(&env.c, fd, str_from_c(name), accept, &f);

	ok(rc == RC_INVALID || rc == RC_LIMIT, "%s is refused: %s", name, env.c.err.text);
	ok(code == NULL || (env.c.err.code != NULL && strcmp(env.c.err.code, code) == 0), "%s: code %s", name, code != NULL ? code : "-");
	close(fd);
}

static void
test_files_refused(void)
{
	testenv_as(&env, &officer);
	refused_file(S("<html><script>alert(1)</script></html>"), "photo.jpg", NULL, "file-type");
	refused_file(S("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>"), "a.svg", NULL, "file-type");
	refused_file(S("#!/bin/sh\necho\n"), "a.csv.sh", NULL, "file-type");
	refused_file(S("\x7f" "ELF\2\1\1\0\0\0\0\0\0\0\0\0"), "a.pdf", NULL, "file-type");
	refused_file(S("a,b\n1,2\n"), "a.csv", "image", "file-type");
	refused_file(S(""), "a.csv", NULL, NULL);
	refused_file(S("\xFF\xD8\xFF\xE0 not really a picture at all"), "a.jpg", NULL, "image-damaged");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM file"), 0, "nothing of them is kept");
}

static struct str
picture(const char *name)
{
	char path[300];
	struct stat st;
	char *data;
	int fd;

	snprintf(path, sizeof(path), "%s/fuzz/corpora/image/%s", getenv("SOURCE_ROOT"), name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		abort();
	data = NEW_ARRAY(&env.mem, char, (size_t)st.st_size);
	if (read(fd, data, (size_t)st.st_size) != st.st_size)
		abort();
	close(fd);
	return (struct str){ data, (size_t)st.st_size };
}

static void
test_pictures(void)
{
	struct ctx *c = testenv_as(&env, &officer);
	int64_t id = add_file(picture("a.png"), "../../etc/东坡\".png"), bytes;
	struct file_info f;
	char head[3];
	int fd;

	ok(id != 0 && file_info(c, id, &f) == RC_OK, "a picture is taken in");
	is_str(f.name, S("东坡.jpg"), "its name is only a name");
	is_str(f.type, S("image/jpeg"), "it is a JPEG of ours now");
	ok(f.width == 9 && f.height == 7 && f.sha256.n == 64, "with its facts");
	ok(file_open(c, &f, "320", &fd, &bytes) == RC_OK && read(fd, head, 3) == 3 && memcmp(head, "\xFF\xD8\xFF", 3) == 0, "a small one exists");
	close(fd);
	ok(file_open(c, &f, "77", &fd, &bytes) == RC_NOT_FOUND, "but not of any size");
	is_i64(file_may_read(c, &f), RC_OK, "its uploader may see it");
	is_i64(file_may_read(testenv_as(&env, &clerk), &f), RC_NOT_FOUND, "nobody else may");
	is_i64(file_info(c, 4711, &f), RC_NOT_FOUND, "an unknown key");
}

static void
test_links(void)
{
	int64_t org = 0, row = 0, id;
	struct file_info f;
	struct ctx *c = testenv_as(&env, &officer);
	const char *body;

	ok(record_create(c, &test_orgs, testenv_json(&env, "{'name':'链接社','division':'140406101201'}"), &org) == RC_OK, "an organisation");
	id = add_file(picture("a.jpg"), "a.jpg");
	body = str_fmt(&env.mem, "{'name':'有图','org_id':'" LLD "','division':'140406101201','kind':'open','area_milli':1500,'photo':'" LLD "'}",
		LL(org), LL(id)).p;
	is_i64(record_create(c, &test_fields, testenv_json(&env, body), &row), RC_OK, "a row with a picture: %s", c->err.text);
	ok(file_info(c, id, &f) == RC_OK && file_may_read(testenv_as(&env, &clerk), &f) == RC_OK, "who may read the row may see it");
	is_i64(file_may_read(testenv_as(&env, &nobody_much), &f), RC_NOT_FOUND, "who may not, may not");
	body = str_fmt(&env.mem, "{'name':'偷图','org_id':'" LLD "','division':'140406101201','kind':'open','area_milli':1500,'photo':'" LLD "'}",
		LL(org), LL(add_file(picture("b.webp"), "b.webp"))).p;
	c = testenv_as(&env, &clerk);
	ok(record_create(c, &test_fields, testenv_json(&env, body), &row) != RC_OK, "a stranger's file cannot be linked: %s", c->err.text);
}

static void
test_sweep(void)
{
	struct ctx *c = testenv_as(&env, NULL);
	int64_t removed = -1, before = testenv_i64(&env, "SELECT COUNT(*) FROM file");
	int64_t linked = testenv_i64(&env, "SELECT COUNT(DISTINCT file_id) FROM file_link");
	/* the error workbooks the platform made have a month */
	int64_t made = testenv_i64(&env, "SELECT COUNT(*) FROM file WHERE name LIKE '%rror%'");

	is_i64(files_sweep(c, &removed), RC_OK, "a sweep: %s", c->err.text);
	is_i64(removed, 0, "young files stay");
	env.now_ms += 25 * 3600000;
	c = testenv_as(&env, NULL);
	is_i64(files_sweep(c, &removed), RC_OK, "a sweep the next day");
	is_i64(removed, before - linked - made, "takes what no row links");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM file"), linked + made, "and leaves the rest");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM file_variant v WHERE NOT EXISTS (SELECT 1 FROM file f WHERE f.id = v.file_id)"), 0,
		"with their variants");
}

/* ---- imports ---- */

static struct str
import(const struct actor *a, const char *resource, int64_t file, bool dry, int64_t job_id, enum rc want)
{
	struct job j = { .id = job_id, .kind = &sheet_import_job };
	struct ctx *c;
	enum rc rc;

	testenv_sql(&env, str_fmt(&env.mem, "INSERT INTO job (county, id, kind, state, started_by, org_id, run_at_ms, created_ms)"
		" VALUES (140406, " LLD ", 'core.import', 'running', 12, 0, 0, 0) ON CONFLICT DO NOTHING", LL(job_id)).p);
	c = testenv_as(&env, a);
	j.params = str_fmt(&env.mem, "{\"resource\":\"%s\",\"file\":\"" LLD "\",\"dry\":%s}", resource, LL(file), dry ? "true" : "false");
	rc = sheet_import_job.run(c, &j);
	is_i64(rc, want, "import of %s: %s", resource, rc != RC_OK ? c->err.text : "");
	return testenv_str(&env, str_fmt(&env.mem, "SELECT result FROM job WHERE id = " LLD, LL(job_id)).p);
}

static const struct json *
parse(struct str s)
{
	struct json *j = NULL;
	struct err e = { 0 };

	if (s.n == 0 || json_parse(&env.mem, s, 1 << 16, &j, &e) != RC_OK)
		return testenv_json(&env, "{}");
	return j;
}

static const char good_csv[] = "名称 *,编号,主体,行政区划,类型,面积（亩）,备注,租用,大棚说明,多余\r\n"
	"示例：名称,,链接社,镇101,大田,100,,否,,\r\n"
	"一号,A-1,链接社,镇101,大田,\"1,234.5\",'=SUM(A1),是,,x\r\n"
	"二号,A-2,链接社,镇101/村101-201,大棚,3.125亩,,否,砖墙,\r\n"
	"三号,a-3,链接社,140406101201,Open field,２,,,,\r\n";

static void
test_import_good(void)
{
	int64_t file;
	const struct json *result;
	struct ctx *c = testenv_as(&env, &officer);

	(void)c;
	file = add_file(str_from_c(good_csv), "地块.csv");
	result = parse(import(&officer, "fields", file, true, 900000000000001, RC_OK));
	is_i64(json_i64(result, "created"), 3, "a dry run says three could be created");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM test_field WHERE name = '一号'"), 0, "and stores nothing");
	result = parse(import(&officer, "fields", file, false, 900000000000002, RC_OK));
	ok(json_i64(result, "rows") == 3 && json_i64(result, "created") == 3 && json_i64(result, "wrong") == 0, "three rows are created");
	is_i64(json_i64(result, "file"), NIL, "without an error workbook");
	ok(json_get(result, "ignored") != NULL && json_get(result, "ignored")->count == 1, "the unknown column is named");
	is_i64(testenv_i64(&env, "SELECT area_milli FROM test_field WHERE name = '一号'"), 1234500, "separators of thousands");
	is_i64(testenv_i64(&env, "SELECT area_milli FROM test_field WHERE name = '二号'"), 3125, "a unit behind the number");
	is_i64(testenv_i64(&env, "SELECT area_milli FROM test_field WHERE name = '三号'"), 2000, "full-width digits");
	is_str(testenv_str(&env, "SELECT note FROM test_field WHERE name = '一号'"), S("=SUM(A1)"), "the protecting apostrophe is taken off");
	is_i64(testenv_i64(&env, "SELECT division FROM test_field WHERE name = '二号'"), 140406101201, "a village behind its township");
	is_str(testenv_str(&env, "SELECT kind FROM test_field WHERE name = '三号'"), S("open"), "a choice by its English label");
	is_i64(testenv_i64(&env, "SELECT leased FROM test_field WHERE name = '一号'"), 1, "yes");
	result = parse(import(&officer, "fields", file, false, 900000000000002, RC_OK));
	ok(json_i64(result, "created") == 3, "the same job again finds its rows");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM test_field WHERE name IN ('一号', '二号', '三号')"), 3, "and doubles none");
}

struct found {
	int64_t rows, marks;
	struct str last;
};

static enum rc
look(void *arg, const struct sheet_row *row, struct err *e)
{
	struct found *f = arg;

	(void)e;
	f->rows++;
	f->last = str_dup(&env.mem, row->cells[row->count - 1].text);
	return RC_OK;
}

static void
test_import_wrong(void)
{
	static const char csv[] = "名称,编号,主体,行政区划,类型,面积（亩）,大棚说明\n"
		"错一,B-1,没有这个社,镇101,大田,1,\n"
		"错二,B-2,链接社,没有这个镇,大田,1,\n"
		"错三,B-3,链接社,镇101,菜园,1,\n"
		"错四,B-4,链接社,镇101,大田,一亩,\n"
		"错五,B-5,链接社,镇101,大田,0.0001,\n"
		",B-6,链接社,镇101,大田,1,\n"
		"错七,B-7,链接社,镇101,大棚,1,\n"
		"错八,A-1,链接社,镇101,大田,1,\n"
		"好九,B-9,链接社,镇101,大田,1,\n"
		"好九,B-10,链接社,镇101,大田,1,\n"
		"错十一,B-11,同名社,没有这个镇,菜园,-1,\n";
	int64_t file, id = 0, bytes;
	struct found found = { 0 };
	const struct json *result;
	struct file_info f;
	struct ctx *c = testenv_as(&env, &officer);
	struct err e = { .lang = LANG_EN };
	int fd = -1;

	ok(record_create(c, &test_people, testenv_json(&env, "{}"), &id) != RC_OK, "no right to people");
	file = add_file(str_from_c(csv), "错.csv");
	result = parse(import(&officer, "fields", file, false, 900000000000003, RC_OK));
	is_i64(json_i64(result, "rows"), 11, "eleven rows");
	is_i64(json_i64(result, "created"), 1, "one is good");
	is_i64(json_i64(result, "wrong"), 10, "ten are wrong");
	is_i64(json_i64(result, "cells"), 13, "thirteen cells");
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM test_field WHERE name LIKE '错%' OR code = 'B-6'"), 0, "no wrong row is stored");
	c = testenv_as(&env, &officer);
	ok(file_info(c, json_i64(result, "file"), &f) == RC_OK && file_open(c, &f, "", &fd, &bytes) == RC_OK, "an error workbook comes back");
	is_i64(sandbox_sheet(sandbox, fd, &sheet_limits_default, look, &found, &e), RC_OK, "it can be read");
	is_i64(found.rows, 11, "a header and ten rows");
	ok(str_find(found.last, S("主体"), 0) >= 0 && str_find(found.last, S("行政区划"), 0) >= 0 && str_find(found.last, S("类型"), 0) >= 0 &&
			str_find(found.last, S("面积"), 0) >= 0,
		"the last names all four wrong cells: " STR_FMT, STR_ARG(found.last));
	close(fd);
}

static void
test_import_files(void)
{
	testenv_as(&env, &officer);
	import(&officer, "fields", add_file(S("甲,乙\n1,2\n"), "a.csv"), false, 900000000000004, RC_INVALID);
	import(&officer, "fields", add_file(S("名称,主体,行政区划,类型\n一,链接社,镇101,大田\n"), "a.csv"), false, 900000000000005, RC_INVALID);
	import(&officer, "fields", add_file(S("名称,主体,行政区划,类型,面积\n"), "a.csv"), false, 900000000000006, RC_INVALID);
	import(&officer, "fields", add_file(S("名称,主体,行政区划,类型,面积\n中途,链接社,镇101,大田,1\n\"坏"), "a.csv"), false, 900000000000007, RC_INVALID);
	is_i64(testenv_i64(&env, "SELECT COUNT(*) FROM test_field WHERE name = '中途'"), 0, "a file damaged at its end stores nothing");
	testenv_as(&env, &officer);
	import(&officer, "nothing", add_file(str_from_c(good_csv), "a.csv"), false, 900000000000008, RC_INVALID);
	import(&nobody_much, "fields", 1, false, 900000000000009, RC_DENIED);
	testenv_as(&env, &officer);
	import(&clerk, "fields", add_file(str_from_c(good_csv), "a.csv"), false, 900000000000010, RC_NOT_FOUND);
}

static void
test_ambiguous(void)
{
	struct ctx *c = testenv_as(&env, NULL);
	int64_t a = 0, b = 0, id;
	struct sheet_lookup l;
	const struct field *f = field_find(&test_samples, S("field_id"));
	int64_t org = testenv_i64(&env, "SELECT id FROM test_org WHERE name = '链接社'"), other = 0;

	ok(record_create(c, &test_orgs, testenv_json(&env, "{'name':'另一社','division':'140406102000'}"), &other) == RC_OK, "another organisation");
	ok(record_create(c, &test_fields, testenv_json(&env, str_fmt(&env.mem, "{'name':'同名','code':'C-1','org_id':'" LLD
		"','division':'140406101201','kind':'open','area_milli':1}", LL(org)).p), &a) == RC_OK, "a field");
	ok(record_create(c, &test_fields, testenv_json(&env, str_fmt(&env.mem, "{'name':'同名','code':'C-2','org_id':'" LLD
		"','division':'140406102000','kind':'open','area_milli':1}", LL(other)).p), &b) == RC_OK, "its namesake");
	c = testenv_as(&env, &officer);
	sheet_lookup_init(&l, &env.mem);
	is_i64(sheet_lookup_ref(c, &l, f, S("同名"), &id), RC_INVALID, "a name of two is refused: %s", c->err.text);
	ok(strstr(c->err.text, "C-1") != NULL && strstr(c->err.text, "C-2") != NULL, "and both are named");
	ok(sheet_lookup_ref(c, &l, f, S("C-2"), &id) == RC_OK && id == b, "the code says which");
	ok(sheet_lookup_ref(c, &l, f, str_fmt(&env.mem, LLD, LL(a)), &id) == RC_OK && id == a, "so does the key");
	c = testenv_as(&env, &clerk);
	sheet_lookup_init(&l, &env.mem);
	ok(sheet_lookup_ref(c, &l, f, S("同名"), &id) == RC_OK && id == a, "who sees only one of them has no doubt");
}

/* ---- templates and exports ---- */

static void
test_templates(void)
{
	static const enum sheet_format kinds[] = { SHEET_XLSX, SHEET_CSV, SHEET_CSV_GB18030 };
	struct ctx *c;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		int fd = memfd_create("template", MFD_CLOEXEC);
		struct found found = { 0 };
		struct err e = { .lang = LANG_EN };

		c = testenv_as(&env, &officer);
		is_i64(sheet_template(c, &test_fields, kinds[i], fd), RC_OK, "template %zu: %s", i, c->err.text);
		is_i64(sandbox_sheet(sandbox, fd, &sheet_limits_default, look, &found, &e), RC_OK, "is a sheet: %s", e.text);
		is_i64(found.rows, 2, "of headers and an example");
		close(fd);
	}
	c = testenv_as(&env, &nobody_much);
	is_i64(sheet_template(c, &test_fields, SHEET_XLSX, -1), RC_DENIED, "only for who may import");
}

static void
test_exports(void)
{
	struct query q = { 0 };
	struct ctx *c = testenv_as(&env, &officer);
	int fd = memfd_create("export", MFD_CLOEXEC);
	struct found found = { 0 };
	struct err e = { .lang = LANG_EN };
	const struct json *result;
	int64_t rows = 0, had = testenv_i64(&env, "SELECT COUNT(*) FROM test_field WHERE deleted_ms IS NULL");
	struct file_info f;
	struct stat st;

	c = testenv_as(&env, &officer);
	c->lang = c->err.lang = LANG_ZH;
	q.limit = 50;
	is_i64(sheet_export(c, &test_fields, &q, SHEET_XLSX, fd, &rows), RC_OK, "an export: %s", c->err.text);
	is_i64(rows, had, "of every row");
	is_i64(sandbox_sheet(sandbox, fd, &sheet_limits_default, look, &found, &e), RC_OK, "reads back: %s", e.text);
	is_i64(found.rows, had + 1, "with its header");
	/* what was exported can be imported: the names are taken, and nothing else is wrong with it */
	c = testenv_as(&env, &officer);
	ok(file_add(c, fd, S("导出.xlsx"), "sheet", &f) == RC_OK, "taken in again: %s", c->err.text);
	result = parse(import(&officer, "fields", f.id, true, 900000000000011, RC_OK));
	is_i64(json_i64(result, "wrong"), had, "every row is there already");
	is_i64(json_i64(result, "cells"), testenv_i64(&env, "SELECT COUNT(*) FROM test_field") + testenv_i64(&env, "SELECT COUNT(code) FROM test_field"),
		"only names and codes are taken, nothing else is wrong");
	c = testenv_as(&env, &clerk);
	rows = 0;
	is_i64(sheet_export(c, &test_fields, &q, SHEET_CSV, fd, &rows), RC_OK, "a clerk's export");
	is_i64(rows, testenv_i64(&env, "SELECT COUNT(*) FROM test_field WHERE deleted_ms IS NULL AND division BETWEEN 140406101000 AND 140406101999"),
		"holds the clerk's town only");
	c = testenv_as(&env, &nobody_much);
	ok(ftruncate(fd, 0) == 0 && sheet_export(c, &test_fields, &q, SHEET_CSV, fd, &rows) == RC_DENIED, "nothing for who may not list");
	ok(fstat(fd, &st) == 0 && st.st_size == 0, "not even a header");
	close(fd);
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st, (void)kind, (void)at;
	return remove(path);
}

static void
remove_store(const char *dir)
{
	if (nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		printf("# %s is left behind\n", dir);
}

static void
test_all(struct testdb *t)
{
	struct err e = { .lang = LANG_EN };
	char dir[] = "/tmp/sheet_test.XXXXXX";

	testenv_open(&env, t, test_modules);
	if (mkdtemp(dir) == NULL)
		abort();
	run_file("sql/migrations/0030_work.sql");
	run_file("sql/migrations/0031_file.sql");
	testenv_sql(&env, "CREATE TABLE county_rule (county BIGINT, id BIGINT, name TEXT, value TEXT, from_on BIGINT, deleted_ms BIGINT)");
	if (store_open(&env.app.files, &env.start, dir, &e) != RC_OK)
		printf("Bail out! %s\n", e.text);
	env.app.sandbox = sandbox;
	env.app.data_dir = dir;
	test_files_refused();
	test_pictures();
	test_links();
	test_import_good();
	test_import_wrong();
	test_import_files();
	test_ambiguous();
	test_templates();
	test_exports();
	test_sweep();
	testenv_close(&env);
	remove_store(dir);
}

int
main(void)
{
	struct err e = { .lang = LANG_EN };

	if (sandbox_start(&sandbox, NULL, &e) != RC_OK)
		return 1;
	testdb_each(test_all);
	sandbox_stop(sandbox);
	return tap_done();
}

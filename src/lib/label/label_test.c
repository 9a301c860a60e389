#include "base/base.h"
#include "lib/label/label.h"
#include "tap.h"
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

struct counted {
	size_t asked, told, stop_at, fail_at;
	bool bad_code;
};

static enum rc
code_of(void *arg, size_t i, char code[21], struct err *e)
{
	struct counted *c = arg;

	c->asked++;
	if (c->fail_at != 0 && i + 1 == c->fail_at)
		return fail(e, RC_NOT_FOUND, NULL, "没有追溯码", "no code");
	memcpy(code, c->bad_code ? "0000-0000-0000-0000-" : "0123456789ABCDEFGHJK", 21);
	return RC_OK;
}

static enum rc
progress(void *arg, size_t done, size_t total, struct err *e)
{
	struct counted *c = arg;

	(void)total;
	c->told++;
	return done == c->stop_at ? fail(e, RC_STATE, NULL, "取消", "cancelled") : RC_OK;
}

static struct label_sheet
sample(size_t count)
{
	return (struct label_sheet){ .design = LABEL_60X40,
		.product = S("潞城大葱"),
		.producer = S("潞城区东坡蔬菜种植专业合作社"),
		.lot = S("140406-20261121-0001"),
		.county = S("潞城区 e镇"),
		.public_url = S("https://ez.example.cn"),
		.count = count };
}

static enum rc
write_sheet(const struct label_sheet *s, struct counted *c, off_t *bytes, struct err *e)
{
	int fd = memfd_create("labels", MFD_CLOEXEC);
	enum rc rc;

	*e = (struct err){ .lang = LANG_EN };
	rc = label_sheet_write(s, code_of, progress, c, fd, e);
	*bytes = lseek(fd, 0, SEEK_END);
	close(fd);
	return rc;
}

static void
refused(struct label_sheet s, const char *field, enum rc want, const char *what)
{
	struct counted c = { 0 };
	struct err e;
	off_t bytes;

	is_i64(write_sheet(&s, &c, &bytes, &e), want, "%s: %s", what, e.text);
	ok(strcmp(e.field, field) == 0, "%s names %s", what, field);
}

static void
test_refused(void)
{
	char long_text[400];
	struct label_sheet s = sample(1);

	memset(long_text, 'x', sizeof(long_text));
	s.product = (struct str){ long_text, 201 };
	refused(s, "product", RC_LIMIT, "an over-long product");
	s = sample(1);
	s.lot = S("a\x01");
	refused(s, "lot", RC_INVALID, "a control character");
	s = sample(1);
	s.producer = S("\xff");
	refused(s, "producer", RC_INVALID, "malformed text");
	s = sample(1);
	s.public_url = S("ez.example.cn");
	refused(s, "public_url", RC_INVALID, "an address without scheme");
	s.public_url = (struct str){ long_text, 81 };
	refused(s, "public_url", RC_INVALID, "an over-long address");
	refused(sample(0), "count", RC_LIMIT, "no label");
	refused(sample(100001), "count", RC_LIMIT, "too many labels");
	s = sample(1);
	s.design = (enum label_design)9;
	refused(s, "design", RC_INVALID, "an unknown design");
}

static void
test_sheets(void)
{
	static const char *const names[] = { "60x40", "50x30", "a4_40" };
	enum label_design d;
	struct counted c = { 0 };
	struct label_sheet s = sample(250);
	struct err e;
	off_t bytes;

	ok(!label_design_find(S("70x50"), &d), "an unknown design is not found");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		ok(label_design_find(str_from_c(names[i]), &s.design), "design %s", names[i]);
		c = (struct counted){ 0 };
		is_i64(write_sheet(&s, &c, &bytes, &e), RC_OK, "250 labels: %s", e.text);
		ok(bytes > 10000 && c.asked == 250 && c.told == 3, "%lld bytes, progress told three times", LL(bytes));
	}
	c = (struct counted){ .stop_at = 100 };
	is_i64(write_sheet(&s, &c, &bytes, &e), RC_STATE, "a cancel ends the sheet");
	is_i64((int64_t)c.asked, 100, "at once");
	c = (struct counted){ .fail_at = 7 };
	is_i64(write_sheet(&s, &c, &bytes, &e), RC_NOT_FOUND, "a missing code ends the sheet");
	c = (struct counted){ .bad_code = true };
	is_i64(write_sheet(&s, &c, &bytes, &e), RC_INTERNAL, "a malformed code is never printed");
	c = (struct counted){ 0 };
	is_i64(label_sheet_write(&s, code_of, NULL, &c, -1, &e), RC_UNAVAILABLE, "a file that cannot be written: %s", e.text);
}

static int64_t
peak_kb(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

static void
test_memory(void)
{
	struct label_sheet s = sample(3000);
	struct counted c = { 0 };
	struct err e;
	off_t bytes;
	int64_t before = peak_kb();

	is_i64(write_sheet(&s, &c, &bytes, &e), RC_OK, "3,000 labels: %s", e.text);
	/* the file itself lies in memory here; what grows beside it must not */
	ok(peak_kb() - before < bytes / 1024 + 12 * 1024, "memory does not grow with the sheet (%lld kB for %lld kB of PDF)",
		LL(peak_kb() - before), LL(bytes / 1024));
}

/* Fontconfig and pango keep their caches for the life of the process. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\nleak:libpango\nleak:libcairo\nleak:libglib\nleak:libgobject";
}

int
main(void)
{
	test_refused();
	test_sheets();
	test_memory();
	return tap_done();
}

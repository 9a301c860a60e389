#include "base/base.h"
#include "base/utf8.h"
#include "lib/label/pen.h"
#include <stdio.h>
#include <string.h>

enum { COUNT_MAX = 100000, URL_MAX = 80, PROGRESS_EVERY = 100, CODE_LEN = 20, TEXT_MAX = 200, PARTS = 5 };

/* One label, relative to its corner; all mm. */
struct layout {
	const char *name;
	double page_w, page_h, w, h, left, top;
	int columns, rows;
	struct box title, qr, text, code;
	double title_size, text_size, code_size;
};
static const struct layout layouts[] = {
	[LABEL_60X40] = { "60x40", 60, 40, 60, 40, 0, 0, 1, 1, { 2, 1.5, 56, 6.2 }, { 1.5, 7.8, 28, 28 }, { 30.5, 8.6, 28, 26.5 },
		{ 2, 35.8, 56, 3.6 }, 4.2, 2.9, 2.6 },
	[LABEL_50X30] = { "50x30", 50, 30, 50, 30, 0, 0, 1, 1, { 1.5, 0.8, 47, 4.8 }, { 1, 5.4, 21.2, 21.2 }, { 23.2, 6, 25.6, 20.2 },
		{ 1.5, 26.6, 47, 3 }, 3.3, 2.4, 2.2 },
	[LABEL_A4_40] = { "a4_40", 210, 297, 48.5, 25.4, 8, 21.5, 4, 10, { 22.2, 1.6, 25, 6.6 }, { 0.8, 0.9, 20.9, 20.9 },
		{ 22.2, 8.4, 25, 13.4 }, { 1.5, 21.9, 45.5, 2.8 }, 2.8, 2.1, 2.1 },
};

bool
label_design_find(struct str name, enum label_design *out)
{
	for (size_t i = 0; i < ARRAY_LEN(layouts); i++) {
		if (str_eq_c(name, layouts[i].name)) {
			*out = (enum label_design)i;
			return true;
		}
	}
	return false;
}

/* What is the same on every label of a sheet, shaped once. */
struct plate {
	const struct layout *l;
	struct fitted parts[PARTS];
	PangoLayout *code;
};

static void
plate_free(struct plate *t)
{
	for (size_t i = 0; i < PARTS; i++)
		fitted_free(&t->parts[i]);
	if (t->code != NULL)
		g_object_unref(t->code);
}
#define PLATE CLEANUP(plate_free) struct plate

static enum rc
plate_make(struct plate *t, struct pen *p, const struct label_sheet *s, struct err *e)
{
	const struct layout *l = &layouts[s->design];
	struct str texts[] = { s->producer, s->lot, s->county, s->demo ? S("演示 DEMO") : (struct str){ 0 } };
	double y = l->text.y, line = l->text_size * 1.55;
	double producer_lines = l->text.h > line * 5.2 ? 2.05 : 1.05;
	CLEANUP(fitted_free) struct fitted sample = { 0 };
	enum rc rc;

	t->l = l;
	rc = fitted_make(&t->parts[0], p, l->title, FONT_BOLD, l->title_size, ALIGN_LEFT, s->product, e);
	for (size_t i = 0; i < ARRAY_LEN(texts) && rc == RC_OK; i++) {
		bool mark = i == 3;
		/* the producer may take two lines where there is room, the others one */
		struct box box = { l->text.x, y, l->text.w, line * (i == 0 ? producer_lines : 1.05) };

		rc = fitted_make(&t->parts[i + 1], p, box, mark ? FONT_BOLD : FONT_SANS, l->text_size, ALIGN_LEFT, texts[i], e);
		if (texts[i].n > 0)
			y += (t->parts[i + 1].height > line ? t->parts[i + 1].height : line) + 0.2;
	}
	if (rc == RC_OK)
		rc = fitted_make(&sample, p, l->code, FONT_MONO, l->code_size, ALIGN_LEFT, S("0000-0000-0000-0000-0000"), e);
	if (rc == RC_OK)
		t->code = g_object_ref(sample.layout);
	return rc;
}

static enum rc
draw_label(const struct plate *t, struct pen *p, const struct label_sheet *s, const char *code, double x, double y, struct err *e)
{
	const struct layout *l = t->l;
	char url[URL_MAX + 32], grouped[CODE_LEN + 5];
	struct fitted code_line = { t->code, l->code, 0 };
	enum rc rc;
	int n = 0;

	for (int i = 0; i < CODE_LEN; i++) {
		if (i > 0 && i % 4 == 0)
			grouped[n++] = '-';
		grouped[n++] = code[i];
	}
	grouped[n] = '\0';
	snprintf(url, sizeof(url), STR_FMT "/t/%s", STR_ARG(s->public_url), code);
	rc = pen_qr(p, (struct box){ l->qr.x + x, l->qr.y + y, l->qr.w, l->qr.h }, url, e);
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < PARTS; i++) {
		if (i == PARTS - 1)
			pen_colour(p, 0.75, 0, 0);
		fitted_draw(&t->parts[i], p, x, y);
	}
	pen_colour(p, 0, 0, 0);
	pango_layout_set_text(t->code, grouped, n);
	fitted_draw(&code_line, p, x, y);
	return RC_OK;
}

static enum rc
check_text(struct str s, const char *field, struct err *e)
{
	if (s.n > TEXT_MAX)
		return fail(e, RC_LIMIT, field, "标签文字超过 %d 字节", "a label text is longer than %d bytes", TEXT_MAX);
	if (!utf8_valid(s) || utf8_has_control(s) || (s.n > 0 && memchr(s.p, '\0', s.n) != NULL))
		return fail(e, RC_INVALID, field, "标签文字含有控制字符", "a label text holds control characters");
	return RC_OK;
}

static enum rc
check_sheet(const struct label_sheet *s, struct err *e)
{
	enum rc rc = check_text(s->product, "product", e);

	if (rc == RC_OK)
		rc = check_text(s->producer, "producer", e);
	if (rc == RC_OK)
		rc = check_text(s->lot, "lot", e);
	if (rc == RC_OK)
		rc = check_text(s->county, "county", e);
	if (rc != RC_OK)
		return rc;
	if ((size_t)s->design >= ARRAY_LEN(layouts))
		return fail(e, RC_INVALID, "design", "没有这种标签版式", "there is no such label design");
	if (s->public_url.n == 0 || s->public_url.n > URL_MAX || !str_starts(s->public_url, S("http")))
		return fail(e, RC_INVALID, "public_url", "须为不超过 %d 字节的网址", "must be a web address of at most %d bytes", URL_MAX);
	if (s->count == 0 || s->count > COUNT_MAX)
		return fail(e, RC_LIMIT, "count", "一次打印 1 到 %d 枚", "1 to %d labels in one sheet", COUNT_MAX);
	return RC_OK;
}

static bool
is_code(const char code[21])
{
	for (int i = 0; i < CODE_LEN; i++)
		if (!((code[i] >= '0' && code[i] <= '9') || (code[i] >= 'A' && code[i] <= 'Z')))
			return false;
	return code[CODE_LEN] == '\0';
}

static enum rc
draw_next(const struct plate *t, struct pen *p, const struct label_sheet *s, size_t i, label_code_fn *code_of, void *arg, struct err *e)
{
	const struct layout *l = t->l;
	size_t per_page = (size_t)(l->columns * l->rows), place = i % per_page;
	char code[21] = "";
	enum rc rc = code_of(arg, i, code, e);

	if (rc == RC_OK && !is_code(code))
		rc = fail(e, RC_INTERNAL, NULL, "追溯码格式错误", "a malformed trace code");
	if (rc == RC_OK)
		rc = draw_label(t, p, s, code, l->left + (double)(place % (size_t)l->columns) * l->w,
			l->top + (double)(place / (size_t)l->columns) * l->h, e);
	if (rc == RC_OK && (place == per_page - 1 || i == s->count - 1)) {
		pen_page(p);
		rc = pen_check(p, e);
	}
	return rc;
}

enum rc
label_sheet_write(const struct label_sheet *s, label_code_fn *code_of, label_progress_fn *progress, void *arg, int fd,
	struct err *e)
{
	PEN p = { 0 };
	PLATE t = { 0 };
	enum rc rc = check_sheet(s, e);

	if (rc == RC_OK)
		rc = pen_open(&p, fd, layouts[s->design].page_w, layouts[s->design].page_h, e);
	if (rc == RC_OK)
		rc = plate_make(&t, &p, s, e);
	for (size_t i = 0; i < s->count && rc == RC_OK; i++) {
		rc = draw_next(&t, &p, s, i, code_of, arg, e);
		if (rc == RC_OK && progress != NULL && ((i + 1) % PROGRESS_EVERY == 0 || i + 1 == s->count))
			rc = progress(arg, i + 1, s->count, e);
	}
	return rc == RC_OK ? pen_finish(&p, e) : rc;
}

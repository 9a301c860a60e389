#include "base/base.h"
#include "base/utf8.h"
#include "lib/label/pen.h"
#include <math.h>
#include <stdio.h>

enum { URL_MAX = 120, TEXT_MAX = 300, STATEMENT_MAX = 900 };

/* Places and sizes of one paper, mm. */
struct form {
	double w, h, margin, title_size, text_size, line, qr, frame;
};
static const struct form forms[] = {
	[LABEL_PAPER_A5] = { 148, 210, 12, 9, 4.4, 8.2, 34, 0.5 },
	[LABEL_PAPER_80X60] = { 80, 60, 2.5, 4.2, 2.15, 3.55, 17.5, 0.2 },
};

static const char *const bases[] = { [LABEL_QUALITY_CONTROL] = "质量安全控制符合要求",
	[LABEL_SELF_TEST] = "自行检测合格",
	[LABEL_COMMISSIONED] = "委托检测合格" };
static const enum label_basis order[] = { LABEL_QUALITY_CONTROL, LABEL_SELF_TEST, LABEL_COMMISSIONED };

static enum rc
check(const struct label_certificate *k, struct err *e)
{
	const struct {
		const char *field;
		struct str text;
		size_t max;
		bool needed;
	} texts[] = { { "statement", k->statement, STATEMENT_MAX, true }, { "product", k->product, TEXT_MAX, true },
		{ "quantity", k->quantity, TEXT_MAX, true }, { "origin", k->origin, TEXT_MAX, true },
		{ "issuer", k->issuer, TEXT_MAX, true }, { "contact", k->contact, TEXT_MAX, true },
		{ "issued_on", k->issued_on, TEXT_MAX, true }, { "number", k->number, TEXT_MAX, false },
		{ "qr_url", k->qr_url, URL_MAX, false } };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (texts[i].needed && texts[i].text.n == 0)
			return fail(e, RC_INVALID, texts[i].field, "合格证缺少内容", "the certificate lacks this");
		if (texts[i].text.n > texts[i].max)
			return fail(e, RC_LIMIT, texts[i].field, "合格证文字过长", "a text of the certificate is too long");
		if (!utf8_valid(texts[i].text) || utf8_has_control(texts[i].text))
			return fail(e, RC_INVALID, texts[i].field, "合格证文字含有控制字符", "a text holds control characters");
	}
	if ((size_t)k->paper >= ARRAY_LEN(forms) || (size_t)k->basis >= ARRAY_LEN(bases))
		return fail(e, RC_INVALID, "paper", "没有这种纸张或承诺依据", "there is no such paper or basis");
	return RC_OK;
}

/* "☑ 自行检测合格": the box and its tick are drawn, because few fonts have them. */
static enum rc
draw_basis(struct pen *p, const struct form *f, double x, double y, double w, const char *text, bool ticked, struct err *e)
{
	static const double mm = 72 / 25.4;
	double side = f->text_size * 0.85, top = y + f->text_size * 0.35;
	struct box box = { x + side * 1.4, y, w - side * 1.4, f->line };

	pen_frame(p, (struct box){ x, top, side, side }, f->text_size * 0.07);
	if (ticked) {
		cairo_set_line_width(p->cr, f->text_size * 0.14 * mm);
		cairo_move_to(p->cr, (x + side * 0.18) * mm, (top + side * 0.5) * mm);
		cairo_line_to(p->cr, (x + side * 0.42) * mm, (top + side * 0.78) * mm);
		cairo_line_to(p->cr, (x + side * 0.9) * mm, (top + side * 0.12) * mm);
		cairo_stroke(p->cr);
	}
	return pen_text(p, box, FONT_SANS, f->text_size, ALIGN_LEFT, str_from_c(text), NULL, e);
}

static enum rc
draw_bases(struct pen *p, const struct form *f, const struct label_certificate *k, double *y, struct err *e)
{
	bool narrow = k->paper == LABEL_PAPER_80X60;
	double w = f->w - 2 * f->margin;
	enum rc rc = pen_text(p, (struct box){ f->margin, *y, w, f->line }, FONT_BOLD, f->text_size, ALIGN_LEFT, S("承诺依据："), NULL, e);
	double x = f->margin + f->text_size * 5.4, room = w - f->text_size * 5.4;

	for (size_t i = 0; i < ARRAY_LEN(order) && rc == RC_OK; i++) {
		double at = narrow ? (double)i * room / 3 + (i > 0 ? f->text_size * 2.4 : 0) : 0;

		rc = draw_basis(p, f, x + at, *y, narrow ? room / 2.4 : room, bases[order[i]], order[i] == k->basis, e);
		if (!narrow)
			*y += f->line;
	}
	if (narrow)
		*y += f->line;
	return rc;
}

static enum rc
draw_fields(struct pen *p, const struct form *f, const struct label_certificate *k, double *y, double w, struct err *e)
{
	const struct {
		const char *label;
		struct str text;
	} fields[] = { { "产品名称：", k->product }, { "数量（重量）：", k->quantity }, { "产地：", k->origin }, { "承诺主体：", k->issuer },
		{ "联系方式：", k->contact }, { "开具日期：", k->issued_on }, { "编号：", k->number } };
	double label_w = f->text_size * 7.2;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < ARRAY_LEN(fields) && rc == RC_OK; i++) {
		if (fields[i].text.n == 0)
			continue;
		rc = pen_text(p, (struct box){ f->margin, *y, label_w, f->line }, FONT_BOLD, f->text_size, ALIGN_LEFT,
			str_from_c(fields[i].label), NULL, e);
		if (rc == RC_OK)
			rc = pen_text(p, (struct box){ f->margin + label_w, *y, w - label_w, f->line }, FONT_SANS, f->text_size, ALIGN_LEFT,
				fields[i].text, NULL, e);
		*y += f->line;
	}
	return rc;
}

static enum rc
draw_across(struct pen *p, const struct form *f, const char *text, struct err *e)
{
	static const double mm = 72 / 25.4;
	double size = f->w / 7;
	enum rc rc;

	cairo_save(p->cr);
	cairo_translate(p->cr, f->w / 2 * mm, f->h / 2 * mm);
	cairo_rotate(p->cr, -atan2(f->h, f->w) * 0.8);
	cairo_set_source_rgba(p->cr, 0.8, 0.05, 0.05, 0.28);
	rc = pen_text(p, (struct box){ -f->w / 2, -size * 0.8, f->w, size * 2 }, FONT_BOLD, size, ALIGN_CENTRE, str_from_c(text), NULL, e);
	cairo_restore(p->cr);
	return rc;
}

static enum rc
draw_qr(struct pen *p, const struct form *f, const struct label_certificate *k, struct err *e)
{
	char url[URL_MAX + 1];

	if (k->qr_url.n == 0)
		return RC_OK;
	snprintf(url, sizeof(url), STR_FMT, STR_ARG(k->qr_url));
	return pen_qr(p, (struct box){ f->w - f->margin - f->qr, f->h - f->margin - f->qr, f->qr, f->qr }, url, e);
}

static enum rc
draw(struct pen *p, const struct form *f, const struct label_certificate *k, struct err *e)
{
	double w = f->w - 2 * f->margin, y = f->margin, fields_w = w;
	enum rc rc;

	pen_colour(p, 0, 0, 0);
	if (k->paper == LABEL_PAPER_A5)
		pen_frame(p, (struct box){ f->margin / 2, f->margin / 2, f->w - f->margin, f->h - f->margin }, f->frame);
	rc = pen_text(p, (struct box){ f->margin, y, w, f->title_size * 1.7 }, FONT_BOLD, f->title_size, ALIGN_CENTRE, S("承诺达标合格证"), NULL, e);
	y += f->title_size * 1.65;
	if (rc == RC_OK)
		rc = pen_text(p, (struct box){ f->margin, y, w, f->line }, FONT_BOLD, f->text_size, ALIGN_LEFT,
			S("我承诺对生产销售的食用农产品："), NULL, e);
	y += f->line;
	if (rc == RC_OK)
		rc = pen_text(p, (struct box){ f->margin, y, w, f->line * 4 }, FONT_SANS, f->text_size, ALIGN_LEFT, k->statement, &y, e);
	y += f->line * 0.3;
	if (rc == RC_OK)
		rc = draw_bases(p, f, k, &y, e);
	y += k->paper == LABEL_PAPER_A5 ? f->line * 0.4 : 0;
	/* on the small label the fields stand left of the code */
	if (k->qr_url.n > 0 && k->paper == LABEL_PAPER_80X60)
		fields_w = w - f->qr - 1;
	if (rc == RC_OK)
		rc = draw_fields(p, f, k, &y, fields_w, e);
	if (rc == RC_OK)
		rc = draw_qr(p, f, k, e);
	if (rc == RC_OK && k->voided)
		rc = draw_across(p, f, "已作废", e);
	else if (rc == RC_OK && k->demo)
		rc = draw_across(p, f, "演示 DEMO", e);
	return rc;
}

enum rc
label_certificate_write(const struct label_certificate *k, int fd, struct err *e)
{
	PEN p = { 0 };
	enum rc rc = check(k, e);

	if (rc == RC_OK)
		rc = pen_open(&p, fd, forms[k->paper].w, forms[k->paper].h, e);
	if (rc == RC_OK)
		rc = draw(&p, &forms[k->paper], k, e);
	if (rc != RC_OK)
		return rc;
	pen_page(&p);
	return pen_finish(&p, e);
}

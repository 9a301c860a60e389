#include "base/base.h"
#include "lib/label/pen.h"
#include <cairo-pdf.h>
#include <errno.h>
#include <math.h>
#include <qrencode.h>
#include <unistd.h>

#define PT_PER_MM (72.0 / 25.4)
#define DOT_MM (25.4 / 300.0)

enum { QUIET = 4, SHRINK_STEPS = 6, TEXT_BYTES_MAX = 2000 };

static cairo_status_t
write_some(void *self, const unsigned char *data, unsigned int n)
{
	struct pen *p = self;

	while (n > 0) {
		ssize_t done = write(p->fd, data, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			p->broken = true;
			return CAIRO_STATUS_WRITE_ERROR;
		}
		data += done;
		n -= (unsigned)done;
	}
	return CAIRO_STATUS_SUCCESS;
}

enum rc
pen_check(const struct pen *p, struct err *e)
{
	if (!p->broken && cairo_status(p->cr) == CAIRO_STATUS_SUCCESS)
		return RC_OK;
	return fail(e, RC_UNAVAILABLE, NULL, "PDF 写入失败", "the PDF cannot be written");
}

enum rc
pen_open(struct pen *p, int fd, double page_w, double page_h, struct err *e)
{
	cairo_font_options_t *options = cairo_font_options_create();

	*p = (struct pen){ .fd = fd };
	p->surface = cairo_pdf_surface_create_for_stream(write_some, p, page_w * PT_PER_MM, page_h * PT_PER_MM);
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATOR, "Ezhen");
	p->cr = cairo_create(p->surface);
	p->pango = pango_cairo_create_context(p->cr);
	/* paper has no pixels: glyphs stand where the font says, at any size */
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	pango_cairo_context_set_font_options(p->pango, options);
	pango_cairo_context_set_resolution(p->pango, 72);
	pango_context_set_round_glyph_positions(p->pango, FALSE);
	pango_context_set_language(p->pango, pango_language_from_string("zh-cn"));
	cairo_font_options_destroy(options);
	return pen_check(p, e);
}

enum rc
pen_finish(struct pen *p, struct err *e)
{
	enum rc rc = pen_check(p, e);

	cairo_surface_finish(p->surface);
	if (rc == RC_OK && (p->broken || cairo_surface_status(p->surface) != CAIRO_STATUS_SUCCESS))
		return fail(e, RC_UNAVAILABLE, NULL, "PDF 写入失败", "the PDF cannot be written");
	return rc;
}

void
pen_close(struct pen *p)
{
	if (p->cr == NULL)
		return;
	g_object_unref(p->pango);
	cairo_destroy(p->cr);
	cairo_surface_destroy(p->surface);
	*p = (struct pen){ 0 };
}

void
pen_page(struct pen *p)
{
	cairo_show_page(p->cr);
}

void
pen_colour(struct pen *p, double r, double g, double b)
{
	cairo_set_source_rgb(p->cr, r, g, b);
}

void
pen_frame(struct pen *p, struct box box, double width)
{
	cairo_set_line_width(p->cr, width * PT_PER_MM);
	cairo_rectangle(p->cr, box.x * PT_PER_MM, box.y * PT_PER_MM, box.w * PT_PER_MM, box.h * PT_PER_MM);
	cairo_stroke(p->cr);
}

static void
set_font(PangoLayout *layout, enum pen_font font, double size_mm)
{
	PangoFontDescription *d = pango_font_description_from_string(
		font == FONT_MONO ? "Noto Sans Mono CJK SC" : "Noto Sans CJK SC");

	pango_font_description_set_absolute_size(d, size_mm * PT_PER_MM * PANGO_SCALE);
	if (font == FONT_BOLD)
		pango_font_description_set_weight(d, PANGO_WEIGHT_BOLD);
	pango_layout_set_font_description(layout, d);
	pango_font_description_free(d);
}

static double
height_of(PangoLayout *layout)
{
	int h;

	pango_layout_get_size(layout, NULL, &h);
	return (double)h / PANGO_SCALE / PT_PER_MM;
}

enum rc
fitted_make(struct fitted *f, struct pen *p, struct box box, enum pen_font font, double size, enum pen_align align,
	struct str text, struct err *e)
{
	int width = (int)(box.w * PT_PER_MM * PANGO_SCALE), step = 0;

	*f = (struct fitted){ .box = box };
	if (text.n == 0)
		return RC_OK;
	if (text.n > TEXT_BYTES_MAX)
		return fail(e, RC_LIMIT, NULL, "标签文字过长", "a text of the label is too long");
	f->layout = pango_layout_new(p->pango);
	pango_layout_set_text(f->layout, text.p, (int)text.n);
	pango_layout_set_wrap(f->layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_alignment(f->layout, align == ALIGN_CENTRE ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);
	pango_layout_set_width(f->layout, width);
	for (step = 0; step <= SHRINK_STEPS; step++) {
		set_font(f->layout, font, size * (1 - 0.05 * step));
		if (height_of(f->layout) <= box.h)
			break;
	}
	if (step > SHRINK_STEPS) {
		pango_layout_set_ellipsize(f->layout, PANGO_ELLIPSIZE_END);
		pango_layout_set_height(f->layout, (int)(box.h * PT_PER_MM * PANGO_SCALE));
	}
	f->height = height_of(f->layout);
	if (pango_layout_get_unknown_glyphs_count(f->layout) > 0)
		return fail_code(e, RC_UNAVAILABLE, "no-font", NULL, "系统缺少中文字体，无法打印“%.60s”",
			"no font for “%.60s”: install fonts-noto-cjk", str_eq(text, S("")) ? "" : text.p);
	return RC_OK;
}

void
fitted_draw(const struct fitted *f, struct pen *p, double dx, double dy)
{
	if (f->layout == NULL)
		return;
	cairo_move_to(p->cr, (f->box.x + dx) * PT_PER_MM, (f->box.y + dy) * PT_PER_MM);
	pango_cairo_show_layout(p->cr, f->layout);
}

void
fitted_free(struct fitted *f)
{
	if (f->layout != NULL)
		g_object_unref(f->layout);
	f->layout = NULL;
}

enum rc
pen_text(struct pen *p, struct box box, enum pen_font font, double size, enum pen_align align, struct str text,
	double *bottom, struct err *e)
{
	CLEANUP(fitted_free) struct fitted f = { 0 };
	enum rc rc = fitted_make(&f, p, box, font, size, align, text, e);

	if (rc != RC_OK)
		return rc;
	fitted_draw(&f, p, 0, 0);
	if (bottom != NULL)
		*bottom = box.y + f.height;
	return RC_OK;
}

static int
dots_for(const QRcode *qr, struct box box)
{
	double side = box.w < box.h ? box.w : box.h;

	return (int)(side / DOT_MM / (qr->width + 2 * QUIET));
}

/* A disc over a tenth of the symbol touches a quarter of its codewords: only H mends that for sure. */
static QRcode *
encode(const char *text, struct box box, int *dots)
{
	static const struct {
		QRecLevel level;
		int dots;
	} wanted[] = { { QR_ECLEVEL_H, 5 }, { QR_ECLEVEL_Q, 4 }, { QR_ECLEVEL_M, 2 } };

	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		QRcode *qr = QRcode_encodeString(text, 0, wanted[i].level, QR_MODE_8, 1);

		*dots = qr != NULL ? dots_for(qr, box) : 0;
		if (*dots >= wanted[i].dots)
			return qr;
		QRcode_free(qr);
	}
	return NULL;
}

/*
 * The modules as one 1-bit mask, a byte row each, scaled without smoothing: a
 * tenth of the file and of the time that a rectangle per run of modules costs.
 */
static void
draw_modules(cairo_t *cr, const QRcode *qr, double x, double y, double module)
{
	cairo_surface_t *mask = cairo_image_surface_create(CAIRO_FORMAT_A1, qr->width, qr->width);
	unsigned char *bits = cairo_image_surface_get_data(mask);
	int stride = cairo_image_surface_get_stride(mask);

	for (int row = 0; row < qr->width && bits != NULL; row++)
		for (int col = 0; col < qr->width; col++)
			if (qr->data[row * qr->width + col] & 1)
				bits[row * stride + col / 8] |= (unsigned char)(1u << (col % 8)); /* little-endian order of cairo's A1 */
	cairo_surface_mark_dirty(mask);

	cairo_pattern_t *pattern = cairo_pattern_create_for_surface(mask);

	cairo_pattern_set_filter(pattern, CAIRO_FILTER_NEAREST);
	cairo_save(cr);
	cairo_translate(cr, x, y);
	cairo_scale(cr, module, module);
	cairo_mask(cr, pattern);
	cairo_restore(cr);
	cairo_pattern_destroy(pattern);
	cairo_surface_destroy(mask);
}

enum rc
pen_qr(struct pen *p, struct box box, const char *text, struct err *e)
{
	int dots;
	QRcode *qr = encode(text, box, &dots);
	double module, side;

	if (qr == NULL)
		return fail(e, RC_INVALID, "public_url", "网址过长，二维码印不下", "the address is too long for the QR code");
	module = dots * DOT_MM;
	side = qr->width * module;
	pen_colour(p, 0, 0, 0);
	draw_modules(p->cr, qr, round((box.x + (box.w - side) / 2) / DOT_MM) * DOT_MM * PT_PER_MM,
		round((box.y + (box.h - side) / 2) / DOT_MM) * DOT_MM * PT_PER_MM, module * PT_PER_MM);
	QRcode_free(qr);
	return RC_OK;
}

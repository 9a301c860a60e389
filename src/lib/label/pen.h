/*
 * pen.h - inside lib/label: a PDF page in millimetres, text that fits its box,
 * QR codes of whole printer dots.
 */
#ifndef LIB_LABEL_PEN_H
#define LIB_LABEL_PEN_H
#include "lib/label/label.h"
#include <cairo.h>
#include <pango/pangocairo.h>

struct pen {
	cairo_surface_t *surface;
	cairo_t *cr;
	PangoContext *pango;
	int fd;
	bool broken; /* fd refused a write */
};
struct box {
	double x, y, w, h; /* mm */
};
enum pen_font { FONT_SANS, FONT_BOLD, FONT_MONO };
enum pen_align { ALIGN_LEFT, ALIGN_CENTRE };

/* Begins a document on fd with pages of this size; RC_UNAVAILABLE when cairo cannot. */
enum rc pen_open(struct pen *p, int fd, double page_w, double page_h, struct err *e) MUST_USE;
/* Ends the document. RC_UNAVAILABLE when something could not be written. */
enum rc pen_finish(struct pen *p, struct err *e) MUST_USE;
void pen_close(struct pen *p);
#define PEN CLEANUP(pen_close) struct pen
/* RC_UNAVAILABLE once a write failed, so that a long sheet stops early. */
enum rc pen_check(const struct pen *p, struct err *e) MUST_USE;
void pen_page(struct pen *p);

/*
 * A text made to fit its box once and drawn many times: at `size` mm, shrunk to 70 % when it must be, then cut
 * with "…". RC_UNAVAILABLE when no font has its characters.
 */
struct fitted {
	PangoLayout *layout;
	struct box box;
	double height; /* of the text, mm */
};
enum rc fitted_make(struct fitted *f, struct pen *p, struct box box, enum pen_font font, double size, enum pen_align align,
	struct str text, struct err *e) MUST_USE;
void fitted_draw(const struct fitted *f, struct pen *p, double dx, double dy);
void fitted_free(struct fitted *f);
/* Makes, draws and frees. *bottom (may be NULL) gets the y below the text. */
enum rc pen_text(struct pen *p, struct box box, enum pen_font font, double size, enum pen_align align, struct str text,
	double *bottom, struct err *e) MUST_USE;

/*
 * A QR code in the largest whole number of dots that fits the box with its quiet zone, in the box's middle, on the
 * dot grid. Level H where its modules have 5 dots or more, else Q from 4 dots, else M.
 */
enum rc pen_qr(struct pen *p, struct box box, const char *text, struct err *e) MUST_USE;
void pen_colour(struct pen *p, double r, double g, double b);
void pen_frame(struct pen *p, struct box box, double width);
#endif

/*
 * label.h - paper as PDF: label sheets with one QR code per item, and the
 * conformity certificate. Chinese is embedded (cairo + pango). Every length is
 * in millimetres on paper; a QR module is a whole number of printer dots at
 * 300 dpi, so that thermal printers do not smear it. Texts too long for their
 * place shrink, then end in "…"; they never run over the QR code.
 *
 * Memory does not grow with the number of labels: pages go to the file as they
 * are made. Not thread-safe against itself for one sheet; several sheets at
 * once are fine.
 */
#ifndef LIB_LABEL_H
#define LIB_LABEL_H
#include "base/err.h"
#include "base/str.h"

enum label_design {
	LABEL_60X40, /* one 60 x 40 mm label per page, thermal roll */
	LABEL_50X30, /* one 50 x 30 mm label per page, thermal roll */
	LABEL_A4_40, /* A4 with 4 x 10 labels of 48.5 x 25.4 mm */
};
/* "60x40", "50x30", "a4_40", as the field `design` of code-batches has them. False: unknown. */
bool label_design_find(struct str name, enum label_design *out);

/* What every label of a sheet says. Texts are UTF-8; an absent one leaves its line out. */
struct label_sheet {
	enum label_design design;
	struct str product;    /* 12-20 characters fit at full size */
	struct str producer;
	struct str lot;
	struct str county;     /* county mark, e.g. "潞城区 e镇" */
	struct str public_url; /* "https://host", no slash at the end; the QR code is PUBLIC_URL/t/CODE. At most 80 bytes */
	bool demo;             /* prints 演示 DEMO on every label */
	size_t count;          /* at most 100,000 */
};

/* Fills code with the i-th code (20 characters and NUL). Anything but RC_OK ends the sheet with that result. */
typedef enum rc label_code_fn(void *arg, size_t i, char code[21], struct err *e);
/* Called every 100 labels and at the end. Anything but RC_OK (a cancel) ends the sheet with that result. */
typedef enum rc label_progress_fn(void *arg, size_t done, size_t total, struct err *e);

/*
 * Writes the whole PDF to fd from its current position. RC_INVALID names the
 * field that is wrong, RC_LIMIT too many, RC_UNAVAILABLE when fd cannot be written.
 * progress may be NULL. On failure what was written must be thrown away.
 */
enum rc label_sheet_write(const struct label_sheet *s, label_code_fn *code, label_progress_fn *progress,
	void *arg, int fd, struct err *e) MUST_USE;

enum label_basis { LABEL_SELF_TEST, LABEL_COMMISSIONED, LABEL_QUALITY_CONTROL };
enum label_paper {
	LABEL_PAPER_A5,    /* 148 x 210 mm page */
	LABEL_PAPER_80X60, /* 80 x 60 mm label */
};

/* 承诺达标合格证, form of 2026, producer. All of these stand on the paper; qr_url and number may be absent. */
struct label_certificate {
	enum label_paper paper;
	struct str statement;  /* wording of the form: kept by the caller as a dated rule */
	enum label_basis basis;
	struct str product, quantity, origin, issuer, contact; /* quantity with unit: "500 千克" */
	struct str issued_on;  /* "2026-11-21" */
	struct str number;
	struct str qr_url;     /* at most 120 bytes */
	bool voided, demo;     /* prints 已作废 or 演示 DEMO across */
};
enum rc label_certificate_write(const struct label_certificate *k, int fd, struct err *e) MUST_USE;
#endif

#include "base/base.h"
#include "lib/image/raster.h"
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jpeglib.h>
#include <jerror.h>

enum { SCANS_MAX = 200, ROWS_AT_ONCE = 16, QUALITY = 86 };

/* libjpeg reports by calling back; we leave it by longjmp. Everything that must survive lives here. */
struct fault {
	struct jpeg_error_mgr base;
	struct jpeg_progress_mgr progress;
	jmp_buf back;
};

static void
on_error(j_common_ptr j)
{
	struct fault *f = (struct fault *)(void *)j->err;

	longjmp(f->back, 1);
}

/* A cut or spoilt file is only a warning to libjpeg, which then invents grey pixels. */
static void
on_message(j_common_ptr j, int level)
{
	int code = j->err->msg_code;

	if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE))
		on_error(j);
}

static void
no_output(j_common_ptr j)
{
	(void)j;
}

/* A small file with thousands of scans costs hours: no camera writes more than a dozen. */
static void
on_progress(j_common_ptr j)
{
	if (j->is_decompressor && ((j_decompress_ptr)(void *)j)->input_scan_number > SCANS_MAX)
		on_error(j);
}

static void
fault_init(struct fault *f, struct jpeg_common_struct *j)
{
	j->err = jpeg_std_error(&f->base);
	f->base.error_exit = on_error;
	f->base.emit_message = on_message;
	f->base.output_message = no_output;
	f->progress.progress_monitor = on_progress;
}

static int
orientation_of(const struct jpeg_decompress_struct *j)
{
	for (jpeg_saved_marker_ptr m = j->marker_list; m != NULL; m = m->next)
		if (m->marker == JPEG_APP0 + 1 && m->data_length > 14 && memcmp(m->data, "Exif\0\0", 6) == 0)
			return exif_orientation((struct str){ (const char *)m->data + 6, m->data_length - 6 });
	return 1;
}

/* Adobe writes CMYK inverted: 255 is no ink. */
static void
cmyk_to_rgb(const uint8_t *from, uint8_t *to, int32_t width)
{
	for (int32_t x = 0; x < width; x++, from += 4, to += 3)
		for (int k = 0; k < 3; k++)
			to[k] = (uint8_t)(from[k] * from[3] / 255);
}

static void
read_rows(struct jpeg_decompress_struct *j, struct raster *out, uint8_t *line)
{
	while (j->output_scanline < j->output_height) {
		uint8_t *to = out->rgb + (size_t)j->output_scanline * (size_t)out->width * 3;
		JSAMPROW row = line != NULL ? line : to;

		if (jpeg_read_scanlines(j, &row, 1) == 1 && line != NULL)
			cmyk_to_rgb(line, to, out->width);
	}
}

enum rc
jpeg_decode(struct str data, const struct image_limits *l, struct raster *out, int *orientation, struct err *e)
{
	struct jpeg_decompress_struct j = { 0 };
	struct fault f = { 0 };
	uint8_t *volatile line = NULL;
	volatile enum rc rc = RC_OK;

	fault_init(&f, (struct jpeg_common_struct *)&j);
	if (setjmp(f.back) != 0) {
		jpeg_destroy_decompress(&j);
		free(line);
		return image_damaged(e);
	}
	jpeg_create_decompress(&j);
	j.progress = &f.progress;
	jpeg_save_markers(&j, JPEG_APP0 + 1, 0xFFFF);
	jpeg_mem_src(&j, (const unsigned char *)data.p, data.n);
	jpeg_read_header(&j, TRUE);
	rc = image_check_size(j.image_width, j.image_height, l, e);
	if (rc == RC_OK && !raster_make(out, (int32_t)j.image_width, (int32_t)j.image_height))
		rc = image_no_memory(e);
	if (rc == RC_OK) {
		bool cmyk = j.jpeg_color_space == JCS_CMYK || j.jpeg_color_space == JCS_YCCK;

		j.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
		jpeg_start_decompress(&j);
		if (cmyk)
			line = malloc((size_t)out->width * 4);
		if (cmyk && line == NULL)
			on_error((j_common_ptr)(void *)&j);
		read_rows(&j, out, line);
		*orientation = orientation_of(&j);
		jpeg_finish_decompress(&j);
	}
	jpeg_destroy_decompress(&j);
	free(line);
	return rc;
}

enum rc
jpeg_encode(const struct raster *r, uint8_t **jpeg, size_t *n, struct err *e)
{
	struct jpeg_compress_struct j = { 0 };
	struct fault f = { 0 };
	unsigned long bytes = 0;

	*jpeg = NULL;
	fault_init(&f, (struct jpeg_common_struct *)&j);
	if (setjmp(f.back) != 0) {
		jpeg_destroy_compress(&j);
		return image_no_memory(e);
	}
	jpeg_create_compress(&j);
	jpeg_mem_dest(&j, jpeg, &bytes);
	j.image_width = (JDIMENSION)r->width;
	j.image_height = (JDIMENSION)r->height;
	j.input_components = 3;
	j.in_color_space = JCS_RGB;
	jpeg_set_defaults(&j);
	jpeg_set_quality(&j, QUALITY, TRUE);
	jpeg_start_compress(&j, TRUE);
	while (j.next_scanline < j.image_height) {
		JSAMPROW rows[ROWS_AT_ONCE];
		JDIMENSION count = 0;

		for (; count < ROWS_AT_ONCE && j.next_scanline + count < j.image_height; count++)
			rows[count] = r->rgb + (size_t)(j.next_scanline + count) * (size_t)r->width * 3;
		jpeg_write_scanlines(&j, rows, count);
	}
	jpeg_finish_compress(&j);
	jpeg_destroy_compress(&j);
	*n = bytes;
	return RC_OK;
}

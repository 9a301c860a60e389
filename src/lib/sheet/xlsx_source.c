#include "base/base.h"
#include "lib/sheet/xlsx.h"
#include <errno.h>
#include <unistd.h>

struct source {
	int fd;
	int64_t at, bytes;
	zip_error_t fault;
};

static zip_int64_t
read_part(struct source *s, void *out, zip_uint64_t n)
{
	ssize_t got;

	do
		got = pread(s->fd, out, n, s->at);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		zip_error_set(&s->fault, ZIP_ER_READ, errno);
	else
		s->at += got;
	return got;
}

static zip_int64_t
seek_to(struct source *s, void *data, zip_uint64_t n)
{
	zip_int64_t at = zip_source_seek_compute_offset((zip_uint64_t)s->at, (zip_uint64_t)s->bytes, data, n, &s->fault);

	if (at < 0)
		return -1;
	s->at = at;
	return 0;
}

static zip_int64_t
on_command(void *self, void *data, zip_uint64_t n, zip_source_cmd_t command)
{
	struct source *s = self;
	zip_stat_t *st = data;

	switch (command) {
	case ZIP_SOURCE_OPEN:
		s->at = 0;
		return 0;
	case ZIP_SOURCE_READ:
		return read_part(s, data, n);
	case ZIP_SOURCE_SEEK:
		return seek_to(s, data, n);
	case ZIP_SOURCE_TELL:
		return s->at;
	case ZIP_SOURCE_STAT:
		zip_stat_init(st);
		st->valid = ZIP_STAT_SIZE;
		st->size = (zip_uint64_t)s->bytes;
		return sizeof(*st);
	case ZIP_SOURCE_ERROR:
		return zip_error_to_data(&s->fault, data, n);
	case ZIP_SOURCE_CLOSE:
	case ZIP_SOURCE_FREE:
		return 0;
	case ZIP_SOURCE_SUPPORTS:
		return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL,
			ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_CLOSE, ZIP_SOURCE_FREE, ZIP_SOURCE_SUPPORTS, -1);
	default:
		zip_error_set(&s->fault, ZIP_ER_OPNOTSUPP, 0);
		return -1;
	}
}

zip_source_t *
xlsx_source(struct arena *mem, int fd, int64_t bytes)
{
	struct source *s = NEW(mem, struct source);
	zip_error_t fault;
	zip_source_t *out;

	s->fd = fd;
	s->bytes = bytes;
	zip_error_init(&s->fault);
	zip_error_init(&fault);
	out = zip_source_function_create(on_command, s, &fault);
	zip_error_fini(&fault);
	return out;
}

#include "base/base.h"
#include "core/sandbox_priv.h"
#include <errno.h>
#include <magic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FLUSH_AT = 48 * 1024 };

/* What the worker sends, gathered so that a row is not a system call. */
struct outbox {
	int socket;
	struct err *err;
	size_t used;
	char buf[SANDBOX_FRAME_MAX];
};

static void
send_all(int socket, const void *data, size_t n)
{
	const char *p = data;

	while (n > 0) {
		ssize_t done = write(socket, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			_exit(0); /* the caller lost interest */
		p += done;
		n -= (size_t)done;
	}
}

static void
send_frame(int socket, enum sandbox_frame type, const void *data, size_t n)
{
	struct sandbox_head head = { (uint32_t)type, (uint32_t)n };

	send_all(socket, &head, sizeof(head));
	send_all(socket, data, n);
}

static void
flush(struct outbox *o)
{
	if (o->used > 0)
		send_frame(o->socket, FRAME_ROWS, o->buf, o->used);
	o->used = 0;
}

static void
put(struct outbox *o, const void *data, size_t n)
{
	ASSERT(n <= sizeof(o->buf) - o->used);
	if (n > 0)
		memcpy(o->buf + o->used, data, n);
	o->used += n;
}

static enum rc
on_row(void *arg, const struct sheet_row *row, struct err *e)
{
	struct outbox *o = arg;
	struct sandbox_row head = { row->number, (uint32_t)row->count };
	size_t need = sizeof(head);

	/* shared strings may be long and many: the row as sent has a limit too */
	for (size_t i = 0; i < row->count; i++)
		need += sizeof(struct sandbox_cell) + row->cells[i].text.n;
	if (need > sizeof(o->buf))
		return fail(e, RC_LIMIT, NULL, "第 %lld 行的文字过多", "row %lld holds too much text", LL(row->number));
	if (need > sizeof(o->buf) - o->used)
		flush(o);
	put(o, &head, sizeof(head));
	for (size_t i = 0; i < row->count; i++) {
		const struct sheet_cell *c = &row->cells[i];
		struct sandbox_cell cell = { c->type == CELL_DATE ? c->at_ms : NIL, (uint32_t)c->type | (c->percent ? SANDBOX_PERCENT : 0u),
			(uint32_t)c->text.n };

		put(o, &cell, sizeof(cell));
		put(o, c->text.p, c->text.n);
	}
	if (o->used >= FLUSH_AT)
		flush(o);
	return RC_OK;
}

struct picture_out {
	int socket;
};

static enum rc
on_picture(void *arg, size_t index, struct str jpeg, struct err *e)
{
	struct picture_out *o = arg;
	struct sandbox_picture picture = { (uint32_t)index };
	struct sandbox_head head = { FRAME_PICTURE, (uint32_t)(sizeof(picture) + jpeg.n) };

	if (jpeg.n > SANDBOX_PICTURE_MAX)
		return fail(e, RC_LIMIT, NULL, "图片太大", "the picture is too large");
	send_all(o->socket, &head, sizeof(head));
	send_all(o->socket, &picture, sizeof(picture));
	send_all(o->socket, jpeg.p, jpeg.n);
	return RC_OK;
}

static enum rc
read_picture(int file, const struct sandbox_request *q, char **data, size_t *n, struct err *e)
{
	int64_t bytes = lseek(file, 0, SEEK_END);

	if (bytes < 0)
		return fail(e, RC_UNAVAILABLE, NULL, "无法读取文件", "the file cannot be read");
	if (bytes > q->image.file_bytes)
		return fail(e, RC_LIMIT, NULL, "图片超过 %lld MB", "the picture is larger than %lld MB", LL(q->image.file_bytes >> 20));
	*data = malloc((size_t)bytes + 1); /* heap: may fail at the worker's limit, an arena may not */
	if (*data == NULL)
		return fail(e, RC_LIMIT, NULL, "图片太大", "the picture is too large");
	for (*n = 0; *n < (size_t)bytes;) {
		ssize_t got = pread(file, *data + *n, (size_t)bytes - *n, (off_t)*n);

		if (got <= 0)
			return fail(e, RC_UNAVAILABLE, NULL, "无法读取文件", "the file cannot be read");
		*n += (size_t)got;
	}
	return RC_OK;
}

static enum rc
make_pictures(int socket, int file, const struct sandbox_request *q, struct image_facts *facts, struct err *e)
{
	struct picture_out out = { socket };
	char *data = NULL;
	size_t n = 0;
	enum rc rc = read_picture(file, q, &data, &n, e);

	if (rc == RC_OK)
		rc = image_make((struct str){ data, n }, &q->image, q->sides, q->side_count, facts, on_picture, &out, e);
	free(data);
	return rc;
}

static enum rc
read_rows(int socket, int file, const struct sandbox_request *q, struct sheet_codecs *codecs, struct err *e)
{
	struct outbox *o = calloc(1, sizeof(*o)); /* heap: the worker is one job */
	enum rc rc;
	ARENA mem;

	ASSERT(o != NULL);
	o->socket = socket;
	arena_init(&mem, 0);
	rc = sheet_read(&mem, file, &q->sheet, codecs, on_row, o, e);
	flush(o);
	free(o);
	return rc;
}

static enum rc
sniff(int file, struct magic_set *magic, char type[SANDBOX_TYPE_MAX], struct err *e)
{
	enum { HEAD = 256 * 1024 };
	char *head = malloc(HEAD); /* heap: the worker is one job */
	ssize_t n = head != NULL ? pread(file, head, HEAD, 0) : -1;
	const char *found = n >= 0 && magic != NULL ? magic_buffer(magic, head, (size_t)n) : NULL;

	free(head);
	if (found == NULL || strlen(found) >= SANDBOX_TYPE_MAX)
		return fail(e, RC_UNAVAILABLE, NULL, "无法判断文件类型", "the type of the file cannot be told");
	memcpy(type, found, strlen(found) + 1);
	return RC_OK;
}

void
sandbox_work(int socket, int file, const struct sandbox_request *q, const struct sandbox_tools *tools)
{
	struct sandbox_end end = { 0 };
	struct err e = { .lang = q->lang };
	enum rc rc;

	if (!sandbox_lock(q->memory_bytes, q->cpu_s))
		rc = fail_code(&e, RC_UNAVAILABLE, "sandbox-walls", NULL, "系统不支持隔离处理文件，已拒绝",
			"this system cannot isolate the reading of files: refused");
	else if (q->kind == SANDBOX_SHEET)
		rc = read_rows(socket, file, q, tools->codecs, &e);
	else if (q->kind == SANDBOX_SNIFF)
		rc = sniff(file, tools->magic, end.type, &e);
	else
		rc = make_pictures(socket, file, q, &end.facts, &e);
	end.rc = rc;
	if (rc != RC_OK) {
		strncpy(end.code, e.code != NULL ? e.code : "", sizeof(end.code) - 1);
		memcpy(end.field, e.field, sizeof(end.field));
		memcpy(end.text, e.text, sizeof(end.text));
	}
	send_frame(socket, FRAME_END, &end, sizeof(end));
	_exit(0);
}

#include "base/base.h"
#include "base/utf8.h"
#include "core/sandbox_priv.h"
#include <errno.h>
#include <fcntl.h>
#include <magic.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct sandbox {
	int socket; /* to the mother */
	pid_t mother;
	struct sandbox_options options;
	pthread_mutex_t lock;
	pthread_cond_t freed;
	int working;
};

/* ---- mother ---- */

/* A request and its two descriptors; false at the end or on anything odd. */
static bool
receive(int socket, struct sandbox_request *q, int fds[2], bool *gone)
{
	union {
		char buf[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec io = { q, sizeof(*q) };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = control.buf, .msg_controllen = sizeof(control.buf) };
	struct cmsghdr *c;
	ssize_t n;

	do
		n = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	*gone = n <= 0;
	c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
	if (c == NULL || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(2 * sizeof(int)))
		return false;
	memcpy(fds, CMSG_DATA(c), 2 * sizeof(int));
	if (n == sizeof(*q))
		return true;
	close(fds[0]);
	close(fds[1]);
	return false;
}

/* Keeps only descriptor 3: whatever the program had open is not for the sandbox. */
static bool
drop_descriptors(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) != 0 || dup2(null, 1) != 1)
		return false;
	/* a worker must not be able to write log lines; sanitizers need to be heard */
	if (SANDBOX_WALLS && dup2(null, 2) != 2)
		return false;
	return close_range(4, ~0U, 0) == 0;
}

/* Tests that run programs, unpack or guess at languages are left out: one type, by content, is all we ask. */
static magic_t
open_magic(void)
{
	magic_t m = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_ELF |
			       MAGIC_NO_CHECK_TOKENS | MAGIC_NO_CHECK_APPTYPE | MAGIC_NO_CHECK_CDF);

	if (m != NULL && magic_load(m, NULL) == 0)
		return m;
	if (m != NULL)
		magic_close(m);
	return NULL;
}

_Noreturn static void
be_mother(int socket)
{
	struct arena mem;
	struct sandbox_tools tools;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "ezhen-sandbox");
	signal(SIGCHLD, SIG_IGN);
	signal(SIGINT, SIG_IGN); /* Ctrl-C is the supervisor's business; our end is its socket's */
	signal(SIGPIPE, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGALRM, SIG_DFL);
	signal(SIGXCPU, SIG_DFL);
	if (dup2(socket, 3) != 3 || !drop_descriptors())
		_exit(1);
	arena_init(&mem, 0);
	tools.codecs = sheet_codecs_open(&mem);
	tools.magic = open_magic();
	for (;;) {
		struct sandbox_request q;
		int fds[2];
		bool gone;

		if (!receive(3, &q, fds, &gone)) {
			if (gone)
				_exit(0);
			continue;
		}
		/* a fork that fails shows itself: the caller reads the end of its socket */
		if (fork() == 0) {
			close(3);
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			sandbox_work(fds[0], fds[1], &q, &tools);
		}
		close(fds[0]);
		close(fds[1]);
	}
}

enum rc
sandbox_start(struct sandbox **out, const struct sandbox_options *options, struct err *e)
{
	struct sandbox *s = calloc(1, sizeof(*s)); /* heap: lives as long as the program */
	int ends[2];

	*out = NULL;
	ASSERT(s != NULL);
	if (options != NULL)
		s->options = *options;
	if (s->options.memory_bytes == 0)
		s->options.memory_bytes = INT64_C(768) << 20;
	if (s->options.cpu_s == 0)
		s->options.cpu_s = 60;
	if (s->options.quiet_ms == 0)
		s->options.quiet_ms = 30000;
	if (s->options.workers_max == 0)
		s->options.workers_max = 4;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->freed, NULL);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
		free(s);
		return fail(e, RC_UNAVAILABLE, NULL, "无法启动隔离进程", "the sandbox cannot be started");
	}
	fflush(NULL);
	s->mother = fork();
	if (s->mother == 0)
		be_mother(ends[1]);
	close(ends[1]);
	s->socket = ends[0];
	if (s->mother < 0) {
		close(ends[0]);
		free(s);
		return fail(e, RC_UNAVAILABLE, NULL, "无法启动隔离进程", "the sandbox cannot be started");
	}
	*out = s;
	return RC_OK;
}

void
sandbox_stop(struct sandbox *s)
{
	if (s == NULL)
		return;
	close(s->socket);
	kill(s->mother, SIGKILL);
	while (waitpid(s->mother, NULL, 0) < 0 && errno == EINTR)
		;
	pthread_cond_destroy(&s->freed);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

int
sandbox_pid(const struct sandbox *s)
{
	return s->mother;
}

/* ---- caller ---- */

struct session {
	struct sandbox *s;
	int socket;
	struct err *err;
	char *buf; /* SANDBOX_FRAME_MAX */
};

static bool
hand_over(int to, const struct sandbox_request *q, int socket, int file)
{
	union {
		char buf[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct sandbox_request copy = *q;
	struct iovec io = { &copy, sizeof(copy) };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = control.buf, .msg_controllen = sizeof(control.buf) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	int fds[2] = { socket, file };
	ssize_t n;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(c), fds, sizeof(fds));
	do
		n = sendmsg(to, &m, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == sizeof(copy);
}

static void
take_place(struct sandbox *s)
{
	pthread_mutex_lock(&s->lock);
	while (s->working >= s->options.workers_max)
		pthread_cond_wait(&s->freed, &s->lock);
	s->working++;
	pthread_mutex_unlock(&s->lock);
}

static void
session_close(struct session *c)
{
	if (c->socket >= 0)
		close(c->socket);
	free(c->buf);
	pthread_mutex_lock(&c->s->lock);
	c->s->working--;
	pthread_cond_signal(&c->s->freed);
	pthread_mutex_unlock(&c->s->lock);
}
#define SESSION CLEANUP(session_close) struct session

/* Hands the worker the file through a descriptor of its own that can only read. */
static enum rc
session_open(struct session *c, struct sandbox_request *q, int fd)
{
	char path[64];
	int ends[2], file;
	bool sent;

	q->lang = c->err->lang;
	q->memory_bytes = c->s->options.memory_bytes;
	q->cpu_s = c->s->options.cpu_s;
	c->buf = malloc(SANDBOX_FRAME_MAX); /* heap: 2 MB must not stay in the caller's arena */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (c->buf == NULL || file < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
		if (file >= 0)
			close(file);
		return fail(c->err, RC_UNAVAILABLE, NULL, "无法读取文件", "the file cannot be read");
	}
	c->socket = ends[0];
	sent = hand_over(c->s->socket, q, ends[1], file);
	close(ends[1]);
	close(file);
	return sent ? RC_OK : fail(c->err, RC_UNAVAILABLE, NULL, "隔离进程不可用，请稍后再试", "the sandbox is not available, try again later");
}

static enum rc
worker_died(struct session *c)
{
	return fail_code(c->err, RC_LIMIT, "sandbox-limit", NULL, "文件过于复杂或已损坏，处理超出时间或内存限制",
		"the file is too complex or damaged: reading it broke the time or memory limit");
}

static enum rc
worker_lied(struct session *c)
{
	return fail_code(c->err, RC_INVALID, "sandbox-lied", NULL, "文件无法安全读取", "the file cannot be read safely");
}

static enum rc
take(struct session *c, void *out, size_t n)
{
	char *p = out;

	while (n > 0) {
		struct pollfd wait = { c->socket, POLLIN, 0 };
		int ready = poll(&wait, 1, c->s->options.quiet_ms);
		ssize_t got;

		if (ready < 0 && errno == EINTR)
			continue;
		got = ready > 0 ? read(c->socket, p, n) : 0;
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return worker_died(c);
		p += got;
		n -= (size_t)got;
	}
	return RC_OK;
}

/* The frame's code as one of ours: err.code must be a static string. */
static const char *
known_code(const char *code)
{
	static const char *const codes[] = { "sheet-bomb", "sheet-doctype", "sheet-encrypted", "sheet-encoding", "sheet-strings",
		"image-damaged", "image-pixels", "image-type", "sandbox-walls" };

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (strncmp(code, codes[i], sizeof(((struct sandbox_end *)0)->code)) == 0)
			return codes[i];
	return NULL;
}

static bool
is_text(const char *p, size_t size)
{
	size_t n = strnlen(p, size);

	return n < size && utf8_valid((struct str){ p, n });
}

static enum rc
take_end(struct session *c, uint32_t n, struct image_facts *facts, char *type)
{
	struct sandbox_end end;
	enum rc rc;

	if (n != sizeof(end))
		return worker_lied(c);
	rc = take(c, &end, sizeof(end));
	if (rc != RC_OK)
		return rc;
	if (end.rc >= RC_COUNT || !is_text(end.field, sizeof(end.field)) || !is_text(end.text, sizeof(end.text)))
		return worker_lied(c);
	if (!is_text(end.type, sizeof(end.type)) || !is_text(end.code, sizeof(end.code)))
		return worker_lied(c);
	if (facts != NULL)
		*facts = end.facts;
	if (type != NULL)
		memcpy(type, end.type, sizeof(end.type));
	if (end.rc == RC_OK)
		return RC_OK;
	return fail_code(c->err, (enum rc)end.rc, known_code(end.code), end.field, "%s", "%s", end.text);
}

static bool
slice(const char **p, const char *end, void *out, size_t n)
{
	if ((size_t)(end - *p) < n)
		return false;
	memcpy(out, *p, n);
	*p += n;
	return true;
}

/* One row out of a frame; false when the worker sent what a reader never says. */
static bool
parse_row(const char **p, const char *end, int64_t *last, struct sheet_row *row, struct sheet_cell *cells)
{
	struct sandbox_row head;

	if (!slice(p, end, &head, sizeof(head)) || head.number <= *last || head.number > SHEET_ROWS_MAX)
		return false;
	if (head.count == 0 || head.count > SHEET_COLUMNS_MAX)
		return false;
	*last = head.number;
	for (uint32_t i = 0; i < head.count; i++) {
		struct sandbox_cell cell;

		if (!slice(p, end, &cell, sizeof(cell)))
			return false;
		bool percent = (cell.type & SANDBOX_PERCENT) != 0;

		cell.type &= ~(uint32_t)SANDBOX_PERCENT;
		if (cell.type > CELL_ERROR || cell.n > SHEET_CELL_BYTES_MAX)
			return false;
		if ((size_t)(end - *p) < cell.n)
			return false;
		cells[i] = (struct sheet_cell){ (enum cell_type)cell.type, { *p, cell.n }, cell.at_ms, percent };
		if (!utf8_valid(cells[i].text))
			return false;
		*p += cell.n;
	}
	*row = (struct sheet_row){ head.number, head.count, cells };
	return true;
}

static enum rc
take_rows(struct session *c, uint32_t n, int64_t *last, struct sheet_cell *cells, sheet_row_fn *fn, void *arg)
{
	const char *p = c->buf, *end = c->buf + n;
	enum rc rc;

	if (n > SANDBOX_FRAME_MAX)
		return worker_lied(c);
	rc = take(c, c->buf, n);
	while (rc == RC_OK && p < end) {
		struct sheet_row row;

		if (!parse_row(&p, end, last, &row, cells))
			return worker_lied(c);
		rc = fn(arg, &row, c->err);
	}
	return rc;
}

enum rc
sandbox_sheet(struct sandbox *s, int fd, const struct sheet_limits *limits, sheet_row_fn *fn, void *arg, struct err *e)
{
	SESSION c = { .s = s, .socket = -1, .err = e };
	struct sandbox_request q = { .kind = SANDBOX_SHEET, .sheet = *limits };
	struct sheet_cell cells[SHEET_COLUMNS_MAX];
	int64_t last = 0;
	enum rc rc;

	take_place(s);
	rc = session_open(&c, &q, fd);
	while (rc == RC_OK) {
		struct sandbox_head head;

		rc = take(&c, &head, sizeof(head));
		if (rc != RC_OK)
			break;
		if (head.type == FRAME_END)
			return take_end(&c, head.n, NULL, NULL);
		rc = head.type == FRAME_ROWS ? take_rows(&c, head.n, &last, cells, fn, arg) : worker_lied(&c);
	}
	return rc;
}

static enum rc
take_picture(struct session *c, uint32_t n, size_t want, image_out_fn *out, void *arg)
{
	struct sandbox_picture head;
	enum rc rc;
	char *jpeg;

	if (n <= sizeof(head) || n - sizeof(head) > SANDBOX_PICTURE_MAX)
		return worker_lied(c);
	n -= sizeof(head);
	rc = take(c, &head, sizeof(head));
	if (rc != RC_OK)
		return rc;
	jpeg = head.index == want ? malloc(n) : NULL; /* heap: a picture at a time */
	if (jpeg == NULL)
		return worker_lied(c);
	rc = take(c, jpeg, n);
	if (rc == RC_OK && image_sniff((struct str){ jpeg, n }) != IMAGE_JPEG)
		rc = worker_lied(c);
	if (rc == RC_OK)
		rc = out(arg, head.index, (struct str){ jpeg, n }, c->err);
	free(jpeg);
	return rc;
}

enum rc
sandbox_image(struct sandbox *s, int fd, const struct image_limits *limits, const int32_t *sides, size_t count,
	struct image_facts *facts, image_out_fn *out, void *arg, struct err *e)
{
	SESSION c = { .s = s, .socket = -1, .err = e };
	struct sandbox_request q = { .kind = SANDBOX_IMAGE, .image = *limits, .side_count = (uint32_t)count };
	size_t made = 0;
	enum rc rc;

	ASSERT(count <= SANDBOX_SIDES_MAX);
	memcpy(q.sides, sides, count * sizeof(*sides));
	take_place(s);
	rc = session_open(&c, &q, fd);
	while (rc == RC_OK) {
		struct sandbox_head head;

		rc = take(&c, &head, sizeof(head));
		if (rc != RC_OK)
			break;
		if (head.type == FRAME_END) {
			rc = take_end(&c, head.n, facts, NULL);
			if (rc == RC_OK && (made != count || facts->width <= 0 || facts->height <= 0 ||
				    facts->width > limits->side || facts->height > limits->side || facts->type > IMAGE_WEBP))
				return worker_lied(&c);
			return rc;
		}
		if (head.type != FRAME_PICTURE || made == count)
			return worker_lied(&c);
		rc = take_picture(&c, head.n, made++, out, arg);
	}
	return rc;
}

enum rc
sandbox_sniff(struct sandbox *s, int fd, char type[SANDBOX_TYPE_MAX], struct err *e)
{
	SESSION c = { .s = s, .socket = -1, .err = e };
	struct sandbox_request q = { .kind = SANDBOX_SNIFF };
	struct sandbox_head head;
	enum rc rc;

	take_place(s);
	rc = session_open(&c, &q, fd);
	if (rc == RC_OK)
		rc = take(&c, &head, sizeof(head));
	if (rc != RC_OK)
		return rc;
	return head.type == FRAME_END ? take_end(&c, head.n, NULL, type) : worker_lied(&c);
}

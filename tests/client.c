#include "base/base.h"
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include "client.h"

enum { REPLY_MAX = 64 << 20, WAIT_MS = 60000 };

static bool
send_all(int fd, struct str data)
{
	while (data.n > 0) {
		ssize_t n = send(fd, data.p, data.n, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		data.p += n;
		data.n -= (size_t)n;
	}
	return true;
}

/* Addresses are written as people read them; on the wire they are ASCII. */
static void
add_target(struct sb *b, struct str target)
{
	for (size_t i = 0; i < target.n; i++) {
		unsigned char ch = (unsigned char)target.p[i];

		if (ch < 0x21 || ch > 0x7e || ch == '"' || ch == '<' || ch == '>')
			sb_addf(b, "%%%02X", ch);
		else
			sb_add_c(b, target.p[i]);
	}
}

static struct str
request_text(struct arena *a, struct str method, struct str target, struct str headers, size_t body_bytes, bool stream)
{
	struct sb b;

	sb_init(&b, a, 256 * 1024);
	sb_add_str(&b, method);
	sb_add(&b, " ");
	add_target(&b, target);
	sb_add(&b, " HTTP/1.1\r\nHost: localhost\r\n");
	if (!stream)
		sb_add(&b, "Connection: close\r\n");
	sb_add_str(&b, headers);
	if (body_bytes > 0 || str_eq_c(method, "POST") || str_eq_c(method, "PUT") || str_eq_c(method, "PATCH"))
		sb_addf(&b, "Content-Length: %zu\r\n", body_bytes);
	sb_add(&b, "\r\n");
	return sb_str(&b);
}

static struct str
read_all(int fd, struct arena *a)
{
	struct sb b;
	char part[65536];

	sb_init(&b, a, REPLY_MAX);
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n = poll(&p, 1, WAIT_MS) == 1 ? recv(fd, part, sizeof(part), 0) : -1;

		if (n <= 0)
			return sb_str(&b);
		sb_add_str(&b, (struct str){ part, (size_t)n });
	}
}

struct str
reply_header(const struct reply *r, const char *name)
{
	struct str rest = r->head;
	size_t n = strlen(name);

	while (rest.p != NULL) {
		struct str line = str_cut(&rest, '\n');

		if (line.n > n && line.p[n] == ':' && strncasecmp(line.p, name, n) == 0)
			return str_trim(str_sub(line, n + 1, line.n));
	}
	return (struct str){ 0 };
}

static struct str
unchunk(struct arena *a, struct str text)
{
	struct sb b;

	sb_init(&b, a, REPLY_MAX);
	while (text.n > 0) {
		size_t size = (size_t)strtoull(str_c(a, str_sub(text, 0, 16)), NULL, 16);
		ptrdiff_t at = str_find(text, S("\r\n"), 0);

		if (at < 0 || size == 0)
			break;
		sb_add_str(&b, str_sub(text, (size_t)at + 2, size));
		text = str_sub(text, (size_t)at + 2 + size + 2, text.n);
	}
	return sb_str(&b);
}

static struct reply
parse(struct arena *a, struct str text)
{
	struct reply r = { 0 };
	ptrdiff_t end = str_find(text, S("\r\n\r\n"), 0);
	int64_t status = 0;

	if (end < 0 || !str_starts(text, S("HTTP/1.1 ")) || !str_i64(str_sub(text, 9, 3), &status))
		return r;
	r.status = (int)status;
	r.head = str_sub(text, 0, (size_t)end + 2);
	r.body = str_sub(text, (size_t)end + 4, text.n);
	if (str_eq_c(reply_header(&r, "Transfer-Encoding"), "chunked"))
		r.body = unchunk(a, r.body);
	return r;
}

struct reply
client_send(struct serve *s, struct arena *a, struct str method, struct str target, struct str headers, struct str body)
{
	int fd = serve_connect(s);
	struct reply r = { 0 };

	if (fd < 0)
		return r;
	/* A server that refuses early may close before the body is through: its answer counts all the same. */
	if (send_all(fd, request_text(a, method, target, headers, body.n, false)))
		(void)send_all(fd, body);
	r = parse(a, read_all(fd, a));
	close(fd);
	return r;
}

static bool
fill(struct sse *e, int ms)
{
	struct pollfd p = { .fd = e->fd, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, ms) != 1)
		return true;
	n = recv(e->fd, e->text + e->n, sizeof(e->text) - 1 - e->n, 0);
	if (n <= 0)
		return false;
	e->n += (size_t)n;
	e->text[e->n] = '\0';
	return true;
}

bool
sse_open(struct sse *e, struct serve *s, struct arena *a, struct str target, struct str headers, struct reply *r)
{
	*e = (struct sse){ .fd = serve_connect(s) };
	if (e->fd < 0 || !send_all(e->fd, request_text(a, S("GET"), target, headers, 0, true)))
		return false;
	for (int i = 0; i < 200 && strstr(e->text, "\r\n\r\n") == NULL; i++) {
		if (!fill(e, 100))
			break;
	}
	*r = parse(a, str_dup(a, (struct str){ e->text, e->n }));
	return r->status == 200 && strstr(e->text, "text/event-stream") != NULL;
}

bool
sse_wait(struct sse *e, const char *words, int ms)
{
	for (; ms > 0 && strstr(e->text, words) == NULL; ms -= 20) {
		if (!fill(e, 20))
			break;
	}
	return strstr(e->text, words) != NULL;
}

bool
sse_ended(struct sse *e, int ms)
{
	for (; ms > 0; ms -= 20) {
		/* The last chunk is the end, even when the connection is kept. */
		if (!fill(e, 20) || strstr(e->text, "\r\n0\r\n\r\n") != NULL)
			return true;
	}
	return false;
}

void
sse_close(struct sse *e)
{
	if (e->fd >= 0)
		close(e->fd);
	e->fd = -1;
}

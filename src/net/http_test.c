/* The HTTP server over loopback connections: ordinary use and every limit. */
#include "base/base.h"
#include "net/http_fixture.h"

#define HOST "Host: a\r\n"

static void
test_ordinary(struct fixture *f)
{
	struct reply r = exchange(f, "GET /fast HTTP/1.1\r\n" HOST "\r\n");

	ok(r.status == 200 && body_is(&r, "fast"), "a fast route answers");
	ok(!r.closed, "and keeps the connection");
	ok(reply_header(&r, "Content-Security-Policy") != NULL &&
			strcmp(reply_header(&r, "X-Content-Type-Options"), "nosniff") == 0 &&
			strcmp(reply_header(&r, "Referrer-Policy"), "same-origin") == 0 &&
			strstr(reply_header(&r, "Permissions-Policy"), "camera=(self)") != NULL &&
			strcmp(reply_header(&r, "Cross-Origin-Opener-Policy"), "same-origin") == 0 &&
			strcmp(reply_header(&r, "Cache-Control"), "no-store") == 0,
		"every reply has the security headers");
	ok(strlen(reply_header(&r, "X-Request-Id")) == 16, "and a request id");
	reply_free(&r);
	r = exchange(f, "POST /echo?p=%E5%86%9C+a%2Bb&x HTTP/1.1\r\n" HOST
		"Content-Length: 3\r\nCookie: a=1; c=two\r\nX-Test: 1\r\nx-test: 2\r\n\r\nabc");
	ok(r.status == 200 && body_is(&r, "POST /echo q=p=%E5%86%9C+a%2Bb&x p=农 a+b c=two x=1, 2 tls=0 body=abc"),
		"a worker sees path, query, parameter, cookie, joined header and body");
	ok(!r.closed, "and keeps the connection");
	reply_free(&r);
	r = exchange(f, "HEAD /fast HTTP/1.1\r\n" HOST "\r\n");
	ok(r.status == 200 && r.body_n == 0 && strcmp(reply_header(&r, "Content-Length"), "4") == 0,
		"HEAD tells the length and sends no body");
	reply_free(&r);
	r = exchange(f, "GET /silent HTTP/1.1\r\n" HOST "\r\n");
	ok(r.status == 500, "a handler that forgets to answer is a 500");
	reply_free(&r);
	r = exchange(f, "GET /echo HTTP/1.0\r\n\r\n");
	ok(r.status == 200 && r.closed, "HTTP/1.0 needs no Host and gets one reply");
	reply_free(&r);
	r = exchange(f, "GET /a%20b/%E6%9D%91 HTTP/1.1\r\n" HOST "\r\n");
	ok(r.status == 200 && strncmp(r.body, "GET /a b/村 q=", 15) == 0, "the path arrives decoded");
	reply_free(&r);
	r = exchange(f, "GET /echo HTTP/1.1\r\n" HOST "X-Test:no-blank\r\n\r\n");
	ok(r.status == 200 && strstr(r.raw, "x=no-blank") != NULL, "blanks after the colon are optional");
	reply_free(&r);
	r = exchange(f, "GET /echo HTTP/1.1\r\n" HOST "X-Test: \t many \t \r\n\r\n");
	ok(r.status == 200 && strstr(r.raw, "x=many tls") != NULL, "blanks around a value are not part of it");
	reply_free(&r);
	r = exchange(f, "GET /echo HTTP/1.1\r\n" HOST "X-Test:\r\nCookie: c=1\r\n\r\n");
	ok(r.status == 200 && strstr(r.raw, "c=1 x= tls") != NULL, "an empty value is a value");
	reply_free(&r);
}

static void
test_proxy(struct fixture *f)
{
	struct reply r = exchange(f, "GET /echo HTTP/1.1\r\n" HOST "X-Forwarded-For: 1.2.3.4, 2001:db8::7\r\n"
		"X-Forwarded-Proto: https\r\nX-Request-Id: abcdef-0123456789\r\n\r\n");

	ok(strcmp(reply_header(&r, "X-Ip"), "2001:db8::7") == 0, "a trusted peer's last forwarded address counts");
	ok(strstr(r.raw, "tls=1") != NULL, "and its word about TLS");
	ok(strcmp(reply_header(&r, "X-Request-Id"), "abcdef-0123456789") == 0, "and its request id");
	reply_free(&r);
	r = exchange(f, "GET /echo HTTP/1.1\r\n" HOST "X-Forwarded-For: nonsense\r\nX-Request-Id: a b\r\n\r\n");
	ok(strcmp(reply_header(&r, "X-Ip"), "127.0.0.1") == 0 && strlen(reply_header(&r, "X-Request-Id")) == 16,
		"nonsense from it does not");
	reply_free(&r);
}

static void
test_keep_alive(struct fixture *f)
{
	int fd = dial(f);
	bool same = true;
	struct reply r = { 0 };

	for (int i = 0; i < 50; i++) {
		send_text(fd, i % 2 ? "GET /fast HTTP/1.1\r\n" HOST "\r\n" :
			"POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello");
		r = receive(fd, false);
		same &= r.status == 200 && (i % 2 ? body_is(&r, "fast") : strstr(r.raw, "body=hello") != NULL);
		reply_free(&r);
	}
	ok(same, "fifty requests on one connection");
	send_text(fd, "GET /fast HTTP/1.1\r\n" HOST "\r\nGET /echo?p=2 HTTP/1.1\r\n" HOST "\r\n"
		"GET /fast HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
	char all[8192] = { 0 };
	size_t n = 0;
	ssize_t got;

	while (n < sizeof(all) - 1 && (got = recv(fd, all + n, sizeof(all) - 1 - n, 0)) > 0)
		n += (size_t)got;
	const char *one = strstr(all, "\r\n\r\nfast"), *two = strstr(all, "p=2 c="), *three;

	three = two != NULL ? strstr(two, "\r\n\r\nfast") : NULL;
	ok(one != NULL && two > one && three != NULL, "pipelined requests are answered in order");
	close(fd);
}

/* Sends a request made of prefix, n times fill, suffix. */
static struct reply
padded(struct fixture *f, const char *prefix, char fill, size_t n, const char *suffix)
{
	size_t a = strlen(prefix), b = strlen(suffix);
	char *p = malloc(a + n + b);
	struct reply r;

	memcpy(p, prefix, a);
	memset(p + a, fill, n);
	memcpy(p + a + n, suffix, b);
	r = exchange_n(f, p, a + n + b);
	free(p);
	return r;
}

static int
padded_status(struct fixture *f, const char *prefix, char fill, size_t n, const char *suffix)
{
	struct reply r = padded(f, prefix, fill, n, suffix);
	int status = r.status;

	reply_free(&r);
	return status;
}

static void
test_line_limit(struct fixture *f)
{
	/* "GET /echo?" + n + " HTTP/1.1" */
	size_t fixed = strlen("GET /echo?") + strlen(" HTTP/1.1");
	const char *end = " HTTP/1.1\r\n" HOST "\r\n";

	is_i64(padded_status(f, "GET /echo?", 'a', 8191 - fixed, end), 200, "a request line of 8191 bytes");
	is_i64(padded_status(f, "GET /echo?", 'a', 8192 - fixed, end), 200, "a request line of 8192 bytes");
	is_i64(padded_status(f, "GET /echo?", 'a', 8193 - fixed, end), 414, "a request line of 8193 bytes");
	is_i64(padded_status(f, "GET /echo?", 'a', 60000, end), 414, "a request line of 60 kB");
	is_i64(padded_status(f, "GET /echo?", 'a', 200000, end), 414, "a request line beyond any buffer");
}

static void
test_head_limit(struct fixture *f)
{
	const char *start = "GET /echo HTTP/1.1\r\n" HOST "X-Big: ", *end = "\r\n\r\n";
	size_t fixed = strlen(start) + strlen(end);

	is_i64(padded_status(f, start, 'a', 32767 - fixed, end), 200, "a head of 32767 bytes");
	is_i64(padded_status(f, start, 'a', 32768 - fixed, end), 200, "a head of 32768 bytes");
	is_i64(padded_status(f, start, 'a', 32769 - fixed, end), 431, "a head of 32769 bytes");
	is_i64(padded_status(f, start, 'a', 500000, end), 431, "a head beyond any buffer");
}

static int
with_fields(struct fixture *f, int n)
{
	size_t cap = 100 + (size_t)n * 16, at;
	char *p = malloc(cap);
	struct reply r;
	int status;

	at = (size_t)snprintf(p, cap, "GET /echo HTTP/1.1\r\n" HOST);
	for (int i = 1; i < n; i++)
		at += (size_t)snprintf(p + at, cap - at, "X-F%d: v\r\n", i);
	at += (size_t)snprintf(p + at, cap - at, "\r\n");
	r = exchange_n(f, p, at);
	status = r.status;
	reply_free(&r);
	free(p);
	return status;
}

static int
with_params(struct fixture *f, int n)
{
	size_t cap = 100 + (size_t)n * 8, at;
	char *p = malloc(cap);
	struct reply r;
	int status;

	at = (size_t)snprintf(p, cap, "GET /echo?a=1");
	for (int i = 1; i < n; i++)
		at += (size_t)snprintf(p + at, cap - at, "&b=%d", i);
	at += (size_t)snprintf(p + at, cap - at, " HTTP/1.1\r\n" HOST "\r\n");
	r = exchange_n(f, p, at);
	status = r.status;
	reply_free(&r);
	free(p);
	return status;
}

static void
test_count_limits(struct fixture *f)
{
	is_i64(with_fields(f, 99), 200, "99 header fields");
	is_i64(with_fields(f, 100), 200, "100 header fields");
	is_i64(with_fields(f, 101), 431, "101 header fields");
	is_i64(with_fields(f, 2000), 431, "2000 header fields");
	is_i64(with_params(f, 99), 200, "99 parameters");
	is_i64(with_params(f, 100), 200, "100 parameters");
	is_i64(with_params(f, 101), 400, "101 parameters");
	is_i64(with_params(f, 1000), 400, "1000 parameters");
	ok(padded_status(f, "GET /echo?", '&', 8000, " HTTP/1.1\r\n" HOST "\r\n") >= 400,
		"8000 empty parameters");
}

static int
with_body(struct fixture *f, const char *path, int64_t n, bool chunked)
{
	char head[256];
	char *p = malloc((size_t)n + 400);
	size_t at;
	struct reply r;
	int status;

	if (chunked)
		snprintf(head, sizeof(head), "POST %s HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n%llx\r\n",
			path, (unsigned long long)n);
	else
		snprintf(head, sizeof(head), "POST %s HTTP/1.1\r\n" HOST "Content-Length: %lld\r\n\r\n", path,
			(long long)n);
	at = strlen(head);
	memcpy(p, head, at);
	memset(p + at, 'b', (size_t)n);
	at += (size_t)n;
	if (chunked) {
		memcpy(p + at, "\r\n0\r\n\r\n", 7);
		at += 7;
	}
	r = exchange_n(f, p, at);
	status = r.status;
	if (status == 200 && chunked && !r.closed)
		status = -1; /* a chunked request must end its connection */
	reply_free(&r);
	free(p);
	return status;
}

static void
test_body_limits(struct fixture *f)
{
	int before;
	struct reply r;

	is_i64(with_body(f, "/echo", BODY_MAX - 1, false), 200, "a body one byte below the limit");
	is_i64(with_body(f, "/echo", BODY_MAX, false), 200, "a body at the limit");
	before = f->requests;
	is_i64(with_body(f, "/echo", BODY_MAX + 1, false), 413, "a body one byte above the limit");
	is_i64(with_body(f, "/fast-echo", BODY_MAX + 1, false), 413, "the same on a fast route");
	is_i64(with_body(f, "/other", 1, false), 413, "any body where none is allowed");
	is_i64(with_body(f, "/echo", 5 * 1024 * 1024, false), 413, "a body of 5 MiB");
	ok(f->requests == before, "no handler ran for them");
	is_i64(with_body(f, "/upload", FILE_MAX_BYTES - 1, false), 200, "a file one byte below the limit");
	is_i64(with_body(f, "/upload", FILE_MAX_BYTES, false), 200, "a file at the limit");
	is_i64(f->last_body, FILE_MAX_BYTES, "arrives whole");
	is_i64(with_body(f, "/upload", FILE_MAX_BYTES + 1, false), 413, "a file one byte above the limit");
	r = exchange(f, "POST /upload HTTP/1.1\r\n" HOST "Content-Length: 10737418240\r\n\r\nabc");
	ok(r.status == 413 && r.closed, "10 GB are refused before they are read");
	reply_free(&r);
	r = exchange(f, "POST /upload HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
	ok(r.status == 200 && body_is(&r, "0 0"), "an empty file is a file");
	reply_free(&r);
	is_i64(with_body(f, "/fast-echo", BODY_MAX, true), 200, "a chunked body at the limit, then closed");
	is_i64(with_body(f, "/fast-echo", BODY_MAX + 1, true), 413, "a chunked body above it");
	is_i64(with_body(f, "/upload", FILE_MAX_BYTES, true), 200, "a chunked file at the limit");
	is_i64(with_body(f, "/upload", FILE_MAX_BYTES + 1, true), 413, "a chunked file above it");
}

static void
test_expect(struct fixture *f)
{
	int fd = dial(f);
	char buf[64] = { 0 };
	struct reply r;

	send_text(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
	ssize_t got = recv(fd, buf, sizeof(buf) - 1, 0);

	ok(got > 0 && strncmp(buf, "HTTP/1.1 100 ", 13) == 0, "a waiting client is told to go on");
	send_text(fd, "ok");
	r = receive(fd, false);
	ok(r.status == 200 && strstr(r.raw, "body=ok") != NULL, "and answered");
	reply_free(&r);
	close(fd);
	r = exchange(f, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 2000\r\nExpect: 100-continue\r\n\r\n");
	ok(r.status == 413 && r.closed, "one with too much is refused at once");
	reply_free(&r);
}

static void
test_etag(struct fixture *f)
{
	struct reply r = exchange(f, "GET /fast-static HTTP/1.1\r\n" HOST "\r\n");

	ok(r.status == 200 && strcmp(reply_header(&r, "ETag"), "\"v1\"") == 0 && body_is(&r, "body{}"),
		"static bytes carry their ETag");
	reply_free(&r);
	r = exchange(f, "GET /fast-static HTTP/1.1\r\n" HOST "If-None-Match: \"x\", W/\"v1\"\r\n\r\n");
	ok(r.status == 304 && r.body_n == 0 && reply_header(&r, "ETag") != NULL, "known content is not sent again");
	reply_free(&r);
	r = exchange(f, "GET /fast-static HTTP/1.1\r\n" HOST "If-None-Match: \"v2\"\r\n\r\n");
	ok(r.status == 200, "other content is");
	reply_free(&r);
}

static void
range_is(struct fixture *f, const char *fields, int status, const char *range, size_t n, char first)
{
	char head[512];
	struct reply r;

	snprintf(head, sizeof(head), "GET /file HTTP/1.1\r\n" HOST "%s\r\n", fields);
	r = exchange(f, head);

	const char *got = r.head != NULL ? reply_header(&r, "Content-Range") : NULL;

	ok(r.status == status && r.body_n == n && (n == 0 || r.body[0] == first) &&
			(range == NULL ? got == NULL : got != NULL && strcmp(got, range) == 0),
		"%.*s: %d, %zu bytes", (int)strcspn(fields, "\r"), fields, status, n);
	if (r.status != status || r.body_n != n)
		printf("# %d, %zu bytes, %s\n", r.status, r.body_n, got);
	reply_free(&r);
}

static void
test_ranges(struct fixture *f)
{
	range_is(f, "", 200, NULL, FIXTURE_FILE_BYTES, 'a');
	range_is(f, "Range: bytes=0-0\r\n", 206, "bytes 0-0/100000", 1, 'a');
	range_is(f, "Range: bytes=1-3\r\n", 206, "bytes 1-3/100000", 3, 'b');
	range_is(f, "Range: bytes=99999-\r\n", 206, "bytes 99999-99999/100000", 1, 'd');
	range_is(f, "Range: bytes=-2\r\n", 206, "bytes 99998-99999/100000", 2, 'c');
	range_is(f, "Range: bytes=-200000\r\n", 206, "bytes 0-99999/100000", 100000, 'a');
	range_is(f, "Range: bytes=26-999999999999\r\n", 206, "bytes 26-99999/100000", 99974, 'a');
	range_is(f, "Range: bytes=100000-\r\n", 416, "bytes */100000", 0, 0);
	range_is(f, "Range: bytes=-0\r\n", 416, "bytes */100000", 0, 0);
	range_is(f, "Range: bytes=3-1\r\n", 200, NULL, FIXTURE_FILE_BYTES, 'a');
	range_is(f, "Range: bytes=0-1,3-4\r\n", 200, NULL, FIXTURE_FILE_BYTES, 'a');
	range_is(f, "Range: lines=0-1\r\n", 200, NULL, FIXTURE_FILE_BYTES, 'a');
	range_is(f, "If-Range: \"f1\"\r\nRange: bytes=0-1\r\n", 206, "bytes 0-1/100000", 2, 'a');
	range_is(f, "If-Range: \"f0\"\r\nRange: bytes=0-1\r\n", 200, NULL, FIXTURE_FILE_BYTES, 'a');
	range_is(f, "If-None-Match: \"f1\"\r\n", 304, NULL, 0, 0);
}

static void
test_log(void)
{
	struct fixture f = { 0 };
	struct log log = { .least = LOG_INFO, .clock = &clock_system };
	int ends[2];
	char line[2048] = { 0 };
	struct reply r;

	ok(pipe(ends) == 0, "a pipe for the log");
	log.fd = ends[1];
	fixture_start(&f, (struct http_options){ .workers = 1, .log = &log });
	r = exchange(&f, "POST /echo?secret=1 HTTP/1.1\r\n" HOST "Content-Length: 6\r\n\r\nhidden");
	reply_free(&r);
	http_server_stop(f.server, 1000);
	ok(read(ends[0], line, sizeof(line) - 1) > 0, "one line a request");
	ok(strstr(line, "event=http") != NULL && strstr(line, "method=POST") != NULL &&
			strstr(line, "path=/echo ") != NULL && strstr(line, "status=200") != NULL &&
			strstr(line, " us=") != NULL && strstr(line, " bytes=") != NULL && strstr(line, " request=") != NULL,
		"with method, path, status, time, size and id");
	ok(strstr(line, "secret") == NULL && strstr(line, "hidden") == NULL, "without query and body");
	printf("# %s", line);
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	struct fixture f = { 0 };
	struct http_stats st;

	fixture_start(&f, (struct http_options){ .workers = 2 });
	test_ordinary(&f);
	test_proxy(&f);
	test_keep_alive(&f);
	test_line_limit(&f);
	test_head_limit(&f);
	test_count_limits(&f);
	test_body_limits(&f);
	test_expect(&f);
	test_etag(&f);
	test_ranges(&f);
	st = http_stats(f.server);
	ok(st.requests > 100 && st.by_class[2] > 50 && st.by_class[4] > 10 && st.by_class[5] == 1,
		"requests are counted by class");
	http_server_stop(f.server, 2000);
	test_log();
	return tap_done();
}

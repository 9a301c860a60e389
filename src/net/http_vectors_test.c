/*
 * Requests that two programs could understand differently, or that no honest
 * client sends. Each must be refused, its connection ended, and what hides
 * behind it must never be taken for a request.
 */
#include "base/base.h"
#include "net/http_fixture.h"

#define HOST "Host: a\r\n"
#define HIDDEN "GET /smuggled HTTP/1.1\r\n" HOST "\r\n"
#define V(name_, bytes_, status_) { name_, bytes_, sizeof(bytes_) - 1, status_ }

struct vector {
	const char *name, *bytes;
	size_t n;
	int status; /* 0: any 4xx or 5xx, or closed without a word */
};

/* clang-format off */
static const struct vector framing[] = {
	V("two Content-Length that differ", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 0\r\nContent-Length: 44\r\n\r\n" HIDDEN, 400),
	V("two Content-Length that agree", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\ncontent-length: 3\r\n\r\nabc" HIDDEN, 400),
	V("Content-Length list", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3, 3\r\n\r\nabc" HIDDEN, 400),
	V("Content-Length with plus", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: +3\r\n\r\nabc" HIDDEN, 400),
	V("Content-Length negative", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n" HIDDEN, 400),
	V("Content-Length hexadecimal", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 0x3\r\n\r\nabc" HIDDEN, 400),
	V("Content-Length empty", "POST /echo HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n" HIDDEN, 400),
	V("Content-Length with blank inside", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1 2\r\n\r\n" HIDDEN, 400),
	V("Content-Length beyond 64 bits", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n" HIDDEN, 0),
	V("Content-Length beyond 63 bits", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 9223372036854775808\r\n\r\n" HIDDEN, 400),
	V("Content-Length with letter", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3a\r\n\r\nabc" HIDDEN, 400),
	V("Content-Length and chunked", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400),
	V("chunked and Content-Length", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 50\r\n\r\n0\r\n\r\n" HIDDEN, 400),
	V("Transfer-Encoding identity", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n\r\n" HIDDEN, 400),
	V("Transfer-Encoding gzip, chunked", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400),
	V("Transfer-Encoding chunked, identity", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" HIDDEN, 400),
	V("Transfer-Encoding twice", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400),
	V("Transfer-Encoding xchunked", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" HIDDEN, 400),
	V("Transfer-Encoding quoted", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n" HIDDEN, 400),
	V("Transfer-Encoding with vertical tab", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n" HIDDEN, 400),
	V("Transfer-Encoding empty", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding:\r\n\r\n" HIDDEN, 400),
	V("Transfer-Encoding in HTTP/1.0", "POST /echo HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400),
	V("blank before the colon", "POST /echo HTTP/1.1\r\n" HOST "Content-Length : 44\r\n\r\n" HIDDEN, 400),
	V("tab before the colon", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400),
	V("blank before the name", "POST /echo HTTP/1.1\r\n Content-Length: 44\r\n" HOST "\r\n" HIDDEN, 400),
	V("folded value", "GET /echo HTTP/1.1\r\n" HOST "X-Test: a\r\n b\r\n\r\n" HIDDEN, 400),
	V("folded by tab", "GET /echo HTTP/1.1\r\n" HOST "X-Test: a\r\n\tb\r\n\r\n" HIDDEN, 400),
	V("folded by a blank line", "GET /echo HTTP/1.1\r\n" HOST "X-Test: a\r\n \r\n\r\n" HIDDEN, 400),
	V("folded first field", "GET /echo HTTP/1.1\r\n \r\n" HOST "\r\n" HIDDEN, 400),
	V("folded Transfer-Encoding", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400),
	V("folded, made up for by missing blanks", "GET /echo HTTP/1.1\r\nHost:a\r\nA:1\r\nB:2\r\nX-Test: a\r\n b\r\n\r\n" HIDDEN, 400),
	V("folded last, made up for by a bare LF", "GET /echo HTTP/1.1\r\nHost: a\nX-Test: a\r\n b\r\n\r\n" HIDDEN, 400),
	V("bare LF after the line", "GET /echo HTTP/1.1\n" HOST "\r\n" HIDDEN, 400),
	V("bare LF after a field", "GET /echo HTTP/1.1\r\nHost: a\nX-Test: b\r\n\r\n" HIDDEN, 400),
	V("bare LF at the end", "GET /echo HTTP/1.1\r\n" HOST "\n" HIDDEN, 400),
	V("bare LF everywhere", "GET /echo HTTP/1.1\nHost: a\n\n" HIDDEN, 400),
	V("bare CR in a value", "GET /echo HTTP/1.1\r\n" HOST "X-Test: a\rb\r\n\r\n" HIDDEN, 400),
	V("bare CR hiding a field", "GET /echo HTTP/1.1\r\n" HOST "X-Test: a\rContent-Length: 44\r\n\r\n" HIDDEN, 400),
	V("bare CR before CR LF", "GET /echo HTTP/1.1\r\n" HOST "X-Test: a\r\r\n\r\n" HIDDEN, 400),
	V("NUL in a value", "GET /echo HTTP/1.1\r\n" HOST "X-Test: a\0b\r\n\r\n" HIDDEN, 400),
	V("NUL in a name", "GET /echo HTTP/1.1\r\n" HOST "X-T\0est: a\r\n\r\n" HIDDEN, 0),
	V("NUL line inside the head", "GET /echo HTTP/1.1\r\n" HOST "\0\r\n" "Content-Length: 44\r\n\r\n" HIDDEN, 400),
	V("chunk size with blank", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n 3\r\nabc\r\n0\r\n\r\n" HIDDEN, 0),
	V("chunk size negative", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n" HIDDEN, 0),
	V("chunk size with 0x", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n" HIDDEN, 0),
	V("chunk size beyond 64 bits", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n10000000000000003\r\nabc\r\n0\r\n\r\n" HIDDEN, 0),
	V("chunk data too long", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n" HIDDEN, 0),
};

static const struct vector lines[] = {
	V("no Host", "GET /echo HTTP/1.1\r\n\r\n" HIDDEN, 400),
	V("two Hosts", "GET /echo HTTP/1.1\r\n" HOST HOST "\r\n" HIDDEN, 400),
	V("empty Host", "GET /echo HTTP/1.1\r\nHost:\r\n\r\n" HIDDEN, 400),
	V("Host with path", "GET /echo HTTP/1.1\r\nHost: a/b\r\n\r\n" HIDDEN, 400),
	V("Host with user", "GET /echo HTTP/1.1\r\nHost: a@b\r\n\r\n" HIDDEN, 400),
	V("Host list", "GET /echo HTTP/1.1\r\nHost: a, b\r\n\r\n" HIDDEN, 400),
	V("no version", "GET /echo\r\n" HOST "\r\n" HIDDEN, 0),
	V("HTTP/0.9", "GET /echo HTTP/0.9\r\n" HOST "\r\n" HIDDEN, 505),
	V("HTTP/1.2", "GET /echo HTTP/1.2\r\n" HOST "\r\n" HIDDEN, 505),
	V("HTTP/2.0", "GET /echo HTTP/2.0\r\n" HOST "\r\n" HIDDEN, 505),
	V("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" HIDDEN, 505),
	V("http/1.1 in lower case", "GET /echo http/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("HTTP/1.10", "GET /echo HTTP/1.10\r\n" HOST "\r\n" HIDDEN, 400),
	V("two blanks after the method", "GET  /echo HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("two blanks before the version", "GET /echo  HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("blank behind the version", "GET /echo HTTP/1.1 \r\n" HOST "\r\n" HIDDEN, 400),
	V("tab as separator", "GET\t/echo\tHTTP/1.1\r\n" HOST "\r\n" HIDDEN, 0),
	V("blank in the target", "GET /echo x HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("control in the target", "GET /ec\001ho HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("NUL in the target", "GET /ec\0ho HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("NUL in the query", "GET /echo?a=\0b HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("raw UTF-8 in the target", "GET /\xe6\x9d\x91 HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("no method", " /echo HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 0),
	V("method with colon", "GE:T /echo HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("unknown method", "BREW /echo HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 501),
	V("method in lower case", "get /echo HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 501),
	V("TRACE", "TRACE /echo HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 405),
	V("CONNECT", "CONNECT a:443 HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 405),
	V("absolute target", "GET http://b/echo HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("asterisk target", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("fragment", "GET /echo#x HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("field without colon", "GET /echo HTTP/1.1\r\n" HOST "nonsense\r\n\r\n" HIDDEN, 400),
	V("field without name", "GET /echo HTTP/1.1\r\n" HOST ": x\r\n\r\n" HIDDEN, 400),
	V("name with slash", "GET /echo HTTP/1.1\r\n" HOST "a/b: x\r\n\r\n" HIDDEN, 400),
	V("name in UTF-8", "GET /echo HTTP/1.1\r\n" HOST "\xe6\x9d\x91: x\r\n\r\n" HIDDEN, 400),
	V("value with control", "GET /echo HTTP/1.1\r\n" HOST "X-Test: a\033b\r\n\r\n" HIDDEN, 400),
	V("value with DEL", "GET /echo HTTP/1.1\r\n" HOST "X-Test: a\177b\r\n\r\n" HIDDEN, 400),
	V("value in bad UTF-8", "GET /echo HTTP/1.1\r\n" HOST "X-Test: \xc0\xaf\r\n\r\n" HIDDEN, 400),
	V("unknown expectation", "GET /echo HTTP/1.1\r\n" HOST "Expect: miracles\r\n\r\n" HIDDEN, 417),
};

static const struct vector paths[] = {
	V("dot-dot", "GET /a/../echo HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("dot-dot at the end", "GET /a/.. HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("encoded dot-dot", "GET /a/%2e%2E/echo HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("half encoded dot-dot", "GET /a/.%2e/echo HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("single dot", "GET /./echo HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("double slash", "GET //echo HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("double slash inside", "GET /a//echo HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("encoded slash", "GET /a%2fecho HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("encoded slash in capitals", "GET /a%2Fecho HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("backslash", "GET /a\\echo HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("encoded backslash", "GET /a%5cecho HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("encoded NUL", "GET /echo%00 HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("encoded line break", "GET /echo%0d%0a HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("percent at the end", "GET /echo% HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("percent with one digit", "GET /echo%4 HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("percent without digits", "GET /echo%zz HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("overlong UTF-8", "GET /%c0%ae%c0%ae/echo HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("surrogate", "GET /%ed%a0%80 HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("truncated UTF-8", "GET /%e6%9d HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("bidi override", "GET /%e2%80%ae HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("bad percent in the query", "GET /echo?a=%4 HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("encoded NUL in the query", "GET /echo?a=%00 HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("bad UTF-8 in the query", "GET /echo?a=%ff HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
	V("line break in the query", "GET /echo?a=%0aSet-Cookie:x HTTP/1.1\r\n" HOST "\r\n" HIDDEN, 400),
};
/* clang-format on */

static void
run(struct fixture *f, const struct vector *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct vector *v = &list[i];
		int before = f->smuggled;
		struct reply r = exchange_n(f, v->bytes, v->n);
		bool refused = v->status != 0 ? r.status == v->status : r.status == 0 || r.status >= 400;

		ok(refused && r.closed && f->smuggled == before, "%s", v->name);
		if (!refused || !r.closed)
			printf("# status %d, %s\n", r.status, r.closed ? "closed" : "left open");
		reply_free(&r);
	}
}

/* The same bytes in pieces, so that every state of the parser is met with half a line. */
static void
run_slowly(struct fixture *f, const struct vector *list, size_t n)
{
	bool all = true;

	for (size_t i = 0; i < n; i++) {
		const struct vector *v = &list[i];
		int fd = dial(f), before = f->smuggled;
		struct reply r;

		for (size_t at = 0; at < v->n; at += 7) {
			if (!send_all(fd, v->bytes + at, v->n - at < 7 ? v->n - at : 7))
				break;
			fixture_sleep(0);
		}
		r = receive(fd, false);
		if ((r.status != 0 && r.status < 400) || f->smuggled != before) {
			all = false;
			printf("# in pieces: %s: %d\n", v->name, r.status);
		}
		reply_free(&r);
		close(fd);
	}
	ok(all, "the same in pieces of seven bytes");
}

/* "name<tab>bytes in hexadecimal", for tests/edge_test.py, which sends the same through nginx. */
static int
dump(const struct vector *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		printf("%s\t", list[i].name);
		for (size_t k = 0; k < list[i].n; k++)
			printf("%02x", (unsigned char)list[i].bytes[k]);
		printf("\n");
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct fixture f = { 0 };
	struct reply r;

	if (argc > 1 && strcmp(argv[1], "--dump") == 0)
		return dump(framing, ARRAY_LEN(framing)) | dump(lines, ARRAY_LEN(lines)) | dump(paths, ARRAY_LEN(paths));
	fixture_start(&f, (struct http_options){ .workers = 2 });
	run(&f, framing, ARRAY_LEN(framing));
	run(&f, lines, ARRAY_LEN(lines));
	run(&f, paths, ARRAY_LEN(paths));
	run_slowly(&f, framing, ARRAY_LEN(framing));
	run_slowly(&f, lines, ARRAY_LEN(lines));
	run_slowly(&f, paths, ARRAY_LEN(paths));
	/* What follows an honest chunked body is not read either: the connection ends. */
	r = exchange(&f, "POST /echo HTTP/1.1\r\n" HOST
		"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nTrailer: 1\r\n\r\n" HIDDEN);
	ok(r.status == 200 && r.closed && f.smuggled == 0, "nothing is read behind a chunked body");
	reply_free(&r);
	r = exchange(&f, "GET /smuggled HTTP/1.1\r\n" HOST "\r\n");
	ok(r.status == 200 && f.smuggled == 1, "the trap itself works");
	reply_free(&r);
	http_server_stop(f.server, 1000);
	return tap_done();
}

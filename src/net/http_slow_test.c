/* The HTTP server under clients that dawdle, vanish or come in numbers; streams and events. */
#include "base/base.h"
#include "net/http_fixture.h"

#define HOST "Host: a\r\n"

/* Sends a byte every 20 ms until the server ends the connection; ms until it did. */
static int64_t
drip_until_cut(int fd, const char *bytes, int64_t at_most_ms)
{
	int64_t start = fixture_ms();
	size_t n = strlen(bytes);

	for (size_t i = 0; fixture_ms() - start < at_most_ms; i++) {
		char c = i < n ? bytes[i] : 'x';

		if (send(fd, &c, 1, MSG_NOSIGNAL) != 1 || is_closed(fd, 20))
			return fixture_ms() - start;
	}
	return -1;
}

static void
test_slow_senders(struct fixture *f)
{
	int fd = dial(f);
	int64_t ms = drip_until_cut(fd, "GET /fast HTTP/1.1\r\n" HOST "X: ", 3000);

	ok(ms >= 300 && ms < 2000, "a head sent byte by byte is cut (after " LLD " ms)", LL(ms));
	close(fd);
	fd = dial(f);
	ms = drip_until_cut(fd, "GE", 3000);
	ok(ms >= 300 && ms < 1500, "so is a request line (" LLD " ms)", LL(ms));
	close(fd);
	fd = dial(f);
	ok(is_closed(fd, 2000), "and a connection that says nothing");
	close(fd);
	fd = dial(f);
	send_text(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 900\r\n\r\n");
	ms = drip_until_cut(fd, "body", 3000);
	ok(ms >= 400 && ms < 2000, "a body sent byte by byte is cut (" LLD " ms)", LL(ms));
	close(fd);
	fd = dial(f);
	send_text(fd, "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1f4\r\n");
	ms = drip_until_cut(fd, "body", 3000);
	ok(ms >= 400 && ms < 2000, "a chunked one too (" LLD " ms)", LL(ms));
	close(fd);
}

static void
test_slow_reader(struct fixture *f, const char *path, const char *what)
{
	int fd = dial(f), small = 4096;
	char head[256], c;
	int64_t start = fixture_ms(), n = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	snprintf(head, sizeof(head), "GET %s HTTP/1.1\r\n" HOST "\r\n", path);
	send_text(fd, head);
	/* One byte now and then; a reset or the end of the stream is the cut. */
	while (fixture_ms() - start < 4000 && recv(fd, &c, 1, 0) == 1) {
		struct pollfd p = { .fd = fd, .events = POLLRDHUP };

		n++;
		if (poll(&p, 1, 20) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR)))
			break;
	}
	ok(fixture_ms() - start < 3900 && n > 0, "%s (" LLD " ms)", what, LL(fixture_ms() - start));
	close(fd);
}

static void
test_streams(struct fixture *f)
{
	struct reply r = exchange(f, "GET /stream?n=1000000 HTTP/1.1\r\n" HOST "\r\n");
	bool all = r.body_n == 1000000;

	for (size_t i = 0; all && i < r.body_n; i++)
		all = r.body[i] == 'x';
	ok(r.status == 200 && r.complete && all, "a stream of a million bytes arrives whole");
	ok(!r.closed, "and keeps the connection");
	reply_free(&r);
	r = exchange(f, "GET /stream?n=0 HTTP/1.1\r\n" HOST "\r\n");
	ok(r.status == 200 && r.complete && r.body_n == 0, "an empty stream is a reply");
	reply_free(&r);
	r = exchange(f, "GET /stream?n=5000&cut=1 HTTP/1.1\r\n" HOST "\r\n");
	ok(r.status == 200 && !r.complete, "a broken stream is not complete");
	reply_free(&r);
	r = exchange(f, "HEAD /stream?n=1000000 HTTP/1.1\r\n" HOST "\r\n");
	ok(r.status == 200 && r.body_n == 0, "HEAD of a stream sends no body and blocks nobody");
	reply_free(&r);

	int fd = dial(f), before = f->stream_failed;

	send_text(fd, "GET /stream?n=100000000 HTTP/1.1\r\n" HOST "\r\n");
	fixture_sleep(50);
	close(fd);
	ok(fixture_reaches(&f->stream_failed, before + 1, 2000), "a producer notices that the client left");
	test_slow_reader(f, "/stream?n=100000000", "a slow reader of a stream is cut");
	ok(fixture_reaches(&f->stream_failed, before + 2, 2000), "which its producer notices");
}

/* Waits for text in what arrives. */
static bool
hears(int fd, char *all, size_t cap, const char *text, int ms)
{
	int64_t end = fixture_ms() + ms;
	size_t n = strlen(all);

	while (strstr(all, text) == NULL && fixture_ms() < end) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (poll(&p, 1, 20) <= 0)
			continue;
		ssize_t got = recv(fd, all + n, cap - n - 1, 0);

		if (got <= 0)
			break;
		n += (size_t)got;
		all[n] = '\0';
	}
	return strstr(all, text) != NULL;
}

static struct http_sse *
listener(struct fixture *f)
{
	for (int i = 0; i < 500 && atomic_load(&f->sse) == NULL; i++)
		fixture_sleep(2);
	return atomic_load(&f->sse);
}

static void
test_events(struct fixture *f, const char *path)
{
	int fd = dial(f), gone = f->gone;
	char head[128], all[16384] = { 0 };
	struct http_sse *sse;

	snprintf(head, sizeof(head), "GET %s HTTP/1.1\r\n" HOST "\r\n", path);
	send_text(fd, head);
	sse = listener(f);
	ok(sse != NULL && hears(fd, all, sizeof(all), "text/event-stream", 2000), "%s opens an event stream", path);
	ok(http_sse_send(sse, S("scan"), S("7"), S("{\"a\":1}\nsecond")), "an event is sent");
	ok(hears(fd, all, sizeof(all), "event: scan\nid: 7\ndata: {\"a\":1}\ndata: second\n\n", 2000),
		"and heard in the wire format");
	fixture_sleep(600);
	ok(http_sse_send(sse, (struct str){ 0 }, (struct str){ 0 }, S("later")) &&
			hears(fd, all, sizeof(all), "data: later\n\n", 2000),
		"a quiet stream outlives the write deadline");
	is_i64(http_stats(f->server).sse, 1, "it is counted");
	http_sse_close(sse);
	ok(hears(fd, all, sizeof(all), "\r\n0\r\n\r\n", 1000), "its owner ends it properly");
	close(fd);
	ok(fixture_reaches(&f->gone, gone + 1, 2000), "the owner is told once it is gone");
}

static void
test_slow_listener(struct fixture *f)
{
	int fd = dial(f), small = 4096, gone = f->gone;
	char text[2001];
	struct http_sse *sse;
	size_t sent = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	send_text(fd, "GET /sse HTTP/1.1\r\n" HOST "\r\n");
	sse = listener(f);
	memset(text, 'e', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	while (sse != NULL && sent < 5000000 && http_sse_send(sse, S("x"), S(""), str_from_c(text)))
		sent += 2000;
	ok(sent >= 200000 && sent < 2000000, "a listener that does not read is cut (after %zu bytes)", sent);
	ok(fixture_reaches(&f->gone, gone + 1, 2000), "and its owner told");
	close(fd);
	fd = dial(f);
	send_text(fd, "GET /sse HTTP/1.1\r\n" HOST "\r\n");
	sse = listener(f);
	close(fd);
	for (int i = 0; i < 200 && f->gone < gone + 2; i++) {
		fixture_sleep(5);
		/* The owner must not use the handle once it was told; it hears that between two messages. */
		if (f->gone < gone + 2 && atomic_load(&f->sse) != NULL && i < 3)
			(void)http_sse_send(sse, S("x"), S(""), S("y"));
	}
	ok(f->gone == gone + 2, "a listener that left is noticed at the next message");
}

static void
test_exhaustion(struct fixture *f)
{
	enum { N = 6 };
	int fds[N], answered = 0, refused = 0;
	struct reply r;

	atomic_store(&f->hold, 1);
	for (int i = 0; i < N; i++) {
		fds[i] = dial(f);
		send_text(fds[i], "GET /hold HTTP/1.1\r\n" HOST "\r\n");
		fixture_sleep(30);
	}
	/* 2 workers run, 2 wait in the queue, 2 are turned away. */
	r = exchange(f, "GET /fast HTTP/1.1\r\n" HOST "\r\n");
	ok(r.status == 200, "fast routes answer while every worker is busy");
	reply_free(&r);
	is_i64(http_stats(f->server).queued, 2, "the queue is full");
	for (int i = 4; i < N; i++) {
		r = receive(fds[i], false);
		refused += r.status == 503 && strcmp(reply_header(&r, "Retry-After"), "1") == 0;
		reply_free(&r);
	}
	is_i64(refused, 2, "those beyond it are asked to come back");
	atomic_store(&f->hold, 0);
	for (int i = 0; i < 4; i++) {
		r = receive(fds[i], false);
		answered += r.status == 200 && body_is(&r, "held");
		reply_free(&r);
	}
	is_i64(answered, 4, "those before it are answered");
	send_text(fds[5], "GET /fast HTTP/1.1\r\n" HOST "\r\n");
	r = receive(fds[5], false);
	ok(r.status == 200, "and a refused connection can be used again");
	reply_free(&r);
	for (int i = 0; i < N; i++)
		close(fds[i]);
}

struct hammer {
	struct fixture *f;
	_Atomic int good, bad;
};

static void *
hammer_main(void *arg)
{
	struct hammer *h = arg;
	static const char *const requests[] = {
		"GET /fast HTTP/1.1\r\n" HOST "\r\n",
		"POST /echo?p=1 HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nbody",
		"GET /stream?n=20000 HTTP/1.1\r\n" HOST "\r\n",
		"GET /file HTTP/1.1\r\n" HOST "Range: bytes=5-9\r\n\r\n",
	};

	for (int i = 0; i < 60; i++) {
		int fd = dial(h->f);

		for (int k = 0; k < 4; k++) {
			struct reply r;

			send_text(fd, requests[(i + k) % 4]);
			if (i % 7 == 6 && k == 3)
				break; /* hang up in the middle */
			r = receive(fd, false);
			atomic_fetch_add(r.complete && r.status / 100 == 2 ? &h->good : &h->bad, 1);
			reply_free(&r);
		}
		close(fd);
	}
	return NULL;
}

static void
test_crowd(void)
{
	struct fixture f = { 0 };
	struct hammer h = { .f = &f };
	pthread_t t[8];

	fixture_start(&f, (struct http_options){ .workers = 4, .listen = "127.0.0.1:0", .io_threads = 2,
		.write_deadline_ms = 400 });
	ok(http_server_port(f.server) > 0, "a free port is found");
	f.port = http_server_port(f.server);
	test_slow_reader(&f, "/big", "a slow reader of 8 MiB over TCP is cut");
	test_slow_reader(&f, "/stream?n=100000000", "and one of a stream");
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		pthread_create(&t[i], NULL, hammer_main, &h);
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		pthread_join(t[i], NULL);
	ok(h.good == 8 * (60 * 4 - 8) && h.bad == 0, "eight clients at once, some hanging up: %d good, %d bad", h.good,
		h.bad);
	http_server_stop(f.server, 2000);
	ok(true, "and the server stops cleanly");
}

static void
test_stop(void)
{
	struct fixture f = { 0 };
	int idle, half, sse, held, reader;
	int64_t start;

	fixture_start(&f, (struct http_options){ .workers = 3 });
	idle = dial(&f);
	half = dial(&f);
	sse = dial(&f);
	held = dial(&f);
	reader = dial(&f);
	send_text(idle, "GET /fast HTTP/1.1\r\n" HOST "\r\n");
	send_text(half, "GET /fa");
	send_text(sse, "GET /sse HTTP/1.1\r\n" HOST "\r\n");
	atomic_store(&f.hold, 1);
	send_text(held, "GET /hold HTTP/1.1\r\n" HOST "\r\n");
	send_text(reader, "GET /stream?n=100000000 HTTP/1.1\r\n" HOST "\r\n");
	ok(listener(&f) != NULL, "busy in every way");
	fixture_sleep(50);
	atomic_store(&f.hold, 0);
	start = fixture_ms();
	http_server_stop(f.server, 300);
	ok(fixture_ms() - start < 3000, "the server stops within its grace (" LLD " ms)", LL(fixture_ms() - start));
	ok(f.gone == 1 && f.stream_failed == 1, "listeners and producers are told");
	close(idle);
	close(half);
	close(sse);
	close(held);
	close(reader);
}

static void
test_addresses(void)
{
	static const char *const bad[] = { "127.0.0.1", "localhost:80", "127.0.0.1:99999", "unix:", ":80", "" };
	struct http_server *s = NULL;
	struct http_handlers h = { 0 };
	struct err e = { 0 };
	bool all = true;
	int fd;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct http_options o = { .listen = bad[i], .workers = 1 };

		all &= http_server_start(&s, &o, &h, &e) != RC_OK && e.text[0] != '\0';
	}
	ok(all, "addresses that cannot be are refused with a sentence");

	struct fixture f = { 0 };

	fixture_start(&f, (struct http_options){ .workers = 1, .listen = "unix:/tmp/http-slow-test.sock" });
	struct reply r = exchange(&f, "GET /fast HTTP/1.1\r\n" HOST "\r\n");

	ok(r.status == 200 && access("/tmp/http-slow-test.sock", F_OK) == 0, "a Unix socket is opened");
	reply_free(&r);
	http_server_stop(f.server, 500);
	fd = open("/tmp/http-slow-test.sock", O_RDONLY);
	ok(fd < 0 && errno == ENOENT, "and removed");
}

int
main(void)
{
	struct fixture f = { 0 };

	fixture_start(&f, (struct http_options){ .workers = 2, .queue_max = 2, .head_deadline_ms = 400,
		.body_deadline_ms = 500, .write_deadline_ms = 400 });
	test_slow_senders(&f);
	test_streams(&f);
	test_events(&f, "/sse");
	test_events(&f, "/fast-sse");
	test_slow_listener(&f);
	test_exhaustion(&f);
	http_server_stop(f.server, 1000);
	test_crowd();
	test_stop();
	test_addresses();
	return tap_done();
}

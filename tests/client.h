/* client.h - a small HTTP client over a loopback connection into the server under test. */
#ifndef TESTS_CLIENT_H
#define TESTS_CLIENT_H
#include "base/str.h"
#include "core/serve.h"

struct reply {
	int status;
	struct str head; /* the header lines as they came */
	struct str body; /* decoded from chunks */
};
/* Sends one request and reads the whole reply; status 0 when the connection broke. headers: complete lines with CRLF. */
struct reply client_send(struct serve *s, struct arena *a, struct str method, struct str target, struct str headers, struct str body);
/* A header of the reply; absent when missing. */
struct str reply_header(const struct reply *r, const char *name);

/* A server-sent event stream that stays open. */
struct sse {
	int fd;
	size_t n;
	char text[256 * 1024];
};
/* False when the answer was not a stream; then r holds it. */
bool sse_open(struct sse *e, struct serve *s, struct arena *a, struct str target, struct str headers, struct reply *r);
/* Waits at most ms until the text received holds the words. */
bool sse_wait(struct sse *e, const char *words, int ms);
/* True when the server ended the stream within ms. */
bool sse_ended(struct sse *e, int ms);
void sse_close(struct sse *e);
#endif

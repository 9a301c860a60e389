/*
 * http_conn.c - the callbacks of libmicrohttpd, in the order in which they come
 * for one request: target (request line read), access (head read), access per
 * piece of body, access (body complete, and again after a suspension),
 * completed. A reply queued at the first access call makes the library close
 * the connection, which is what refusals want and why others wait for the last.
 */
#include "base/base.h"
#include "net/http_priv.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* ---- connections ---- */

static void
conn_address(struct conn *c, const struct sockaddr *a)
{
	const char *local = "127.0.0.1";

	c->trusted = true;
	if (a != NULL && a->sa_family == AF_INET) {
		struct in_addr ip;

		memcpy(&ip, (const char *)a + offsetof(struct sockaddr_in, sin_addr), sizeof(ip));
		c->trusted = ntohl(ip.s_addr) >> 24 == 127;
		inet_ntop(AF_INET, &ip, c->ip, sizeof(c->ip));
		return;
	}
	if (a != NULL && a->sa_family == AF_INET6) {
		struct in6_addr ip;

		memcpy(&ip, (const char *)a + offsetof(struct sockaddr_in6, sin6_addr), sizeof(ip));
		c->trusted = IN6_IS_ADDR_LOOPBACK(&ip);
		inet_ntop(AF_INET6, &ip, c->ip, sizeof(c->ip));
		return;
	}
	memcpy(c->ip, local, strlen(local) + 1);
}

static void
conn_opened(struct http_server *s, struct MHD_Connection *mc, void **socket_context)
{
	const union MHD_ConnectionInfo *fd = MHD_get_connection_info(mc, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct conn *c = calloc(1, sizeof(*c));

	ASSERT(c != NULL && fd != NULL);
	c->server = s;
	c->fd = fd->connect_fd;

	const union MHD_ConnectionInfo *peer =
		MHD_get_connection_info(mc, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	conn_address(c, peer != NULL ? peer->client_addr : NULL);
	atomic_store(&c->deadline_ms, http_now_ms(s) + s->o.head_deadline_ms);
	*socket_context = c;
	pthread_mutex_lock(&s->conns_lock);
	c->next = s->conns;
	if (c->next != NULL)
		c->next->prev = c;
	s->conns = c;
	pthread_mutex_unlock(&s->conns_lock);
}

/*
 * Called before the library closes the socket. Bytes that nobody read would
 * turn the close into a reset, which can overtake the refusal on its way to
 * the client; what has arrived is therefore read first.
 */
static void
conn_closed(struct http_server *s, struct conn *c)
{
	char sink[16384];

	for (int i = 0; c->refused && i < 64; i++) {
		if (recv(c->fd, sink, sizeof(sink), MSG_DONTWAIT) <= 0)
			break;
	}
	pthread_mutex_lock(&s->conns_lock);
	if (c->next != NULL)
		c->next->prev = c->prev;
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		s->conns = c->next;
	pthread_mutex_unlock(&s->conns_lock);
	free(c);
}

void
http_on_connection(void *cls, struct MHD_Connection *mc, void **socket_context,
	enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		conn_opened(cls, mc, socket_context);
	else if (*socket_context != NULL)
		conn_closed(cls, *socket_context);
}

/* ---- one request ---- */

static void
make_id(struct http_request *q)
{
	static const char digits[] = "0123456789abcdef";
	struct http_server *s = q->server;
	uint32_t v = atomic_fetch_add_explicit(&s->next_id, 1, memory_order_relaxed);

	memcpy(q->id, s->id_prefix, 8);
	for (int i = 15; i >= 8; i--, v >>= 4)
		q->id[i] = digits[v & 15];
	q->id_n = 16;
}

static int
io_index(struct http_server *s)
{
	pthread_t me = pthread_self();
	int n = atomic_load_explicit(&s->io_count, memory_order_acquire), i;

	for (i = 0; i < n; i++) {
		if (pthread_equal(s->io_threads[i], me))
			return i;
	}
	pthread_mutex_lock(&s->io_lock);
	i = atomic_load(&s->io_count);
	ASSERT(i < IO_THREADS_MAX);
	s->io_threads[i] = me;
	atomic_store_explicit(&s->io_count, i + 1, memory_order_release);
	pthread_mutex_unlock(&s->io_lock);
	return i;
}

/*
 * Ends the query before the library cuts it into arguments, which we do ourselves and within limits: a few
 * hundred of them would use up its memory for the connection. The bytes are the connection's buffer, which
 * the library itself is about to write to; only its prototype says const.
 */
static void
hide_query(const char *target)
{
	const char *mark = target != NULL ? strchr(target, '?') : NULL;

	if (mark != NULL)
		*(char *)(uintptr_t)(mark + 1) = '\0';
}

/* The request line is there, raw and before the library unescapes it in place. */
void *
http_on_target(void *cls, const char *target, struct MHD_Connection *mc)
{
	struct http_server *s = cls;
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mc, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct http_request *q = http_request_take(s);

	q->conn = info->socket_context;
	q->mc = mc;
	q->start_ns = http_now_ns();
	q->io = io_index(s);
	q->raw_target = target;
	q->head.target = str_dup(&q->mem, str_from_c(target != NULL ? target : ""));
	q->client_ip = str_from_c(q->conn->ip);
	make_id(q);
	hide_query(target);
	atomic_store_explicit(&q->conn->deadline_ms, http_now_ms(s) + s->o.head_deadline_ms,
		memory_order_relaxed);
	return q;
}

static enum MHD_Result
refuse(struct http_request *q, int status)
{
	q->conn->refused = true;
	http_reply_error(q, status, true);
	return http_reply_hand_over(q);
}

/* Absolute, counted from the end of the head; a chunked body earns its time by arriving. */
static void
body_deadline(struct http_request *q)
{
	int64_t bytes = q->framing.chunked ? q->body_n : q->framing.length;
	int64_t mib = bytes / 1048576 + 1;

	atomic_store_explicit(&q->conn->deadline_ms, q->body_start_ms + q->server->o.body_deadline_ms * mib,
		memory_order_relaxed);
}

/* First call. Decides by the head alone whether a body may come. */
static enum MHD_Result
head_arrived(struct http_request *q, const char *method, const char *version)
{
	struct http_server *s = q->server;
	int status = http_request_head(q, method, version);

	if (status != 0)
		return refuse(q, status);
	if (atomic_load_explicit(&s->stopping, memory_order_relaxed))
		return refuse(q, 503);
	q->plan = (struct http_plan){ .run = HTTP_WORKER };
	s->h.on_head(s->h.self, q, &q->plan);
	q->phase = PHASE_BODY;
	if (q->framing.length == 0) {
		atomic_store_explicit(&q->conn->deadline_ms, 0, memory_order_relaxed);
		return MHD_YES;
	}
	if (q->framing.length > q->plan.body_max || (q->framing.chunked && q->plan.body_max == 0)) {
		bool waits = http_header(q, "expect").p != NULL;

		if (waits || q->framing.chunked || q->framing.length > DRAIN_MAX)
			return refuse(q, 413);
		q->refuse = 413;
	}
	q->body_start_ms = http_now_ms(s);
	body_deadline(q);
	return MHD_YES;
}

static enum MHD_Result
body_arrived(struct http_request *q, const char *upload, size_t *upload_n)
{
	size_t n = *upload_n;

	*upload_n = 0;
	if (q->refuse == 0)
		q->refuse = http_body_add(q, upload, n);
	else
		q->body_n += (int64_t)n;
	if (q->refuse != 0) {
		q->conn->refused = true;
		/* No reply can be queued before the body ends: wait a while for that, then cut. */
		return q->body_n <= q->plan.body_max + DRAIN_MAX ? MHD_YES : MHD_NO;
	}
	if (q->framing.chunked)
		body_deadline(q);
	return MHD_YES;
}

static enum MHD_Result
request_complete(struct http_request *q)
{
	struct http_server *s = q->server;
	int status = q->refuse != 0 ? q->refuse : http_body_done(q);

	atomic_store_explicit(&q->conn->deadline_ms, 0, memory_order_relaxed);
	if (status != 0)
		return refuse(q, status);
	if (q->plan.run == HTTP_FAST) {
		s->h.on_request(s->h.self, q, q->plan.route, -1 - q->io);
		if (q->response == NULL)
			http_reply_error(q, 500, false);
		return http_reply_hand_over(q);
	}
	q->phase = PHASE_WORKER;
	/* Suspended before a worker can see it, so that its resume cannot come first. */
	MHD_suspend_connection(q->mc);
	if (!http_work_put(q)) {
		http_reply_error(q, 503, false);
		q->phase = PHASE_REPLY;
		MHD_resume_connection(q->mc);
	}
	return MHD_YES;
}

enum MHD_Result
http_on_access(void *cls, struct MHD_Connection *mc, const char *url, const char *method,
	const char *version, const char *upload, size_t *upload_n, void **context)
{
	struct http_request *q = *context;

	(void)cls, (void)mc, (void)url;
	if (q == NULL)
		return MHD_NO;
	switch (q->phase) {
	case PHASE_HEAD:
		return head_arrived(q, method, version);
	case PHASE_BODY:
		return *upload_n > 0 ? body_arrived(q, upload, upload_n) : request_complete(q);
	case PHASE_REPLY:
		return http_reply_hand_over(q);
	case PHASE_WORKER:
	case PHASE_SENT:
		break;
	}
	return MHD_YES;
}

void
http_on_completed(void *cls, struct MHD_Connection *mc, void **context, enum MHD_RequestTerminationCode code)
{
	struct http_server *s = cls;
	struct http_request *q = *context;

	(void)mc, (void)code;
	*context = NULL;
	if (q == NULL)
		return;
	atomic_store_explicit(&q->conn->last_ms, 0, memory_order_relaxed);
	atomic_store_explicit(&q->conn->deadline_ms, http_now_ms(s) + IDLE_MS, memory_order_relaxed);
	if (q->pipe != NULL)
		http_pipe_gone(q->pipe);
	q->conn = NULL;
	http_request_drop(q);
}

/* http_server.c - start, stop and the listening socket. */
#include "base/base.h"
#include "net/http_priv.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { BACKLOG = 1024, POOL_EXTRA = 32 * 1024, STOP_POLL_MS = 10 };

int64_t
http_now_ms(const struct http_server *s)
{
	return clock_mono(s->o.clock);
}

/* For durations in the log only, finer than the clock seam. */
int64_t
http_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- listening ---- */

static enum rc
listen_failed(struct http_server *s, struct err *e)
{
	return fail(e, RC_UNAVAILABLE, "listen", "无法监听 %s：%s", "cannot listen on %s: %s", s->o.listen,
		strerror(errno));
}

static enum rc
listen_unix(struct http_server *s, const char *path, struct err *e)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct stat st;

	if (strlen(path) == 0 || strlen(path) >= sizeof(a.sun_path))
		return fail(e, RC_INVALID, "listen", "套接字路径长度有误：%s", "bad length of socket path: %s", path);
	memcpy(a.sun_path, path, strlen(path) + 1);
	/* What an earlier run left behind; anything but a socket is somebody's file. */
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(path);
	s->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->listen_fd < 0 || bind(s->listen_fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
		chmod(path, 0660) != 0 || listen(s->listen_fd, BACKLOG) != 0)
		return listen_failed(s, e);
	s->unix_path = strdup(path);
	return RC_OK;
}

/* "127.0.0.1:7300" or "[::1]:7300"; names are not looked up. */
static bool
parse_address(const char *text, struct sockaddr_storage *a, socklen_t *n)
{
	struct str s = str_from_c(text), host, port;
	ptrdiff_t colon = -1;
	int64_t number;
	char host_c[64];

	for (size_t i = 0; i < s.n; i++)
		colon = s.p[i] == ':' ? (ptrdiff_t)i : colon;
	if (colon < 0)
		return false;
	host = str_sub(s, 0, (size_t)colon);
	port = str_sub(s, (size_t)colon + 1, s.n);
	if (!str_i64(port, &number) || number < 0 || number > 65535)
		return false;
	if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = str_sub(host, 1, host.n - 2);
	if (host.n >= sizeof(host_c))
		return false;
	memcpy(host_c, host.p, host.n);
	host_c[host.n] = '\0';
	*a = (struct sockaddr_storage){ 0 };

	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)number) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)number) };

	if (inet_pton(AF_INET, host_c, &v4.sin_addr) == 1) {
		memcpy(a, &v4, *n = sizeof(v4));
		return true;
	}
	if (inet_pton(AF_INET6, host_c, &v6.sin6_addr) == 1) {
		memcpy(a, &v6, *n = sizeof(v6));
		return true;
	}
	return false;
}

static int
port_of(int fd)
{
	struct sockaddr_storage a = { 0 };
	socklen_t n = sizeof(a);
	in_port_t port = 0;

	if (getsockname(fd, (struct sockaddr *)&a, &n) != 0)
		return 0;
	/* Both families keep the port at the same place. */
	memcpy(&port, (const char *)&a + offsetof(struct sockaddr_in, sin_port), sizeof(port));
	return a.ss_family == AF_INET || a.ss_family == AF_INET6 ? ntohs(port) : 0;
}

static enum rc
listen_open(struct http_server *s, struct err *e)
{
	struct sockaddr_storage a;
	socklen_t n = 0;
	int on = 1;

	if (strncmp(s->o.listen, "unix:", 5) == 0)
		return listen_unix(s, s->o.listen + 5, e);
	if (!parse_address(s->o.listen, &a, &n))
		return fail(e, RC_INVALID, "listen", "监听地址有误：%s（例：127.0.0.1:7300）",
			"bad address: %s (example: 127.0.0.1:7300)", s->o.listen);
	s->listen_fd = socket(a.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->listen_fd < 0 || setsockopt(s->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
		bind(s->listen_fd, (struct sockaddr *)&a, n) != 0 || listen(s->listen_fd, BACKLOG) != 0)
		return listen_failed(s, e);
	s->port = port_of(s->listen_fd);
	return RC_OK;
}

/* ---- start ---- */

static void
set_defaults(struct http_options *o)
{
	const struct {
		int *at, value;
	} defaults[] = {
		{ &o->io_threads, 2 }, { &o->workers, 32 }, { &o->connections_max, 1024 },
		{ &o->head_bytes_max, 32768 }, { &o->head_deadline_ms, 10000 }, { &o->body_deadline_ms, 30000 },
		{ &o->write_deadline_ms, 30000 }, { &o->queue_max, 512 },
	};

	for (size_t i = 0; i < ARRAY_LEN(defaults); i++) {
		if (*defaults[i].at == 0)
			*defaults[i].at = defaults[i].value;
	}
	if (o->temp_dir == NULL)
		o->temp_dir = "/tmp";
	if (o->clock == NULL)
		o->clock = &clock_system;
	if (o->rand == NULL)
		o->rand = &rand_system;
	if (o->io_threads > IO_THREADS_MAX)
		o->io_threads = IO_THREADS_MAX;
}

static enum rc
start_daemon(struct http_server *s, struct err *e)
{
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
	struct MHD_OptionItem listening[] = {
		{ s->listen_fd >= 0 ? MHD_OPTION_LISTEN_SOCKET : MHD_OPTION_END, s->listen_fd, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};
	/* The library wants no pool of one, and none without a listening socket. */
	struct MHD_OptionItem pool[] = {
		{ s->listen_fd >= 0 && s->o.io_threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
			s->o.io_threads, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};

	if (s->listen_fd < 0)
		flags |= MHD_USE_NO_LISTEN_SOCKET;
	s->daemon = MHD_start_daemon(flags, 0, NULL, NULL, http_on_access, s,
		MHD_OPTION_ARRAY, listening, MHD_OPTION_ARRAY, pool,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)s->o.connections_max,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)s->o.per_ip_max,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)s->o.head_bytes_max + POOL_EXTRA,
		MHD_OPTION_CONNECTION_TIMEOUT, 0U,
		MHD_OPTION_NOTIFY_CONNECTION, http_on_connection, s,
		MHD_OPTION_URI_LOG_CALLBACK, http_on_target, s,
		MHD_OPTION_NOTIFY_COMPLETED, http_on_completed, s,
		MHD_OPTION_END);
	if (s->daemon == NULL)
		return fail(e, RC_UNAVAILABLE, NULL, "无法启动 HTTP 服务：%s", "cannot start the HTTP server: %s",
			strerror(errno));
	return RC_OK;
}

/* Threads inherit the mask: signals are for the thread that started the server. */
static enum rc
start_threads(struct http_server *s, struct err *e)
{
	sigset_t all, before;
	enum rc rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = http_work_start(s, e);
	if (rc == RC_OK)
		rc = http_reaper_start(s, e);
	if (rc == RC_OK)
		rc = start_daemon(s, e);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

static void
server_free(struct http_server *s)
{
	if (s->listen_fd >= 0)
		close(s->listen_fd);
	if (s->unix_path != NULL)
		unlink(s->unix_path);
	free(s->unix_path);
	http_log_flush(s);
	free(s->log_lines);
	http_free_all_requests(s);
	pthread_mutex_destroy(&s->log_lock);
	pthread_mutex_destroy(&s->conns_lock);
	pthread_mutex_destroy(&s->free_lock);
	pthread_mutex_destroy(&s->queue_lock);
	pthread_cond_destroy(&s->queue_ready);
	pthread_mutex_destroy(&s->io_lock);
	free(s);
}

enum rc
http_server_start(struct http_server **out, const struct http_options *o, const struct http_handlers *h,
	struct err *e)
{
	struct http_server *s = calloc(1, sizeof(*s));
	enum rc rc = RC_OK;

	ASSERT(s != NULL);
	s->o = *o;
	s->h = *h;
	s->listen_fd = -1;
	set_defaults(&s->o);
	pthread_mutex_init(&s->conns_lock, NULL);
	pthread_mutex_init(&s->free_lock, NULL);
	pthread_mutex_init(&s->queue_lock, NULL);
	pthread_cond_init(&s->queue_ready, NULL);
	pthread_mutex_init(&s->io_lock, NULL);
	pthread_mutex_init(&s->log_lock, NULL);
	s->log_lines = malloc(LOG_GATHER);
	ASSERT(s->log_lines != NULL);

	uint64_t seed = rand_u64(s->o.rand);

	for (int i = 0; i < 8; i++, seed >>= 4)
		s->id_prefix[i] = "0123456789abcdef"[seed & 15];
	if (s->o.listen != NULL)
		rc = listen_open(s, e);
	if (rc == RC_OK)
		rc = start_threads(s, e);
	if (rc != RC_OK) {
		http_work_stop(s);
		http_reaper_stop(s);
		server_free(s);
		return rc;
	}
	*out = s;
	return RC_OK;
}

int
http_server_port(const struct http_server *s)
{
	return s->port;
}

/* ---- stop ---- */

static void
wait_idle(struct http_server *s, int64_t grace_ms)
{
	struct timespec pause = { .tv_nsec = STOP_POLL_MS * 1000000 };

	for (int64_t waited = 0; waited < grace_ms; waited += STOP_POLL_MS) {
		if (atomic_load_explicit(&s->active, memory_order_acquire) == 0)
			return;
		nanosleep(&pause, NULL);
	}
}

void
http_server_stop(struct http_server *s, int grace_ms)
{
	if (s == NULL)
		return;
	atomic_store(&s->stopping, true);
	if (s->listen_fd >= 0)
		MHD_quiesce_daemon(s->daemon);
	http_listeners_end(s);
	wait_idle(s, grace_ms);
	/* Producers that wait for room are woken by the loss of their connection. */
	http_cut_all(s);
	http_work_stop(s);
	http_listeners_end(s);
	MHD_stop_daemon(s->daemon);
	http_reaper_stop(s);
	server_free(s);
}

/* ---- without a port ---- */

int
http_connect_loopback(struct http_server *s)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return -1;
	/* The library closes its end when it cannot take the connection. */
	if (MHD_add_connection(s->daemon, ends[1], (struct sockaddr *)&a, sizeof(sa_family_t)) != MHD_YES) {
		close(ends[0]);
		return -1;
	}
	return ends[0];
}

struct http_stats
http_stats(const struct http_server *s)
{
	struct http_stats out = {
		.requests = atomic_load_explicit(&s->requests, memory_order_relaxed),
		.refused = atomic_load_explicit(&s->refused, memory_order_relaxed),
		.active = atomic_load_explicit(&s->active, memory_order_relaxed),
		.queued = atomic_load_explicit(&s->queued, memory_order_relaxed),
		.sse = atomic_load_explicit(&s->sse, memory_order_relaxed),
	};

	for (size_t i = 0; i < ARRAY_LEN(out.by_class); i++)
		out.by_class[i] = atomic_load_explicit(&s->by_class[i], memory_order_relaxed);
	for (size_t i = 0; i < ARRAY_LEN(out.latency_us_buckets); i++)
		out.latency_us_buckets[i] = atomic_load_explicit(&s->latency[i], memory_order_relaxed);
	return out;
}

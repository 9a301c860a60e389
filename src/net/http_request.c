#include "base/base.h"
#include "net/http_priv.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { REQUEST_MEM_SOFT = 64 * 1024 * 1024, BODY_FIRST = 4096 };

/* ---- life ---- */

struct http_request *
http_request_take(struct http_server *s)
{
	struct http_request *q;

	pthread_mutex_lock(&s->free_lock);
	q = s->free_requests;
	if (q != NULL) {
		s->free_requests = q->next;
		s->free_count--;
	}
	pthread_mutex_unlock(&s->free_lock);
	if (q == NULL) {
		q = calloc(1, sizeof(*q));
		ASSERT(q != NULL);
		arena_init(&q->mem, REQUEST_MEM_SOFT);
	}
	q->server = s;
	q->body_fd = -1;
	atomic_store_explicit(&q->refs, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&s->active, 1, memory_order_relaxed);
	return q;
}

/* Back to a blank object, keeping one arena block. The head's big table need not be wiped. */
static void
request_clear(struct http_request *q)
{
	struct http_server *server = q->server;
	struct arena mem = q->mem;

	memset(q, 0, offsetof(struct http_request, head));
	q->server = server;
	q->mem = mem;
	q->head.field_count = 0;
	q->head.target = (struct str){ 0 };
	q->head.method = HTTP_OTHER;
	memset(&q->framing, 0, sizeof(*q) - offsetof(struct http_request, framing));
	q->body_fd = -1;
}

static void
request_free(struct http_request *q)
{
	struct http_server *s = q->server;

	if (q->pipe != NULL)
		http_pipe_free(q->pipe);
	if (q->response != NULL)
		MHD_destroy_response(q->response);
	if (q->body_fd >= 0)
		close(q->body_fd);
	free(q->body);
	arena_reset(&q->mem);
	request_clear(q);
	pthread_mutex_lock(&s->free_lock);
	if (s->free_count < REQUESTS_KEPT) {
		q->next = s->free_requests;
		s->free_requests = q;
		s->free_count++;
		q = NULL;
	}
	pthread_mutex_unlock(&s->free_lock);
	if (q != NULL) {
		arena_done(&q->mem);
		free(q);
	}
	atomic_fetch_sub_explicit(&s->active, 1, memory_order_release);
}

void
http_free_all_requests(struct http_server *s)
{
	while (s->free_requests != NULL) {
		struct http_request *q = s->free_requests;

		s->free_requests = q->next;
		arena_done(&q->mem);
		free(q);
	}
}

void
http_request_drop(struct http_request *q)
{
	if (atomic_fetch_sub_explicit(&q->refs, 1, memory_order_acq_rel) != 1)
		return;
	http_log_request(q);
	request_free(q);
}

/* ---- head ---- */

/* Walks the fields in order and checks that they lie where an honest head would have put them. */
struct walk {
	struct head *head;
	const char *expected; /* where the next name must begin */
	bool exact, too_many;
};

/* Blanks and tabs only: str_trim() would take a stray CR away before anyone objects to it. */
static struct str
trim_blanks(struct str s)
{
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

static enum MHD_Result
walk_field(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_n, const char *value, size_t value_n)
{
	struct walk *w = cls;

	(void)kind;
	if (w->head->field_count == HEAD_FIELDS_MAX) {
		w->too_many = true;
		return MHD_NO;
	}
	/* Behind the name stood ':' and blanks, behind the value CR LF; both are zeros now. */
	if (name != w->expected || value == NULL || value <= name + name_n ||
		value[value_n] != '\0' || value[value_n + 1] != '\0') {
		w->exact = false;
		return MHD_NO;
	}
	w->expected = value + value_n + 2;
	w->head->fields[w->head->field_count++] = (struct head_field){ { name, name_n },
		trim_blanks((struct str){ value, value_n }) };
	return MHD_YES;
}

/*
 * libmicrohttpd cuts the head apart in place, so the pieces tell whether every
 * byte of it is accounted for: method, blank, target, blank, version, CR LF,
 * then for each field name, colon, blanks, value, CR LF, and an empty line.
 * Folded lines, bare LF, stray blanks, NUL and hidden lines all break the row.
 * A version of the library that copied its fields elsewhere would make this
 * refuse everything, which the first test would show: it fails closed.
 */
static int
read_layout(struct http_request *q, const char *method, const char *version)
{
	struct head *h = &q->head;
	size_t method_n = strlen(method);
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(q->mc, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	struct walk w = { .head = h, .expected = version + 10, .exact = true };

	if (info == NULL || q->raw_target != method + method_n + 1 ||
		version != q->raw_target + h->target.n + 1 || version[8] != '\0' || version[9] != '\0')
		return 400;
	if ((size_t)(version + 8 - method) > HEAD_LINE_MAX)
		return 414;
	if (info->header_size > (size_t)q->server->o.head_bytes_max)
		return 431;
	h->field_count = 0;
	h->minor = version[7] - '0';
	h->method = head_method((struct str){ method, method_n });
	MHD_get_connection_values_n(q->mc, MHD_HEADER_KIND, walk_field, &w);
	if (w.too_many)
		return 431;
	if (!w.exact || w.expected + 2 != method + info->header_size)
		return 400;
	return head_is_token((struct str){ method, method_n }) ? 0 : 400;
}

static struct str
field_of(const struct http_request *q, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < q->head.field_count; i++) {
		const struct head_field *f = &q->head.fields[i];

		if (f->name.n == n && strncasecmp(f->name.p, name, n) == 0)
			return f->value;
	}
	return (struct str){ 0 };
}

static void
take_forwarded(struct http_request *q)
{
	q->client_ip = str_from_c(q->conn->ip);
	if (!q->conn->trusted)
		return;

	struct str ip = head_forwarded_for(http_header(q, "x-forwarded-for"));
	struct str id = field_of(q, "x-request-id");

	q->is_tls = str_eq_c(field_of(q, "x-forwarded-proto"), "https");
	if (ip.p != NULL)
		q->client_ip = ip;
	if (head_is_request_id(id)) {
		memcpy(q->id, id.p, id.n);
		q->id_n = id.n;
	}
}

int
http_request_head(struct http_request *q, const char *method, const char *version)
{
	struct head *h = &q->head;
	int status = read_layout(q, method, version);

	if (status == 0)
		status = head_check(h, &q->framing);
	if (status != 0)
		return status;
	if (h->minor > 1)
		return 505;
	take_forwarded(q);
	if (h->method == HTTP_OTHER)
		return strcmp(method, "TRACE") == 0 || strcmp(method, "CONNECT") == 0 ? 405 : 501;
	status = head_target(&q->mem, h->target, &q->path, &q->query);
	return status != 0 ? status : head_query(&q->mem, q->query, &q->params, &q->param_count);
}

void
http_request_own(struct http_request *q)
{
	for (size_t i = 0; i < q->head.field_count; i++) {
		struct head_field *f = &q->head.fields[i];

		f->name = str_dup(&q->mem, f->name);
		f->value = str_dup(&q->mem, f->value);
	}
	/* Target, path, query and parameters live in q->mem already. */
	q->client_ip = str_dup(&q->mem, q->client_ip);
}

/* ---- body ---- */

static int
body_open(struct http_request *q)
{
	const char *dir = q->server->o.temp_dir;

	q->body_fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (q->body_fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
		char *name = str_c(&q->mem, str_fmt(&q->mem, "%s/body-XXXXXX", dir));

		q->body_fd = mkostemp(name, O_CLOEXEC);
		if (q->body_fd >= 0)
			unlink(name);
	}
	return q->body_fd < 0 ? 503 : 0;
}

static int
body_to_file(struct http_request *q, const char *p, size_t n)
{
	if (q->body_fd < 0 && body_open(q) != 0)
		return 503;
	while (n > 0) {
		ssize_t done = write(q->body_fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return 503;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

/* Memory grows with what has really arrived, not with what was announced. */
static int
body_to_memory(struct http_request *q, const char *p, size_t n)
{
	size_t have = (size_t)q->body_n;

	if (have + n + 1 > q->body_cap) {
		size_t cap = q->body_cap != 0 ? q->body_cap : (size_t)BODY_FIRST;

		while (cap < have + n + 1)
			cap *= 2;

		char *grown = realloc(q->body, cap);

		if (grown == NULL)
			return 503;
		q->body = grown;
		q->body_cap = cap;
	}
	memcpy(q->body + have, p, n);
	q->body[have + n] = '\0';
	return 0;
}

int
http_body_add(struct http_request *q, const char *p, size_t n)
{
	int status;

	if ((int64_t)n > q->plan.body_max - q->body_n)
		return 413;
	status = q->plan.to_file ? body_to_file(q, p, n) : body_to_memory(q, p, n);
	q->body_n += (int64_t)n;
	return status;
}

int
http_body_done(struct http_request *q)
{
	if (!q->plan.to_file)
		return 0;
	if (q->body_fd < 0 && body_open(q) != 0)
		return 503;
	return lseek(q->body_fd, 0, SEEK_SET) == 0 ? 0 : 503;
}

/* ---- what handlers ask ---- */

enum http_method
http_method_of(const struct http_request *q)
{
	return q->head.method;
}

struct str
http_path(const struct http_request *q)
{
	return q->path;
}

struct str
http_query(const struct http_request *q)
{
	return q->query;
}

struct str
http_param(const struct http_request *q, const char *name)
{
	for (size_t i = 0; i < q->param_count; i++) {
		if (str_eq_c(q->params[i].name, name))
			return q->params[i].value;
	}
	return (struct str){ 0 };
}

bool
http_param_at(const struct http_request *q, size_t i, struct str *name, struct str *value)
{
	if (i >= q->param_count)
		return false;
	*name = q->params[i].name;
	*value = q->params[i].value;
	return true;
}

struct str
http_header(const struct http_request *q, const char *name)
{
	struct str first = { 0 };
	struct sb joined = { 0 };
	size_t n = strlen(name), count = 0;
	/* Cookies are the one field whose parts are not separated by commas (RFC 9113 section 8.2.3). */
	const char *between = strcmp(name, "cookie") == 0 ? "; " : ", ";

	for (size_t i = 0; i < q->head.field_count; i++) {
		const struct head_field *f = &q->head.fields[i];

		if (f->name.n != n || strncasecmp(f->name.p, name, n) != 0)
			continue;
		if (count++ == 0) {
			first = f->value;
			continue;
		}
		if (count == 2) {
			/* The arena is not part of what the caller may see of a request. */
			struct http_request *w = (struct http_request *)(uintptr_t)q;

			sb_init(&joined, &w->mem, (size_t)q->server->o.head_bytes_max * 2 + 1);
			sb_add_str(&joined, first);
		}
		sb_add(&joined, between);
		sb_add_str(&joined, f->value);
	}
	return count > 1 ? sb_str(&joined) : first;
}

struct str
http_cookie(const struct http_request *q, const char *name)
{
	return head_cookie(http_header(q, "cookie"), str_from_c(name));
}

struct str
http_body(const struct http_request *q)
{
	return q->body != NULL ? (struct str){ q->body, (size_t)q->body_n } : (struct str){ "", 0 };
}

int
http_body_fd(const struct http_request *q)
{
	return q->body_fd;
}

int64_t
http_body_bytes(const struct http_request *q)
{
	return q->body_n;
}

struct str
http_client_ip(const struct http_request *q)
{
	return q->client_ip;
}

bool
http_is_tls(const struct http_request *q)
{
	return q->is_tls;
}

struct str
http_request_id(const struct http_request *q)
{
	return (struct str){ q->id, q->id_n };
}

struct arena *
http_mem(struct http_request *q)
{
	return &q->mem;
}

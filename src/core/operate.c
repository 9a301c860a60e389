/* operate.c - what operators and programs ask: health, metrics, the API's description and the screens' metadata. */
#include "base/base.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include "core/core_priv.h"
#include "core/keyring.h"
#include "core/openapi.h"
#include "core/rest.h"
#include "core/serve_priv.h"

enum { METRICS_MAX = 64 * 1024 };

static const char *
version_of(const struct ctx *c)
{
	const struct serve *s = c->app->serve;

	return s != NULL && s->options.version != NULL ? s->options.version : "0";
}

static enum rc
health(struct ctx *c, struct http_request *q)
{
	http_set_header(q, "Cache-Control", S("no-store"));
	if (c->app->demo) /* the log-in page and the wall screen mark invented data before anybody is known */
		http_set_header(q, "X-Ezhen-Demo", S("1"));
	http_reply(q, 200, "text/plain; charset=utf-8", S("ok\n"));
	return RC_OK;
}

static const struct db_sql sql_probe = { "ready.probe", "SELECT COUNT(*) FROM division WHERE county = :county AND level = 3" };

static enum rc
ready(struct ctx *c, struct http_request *q)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_probe, &st, &c->err);

	if (c->app->serve != NULL && atomic_load(&c->app->serve->draining))
		return fail_code(&c->err, RC_UNAVAILABLE, "draining", NULL, "正在停止", "stopping");
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK)
		return rc;
	if (db_col_i64(st, 0) == 0)
		return fail_code(&c->err, RC_UNAVAILABLE, "empty", NULL, "尚无行政区划数据", "there are no divisions yet");
	return health(c, q);
}

/* gzip of a text in the arena; absent when it cannot be made, the text then goes as it is. */
static struct str
gzipped(struct arena *a, struct str text)
{
	z_stream z = { 0 };
	struct str out = { 0 };
	enum { GZIP = 16 + MAX_WBITS, LEVEL = 5, MEMORY = 8 };

	if (deflateInit2(&z, LEVEL, Z_DEFLATED, GZIP, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
		return out;

	size_t room = deflateBound(&z, text.n);
	char *p = NEW_ARRAY(a, char, room);

	memcpy(&z.next_in, &text.p, sizeof(text.p)); /* zlib reads it and wants it without const */
	z.avail_in = (uInt)text.n;
	z.next_out = (Bytef *)p;
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) == Z_STREAM_END)
		out = (struct str){ p, z.total_out };
	deflateEnd(&z);
	return out;
}

/* Descriptions are large and seldom change: compressed, with an ETag. They hold no secret that compression could leak. */
static void
reply_description(struct ctx *c, struct http_request *q, struct str text)
{
	struct str accept = http_header(q, "accept-encoding"), small = { 0 };
	bool gzip = str_find(accept, S("gzip"), 0) >= 0 && str_find(accept, S("gzip;q=0"), 0) < 0;
	const char *etag;

	if (gzip)
		small = gzipped(c->mem, text);
	etag = str_fmt(c->mem, "\"" STR_FMT "%s\"", STR_ARG(str_sub(sha256_hex(c->mem, text), 0, 16)), small.p != NULL ? "-g" : "").p;
	http_set_header(q, "Cache-Control", S("private, no-cache"));
	http_set_header(q, "Vary", S("Accept-Encoding"));
	if (small.p != NULL)
		http_set_header(q, "Content-Encoding", S("gzip"));
	http_reply_static(q, 200, "application/json", small.p != NULL ? small : text, etag);
}

static enum rc
openapi(struct ctx *c, struct http_request *q)
{
	struct str text = { 0 };
	enum rc rc = openapi_print(c->app, c->mem, version_of(c), &text, &c->err);

	if (rc == RC_OK)
		reply_description(c, q, text);
	return rc;
}

static enum rc
meta(struct ctx *c, struct http_request *q)
{
	struct str text = { 0 };
	enum rc rc = meta_print(c, version_of(c), &text);

	if (rc == RC_OK)
		reply_description(c, q, text);
	return rc;
}

/* ---- metrics ---- */

static void
metric(struct sb *b, const char *name, const char *type, const char *help, int64_t v)
{
	sb_addf(b, "# HELP ezhen_%s %s\n# TYPE ezhen_%s %s\nezhen_%s " LLD "\n", name, help, name, type, name, LL(v));
}

static void
put_http(struct sb *b, const struct http_stats *h)
{
	static const char *const bounds[] = { "0.00025", "0.001", "0.004", "0.016", "0.064", "0.256", "1.024", "4.096", "16.384",
		"65.536", "262.144", "+Inf" };
	int64_t sum = 0;

	metric(b, "http_requests_total", "counter", "Requests accepted.", h->requests);
	metric(b, "http_refused_total", "counter", "Requests refused before a route was chosen.", h->refused);
	metric(b, "http_active", "gauge", "Requests being answered.", h->active);
	metric(b, "http_queued", "gauge", "Requests waiting for a worker.", h->queued);
	metric(b, "http_streams", "gauge", "Open event streams.", h->sse);
	sb_add(b, "# HELP ezhen_http_replies_total Replies by class of status.\n# TYPE ezhen_http_replies_total counter\n");
	for (int i = 1; i < 6; i++)
		sb_addf(b, "ezhen_http_replies_total{class=\"%dxx\"} " LLD "\n", i, LL(h->by_class[i]));
	sb_add(b, "# HELP ezhen_http_latency_seconds Time from request to reply.\n# TYPE ezhen_http_latency_seconds histogram\n");
	for (size_t i = 0; i < ARRAY_LEN(bounds); i++) {
		sum += h->latency_us_buckets[i];
		sb_addf(b, "ezhen_http_latency_seconds_bucket{le=\"%s\"} " LLD "\n", bounds[i], LL(sum));
	}
	sb_addf(b, "ezhen_http_latency_seconds_count " LLD "\n", LL(sum));
}

static const struct db_sql sql_jobs = { "metrics.jobs",
	"SELECT state, COUNT(*) FROM job WHERE county = :county GROUP BY state ORDER BY state" };

static enum rc
put_jobs(struct ctx *c, struct sb *b)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_jobs, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	sb_add(b, "# HELP ezhen_jobs Background jobs by state.\n# TYPE ezhen_jobs gauge\n");
	while ((rc = db_step(st, &row, &c->err)) == RC_OK && row)
		sb_addf(b, "ezhen_jobs{state=\"" STR_FMT "\"} " LLD "\n", STR_ARG(db_col_str(st, 0)), LL(db_col_i64(st, 1)));
	return rc;
}

static int64_t
resident_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long long all = 0, resident = 0;

	if (f == NULL)
		return 0;
	if (fscanf(f, "%lld %lld", &all, &resident) != 2)
		resident = 0;
	fclose(f);
	return resident * sysconf(_SC_PAGESIZE);
}

static void
put_database(struct sb *b, const struct db_stats *d)
{
	metric(b, "db_commits_total", "counter", "Durable transactions.", d->commits);
	metric(b, "db_batches_total", "counter", "Group commits, one fsync each.", d->batches);
	metric(b, "db_rollbacks_total", "counter", "Transactions rolled back.", d->rollbacks);
	metric(b, "db_statements_total", "counter", "Statements run.", d->statements);
	metric(b, "db_retries_total", "counter", "Transactions asked to try again.", d->retries);
	metric(b, "db_sessions", "gauge", "Database sessions in use.", d->sessions_open);
	metric(b, "db_wal_bytes", "gauge", "Write-ahead log.", d->wal_bytes);
}

/* The machine itself, or who knows the token. */
static bool
may_see_metrics(const struct ctx *c, const struct http_request *q)
{
	const struct serve *s = c->app->serve;
	struct str token = http_header(q, "authorization"), ip = c->client_ip;

	if (s->options.metrics_token != NULL && str_starts(token, S("Bearer ")))
		return str_eq_secret(str_sub(token, 7, token.n), str_from_c(s->options.metrics_token));
	return str_eq(ip, S("127.0.0.1")) || str_eq(ip, S("::1")) || str_eq(ip, S("unix")) || str_eq(ip, S("local")) || ip.n == 0;
}

static enum rc
metrics(struct ctx *c, struct http_request *q)
{
	const struct serve *s = c->app->serve;
	struct http_stats h;
	struct db_stats d = db_stats(c->app->pool);
	struct sb b;
	enum rc rc;

	if (s == NULL || s->http == NULL || !may_see_metrics(c, q))
		return fail(&c->err, RC_NOT_FOUND, NULL, "找不到", "not found");
	h = http_stats(s->http);
	sb_init(&b, c->mem, METRICS_MAX);
	sb_addf(&b, "# HELP ezhen_build Version.\n# TYPE ezhen_build gauge\nezhen_build{version=\"%s\"} 1\n", version_of(c));
	metric(&b, "uptime_seconds", "gauge", "Since start.", (c->now_ms - s->started_ms) / 1000);
	metric(&b, "resident_bytes", "gauge", "Resident memory.", resident_bytes());
	put_http(&b, &h);
	put_database(&b, &d);
	rc = put_jobs(c, &b);
	if (rc != RC_OK)
		return rc;
	http_set_header(q, "Cache-Control", S("no-store"));
	http_reply(q, 200, "text/plain; version=0.0.4; charset=utf-8", sb_str(&b));
	return RC_OK;
}

#define TEXT_PAIR "{\"$ref\":\"#/components/schemas/meta-text\"}"

const struct route operate_routes[] = {
	{ HTTP_GET, "/healthz", health, .flags = ROUTE_PUBLIC | ROUTE_FAST, .summary = { "进程存活", "The process lives" },
		.reply = "text/plain" },
	{ HTTP_GET, "/readyz", ready, .flags = ROUTE_PUBLIC, .summary = { "可以服务", "Ready to serve" }, .reply = "text/plain" },
	{ HTTP_GET, "/metrics", metrics, .flags = ROUTE_PUBLIC,
		.summary = { "运行指标（Prometheus）", "Metrics (Prometheus text), for the machine itself or with a token" },
		.reply = "text/plain" },
	{ HTTP_GET, "/api/v1/openapi.json", openapi, .flags = ROUTE_PUBLIC, .summary = { "接口文档", "This document" },
		.reply = "{\"type\":\"object\"}" },
	{ HTTP_GET, "/api/v1/meta", meta, .flags = ROUTE_ANY, .summary = { "界面元数据", "Metadata for screens" },
		.reply = "{\"type\":\"object\",\"properties\":{\"county\":{\"type\":\"object\",\"properties\":{\"code\":{\"type\":\"string\"},"
			"\"name\":" TEXT_PAIR "},\"required\":[\"code\",\"name\"],\"additionalProperties\":false},"
			"\"version\":{\"type\":\"string\"},\"demo\":{\"type\":\"boolean\"},"
			"\"groups\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},\"title\":"
			TEXT_PAIR ",\"icon\":{\"type\":[\"string\",\"null\"]},\"order\":{\"type\":\"integer\"}},"
			"\"required\":[\"name\",\"title\",\"icon\",\"order\"],\"additionalProperties\":false}},"
			"\"resources\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/meta-resource\"}}},"
			"\"required\":[\"county\",\"version\",\"demo\",\"groups\",\"resources\"],\"additionalProperties\":false}" },
	{ 0 },
};

#include "base/base.h"
#include "main/demo/demo.h"
#include "lib/idcheck/idcheck.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { BATCH = 200 };

int64_t
demo_below(struct demo *d, int64_t n)
{
	return (int64_t)rand_below(&d->rand, (uint64_t)n);
}

void
demo_clock(struct demo *d, int64_t day, int minutes)
{
	int64_t ms = ms_of_date(day) + (int64_t)(12 * 60 + minutes) * 60000;

	d->c->now_ms = ms < d->now_ms ? ms : d->now_ms;
}

void
demo_flush(struct demo *d)
{
	if (d->rc == RC_OK && d->tx.open)
		d->rc = db_commit(&d->tx, &d->c->err);
	db_rollback(&d->tx);
	d->in_tx = 0;
}

static bool
batch(struct demo *d)
{
	if (d->rc != RC_OK)
		return false;
	if (d->in_tx >= BATCH)
		demo_flush(d);
	if (d->rc == RC_OK && !d->tx.open)
		d->rc = db_begin(d->c->db, &d->tx, &d->c->err);
	d->in_tx++;
	return d->rc == RC_OK;
}

static void
report(struct demo *d, const char *resource, struct str body)
{
	fprintf(stderr, "demo %s: %s %s\n  " STR_FMT "\n", resource, d->c->err.field, d->c->err.text, STR_ARG(body));
	for (size_t i = 0; i < d->c->error_count; i++)
		fprintf(stderr, "  " STR_FMT ": " STR_FMT "\n", STR_ARG(d->c->errors[i].field), STR_ARG(d->c->errors[i].text));
}

int64_t
demo_put(struct demo *d, const char *resource, const char *fmt, ...)
{
	const struct resource *r = resource_find(d->c->app, str_from_c(resource));
	struct arena_mark mark = arena_mark(d->c->mem);
	char text[8192];
	struct json *body = NULL;
	int64_t id = 0;
	va_list ap;

	ASSERT(r != NULL);
	if (!batch(d))
		return 0;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ASSERT(n > 0 && n < (int)sizeof(text));
	d->rc = json_parse(d->c->mem, (struct str){ text, (size_t)n }, sizeof(text), &body, &d->c->err);
	if (d->rc == RC_OK)
		d->rc = record_create(d->c, r, body, &id);
	if (d->rc != RC_OK) {
		report(d, resource, (struct str){ text, (size_t)n });
		return 0;
	}
	d->made++;
	arena_rewind(d->c->mem, mark);
	return id;
}

void
demo_move(struct demo *d, const char *resource, int64_t id, const char *move)
{
	const struct resource *r = resource_find(d->c->app, str_from_c(resource));
	struct arena_mark mark = arena_mark(d->c->mem);

	ASSERT(r != NULL);
	if (id == 0 || !batch(d))
		return;
	d->rc = record_move(d->c, r, id, 0, str_from_c(move), S("示范数据"));
	if (d->rc != RC_OK)
		report(d, resource, str_from_c(move));
	arena_rewind(d->c->mem, mark);
}

struct str
demo_point(struct demo *d, int64_t lng_e6, int64_t lat_e6, int64_t spread_e6)
{
	int64_t lng = lng_e6 + demo_below(d, 2 * spread_e6) - spread_e6;
	int64_t lat = lat_e6 + demo_below(d, 2 * spread_e6) - spread_e6;

	return str_fmt(d->c->mem, "{\"lng\":%lld.%06lld,\"lat\":%lld.%06lld}", LL(lng / 1000000), LL(lng % 1000000),
		LL(lat / 1000000), LL(lat % 1000000));
}

struct str
demo_uscc(struct demo *d, int n, const char *kind)
{
	static const char letters[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
	const char *head = strcmp(kind, "cooperative") == 0 ? "93" : strcmp(kind, "government") == 0 ? "11" :
			   strcmp(kind, "family_farm") == 0 ? "92" : strcmp(kind, "association") == 0 ? "51" : "91";
	char code[20];

	snprintf(code, sizeof(code), "%s%06lldMA0%05dX0", head, LL(d->c->county), n);
	/* The check characters are found by trial: there are 31 x 36 at most. */
	for (const char *org = "0123456789X"; *org != 0; org++) {
		for (const char *check = letters; *check != 0; check++) {
			code[16] = *org;
			code[17] = *check;
			if (idcheck_uscc((struct str){ code, 18 }))
				return str_dup(d->c->mem, (struct str){ code, 18 });
		}
	}
	ASSERT(!"some pair of check characters fits");
	return (struct str){ 0 };
}

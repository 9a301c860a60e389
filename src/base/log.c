#include "base/base.h"
#include "base/log.h"
#include "base/time.h"
#include "base/utf8.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A line being made in the caller's bytes: logging must work when memory does not. */
struct line {
	char *p;
	size_t n;
	bool full;
};

/* Adds the whole piece or nothing; two bytes are kept for a closing quote and the newline. */
static void
put(struct line *l, const char *p, size_t n)
{
	if (l->full || l->n + n > LOG_LINE_MAX - 2) {
		l->full = true;
		return;
	}
	memcpy(l->p + l->n, p, n);
	l->n += n;
}

static void
put_c(struct line *l, const char *z)
{
	put(l, z, strlen(z));
}

static bool
is_plain(struct str v)
{
	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];

		if (c <= ' ' || c >= 0x7F || c == '"' || c == '=' || c == '\\')
			return false;
	}
	return v.n > 0;
}

/* Characters that would move the cursor, break the line or reverse the reading direction. */
static bool
is_unprintable(int32_t cp)
{
	return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp == 0x2028 || cp == 0x2029 || cp == 0x200E ||
	       cp == 0x200F || (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069) ||
	       cp == 0xFEFF;
}

static void
put_escaped(struct line *l, struct str v)
{
	char buf[16];

	for (size_t at = 0; at < v.n && !l->full;) {
		size_t from = at;
		int32_t cp = utf8_next(v, &at);

		if (cp == '"' || cp == '\\') {
			put(l, (const char[]){ '\\', (char)cp }, 2);
		} else if (cp == '\n') {
			put_c(l, "\\n");
		} else if (cp < 0) {
			snprintf(buf, sizeof(buf), "\\x%02x", (unsigned int)(unsigned char)v.p[from]);
			put_c(l, buf);
		} else if (is_unprintable(cp)) {
			snprintf(buf, sizeof(buf), "\\u%04x", (unsigned int)cp);
			put_c(l, buf);
		} else {
			put(l, v.p + from, at - from);
		}
	}
}

static void
put_value(struct line *l, struct str v)
{
	if (is_plain(v)) {
		put(l, v.p, v.n);
		return;
	}
	put_c(l, "\"");
	if (l->full)
		return;
	put_escaped(l, v);
	/* A value cut by the ceiling keeps its quote, so that the line still parses. */
	l->p[l->n++] = '"';
}

static void
put_digits(char *out, int n, int64_t v)
{
	for (; n > 0; v /= 10)
		out[--n] = (char)('0' + v % 10);
}

static void
put_stamp(struct line *l, const struct clock *clock)
{
	int64_t ms = clock_now(clock != NULL ? clock : &clock_system);
	int64_t in_day = (ms % DAY_MS + DAY_MS) % DAY_MS;
	struct civil c = date_to_civil((ms - in_day) / DAY_MS);
	char buf[] = "time=0000-00-00T00:00:00.000Z";

	put_digits(buf + 5, 4, c.year);
	put_digits(buf + 10, 2, c.month);
	put_digits(buf + 13, 2, c.day);
	put_digits(buf + 16, 2, in_day / 3600000);
	put_digits(buf + 19, 2, in_day / 60000 % 60);
	put_digits(buf + 22, 2, in_day / 1000 % 60);
	put_digits(buf + 25, 3, in_day % 1000);
	put(l, buf, sizeof(buf) - 1);
}

size_t
log_text(const struct log *l, enum log_level level, const char *event, const struct log_pair *pairs,
	char out[LOG_LINE_MAX])
{
	static const char *const levels[] = { "debug", "info", "warn", "error" };
	struct line line = { .p = out };

	if (l == NULL || level < l->least)
		return 0;
	put_stamp(&line, l->clock);
	put_c(&line, " level=");
	put_c(&line, levels[level]);
	put_c(&line, " event=");
	put_value(&line, str_from_c(event));
	for (; pairs != NULL && pairs->key != NULL && !line.full; pairs++) {
		put_c(&line, " ");
		put_c(&line, pairs->key);
		put_c(&line, "=");
		put_value(&line, pairs->value);
	}
	line.p[line.n++] = '\n';
	return line.n;
}

void
log_line(const struct log *l, enum log_level level, const char *event, const struct log_pair *pairs)
{
	char out[LOG_LINE_MAX];
	size_t n = log_text(l, level, event, pairs, out);

	while (n > 0 && write(l->fd, out, n) < 0 && errno == EINTR)
		continue;
}

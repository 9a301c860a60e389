#include "base/base.h"
#include "base/log.h"
#include "base/time.h"
#include "base/utf8.h"
#include "tap.h"
#include <unistd.h>

static int64_t
fixed(void *self)
{
	(void)self;
	return 1800000000123;
}

static const struct clock stopped = { .wall_ms = fixed, .mono_ms = fixed };

static struct str
logged(struct arena *a, int fd)
{
	char *p = NEW_ARRAY(a, char, 8192);
	ssize_t n = read(fd, p, 8191);

	return (struct str){ p, n > 0 ? (size_t)n : 0 };
}

int
main(void)
{
	ARENA a;
	int fds[2];
	char *big;

	arena_init(&a, 0);
	if (pipe(fds) != 0)
		return 1;

	struct log l = { .fd = fds[1], .least = LOG_INFO, .clock = &stopped };

	LOG(&l, LOG_INFO, "request", { "path", S("/t/ABC") }, { "status", S("200") }, { "note", S("") });
	is_str(logged(&a, fds[0]),
		S("time=2027-01-15T08:00:00.123Z level=info event=request path=/t/ABC status=200 note=\"\"\n"),
		"one line of pairs");
	LOG(&l, LOG_DEBUG, "quiet");
	LOG(&l, LOG_WARN, "bare");
	is_str(logged(&a, fds[0]), S("time=2027-01-15T08:00:00.123Z level=warn event=bare\n"),
		"what is below the level stays silent");
	LOG(&l, LOG_ERROR, "bad", { "v", S("a b\n\"x\"\\=\x1b[2J\xff\u202e店") });
	is_str(logged(&a, fds[0]),
		S("time=2027-01-15T08:00:00.123Z level=error event=bad "
		  "v=\"a b\\n\\\"x\\\"\\\\=\\u001b[2J\\xff\\u202e店\"\n"),
		"nothing a value holds can forge a line or move a cursor");
	big = NEW_ARRAY(&a, char, 6001);
	for (int lead = 0; lead < 4; lead++) {
		memset(big, 'a', 6000);
		for (int i = lead; i + 3 <= 6000; i += 3)
			memcpy(big + i, "长", 3);
		LOG(&l, LOG_INFO, "big", { "v", { big, 6000 } }, { "w", S("lost") });

		struct str s = logged(&a, fds[0]);

		ok(s.n <= 2048 && s.n > 2040 && str_ends(s, S("\"\n")), "a long line is cut at 2 KiB (%d)", lead);
		ok(utf8_valid(s), "between characters (%d)", lead);
		ok(str_find(s, S("\n"), 0) == (ptrdiff_t)s.n - 1, "and stays one line (%d)", lead);
	}
	log_line(NULL, LOG_ERROR, "x", NULL);
	ok(true, "no log is no crash");
	return tap_done();
}

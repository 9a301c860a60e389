/* fuzz_base.c - whatever the bytes: text is cut between characters, what reads back is what was printed,
 * and a log line stays one line. */
#include "base/base.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/time.h"
#include "base/utf8.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check_utf8(struct arena *mem, struct str s)
{
	bool valid = utf8_valid(s);
	size_t seen = 0;
	struct sb again;

	sb_init(&again, mem, 4 * s.n + 1);
	for (size_t at = 0; at < s.n; seen++) {
		char buf[4];
		int32_t cp = utf8_next(s, &at);

		ASSERT((cp >= 0 || !valid) && at <= s.n);
		if (cp >= 0)
			sb_add_str(&again, (struct str){ buf, utf8_put(buf, cp) });
	}
	ASSERT(!valid || (str_eq(sb_str(&again), s) && utf8_count(s) == seen));
	for (size_t i = 0; i <= s.n; i++) {
		size_t cut = utf8_cut(s.p, i);

		ASSERT(cut <= i && (!valid || utf8_valid((struct str){ s.p, cut })));
	}
	(void)utf8_has_control(s);
}

static void
check_readers(struct arena *mem, struct str s)
{
	int64_t v = 0;
	struct str out;
	struct sb b;

	if (date_parse(s, &v))
		ASSERT(str_eq(date_print(mem, v), s));
	if (time_parse(s, &v)) {
		int64_t again = 0;

		ASSERT(time_parse(time_print_utc(mem, v), &again) || v < -2208988800000 || v > 7258118400000);
		ASSERT(again == v || again == 0);
	}
	for (int scale = 0; scale <= 4; scale += 2) {
		int64_t again = 1;

		if (!str_scaled(s, scale, &v))
			continue;
		sb_init(&b, mem, 64);
		sb_add_scaled(&b, v, scale);
		ASSERT(str_scaled(sb_str(&b), scale, &again) && again == v);
	}
	if (b64u_decode(mem, s, &out))
		ASSERT(str_eq(b64u_encode(mem, out.p, out.n), s));
	if (s.n % 2 == 0 && s.n <= 2000) {
		char raw[1000];

		if (hex_decode(s, raw, s.n / 2))
			ASSERT(str_eq(hex_encode(mem, raw, s.n / 2), str_lower(mem, s)));
	}
}

static void
check_log(struct str s)
{
	int fd[2];
	char line[4096];
	ssize_t got;

	if (pipe2(fd, O_NONBLOCK) != 0)
		return;
	LOG((&(struct log){ .fd = fd[1] }), LOG_ERROR, "x", { "v", s }, { "w", S("end") });
	got = read(fd[0], line, sizeof(line));
	ASSERT(got > 0 && got <= 2048 && line[got - 1] == '\n' && memchr(line, '\n', (size_t)got) == line + got - 1);
	ASSERT(utf8_valid((struct str){ line, (size_t)got }));
	for (ssize_t i = 0; i < got - 1; i++)
		ASSERT((unsigned char)line[i] >= 0x20 && line[i] != 0x7F);
	close(fd[0]);
	close(fd[1]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str s = { (const char *)data, n };
	ARENA mem;

	if (n > 4096)
		return 0;
	arena_init(&mem, 0);
	check_utf8(&mem, s);
	check_readers(&mem, s);
	check_log(s);
	return 0;
}

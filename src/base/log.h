/*
 * log.h - one structured line (logfmt) to stderr per request or event, never
 * personal data. Values are escaped so that one event is one line and cannot
 * forge another; a line is cut at 2 KiB.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H
#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log {
	int fd;
	enum log_level least;
	const struct clock *clock;
};
struct log_pair {
	const char *key;
	struct str value;
};
enum { LOG_LINE_MAX = 2048 };
/* Makes the line (with its newline) without writing it; 0 when the level is not logged. For callers that gather lines. */
size_t log_text(const struct log *l, enum log_level level, const char *event, const struct log_pair *pairs,
	char out[LOG_LINE_MAX]);
/* Writes "time=… level=… event=EVENT key=value …"; pairs end with a NULL key. One write(2). */
void log_line(const struct log *l, enum log_level level, const char *event, const struct log_pair *pairs);
#define LOG(l, level, event, ...) \
	log_line((l), (level), (event), (const struct log_pair[]){ __VA_ARGS__ __VA_OPT__(, ) { 0 } })
#endif

/*
 * problem.h - failures as people and programs see them: problem documents
 * (RFC 9457) and error pages. The one place that maps enum rc to a status. What
 * the database or the program said about itself stays in the log.
 */
#ifndef CORE_PROBLEM_H
#define CORE_PROBLEM_H
#include "core/ctx.h"
#include "net/http.h"

int problem_status(const struct err *e);
/* Answers the request with c->err (and c->errors); html: as a page. Logs what is not told. */
void problem_reply(struct ctx *c, struct http_request *q, bool html);
/* A problem that is no enum rc: 405, 415, 406. allow: value of the Allow header or absent. */
void problem_reply_status(struct ctx *c, struct http_request *q, bool html, int status, struct str allow);
/* The body of an error the server itself answers before any route is known. */
struct str problem_body(struct arena *mem, int status, enum lang lang, struct str request_id);
/* An error page; sentence may be absent. */
struct str problem_page(struct arena *mem, int status, enum lang lang, struct str sentence, struct str request_id);
#endif

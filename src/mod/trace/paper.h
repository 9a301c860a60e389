/* paper.h - routes that make paper: the certificate as PDF, a label sheet anew. */
#ifndef MOD_TRACE_PAPER_H
#define MOD_TRACE_PAPER_H
#include "core/module.h"

enum rc certificate_paper(struct ctx *c, struct http_request *q) MUST_USE;
enum rc label_sheet_again(struct ctx *c, struct http_request *q) MUST_USE;
#endif

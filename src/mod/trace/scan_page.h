/* scan_page.h - the page behind the QR code, the verify form and the certificate page. */
#ifndef MOD_TRACE_SCAN_PAGE_H
#define MOD_TRACE_SCAN_PAGE_H
#include "core/page.h"

enum rc scan_page(struct ctx *c, struct http_request *q) MUST_USE;
enum rc scan_place(struct ctx *c, struct http_request *q) MUST_USE;
enum rc verify_page(struct ctx *c, struct http_request *q) MUST_USE;
enum rc certificate_page(struct ctx *c, struct http_request *q) MUST_USE;
extern const struct page scan_banner_page, scan_miss_page, verify_form_page, certificate_view_page;
#endif

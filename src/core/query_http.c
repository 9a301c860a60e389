/* query_http.c - list parameters out of a request. */
#include "base/base.h"
#include "core/query_priv.h"
#include "net/http.h"

enum rc
query_parse(struct ctx *c, const struct resource *r, const struct http_request *q, struct query *out)
{
	const struct plan *p = plan_of(c->app, r);
	struct str name, value;

	query_init(p, out);
	for (size_t i = 0; http_param_at(q, i, &name, &value); i++) {
		enum rc rc = query_param(c, p, name, value, out);

		if (rc != RC_OK)
			return rc;
	}
	return query_checked(c, out);
}

#include "base/base.h"
#include "core/sheet.h"
enum rc sheet_export(struct ctx *c, const struct resource *r, const struct query *q, enum sheet_format f, int fd, int64_t *rows){(void)r;(void)q;(void)f;(void)fd;(void)rows;return fail(&c->err,RC_INTERNAL,NULL,"x","x");}
enum rc sheet_template(struct ctx *c, const struct resource *r, enum sheet_format f, int fd){(void)r;(void)f;(void)fd;return fail(&c->err,RC_INTERNAL,NULL,"x","x");}
const struct job_kind sheet_import_job={.name="core.import"}, sheet_export_job={.name="core.export"};

/*
 * sheet.h - workbooks of a resource: template, import with an error workbook,
 * export. Chinese (or English) labels are the headers; choices, references by
 * title, divisions by name and units are understood; formulas are neutralised.
 */
#ifndef CORE_SHEET_H
#define CORE_SHEET_H
#include "core/job.h"
#include "core/record.h"

enum sheet_format { SHEET_XLSX, SHEET_CSV, SHEET_CSV_GB18030 };

/* Empty workbook with headers, hints, drop-downs and one example row, written to fd. */
enum rc sheet_template(struct ctx *c, const struct resource *r, enum sheet_format f, int fd) MUST_USE;
/* Streams the query's rows; memory constant. Columns: every field the actor may see. */
enum rc sheet_export(struct ctx *c, const struct resource *r, const struct query *q, enum sheet_format f, int fd, int64_t *rows) MUST_USE;
/*
 * Job "core.import": params {"resource":…,"file":…,"dry":bool}. Rows are checked and written in
 * batches; wrong rows are not stored and come back as an error workbook: the sent rows with the wrong
 * cells coloured and commented, and a summary sheet. result: {"rows","created","wrong","file"}.
 */
extern const struct job_kind sheet_import_job, sheet_export_job;
#endif

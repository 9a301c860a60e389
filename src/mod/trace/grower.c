/* grower.c - a grower is named in public only as far as consent goes, and never in full. */
#include "base/base.h"
#include "core/record.h"
#include "mod/org/org.h"
#include "mod/trace/scan_lot.h"
#include "mod/trace/trace.h"

static const struct db_sql sql_consent = { "scan.consent",
	"SELECT 1 FROM consent WHERE county = :county AND person_id = :id AND purpose = 'trace_page' AND state = 'given'"
	" AND deleted_ms IS NULL LIMIT 1" };

enum rc
grower_public_name(struct ctx *c, int64_t person_id, struct str *shown)
{
	DB_STMT st = NULL;
	bool row = false;
	struct record_head h;
	struct person p;
	enum rc rc;

	*shown = (struct str){ 0 };
	if (person_id <= 0)
		return RC_OK;
	rc = db_prepare(c->db, &sql_consent, &st, &c->err);
	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_i64(st, "id", person_id);
	rc = db_step(st, &row, &c->err);
	if (rc != RC_OK || !row)
		return rc;
	rc = record_load(c, &resource_people, person_id, NULL, &h, &p);
	if (rc == RC_NOT_FOUND)
		return RC_OK;
	if (rc == RC_OK)
		*shown = person_masked(c, p.name);
	return rc;
}

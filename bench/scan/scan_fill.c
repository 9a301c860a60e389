/*
 * scan_fill - brings the trace codes of a demo county up to a million. Each new
 * row is a copy of a row the platform issued, with its own id, code and serial,
 * spread over all lots, so that indexes and caches are as in a real county.
 *
 *   scan_fill DATABASE COUNT CODES      writes every code, one a line, to CODES
 */
#include "base/base.h"
#include "lib/tracecode/tracecode.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEMPLATES_MAX = 5000 };

struct fill {
	sqlite3 *db;
	sqlite3_stmt *copy;
	int64_t templates[TEMPLATES_MAX], next_id, have;
	int template_count;
};

static void
check(struct fill *f, bool good)
{
	if (good)
		return;
	fprintf(stderr, "scan_fill: %s\n", sqlite3_errmsg(f->db));
	exit(1);
}

static int64_t
number(struct fill *f, const char *sql)
{
	sqlite3_stmt *st;
	int64_t v;

	check(f, sqlite3_prepare_v2(f->db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW);
	v = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return v;
}

/* One issued row for each lot whose page would be served. */
static void
load_templates(struct fill *f)
{
	sqlite3_stmt *st;

	check(f, sqlite3_prepare_v2(f->db, "SELECT MIN(k.rowid) FROM trace_code k JOIN lot l ON l.county = k.county AND l.id = k.lot_id"
		" WHERE l.state = 'released' AND k.state <> 'voided' AND k.deleted_ms IS NULL GROUP BY k.lot_id", -1, &st, NULL)
		== SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW && f->template_count < TEMPLATES_MAX)
		f->templates[f->template_count++] = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	if (f->template_count == 0) {
		fprintf(stderr, "scan_fill: no released lot has codes\n");
		exit(1);
	}
}

/* "INSERT … SELECT every column FROM trace_code", with id, code and serial replaced. */
static void
prepare_copy(struct fill *f)
{
	static char names[4000], values[4000], sql[9000];
	sqlite3_stmt *st;
	size_t n = 0, v = 0;

	check(f, sqlite3_prepare_v2(f->db, "PRAGMA table_info(trace_code)", -1, &st, NULL) == SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(st, 1), *value = name;

		if (strcmp(name, "id") == 0)
			value = "?1";
		else if (strcmp(name, "code") == 0)
			value = "?2";
		else if (strcmp(name, "serial") == 0)
			value = "?3";
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s", n > 0 ? "," : "", name);
		v += (size_t)snprintf(values + v, sizeof(values) - v, "%s%s", v > 0 ? "," : "", value);
	}
	sqlite3_finalize(st);
	snprintf(sql, sizeof(sql), "INSERT INTO trace_code (%s) SELECT %s FROM trace_code WHERE rowid = ?4", names, values);
	check(f, sqlite3_prepare_v2(f->db, sql, -1, &f->copy, NULL) == SQLITE_OK);
}

static void
add(struct fill *f, const struct rand *r)
{
	char code[TRACECODE_LEN + 1];
	int64_t template = f->templates[rand_below(r, (uint64_t)f->template_count)];

	tracecode_make(r, code);
	sqlite3_reset(f->copy);
	sqlite3_bind_int64(f->copy, 1, f->next_id++);
	sqlite3_bind_text(f->copy, 2, code, TRACECODE_LEN, SQLITE_STATIC);
	sqlite3_bind_int64(f->copy, 3, ++f->have);
	sqlite3_bind_int64(f->copy, 4, template);
	check(f, sqlite3_step(f->copy) == SQLITE_DONE);
}

static void
write_codes(struct fill *f, const char *path)
{
	FILE *out = fopen(path, "w");
	sqlite3_stmt *st;

	check(f, sqlite3_prepare_v2(f->db, "SELECT k.code FROM trace_code k JOIN lot l ON l.county = k.county AND l.id = k.lot_id"
		" WHERE l.state = 'released' AND k.state <> 'voided' AND k.deleted_ms IS NULL", -1, &st, NULL) == SQLITE_OK);
	while (out != NULL && sqlite3_step(st) == SQLITE_ROW)
		fprintf(out, "%s\n", (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	if (out == NULL || fclose(out) != 0) {
		perror(path);
		exit(1);
	}
}

int
main(int argc, char **argv)
{
	static struct fill f;
	struct rand_seeded state;
	struct rand r = rand_from_seed(&state, 20261101);
	int64_t want;

	if (argc != 4)
		return 2;
	want = strtoll(argv[2], NULL, 10);
	check(&f, sqlite3_open_v2(argv[1], &f.db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK);
	/* Nobody else has the file, and a crash only means filling anew. */
	check(&f, sqlite3_exec(f.db, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
		"PRAGMA cache_size = -800000; PRAGMA cache_spill = OFF", NULL, NULL, NULL) == SQLITE_OK);
	load_templates(&f);
	prepare_copy(&f);
	f.have = number(&f, "SELECT COUNT(*) FROM trace_code WHERE deleted_ms IS NULL");
	f.next_id = number(&f, "SELECT MAX(id) + 1 FROM trace_code");
	check(&f, sqlite3_exec(f.db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK);
	while (f.have < want)
		add(&f, &r);
	check(&f, sqlite3_exec(f.db, "COMMIT; ANALYZE trace_code; PRAGMA journal_mode = WAL", NULL, NULL, NULL) == SQLITE_OK);
	write_codes(&f, argv[3]);
	printf(LLD " codes over %d lots\n", LL(f.have), f.template_count);
	sqlite3_finalize(f.copy);
	sqlite3_close(f.db);
	return 0;
}

/*
 * search.c - the full-text index. The program makes the terms, because the
 * tokenizers of the engines know nothing of Chinese: each Han character and
 * each pair of neighbours is a term, other runs of letters and digits are words
 * in lower case. SQLite keeps them in FTS5, PostgreSQL in a tsvector.
 */
#include "base/base.h"
#include "base/utf8.h"
#include "core/record_priv.h"
#include "core/search.h"
#include <ctype.h>
#include <string.h>

enum { TERMS_MAX = 4000, TERM_BYTES_MAX = 64, TYPED_MAX = 200, TYPED_TERMS_MAX = 40 };

struct terms {
	struct sb out;
	size_t count, max;
	enum db_engine engine;
	bool query;
};

static void
term_add(struct terms *t, struct str term, bool prefix)
{
	if (t->count >= t->max || term.n == 0 || term.n > TERM_BYTES_MAX)
		return;
	if (!t->query) {
		if (t->count++ > 0)
			sb_add_c(&t->out, ' ');
		sb_add_str(&t->out, term);
		return;
	}
	/* Terms are letters and digits only, so that quoting them is safe on both engines. */
	if (t->engine == DB_SQLITE)
		sb_addf(&t->out, "%s\"" STR_FMT "\"%s", t->count > 0 ? " AND " : "", STR_ARG(term),
			prefix ? "*" : "");
	else
		sb_addf(&t->out, "%s'" STR_FMT "'%s", t->count > 0 ? " & " : "", STR_ARG(term),
			prefix ? ":*" : "");
	t->count++;
}

static bool
is_word(int32_t cp)
{
	/* Beyond ASCII only what is a letter for certain: Latin, Greek, Cyrillic, Hangul. All else parts
	 * words. */
	if (cp < 128)
		return isalnum(cp);
	return (cp >= 0xc0 && cp <= 0x24f && cp != 0xd7 && cp != 0xf7) ||
	       (cp >= 0x391 && cp <= 0x3f5 && cp != 0x3a2) || (cp >= 0x400 && cp <= 0x481) ||
	       (cp >= 0xac00 && cp <= 0xd7a3);
}

static void
word_end(struct terms *t, char *word, size_t *n, bool last)
{
	if (*n > 0)
		term_add(t, (struct str){ word, *n }, last);
	*n = 0;
}

static void
terms_walk(struct terms *t, struct str text)
{
	char word[TERM_BYTES_MAX];
	size_t n = 0, at = 0, from, before = 0;
	int32_t cp, last = 0, next;

	while (at < text.n) {
		from = at;
		cp = utf8_next(text, &at);
		if (cp >= 0xff01 && cp <= 0xff5e)
			cp -= 0xfee0; /* full-width forms */
		if (utf8_is_han(cp)) {
			size_t peek = at;

			word_end(t, word, &n, false);
			next = at < text.n ? utf8_next(text, &peek) : 0;
			/* A query needs single characters only where no pair covers them. */
			if (!t->query || (!utf8_is_han(last) && !utf8_is_han(next)))
				term_add(t, str_sub(text, from, at - from), false);
			if (utf8_is_han(last))
				term_add(t, str_sub(text, before, at - before), false);
			before = from;
		} else if (is_word(cp) && n + 4 < sizeof(word)) {
			n += utf8_put(word + n, cp < 128 ? tolower(cp) : cp);
		} else {
			word_end(t, word, &n, false);
		}
		last = cp;
	}
	word_end(t, word, &n, true); /* perhaps still being typed */
}

struct str
search_terms(struct arena *a, struct str text)
{
	struct terms t = { .max = TERMS_MAX };

	sb_init(&t.out, a, 256 * 1024);
	terms_walk(&t, text);
	return t.count > 0 ? sb_str(&t.out) : (struct str){ 0 };
}

struct str
search_expression(struct arena *a, enum db_engine engine, struct str typed)
{
	struct terms t = { .max = TYPED_TERMS_MAX, .engine = engine, .query = true };

	if (!utf8_valid(typed))
		return (struct str){ 0 };
	typed.n = utf8_cut(typed.p, typed.n < TYPED_MAX ? typed.n : TYPED_MAX);
	sb_init(&t.out, a, 16 * 1024);
	terms_walk(&t, typed);
	return t.count > 0 ? sb_str(&t.out) : (struct str){ 0 };
}

static const struct db_sql sql_find = {
	"search_find",
	"SELECT id FROM search_doc WHERE county = :county AND resource = :resource AND record_id = :record_id"
};
static const struct db_sql sql_doc = { "search_doc_insert",
	"INSERT INTO search_doc (county, resource, record_id, id) VALUES (:county, :resource, :record_id, "
	":id)" };
static const struct db_sql sql_drop = { "search_doc_delete",
	"DELETE FROM search_doc WHERE county = :county AND resource = :resource AND record_id = :record_id" };
static const struct db_sql lite_insert = { "search_fts_insert",
	"INSERT INTO search_fts (rowid, terms) VALUES (:id, :terms)" };
static const struct db_sql lite_update = { "search_fts_update",
	"UPDATE search_fts SET terms = :terms WHERE rowid = :id" };
static const struct db_sql lite_delete = { "search_fts_delete", "DELETE FROM search_fts WHERE rowid = :id" };
static const struct db_sql pg_update = { "search_vector_update",
	"UPDATE search_doc SET terms = array_to_tsvector(ARRAY(SELECT DISTINCT t FROM"
	" unnest(string_to_array(CAST(:terms AS TEXT), ' ')) t WHERE t <> '')) WHERE county = :county AND "
	"resource = :resource"
	" AND record_id = :record_id" };

static enum rc
run(struct ctx *c, const struct db_sql *sql, struct str resource, int64_t record_id, int64_t id,
	struct str terms)
{
	DB_STMT st = NULL;
	enum rc rc = db_prepare(c->db, sql, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	if (db_has_param(st, "county"))
		db_bind_i64(st, "county", c->county);
	if (db_has_param(st, "resource"))
		db_bind_str(st, "resource", resource);
	if (db_has_param(st, "record_id"))
		db_bind_i64(st, "record_id", record_id);
	if (db_has_param(st, "id"))
		db_bind_i64(st, "id", id);
	if (db_has_param(st, "terms"))
		db_bind_str(st, "terms", terms);
	return db_run(st, NULL, &c->err);
}

static enum rc
find_doc(struct ctx *c, struct str resource, int64_t record_id, int64_t *id)
{
	DB_STMT st = NULL;
	bool row = false;
	enum rc rc = db_prepare(c->db, &sql_find, &st, &c->err);

	if (rc != RC_OK)
		return rc;
	db_bind_i64(st, "county", c->county);
	db_bind_str(st, "resource", resource);
	db_bind_i64(st, "record_id", record_id);
	rc = db_step(st, &row, &c->err);
	*id = rc == RC_OK && row ? db_col_i64(st, 0) : 0;
	return rc;
}

enum rc
search_put(struct ctx *c, const struct resource *r, const struct record_head *h, struct str terms)
{
	struct str name = str_from_c(r->name);
	bool lite = db_engine(c->db) == DB_SQLITE, known;
	int64_t id = 0;
	enum rc rc = find_doc(c, name, h->id, &id);

	if (rc != RC_OK)
		return rc;
	known = id != 0;
	if (terms.p == NULL) {
		if (known && lite)
			rc = run(c, &lite_delete, name, h->id, id, terms);
		return rc == RC_OK && known ? run(c, &sql_drop, name, h->id, id, terms) : rc;
	}
	if (!known) {
		id = id_new(c->app->ids);
		rc = run(c, &sql_doc, name, h->id, id, terms);
	}
	if (rc != RC_OK)
		return rc;
	return run(c, !lite ? &pg_update : known ? &lite_update : &lite_insert, name, h->id, id, terms);
}

void
search_where(struct sb *sql, enum db_engine engine, const struct resource *r)
{
	if (engine == DB_SQLITE)
		sb_addf(sql,
			" AND id IN (SELECT d.record_id FROM search_fts JOIN search_doc d ON"
			" d.id = search_fts.rowid WHERE search_fts MATCH :search AND d.county = :county AND "
			"d.resource = '%s')",
			r->name);
	else
		sb_addf(sql,
			" AND id IN (SELECT d.record_id FROM search_doc d WHERE d.terms @@ CAST(:search AS "
			"tsquery)"
			" AND d.county = :county AND d.resource = '%s')",
			r->name);
}

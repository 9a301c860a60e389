/*
 * search.h - full text over every .search field of a row. The program makes the
 * terms itself (single characters and bigrams of Han text, lower-case words of
 * the rest), so that one- and two-character Chinese words are found on SQLite
 * FTS5 and PostgreSQL alike.
 */
#ifndef CORE_SEARCH_H
#define CORE_SEARCH_H
#include "core/resource.h"

/* Terms of a text for the index: separated by blanks, at most 4,000 terms. */
struct str search_terms(struct arena *a, struct str text);
/* The match expression of what a person typed, for the engine; absent when nothing searchable was typed. */
struct str search_expression(struct arena *a, enum db_engine engine, struct str typed);
/* Replaces (or removes, when terms are absent) the row's entry; called by the record layer. */
enum rc search_put(struct ctx *c, const struct resource *r, const struct record_head *h, struct str terms) MUST_USE;
/* SQL predicate on "id" of a resource's table: " AND id IN (SELECT …)" with parameter :search. */
void search_where(struct sb *sql, enum db_engine engine, const struct resource *r);
#endif

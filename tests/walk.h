/*
 * walk.h - goes through every record route as the administrator, with bodies made
 * from the tables: create, read, list with each filter and sort, change, each move
 * on offer, history, template, export, import, delete. Replies are held against
 * the contract; what stays unexercised needs a story.
 */
#ifndef TESTS_WALK_H
#define TESTS_WALK_H
#include "contract.h"
#include "fixture.h"

/* True when every reply kept the contract; what did not is printed. */
bool walk_records(struct fixture *f, struct contract *k, size_t *requests);
#endif

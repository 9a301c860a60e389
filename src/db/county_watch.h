/* county_watch.h - tests only: does a statement keep to its county? See county_watch.c. */
#ifndef DB_COUNTY_WATCH_H
#define DB_COUNTY_WATCH_H

struct county_watch;
/* NULL when the database cannot be opened. */
struct county_watch *county_watch_open(const char *path);
void county_watch_close(struct county_watch *w);
/* The table whose county the text ignores, or NULL when all is well. Lives until the next call. */
const char *county_watch_fault(struct county_watch *w, const char *text);
#endif

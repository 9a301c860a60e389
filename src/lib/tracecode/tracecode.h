/*
 * tracecode.h - the code on every item: 20 characters of a 32-letter alphabet
 * (digits and letters without I L O U). 19 carry 95 random bits, so that a code
 * cannot be guessed or counted up; the last is a check over GF(32) with a
 * different weight for each place, so that every single wrong character and
 * every exchange of two characters, near or far, is noticed.
 */
#ifndef LIB_TRACECODE_H
#define LIB_TRACECODE_H
#include "base/rand.h"
#include "base/str.h"

enum { TRACECODE_LEN = 20, TRACECODE_GROUPED_LEN = 24 };

enum tracecode_fault {
	TRACECODE_OK,
	TRACECODE_MALFORMED, /* not 20 characters of the alphabet: this is no code of ours */
	TRACECODE_MISTYPED   /* the right form, but the check fails: at least one character is wrong */
};

/* A new unguessable code from the randomness seam; NUL-terminated. */
void tracecode_make(const struct rand *r, char out[TRACECODE_LEN + 1]);
/*
 * Reads what a person or scanner gave: lower case, blanks, hyphens of any kind and full-width forms are
 * accepted, O reads as 0, I and L as 1. True: out holds the canonical code. False: out is "" and *fault
 * (may be NULL) tells why. A well-formed code need not exist: that is the database's answer.
 */
bool tracecode_parse(struct str text, char out[TRACECODE_LEN + 1], enum tracecode_fault *fault);
/* "XXXX-XXXX-XXXX-XXXX-XXXX" of a canonical code, for people. */
void tracecode_group(const char code[TRACECODE_LEN], char out[TRACECODE_GROUPED_LEN + 1]);
#endif

/*
 * idcheck.h - whether a number people write down can be one at all. A right
 * check digit never proves that the person, company or article exists: screens
 * say "format valid". Checks take the canonical form; the folds make it from
 * what people type (full-width digits, blanks, lower case, +86).
 */
#ifndef LIB_IDCHECK_H
#define LIB_IDCHECK_H
#include "base/str.h"

/* Resident identity number, GB 11643: 17 digits and check, X upper case, a birth date that exists. */
bool idcheck_resident(struct str s);
/* Unified social credit code, GB 32100: 18 of 31 characters. The organisation code inside is not judged. */
bool idcheck_uscc(struct str s);
/* Mainland mobile number of 11 digits in an allocated range; never says which operator. */
bool idcheck_mobile(struct str s);
/* Mobile, or landline "0355-1234567" with optional "-extension", or service number "400-123-4567". */
bool idcheck_phone(struct str s);
/* GTIN-8, -12, -13 or -14 with a right check digit. */
bool idcheck_gtin(struct str s);
/* The GS1 check digit of any all-digit key of 8 to 18 digits (GTIN, GLN, SSCC). */
bool idcheck_gs1(struct str s);
/* One mail address as people have them: ASCII local part, dotted host, at most 254 bytes. */
bool idcheck_email(struct str s);

/*
 * Canonical forms, in the arena. They never fail: what cannot be one comes back
 * as it was typed, for the check to refuse. Input beyond 200 bytes is returned unchanged.
 */
/* Full-width to ASCII, blanks and hyphens dropped, upper case: identity numbers, credit codes, GTINs. */
struct str idcheck_fold(struct arena *a, struct str typed);
/* Mobile to 11 bare digits; landline to "area-number[-extension]"; 400/800 to "400-123-4567". */
struct str idcheck_phone_fold(struct arena *a, struct str typed);
/* Full-width to ASCII, blanks dropped, host in lower case. */
struct str idcheck_email_fold(struct arena *a, struct str typed);
#endif

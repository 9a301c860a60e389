/*
 * contract.h - every reply against the OpenAPI document the server printed:
 * the operation must be declared, its status and content type too, and a JSON
 * body must fit the declared schema. Schema words the checker does not know are
 * errors, so that nothing passes unchecked.
 */
#ifndef TESTS_CONTRACT_H
#define TESTS_CONTRACT_H
#include "base/str.h"
#include "client.h"
#include "lib/json/json.h"

struct contract;
/* NULL with *why when the document cannot be used. */
struct contract *contract_load(struct arena *a, struct str openapi, struct str *why);
/* True when the reply keeps the contract; else *why names the place. Marks the operation as exercised. */
bool contract_check(struct contract *k, struct arena *a, struct str method, struct str target, const struct reply *r, struct str *why);
/* i-th operation that was never answered with a success; absent past the end. */
struct str contract_missing(const struct contract *k, struct arena *a, size_t i);
size_t contract_operations(const struct contract *k);
/* Operations for a walk: method and path template, and the operation object. */
bool contract_at(const struct contract *k, size_t i, struct str *method, struct str *path, const struct json **operation);
#endif

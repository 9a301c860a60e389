/* registry.h - the lists that src/mod/meson.build generates from its one table of modules. */
#ifndef MOD_REGISTRY_H
#define MOD_REGISTRY_H
#include "core/module.h"

extern const struct module *const all_modules[];     /* ends with NULL, needed ones first */
extern const struct resource *const all_resources[]; /* ends with NULL, parents before children */
#endif

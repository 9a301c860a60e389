/* value_priv.h - canonical forms and printing shared by the value files. */
#ifndef CORE_VALUE_PRIV_H
#define CORE_VALUE_PRIV_H
#include "core/value.h"

struct str value_fold_code(struct arena *mem, struct str s);
struct str value_fold_id(struct arena *mem, struct str s);
struct str value_fold_phone(struct arena *mem, struct str s);
struct str value_fold_email(struct arena *mem, struct str s);
#endif

/* trace.h - the only header of the module that others may include. */
#ifndef MOD_TRACE_H
#define MOD_TRACE_H
#include "core/module.h"

extern const struct module module_trace;
#endif

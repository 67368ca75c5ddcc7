/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_catalog.h -- what the functions that ask the catalogue share; private to
 * exec/func_*.c.
 */
#pragma once

#include "exec/exec.h"
#include "exec/func_array.h"
#include "plan/names.h"

/* What names mean in the running statement; 0A000 where nothing runs. */
MUST_USE static inline int
call_names(struct function_call *call, const struct plan_context **out)
{
	const struct plan_names *names =
	    call->context == NULL ? NULL : call->context->names;

	*out = names == NULL ? NULL : names->context;
	if (names == NULL)
		return error_set(call->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "function %s needs a catalogue", call->function->name);
	return 0;
}

/* A function of one row that asks the catalogue, for all rows. */
typedef int (*catalog_fn)(struct function_call *call, uint32_t row,
    const struct plan_context *names);

MUST_USE static inline int
each_catalog_row(struct function_call *call, catalog_fn fn)
{
	const struct plan_context *names;
	int rc = call_names(call, &names);

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++)
		rc = fn(call, sel_row(call->sel, i), names);
	return rc;
}

#define CATALOG_KERNEL(name) \
	static int run_##name(struct function_call *call) \
	{ \
		return each_catalog_row(call, name); \
	}

static inline uint32_t
arg_oid(const struct function_call *call, uint32_t n, uint32_t row)
{
	return (uint32_t)ARG(call, n, i64, row);
}

/* The relation of an OID; false if there is none. */
static inline bool
find_relation(const struct plan_context *names, uint32_t oid,
    struct relation *out)
{
	const struct relation_space space = names_space(names);

	return relation_by_oid(&space, oid, out);
}

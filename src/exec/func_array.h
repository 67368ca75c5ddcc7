/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_array.h -- what the kernels over arrays have in common.
 *
 * What a call's arrays hold is known from the types of its arguments.  A kernel
 * makes one value after the other: arrays are not what columns are made of.
 */
#pragma once

#include "exec/func_private.h"
#include "types/array.h"

static inline bool
arg_is_null(const struct function_call *call, uint32_t arg, uint32_t row)
{
	return vec_is_null(&call->args[arg], row);
}

static inline struct datum
arg_datum(const struct function_call *call, uint32_t arg, uint32_t row)
{
	return vec_get(&call->args[arg], row);
}

/* An array argument; a null one is empty. */
static inline struct array
arg_array(const struct function_call *call, uint32_t arg, uint32_t row)
{
	if (arg_is_null(call, arg, row))
		return (struct array){ .count = 0 };
	return array_open(ARG(call, arg, str, row));
}

static inline struct type
arg_element(const struct function_call *call, uint32_t arg)
{
	return type_element(&call->arg_types[arg]);
}

/* Whether item i of so many is to be looked at: wanted, and with memory left. */
static inline bool
call_has_item(const struct function_call *call, int64_t i, uint32_t count)
{
	return i < count && !call->arena->failed &&
	    !cancel_is_set(call->cancel);
}

/* An array of elements of this form as the result of a row. */
MUST_USE static inline int
put_array(struct function_call *call, uint32_t row,
    const struct array_shape *shape, enum phys phys,
    const struct datum *elements)
{
	return array_make(shape, phys, elements, call->arena,
	    &call->result->str[row], call->err);
}

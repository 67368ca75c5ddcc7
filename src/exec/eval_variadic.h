/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eval_variadic.h -- calls whose last argument is an array of what may repeat:
 * f(a, VARIADIC array).
 */
#pragma once

#include "exec/function_impl.h"

/*
 * As function_eval(): the function gets the array's elements as arguments.  Of
 * a null array nothing is known, but format() takes it for an empty one.
 */
MUST_USE int variadic_eval(struct function_call *call);

/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/pg_function_table.h"

#include "common/attr.h"

const char pg_function_referenced[] = "";

/* clang-format off */
const struct pg_function pg_functions[] = {
#define REFERENCED pg_function_referenced
#define FUNCTION(oid, name, language, cost, rows, variadic, kind, leakproof, \
	strict, set, volatility, parallel, defaults, result, args, all_args, \
	modes, names, default_values, source, of_operator) \
	{ oid, name, language, cost, rows, variadic, kind, leakproof, strict, \
	  set, volatility, parallel, defaults, result, args, all_args, modes, \
	  names, default_values, source, of_operator },
#include "plan/pg_functions.def"
#undef FUNCTION
#undef REFERENCED
};

const struct pg_operator pg_operators[] = {
#define OPERATOR(oid, name, kind, merge, hash, left, right, result, \
	commutator, negator, code, restrict, join) \
	{ oid, name, kind, merge, hash, left, right, result, commutator, \
	  negator, code, restrict, join },
#include "plan/pg_operators.def"
#undef OPERATOR
};
/* clang-format on */

const size_t pg_function_count = ARRAY_LEN(pg_functions);
const size_t pg_operator_count = ARRAY_LEN(pg_operators);

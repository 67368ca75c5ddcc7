/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_function.c -- the tables of pg_functions.def and pg_operators.def, and what of
 * them there is.
 */
#include "plan/pg_function.h"

#include <stdlib.h>

#include "common/attr.h"
#include "plan/known_function.h"
#include "plan/schema.h"

/* In place of an operator's name: something else shows the function. */
static const char referenced[] = "";

/* clang-format off */
static const struct pg_function functions[] = {
#define REFERENCED referenced
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

static const struct pg_operator operators[] = {
#define OPERATOR(oid, name, kind, merge, hash, left, right, result, \
	commutator, negator, code, restrict, join) \
	{ oid, name, kind, merge, hash, left, right, result, commutator, \
	  negator, code, restrict, join },
#include "plan/pg_operators.def"
#undef OPERATOR
};
/* clang-format on */

uint32_t
pg_function_types(const char *list, uint32_t out[PROC_ARGS_MAX])
{
	uint32_t count = 0;
	char *end;

	while (list != NULL && *list != '\0' && count < PROC_ARGS_MAX) {
		out[count++] = (uint32_t)strtoul(list, &end, 10);
		list = end;
	}
	return count;
}

struct str
pg_function_name(const struct pg_function *function, uint32_t *schema)
{
	static const char prefix[] = "stele.";
	struct str name = str_of_cstr(function->name);
	bool is_own = str_starts_with(name, STR("stele."));
	size_t skipped = is_own ? sizeof(prefix) - 1 : 0;

	*schema = is_own ? SCHEMA_STELE : SCHEMA_PG_CATALOG;
	return str_of(name.data + skipped, name.len - skipped);
}

/* It can be called, or is what an operator does, or is shown elsewhere. */
static bool
function_is_here(const struct pg_function *function)
{
	uint32_t types[PROC_ARGS_MAX];
	uint32_t count = pg_function_types(function->args, types);

	if (function->of_operator == referenced)
		return true;
	return function_is_known(str_of_cstr(function->name), types, count) ||
	    (function->of_operator != NULL &&
		operator_is_known(str_of_cstr(function->of_operator), types,
		    count));
}

static bool
operator_is_here(const struct pg_operator *op)
{
	const uint32_t types[] = { op->left, op->right };
	uint32_t skipped = op->left == 0 ? 1 : 0;

	return operator_is_known(str_of_cstr(op->name), types + skipped,
	    2 - skipped);
}

const struct pg_function *
pg_function_next(const struct pg_function *previous)
{
	size_t i = previous == NULL ? 0 : (size_t)(previous - functions) + 1;

	while (i < ARRAY_LEN(functions) && !function_is_here(&functions[i]))
		i++;
	return i < ARRAY_LEN(functions) ? &functions[i] : NULL;
}

const struct pg_operator *
pg_operator_next(const struct pg_operator *previous)
{
	size_t i = previous == NULL ? 0 : (size_t)(previous - operators) + 1;

	while (i < ARRAY_LEN(operators) && !operator_is_here(&operators[i]))
		i++;
	return i < ARRAY_LEN(operators) ? &operators[i] : NULL;
}

const struct pg_function *
pg_function_named(struct str name, const struct pg_function *previous)
{
	size_t i = previous == NULL ? 0 : (size_t)(previous - functions) + 1;
	uint32_t schema;

	for (; i < ARRAY_LEN(functions); i++)
		if (str_equal(pg_function_name(&functions[i], &schema), name) &&
		    function_is_here(&functions[i]))
			return &functions[i];
	return NULL;
}

const struct pg_operator *
pg_operator_named(struct str name, const struct pg_operator *previous)
{
	size_t i = previous == NULL ? 0 : (size_t)(previous - operators) + 1;

	for (; i < ARRAY_LEN(operators); i++)
		if (str_equal(str_of_cstr(operators[i].name), name) &&
		    operator_is_here(&operators[i]))
			return &operators[i];
	return NULL;
}

static int
compare_function(const void *key, const void *row)
{
	uint32_t oid = *(const uint32_t *)key;
	uint32_t its = ((const struct pg_function *)row)->oid;

	return (oid > its) - (oid < its);
}

static int
compare_operator(const void *key, const void *row)
{
	uint32_t oid = *(const uint32_t *)key;
	uint32_t its = ((const struct pg_operator *)row)->oid;

	return (oid > its) - (oid < its);
}

const struct pg_function *
pg_function_by_oid(uint32_t oid)
{
	const struct pg_function *found = bsearch(&oid, functions,
	    ARRAY_LEN(functions), sizeof(functions[0]), compare_function);

	return found != NULL && function_is_here(found) ? found : NULL;
}

const struct pg_operator *
pg_operator_by_oid(uint32_t oid)
{
	const struct pg_operator *found = bsearch(&oid, operators,
	    ARRAY_LEN(operators), sizeof(operators[0]), compare_operator);

	return found != NULL && operator_is_here(found) ? found : NULL;
}

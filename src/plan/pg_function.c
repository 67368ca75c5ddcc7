/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_function.c -- what there is of the functions and operators of the tables.
 */
#include "plan/pg_function.h"

#include <stdlib.h>

#include "common/attr.h"
#include "plan/known_function.h"
#include "plan/pg_function_table.h"
#include "plan/schema.h"

/* In place of an operator's name: something else shows the function. */
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

	if (function->of_operator == pg_function_referenced)
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
	size_t i = previous == NULL ? 0 : (size_t)(previous - pg_functions) + 1;

	while (i < pg_function_count && !function_is_here(&pg_functions[i]))
		i++;
	return i < pg_function_count ? &pg_functions[i] : NULL;
}

const struct pg_operator *
pg_operator_next(const struct pg_operator *previous)
{
	size_t i = previous == NULL ? 0 : (size_t)(previous - pg_operators) + 1;

	while (i < pg_operator_count && !operator_is_here(&pg_operators[i]))
		i++;
	return i < pg_operator_count ? &pg_operators[i] : NULL;
}

const struct pg_function *
pg_function_named(struct str name, const struct pg_function *previous)
{
	size_t i = previous == NULL ? 0 : (size_t)(previous - pg_functions) + 1;
	uint32_t schema;

	for (; i < pg_function_count; i++)
		if (str_equal(pg_function_name(&pg_functions[i], &schema),
			name) &&
		    function_is_here(&pg_functions[i]))
			return &pg_functions[i];
	return NULL;
}

const struct pg_operator *
pg_operator_named(struct str name, const struct pg_operator *previous)
{
	size_t i = previous == NULL ? 0 : (size_t)(previous - pg_operators) + 1;

	for (; i < pg_operator_count; i++)
		if (str_equal(str_of_cstr(pg_operators[i].name), name) &&
		    operator_is_here(&pg_operators[i]))
			return &pg_operators[i];
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
	const struct pg_function *found = bsearch(&oid, pg_functions,
	    pg_function_count, sizeof(pg_functions[0]), compare_function);

	return found != NULL && function_is_here(found) ? found : NULL;
}

const struct pg_operator *
pg_operator_by_oid(uint32_t oid)
{
	const struct pg_operator *found = bsearch(&oid, pg_operators,
	    pg_operator_count, sizeof(pg_operators[0]), compare_operator);

	return found != NULL && operator_is_here(found) ? found : NULL;
}

int
pg_function_direct_count(const struct pg_function *function)
{
	static const struct {
		uint32_t oid;
		char kind;
		int direct_count;
	} aggregates[] = {
#define AGGREGATE(oid, kind, direct, state, initial) { oid, kind, direct },
#include "plan/pg_aggregates.def"
#undef AGGREGATE
	};

	for (size_t i = 0; i < ARRAY_LEN(aggregates); i++)
		if (aggregates[i].oid == function->oid &&
		    aggregates[i].kind != 'n')
			return aggregates[i].direct_count;
	return -1;
}

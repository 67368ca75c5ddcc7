/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names_function.c -- functions and operators by name and as names: regproc,
 * regprocedure, regoper, regoperator.
 */
#include "plan/names_function.h"

#include "common/error.h"
#include "common/name_list.h"
#include "common/quote.h"

/* ---- by name ---- */

/* Whether a function has this name; in this schema unless that is 0. */
static bool
is_named(const struct plan_context *context, const struct pg_function *function,
    struct str name, uint32_t schema)
{
	uint32_t its;

	if (!str_equal(pg_function_name(function, &its), name))
		return false;
	return schema != 0 ? its == schema
			   : search_path_has(names_path(context), its);
}

/* How many there are of a name, and the first of them. */
static uint32_t
count_functions(const struct plan_context *context, struct str name,
    uint32_t schema, const struct pg_function **first)
{
	const struct pg_function *function = NULL;
	uint32_t count = 0;

	*first = NULL;
	while ((function = pg_function_named(name, function)) != NULL) {
		if (!is_named(context, function, name, schema))
			continue;
		if (count++ == 0)
			*first = function;
	}
	return count;
}

static uint32_t
count_operators(struct str name, const struct pg_operator **first)
{
	const struct pg_operator *op = NULL;
	uint32_t count = 0;

	*first = NULL;
	while ((op = pg_operator_named(name, op)) != NULL)
		if (count++ == 0)
			*first = op;
	return count;
}

/* The schema that a name says, 0 if it says none; 3F000 for no schema. */
static int
schema_of_name(const struct ast_name *name, uint32_t *out, struct error *err)
{
	const struct schema *schema;
	int rc;

	*out = 0;
	if (name->count == 1)
		return 0;
	rc = names_schema(name, &schema, err);
	if (rc == 0)
		*out = schema->oid;
	return rc;
}

int
names_find_function(const struct plan_context *context,
    const struct ast_name *name, struct str text, uint32_t *oid,
    struct error *err)
{
	const struct pg_function *first;
	uint32_t schema, count;
	int rc = schema_of_name(name, &schema, err);

	if (rc != 0)
		return rc;
	count = count_functions(context, ast_name_last(name), schema, &first);
	if (count > 1)
		return error_set(err, STELE_E_AMBIGUOUS_FUNCTION,
		    "more than one function named \"%.*s\"", STR_FMT(text));
	if (count == 0)
		return error_set(err, STELE_E_UNDEFINED_FUNCTION,
		    "function \"%.*s\" does not exist", STR_FMT(text));
	*oid = first->oid;
	return 0;
}

int
names_find_operator(const struct ast_name *name, struct str text, uint32_t *oid,
    struct error *err)
{
	const struct pg_operator *first;
	uint32_t schema, count;
	int rc = schema_of_name(name, &schema, err);

	if (rc != 0)
		return rc;
	count = schema != 0 && schema != SCHEMA_PG_CATALOG
	    ? 0
	    : count_operators(ast_name_last(name), &first);
	if (count > 1)
		return error_set(err, STELE_E_AMBIGUOUS_FUNCTION,
		    "more than one operator named %.*s", STR_FMT(text));
	if (count == 0)
		return error_set(err, STELE_E_UNDEFINED_FUNCTION,
		    "operator does not exist: %.*s", STR_FMT(text));
	*oid = first->oid;
	return 0;
}

static bool
takes(const struct pg_function *function, const uint32_t *args, uint32_t count)
{
	uint32_t types[PROC_ARGS_MAX];

	if (pg_function_types(function->args, types) != count)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (types[i] != args[i])
			return false;
	return true;
}

int
names_find_signature(const struct plan_context *context,
    const struct ast_name *name, const uint32_t *args, uint32_t count,
    struct str text, uint32_t *oid, struct error *err)
{
	struct str last = ast_name_last(name);
	const struct pg_function *function = NULL;
	uint32_t schema;
	int rc = schema_of_name(name, &schema, err);

	if (rc != 0)
		return rc;
	while ((function = pg_function_named(last, function)) != NULL) {
		if (!is_named(context, function, last, schema) ||
		    !takes(function, args, count))
			continue;
		*oid = function->oid;
		return 0;
	}
	return error_set(err, STELE_E_UNDEFINED_FUNCTION,
	    "function \"%.*s\" does not exist", STR_FMT(text));
}

int
names_find_operands(const struct ast_name *name, const uint32_t args[2],
    struct str text, uint32_t *oid, struct error *err)
{
	const struct pg_operator *op = NULL;
	uint32_t schema;
	int rc = schema_of_name(name, &schema, err);

	if (rc != 0)
		return rc;
	while ((op = pg_operator_named(ast_name_last(name), op)) != NULL) {
		if ((schema != 0 && schema != SCHEMA_PG_CATALOG) ||
		    op->left != args[0] || op->right != args[1])
			continue;
		*oid = op->oid;
		return 0;
	}
	return error_set(err, STELE_E_UNDEFINED_FUNCTION,
	    "operator does not exist: %.*s", STR_FMT(text));
}

/* ---- as names ---- */

static void
put_schema(uint32_t schema, struct buf *out)
{
	quote_put_name(out, str_of_cstr(schema_by_oid(schema)->name));
	buf_put_u8(out, '.');
}

bool
names_put_function(const struct plan_context *context, uint32_t oid,
    struct buf *out)
{
	const struct pg_function *function = pg_function_by_oid(oid), *first;
	uint32_t schema;
	struct str name;

	if (function == NULL)
		return false;
	name = pg_function_name(function, &schema);
	if (count_functions(context, name, 0, &first) != 1 || first->oid != oid)
		put_schema(schema, out);
	quote_put_name(out, name);
	return true;
}

/* 0 of an operator is that there is none on this side. */
static void
put_type(const struct plan_context *context, uint32_t type, struct buf *out)
{
	if (type == 0)
		buf_put_cstr(out, "NONE");
	else if (!names_put_type(context, type, out))
		buf_put_cstr(out, "???");
}

bool
names_put_signature(const struct plan_context *context, uint32_t oid,
    struct buf *out)
{
	const struct pg_function *function = pg_function_by_oid(oid);
	uint32_t types[PROC_ARGS_MAX], count, schema;
	struct str name;

	if (function == NULL)
		return false;
	name = pg_function_name(function, &schema);
	if (!search_path_has(names_path(context), schema))
		put_schema(schema, out);
	quote_put_name(out, name);
	buf_put_u8(out, '(');
	count = pg_function_types(function->args, types);
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			buf_put_u8(out, ',');
		put_type(context, types[i], out);
	}
	buf_put_u8(out, ')');
	return true;
}

bool
names_put_operator(uint32_t oid, struct buf *out)
{
	const struct pg_operator *op = pg_operator_by_oid(oid), *first;

	if (op == NULL)
		return false;
	if (count_operators(str_of_cstr(op->name), &first) != 1)
		put_schema(SCHEMA_PG_CATALOG, out);
	buf_put_cstr(out, op->name);
	return true;
}

bool
names_put_operands(const struct plan_context *context, uint32_t oid,
    struct buf *out)
{
	const struct pg_operator *op = pg_operator_by_oid(oid);

	if (op == NULL)
		return false;
	buf_put_cstr(out, op->name);
	buf_put_u8(out, '(');
	put_type(context, op->left, out);
	buf_put_u8(out, ',');
	put_type(context, op->right, out);
	buf_put_u8(out, ')');
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/deparse_private.h"
#include "plan/pg_function.h"
#include "plan/schema.h"
#include "sql/ast_words.h"

bool
term_has_operator(struct str name, const struct type *left,
    const struct type *right)
{
	const struct pg_operator *operator= NULL;

	while ((operator= pg_operator_named(name, operator)) != NULL)
		if (operator->left == left->oid && operator->right ==
		    right->oid)
			return true;
	return false;
}

/* Whether PostgreSQL has a function of these arguments as they are. */
static bool
has_function(const struct deparse *d, const struct ast_call *call)
{
	struct str name = ast_name_last(&call->name);
	const struct pg_function *function = NULL;
	uint32_t types[PROC_ARGS_MAX];

	while ((function = pg_function_named(name, function)) != NULL) {
		uint32_t count = pg_function_types(function->args, types);
		uint32_t i = 0;

		while (i < count && i < call->args.count &&
		    term_own_type(d, call->args.items[i]).oid == types[i])
			i++;
		if (i == count && i == call->args.count)
			return true;
	}
	return false;
}

/* The schema of its name, unless the name alone finds it. */
static struct str
call_schema(const struct deparse *d, const struct ast_name *name)
{
	const struct schema *schema;

	if (name->count < 2)
		return STR("");
	schema = schema_by_name(name->parts[name->count - 2]);
	if (schema == NULL || schema->oid == SCHEMA_PG_CATALOG ||
	    search_path_has(names_path(d->context), schema->oid))
		return STR("");
	return str_of_cstr(schema->name);
}

struct term *
term_of_call(struct deparse *d, const struct ast_expr *ast)
{
	const struct ast_call *call = &ast->call;
	struct term *term = term_new(d, TERM_CALL, call->args.count);
	bool is_plain = has_function(d, call);

	term->ast = ast;
	term->qualifier = call_schema(d, &call->name);
	term->text = ast_name_last(&call->name);
	term->type = term_own_type(d, ast);
	for (uint32_t i = 0; i < call->args.count; i++)
		term->args[i] = is_plain ? term_of(d, call->args.items[i])
					 : term_cast_of(d, call->args.items[i]);
	return term;
}

struct term *
term_of_value_function(struct deparse *d, const struct ast_expr *ast)
{
	const char *word = ast_value_fn_word(ast->value.fn);
	struct term *term = term_new(d, TERM_WORD, 0);

	term->text = ast->value.precision < 0
	    ? str_of_cstr(word)
	    : arena_printf(d->arena, "%s(%d)", word, ast->value.precision);
	return term;
}

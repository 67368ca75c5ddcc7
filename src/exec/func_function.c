/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_function.c -- functions as text: their parameters, their results, the
 * statement that would make them.
 */
#include <string.h>

#include "common/quote.h"
#include "exec/func_catalog.h"
#include "plan/names_function.h"

/* The next of a list with blanks, or commas and blanks, between. */
static struct str
next_item(const char **list)
{
	const char *at = *list;
	size_t len;

	while (at != NULL && (*at == ' ' || *at == ','))
		at++;
	if (at == NULL || *at == '\0')
		return STR("");
	len = strcspn(at, " ,");
	*list = at + len;
	return str_of(at, len);
}

/* What a parameter's letter in proargmodes means. */
static const char *
mode_prefix(char mode)
{
	switch (mode) {
	case 'o':
		return "OUT ";
	case 'b':
		return "INOUT ";
	case 'v':
		return "VARIADIC ";
	default: /* 'i' is not written */
		return "";
	}
}

/* What stands between parameters; before those that an aggregate sorts by, too. */
static const char *
separator(uint32_t printed, int direct_count)
{
	if ((int)printed == direct_count)
		return printed == 0 ? "ORDER BY " : " ORDER BY ";
	return printed == 0 ? "" : ", ";
}

static void
put_parameters(const struct plan_context *names,
    const struct pg_function *function, bool with_defaults, struct buf *out)
{
	uint32_t types[PROC_ARGS_MAX], inputs[PROC_ARGS_MAX];
	const char *names_left = function->names;
	const char *defaults_left = function->defaults;
	uint32_t input_count = pg_function_types(function->args, inputs);
	uint32_t count =
	    pg_function_types(function->all_args != NULL ? function->all_args
							 : function->args,
		types);
	int direct_count = pg_function_direct_count(function);
	/* What is as direct as it is sorted by is written twice. */
	uint32_t printed_count = count + (direct_count == (int)count ? 1 : 0);

	for (uint32_t printed = 0; printed < printed_count; printed++) {
		uint32_t i = printed < count ? printed : count - 1;
		struct str name = next_item(&names_left);
		char mode = function->modes == NULL ? 'i' : function->modes[i];

		buf_put_cstr(out, separator(printed, direct_count));
		buf_put_cstr(out, mode_prefix(mode));
		if (name.len > 0) {
			quote_put_name(out, name);
			buf_put_u8(out, ' ');
		}
		if (!names_put_type(names, types[i], out))
			buf_put_cstr(out, "???");
		if (with_defaults && i < input_count &&
		    i + function->default_count >= input_count) {
			struct str value = next_item(&defaults_left);

			buf_printf(out, " DEFAULT %.*s", STR_FMT(value));
		}
	}
}

static void
put_result(const struct plan_context *names, const struct pg_function *function,
    struct buf *out)
{
	if (function->returns_set)
		buf_put_cstr(out, "SETOF ");
	if (!names_put_type(names, function->result, out))
		buf_put_cstr(out, "???");
}

/* The statement that would make it. */
static void
put_definition(const struct plan_context *names,
    const struct pg_function *function, struct buf *out)
{
	uint32_t schema;
	struct str name = pg_function_name(function, &schema);

	buf_printf(out, "CREATE OR REPLACE FUNCTION %s.",
	    schema_by_oid(schema)->name);
	quote_put_name(out, name);
	buf_put_u8(out, '(');
	put_parameters(names, function, true, out);
	buf_put_cstr(out, ")\n RETURNS ");
	put_result(names, function, out);
	buf_put_cstr(out, "\n LANGUAGE internal\n");
	if (function->volatility != 'v')
		buf_put_cstr(out,
		    function->volatility == 'i' ? " IMMUTABLE" : " STABLE");
	if (function->parallel != 'u')
		buf_put_cstr(out,
		    function->parallel == 's' ? " PARALLEL SAFE"
					      : " PARALLEL RESTRICTED");
	if (function->is_strict)
		buf_put_cstr(out, " STRICT");
	if (function->is_leakproof)
		buf_put_cstr(out, " LEAKPROOF");
	if (function->cost != 1)
		buf_printf(out, " COST %g", function->cost);
	if (function->returns_set)
		buf_printf(out, " ROWS %g", function->rows);
	buf_printf(out, "\nAS $function$%s$function$\n", function->source);
}

/* Null for what is no function. */
static int
describe(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	const struct pg_function *function =
	    pg_function_by_oid(arg_oid(call, 0, row));
	enum function_id what = call->function->id;
	struct buf text;
	int rc;

	if (function == NULL) {
		put_null(call, row);
		return 0;
	}
	buf_init(&text);
	if (what == FN_PG_GET_FUNCTION_RESULT)
		put_result(names, function, &text);
	else if (what == FN_PG_GET_FUNCTIONDEF)
		put_definition(names, function, &text);
	else
		put_parameters(names, function,
		    what == FN_PG_GET_FUNCTION_ARGUMENTS, &text);
	rc = put_text(call, row, &text);
	buf_release(&text);
	return rc;
}
CATALOG_KERNEL(describe)

static const struct func_row rows[] = {
	{ FN_PG_GET_FUNCTIONDEF, { run_describe, false } },
	{ FN_PG_GET_FUNCTION_ARGUMENTS, { run_describe, false } },
	{ FN_PG_GET_FUNCTION_IDENTITY_ARGUMENTS, { run_describe, false } },
	{ FN_PG_GET_FUNCTION_RESULT, { run_describe, false } },
};

const struct func_family func_function = { rows, ARRAY_LEN(rows) };

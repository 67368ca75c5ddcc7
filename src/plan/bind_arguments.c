/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_arguments.c -- which parameters of a function the arguments of a call
 * are for: by position or by name, those that are left out, VARIADIC.
 *
 * What resolve.c chooses among are candidates as the call sees them, with one
 * parameter for each argument, in the call's order.
 */
#include <string.h>

#include "plan/bind.h"
#include "types/array.h"

struct str
call_form_name(const struct call_form *form, uint32_t i)
{
	return form == NULL || form->names == NULL ? STR("") : form->names[i];
}

/* ---- what can be said of a call alone ---- */

static int
check_names(const struct ast_call *call, struct error *err)
{
	for (uint32_t i = 0; i < call->args.count; i++) {
		int location = call->args.items[i]->location;

		if (call->arg_names[i].len == 0 && i > 0 &&
		    call->arg_names[i - 1].len > 0)
			return error_at(err, location, STELE_E_SYNTAX,
			    "positional argument cannot follow named argument");
		for (uint32_t other = 0; other < i; other++)
			if (call->arg_names[i].len > 0 &&
			    str_equal(call->arg_names[i],
				call->arg_names[other]))
				return error_at(err, location, STELE_E_SYNTAX,
				    "argument name \"%.*s\" used more than"
				    " once",
				    STR_FMT(call->arg_names[i]));
	}
	return 0;
}

int
check_call_form(const struct ast_expr *ast, struct error *err)
{
	const struct ast_call *call = &ast->call;

	if (call->args.count > CALL_ARGS_MAX)
		return error_at(err, ast->location, STELE_E_TOO_MANY_ARGUMENTS,
		    "cannot pass more than %d arguments to a function",
		    CALL_ARGS_MAX);
	return call->arg_names == NULL ? 0 : check_names(call, err);
}

/* ---- lists of words: names and defaults of parameters ---- */

static uint32_t
word_count(const char *words)
{
	uint32_t count = words[0] != '\0';

	for (; *words != '\0'; words++)
		count += *words == ' ';
	return count;
}

static struct str
word_at(const char *words, uint32_t i)
{
	for (; i > 0; i--)
		words = strchr(words, ' ') + 1;
	return str_of(words, strcspn(words, " "));
}

/* The parameter of this name; CALL_ARGS_MAX: there is none. */
static uint32_t
find_parameter(const struct candidate *candidate, struct str name)
{
	uint32_t count = word_count(candidate->arg_names);

	for (uint32_t i = 0; i < count; i++)
		if (str_equal(word_at(candidate->arg_names, i), name))
			return i;
	return CALL_ARGS_MAX;
}

/* ---- candidates ---- */

/* What VARIADIC gives, instead of what repeats: "any" says nothing of it. */
static uint32_t
array_of(uint32_t declared)
{
	const struct type type = type_of(declared);

	return declared == TYPE_ANY ? TYPE_ANY : type_array_of(&type).oid;
}

bool
candidate_takes_array(const struct candidate *candidate,
    const struct call_form *form)
{
	return form != NULL && form->is_variadic &&
	    ((const struct function *)candidate->what)->is_variadic;
}

/* The parameter of each argument; false if one has none, or not its own. */
static bool
find_parameters(const struct candidate *candidate, const struct call_form *form,
    uint32_t arg_count, bool *is_given, uint32_t *order)
{
	for (uint32_t i = 0; i < arg_count; i++) {
		struct str name = call_form_name(form, i);

		order[i] = name.len == 0 ? i : find_parameter(candidate, name);
		if (order[i] >= candidate->arg_count || is_given[order[i]])
			return false;
		is_given[order[i]] = true;
	}
	return true;
}

bool
candidate_fit(struct binder *binder, struct candidate *candidate,
    const struct call_form *form, uint32_t arg_count)
{
	bool is_given[FUNCTION_ARGS_MAX] = { false };
	bool has_names = form != NULL && form->names != NULL;
	bool is_variadic = form != NULL && form->is_variadic;
	uint32_t first_default;
	uint32_t *types, *order;

	if (!has_names &&
	    (candidate->is_variadic ? !is_variadic
				    : arg_count == candidate->arg_count))
		return true;
	if ((candidate->is_variadic && !is_variadic) ||
	    arg_count > candidate->arg_count)
		return false;
	types = arena_alloc_array(binder->arena, (size_t)arg_count + 1,
	    2 * sizeof(*types));
	order = types + arg_count + 1;
	if (!find_parameters(candidate, form, arg_count, is_given, order))
		return false;
	first_default = candidate->arg_count - word_count(candidate->defaults);
	for (uint32_t p = 0; p < first_default; p++)
		if (!is_given[p])
			return false;
	for (uint32_t i = 0; i < arg_count; i++) {
		types[i] = candidate->args[order[i]];
		if (candidate->is_variadic &&
		    order[i] + 1 == candidate->arg_count)
			types[i] = array_of(types[i]);
	}
	candidate->params = candidate->args;
	candidate->param_count = candidate->arg_count;
	candidate->args = types;
	candidate->arg_count = arg_count;
	candidate->order = order;
	candidate->is_variadic = false;
	return true;
}

uint32_t
candidate_param_count(const struct candidate *candidate, uint32_t arg_count)
{
	return candidate->order == NULL ? arg_count : candidate->param_count;
}

static int
add_default(struct binder *binder, const struct candidate *candidate,
    uint32_t param, struct expr **out, struct error *err)
{
	uint32_t first =
	    candidate->param_count - word_count(candidate->defaults);
	const struct datum text = { .str = word_at(candidate->defaults,
					param - first) };
	const struct type type = type_of(candidate->params[param]);

	*out = expr_const(binder->arena, type_of(TYPE_UNKNOWN), 0, &text);
	return coerce(binder, out, &type, CAST_IMPLICIT, err);
}

int
candidate_place_args(struct binder *binder, const struct candidate *candidate,
    struct expr **args, uint32_t arg_count, struct expr **out,
    struct error *err)
{
	uint32_t count = candidate_param_count(candidate, arg_count);
	int rc = 0;

	for (uint32_t i = 0; i < count; i++)
		out[i] = NULL;
	for (uint32_t i = 0; i < arg_count; i++)
		out[candidate->order == NULL ? i : candidate->order[i]] =
		    args[i];
	for (uint32_t i = 0; i < count && rc == 0; i++)
		if (out[i] == NULL)
			rc = add_default(binder, candidate, i, &out[i], err);
	return rc;
}

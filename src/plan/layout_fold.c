/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout_fold.c -- expressions of constants become their values when they are
 * planned, as PostgreSQL's eval_const_expressions() has it.
 *
 * What takes part says the same whenever it is asked: functions that are
 * immutable, and casts that no setting has a say in.  A value that cannot be
 * computed is a failure of the whole statement, whether a row would ever ask for
 * it or not; but of CASE, COALESCE, AND and OR the parts behind a constant that
 * decides are dropped unseen.  Planning fails for none of this: the statement
 * does, once it is to run (plan.h).
 *
 * Only what takes no longer than to read it is computed here, since this may be
 * a net thread: no text is repeated, nothing is searched.
 */
#include "plan/layout_private.h"

#include "plan/trivial.h"
#include "types/cast.h"

static bool
is_constant(const struct expr *expr)
{
	return expr->kind == EXPR_CONST;
}

static bool
is_true_const(const struct expr *expr)
{
	return is_constant(expr) && !expr->value.is_null && expr->value.boolean;
}

static struct expr *
boolean(struct layouter *l, const struct expr *like, bool value)
{
	const struct datum datum = { .boolean = value };

	return expr_const(l->arena, like->type, like->location, &datum);
}

/* ---- what decides by the first of its parts ---- */

/* AND and OR; what says nothing is left out, and a null counts once. */
static struct expr *
fold_logic(struct layouter *l, struct expr *placed, const struct rel *input)
{
	bool decisive = placed->kind == EXPR_OR;
	struct expr *null = NULL;
	uint32_t count = 0;

	for (uint32_t i = 0; i < placed->arg_count; i++) {
		struct expr *arg = layout_place(l, placed->args[i], input);

		if (!is_constant(arg))
			placed->args[count++] = arg;
		else if (arg->value.is_null)
			null = arg;
		else if (arg->value.boolean == decisive)
			return arg;
	}
	if (null != NULL)
		placed->args[count++] = null;
	if (count == 0)
		return boolean(l, placed, !decisive);
	placed->arg_count = count;
	return count == 1 ? placed->args[0] : placed;
}

/*
 * A part in the place of the whole, whose type it must keep: a cast would apply
 * another modifier.
 */
static struct expr *
alone(struct layouter *l, struct expr *placed, struct expr *part)
{
	if (part->type.mod != placed->type.mod) {
		if (!is_constant(part)) {
			placed->args[0] = part;
			placed->arg_count = 1;
			return placed;
		}
		part = expr_copy(l->arena, part);
		part->type = placed->type;
	}
	return part;
}

/* Conditions that never hold go, and all behind one that always does. */
static struct expr *
fold_case(struct layouter *l, struct expr *placed, const struct rel *input)
{
	uint32_t last = placed->arg_count - 1, otherwise = last, count = 0;

	for (uint32_t i = 0; i < last && otherwise == last; i += 2) {
		struct expr *when = layout_place(l, placed->args[i], input);

		if (is_true_const(when)) {
			otherwise = i + 1;
		} else if (!is_constant(when)) {
			placed->args[count++] = when;
			placed->args[count++] =
			    layout_place(l, placed->args[i + 1], input);
		}
	}
	placed->args[count] = layout_place(l, placed->args[otherwise], input);
	placed->arg_count = count + 1;
	return count == 0 ? alone(l, placed, placed->args[0]) : placed;
}

/* Nulls go, and all behind the first that never is one. */
static struct expr *
fold_coalesce(struct layouter *l, struct expr *placed, const struct rel *input)
{
	uint32_t count = 0;
	bool is_decided = false;

	for (uint32_t i = 0; i < placed->arg_count && !is_decided; i++) {
		struct expr *arg = layout_place(l, placed->args[i], input);

		is_decided = is_constant(arg) && !arg->value.is_null;
		if (!expr_is_null_const(arg))
			placed->args[count++] = arg;
	}
	if (count == 0)
		return expr_const(l->arena, placed->type, placed->location,
		    NULL);
	placed->arg_count = count;
	return count == 1 && is_decided ? alone(l, placed, placed->args[0])
					: placed;
}

bool
layout_is_lazy(const struct expr *expr)
{
	return expr->kind == EXPR_AND || expr->kind == EXPR_OR ||
	    expr->kind == EXPR_CASE || expr->kind == EXPR_COALESCE;
}

struct expr *
layout_fold_lazy(struct layouter *l, struct expr *placed,
    const struct rel *input)
{
	if (placed->kind == EXPR_CASE)
		return fold_case(l, placed, input);
	if (placed->kind == EXPR_COALESCE)
		return fold_coalesce(l, placed, input);
	return fold_logic(l, placed, input);
}

bool
layout_fold_conjuncts(struct layouter *l, struct rel_filter *filter,
    const struct rel *input)
{
	struct expr **placed = arena_alloc_array(l->arena,
	    (size_t)filter->count + 1, sizeof(*placed));
	bool is_never = false;
	uint32_t count = 0;

	for (uint32_t i = 0; i < filter->count; i++) {
		struct expr *conjunct =
		    layout_place(l, filter->conjuncts[i], input);
		bool is_true = is_true_const(conjunct);

		is_never |= is_constant(conjunct) && !is_true;
		if (is_constant(conjunct) && !is_true &&
		    !conjunct->value.is_null)
			break; /* what comes behind is not looked at */
		/* one is left, for who reads filters */
		if (!is_true || (count == 0 && i + 1 == filter->count))
			placed[count++] = conjunct;
	}
	filter->conjuncts = placed;
	filter->count = count;
	return !is_never;
}

/* ---- what is computed ---- */

/* Operators over numbers and texts of any length. */
static bool
is_quick_operator(const struct function *function)
{
	static const char *const names[] = { "+", "-", "*", "/", "%", "||", "=",
		"<>", "<", "<=", ">", ">=", NULL };

	return function_is_operator(function, names);
}

static bool
is_foldable_call(const struct expr *expr)
{
	return expr->function->volatility == FUNCTION_IMMUTABLE &&
	    (expr_is_of_fixed_size(expr) || is_quick_operator(expr->function));
}

static bool
is_foldable(const struct expr *expr)
{
	switch (expr->kind) {
	case EXPR_CALL:
	case EXPR_DISTINCT:
	case EXPR_IN:
	case EXPR_ANY:
	case EXPR_ALL:
	case EXPR_NULLIF:
		return is_foldable_call(expr);
	case EXPR_CAST:
		return type_has_settled_text(&expr->type) &&
		    type_has_settled_text(&expr->args[0]->type);
	case EXPR_NOT:
	case EXPR_TEST:
	case EXPR_GREATEST:
	case EXPR_LEAST:
	case EXPR_ARRAY:
	case EXPR_SUBSCRIPT:
		return true;
	default:
		return false;
	}
}

static bool
has_constants_only(const struct expr *expr)
{
	for (uint32_t i = 0; i < expr->arg_count; i++)
		if (!is_constant(expr->args[i]))
			return false;
	return true;
}

/* The first failure is the statement's, unless there was no memory. */
static void
note_failure(struct binder *binder, const struct error *err)
{
	struct error *failure;

	if (binder->constant_failure != NULL ||
	    err->code == STELE_E_OUT_OF_MEMORY)
		return;
	failure = arena_alloc(binder->arena, sizeof(*failure));
	*failure = *err;
	binder->constant_failure = failure;
}

struct expr *
layout_fold(struct layouter *l, struct expr *placed)
{
	const struct plan_context *context = l->binder->context;
	struct datum value;
	struct error err;

	if (context->evaluate == NULL || !is_foldable(placed) ||
	    !has_constants_only(placed))
		return placed;
	if (context->evaluate(context, placed, l->arena, &value, &err) == 0)
		return expr_const(l->arena, placed->type, placed->location,
		    &value);
	note_failure(l->binder, &err);
	return placed;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/fold.h"

#include "plan/logical.h"
#include "plan/plan.h"
#include "plan/trivial.h"
#include "types/cast.h"

static bool
is_constant(const struct expr *expr)
{
	return expr->kind == EXPR_CONST;
}

/* A constant, or one to come. */
static bool
is_known(const struct expr *expr)
{
	return is_constant(expr) || expr->kind == EXPR_PARAM;
}

static bool
is_true_const(const struct expr *expr)
{
	return is_constant(expr) && !expr->value.is_null && expr->value.boolean;
}

static struct expr *
boolean(struct fold *fold, const struct expr *like, bool value)
{
	const struct datum datum = { .boolean = value };

	return expr_const(fold->arena, like->type, like->location, &datum);
}

/* ---- what decides by the first of its parts ---- */

/* AND and OR; what says nothing is left out, and a null counts once. */
static struct expr *
fold_logic(struct fold *fold, struct expr *placed)
{
	bool decisive = placed->kind == EXPR_OR;
	struct expr *null = NULL;
	uint32_t count = 0;

	for (uint32_t i = 0; i < placed->arg_count; i++) {
		struct expr *arg = fold->place(fold, placed->args[i]);

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
		return boolean(fold, placed, !decisive);
	placed->arg_count = count;
	return count == 1 ? placed->args[0] : placed;
}

/*
 * A part in the place of the whole, whose type it must keep: a cast would apply
 * another modifier.
 */
static struct expr *
alone(struct fold *fold, struct expr *placed, struct expr *part)
{
	if (part->type.mod != placed->type.mod) {
		if (!is_constant(part)) {
			placed->args[0] = part;
			placed->arg_count = 1;
			return placed;
		}
		part = expr_copy(fold->arena, part);
		part->type = placed->type;
	}
	return part;
}

/* Of a CASE with an operand, which is not NULL if it is known. */
static struct expr *
place_when(struct fold *fold, const struct expr *when, struct expr *operand)
{
	struct expr *around = *fold->operand;
	struct expr *placed;

	*fold->operand = operand;
	placed = fold->place(fold, when);
	*fold->operand = around;
	return placed;
}

/* What is compared stays: it is computed once, and no WHEN is a constant. */
static struct expr *
fold_operand(struct fold *fold, struct expr *placed, struct expr *operand)
{
	placed->args[0] = operand;
	for (uint32_t i = 1; i < placed->arg_count; i++)
		placed->args[i] = place_when(fold, placed->args[i], NULL);
	return placed;
}

/*
 * Conditions that never hold go, and all behind one that always does.  What is
 * known already is compared as it is.
 */
static struct expr *
fold_case(struct fold *fold, struct expr *placed)
{
	uint32_t last = placed->arg_count - 1, otherwise = last, count = 0;
	uint32_t first = case_first_when(placed);
	struct expr *operand = *fold->operand;

	if (placed->has_operand) {
		operand = fold->place(fold, placed->args[0]);
		if (!is_known(operand))
			return fold_operand(fold, placed, operand);
	}
	placed->has_operand = false;
	for (uint32_t i = first; i < last && otherwise == last; i += 2) {
		struct expr *when = place_when(fold, placed->args[i], operand);

		if (is_true_const(when)) {
			otherwise = i + 1;
		} else if (!is_constant(when)) {
			placed->args[count++] = when;
			placed->args[count++] =
			    fold->place(fold, placed->args[i + 1]);
		}
	}
	placed->args[count] = fold->place(fold, placed->args[otherwise]);
	placed->arg_count = count + 1;
	return count == 0 ? alone(fold, placed, placed->args[0]) : placed;
}

/* Nulls go, and all behind the first that never is one. */
static struct expr *
fold_coalesce(struct fold *fold, struct expr *placed)
{
	uint32_t count = 0;
	bool is_decided = false;

	for (uint32_t i = 0; i < placed->arg_count && !is_decided; i++) {
		struct expr *arg = fold->place(fold, placed->args[i]);

		is_decided = is_constant(arg) && !arg->value.is_null;
		if (!expr_is_null_const(arg))
			placed->args[count++] = arg;
	}
	if (count == 0)
		return expr_const(fold->arena, placed->type, placed->location,
		    NULL);
	placed->arg_count = count;
	return count == 1 && is_decided ? alone(fold, placed, placed->args[0])
					: placed;
}

bool
fold_is_lazy(const struct expr *expr)
{
	return expr->kind == EXPR_AND || expr->kind == EXPR_OR ||
	    expr->kind == EXPR_CASE || expr->kind == EXPR_COALESCE;
}

struct expr *
fold_lazy(struct fold *fold, struct expr *placed)
{
	if (placed->kind == EXPR_CASE)
		return fold_case(fold, placed);
	if (placed->kind == EXPR_COALESCE)
		return fold_coalesce(fold, placed);
	return fold_logic(fold, placed);
}

bool
fold_conjuncts(struct fold *fold, struct expr ***conjuncts, uint32_t *count)
{
	struct expr **placed =
	    arena_alloc_array(fold->arena, (size_t)*count + 1, sizeof(*placed));
	bool is_never = false;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < *count; i++) {
		struct expr *conjunct = fold->place(fold, (*conjuncts)[i]);
		bool is_true = is_true_const(conjunct);

		is_never |= is_constant(conjunct) && !is_true;
		if (is_constant(conjunct) && !is_true &&
		    !conjunct->value.is_null)
			break; /* what comes behind is not looked at */
		/* one is left, for who reads filters */
		if (!is_true || (kept == 0 && i + 1 == *count))
			placed[kept++] = conjunct;
	}
	*conjuncts = placed;
	*count = kept;
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

/* Parameters are constants to come. */
static bool
has_constants_only(const struct expr *expr, bool with_params)
{
	for (uint32_t i = 0; i < expr->arg_count; i++)
		if (with_params ? !is_known(expr->args[i])
				: !is_constant(expr->args[i]))
			return false;
	return true;
}

/* The first failure is the statement's, unless there was no memory. */
static void
note_failure(struct fold *fold, const struct error *err)
{
	struct error *failure;

	if (fold->notes->failure != NULL || err->code == STELE_E_OUT_OF_MEMORY)
		return;
	failure = arena_alloc(fold->arena, sizeof(*failure));
	*failure = *err;
	fold->notes->failure = failure;
}

struct expr *
fold_value(struct fold *fold, struct expr *placed)
{
	const struct plan_context *context = fold->context;
	struct datum value;
	struct error err;

	if (context->evaluate == NULL || !is_foldable(placed))
		return placed;
	if (!has_constants_only(placed, false)) {
		fold->notes->waits_for_params |=
		    has_constants_only(placed, true);
		return placed;
	}
	if (context->evaluate(context, placed, fold->arena, &value, &err) == 0)
		return expr_const(fold->arena, placed->type, placed->location,
		    &value);
	note_failure(fold, &err);
	return placed;
}

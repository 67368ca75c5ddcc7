/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/fold_params.h"

#include "common/arena.h"
#include "engine/catalog/catalog.h"
#include "plan/fold.h"
#include "plan/logical.h"
#include "plan/plan.h"
#include "plan/rel_walk.h"
#include "plan/temp_table.h"

struct params_fold {
	struct fold base; /* first */
	const struct datum *params;
	struct expr *operand;
};

static void check_rel(struct params_fold *fold, const struct rel *rel);

/* ---- expressions ---- */

static struct expr *
place(struct fold *fold, const struct expr *expr)
{
	struct params_fold *self = (struct params_fold *)fold;
	struct expr *placed;

	if (expr->kind == EXPR_OPERAND && self->operand != NULL)
		return self->operand;
	if (expr->kind == EXPR_PARAM)
		return expr_const(fold->arena, expr->type, expr->location,
		    &self->params[expr->param]);
	placed = expr_copy(fold->arena, expr);
	if (fold_is_lazy(expr))
		return fold_lazy(fold, placed);
	for (uint32_t i = 0; i < expr->arg_count; i++)
		placed->args[i] = place(fold, expr->args[i]);
	if (expr->kind != EXPR_SUBQUERY)
		return fold_value(fold, placed);
	check_rel(self, expr->subquery->rel);
	if (expr->subquery->test != NULL)
		(void)place(fold, expr->subquery->test);
	return placed;
}

static int
check_slot(struct expr **slot, void *arg)
{
	struct fold *fold = arg;

	(void)place(fold, *slot);
	return fold->notes->failure == NULL ? 0 : 1;
}

static void
check_all(struct params_fold *fold, struct expr *const *exprs, uint32_t count)
{
	for (uint32_t i = 0; exprs != NULL && i < count; i++)
		if (exprs[i] != NULL)
			(void)place(&fold->base, exprs[i]);
}

/* ---- relations ---- */

static void
check_filter(struct params_fold *fold, const struct rel_filter *filter)
{
	struct expr **conjuncts = filter->conjuncts;
	uint32_t count = filter->count;

	(void)fold_conjuncts(&fold->base, &conjuncts, &count);
}

static void
check_join(struct params_fold *fold, const struct rel_join *join)
{
	for (uint32_t i = 0; i < join->key_count; i++) {
		(void)place(&fold->base, join->keys[i].left);
		(void)place(&fold->base, join->keys[i].right);
	}
}

static void
check_modify(struct params_fold *fold, const struct rel *rel)
{
	const struct rel_modify *modify = &rel->modify;
	const struct modify_conflict *conflict = modify->conflict;

	check_all(fold, modify->returning, rel->column_count);
	if (conflict == NULL)
		return;
	if (conflict->values != NULL)
		check_all(fold, conflict->values, modify->table->column_count);
	check_all(fold, &conflict->where, 1);
}

static void
check_rel(struct params_fold *fold, const struct rel *rel)
{
	if (rel->kind == REL_FILTER)
		check_filter(fold, &rel->filter);
	else
		(void)rel_each_expr_of(rel, check_slot, &fold->base);
	if (rel->kind == REL_JOIN)
		check_join(fold, &rel->join);
	if (rel->kind == REL_MODIFY)
		check_modify(fold, rel);
	for (uint32_t i = 0; i < rel_input_count(rel); i++)
		check_rel(fold, rel_child(rel, i));
}

/* ---- INSERT ---- */

#define CORE_VALUES 2 /* context_id and timestamp: event_id is not given */

/* The type of what values[i] becomes; NULL: it has no length or the like. */
static const struct type *
type_with_mod(const struct plan_insert *insert, uint32_t i)
{
	const struct type *type;

	if (i < CORE_VALUES)
		return NULL;
	type = &insert->type->fields[i - CORE_VALUES].type;
	return type->mod < 0 ? NULL : type;
}

bool
insert_casts_params(const struct plan_insert *insert)
{
	for (uint32_t i = 0; i < insert->value_count; i++)
		if (insert->values[i] != NULL &&
		    insert->values[i]->kind == EXPR_PARAM &&
		    type_with_mod(insert, i) != NULL)
			return true;
	return false;
}

/* Lengths of fields are asked for when the row is made: the cast is not there. */
static void
check_field(struct params_fold *fold, const struct expr *value,
    const struct type *type)
{
	struct expr *cast;

	if (type == NULL || value->kind != EXPR_PARAM) {
		(void)place(&fold->base, value);
		return;
	}
	cast = expr_new(fold->base.arena, EXPR_CAST, *type, value->location, 1);
	cast->cast = CAST_ASSIGNMENT;
	cast->args[0] = place(&fold->base, value);
	(void)fold_value(&fold->base, cast);
}

static void
check_insert(struct params_fold *fold, const struct plan_insert *insert)
{
	if (insert->source != NULL)
		check_rel(fold, insert->source);
	for (uint32_t i = 0; i < insert->value_count; i++)
		if (insert->values[i] != NULL)
			check_field(fold, insert->values[i],
			    type_with_mod(insert, i));
	check_all(fold, insert->returning, insert->returning_count);
}

int
fold_params(const struct plan *plan, const struct plan_context *context,
    const struct datum *params, struct arena *arena, struct error *err)
{
	struct fold_notes notes = { .failure = NULL };
	struct params_fold fold = { .base = { .arena = arena,
					.context = context,
					.notes = &notes,
					.place = place },
		.params = params };

	fold.base.operand = &fold.operand;
	if (plan->insert != NULL)
		check_insert(&fold, plan->insert);
	else if (plan->root != NULL)
		check_rel(&fold, plan->root);
	if (notes.failure == NULL)
		return arena_check(arena, err);
	*err = *notes.failure;
	return err->code;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order.c -- see order.h.
 */
#include "plan/order.h"

#include "plan/rel_walk.h"

/* ---- what does not depend on the order of its rows ---- */

bool
type_has_one_look(const struct type *type)
{
	switch (type_phys(type)) {
	case PHYS_BOOL:
	case PHYS_I64:
	case PHYS_UUID:
		return true;
	case PHYS_NUMERIC:
		return type->mod != -1; /* the scale is fixed */
	case PHYS_STR:
		return type->oid == TYPE_TEXT || type->oid == TYPE_VARCHAR ||
		    type->oid == TYPE_NAME;
	case PHYS_F64:
	case PHYS_INTERVAL:
	case PHYS_COUNT:
		return false;
	}
	return false;
}

bool
agg_needs_order(const struct agg_call *call)
{
	switch (call->kind) {
	case AGG_COUNT_STAR:
	case AGG_COUNT:
	case AGG_BOOL_AND:
	case AGG_BOOL_OR:
	case AGG_BIT_AND:
	case AGG_BIT_OR:
	case AGG_BIT_XOR:
	case AGG_REGR_COUNT:
	case AGG_APPROX_COUNT_DISTINCT:
		return false;
	case AGG_SUM:
	case AGG_AVG:
	case AGG_VAR_POP:
	case AGG_VAR_SAMP:
	case AGG_STDDEV_POP:
	case AGG_STDDEV_SAMP:
		/* floating-point addition is not associative */
		return type_phys(&call->arg->type) == PHYS_F64;
	case AGG_MIN:
	case AGG_MAX:
		return !type_has_one_look(&call->arg->type);
	case AGG_STRING_AGG:
	case AGG_ARRAY_AGG:
	case AGG_JSON_AGG:
	case AGG_JSONB_AGG:
	case AGG_JSON_OBJECT_AGG:
	case AGG_JSONB_OBJECT_AGG:
	case AGG_COVAR_POP:
	case AGG_COVAR_SAMP:
	case AGG_CORR:
	case AGG_REGR_SXX:
	case AGG_REGR_SYY:
	case AGG_REGR_SXY:
	case AGG_REGR_AVGX:
	case AGG_REGR_AVGY:
	case AGG_REGR_R2:
	case AGG_REGR_SLOPE:
	case AGG_REGR_INTERCEPT:
	case AGG_MODE: /* equal values may look different */
	case AGG_PERCENTILE_CONT:
	case AGG_PERCENTILE_DISC:
	case AGG_RANK:
	case AGG_DENSE_RANK:
	case AGG_PERCENT_RANK:
	case AGG_CUME_DIST:
		return true;
	}
	return true;
}

static bool
have_one_look(const struct type *types, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (!type_has_one_look(&types[i]))
			return false;
	}
	return true;
}

/* Whether the groups are the same whatever order their rows come in. */
static bool
needs_order(const struct rel_agg *agg)
{
	for (uint32_t i = 0; i < agg->key_count; i++) {
		if (!type_has_one_look(&agg->keys[i]->type))
			return true;
	}
	for (uint32_t i = 0; i < agg->call_count; i++) {
		if (agg_needs_order(&agg->calls[i]))
			return true;
	}
	return false;
}

/* ---- a sort above groups ---- */

static bool
is_sorted_by(const struct rel *sort, const struct rel *agg, uint32_t column)
{
	const struct rel *project = sort->input;

	for (uint32_t i = 0; i < sort->sort.key_count; i++) {
		uint32_t its = sort->sort.keys[i].column;
		const struct expr *expr;

		if (project == agg && its == column)
			return true;
		if (project->kind != REL_PROJECT)
			continue;
		expr = project->project[its];
		if (expr->kind == EXPR_COLUMN && expr->column.rel == agg->id &&
		    expr->column.column == column)
			return true;
	}
	return false;
}

/* Whether a sort leaves no two groups equal: it is by all of their keys. */
static bool
orders_groups(const struct rel *sort)
{
	const struct rel *rel = sort->input;

	if (rel->kind == REL_PROJECT)
		rel = rel->input;
	while (rel->kind == REL_FILTER)
		rel = rel->input;
	if (rel->kind != REL_AGG)
		return false;
	for (uint32_t k = 0; k < rel->agg.key_count; k++) {
		if (!is_sorted_by(sort, rel, k))
			return false;
	}
	return rel->agg.set_count == 0 ||
	    is_sorted_by(sort, rel, rel->column_count - 1);
}

/* ---- the rule ---- */

static void
relax_input(struct binder *binder, struct rel *rel, uint32_t i, bool is_seen)
{
	struct rel **input = rel_input(rel, i);

	*input = order_relax(binder, *input, is_seen);
}

static void
relax_inputs(struct binder *binder, struct rel *rel, bool is_seen)
{
	for (uint32_t i = 0; i < rel_input_count(rel); i++)
		relax_input(binder, rel, i, is_seen);
}

static void
relax_join(struct binder *binder, struct rel *rel, bool is_seen)
{
	bool is_test =
	    rel->join.kind == JOIN_SEMI || rel->join.kind == JOIN_ANTI;

	rel->join.is_ordered = is_seen;
	relax_input(binder, rel, 0, is_seen);
	relax_input(binder, rel, 1, is_seen && !is_test);
}

/*
 * Matches come in the order of the first step's events.  Those of the others
 * are put in order of their times for each unit; a context's come so from its
 * shard, other units' would come from all shards in turn.
 */
static void
relax_sequence(struct binder *binder, struct rel *rel)
{
	for (uint32_t i = 0; i < rel_input_count(rel); i++)
		relax_input(binder, rel, i,
		    i == 0 || !rel->sequence.is_by_context);
}

struct rel *
order_relax(struct binder *binder, struct rel *rel, bool is_seen)
{
	switch (rel->kind) {
	case REL_SCAN:
	case REL_EVENTS:
		rel->scan.is_ordered = is_seen;
		break;
	case REL_JOIN:
		relax_join(binder, rel, is_seen);
		break;
	case REL_AGG:
		/* groups come in the order of their first rows */
		rel->agg.is_unordered = !is_seen;
		relax_inputs(binder, rel,
		    (is_seen && rel->agg.key_count > 0) ||
			needs_order(&rel->agg));
		break;
	case REL_SORT:
		if (!is_seen)
			return order_relax(binder, rel->input, false);
		relax_inputs(binder, rel, !orders_groups(rel));
		break;
	case REL_SET_OP:
		rel->set_op.is_unordered = !is_seen;
		/* which of equal rows comes out depends on the left side */
		relax_input(binder, rel, 0,
		    is_seen || !have_one_look(rel->types, rel->column_count));
		relax_input(binder, rel, 1, false);
		break;
	case REL_WITH:
		for (uint32_t i = 0; i < rel_input_count(rel); i++)
			relax_input(binder, rel, i, i > 0 || is_seen);
		break;
	case REL_FILTER:
	case REL_PROJECT:
	case REL_APPEND:
	case REL_PROJECT_SET:
	case REL_READING:
		relax_inputs(binder, rel, is_seen);
		break;
	case REL_SEQUENCE:
		relax_sequence(binder, rel);
		break;
	case REL_UNIQUE:
	case REL_LIMIT:
	case REL_WINDOW:
	case REL_UNPIVOT:
	case REL_RECURSIVE:
	case REL_PAYLOAD:
	case REL_MODIFY:
		relax_inputs(binder, rel, true);
		break;
	case REL_TEMP:
	case REL_SYSTEM:
	case REL_VALUES:
	case REL_FUNCTION:
	case REL_CTE:
	case REL_WORK:
		break;
	}
	return rel;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decorrelate.c -- see decorrelate.h.
 */
#include "plan/decorrelate.h"

#include "plan/rel_walk.h"
#include "plan/rewrite.h"

/* The inner query on its way to be the right side of a join. */
struct pull {
	struct binder *binder;
	struct rel *outer; /* the left side to be */
	bool is_exists;
	struct rel *rel;         /* what is left of the inner query */
	struct expr *test;       /* of IN; NULL */
	struct conditions links; /* what names the outer query */
};

/* ---- what may go from the top of the inner query ---- */

/* The test said of a projection's or grouping's expressions. */
static bool
substitute_test(struct pull *pull, uint32_t id, struct expr *const *exprs,
    uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (expr_has_subquery(exprs[i]))
			return false;
	}
	if (!expr_may_grow(pull->binder, pull->test, id, exprs))
		return false;
	pull->test = expr_substitute(pull->binder, pull->test, id, exprs);
	return true;
}

static bool
peel_project(struct pull *pull)
{
	struct rel *rel = pull->rel;

	return pull->is_exists ||
	    substitute_test(pull, rel->id, rel->project, rel->column_count);
}

/* There is a group if there is a row; DISTINCT changes no set. */
static bool
peel_agg(struct pull *pull)
{
	const struct rel_agg *agg = &pull->rel->agg;

	if (agg->key_count == 0 || agg->set_count > 0)
		return false;
	if (pull->is_exists)
		return true;
	return agg->call_count == 0 &&
	    substitute_test(pull, pull->rel->id, agg->keys, agg->key_count);
}

/* EXISTS with a LIMIT of more than nothing. */
static bool
peel_limit(const struct pull *pull)
{
	const struct rel_limit *limit = &pull->rel->limit;

	return pull->is_exists && limit->offset == NULL &&
	    (limit->limit == NULL ||
		(limit->limit->kind == EXPR_CONST &&
		    (limit->limit->value.is_null ||
			limit->limit->value.i64 > 0)));
}

static bool
peel(struct pull *pull)
{
	switch (pull->rel->kind) {
	case REL_PROJECT:
		return peel_project(pull);
	case REL_AGG:
		return peel_agg(pull);
	case REL_LIMIT:
		return peel_limit(pull);
	case REL_SORT:
		return true;
	case REL_UNIQUE:
		return pull->is_exists;
	default:
		return false;
	}
}

/* ---- what names the outer query ---- */

/* Conditions of the inner WHERE that name it become those of the join. */
static void
take_links(struct pull *pull)
{
	struct rel *filter = pull->rel;
	struct conditions own = { .count = 0 };

	if (filter->kind != REL_FILTER)
		return;
	for (uint32_t i = 0; i < filter->filter.count; i++) {
		struct expr *condition = filter->filter.conjuncts[i];

		if (expr_names_any(condition, pull->outer))
			conditions_add(pull->binder, &pull->links, condition);
		else
			conditions_add(pull->binder, &own, condition);
	}
	pull->rel = conditions_above(pull->binder, filter->input, &own);
}

static bool
has_equality(const struct conditions *list)
{
	struct type type;

	for (uint32_t i = 0; i < list->count; i++) {
		if (expr_is_equality(list->items[i], &type))
			return true;
	}
	return false;
}

/* The test of IN in terms of what it compares, as conditions of the join. */
static void
add_test(struct pull *pull, const struct subquery *subquery,
    struct expr *const *operands)
{
	struct expr *test = expr_substitute(pull->binder, pull->test,
	    subquery->operand_rel, operands);
	struct expr **conjuncts;
	uint32_t count;

	rel_set_conjuncts(pull->binder, test, &conjuncts, &count);
	conditions_add_all(pull->binder, &pull->links, conjuncts, count);
}

/* ---- the rule ---- */

static bool
is_candidate(const struct subquery *subquery)
{
	return subquery->kind == SUBQUERY_EXISTS ||
	    subquery->kind == SUBQUERY_ANY;
}

/*
 * The join that says the same as a condition of a filter above `outer`; NULL if
 * there is none.
 */
static struct rel *
join_of(struct binder *binder, struct rel *outer, const struct expr *condition)
{
	bool is_not = condition->kind == EXPR_NOT;
	const struct expr *expr = is_not ? condition->args[0] : condition;
	const struct subquery *subquery;
	struct pull pull = { .binder = binder, .outer = outer };
	struct rel *join;

	if (expr->kind != EXPR_SUBQUERY)
		return NULL;
	subquery = expr->subquery;
	pull.is_exists = subquery->kind == SUBQUERY_EXISTS;
	pull.rel = subquery->rel;
	pull.test = subquery->test;
	if (!is_candidate(subquery) || (is_not && !pull.is_exists) ||
	    expr_is_volatile(expr))
		return NULL;
	while (peel(&pull))
		pull.rel = pull.rel->input;
	take_links(&pull);
	if (rel_names_any(pull.rel, outer))
		return NULL;
	if (!pull.is_exists)
		add_test(&pull, subquery, expr->args);
	if (pull.is_exists ? pull.links.count == 0 : !has_equality(&pull.links))
		return NULL;
	if (!binder_may_join(binder))
		return NULL;
	binder->join_count++;
	join = rel_new_join(binder, is_not ? JOIN_ANTI : JOIN_SEMI, outer,
	    decorrelate(binder, pull.rel));
	join->join.conjuncts = pull.links.items;
	join->join.conjunct_count = pull.links.count;
	return join;
}

static struct rel *
decorrelate_filter(struct binder *binder, struct rel *rel)
{
	struct conditions stay = { .count = 0 };
	struct rel *input = rel->input;

	for (uint32_t i = 0; i < rel->filter.count; i++) {
		struct expr *condition = rel->filter.conjuncts[i];
		struct rel *join = join_of(binder, input, condition);

		if (join != NULL)
			input = join;
		else
			conditions_add(binder, &stay, condition);
	}
	return conditions_above(binder, input, &stay);
}

struct rel *
decorrelate(struct binder *binder, struct rel *rel)
{
	for (uint32_t i = 0; i < rel_input_count(rel); i++) {
		struct rel **input = rel_input(rel, i);

		*input = decorrelate(binder, *input);
	}
	return rel->kind == REL_FILTER ? decorrelate_filter(binder, rel) : rel;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * late_payload.c -- see late_payload.h.
 */
#include "plan/late_payload.h"

#include "plan/column_set.h"
#include "plan/option.h"
#include "plan/rewrite.h"

/* The relations that the rule looks for, from above. */
struct late_plan {
	const struct rel *limit;
	const struct rel *sort;
	const struct rel *project;
	const struct rel *events;
};

static bool
match(const struct rel *limit, struct late_plan *out)
{
	const struct rel *rel;

	out->limit = limit;
	out->sort = limit->input;
	if (limit->limit.limit == NULL || limit->limit.tie_count > 0 ||
	    out->sort->kind != REL_SORT)
		return false;
	out->project = out->sort->input;
	if (out->project->kind != REL_PROJECT)
		return false;
	rel = out->project->input;
	while (rel->kind == REL_FILTER)
		rel = rel->input;
	out->events = rel;
	return rel->kind == REL_EVENTS && !rel->scan.is_payload_late;
}

static bool
has_payload(const struct late_plan *plan, const struct column_set *set)
{
	return column_set_has(set, plan->events->id, EVENTS_PAYLOAD - 1);
}

static const struct expr *
key_of(const struct late_plan *plan, uint32_t i)
{
	return plan->project->project[plan->sort->sort.keys[i].column];
}

/* Keys are computed below the LIMIT, and for the rows that pass it once more. */
static bool
can_repeat_keys(const struct late_plan *plan)
{
	for (uint32_t i = 0; i < plan->sort->sort.key_count; i++)
		if (expr_is_volatile(key_of(plan, i)) ||
		    expr_has_subquery(key_of(plan, i)))
			return false;
	return true;
}

/* Whether the payload is wanted, and by nothing below the LIMIT. */
static bool
is_worth_it(struct binder *binder, const struct late_plan *plan,
    const struct column_set *wanted)
{
	const struct rel *project = plan->project;
	const struct rel *filter = project->input;
	struct column_set above, below;

	column_set_init(&above, binder->arena);
	column_set_init(&below, binder->arena);
	for (uint32_t i = 0; i < project->column_count; i++) {
		if (column_set_has(wanted, project->id, i))
			column_set_add_expr(&above, project->project[i]);
	}
	for (uint32_t i = 0; i < plan->sort->sort.key_count; i++)
		column_set_add_expr(&below, key_of(plan, i));
	for (; filter->kind == REL_FILTER; filter = filter->input) {
		for (uint32_t i = 0; i < filter->filter.count; i++)
			column_set_add_expr(&below,
			    filter->filter.conjuncts[i]);
	}
	return has_payload(plan, &above) && !has_payload(plan, &below);
}

/* The events and the filters above them, payloads left out. */
static struct rel *
without_payload(struct binder *binder, const struct rel *rel)
{
	struct rel *copy = arena_alloc(binder->arena, sizeof(*copy));

	*copy = *rel;
	if (rel->kind == REL_FILTER)
		copy->input = without_payload(binder, rel->input);
	else
		copy->scan.is_payload_late = true;
	return copy;
}

/* The columns of events, as its columns 0.., then the sort keys. */
static struct rel *
project_keys(struct binder *binder, const struct late_plan *plan)
{
	const struct rel_sort *sort = &plan->sort->sort;
	const struct rel *events = plan->events;
	uint32_t count = EVENTS_COLUMN_COUNT + sort->key_count;
	struct expr **exprs =
	    arena_alloc_array(binder->arena, count, sizeof(*exprs));

	for (uint32_t i = 0; i < EVENTS_COLUMN_COUNT; i++)
		exprs[i] = expr_column(binder->arena, events->types[i], 0,
		    events->id, i);
	for (uint32_t i = 0; i < sort->key_count; i++)
		exprs[EVENTS_COLUMN_COUNT + i] =
		    plan->project->project[sort->keys[i].column];
	return rel_new_project(binder,
	    without_payload(binder, plan->project->input), exprs, count);
}

static struct rel *
sort_and_limit(struct binder *binder, const struct late_plan *plan,
    struct rel *input)
{
	uint32_t key_count = plan->sort->sort.key_count;
	struct sort_key *keys =
	    arena_alloc_array(binder->arena, key_count + 1, sizeof(*keys));
	struct rel *limit;

	for (uint32_t i = 0; i < key_count; i++) {
		keys[i] = plan->sort->sort.keys[i];
		keys[i].column = EVENTS_COLUMN_COUNT + i;
	}
	limit = rel_new_over(binder, REL_LIMIT,
	    rel_new_sort(binder, input, keys, key_count));
	limit->limit = plan->limit->limit;
	return limit;
}

const struct rel *
late_payload(struct binder *binder, const struct rel *limit,
    const struct column_set *wanted)
{
	struct rel *keys, *payload, *project;
	struct late_plan plan;

	if (!option_is_on(binder, OPTION_LATE_PAYLOAD) ||
	    !match(limit, &plan) || !can_repeat_keys(&plan) ||
	    !is_worth_it(binder, &plan, wanted))
		return NULL;
	keys = project_keys(binder, &plan);
	payload = rel_new_over(binder, REL_PAYLOAD,
	    sort_and_limit(binder, &plan, keys));
	payload->id = plan.events->id;
	payload->payload.source = keys->id;
	project = arena_alloc(binder->arena, sizeof(*project));
	*project = *plan.project;
	project->input = payload;
	return project;
}

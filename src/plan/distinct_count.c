/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/distinct_count.h"

#include "engine/catalog/catalog.h"
#include "plan/rel_walk.h"

static bool
is_plain(const struct rel_agg *agg)
{
	return agg->set_count == 0 && agg->grouping_count == 0;
}

static bool
gives_columns(const struct rel *project)
{
	for (uint32_t i = 0; i < project->column_count; i++)
		if (project->project[i]->kind != EXPR_COLUMN)
			return false;
	return true;
}

/* The groups whose columns, and nothing else, come out; NULL: there are none. */
static const struct rel *
groups_below(const struct rel *rel)
{
	/* In which order they are counted is all one. */
	while (rel->kind == REL_SORT ||
	    (rel->kind == REL_PROJECT && gives_columns(rel)))
		rel = rel->input;
	return rel->kind == REL_AGG && is_plain(&rel->agg) &&
		rel->agg.call_count == 0
	    ? rel
	    : NULL;
}

/* Which key of `groups`, at or below `rel`, an expression over `rel` is. */
static bool
find_key(const struct expr *expr, const struct rel *rel,
    const struct rel *groups, uint32_t *key)
{
	for (; rel != groups; rel = rel->input) {
		if (rel->kind == REL_SORT)
			continue;
		if (expr->kind != EXPR_COLUMN || expr->column.rel != rel->id)
			return false;
		expr = rel->project[expr->column.column];
	}
	*key = expr->column.column;
	return expr->kind == EXPR_COLUMN && expr->column.rel == groups->id;
}

static bool
is_context(const struct expr *expr, const struct rel *rel)
{
	for (; expr->kind == EXPR_COLUMN; rel = rel->input) {
		switch ((int)rel->kind) {
		case REL_FILTER:
			continue;
		case REL_PROJECT:
			if (expr->column.rel != rel->id)
				return false;
			expr = rel->project[expr->column.column];
			continue;
		case REL_SCAN:
			return expr->column.rel == rel->id &&
			    expr->column.column == COLUMN_CONTEXT_ID - 1;
		default:
			return false;
		}
	}
	return false;
}

/* The one key that is none of those above, which is the context. */
static bool
find_counted(struct binder *binder, const struct rel *rel,
    const struct rel *groups, uint32_t *counted)
{
	bool *used = arena_zalloc(binder->arena, groups->agg.key_count + 1);
	uint32_t left = groups->agg.key_count;
	uint32_t key;

	for (uint32_t i = 0; i < rel->agg.key_count; i++) {
		if (!find_key(rel->agg.keys[i], rel->input, groups, &key))
			return false;
		left -= used[key] ? 0 : 1;
		used[key] = true;
	}
	if (left != 1)
		return false;
	*counted = 0;
	while (used[*counted])
		++*counted;
	return is_context(groups->agg.keys[*counted], groups->input);
}

/* Whether the call counts groups, each once. */
static bool
counts_groups(const struct agg_call *call, const struct rel *input,
    const struct rel *groups, uint32_t counted)
{
	uint32_t key;

	if (call->filter != NULL || call->order_count > 0)
		return false;
	if (call->kind == AGG_COUNT_STAR)
		return true;
	return call->kind == AGG_COUNT &&
	    find_key(call->arg, input, groups, &key) && key == counted;
}

static void
merge_groups(struct binder *binder, struct rel *rel)
{
	const struct rel *groups = groups_below(rel->input);
	uint32_t counted, key;

	if (groups == NULL || !is_plain(&rel->agg) ||
	    !find_counted(binder, rel, groups, &counted))
		return;
	for (uint32_t i = 0; i < rel->agg.call_count; i++)
		if (!counts_groups(&rel->agg.calls[i], rel->input, groups,
			counted))
			return;
	for (uint32_t i = 0; i < rel->agg.key_count; i++)
		if (find_key(rel->agg.keys[i], rel->input, groups, &key))
			rel->agg.keys[i] = groups->agg.keys[key];
	for (uint32_t i = 0; i < rel->agg.call_count; i++) {
		rel->agg.calls[i].kind = AGG_COUNT;
		rel->agg.calls[i].is_distinct = true;
		rel->agg.calls[i].arg = groups->agg.keys[counted];
	}
	rel->input = groups->input;
}

void
distinct_count(struct binder *binder, struct rel *rel)
{
	if (rel->kind == REL_AGG)
		merge_groups(binder, rel);
	for (uint32_t i = 0; i < rel_input_count(rel); i++)
		distinct_count(binder, *rel_input(rel, i));
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inner_join.c -- inner joins below each other as one list of relations and one
 * of conditions, put together again so that each relation has a condition with
 * those before it, if there is any such order.
 *
 * The order depends on the statement alone: from the first relation on, the
 * next one in FROM that an equality connects, else the next one.
 */
#include "common/must.h"
#include "plan/equality.h"
#include "plan/option.h"
#include "plan/push.h"
#include "plan/rel_walk.h"

struct leaf {
	struct rel *rel;
	struct conditions own; /* about it alone */
	bool is_joined;
};

/* A condition about several leaves. */
struct link {
	struct expr *condition;
	bool is_placed;
};

struct group {
	struct binder *binder;
	struct leaf *leaves;
	uint32_t leaf_count;
	struct conditions all; /* of all joins and filters between leaves */
	struct link *links;
	uint32_t link_count;
	struct conditions stay; /* volatile */
};

/* ---- taking apart ---- */

static uint32_t
count_leaves(const struct rel *rel)
{
	if (rel->kind == REL_FILTER)
		return count_leaves(rel->input);
	if (rel->kind != REL_JOIN || rel->join.kind != JOIN_INNER)
		return 1;
	return count_leaves(rel->input) + count_leaves(rel->join.right);
}

static void
take_apart(struct group *group, struct rel *rel)
{
	if (rel->kind == REL_FILTER) {
		conditions_add_all(group->binder, &group->all,
		    rel->filter.conjuncts, rel->filter.count);
		take_apart(group, rel->input);
	} else if (rel->kind == REL_JOIN && rel->join.kind == JOIN_INNER) {
		conditions_add_all(group->binder, &group->all,
		    rel->join.conjuncts, rel->join.conjunct_count);
		take_apart(group, rel->input);
		take_apart(group, rel->join.right);
	} else {
		group->leaves[group->leaf_count++].rel = rel;
	}
}

/* ---- which condition is about what ---- */

/* The only leaf that a condition names; NULL if there are several. */
static struct leaf *
only_leaf(const struct group *group, const struct expr *condition)
{
	struct leaf *found = NULL;

	for (uint32_t i = 0; i < group->leaf_count; i++) {
		struct leaf *leaf = &group->leaves[i];

		if (!expr_names_any(group->binder, condition, leaf->rel))
			continue;
		if (found != NULL)
			return NULL;
		found = leaf;
	}
	return found == NULL ? &group->leaves[0] : found;
}

static void
sort_conditions(struct group *group)
{
	group->links = arena_alloc_array(group->binder->arena,
	    group->all.count + 1, sizeof(*group->links));
	for (uint32_t i = 0; i < group->all.count; i++) {
		struct expr *condition = group->all.items[i];
		struct leaf *leaf;

		if (expr_is_volatile(condition)) {
			conditions_add(group->binder, &group->stay, condition);
			continue;
		}
		leaf = only_leaf(group, condition);
		if (leaf != NULL)
			conditions_add(group->binder, &leaf->own, condition);
		else
			group->links[group->link_count++] =
			    (struct link){ .condition = condition };
	}
}

/* ---- putting together ---- */

/* Whether a condition names nothing of leaves that are not joined. */
static bool
is_complete(const struct group *group, const struct expr *condition)
{
	for (uint32_t i = 0; i < group->leaf_count; i++) {
		const struct leaf *leaf = &group->leaves[i];

		if (!leaf->is_joined &&
		    expr_names_any(group->binder, condition, leaf->rel))
			return false;
	}
	return true;
}

/* A LATERAL leaf comes after those that it names. */
static bool
is_possible(const struct group *group, const struct leaf *leaf)
{
	for (uint32_t i = 0; i < group->leaf_count; i++) {
		const struct leaf *other = &group->leaves[i];

		if (other != leaf && !other->is_joined &&
		    rel_names_any(group->binder, leaf->rel, other->rel))
			return false;
	}
	return true;
}

/* Whether an equality ties a leaf to those that are joined. */
static bool
is_connected(struct group *group, struct leaf *leaf)
{
	bool found = false;

	leaf->is_joined = true;
	for (uint32_t i = 0; i < group->link_count && !found; i++) {
		const struct link *link = &group->links[i];
		struct type type;

		found = !link->is_placed &&
		    expr_is_equality(link->condition, &type) &&
		    expr_names_any(group->binder, link->condition, leaf->rel) &&
		    is_complete(group, link->condition);
	}
	leaf->is_joined = false;
	return found;
}

static struct leaf *
next_leaf(struct group *group)
{
	struct leaf *first = NULL;

	for (uint32_t i = 0; i < group->leaf_count; i++) {
		struct leaf *leaf = &group->leaves[i];

		if (leaf->is_joined || !is_possible(group, leaf))
			continue;
		if (first == NULL)
			first = leaf;
		if (!option_is_on(group->binder, OPTION_JOIN_ORDER) ||
		    is_connected(group, leaf))
			return leaf;
	}
	MUST(first != NULL); /* the first in FROM names none of the others */
	return first;
}

static struct rel *
join_next(struct group *group, struct rel *left, struct leaf *leaf)
{
	struct rel *join =
	    rel_new_join(group->binder, JOIN_INNER, left, leaf->rel);
	struct conditions conditions = { .count = 0 };

	leaf->is_joined = true;
	for (uint32_t i = 0; i < group->link_count; i++) {
		struct link *link = &group->links[i];

		if (link->is_placed || !is_complete(group, link->condition))
			continue;
		link->is_placed = true;
		conditions_add(group->binder, &conditions, link->condition);
	}
	join->join.conjuncts = conditions.items;
	join->join.conjunct_count = conditions.count;
	join->join.is_lateral = join_is_lateral(group->binder, left, leaf->rel);
	return join;
}

struct rel *
push_inner_join(struct binder *binder, struct rel *rel,
    const struct conditions *above)
{
	struct group group = { .binder = binder };
	struct rel *joined;

	group.leaves = arena_zalloc(binder->arena,
	    count_leaves(rel) * sizeof(*group.leaves));
	conditions_add_all(binder, &group.all, above->items, above->count);
	take_apart(&group, rel);
	equality_close(binder, rel, &group.all);
	sort_conditions(&group);
	for (uint32_t i = 0; i < group.leaf_count; i++)
		group.leaves[i].rel = push_down(binder, group.leaves[i].rel,
		    &group.leaves[i].own);
	group.leaves[0].is_joined = true;
	joined = group.leaves[0].rel;
	for (uint32_t i = 1; i < group.leaf_count; i++)
		joined = join_next(&group, joined, next_leaf(&group));
	return conditions_above(binder, joined, &group.stay);
}

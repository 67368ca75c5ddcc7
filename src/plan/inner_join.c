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
	bool is_lateral; /* names others */
	uint32_t *links; /* that name it, in order; by their numbers */
	uint32_t link_count;
	uint32_t link_capacity;
	uint32_t *users; /* LATERAL leaves that name it */
	uint32_t user_count;
	uint32_t user_capacity;
	uint32_t missing; /* leaves that it names and are not joined yet */
};

/* A condition about several leaves. */
struct link {
	struct expr *condition;
	bool is_equality;
	uint32_t missing; /* leaves that it names and are not joined yet */
};

#define NO_LEAF UINT32_MAX

struct group {
	struct binder *binder;
	struct leaf *leaves;
	uint32_t leaf_count;
	uint32_t *leaf_of_rel; /* by id; NO_LEAF */
	uint32_t rel_count;
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

static void
note_leaf(struct group *group, struct rel *rel, uint32_t leaf)
{
	group->leaf_of_rel[rel->id] = leaf;
	for (uint32_t i = 0; i < rel_input_count(rel); i++)
		note_leaf(group, *rel_input(rel, i), leaf);
}

/* Which leaf makes what, so that nobody need look through all of them. */
static void
note_leaves(struct group *group)
{
	group->rel_count = group->binder->next_rel_id;
	group->leaf_of_rel = arena_alloc_array(group->binder->arena,
	    (size_t)group->rel_count + 1, sizeof(*group->leaf_of_rel));
	for (uint32_t i = 0; i < group->rel_count; i++)
		group->leaf_of_rel[i] = NO_LEAF;
	for (uint32_t i = 0; i < group->leaf_count; i++)
		note_leaf(group, group->leaves[i].rel, i);
}

/* The leaves that an expression or a relation names, each once. */
struct named {
	const struct group *group;
	bool *is_named; /* by leaf */
	uint32_t *items;
	uint32_t count;
};

static void
named_init(struct named *named, const struct group *group)
{
	struct arena *arena = group->binder->arena;

	*named = (struct named){ .group = group };
	named->is_named = arena_zalloc(arena, group->leaf_count);
	named->items =
	    arena_alloc_array(arena, group->leaf_count, sizeof(*named->items));
}

static void
named_clear(struct named *named)
{
	while (named->count > 0)
		named->is_named[named->items[--named->count]] = false;
}

/* Looks at all: no expression is what is looked for. */
static bool
name_leaf(const struct expr *expr, void *arg)
{
	struct named *named = arg;
	uint32_t leaf;

	if (expr->kind != EXPR_COLUMN ||
	    expr->column.rel >= named->group->rel_count)
		return false;
	leaf = named->group->leaf_of_rel[expr->column.rel];
	if (leaf == NO_LEAF || named->is_named[leaf])
		return false;
	named->is_named[leaf] = true;
	named->items[named->count++] = leaf;
	return false;
}

static void
add_number(struct group *group, uint32_t **items, uint32_t *count,
    uint32_t *capacity, uint32_t number)
{
	*items = arena_grow(group->binder->arena, *items, *count, capacity,
	    sizeof(**items));
	(*items)[(*count)++] = number;
}

static void
add_link(struct group *group, struct expr *condition, const struct named *named)
{
	uint32_t number = group->link_count++;
	struct type type;

	group->links[number] = (struct link){ .condition = condition,
		.is_equality = expr_is_equality(condition, &type),
		.missing = named->count };
	for (uint32_t i = 0; i < named->count; i++) {
		struct leaf *leaf = &group->leaves[named->items[i]];

		add_number(group, &leaf->links, &leaf->link_count,
		    &leaf->link_capacity, number);
	}
}

/* A condition that names no leaf at all goes to the first. */
static void
sort_conditions(struct group *group, struct named *named)
{
	group->links = arena_alloc_array(group->binder->arena,
	    group->all.count + 1, sizeof(*group->links));
	for (uint32_t i = 0; i < group->all.count; i++) {
		struct expr *condition = group->all.items[i];

		if (expr_is_volatile(condition)) {
			conditions_add(group->binder, &group->stay, condition);
			continue;
		}
		named_clear(named);
		(void)expr_find(condition, name_leaf, named);
		if (named->count > 1)
			add_link(group, condition, named);
		else
			conditions_add(group->binder,
			    &group
				 ->leaves[named->count == 0 ? 0
							    : named->items[0]]
				 .own,
			    condition);
	}
}

/* A LATERAL leaf comes after those that it names. */
static void
sort_leaves(struct group *group, struct named *named)
{
	for (uint32_t i = 0; i < group->leaf_count; i++) {
		named_clear(named);
		(void)rel_find(group->leaves[i].rel, name_leaf, named);
		for (uint32_t k = 0; k < named->count; k++) {
			struct leaf *leaf = &group->leaves[named->items[k]];

			if (named->items[k] == i)
				continue;
			add_number(group, &leaf->users, &leaf->user_count,
			    &leaf->user_capacity, i);
			group->leaves[i].missing++;
			group->leaves[i].is_lateral = true;
		}
	}
}

/* ---- putting together ---- */

/* Whether an equality ties a leaf to those that are joined. */
static bool
is_connected(const struct group *group, const struct leaf *leaf)
{
	for (uint32_t i = 0; i < leaf->link_count; i++) {
		const struct link *link = &group->links[leaf->links[i]];

		if (link->is_equality && link->missing == 1)
			return true;
	}
	return false;
}

static struct leaf *
next_leaf(struct group *group)
{
	struct leaf *first = NULL;

	for (uint32_t i = 0; i < group->leaf_count; i++) {
		struct leaf *leaf = &group->leaves[i];

		if (leaf->is_joined || leaf->missing > 0)
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

/* What waits for a leaf; conditions that it completes go to the list. */
static void
set_joined(struct group *group, struct leaf *leaf, struct conditions *complete)
{
	leaf->is_joined = true;
	for (uint32_t i = 0; i < leaf->user_count; i++)
		group->leaves[leaf->users[i]].missing--;
	for (uint32_t i = 0; i < leaf->link_count; i++) {
		struct link *link = &group->links[leaf->links[i]];

		if (--link->missing == 0)
			conditions_add(group->binder, complete,
			    link->condition);
	}
}

static struct rel *
join_next(struct group *group, struct rel *left, struct leaf *leaf)
{
	struct rel *join =
	    rel_new_join(group->binder, JOIN_INNER, left, leaf->rel);
	struct conditions conditions = { .count = 0 };

	set_joined(group, leaf, &conditions);
	join->join.conjuncts = conditions.items;
	join->join.conjunct_count = conditions.count;
	join->join.is_lateral = leaf->is_lateral;
	return join;
}

struct rel *
push_inner_join(struct binder *binder, struct rel *rel,
    const struct conditions *above)
{
	struct group group = { .binder = binder };
	struct conditions none = { .count = 0 };
	struct named named;
	struct rel *joined;

	group.leaves = arena_zalloc(binder->arena,
	    count_leaves(rel) * sizeof(*group.leaves));
	conditions_add_all(binder, &group.all, above->items, above->count);
	take_apart(&group, rel);
	equality_close(binder, rel, &group.all);
	note_leaves(&group);
	named_init(&named, &group);
	sort_conditions(&group, &named);
	for (uint32_t i = 0; i < group.leaf_count; i++)
		group.leaves[i].rel = push_down(binder, group.leaves[i].rel,
		    &group.leaves[i].own);
	sort_leaves(&group, &named);
	set_joined(&group, &group.leaves[0], &none);
	joined = group.leaves[0].rel;
	for (uint32_t i = 1; i < group.leaf_count && !binder_is_over(binder);
	     i++)
		joined = join_next(&group, joined, next_leaf(&group));
	return conditions_above(binder, joined, &group.stay);
}

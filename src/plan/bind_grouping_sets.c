/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_grouping_sets.c -- GROUP BY with GROUPING SETS, ROLLUP and CUBE, as the
 * list of sets of expressions that it means.
 *
 * Each item of GROUP BY is a list of sets; the whole is every combination of
 * one set of each item.  A plain expression is a list of one set.
 */
#include "plan/bind.h"

#define SETS_MAX 4096 /* as PostgreSQL's */
#define CUBE_MAX 12

struct set_list {
	struct grouping_set *items;
	uint32_t count;
	uint32_t capacity;
};

struct expansion {
	struct binder *binder;
	struct select_state *state;
	struct error *err;
};

static int expand(struct expansion *e, const struct ast_group *group,
    struct set_list *out);

static int
too_many_sets(struct expansion *e)
{
	return error_set(e->err, STELE_E_TOO_COMPLEX,
	    "too many grouping sets present (maximum %d)", SETS_MAX);
}

/* ---- sets and lists ---- */

static int
add_set(struct expansion *e, struct set_list *list, struct grouping_set set)
{
	if (list->count >= SETS_MAX)
		return too_many_sets(e);
	list->items = arena_grow(e->binder->arena, list->items, list->count,
	    &list->capacity, sizeof(*list->items));
	list->items[list->count++] = set;
	return 0;
}

static bool
has_key(const struct grouping_set *set, uint32_t key)
{
	for (uint32_t i = 0; i < set->count; i++) {
		if (set->keys[i] == key)
			return true;
	}
	return false;
}

/* The keys of both. */
static struct grouping_set
unite(struct expansion *e, const struct grouping_set *a,
    const struct grouping_set *b)
{
	struct grouping_set set = { .count = a->count };

	set.keys = arena_alloc_array(e->binder->arena, a->count + b->count + 1,
	    sizeof(*set.keys));
	if (a->count > 0)
		memcpy(set.keys, a->keys, a->count * sizeof(*set.keys));
	for (uint32_t i = 0; i < b->count; i++) {
		if (!has_key(&set, b->keys[i]))
			set.keys[set.count++] = b->keys[i];
	}
	return set;
}

static bool
same_set(const struct grouping_set *a, const struct grouping_set *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++) {
		if (!has_key(b, a->keys[i]))
			return false;
	}
	return true;
}

/* ---- what each item means ---- */

/* An expression, or several in parentheses. */
static int
bind_set(struct expansion *e, struct ast_expr *ast, struct grouping_set *out)
{
	struct ast_expr_list list = { .items = &ast, .count = 1 };
	int rc = 0;

	if (ast->kind == AST_ROW)
		list = ast->list;
	*out = (struct grouping_set){ .count = 0 };
	out->keys = arena_alloc_array(e->binder->arena, list.count + 1,
	    sizeof(*out->keys));
	for (uint32_t i = 0; i < list.count && rc == 0; i++) {
		uint32_t key;

		rc = bind_group_index(e->binder, e->state, list.items[i], &key,
		    e->err);
		if (rc == 0 && !has_key(out, key))
			out->keys[out->count++] = key;
	}
	return rc;
}

/* The sets that ROLLUP and CUBE combine. */
static int
bind_parts(struct expansion *e, const struct ast_group *group,
    struct grouping_set **out)
{
	int rc = 0;

	*out =
	    arena_zalloc(e->binder->arena, (group->count + 1) * sizeof(**out));
	for (uint32_t i = 0; i < group->count && rc == 0; i++)
		rc = bind_set(e, group->items[i].expr, &(*out)[i]);
	return rc;
}

/* ROLLUP (a, b): (a, b), (a), (). */
static int
expand_rollup(struct expansion *e, const struct ast_group *group,
    struct set_list *out)
{
	struct grouping_set *parts;
	int rc;

	rc = bind_parts(e, group, &parts);
	for (uint32_t count = group->count + 1; count-- > 0 && rc == 0;) {
		struct grouping_set set = { .count = 0 };

		for (uint32_t i = 0; i < count; i++)
			set = unite(e, &set, &parts[i]);
		rc = add_set(e, out, set);
	}
	return rc;
}

/* CUBE (a, b): (a, b), (a), (b), (). */
static int
expand_cube(struct expansion *e, const struct ast_group *group,
    struct set_list *out)
{
	struct grouping_set *parts;
	int rc;

	if (group->count > CUBE_MAX)
		return error_at(e->err, group->location,
		    STELE_E_TOO_MANY_COLUMNS, "CUBE is limited to %d elements",
		    CUBE_MAX);
	rc = bind_parts(e, group, &parts);
	for (uint32_t left_out = 0; left_out < 1u << group->count && rc == 0;
	     left_out++) {
		struct grouping_set set = { .count = 0 };

		for (uint32_t i = 0; i < group->count; i++) {
			if ((left_out >> (group->count - 1 - i) & 1) == 0)
				set = unite(e, &set, &parts[i]);
		}
		rc = add_set(e, out, set);
	}
	return rc;
}

static int
expand(struct expansion *e, const struct ast_group *group, struct set_list *out)
{
	struct grouping_set set = { .count = 0 };
	int rc = 0;

	switch (group->kind) {
	case AST_GROUP_EXPR:
		rc = bind_set(e, group->expr, &set);
		return rc == 0 ? add_set(e, out, set) : rc;
	case AST_GROUP_EMPTY:
		return add_set(e, out, set);
	case AST_GROUP_ROLLUP:
		return expand_rollup(e, group, out);
	case AST_GROUP_CUBE:
		return expand_cube(e, group, out);
	case AST_GROUP_SETS:
		for (uint32_t i = 0; i < group->count && rc == 0; i++)
			rc = expand(e, &group->items[i], out);
		return rc;
	}
	return 0;
}

/* ---- all items together ---- */

static int
combine(struct expansion *e, struct set_list *all, const struct set_list *more)
{
	struct set_list both = { .count = 0 };
	int rc = 0;

	for (uint32_t i = 0; i < all->count && rc == 0; i++) {
		for (uint32_t k = 0; k < more->count && rc == 0; k++)
			rc = add_set(e, &both,
			    unite(e, &all->items[i], &more->items[k]));
	}
	*all = both;
	return rc;
}

/* GROUP BY DISTINCT. */
static void
drop_duplicates(struct set_list *list)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < list->count; i++) {
		bool is_new = true;

		for (uint32_t k = 0; k < kept && is_new; k++)
			is_new = !same_set(&list->items[i], &list->items[k]);
		if (is_new)
			list->items[kept++] = list->items[i];
	}
	list->count = kept;
}

int
bind_grouping_sets(struct binder *binder, struct select_state *state,
    struct error *err)
{
	const struct ast_select *select = state->select;
	struct expansion e = { .binder = binder, .state = state, .err = err };
	struct set_list all = { .count = 0 };
	int rc;

	rc = add_set(&e, &all, (struct grouping_set){ .count = 0 });
	for (uint32_t i = 0; i < select->group_count && rc == 0; i++) {
		struct set_list more = { .count = 0 };

		rc = expand(&e, &select->groups[i], &more);
		if (rc == 0)
			rc = combine(&e, &all, &more);
	}
	if (select->is_group_distinct)
		drop_duplicates(&all);
	if (rc != 0 ||
	    (all.count == 1 && all.items[0].count == state->group_count))
		return rc;
	state->sets = all.items;
	state->set_count = all.count;
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_grouping_sets.c -- GROUP BY with GROUPING SETS, ROLLUP and CUBE, as the
 * list of sets of expressions that it means.
 *
 * Each item of GROUP BY is a list of sets; the whole is every combination of
 * one set of each item.  A plain expression is a list of one set.
 */
#include "common/hash.h"
#include "plan/bind.h"
#include "sql/parse.h"

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
	uint32_t *marks; /* by key: the last set that got it */
	uint32_t set_number;
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

/* An empty set with room for so many keys, the one that is added to from here. */
static struct grouping_set
new_set(struct expansion *e, uint32_t capacity)
{
	e->set_number++;
	return (
	    struct grouping_set){ .keys = arena_alloc_array(e->binder->arena,
				      (size_t)capacity + 1, sizeof(uint32_t)) };
}

/* The keys of another set, too; there is room for them. */
static void
add_keys(struct expansion *e, struct grouping_set *set,
    const struct grouping_set *more)
{
	for (uint32_t i = 0; i < more->count; i++) {
		uint32_t key = more->keys[i];

		if (e->marks[key] == e->set_number)
			continue;
		e->marks[key] = e->set_number;
		set->keys[set->count++] = key;
	}
}

static bool
same_set(struct expansion *e, const struct grouping_set *a,
    const struct grouping_set *b)
{
	if (a->count != b->count)
		return false;
	e->set_number++;
	for (uint32_t i = 0; i < a->count; i++)
		e->marks[a->keys[i]] = e->set_number;
	for (uint32_t i = 0; i < b->count; i++) {
		if (e->marks[b->keys[i]] != e->set_number)
			return false;
	}
	return true;
}

/* The same for sets of the same keys in any order. */
static uint64_t
hash_set(const struct grouping_set *set)
{
	uint64_t hash = 0;

	for (uint32_t i = 0; i < set->count; i++)
		hash += hash_u64(set->keys[i]);
	return hash;
}

/* ---- what each item means ---- */

/* An expression, or several in parentheses. */
static int
bind_set(struct expansion *e, struct ast_expr *ast, struct grouping_set *out)
{
	struct ast_expr_list list = { .items = &ast, .count = 1 };
	struct grouping_set one = { .count = 1 };
	uint32_t key;
	int rc = 0;

	if (ast->kind == AST_ROW)
		list = ast->list;
	one.keys = &key;
	*out = new_set(e, list.count);
	for (uint32_t i = 0; i < list.count && rc == 0; i++) {
		rc = bind_group_index(e->binder, e->state, list.items[i], &key,
		    e->err);
		if (rc == 0)
			add_keys(e, out, &one);
	}
	return rc;
}

/* The sets that ROLLUP and CUBE combine, and how many keys all have. */
static int
bind_parts(struct expansion *e, const struct ast_group *group,
    struct grouping_set **out, uint32_t *key_count)
{
	int rc = 0;

	*out =
	    arena_zalloc(e->binder->arena, (group->count + 1) * sizeof(**out));
	for (uint32_t i = 0; i < group->count && rc == 0; i++)
		rc = bind_set(e, group->items[i].expr, &(*out)[i]);
	*key_count = 0;
	for (uint32_t i = 0; i < group->count && rc == 0; i++)
		*key_count += (*out)[i].count;
	return rc;
}

/* ROLLUP (a, b): (a, b), (a), (), the first keys of one array. */
static int
expand_rollup(struct expansion *e, const struct ast_group *group,
    struct set_list *out)
{
	struct grouping_set *parts, all;
	uint32_t *counts = arena_zalloc(e->binder->arena,
	    (group->count + 1) * sizeof(*counts));
	uint32_t key_count;
	int rc;

	rc = bind_parts(e, group, &parts, &key_count);
	if (rc != 0)
		return rc;
	all = new_set(e, key_count);
	for (uint32_t i = 0; i < group->count; i++) {
		add_keys(e, &all, &parts[i]);
		counts[i + 1] = all.count;
	}
	for (uint32_t i = group->count + 1; i-- > 0 && rc == 0;) {
		all.count = counts[i];
		rc = add_set(e, out, all);
	}
	return rc;
}

/* CUBE (a, b): (a, b), (a), (b), (). */
static int
expand_cube(struct expansion *e, const struct ast_group *group,
    struct set_list *out)
{
	struct grouping_set *parts;
	uint32_t key_count;
	int rc;

	if (group->count > CUBE_MAX)
		return error_at(e->err, group->location,
		    STELE_E_TOO_MANY_COLUMNS, "CUBE is limited to %d elements",
		    CUBE_MAX);
	rc = bind_parts(e, group, &parts, &key_count);
	for (uint32_t left_out = 0; left_out < 1u << group->count && rc == 0;
	     left_out++) {
		struct grouping_set set = new_set(e, key_count);

		for (uint32_t i = 0; i < group->count; i++) {
			if ((left_out >> (group->count - 1 - i) & 1) == 0)
				add_keys(e, &set, &parts[i]);
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

/* How many combinations there are of one set of each list. */
static int
count_all(struct expansion *e, const struct set_list *lists, uint32_t count,
    uint32_t *out)
{
	*out = 1;
	for (uint32_t i = 0; i < count; i++) {
		*out *= lists[i].count;
		if (*out > SETS_MAX)
			return too_many_sets(e);
	}
	return 0;
}

/* The combination with a number: the last list's sets change with each. */
static struct grouping_set
combine(struct expansion *e, const struct set_list *lists, uint32_t count,
    uint32_t total, uint32_t number)
{
	struct grouping_set set = new_set(e, e->state->group_count);

	for (uint32_t i = 0; i < count; i++) {
		total /= lists[i].count;
		add_keys(e, &set, &lists[i].items[number / total]);
		number %= total;
	}
	return set;
}

static int
combine_all(struct expansion *e, const struct set_list *lists, uint32_t count,
    struct set_list *all)
{
	uint32_t total;
	int rc;

	rc = count_all(e, lists, count, &total);
	for (uint32_t i = 0; i < total && rc == 0; i++) {
		rc = add_set(e, all, combine(e, lists, count, total, i));
		if (rc == 0 && binder_is_over(e->binder))
			rc = binder_check(e->binder, e->err);
	}
	return rc;
}

/* GROUP BY DISTINCT. */
static void
drop_duplicates(struct expansion *e, struct set_list *list)
{
	uint64_t *hashes = arena_alloc_array(e->binder->arena,
	    (size_t)list->count + 1, sizeof(*hashes));
	uint32_t kept = 0;

	for (uint32_t i = 0; i < list->count; i++) {
		uint64_t hash = hash_set(&list->items[i]);
		bool is_new = true;

		for (uint32_t k = 0; k < kept && is_new; k++)
			is_new = hash != hashes[k] ||
			    !same_set(e, &list->items[i], &list->items[k]);
		if (!is_new)
			continue;
		hashes[kept] = hash;
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
	struct set_list *lists = arena_zalloc(binder->arena,
	    ((size_t)select->group_count + 1) * sizeof(*lists));
	struct set_list all = { .count = 0 };
	int rc = 0;

	if (select->group_count == 0)
		return 0;
	e.marks = arena_zalloc(binder->arena,
	    SQL_TARGETS_MAX * sizeof(*e.marks)); /* no key is larger */
	for (uint32_t i = 0; i < select->group_count && rc == 0; i++)
		rc = expand(&e, &select->groups[i], &lists[i]);
	if (rc == 0)
		rc = combine_all(&e, lists, select->group_count, &all);
	if (rc != 0)
		return rc;
	if (select->is_group_distinct)
		drop_duplicates(&e, &all);
	if (all.count == 1 && all.items[0].count == state->group_count)
		return 0;
	state->sets = all.items;
	state->set_count = all.count;
	return 0;
}

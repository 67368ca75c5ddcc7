/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set_op.c -- INTERSECT and EXCEPT: the right side is counted in a hash table,
 * then the rows of the left one pass, or do not, in their order.
 */
#include <string.h>

#include "exec/eval.h"
#include "exec/group_table.h"

struct set_op {
	struct op_state op;
	struct op_state *right;
	struct group_table table;
	struct arena arena; /* of the next */
	uint64_t *counts;   /* by group: rows of the right side that are left */
	bool *is_given;     /* a row of this group has come out */
	uint32_t capacity;
	bool is_built;
};

/* Counts for all groups. */
static int
reserve(struct set_op *set, struct error *err)
{
	uint32_t count = group_table_count(&set->table);
	uint32_t capacity = set->capacity == 0 ? 64 : set->capacity;
	uint64_t *counts;
	bool *is_given;

	while (capacity < count)
		capacity *= 2;
	if (capacity == set->capacity)
		return 0;
	counts = arena_try_alloc(&set->arena, capacity * sizeof(*counts));
	is_given = arena_try_alloc(&set->arena, capacity * sizeof(*is_given));
	if (counts == NULL || is_given == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	memset(counts, 0, capacity * sizeof(*counts));
	memset(is_given, 0, capacity * sizeof(*is_given));
	if (set->capacity > 0) {
		memcpy(counts, set->counts, set->capacity * sizeof(*counts));
		memcpy(is_given, set->is_given,
		    set->capacity * sizeof(*is_given));
	}
	set->counts = counts;
	set->is_given = is_given;
	set->capacity = capacity;
	return 0;
}

static int
find(struct set_op *set, const struct batch *batch, uint32_t **groups,
    struct error *err)
{
	struct arena *arena = &set->op.batch_arena;
	int rc;

	*groups =
	    arena_alloc_array(arena, batch->sel.count + 1, sizeof(**groups));
	rc = group_table_find(&set->table, batch->cols, batch->sel, arena,
	    *groups, NULL, err);
	return rc != 0 ? rc : reserve(set, err);
}

static int
build(struct set_op *set, struct error *err)
{
	struct batch batch;
	int rc;

	while ((rc = op_next(set->right, &batch, err)) > 0) {
		uint32_t *groups;

		rc = find(set, &batch, &groups, err);
		for (uint32_t i = 0; i < batch.sel.count && rc == 0; i++)
			set->counts[groups[i]]++;
		if (rc == 0)
			rc = op_forget(&set->op, err);
		if (rc != 0)
			return rc;
	}
	return rc;
}

/* Whether the next row of a group comes out. */
static bool
passes(struct set_op *set, uint32_t group)
{
	const struct rel_set_op *rel = &set->op.rel->set_op;
	bool is_right = set->counts[group] > 0;

	if (rel->is_all) {
		set->counts[group] -= is_right;
		return is_right != rel->is_except;
	}
	if (is_right == rel->is_except || set->is_given[group])
		return false;
	set->is_given[group] = true;
	return true;
}

static int
set_op_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct set_op *set = (struct set_op *)op;
	int rc;

	if (!set->is_built) {
		rc = build(set, err);
		if (rc != 0)
			return rc;
		set->is_built = true;
	}
	while ((rc = op_next(op->input, out, err)) > 0) {
		uint32_t *groups;
		uint32_t count = 0;
		uint16_t *rows;

		rc = op_forget(op, err);
		if (rc == 0)
			rc = find(set, out, &groups, err);
		if (rc != 0)
			return rc;
		rows = arena_alloc_array(&op->batch_arena, out->sel.count + 1,
		    sizeof(*rows));
		for (uint32_t i = 0; i < out->sel.count; i++) {
			rows[count] = (uint16_t)sel_row(out->sel, i);
			count += passes(set, groups[i]);
		}
		out->sel = (struct sel){ .rows = rows, .count = count };
		if (count > 0)
			return 1;
	}
	return rc;
}

static int
set_op_open(struct op_state *op, struct error *err)
{
	struct set_op *set = (struct set_op *)op;

	group_table_init(&set->table, op->rel->types, op->rel->column_count,
	    KEY_EQUAL, op->env->context->budget);
	return op_open(set->right, err);
}

static void
set_op_close(struct op_state *op)
{
	struct set_op *set = (struct set_op *)op;

	op_close(set->right);
	group_table_release(&set->table);
	arena_release(&set->arena);
}

static const struct op_class set_op_class = {
	.name = "set operation",
	.open = set_op_open,
	.next = set_op_next,
	.close = set_op_close,
};

struct op_state *
set_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct set_op *set = arena_zalloc(env->arena, sizeof(*set));

	arena_init(&set->arena, env->context->budget);
	op_init(&set->op, &set_op_class, env, rel);
	set->right = op_new(env, rel->set_op.right);
	return &set->op;
}

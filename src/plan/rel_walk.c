/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rel_walk.c -- see rel_walk.h: the one place that knows which expressions and
 * which inputs each kind of relation has.
 */
#include "plan/rel_walk.h"

#include <stddef.h>

static int
each_of(struct expr **exprs, uint32_t count, expr_slot_fn fn, void *arg)
{
	int rc = 0;

	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = fn(&exprs[i], arg);
	return rc;
}

/* An expression that may be missing. */
static int
one_of(struct expr **slot, expr_slot_fn fn, void *arg)
{
	return *slot == NULL ? 0 : fn(slot, arg);
}

static int
each_of_values(const struct rel *rel, expr_slot_fn fn, void *arg)
{
	int rc = 0;

	if (rel->column_count == 0)
		return 0; /* rows without columns are not written down */
	for (uint32_t r = 0; r < rel->values.row_count && rc == 0; r++)
		rc = each_of(rel->values.rows[r], rel->column_count, fn, arg);
	return rc;
}

static int
each_of_agg(const struct rel *rel, expr_slot_fn fn, void *arg)
{
	int rc;

	rc = each_of(rel->agg.keys, rel->agg.key_count, fn, arg);
	for (uint32_t i = 0; i < rel->agg.call_count && rc == 0; i++) {
		struct agg_call *call = &rel->agg.calls[i];

		rc = one_of(&call->arg, fn, arg);
		if (rc == 0)
			rc = one_of(&call->second, fn, arg);
		if (rc == 0)
			rc = each_of(call->direct, call->direct_count, fn, arg);
		for (uint32_t k = 0; k < call->order_count && rc == 0; k++)
			rc = fn(&call->order[k].key, arg);
		if (rc == 0)
			rc = one_of(&call->filter, fn, arg);
	}
	return rc;
}

static int
each_of_window(const struct rel_window *window, expr_slot_fn fn, void *arg)
{
	int rc = each_of(window->partition, window->partition_count, fn, arg);

	for (uint32_t i = 0; i < window->order_count && rc == 0; i++)
		rc = fn(&window->order[i].key, arg);
	for (uint32_t i = 0; i < window->call_count && rc == 0; i++) {
		struct window_call *call = &window->calls[i];
		struct expr **slots[] = { &call->agg.arg, &call->agg.second,
			&call->agg.filter, &call->args[0], &call->args[1],
			&call->args[2], &call->frame.start_offset,
			&call->frame.end_offset, &call->frame.range_key };

		for (size_t k = 0; k < ARRAY_LEN(slots) && rc == 0; k++)
			rc = one_of(slots[k], fn, arg);
	}
	return rc;
}

static int
each_of_sets(struct set_call *calls, uint32_t count, expr_slot_fn fn, void *arg)
{
	int rc = 0;

	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = each_of(calls[i].args, calls[i].arg_count, fn, arg);
	return rc;
}

static int
each_of_sequence(const struct rel_sequence *sequence, expr_slot_fn fn,
    void *arg)
{
	int rc = 0;

	for (uint32_t i = 0; i < sequence->step_count && rc == 0; i++) {
		rc = fn(&sequence->steps[i].link, arg);
		if (rc == 0)
			rc = fn(&sequence->steps[i].time, arg);
		if (rc == 0)
			rc = fn(&sequence->steps[i].id, arg);
	}
	return rc;
}

int
rel_each_expr(struct rel *rel, expr_slot_fn fn, void *arg)
{
	int rc;

	switch (rel->kind) {
	case REL_SCAN:
	case REL_EVENTS:
	case REL_PAYLOAD:
	case REL_SYSTEM:
	case REL_SORT:
	case REL_UNIQUE:
	case REL_APPEND:
	case REL_UNPIVOT:
	case REL_SET_OP:
	case REL_WITH:
	case REL_CTE:
	case REL_RECURSIVE:
	case REL_WORK:
	case REL_TEMP:
	case REL_MODIFY: /* over what it writes, which no input makes */
	case REL_READING:
		return 0;
	case REL_VALUES:
		return each_of_values(rel, fn, arg);
	case REL_FUNCTION:
		return each_of_sets(rel->function.calls,
		    rel->function.call_count, fn, arg);
	case REL_FILTER:
		return each_of(rel->filter.conjuncts, rel->filter.count, fn,
		    arg);
	case REL_PROJECT:
		return each_of(rel->project, rel->column_count, fn, arg);
	case REL_JOIN:
		return each_of(rel->join.conjuncts, rel->join.conjunct_count,
		    fn, arg);
	case REL_AGG:
		return each_of_agg(rel, fn, arg);
	case REL_LIMIT:
		rc = one_of(&rel->limit.limit, fn, arg);
		return rc != 0 ? rc : one_of(&rel->limit.offset, fn, arg);
	case REL_WINDOW:
		return each_of_window(&rel->window, fn, arg);
	case REL_PROJECT_SET:
		return each_of_sets(rel->project_set.calls,
		    rel->project_set.call_count, fn, arg);
	case REL_SEQUENCE:
		rc = one_of(&rel->sequence.within, fn, arg);
		return rc != 0 ? rc : each_of_sequence(&rel->sequence, fn, arg);
	}
	return 0;
}

uint32_t
rel_input_count(const struct rel *rel)
{
	switch (rel->kind) {
	case REL_SCAN:
	case REL_EVENTS:
	case REL_SYSTEM:
	case REL_VALUES:
	case REL_FUNCTION:
	case REL_CTE:
	case REL_WORK:
	case REL_TEMP:
		return 0;
	case REL_MODIFY:
	case REL_READING:
	case REL_FILTER:
	case REL_PROJECT:
	case REL_AGG:
	case REL_SORT:
	case REL_UNIQUE:
	case REL_LIMIT:
	case REL_PAYLOAD:
	case REL_WINDOW:
	case REL_PROJECT_SET:
	case REL_UNPIVOT:
		return 1;
	case REL_JOIN:
	case REL_SET_OP:
	case REL_RECURSIVE:
		return 2;
	case REL_APPEND:
		return rel->append.count;
	case REL_SEQUENCE:
		return rel->sequence.step_count;
	case REL_WITH:
		return rel->with.count + 1;
	}
	return 0;
}

struct rel **
rel_input(struct rel *rel, uint32_t i)
{
	if (rel->kind == REL_APPEND)
		return &rel->append.inputs[i];
	if (rel->kind == REL_SEQUENCE)
		return &rel->sequence.steps[i].rel;
	if (i == 0)
		return &rel->input;
	if (rel->kind == REL_JOIN)
		return &rel->join.right;
	if (rel->kind == REL_SET_OP)
		return &rel->set_op.right;
	if (rel->kind == REL_RECURSIVE)
		return &rel->recursive.step;
	return &rel->with.ctes[i - 1]->rel;
}

/* What the callers do not change may be constant. */
static struct rel *
as_variable(const struct rel *rel)
{
	return (struct rel *)(uintptr_t)rel;
}

int
rel_each_expr_of(const struct rel *rel, expr_slot_fn fn, void *arg)
{
	return rel_each_expr(as_variable(rel), fn, arg);
}

const struct rel *
rel_child(const struct rel *rel, uint32_t i)
{
	return *rel_input(as_variable(rel), i);
}

bool
rel_makes(struct rel *rel, uint32_t id)
{
	if (rel->id == id)
		return true;
	for (uint32_t i = 0; i < rel_input_count(rel); i++) {
		if (rel_makes(*rel_input(rel, i), id))
			return true;
	}
	return false;
}

bool
expr_find(const struct expr *expr, expr_test_fn test, void *arg)
{
	if (test(expr, arg))
		return true;
	for (uint32_t i = 0; i < expr->arg_count; i++) {
		if (expr_find(expr->args[i], test, arg))
			return true;
	}
	if (expr->kind != EXPR_SUBQUERY)
		return false;
	return rel_find(expr->subquery->rel, test, arg) ||
	    (expr->subquery->test != NULL &&
		expr_find(expr->subquery->test, test, arg));
}

struct find {
	expr_test_fn test;
	void *arg;
};

static int
find_in_slot(struct expr **slot, void *arg)
{
	const struct find *find = arg;

	return expr_find(*slot, find->test, find->arg);
}

bool
rel_find(struct rel *rel, expr_test_fn test, void *arg)
{
	struct find find = { .test = test, .arg = arg };

	if (rel_each_expr(rel, find_in_slot, &find) != 0)
		return true;
	for (uint32_t i = 0; i < rel_input_count(rel); i++) {
		if (rel_find(*rel_input(rel, i), test, arg))
			return true;
	}
	return false;
}

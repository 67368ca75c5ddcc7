/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window.c -- window functions over one partitioning and order; see
 * window_private.h.  Rows come out in the window's order.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/eval.h"
#include "exec/window_private.h"

static int
out_of_memory(struct error *err)
{
	return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
}

/* ---- what is kept of each row ---- */

static uint32_t
add_expr(struct window_op *window, struct expr *expr)
{
	if (expr == NULL)
		return NO_COLUMN;
	window->exprs[window->expr_count] = expr;
	return window->expr_count++;
}

static void
add_call(struct window_op *window, const struct window_call *call,
    struct window_columns *columns)
{
	if (call->kind == WINDOW_AGGREGATE) {
		columns->args[0] = add_expr(window, call->agg.arg);
		columns->args[1] = add_expr(window, call->agg.second);
		columns->args[2] = NO_COLUMN;
		columns->filter = add_expr(window, call->agg.filter);
	} else {
		for (uint32_t i = 0; i < WINDOW_ARGS_MAX; i++)
			columns->args[i] = add_expr(window, call->args[i]);
		columns->filter = NO_COLUMN;
	}
	columns->start_offset = add_expr(window, call->frame.start_offset);
	columns->end_offset = add_expr(window, call->frame.end_offset);
	columns->range_key = add_expr(window, call->frame.range_key);
}

/* Each call has at most three arguments, a filter, offsets and their key. */
#define EXPRS_OF_CALL 7

static int
window_open(struct op_state *op, struct error *err)
{
	struct window_op *window = (struct window_op *)op;
	const struct rel_window *rel = &op->rel->window;
	struct arena *arena = op->env->arena;
	struct mem_budget *budget = op->env->context->budget;
	struct type *types;

	window->exprs = arena_alloc_array(arena,
	    (size_t)rel->partition_count + rel->order_count +
		(size_t)rel->call_count * EXPRS_OF_CALL + 1,
	    sizeof(*window->exprs));
	window->results = arena_zalloc(arena,
	    ((size_t)rel->call_count + 1) * sizeof(*window->results));
	for (uint32_t i = 0; i < rel->partition_count; i++)
		(void)add_expr(window, rel->partition[i]);
	for (uint32_t i = 0; i < rel->order_count; i++)
		(void)add_expr(window, rel->order[i].key);
	for (uint32_t i = 0; i < rel->call_count; i++) {
		window->results[i].call = &rel->calls[i];
		add_call(window, &rel->calls[i], &window->results[i].columns);
	}
	types = arena_alloc_array(arena, (size_t)window->expr_count + 1,
	    sizeof(*types));
	for (uint32_t i = 0; i < window->expr_count; i++)
		types[i] = window->exprs[i]->type;
	arena_init(&window->arena, budget);
	row_store_init(&window->rows, op->rel->input->types,
	    op->rel->input->column_count, budget);
	row_store_init(&window->extra, types, window->expr_count, budget);
	return arena_check(arena, err);
}

static int
add_batch(struct window_op *window, const struct batch *batch,
    struct error *err)
{
	struct arena *arena = &window->op.batch_arena;
	const struct eval eval = eval_of_batch(window->op.env, arena, batch);
	struct vec *values = arena_alloc_array(arena,
	    (size_t)window->expr_count + 1, sizeof(*values));
	int rc = 0;

	for (uint32_t i = 0; i < window->expr_count && rc == 0; i++)
		rc = eval_expr(&eval, window->exprs[i], batch->sel, &values[i],
		    err);
	if (rc == 0)
		rc = row_store_add(&window->extra, values, batch->sel, err);
	if (rc == 0)
		rc = row_store_add(&window->rows, batch->cols, batch->sel, err);
	return rc == 0 ? op_forget(&window->op, err) : rc;
}

/* ---- order ---- */

/* Rows a and b by the columns from `first` to `limit`. */
static int
compare_columns(const struct window_op *window, uint32_t a, uint32_t b,
    uint32_t first, uint32_t limit)
{
	const struct rel_window *rel = &window->op.rel->window;

	for (uint32_t i = first; i < limit; i++) {
		const struct order_key *order = i < rel->partition_count
		    ? NULL
		    : &rel->order[i - rel->partition_count];
		const struct vec *column = &window->extra.columns[i];
		struct datum x = vec_get(column, a);
		struct datum y = vec_get(column, b);
		int result;

		if (x.is_null || y.is_null) {
			result = (int)x.is_null - (int)y.is_null;
			if (order != NULL && order->nulls_first)
				result = -result;
		} else {
			result = type_compare(&window->exprs[i]->type, &x, &y);
			if (order != NULL && order->is_descending)
				result = -result;
		}
		if (result != 0)
			return result;
	}
	return 0;
}

static uint32_t
key_count(const struct window_op *window)
{
	return window->op.rel->window.partition_count +
	    window->op.rel->window.order_count;
}

static int
compare_rows(const void *a, const void *b, void *arg)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;
	int result = compare_columns(arg, x, y, 0, key_count(arg));

	return result != 0 ? result : (x > y) - (x < y);
}

/* Rows that are equal by all keys up to `limit` follow each other. */
static uint32_t
run_limit(const struct window_op *window, uint32_t from, uint32_t to,
    uint32_t limit)
{
	uint32_t at = from + 1;

	while (at < to &&
	    compare_columns(window, window->order[at - 1], window->order[at], 0,
		limit) == 0)
		at++;
	return at;
}

static void
find_peers(struct window_op *window)
{
	for (uint32_t i = 0; i < window->row_count;) {
		uint32_t limit =
		    run_limit(window, i, window->row_count, key_count(window));

		for (uint32_t k = i; k < limit; k++) {
			window->peers_first[k] = i;
			window->peers_limit[k] = limit;
		}
		i = limit;
	}
}

static int
put_in_order(struct window_op *window, struct error *err)
{
	uint32_t count = window->extra.row_count;
	size_t size = ((size_t)count + 1) * sizeof(uint32_t);

	window->row_count = window->rows.row_count;
	window->order = arena_try_alloc(&window->arena, size);
	window->peers_first = arena_try_alloc(&window->arena, size);
	window->peers_limit = arena_try_alloc(&window->arena, size);
	if (window->order == NULL || window->peers_first == NULL ||
	    window->peers_limit == NULL)
		return out_of_memory(err);
	for (uint32_t i = 0; i < count; i++)
		window->order[i] = i;
	if (key_count(window) > 0)
		qsort_r(window->order, count, sizeof(*window->order),
		    compare_rows, window);
	find_peers(window);
	return 0;
}

/* ---- results ---- */

static int
init_result(struct window_op *window, struct window_result *result,
    struct error *err)
{
	size_t rows = (size_t)window->row_count + 1;
	enum phys phys = type_phys(&result->call->type);

	result->values = (struct vec){ .phys = phys };
	result->values.data =
	    arena_try_alloc(&window->arena, rows * phys_size(phys));
	result->values.nulls = arena_try_alloc(&window->arena, rows);
	if (result->values.data == NULL || result->values.nulls == NULL)
		return out_of_memory(err);
	memset(result->values.data, 0, rows * phys_size(phys));
	memset(result->values.nulls, 1, rows);
	return 0;
}

static int
run_calls(struct window_op *window, struct error *err)
{
	const struct rel_window *rel = &window->op.rel->window;
	int rc = 0;

	for (uint32_t i = 0; i < rel->call_count && rc == 0; i++)
		rc = init_result(window, &window->results[i], err);
	for (uint32_t first = 0; first < window->row_count && rc == 0;) {
		struct window_span partition = { first,
			run_limit(window, first, window->row_count,
			    rel->partition_count) };

		for (uint32_t i = 0; i < rel->call_count && rc == 0; i++)
			rc = window_call_run(window, &window->results[i],
			    partition, err);
		if (rc == 0)
			rc = op_check_cancel(&window->op, err);
		first = partition.limit;
	}
	return rc != 0 ? rc : arena_check(&window->arena, err);
}

static int
read_all(struct window_op *window, struct error *err)
{
	struct batch batch;
	int rc;

	while ((rc = op_next(window->op.input, &batch, err)) > 0) {
		rc = add_batch(window, &batch, err);
		if (rc != 0)
			return rc;
	}
	if (rc == 0)
		rc = put_in_order(window, err);
	return rc != 0 ? rc : run_calls(window, err);
}

/* ---- giving ---- */

/* `count` values from a position on. */
static struct vec
slice(const struct vec *values, uint32_t position)
{
	struct vec part = *values;

	part.data = (char *)values->data + position * phys_size(values->phys);
	part.nulls = values->nulls + position;
	return part;
}

static int
window_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct window_op *window = (struct window_op *)op;
	uint32_t input_count = op->rel->input->column_count;
	uint32_t count;

	if (!window->is_read) {
		int rc = read_all(window, err);

		if (rc != 0)
			return rc;
		window->is_read = true;
	}
	count = window->row_count - window->at;
	count = count < VEC_ROWS ? count : VEC_ROWS;
	if (count == 0)
		return 0;
	out->row_count = count;
	out->sel = sel_all(count);
	out->col_count = op->rel->column_count;
	out->cols = arena_alloc_array(&op->batch_arena, out->col_count + 1,
	    sizeof(*out->cols));
	for (uint32_t i = 0; i < input_count; i++)
		row_store_column(&window->rows, i, window->order, window->at,
		    count, &op->batch_arena, &out->cols[i]);
	for (uint32_t i = input_count; i < out->col_count; i++)
		out->cols[i] =
		    slice(&window->results[i - input_count].values, window->at);
	window->at += count;
	return 1;
}

static void
window_close(struct op_state *op)
{
	struct window_op *window = (struct window_op *)op;

	row_store_release(&window->rows);
	row_store_release(&window->extra);
	arena_release(&window->arena);
}

static void
window_report(const struct op_state *op, struct op_stats *stats)
{
	const struct window_op *window = (const struct window_op *)op;

	op_stats_keep_memory(stats,
	    window->rows.arena.used_bytes + window->extra.arena.used_bytes +
		window->arena.used_bytes);
}

static const struct op_class window_class = {
	.name = "window",
	.open = window_open,
	.next = window_next,
	.close = window_close,
	.report = window_report,
};

struct op_state *
window_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct window_op *window = arena_zalloc(env->arena, sizeof(*window));

	op_init(&window->op, &window_class, env, rel);
	return &window->op;
}

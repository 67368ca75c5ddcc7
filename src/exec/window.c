/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window.c -- window functions over one partitioning and order; see
 * window_private.h.  Rows come out in the window's order.
 */
#include <string.h>

#include "exec/eval.h"
#include "exec/window_private.h"

static int
out_of_memory(struct error *err)
{
	return error_no_memory(err);
}

/* ---- loads in files ---- */

static struct row_pages *
new_pages(struct window_op *window, const struct type *types,
    uint32_t column_count)
{
	struct row_pages *pages = arena_alloc(&window->arena, sizeof(*pages));

	row_pages_init(pages, window->op.env->context, types, column_count);
	return pages;
}

static void
forget_pages(struct window_op *window, struct row_pages **pages)
{
	if (*pages == NULL)
		return;
	window->disk_bytes += row_pages_disk_bytes(*pages);
	window->file_count++;
	row_pages_release(*pages);
	*pages = NULL;
}

/* ---- what is kept of each row ---- */

static uint32_t
add_expr(struct window_op *window, struct expr *expr)
{
	uint32_t *column = &window->expr_columns[window->expr_count];

	if (expr == NULL)
		return NO_COLUMN;
	if (expr->kind == EXPR_COLUMN) {
		*column = expr->column.column;
	} else {
		*column = window->op.rel->input->column_count +
		    window->computed_count;
		window->computed[window->computed_count++] = expr;
	}
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

/* Whether a call asks for the peers of a row. */
static bool
needs_peers(const struct window_call *call)
{
	switch (call->kind) {
	case WINDOW_ROW_NUMBER:
	case WINDOW_NTILE:
	case WINDOW_LAG:
	case WINDOW_LEAD:
		return false;
	case WINDOW_RANK:
	case WINDOW_DENSE_RANK:
	case WINDOW_PERCENT_RANK:
	case WINDOW_CUME_DIST:
		return true;
	case WINDOW_AGGREGATE:
	case WINDOW_FIRST_VALUE:
	case WINDOW_LAST_VALUE:
	case WINDOW_NTH_VALUE:
		break;
	}
	return call->frame.mode != FRAME_ROWS ||
	    (call->frame.exclude != FRAME_EXCLUDE_NONE &&
		call->frame.exclude != FRAME_EXCLUDE_CURRENT_ROW);
}

/* Each call has at most three arguments, a filter, offsets and their key. */
#define EXPRS_OF_CALL 7
/* Partitions are computed together until they have so many bytes. */
#define LOAD_BYTES_MIN ((size_t)64 << 10)

static uint32_t
key_count(const struct window_op *window)
{
	return window->op.rel->window.partition_count +
	    window->op.rel->window.order_count;
}

/* The columns that rows are sorted by, among those of input and exprs. */
static struct sort_key *
sort_keys(const struct window_op *window)
{
	const struct rel_window *rel = &window->op.rel->window;
	struct sort_key *keys = arena_zalloc(window->op.env->arena,
	    ((size_t)key_count(window) + 1) * sizeof(*keys));

	for (uint32_t i = 0; i < key_count(window); i++)
		keys[i].column = window_column(window, i);
	for (uint32_t i = 0; i < rel->order_count; i++) {
		struct sort_key *key = &keys[rel->partition_count + i];

		key->is_descending = rel->order[i].is_descending;
		key->nulls_first = rel->order[i].nulls_first;
	}
	return keys;
}

static void
init_rows(struct window_op *window)
{
	const struct rel *input = window->op.rel->input;
	const struct exec_context *context = window->op.env->context;
	uint32_t count = input->column_count + window->computed_count;
	struct type *types = arena_alloc_array(window->op.env->arena,
	    (size_t)count + 1, sizeof(*types));

	memcpy(types, input->types, input->column_count * sizeof(*types));
	for (uint32_t i = 0; i < window->computed_count; i++)
		types[input->column_count + i] = window->computed[i]->type;
	window->types = types;
	sorter_init(&window->sorter, context, types, count, sort_keys(window),
	    key_count(window));
	row_store_init(&window->rows, types, count, context->budget);
	window->rows.cancel = context->cancel;
	arena_init(&window->sorted_arena, context->budget);
	arena_init(&window->arena, context->budget);
	arena_init(&window->bound_arena, context->budget);
}

static int
window_open(struct op_state *op, struct error *err)
{
	struct window_op *window = (struct window_op *)op;
	const struct rel_window *rel = &op->rel->window;
	struct arena *arena = op->env->arena;
	size_t exprs_max = (size_t)rel->partition_count + rel->order_count +
	    (size_t)rel->call_count * EXPRS_OF_CALL + 1;

	window->computed =
	    arena_alloc_array(arena, exprs_max, sizeof(*window->computed));
	window->expr_columns =
	    arena_alloc_array(arena, exprs_max, sizeof(*window->expr_columns));
	window->results = arena_zalloc(arena,
	    ((size_t)rel->call_count + 1) * sizeof(*window->results));
	for (uint32_t i = 0; i < rel->partition_count; i++)
		(void)add_expr(window, rel->partition[i]);
	for (uint32_t i = 0; i < rel->order_count; i++)
		(void)add_expr(window, rel->order[i].key);
	for (uint32_t i = 0; i < rel->call_count; i++) {
		window->results[i].call = &rel->calls[i];
		add_call(window, &rel->calls[i], &window->results[i].columns);
		window->needs_peers |= needs_peers(&rel->calls[i]);
	}
	init_rows(window);
	return arena_check(arena, err);
}

/* ---- reading ---- */

/* A batch of the input with the values of the exprs behind: 1, 0, or a code. */
static int
next_input(struct window_op *window, struct arena *arena, struct batch *out,
    struct error *err)
{
	uint32_t count = window->op.rel->input->column_count;
	struct batch batch;
	struct eval eval;
	int rc;

	rc = op_next(window->op.input, &batch, err);
	if (rc <= 0)
		return rc;
	eval = eval_of_batch(window->op.env, arena, &batch);
	*out = batch;
	out->col_count = count + window->computed_count;
	out->cols = arena_alloc_array(arena, (size_t)out->col_count + 1,
	    sizeof(*out->cols));
	memcpy(out->cols, batch.cols, count * sizeof(*out->cols));
	rc = 0;
	for (uint32_t i = 0; i < window->computed_count && rc == 0; i++)
		rc = eval_expr(&eval, window->computed[i], batch.sel,
		    &out->cols[count + i], err);
	return rc != 0 ? rc : 1;
}

static int
sort_input(struct window_op *window, struct error *err)
{
	struct arena *arena = &window->op.batch_arena;
	struct batch batch;
	int rc;

	while ((rc = next_input(window, arena, &batch, err)) > 0) {
		rc = sorter_add(&window->sorter, batch.cols, batch.sel, err);
		if (rc == 0)
			rc = op_forget(&window->op, err);
		if (rc != 0)
			return rc;
	}
	return rc != 0 ? rc : sorter_finish(&window->sorter, err);
}

/* The next rows in order: 1, 0 at the end, or a code. */
static int
next_sorted(struct window_op *window, struct error *err)
{
	struct batch *batch = &window->sorted;
	int rc = op_check_cancel(&window->op, err);

	batch->sel.count = 0;
	if (rc != 0)
		return rc;
	arena_reset(&window->sorted_arena);
	window->sorted_at = 0;
	/* all rows are peers: they stay as they come */
	rc = key_count(window) == 0
	    ? next_input(window, &window->sorted_arena, batch, err)
	    : sorter_next(&window->sorter, &window->sorted_arena, batch, err);
	if (rc > 0 && arena_check(&window->sorted_arena, err) != 0)
		return err->code;
	return rc;
}

static size_t
load_limit(const struct window_op *window)
{
	size_t half = window->op.env->context->work_mem_bytes / 2;

	return half < LOAD_BYTES_MIN ? LOAD_BYTES_MIN : half;
}

/* Whether a row of window->sorted is in the partition of the one before it. */
static bool
continues(const struct window_op *window, uint32_t at)
{
	const struct row_order order = {
		.keys = window->sorter.order.keys,
		.key_count = window->op.rel->window.partition_count,
		.types = window->sorter.order.types,
	};
	const struct batch *batch = &window->sorted;
	uint32_t row = sel_row(batch->sel, at);

	if (at > 0)
		return row_order_compare(&order, batch->cols,
			   sel_row(batch->sel, at - 1), batch->cols, row) == 0;
	return row_order_compare(&order, window->rows.columns,
		   window->rows.row_count - 1, batch->cols, row) == 0;
}

/* The rows of the load that are there go to a file, and those that follow. */
static int
begin_pages(struct window_op *window, struct error *err)
{
	const struct exec_context *context = window->op.env->context;
	const struct row_store *rows = &window->rows;
	uint32_t column_count = rows->column_count;
	struct arena arena;
	int rc = 0;

	window->pages = new_pages(window, window->types, column_count);
	arena_init(&arena, context->budget);
	for (uint32_t at = 0; at < rows->row_count && rc == 0; at += VEC_ROWS) {
		uint32_t left = rows->row_count - at;
		struct batch batch;

		arena_reset(&arena);
		row_store_batch(rows, NULL, at,
		    left < VEC_ROWS ? left : VEC_ROWS, &arena, &batch);
		rc = arena_check(&arena, err);
		if (rc == 0)
			rc = row_pages_add(window->pages, batch.cols, batch.sel,
			    err);
	}
	arena_release(&arena);
	row_store_release(&window->rows);
	row_store_init(&window->rows, window->types, column_count,
	    context->budget);
	window->rows.cancel = context->cancel;
	return rc;
}

/* Rows of a batch to the load, in memory or not. */
static int
add_rows(struct window_op *window, const struct vec *columns, struct sel sel,
    struct error *err)
{
	int rc;

	if (window->pages == NULL || sel.count == 0)
		return row_store_add(&window->rows, columns, sel, err);
	rc = row_pages_add(window->pages, columns, sel, err);
	if (rc != 0)
		return rc;
	row_store_reset(&window->rows);
	return row_store_add(&window->rows, columns,
	    (struct sel){ .rows = sel.rows + sel.count - 1, .count = 1 }, err);
}

/* Whether the partition that goes on is too large for memory. */
static bool
needs_pages(const struct window_op *window)
{
	const struct exec_context *context = window->op.env->context;

	return window->pages == NULL && context->temp != NULL &&
	    row_store_bytes(&window->rows) >= context->work_mem_bytes;
}

/* Take rows of window->sorted, or up to the end of a load that is full. */
static int
take_sorted(struct window_op *window, bool *is_loaded, struct error *err)
{
	const struct batch *batch = &window->sorted;
	uint32_t first = window->sorted_at;
	uint32_t at = first;
	uint16_t rows[VEC_ROWS];
	int rc = 0;

	*is_loaded = false;
	if (window->pages != NULL ||
	    (window->rows.row_count > 0 &&
		row_store_bytes(&window->rows) >= load_limit(window))) {
		while (at < batch->sel.count && continues(window, at))
			at++;
		*is_loaded = at < batch->sel.count;
		if (at > first && needs_pages(window))
			rc = begin_pages(window, err);
	} else {
		at = batch->sel.count;
	}
	for (uint32_t i = first; i < at; i++)
		rows[i - first] = (uint16_t)sel_row(batch->sel, i);
	window->sorted_at = at;
	return rc != 0
	    ? rc
	    : add_rows(window, batch->cols,
		  (struct sel){ .rows = rows, .count = at - first }, err);
}

/* What a row takes beside itself. */
static size_t
result_size(const struct window_op *window)
{
	const struct rel_window *rel = &window->op.rel->window;
	size_t size = window->needs_peers ? 2 * sizeof(uint32_t) : 0;

	for (uint32_t i = 0; i < rel->call_count; i++)
		size += phys_size(type_phys(&rel->calls[i].type)) + 1;
	return size;
}

/* Whether the sorter's rows can be a load as they are. */
static bool
can_take_all(const struct window_op *window)
{
	const struct sorter *sorter = &window->sorter;

	return key_count(window) > 0 && !sorter->is_merging &&
	    sorter->store.row_count * result_size(window) <= load_limit(window);
}

static int
take_all(struct window_op *window, struct error *err)
{
	row_store_release(&window->rows);
	window->is_done = true;
	return sorter_take(&window->sorter, &window->rows, err);
}

/* The next partitions, whole: the rows are those of a load. */
static int
load(struct window_op *window, struct error *err)
{
	bool is_loaded;
	int rc;

	row_store_reset(&window->rows);
	if (!window->is_begun && can_take_all(window))
		return take_all(window, err);
	window->is_begun = true;
	while (!window->is_done) {
		if (window->sorted_at < window->sorted.sel.count) {
			rc = take_sorted(window, &is_loaded, err);
			if (rc != 0)
				return rc;
			if (is_loaded)
				break;
		}
		rc = next_sorted(window, err);
		if (rc < 0)
			return rc;
		window->is_done = rc == 0;
	}
	return window->pages == NULL ? 0 : row_pages_end(window->pages, err);
}

/* ---- order ---- */

static bool
are_equal_in_pages(const struct row_order *order, struct row_pages *pages,
    uint32_t a, uint32_t b)
{
	uint32_t a_row, b_row;
	const struct vec *a_columns = row_pages_find(pages, a, &a_row);
	const struct vec *b_columns = row_pages_find(pages, b, &b_row);

	return a_columns != NULL && b_columns != NULL &&
	    row_order_compare(order, a_columns, a_row, b_columns, b_row) == 0;
}

/* Whether two positions are equal by the first `count` keys. */
static bool
are_equal(const struct window_op *window, uint32_t a, uint32_t b,
    uint32_t count)
{
	struct row_order order = window->sorter.order;

	order.key_count = count;
	if (window->pages == NULL)
		return row_order_compare(&order, window->rows.columns, a,
			   window->rows.columns, b) == 0;
	return are_equal_in_pages(&order, window->pages, a, b);
}

/* Rows that are equal by the first `count` keys follow each other. */
static int
find_limit(const struct window_op *window, uint32_t from, uint32_t count,
    uint32_t *limit, struct error *err)
{
	uint32_t at = from + 1;

	for (; at < window->row_count && are_equal(window, at - 1, at, count);
	     at++) {
		if (at % VEC_ROWS == 0 &&
		    op_check_cancel(&window->op, err) != 0)
			return err->code;
	}
	*limit = at;
	return op_check_cancel(&window->op, err);
}

static void
set_peers(struct window_op *window, uint32_t first, uint32_t limit)
{
	const struct datum values[] = { { .i64 = first }, { .i64 = limit } };

	for (uint32_t i = first; i < limit; i++) {
		if (window->peers != NULL) {
			row_pages_put(window->peers, values, 2);
			continue;
		}
		window->peers_first[i] = first;
		window->peers_limit[i] = limit;
	}
}

static int
find_peers(struct window_op *window, struct error *err)
{
	uint32_t limit;

	for (uint32_t i = 0; i < window->row_count; i = limit) {
		int rc = find_limit(window, i, key_count(window), &limit, err);

		if (rc != 0)
			return rc;
		set_peers(window, i, limit);
	}
	return 0;
}

static int
find_order(struct window_op *window, struct error *err)
{
	static const struct type types[] = { { .oid = TYPE_INT8, .mod = -1 },
		{ .oid = TYPE_INT8, .mod = -1 } };
	size_t size = ((size_t)window->rows.row_count + 1) * sizeof(uint32_t);
	int rc;

	window->row_count = window->pages != NULL ? window->pages->row_count
						  : window->rows.row_count;
	if (!window->needs_peers)
		return 0;
	if (window->pages != NULL) {
		window->peers = new_pages(window, types, ARRAY_LEN(types));
		rc = find_peers(window, err);
		return rc != 0 ? rc : row_pages_end(window->peers, err);
	}
	window->peers_first = arena_try_alloc(&window->arena, size);
	window->peers_limit = arena_try_alloc(&window->arena, size);
	if (window->peers_first == NULL || window->peers_limit == NULL)
		return out_of_memory(err);
	return find_peers(window, err);
}

/* ---- results ---- */

static int
init_result(struct window_op *window, struct window_result *result,
    struct error *err)
{
	size_t rows = (size_t)window->row_count + 1;
	enum phys phys = type_phys(&result->call->type);

	if (window->pages != NULL) {
		result->pages = new_pages(window, &result->call->type, 1);
		return arena_check(&window->arena, err);
	}
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

/* Rows behind the last that the call has given something for are null. */
static int
end_result(const struct window_op *window, struct window_result *result,
    struct error *err)
{
	const struct datum null = { .is_null = true };

	if (result->pages == NULL)
		return 0;
	while (result->pages->row_count < window->row_count &&
	    result->pages->rc == 0)
		row_pages_put(result->pages, &null, 1);
	return row_pages_end(result->pages, err);
}

/* What has failed while files were read or written. */
static int
check_pages(const struct window_op *window, struct error *err)
{
	int rc = 0;

	if (window->pages == NULL)
		return 0;
	rc = row_pages_check(window->pages, err);
	if (rc == 0 && window->peers != NULL)
		rc = row_pages_check(window->peers, err);
	for (uint32_t i = 0; i < window->op.rel->window.call_count && rc == 0;
	     i++)
		rc = row_pages_check(window->results[i].pages, err);
	return rc;
}

static int
run_calls(struct window_op *window, struct error *err)
{
	const struct rel_window *rel = &window->op.rel->window;
	int rc = 0;

	for (uint32_t i = 0; i < rel->call_count && rc == 0; i++)
		rc = init_result(window, &window->results[i], err);
	for (uint32_t first = 0; first < window->row_count && rc == 0;) {
		struct window_span partition = { .first = first };

		rc = find_limit(window, first, rel->partition_count,
		    &partition.limit, err);
		for (uint32_t i = 0; i < rel->call_count && rc == 0; i++)
			rc = window_call_run(window, &window->results[i],
			    partition, err);
		first = partition.limit;
		if (rc == 0)
			rc = check_pages(window, err);
	}
	for (uint32_t i = 0; i < rel->call_count && rc == 0; i++)
		rc = end_result(window, &window->results[i], err);
	return rc != 0 ? rc : arena_check(&window->arena, err);
}

/* The load is given: its files go. */
static void
forget_load(struct window_op *window)
{
	forget_pages(window, &window->pages);
	forget_pages(window, &window->peers);
	for (uint32_t i = 0;
	     window->results != NULL && i < window->op.rel->window.call_count;
	     i++) {
		forget_pages(window, &window->results[i].pages);
		agg_state_release(&window->results[i].state);
		window->results[i].state = (struct agg_state){ .call = NULL };
	}
	arena_release(&window->arena);
	window->at = 0;
	window->row_count = 0;
}

/* The next load and its results; there is none if it has no rows. */
static int
compute(struct window_op *window, struct error *err)
{
	uint64_t bytes;
	int rc = 0;

	if (!window->is_sorted && key_count(window) > 0)
		rc = sort_input(window, err);
	window->is_sorted = true;
	forget_load(window);
	if (rc == 0)
		rc = load(window, err);
	if (rc == 0)
		rc = find_order(window, err);
	if (rc == 0)
		rc = run_calls(window, err);
	bytes = row_store_bytes(&window->rows) + window->arena.used_bytes +
	    row_store_bytes(&window->sorter.store) +
	    window->sorter.arena.used_bytes;
	if (bytes > window->memory_bytes)
		window->memory_bytes = bytes;
	return rc;
}

/* ---- giving ---- */

static void
give_column(struct window_op *window, uint32_t column, uint32_t count,
    struct vec *out)
{
	uint32_t input_count = window->op.rel->input->column_count;
	struct arena *arena = &window->op.batch_arena;
	const struct window_result *result;

	if (column < input_count && window->pages == NULL) {
		row_store_column(&window->rows, column, NULL, window->at, count,
		    arena, out);
		return;
	}
	if (column < input_count) {
		row_pages_column(window->pages, column, NULL, window->at, count,
		    arena, out);
		return;
	}
	result = &window->results[column - input_count];
	if (result->pages == NULL)
		*out = window_slice(&result->values, window->at);
	else
		row_pages_column(result->pages, 0, NULL, window->at, count,
		    arena, out);
}

static int
window_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct window_op *window = (struct window_op *)op;
	uint32_t count;

	if (window->at == window->row_count) {
		int rc = compute(window, err);

		if (rc == 0)
			rc = op_forget(op, err);
		if (rc != 0)
			return rc;
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
	for (uint32_t i = 0; i < out->col_count; i++)
		give_column(window, i, count, &out->cols[i]);
	window->at += count;
	return check_pages(window, err) == 0 ? 1 : err->code;
}

static void
window_close(struct op_state *op)
{
	struct window_op *window = (struct window_op *)op;

	sorter_release(&window->sorter);
	row_store_release(&window->rows);
	arena_release(&window->sorted_arena);
	arena_release(&window->bound_arena);
	forget_load(window);
}

static void
window_report(const struct op_state *op, struct op_stats *stats)
{
	const struct window_op *window = (const struct window_op *)op;

	uint64_t sorting = window->sorter.memory_bytes;

	op_stats_keep_memory(stats,
	    window->memory_bytes > sorting ? window->memory_bytes : sorting);
	op_stats_add_spill(stats, window->file_count, window->disk_bytes);
	if (key_count(window) == 0)
		return;
	stats->sort_method =
	    window->sorter.runs_written > 0 ? SORT_EXTERNAL : SORT_IN_MEMORY;
	op_stats_add_spill(stats, window->sorter.runs_written,
	    window->sorter.disk_bytes);
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

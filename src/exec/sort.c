/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sort.c -- ORDER BY, stable.
 *
 * With a LIMIT of N above, at most about 2N rows are kept: when there are
 * more, the best N stay, and a row that the first key alone puts behind the
 * last of them is not even copied.  If N rows do not fit into work_mem, this
 * goes for those of each run.
 */
#include "exec/eval.h"
#include "exec/sorter.h"
#include "exec/top_bound.h"

#define TOP_ROWS_MIN 1024       /* do not cut below */
#define TOP_ROWS_MAX (1u << 20) /* larger limits sort everything */

struct sort_op {
	struct op_state op;
	const struct rel *limit; /* NULL: none */
	struct sorter sorter;
	uint32_t keep_count;    /* N of the limit; 0: all */
	struct top_bound bound; /* of what is read */
	bool is_sorted;
	bool has_bound; /* row keep_count - 1 of the store bounds new rows */
};

/* Cut to the best rows, which then are rows 0.. of the store, in order. */
static int
cut(struct sort_op *sort, struct error *err)
{
	int rc = sorter_cut(&sort->sorter, sort->keep_count, err);

	sort->has_bound = rc == 0;
	return rc;
}

/* Leave out rows whose first key is behind that of the last row kept. */
static void
apply_bound(struct sort_op *sort, struct batch *batch)
{
	const struct row_order *order = &sort->sorter.order;
	uint32_t key = order->keys[0].column;
	uint16_t *rows = arena_alloc_array(&sort->op.batch_arena,
	    batch->sel.count, sizeof(*rows));
	uint32_t count = 0;

	for (uint32_t i = 0; i < batch->sel.count; i++) {
		uint32_t row = sel_row(batch->sel, i);

		rows[count] = (uint16_t)row;
		count += row_order_values(order, 0, &batch->cols[key], row,
			     &sort->sorter.store.columns[key],
			     sort->keep_count - 1) <= 0;
	}
	batch->sel = (struct sel){ .rows = rows, .count = count };
}

/* Rows beyond which the store is cut, and before it would be written. */
static bool
is_to_be_cut(const struct sort_op *sort, uint32_t more)
{
	uint32_t count = sort->sorter.store.row_count;
	uint32_t cut_at = sort->keep_count < TOP_ROWS_MIN
	    ? 2 * TOP_ROWS_MIN
	    : 2 * sort->keep_count;

	if (sort->keep_count == 0)
		return false;
	/* not for so few that the next batch would be the same again */
	return count >= cut_at ||
	    (count > sort->keep_count + sort->keep_count / 2 &&
		sorter_is_full(&sort->sorter, more));
}

static int
add_batch(struct sort_op *sort, struct batch *batch, struct error *err)
{
	int rc = 0;

	if (sort->has_bound)
		apply_bound(sort, batch);
	if (is_to_be_cut(sort, batch->sel.count))
		rc = cut(sort, err);
	if (sorter_is_full(&sort->sorter, batch->sel.count))
		sort->has_bound = false; /* a run begins */
	if (rc == 0)
		rc = sorter_add(&sort->sorter, batch->cols, batch->sel, err);
	return rc;
}

static int
read_all(struct sort_op *sort, struct error *err)
{
	struct batch batch;
	int rc;

	while ((rc = op_next(sort->op.input, &batch, err)) > 0) {
		rc = op_forget(&sort->op, err);
		if (rc == 0)
			rc = add_batch(sort, &batch, err);
		if (rc != 0)
			return rc;
	}
	if (rc == 0)
		rc = sorter_finish(&sort->sorter, err);
	sort->is_sorted = rc == 0;
	return rc;
}

/* With a limit, the scan below needs not read all. */
static int
sort_prepare(struct op_state *op, struct error *err)
{
	struct sort_op *sort = (struct sort_op *)op;
	struct op_state *leaf = op;
	uint64_t limit, offset;
	int rc;

	if (sort->limit == NULL)
		return 0;
	rc = limit_eval(op->env, sort->limit, &limit, &offset, err);
	if (rc != 0 || limit == 0 || limit > TOP_ROWS_MAX ||
	    offset > TOP_ROWS_MAX - limit)
		return rc;
	sort->keep_count = (uint32_t)(limit + offset);
	rc = top_bound_find(op->env, op->rel, sort->keep_count, &sort->bound,
	    err);
	if (rc != 0 || !sort->bound.is_known)
		return rc;
	while (leaf->input != NULL)
		leaf = leaf->input;
	if (leaf->rel->kind == REL_EVENTS)
		events_op_limit(leaf, &sort->bound);
	else
		scan_op_limit(leaf, &sort->bound);
	return 0;
}

static int
sort_open(struct op_state *op, struct error *err UNUSED)
{
	struct sort_op *sort = (struct sort_op *)op;

	sorter_init(&sort->sorter, op->env->context, op->rel->types,
	    op->rel->column_count, op->rel->sort.keys, op->rel->sort.key_count);
	return 0;
}

static int
sort_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct sort_op *sort = (struct sort_op *)op;

	if (!sort->is_sorted) {
		int rc = read_all(sort, err);

		if (rc != 0)
			return rc;
		arena_reset(&op->batch_arena);
	}
	return sorter_next(&sort->sorter, &op->batch_arena, out, err);
}

static void
sort_close(struct op_state *op)
{
	sorter_release(&((struct sort_op *)op)->sorter);
}

static void
sort_report(const struct op_state *op, struct op_stats *stats)
{
	const struct sort_op *sort = (const struct sort_op *)op;

	op_stats_keep_memory(stats, sort->sorter.memory_bytes);
	stats->sort_method = sort->sorter.runs_written > 0 ? SORT_EXTERNAL
	    : sort->keep_count > 0                         ? SORT_TOP
							   : SORT_IN_MEMORY;
	op_stats_add_spill(stats, sort->sorter.runs_written,
	    sort->sorter.disk_bytes);
}

static const struct op_class sort_class = {
	.name = "sort",
	.prepare = sort_prepare,
	.open = sort_open,
	.next = sort_next,
	.close = sort_close,
	.report = sort_report,
};

struct op_state *
sort_op_new(const struct exec_env *env, const struct rel *rel,
    const struct rel *limit)
{
	struct sort_op *sort = arena_zalloc(env->arena, sizeof(*sort));

	sort->limit = limit;
	op_init(&sort->op, &sort_class, env, rel);
	return &sort->op;
}

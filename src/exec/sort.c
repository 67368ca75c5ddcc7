/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sort.c -- ORDER BY, stable.
 *
 * With a LIMIT of N above, at most about 2N rows are kept: when there are
 * more, the best N stay, and a row that the first key alone puts behind the
 * last of them is not even copied.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/eval.h"
#include "exec/row_sort.h"
#include "exec/row_store.h"

#define TOP_ROWS_MIN 1024       /* do not cut below */
#define TOP_ROWS_MAX (1u << 20) /* larger limits sort everything */

struct sort_op {
	struct op_state op;
	const struct rel *limit; /* NULL: none */
	struct row_store store;
	struct arena arena;  /* of `order` */
	uint32_t *order;     /* rows in their order, once sorted */
	uint32_t at;         /* next to be given */
	uint32_t keep_count; /* N of the limit; 0: all */
	bool is_sorted;
	bool has_bound; /* row keep_count - 1 of the store bounds new rows */
};

static int
compare_values(const struct sort_key *key, const struct type *type,
    const struct vec *a, uint32_t a_row, const struct vec *b, uint32_t b_row)
{
	struct datum x = vec_get(a, a_row);
	struct datum y = vec_get(b, b_row);
	int order;

	if (x.is_null || y.is_null) {
		order = (int)x.is_null - (int)y.is_null;
		return key->nulls_first ? -order : order;
	}
	order = type_compare(type, &x, &y);
	return key->is_descending ? -order : order;
}

/* Rows that compare equal stay as they came. */
static int
compare_rows(const void *a, const void *b, void *arg)
{
	const struct sort_op *sort = arg;
	const struct rel *rel = sort->op.rel;
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	for (uint32_t i = 0; i < rel->sort.key_count; i++) {
		const struct sort_key *key = &rel->sort.keys[i];
		const struct vec *column = &sort->store.columns[key->column];
		int order = compare_values(key, &rel->types[key->column],
		    column, x, column, y);

		if (order != 0)
			return order;
	}
	return (x > y) - (x < y);
}

static int
sort_rows(struct sort_op *sort, struct error *err)
{
	uint32_t count = sort->store.row_count;
	uint32_t *scratch;

	arena_reset(&sort->arena);
	sort->order = arena_try_alloc(&sort->arena,
	    (count + (size_t)1) * sizeof(uint32_t));
	scratch = arena_try_alloc(&sort->arena,
	    (count / 2 + (size_t)1) * sizeof(uint32_t));
	if (sort->order == NULL || scratch == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	for (uint32_t i = 0; i < count; i++)
		sort->order[i] = i;
	return row_sort(sort->order, scratch, count, compare_rows, sort,
	    sort->op.env->context->cancel, err);
}

/* Cut to the best rows, which then are rows 0.. of the store, in order. */
static int
cut(struct sort_op *sort, struct error *err)
{
	int rc;

	rc = sort_rows(sort, err);
	if (rc == 0)
		rc = row_store_keep(&sort->store, sort->order, sort->keep_count,
		    err);
	sort->has_bound = rc == 0;
	return rc;
}

/* Leave out rows whose first key is behind that of the last row kept. */
static void
apply_bound(struct sort_op *sort, struct batch *batch)
{
	const struct sort_key *key = &sort->op.rel->sort.keys[0];
	const struct type *type = &sort->op.rel->types[key->column];
	const struct vec *kept = &sort->store.columns[key->column];
	const struct vec *column = &batch->cols[key->column];
	uint16_t *rows = arena_alloc_array(&sort->op.batch_arena,
	    batch->sel.count, sizeof(*rows));
	uint32_t count = 0;

	for (uint32_t i = 0; i < batch->sel.count; i++) {
		uint32_t row = sel_row(batch->sel, i);

		rows[count] = (uint16_t)row;
		count += compare_values(key, type, column, row, kept,
			     sort->keep_count - 1) <= 0;
	}
	batch->sel = (struct sel){ .rows = rows, .count = count };
}

static int
read_all(struct sort_op *sort, struct error *err)
{
	uint32_t cut_at = sort->keep_count < TOP_ROWS_MIN
	    ? 2 * TOP_ROWS_MIN
	    : 2 * sort->keep_count;
	struct batch batch;
	int rc;

	while ((rc = op_next(sort->op.input, &batch, err)) > 0) {
		rc = op_forget(&sort->op, err);
		if (rc != 0)
			return rc;
		if (sort->has_bound)
			apply_bound(sort, &batch);
		rc = row_store_add(&sort->store, batch.cols, batch.sel, err);
		if (rc == 0 && sort->keep_count > 0 &&
		    sort->store.row_count >= cut_at)
			rc = cut(sort, err);
		if (rc != 0)
			return rc;
	}
	if (rc == 0)
		rc = sort_rows(sort, err);
	sort->is_sorted = rc == 0;
	return rc;
}

static int
sort_open(struct op_state *op, struct error *err)
{
	struct sort_op *sort = (struct sort_op *)op;
	uint64_t limit, offset;
	int rc;

	row_store_init(&sort->store, op->rel->types, op->rel->column_count,
	    op->env->context->budget);
	sort->store.cancel = op->env->context->cancel;
	if (sort->limit == NULL)
		return 0;
	rc = limit_eval(op->env, sort->limit, &limit, &offset, err);
	if (rc == 0 && limit > 0 && limit <= TOP_ROWS_MAX &&
	    offset <= TOP_ROWS_MAX - limit)
		sort->keep_count = (uint32_t)(limit + offset);
	return rc;
}

static int
sort_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct sort_op *sort = (struct sort_op *)op;
	uint32_t left;
	uint32_t count;
	int rc;

	if (!sort->is_sorted) {
		rc = read_all(sort, err);
		if (rc != 0)
			return rc;
		arena_reset(&op->batch_arena);
	}
	left = sort->store.row_count - sort->at;
	count = left < VEC_ROWS ? left : VEC_ROWS;
	if (count == 0)
		return 0;
	row_store_batch(&sort->store, sort->order, sort->at, count,
	    &op->batch_arena, out);
	sort->at += count;
	return 1;
}

static void
sort_close(struct op_state *op)
{
	struct sort_op *sort = (struct sort_op *)op;

	row_store_release(&sort->store);
	arena_release(&sort->arena);
}

static void
sort_report(const struct op_state *op, struct op_stats *stats)
{
	const struct sort_op *sort = (const struct sort_op *)op;

	op_stats_keep_memory(stats,
	    sort->store.arena.used_bytes + sort->arena.used_bytes);
}

static const struct op_class sort_class = {
	.name = "sort",
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
	arena_init(&sort->arena, env->context->budget);
	op_init(&sort->op, &sort_class, env, rel);
	return &sort->op;
}

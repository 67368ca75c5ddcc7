/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temp_scan.c -- the rows of a temporary table that the statement sees, page by
 * page, as they lie there; and the row that a sequence is read as.
 *
 * A cursor goes on after ROLLBACK TO, which takes pages away, but none with a row
 * that it sees: what is added in their places has newer stamps.
 */
#include "exec/op.h"
#include "exec/temp_rows.h"
#include "plan/relation.h"

struct temp_scan {
	struct op_state op;
	uint32_t page;
	uint32_t page_limit; /* what is added while it runs, it does not see */
};

static int
temp_scan_open(struct op_state *op, struct error *err UNUSED)
{
	((struct temp_scan *)op)->page_limit =
	    op->rel->scan.temp->rows->page_count;
	return 0;
}

/* The number of each row of a page. */
static void
number_rows(uint32_t page, uint32_t count, struct arena *arena, struct vec *out)
{
	vec_init(out, PHYS_I64, count, arena);
	for (uint32_t i = 0; i < count; i++)
		out->i64[i] = (int64_t)page * VEC_ROWS + i;
}

static void
give_page(struct op_state *op, uint32_t number, struct batch *out)
{
	const struct temp_rows *rows = op->rel->scan.temp->rows;
	const struct temp_page *page = rows->pages[number];

	out->row_count = page->row_count;
	out->col_count = op->rel->column_count;
	out->cols = arena_alloc_array(&op->batch_arena,
	    (size_t)out->col_count + 1, sizeof(*out->cols));
	for (uint32_t i = 0; i < out->col_count; i++) {
		uint32_t column = op->rel->scan.attnums[i] - 1;

		if (column < rows->column_count)
			out->cols[i] = page->columns[column];
		else
			number_rows(number, page->row_count, &op->batch_arena,
			    &out->cols[i]);
	}
}

static int
temp_scan_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct temp_scan *scan = (struct temp_scan *)op;
	const struct temp_rows *rows = op->rel->scan.temp->rows;
	int rc = 0;

	while (scan->page < scan->page_limit && scan->page < rows->page_count &&
	    rc == 0) {
		uint32_t page = scan->page++;

		out->sel = temp_page_visible(rows->pages[page],
		    op->env->context->temp_seen, &op->batch_arena);
		if (out->sel.count == 0) {
			rc = op_forget(op, err);
			continue;
		}
		give_page(op, page, out);
		return 1;
	}
	return rc;
}

static const struct op_class temp_scan_class = {
	.name = "temp_scan",
	.open = temp_scan_open,
	.next = temp_scan_next,
};

/* ---- sequences ---- */

struct sequence_scan {
	struct op_state op;
	bool is_done;
};

static struct datum
sequence_value(const struct temp_counter *counter, uint32_t attnum)
{
	switch ((enum sequence_attnum)attnum) {
	case TEMP_SEQUENCE_LAST_VALUE:
		return (struct datum){ .i64 = counter->last_value };
	case TEMP_SEQUENCE_LOG_CNT:
		return (struct datum){ .i64 = counter->log_count };
	case TEMP_SEQUENCE_IS_CALLED:
		break;
	}
	return (struct datum){ .boolean = counter->is_called };
}

static int
sequence_scan_next(struct op_state *op, struct batch *out,
    struct error *err UNUSED)
{
	const struct rel *rel = op->rel;
	struct sequence_scan *scan = (struct sequence_scan *)op;

	if (scan->is_done)
		return 0;
	scan->is_done = true;
	out->row_count = 1;
	out->col_count = rel->column_count;
	out->sel = sel_all(1);
	out->cols = arena_alloc_array(&op->batch_arena,
	    (size_t)out->col_count + 1, sizeof(*out->cols));
	for (uint32_t i = 0; i < out->col_count; i++) {
		const struct datum value =
		    sequence_value(rel->scan.sequence->counter,
			rel->scan.attnums[i]);

		vec_init_constant(&out->cols[i], type_phys(&rel->types[i]),
		    &value, &op->batch_arena);
	}
	return 1;
}

static const struct op_class sequence_scan_class = {
	.name = "sequence_scan",
	.next = sequence_scan_next,
};

static struct op_state *
sequence_scan_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct sequence_scan *scan = arena_zalloc(env->arena, sizeof(*scan));

	op_init(&scan->op, &sequence_scan_class, env, rel);
	return &scan->op;
}

struct op_state *
temp_scan_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct temp_scan *scan;

	if (rel->scan.sequence != NULL)
		return sequence_scan_op_new(env, rel);
	scan = arena_zalloc(env->arena, sizeof(*scan));
	op_init(&scan->op, &temp_scan_class, env, rel);
	return &scan->op;
}

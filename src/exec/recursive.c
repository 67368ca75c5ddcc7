/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recursive.c -- WITH RECURSIVE: the first term's rows, then round after round
 * what the step makes of the rows of the round before.
 *
 * Rows come out as they are made, so that LIMIT can stop what has no end.
 */
#include "exec/eval.h"
#include "exec/inner.h"
#include "exec/key_set.h"
#include "exec/row_spool.h"

struct recursive_op {
	struct op_state op;
	struct inner step;
	bool is_stepping;         /* the first term is done */
	bool is_running;          /* a round */
	struct key_set seen;      /* UNION: all rows so far */
	struct row_spool rows[2]; /* of the last round and of this one */
	uint32_t current;         /* this one's */
};

static int
recursive_open(struct op_state *op, struct error *err UNUSED)
{
	struct recursive_op *recursive = (struct recursive_op *)op;

	inner_init(&recursive->step, op->env, op->rel->recursive.step);
	key_set_init(&recursive->seen, op->env->context, op->rel->types,
	    op->rel->column_count, op->env->arena);
	for (int i = 0; i < 2; i++)
		row_spool_init(&recursive->rows[i], op->env->context,
		    op->rel->types, op->rel->column_count);
	return 0;
}

/* UNION: only rows that were not there before. */
static int
drop_seen(struct recursive_op *recursive, struct batch *batch,
    struct error *err)
{
	struct arena *arena = &recursive->op.batch_arena;
	uint32_t count = batch->sel.count;
	bool *is_new = arena_alloc_array(arena, count + 1, sizeof(*is_new));
	uint16_t *rows = arena_alloc_array(arena, count + 1, sizeof(*rows));
	uint32_t kept = 0;
	int rc;

	rc = key_set_add(&recursive->seen, batch->cols, batch->sel, arena,
	    is_new, err);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		rows[kept] = (uint16_t)sel_row(batch->sel, i);
		kept += is_new[i];
	}
	batch->sel = (struct sel){ .rows = rows, .count = kept };
	return rc;
}

/* A batch of the first term or of a round; 0 at the end of all. */
static int
next_batch(struct recursive_op *recursive, struct batch *out, struct error *err)
{
	struct op_state *op = &recursive->op;
	int rc;

	if (!recursive->is_stepping) {
		rc = op_next(op->input, out, err);
		if (rc != 0)
			return rc;
		recursive->is_stepping = true;
	}
	for (;;) {
		if (!recursive->is_running) {
			if (recursive->rows[recursive->current].row_count == 0)
				return 0;
			op->env->works[op->rel->recursive.work] =
			    &recursive->rows[recursive->current];
			recursive->current ^= 1;
			row_spool_reset(&recursive->rows[recursive->current]);
			recursive->is_running = true;
			rc = inner_start(&recursive->step, err);
			if (rc != 0)
				return rc;
		}
		rc = inner_next(&recursive->step, out, err);
		if (rc != 0)
			return rc;
		recursive->is_running = false;
	}
}

static int
recursive_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct recursive_op *recursive = (struct recursive_op *)op;
	int rc;

	while ((rc = next_batch(recursive, out, err)) > 0) {
		rc = op_forget(op, err);
		if (rc == 0 && op->rel->recursive.is_distinct)
			rc = drop_seen(recursive, out, err);
		if (rc == 0)
			rc = row_spool_add(&recursive->rows[recursive->current],
			    out->cols, out->sel, err);
		if (rc != 0)
			return rc;
		if (out->sel.count > 0)
			return 1;
	}
	return rc;
}

static void
recursive_close(struct op_state *op)
{
	struct recursive_op *recursive = (struct recursive_op *)op;

	if (recursive->step.rel != NULL)
		inner_end(&recursive->step);
	key_set_release(&recursive->seen);
	for (int i = 0; i < 2; i++)
		row_spool_release(&recursive->rows[i]);
}

static void
recursive_report(const struct op_state *op, struct op_stats *stats)
{
	const struct recursive_op *recursive = (const struct recursive_op *)op;
	uint64_t memory = recursive->seen.memory_bytes;

	op_stats_add_spill(stats, recursive->seen.disk_bytes > 0,
	    recursive->seen.disk_bytes);
	for (int i = 0; i < 2; i++) {
		const struct row_spool *rows = &recursive->rows[i];

		memory += rows->memory_bytes;
		op_stats_add_spill(stats, rows->disk_bytes > 0,
		    rows->disk_bytes);
	}
	op_stats_keep_memory(stats, memory);
}

static const struct op_class recursive_class = {
	.name = "recursive union",
	.open = recursive_open,
	.next = recursive_next,
	.close = recursive_close,
	.report = recursive_report,
};

struct op_state *
recursive_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct recursive_op *recursive =
	    arena_zalloc(env->arena, sizeof(*recursive));

	op_init(&recursive->op, &recursive_class, env, rel);
	return &recursive->op;
}

/* ---- the rows of the last round ---- */

struct work_op {
	struct op_state op;
	struct spool_reader reader;
};

static int
work_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct work_op *work = (struct work_op *)op;

	return row_spool_next(op->env->works[op->rel->work], &work->reader, op,
	    out, err);
}

static const struct op_class work_class = {
	.name = "work table scan",
	.next = work_next,
};

struct op_state *
work_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct work_op *work = arena_zalloc(env->arena, sizeof(*work));

	op_init(&work->op, &work_class, env, rel);
	return &work->op;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * with.c -- WITH: each of its queries runs at most once, as far as somebody
 * reads it, and keeps its rows for all who refer to it.  Statements that change
 * rows run to their end.
 */
#include "exec/eval.h"
#include "exec/row_spool.h"

/* One query of WITH, shared by those who read it. */
struct cte_state {
	const struct exec_env *env; /* of the WITH */
	const struct rel *rel;
	struct op_state *op;   /* NULL: has not begun */
	struct row_spool rows; /* is_growing until all are there */
};

struct with_op {
	struct op_state op;
	struct cte_state *ctes; /* rel->with.count */
};

static int read_more(struct cte_state *cte, struct error *err);

/* What changes rows does so whether anybody reads what it returns or not. */
static int
finish_changes(struct with_op *with, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < with->op.rel->with.count && rc >= 0; i++) {
		struct cte_state *cte = &with->ctes[i];

		while (with->op.rel->with.ctes[i]->is_modify &&
		    cte->rows.is_growing && rc >= 0)
			rc = read_more(cte, err);
	}
	return rc < 0 ? rc : 0;
}

static int
with_next(struct op_state *op, struct batch *out, struct error *err)
{
	int rc = op_next(op->input, out, err);

	return rc != 0 ? rc : finish_changes((struct with_op *)op, err);
}

static void
with_close(struct op_state *op)
{
	struct with_op *with = (struct with_op *)op;

	for (uint32_t i = 0; i < op->rel->with.count; i++) {
		op_close(with->ctes[i].op);
		row_spool_release(&with->ctes[i].rows);
	}
}

static void
with_report(const struct op_state *op, struct op_stats *stats)
{
	const struct with_op *with = (const struct with_op *)op;
	uint64_t memory = 0;

	for (uint32_t i = 0; i < op->rel->with.count; i++) {
		const struct row_spool *rows = &with->ctes[i].rows;

		memory += rows->memory_bytes;
		op_stats_add_spill(stats, rows->disk_bytes > 0,
		    rows->disk_bytes);
	}
	op_stats_keep_memory(stats, memory);
}

static const struct op_class with_class = {
	.name = "with",
	.next = with_next,
	.close = with_close,
	.report = with_report,
};

struct op_state *
with_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct with_op *with = arena_zalloc(env->arena, sizeof(*with));

	with->ctes =
	    arena_alloc_array(env->arena, rel->with.count, sizeof(*with->ctes));
	for (uint32_t i = 0; i < rel->with.count; i++) {
		const struct cte *cte = rel->with.ctes[i];

		with->ctes[i] =
		    (struct cte_state){ .env = env, .rel = cte->rel };
		row_spool_init(&with->ctes[i].rows, env->context,
		    cte->rel->types, cte->column_count);
		with->ctes[i].rows.is_growing = true;
		env->ctes[cte->index] = &with->ctes[i];
	}
	op_init(&with->op, &with_class, env, rel);
	return &with->op;
}

/* ---- references ---- */

struct cte_op {
	struct op_state op;
	struct spool_reader reader;
};

/* More rows of the query into its store, or its end. */
static int
read_more(struct cte_state *cte, struct error *err)
{
	struct batch batch;
	int rc;

	if (cte->op == NULL) {
		cte->op = op_new(cte->env, cte->rel);
		rc = op_open(cte->op, err);
		if (rc != 0)
			return rc;
	}
	rc = op_next(cte->op, &batch, err);
	cte->rows.is_growing = rc != 0;
	if (rc <= 0)
		return rc;
	return row_spool_add(&cte->rows, batch.cols, batch.sel, err);
}

static int
cte_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct cte_op *cte = (struct cte_op *)op;
	struct cte_state *state = op->env->ctes[op->rel->cte->index];

	while (cte->reader.row == state->rows.row_count &&
	    state->rows.is_growing) {
		int rc = read_more(state, err);

		if (rc < 0)
			return rc;
	}
	return row_spool_next(&state->rows, &cte->reader, op, out, err);
}

static const struct op_class cte_class = {
	.name = "cte scan",
	.next = cte_next,
};

struct op_state *
cte_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct cte_op *cte = arena_zalloc(env->arena, sizeof(*cte));

	op_init(&cte->op, &cte_class, env, rel);
	return &cte->op;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan.c -- the events of one type: what is committed, in the order of
 * event_id or run by run, and then the open transaction's own.
 */
#include "common/cancel.h"
#include "engine/catalog/catalog.h"
#include "engine/engine.h"
#include "exec/eval.h"
#include "exec/merge.h"
#include "exec/scan_spec.h"
#include "exec/top_bound.h"

struct scan_op {
	struct op_state op;
	struct scan *scan; /* NULL: nothing committed can match */
	struct merge merge;
	const struct top_bound *bound; /* NULL: none */
	const bool *is_read;           /* see scan_op_let_late(); or NULL */
	struct scan_cursor *own;       /* NULL: not begun, or none */
	bool is_own;                   /* the committed rows are done */
};

/*
 * Rows are merged by event_id, so that must be read even if it is not asked
 * for; then it is the last column.
 */
static uint32_t
scan_attnums(const struct rel *rel, const struct exec_env *env,
    const uint32_t **attnums, uint32_t *id_column)
{
	uint32_t count = rel->column_count;
	uint32_t *all;

	*attnums = rel->scan.attnums;
	for (uint32_t i = 0; i < count; i++) {
		if (rel->scan.attnums[i] == COLUMN_EVENT_ID) {
			*id_column = i;
			return count;
		}
	}
	if (!rel->scan.is_ordered)
		return count;
	all = arena_alloc_array(env->arena, count + 1, sizeof(*all));
	for (uint32_t i = 0; i < count; i++)
		all[i] = rel->scan.attnums[i];
	all[count] = COLUMN_EVENT_ID;
	*attnums = all;
	*id_column = count;
	return count + 1;
}

static void
merge_runs(struct scan_op *scan, const struct scan_piece *piece)
{
	struct arena *arena = scan->op.env->arena;
	const uint32_t *attnums;
	uint32_t id_column = 0;
	struct merge_source *sources =
	    arena_zalloc(arena, (piece->run_count + 1) * sizeof(*sources));

	(void)scan_attnums(scan->op.rel, scan->op.env, &attnums, &id_column);
	for (uint32_t i = 0; i < piece->run_count; i++) {
		sources[i].scan = piece->scan;
		sources[i].run = piece->first_run + i;
		sources[i].id_column = id_column;
	}
	scan->scan = piece->scan;
	merge_init(&scan->merge, sources, piece->run_count,
	    scan->op.rel->scan.is_ordered, arena);
}

/* The columns of which nobody reads the strings at once. */
static void
let_late(const struct exec_env *env, const struct rel *rel, const bool *is_read,
    struct scan_spec *spec)
{
	uint32_t *late = arena_alloc_array(env->arena,
	    (size_t)rel->column_count + 1, sizeof(*late));

	for (uint32_t i = 0; i < rel->column_count; i++)
		if (!is_read[i])
			late[spec->late_count++] = rel->scan.attnums[i];
	spec->late_attnums = late;
}

static int
open_bounded(const struct exec_env *env, const struct rel *rel,
    const struct scan_op *op, struct scan **out, struct error *err)
{
	const struct top_bound *bound = op == NULL ? NULL : op->bound;
	struct snapshot *snapshot = env->context->snapshot;
	struct scan_spec spec = { .snapshot = snapshot,
		.type = rel->scan.type,
		.without = env->context->scan_without };
	uint32_t id_column = 0;
	bool is_empty;
	int rc;

	*out = NULL;
	rc = scan_spec_bounds(env, rel, &spec, &is_empty, err);
	if (rc != 0 || is_empty)
		return rc;
	if (bound != NULL)
		scan_spec_limit(&spec, bound, env->arena);
	/* a type that the transaction itself has made has no events yet */
	if (catalog_type_by_oid(snapshot_catalog(snapshot),
		rel->scan.type->oid) == NULL)
		return 0;
	spec.attnum_count = scan_attnums(rel, env, &spec.attnums, &id_column);
	if (op != NULL && op->is_read != NULL)
		let_late(env, rel, op->is_read, &spec);
	return scan_open(env->context->engine, &spec, env->arena, out, err);
}

int
scan_rel_open(const struct exec_env *env, const struct rel *rel,
    struct scan **out, struct error *err)
{
	return open_bounded(env, rel, NULL, out, err);
}

uint64_t
scan_piece_estimate(const struct scan_piece *piece)
{
	uint64_t rows = 0;

	for (uint32_t i = 0; i < piece->run_count; i++)
		rows += scan_run_estimate(piece->scan, piece->first_run + i);
	return rows;
}

static int
scan_op_open(struct op_state *op, struct error *err)
{
	struct scan_op *scan = (struct scan_op *)op;
	const struct exec_env *env = op->env;
	struct scan_piece piece = { .first_run = 0 };
	int rc = 0;

	if (env->pieces != NULL) {
		piece = env->pieces[op->rel->index];
	} else {
		rc = open_bounded(env, op->rel, scan, &piece.scan, err);
		if (rc == 0 && piece.scan != NULL)
			piece.run_count = scan_run_count(piece.scan);
		env->scans[op->rel->index] = piece.scan;
	}
	if (piece.scan != NULL)
		merge_runs(scan, &piece);
	return rc;
}

static int
next_committed(struct scan_op *scan, struct batch *out, struct error *err)
{
	struct op_state *op = &scan->op;
	int rc;

	if (scan->scan == NULL)
		return 0;
	rc = merge_next(&scan->merge, err);
	if (rc <= 0)
		return rc;
	merge_shape(&scan->merge, &op->batch_arena, out);
	out->col_count = op->rel->column_count;
	out->cols = arena_alloc_array(&op->batch_arena, out->col_count + 1,
	    sizeof(*out->cols));
	for (uint32_t i = 0; i < out->col_count; i++) {
		rc = merge_need_strings(&scan->merge, i, err);
		if (rc != 0)
			return rc;
		merge_column(&scan->merge, i, type_phys(&op->rel->types[i]),
		    &op->batch_arena, &out->cols[i]);
	}
	return 1;
}

static int
next_own(struct scan_op *scan, struct batch *out, struct error *err)
{
	const struct rel *rel = scan->op.rel;
	struct write_batch *batch = scan->op.env->context->batch;
	int rc;

	if (batch == NULL)
		return 0;
	if (scan->own == NULL) {
		rc = write_batch_scan(batch, rel->scan.type, rel->scan.attnums,
		    rel->column_count, &scan->own, err);
		if (rc != 0)
			return rc;
	}
	do {
		rc = cancel_check(scan->op.env->context->cancel, err);
		if (rc == 0)
			rc = scan_cursor_next(scan->own, out, err);
	} while (rc > 0 && out->sel.count == 0);
	return rc;
}

static int
scan_op_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct scan_op *scan = (struct scan_op *)op;
	int rc;

	if (!scan->is_own) {
		rc = next_committed(scan, out, err);
		if (rc != 0)
			return rc;
		scan->is_own = true;
	}
	return next_own(scan, out, err);
}

static void
scan_op_close(struct op_state *op)
{
	struct scan_op *scan = (struct scan_op *)op;

	if (scan->own != NULL)
		scan_cursor_close(scan->own);
	if (scan->scan == NULL)
		return;
	merge_close(&scan->merge);
	if (op->env->pieces == NULL)
		scan_close(scan->scan);
}

static void
scan_op_report(const struct op_state *op, struct op_stats *stats)
{
	const struct scan_op *scan = (const struct scan_op *)op;

	stats->is_scan = true;
	if (scan->scan != NULL && op->env->pieces == NULL)
		op_stats_add_scan(stats, scan->scan);
}

static const struct op_class scan_class = {
	.name = "scan",
	.open = scan_op_open,
	.next = scan_op_next,
	.close = scan_op_close,
	.report = scan_op_report,
};

bool
scan_op_count(const struct op_state *op, uint64_t *count)
{
	const struct scan_op *scan = (const struct scan_op *)op;

	/* the transaction's own rows would have to be counted by type */
	if (op->class != &scan_class || op->rel->scan.bound_count > 0 ||
	    op->rel->scan.kept_oid != 0 || op->env->context->batch != NULL ||
	    scan->scan == NULL)
		return false;
	return scan_row_count(scan->scan, count);
}

void
scan_op_limit(struct op_state *op, const struct top_bound *bound)
{
	((struct scan_op *)op)->bound = bound;
}

void
scan_op_let_late(struct op_state *op, const bool *is_read)
{
	((struct scan_op *)op)->is_read = is_read;
}

struct op_state *
scan_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct scan_op *scan = arena_zalloc(env->arena, sizeof(*scan));

	op_init(&scan->op, &scan_class, env, rel);
	return &scan->op;
}

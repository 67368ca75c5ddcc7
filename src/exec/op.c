/* SPDX-License-Identifier: Apache-2.0 */
/*
 * op.c -- trees of operators: made from relations, opened, asked, closed.
 */
#include "exec/op.h"

#include <assert.h>

#include "common/cancel.h"
#include "os/clock.h"
#include "os/rest.h"

void
op_init(struct op_state *op, const struct op_class *class,
    const struct exec_env *env, const struct rel *rel)
{
	op->class = class;
	op->env = env;
	op->rel = rel;
	arena_init(&op->batch_arena, env->context->budget);
	if (rel->input != NULL && op->input == NULL)
		op->input = op_new(env, rel->input);
}

static struct op_state *
new_filter(const struct exec_env *env, const struct rel *rel)
{
	if (rel->input->kind == REL_EVENTS)
		return events_op_new(env, rel->input, rel);
	return filter_op_new(env, rel);
}

struct op_state *
op_new(const struct exec_env *env, const struct rel *rel)
{
	switch (rel->kind) {
	case REL_SCAN:
		return scan_op_new(env, rel);
	case REL_EVENTS:
		return events_op_new(env, rel, NULL);
	case REL_PAYLOAD:
		return payload_op_new(env, rel);
	case REL_SYSTEM:
		return system_op_new(env, rel);
	case REL_VALUES:
		return values_op_new(env, rel);
	case REL_FUNCTION:
		return set_function_op_new(env, rel);
	case REL_FILTER:
		return new_filter(env, rel);
	case REL_PROJECT:
		return project_op_new(env, rel);
	case REL_JOIN:
		return rel->join.is_lateral ? lateral_op_new(env, rel)
					    : join_op_new(env, rel);
	case REL_AGG:
		return agg_op_new(env, rel);
	case REL_SORT:
		return sort_op_new(env, rel, NULL);
	case REL_UNIQUE:
		return unique_op_new(env, rel);
	case REL_LIMIT:
		return limit_op_new(env, rel);
	case REL_APPEND:
		return append_op_new(env, rel);
	case REL_PROJECT_SET:
		return project_set_op_new(env, rel);
	case REL_WINDOW:
		return window_op_new(env, rel);
	case REL_SEQUENCE:
		return sequence_op_new(env, rel);
	case REL_UNPIVOT:
		return unpivot_op_new(env, rel);
	case REL_SET_OP:
		return set_op_new(env, rel);
	case REL_WITH:
		return with_op_new(env, rel);
	case REL_CTE:
		return cte_op_new(env, rel);
	case REL_RECURSIVE:
		return recursive_op_new(env, rel);
	case REL_WORK:
		return work_op_new(env, rel);
	case REL_TEMP:
		return temp_scan_op_new(env, rel);
	case REL_MODIFY:
		return modify_op_new(env, rel);
	case REL_READING:
		return reading_op_new(env, rel);
	}
	return NULL;
}

/* ---- what EXPLAIN ANALYZE counts ---- */

static struct op_stats *
stats_of(const struct op_state *op)
{
	return op->env->stats == NULL ? NULL : &op->env->stats[op->rel->index];
}

static int
timed_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct op_stats *stats = stats_of(op);
	int64_t start = os_clock_monotonic_ns(os_clock_real());
	int rc = op->class->next(op, out, err);

	assert(stats != NULL);
	stats->total_ns +=
	    (uint64_t)(os_clock_monotonic_ns(os_clock_real()) - start);
	if (stats->first_ns == 0)
		stats->first_ns = stats->total_ns;
	if (rc > 0)
		stats->rows += out->sel.count;
	return rc;
}

void
op_stats_add_scan(struct op_stats *stats, const struct scan *scan)
{
	struct scan_stats more = scan_stats(scan);

	stats->scan.segments += more.segments;
	stats->scan.segments_pruned += more.segments_pruned;
	stats->scan.zones += more.zones;
	stats->scan.zones_pruned += more.zones_pruned;
	for (uint32_t i = 0; i < PRUNER_COUNT; i++)
		stats->scan.pruned_by[i] += more.pruned_by[i];
	stats->scan.rows += more.rows;
	stats->scan.bytes_read += more.bytes_read;
}

void
op_stats_keep_memory(struct op_stats *stats, uint64_t bytes)
{
	if (bytes > stats->memory_bytes)
		stats->memory_bytes = bytes;
}

void
op_stats_add_spill(struct op_stats *stats, uint64_t part_count,
    uint64_t disk_bytes)
{
	stats->part_count += part_count;
	stats->disk_bytes += disk_bytes;
}

/* ---- running ---- */

int
op_open(struct op_state *op, struct error *err)
{
	struct op_stats *stats = stats_of(op);
	int rc = 0;

	if (stats != NULL)
		stats->loops++;
	if (op->class->prepare != NULL)
		rc = op->class->prepare(op, err);
	if (rc == 0 && op->input != NULL)
		rc = op_open(op->input, err);
	if (rc == 0 && op->class->open != NULL)
		rc = op->class->open(op, err);
	return rc;
}

void
op_close(struct op_state *op)
{
	struct op_stats *stats;

	if (op == NULL)
		return;
	stats = stats_of(op);
	if (stats != NULL && op->class->report != NULL)
		op->class->report(op, stats);
	if (op->class->close != NULL)
		op->class->close(op);
	op_close(op->input);
	op->input = NULL;
	arena_release(&op->batch_arena);
}

int
op_forget(struct op_state *op, struct error *err)
{
	int rc = arena_check(&op->batch_arena, err);

	arena_reset(&op->batch_arena);
	if (rc == 0)
		rc = cancel_check(op->env->context->cancel, err);
	return rc;
}

int
op_check_cancel(const struct op_state *op, struct error *err)
{
	return cancel_check(op->env->context->cancel, err);
}

int
op_next(struct op_state *op, struct batch *out, struct error *err)
{
	int rc = op_check_cancel(op, err);

	if (rc != 0)
		return rc;
	os_rest();
	arena_reset(&op->batch_arena);
	rc = op->env->stats != NULL ? timed_next(op, out, err)
				    : op->class->next(op, out, err);
	if (rc < 0)
		return rc;
	if (arena_check(&op->batch_arena, err) != 0)
		return err->code;
	return arena_check(op->env->arena, err) != 0 ? err->code : rc;
}

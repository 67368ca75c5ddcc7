/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An aggregation in pieces: the rows of each shard are added to groups of
 * their own, by as many threads as there are; then the groups are made one.
 *
 * So a result is a function of the events and of how many shards there are:
 * floats are summed in each shard in the order of its events, and the sums of
 * the shards in their order, however many threads there were, whatever lies in
 * MemTables or segments.  That is not quite the sum that few rows get, which is
 * taken over all shards in the order of event_id.
 *
 * Each piece has a share of work_mem.  If one needs more, all of them stop, and
 * the rows are read as if there were no pieces: the groups that do not fit go
 * to files then.
 */
#include <stdatomic.h>

#include "common/error.h"
#include "engine/catalog/catalog.h"
#include "exec/agg_op.h"
#include "exec/exec_private.h"
#include "plan/rel_walk.h"

struct piece {
	struct pieces *all;
	struct exec_context context; /* with a share of work_mem */
	struct scan_piece scan;
	struct arena arena;
	struct exec_env env;
	struct agg_op *agg;
	uint32_t *groups; /* of ours: the numbers that they get */
	int rc;
	struct error err;
};

struct pieces {
	struct agg_op *agg; /* whose rows they are */
	struct piece *each;
	uint32_t count;
	/* Relaxed: hints while pieces run; the crew's return orders the rest. */
	atomic_bool is_full; /* a share was not enough */
	atomic_bool is_over; /* that, or one has failed: all stop */
};

/* ---- whether ---- */

static bool
is_shared_state(const struct expr *expr)
{
	return expr->kind == EXPR_SUBQUERY || expr_is_volatile_call(expr);
}

static int
test_slot(struct expr **slot, void *arg UNUSED)
{
	return *slot != NULL && expr_any(*slot, is_shared_state);
}

/*
 * Whether no two shards have rows with the same value of an expression above
 * `rel`: it is their context.
 */
static bool
is_context(const struct rel *rel, const struct expr *expr)
{
	for (; expr->kind == EXPR_COLUMN; rel = rel->input) {
		uint32_t column = expr->column.column;

		if (rel->kind == REL_SCAN)
			return rel->scan.attnums[column] == COLUMN_CONTEXT_ID;
		if (rel->kind == REL_PROJECT)
			expr = rel->project[column];
		else if (rel->kind != REL_FILTER)
			break;
	}
	return false;
}

/* Nothing between the groups and a scan that only one thread may do. */
static bool
can_split(const struct rel *rel)
{
	/* else the groups must come in the order of their first rows */
	if (!rel->agg.is_unordered && rel->agg.key_count > 0)
		return false;
	for (uint32_t i = 0; i < rel->agg.call_count; i++) {
		const struct agg_call *call = &rel->agg.calls[i];

		if (call->order_count > 0 || !agg_kind_combines(call->kind) ||
		    (call->is_distinct && !is_context(rel->input, call->arg)))
			return false;
	}
	do {
		if (rel_each_expr_of(rel, test_slot, NULL) != 0)
			return false;
		rel = rel->input;
	} while (rel->kind == REL_FILTER || rel->kind == REL_PROJECT);
	return rel->kind == REL_SCAN;
}

static struct op_state *
leaf_of(struct op_state *op)
{
	while (op->input != NULL)
		op = op->input;
	return op;
}

/* The scan, if it is worth to be split. */
static struct scan *
scan_to_split(const struct agg_op *agg)
{
	const struct exec_context *context = agg->op.env->context;
	struct scan *scan;

	if (context->min_parallel_rows < 0 || context->batch != NULL ||
	    agg->op.env->piece != NULL || !can_split(agg->op.rel))
		return NULL;
	scan = scan_op_scan(leaf_of(agg->op.input));
	if (scan == NULL ||
	    scan_row_estimate(scan) < (uint64_t)context->min_parallel_rows)
		return NULL;
	return scan;
}

/* ---- a piece ---- */

static void
set(atomic_bool *flag)
{
	atomic_store_explicit(flag, true, memory_order_relaxed);
}

static bool
is_set(const atomic_bool *flag)
{
	return atomic_load_explicit(flag, memory_order_relaxed);
}

static int
read_piece(struct piece *piece, struct error *err)
{
	struct op_state *op = &piece->agg->op;
	struct batch batch;
	int rc;

	rc = op_open(op, err);
	while (rc == 0 && !is_set(&piece->all->is_over)) {
		rc = op_next(op->input, &batch, err);
		if (rc == 0)
			return agg_finish(piece->agg, err);
		if (rc < 0)
			return rc;
		rc = agg_add_batch(piece->agg, &batch, err);
		if (rc == 0)
			rc = op_forget(op, err);
		if (piece->agg->is_full) {
			set(&piece->all->is_full);
			set(&piece->all->is_over);
		}
	}
	return rc;
}

static void
run_piece(void *arg, uint32_t i)
{
	struct pieces *pieces = arg;
	struct piece *piece = &pieces->each[i];

	piece->rc = read_piece(piece, &piece->err);
	if (piece->rc != 0)
		set(&pieces->is_over);
}

/* ---- all of them ---- */

static void
init_piece(struct pieces *pieces, struct piece *piece)
{
	const struct exec_env *env = pieces->agg->op.env;

	piece->all = pieces;
	piece->context = *env->context;
	piece->context.work_mem_bytes /= pieces->count;
	arena_init(&piece->arena, env->context->budget);
	exec_env_init(&piece->env, env->plan, &piece->context, &piece->arena);
	piece->env.slots = env->slots; /* nobody writes them meanwhile */
	piece->env.piece = &piece->scan;
	if (env->stats != NULL)
		piece->env.stats = arena_zalloc(&piece->arena,
		    env->plan->rel_count * sizeof(*piece->env.stats));
	piece->agg =
	    (struct agg_op *)agg_op_new(&piece->env, pieces->agg->op.rel);
}

/* A piece for each shard that has rows. */
static void
init_pieces(struct pieces *pieces, struct agg_op *agg, struct scan *scan)
{
	uint32_t run_count = scan_run_count(scan);
	struct piece *each =
	    arena_zalloc(agg->op.env->arena, (run_count + 1) * sizeof(*each));

	*pieces = (struct pieces){ .agg = agg, .each = each };
	for (uint32_t run = 0; run < run_count; run++) {
		if (run == 0 ||
		    scan_run_shard(scan, run) != scan_run_shard(scan, run - 1))
			each[pieces->count++].scan = (struct scan_piece){
				.scan = scan,
				.first_run = run,
			};
		each[pieces->count - 1].scan.run_count++;
	}
}

static void
run_pieces(struct pieces *pieces)
{
	const struct exec_crew *crew = pieces->agg->op.env->context->crew;

	for (uint32_t i = 0; i < pieces->count; i++)
		init_piece(pieces, &pieces->each[i]);
	if (crew != NULL) {
		crew->run(crew->arg, pieces->count, run_piece, pieces);
		return;
	}
	for (uint32_t i = 0; i < pieces->count; i++)
		run_piece(pieces, i);
}

/* What EXPLAIN ANALYZE tells of the operators below: the longest time. */
static void
add_stats(const struct agg_op *agg, const struct piece *piece)
{
	for (const struct rel *rel = agg->op.rel->input; rel != NULL;
	     rel = rel->input) {
		struct op_stats *stats = &agg->op.env->stats[rel->index];
		const struct op_stats *its = &piece->env.stats[rel->index];

		stats->rows += its->rows;
		if (stats->first_ns == 0 || its->first_ns < stats->first_ns)
			stats->first_ns = its->first_ns;
		if (its->total_ns > stats->total_ns)
			stats->total_ns = its->total_ns;
	}
}

static void
release_pieces(struct pieces *pieces)
{
	for (uint32_t i = 0; i < pieces->count; i++) {
		struct piece *piece = &pieces->each[i];

		if (piece->env.stats != NULL && !is_set(&pieces->is_full))
			add_stats(pieces->agg, piece);
		op_close(&piece->agg->op);
		exec_env_release(&piece->env);
		arena_release(&piece->arena);
	}
}

/* ---- joining them ---- */

/* Enter the keys of a piece's groups, a batch at a time. */
static int
join_groups(struct agg_op *agg, const struct piece *piece, struct error *err)
{
	const struct row_store *keys = &piece->agg->table.keys;
	struct arena *arena = &agg->op.batch_arena;
	uint32_t count;
	int rc = 0;

	for (uint32_t at = 0; at < keys->row_count && rc == 0; at += count) {
		struct batch batch;

		count = keys->row_count - at;
		count = count < VEC_ROWS ? count : VEC_ROWS;
		row_store_batch(keys, NULL, at, count, arena, &batch);
		rc = group_table_find(&agg->table, batch.cols, sel_all(count),
		    arena, piece->groups + at, NULL, err);
		if (rc == 0)
			rc = op_forget(&agg->op, err);
	}
	return rc;
}

static int
join_states(struct agg_op *agg, const struct piece *piece, struct error *err)
{
	uint32_t count =
	    agg_key_count(agg) == 0 ? 1 : group_table_count(&agg->table);
	int rc = 0;

	for (uint32_t i = 0; i < agg->op.rel->agg.call_count && rc == 0; i++) {
		struct agg_state *state = &agg->calls[i].state;

		rc = agg_state_reserve(state, count, err);
		if (rc == 0)
			rc = agg_state_combine(state, piece->groups,
			    &piece->agg->calls[i].state, err);
	}
	agg->next_ordinal += piece->agg->next_ordinal;
	return rc;
}

static int
join_piece(struct agg_op *agg, struct piece *piece, struct error *err)
{
	uint32_t count = group_table_count(&piece->agg->table);
	int rc = 0;

	piece->groups = arena_alloc_array(&piece->arena, (size_t)count + 1,
	    sizeof(*piece->groups));
	piece->groups[0] = 0; /* the only one, without keys */
	rc = arena_check(&piece->arena, err);
	if (rc == 0 && agg_key_count(agg) > 0)
		rc = join_groups(agg, piece, err);
	if (rc == 0)
		rc = join_states(agg, piece, err);
	return rc;
}

int
agg_read_pieces(struct agg_op *agg, bool *is_done, struct error *err)
{
	struct scan *scan = scan_to_split(agg);
	struct pieces pieces;
	int rc = 0;

	*is_done = false;
	if (scan == NULL)
		return 0;
	init_pieces(&pieces, agg, scan);
	if (pieces.count < 2)
		return 0;
	run_pieces(&pieces);
	for (uint32_t i = 0; i < pieces.count && rc == 0; i++) {
		rc = pieces.each[i].rc;
		if (rc != 0)
			*err = pieces.each[i].err;
	}
	*is_done = !is_set(&pieces.is_full);
	for (uint32_t i = 0; i < pieces.count && rc == 0 && *is_done; i++)
		rc = join_piece(agg, &pieces.each[i], err);
	release_pieces(&pieces);
	return rc;
}

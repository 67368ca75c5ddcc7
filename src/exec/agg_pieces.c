/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An aggregation in pieces: what the input makes of each shard's events is added
 * to groups of their own, by as many threads as there are; then the groups are
 * made one.  The input may itself group, join and so on, by context: by_shard.h.
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
#include <string.h>

#include "common/error.h"
#include "exec/agg_op.h"
#include "exec/by_shard.h"
#include "exec/exec_private.h"
#include "plan/rel_walk.h"

struct piece {
	struct pieces *all;
	struct exec_context context; /* with a share of work_mem */
	struct scan_piece *scans;    /* by the index of their relations */
	struct arena arena;
	struct exec_env env;
	struct agg_op *agg;
	uint32_t *groups; /* of ours: the numbers that they get */
	int rc;
	struct error err;
};

struct pieces {
	struct agg_op *agg; /* whose rows they are */
	uint64_t row_estimate;
	struct piece *each;
	uint32_t count;
	/* Relaxed: hints while pieces run; the crew's return orders the rest. */
	atomic_bool is_full; /* a share was not enough */
	atomic_bool is_over; /* that, or one has failed: all stop */
};

/* ---- whether ---- */

static bool
can_split(const struct rel *rel)
{
	/* else the groups must come in the order of their first rows */
	if (!rel->agg.is_unordered && rel->agg.key_count > 0)
		return false;
	for (uint32_t i = 0; i < rel->agg.call_count; i++) {
		const struct agg_call *call = &rel->agg.calls[i];

		if (call->order_count > 0 || !agg_kind_combines(call->kind) ||
		    (call->is_distinct &&
			!rel_is_context(rel->input, call->arg)))
			return false;
	}
	return !rel_has_shared_state(rel) && rel_is_by_shard(rel->input);
}

/*
 * Count what the scans below will read.  Operators that read their inputs one
 * after the other have not opened all of them.
 */
static int
find_scans(struct pieces *pieces, const struct rel *rel, struct error *err)
{
	const struct exec_env *env = pieces->agg->op.env;
	struct scan **scan = &env->scans[rel->index];
	int rc = 0;

	if (rel->kind == REL_SCAN) {
		if (*scan == NULL)
			rc = scan_rel_open(env, rel, scan, err);
		if (*scan != NULL)
			pieces->row_estimate += scan_row_estimate(*scan);
		return rc;
	}
	for (uint32_t i = 0; i < rel_input_count(rel) && rc == 0; i++)
		rc = find_scans(pieces, rel_child(rel, i), err);
	return rc;
}

/* Whether the input is of such a kind, and large enough. */
static int
is_worth_splitting(struct pieces *pieces, bool *is_worth, struct error *err)
{
	const struct op_state *op = &pieces->agg->op;
	const struct exec_context *context = op->env->context;
	int rc;

	*is_worth = false;
	if (context->min_parallel_rows < 0 || context->batch != NULL ||
	    op->env->pieces != NULL || !can_split(op->rel))
		return 0;
	rc = find_scans(pieces, op->rel->input, err);
	*is_worth =
	    pieces->row_estimate >= (uint64_t)context->min_parallel_rows;
	return rc;
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

/* All rows have been added: what has made them goes. */
static int
end_piece(struct piece *piece, struct error *err)
{
	op_close(piece->agg->op.input);
	piece->agg->op.input = NULL;
	return agg_finish(piece->agg, err);
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
			return end_piece(piece, err);
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
	if (env->plan->slot_count > 0)
		memcpy(piece->env.slots, env->slots,
		    env->plan->slot_count * sizeof(*env->slots));
	piece->env.pieces = piece->scans;
	if (env->stats != NULL)
		piece->env.stats = arena_zalloc(&piece->arena,
		    env->plan->rel_count * sizeof(*piece->env.stats));
	piece->agg =
	    (struct agg_op *)agg_op_new(&piece->env, pieces->agg->op.rel);
	piece->agg->is_piece = true;
}

/* The runs of one shard. */
static struct scan_piece
piece_of_scan(struct scan *scan, uint32_t shard)
{
	uint32_t count = scan == NULL ? 0 : scan_run_count(scan);
	struct scan_piece piece = { .scan = scan };

	while (piece.first_run < count &&
	    scan_run_shard(scan, piece.first_run) < shard)
		piece.first_run++;
	while (piece.first_run + piece.run_count < count &&
	    scan_run_shard(scan, piece.first_run + piece.run_count) == shard)
		piece.run_count++;
	return piece;
}

/* What the scans below read of a shard; false if that is nothing. */
static bool
take_shard(const struct exec_env *env, const struct rel *rel, uint32_t shard,
    struct scan_piece *scans)
{
	bool has_rows = false;

	if (rel->kind == REL_SCAN) {
		scans[rel->index] =
		    piece_of_scan(env->scans[rel->index], shard);
		return scans[rel->index].run_count > 0;
	}
	for (uint32_t i = 0; i < rel_input_count(rel); i++)
		has_rows |= take_shard(env, rel_child(rel, i), shard, scans);
	return has_rows;
}

/* A piece for each shard that has rows. */
static void
init_pieces(struct pieces *pieces)
{
	const struct op_state *op = &pieces->agg->op;
	const struct exec_env *env = op->env;
	uint32_t shard_count = engine_shard_count(env->context->engine);

	pieces->each =
	    arena_zalloc(env->arena, shard_count * sizeof(*pieces->each));
	for (uint32_t shard = 0; shard < shard_count; shard++) {
		struct piece *piece = &pieces->each[pieces->count];

		if (piece->scans == NULL)
			piece->scans = arena_zalloc(env->arena,
			    env->plan->rel_count * sizeof(*piece->scans));
		pieces->count +=
		    take_shard(env, op->rel->input, shard, piece->scans);
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

/*
 * What EXPLAIN ANALYZE tells of the operators below: the longest time, and what
 * all have kept.
 */
static void
add_stats(const struct exec_env *env, const struct rel *rel,
    const struct piece *piece)
{
	struct op_stats *stats = &env->stats[rel->index];
	const struct op_stats *its = &piece->env.stats[rel->index];

	stats->rows += its->rows;
	if (stats->first_ns == 0 || its->first_ns < stats->first_ns)
		stats->first_ns = its->first_ns;
	if (its->total_ns > stats->total_ns)
		stats->total_ns = its->total_ns;
	stats->memory_bytes += its->memory_bytes;
	stats->merge_count += its->merge_count;
	op_stats_add_spill(stats, its->part_count, its->disk_bytes);
	for (uint32_t i = 0; i < rel_input_count(rel); i++)
		add_stats(env, rel_child(rel, i), piece);
}

/* The same of operators that only the pieces have opened. */
static void
add_unopened_stats(const struct exec_env *env, const struct rel *rel)
{
	struct op_stats *stats = &env->stats[rel->index];

	if (stats->loops == 0) {
		stats->loops = 1;
		stats->is_scan = rel->kind == REL_SCAN;
		if (stats->is_scan && env->scans[rel->index] != NULL)
			op_stats_add_scan(stats, env->scans[rel->index]);
	}
	for (uint32_t i = 0; i < rel_input_count(rel); i++)
		add_unopened_stats(env, rel_child(rel, i));
}

static void
tell_stats(const struct pieces *pieces)
{
	const struct op_state *op = &pieces->agg->op;

	if (op->env->stats == NULL || is_set(&pieces->is_full))
		return;
	for (uint32_t i = 0; i < pieces->count; i++)
		add_stats(op->env, op->rel->input, &pieces->each[i]);
	add_unopened_stats(op->env, op->rel->input);
}

static void
release_pieces(struct pieces *pieces)
{
	for (uint32_t i = 0; i < pieces->count; i++)
		op_close(&pieces->each[i].agg->op);
	tell_stats(pieces);
	for (uint32_t i = 0; i < pieces->count; i++) {
		exec_env_release(&pieces->each[i].env);
		arena_release(&pieces->each[i].arena);
	}
}

/* ---- joining them ---- */

/* Enter the keys of a piece's groups, a batch at a time. */
static int
join_groups(struct agg_op *agg, const struct piece *piece, struct error *err)
{
	const struct group_table *table = &piece->agg->table;
	uint32_t all = group_table_count(table);
	struct arena *arena = &agg->op.batch_arena;
	uint32_t count;
	int rc = 0;

	for (uint32_t at = 0; at < all && rc == 0; at += count) {
		struct batch batch;

		count = all - at;
		count = count < VEC_ROWS ? count : VEC_ROWS;
		group_table_batch(table, at, count, arena, &batch);
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

	piece->groups = arena_try_alloc(&piece->arena,
	    ((size_t)count + 1) * sizeof(*piece->groups));
	if (piece->groups == NULL)
		return error_no_memory(err);
	piece->groups[0] = 0; /* the only one, without keys */
	if (agg_key_count(agg) > 0)
		rc = join_groups(agg, piece, err);
	if (rc == 0)
		rc = join_states(agg, piece, err);
	return rc;
}

int
agg_read_pieces(struct agg_op *agg, bool *is_done, struct error *err)
{
	struct pieces pieces = { .agg = agg };
	bool is_worth;
	int rc;

	*is_done = false;
	rc = is_worth_splitting(&pieces, &is_worth, err);
	if (rc != 0 || !is_worth)
		return rc;
	init_pieces(&pieces);
	rc = arena_check(agg->op.env->arena, err);
	if (rc != 0 || pieces.count < 2)
		return rc;
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

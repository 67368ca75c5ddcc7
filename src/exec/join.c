/* SPDX-License-Identifier: Apache-2.0 */
/*
 * join.c -- joins: one side is read into a table, the rows of the other one
 * are looked up in it, a batch at a time.
 *
 * For each batch of the probing side: pairs of a row and each candidate of the
 * table, at most VEC_ROWS; those whose keys are equal and for which the other
 * conditions are true are kept; what the kind of join makes of them is gathered
 * into a batch.  Without keys every row of the table is a candidate: that is
 * the nested loop.
 *
 * The table is the right side, or the left one if that is much smaller.  Rows
 * come out in the order of the probing side, and for one of its rows in that of
 * the table; rows that the table gives on its own come last.
 */
#include "exec/join_private.h"

#include <string.h>

#include "exec/estimate.h"
#include "exec/join_keys.h"
#include "exec/row_key.h"

/* The left side is kept if it has less than one of so many rows. */
#define WORTH_EXCHANGING 2

#define PREFETCH_ROWS 16 /* so many rows ahead the table is asked for */

/* The right side is the table. */
static const struct join_output right_outputs[] = {
	[JOIN_INNER] = { .pairs = true },
	[JOIN_LEFT] = { .pairs = true, .probe_unmatched = true },
	[JOIN_FULL] = { .pairs = true,
	    .probe_unmatched = true,
	    .table_unmatched = true },
	[JOIN_SEMI] = { .probe_matched = true },
	[JOIN_ANTI] = { .probe_unmatched = true },
};

/* The left side is. */
static const struct join_output left_outputs[] = {
	[JOIN_INNER] = { .pairs = true },
	[JOIN_LEFT] = { .pairs = true, .table_unmatched = true },
	[JOIN_FULL] = { .pairs = true,
	    .probe_unmatched = true,
	    .table_unmatched = true },
	[JOIN_SEMI] = { .table_matched = true },
	[JOIN_ANTI] = { .table_unmatched = true },
};

/* ---- building ---- */

struct op_state *
join_probing_side(const struct join_op *join)
{
	return join->is_left_built ? join->right : join->op.input;
}

struct op_state *
join_table_side(const struct join_op *join)
{
	return join->is_left_built ? join->op.input : join->right;
}

int
join_eval_keys(struct join_op *join, const struct eval *eval, struct sel sel,
    bool is_left, struct vec *out, struct error *err)
{
	const struct rel_join *rel = &join->op.rel->join;
	int rc = 0;

	for (uint32_t k = 0; k < rel->key_count && rc == 0; k++)
		rc = eval_expr(eval,
		    is_left ? rel->keys[k].left : rel->keys[k].right, sel,
		    &out[k], err);
	return rc;
}

bool
join_is_too_large(const struct join_op *join, uint32_t count)
{
	const struct exec_context *context = join->op.env->context;

	return context->temp != NULL && join->table.rows.row_count > 0 &&
	    join_table_bytes_with(&join->table, count) >
	    context->work_mem_bytes;
}

static int
add_to_table(struct join_op *join, const struct batch *batch, struct error *err)
{
	struct arena *arena = &join->op.batch_arena;
	const struct eval eval = eval_of_batch(join->op.env, arena, batch);
	uint32_t key_count = join->op.rel->join.key_count;
	struct vec *columns = arena_alloc_array(arena,
	    batch->col_count + key_count + 1, sizeof(*columns));
	struct vec *keys = columns + batch->col_count;
	int rc;

	memcpy(columns, batch->cols, batch->col_count * sizeof(*columns));
	rc = join_eval_keys(join, &eval, batch->sel, join->is_left_built, keys,
	    err);
	if (rc == 0 && join->parts == NULL &&
	    join_is_too_large(join, batch->sel.count))
		rc = join_parts_begin(join, err);
	if (rc != 0)
		return rc;
	if (join->parts != NULL)
		return join_parts_add(join, &join->parts->table, columns, keys,
		    batch->row_count, batch->sel, err);
	return join_table_add(&join->table, columns, batch->sel, err);
}

void
join_begin(struct join_op *join, const struct type *types,
    uint32_t column_count)
{
	const struct rel_join *rel = &join->op.rel->join;
	const struct exec_context *context = join->op.env->context;

	join_table_init(&join->table, types, column_count, rel->key_count,
	    join->output->probe_matched && rel->conjunct_count == 0,
	    context->budget);
	join->table.rows.cancel = context->cancel;
	join->is_probed = false;
	join->has_batch = false;
	join->left_over = 0;
}

int
join_finish(struct join_op *join, struct error *err)
{
	uint64_t bytes;
	int rc = join_table_finish(&join->table, err);

	if (rc == 0 &&
	    (join->output->table_unmatched || join->output->table_matched)) {
		arena_release(&join->matched_arena);
		join->is_matched = arena_try_alloc(&join->matched_arena,
		    (size_t)join->table.rows.row_count + 1);
		if (join->is_matched == NULL)
			return error_no_memory(err);
		memset(join->is_matched, 0, join->table.rows.row_count);
	}
	bytes = join_table_bytes(&join->table) + join->matched_arena.used_bytes;
	if (bytes > join->memory_bytes)
		join->memory_bytes = bytes;
	return rc;
}

static int
build(struct join_op *join, struct error *err)
{
	struct batch batch;
	int rc;

	while ((rc = op_next(join_table_side(join), &batch, err)) > 0) {
		rc = op_forget(&join->op, err);
		if (rc == 0)
			rc = add_to_table(join, &batch, err);
		if (rc != 0)
			return rc;
	}
	if (rc != 0)
		return rc;
	return join->parts != NULL ? join_parts_read(join, err)
				   : join_finish(join, err);
}

/* ---- candidates ---- */

static void
find_null_keys(struct join_op *join)
{
	struct sel sel = join->batch.sel;

	memset(join->has_null, 0, sel.count);
	for (uint32_t k = 0; k < join->table.key_count; k++) {
		const struct vec *key = &join->keys[k];

		for (uint32_t i = 0; i < sel.count && key->nulls != NULL; i++)
			join->has_null[i] |= vec_is_null(key, sel_row(sel, i));
	}
}

/* A batch of the probing side and its keys: 1, 0 at the end, or a code. */
static int
read_batch(struct join_op *join, struct error *err)
{
	struct arena *arena = &join->probe_arena;
	struct eval eval;
	int rc;

	arena_reset(arena);
	if (join->parts != NULL)
		return join_parts_probe(join, err);
	rc = op_next(join_probing_side(join), &join->batch, err);
	if (rc <= 0)
		return rc;
	eval = eval_of_batch(join->op.env, arena, &join->batch);
	join->keys = arena_alloc_array(arena, join->table.key_count + 1,
	    sizeof(*join->keys));
	rc = join_eval_keys(join, &eval, join->batch.sel, !join->is_left_built,
	    join->keys, err);
	return rc != 0 ? rc : 1;
}

static int
next_batch(struct join_op *join, struct error *err)
{
	struct arena *arena = &join->probe_arena;
	uint32_t count;
	int rc;

	rc = read_batch(join, err);
	if (rc <= 0)
		return rc;
	count = join->batch.sel.count;
	join->hashes =
	    arena_alloc_array(arena, count + 1, sizeof(*join->hashes));
	join->has_null = arena_alloc_array(arena, count + 1, sizeof(bool));
	row_key_hash(join->table.key_types, join->table.key_count, join->keys,
	    join->batch.sel, join->hashes);
	find_null_keys(join);
	join->has_batch = true;
	join->at = 0;
	join->is_in_chain = false;
	rc = arena_check(arena, err);
	return rc != 0 ? rc : 1;
}

static void
add_pair(struct pairs *pairs, uint32_t probe, uint32_t table)
{
	pairs->probe[pairs->count] = (uint16_t)probe;
	pairs->table[pairs->count] = table;
	pairs->keep[pairs->count++] = true;
}

/* Pair rows of the batch with their candidates, until there is no room. */
static void
pair_candidates(struct join_op *join)
{
	struct pairs *pairs = join->pairs;
	struct sel sel = join->batch.sel;

	pairs->count = 0;
	while (join->at < sel.count && pairs->count < VEC_ROWS) {
		uint32_t row = sel_row(sel, join->at);
		uint64_t hash = join->hashes[join->at];

		if (join->at + PREFETCH_ROWS < sel.count)
			join_table_prefetch(&join->table,
			    join->hashes[join->at + PREFETCH_ROWS]);
		if (!join->is_in_chain) {
			join->next = join_table_first(&join->table, hash);
			if (join->has_null[join->at])
				join->next.row = JOIN_NO_ROW;
			if (join->next.row == JOIN_NO_ROW &&
			    join->output->probe_unmatched)
				add_pair(pairs, row, JOIN_NO_ROW);
		}
		while (
		    join->next.row != JOIN_NO_ROW && pairs->count < VEC_ROWS) {
			add_pair(pairs, row, join_link_row(join->next));
			join->next =
			    join_table_next(&join->table, join->next, hash);
		}
		join->is_in_chain = join->next.row != JOIN_NO_ROW;
		join->at += !join->is_in_chain;
	}
}

/* ---- columns of pairs ---- */

static void
gather_probe(const struct join_op *join, uint32_t column, struct arena *arena,
    struct vec *out)
{
	const struct sel sel = { .rows = join->pairs->probe,
		.count = join->pairs->count };
	const struct vec *source = &join->batch.cols[column];

	if (source->is_constant)
		*out = *source;
	else
		vec_gather(out, source, sel, arena);
}

/* Column `column` of both sides' for all pairs. */
static void
gather(const struct join_op *join, uint32_t column, struct arena *arena,
    struct vec *out)
{
	uint32_t left_count = join->op.input->rel->column_count;
	bool is_left = column < left_count;
	uint32_t its = is_left ? column : column - left_count;

	if (is_left != join->is_left_built)
		gather_probe(join, its, arena, out);
	else
		row_store_gather(&join->table.rows, its, join->pairs->table,
		    join->pairs->count, arena, out);
}

/* ---- conditions ---- */

/* Pairs that are still kept and have two rows. */
static struct sel
whole_pairs(const struct pairs *pairs, uint16_t *rows)
{
	struct sel sel = { .rows = rows };

	for (uint32_t i = 0; i < pairs->count; i++) {
		rows[sel.count] = (uint16_t)i;
		sel.count += pairs->keep[i] && pairs->table[i] != JOIN_NO_ROW;
	}
	return sel;
}

static int
test_conjuncts(struct join_op *join, struct sel sel, uint16_t *rows,
    struct error *err)
{
	const struct rel_join *rel = &join->op.rel->join;
	struct arena *arena = &join->op.batch_arena;
	struct eval eval = { .env = join->op.env,
		.arena = arena,
		.row_count = join->pairs->count };
	uint32_t both_count =
	    join->op.input->rel->column_count + join->right->rel->column_count;
	struct vec *columns =
	    arena_alloc_array(arena, both_count + 1, sizeof(*columns));
	int rc = 0;

	for (uint32_t c = 0; c < both_count; c++) {
		if (join->is_tested[c])
			gather(join, c, arena, &columns[c]);
	}
	eval.columns = columns;
	for (uint32_t i = 0; i < sel.count; i++)
		join->pairs->keep[sel_row(sel, i)] = false;
	for (uint32_t i = 0; i < rel->conjunct_count && rc == 0; i++)
		rc = eval_filter(&eval, rel->conjuncts[i], sel, rows,
		    &sel.count, err);
	for (uint32_t i = 0; i < sel.count && rc == 0; i++)
		join->pairs->keep[sel_row(sel, i)] = true;
	return rc;
}

static int
test_pairs(struct join_op *join, struct error *err)
{
	struct pairs *pairs = join->pairs;
	uint16_t *rows;
	struct sel sel;

	if (join->table.key_count > 0)
		join_table_compare(&join->table, join->keys, pairs->probe,
		    pairs->table, pairs->count, pairs->keep);
	if (join->op.rel->join.conjunct_count == 0)
		return 0;
	rows = arena_alloc_array(&join->op.batch_arena, pairs->count + 1,
	    sizeof(*rows));
	sel = whole_pairs(pairs, rows);
	return sel.count == 0 ? 0 : test_conjuncts(join, sel, rows, err);
}

/* ---- what the kind of join makes of the pairs ---- */

/*
 * One probing row's pairs, first..limit-1, to the end of what comes out.  The
 * row is complete if these were its last.
 */
static uint32_t
output_row(struct join_op *join, uint32_t first, uint32_t limit,
    bool is_complete, uint32_t at)
{
	const struct join_output *output = join->output;
	struct pairs *pairs = join->pairs;
	uint16_t row = pairs->probe[first];
	bool had_matched = (first == 0 && join->first_has_matched) ||
	    join_parts_has_met(join, row);
	bool has_matched = had_matched;

	for (uint32_t i = first; i < limit; i++) {
		if (!pairs->keep[i] || pairs->table[i] == JOIN_NO_ROW)
			continue;
		has_matched = true;
		if (join->is_matched != NULL)
			join->is_matched[pairs->table[i]] = 1;
		if (!output->pairs)
			continue;
		pairs->probe[at] = row;
		pairs->table[at++] = pairs->table[i];
	}
	if ((output->probe_matched && has_matched && !had_matched) ||
	    (output->probe_unmatched && !has_matched && is_complete &&
		!join_parts_may_miss(join))) {
		pairs->probe[at] = row;
		pairs->table[at++] = JOIN_NO_ROW;
	}
	join->first_has_matched = has_matched;
	if (has_matched)
		join_parts_meet(join, row);
	return at;
}

/* Leave in join->pairs what comes out. */
static void
output_pairs(struct join_op *join)
{
	struct pairs *pairs = join->pairs;
	uint32_t count = pairs->count;
	uint32_t at = 0;
	uint32_t first = 0;

	while (first < count) {
		uint32_t limit = first + 1;

		while (
		    limit < count && pairs->probe[limit] == pairs->probe[first])
			limit++;
		at = output_row(join, first, limit,
		    limit < count || !join->is_in_chain, at);
		first = limit;
	}
	pairs->count = at;
	if (join->is_in_chain && join->first_has_matched &&
	    !join->output->pairs && join->is_matched == NULL) {
		/* the row is decided: leave its other candidates alone */
		join->is_in_chain = false;
		join->at++;
	}
	join->first_has_matched &= join->is_in_chain;
}

static void
null_column(struct join_op *join, uint32_t column, struct vec *out)
{
	const struct datum null = { .is_null = true };

	vec_init_constant(out, type_phys(&join->op.rel->types[column]), &null,
	    &join->op.batch_arena);
}

static void
make_batch(struct join_op *join, struct batch *out)
{
	const struct rel *rel = join->op.rel;
	struct arena *arena = &join->op.batch_arena;

	out->row_count = join->pairs->count;
	out->sel = sel_all(join->pairs->count);
	out->col_count = rel->column_count;
	out->cols =
	    arena_alloc_array(arena, out->col_count + 1, sizeof(*out->cols));
	for (uint32_t c = 0; c < out->col_count; c++)
		gather(join, rel->join.outputs[c], arena, &out->cols[c]);
}

/* ---- probing ---- */

static int
probe(struct join_op *join, struct batch *out, struct error *err)
{
	int rc;

	for (;;) {
		if (!join->has_batch) {
			rc = next_batch(join, err);
			if (rc <= 0)
				return rc;
		}
		rc = op_forget(&join->op, err);
		if (rc != 0)
			return rc;
		pair_candidates(join);
		rc = test_pairs(join, err);
		if (rc != 0)
			return rc;
		output_pairs(join);
		join->has_batch = join->at < join->batch.sel.count;
		if (join->pairs->count > 0) {
			make_batch(join, out);
			return 1;
		}
	}
}

/* Rows of the table that found a partner, or those that found none. */
static int
give_left_over(struct join_op *join, struct batch *out)
{
	const struct rel *rel = join->op.rel;
	struct pairs *pairs = join->pairs;
	uint32_t left_count = join->op.input->rel->column_count;

	pairs->count = 0;
	for (; join->left_over < join->table.rows.row_count &&
	     pairs->count < VEC_ROWS;
	     join->left_over++) {
		pairs->table[pairs->count] = join->left_over;
		pairs->count += join->is_matched[join->left_over] ==
		    join->output->table_matched;
	}
	out->row_count = pairs->count;
	out->sel = sel_all(pairs->count);
	out->col_count = rel->column_count;
	out->cols = arena_alloc_array(&join->op.batch_arena, out->col_count + 1,
	    sizeof(*out->cols));
	for (uint32_t c = 0; c < out->col_count; c++) {
		if ((rel->join.outputs[c] < left_count) != join->is_left_built)
			null_column(join, c, &out->cols[c]);
		else
			gather(join, rel->join.outputs[c],
			    &join->op.batch_arena, &out->cols[c]);
	}
	return pairs->count > 0;
}

/* ---- the operator ---- */

/*
 * The smaller side is kept.  If somebody sees the order of the rows, the choice
 * must not depend on where the events lie.
 */
static void
choose_table(struct join_op *join)
{
	const struct exec_env *env = join->op.env;
	const struct rel_join *rel = &join->op.rel->join;
	enum estimate_mode mode =
	    rel->is_ordered ? ESTIMATE_WHOLE : ESTIMATE_PRUNED;
	struct error ignored = { .code = 0 };
	double left, right;

	/* whatever is wrong comes to light when the sides are read */
	if (estimate_tree(env, join->op.rel->input, mode, &left, &ignored) ==
		0 &&
	    estimate_tree(env, rel->right, mode, &right, &ignored) == 0)
		join->is_left_built = left * WORTH_EXCHANGING < right;
	join->output = join->is_left_built ? &left_outputs[rel->kind]
					   : &right_outputs[rel->kind];
}

static struct type *
table_types(const struct join_op *join)
{
	const struct rel *side = join_table_side(join)->rel;
	const struct rel_join *rel = &join->op.rel->join;
	struct type *types = arena_alloc_array(join->op.env->arena,
	    side->column_count + rel->key_count + 1, sizeof(*types));

	for (uint32_t i = 0; i < side->column_count; i++)
		types[i] = side->types[i];
	for (uint32_t k = 0; k < rel->key_count; k++)
		types[side->column_count + k] = rel->keys[k].type;
	return types;
}

static int
join_open(struct op_state *op, struct error *err)
{
	struct join_op *join = (struct join_op *)op;
	const struct rel_join *rel = &op->rel->join;
	uint32_t both_count =
	    rel->right->column_count + op->input->rel->column_count;

	choose_table(join);
	join_begin(join, table_types(join),
	    join_table_side(join)->rel->column_count);
	join->is_tested = arena_zalloc(op->env->arena, both_count + 1);
	for (uint32_t i = 0; i < rel->conjunct_count; i++)
		expr_mark_columns(rel->conjuncts[i], join->is_tested);
	join->pairs = arena_try_alloc(&join->arena, sizeof(*join->pairs));
	if (join->pairs == NULL)
		return error_no_memory(err);
	return op_open(join->right, err);
}

int
join_give(struct join_op *join, struct batch *out, struct error *err)
{
	int rc;

	if (!join->is_probed) {
		rc = probe(join, out, err);
		if (rc != 0)
			return rc;
		join->is_probed = true;
		rc = op_forget(&join->op, err);
		if (rc != 0)
			return rc;
	}
	return join->is_matched != NULL ? give_left_over(join, out) : 0;
}

static int
join_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct join_op *join = (struct join_op *)op;

	if (!join->is_built) {
		int rc = build(join, err);

		if (rc != 0)
			return rc;
		join->is_built = true;
		join_offer_keys(join);
	}
	return join->parts != NULL ? join_parts_next(join, out, err)
				   : join_give(join, out, err);
}

static void
join_close(struct op_state *op)
{
	struct join_op *join = (struct join_op *)op;

	op_close(join->right);
	join_parts_release(join);
	join_table_release(&join->table);
	arena_release(&join->probe_arena);
	arena_release(&join->matched_arena);
	arena_release(&join->arena);
}

static void
join_report(const struct op_state *op, struct op_stats *stats)
{
	const struct join_op *join = (const struct join_op *)op;
	const struct join_parts *parts = join->parts;

	op_stats_keep_memory(stats, join->memory_bytes);
	if (parts != NULL)
		op_stats_add_spill(stats, parts->table.partitions.written,
		    spill_size(&parts->table.partitions.spill) +
			spill_size(&parts->probe.partitions.spill) +
			parts->sorter.disk_bytes);
}

static const struct op_class join_class = {
	.name = "join",
	.open = join_open,
	.next = join_next,
	.close = join_close,
	.report = join_report,
};

struct op_state *
join_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct join_op *join = arena_zalloc(env->arena, sizeof(*join));

	arena_init(&join->arena, env->context->budget);
	arena_init(&join->matched_arena, env->context->budget);
	arena_init(&join->probe_arena, env->context->budget);
	op_init(&join->op, &join_class, env, rel);
	join->right = op_new(env, rel->join.right);
	return &join->op;
}

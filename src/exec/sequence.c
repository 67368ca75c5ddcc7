/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequence.c -- a FOLLOWED BY b ...: reads the steps one after the other, keeps
 * their rows in columns, puts them in order of (unit, time, id) and lets
 * sequence_match.c find the matches of each unit.
 *
 * Units are the linking values of the first step: rows of the others that have
 * none of these are not kept.  If they are contexts, and few, a later step is
 * read context by context, which the context index makes cheap, instead of as a
 * whole.  An entry has at most one match, so matches are
 * an array beside the first step's rows, and come out in their order.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/estimate.h"
#include "exec/inner.h"
#include "exec/sequence_match.h"
#include "exec/sequence_private.h"

/*
 * Rows that the transaction has not committed are numbered by their place in
 * it, from here on: behind all that are committed.
 */
#define OWN_IDS ((int64_t)1 << 62)

/* Rows that are scanned in the time in which one context is looked up. */
#define ROWS_PER_LOOKUP 1000

/* Of so many parts of work_mem, one for the codes of all steps; another for their
 * order. */
#define CODES_SHARE 8

static int
out_of_memory(struct error *err)
{
	return error_no_memory(err);
}

static void
init_stores(struct sequence_op *sequence, bool has_ordinals)
{
	const struct rel_sequence *rel = &sequence->op.rel->sequence;
	const struct type int8 = type_of(TYPE_INT8);
	const struct type key_types[KEY_COUNT] = { int8, int8, int8 };
	const struct exec_context *context = sequence->op.env->context;
	struct mem_budget *budget = context->budget;

	arena_init(&sequence->arena, budget);
	group_table_init(&sequence->units, &rel->link_type, 1, KEY_EQUAL,
	    budget);
	sequence->units.keys.cancel = context->cancel;
	for (uint32_t k = 0; k < rel->step_count; k++) {
		const struct sequence_input *input = &rel->steps[k];
		struct step_state *step = &sequence->steps[k];
		struct type *types = arena_alloc_array(&sequence->arena,
		    (size_t)input->kept_count + 1, sizeof(*types));

		for (uint32_t c = 0; c < input->kept_count; c++)
			types[c] = input->rel->types[input->kept[c]];
		types[input->kept_count] = int8;
		group_codes_init(&step->codes, 1,
		    context->work_mem_bytes / CODES_SHARE / rel->step_count,
		    budget);
		row_store_init(&step->rows, types,
		    input->kept_count + has_ordinals, budget);
		row_store_init(&step->keys, key_types, KEY_COUNT, budget);
		step->order = NULL;
		step->nearest = NULL;
	}
}

static void
release_stores(struct sequence_op *sequence)
{
	for (uint32_t k = 0; k < sequence->op.rel->sequence.step_count; k++) {
		group_codes_release(&sequence->steps[k].codes);
		row_store_release(&sequence->steps[k].rows);
		row_store_release(&sequence->steps[k].keys);
	}
	group_table_release(&sequence->units);
	arena_release(&sequence->arena);
}

void
sequence_forget(struct sequence_op *sequence, bool has_ordinals)
{
	release_stores(sequence);
	init_stores(sequence, has_ordinals);
	sequence->match_count = 0;
	sequence->at = 0;
}

static int
sequence_open(struct op_state *op, struct error *err UNUSED)
{
	init_stores((struct sequence_op *)op, false);
	return 0;
}

size_t
sequence_bytes(const struct sequence_op *sequence)
{
	uint32_t step_count = sequence->op.rel->sequence.step_count;
	size_t bytes =
	    sequence->arena.used_bytes + group_table_bytes(&sequence->units);

	for (uint32_t k = 0; k < step_count; k++)
		bytes += row_store_bytes(&sequence->steps[k].rows) +
		    row_store_bytes(&sequence->steps[k].keys);
	return bytes;
}

bool
sequence_is_too_large(const struct sequence_op *sequence, uint32_t k,
    uint32_t count)
{
	const struct exec_context *context = sequence->op.env->context;
	uint32_t step_count = sequence->op.rel->sequence.step_count;
	const struct step_state *step = &sequence->steps[k];
	size_t rows = count;

	for (uint32_t i = 0; i < step_count; i++)
		rows += sequence->steps[i].keys.row_count;
	return context->temp != NULL && rows > count &&
	    sequence_bytes(sequence) - row_store_bytes(&step->rows) +
		row_store_bytes_with(&step->rows, count) +
		rows * SEQUENCE_ROW_BYTES(step_count) >
	    context->work_mem_bytes;
}

/* ---- reading ---- */

/* Rows with a linking value and a time. */
static struct sel
without_nulls(struct arena *arena, struct sel sel, const struct vec *link,
    const struct vec *time)
{
	uint16_t *rows = arena_alloc_array(arena, sel.count + 1, sizeof(*rows));
	uint32_t count = 0;

	if (link->nulls == NULL && time->nulls == NULL)
		return sel;
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);

		rows[count] = (uint16_t)row;
		count += !vec_is_null(link, row) && !vec_is_null(time, row);
	}
	return (struct sel){ .rows = rows, .count = count };
}

/* The rows of the context that is being read: its own, and uncommitted ones. */
static void
take_unit(const struct sequence_op *sequence, struct arena *arena,
    const struct vec *link, struct sel *sel, struct vec *units)
{
	const struct datum unit = { .i64 = sequence->unit };
	uint16_t *rows =
	    arena_alloc_array(arena, sel->count + 1, sizeof(*rows));
	uint32_t count = 0;

	vec_init_constant(units, PHYS_I64, &unit, arena);
	for (uint32_t i = 0; i < sel->count; i++) {
		uint32_t row = sel_row(*sel, i);

		rows[count] = (uint16_t)row;
		count += str_equal(link->str[vec_index(link, row)],
		    sequence->context->str);
	}
	*sel = (struct sel){ .rows = rows, .count = count };
}

/*
 * The units of the rows, at their positions in `units`; rows of later steps
 * that belong to none go, and those that can be in no match.
 */
static int
find_units(struct sequence_op *sequence, uint32_t k,
    const struct sequence_rows *from, struct sel *sel, struct vec *units,
    struct error *err)
{
	struct arena *arena = &sequence->op.batch_arena;
	struct group_codes *codes = &sequence->steps[k].codes;
	struct group_table *table = &sequence->units;
	uint32_t *groups =
	    arena_alloc_array(arena, sel->count + 1, sizeof(*groups));
	uint16_t *rows =
	    arena_alloc_array(arena, sel->count + 1, sizeof(*rows));
	int64_t flip = sequence_flip(sequence);
	uint32_t count = 0;
	int rc;

	vec_init(units, PHYS_I64, from->row_count, arena);
	rc = k == 0 ? group_codes_find(codes, table, &from->link, *sel, arena,
			  groups, err)
		    : group_codes_lookup(codes, table, &from->link, *sel, arena,
			  groups, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < sel->count; i++) {
		uint32_t row = sel_row(*sel, i);
		const struct nearest_event event = {
			.time = from->times.i64[vec_index(&from->times, row)] ^
			    flip,
			.id = from->ids.i64[vec_index(&from->ids, row)] ^ flip,
		};

		units->i64[row] = groups[i];
		rows[count] = (uint16_t)row;
		count += groups[i] != GROUP_NONE &&
		    sequence_is_nearest(sequence, k, groups[i], &event);
	}
	*sel = (struct sel){ .rows = rows, .count = count };
	return 0;
}

/* Rows without an id get one; write_batch_scan() says what is in its place. */
static void
number_own_rows(struct arena *arena, struct sel sel, uint32_t row_count,
    struct vec *ids)
{
	struct vec numbered;

	if (ids->nulls == NULL)
		return;
	vec_init(&numbered, PHYS_I64, row_count, arena);
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		int64_t id = ids->i64[vec_index(ids, row)];

		numbered.i64[row] = vec_is_null(ids, row) ? OWN_IDS + id : id;
	}
	*ids = numbered;
}

int
sequence_keep(struct sequence_op *sequence, uint32_t k,
    const struct sequence_rows *rows, struct error *err)
{
	struct step_state *step = &sequence->steps[k];
	struct vec keys
	    [KEY_COUNT] = { [KEY_TIME] = rows->times, [KEY_ID] = rows->ids };
	struct sel sel = rows->sel;
	uint32_t count = sequence->op.rel->sequence.steps[k].kept_count;
	struct arena *arena = &sequence->op.batch_arena;
	struct vec *columns =
	    arena_alloc_array(arena, (size_t)count + 1, sizeof(*columns));
	int rc = 0;

	memcpy(columns, rows->columns, count * sizeof(*columns));
	columns[count] = rows->ordinals;
	if (sequence->context != NULL)
		take_unit(sequence, arena, &rows->link, &sel, &keys[KEY_UNIT]);
	else
		rc = find_units(sequence, k, rows, &sel, &keys[KEY_UNIT], err);
	if (rc == 0)
		rc = row_store_add(&step->keys, keys, sel, err);
	if (rc == 0)
		rc = row_store_add(&step->rows, columns, sel, err);
	if (sequence_bytes(sequence) > sequence->memory_bytes)
		sequence->memory_bytes = sequence_bytes(sequence);
	return rc;
}

/* Of rows for a part those of the context that is read, or of some unit. */
static int
drop_others(struct sequence_op *sequence, uint32_t k,
    struct sequence_rows *rows, struct error *err)
{
	struct arena *arena = &sequence->op.batch_arena;
	struct vec ignored;

	if (sequence->context != NULL)
		take_unit(sequence, arena, &rows->link, &rows->sel, &ignored);
	else if (sequence->has_units)
		return find_units(sequence, k, rows, &rows->sel, &ignored, err);
	return 0;
}

static int
add_batch(struct sequence_op *sequence, uint32_t k, const struct batch *batch,
    struct error *err)
{
	const struct sequence_input *input =
	    &sequence->op.rel->sequence.steps[k];
	struct arena *arena = &sequence->op.batch_arena;
	const struct eval eval = eval_of_batch(sequence->op.env, arena, batch);
	struct sequence_rows rows = { .row_count = batch->row_count };
	struct vec *kept = arena_alloc_array(arena,
	    (size_t)input->kept_count + 1, sizeof(*kept));
	struct sel sel = batch->sel;
	int rc;

	for (uint32_t c = 0; c < input->kept_count; c++)
		kept[c] = batch->cols[input->kept[c]];
	rows.columns = kept;
	rc = eval_expr(&eval, input->link, sel, &rows.link, err);
	if (rc == 0)
		rc = eval_expr(&eval, input->time, sel, &rows.times, err);
	if (rc == 0)
		rc = eval_expr(&eval, input->id, sel, &rows.ids, err);
	if (rc != 0)
		return rc;
	number_own_rows(arena, sel, batch->row_count, &rows.ids);
	rows.sel = without_nulls(arena, sel, &rows.link, &rows.times);
	if (sequence->parts == NULL &&
	    sequence_is_too_large(sequence, k, rows.sel.count))
		rc = sequence_parts_begin(sequence, err);
	if (rc != 0)
		return rc;
	if (sequence->parts == NULL)
		return sequence_keep(sequence, k, &rows, err);
	rc = drop_others(sequence, k, &rows, err);
	return rc != 0 ? rc : sequence_parts_add(sequence, k, &rows, err);
}

/* All of a step. */
static int
scan_step(struct sequence_op *sequence, uint32_t k, struct error *err)
{
	struct op_state *input = sequence->steps[k].input;
	struct batch batch;
	int rc = op_open(input, err);

	while (rc == 0 && (rc = op_next(input, &batch, err)) > 0) {
		rc = add_batch(sequence, k, &batch, err);
		if (rc == 0)
			rc = op_forget(&sequence->op, err);
	}
	return rc;
}

/* What a step has of the context that is being read. */
static int
look_up_unit(struct sequence_op *sequence, uint32_t k, struct inner *inner,
    struct error *err)
{
	struct batch batch;
	int rc = inner_start(inner, err);

	while (rc == 0 && (rc = inner_next(inner, &batch, err)) > 0) {
		rc = add_batch(sequence, k, &batch, err);
		if (rc == 0)
			rc = op_forget(&sequence->op, err);
	}
	inner_end(inner);
	return rc;
}

/* A step, context by context. */
static int
walk_step(struct sequence_op *sequence, uint32_t k, struct error *err)
{
	const struct rel_sequence *rel = &sequence->op.rel->sequence;
	struct datum *slot = &sequence->op.env->slots[rel->context_slot - 1];
	const struct vec *contexts = &sequence->units.keys.columns[0];
	struct inner inner;
	int rc = 0;

	inner_init(&inner, sequence->op.env, rel->steps[k].rel);
	for (uint32_t u = 0; u < group_table_count(&sequence->units) && rc == 0;
	     u++) {
		*slot = vec_get(contexts, u);
		sequence->context = slot;
		sequence->unit = u;
		rc = look_up_unit(sequence, k, &inner, err);
	}
	sequence->context = NULL;
	slot->is_null = true;
	return rc;
}

/* What is read of a step, whatever its conditions leave of it. */
static const struct rel *
scan_of_step(const struct rel *rel)
{
	while (rel->input != NULL)
		rel = rel->input;
	return rel;
}

/* Whether to look up the contexts of the first step's events in another. */
static int
choose_walk(const struct sequence_op *sequence, uint32_t k, bool *walk,
    struct error *err)
{
	const struct rel_sequence *rel = &sequence->op.rel->sequence;
	double rows;
	int rc;

	*walk = false;
	if (k == 0 || rel->context_slot == 0 || !sequence->has_units)
		return 0;
	rc = estimate_tree(sequence->op.env, scan_of_step(rel->steps[k].rel),
	    ESTIMATE_PRUNED, &rows, err);
	if (rc == 0)
		*walk = rows > (double)group_table_count(&sequence->units) *
			ROWS_PER_LOOKUP;
	return rc;
}

static int
read_step(struct sequence_op *sequence, uint32_t k, struct error *err)
{
	bool walk;
	int rc = choose_walk(sequence, k, &walk, err);

	if (rc == 0 && sequence->parts == NULL)
		rc = sequence_prepare(sequence, k, err);
	if (rc != 0)
		return rc;
	return walk ? walk_step(sequence, k, err) : scan_step(sequence, k, err);
}

/* ---- matching ---- */

static int
init_match(const struct sequence_op *sequence, struct sequence_match *match,
    struct error *err)
{
	const struct rel_sequence *rel = &sequence->op.rel->sequence;
	struct datum within;
	int rc;

	*match = (struct sequence_match){ .step_count = rel->step_count,
		.is_shared = sequence_is_shared(rel),
		.cancel = sequence->op.env->context->cancel };
	if (rel->within == NULL)
		return 0;
	rc = eval_fixed(sequence->op.env, rel->within, sequence->op.env->arena,
	    &within, err);
	if (rc != 0)
		return rc;
	if (within.is_null)
		return error_set(err, STELE_E_NULL_NOT_ALLOWED,
		    "WITHIN must not be null");
	if (within.i64 < 0 || within.i64 > INT64_MAX / rel->within_unit_us)
		return error_set(err, STELE_E_NUMERIC_OUT_OF_RANGE,
		    "WITHIN is out of range");
	match->has_within = true;
	match->within_us = (uint64_t)(within.i64 * rel->within_unit_us);
	return 0;
}

/* The matches of one unit; false if some step has no event of it. */
static bool
begin_unit(const struct sequence_op *sequence, struct sequence_match *match,
    uint32_t unit)
{
	struct sequence_step steps[SEQUENCE_STEPS_MAX];

	for (uint32_t k = 0; k < match->step_count; k++) {
		const struct step_state *step = &sequence->steps[k];
		uint32_t start = step->starts[unit];

		steps[k] = (struct sequence_step){ .times = step->times + start,
			.ids = step->ids + start,
			.count = step->starts[unit + 1] - start };
		if (steps[k].count == 0)
			return false;
	}
	sequence_match_begin(match, steps);
	return true;
}

static void
keep_match(struct sequence_op *sequence, uint32_t unit,
    const uint32_t *positions)
{
	uint32_t step_count = sequence->op.rel->sequence.step_count;
	const struct step_state *first = &sequence->steps[0];
	uint32_t entry = first->order[first->starts[unit] + positions[0]];

	for (uint32_t k = 0; k < step_count; k++) {
		const struct step_state *step = &sequence->steps[k];

		sequence->matches[(size_t)entry * step_count + k] =
		    step->order[step->starts[unit] + positions[k]];
	}
	sequence->entries[entry] = 1;
	sequence->match_count++;
}

/* From flags of the entries that have a match to a list of them. */
static void
list_entries(struct sequence_op *sequence)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < sequence->steps[0].keys.row_count; i++) {
		bool has_match = sequence->entries[i] != 0;

		sequence->entries[count] = i;
		count += has_match;
	}
}

static int
match_unit(struct sequence_op *sequence, struct sequence_match *match,
    uint32_t unit, struct error *err)
{
	uint32_t positions[SEQUENCE_STEPS_MAX];
	int rc;

	while ((rc = sequence_match_next(match, positions, err)) > 0)
		keep_match(sequence, unit, positions);
	return rc;
}

static int
find_matches(struct sequence_op *sequence, struct error *err)
{
	size_t row_count = sequence->steps[0].keys.row_count;
	struct sequence_match match;
	int rc;

	rc = init_match(sequence, &match, err);
	if (rc != 0)
		return rc;
	sequence->entries = arena_try_alloc(&sequence->arena,
	    row_count * sizeof(*sequence->entries) + 1);
	sequence->matches = arena_try_alloc(&sequence->arena,
	    row_count * match.step_count * sizeof(*sequence->matches) + 1);
	if (sequence->entries == NULL || sequence->matches == NULL)
		return out_of_memory(err);
	memset(sequence->entries, 0, row_count * sizeof(*sequence->entries));
	for (uint32_t u = 0; u < group_table_count(&sequence->units) && rc == 0;
	     u++) {
		if (u % VEC_ROWS == 0)
			rc = op_check_cancel(&sequence->op, err);
		if (rc == 0 && begin_unit(sequence, &match, u))
			rc = match_unit(sequence, &match, u, err);
	}
	if (rc == 0)
		list_entries(sequence);
	return rc;
}

int
sequence_find(struct sequence_op *sequence, struct error *err)
{
	uint32_t step_count = sequence->op.rel->sequence.step_count;
	int rc = 0;

	for (uint32_t k = 0; k < step_count; k++)
		if (sequence->steps[k].keys.row_count == 0)
			return 0; /* no match can be */
	for (uint32_t k = 0; k < step_count && rc == 0; k++)
		if (sequence->steps[k].order == NULL)
			rc = sequence_order(sequence, k, err);
	if (rc == 0)
		rc = find_matches(sequence, err);
	if (sequence_bytes(sequence) > sequence->memory_bytes)
		sequence->memory_bytes = sequence_bytes(sequence);
	return rc;
}

static int
read_all(struct sequence_op *sequence, struct error *err)
{
	uint32_t step_count = sequence->op.rel->sequence.step_count;
	int rc = 0;

	for (uint32_t k = 0; k < step_count && rc == 0; k++) {
		rc = read_step(sequence, k, err);
		if (k == 0)
			sequence->has_units = sequence->parts == NULL;
		if (rc == 0 && sequence->parts == NULL &&
		    sequence->steps[k].keys.row_count == 0)
			return 0; /* no match can be */
	}
	if (rc != 0)
		return rc;
	return sequence->parts != NULL ? sequence_parts_find(sequence, err)
				       : sequence_find(sequence, err);
}

/* ---- giving ---- */

int
sequence_give(struct sequence_op *sequence, struct batch *out,
    struct vec *ordinals)
{
	struct op_state *op = &sequence->op;
	const struct rel_sequence *rel = &op->rel->sequence;
	struct arena *arena = &op->batch_arena;
	uint32_t count = sequence->match_count - sequence->at;
	uint32_t column = 0;
	uint32_t *rows;

	count = count < VEC_ROWS ? count : VEC_ROWS;
	if (count == 0)
		return 0;
	rows = arena_alloc_array(arena, count, sizeof(*rows));
	out->row_count = count;
	out->sel = sel_all(count);
	out->col_count = op->rel->column_count;
	out->cols = arena_alloc_array(arena, (size_t)out->col_count + 1,
	    sizeof(*out->cols));
	for (uint32_t k = 0; k < rel->step_count; k++) {
		const struct row_store *store = &sequence->steps[k].rows;
		uint32_t its = rel->steps[k].kept_count;

		for (uint32_t i = 0; i < count; i++) {
			size_t entry = sequence->entries[sequence->at + i];

			rows[i] =
			    sequence->matches[entry * rel->step_count + k];
		}
		for (uint32_t c = 0; c < its; c++)
			row_store_column(store, c, rows, 0, count, arena,
			    &out->cols[column++]);
		if (k == 0 && ordinals != NULL)
			row_store_column(store, its, rows, 0, count, arena,
			    ordinals);
	}
	sequence->at += count;
	return 1;
}

static int
sequence_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct sequence_op *sequence = (struct sequence_op *)op;

	if (!sequence->is_read) {
		int rc = read_all(sequence, err);

		if (rc != 0)
			return rc;
		sequence->is_read = true;
	}
	return sequence->parts != NULL ? sequence_parts_next(sequence, out, err)
				       : sequence_give(sequence, out, NULL);
}

static void
sequence_close(struct op_state *op)
{
	struct sequence_op *sequence = (struct sequence_op *)op;

	for (uint32_t k = 0; k < op->rel->sequence.step_count; k++)
		op_close(sequence->steps[k].input);
	release_stores(sequence);
	sequence_parts_release(sequence);
}

static void
sequence_report(const struct op_state *op, struct op_stats *stats)
{
	const struct sequence_op *sequence = (const struct sequence_op *)op;

	op_stats_keep_memory(stats, sequence->memory_bytes);
	for (uint32_t k = 0; k < op->rel->sequence.step_count; k++)
		stats->merge_count +=
		    sequence->steps[k].codes.order.merge_count;
	sequence_parts_report(sequence, stats);
}

static const struct op_class sequence_class = {
	.name = "sequence",
	.open = sequence_open,
	.next = sequence_next,
	.close = sequence_close,
	.report = sequence_report,
};

struct op_state *
sequence_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct sequence_op *sequence =
	    arena_zalloc(env->arena, sizeof(*sequence));
	uint32_t count = rel->sequence.step_count;

	op_init(&sequence->op, &sequence_class, env, rel);
	sequence->steps =
	    arena_zalloc(env->arena, count * sizeof(*sequence->steps));
	for (uint32_t k = 0; k < count; k++)
		sequence->steps[k].input =
		    op_new(env, rel->sequence.steps[k].rel);
	return &sequence->op;
}

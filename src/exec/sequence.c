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
#include "exec/eval.h"
#include "exec/group_table.h"
#include "exec/inner.h"
#include "exec/row_store.h"
#include "exec/sequence_match.h"

/*
 * Rows that the transaction has not committed are numbered by their place in
 * it, from here on: behind all that are committed.
 */
#define OWN_IDS ((int64_t)1 << 62)

/* Rows that are scanned in the time in which one context is looked up. */
#define ROWS_PER_LOOKUP 1000

/* The rows of a step, in the order they came. */
struct step_state {
	struct op_state *input;
	struct row_store rows;
	struct row_store keys; /* of each row: unit, time, id */

	/* in order of (unit, time, id), once all is read */
	uint32_t *order; /* rows */
	int64_t *times;
	int64_t *ids;
	uint32_t *starts; /* of each unit, and the end */
};

enum { KEY_UNIT, KEY_TIME, KEY_ID, KEY_COUNT };

struct sequence_op {
	struct op_state op;
	struct step_state *steps;
	struct group_table units;
	struct arena arena;          /* of what is made when all is read */
	const struct datum *context; /* that is being read; NULL: all */
	uint32_t unit;               /* its number */
	uint32_t *matches;           /* of each entry: the rows of all steps */
	uint32_t *entries;           /* those that have a match, ascending */
	uint32_t match_count;
	uint32_t at; /* next to give */
	bool is_read;
};

static int
out_of_memory(struct error *err)
{
	return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
}

static int
sequence_open(struct op_state *op, struct error *err UNUSED)
{
	struct sequence_op *sequence = (struct sequence_op *)op;
	const struct rel_sequence *rel = &op->rel->sequence;
	const struct type int8 = type_of(TYPE_INT8);
	const struct type key_types[KEY_COUNT] = { int8, int8, int8 };
	struct mem_budget *budget = op->env->context->budget;

	arena_init(&sequence->arena, budget);
	group_table_init(&sequence->units, &rel->link_type, 1, KEY_EQUAL,
	    budget);
	for (uint32_t k = 0; k < rel->step_count; k++) {
		const struct rel *input = rel->steps[k].rel;

		row_store_init(&sequence->steps[k].rows, input->types,
		    input->column_count, budget);
		row_store_init(&sequence->steps[k].keys, key_types, KEY_COUNT,
		    budget);
	}
	return 0;
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
 * that belong to none go.
 */
static int
find_units(struct sequence_op *sequence, uint32_t k, struct arena *arena,
    const struct vec *link, struct sel *sel, struct vec *units,
    uint32_t row_count, struct error *err)
{
	uint32_t *groups =
	    arena_alloc_array(arena, sel->count + 1, sizeof(*groups));
	uint16_t *rows =
	    arena_alloc_array(arena, sel->count + 1, sizeof(*rows));
	uint32_t count = 0;
	int rc = 0;

	vec_init(units, PHYS_I64, row_count, arena);
	if (k == 0)
		rc = group_table_find(&sequence->units, link, *sel, arena,
		    groups, NULL, err);
	else
		group_table_lookup(&sequence->units, link, *sel, arena, groups);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < sel->count; i++) {
		uint32_t row = sel_row(*sel, i);

		units->i64[row] = groups[i];
		rows[count] = (uint16_t)row;
		count += groups[i] != GROUP_NONE;
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

static int
add_batch(struct sequence_op *sequence, uint32_t k, const struct batch *batch,
    struct error *err)
{
	const struct sequence_input *input =
	    &sequence->op.rel->sequence.steps[k];
	struct step_state *step = &sequence->steps[k];
	struct arena *arena = &sequence->op.batch_arena;
	const struct eval eval = eval_of_batch(sequence->op.env, arena, batch);
	struct sel sel = batch->sel;
	struct vec keys[KEY_COUNT];
	struct vec link;
	int rc;

	rc = eval_expr(&eval, input->link, sel, &link, err);
	if (rc == 0)
		rc = eval_expr(&eval, input->time, sel, &keys[KEY_TIME], err);
	if (rc == 0)
		rc = eval_expr(&eval, input->id, sel, &keys[KEY_ID], err);
	if (rc != 0)
		return rc;
	number_own_rows(arena, sel, batch->row_count, &keys[KEY_ID]);
	sel = without_nulls(arena, sel, &link, &keys[KEY_TIME]);
	if (sequence->context != NULL)
		take_unit(sequence, arena, &link, &sel, &keys[KEY_UNIT]);
	else
		rc = find_units(sequence, k, arena, &link, &sel,
		    &keys[KEY_UNIT], batch->row_count, err);
	if (rc == 0)
		rc = row_store_add(&step->keys, keys, sel, err);
	if (rc == 0)
		rc = row_store_add(&step->rows, batch->cols, sel, err);
	return rc;
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
	if (k == 0 || rel->context_slot == 0)
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

	if (rc != 0)
		return rc;
	return walk ? walk_step(sequence, k, err) : scan_step(sequence, k, err);
}

/* ---- order ---- */

/* Where the rows of each unit will stand, units being numbers. */
static int
count_units(struct sequence_op *sequence, struct step_state *step,
    struct error *err)
{
	uint32_t unit_count = group_table_count(&sequence->units);
	const int64_t *units = step->keys.columns[KEY_UNIT].i64;

	step->starts = arena_try_alloc(&sequence->arena,
	    ((size_t)unit_count + 2) * sizeof(*step->starts));
	if (step->starts == NULL)
		return out_of_memory(err);
	memset(step->starts, 0,
	    ((size_t)unit_count + 2) * sizeof(*step->starts));
	/* two places ahead, so that placing rows leaves the starts behind */
	for (uint32_t row = 0; row < step->keys.row_count; row++)
		step->starts[units[row] + 2]++;
	for (uint32_t u = 2; u < unit_count + 2; u++)
		step->starts[u] += step->starts[u - 1];
	return 0;
}

/* Looking back in time, the last come first. */
static void
place_rows(struct step_state *step, bool is_preceded)
{
	const int64_t *units = step->keys.columns[KEY_UNIT].i64;
	uint32_t count = step->keys.row_count;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t row = is_preceded ? count - 1 - i : i;

		step->order[step->starts[units[row] + 1]++] = row;
	}
}

struct sort_keys {
	const int64_t *times;
	const int64_t *ids;
	int64_t flip; /* -1 turns the order round, 0 does not */
};

static int
compare_events(const void *a, const void *b, void *arg)
{
	const struct sort_keys *keys = arg;
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;
	int64_t x_time = keys->times[x] ^ keys->flip;
	int64_t y_time = keys->times[y] ^ keys->flip;
	int64_t x_id = keys->ids[x] ^ keys->flip;
	int64_t y_id = keys->ids[y] ^ keys->flip;

	if (x_time != y_time)
		return x_time < y_time ? -1 : 1;
	return (x_id > y_id) - (x_id < y_id);
}

/* Mostly events came in the order of their time, and nothing is to do. */
static void
sort_unit(struct sort_keys *keys, uint32_t *order, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		if (compare_events(&order[i - 1], &order[i], keys) > 0) {
			qsort_r(order, count, sizeof(*order), compare_events,
			    keys);
			return;
		}
	}
}

static int
order_step(struct sequence_op *sequence, struct step_state *step,
    struct error *err)
{
	uint32_t unit_count = group_table_count(&sequence->units);
	bool is_preceded = sequence->op.rel->sequence.is_preceded;
	size_t size = (size_t)step->keys.row_count * sizeof(int64_t);
	struct sort_keys keys = { .times = step->keys.columns[KEY_TIME].i64,
		.ids = step->keys.columns[KEY_ID].i64,
		.flip = is_preceded ? -1 : 0 };
	int rc;

	rc = count_units(sequence, step, err);
	if (rc != 0)
		return rc;
	step->order = arena_try_alloc(&sequence->arena, size / 2 + 1);
	step->times = arena_try_alloc(&sequence->arena, size + 1);
	step->ids = arena_try_alloc(&sequence->arena, size + 1);
	if (step->order == NULL || step->times == NULL || step->ids == NULL)
		return out_of_memory(err);
	place_rows(step, is_preceded);
	for (uint32_t u = 0; u < unit_count; u++)
		sort_unit(&keys, step->order + step->starts[u],
		    step->starts[u + 1] - step->starts[u]);
	for (uint32_t i = 0; i < step->keys.row_count; i++) {
		step->times[i] = keys.times[step->order[i]] ^ keys.flip;
		step->ids[i] = keys.ids[step->order[i]] ^ keys.flip;
	}
	return 0;
}

/* ---- matching ---- */

static int
init_match(const struct sequence_op *sequence, struct sequence_match *match,
    struct error *err)
{
	const struct rel_sequence *rel = &sequence->op.rel->sequence;
	struct datum within;
	int rc;

	*match = (struct sequence_match){ .step_count = rel->step_count };
	for (uint32_t k = 0; k < rel->step_count; k++)
		match->is_shared |= rel->steps[k].same_as != k;
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
find_matches(struct sequence_op *sequence, struct error *err)
{
	size_t row_count = sequence->steps[0].keys.row_count;
	uint32_t positions[SEQUENCE_STEPS_MAX];
	struct sequence_match match;
	uint32_t work = 0;
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
	for (uint32_t u = 0; u < group_table_count(&sequence->units); u++) {
		if (!begin_unit(sequence, &match, u))
			continue;
		while (sequence_match_next(&match, positions)) {
			keep_match(sequence, u, positions);
			if (++work % VEC_ROWS != 0)
				continue;
			rc = op_check_cancel(&sequence->op, err);
			if (rc != 0)
				return rc;
		}
	}
	list_entries(sequence);
	return 0;
}

static int
read_all(struct sequence_op *sequence, struct error *err)
{
	uint32_t step_count = sequence->op.rel->sequence.step_count;
	int rc = 0;

	for (uint32_t k = 0; k < step_count && rc == 0; k++) {
		rc = read_step(sequence, k, err);
		if (rc == 0 && sequence->steps[k].keys.row_count == 0)
			return 0; /* no match can be */
	}
	for (uint32_t k = 0; k < step_count && rc == 0; k++)
		rc = order_step(sequence, &sequence->steps[k], err);
	return rc != 0 ? rc : find_matches(sequence, err);
}

/* ---- giving ---- */

static int
sequence_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct sequence_op *sequence = (struct sequence_op *)op;
	uint32_t step_count = op->rel->sequence.step_count;
	uint32_t *rows;
	uint32_t count;
	uint32_t column = 0;

	if (!sequence->is_read) {
		int rc = read_all(sequence, err);

		if (rc != 0)
			return rc;
		sequence->is_read = true;
	}
	count = sequence->match_count - sequence->at;
	count = count < VEC_ROWS ? count : VEC_ROWS;
	if (count == 0)
		return 0;
	rows = arena_alloc_array(&op->batch_arena, count, sizeof(*rows));
	out->row_count = count;
	out->sel = sel_all(count);
	out->col_count = op->rel->column_count;
	out->cols = arena_alloc_array(&op->batch_arena, out->col_count + 1,
	    sizeof(*out->cols));
	for (uint32_t k = 0; k < step_count; k++) {
		const struct row_store *store = &sequence->steps[k].rows;
		struct batch part;

		for (uint32_t i = 0; i < count; i++) {
			size_t entry = sequence->entries[sequence->at + i];

			rows[i] = sequence->matches[entry * step_count + k];
		}
		row_store_batch(store, rows, 0, count, &op->batch_arena, &part);
		for (uint32_t c = 0; c < part.col_count; c++)
			out->cols[column++] = part.cols[c];
	}
	sequence->at += count;
	return 1;
}

static void
sequence_close(struct op_state *op)
{
	struct sequence_op *sequence = (struct sequence_op *)op;

	for (uint32_t k = 0; k < op->rel->sequence.step_count; k++) {
		op_close(sequence->steps[k].input);
		row_store_release(&sequence->steps[k].rows);
		row_store_release(&sequence->steps[k].keys);
	}
	group_table_release(&sequence->units);
	arena_release(&sequence->arena);
}

static void
sequence_report(const struct op_state *op, struct op_stats *stats)
{
	const struct sequence_op *sequence = (const struct sequence_op *)op;
	uint64_t bytes =
	    sequence->arena.used_bytes + group_table_bytes(&sequence->units);

	for (uint32_t k = 0; k < op->rel->sequence.step_count; k++)
		bytes += row_store_bytes(&sequence->steps[k].rows) +
		    row_store_bytes(&sequence->steps[k].keys);
	op_stats_keep_memory(stats, bytes);
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

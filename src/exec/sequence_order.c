/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequence_order.c -- a step's events in order of (unit, time, id), and which
 * of the next step's events a match can have, which that order tells.
 */
#include <string.h>

#include "common/cancel.h"
#include "common/error.h"
#include "exec/row_sort.h"
#include "exec/sequence_private.h"

static int
out_of_memory(struct error *err)
{
	return error_no_memory(err);
}

int64_t
sequence_flip(const struct sequence_op *sequence)
{
	return sequence->op.rel->sequence.is_preceded ? -1 : 0;
}

bool
sequence_is_shared(const struct rel_sequence *rel)
{
	for (uint32_t k = 0; k < rel->step_count; k++)
		if (rel->steps[k].same_as != k)
			return true;
	return false;
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

/* Rows of a unit that are looked at between two tests of the flag. */
#define ROWS_AT_ONCE (1u << 16)

static int
is_in_order(struct sort_keys *keys, const uint32_t *order, uint32_t count,
    const atomic_bool *cancel, bool *out, struct error *err)
{
	*out = true;
	for (uint32_t i = 1; i < count && *out; i++) {
		if (i % ROWS_AT_ONCE == 0 && cancel_check(cancel, err) != 0)
			return err->code;
		*out = compare_events(&order[i - 1], &order[i], keys) <= 0;
	}
	return 0;
}

/*
 * Mostly events came in the order of their time, and nothing is to do.  `arena`
 * has nothing that is needed.
 */
static int
sort_unit(struct sort_keys *keys, uint32_t *order, uint32_t count,
    const atomic_bool *cancel, struct arena *arena, struct error *err)
{
	uint32_t *scratch;
	bool is_sorted;
	int rc;

	rc = is_in_order(keys, order, count, cancel, &is_sorted, err);
	if (rc != 0 || is_sorted)
		return rc;
	arena_reset(arena);
	scratch =
	    arena_try_alloc(arena, ((size_t)count / 2 + 1) * sizeof(*scratch));
	if (scratch == NULL)
		return out_of_memory(err);
	return row_sort(order, scratch, count, compare_events, keys, cancel,
	    err);
}

static int
sort_units(struct sequence_op *sequence, struct step_state *step,
    struct sort_keys *keys, struct error *err)
{
	const struct exec_context *context = sequence->op.env->context;
	uint32_t unit_count = group_table_count(&sequence->units);
	struct arena arena;
	int rc = 0;

	arena_init(&arena, context->budget);
	for (uint32_t u = 0; u < unit_count && rc == 0; u++) {
		if (u % VEC_ROWS == 0)
			rc = op_check_cancel(&sequence->op, err);
		if (rc == 0)
			rc = sort_unit(keys, step->order + step->starts[u],
			    step->starts[u + 1] - step->starts[u],
			    context->cancel, &arena, err);
	}
	arena_release(&arena);
	return rc;
}

int
sequence_order(struct sequence_op *sequence, uint32_t k, struct error *err)
{
	struct step_state *step = &sequence->steps[k];
	bool is_preceded = sequence->op.rel->sequence.is_preceded;
	size_t size = (size_t)step->keys.row_count * sizeof(int64_t);
	struct sort_keys keys = { .times = step->keys.columns[KEY_TIME].i64,
		.ids = step->keys.columns[KEY_ID].i64,
		.flip = sequence_flip(sequence) };
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
	rc = sort_units(sequence, step, &keys, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < step->keys.row_count; i++) {
		step->times[i] = keys.times[step->order[i]] ^ keys.flip;
		step->ids[i] = keys.ids[step->order[i]] ^ keys.flip;
	}
	return 0;
}

/* ---- which events a match can have ---- */

/*
 * A match takes of each step the first event from that of the step before on.
 * So of all between two of the latter one is enough; but for steps that share
 * events, of which the first may be taken.
 */
int
sequence_prepare(struct sequence_op *sequence, uint32_t k, struct error *err)
{
	const struct rel_sequence *rel = &sequence->op.rel->sequence;
	const struct step_state *before = &sequence->steps[k - (k > 0)];
	size_t count = before->keys.row_count;
	struct nearest_event *nearest;
	int rc;

	if (k == 0 || rel->keeps_all || sequence_is_shared(rel) ||
	    sequence_bytes(sequence) +
		    count *
			(SEQUENCE_ROW_BYTES(rel->step_count) +
			    sizeof(*nearest)) >
		sequence->op.env->context->work_mem_bytes)
		return 0;
	rc = sequence_order(sequence, k - 1, err);
	if (rc != 0)
		return rc;
	nearest =
	    arena_try_alloc(&sequence->arena, count * sizeof(*nearest) + 1);
	if (nearest == NULL)
		return out_of_memory(err);
	for (size_t i = 0; i < count; i++)
		nearest[i] = (struct nearest_event){ .time = INT64_MAX,
			.id = INT64_MAX };
	sequence->steps[k].nearest = nearest;
	return 0;
}

/* The last event of the unit that is not after `time`; UINT32_MAX: none. */
static uint32_t
last_until(const struct step_state *step, uint32_t unit, int64_t time)
{
	uint32_t low = step->starts[unit];
	uint32_t high = step->starts[unit + 1];
	uint32_t start = low;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (step->times[middle] <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return low == start ? UINT32_MAX : low - 1;
}

/* Whether an event of step k can be in a match, after those that have come. */
bool
sequence_is_nearest(const struct sequence_op *sequence, uint32_t k,
    uint32_t unit, const struct nearest_event *event)
{
	struct nearest_event *nearest = sequence->steps[k].nearest;
	uint32_t before;

	if (nearest == NULL)
		return true;
	before = last_until(&sequence->steps[k - 1], unit, event->time);
	if (before == UINT32_MAX)
		return false;
	nearest += before;
	if (event->time > nearest->time ||
	    (event->time == nearest->time && event->id >= nearest->id))
		return false;
	*nearest = *event;
	return true;
}

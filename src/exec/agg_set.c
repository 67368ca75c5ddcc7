/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/agg_set.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/error.h"
#include "types/array.h"
#include "types/interval.h"

void
agg_set_init(struct agg_set *set, const struct agg_call *call,
    const struct row_order *order, uint32_t direct_at, uint32_t keys_at,
    struct mem_budget *budget)
{
	*set = (struct agg_set){ .call = call,
		.order = order,
		.direct_at = direct_at,
		.keys_at = keys_at };
	arena_init(&set->arena, budget);
	arena_init(&set->run_arenas[0], budget);
	arena_init(&set->run_arenas[1], budget);
}

void
agg_set_release(struct agg_set *set)
{
	arena_release(&set->arena);
	arena_release(&set->run_arenas[0]);
	arena_release(&set->run_arenas[1]);
}

static bool
is_percentile(const struct agg_set *set)
{
	return set->call->kind == AGG_PERCENTILE_CONT ||
	    set->call->kind == AGG_PERCENTILE_DISC;
}

static const struct type *
key_type(const struct agg_set *set)
{
	return &set->order->types[set->keys_at];
}

static void
set_cell(struct agg_cell *cell, struct datum value)
{
	cell->datum = value;
	cell->count = !value.is_null;
}

static void
set_f64(struct agg_cell *cell, double value)
{
	set_cell(cell, (struct datum){ .f64 = value });
}

static void
set_i64(struct agg_cell *cell, uint64_t value)
{
	set_cell(cell, (struct datum){ .i64 = (int64_t)value });
}

void
agg_set_begin(struct agg_set *set, int64_t value_count)
{
	arena_reset(&set->arena);
	set->row_count = 0;
	set->value_count = 0;
	set->values_all = (uint64_t)value_count;
	set->pick_count = 0;
	set->picked = 0;
	set->run_lengths[0] = set->run_lengths[1] = 0;
	set->before = set->before_distinct = set->equal = 0;
}

/* ---- the mode ---- */

/* The run is over: it is the longest, if it is longer. */
static void
end_run(struct agg_set *set)
{
	uint32_t longest = 1 - set->run;

	if (set->run_lengths[set->run] > set->run_lengths[longest])
		set->run = longest;
}

static int
add_to_mode(struct agg_set *set, const struct datum *value, bool is_repeated,
    struct error *err)
{
	struct arena *arena;

	if (is_repeated) {
		set->run_lengths[set->run]++;
		return 0;
	}
	end_run(set);
	arena = &set->run_arenas[set->run];
	arena_reset(arena);
	set->run_values[set->run] =
	    datum_copy(type_phys(key_type(set)), value, arena);
	set->run_lengths[set->run] = 1;
	return arena_check(arena, err);
}

/* ---- percentiles ---- */

static int
fraction_error(double fraction, struct error *err)
{
	char text[32];

	if (isnan(fraction))
		snprintf(text, sizeof(text), "NaN");
	else if (isinf(fraction))
		snprintf(text, sizeof(text), "%sInfinity",
		    fraction < 0 ? "-" : "");
	else
		snprintf(text, sizeof(text), "%g", fraction);
	return error_set(err, STELE_E_NUMERIC_OUT_OF_RANGE,
	    "percentile value %s is not between 0 and 1", text);
}

static void
add_pick(struct agg_set *set, double position, uint32_t slot)
{
	set->picks[set->pick_count++] =
	    (struct set_pick){ .position = (uint64_t)position, .slot = slot };
}

/* Where between the first and the last value a percentile is. */
static double
place_of(const struct agg_set *set, double fraction)
{
	return fraction * (double)(set->values_all - 1);
}

/* The one or two values of the i-th fraction. */
static int
pick(struct agg_set *set, const struct datum *fraction, uint32_t i,
    struct error *err)
{
	double nth;

	if (fraction->is_null)
		return 0;
	if (!(fraction->f64 >= 0 && fraction->f64 <= 1))
		return fraction_error(fraction->f64, err);
	if (set->values_all == 0)
		return 0;
	if (set->call->kind == AGG_PERCENTILE_CONT) {
		add_pick(set, floor(place_of(set, fraction->f64)), 2 * i);
		add_pick(set, ceil(place_of(set, fraction->f64)), 2 * i + 1);
		return 0;
	}
	nth = ceil(fraction->f64 * (double)set->values_all);
	add_pick(set, nth < 1 ? 0 : nth - 1, 2 * i);
	return 0;
}

static int
compare_picks(const void *a, const void *b)
{
	uint64_t x = ((const struct set_pick *)a)->position;
	uint64_t y = ((const struct set_pick *)b)->position;

	return (x > y) - (x < y);
}

static bool
has_array(const struct agg_set *set)
{
	return type_is_array(&set->order->types[set->direct_at]);
}

static int
pick_all(struct agg_set *set, uint32_t count, const struct array *array,
    struct error *err)
{
	int rc = 0;

	set->picks = arena_try_alloc(&set->arena,
	    ((size_t)count + 1) * 2 * sizeof(*set->picks));
	set->values = arena_try_alloc(&set->arena,
	    ((size_t)count + 1) * 2 * sizeof(*set->values));
	if (set->picks == NULL || set->values == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		const struct datum fraction = array == NULL
		    ? set->fraction
		    : array_get(array, PHYS_F64, i, &set->arena);

		rc = pick(set, &fraction, i, err);
	}
	qsort(set->picks, set->pick_count, sizeof(*set->picks), compare_picks);
	return rc;
}

/* The first row says which fractions; nobody asks for those of no value. */
static int
begin_percentile(struct agg_set *set, const struct vec *columns, uint32_t row,
    struct error *err)
{
	const struct datum direct = vec_get(&columns[set->direct_at], row);
	struct array array;

	set->fraction = direct;
	if (direct.is_null)
		return 0;
	if (!has_array(set))
		return pick_all(set, 1, NULL, err);
	if (set->values_all == 0)
		return 0;
	set->fractions = arena_str(&set->arena, direct.str);
	if (arena_check(&set->arena, err) != 0)
		return err->code;
	array = array_open(set->fractions);
	return pick_all(set, array.count, &array, err);
}

static int
add_to_percentile(struct agg_set *set, const struct datum *value,
    struct error *err)
{
	while (set->picked < set->pick_count &&
	    set->picks[set->picked].position == set->value_count)
		set->values[set->picks[set->picked++].slot] =
		    datum_copy(type_phys(key_type(set)), value, &set->arena);
	return arena_check(&set->arena, err);
}

/* Between two values, as PostgreSQL computes it. */
static int
interpolate(const struct type *type, const struct datum *low,
    const struct datum *high, double part, struct datum *out, struct error *err)
{
	struct interval step;

	if (type_phys(type) == PHYS_F64) {
		*out = (struct datum){ .f64 = low->f64 +
			    part * (high->f64 - low->f64) };
		return 0;
	}
	*out = (struct datum){ 0 };
	if (!interval_subtract(&high->interval, &low->interval, &step) ||
	    !interval_multiply(&step, part, &step) ||
	    !interval_add(&step, &low->interval, &out->interval))
		return error_set(err, STELE_E_DATETIME_OVERFLOW,
		    "interval out of range");
	return 0;
}

/* The i-th percentile, of values that are there. */
static int
percentile(const struct agg_set *set, const struct datum *fraction, uint32_t i,
    struct datum *out, struct error *err)
{
	const struct datum *values = &set->values[(size_t)2 * i];
	double place;

	*out = (struct datum){ .is_null = true };
	if (fraction->is_null)
		return 0;
	*out = values[0];
	if (set->call->kind == AGG_PERCENTILE_DISC)
		return 0;
	place = place_of(set, fraction->f64);
	if (floor(place) == ceil(place))
		return 0;
	return interpolate(key_type(set), &values[0], &values[1],
	    place - floor(place), out, err);
}

/* An array of as many, in the shape of that of the fractions. */
static int
percentiles(struct agg_set *set, struct arena *arena, struct datum *out,
    struct error *err)
{
	const struct array array = array_open(set->fractions);
	struct datum *values = arena_try_alloc(&set->arena,
	    ((size_t)array.count + 1) * sizeof(*values));
	int rc = 0;

	if (values == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < array.count && rc == 0; i++) {
		const struct datum fraction =
		    array_get(&array, PHYS_F64, i, &set->arena);

		rc = percentile(set, &fraction, i, &values[i], err);
	}
	out->is_null = false;
	return rc != 0 ? rc
		       : array_make(&array.shape, type_phys(key_type(set)),
			     values, arena, &out->str, err);
}

static int
end_percentile(struct agg_set *set, struct agg_state *state,
    struct agg_cell *cell, struct error *err)
{
	struct datum value = { .is_null = true };
	int rc;

	if (set->fraction.is_null || set->values_all == 0)
		return 0;
	if (has_array(set)) {
		rc = percentiles(set, &state->arena, &value, err);
	} else {
		rc = percentile(set, &set->fraction, 0, &value, err);
		value =
		    datum_copy(type_phys(key_type(set)), &value, &state->arena);
	}
	if (rc == 0)
		set_cell(cell, value);
	return rc;
}

/* ---- ranks ---- */

/* Order of a row and the direct arguments, which are those of any row. */
static int
compare_direct(const struct agg_set *set, const struct vec *columns,
    uint32_t row)
{
	for (uint32_t i = 0; i < set->call->order_count; i++) {
		int result = row_order_values(set->order, i + 1,
		    &columns[set->keys_at + i], row,
		    &columns[set->direct_at + i], row);

		if (result != 0)
			return result;
	}
	return 0;
}

static void
add_to_rank(struct agg_set *set, const struct vec *columns, uint32_t row,
    bool is_repeated)
{
	int order = compare_direct(set, columns, row);

	set->before += order < 0;
	set->before_distinct += order < 0 && !is_repeated;
	set->equal += order == 0;
}

static void
end_rank(const struct agg_set *set, struct agg_cell *cell)
{
	double before = (double)set->before;
	double count = (double)set->row_count;

	if (set->call->kind == AGG_RANK)
		set_i64(cell, set->before + 1);
	else if (set->call->kind == AGG_DENSE_RANK)
		set_i64(cell, set->before_distinct + 1);
	else if (set->call->kind == AGG_PERCENT_RANK)
		set_f64(cell, before / count);
	else
		set_f64(cell, (before + (double)set->equal + 1) / (count + 1));
}

void
agg_set_no_rows(struct agg_state *state)
{
	for (uint32_t i = 0; i < state->count; i++) {
		enum agg_kind kind = state->call->kind;

		if (kind == AGG_RANK || kind == AGG_DENSE_RANK)
			set_i64(&state->cells[i], 1);
		else if (kind == AGG_PERCENT_RANK)
			set_f64(&state->cells[i], 0);
		else if (kind == AGG_CUME_DIST)
			set_f64(&state->cells[i], 1);
	}
}

/* ---- a group ---- */

int
agg_set_add(struct agg_set *set, const struct vec *columns, uint32_t row,
    bool is_repeated, struct error *err)
{
	const struct datum value = vec_get(&columns[set->keys_at], row);
	int rc = 0;

	if (set->row_count++ == 0 && is_percentile(set))
		rc = begin_percentile(set, columns, row, err);
	if (set->call->kind != AGG_MODE && !is_percentile(set)) {
		add_to_rank(set, columns, row, is_repeated);
		return 0;
	}
	if (rc != 0 || value.is_null)
		return rc;
	rc = is_percentile(set) ? add_to_percentile(set, &value, err)
				: add_to_mode(set, &value, is_repeated, err);
	set->value_count++;
	return rc;
}

int
agg_set_end(struct agg_set *set, struct agg_state *state, struct agg_cell *cell,
    struct error *err)
{
	enum phys phys = type_phys(key_type(set));

	if (set->row_count == 0)
		return 0;
	if (is_percentile(set))
		return end_percentile(set, state, cell, err);
	if (set->call->kind != AGG_MODE) {
		end_rank(set, cell);
		return 0;
	}
	end_run(set);
	if (set->value_count > 0)
		set_cell(cell,
		    datum_copy(phys, &set->run_values[1 - set->run],
			&state->arena));
	return arena_check(&state->arena, err);
}

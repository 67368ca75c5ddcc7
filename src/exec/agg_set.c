/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/agg_set.h"

#include <math.h>
#include <stdio.h>

#include "common/error.h"
#include "types/array.h"
#include "types/interval.h"

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
set_i64(struct agg_cell *cell, int64_t value)
{
	set_cell(cell, (struct datum){ .i64 = value });
}

static struct datum
value_of(const struct agg_ordered *ordered, uint32_t row)
{
	return vec_get(&ordered->store.columns[ordered->keys_at], row);
}

static void
set_value(const struct agg_ordered *ordered, uint32_t row,
    struct agg_state *state, struct agg_cell *cell)
{
	struct datum value = value_of(ordered, row);
	enum phys phys = ordered->store.columns[ordered->keys_at].phys;

	set_cell(cell, datum_copy(phys, &value, &state->arena));
}

/* The rows whose value is not null: a span, for nulls are first or last. */
static const uint32_t *
present(const struct agg_ordered *ordered, const uint32_t *rows,
    uint32_t *count)
{
	while (*count > 0 && value_of(ordered, rows[0]).is_null) {
		rows++;
		--*count;
	}
	while (*count > 0 && value_of(ordered, rows[*count - 1]).is_null)
		--*count;
	return rows;
}

/* ---- mode, percentiles ---- */

/* The most frequent value; of several, the first. */
static void
set_mode(const struct agg_ordered *ordered, const uint32_t *rows,
    uint32_t count, struct agg_state *state, struct agg_cell *cell)
{
	uint32_t best = 0, best_length = 0, first = 0;

	for (uint32_t i = 1; i <= count; i++) {
		if (i < count &&
		    agg_ordered_compare(ordered, rows[i], rows[first]) == 0)
			continue;
		if (i - first > best_length) {
			best = first;
			best_length = i - first;
		}
		first = i;
	}
	set_value(ordered, rows[best], state, cell);
}

/* Between two values, as PostgreSQL computes it. */
static int
interpolate(const struct type *type, struct datum low, struct datum high,
    double part, struct datum *out, struct error *err)
{
	struct interval step;

	if (type_phys(type) == PHYS_F64) {
		*out = (struct datum){ .f64 = low.f64 +
			    part * (high.f64 - low.f64) };
		return 0;
	}
	*out = (struct datum){ 0 };
	if (!interval_subtract(&high.interval, &low.interval, &step) ||
	    !interval_multiply(&step, part, &step) ||
	    !interval_add(&step, &low.interval, &out->interval))
		return error_set(err, STELE_E_DATETIME_OVERFLOW,
		    "interval out of range");
	return 0;
}

static int
percentile_cont(const struct agg_ordered *ordered, const uint32_t *rows,
    uint32_t count, double fraction, struct datum *out, struct error *err)
{
	double at = fraction * (double)(count - 1);
	uint32_t first = (uint32_t)floor(at);
	uint32_t second = (uint32_t)ceil(at);

	*out = value_of(ordered, rows[first]);
	if (first == second)
		return 0;
	return interpolate(&ordered->types[ordered->keys_at], *out,
	    value_of(ordered, rows[second]), at - first, out, err);
}

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

/* One percentile of the values, which are not null; it may be itself. */
static int
percentile(const struct agg_ordered *ordered, const uint32_t *rows,
    uint32_t count, const struct datum *fraction, struct datum *out,
    struct error *err)
{
	double nth;

	*out = (struct datum){ .is_null = true };
	if (fraction->is_null)
		return 0;
	if (!(fraction->f64 >= 0 && fraction->f64 <= 1))
		return fraction_error(fraction->f64, err);
	if (count == 0)
		return 0;
	if (ordered->call->kind == AGG_PERCENTILE_CONT)
		return percentile_cont(ordered, rows, count, fraction->f64, out,
		    err);
	nth = ceil(fraction->f64 * (double)count);
	*out = value_of(ordered, rows[nth < 1 ? 0 : (uint32_t)nth - 1]);
	return 0;
}

/* An array of as many, in the shape of that of the fractions. */
static int
percentiles(const struct agg_ordered *ordered, const uint32_t *rows,
    uint32_t count, struct str fractions, struct agg_state *state,
    struct datum *out, struct error *err)
{
	const struct array array = array_open(fractions);
	enum phys phys = ordered->store.columns[ordered->keys_at].phys;
	struct arena scratch;
	struct datum *values;
	int rc = 0;

	if (count == 0)
		return 0;
	arena_init(&scratch, state->arena.budget);
	values = arena_try_alloc(&scratch,
	    ((size_t)array.count + 1) * sizeof(*values));
	if (values == NULL)
		rc = error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	for (uint32_t i = 0; i < array.count && rc == 0; i++) {
		const struct datum fraction =
		    array_get(&array, PHYS_F64, i, &scratch);

		rc = percentile(ordered, rows, count, &fraction, &values[i],
		    err);
	}
	out->is_null = false;
	if (rc == 0)
		rc = array_make(&array.shape, phys, values, &state->arena,
		    &out->str, err);
	arena_release(&scratch);
	return rc;
}

static int
set_percentile(const struct agg_ordered *ordered, const uint32_t *rows,
    uint32_t count, struct agg_state *state, struct agg_cell *cell,
    struct error *err)
{
	const struct datum fraction =
	    vec_get(&ordered->store.columns[ordered->direct_at], rows[0]);
	enum phys phys = ordered->store.columns[ordered->keys_at].phys;
	struct datum value = { .is_null = true };
	int rc;

	if (fraction.is_null)
		return 0;
	rows = present(ordered, rows, &count);
	if (type_is_array(&ordered->types[ordered->direct_at])) {
		phys = PHYS_STR;
		rc = percentiles(ordered, rows, count, fraction.str, state,
		    &value, err);
	} else {
		rc = percentile(ordered, rows, count, &fraction, &value, err);
	}
	if (rc == 0 && !value.is_null)
		set_cell(cell, datum_copy(phys, &value, &state->arena));
	return rc;
}

/* ---- ranks ---- */

/* Order of a row and the direct arguments, which are those of any row. */
static int
compare_direct(const struct agg_ordered *ordered, uint32_t row)
{
	for (uint32_t i = 0; i < ordered->call->order_count; i++) {
		const struct order_key *key = &ordered->call->order[i];
		const struct vec *columns = ordered->store.columns;
		struct datum x = vec_get(&columns[ordered->keys_at + i], row);
		struct datum y = vec_get(&columns[ordered->direct_at + i], row);
		int order;

		if (x.is_null || y.is_null) {
			order = (int)x.is_null - (int)y.is_null;
			order = key->nulls_first ? -order : order;
		} else {
			order =
			    type_compare(&ordered->types[ordered->keys_at + i],
				&x, &y);
			order = key->is_descending ? -order : order;
		}
		if (order != 0)
			return order;
	}
	return 0;
}

static void
set_rank(const struct agg_ordered *ordered, const uint32_t *rows,
    uint32_t count, struct agg_cell *cell)
{
	uint32_t before = 0, groups = 0, equal = 0;

	while (before < count && compare_direct(ordered, rows[before]) < 0) {
		groups += before == 0 ||
		    agg_ordered_compare(ordered, rows[before],
			rows[before - 1]) != 0;
		before++;
	}
	while (before + equal < count &&
	    compare_direct(ordered, rows[before + equal]) == 0)
		equal++;
	if (ordered->call->kind == AGG_RANK)
		set_i64(cell, (int64_t)before + 1);
	else if (ordered->call->kind == AGG_DENSE_RANK)
		set_i64(cell, (int64_t)groups + 1);
	else if (ordered->call->kind == AGG_PERCENT_RANK)
		set_f64(cell, (double)before / (double)count);
	else
		set_f64(cell,
		    ((double)before + equal + 1) / ((double)count + 1));
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

int
agg_set_result(const struct agg_ordered *ordered, const uint32_t *rows,
    uint32_t count, struct agg_state *state, struct agg_cell *cell,
    struct error *err)
{
	enum agg_kind kind = ordered->call->kind;

	if (kind == AGG_PERCENTILE_CONT || kind == AGG_PERCENTILE_DISC)
		return set_percentile(ordered, rows, count, state, cell, err);
	if (kind != AGG_MODE) {
		set_rank(ordered, rows, count, cell);
		return 0;
	}
	rows = present(ordered, rows, &count);
	if (count > 0)
		set_mode(ordered, rows, count, state, cell);
	return arena_check(&state->arena, err);
}

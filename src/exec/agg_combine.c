/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agg_combine.c -- the states of rows that were added apart, made one.
 *
 * Moments are combined by the formulas of Chan, Golub and LeVeque ("Updating
 * formulae and a pairwise algorithm for computing sample variances", 1979).
 */
#include <math.h>

#include "common/error.h"
#include "exec/agg_distinct.h"
#include "exec/agg_late.h"
#include "exec/agg_private.h"
#include "types/type.h"

bool
agg_kind_combines(enum agg_kind kind)
{
	/* not lists of rows, which have an order */
	return !agg_kind_collects(kind) && !agg_is_ordered_set(kind);
}

static bool
is_variance(enum agg_kind kind)
{
	return kind >= AGG_VAR_POP && kind <= AGG_STDDEV_SAMP;
}

/* Moments of pairs; AGG_REGR_COUNT has none. */
static bool
is_of_pairs(enum agg_kind kind)
{
	return kind >= AGG_COVAR_POP && kind <= AGG_REGR_INTERCEPT;
}

/* ---- sums ---- */

static int
combine_float_sums(struct agg_cell *cell, const struct agg_cell *more,
    struct error *err)
{
	double sum = cell->f64 + more->f64;

	if (isinf(sum) && !isinf(cell->f64) && !isinf(more->f64))
		return agg_float_overflow(err);
	cell->f64 = sum;
	return 0;
}

static int
combine_sums(struct agg_state *state, struct agg_cell *cell,
    const struct agg_cell *more, struct error *err)
{
	switch (type_phys(&state->call->arg->type)) {
	case PHYS_I64:
		cell->i128 += more->i128;
		return 0;
	case PHYS_F64:
		return combine_float_sums(cell, more, err);
	case PHYS_NUMERIC:
		return numeric_sum_merge(&cell->sum, &more->sum, &state->arena,
		    err);
	case PHYS_INTERVAL:
		return agg_take_interval(cell, &more->interval, err);
	case PHYS_BOOL:
	case PHYS_STR:
	case PHYS_UUID:
	case PHYS_COUNT:
		break; /* have no sum */
	}
	return 0;
}

/* ---- extremes ---- */

/* The value that is there stays among equals. */
static void
combine_extremes(struct agg_state *state, struct agg_cell *cell,
    const struct agg_cell *more)
{
	const struct type *type = &state->call->arg->type;
	int order = cell->count == 0
	    ? 0
	    : type_compare(type, &more->datum, &cell->datum);

	if (cell->count == 0 ||
	    (state->call->kind == AGG_MAX ? order > 0 : order < 0))
		agg_keep_extreme(state, cell, &more->datum);
}

/* ---- moments ---- */

/*
 * The sum of squares (or products) of both sides together; dx and dy are the
 * distances of the sides' means.
 */
static double
joined(double a, double b, double dx, double dy, double n, double m)
{
	return a + b + n * m * dx * dy / (n + m);
}

static int
combine_variances(struct agg_state *state, struct agg_cell *cell,
    const struct agg_cell *more, struct error *err)
{
	struct float_moments *a = &cell->moments;
	const struct float_moments *b = &more->moments;
	double n = (double)cell->count, m = (double)more->count;
	double distance;

	if (type_phys(&state->call->arg->type) != PHYS_F64)
		return numeric_moments_merge(cell->exact, more->exact,
		    &state->arena, err);
	distance = a->sx / n - b->sx / m;
	a->sxx = joined(a->sxx, b->sxx, distance, distance, n, m);
	if (isinf(a->sx + b->sx) && !isinf(a->sx) && !isinf(b->sx))
		return agg_float_overflow(err);
	a->sx += b->sx;
	if (isinf(a->sxx))
		return agg_float_overflow(err);
	return 0;
}

static int
combine_pairs(struct agg_cell *cell, const struct agg_cell *more,
    struct error *err)
{
	struct pair_moments *a = &cell->pairs;
	const struct pair_moments *b = &more->pairs;
	double n = (double)cell->count, m = (double)more->count;
	double dx = a->sx / n - b->sx / m;
	double dy = a->sy / n - b->sy / m;

	a->sxx = joined(a->sxx, b->sxx, dx, dx, n, m);
	a->syy = joined(a->syy, b->syy, dy, dy, n, m);
	a->sxy = joined(a->sxy, b->sxy, dx, dy, n, m);
	a->sx += b->sx;
	a->sy += b->sy;
	if (isinf(a->sxx) || isinf(a->syy) || isinf(a->sxy))
		return agg_float_overflow(err);
	return 0;
}

/* ---- all ---- */

/* Both have values, or `more` alone has, and is not one of moments. */
static int
combine_cells(struct agg_state *state, struct agg_cell *cell,
    const struct agg_cell *more, struct error *err)
{
	enum agg_kind kind = state->call->kind;

	if (is_variance(kind))
		return combine_variances(state, cell, more, err);
	if (is_of_pairs(kind))
		return kind == AGG_REGR_COUNT ? 0
					      : combine_pairs(cell, more, err);
	switch (kind) {
	case AGG_SUM:
	case AGG_AVG:
		return combine_sums(state, cell, more, err);
	case AGG_MIN:
	case AGG_MAX:
		combine_extremes(state, cell, more);
		return 0;
	case AGG_BOOL_AND:
	case AGG_BOOL_OR:
		agg_take_bool(kind, cell, more->i128 != 0);
		return 0;
	case AGG_BIT_AND:
	case AGG_BIT_OR:
	case AGG_BIT_XOR:
		if (type_phys(&state->call->type) == PHYS_STR)
			return agg_take_bit_string(state, cell,
			    str_of(more->text.data, more->text.len), err);
		agg_take_bits(kind, cell, more->datum.i64);
		return 0;
	case AGG_APPROX_COUNT_DISTINCT:
		return distinct_sketch_merge(cell->sketch, more->sketch,
		    &state->arena, err);
	default:
		return 0; /* the count is all they have */
	}
}

/* What a cell without values must have to be combined with another. */
static int
prepare(struct agg_state *state, struct agg_cell *cell, struct error *err)
{
	enum agg_kind kind = state->call->kind;

	if (kind == AGG_APPROX_COUNT_DISTINCT)
		return distinct_sketch_new(&state->arena, &cell->sketch, err);
	if (!is_variance(kind) ||
	    type_phys(&state->call->arg->type) == PHYS_F64)
		return 0;
	cell->exact = arena_try_alloc(&state->arena, sizeof(*cell->exact));
	if (cell->exact == NULL)
		return error_no_memory(err);
	*cell->exact = (struct numeric_moments){ 0 };
	return 0;
}

/* Moments of floats, which have no neutral element to combine with. */
static bool
is_of_floats(const struct agg_call *call)
{
	return is_of_pairs(call->kind) ||
	    (is_variance(call->kind) &&
		type_phys(&call->arg->type) == PHYS_F64);
}

int
agg_state_combine(struct agg_state *state, const uint32_t *groups,
    const struct agg_state *more, struct error *err)
{
	for (uint32_t g = 0; g < more->count; g++) {
		struct agg_cell *cell = &state->cells[groups[g]];
		const struct agg_cell *its = &more->cells[g];
		int rc = 0;

		if (its->count == 0)
			continue;
		if (cell->count == 0 && is_of_floats(state->call)) {
			*cell = *its;
			continue;
		}
		if (cell->count == 0)
			rc = prepare(state, cell, err);
		if (rc == 0)
			rc = combine_cells(state, cell, its, err);
		if (rc != 0)
			return rc;
		cell->count += its->count;
	}
	return arena_check(&state->arena, err);
}

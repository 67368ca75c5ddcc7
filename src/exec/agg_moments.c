/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agg_moments.c -- variance, standard deviation, covariance, regression.
 *
 * Of floats by the method of Youngs and Cramer ("Some results relevant to
 * choice of sum and sum-of-product algorithms", Technometrics 13, 1971), step
 * by step as PostgreSQL has it, so that the last digit agrees.  Of integers and
 * numerics exactly: types/numeric_moments.c.
 */
#include <math.h>

#include "common/error.h"
#include "exec/agg_private.h"

/* ---- variance ---- */

/* Infinite input makes the moment NaN, never an infinity. */
static int
add_float(struct agg_cell *cell, double x, struct error *err)
{
	struct float_moments *m = &cell->moments;
	double before = m->sx;
	double n = (double)++cell->count;
	double step;

	m->sx += x;
	if (n == 1) {
		if (!isfinite(x))
			m->sxx = NAN;
		return 0;
	}
	step = x * n - m->sx;
	m->sxx += step * step / (n * (n - 1));
	if (!isinf(m->sx) && !isinf(m->sxx))
		return 0;
	if (!isinf(before) && !isinf(x))
		return agg_float_overflow(err);
	m->sxx = NAN;
	return 0;
}

static int
add_exact(struct agg_state *state, struct agg_cell *cell,
    const struct numeric *n, struct error *err)
{
	if (cell->exact == NULL) {
		cell->exact =
		    arena_try_alloc(&state->arena, sizeof(*cell->exact));
		if (cell->exact == NULL)
			return error_no_memory(err);
		*cell->exact = (struct numeric_moments){ 0 };
	}
	cell->count++;
	return numeric_moments_add(cell->exact, n, &state->arena, err);
}

int
agg_variance_add(struct agg_state *state, const struct vec *arg, struct sel sel,
    const uint32_t *groups, struct error *err)
{
	FOR_EACH_VALUE(state, arg, sel, groups)
	{
		struct agg_cell *cell = &state->cells[groups[i]];
		struct numeric integer;
		int rc;

		if (arg->phys == PHYS_F64) {
			rc = add_float(cell, arg->f64[at], err);
		} else if (arg->phys == PHYS_I64) {
			integer = numeric_of_i64(arg->i64[at]);
			rc = add_exact(state, cell, &integer, err);
		} else {
			rc = add_exact(state, cell, &arg->numeric[at], err);
		}
		if (rc != 0)
			return rc;
	}
	return 0;
}

int
agg_variance_result(const struct agg_state *state, const struct agg_cell *cell,
    struct arena *arena, struct datum *out, struct error *err)
{
	enum agg_kind kind = state->call->kind;
	bool is_sample = kind == AGG_VAR_SAMP || kind == AGG_STDDEV_SAMP;
	bool is_root = kind == AGG_STDDEV_POP || kind == AGG_STDDEV_SAMP;

	out->is_null = cell->count <= (is_sample ? 1 : 0);
	if (out->is_null)
		return 0;
	if (state->call->type.oid == TYPE_NUMERIC)
		return numeric_moments_variance(cell->exact, cell->count,
		    is_sample, is_root, arena, &out->numeric, err);
	out->f64 = cell->moments.sxx / (double)(cell->count - is_sample);
	if (is_root)
		out->f64 = sqrt(out->f64);
	return 0;
}

/* ---- regression ---- */

static bool
is_pair_infinite(const struct pair_moments *m)
{
	return isinf(m->sx) || isinf(m->sxx) || isinf(m->sy) || isinf(m->syy) ||
	    isinf(m->sxy);
}

/* Only finite input may not give infinite moments. */
static bool
has_overflowed(const struct pair_moments *m, const struct pair_moments *before,
    double x, double y)
{
	bool is_x_finite = !isinf(before->sx) && !isinf(x);
	bool is_y_finite = !isinf(before->sy) && !isinf(y);

	return ((isinf(m->sx) || isinf(m->sxx)) && is_x_finite) ||
	    ((isinf(m->sy) || isinf(m->syy)) && is_y_finite) ||
	    (isinf(m->sxy) && is_x_finite && is_y_finite);
}

static double
nan_if_infinite(double x)
{
	return isinf(x) ? NAN : x;
}

static int
add_pair(struct agg_cell *cell, double y, double x, struct error *err)
{
	struct pair_moments *m = &cell->pairs;
	struct pair_moments before = *m;
	double n = (double)++cell->count;
	double step_x, step_y, scale;

	m->sx += x;
	m->sy += y;
	if (n == 1) {
		if (!isfinite(x))
			m->sxx = m->sxy = NAN;
		if (!isfinite(y))
			m->syy = m->sxy = NAN;
		return 0;
	}
	step_x = x * n - m->sx;
	step_y = y * n - m->sy;
	scale = 1.0 / (n * (n - 1));
	m->sxx += step_x * step_x * scale;
	m->syy += step_y * step_y * scale;
	m->sxy += step_x * step_y * scale;
	if (!is_pair_infinite(m))
		return 0;
	if (has_overflowed(m, &before, x, y))
		return agg_float_overflow(err);
	m->sxx = nan_if_infinite(m->sxx);
	m->syy = nan_if_infinite(m->syy);
	m->sxy = nan_if_infinite(m->sxy);
	return 0;
}

int
agg_regression_add(struct agg_state *state, const struct vec *y,
    const struct vec *x, struct sel sel, const uint32_t *groups,
    struct error *err)
{
	FOR_EACH_VALUE(state, y, sel, groups)
	{
		struct agg_cell *cell = &state->cells[groups[i]];
		int rc;

		if (vec_is_null(x, row))
			continue;
		if (state->call->kind == AGG_REGR_COUNT) {
			cell->count++;
			continue;
		}
		rc = add_pair(cell, y->f64[at], x->f64[vec_index(x, row)], err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* Those that need a slope, or both variances; null where there is none. */
static bool
line_result(enum agg_kind kind, const struct pair_moments *m, double n,
    double *out)
{
	bool is_flat = m->syy == 0;

	if (m->sxx == 0)
		return false;
	if (kind == AGG_CORR && is_flat)
		return false;
	if (kind == AGG_CORR)
		*out = m->sxy / sqrt(m->sxx * m->syy);
	else if (kind == AGG_REGR_R2)
		*out = is_flat ? 1 : (m->sxy * m->sxy) / (m->sxx * m->syy);
	else if (kind == AGG_REGR_SLOPE)
		*out = m->sxy / m->sxx;
	else /* AGG_REGR_INTERCEPT */
		*out = (m->sy - m->sx * m->sxy / m->sxx) / n;
	return true;
}

void
agg_regression_result(const struct agg_state *state,
    const struct agg_cell *cell, struct datum *out)
{
	enum agg_kind kind = state->call->kind;
	const struct pair_moments *m = &cell->pairs;
	double n = (double)cell->count;

	if (kind == AGG_REGR_COUNT) {
		*out = (struct datum){ .i64 = cell->count };
		return;
	}
	out->is_null = cell->count == 0;
	if (out->is_null)
		return;
	if (kind == AGG_REGR_SXX)
		out->f64 = m->sxx;
	else if (kind == AGG_REGR_SYY)
		out->f64 = m->syy;
	else if (kind == AGG_REGR_SXY)
		out->f64 = m->sxy;
	else if (kind == AGG_REGR_AVGX)
		out->f64 = m->sx / n;
	else if (kind == AGG_REGR_AVGY)
		out->f64 = m->sy / n;
	else if (kind == AGG_COVAR_POP)
		out->f64 = m->sxy / n;
	else if (kind != AGG_COVAR_SAMP)
		out->is_null = !line_result(kind, m, n, &out->f64);
	else if (cell->count > 1)
		out->f64 = m->sxy / (n - 1);
	else
		out->is_null = true;
}

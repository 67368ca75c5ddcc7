/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agg_private.h -- between the files that keep the states of aggregates.
 */
#pragma once

#include "exec/agg_state.h"

/* Body for each row whose argument is not null: `row`, `at`, `cell` are set. */
#define FOR_EACH_VALUE(state, arg, sel, groups) \
	for (uint32_t i = 0, row, at; i < (sel).count; i++) \
		if (row = sel_row((sel), i), at = vec_index((arg), row), \
		    !vec_is_null((arg), row))

int agg_float_overflow(struct error *err);

/*
 * What a cell becomes by one more value, or by what another cell has come to;
 * the caller counts afterwards.
 */
static inline void
agg_take_bits(enum agg_kind kind, struct agg_cell *cell, int64_t value)
{
	if (cell->count == 0)
		cell->datum.i64 = value;
	else if (kind == AGG_BIT_AND)
		cell->datum.i64 &= value;
	else if (kind == AGG_BIT_OR)
		cell->datum.i64 |= value;
	else
		cell->datum.i64 ^= value;
}

/* The same of bit strings, in text; 22026 unless all are as long. */
MUST_USE int agg_take_bit_string(struct agg_state *state, struct agg_cell *cell,
    struct str bits, struct error *err);

/* All true, or any true, in i128. */
static inline void
agg_take_bool(enum agg_kind kind, struct agg_cell *cell, bool value)
{
	if (cell->count == 0)
		cell->i128 = value;
	else if (kind == AGG_BOOL_AND)
		cell->i128 = cell->i128 != 0 && value;
	else
		cell->i128 = cell->i128 != 0 || value;
}

/* 22008 past what an interval holds. */
MUST_USE int agg_take_interval(struct agg_cell *cell,
    const struct interval *value, struct error *err);

/*
 * Let the cell have this least or greatest value.  Its bytes go where those of
 * the one before were, if they fit.  Without memory the state's arena has failed.
 */
void agg_keep_extreme(struct agg_state *state, struct agg_cell *cell,
    const struct datum *value);

/* Append to the text of a cell. */
MUST_USE int agg_text_append(struct agg_state *state, struct agg_cell *cell,
    struct str text, struct error *err);

/* ---- agg_collect.c: array_agg, json_agg, json_object_agg ---- */

MUST_USE int agg_collect_add(struct agg_state *state, const struct vec *arg,
    const struct vec *second, struct sel sel, const uint32_t *groups,
    struct error *err);
MUST_USE int agg_collect_result(const struct agg_state *state,
    const struct agg_cell *cell, struct arena *arena, struct datum *out,
    struct error *err);

/* ---- agg_moments.c: variance, deviation, regression ---- */

MUST_USE int agg_variance_add(struct agg_state *state, const struct vec *arg,
    struct sel sel, const uint32_t *groups, struct error *err);
MUST_USE int agg_variance_result(const struct agg_state *state,
    const struct agg_cell *cell, struct arena *arena, struct datum *out,
    struct error *err);

/* Of pairs (y, x), both not null. */
MUST_USE int agg_regression_add(struct agg_state *state, const struct vec *y,
    const struct vec *x, struct sel sel, const uint32_t *groups,
    struct error *err);
void agg_regression_result(const struct agg_state *state,
    const struct agg_cell *cell, struct datum *out);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eval.h -- evaluating bound expressions over batches.
 *
 * Only rows of the selection are computed, so that AND, OR, CASE and COALESCE
 * never fail for a row that they do not need (V2 of vec.h).
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "exec/op.h"

struct eval {
	const struct exec_env *env;
	struct arena *arena;       /* of results: as long as the batch */
	const struct vec *columns; /* of the input */
	uint32_t row_count;        /* rows that vectors have room for */
	const struct vec *operand; /* for EXPR_OPERAND; NULL: none */
};

static inline struct eval
eval_of_batch(const struct exec_env *env, struct arena *arena,
    const struct batch *batch)
{
	return (struct eval){ .env = env,
		.arena = arena,
		.columns = batch->cols,
		.row_count = batch->row_count };
}

/* The values of the selected rows, at their positions. */
MUST_USE int eval_expr(const struct eval *eval, const struct expr *expr,
    struct sel sel, struct vec *out, struct error *err);

/*
 * The rows of `sel` for which the condition is true, into rows[], which has
 * room for all; their number into *count.
 */
MUST_USE int eval_filter(const struct eval *eval, const struct expr *expr,
    struct sel sel, uint16_t *rows, uint32_t *count, struct error *err);

/* The value of an expression without columns. */
MUST_USE int eval_fixed(const struct exec_env *env, const struct expr *expr,
    struct arena *arena, struct datum *out, struct error *err);

/* Copy the selected rows of `source` to the same rows of `target`. */
void vec_copy_rows(struct vec *target, const struct vec *source, struct sel sel,
    uint32_t row_count, struct arena *arena);

/* Copy `count` selected rows, from the first-th, to rows from `at` on. */
void vec_copy_span(struct vec *target, uint32_t at, const struct vec *source,
    struct sel sel, uint32_t first, uint32_t count, uint32_t row_count,
    struct arena *arena);

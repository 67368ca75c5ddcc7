/* SPDX-License-Identifier: Apache-2.0 */
/*
 * open_rows.h -- the rows of a batch that an expression has not decided yet: a
 * selection that shrinks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "exec/eval.h"

struct open_rows {
	uint16_t *rows;
	uint32_t count;
};

static inline struct open_rows
open_rows_init(const struct eval *eval, struct sel sel)
{
	struct open_rows open = { .count = sel.count };

	open.rows =
	    arena_alloc_array(eval->arena, sel.count + 1, sizeof(*open.rows));
	for (uint32_t i = 0; i < sel.count; i++)
		open.rows[i] = (uint16_t)sel_row(sel, i);
	return open;
}

static inline struct sel
open_sel(const struct open_rows *open)
{
	return (struct sel){ .rows = open->rows, .count = open->count };
}

/* Of a vector of booleans. */
static inline bool
is_true(const struct vec *vec, uint32_t row)
{
	return !vec_is_null(vec, row) && vec->boolean[vec_index(vec, row)] != 0;
}

static inline bool
is_false(const struct vec *vec, uint32_t row)
{
	return !vec_is_null(vec, row) && vec->boolean[vec_index(vec, row)] == 0;
}

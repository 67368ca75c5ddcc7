/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set_rows.h -- the rows of several sets side by side: as many as the longest
 * has, nulls where the others have ended.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "exec/set_cursor.h"

struct set_rows {
	struct set_cursor *cursors; /* started by who uses them */
	uint32_t count;
	uint32_t column_count; /* of all */
};

/* In the arena of the execution. */
void set_rows_init(struct set_rows *rows, const struct exec_env *env,
    const struct set_call *calls, uint32_t count);
void set_rows_release(struct set_rows *rows);

/* A vector for each column, of VEC_ROWS rows, no row null. */
struct vec *set_rows_new_columns(const struct set_rows *rows,
    struct arena *arena);

/* The next rows, at most `room`; fewer: the sets are done. */
MUST_USE int set_rows_fill(struct set_rows *rows, struct vec *columns,
    uint32_t at, uint32_t room, struct arena *arena, uint32_t *count,
    struct error *err);

bool set_rows_are_done(const struct set_rows *rows);

/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/set_rows.h"

#include <string.h>

void
set_rows_init(struct set_rows *rows, const struct exec_env *env,
    const struct set_call *calls, uint32_t count)
{
	*rows = (struct set_rows){ .count = count };
	rows->cursors = arena_alloc_array(env->arena, (size_t)count + 1,
	    sizeof(*rows->cursors));
	for (uint32_t i = 0; i < count; i++) {
		set_cursor_init(&rows->cursors[i], env, &calls[i]);
		rows->column_count += calls[i].column_count;
	}
}

void
set_rows_release(struct set_rows *rows)
{
	for (uint32_t i = 0; i < rows->count; i++)
		set_cursor_release(&rows->cursors[i]);
}

struct vec *
set_rows_new_columns(const struct set_rows *rows, struct arena *arena)
{
	struct vec *columns = arena_alloc_array(arena,
	    (size_t)rows->column_count + 1, sizeof(*columns));
	uint32_t at = 0;

	for (uint32_t i = 0; i < rows->count; i++) {
		const struct set_call *call = rows->cursors[i].call;

		for (uint32_t c = 0; c < call->column_count; c++, at++) {
			vec_init(&columns[at], type_phys(&call->types[c]),
			    VEC_ROWS, arena);
			vec_need_nulls(&columns[at], VEC_ROWS, arena);
		}
	}
	return columns;
}

/* Nulls in rows first..limit-1, where the value must be readable, too. */
static void
put_nulls(struct vec *vec, uint32_t first, uint32_t limit)
{
	size_t size = phys_size(vec->phys);

	memset(vec->nulls + first, 1, limit - first);
	memset((char *)vec->data + first * size, 0, (limit - first) * size);
}

int
set_rows_fill(struct set_rows *rows, struct vec *columns, uint32_t at,
    uint32_t room, struct arena *arena, uint32_t *count, struct error *err)
{
	uint32_t *counts =
	    arena_alloc_array(arena, (size_t)rows->count + 1, sizeof(*counts));
	uint32_t first = 0;
	int rc = 0;

	*count = 0;
	for (uint32_t i = 0; i < rows->count && rc == 0; i++) {
		rc = set_cursor_fill(&rows->cursors[i], columns + first, at,
		    room, arena, &counts[i], err);
		first += rows->cursors[i].call->column_count;
		if (rc == 0 && counts[i] > *count)
			*count = counts[i];
	}
	if (rc != 0)
		return rc;
	first = 0;
	for (uint32_t i = 0; i < rows->count; i++) {
		for (uint32_t c = 0; c < rows->cursors[i].call->column_count;
		     c++, first++)
			if (counts[i] < *count)
				put_nulls(&columns[first], at + counts[i],
				    at + *count);
	}
	return 0;
}

bool
set_rows_are_done(const struct set_rows *rows)
{
	for (uint32_t i = 0; i < rows->count; i++)
		if (!rows->cursors[i].is_done)
			return false;
	return true;
}

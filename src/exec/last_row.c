/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/last_row.h"

#include "exec/row_key.h"

void
last_row_init(struct last_row *last, const struct type *types,
    const uint32_t *columns, uint32_t count, struct arena *arena,
    struct mem_budget *budget)
{
	*last = (struct last_row){ .columns = columns, .count = count };
	last->types = arena_alloc_array(arena, count + 1, sizeof(*last->types));
	for (uint32_t i = 0; i < count; i++)
		last->types[i] = types[columns[i]];
	row_store_init(&last->store, last->types, count, budget);
}

void
last_row_release(struct last_row *last)
{
	row_store_release(&last->store);
}

int
last_row_set(struct last_row *last, const struct batch *batch, uint32_t row,
    struct error *err)
{
	const uint16_t rows[1] = { (uint16_t)row };

	row_store_reset(&last->store);
	return row_store_add_columns(&last->store, batch->cols, last->columns,
	    (struct sel){ .rows = rows, .count = 1 }, err);
}

bool
last_row_equal(const struct last_row *last, const struct batch *batch,
    uint32_t row)
{
	for (uint32_t i = 0; i < last->count; i++) {
		if (!row_key_equal(&last->types[i], KEY_EQUAL,
			&batch->cols[last->columns[i]], row,
			&last->store.columns[i], 0))
			return false;
	}
	return true;
}

bool
last_row_pair_equal(const struct last_row *last, const struct batch *batch,
    uint32_t a, uint32_t b)
{
	for (uint32_t i = 0; i < last->count; i++) {
		const struct vec *column = &batch->cols[last->columns[i]];

		if (!row_key_equal(&last->types[i], KEY_EQUAL, column, a,
			column, b))
			return false;
	}
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * join_table.c -- see join_table.h.  Chains are linked from the last row to the
 * first, when all rows are there and the number of heads is known.
 */
#include "exec/join_table.h"

#include <string.h>

#include "common/cancel.h"
#include "common/error.h"
#include "exec/row_key.h"
#include "os/rest.h"

#define ROWS_MIN  64
#define ROWS_MAX  (UINT32_MAX / 2)
#define HEADS_MAX (1u << 30)
/* Rows that are linked between two tests of the flag. */
#define LINK_ROWS 65536u

void
join_table_init(struct join_table *table, const struct type *types,
    uint32_t column_count, uint32_t key_count, bool is_set,
    struct mem_budget *budget)
{
	*table = (struct join_table){
		.column_count = column_count,
		.key_types = types + column_count,
		.key_count = key_count,
		.is_set = is_set,
	};
	arena_init(&table->arena, budget);
	arena_init(&table->hashes_arena, budget);
	row_store_init(&table->rows, types, column_count + key_count, budget);
}

void
join_table_release(struct join_table *table)
{
	row_store_release(&table->rows);
	arena_release(&table->hashes_arena);
	arena_release(&table->arena);
}

static int
out_of_memory(struct error *err)
{
	return error_no_memory(err);
}

static uint32_t
capacity_for(const struct join_table *table, uint32_t count)
{
	uint32_t capacity = table->capacity == 0 ? ROWS_MIN : table->capacity;

	while (capacity < table->rows.row_count + count)
		capacity *= 2;
	return capacity;
}

static size_t
heads_for(size_t row_count)
{
	size_t heads = ROWS_MIN;

	while (heads < row_count * 2 && heads < HEADS_MAX)
		heads *= 2;
	return heads;
}

size_t
join_table_bytes_with(const struct join_table *table, uint32_t count)
{
	size_t rows = (size_t)table->rows.row_count + count;

	if (rows > ROWS_MAX)
		return SIZE_MAX;
	return row_store_bytes_with(&table->rows, count) +
	    capacity_for(table, count) * sizeof(*table->hashes) +
	    heads_for(rows) * sizeof(*table->heads) +
	    rows * sizeof(*table->next);
}

/* The hashes move into a new arena, and the old one goes. */
static int
reserve_hashes(struct join_table *table, uint32_t count, struct error *err)
{
	struct arena arena;
	uint32_t capacity;
	uint64_t *hashes;
	int rc;

	if (count > ROWS_MAX - table->rows.row_count)
		return out_of_memory(err);
	capacity = capacity_for(table, count);
	if (capacity == table->capacity)
		return 0;
	arena_init(&arena, table->arena.budget);
	hashes = arena_try_alloc(&arena, (size_t)capacity * sizeof(*hashes));
	rc = hashes == NULL ? out_of_memory(err)
			    : cancel_memcpy(hashes, table->hashes,
				  table->rows.row_count * sizeof(*hashes),
				  table->rows.cancel, err);
	if (rc != 0) {
		arena_release(&arena);
		return rc;
	}
	arena_release(&table->hashes_arena);
	table->hashes_arena = arena;
	table->hashes = hashes;
	table->capacity = capacity;
	return 0;
}

int
join_table_add(struct join_table *table, const struct vec *columns,
    struct sel sel, struct error *err)
{
	uint32_t at = table->rows.row_count;
	int rc;

	if (table->key_count > 0) {
		rc = reserve_hashes(table, sel.count, err);
		if (rc != 0)
			return rc;
		row_key_hash(table->key_types, table->key_count,
		    columns + table->column_count, sel, table->hashes + at);
	}
	return row_store_add(&table->rows, columns, sel, err);
}

/* ---- chains ---- */

static const struct vec *
key_column(const struct join_table *table, uint32_t key)
{
	return &table->rows.columns[table->column_count + key];
}

static bool
has_null_key(const struct join_table *table, uint32_t row)
{
	for (uint32_t k = 0; k < table->key_count; k++) {
		if (vec_is_null(key_column(table, k), row))
			return true;
	}
	return false;
}

static bool
same_key(const struct join_table *table, uint32_t a, uint32_t b)
{
	for (uint32_t k = 0; k < table->key_count; k++) {
		const struct vec *column = key_column(table, k);

		if (!row_key_equal(&table->key_types[k], KEY_EQUAL, column, a,
			column, b))
			return false;
	}
	return true;
}

/* Whether a chain has a row equal to `row`; it becomes that row. */
static bool
replace_equal(struct join_table *table, struct join_link *head, uint32_t row)
{
	struct join_link *link = head;

	while (link->row != JOIN_NO_ROW) {
		uint32_t its = join_link_row(*link);

		if (table->hashes[its] == table->hashes[row] &&
		    same_key(table, its, row)) {
			table->next[row] = table->next[its];
			link->row = row | (link->row & JOIN_LAST_ROW);
			return true;
		}
		if ((link->row & JOIN_LAST_ROW) != 0)
			break;
		link = &table->next[its];
	}
	return false;
}

static void
add_to_chain(struct join_table *table, uint32_t row)
{
	uint64_t hash = table->hashes[row];
	struct join_link *head = &table->heads[(uint32_t)hash & table->mask];
	bool is_last = head->row == JOIN_NO_ROW;

	if (table->is_set && replace_equal(table, head, row))
		return;
	if (!is_last)
		table->next[row] = *head;
	*head = (struct join_link){ .row = row | (is_last ? JOIN_LAST_ROW : 0),
		.tag = (uint32_t)(hash >> 32) };
}

int
join_table_finish(struct join_table *table, struct error *err)
{
	uint32_t count = table->rows.row_count;
	size_t heads = heads_for(count);

	if (table->key_count == 0)
		return 0;
	table->mask = (uint32_t)(heads - 1);
	table->heads =
	    arena_try_alloc(&table->arena, heads * sizeof(*table->heads));
	table->next = arena_try_alloc(&table->arena,
	    ((size_t)count + 1) * sizeof(*table->next));
	if (table->heads == NULL || table->next == NULL)
		return out_of_memory(err);
	for (size_t i = 0; i < heads; i++)
		table->heads[i].row = JOIN_NO_ROW;
	for (uint32_t row = count; row-- > 0;) {
		if (row % LINK_ROWS == 0) {
			if (cancel_check(table->rows.cancel, err) != 0)
				return err->code;
			os_rest();
		}
		if (!has_null_key(table, row))
			add_to_chain(table, row);
	}
	return 0;
}

/* ---- comparison ---- */

#define COMPARE(member) \
	for (uint32_t i = 0; i < count; i++) { \
		if (rows[i] != JOIN_NO_ROW) \
			keep[i] &= \
			    key->member[vec_index(key, probe_rows[i])] == \
			    column->member[rows[i]]; \
	}

void
join_table_compare(const struct join_table *table, const struct vec *keys,
    const uint16_t *probe_rows, const uint32_t *rows, uint32_t count,
    bool *keep)
{
	for (uint32_t k = 0; k < table->key_count; k++) {
		const struct vec *key = &keys[k];
		const struct vec *column = key_column(table, k);

		if (key->phys == PHYS_I64) {
			COMPARE(i64);
			continue;
		}
		for (uint32_t i = 0; i < count; i++) {
			if (rows[i] != JOIN_NO_ROW && keep[i])
				keep[i] = row_key_equal(&table->key_types[k],
				    KEY_EQUAL, key, probe_rows[i], column,
				    rows[i]);
		}
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/temp_index.h"

#include <stdlib.h>

#include "exec/row_key.h"

#define SLOTS_MIN 64

/* A part of the hash, and the row number + 1; 0: empty. */
struct slot {
	uint32_t tag;
	uint32_t row;
};

struct temp_index {
	uint32_t *columns;
	uint32_t column_count;
	bool nulls_are_equal;
	bool is_built;
	struct type *types;
	struct vec *key; /* scratch: the columns of one row's key */
	struct slot *slots;
	uint32_t slot_count; /* a power of two, or 0 */
	uint32_t used;
};

/* ---- making ---- */

bool
temp_indexes_new(struct temp_rows *rows, const struct temp_table *table)
{
	struct arena *arena = &rows->arena;

	rows->index_count = table->key_count;
	rows->indexes = arena_zalloc(arena,
	    ((size_t)table->key_count + 1) * sizeof(struct temp_index *));
	for (uint32_t i = 0; i < table->key_count; i++) {
		const struct table_key *key = &table->keys[i];
		struct temp_index *index;

		if (!key->is_unique)
			continue;
		index = arena_zalloc(arena, sizeof(*index));
		index->column_count = key->count;
		index->nulls_are_equal = key->nulls_are_equal;
		index->columns = arena_alloc_array(arena,
		    (size_t)key->count + 1, sizeof(*index->columns));
		index->types = arena_alloc_array(arena, (size_t)key->count + 1,
		    sizeof(*index->types));
		index->key = arena_alloc_array(arena, (size_t)key->count + 1,
		    sizeof(*index->key));
		for (uint32_t k = 0; k < key->count; k++) {
			index->columns[k] = key->columns[k];
			index->types[k] = rows->types[key->columns[k]];
		}
		rows->indexes[i] = index;
	}
	return !arena->failed;
}

static void
reset(struct temp_rows *rows, struct temp_index *index)
{
	mem_budget_give(rows->budget, index->slot_count * sizeof(struct slot));
	free(index->slots);
	index->slots = NULL;
	index->slot_count = 0;
	index->used = 0;
	index->is_built = false;
}

void
temp_indexes_reset(struct temp_rows *rows)
{
	for (uint32_t i = 0; i < rows->index_count; i++)
		if (rows->indexes[i] != NULL)
			reset(rows, rows->indexes[i]);
}

void
temp_indexes_free(struct temp_rows *rows)
{
	if (!rows->arena.failed)
		temp_indexes_reset(rows);
}

/* ---- keys ---- */

/* Null where the key has a null and nulls differ: such a key is in no index. */
static bool
hash_key(struct temp_index *index, const struct vec *columns, uint32_t row,
    uint64_t *hash)
{
	const uint16_t rows[] = { (uint16_t)row };
	const struct sel sel = { .rows = rows, .count = 1 };

	for (uint32_t k = 0; k < index->column_count; k++) {
		index->key[k] = columns[index->columns[k]];
		if (!index->nulls_are_equal && vec_is_null(&index->key[k], row))
			return false;
	}
	row_key_hash(index->types, index->column_count, index->key, sel, hash);
	return true;
}

static bool
has_key(const struct temp_rows *rows, const struct temp_index *index,
    uint64_t row, uint32_t from)
{
	const struct temp_page *page = temp_rows_page(rows, row);
	uint32_t at = (uint32_t)(row % VEC_ROWS);

	if (temp_page_deleted(page, at) != 0)
		return false;
	for (uint32_t k = 0; k < index->column_count; k++)
		if (!row_key_equal(&index->types[k], KEY_EQUAL,
			&page->columns[index->columns[k]], at, &index->key[k],
			from))
			return false;
	return true;
}

/* ---- slots ---- */

/* The hash of a small number has its bits where it likes: spread them. */
static uint32_t
tag_of(uint64_t hash)
{
	return (uint32_t)((hash * UINT64_C(0x9E3779B97F4A7C15)) >> 32);
}

static void
put(struct temp_index *index, uint32_t tag, uint32_t row)
{
	uint32_t mask = index->slot_count - 1;
	uint32_t at = tag & mask;

	while (index->slots[at].row != 0)
		at = (at + 1) & mask;
	index->slots[at] = (struct slot){ .tag = tag, .row = row };
	index->used++;
}

/* Room for one more, at most half of the slots used. */
static int
make_room(struct temp_rows *rows, struct temp_index *index, struct error *err)
{
	struct temp_index grown = *index;

	if (index->used < index->slot_count / 2)
		return 0;
	grown.slot_count =
	    index->slot_count == 0 ? SLOTS_MIN : index->slot_count * 2;
	grown.used = 0;
	if (grown.slot_count == 0 ||
	    !mem_budget_take(rows->budget,
		grown.slot_count * sizeof(struct slot)))
		return temp_out_of_memory(err);
	grown.slots = calloc(grown.slot_count, sizeof(*grown.slots));
	if (grown.slots == NULL) {
		mem_budget_give(rows->budget,
		    grown.slot_count * sizeof(struct slot));
		return temp_out_of_memory(err);
	}
	for (uint32_t i = 0; i < index->slot_count; i++)
		if (index->slots[i].row != 0)
			put(&grown, index->slots[i].tag, index->slots[i].row);
	mem_budget_give(rows->budget, index->slot_count * sizeof(struct slot));
	free(index->slots);
	*index = grown;
	return 0;
}

static int
add_row(struct temp_rows *rows, struct temp_index *index,
    const struct temp_page *page, uint32_t at, uint64_t row, struct error *err)
{
	uint64_t hash;
	int rc;

	if (!hash_key(index, page->columns, at, &hash))
		return 0;
	rc = make_room(rows, index, err);
	if (rc == 0)
		put(index, tag_of(hash), (uint32_t)row + 1);
	return rc;
}

static int
build(struct temp_rows *rows, struct temp_index *index, struct error *err)
{
	int rc = 0;

	for (uint32_t p = 0; p < rows->page_count; p++) {
		const struct temp_page *page = rows->pages[p];

		for (uint32_t i = 0; i < page->row_count && rc == 0; i++)
			if (temp_page_deleted(page, i) == 0)
				rc = add_row(rows, index, page, i,
				    (uint64_t)p * VEC_ROWS + i, err);
	}
	if (rc != 0)
		reset(rows, index);
	index->is_built = rc == 0;
	return rc;
}

int
temp_index_find(struct temp_rows *rows, uint32_t key, const struct vec *columns,
    uint32_t from, uint64_t *row, struct error *err)
{
	struct temp_index *index = rows->indexes[key];
	uint64_t hash;
	uint32_t mask, at;
	int rc;

	*row = TEMP_NO_ROW;
	if (!index->is_built) {
		rc = build(rows, index, err);
		if (rc != 0)
			return rc;
	}
	if (index->slot_count == 0 || !hash_key(index, columns, from, &hash))
		return 0;
	mask = index->slot_count - 1;
	for (at = tag_of(hash) & mask; index->slots[at].row != 0;
	     at = (at + 1) & mask) {
		uint64_t found = index->slots[at].row - 1;

		if (index->slots[at].tag != tag_of(hash) ||
		    !has_key(rows, index, found, from))
			continue;
		*row = found;
		return 0;
	}
	return 0;
}

int
temp_indexes_build(struct temp_rows *rows, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < rows->index_count && rc == 0; i++)
		if (rows->indexes[i] != NULL && !rows->indexes[i]->is_built)
			rc = build(rows, rows->indexes[i], err);
	return rc;
}

int
temp_index_add(struct temp_rows *rows, uint32_t key, uint64_t row,
    struct error *err)
{
	struct temp_index *index = rows->indexes[key];

	if (!index->is_built)
		return 0;
	return add_row(rows, index, temp_rows_page(rows, row),
	    (uint32_t)(row % VEC_ROWS), row, err);
}

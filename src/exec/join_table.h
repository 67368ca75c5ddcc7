/* SPDX-License-Identifier: Apache-2.0 */
/*
 * join_table.h -- the rows of one side of a join, found by their keys.
 *
 * Rows are numbered in the order they came.  Those with equal hashes form a
 * chain in that order, so that matches come out as they went in.  Without keys
 * every row is a candidate.
 *
 * A table holds its rows in memory.  A join larger than that is to be cut by
 * bits of the hash into partitions, each a table of its own: nothing here looks
 * at more than one.
 *
 * Memory: a row_store and the table's own arena.  Threads: one.
 *
 * Growing and finishing a large table tests rows.cancel, which may be set after
 * init.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "exec/row_store.h"
#include "types/type.h"
#include "vec/vec.h"

struct error;

#define JOIN_NO_ROW UINT32_MAX

struct join_table {
	struct row_store rows; /* the columns, then the keys */
	uint32_t column_count;
	const struct type *key_types;
	uint32_t key_count;

	/* private */
	struct arena arena;
	uint64_t *hashes; /* of each row; capacity of them */
	uint32_t capacity;
	uint32_t *next;  /* the next row of the chain, JOIN_NO_ROW at the end */
	uint32_t *heads; /* a power of two of them */
	uint32_t mask;
	bool is_set;
};

/*
 * `types` are those of the columns and the keys after them, and stay.  If
 * is_set, only one row of equal keys can be found: the first.
 */
void join_table_init(struct join_table *table, const struct type *types,
    uint32_t column_count, uint32_t key_count, bool is_set,
    struct mem_budget *budget);
void join_table_release(struct join_table *table);

/* Add the selected rows, whose columns are followed by their keys. */
MUST_USE int join_table_add(struct join_table *table, const struct vec *columns,
    struct sel sel, struct error *err);

/* No more rows.  Rows with a null in their key are found by nobody. */
MUST_USE int join_table_finish(struct join_table *table, struct error *err);

/* The first row that may match a key of this hash, or JOIN_NO_ROW. */
static inline uint32_t
join_table_first(const struct join_table *table, uint64_t hash)
{
	uint32_t row;

	if (table->key_count == 0)
		return table->rows.row_count > 0 ? 0 : JOIN_NO_ROW;
	row = table->heads[(uint32_t)hash & table->mask];
	while (row != JOIN_NO_ROW && table->hashes[row] != hash)
		row = table->next[row];
	return row;
}

/* The one after `row`. */
static inline uint32_t
join_table_next(const struct join_table *table, uint32_t row)
{
	uint64_t hash;

	if (table->key_count == 0)
		return row + 1 < table->rows.row_count ? row + 1 : JOIN_NO_ROW;
	hash = table->hashes[row];
	do {
		row = table->next[row];
	} while (row != JOIN_NO_ROW && table->hashes[row] != hash);
	return row;
}

/*
 * Of `count` pairs keep those whose keys are equal: keep[i] becomes false for
 * the others.  A pair with JOIN_NO_ROW is left alone.
 */
void join_table_compare(const struct join_table *table, const struct vec *keys,
    const uint16_t *probe_rows, const uint32_t *rows, uint32_t count,
    bool *keep);

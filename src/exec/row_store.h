/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_store.h -- rows kept in columns, for operators that need them all.
 *
 * Rows are numbered in the order they came and copied whole, strings too.
 *
 * Memory: arenas of the store's own, charged to a budget.  Threads: one.
 *
 * What is slow with many rows tests `cancel`: STELE_E_QUERY_CANCELED.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "types/type.h"
#include "vec/vec.h"

struct error;

struct row_store {
	struct vec *columns; /* capacity rows each */
	uint32_t column_count;
	uint32_t row_count;
	uint32_t capacity;
	struct arena arena;        /* of the columns */
	struct arena strings;      /* and what they point to */
	const atomic_bool *cancel; /* set after init; NULL: none */
};

void row_store_init(struct row_store *store, const struct type *types,
    uint32_t column_count, struct mem_budget *budget);
void row_store_release(struct row_store *store);

/* Forget the rows; the memory of the columns stays, that of strings goes. */
void row_store_reset(struct row_store *store);

static inline size_t
row_store_bytes(const struct row_store *store)
{
	return store->arena.used_bytes + store->strings.used_bytes;
}

/* What the rows take of it: nothing after a reset. */
size_t row_store_content_bytes(const struct row_store *store);

/* The memory when it has `count` more rows, their strings not counted. */
size_t row_store_bytes_with(const struct row_store *store, uint32_t count);

/* Copy the selected rows of the columns; 53200 when memory is used up. */
MUST_USE int row_store_add(struct row_store *store, const struct vec *columns,
    struct sel sel, struct error *err);

/* The same of columns[numbers[i]]. */
MUST_USE int row_store_add_columns(struct row_store *store,
    const struct vec *columns, const uint32_t *numbers, struct sel sel,
    struct error *err);

/*
 * One more row, all null, and a value for a column of the last one; copied.
 * Whether there was memory for the values, row_store_check() says in the end.
 */
MUST_USE int row_store_next(struct row_store *store, struct error *err);
void row_store_set(struct row_store *store, uint32_t column,
    const struct datum *value);

/* 0, or 53200 if a value could not be copied. */
MUST_USE int row_store_check(const struct row_store *store, struct error *err);

/* Keep only the rows named, in this order. */
MUST_USE int row_store_keep(struct row_store *store, const uint32_t *rows,
    uint32_t count, struct error *err);

/* The rows in another order: row i becomes what row rows[i] was. */
MUST_USE int row_store_reorder(struct row_store *store, const uint32_t *rows,
    struct error *err);

/*
 * A batch of `count` (at most VEC_ROWS) of the rows named; vectors are
 * allocated in `arena`, strings borrowed.  NULL names them from `first` on.
 */
void row_store_batch(const struct row_store *store, const uint32_t *rows,
    uint32_t first, uint32_t count, struct arena *arena, struct batch *out);

/* One column of such a batch. */
void row_store_column(const struct row_store *store, uint32_t column,
    const uint32_t *rows, uint32_t first, uint32_t count, struct arena *arena,
    struct vec *out);

/*
 * One column of the rows named, in `arena`; a row UINT32_MAX gives a null.
 * Strings are borrowed.
 */
void row_store_gather(const struct row_store *store, uint32_t column,
    const uint32_t *rows, uint32_t count, struct arena *arena, struct vec *out);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * join_table.h -- the rows of one side of a join, found by their keys.
 *
 * Rows are numbered in the order they came.  Those with equal hashes form a
 * chain in that order, so that matches come out as they went in.  Without keys
 * every row is a candidate.
 *
 * A table holds its rows in memory.  A join larger than that is cut by bits of
 * the hash into parts, each a table of its own: see join_private.h.
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

/*
 * To a row of a chain, or JOIN_NO_ROW.  The tag, half of the row's hash, lies
 * here, and so does whether the chain ends with it, so that most chains need no
 * look at the row at all.
 */
struct join_link {
	uint32_t row; /* with JOIN_LAST_ROW */
	uint32_t tag;
};

#define JOIN_LAST_ROW (1u << 31)

static inline uint32_t
join_link_row(struct join_link link)
{
	return link.row & ~JOIN_LAST_ROW;
}

struct join_table {
	struct row_store rows; /* the columns, then the keys */
	uint32_t column_count;
	const struct type *key_types;
	uint32_t key_count;

	/* private */
	struct arena arena;
	struct arena hashes_arena;
	uint64_t *hashes; /* of each row; capacity of them */
	uint32_t capacity;
	struct join_link *next;  /* of each row that is not the last one */
	struct join_link *heads; /* a power of two of them */
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

static inline size_t
join_table_bytes(const struct join_table *table)
{
	return row_store_bytes(&table->rows) + table->arena.used_bytes +
	    table->hashes_arena.used_bytes;
}

/* The same when it is finished with `count` more rows, their strings not
 * counted. */
size_t join_table_bytes_with(const struct join_table *table, uint32_t count);

/* Add the selected rows, whose columns are followed by their keys. */
MUST_USE int join_table_add(struct join_table *table, const struct vec *columns,
    struct sel sel, struct error *err);

/* No more rows.  Rows with a null in their key are found by nobody. */
MUST_USE int join_table_finish(struct join_table *table, struct error *err);

/* Ask for the memory that join_table_first() is going to read. */
static inline void
join_table_prefetch(const struct join_table *table, uint64_t hash)
{
	if (table->key_count > 0)
		__builtin_prefetch(&table->heads[(uint32_t)hash & table->mask]);
}

/* The first link from one on whose tag is that of the hash. */
static inline struct join_link
join_table_follow(const struct join_table *table, struct join_link link,
    uint64_t hash)
{
	while (link.row != JOIN_NO_ROW && link.tag != (uint32_t)(hash >> 32)) {
		if ((link.row & JOIN_LAST_ROW) != 0)
			link.row = JOIN_NO_ROW;
		else
			link = table->next[link.row];
	}
	return link;
}

/* To the first row that may match a key of this hash. */
static inline struct join_link
join_table_first(const struct join_table *table, uint64_t hash)
{
	if (table->key_count == 0)
		return (struct join_link){
			.row = table->rows.row_count > 0 ? 0 : JOIN_NO_ROW
		};
	return join_table_follow(table,
	    table->heads[(uint32_t)hash & table->mask], hash);
}

/* To the one after it. */
static inline struct join_link
join_table_next(const struct join_table *table, struct join_link link,
    uint64_t hash)
{
	if (table->key_count == 0)
		link.row = link.row + 1 < table->rows.row_count ? link.row + 1
								: JOIN_NO_ROW;
	else if ((link.row & JOIN_LAST_ROW) != 0)
		link.row = JOIN_NO_ROW;
	else
		link = join_table_follow(table, table->next[link.row], hash);
	return link;
}

/*
 * Of `count` pairs keep those whose keys are equal: keep[i] becomes false for
 * the others.  A pair with JOIN_NO_ROW is left alone.
 */
void join_table_compare(const struct join_table *table, const struct vec *keys,
    const uint16_t *probe_rows, const uint32_t *rows, uint32_t count,
    bool *keep);

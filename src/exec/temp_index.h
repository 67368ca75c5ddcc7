/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temp_index.h -- the unique keys of a temporary table: a hash table of row
 * numbers for each.
 *
 * An index knows of rows that are deleted, too, and passes them over.  When rows
 * are taken back or compacted it is reset, and built anew when it is next asked.
 *
 * Threads: the session's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "exec/temp_rows.h"

#define TEMP_NO_ROW UINT64_MAX

/* One for each key of the table that is unique, NULL for others. */
bool temp_indexes_new(struct temp_rows *rows, const struct temp_table *table);
void temp_indexes_free(struct temp_rows *rows);
void temp_indexes_reset(struct temp_rows *rows);

/*
 * The row, not deleted, that has the key of row `from` of the columns;
 * TEMP_NO_ROW if there is none, or the key has a null and nulls differ.
 */
MUST_USE int temp_index_find(struct temp_rows *rows, uint32_t key,
    const struct vec *columns, uint32_t from, uint64_t *row, struct error *err);

/* All indexes are there: temp_index_add() can follow. */
MUST_USE int temp_indexes_build(struct temp_rows *rows, struct error *err);

/* A row of the store that was added after the last one is in it from now on. */
MUST_USE int temp_index_add(struct temp_rows *rows, uint32_t key, uint64_t row,
    struct error *err);

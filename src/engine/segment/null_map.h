/* SPDX-License-Identifier: Apache-2.0 */
/*
 * null_map.h -- which rows of a chunk are null, and where the others' values
 * are when nulls have none.
 *
 *   offset  bytes
 *    0      8 W    a bit a row, 1 is null: W = ceil(rows / 64) words
 *           2 R    only if the chunk is dense: values before each 512 rows,
 *                  R = ceil(rows / 512); zeros up to 8 bytes
 *
 * In a dense chunk only rows that are not null have values, one after the
 * other.  Row i's is number rank(i): a step of the table and up to eight
 * words.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct reader;

#define NULL_MAP_RANK_ROWS 512

struct null_map {
	const uint64_t *words; /* NULL: no row is null */
	const uint16_t *ranks; /* NULL: not dense */
	uint32_t row_count;
};

enum null_map_form { NULL_MAP_PLAIN, NULL_MAP_DENSE };

/* `nulls` has one byte a row. */
void null_map_put(struct buf *out, const uint8_t *nulls, uint32_t row_count,
    enum null_map_form form);

/* False if there are too few bytes. */
bool null_map_open(struct reader *reader, uint32_t row_count,
    enum null_map_form form, struct null_map *map);

static inline bool
null_map_at(const struct null_map *map, uint32_t row)
{
	return (map->words[row / 64] >> (row % 64) & 1) != 0;
}

/* Flags of some rows, one byte each. */
void null_map_get(const struct null_map *map, uint32_t first, uint32_t count,
    uint8_t *nulls);

/* Number of rows before `row` (at most the rows) that are not null. */
uint32_t null_map_rank(const struct null_map *map, uint32_t row);

/* The same for one row after another, without the table: of a range. */
uint32_t null_map_count_values(const struct null_map *map, uint32_t first,
    uint32_t count);

/*
 * Move values[0..value_count-1] of `size` bytes each to the rows that are not
 * null of `count`; others get one of the values, or zeros if there is none.
 */
void null_map_spread(const uint8_t *nulls, uint32_t count, uint32_t value_count,
    size_t size, void *values);

/* The reverse: values of rows that are not null, moved together. */
void null_map_gather(const uint8_t *nulls, uint32_t count, size_t size,
    void *values);

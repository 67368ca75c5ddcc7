/* SPDX-License-Identifier: Apache-2.0 */
/*
 * int_packed.h -- arrays of 64-bit integers as small distances from a line.
 *
 * Frame of reference in blocks of 128 values: value i is
 *
 *     base + slope * i + block_base[i / 128] + residual[i]    (modulo 2^64)
 *
 * Ids and times that ascend take a slope; small or random integers take one
 * base and none.  A residual has `width` bits; of the few that need more,
 * the rest is kept aside as an exception with its position (patched frame of
 * reference; Zukowski et al., "Super-Scalar RAM-CPU Cache Compression", ICDE
 * 2006):
 *
 *     residual = packed + (excess_base + excess) * 2^width    (modulo 2^64)
 *
 *   offset  bytes
 *    0      1      width, 0..64
 *    1      1      base_width, 0..64; 0: all blocks have base 0
 *    2      1      excess_width, 0..64
 *    3      1      zero
 *    4      4      exceptions E, at most the rows
 *    8      8      base
 *   16      8      slope
 *   24      8      excess_base
 *   32      .      packed residuals: bitpack_bytes(rows, width)
 *           8 B    block bases: B = ceil(ceil(rows / 128) * base_width / 64)
 *           8 X    excesses: X = ceil(E * excess_width / 64)
 *           2 E    positions, ascending; zeros up to 8 bytes
 *
 * Row i is found in O(1), but for the search of E positions.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct reader;

#define INT_ROWS_MAX     65536 /* positions have 16 bits */
#define INT_DECODE_SLACK 16
#define INT_BLOCK_ROWS   128

/* An encoded array, borrowed. */
struct int_packed {
	const void *words;
	const uint64_t *block_bases;
	const uint64_t *excesses;
	const uint16_t *positions;
	uint64_t base;
	uint64_t slope;
	uint64_t excess_base;
	uint32_t row_count;
	uint32_t exception_count;
	unsigned width;
	unsigned base_width;
	unsigned excess_width;
};

/* Ask for the memory of a row. */
void int_packed_hint(const struct int_packed *view, uint32_t row);

/* How an array would be encoded. */
struct int_packed_plan {
	uint64_t slope;
	uint64_t cost_bits; /* about */
	unsigned width;
	bool is_flat; /* all blocks have one base */
	/* Least residual of each block that is no exception, without base. */
	int64_t low[INT_ROWS_MAX / INT_BLOCK_ROWS];
};

/* The middle one of some values, of samples if they are many. */
int64_t int_middle(const int64_t *values, uint32_t count);

/* Find the best plan; rows 1..INT_ROWS_MAX. */
void int_packed_plan(const int64_t *values, uint32_t row_count,
    struct int_packed_plan *plan);

/*
 * Append the array; `scratch` has room for row_count integers.  A failure is
 * in out->failed.
 */
void int_packed_put(const struct int_packed_plan *plan, const int64_t *values,
    uint32_t row_count, uint64_t *scratch, struct buf *out);

/* Take one array of row_count values; false if its parts do not fit. */
bool int_packed_open(struct reader *reader, uint32_t row_count,
    struct int_packed *view);

/*
 * Rows first..first+count-1, which exist.  `out` takes up to
 * INT_DECODE_SLACK - 1 more values.
 */
void int_packed_get(const struct int_packed *view, uint32_t first,
    uint32_t count, int64_t *out);

/*
 * Whether rows first..first+count-1 have low <= value <= high: 1 or 0, in
 * `passes`, which takes up to INT_DECODE_SLACK - 1 more.  False, and `passes` is
 * anything, if that takes decoding them: on a slope, in wide words, or if `first`
 * is no multiple of 16.
 */
bool int_packed_test(const struct int_packed *view, uint32_t first,
    uint32_t count, int64_t low, int64_t high, uint8_t *passes);

int64_t int_packed_at(const struct int_packed *view, uint32_t row);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * int_codec.h -- arrays of 64-bit integers in few bits, in the form that suits
 * them: near a line, by differences, or in runs.
 *
 *   offset  bytes
 *    0      1      form: 0 packed, 1 differences, 2 runs
 *    1      3      zero
 *    4      4      runs R, at most the rows; 0 in the other forms
 *    8      .      packed: the values, int_packed.h
 *                  differences: each block's first value, one of 128; then for
 *                  each row its value less the one before it (modulo 2^64), of
 *                  a block's first row anything
 *                  runs: R ends (one past the last row of the run), ascending,
 *                  the last is the rows; then R values
 *
 * All little-endian, 8-aligned in memory.  Row i is found in O(1), or by
 * summing at most 128 differences, or by searching R ends, of which there are
 * at most one for eight rows.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "engine/segment/int_packed.h"

enum int_form { /* on disk: do not renumber */
	INT_PACKED = 0,
	INT_DIFFERENCES = 1,
	INT_RUNS = 2,
};

/* An encoded array, borrowed. */
struct int_view {
	enum int_form form;
	uint32_t row_count;
	struct int_packed values; /* of rows or runs; differences */
	struct int_packed starts; /* first values of blocks; ends of runs */
};

/* Append the encoded array; values are signed, rows 1..INT_ROWS_MAX. */
void int_encode(const int64_t *values, uint32_t row_count, struct buf *out);

/* Take one array of row_count values; false if its parts do not fit. */
bool int_open(struct reader *reader, uint32_t row_count, struct int_view *view);

/*
 * Rows first..first+count-1, which exist.  `out` takes up to
 * INT_DECODE_SLACK - 1 more values.
 */
void int_decode(const struct int_view *view, uint32_t first, uint32_t count,
    int64_t *out);

int64_t int_at(const struct int_view *view, uint32_t row);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * int_codec.h -- arrays of 64-bit integers in few bits, any one of which is
 * found in O(1).
 *
 * Frame of reference in blocks of 128 values, over a line: value i is
 *
 *     base + slope * i + block_base[i / 128] + residual[i]    (modulo 2^64)
 *
 * with residuals of `width` bits and block bases of `base_width` bits.  The
 * few values that would need wider residuals are exceptions, kept aside with
 * their positions (patched frame of reference; Zukowski et al., "Super-Scalar
 * RAM-CPU Cache Compression", ICDE 2006).  Ids and times that ascend take a
 * slope; small or random integers take one base and none.
 *
 * Residuals are interleaved over 16 lanes, so that plain loops unpack them in
 * wide vectors: value i is in lane i % 16, at bit (i / 16) * width of the
 * lane's stream, whose k-th word is word k * 16 + lane (the idea of Afroozeh
 * and Boncz, "The FastLanes Compression Layout", VLDB 2023).
 *
 *   offset  bytes
 *    0      1      width, 0..64
 *    1      1      base_width, 0..64
 *    2      2      zero
 *    4      4      exceptions E
 *    8      8      base
 *   16      8      slope
 *   24      8 W    residual words, W = 16 * ceil(ceil(rows / 16) * width / 64)
 *           8 B    block bases, B = ceil(ceil(rows / 128) * base_width / 64),
 *                  packed low bits first
 *           8 E    exceptions' values
 *           2 E    exceptions' positions, ascending; zeros up to 8 bytes
 *
 * All little-endian, 8-aligned in memory.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct reader;

#define INT_ROWS_MAX 65536 /* positions have 16 bits */

/* An encoded array, borrowed. */
struct int_view {
	const uint64_t *words;
	const uint64_t *block_bases;
	const uint64_t *exceptions;
	const uint16_t *positions;
	uint64_t base;
	uint64_t slope;
	uint32_t row_count;
	uint32_t exception_count;
	unsigned width;
	unsigned base_width;
};

/* Append the encoded array; values are signed, rows 1..INT_ROWS_MAX. */
void int_encode(const int64_t *values, uint32_t row_count, struct buf *out);

/* Take one array of row_count values, checked as a whole; false if malformed. */
bool int_open(struct reader *reader, uint32_t row_count, struct int_view *view);

/* Rows first..first+count-1, which exist.  `out` takes up to 15 more values. */
#define INT_DECODE_SLACK 16
void int_decode(const struct int_view *view, uint32_t first, uint32_t count,
    int64_t *out);

int64_t int_at(const struct int_view *view, uint32_t row);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * f64_codec.h -- doubles that were decimals, as the integers they come from.
 *
 * Prices and measurements are decimals with few digits.  Value v is kept as
 * the integer n = round(v * 10^e * 10^-f) when n * 10^f * 10^-e gives v back,
 * bit by bit; others are exceptions (Afroozeh, Kuffo and Boncz, "ALP: Adaptive
 * Lossless floating-Point Compression", SIGMOD 2023).
 *
 *   offset  bytes
 *    0      1      e, 0..18
 *    1      1      f, 0..e
 *    2      2      zero
 *    4      4      exceptions E
 *    8      8 E    exceptions' values
 *           2 E    exceptions' positions, ascending; zeros up to 8 bytes
 *           ...    the integers, int_codec.h
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "engine/segment/int_codec.h"

struct buf;
struct reader;

struct f64_view {
	struct int_view ints;
	const double *exceptions;
	const uint16_t *positions;
	uint32_t exception_count;
	unsigned e;
	unsigned f;
};

/*
 * Append the encoded array, rows 1..INT_ROWS_MAX.  False, with nothing
 * appended, if plain doubles are about as small.
 */
bool f64_encode(const double *values, uint32_t row_count, struct buf *out);

bool f64_open(struct reader *reader, uint32_t row_count, struct f64_view *view);

/* `out` takes up to INT_DECODE_SLACK more values. */
void f64_decode(const struct f64_view *view, uint32_t first, uint32_t count,
    double *out);
/*
 * Whether rows first..first+count-1 have low <= value <= high, none of which is
 * NaN; a value that is passes if `nan_passes`.  As int_packed_test().
 */
bool f64_test(const struct f64_view *view, uint32_t first, uint32_t count,
    double low, double high, bool nan_passes, uint8_t *passes);

double f64_at(const struct f64_view *view, uint32_t row);

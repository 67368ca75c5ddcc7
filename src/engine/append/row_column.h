/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_column.h -- one column of an ENTRY_ROWS as bytes: encode and decode only.
 *
 *   u8 form     0 no row is null
 *               1 some are: a bitmap follows, one bit a row, 1 is null
 *               2 all are: nothing follows
 *
 * and the values of all rows, by physical form; what stands for a null is not
 * looked at:
 *
 *   PHYS_BOOL      1 byte each, 0 or 1
 *   PHYS_I64       integers
 *   PHYS_F64       8 bytes each, IEEE 754
 *   PHYS_NUMERIC   integers: scale * 4 + kind · u8 width, 8 or 16 · the
 *                  coefficients, so many bytes each, two's complement; 0 unless
 *                  the kind is finite
 *   PHYS_STR       integers: the lengths · the bytes of all values
 *   PHYS_UUID      16 bytes each, in network order
 *   PHYS_INTERVAL  8 bytes microseconds, 4 days, 4 months each
 *
 *   integers       zigzag varint, the least · u8 width, 0, 1, 2, 4 or 8 · what
 *                  each is above the least, so many bytes each
 *
 * All integers little-endian.  On disk: the forms never change.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/reader.h"
#include "vec/vec.h"

struct arena;
struct buf;

/* Append the selected rows, at least one.  A failure is buf->failed. */
void row_column_encode(struct buf *out, const struct vec *vec, struct sel sel);

struct row_integers {
	int64_t least;
	uint32_t width;
	const uint8_t *values; /* borrowed */
};

/* A column that is being read, from its first row on. */
struct row_column {
	enum phys phys;
	uint32_t count;
	uint32_t next; /* the row that is read next */
	bool is_all_null;
	const uint8_t *nulls;         /* the bitmap; NULL: no row is null */
	struct row_integers integers; /* values, lengths or scales and kinds */
	uint32_t width;               /* of a value */
	const uint8_t *values;        /* of other forms; what is left of text */
};

/*
 * The next column of `count` rows, at most VEC_ROWS: false if it is malformed.
 * It borrows the bytes.
 */
MUST_USE bool row_column_take(struct reader *r, enum phys phys, uint32_t count,
    struct row_column *out);

static inline bool
row_column_has_null(const struct row_column *column)
{
	return column->is_all_null || column->nulls != NULL;
}

/*
 * The next `count` rows, no more than are left, to an array of the physical
 * form and one of null flags.  Strings are borrowed and lie one behind the
 * other.  False if a value is none of its form.
 */
MUST_USE bool row_column_read(struct row_column *column, uint32_t count,
    void *values, uint8_t *nulls);

/*
 * The next column, all of its rows, as a vector in the arena, which has null
 * flags if there are nulls; strings are borrowed.  False likewise.
 */
MUST_USE bool row_column_vec(struct reader *r, enum phys phys, uint32_t count,
    struct arena *arena, struct vec *out);

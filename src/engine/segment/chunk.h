/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chunk.h -- one column of one zone: choosing an encoding, and reading rows.
 *
 * A string column with a dictionary is a chunk of codes (PHYS_I64 here); one
 * without is ENC_STR.  Bounds of codes are codes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"
#include "engine/segment/f64_codec.h"
#include "engine/segment/int_codec.h"
#include "engine/segment/segment_format.h"
#include "vec/value.h"

struct buf;
struct error;

/*
 * Encode rows 1..INT_ROWS_MAX of one form into the empty `out` and fill *info
 * but for its block.  `nulls` has one byte a row, or is NULL; values under
 * nulls are overwritten.  A failure is in out->failed.
 */
void chunk_encode(enum phys phys, void *values, const uint8_t *nulls,
    uint32_t row_count, struct buf *out, struct chunk_info *info);

/* A chunk opened for reading; borrows its bytes. */
struct chunk_view {
	struct chunk_info info;
	enum phys phys;         /* of its values: PHYS_I64 for codes */
	const uint64_t *bitmap; /* of nulls, or NULL */
	struct int_view ints;
	struct f64_view f64s;
	const uint8_t *plain; /* values, or bytes of strings */
	size_t plain_len;
};

/* STELE_E_CORRUPT if the bytes cannot be what `info` says. */
MUST_USE int chunk_open(const struct chunk_info *info, enum phys phys,
    const void *data, size_t len, struct chunk_view *view, struct error *err);

/* Null flags of some rows; false, and nothing written, if none is null. */
bool chunk_nulls(const struct chunk_view *view, uint32_t first, uint32_t count,
    uint8_t *nulls);
bool chunk_is_null(const struct chunk_view *view, uint32_t row);

/*
 * Values of rows first..first+count-1 in their form, with up to
 * INT_DECODE_SLACK values' room behind; count is at most VEC_ROWS.  Strings
 * borrow the chunk's bytes.  0, or STELE_E_CORRUPT for strings that cannot be.
 */
MUST_USE int chunk_decode(const struct chunk_view *view, uint32_t first,
    uint32_t count, void *out, struct error *err);

/* One value into *out of its form. */
MUST_USE int chunk_at(const struct chunk_view *view, uint32_t row, void *out,
    struct error *err);

/* The value that every row that is not null has, if its encoding says so. */
static inline bool
chunk_is_constant(const struct chunk_view *view)
{
	return view->info.encoding == ENC_CONSTANT ||
	    view->info.encoding == ENC_STR_CONSTANT;
}

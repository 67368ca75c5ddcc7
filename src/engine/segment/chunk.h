/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chunk.h -- one column of one zone: choosing an encoding, and reading rows.
 *
 * A string column with a dictionary is a chunk of codes (PHYS_I64 here); one
 * without is ENC_STR, whose bytes lie in pages beside it.  Bounds of codes are
 * codes.  Layouts are at the top of chunk_encode.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"
#include "engine/segment/f64_codec.h"
#include "engine/segment/int_codec.h"
#include "engine/segment/null_map.h"
#include "engine/segment/parts.h"
#include "engine/segment/segment_format.h"
#include "engine/segment/text.h"
#include "vec/value.h"

struct buf;
struct error;

/* Writes strings as pages of text and appends their directory. */
struct chunk_text_sink {
	int (*put)(void *arg, const struct str *values, uint32_t count,
	    struct buf *directory, struct error *err);
	void *arg;
};

/* Rows of one zone: 1..INT_ROWS_MAX. */
struct chunk_rows {
	enum phys phys;
	uint32_t row_count;
	void *values;         /* overwritten if there are nulls */
	const uint8_t *nulls; /* one byte a row, or NULL */
	const int64_t *ids;   /* event_id of each, if values may follow it */
};

/*
 * Encode rows into the empty `out` and fill *info but for its block.  `text` is
 * asked for strings only.
 *
 * Returns 0, STELE_E_OUT_OF_MEMORY or what `text` says.
 */
MUST_USE int chunk_encode(const struct chunk_rows *rows,
    const struct chunk_text_sink *text, struct buf *out,
    struct chunk_info *info, struct error *err);

/* A chunk opened for reading; borrows its bytes. */
struct chunk_view {
	struct chunk_info info;
	enum phys phys;       /* of its values: PHYS_I64 for codes */
	uint32_t value_count; /* the rows, or those that are not null */
	struct null_map nulls;
	/* Of these, what the encoding has; the rest is not initialised. */
	struct int_view parts[PARTS_MAX]; /* or ends of strings */
	struct f64_view f64s;
	struct text_view text;
	const uint8_t *plain; /* the constant string */
	size_t plain_len;
	int64_t id_slope;
	/* Added to ENC_INT's values; the bounds have it.  Set as `pages` is. */
	int64_t base;
	/* The event_ids of the zone, for ENC_INT_BY_ID.  Set as `pages` is. */
	const struct chunk_view *ids;
	/*
	 * Bytes of each page of text, or NULL.  Set by who reads values: those
	 * of the rows that are asked for must be there.
	 */
	const uint8_t *const *pages;
};

/*
 * STELE_E_CORRUPT if the bytes cannot be what `info` says.  O(1): values are
 * looked at when they are read.
 */
MUST_USE int chunk_open(const struct chunk_info *info, enum phys phys,
    const void *data, size_t len, struct chunk_view *view, struct error *err);

/* Strings in pages: those of rows first..first+count-1, if there are any. */
void chunk_text_pages(const struct chunk_view *view, uint32_t first,
    uint32_t count, uint32_t *first_page, uint32_t *limit_page);

/*
 * Rows first..first+count-1, at most VEC_ROWS: values in their form, with up
 * to INT_DECODE_SLACK values' room behind, and null flags.  *has_nulls says if
 * any is set; else `nulls` is not written.  Strings borrow the chunk or its
 * pages.  0, or STELE_E_CORRUPT for values that cannot be.
 */
MUST_USE int chunk_decode(const struct chunk_view *view, uint32_t first,
    uint32_t count, void *values, uint8_t *nulls, bool *has_nulls,
    struct error *err);

bool chunk_is_null(const struct chunk_view *view, uint32_t row);

/* Ask for the memory of a row: one that is going to be read by chunk_at(). */
void chunk_hint(const struct chunk_view *view, uint32_t row);

/* One value into *out of its form; zeros for a null. */
MUST_USE int chunk_at(const struct chunk_view *view, uint32_t row, void *out,
    struct error *err);

/*
 * Whether rows first..first+count-1, at most VEC_ROWS, have low <= value <= high:
 * 1 or 0, in `passes`, which takes up to INT_DECODE_SLACK - 1 more.  False, and
 * `passes` is anything, if that would take decoding them.
 */
bool chunk_test_ints(const struct chunk_view *view, uint32_t first,
    uint32_t count, int64_t low, int64_t high, uint8_t *passes);

/* The same of doubles; the bounds are no NaN, which passes if `nan_passes`. */
bool chunk_test_doubles(const struct chunk_view *view, uint32_t first,
    uint32_t count, double low, double high, bool nan_passes, uint8_t *passes);

/*
 * Which of rows first..first+count-1, at most VEC_ROWS, of a chunk of integers
 * without nulls have a value: their numbers in the chunk, ascending, and how
 * many there are.
 */
uint32_t chunk_find(const struct chunk_view *view, uint32_t first,
    uint32_t count, int64_t value, uint32_t *rows);

/* The value that every row that is not null has, if its encoding says so. */
static inline bool
chunk_is_constant(const struct chunk_view *view)
{
	return view->info.encoding == ENC_CONSTANT ||
	    view->info.encoding == ENC_STR_CONSTANT;
}

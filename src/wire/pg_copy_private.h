/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_copy_private.h -- the three parts of COPY's decoder: batches
 * (pg_copy_in.c), lines and their pieces (pg_copy_line.c), the values of
 * pieces (pg_copy_field.c); and the binary form (pg_copy_binary.c).
 */
#pragma once

#include "wire/pg_copy.h"

/* One field as it stands in raw. */
struct pg_copy_piece {
	size_t begin, end;
	bool is_changed; /* it has escapes or quotes */
};

/*
 * Flag the bytes of raw that were not yet looked at and may end a field, or
 * change where it ends; false if there is no memory.
 */
MUST_USE bool copy_mark(struct pg_copy_decoder *decoder);

/*
 * Find the line at raw[next]: its pieces, *end (one past its last byte) and
 * *eol, the length of what ends it.  Returns 1, 0 if its end is not there yet,
 * or a code without context; *end is then where it seemed to end, or unchanged.
 */
MUST_USE int copy_find_line(struct pg_copy_decoder *decoder, size_t *end,
    size_t *eol, struct error *err);

/*
 * The values of the line's pieces, as many as there are columns, to row
 * `row` of the vectors.  0 or a code without context.
 */
MUST_USE int copy_put_row(struct pg_copy_decoder *decoder, uint32_t row,
    struct error *err);

/* ---- pg_copy_binary.c ---- */

/*
 * The rows that are whole, to the batch: 1, 0 if more bytes are needed, or a
 * code.
 */
MUST_USE int copy_binary_rows(struct pg_copy_decoder *decoder,
    struct error *err);

void copy_put_binary_row(struct buf *out, const struct pg_column *columns,
    const struct batch *batch, uint32_t row, bool is_first);

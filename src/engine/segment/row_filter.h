/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_filter.h -- which rows of a zone lie within a scan's ranges and sets.
 *
 * A scan may leave out rows outside of them.  Where few rows are left, that
 * saves decoding the columns that are only shown, so the columns that are asked
 * about are looked at first, as integers or doubles, in their chunks: a string
 * that has a code is a comparison of codes.
 *
 * Predicates that would cost more here than they save (decimals, ranges of
 * strings without codes) are not looked at: such rows are left in.
 *
 * Threads: as the cursor that it belongs to.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "engine/segment/segment_private.h"

struct row_filter;

/* NULL in *out if there is nothing that it could leave out. */
MUST_USE int row_filter_open(struct segment_section *section,
    const struct scan_spec *spec, struct row_filter **out, uint64_t *bytes_read,
    struct error *err);
void row_filter_close(struct row_filter *filter); /* NULL is allowed */

/*
 * Go on to a zone.  *is_all: all its rows are left in, as far as can be told
 * without looking at them.
 */
MUST_USE int row_filter_zone(struct row_filter *filter, uint32_t zone,
    bool *is_all, struct error *err);

/*
 * Which of rows first..first+count-1 of the zone, at most VEC_ROWS, are left
 * in: their numbers less `first`, ascending, and how many they are.
 */
MUST_USE int row_filter_rows(struct row_filter *filter, uint32_t first,
    uint32_t count, uint16_t *rows, uint32_t *row_count, struct error *err);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * context_index.h -- which rows of a segment a context has.
 *
 * The column of contexts says which context a row has; the index must only say
 * where to look.  Zones are cut into granules of INDEX_GRANULE_ROWS rows (the
 * last one of a zone is shorter), numbered through all sections, and for each
 * context the index lists the granules that hold a row of it.  Its rows are
 * those of the granules whose code is the context's: unpacking and comparing
 * 512 codes takes a tenth of a microsecond, and a list of granules less than
 * half the bytes of a list of rows.
 *
 * Lists lie in pages of the contexts of one page of their dictionary:
 *
 *   offset  bytes
 *    0      4      contexts, 1..1024
 *    4      4      words W
 *    8      .      array of each list's number of granules, int_codec.h
 *           .      array of the bit at which each list ends, the same
 *           8 W    the lists, in 64-bit words, low bits first
 *
 * A list of k of G granules is k gaps (the first granule; then the difference
 * less one), each in Rice's code with parameter r: gap / 2^r zeros, a one, the
 * low r bits of the gap.  2^r is the greatest power of two that is not more
 * than 0.69 of the mean gap, or 1 (Golomb's choice for such lists).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/segment/int_codec.h"

struct buf;

#define INDEX_GRANULE_ROWS  512
#define INDEX_PAGE_CONTEXTS 1024

/* Granules of a zone. */
static inline uint32_t
index_granules(uint32_t row_count)
{
	return (row_count + INDEX_GRANULE_ROWS - 1) / INDEX_GRANULE_ROWS;
}

/*
 * Append the page of `count` contexts.  Context i has granules[starts[i] ..
 * starts[i + 1]), ascending, each less than granule_count.
 */
void index_put_page(struct buf *out, const uint32_t *starts,
    const uint32_t *granules, uint32_t count, uint32_t granule_count);

/* A page, borrowed. */
struct index_page {
	uint32_t count;
	struct int_view counts;
	struct int_view ends;
	const uint64_t *words;
	uint64_t bit_count;
};

/* False if the bytes cannot be a page of `count` contexts. */
bool index_page_open(const void *data, size_t len, uint32_t count,
    struct index_page *page);

/* Granules of the i-th context; not more than `granule_count` are valid. */
uint32_t index_list_count(const struct index_page *page, uint32_t i);

/* All of them, ascending; false if the list is malformed. */
bool index_list_get(const struct index_page *page, uint32_t i,
    uint32_t granule_count, uint32_t *out);

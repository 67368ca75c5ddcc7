/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer_contexts.h -- the contexts of a segment while it is collected: their
 * dictionary, the column of codes of each section, and the index.
 *
 * All sections share the dictionary, so codes are known, and the columns and
 * the index are written, only when all rows are there.  Memory: the different
 * contexts, 4 bytes a row, and at the end 4 bytes for each entry of the index.
 * If the contexts are known beforehand, their dictionary is written first,
 * nothing of it is kept, and rows come as codes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "engine/segment/dict.h"
#include "engine/segment/segment_format.h"
#include "vec/vec.h"

struct error;
struct segment_output;
struct segment_strings;

struct writer_contexts {
	struct dict_builder dict;
	bool is_known; /* written already: */
	struct block_ref known_root;
	uint32_t known_count;
	uint32_t *codes; /* of all rows: as stored, or by first use; owned */
	uint32_t row_count;
	uint32_t row_capacity;
	uint32_t *zone_rows; /* of all zones of all sections; owned */
	uint32_t zone_count;
	uint32_t zone_capacity;
	uint32_t granule_count; /* of these zones */
};

void writer_contexts_init(struct writer_contexts *contexts, uint64_t seed);
void writer_contexts_release(struct writer_contexts *contexts);

/* Before the first row: these are all contexts, and codes of them will come. */
MUST_USE int writer_contexts_use(struct writer_contexts *contexts,
    struct segment_output *out, const struct segment_strings *strings,
    struct error *err);

/* How many there are. */
uint32_t writer_contexts_count(const struct writer_contexts *contexts);

/*
 * Add selected rows first..first+count-1.  STELE_E_LIMIT: a context that is
 * too long, or too many rows.
 */
MUST_USE int writer_contexts_append(struct writer_contexts *contexts,
    const struct vec *vec, struct sel sel, uint32_t first, uint32_t count,
    struct error *err);

/* The rows since the last zone are one. */
MUST_USE int writer_contexts_end_zone(struct writer_contexts *contexts,
    uint32_t row_count, struct error *err);

/* Write the dictionary, unless it is: all rows are there. */
MUST_USE int writer_contexts_put_dict(struct writer_contexts *contexts,
    struct segment_output *out, struct block_ref *ref, struct error *err);

/* Then the column of a section: zones first..first+count-1. */
MUST_USE int writer_contexts_put_column(struct writer_contexts *contexts,
    struct segment_output *out, uint32_t first_zone, uint32_t zone_count,
    struct block_ref *chunk_table, struct error *err);

/* And the index; the ref of the table of its pages. */
MUST_USE int writer_contexts_put_index(struct writer_contexts *contexts,
    struct segment_output *out, struct block_ref *ref, struct error *err);

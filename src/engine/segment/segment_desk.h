/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_desk.h -- what lookups in a section come back to.
 *
 * The story of a context is a few rows of each segment, each in another zone,
 * each value in a chunk of its own.  A way to such a value leads through the
 * table of the column's chunks, the cache's table, its entry and the chunk's
 * head: memory that is far, in which each step waits for the one before.  A desk
 * has all of it side by side: of each zone, and of each column in it, the chunk's
 * card (chunk_card.h), and a slot that knows where the chunk is as long as the
 * cache has it.  Where that lies on the desk is computed, and where the value
 * lies by the card, so both can be asked for beforehand.
 *
 * A section gets its desk when the first lookup comes, and keeps it: 192 bytes
 * for each chunk, beside the 64 of its entry in the table of chunks.
 *
 * Threads: any.  A card is written once.
 */
#pragma once

#include "engine/segment/segment_private.h"

/*
 * As segment_zone_chunk(), by the desk; *out is released likewise.  With
 * DESK_NULLS it is enough to know which rows are null: out->is_nulls says that
 * nothing else is known.
 */
enum desk_need { DESK_VALUES, DESK_NULLS };
MUST_USE int segment_desk_chunk(struct segment_section *section,
    const struct column_info *column, uint32_t zone, enum desk_need need,
    const struct segment_chunk *ids, struct segment_chunk *out,
    uint64_t *bytes_read, struct error *err);

/*
 * Ask for the memory of what the desk knows of a chunk; and, some time later, of
 * a row's value in it.
 */
void segment_desk_hint(const struct segment_section *section,
    const struct column_info *column, uint32_t zone);
void segment_desk_hint_row(const struct segment_section *section,
    const struct column_info *column, uint32_t zone, uint32_t row);

/*
 * A page of a column's dictionary, one of those that the dict_count says; it may
 * have fewer strings than it should.  *slot is to be left.
 */
MUST_USE int segment_desk_page(struct segment_section *section,
    const struct column_info *column, uint32_t page,
    const struct dict_page **out, struct block_slot **slot,
    uint64_t *bytes_read, struct error *err);

/*
 * The same of the contexts of all sections, of whose dictionary and index a
 * segment has a desk of its own.
 */
struct list_slot {
	struct block_slot slot;
	atomic_uint_least32_t len; /* of the block; 0: not known yet */
};

struct context_slots {
	struct block_slot *root;  /* of the dictionary */
	struct block_slot *pages; /* of it */
	struct block_slot *index;
	struct list_slot *lists; /* pages of the index */
};
MUST_USE int context_desk_slots(struct segment *segment,
    const struct segment_state *state, struct context_slots *out,
    struct error *err);
void context_desk_free(struct segment *segment);

void segment_desk_free(struct segment_section *section);

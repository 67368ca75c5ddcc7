/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge_private.h -- a merge from the inside, for the files merge*.c.
 */
#pragma once

#include "common/arena.h"
#include "engine/compact/content_hash.h"
#include "engine/compact/cut.h"
#include "engine/compact/merge.h"
#include "engine/compact/merge_source.h"
#include "engine/compact/merge_strings.h"
#include "engine/segment/segment.h"

struct merge {
	const struct merge_spec *spec;
	struct block_cache *cache;
	struct segment **inputs; /* owned */
	uint32_t *types;         /* oids of all inputs, ascending; owned */
	uint32_t type_count;
	uint64_t *past_rows; /* by type: left out, as too old; owned */
	uint64_t past_count; /* of all types */
	uint64_t seed;       /* of hashes, chosen by nobody */
	struct cut cut;
	uint64_t rows_done; /* for spec->pace */

	/* Of the piece that is being written. */
	uint32_t piece;
	struct arena arena; /* reset with each piece */
	struct merge_strings contexts;
	uint64_t *type_rows; /* by type; owned */
	struct segment_writer *writer;
	struct content_hash content; /* as it was read */
};

/* The type itself; STELE_E_CORRUPT if the catalogue does not know it. */
MUST_USE int merge_event_type(const struct merge *m, uint32_t type_oid,
    const struct event_type **out, struct error *err);

/*
 * How many rows at a time are read of so many columns of so many inputs:
 * policy->batch_bytes.
 */
uint32_t merge_batch_rows(const struct merge *m, uint32_t input_count,
    uint32_t column_count);

/* Rows of a type that are not left out, of this piece. */
struct merge_choice merge_choose_piece(const struct merge *m, uint32_t type);

/* Whether those are all rows of the type. */
static inline bool
merge_is_whole(const struct merge *m, uint32_t type)
{
	return m->cut.piece_count == 1 && m->past_rows[type] == 0;
}

/*
 * merge_past.c: count what is to be left out, into past_rows and past_count.
 */
MUST_USE int merge_count_past(struct merge *m, struct error *err);

/*
 * merge_rows.c: write one type of the piece, which has rows; and call `fn` for
 * each batch of an input's section with a row of the piece.
 */
MUST_USE int merge_write_type(struct merge *m, uint32_t type,
    struct error *err);

typedef int (*merge_batch_fn)(void *arg, uint32_t input,
    const struct batch *batch, struct error *err);

struct merge_pass {
	const struct event_type *type;
	uint32_t input;
	struct segment_section *section;
	const uint32_t *attnums;
	uint32_t attnum_count;
	const bool *wants_codes; /* by column; NULL: strings */
	struct merge_choice choice;
	merge_batch_fn fn;
	void *arg;
};
MUST_USE int merge_run_pass(struct merge *m, const struct merge_pass *pass,
    struct error *err);

/* Over the batches of one type in every input. */
MUST_USE int merge_pass_over_type(struct merge *m,
    const struct merge_pass *common, uint32_t type, struct error *err);

/* merge_verify.c: the output holds rows with this content. */
MUST_USE int merge_verify(struct merge *m, const struct segment_meta *output,
    const struct content_hash *content, struct error *err);

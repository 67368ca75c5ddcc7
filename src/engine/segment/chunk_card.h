/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chunk_card.h -- what opening a chunk has found out, without its bytes: whoever
 * comes again with these need neither read nor check what stands before the
 * values, and where a value lies he can compute and ask for.
 *
 * Cards have no pointers: bytes that went and came back may lie elsewhere.
 *
 * Threads: a card does not change once it is made.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "engine/segment/chunk.h"

/* An array of int_packed.h; places are bytes from the beginning of the chunk. */
struct packed_card {
	uint64_t base;
	uint64_t slope;
	uint64_t excess_base;
	uint32_t words;
	uint32_t block_bases;
	uint32_t excesses;
	uint32_t positions;
	uint32_t row_count;
	uint32_t exception_count;
	uint8_t width;
	uint8_t base_width;
	uint8_t excess_width;
};

struct chunk_card {
	struct packed_card values;
	uint8_t encoding;
	uint8_t flags;
	uint8_t form; /* enum int_form */
	uint8_t f64_e;
	uint8_t f64_f;
	bool is_whole; /* else it knows of nulls alone: open the chunk */
	uint16_t scale;
	uint32_t row_count;
	uint32_t value_count;
	uint32_t null_count;
	uint32_t f64_exception_count;
	union {
		uint8_t low[16];       /* ENC_CONSTANT, ENC_NUMERIC_INT */
		int64_t id_slope;      /* ENC_INT_BY_ID */
		uint32_t f64_lists[2]; /* exceptions and their positions */
	};
	struct packed_card starts; /* not of INT_PACKED */
};

/* Of a chunk that is open; `data` are its bytes. */
void chunk_card_make(const struct chunk_view *view, const void *data,
    struct chunk_card *out);

/* As chunk_open(), of bytes that it has opened before. */
void chunk_card_open(const struct chunk_card *card, enum phys phys,
    const void *data, struct chunk_view *view);

/* Ask for the memory of a row, of bytes that need not be there any more. */
void chunk_card_hint(const struct chunk_card *card, const void *data,
    uint32_t row);

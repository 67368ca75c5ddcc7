/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arrow_dictionary.h -- the strings of a column of one record batch, each once.
 *
 * Strings that come with codes of a dictionary of their own, if it is no larger
 * than ARROW_CODES_MAX, are looked up once a code; others by a hash table.
 *
 * Memory: all of it the dictionary's, charged to the budget.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/buf.h"
#include "vec/vec.h"

#define ARROW_CODES_MAX ((uint32_t)64 << 10)

struct arrow_dictionary {
	uint32_t count;
	struct buf strings; /* bytes, one behind another */
	struct buf offsets; /* i64; one more than strings */
	struct buf slots;   /* u32: 1 + index of a string, or 0 */
	uint32_t slot_mask;
	struct buf of_code; /* u32: the same, by code */
	const void *source; /* whose codes */
};

void arrow_dictionary_init(struct arrow_dictionary *dict,
    struct mem_budget *budget);
void arrow_dictionary_release(struct arrow_dictionary *dict);

/* Forget the strings. */
void arrow_dictionary_reset(struct arrow_dictionary *dict);

/*
 * The indexes of `count` strings of a vector, 0 for those that are null; new
 * ones are added.  False without memory.
 */
MUST_USE bool arrow_dictionary_take(struct arrow_dictionary *dict,
    const struct vec *vec, const uint32_t *indexes, const uint8_t *nulls,
    uint32_t count, int32_t *out);

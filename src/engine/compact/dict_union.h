/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dict_union.h -- the strings of several sorted dictionaries, each once, in
 * order; and for each of their codes the one that the string gets.
 *
 * Threads: one at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"

struct error;
struct segment_dict_cursor;
struct segment_section;

/*
 * One of them: of a section's column, or, if `section` is NULL, of a sorted
 * array.  What is filled in is indexed by its codes; NULL: not wanted.
 */
struct dict_source {
	struct segment_section *section;
	uint32_t attnum;
	const struct str *strings;
	uint32_t count;
	uint64_t *used;   /* bits: the others are left out; NULL: all */
	uint32_t *codes;  /* filled in: the new code */
	uint32_t *hashes; /* filled in: content_hash_string() */

	/* private */
	struct segment_dict_cursor *cursor;
	uint32_t next;
	struct str current;
};

struct dict_union {
	struct dict_source *sources; /* borrowed */
	uint32_t source_count;
	uint32_t count; /* strings so far */
	uint64_t bytes; /* of them */
	size_t longest;

	/* private: a heap of sources by their current string */
	struct dict_source **heap; /* owned */
	uint32_t heap_count;
	struct dict_source **spent; /* owned: those that gave the last string */
	uint32_t spent_count;
	struct buf last; /* the last string */
	bool has_last;
};

/* Release in any case. */
MUST_USE int dict_union_open(struct dict_union *u, struct dict_source *sources,
    uint32_t source_count, struct error *err);
void dict_union_release(struct dict_union *u);

/*
 * The next string, valid until the next call: 1, 0 at the end, or a code;
 * STELE_E_CORRUPT if a dictionary is not in order.
 */
MUST_USE int dict_union_next(struct dict_union *u, struct str *out,
    struct error *err);

/* All strings that are left, for their number and sizes. */
MUST_USE int dict_union_count(struct dict_union *u, struct error *err);

static inline bool
dict_is_used(const uint64_t *used, uint32_t code)
{
	return used == NULL || (used[code / 64] >> code % 64 & 1) != 0;
}

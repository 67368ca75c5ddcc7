/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge_strings.h -- one column of strings in a merge: contexts, or a field.
 *
 * Inputs that have a dictionary give codes; their dictionaries are united, and
 * rows go from codes to codes without a look at a string.  Strings of inputs
 * without one are gathered, as far as a dictionary may be worth it, and looked
 * up.  If it is not, all inputs give strings, and the column gets none.
 *
 *   init -> want_used, use ... -> collect ... -> decide -> unite -> translate
 *
 * Memory, in the arena: 8 bytes for each string of the inputs' dictionaries,
 * a bit more where only some are used; and what is gathered.
 *
 * Threads: one at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "engine/compact/dict_union.h"
#include "engine/segment/dict.h"
#include "vec/vec.h"

struct segment_section;
struct segment_strings;

struct merge_strings {
	struct arena *arena; /* borrowed */
	uint32_t attnum;
	uint32_t input_count;
	/* By input, with count 0 if it has no dictionary; then the gathered. */
	struct dict_source *sources;
	bool has_dict;                /* some input has one */
	bool gave_up;                 /* gathering: it is not worth it */
	bool has_codes;               /* decided: rows are written as codes */
	struct dict_builder gathered; /* owned */
	uint64_t gathered_rows;
	uint64_t gathered_bytes; /* of the strings of all rows */
};

/*
 * `sections` by input, NULL where an input has none; `seed` is for hashes.
 * Release in any case.
 */
MUST_USE int merge_strings_init(struct merge_strings *strings, uint32_t attnum,
    struct segment_section *const *sections, uint32_t input_count,
    uint64_t seed, struct arena *arena, struct error *err);
void merge_strings_release(struct merge_strings *strings);

static inline bool
merge_strings_from_dict(const struct merge_strings *strings, uint32_t input)
{
	return strings->sources[input].count > 0;
}

/* Only codes that are said to be used will be there. */
MUST_USE int merge_strings_want_used(struct merge_strings *strings,
    struct error *err);
void merge_strings_use(struct merge_strings *strings, uint32_t input,
    const struct vec *codes, struct sel sel);

/* Gather strings of an input without a dictionary; false: enough is known. */
MUST_USE bool merge_strings_collect(struct merge_strings *strings,
    const struct vec *vec, struct sel sel);

/* Set has_codes for rows of this number; always set for contexts. */
MUST_USE int merge_strings_decide(struct merge_strings *strings,
    uint64_t row_count, struct error *err);

/*
 * If it has codes: give all strings to `use`, once, and keep which codes they
 * get.
 */
MUST_USE int merge_strings_unite(struct merge_strings *strings,
    int (*use)(void *arg, const struct segment_strings *strings,
	struct error *err),
    void *arg, struct error *err);

/*
 * The codes for the selected rows of an input, at their places: `vec` holds
 * codes of its dictionary, or strings.
 */
MUST_USE int merge_strings_translate(const struct merge_strings *strings,
    uint32_t input, const struct vec *vec, struct sel sel, uint32_t row_count,
    struct arena *arena, struct vec *out, struct error *err);

/* For content_hash.h: by code of the input's dictionary; NULL: strings. */
const uint32_t *merge_strings_hashes(const struct merge_strings *strings,
    uint32_t input);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dict.h -- sorted dictionaries of strings: building, writing, reading.
 *
 * While a column is collected its strings get codes in the order of their
 * first use; dict_builder_sort() gives the codes that are stored, which
 * compare as the strings do.  A stored dictionary is pages of 1,024 strings,
 * front-coded, and a root that knows each page's first string.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/str.h"
#include "engine/segment/block_cache.h"
#include "engine/segment/segment_format.h"
#include "engine/segment/str_heads.h"

struct buf;
struct error;

/* ---- building ---- */

#define DICT_FULL UINT32_MAX

/* Of the hash table.  The tag is half of the hash: most others differ in it. */
struct dict_slot {
	uint32_t tag;
	uint32_t code; /* plus one; 0: free */
};

struct dict_builder {
	struct arena arena;      /* the strings' bytes */
	struct str *strings;     /* by code of first use; owned */
	struct dict_slot *slots; /* owned */
	uint32_t *ranks; /* first-use code to sorted code, once sorted */
	uint32_t count;
	uint32_t slot_count; /* power of two */
	size_t bytes;        /* of all strings */
	uint64_t seed;       /* of the hash: nobody can choose collisions */
};

void dict_builder_init(struct dict_builder *dict, uint64_t seed);
void dict_builder_release(struct dict_builder *dict);

/*
 * The codes of some strings, added if they are new; all at once, so that the
 * table's memory is asked for before it is needed.  Null strings (`nulls` has
 * a byte each, or is NULL) are DICT_FULL.
 */
MUST_USE int dict_builder_add(struct dict_builder *dict,
    const struct str *strings, const uint8_t *nulls, uint32_t count,
    uint32_t *codes, struct error *err);

/* Sort; afterwards `strings` is in order and `ranks` is set. */
MUST_USE int dict_builder_sort(struct dict_builder *dict, struct error *err);

/* ---- writing ---- */

uint32_t dict_page_count(uint32_t string_count);

/* A page of 1..DICT_PAGE_STRINGS ascending strings into the empty `out`. */
void dict_put_page(struct buf *out, const struct str *strings, uint32_t count);

/*
 * The root: what it says of each page is gathered in `entries`, then put
 * behind the number of all strings into the empty `out`.
 */
void dict_put_root_entry(struct buf *entries, const struct block_ref *page,
    struct str first);
void dict_put_root(struct buf *out, uint32_t string_count,
    const struct buf *entries);

/* ---- reading: what blocks are decoded to ---- */

struct dict_page {
	struct str_heads heads;
	uint32_t count;
	struct str strings[];
};

struct dict_root_page {
	struct block_ref ref;
	struct str first;
};

struct dict_root {
	struct str_heads heads; /* of each page's first string */
	uint32_t count;
	uint32_t page_count;
	struct dict_root_page pages[];
};

/* block_decode_fn; everything is checked but the order across pages. */
int dict_page_decode(const uint8_t *data, size_t len,
    struct block_memory *memory, void **out, size_t *out_len,
    struct error *err);
int dict_root_decode(const uint8_t *data, size_t len,
    struct block_memory *memory, void **out, size_t *out_len,
    struct error *err);

/* Strings of a page, by the root. */
uint32_t dict_page_strings(const struct dict_root *root, uint32_t page);

/* The page that holds a string, if any does. */
uint32_t dict_root_find(const struct dict_root *root, struct str s);

/* First index in a page whose string is not less than s. */
uint32_t dict_page_find(const struct dict_page *page, struct str s);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.h -- the bytes of a chunk's strings, in pages that are blocks of their
 * own: one string is reached by reading one page, however long the others are.
 *
 * A page ends with the string that takes it past TEXT_PAGE_BYTES.  It is
 * compressed where that pays; in the cache it is as it was before.
 *
 * The directory of the pages lies in the chunk:
 *
 *   offset  bytes
 *    0      4      pages P
 *    4      4      zero
 *    8      32 P   each:   0   4  values up to and with this page's, ascending
 *                          4   4  bytes of its strings
 *                          8   1  form: 0 plain, 1 one zstd frame
 *                          9   3  zero
 *                         12  20  ref of its block
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"
#include "engine/segment/block_cache.h"

struct buf;
struct reader;

#define TEXT_PAGE_BYTES       32768
#define TEXT_PAGE_ENTRY_BYTES 32

enum text_form { /* on disk: do not renumber */
	TEXT_PLAIN = 0,
	TEXT_ZSTD = 1,
};

struct text_page {
	uint32_t limit; /* one past its last value */
	uint32_t raw_len;
	enum text_form form;
	struct block_ref ref;
};

/* A directory, borrowed. */
struct text_view {
	const uint8_t *entries;
	uint32_t page_count;
};

void text_put_count(struct buf *directory, uint32_t page_count);
void text_put_page(struct buf *directory, const struct text_page *page);

/* Take a directory for value_count values; false if it does not fit. */
bool text_open(struct reader *reader, uint32_t value_count,
    struct text_view *view);

/* Page p, which exists; false if it cannot be. */
bool text_page_at(const struct text_view *view, uint32_t p,
    struct text_page *page);

/* The page of a value, if it is in any. */
uint32_t text_page_of(const struct text_view *view, uint32_t value);

/* The last value of page p, plus one. */
uint32_t text_page_limit(const struct text_view *view, uint32_t p);

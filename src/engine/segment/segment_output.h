/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_output.h -- the file of a segment that is being written: blocks are
 * appended, gathered to large writes, and named by their refs.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "engine/segment/block_cache.h"
#include "engine/segment/segment_format.h"

struct error;
struct os_file;
struct zstd_encoder;

struct segment_output {
	struct os_file *file; /* owned by who made the output */
	uint64_t identity;
	uint64_t offset;           /* of the next byte */
	struct buf pending;        /* bytes that end at `offset`, unwritten */
	struct buf scratch;        /* of who encodes the next block */
	struct buf text;           /* of the next page of strings */
	struct buf packed;         /* the same compressed */
	struct zstd_encoder *zstd; /* owned; NULL: none needed so far */
	int zstd_level;            /* 0: nothing is compressed */
	uint32_t zstd_misses;      /* pages in a row that did not shrink */
	uint32_t zstd_skips;       /* pages that are not tried */
	uint64_t sync_bytes;       /* sync after so many; 0: never */
	uint64_t synced_bytes;     /* of the file, so far */
};

/* Empty, at offset 0; release what it owns but the file. */
void segment_output_init(struct segment_output *out, uint64_t identity,
    int zstd_level);
void segment_output_release(struct segment_output *out);

/* Append bytes; the block's ref in *ref. */
MUST_USE int segment_output_block(struct segment_output *out,
    const struct buf *block, struct block_ref *ref, struct error *err);

/* Bytes that are no block: header and trailer. */
MUST_USE int segment_output_bytes(struct segment_output *out, const void *data,
    size_t len, struct error *err);

/* Write what is pending. */
MUST_USE int segment_output_flush(struct segment_output *out,
    struct error *err);

/*
 * Encode a chunk and append its block, after pages of its text; *info is
 * complete.  As chunk_encode().
 */
struct chunk_rows;
MUST_USE int segment_output_chunk(struct segment_output *out,
    const struct chunk_rows *rows, struct chunk_info *info, struct error *err);

/* What out->text would take as a page. */
MUST_USE int segment_output_pack(struct segment_output *out, size_t *len,
    struct error *err);

/* Append the table of a column's chunks. */
MUST_USE int segment_output_chunk_table(struct segment_output *out,
    const struct chunk_info *infos, uint32_t count, struct block_ref *ref,
    struct error *err);

struct filter_builder;

/* Append the filters of a finished builder; the ref of their directory. */
MUST_USE int segment_output_filter(struct segment_output *out,
    const struct filter_builder *filter, struct block_ref *ref,
    struct error *err);

struct dict_builder;
struct segment_strings;

/* Append a sorted dictionary; the ref of its root. */
MUST_USE int segment_output_dict(struct segment_output *out,
    const struct dict_builder *dict, struct block_ref *ref, struct error *err);

/* The same from strings that come one by one, and their number. */
MUST_USE int segment_output_strings(struct segment_output *out,
    const struct segment_strings *strings, struct block_ref *ref,
    uint32_t *count, struct error *err);

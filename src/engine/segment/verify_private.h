/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_private.h -- a segment while all of it is checked (segment_verify.c).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "engine/segment/segment_private.h"
#include "engine/zone/zone_filter.h"
#include "vec/vec.h"

struct verify {
	struct segment_state *state;
	const char *path;
	struct buf extents;      /* of each block that was read */
	uint32_t *context_codes; /* of all rows, sections one after the other */
	uint32_t row_count;      /* of them so far */
	uint32_t *zone_rows;     /* of all zones, in the same order */
	uint32_t zone_count;     /* of them so far */
	struct chunk_info *ids;  /* event_id of each zone of the section */
	int64_t last_event_id;   /* of the section so far */
	int64_t values[VEC_ROWS + INT_DECODE_SLACK];
	struct numeric any[VEC_ROWS + INT_DECODE_SLACK]; /* of any form */
	uint8_t nulls[VEC_ROWS];
};

/* The filters of a column, read as a whole. */
struct verify_filter {
	enum phys phys; /* of its keys */
	struct filter_directory directory;
	uint8_t *directory_bytes; /* owned */
	uint8_t **groups;         /* owned; NULL: the column has no filters */
	uint32_t group_count;
};

/* What is asked of the values of a chunk besides their zone map. */
struct chunk_rules {
	uint32_t place;     /* in its section, from 1 */
	uint32_t zone;      /* that the chunk is of */
	int64_t code_limit; /* of codes; 0: no codes */
	const struct verify_filter *filter;
};

/* STELE_E_CORRUPT naming the file. */
int verify_broken(const struct verify *v, const char *what, uint64_t offset,
    struct error *err);

/* Read and check a block and note its extent; the caller frees it. */
MUST_USE int verify_read_block(struct verify *v, const struct block_ref *ref,
    uint8_t **out, struct error *err);

/* verify_chunk.c: one chunk, its text, and every value of it. */
MUST_USE int verify_chunk(struct verify *v, const struct chunk_info *info,
    enum phys phys, const struct chunk_rules *rules, struct error *err);

/*
 * verify_filter.c: read a column's filters, if it has any; release in any
 * case.  Does zone `zone` have a value?  Without filters it does.
 */
MUST_USE int verify_filter_load(struct verify *v,
    const struct column_info *column, uint32_t zone_count,
    struct verify_filter *filter, struct error *err);
void verify_filter_release(struct verify_filter *filter);
bool verify_filter_has(const struct verify_filter *filter, uint32_t zone,
    const void *value);

/* verify_index.c: the context index, when all rows have been read. */
MUST_USE int verify_index(struct verify *v, struct error *err);
